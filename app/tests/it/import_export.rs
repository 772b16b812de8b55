//! A project goes out as a file and comes in again: the same board, with everything that is on it.

use std::collections::HashMap;

use app::{
    accounts::service::groups,
    automation::service::{RuleInput, rules},
    domain::{
        account::UserState,
        automation::{Action, Trigger, Whom},
        ids::{ColumnId, ImportId, TaskId},
        import::run::{ImportKind, ImportState, ImportSummary, ImportTarget},
        project::MemberRole,
        project_export::ProjectFile,
        recurrence::Recurrence,
        task::Status,
        work_note::NoteKind,
    },
    entities::{import_run, member, project as project_row, rule, task as task_row, task_dependency, user},
    imports::{
        api::ImportStage,
        service::{review, staging, start},
    },
    members::service::groups as project_groups,
    platform::ctx::Ctx,
    projects::service::{
        access, export,
        settings::{self, Settings},
    },
    tasks::service::{
        archive, assign, checklist,
        columns::{self, ColumnChange},
        comments, dependencies, detail,
        edit::{self, Change, DueInput},
        find, labels, labels_of_task, moves,
        notes::{self, NoteInput},
        recurrence,
        saved_views::{self, NewView},
        trash, watch,
    },
    testing::{Cast, TestApp, each_database, project, task},
};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

fn later(app: &TestApp) {
    app.clock.advance(TimeDelta::minutes(7));
}

async fn move_to(ctx: &Ctx, task: TaskId, column: ColumnId) {
    moves::move_task(ctx, moves::Move { task, column, after: None, before: None, op_id: None }).await.unwrap();
}

/// A board with something in every corner.
async fn rich(app: &TestApp, cast: &Cast) -> project_row::Model {
    let (made, lists) = project(app, cast).await;
    let mina = app.as_person(&cast.mina);
    let jonas = || app.as_person(&cast.jonas);
    let owning = access::by_id(&mina, app.reader(), made.id).await.unwrap().owning().unwrap();
    let editing = access::by_id(&mina, app.reader(), made.id).await.unwrap().editing().unwrap();
    let with = Settings {
        name: "Tasks".into(),
        key: "T".into(),
        description: "All **of it**".into(),
        zone: "Europe/Ljubljana".into(),
        archive_after_days: "30".into(),
    };
    settings::save(&mina, &owning, None, with).await.unwrap();
    let limited =
        ColumnChange { name: "In Progress".into(), status: Status::Progress, limit: Some(9), limit_is_hard: true };
    columns::change(&mina, &editing, lists[1], None, limited).await.unwrap();
    let crew = groups::create(&mina, "Crew").await.unwrap();
    groups::add(&mina, crew, cast.alex.id).await.unwrap();
    project_groups::add(&mina, &owning, crew, MemberRole::Editor).await.unwrap();

    let first = task(&jonas(), &made, lists[0], "Write  the report").await;
    let second = task(&jonas(), &made, lists[0], "Ask the office").await;
    let third = task(&jonas(), &made, lists[0], "Water the plants").await;
    let fourth = task(&jonas(), &made, lists[0], "Put away").await;
    let fifth = task(&jonas(), &made, lists[0], "Thrown away").await;
    let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    let due = DueInput { date: day("2027-02-28"), time: chrono::NaiveTime::from_hms_opt(14, 30, 0) };
    for change in [
        Change::Description("One\n\n- two\n".into()),
        Change::Due(Some(due)),
        Change::Start(Some(day("2027-02-01"))),
        Change::Estimate(Some(90)),
    ] {
        later(app);
        edit::change(&jonas(), first.id, 1, change, None).await.unwrap();
    }
    labels_of_task::add(&jonas(), first.id, "Ops", Some(4)).await.unwrap();
    labels::create(&mina, &editing, "Unused", Some(2)).await.unwrap();
    assign::set(&jonas(), first.id, &[cast.alex.id, cast.jonas.id]).await.unwrap();
    watch::set(&app.as_person(&cast.mina), first.id, true).await.unwrap();
    checklist::add(&jonas(), first.id, None, "One", None).await.unwrap();
    checklist::add(&jonas(), first.id, Some("Later"), "Two", None).await.unwrap();
    comments::add(&jonas(), first.id, "frist", None).await.unwrap();
    later(app);
    let (viewing, row) = find::by_reference(&jonas(), app.reader(), "T-1").await.unwrap();
    let read = detail::read(&jonas(), &viewing, row).await.unwrap();
    checklist::tick(&jonas(), read.checklist[0].id, true).await.unwrap();
    comments::edit(&jonas(), read.comments[0].id, read.comments[0].version, "first").await.unwrap();
    let note = NoteInput { kind: NoteKind::Issue, on_date: None, body: "The relay is down".into() };
    notes::add(&jonas(), first.id, note, None).await.unwrap();
    dependencies::add(&jonas(), first.id, second.id).await.unwrap();

    later(app);
    move_to(&jonas(), second.id, lists[2]).await;
    recurrence::set(&jonas(), third.id, Some(Recurrence::Weekdays)).await.unwrap();
    later(app);
    move_to(&jonas(), third.id, lists[3]).await;
    move_to(&jonas(), fourth.id, lists[3]).await;
    later(app);
    archive::archive(&jonas(), fourth.id, None).await.unwrap();
    trash::put(&jonas(), fifth.id, None).await.unwrap();
    // The history goes through a list that is gone.
    let mina = app.as_person(&cast.mina);
    columns::remove(&mina, &editing, lists[2], lists[1]).await.unwrap();

    let input = RuleInput {
        name: "Tell Jonas".into(),
        trigger: Trigger::Enters { column: lists[3] },
        actions: vec![Action::Notify { whom: Whom::Person(cast.jonas.id) }, Action::MoveTo { column: lists[1] }],
    };
    rules::create(&mina, &owning, input).await.unwrap();
    let viewing = access::by_id(&jonas(), app.reader(), made.id).await.unwrap();
    let query = format!("?assignee={}&sort=due", cast.alex.id);
    saved_views::save(&jonas(), &viewing, NewView { name: "Of Alex".into(), query, is_shared: true }).await.unwrap();
    later(app);
    made
}

