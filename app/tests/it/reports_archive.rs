//! Looking back: the commit in the archive, the list, one report, who may see it.

use std::{collections::BTreeSet, process::Command};

use app::{
    archive::{
        service::{
            files,
            list::list,
            read::{part, read},
            resend::{self, Again},
        },
        view::{Part, ReportList, Tab},
    },
    domain::{
        delivery::DeliveryPhase,
        ids::{OccurrenceId, ProjectId, ScheduleId},
        metrics::Share,
        occurrence::OccurrenceState,
        report::{
            ReportProject, Snapshot,
            spec::{ChartKind, ListKind},
        },
        report_filter::{Month, ReportFilter},
    },
    entities::{delivery, occurrence, outbox_message, schedule},
    error::{AppError, Problem},
    platform::ctx::Ctx,
    testing::{Cast, TestApp, each_database, frozen, next_report, project, removed, replace_frozen, sent_report, task},
};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

fn git(app: &TestApp, args: &[&str]) -> String {
    let folder = app.settings.data_dir.join("archive.git");
    let output = Command::new("git").arg("-C").arg(folder).args(args).output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn a_report_is_one_commit_with_html_text_pictures_and_data() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        task(&app.as_person(&cast.jonas), &made, columns[0], "Book the room").await;
        let run = sent_report(&app, made.id).await;
        let mina = app.as_person(&cast.mina);
        let detail = read(&mina, run).await.unwrap();
        let commit = detail.item.commit.clone().unwrap();
        assert_eq!(git(&app, &["rev-parse", "main"]).trim(), commit);
        assert_eq!(git(&app, &["fsck", "--strict"]), "");
        let folder = detail.folder.clone().unwrap();
        let Part::Source { data, html } = part(&mina, run, Tab::Source).await.unwrap() else {
            panic!("the source was asked for")
        };
        let files = git(&app, &["ls-tree", "-r", "--name-only", &commit]);
        let names: Vec<&str> = files.lines().map(|name| name.strip_prefix(&format!("{folder}/")).unwrap()).collect();
        assert_eq!(names, ["created-completed.png", "data.json", "report.html", "report.txt", "work-by-status.png"]);
        let show = |name: &str| git(&app, &["show", &format!("{commit}:{folder}/{name}")]);
        assert_eq!(show("data.json"), data, "the stored bytes, so that their hash fits");
        assert!(html.unwrap().contains("src=\"cid:created-completed\""), "as it stands in the mail");
        assert!(show("report.html").contains("src=\"created-completed.png\""), "the pictures beside it");
        assert!(show("report.txt").contains("Open: 1"));
        let message = git(&app, &["log", "-1", "--format=%B"]);
        assert!(message.starts_with("Weekly report of Tasks, 17–23 November 2026"), "{message}");
        assert!(message.contains(&format!("Report-Occurrence: {run}")), "{message}");
    })
    .await;
}

#[tokio::test]
async fn where_a_mail_names_ten_tasks_the_page_of_the_report_has_all_as_they_stood() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let jonas = app.as_person(&cast.jonas);
        for number in 1..=12 {
            task(&jonas, &made, columns[1], &format!("Task {number}")).await;
        }
        let run = sent_report(&app, made.id).await;
        task(&jonas, &made, columns[1], "Too late for it").await;
        let mina = app.as_person(&cast.mina);
        let Part::Text(Some(text)) = part(&mina, run, Tab::Text).await.unwrap() else {
            panic!("the text was asked for")
        };
        let all = format!("/reports/{run}?view=tasks#in_progress");
        assert!(text.contains("and 2 more: ") && text.contains(&all), "{text}");

        let Part::Tasks(tables) = part(&mina, run, Tab::Tasks).await.unwrap() else { panic!("tasks were asked for") };
        let lists: Vec<(ListKind, usize)> = tables.iter().map(|table| (table.list, table.rows.len())).collect();
        let expected = [
            (ListKind::Overdue, 0),
            (ListKind::Finished, 0),
            (ListKind::InProgress, 12),
            (ListKind::DueNext, 0),
            (ListKind::Created, 12),
        ];
        assert_eq!(lists, expected, "in the order of the report, and what else there is behind them");
        let titles: BTreeSet<&str> = tables[2].rows.iter().map(|row| row.title.as_str()).collect();
        assert!(titles.len() == 12 && titles.contains("Task 12"), "{titles:?}");
    })
    .await;
}

