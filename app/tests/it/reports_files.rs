//! The files of a report: made once by its run, sent, kept, and made again for those who look back.

use std::process::Command;

use app::{
    archive::service::{files, read::read},
    domain::{
        ids::ScheduleId,
        occurrence::OccurrenceState,
        report::spec::{AttachmentKind, ListKind, ReportSpec},
        template::{Block, BlockKind, Body, Document, TaskColumn, TemplateCategory, When, block::TaskFilter},
    },
    entities::{artifact, schedule, task},
    error::AppError,
    jobs::service::{copies, report, runs},
    platform::mailer::{self, anatomy},
    tasks::service::labels_of_task,
    templates::service::{drafts, versions},
    testing::{Cast, each_database, frozen, project, removed, sent_report, smtp_server::SmtpServer},
};
use chrono::TimeDelta;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, QueryFilter,
};

use super::jobs_stage::{Stage, mondays_at_ten};

const NAME: &str = "weekly-report-T-2026-11-22";

/// Has the job send all kinds of files.
async fn with_files(stage: &Stage<'_>, id: ScheduleId) {
    let spec = ReportSpec { attachments: AttachmentKind::ALL.to_vec(), ..ReportSpec::default() };
    let options = Some(serde_json::to_string(&spec).unwrap());
    let change = schedule::ActiveModel { id: Unchanged(id), options: Set(options), ..Default::default() };
    change.update(stage.app.reader()).await.unwrap();
}

/// The names of the files of a message, in their order.
fn attached(message: &[u8]) -> Vec<String> {
    let parts = anatomy(message).unwrap().parts;
    parts.into_iter().filter(|part| part.is_attachment).filter_map(|part| part.name).collect()
}

#[tokio::test]
async fn a_run_sends_its_files_keeps_them_and_commits_them() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&mondays_at_ten()).await;
        with_files(&stage, id).await;
        stage.pass(TimeDelta::minutes(60));
        stage.plan().await;
        stage.work().await;
        let run = stage.runs(id).await.remove(0);
        assert_eq!(run.state, OccurrenceState::Done, "{:?}", stage.log(run.id).await);
        let names = ["pdf", "html", "xlsx", "csv", "json"].map(|ending| format!("{NAME}.{ending}"));

        let kept = artifact::Entity::find().filter(artifact::Column::OccurrenceId.eq(run.id));
        let kept = kept.all(app.reader()).await.unwrap();
        let file = |name: &str| kept.iter().find(|file| file.name == name).unwrap();
        assert!(names.iter().all(|name| !file(name).bytes.is_empty()));
        assert_eq!(
            file(&names[4]).bytes,
            frozen(&app, run.id).await.unwrap().into_bytes(),
            "the data that were hashed"
        );

        let messages = server.messages();
        assert_eq!(messages.len(), 2);
        for message in &messages {
            assert_eq!(attached(message), names);
            let text = String::from_utf8_lossy(message);
            assert!(text.contains("multipart/mixed") && !text.contains("too big"));
        }

        let folder = app.settings.data_dir.join("archive.git");
        let commit = run.commit_id.clone().unwrap();
        let listed =
            Command::new("git").arg("-C").arg(folder).args(["ls-tree", "-r", "--name-only", &commit]).output().unwrap();
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        assert!(names[..4].iter().all(|name| listed.contains(name)), "{listed}");
        assert!(!listed.contains(&names[4]) && listed.contains("data.json"), "the data lie there once: {listed}");

        let mina = stage.mina();
        for name in &names {
            let made = files::file(&mina, run.id, name).await.unwrap();
            assert_eq!((&made.name, &made.bytes), (name, &file(name).bytes), "as it was sent");
        }
        copies::send_to_me(&mina, &run).await.unwrap();
        let copy = server.messages().pop().unwrap();
        assert_eq!(attached(&copy), names);
    })
    .await;
}