async fn exported(ctx: &Ctx, project: &project_row::Model) -> Vec<u8> {
    let viewing = access::by_id(ctx, ctx.reader(), project.id).await.unwrap();
    export::json(ctx, &viewing).await.unwrap()
}

async fn row(app: &TestApp, id: ImportId) -> import_run::Model {
    import_run::Entity::find_by_id(id).one(app.reader()).await.unwrap().unwrap()
}

/// Waits for the end of an import that takes what the page proposes.
async fn carried_out(app: &TestApp, ctx: &Ctx, id: ImportId) -> (project_row::Model, ImportSummary) {
    start::start(ctx, id).await.unwrap().await.unwrap();
    let run = row(app, id).await;
    assert_eq!(run.state, ImportState::Done, "{}", run.result);
    let made = project_row::Entity::find_by_id(run.project_id.unwrap()).one(app.reader()).await.unwrap().unwrap();
    (made, serde_json::from_str(&run.result).unwrap())
}

async fn imported(app: &TestApp, ctx: &Ctx, content: &[u8]) -> (project_row::Model, ImportSummary) {
    let id = staging::stage(ctx, "export.json", content.to_vec()).await.unwrap();
    carried_out(app, ctx, id).await
}

/// An export without what is a project's own: ids are names, the key and the times of the copying are gone.
fn plain(content: &[u8]) -> Value {
    let file: ProjectFile = serde_json::from_slice(content).unwrap();
    let mut names: HashMap<String, String> = HashMap::new();
    names.extend(file.columns.iter().map(|part| (part.id.to_string(), format!("list {}", part.name))));
    names.extend(file.labels.iter().map(|part| (part.id.to_string(), format!("label {}", part.name))));
    names.extend(file.people.iter().map(|part| (part.id.to_string(), format!("person {}", part.name))));
    names.extend(file.tasks.iter().map(|part| (part.id.to_string(), format!("task {}", part.number))));
    let mut value: Value = serde_json::from_slice(content).unwrap();
    name_ids(&mut value, &names);
    for (part, task) in value["tasks"].as_array_mut().unwrap().iter_mut().zip(&file.tasks) {
        let before = file.tasks.iter().filter(|other| other.column == task.column && other.rank < task.rank).count();
        part["rank"] = json!(before);
        part.as_object_mut().unwrap().remove("reference");
        for field in ["labels", "assignees", "watchers", "blocked_by"] {
            part[field].as_array_mut().unwrap().sort_by_key(ToString::to_string);
        }
    }
    for rule in value["rules"].as_array_mut().unwrap() {
        rule.as_object_mut().unwrap().remove("is_on");
    }
    value.as_object_mut().unwrap().remove("exported_at");
    for field in ["key", "created_at"] {
        value["project"].as_object_mut().unwrap().remove(field);
    }
    value
}

