//! The facts of a report: who waits for what, what came back, whose work it is, how it flows, what the notes say.

use app::{
    domain::{
        ids::{ColumnId, LabelId, ProjectId, TaskId, WorkNoteId},
        metrics::{Compared, FlowDay, LateBuckets, Share},
        period::Period,
        report::{Snapshot, TaskLine, spec::Scope},
        task::{Category, Priority, Status},
        work_note::NoteKind,
    },
    entities::work_note,
    platform::ctx::Ctx,
    projects::service::{
        access,
        projects::{self, NewProject},
    },
    reports::service::snapshot::{self, Request},
    tasks::{
        service::{
            assign, dependencies,
            edit::{self, Change, DueInput},
            labels, labels_of_task,
            moves::{self, Move},
            notes::{self, NoteInput},
            trash,
        },
        view::Card,
    },
    testing::{Cast, TestApp, each_database, project, task},
};
use chrono::{NaiveDate, TimeDelta};
use sea_orm::{ActiveValue::Set, EntityTrait};
use uuid::Uuid;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The week of the tests' clock: it begins on Monday 23 November 2026.
fn week() -> Period {
    Period::ending(date("2026-11-29"), 7)
}

async fn to_column(ctx: &Ctx, card: &Card, column: ColumnId) {
    let wish = Move { task: card.id, column, after: None, before: None, op_id: None };
    moves::move_task(ctx, wish).await.unwrap();
}

fn titles(lines: &[TaskLine]) -> Vec<&str> {
    lines.iter().map(|line| line.title.as_str()).collect()
}

/// A project in which, from Monday to Wednesday, a task was finished, one waits, one stands behind it, one came back.
async fn story(app: &TestApp, cast: &Cast) -> app::entities::project::Model {
    let (made, columns) = project(app, cast).await;
    let monday = app.as_person(&cast.jonas);
    let done = task(&monday, &made, columns[0], "Write the report").await;
    let wait = task(&monday, &made, columns[0], "Order the paper").await;
    let after = task(&monday, &made, columns[0], "Print the report").await;
    let back = task(&monday, &made, columns[1], "Check the numbers").await;
    let gone = task(&monday, &made, columns[0], "Thrown away").await;
    assign::set(&monday, done.id, &[cast.jonas.id, cast.mina.id]).await.unwrap();
    assign::set(&monday, wait.id, &[cast.jonas.id]).await.unwrap();
    labels_of_task::add(&monday, done.id, "Bug", None).await.unwrap();
    dependencies::add(&monday, after.id, wait.id).await.unwrap();
    trash::put(&monday, gone.id, None).await.unwrap();
    app.clock.advance(TimeDelta::days(1));
    let tuesday = app.as_person(&cast.jonas);
    to_column(&tuesday, &done, columns[1]).await;
    to_column(&tuesday, &wait, columns[2]).await;
    to_column(&tuesday, &back, columns[3]).await;
    app.clock.advance(TimeDelta::days(1));
    let wednesday = app.as_person(&cast.jonas);
    to_column(&wednesday, &done, columns[3]).await;
    to_column(&wednesday, &back, columns[1]).await;
    let note = |kind, body: &str| NoteInput { kind, on_date: Some(date("2026-11-25")), body: body.into() };
    for (kind, body) in [
        (NoteKind::Issue, "The printer was **out**"),
        (NoteKind::Progress, "Called the shop"),
        (NoteKind::Progress, "Called it again"),
        (NoteKind::Resolution, "It prints"),
    ] {
        notes::add(&wednesday, done.id, note(kind, body), None).await.unwrap();
    }
    made
}