#[tokio::test]
async fn the_charts_of_a_report_are_drawn_from_its_frozen_facts_as_far_as_the_reader_sees_them() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        task(&app.as_person(&cast.jonas), &made, columns[0], "Book the room").await;
        let run = sent_report(&app, made.id).await;
        let alex = app.as_person(&cast.alex);
        let Part::Charts(charts) = part(&alex, run, Tab::Charts).await.unwrap() else {
            panic!("charts were asked for")
        };
        assert_eq!(charts.len(), ChartKind::ALL.len());
        assert!(charts[0].picture.svg.contains("<svg"), "created and completed");
        task(&app.as_person(&cast.jonas), &made, columns[0], "Later").await;
        assert_eq!(part(&alex, run, Tab::Charts).await.unwrap(), Part::Charts(charts), "frozen");

        // The same report with the work of a project that Alex is not in, and a variant without it.
        let own = Snapshot::from_json(&frozen(&app, run).await.unwrap()).unwrap();
        let mut whole = own.clone();
        let hidden = ReportProject { id: ProjectId(uuid::Uuid::now_v7()), ..own.project.clone() };
        whole.projects = vec![own.project.clone(), hidden];
        whole.people.open = vec![Share { name: "Hidden Person".into(), person: None, parts: [0, 0, 0, 4] }];
        whole.variants = vec![own];
        replace_frozen(&app, run, &whole.to_json().unwrap()).await;
        let Part::Charts(charts) = part(&alex, run, Tab::Charts).await.unwrap() else {
            panic!("charts were asked for")
        };
        assert_eq!(charts.len(), ChartKind::ALL.len());
        assert!(!format!("{charts:?}").contains("Hidden Person"));
        assert_eq!(part(&app.as_person(&cast.ravi), run, Tab::Charts).await.unwrap_err(), AppError::NotFound);
    })
    .await;
}

async fn job_of(app: &TestApp, run: OccurrenceId) -> ScheduleId {
    occurrence::Entity::find_by_id(run).one(app.reader()).await.unwrap().unwrap().schedule_id
}

async fn found(ctx: &Ctx, query: &str) -> ReportList {
    list(ctx, ReportFilter::from_query(query)).await.unwrap()
}

async fn ids(ctx: &Ctx, query: &str) -> Vec<OccurrenceId> {
    found(ctx, query).await.items.into_iter().map(|item| item.id).collect()
}

#[tokio::test]
async fn members_see_a_report_and_those_who_may_edit_see_each_recipient_with_the_servers_words() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let run = sent_report(&app, made.id).await;
        let (alex, jonas) = (app.as_person(&cast.alex), app.as_person(&cast.jonas));
        let shown = found(&alex, "").await;
        assert_eq!(shown.items.len(), 1);
        let item = &shown.items[0];
        assert_eq!((item.sent_words().as_str(), item.month.as_str()), ("1 of 2", "November 2026"));
        assert_eq!((item.job.as_str(), item.project.as_str()), ("Weekly status", "Tasks"));
        assert_eq!(item.size_words(), "1 kB", "a small message, rounded up");
        assert!(ids(&alex, &format!("before={run}")).await.is_empty(), "nothing is older");

        let detail = read(&jonas, run).await.unwrap();
        let answers: Vec<_> = detail.recipients.iter().map(|one| (one.phase, one.answer.clone().unwrap())).collect();
        assert_eq!(
            answers,
            [
                (DeliveryPhase::Accepted, "250 2.0.0 queued as 1".to_owned()),
                (DeliveryPhase::Failed, "550 5.1.1 no such user".to_owned()),
            ]
        );
        let html = files::html(&alex, run).await.unwrap();
        assert_eq!(html.matches("src=\"data:image/png;base64,").count(), 2);
        assert!(!html.contains("cid:"));
        assert!(files::paper(&alex, run).await.unwrap().contains("@page"));
        let first = files::message(&jonas, run, None).await.unwrap();
        assert!(first.starts_with(b"Subject: to mina@example.org"), "to nobody in particular: the first");
        let second = files::message(&jonas, run, Some(detail.recipients[1].delivery)).await.unwrap();
        assert!(second.starts_with(b"Subject: to sam@example.org"));
    })
    .await;
}