#[tokio::test]
async fn the_files_of_a_run_show_the_tasks_that_filters_and_conditions_of_its_template_leave_in_the_mail() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let mina = stage.mina();
        let label = r#"{{ x }} "a\b" %}"#;
        let labelled = task::Entity::find().filter(task::Column::Title.eq("Write the report"));
        let labelled = labelled.one(app.reader()).await.unwrap().unwrap();
        labels_of_task::add(&mina, labelled.id, label, None).await.unwrap();

        let filter = TaskFilter { label: label.into(), ..TaskFilter::default() };
        let list = ListKind::Created;
        let kind = BlockKind::TaskList { list, limit: 10, filter, none: String::new() };
        let all = TaskFilter::default();
        let hidden = BlockKind::Table { list, limit: 10, filter: all, columns: vec![TaskColumn::Title] };
        let blocks = vec![
            Block { id: 1, kind, when: When::HasTasks { list } },
            Block { id: 2, kind: hidden, when: When::HasNone { list } },
        ];
        let document = Document { body: Body::Blocks { blocks }, ..Document::blank() };
        let template = drafts::create(&mina, "Narrowed", TemplateCategory::Status, &document).await.unwrap();
        versions::publish(&mina, template, 1, "").await.unwrap();
        let id = stage.job(&mondays_at_ten()).await;
        let attachments = AttachmentKind::ALL.to_vec();
        let spec = ReportSpec { template: Some(template), attachments, ..ReportSpec::default() };
        let version = stage.schedule(id).await.version;
        report::choose(&mina, id, version, &spec).await.unwrap();
        // Today is in it: both tasks of the stage were created in its days.
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;

        let mail = mailer::read(&stage.deliveries(run).await[0].mime).unwrap();
        let kept = artifact::Entity::find().filter(artifact::Column::OccurrenceId.eq(run));
        let kept = kept.all(app.reader()).await.unwrap();
        let file = |ending: &str| {
            let file = kept.iter().find(|file| file.name.ends_with(ending) && file.name != "report.html").unwrap();
            String::from_utf8_lossy(&file.bytes).into_owned()
        };
        let (page, table, data) = (file(".html"), file(".csv"), file(".json"));
        for shown in [mail.html.unwrap(), mail.text.unwrap(), page, table] {
            let tasks = ["Write the report", "Finish the report"].map(|title| shown.contains(title));
            assert_eq!(tasks, [true, false], "{shown}");
        }
        assert!(data.contains("Finish the report"), "the file of data is what was frozen, whatever the mail shows");
    })
    .await;
}

#[tokio::test]
async fn files_of_a_report_that_had_none_are_made_of_its_facts_for_those_who_see_it() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let run = sent_report(&app, made.id).await;
        let mina = app.as_person(&cast.mina);
        let offered = read(&mina, run).await.unwrap().files;
        assert!(files::file(&app.as_person(&cast.alex), run, "report.csv").await.is_ok(), "who views it may");
        assert_eq!(offered.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), AttachmentKind::ALL);
        for (kind, name) in offered {
            let file = files::file(&mina, run, &name).await.unwrap();
            assert_eq!(file.name, name);
            assert_eq!(file, files::file(&mina, run, &format!("facts.{kind}")).await.unwrap(), "the ending counts");
            assert!(!file.bytes.is_empty());
        }
        assert_eq!(files::file(&mina, run, "report.exe").await.unwrap_err(), AppError::NotFound);
        assert_eq!(files::file(&mina, run, "report.html").await.unwrap_err(), AppError::NotFound);
        let stranger = app.as_person(&cast.ravi);
        assert_eq!(files::file(&stranger, run, "report.csv").await.unwrap_err(), AppError::NotFound);
        assert_eq!(files::file(&stranger, run, "report.json").await.unwrap_err(), AppError::NotFound);
        removed(&app, run, 12).await;
        assert_eq!(files::file(&mina, run, "report.pdf").await.unwrap_err(), AppError::NotFound);
    })
    .await;
}

#[tokio::test]
async fn the_downloads_of_one_person_wait_for_each_other_and_nobody_waits_for_them() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let run = sent_report(&app, made.id).await;
        let under_way = app.papers.take(Some(cast.jonas.id)).await.unwrap();
        let jonas = app.as_person(&cast.jonas);
        let waits = tokio::spawn(async move { files::file(&jonas, run, "report.pdf").await });
        let alex = app.as_person(&cast.alex);
        assert!(files::file(&alex, run, "report.pdf").await.is_ok(), "somebody else gets theirs meanwhile");
        assert!(!waits.is_finished(), "it waits for its turn");
        drop(under_way);
        assert!(waits.await.unwrap().is_ok());
    })
    .await;
}