#[tokio::test]
async fn lists_say_what_was_accomplished_what_waits_what_moved_and_what_came_back() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let made = story(&app, &cast).await;
        let ctx = Ctx::system(&app.app);
        let report = snapshot::build(&ctx, made.id, week(), ctx.now).await.unwrap();
        assert_eq!(report.figures.created, Compared { now: 4, before: 0 }, "what is in the trash never was");
        assert_eq!(
            titles(&report.created),
            ["Write the report", "Order the paper", "Print the report", "Check the numbers"]
        );
        assert_eq!(titles(&report.accomplishments), ["Write the report"]);
        assert_eq!(titles(&report.reopened), ["Check the numbers"]);
        assert_eq!(titles(&report.blocked), ["Print the report", "Order the paper"], "the longest waiting first");
        assert_eq!(
            (report.blocked[0].blocked_by.as_slice(), report.blocked[1].blocked_by.len()),
            (&["T-2".to_owned()][..], 0)
        );
        let moves: Vec<_> =
            report.moved.iter().map(|line| (line.title.as_str(), line.moved_from, line.status)).collect();
        assert_eq!(
            moves,
            [
                ("Write the report", Some(Status::Todo), Status::Done),
                ("Order the paper", Some(Status::Todo), Status::Pending),
            ],
            "what went and came back has not moved"
        );
        let notes: Vec<_> = report.notes.iter().map(|line| (line.reference.as_str(), line.day)).collect();
        assert_eq!(notes, [("T-1", date("2026-11-25"))]);
        let note = &report.notes[0];
        assert_eq!(note.author.as_deref(), Some("Jonas Ortiz"));
        assert_eq!(note.issue.as_deref(), Some("The printer was **out**"));
        assert_eq!(note.progress.as_deref(), Some("Called the shop\n\nCalled it again"));
        assert_eq!(note.resolution.as_deref(), Some("It prints"));
        assert!(report.scope.is_empty() && report.variants.is_empty());
        let json = snapshot::to_json(&report).unwrap();
        assert_eq!(snapshot::from_json(&json).unwrap(), report);
    })
    .await;
}

#[tokio::test]
async fn flow_ages_shares_and_the_forecast_are_frozen_with_them() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let made = story(&app, &cast).await;
        let ctx = Ctx::system(&app.app);
        let report = snapshot::build(&ctx, made.id, week(), ctx.now).await.unwrap();
        let flow = &report.cumulative;
        assert_eq!((flow.len(), flow[0].date), (30, date("2026-10-31")));
        let on = |day: &str| flow.iter().find(|flow| flow.date == date(day)).copied().unwrap();
        let bands = |flow: FlowDay| [flow.todo, flow.in_progress, flow.pending, flow.completed];
        assert_eq!(bands(on("2026-11-22")), [0; 4]);
        assert_eq!(bands(on("2026-11-24")), [2, 1, 1, 0], "what came back started when it did");
        assert_eq!(bands(on("2026-11-25")), [1, 1, 1, 1]);
        assert_eq!(report.cycle.points.len(), 1);
        assert_eq!((report.cycle.points[0].reference.as_str(), report.cycle.p85), ("T-1", Some(2)));
        let ages: Vec<_> =
            report.ageing.points.iter().map(|point| (point.reference.as_str(), point.status, point.days)).collect();
        assert_eq!(ages, [("T-2", Status::Pending, 2), ("T-4", Status::Progress, 1)]);
        let of = |name: &str, person, parts| Share { name: name.into(), person, parts };
        let row = |name: &str, parts| of(name, None, parts);
        let jonas = || of("Jonas Ortiz", Some(cast.jonas.id), [0, 1, 0, 0]);
        assert_eq!(report.people.open, [row("Nobody", [0, 2, 0, 0]), jonas()]);
        assert_eq!(report.people.completed, [jonas(), of("Mina Kovač", Some(cast.mina.id), [0, 1, 0, 0])]);
        assert_eq!(report.labels.completed, [row("Bug", [0, 1, 0, 0])]);
        assert_eq!(report.labels.open, [row("No label", [0, 3, 0, 0])]);
        assert_eq!((report.priorities.open, report.priorities.completed), ([0, 3, 0, 0], [0, 1, 0, 0]));
        assert_eq!((report.forecast.history_days, report.forecast.open), (2, 3), "Monday and Tuesday are over");
        assert_eq!(report.forecast.items, None);
        assert_eq!(
            report.summary,
            [
                "4 tasks were created, 4 more than by this time in the 7 days before.",
                "3 tasks are open, 3 more than 7 days before.",
                "1 task was completed, 1 more than by this time in the 7 days before.",
                "No task was finished in the last 2 days, so there is no forecast.",
            ]
        );
        app.clock.advance(TimeDelta::days(1));
        let later = Ctx::system(&app.app);
        let later = snapshot::build(&later, made.id, week(), later.now).await.unwrap();
        assert!(later.forecast.items.is_some() && later.forecast.days.is_some(), "one was finished on Wednesday");
        let said = later.summary.last().unwrap();
        assert!(said.starts_with("At this pace the 3 open tasks will be done in "), "{said}");
    })
    .await;
}

