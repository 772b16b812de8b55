//! What a schedule asks a report for: its days, other projects, and what each reader gets of them.

use std::time::Duration;

use app::{
    archive::{
        service::{
            files,
            list::list,
            read::{part, read},
            resend,
        },
        view::{Part, Tab},
    },
    domain::{
        account::Role,
        delivery::DeliveryPhase,
        ids::{LabelId, ProjectId, ScheduleId, UserId},
        occurrence::OccurrenceState,
        period::Period,
        project::MemberRole,
        report::spec::{AttachmentKind, ListKind, Named, PeriodChoice, ReportSpec, Scope, Section},
        report_filter::ReportFilter,
    },
    entities::{delivery, member, occurrence, project as project_row, schedule},
    error::{AppError, Problem},
    jobs::{
        form::JobForm,
        report_form::ReportForm,
        service::{
            dry_run, report, report_choices,
            runs::{self, Decision},
            schedules,
        },
    },
    platform::{ctx::Ctx, mailer, render::cage},
    projects::service::{
        access,
        projects::{self, NewProject},
    },
    reports::service::{git_history, snapshot},
    tasks::service::labels,
    testing::{each_database, frozen, person, task},
};
use chrono::TimeDelta;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    EntityTrait,
};
use tokio::time::timeout;
use uuid::Uuid;

use super::jobs_stage::{Stage, mondays_at_ten};

fn days(first: &str, last: &str) -> Option<Period> {
    Some(Period { first: first.parse().unwrap(), last: last.parse().unwrap() })
}

/// Another project of Mina's with one task, which Alex sees and Jonas does not.
async fn website(stage: &Stage<'_>) -> project_row::Model {
    let ctx = stage.mina();
    let new = NewProject { name: "Website".into(), key: "W".into(), zone: "UTC".into() };
    let made = projects::create(&ctx, new).await.unwrap();
    let row = member::ActiveModel {
        project_id: Set(made.id),
        user_id: Set(stage.cast.alex.id),
        role: Set(MemberRole::Viewer),
    };
    member::Entity::insert(row).exec_without_returning(stage.app.reader()).await.unwrap();
    let columns = projects::columns(stage.app.reader(), made.id).await.unwrap();
    task(&ctx, &made, columns[1].id, "Launchpad").await;
    made
}

/// Gives a job this specification.
async fn choose(stage: &Stage<'_>, id: ScheduleId, spec: &ReportSpec) {
    let version = stage.schedule(id).await.version;
    assert_eq!(report::choose(&stage.mina(), id, version, spec).await, Ok(version + 1));
}

async fn period_of_last(stage: &Stage<'_>, id: ScheduleId) -> Option<Period> {
    let run = stage.runs(id).await.pop().unwrap();
    run.period_from.zip(run.period_to).map(|(first, last)| Period { first, last })
}

