//! Previews of templates: whose turn it is, and how long they are kept.

use app::{
    domain::{
        ids::TemplateId,
        template::{Block, BlockKind, Body, Document, TemplateCategory, When},
    },
    entities::template_preview,
    error::AppError,
    platform::{ctx::Ctx, render::cage},
    templates::{
        service::{drafts, preview},
        view::PreviewData,
    },
    testing::{Cast, each_database},
};
use chrono::TimeDelta;
use sea_orm::{EntityTrait, PaginatorTrait};
use tokio::task::JoinHandle;

fn document() -> Document {
    let block = Block { id: 1, kind: BlockKind::Heading { text: "Status".into(), level: 1 }, when: When::Always };
    Document { body: Body::Blocks { blocks: vec![block] }, ..Document::blank() }
}

async fn made(ctx: &Ctx, name: &str) -> TemplateId {
    drafts::create(ctx, name, TemplateCategory::Status, &document()).await.unwrap()
}

/// Previews a template beside the test; the answer is the token of its frame.
fn show(ctx: &Ctx, id: TemplateId) -> JoinHandle<Result<String, AppError>> {
    let (ctx, document) = (ctx.clone(), serde_json::to_string(&document()).unwrap());
    tokio::spawn(async move {
        preview::show(&ctx, id, &document, &PreviewData::default()).await.map(|preview| preview.token)
    })
}

#[tokio::test]
async fn the_previews_of_one_person_wait_for_each_other_and_nobody_waits_for_them() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (jonas, ravi) = (app.as_person(&cast.jonas), app.as_person(&cast.ravi));
        let (weekly, monthly) = (made(&jonas, "Weekly").await, made(&jonas, "Monthly").await);
        // As many as one person may have are under way.
        let mut under_way = Vec::new();
        for _ in 1..cage::children() {
            under_way.push(app.previews.take(Some(cast.jonas.id)).await.unwrap());
        }
        let (older, elsewhere) = (show(&jonas, weekly), show(&jonas, monthly));
        let ravis = show(&ravi, weekly).await.unwrap();
        assert!(ravis.is_ok_and(|token| !token.is_empty()), "somebody else sees theirs meanwhile");
        let newer = show(&jonas, weekly);
        let passed = older.await.unwrap();
        assert_eq!(passed, Err(AppError::TooMany { retry_after_seconds: 1 }), "a newer one of the page has come");
        assert!(!newer.is_finished() && !elsewhere.is_finished(), "the others wait for their turn");
        drop(under_way);
        for preview in [newer, elsewhere] {
            assert!(preview.await.unwrap().is_ok_and(|token| !token.is_empty()));
        }
    })
    .await;
}

#[tokio::test]
async fn a_preview_is_kept_for_a_week_unless_another_takes_its_place() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let id = made(&app.as_person(&cast.jonas), "Weekly").await;
        let first = show(&app.as_person(&cast.jonas), id).await.unwrap().unwrap();
        app.clock.advance(TimeDelta::days(6));
        let ravis = show(&app.as_person(&cast.ravi), id).await.unwrap().unwrap();
        preview::forget_old(&Ctx::system(&app)).await.unwrap();
        assert!(preview::stored(&app.as_person(&cast.jonas), id, &first).await.is_ok());
        app.clock.advance(TimeDelta::days(2));
        preview::forget_old(&Ctx::system(&app)).await.unwrap();
        let gone = preview::stored(&app.as_person(&cast.jonas), id, &first).await;
        assert_eq!(gone, Err(AppError::NotFound));
        assert!(preview::stored(&app.as_person(&cast.ravi), id, &ravis).await.is_ok(), "that one is younger");
        assert_eq!(template_preview::Entity::find().count(app.reader()).await.unwrap(), 1);
    })
    .await;
}