#[tokio::test]
async fn highlights_late_work_and_a_task_out_of_the_trash_are_where_they_belong() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let monday = app.as_person(&cast.jonas);
        let shine = task(&monday, &made, columns[1], "Win the prize").await;
        let dull = task(&monday, &made, columns[0], "Some day").await;
        for card in [&shine, &dull] {
            edit::change(&monday, card.id, 1, Change::Category(Category::Highlight), None).await.unwrap();
        }
        let late = task(&monday, &made, columns[0], "Answer the letter").await;
        let due = Some(DueInput { date: date("2026-11-23"), time: None });
        edit::change(&monday, late.id, 1, Change::Due(due), None).await.unwrap();
        edit::change(&monday, late.id, 2, Change::Priority(Priority::Urgent), None).await.unwrap();
        trash::put(&monday, late.id, None).await.unwrap();
        app.clock.advance(TimeDelta::days(3));
        let thursday = app.as_person(&cast.jonas);
        let build = async |ctx: &Ctx| -> Snapshot { snapshot::build(ctx, made.id, week(), ctx.now).await.unwrap() };
        let without = build(&thursday).await;
        assert_eq!(titles(&without.highlights), ["Win the prize"], "nobody works on the other one");
        assert_eq!((without.figures.open.now, without.late), (2, LateBuckets::default()));
        trash::restore(&thursday, late.id, None).await.unwrap();
        let with = build(&thursday).await;
        assert_eq!((with.figures.open.now, with.figures.overdue.now), (3, 1));
        assert_eq!(with.late, LateBuckets { days_3_7: 1, ..LateBuckets::default() });
        assert_eq!(with.priorities.open, [0, 2, 0, 1]);
    })
    .await;
}

#[tokio::test]
async fn a_report_can_be_narrowed_to_labels_and_to_people() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let made = story(&app, &cast).await;
        let ctx = Ctx::system(&app.app);
        let bug = labels::all(ctx.reader(), made.id).await.unwrap().remove(0).id;
        let build = async |scope: Scope| {
            let (project, as_of) = (made.id, ctx.now);
            let request = Request { project, owner: None, scope: &scope, period: week(), as_of, readers: &[] };
            snapshot::build_scoped(&ctx, &request).await.unwrap().unfolded().unwrap()
        };
        let bugs = build(Scope { labels: vec![bug], ..Scope::default() }).await;
        assert_eq!((bugs.figures.created.now, bugs.figures.open.now), (1, 0));
        assert_eq!((bugs.scope.as_str(), titles(&bugs.finished)), ("labelled Bug", vec!["Write the report"]));
        let jonas = build(Scope { people: vec![cast.jonas.id], ..Scope::default() }).await;
        assert_eq!(titles(&jonas.created), ["Write the report", "Order the paper"]);
        assert_eq!(jonas.scope, "assigned to Jonas Ortiz");
        let both =
            build(Scope { labels: vec![bug], people: vec![cast.mina.id, cast.alex.id], ..Scope::default() }).await;
        assert_eq!((both.created.len(), both.notes.len()), (1, 1));
        assert_eq!(both.scope, "labelled Bug · assigned to Alex Lindqvist or Mina Kovač");
        let nobody = build(Scope { people: vec![cast.ravi.id], ..Scope::default() }).await;
        assert_eq!((nobody.figures.created.now, nobody.notes.len()), (0, 0));
        assert_eq!(nobody.scope, "assigned to somebody outside the project", "strangers to the project are not named");
        let some = build(Scope { people: vec![cast.ravi.id, cast.jonas.id], ..Scope::default() }).await;
        assert_eq!(some.scope, "assigned to Jonas Ortiz or assigned to somebody outside the project");
    })
    .await;
}