#[tokio::test]
async fn a_schedule_reports_the_days_that_it_asks_for() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        choose(&stage, id, &ReportSpec { period: PeriodChoice::LastFullMonth, ..ReportSpec::default() }).await;
        // Its form knows nothing of that, and takes nothing of it away.
        let version = stage.schedule(id).await.version;
        let renamed = JobForm { name: "Monthly status".into(), ..mondays_at_ten() };
        schedules::update(&stage.mina(), id, version, &renamed).await.unwrap();
        stage.pass(TimeDelta::minutes(60));
        stage.plan().await;
        stage.work().await;
        assert_eq!(period_of_last(&stage, id).await, days("2026-10-01", "2026-10-31"));
        let run = stage.runs(id).await.remove(0);
        let frozen = snapshot::from_json(&frozen(&app, run.id).await.unwrap()).unwrap();
        assert_eq!((frozen.title.as_str(), frozen.days.len(), frozen.cumulative.len()), ("Monthly report", 31, 31));

        choose(&stage, id, &ReportSpec { period: PeriodChoice::SinceLast, ..ReportSpec::default() }).await;
        stage.pass(TimeDelta::hours(1));
        runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        assert_eq!(period_of_last(&stage, id).await, days("2026-11-01", "2026-11-23"), "and today, for who asks");
        stage.pass(TimeDelta::days(7) - TimeDelta::hours(1));
        stage.plan().await;
        stage.work().await;
        assert_eq!(period_of_last(&stage, id).await, days("2026-11-23", "2026-11-29"), "that Monday was not over");
        let next = stage.schedule(id).await.next_run_at.unwrap();
        let shown = dry_run::look(&stage.mina(), id, next).await.unwrap();
        assert_eq!(Some(shown.snapshot.period), days("2026-11-30", "2026-12-06"));
        // Of a run that failed nobody has read: the next one tells of its days again.
        let run = stage.runs(id).await.pop().unwrap();
        let failed = occurrence::ActiveModel {
            id: Unchanged(run.id),
            state: Set(OccurrenceState::Failed),
            ..Default::default()
        };
        failed.update(app.reader()).await.unwrap();
        let shown = dry_run::look(&stage.mina(), id, next).await.unwrap();
        assert_eq!(Some(shown.snapshot.period), days("2026-11-23", "2026-12-06"));
    })
    .await;
}

#[tokio::test]
async fn who_asks_for_days_that_are_over_is_told_how_they_ended() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        let told = async || {
            let run = stage.runs(id).await.pop().unwrap();
            snapshot::from_json(&frozen(&app, run.id).await.unwrap()).unwrap()
        };
        choose(&stage, id, &ReportSpec { period: PeriodChoice::LastFullMonth, ..ReportSpec::default() }).await;
        stage.pass(TimeDelta::minutes(60));
        stage.plan().await;
        stage.work().await;
        let planned = told().await;
        assert_eq!(planned.as_of, stage.runs(id).await.pop().unwrap().scheduled_at, "a planned one stands as planned");
        assert!(planned.figures.open.now > 0);

        stage.pass(TimeDelta::minutes(5));
        runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        let by_hand = told().await;
        assert_eq!(Some(by_hand.period), days("2026-10-01", "2026-10-31"));
        assert_eq!(by_hand.as_of, by_hand.period.last_instant(&by_hand.project.zone.parse::<chrono_tz::Tz>().unwrap()));
        assert_eq!(by_hand.figures.open.now, 0, "no task was there in October");
        assert!(by_hand.in_progress.is_empty());

        // Its last day was over, so the next report does not tell of it again.
        choose(&stage, id, &ReportSpec { period: PeriodChoice::SinceLast, ..ReportSpec::default() }).await;
        stage.pass(TimeDelta::hours(1));
        runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        let since = told().await;
        assert_eq!(Some(since.period), days("2026-11-01", "2026-11-23"));
        assert!(since.as_of > by_hand.as_of && since.figures.open.now > 0, "today is in it");

        let between =
            PeriodChoice::Between { first: "2026-11-02".parse().unwrap(), last: "2026-11-08".parse().unwrap() };
        choose(&stage, id, &ReportSpec { period: between, ..ReportSpec::default() }).await;
        stage.pass(TimeDelta::days(7));
        stage.plan().await;
        stage.work().await;
        assert_eq!(told().await.figures.open.now, 0, "the same days are told of in the same way each time");
    })
    .await;
}

