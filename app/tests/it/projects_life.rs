//! The life of a project: from a template, renamed, copied, exported, deleted.

use std::collections::BTreeMap;

use app::{
    domain::{
        automation::{Action, Trigger},
        project::MemberRole,
        project_export::ProjectFile,
        project_template::Template,
        recurrence::{Recurrence, Series},
        task::Status,
    },
    entities::{board_column, label, project, rule, schedule, task as task_table},
    error::{AppError, Problem},
    jobs::service::planner,
    platform::ctx::Ctx,
    projects::service::{
        access::{self, Owning},
        duplicate::{self, Along},
        export, life,
        projects::{self, NewProject},
        settings::{self, Settings},
        templates::{self, Tasks},
    },
    tasks::service::{assign, checklist, comments, detail, find, moves, recurrence},
    testing::{Cast, TestApp, each_database, project as make_project, sent_report, task},
};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

fn named(name: &str, key: &str) -> NewProject {
    NewProject { name: name.into(), key: key.into(), zone: "Europe/Ljubljana".into() }
}

fn unchanged(key: &str) -> Settings {
    Settings {
        name: "Tasks".into(),
        key: key.into(),
        description: String::new(),
        zone: "Europe/Ljubljana".into(),
        archive_after_days: String::new(),
    }
}

async fn owning(app: &TestApp, ctx: &Ctx, project: &project::Model) -> Owning {
    access::by_id(ctx, app.reader(), project.id).await.unwrap().owning().unwrap()
}