#[tokio::test]
async fn a_report_follows_its_label_to_another_name_and_says_when_it_is_gone() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let made = story(&app, &cast).await;
        let jonas = app.as_person(&cast.jonas);
        let editing = access::by_id(&jonas, jonas.reader(), made.id).await.unwrap().editing().unwrap();
        let bug = labels::all(jonas.reader(), made.id).await.unwrap().remove(0).id;
        let ctx = Ctx::system(&app.app);
        let build = async |labels: Vec<LabelId>| {
            let (scope, project, as_of) = (Scope { labels, ..Scope::default() }, made.id, ctx.now);
            let request = Request { project, owner: None, scope: &scope, period: week(), as_of, readers: &[] };
            snapshot::build_scoped(&ctx, &request).await.unwrap().unfolded().unwrap()
        };
        labels::change(&jonas, &editing, bug, None, ("Fault", 1)).await.unwrap();
        let renamed = build(vec![bug]).await;
        assert_eq!((renamed.scope.as_str(), renamed.created.len()), ("labelled Fault", 1));
        let other = labels::create(&jonas, &editing, "Paper", None).await.unwrap().id;
        labels::remove(&jonas, &editing, bug).await.unwrap();
        let gone = build(vec![bug]).await;
        assert_eq!((gone.scope.as_str(), gone.created.len()), ("with a label that is gone", 0));
        assert_eq!(build(vec![bug, other]).await.scope, "labelled Paper or with a label that is gone");
        labels::remove(&jonas, &editing, other).await.unwrap();
        assert_eq!(build(vec![bug, other]).await.scope, "with labels that are gone");
    })
    .await;
}

/// Writes so many notes of a task on a day, more than a report looks at.
async fn many_notes(ctx: &Ctx, (project, task): (ProjectId, TaskId), day: &str, count: usize) {
    let row = |_| work_note::ActiveModel {
        id: Set(WorkNoteId(Uuid::now_v7())),
        project_id: Set(project),
        task_id: Set(task),
        author_id: Set(ctx.actor_id()),
        kind: Set(NoteKind::Progress),
        on_date: Set(date(day)),
        body: Set("And again".into()),
        created_at: Set(ctx.now),
        edited_at: Set(None),
    };
    work_note::Entity::insert_many((0..count).map(row)).exec_without_returning(ctx.reader()).await.unwrap();
}

#[tokio::test]
async fn notes_that_a_reader_does_not_see_take_no_room_from_those_that_they_see() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let new = NewProject { name: "Website".into(), key: "W".into(), zone: "UTC".into() };
        let other = projects::create(&mina, new).await.unwrap();
        let others = projects::columns(app.reader(), other.id).await.unwrap();
        let quiet = task(&mina, &made, columns[0], "Quiet").await;
        let gone = task(&mina, &made, columns[0], "Thrown away").await;
        let unlabelled = task(&mina, &made, columns[0], "Not asked for").await;
        let loud = task(&mina, &other, others[0].id, "Loud").await;
        many_notes(&mina, (made.id, quiet.id), "2026-11-23", 1).await;
        for (project, task) in [(made.id, gone.id), (made.id, unlabelled.id), (other.id, loud.id)] {
            many_notes(&mina, (project, task), "2026-11-24", 700).await;
        }
        trash::put(&mina, gone.id, None).await.unwrap();
        let build = async |scope: Scope| {
            let (ctx, readers) = (Ctx::system(&app.app), [cast.jonas.id]);
            let (project, owner) = (made.id, Some(cast.mina.id));
            let request = Request { project, owner, scope: &scope, period: week(), as_of: ctx.now, readers: &readers };
            snapshot::build_scoped(&ctx, &request).await.unwrap().unfolded().unwrap()
        };
        let told = |report: &Snapshot| report.notes.iter().map(|line| line.reference.clone()).collect::<Vec<_>>();
        let report = build(Scope { other_projects: vec![other.id], ..Scope::default() }).await;
        assert_eq!(told(&report), ["T-3", "W-1", "T-1"]);
        assert_eq!(told(&report.variants[0]), ["T-3", "T-1"], "of what Jonas sees none is left out");
        labels_of_task::add(&mina, quiet.id, "Bug", None).await.unwrap();
        let label = labels::all(app.reader(), made.id).await.unwrap().remove(0).id;
        let labelled = build(Scope { labels: vec![label], ..Scope::default() }).await;
        assert_eq!(told(&labelled), ["T-1"], "nor of what is asked for");
    })
    .await;
}