#[tokio::test]
async fn a_run_says_in_its_log_that_its_mail_is_longer_than_mail_programs_show() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        let is_said = async || {
            let run = runs::start(&stage.mina(), id).await.unwrap();
            stage.work().await;
            stage.log(run).await.iter().any(|line| line.contains("Gmail shows the first 102 kB"))
        };
        assert!(!is_said().await);
        let columns = projects::columns(app.reader(), stage.project.id).await.unwrap();
        for _ in 0..50 {
            task(&stage.mina(), &stage.project, columns[1].id, &"🚀".repeat(500)).await;
        }
        let list = Section::Tasks { list: ListKind::InProgress, limit: 50, from: None, named: Named::default() };
        choose(&stage, id, &ReportSpec { sections: vec![list], ..ReportSpec::default() }).await;
        stage.pass(TimeDelta::minutes(1));
        assert!(is_said().await);
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_makes_the_files_of_its_run_and_stores_none() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        let attachments = vec![AttachmentKind::Csv, AttachmentKind::Json];
        choose(&stage, id, &ReportSpec { attachments, ..ReportSpec::default() }).await;
        let next = stage.schedule(id).await.next_run_at.unwrap();
        let shown = dry_run::look(&stage.mina(), id, next).await.unwrap();
        let listed: Vec<_> =
            shown.files.iter().map(|(file, travels)| (file.name.rsplit('.').next().unwrap(), *travels)).collect();
        assert_eq!(listed, [("csv", true), ("json", true)]);
        let (csv, _) = &shown.files[0];
        assert_eq!(&dry_run::file(&stage.mina(), id, next, &csv.name).await.unwrap(), csv);
        assert_eq!(dry_run::file(&stage.mina(), id, next, "report.exe").await, Err(AppError::NotFound));
        assert!(stage.runs(id).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn each_reader_gets_the_projects_they_see_and_finds_no_others_in_the_archive() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let other = website(&stage).await;
        let form =
            JobForm { recipients: "jonas@example.org\nalex@example.org\nboss@example.com".into(), ..mondays_at_ten() };
        let id = stage.job(&form).await;
        let scope = Scope { other_projects: vec![other.id], ..Scope::default() };
        choose(&stage, id, &ReportSpec { scope, ..ReportSpec::default() }).await;
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        let sent = stage.deliveries(run).await;
        let got: Vec<(bool, bool)> = sent
            .iter()
            .map(|row| {
                let mail = mailer::read(&row.mime).unwrap();
                let html = mail.html.unwrap();
                assert!(html.contains("data:image/png") || html.contains("cid:"), "with its pictures");
                (mail.text.unwrap().contains("W-1 Launchpad"), mail.subject.contains("Tasks and 1 more project"))
            })
            .collect();
        assert_eq!(got, [(false, false), (true, true), (true, true)], "Jonas does not see the website");

        let (jonas, alex) = (app.as_person(&stage.cast.jonas), app.as_person(&stage.cast.alex));
        let source = async |ctx: &Ctx| match part(ctx, run, Tab::Source).await.unwrap() {
            Part::Source { html, data } => format!("{}{data}", html.unwrap()),
            _ => panic!("the source was asked for"),
        };
        assert!(source(&alex).await.contains("Launchpad") && !source(&jonas).await.contains("Launchpad"));
        let seen_by_jonas = read(&jonas, run).await.unwrap();
        assert!(!seen_by_jonas.subject.contains("1 more project"), "{}", seen_by_jonas.subject);
        assert_eq!(seen_by_jonas.recipients.len(), 1, "who edits sees who got it, but not what they do not see of it");
        // Nor do lists and searches tell what the other project did.
        let marked = occurrence::ActiveModel {
            id: Unchanged(run),
            finding: Set(Some("Of all projects".into())),
            ..Default::default()
        };
        marked.update(app.reader()).await.unwrap();
        let findings = async |ctx: &Ctx, query: &str| -> Vec<String> {
            let shown = list(ctx, ReportFilter::from_query(query)).await.unwrap();
            let counted: u32 = shown.months.iter().map(|(_, many)| many).sum();
            assert_eq!(counted as usize, shown.items.len(), "the months count what is shown");
            shown.items.into_iter().map(|item| item.finding).collect()
        };
        assert_eq!(findings(&alex, "").await, ["Of all projects"]);
        assert_eq!(findings(&jonas, "").await, [seen_by_jonas.item.finding.as_str()]);
        for query in ["q=of+all+projects", "q=1+more+project"] {
            assert_eq!(findings(&alex, query).await.len(), 1, "{query}");
            assert_eq!(findings(&jonas, query).await.len(), 0, "{query}");
        }
        for (ctx, sees_all) in [(&alex, true), (&jonas, false)] {
            let on_its_page = runs::run(ctx, run).await.unwrap().run.subject.unwrap();
            let on_the_jobs = runs::job(ctx, id).await.unwrap().runs.remove(0).subject.unwrap();
            assert_eq!(on_its_page, on_the_jobs);
            assert_eq!(on_its_page.contains("1 more project"), sees_all, "{on_its_page}");
        }
        assert!(!files::html(&jonas, run).await.unwrap().contains("Launchpad"));
        assert!(files::html(&alex, run).await.unwrap().contains("Launchpad"));
        assert!(!String::from_utf8(files::text(&jonas, run).await.unwrap()).unwrap().contains("Launchpad"));
        assert!(!files::data(&jonas, run).await.unwrap().contains("Launchpad"));
        assert_eq!(files::message(&jonas, run, Some(sent[1].id)).await, Err(AppError::NotFound));
        assert_eq!(resend::to_me(&jonas, run).await, Err(AppError::field("to", Problem::NotAllowed)));
        assert_eq!(git_history::read(&jonas, run, None).await, Err(AppError::NotFound));
        let shown = dry_run::look(&jonas, id, stage.schedule(id).await.next_run_at.unwrap()).await.unwrap();
        assert!(shown.snapshot.projects.len() == 1 && shown.snapshot.variants.is_empty());

        // Nor does Jonas have it sent to an address that gets all of it.
        let version = stage.schedule(id).await.version;
        let leak = JobForm { recipients: format!("{}\njonas@example.net", form.recipients), ..mondays_at_ten() };
        let refused = Err(AppError::field("recipients", Problem::GetsMoreThanYou));
        assert_eq!(schedules::update(&jonas, id, version, &leak).await, refused);
        assert_eq!(schedules::update(&jonas, id, version, &form).await, Ok(()), "the others may stay");

        // What was written for Alex is not sent again once Alex does not see the website any more.
        member::Entity::delete_by_id((other.id, stage.cast.alex.id)).exec(app.reader()).await.unwrap();
        let failed = delivery::ActiveModel {
            id: Unchanged(sent[1].id),
            phase: Set(DeliveryPhase::Failed),
            ..Default::default()
        };
        failed.update(app.reader()).await.unwrap();
        runs::decide(&stage.mina(), sent[1].id, Decision::SendAgain).await.unwrap();
        stage.work().await;
        let alex_again = &stage.deliveries(run).await[1];
        assert_eq!(alex_again.phase, DeliveryPhase::Withheld, "{:?}", alex_again.reason);

        // The owner's own sight decides what can be in it at all.
        member::Entity::delete_by_id((other.id, stage.cast.mina.id)).exec(app.reader()).await.unwrap();
        stage.pass(TimeDelta::minutes(5));
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        for row in stage.deliveries(run).await {
            assert!(!mailer::read(&row.mime).unwrap().text.unwrap().contains("Launchpad"), "{}", row.address);
        }
    })
    .await;
}

