//! Mails of alarms that are written with somebody's own template, and those that arrive whatever has become of it.

use app::{
    alarms::service::styled,
    domain::{
        account::Language,
        ids::TemplateId,
        template::{Body, Document, TemplateCategory, gallery},
    },
    entities::{outbox_message, template as template_row, user},
    error::{AppError, Problem},
    platform::mailer,
    templates::service::{drafts, library, versions},
    testing::each_database,
};
use chrono::TimeDelta;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{
    alarms::{fail, patient, post_all},
    jobs_stage::Stage,
};

/// A published template; whether it can be filled in is asked elsewhere.
async fn template(stage: &Stage<'_>, category: TemplateCategory, document: &Document) -> TemplateId {
    let ctx = stage.mina();
    let id = drafts::create(&ctx, "Our alarm", category, document).await.unwrap();
    versions::publish(&ctx, id, 1, "").await.unwrap();
    id
}

fn html(source: &str) -> Document {
    Document { body: Body::Html { source: source.into() }, ..Document::blank() }
}

/// The one that comes with the program.
fn job_failed() -> Document {
    gallery::ENTRIES.iter().find(|entry| entry.word == "job-failed").unwrap().document()
}

/// Subject and text of the latest mail in the outbox.
async fn latest(stage: &Stage<'_>) -> (String, String) {
    let query = outbox_message::Entity::find().order_by_desc(outbox_message::Column::Id);
    let row = query.one(stage.app.reader()).await.unwrap().unwrap();
    let mail = mailer::read(&row.mime).unwrap();
    (row.subject, mail.text.unwrap())
}

#[tokio::test]
async fn a_failure_is_told_with_the_template_of_the_gallery_and_what_really_happened() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&patient()).await;
        let chosen = template(&stage, TemplateCategory::Alarm, &job_failed()).await;
        styled::choose(&stage.mina(), &chosen.to_string()).await.unwrap();
        let run = fail(&stage, id, "It broke.").await;
        post_all(&stage).await;
        let (subject, text) = latest(&stage).await;
        assert_eq!(subject, "Weekly report: failed");
        assert!(text.contains("Weekly report failed: it broke."), "{text}");
        assert!(text.contains(&format!("http://127.0.0.1:3000/jobs/runs/{run}")), "{text}");

        // What happens within the hour is told with the next one.
        fail(&stage, id, "It broke again.").await;
        fail(&stage, id, "And again.").await;
        stage.pass(TimeDelta::hours(2));
        post_all(&stage).await;
        let (_, text) = latest(&stage).await;
        assert!(text.contains("it broke again. One more thing has happened since then."), "{text}");

        styled::choose(&stage.mina(), "").await.unwrap();
        stage.pass(TimeDelta::hours(2));
        fail(&stage, id, "It broke.").await;
        post_all(&stage).await;
        let (subject, text) = latest(&stage).await;
        assert_eq!(subject, "Run 4 of Weekly report failed: it broke");
        assert!(!text.contains("could not be filled in"), "{text}");
    })
    .await;
}

#[tokio::test]
async fn an_alarm_arrives_whatever_is_wrong_with_its_template() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&patient()).await;
        let mina = stage.mina();
        let ten = "0123456789".repeat(100);
        // More than a megabyte: the fourth time it is held back.
        let flood = html(&format!("<p>{{% for a in range(end=2000) %}}{ten}{{% endfor %}}</p>"));
        let faulty = html("<p>{{ run.raeson }}</p>");
        let pictureless = html("<p>{{ run.reason }} <img src=\"cid:nowhere\" alt=\"A picture\"></p>");
        let mut runs = 0;
        for (document, times) in [(faulty, 1), (pictureless, 1), (flood, 4)] {
            let chosen = template(&stage, TemplateCategory::Alarm, &document).await;
            styled::choose(&mina, &chosen.to_string()).await.unwrap();
            for _ in 0..times {
                stage.pass(TimeDelta::hours(2));
                let run = fail(&stage, id, "It broke.").await;
                post_all(&stage).await;
                let (subject, text) = latest(&stage).await;
                runs += 1;
                assert_eq!(subject, format!("Run {runs} of Weekly report failed: it broke"), "{:?}", document.body);
                assert!(text.contains(&format!("/jobs/runs/{run}")), "{text}");
            }
        }
        let (_, text) = latest(&stage).await;
        assert!(text.contains("could not be filled in, so this is the built-in one"), "{text}");

        let gone = template(&stage, TemplateCategory::Alarm, &job_failed()).await;
        styled::choose(&mina, &gone.to_string()).await.unwrap();
        let refused = drafts::remove(&mina, gone).await;
        assert_eq!(refused, Err(AppError::field("template", Problem::NotAllowed)), "alarms are written with it");
        let shown = library::desk(&mina, gone).await.unwrap().jobs;
        assert_eq!((shown.count(), shown.alarms), (0, true));
        let tx = mina.begin().await.unwrap();
        let removed = template_row::ActiveModel { deleted_at: Set(Some(mina.now)), ..Default::default() };
        let of_alarms = template_row::Column::Id.eq(gone);
        template_row::Entity::update_many().set(removed).filter(of_alarms).exec(&*tx).await.unwrap();
        tx.commit().await.unwrap();
        stage.pass(TimeDelta::hours(2));
        fail(&stage, id, "It broke.").await;
        post_all(&stage).await;
        assert_eq!(latest(&stage).await.0, "Run 7 of Weekly report failed: it broke");
    })
    .await;
}

#[tokio::test]
async fn an_alarm_is_written_with_the_number_of_its_run_and_in_the_language_of_whoever_reads_it() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&patient()).await;
        let mina = stage.mina();
        let document = Document { subject: "In {{ recipient.language }}, run {{ run.number }}".into(), ..job_failed() };
        let chosen = template(&stage, TemplateCategory::Alarm, &document).await;
        styled::choose(&mina, &chosen.to_string()).await.unwrap();
        let tx = mina.begin().await.unwrap();
        let german = user::ActiveModel { language: Set(Language::German), ..Default::default() };
        user::Entity::update_many().set(german).exec(&*tx).await.unwrap();
        tx.commit().await.unwrap();
        for number in 1..=2 {
            fail(&stage, id, "It broke.").await;
            post_all(&stage).await;
            assert_eq!(latest(&stage).await.0, format!("In de, run {number}"));
            stage.pass(TimeDelta::hours(2));
        }
    })
    .await;
}

#[tokio::test]
async fn an_administrator_chooses_among_published_templates_for_alarms() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let mina = stage.mina();
        let of_status = template(&stage, TemplateCategory::Status, &html("<p>Hello</p>")).await;
        let of_alarms = template(&stage, TemplateCategory::Alarm, &html("<p>Hello</p>")).await;
        let jonas = app.as_person(&stage.cast.jonas);
        assert_eq!(styled::choose(&jonas, &of_alarms.to_string()).await, Err(AppError::Forbidden));
        let refused = styled::choose(&mina, &of_status.to_string()).await;
        assert_eq!(refused, Err(AppError::field("template", Problem::UnknownChoice)));
        assert_eq!(styled::chosen(app.reader()).await, Ok(None));
        styled::choose(&mina, &of_alarms.to_string()).await.unwrap();
        assert_eq!(styled::chosen(app.reader()).await, Ok(Some(of_alarms)));
        let names = styled::choices(app.reader()).await.unwrap();
        assert_eq!(names, [(of_alarms.to_string(), "Our alarm".to_owned())]);
    })
    .await;
}