fn name_ids(value: &mut Value, names: &HashMap<String, String>) {
    match value {
        Value::Array(parts) => parts.iter_mut().for_each(|part| name_ids(part, names)),
        Value::Object(parts) => parts.values_mut().for_each(|part| name_ids(part, names)),
        Value::String(text) if text.parse::<Uuid>().is_ok() => {
            *text = names.get(text).cloned().unwrap_or_else(|| "gone".into());
        }
        Value::String(text) => {
            for (id, name) in names.iter().filter(|(id, _)| text.contains(id.as_str())).collect::<Vec<_>>() {
                *text = text.replace(id, name);
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn a_project_that_is_exported_and_imported_is_the_same_board() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let made = rich(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let before = exported(&mina, &made).await;
        let (copy, summary) = imported(&app, &mina, &before).await;
        assert_eq!((summary.tasks, summary.skipped, summary.comments), (6, 0, 1), "the next of the series is one, too");
        assert_eq!(copy.key, "T2", "the key is in use");
        let after = exported(&mina, &copy).await;

        let (before, after) = (plain(&before), plain(&after));
        for (task, twin) in before["tasks"].as_array().unwrap().iter().zip(after["tasks"].as_array().unwrap()) {
            for (field, value) in task.as_object().unwrap() {
                assert_eq!(&twin[field], value, "{field} of task {}", task["number"]);
            }
        }
        for (field, value) in before.as_object().unwrap() {
            assert_eq!(&after[field], value, "{field}");
        }
        let rules = rule::Entity::find().filter(rule::Column::ProjectId.eq(copy.id)).all(app.reader()).await.unwrap();
        assert!(rules.len() == 1 && rules.iter().all(|rule| !rule.is_on), "somebody looks at it first");
        let next = task(&mina, &copy, first_list(&app, &copy).await, "next").await;
        assert_eq!(next.number, copy.last_number + 1, "numbers go on");
    })
    .await;
}

#[tokio::test]
async fn texts_name_the_tasks_of_a_copy_by_its_own_key() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, lists) = project(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let first = task(&mina, &made, lists[0], "After T-2").await;
        task(&mina, &made, lists[0], "Before").await;
        let words = "T-2 (not T-9 or XT-2, see https://example.org/tasks/T-2)";
        let description = Change::Description(format!("Wait for {words}"));
        edit::change(&mina, first.id, 1, description, None).await.unwrap();
        checklist::add(&mina, first.id, None, words, None).await.unwrap();
        comments::add(&mina, first.id, words, None).await.unwrap();
        let note = NoteInput { kind: NoteKind::Issue, on_date: None, body: words.into() };
        notes::add(&mina, first.id, note, None).await.unwrap();

        let file = exported(&mina, &made).await;
        let (copy, _) = imported(&app, &mina, &file).await;
        assert_eq!(copy.key, "T2", "the key is in use");
        let (viewing, row) = find::by_reference(&mina, app.reader(), "T2-1").await.unwrap();
        let read = detail::read(&mina, &viewing, row).await.unwrap();
        let here = "T2-2 (not T-9 or XT-2, see https://example.org/tasks/T-2)";
        assert_eq!(read.description, format!("Wait for {here}"));
        assert_eq!(read.checklist[0].text, here);
        assert_eq!(read.comments[0].body, here);
        let again: ProjectFile = serde_json::from_slice(&exported(&mina, &copy).await).unwrap();
        let again = serde_json::to_value(&again).unwrap();
        assert_eq!(again["tasks"][0]["notes"][0]["text"], here);
        assert_eq!(read.card.title, "After T-2", "titles are the names that people know");
    })
    .await;
}

async fn first_list(app: &TestApp, project: &project_row::Model) -> ColumnId {
    app::projects::service::projects::columns(app.reader(), project.id).await.unwrap()[0].id
}

#[tokio::test]
async fn an_imported_description_is_edited_without_a_false_conflict() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let made = rich(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let (copy, _) = imported(&app, &mina, &exported(&mina, &made).await).await;
        let (viewing, row) = find::by_reference(&mina, app.reader(), &format!("{}-1", copy.key)).await.unwrap();
        let version = row.version;
        let id = row.id;
        detail::read(&mina, &viewing, row).await.unwrap();
        edit::change(&mina, id, version, Change::Description("New".into()), None).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_stranger_gets_names_without_accounts_and_is_the_only_owner() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let made = rich(&app, &cast).await;
        let file = exported(&app.as_person(&cast.mina), &made).await;
        let ravi = app.as_person(&cast.ravi);
        let (copy, _) = imported(&app, &ravi, &file).await;
        let placeholders = user::Entity::find().filter(user::Column::State.eq(UserState::Placeholder));
        let mut names: Vec<String> =
            placeholders.all(app.reader()).await.unwrap().into_iter().map(|user| user.name).collect();
        names.sort();
        assert_eq!(names, ["Alex Lindqvist", "Jonas Ortiz", "Mina Kovač"]);
        let members = member::Entity::find().filter(member::Column::ProjectId.eq(copy.id)).all(app.reader()).await;
        let members = members.unwrap();
        assert_eq!(members.len(), 4);
        let owners: Vec<_> = members.iter().filter(|member| member.role == MemberRole::Owner).collect();
        assert!(owners.len() == 1 && owners[0].user_id == cast.ravi.id, "{members:?}");
    })
    .await;
}