#[tokio::test]
async fn twenty_readers_with_twenty_different_rights_get_what_they_see_and_nothing_else() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let mina = stage.mina();
        let mut others = Vec::new();
        for key in ["PA", "PB", "PC", "PD", "PE"] {
            let new = NewProject { name: format!("Project {key}"), key: key.into(), zone: "UTC".into() };
            let made = projects::create(&mina, new).await.unwrap();
            let columns = projects::columns(app.reader(), made.id).await.unwrap();
            task(&mina, &made, columns[1].id, &format!("Work of {key}")).await;
            others.push(made);
        }
        // The bits of a reader's number are the projects that they see beside that of the schedule.
        let sees = |number: usize, bit: usize| (number >> bit) & 1 == 1;
        let mut recipients = Vec::new();
        for number in 1..=20 {
            let local = format!("reader{number}");
            let reader = person(&app, &format!("Reader {number}"), &local, Role::Member).await;
            let seen = (0..others.len()).filter(|bit| sees(number, *bit)).map(|bit| others[bit].id);
            let row = |project_id| member::ActiveModel {
                project_id: Set(project_id),
                user_id: Set(reader.id),
                role: Set(MemberRole::Viewer),
            };
            let rows: Vec<_> = seen.chain([stage.project.id]).map(row).collect();
            member::Entity::insert_many(rows).exec_without_returning(app.reader()).await.unwrap();
            recipients.push(format!("{local}@example.org"));
        }
        let id = stage.job(&JobForm { recipients: recipients.join("\n"), ..mondays_at_ten() }).await;
        let scope = Scope { other_projects: others.iter().map(|made| made.id).collect(), ..Scope::default() };
        choose(&stage, id, &ReportSpec { scope, ..ReportSpec::default() }).await;
        let run = runs::start(&mina, id).await.unwrap();
        stage.work().await;
        let sent = stage.deliveries(run).await;
        let to: Vec<&str> = sent.iter().map(|row| row.address.as_str()).collect();
        let wanted: Vec<&str> = recipients.iter().map(String::as_str).collect();
        assert_eq!(to, wanted, "nobody is left out: {:?}", stage.log(run).await);
        for (row, number) in sent.iter().zip(1_usize..) {
            let text = mailer::read(&row.mime).unwrap().text.unwrap();
            for (bit, made) in others.iter().enumerate() {
                let told = text.contains(&format!("{}-1 Work of", made.key));
                assert_eq!(told, sees(number, bit), "{} about {}", row.address, made.key);
            }
            assert_eq!(row.phase, DeliveryPhase::Accepted, "{}: {:?}", row.address, row.reason);
        }
    })
    .await;
}