#[tokio::test]
async fn a_viewer_sees_how_many_got_it_and_only_their_own_message() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let run = sent_report(&app, made.id).await;
        let alex = app.as_person(&cast.alex);
        let detail = read(&alex, run).await.unwrap();
        assert!(detail.recipients.is_empty() && detail.hidden_recipients == 2 && !detail.has_message);
        assert_eq!(files::message(&alex, run, None).await.unwrap_err(), AppError::NotFound);
        assert!(ids(&alex, "recipient=sam").await.is_empty(), "nor can they find out by asking");
        assert_eq!(ids(&app.as_person(&cast.jonas), "recipient=sam").await, [run]);

        let sam = delivery::Entity::find()
            .filter(delivery::Column::Address.eq("sam@example.org"))
            .one(app.reader())
            .await
            .unwrap()
            .unwrap();
        let sams = sam.id;
        assert_eq!(files::message(&alex, run, Some(sams)).await.unwrap_err(), AppError::NotFound);
        let mut sam: delivery::ActiveModel = sam.into();
        sam.address = Set("Alex@example.org".into());
        sam.update(app.reader()).await.unwrap();
        let detail = read(&alex, run).await.unwrap();
        assert_eq!((detail.recipients.len(), detail.hidden_recipients), (1, 1));
        assert!(files::message(&alex, run, None).await.unwrap().starts_with(b"Subject: to sam@example.org"));
        assert_eq!(ids(&alex, "recipient=alex").await, [run]);
    })
    .await;
}

#[tokio::test]
async fn reports_are_found_by_month_job_project_result_and_words() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let first = sent_report(&app, made.id).await;
        let job = job_of(&app, first).await;
        app.clock.advance(TimeDelta::days(20));
        let second = next_report(&app, made.id, job).await;
        let third = sent_report(&app, made.id).await;
        let row = schedule::ActiveModel {
            id: Set(job_of(&app, third).await),
            name: Set("100% of it".into()),
            ..Default::default()
        };
        row.update(app.reader()).await.unwrap();
        let row = occurrence::ActiveModel { id: Set(second), state: Set(OccurrenceState::Done), ..Default::default() };
        row.update(app.reader()).await.unwrap();

        let jonas = app.as_person(&cast.jonas);
        let all = found(&jonas, "").await;
        let month = |text: &str| Month::parse(text).unwrap();
        assert_eq!(all.months, [(month("2026-12"), 2), (month("2026-11"), 1)]);
        assert_eq!(all.items.iter().map(|item| item.id).collect::<Vec<_>>(), [third, second, first]);
        assert_eq!(all.projects, [("T".to_owned(), "Tasks".to_owned())]);
        assert_eq!(all.jobs.len(), 2);
        assert_eq!(ids(&jonas, "month=2026-11").await, [first]);
        assert_eq!(ids(&jonas, &format!("job={job}")).await, [second, first]);
        assert_eq!(ids(&jonas, &format!("before={second}")).await, [first], "a page begins behind a report");
        assert_eq!(ids(&jonas, "result=delivered").await, [second]);
        assert_eq!(ids(&jonas, "result=partly&month=2026-12").await, [third]);
        assert_eq!(ids(&jonas, "project=t").await.len(), 3);
        assert!(ids(&jonas, "project=OTHER").await.is_empty());
        assert_eq!(ids(&jonas, "q=WEEKLY+status").await, [second, first], "all words, in any case");
        assert_eq!(ids(&jonas, "q=100%25").await, [third], "a sign of the pattern is taken literally");
        assert!(ids(&jonas, "q=nothing+like+it").await.is_empty());
        let narrowed = found(&jonas, "q=weekly&month=2026-11").await;
        assert_eq!(
            narrowed.months,
            [(month("2026-12"), 1), (month("2026-11"), 1)],
            "counts follow the filter, not the month"
        );
    })
    .await;
}

#[tokio::test]
async fn a_report_knows_its_neighbours_and_outlives_the_names_of_its_job() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let first = sent_report(&app, made.id).await;
        let job = job_of(&app, first).await;
        app.clock.advance(TimeDelta::days(7));
        let second = next_report(&app, made.id, job).await;
        let alex = app.as_person(&cast.alex);
        let detail = read(&alex, first).await.unwrap();
        assert_eq!((detail.previous, detail.next.map(|next| next.id)), (None, Some(second)));
        let detail = read(&alex, second).await.unwrap();
        assert_eq!((detail.previous.map(|one| one.id), detail.next), (Some(first), None));
        assert!(detail.permalink.ends_with(&format!("/reports/{second}")));

        let row = schedule::ActiveModel {
            id: Set(job),
            name: Set("Renamed".into()),
            deleted_at: Set(Some(app.clock.now())),
            ..Default::default()
        };
        row.update(app.reader()).await.unwrap();
        assert_eq!(read(&alex, second).await.unwrap().item.job, "Renamed");
    })
    .await;
}