#[tokio::test]
async fn the_same_file_again_skips_what_is_there_even_in_the_project_it_came_from() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let made = rich(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let file = exported(&mina, &made).await;
        let (copy, _) = imported(&app, &mina, &file).await;
        let tasks = task_row::Entity::find().count(app.reader()).await.unwrap();
        let links = task_dependency::Entity::find().count(app.reader()).await.unwrap();
        for target in [&copy, &made] {
            let again = staging::stage(&mina, "export.json", file.clone()).await.unwrap();
            let ImportStage::Review(review) = review::view(&mina, again).await.unwrap().stage else {
                panic!("it is to be reviewed")
            };
            assert_eq!(review.targets.iter().map(|target| target.known).collect::<Vec<_>>(), [6, 6]);
            assert!(review.chosen_project.is_some() && review.earlier.is_some());
            let mut choices = staging::choices_of(&staging::find(&mina, again).await.unwrap()).unwrap();
            choices.target = ImportTarget::Existing(target.id);
            staging::choose(&mina, again, &choices).await.unwrap();
            let (_, summary) = carried_out(&app, &mina, again).await;
            assert_eq!((summary.tasks, summary.skipped, summary.events), (0, 6, 0));
        }
        assert_eq!(task_row::Entity::find().count(app.reader()).await.unwrap(), tasks);
        assert_eq!(task_dependency::Entity::find().count(app.reader()).await.unwrap(), links);
    })
    .await;
}

#[tokio::test]
async fn what_was_lost_comes_back_into_its_project_and_waits_for_what_is_there() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let made = rich(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let file = exported(&mina, &made).await;
        let (_, lost) = find::by_reference(&mina, app.reader(), "T-1").await.unwrap();
        task_row::Entity::delete_by_id(lost.id).exec(app.reader()).await.unwrap();
        let id = staging::stage(&mina, "export.json", file).await.unwrap();
        let mut choices = staging::choices_of(&staging::find(&mina, id).await.unwrap()).unwrap();
        choices.target = ImportTarget::Existing(made.id);
        staging::choose(&mina, id, &choices).await.unwrap();
        let (_, summary) = carried_out(&app, &mina, id).await;
        assert_eq!((summary.tasks, summary.skipped), (1, 5));
        let (_, second) = find::by_reference(&mina, app.reader(), "T-2").await.unwrap();
        let link = task_dependency::Entity::find().one(app.reader()).await.unwrap().unwrap();
        assert_eq!(link.blocker_id, second.id);
    })
    .await;
}

#[tokio::test]
async fn a_bad_file_is_refused_with_its_place_and_nothing_of_it_is_kept() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let made = rich(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let file = exported(&mina, &made).await;
        let projects = project_row::Entity::find().count(app.reader()).await.unwrap();
        let mut circle: Value = serde_json::from_slice(&file).unwrap();
        circle["tasks"][1]["blocked_by"] = json!([circle["tasks"][0]["id"]]);
        let mut huge: Value = serde_json::from_slice(&file).unwrap();
        huge["tasks"][0]["title"] = json!("w".repeat(50 * 1024 * 1024));
        let mut newer: Value = serde_json::from_slice(&file).unwrap();
        newer["format"] = json!("autoreport/7");
        for (content, words) in [
            (file[..file.len() / 2].to_vec(), "the file ends in the middle of the project"),
            (circle.to_string().into_bytes(), "the dependencies go in a circle: T-1 is blocked by T-2"),
            (huge.to_string().into_bytes(), "task T-1, title: “"),
            (newer.to_string().into_bytes(), "“autoreport/7”; this AutoReport reads “autoreport/1”"),
        ] {
            let id = staging::stage(&mina, "export.json", content).await.unwrap();
            let refused = row(&app, id).await;
            assert_eq!((refused.kind, refused.state), (ImportKind::AutoReport, ImportState::Failed), "{words}");
            assert!(refused.result.contains(words) && refused.result.len() < 1_000, "{}", refused.result);
            assert_eq!(refused.content, None);
        }
        assert_eq!(project_row::Entity::find().count(app.reader()).await.unwrap(), projects);
    })
    .await;
}