#[tokio::test]
async fn what_nobody_may_ask_for_is_refused_with_its_field() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let other = website(&stage).await;
        let id = stage.job(&mondays_at_ten()).await;
        let unknown = Uuid::now_v7();
        let spec = ReportSpec {
            scope: Scope {
                other_projects: vec![ProjectId(unknown)],
                labels: vec![LabelId(unknown)],
                people: vec![UserId(unknown)],
            },
            attachments: vec![AttachmentKind::Pdf; 2],
            ..ReportSpec::default()
        };
        let Err(AppError::Invalid(invalid)) = report::choose(&stage.mina(), id, 1, &spec).await else {
            panic!("it was taken")
        };
        let fields: Vec<&str> = invalid.fields.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["attachments", "other_projects", "labels", "people"]);
        assert_eq!(stage.schedule(id).await.options, None, "nothing was stored");

        let website = Scope { other_projects: vec![other.id], ..Scope::default() };
        let spec = ReportSpec { scope: website, ..ReportSpec::default() };
        let jonas = app.as_person(&stage.cast.jonas);
        let refused = report::choose(&jonas, id, 1, &spec).await;
        assert_eq!(refused, Err(AppError::field("other_projects", Problem::UnknownChoice)), "he does not see it");
        let alex = app.as_person(&stage.cast.alex);
        assert_eq!(report::choose(&alex, id, 1, &spec).await, Err(AppError::Forbidden));
        choose(&stage, id, &spec).await;
        let later = ReportSpec { sections: vec![Section::Summary], ..spec.clone() };
        let Err(AppError::Conflict(conflict)) = report::choose(&stage.mina(), id, 1, &later).await else {
            panic!("it had moved on")
        };
        assert_eq!((conflict.version, conflict.field.as_str()), (2, "sections"));
        assert_eq!(report::spec(&stage.schedule(id).await).unwrap(), spec);
    })
    .await;
}

