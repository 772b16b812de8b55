//! Templates that have to be stopped: counted, held back, changed, released. On both databases. Here templates are
//! rendered in this process, so the ones that are stopped are those that say too much; the walls of the child are
//! tested with the program itself, in `server/tests/it/render_cage.rs`.

use app::{
    domain::{
        ids::OccurrenceId,
        template::{
            Body, Document, TemplateCategory, Theme,
            context::{Address, Reader, sample_snapshot},
            render::{RenderJob, RenderOutcome, Stop, TemplateFault},
            theme::Logo,
        },
    },
    error::AppError,
    platform::ctx::Ctx,
    reports::service::quarantine::{self, Held},
    templates::{
        service::{drafts, preview, writing::Writer},
        view::PreviewData,
    },
    testing::{Cast, each_database},
};
use serde_json::json;
use uuid::Uuid;

fn job(html: &str) -> RenderJob {
    let contexts = vec![json!({ "name": "Ana" })];
    RenderJob { subject: "Hello {{ name }}".into(), html: html.into(), contexts, ..RenderJob::default() }
}

/// More than a megabyte.
fn flood() -> RenderJob {
    let ten = "0123456789".repeat(100);
    job(&format!("{{% for a in range(end=2000) %}}{ten}{{% endfor %}}"))
}

#[tokio::test]
async fn the_third_stop_holds_a_template_until_it_is_changed_or_released() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (mina, jonas) = (app.as_person(&cast.mina), app.as_person(&cast.jonas));
        let stopped = RenderOutcome::Stopped(Stop::Output);
        for _ in 0..3 {
            assert!(!quarantine::is_held(&jonas, "template:1", &flood()).await.unwrap());
            assert_eq!(quarantine::render(&jonas, "template:1", &flood()).await, Ok(stopped.clone()));
        }
        assert_eq!(quarantine::render(&jonas, "template:1", &flood()).await, Ok(RenderOutcome::Quarantined));
        assert!(quarantine::is_held(&jonas, "template:1", &flood()).await.unwrap());

        // Changed, and others: they are rendered.
        let changed = quarantine::render(&jonas, "template:1", &job("<p>{{ name }}</p>")).await.unwrap();
        let RenderOutcome::Rendered(messages) = changed else { panic!("{changed:?}") };
        assert_eq!((messages[0].subject.as_str(), messages[0].html.as_str()), ("Hello Ana", "<p>Ana</p>"));
        assert_eq!(quarantine::render(&jonas, "template:2", &flood()).await, Ok(stopped.clone()));

        // Only an administrator sees what is held and lets it go.
        assert_eq!(quarantine::held(&jonas).await, Err(AppError::Forbidden));
        assert_eq!(quarantine::release(&jonas, "template:1").await, Err(AppError::Forbidden));
        let held = Held { key: "template:1".into(), last: Some(Stop::Output), since: jonas.now };
        assert_eq!(quarantine::held(&mina).await, Ok(vec![held]));
        quarantine::release(&mina, "template:1").await.unwrap();
        assert_eq!(quarantine::held(&mina).await, Ok(Vec::new()));
        assert_eq!(quarantine::release(&mina, "template:1").await, Err(AppError::NotFound));
        assert_eq!(quarantine::render(&jonas, "template:1", &flood()).await, Ok(stopped));
    })
    .await;
}

#[tokio::test]
async fn faults_are_no_stops() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let jonas = app.as_person(&cast.jonas);
        for _ in 0..4 {
            let outcome = quarantine::render(&jonas, "template:1", &job("{{ nam }}")).await.unwrap();
            let advice = "Line 1, column 4 of the source: There is no variable `nam`. Did you mean `name`?";
            assert_eq!(outcome.complaints(TemplateFault::sentence), [advice]);
        }
    })
    .await;
}

#[tokio::test]
async fn what_somebody_else_tries_out_neither_stops_a_template_nor_lets_it_go() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (mina, jonas, ravi) = (app.as_person(&cast.mina), app.as_person(&cast.jonas), app.as_person(&cast.ravi));
        let id = drafts::create(&jonas, "Weekly", TemplateCategory::Status, &Document::blank()).await.unwrap();
        let tried = async |ctx: &Ctx, html: String| {
            let document = Document { body: Body::Html { source: html }, ..Document::blank() };
            let json = serde_json::to_string(&document).unwrap();
            assert!(preview::show(ctx, id, &json, &PreviewData::default()).await.unwrap().fault.is_some());
        };
        let held = async || -> Vec<String> {
            let mut keys: Vec<_> = quarantine::held(&mina).await.unwrap().into_iter().map(|held| held.key).collect();
            keys.sort();
            keys
        };
        let (of_ravi, of_template) = (format!("preview:{}", cast.ravi.id), format!("template:{id}"));
        for _ in 0..3 {
            tried(&ravi, flood().html).await;
        }
        assert_eq!(held().await, [of_ravi.clone()]);
        for _ in 0..3 {
            tried(&jonas, flood().html).await;
        }
        assert_eq!(held().await, [of_ravi, of_template.clone()]);
        tried(&ravi, format!("{} ", flood().html)).await;
        assert_eq!(held().await, [of_template], "another source counts anew for Ravi, and for nobody else");
    })
    .await;
}

#[tokio::test]
async fn what_nobody_could_change_is_never_held_back() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let mina = app.as_person(&cast.mina);
        let document = Document { body: Body::Html { source: flood().html }, ..Document::blank() };
        let writer = Writer::new(None, &document, &sample_snapshot()).await.unwrap();
        let data = writer.context(&sample_snapshot(), &address(), &Reader::default());
        for _ in 0..5 {
            assert_eq!(writer.write(&mina, vec![data.clone()]).await, Ok(RenderOutcome::Stopped(Stop::Output)));
        }
        assert_eq!(quarantine::held(&mina).await, Ok(Vec::new()));
    })
    .await;
}

fn address() -> Address {
    Address {
        base_url: "https://reports.example".into(),
        occurrence: OccurrenceId(Uuid::nil()),
        number: 1,
        job: "Weekly status".into(),
        stop_url: None,
        attachments_note: None,
        comment: None,
    }
}

#[tokio::test]
async fn a_mail_carries_the_logo_only_where_its_source_shows_it() {
    let logo = Logo { png: "AA==".into(), width: 120, height: 40, alt: "Office".into() };
    let theme = Theme { logo: Some(logo), ..Theme::default() };
    let images = async |source: &str| {
        let body = Body::Html { source: source.into() };
        let document = Document { body, theme: theme.clone(), ..Document::blank() };
        let writer = Writer::new(None, &document, &sample_snapshot()).await.unwrap();
        writer.images().iter().map(|image| image.name.clone()).collect::<Vec<_>>()
    };
    assert!(images("<p>Hello</p>").await.is_empty());
    assert_eq!(images("<img src=\"cid:logo\">").await, ["logo"]);
}