#[tokio::test]
async fn a_report_goes_again_to_those_who_did_not_get_it_and_a_copy_to_whoever_asks() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let run = sent_report(&app, made.id).await;
        let (alex, jonas) = (app.as_person(&cast.alex), app.as_person(&cast.jonas));
        assert_eq!(resend::again(&alex, run, Again::Failed).await.unwrap_err(), AppError::Forbidden);
        resend::again(&jonas, run, Again::Failed).await.unwrap();
        let phases: Vec<_> = read(&jonas, run).await.unwrap().recipients.iter().map(|one| one.phase).collect();
        assert_eq!(phases, [DeliveryPhase::Accepted, DeliveryPhase::Queued], "who has it is left alone");

        resend::to_me(&alex, run).await.unwrap();
        let caught = outbox_message::Entity::find().all(app.reader()).await.unwrap();
        assert_eq!(caught.len(), 1);
        assert_eq!(caught[0].envelope_to, "alex@example.org");
        let mime = String::from_utf8_lossy(&caught[0].mime).into_owned();
        assert!(mime.contains("multipart/related") && mime.contains("Content-ID: <created-completed"), "{mime}");
        resend::to_me(&alex, run).await.unwrap();
        let copies = outbox_message::Entity::find().count(app.reader()).await.unwrap();
        assert_eq!(copies, 2, "each copy is a message of its own");
        assert_eq!(delivery::Entity::find().count(app.reader()).await.unwrap(), 2, "and no delivery of the run");
    })
    .await;
}

#[tokio::test]
async fn a_report_that_was_removed_is_not_sent_again() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let run = sent_report(&app, made.id).await;
        removed(&app, run, 6).await;
        let jonas = app.as_person(&cast.jonas);
        let removed = AppError::field("to", Problem::Removed);
        assert_eq!(resend::again(&jonas, run, Again::Failed).await.unwrap_err(), removed);
        assert_eq!(resend::to_me(&jonas, run).await.unwrap_err(), removed);
        let by_the_run = app::jobs::service::runs::resend_failed(&jonas, run).await.unwrap_err();
        assert_eq!(by_the_run, AppError::field("run", Problem::Removed), "nor by the page of the run");
        let detail = read(&jonas, run).await.unwrap();
        assert!(detail.removed.unwrap().words().ends_with("by the retention of 6 months."));
        assert!(!detail.has_message && !detail.can_send);
        assert_eq!(part(&jonas, run, Tab::Source).await.unwrap(), Part::Plain);
        assert_eq!(files::html(&jonas, run).await.unwrap_err(), AppError::NotFound);
        assert_eq!(files::data(&jonas, run).await.unwrap_err(), AppError::NotFound);
        assert!(ids(&jonas, "").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_stranger_finds_no_report() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let run = sent_report(&app, made.id).await;
        let ravi = app.as_person(&cast.ravi);
        let shown = found(&ravi, "").await;
        assert!(
            shown.items.is_empty() && shown.months.is_empty() && shown.jobs.is_empty() && shown.projects.is_empty()
        );
        assert!(ids(&ravi, "recipient=mina&q=weekly").await.is_empty());
        assert_eq!(read(&ravi, run).await.unwrap_err(), AppError::NotFound);
        assert_eq!(part(&ravi, run, Tab::Source).await.unwrap_err(), AppError::NotFound);
        assert_eq!(files::html(&ravi, run).await.unwrap_err(), AppError::NotFound);
        assert_eq!(files::text(&ravi, run).await.unwrap_err(), AppError::NotFound);
        assert_eq!(files::data(&ravi, run).await.unwrap_err(), AppError::NotFound);
        assert_eq!(files::message(&ravi, run, None).await.unwrap_err(), AppError::NotFound);
        assert_eq!(resend::to_me(&ravi, run).await.unwrap_err(), AppError::NotFound);
    })
    .await;
}