#[tokio::test]
async fn a_report_goes_on_with_the_label_that_its_own_was_merged_into_and_keeps_one_that_was_deleted() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let mina = stage.mina();
        let editing = access::by_id(&mina, mina.reader(), stage.project.id).await.unwrap().editing().unwrap();
        let mut made = Vec::new();
        for name in ["Ops", "Operations", "Paper"] {
            made.push(labels::create(&mina, &editing, name, None).await.unwrap().id);
        }
        let [ops, operations, paper] = made.try_into().unwrap();
        let id = stage.job(&mondays_at_ten()).await;
        let scope = Scope { labels: vec![ops, operations], people: vec![stage.cast.mina.id], ..Scope::default() };
        choose(&stage, id, &ReportSpec { scope, ..ReportSpec::default() }).await;
        let opened = stage.schedule(id).await.version;
        labels::merge(&mina, &editing, ops, operations).await.unwrap();
        let job = stage.schedule(id).await;
        assert_eq!(report::spec(&job).unwrap().scope.labels, [operations], "once");
        assert_eq!(job.version, opened + 1, "a form that was opened before does not write the old id back");
        labels::merge(&mina, &editing, operations, paper).await.unwrap();
        assert_eq!(report::spec(&stage.schedule(id).await).unwrap().scope.labels, [paper]);

        let said = async || {
            let words = report_choices::words(&mina, &stage.schedule(id).await).await.unwrap();
            words.into_iter().find(|(name, _)| name == "Only labels").map(|(_, words)| words)
        };
        assert_eq!(said().await.as_deref(), Some("Paper."));
        labels::remove(&mina, &editing, paper).await.unwrap();
        assert_eq!(said().await.as_deref(), Some("Deleted: the report has no task in it. Choose others."));
        member::Entity::delete_by_id((stage.project.id, stage.cast.jonas.id)).exec(app.reader()).await.unwrap();
        let job = stage.schedule(id).await;
        let scope = Scope { people: vec![stage.cast.jonas.id], ..report::spec(&job).unwrap().scope };
        let options = format!(r#"{{"scope":{}}}"#, serde_json::to_string(&scope).unwrap());
        let row = schedule::ActiveModel { id: Unchanged(id), options: Set(Some(options)), ..Default::default() };
        let job = row.update(app.reader()).await.unwrap();
        let choices = report_choices::of(&mina, &job).await.unwrap();
        assert!(choices.labels.contains(&(paper.to_string(), "A label that is gone".to_owned())), "it stays chosen");
        let stranger = (stage.cast.jonas.id.to_string(), "Somebody outside the project".to_owned());
        assert!(choices.people.contains(&stranger), "and so do they: {:?}", choices.people);
        // What the form of the job sends is what it was shown.
        let (row, viewing) = schedules::visible(&mina, id).await.unwrap();
        let form = schedules::form(&mina, &row, &viewing).await.unwrap();
        schedules::update(&mina, id, job.version, &JobForm { name: "Another name".into(), ..form }).await.unwrap();
        assert_eq!(report::spec(&stage.schedule(id).await).unwrap().scope, scope);
    })
    .await;
}

#[tokio::test]
async fn the_own_project_ticked_among_the_others_is_named_once() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let other = website(&stage).await;
        let scope = Scope { other_projects: vec![stage.project.id, other.id], ..Scope::default() };
        let spec = ReportSpec { scope, ..ReportSpec::default() };
        let id = stage.job(&JobForm { report: ReportForm::of(&spec), ..mondays_at_ten() }).await;
        assert_eq!(report::spec(&stage.schedule(id).await).unwrap().scope.other_projects, [other.id]);
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_stands_in_line_with_what_else_its_person_has_rendered() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        let mina = stage.mina();
        let mut turns = Vec::new();
        for _ in 1..cage::children() {
            turns.push(app.previews.take(mina.actor_id()).await.unwrap());
        }
        let look = || dry_run::look(&mina, id, mina.now);
        assert!(timeout(Duration::from_secs(1), look()).await.is_err(), "it waits");
        drop(turns);
        assert!(look().await.is_ok());
    })
    .await;
}