#[tokio::test]
async fn every_template_makes_its_lists_and_labels_and_its_tasks_only_when_asked() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let mina = app.as_person(&cast.mina);
        for template in Template::ALL {
            let shape = template.shape();
            for tasks in [Tasks::LeaveOut, Tasks::Bring] {
                let made = templates::create(&mina, named(template.label(), ""), *template, tasks).await.unwrap();
                let columns = projects::columns(app.reader(), made.id).await.unwrap();
                let found: Vec<(&str, Status, Option<i32>)> =
                    columns.iter().map(|column| (column.name.as_str(), column.status, column.wip_limit)).collect();
                let wanted: Vec<_> =
                    shape.columns.iter().map(|column| (column.name, column.status, column.limit)).collect();
                assert_eq!(found, wanted);
                let labels =
                    label::Entity::find().filter(label::Column::ProjectId.eq(made.id)).count(app.reader()).await;
                assert_eq!(labels.unwrap() as usize, shape.labels.len());
                let rows = task_table::Entity::find()
                    .filter(task_table::Column::ProjectId.eq(made.id))
                    .count(app.reader())
                    .await
                    .unwrap();
                assert_eq!(rows as usize, if tasks == Tasks::Bring { shape.tasks.len() } else { 0 });
                if rows > 0 {
                    let reference = format!("{}-1", made.key);
                    let (viewing, row) = find::by_reference(&mina, app.reader(), &reference).await.unwrap();
                    let read = detail::read(&mina, &viewing, row).await.unwrap();
                    assert_eq!(read.card.title, shape.tasks[0].title);
                    assert!(read.history[0].what.starts_with("created this in"), "{:?}", read.history);
                    let next = task(&mina, &made, columns[0].id, "mine").await;
                    assert_eq!(next.number as usize, shape.tasks.len() + 1, "numbers go on");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_duties_of_the_template_are_series_that_begin_on_the_projects_today() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        // Monday afternoon in Europe is Tuesday morning on Kiritimati.
        app.clock.advance(TimeDelta::hours(8));
        let mina = app.as_person(&cast.mina);
        let new = NewProject { name: "Duties".into(), key: "D".into(), zone: "Pacific/Kiritimati".into() };
        let made = templates::create(&mina, new, Template::Duties, Tasks::Bring).await.unwrap();
        let columns = projects::columns(app.reader(), made.id).await.unwrap();
        let mut found = Vec::new();
        for number in 1..=5 {
            let reference = format!("D-{number}");
            let (viewing, row) = find::by_reference(&mina, app.reader(), &reference).await.unwrap();
            let read = detail::read(&mina, &viewing, row).await.unwrap();
            let due = read.card.due.map(|due| due.date().to_string()).unwrap_or_default();
            let words = read.parts.recurrence.map(|rule| rule.words()).unwrap_or_default();
            found.push((read.card.labels[0].name.clone(), words, due));
        }
        let wanted = [
            ("Weekly", "Every week on Friday", "2026-11-27"),
            ("Daily", "Every weekday", "2026-11-24"),
            ("Weekly", "Every week on Wednesday", "2026-11-25"),
            ("Weekly", "Every week on Monday", "2026-11-30"),
            ("Monthly", "Every month on the last day", "2026-11-30"),
        ];
        assert_eq!(found, wanted.map(|(label, words, due)| (label.to_owned(), words.to_owned(), due.to_owned())));

        let (_, row) = find::by_reference(&mina, app.reader(), "D-2").await.unwrap();
        let done = moves::Move { task: row.id, column: columns[3].id, after: None, before: None, op_id: None };
        moves::move_task(&mina, done).await.unwrap();
        let (_, next) = find::by_reference(&mina, app.reader(), "D-6").await.unwrap();
        assert_eq!((next.column_id, next.due_on.unwrap().to_string()), (columns[0].id, "2026-11-25".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_renamed_key_leaves_old_references_leading_to_their_tasks_and_is_not_given_away() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = make_project(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let a = task(&mina, &made, columns[0], "a").await;
        let other = projects::create(&mina, named("Other", "OTH")).await.unwrap();
        let taken = settings::save(&mina, &owning(&app, &mina, &made).await, None, unchanged("oth")).await;
        assert_eq!(taken.unwrap_err(), AppError::field("key", Problem::Taken));
        settings::save(&mina, &owning(&app, &mina, &made).await, None, unchanged("work")).await.unwrap();
        for reference in ["T-1", "work-1"] {
            let (viewing, row) = find::by_reference(&mina, app.reader(), reference).await.unwrap();
            assert_eq!((row.id, viewing.project().key.as_str()), (a.id, "WORK"), "{reference}");
        }
        let refused = projects::create(&mina, named("New", "T")).await.unwrap_err();
        assert_eq!(refused, AppError::field("key", Problem::Taken), "somebody's mails still say T-1");
        let refused = settings::save(&mina, &owning(&app, &mina, &other).await, None, unchanged("T")).await;
        assert_eq!(refused.unwrap_err(), AppError::field("key", Problem::Taken));
        let back = settings::save(&mina, &owning(&app, &mina, &made).await, None, unchanged("T")).await.unwrap();
        assert_eq!(back.key, "T", "its own old key it can have again");
        assert!(find::by_reference(&mina, app.reader(), "WORK-1").await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn settings_that_break_the_rules_are_refused_field_by_field() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = make_project(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let bad = Settings {
            name: "x".repeat(101),
            key: "1 bad".into(),
            description: "a\u{0}".into(),
            zone: "Mars/Base".into(),
            archive_after_days: "15".into(),
        };
        let error = settings::save(&mina, &owning(&app, &mina, &made).await, None, bad).await.unwrap_err();
        for field in ["name", "key", "description", "zone", "archive_after_days"] {
            assert!(error.problems_of(field).next().is_some(), "{field} in {error:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_copy_has_lists_labels_and_rules_of_its_own_and_open_tasks_when_asked() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let mina = app.as_person(&cast.mina);
        let made = templates::create(&mina, named("Release", "REL"), Template::Release, Tasks::Bring).await.unwrap();
        let columns = projects::columns(app.reader(), made.id).await.unwrap();
        let done = task(&mina, &made, columns[5].id, "already out").await;
        let open = task(&mina, &made, columns[2].id, "in work").await;
        checklist::add(&mina, open.id, None, "an item", None).await.unwrap();
        recurrence::set(&mina, open.id, Some(Recurrence::Weekdays)).await.unwrap();
        comments::add(&mina, open.id, "stays behind", None).await.unwrap();
        assign::set(&mina, open.id, &[cast.mina.id]).await.unwrap();
        let input = app::automation::service::RuleInput {
            name: "Hand on".into(),
            trigger: Trigger::Enters { column: columns[3].id },
            actions: vec![Action::MoveTo { column: columns[4].id }],
        };
        app::automation::service::rules::create(&mina, &owning(&app, &mina, &made).await, input).await.unwrap();

        let viewing = access::by_id(&mina, app.reader(), made.id).await.unwrap();
        let along = Along { tasks: true, people: true };
        let twin = duplicate::duplicate(&mina, &viewing, named("Twin", "TWIN"), along).await.unwrap();
        let theirs = projects::columns(app.reader(), twin.id).await.unwrap();
        assert_eq!(theirs.len(), columns.len());
        assert!(theirs.iter().all(|column| columns.iter().all(|other| other.id != column.id)));
        let rule =
            rule::Entity::find().filter(rule::Column::ProjectId.eq(twin.id)).one(app.reader()).await.unwrap().unwrap();
        assert!(!rule.is_on && rule.trigger.contains(&theirs[3].id.to_string()), "{rule:?}");
        assert!(rule.actions.contains(&theirs[4].id.to_string()));
        let rows = task_table::Entity::find()
            .filter(task_table::Column::ProjectId.eq(twin.id))
            .order_by_asc(task_table::Column::Number)
            .all(app.reader())
            .await
            .unwrap();
        assert_eq!(rows.len(), 6, "five of the template and the one in work");
        assert!(rows.iter().all(|row| row.title != "already out" && row.id != done.id));
        let copy = rows.iter().find(|row| row.title == "in work").unwrap().clone();
        let series = Series::parse(copy.recurrence.as_deref().unwrap()).unwrap();
        assert_eq!(series, Series { rule: Recurrence::Weekdays, column: theirs[2].id }, "it goes on in the copy");
        let of_twin = access::by_id(&mina, app.reader(), twin.id).await.unwrap();
        let read = detail::read(&mina, &of_twin, copy).await.unwrap();
        assert_eq!((read.checklist.len(), read.comments.len()), (1, 0));
        assert_eq!(read.card.people, ["Mina Kovač"]);
        let bare = duplicate::duplicate(&mina, &viewing, named("Bare", "BARE"), Along::default()).await.unwrap();
        assert_eq!(bare.last_number, 0);
        assert_eq!(projects::people(app.reader(), bare.id).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_export_holds_everything_and_its_table_no_formulas() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = make_project(&app, &cast).await;
        let jonas = app.as_person(&cast.jonas);
        let a = task(&jonas, &made, columns[0], "=HYPERLINK(\"x\")").await;
        comments::add(&jonas, a.id, "Hello", None).await.unwrap();
        checklist::add(&jonas, a.id, None, "One", None).await.unwrap();
        assign::set(&jonas, a.id, &[cast.alex.id]).await.unwrap();
        let alex = app.as_person(&cast.alex);
        let viewing = access::by_id(&alex, app.reader(), made.id).await.unwrap();
        let json = export::json(&alex, &viewing).await.unwrap();
        let file: ProjectFile = serde_json::from_slice(&json).unwrap();
        assert_eq!((file.format.as_str(), file.columns.len(), file.tasks.len()), ("autoreport/1", 4, 1));
        let names: BTreeMap<_, _> = file.people.iter().map(|person| (person.id, person.name.as_str())).collect();
        let exported = &file.tasks[0];
        assert_eq!(exported.reference, "T-1");
        assert_eq!(exported.assignees.iter().map(|id| names[id]).collect::<Vec<_>>(), ["Alex Lindqvist"]);
        assert_eq!(exported.comments[0].author.map(|id| names[&id]), Some("Jonas Ortiz"));
        assert_eq!(exported.checklist[0].text, "One");
        assert!(exported.history.iter().any(|event| event.kind == "commented"));
        assert!(!String::from_utf8_lossy(&json).contains("@example.org"), "names, not addresses");
        let csv = String::from_utf8(export::csv(&alex, &viewing).await.unwrap()).unwrap();
        assert!(csv.starts_with("\u{feff}Key,Title,"), "{csv}");
        assert!(csv.contains("T-1,\"'=HYPERLINK(\"\"x\"\")\",Todo,todo"), "{csv}");
    })
    .await;
}

#[tokio::test]
async fn a_deleted_project_is_gone_with_all_that_was_in_it_and_only_after_its_name() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = make_project(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let a = task(&mina, &made, columns[0], "a").await;
        comments::add(&mina, a.id, "Hello", None).await.unwrap();
        sent_report(&app, made.id).await;
        let holding = access::by_id(&mina, app.reader(), made.id).await.unwrap().holding().unwrap();
        let refused = life::delete(&mina, &holding, "tasks").await.unwrap_err();
        assert_eq!(refused, AppError::field("confirm", Problem::NotTheName));
        life::delete(&mina, &holding, " Tasks ").await.unwrap();
        assert_eq!(access::by_key(&mina, app.reader(), "T").await.unwrap_err(), AppError::NotFound);
        assert_eq!(task_table::Entity::find().count(app.reader()).await.unwrap(), 0);
        assert_eq!(board_column::Entity::find().count(app.reader()).await.unwrap(), 0);
        assert_eq!(schedule::Entity::find().count(app.reader()).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn the_schedules_of_an_archived_project_wait_and_go_on_without_a_burst() {
    each_database(async |app| {
        use app::{
            domain::job::ScheduleState,
            entities::occurrence,
            jobs::service::{runs, schedules},
        };
        let cast = Cast::new(&app).await;
        let (made, _) = make_project(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        sent_report(&app, made.id).await;
        let row = schedule::Entity::find().one(app.reader()).await.unwrap().unwrap();
        let id = row.id;
        let daily = schedule::ActiveModel { catch_up_minutes: Set(10_080), ..row.into() };
        daily.update(app.reader()).await.unwrap();
        schedules::resume(&mina, id).await.unwrap();
        let before = occurrence::Entity::find().count(app.reader()).await.unwrap();
        let holding = || async { access::by_id(&mina, app.reader(), made.id).await.unwrap().holding().unwrap() };
        life::archive(&app.as_person(&cast.mina), &holding().await).await.unwrap();
        app.clock.advance(TimeDelta::days(5));
        assert_eq!(planner::plan_due(&Ctx::system(&app)).await.unwrap(), 0, "it waits");
        let shown = runs::job(&app.as_person(&cast.mina), id).await.unwrap();
        assert_eq!(shown.job.state, ScheduleState::Paused);
        assert_eq!(shown.job.pause_note.as_deref(), Some("The project is archived."));
        assert!(shown.upcoming.is_empty() && !shown.job.can_edit);
        assert_eq!(schedules::resume(&app.as_person(&cast.mina), id).await, Err(AppError::ArchivedProject));

        life::restore(&app.as_person(&cast.mina), &holding().await).await.unwrap();
        planner::plan_due(&Ctx::system(&app)).await.unwrap();
        let after = occurrence::Entity::find().count(app.reader()).await.unwrap();
        assert_eq!(after, before, "five days passed, none of them is caught up");
        app.clock.advance(TimeDelta::days(1));
        assert_eq!(planner::plan_due(&Ctx::system(&app)).await.unwrap(), 1, "and from now on it runs");
    })
    .await;
}

#[tokio::test]
async fn a_viewer_may_copy_what_they_see_and_owns_the_copy() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = make_project(&app, &cast).await;
        task(&app.as_person(&cast.mina), &made, columns[0], "a").await;
        let alex = app.as_person(&cast.alex);
        let viewing = access::by_id(&alex, app.reader(), made.id).await.unwrap();
        let along = Along { tasks: true, people: false };
        let twin = duplicate::duplicate(&alex, &viewing, named("Mine", ""), along).await.unwrap();
        assert_eq!(access::by_id(&alex, app.reader(), twin.id).await.unwrap().role(), MemberRole::Owner);
        let mina = access::by_id(&app.as_person(&cast.mina), app.reader(), twin.id).await;
        assert_eq!(mina.unwrap_err(), AppError::NotFound);
    })
    .await;
}
