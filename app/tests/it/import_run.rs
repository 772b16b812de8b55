//! Imports against real databases: what comes, what is skipped, what a failure or a cancel leaves behind.

use std::{collections::BTreeSet, fmt::Write};

use app::{
    domain::{
        account::{Me, UserState},
        ids::{ImportId, OpId, ProjectId, TaskId},
        import::{
            mapping::{FaultyLines, Layout, ListTarget},
            run::{ImportState, ImportSummary, ImportTarget, PersonTarget},
        },
        task::{Category, EventKind, Status},
    },
    entities::{
        board_column, checklist_item, comment, import_run, import_source, member, project, task, task_assignee,
        task_event, task_label, user,
    },
    error::{AppError, Problem},
    imports::{
        api::ImportStage,
        service::{review, staging, start},
    },
    platform::ctx::Ctx,
    projects::service::projects::{self, NewProject},
    tasks::service::{bulk::take_back, transfer},
    testing::{Cast, TestApp, each_database},
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

const TRELLO: &[u8] = include_bytes!("../data/trello-board.json");

/// Uploads, takes what the page proposes, and waits for the end.
async fn import(ctx: &Ctx, name: &str, content: &[u8]) -> ImportId {
    let id = staging::stage(ctx, name, content.to_vec()).await.unwrap();
    run(ctx, id).await;
    id
}

async fn run(ctx: &Ctx, id: ImportId) {
    start::start(ctx, id).await.unwrap().await.unwrap();
}

async fn row(app: &TestApp, id: ImportId) -> import_run::Model {
    import_run::Entity::find_by_id(id).one(app.reader()).await.unwrap().unwrap()
}

async fn summary(app: &TestApp, id: ImportId) -> ImportSummary {
    let row = row(app, id).await;
    assert_eq!(row.state, ImportState::Done, "{}", row.result);
    assert_eq!(row.content, None, "the file is dropped once it is in");
    serde_json::from_str(&row.result).unwrap()
}

async fn project_of(app: &TestApp, id: ImportId) -> project::Model {
    let id = row(app, id).await.project_id.unwrap();
    project::Entity::find_by_id(id).one(app.reader()).await.unwrap().unwrap()
}

async fn choose_existing(ctx: &Ctx, id: ImportId, project: &project::Model) {
    let mut choices = staging::choices_of(&staging::find(ctx, id).await.unwrap()).unwrap();
    choices.target = ImportTarget::Existing(project.id);
    staging::choose(ctx, id, &choices).await.unwrap();
}

/// Everything an import writes, counted.
async fn rows(app: &TestApp) -> [u64; 9] {
    let db = app.reader();
    [
        project::Entity::find().count(db).await.unwrap(),
        board_column::Entity::find().count(db).await.unwrap(),
        task::Entity::find().count(db).await.unwrap(),
        task_event::Entity::find().count(db).await.unwrap(),
        task_label::Entity::find().count(db).await.unwrap(),
        checklist_item::Entity::find().count(db).await.unwrap(),
        comment::Entity::find().count(db).await.unwrap(),
        import_source::Entity::find().count(db).await.unwrap(),
        user::Entity::find().count(db).await.unwrap(),
    ]
}

fn mina(app: &TestApp, cast: &Cast) -> Ctx {
    as_person(app, &cast.mina)
}

fn as_person(app: &TestApp, me: &Me) -> Ctx {
    app.as_person(me)
}

#[tokio::test]
async fn the_real_board_comes_with_its_lists_people_and_past() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let ctx = mina(&app, &cast);
        let id = import(&ctx, "trello-board.json", TRELLO).await;
        let summary = summary(&app, id).await;
        assert_eq!((summary.tasks, summary.events, summary.skipped), (42, 42 + 5 + 32 + 5 + 1, 0));

        let project = project_of(&app, id).await;
        assert_eq!((project.name.as_str(), project.key.as_str(), project.last_number), ("VolunteerBridge", "VOL", 42));
        let columns = projects::columns(app.reader(), project.id).await.unwrap();
        let names: Vec<_> = columns.iter().map(|column| (column.name.as_str(), column.status)).collect();
        assert_eq!(names.len(), 8);
        assert_eq!((names[4], names[7]), (("In Progress", Status::Progress), ("Done", Status::Done)));

        let tasks = task::Entity::find().filter(task::Column::ProjectId.eq(project.id)).all(app.reader()).await.unwrap();
        assert_eq!(tasks.iter().filter(|task| task.archived_at.is_some()).count(), 1);
        let login = tasks.iter().find(|task| task.title == "Login Page").unwrap();
        assert_eq!((login.number, login.description.as_str()), (1, "Functionality: Create a user account"));
        assert_eq!(login.created_at.to_rfc3339(), "2020-02-12T16:08:28.633+00:00");

        // The newest event of each task that has a place says where the task stands.
        for task in &tasks {
            let last = task_event::Entity::find()
                .filter(task_event::Column::TaskId.eq(task.id))
                .filter(task_event::Column::ToColumnId.is_not_null())
                .order_by_desc(task_event::Column::At)
                .order_by_desc(task_event::Column::Id)
                .one(app.reader())
                .await
                .unwrap()
                .unwrap();
            assert_eq!(last.to_column_id, Some(task.column_id), "{}", task.title);
        }
        let kinds = |kind: EventKind| task_event::Entity::find().filter(task_event::Column::Kind.eq(kind)).count(app.reader());
        assert_eq!(kinds(EventKind::Created).await.unwrap(), 42);
        assert_eq!(kinds(EventKind::Moved).await.unwrap(), 5);
        assert_eq!(kinds(EventKind::Archived).await.unwrap(), 1);
        assert_eq!(checklist_item::Entity::find().count(app.reader()).await.unwrap(), 8);

        let placeholders = user::Entity::find().filter(user::Column::State.eq(UserState::Placeholder)).all(app.reader()).await.unwrap();
        assert_eq!(placeholders.len(), 3);
        assert!(placeholders.iter().all(|person| person.email.is_none() && person.password_hash.is_none()));
        assert_eq!(member::Entity::find().filter(member::Column::ProjectId.eq(project.id)).count(app.reader()).await.unwrap(), 4);
        assert!(matches!(review::view(&ctx, id).await.unwrap().stage, ImportStage::Done { project: Some((key, _)), .. } if key == "VOL"));
    })
    .await;
}

#[tokio::test]
async fn cards_stand_in_the_order_of_the_source() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let table = b"Title,Status\nthird,done\nfirst,todo\nsecond,todo\n";
        let id = import(&mina(&app, &cast), "tasks.csv", table).await;
        let project = project_of(&app, id).await;
        let columns = projects::columns(app.reader(), project.id).await.unwrap();
        let titles = |column: &board_column::Model| {
            let of_column =
                task::Entity::find().filter(task::Column::ColumnId.eq(column.id)).order_by_asc(task::Column::Rank);
            async { of_column.all(app.reader()).await.unwrap().into_iter().map(|task| task.title).collect::<Vec<_>>() }
        };
        assert_eq!(titles(&columns[0]).await, ["first", "second"]);
        assert_eq!(titles(&columns[1]).await, ["third"]);
    })
    .await;
}

#[tokio::test]
async fn the_same_file_again_skips_what_is_there_or_makes_a_second_project() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let ctx = mina(&app, &cast);
        let first = import(&ctx, "board.json", TRELLO).await;
        let project = project_of(&app, first).await;
        let before = rows(&app).await;

        let again = staging::stage(&ctx, "board.json", TRELLO.to_vec()).await.unwrap();
        let ImportStage::Review(review) = review::view(&ctx, again).await.unwrap().stage else {
            panic!("it is to be reviewed")
        };
        assert_eq!(review.earlier.map(|earlier| earlier.project_name), Some("VolunteerBridge".into()));
        assert_eq!(review.chosen_project, Some(project.id), "the project that has the cards is proposed");
        assert_eq!(review.targets.iter().map(|target| target.known).collect::<Vec<_>>(), [42]);
        assert!(
            review.people.iter().all(|person| matches!(person.target, PersonTarget::User(_))),
            "the placeholders are known again"
        );

        choose_existing(&ctx, again, &project).await;
        run(&ctx, again).await;
        let result = summary(&app, again).await;
        assert_eq!((result.tasks, result.skipped, result.events), (0, 42, 0));
        assert_eq!(rows(&app).await, before, "nothing was added");

        let copy = staging::stage(&ctx, "board.json", TRELLO.to_vec()).await.unwrap();
        run(&ctx, copy).await;
        assert_eq!(summary(&app, copy).await.tasks, 42);
        assert_eq!(project_of(&app, copy).await.key, "VOL2");
    })
    .await;
}

#[tokio::test]
async fn only_the_new_cards_of_a_grown_file_are_added_behind_the_others() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let ctx = mina(&app, &cast);
        let first = import(&ctx, "tasks.csv", b"Title,Status,Labels\na,todo,Ops\nb,done,\n").await;
        let project = project_of(&app, first).await;
        let second =
            staging::stage(&ctx, "tasks.csv", b"Title,Status,Labels\na,todo,Ops\nb,done,\nc,todo,ops\n".to_vec())
                .await
                .unwrap();
        choose_existing(&ctx, second, &project).await;
        run(&ctx, second).await;
        let result = summary(&app, second).await;
        assert_eq!((result.tasks, result.skipped), (1, 2));
        let tasks = task::Entity::find()
            .order_by_asc(task::Column::ColumnId)
            .order_by_asc(task::Column::Rank)
            .all(app.reader())
            .await
            .unwrap();
        assert_eq!(
            tasks.iter().map(|task| (task.title.as_str(), task.number)).collect::<Vec<_>>(),
            [("a", 1), ("c", 3), ("b", 2)]
        );
        assert_eq!(project_of(&app, second).await.last_number, 3);
        let labels: Vec<_> = task_label::Entity::find()
            .all(app.reader())
            .await
            .unwrap()
            .into_iter()
            .map(|label| label.label_id)
            .collect();
        assert!(labels.len() == 2 && labels[0] == labels[1], "a label is the same whatever its case");
        assert_eq!(board_column::Entity::find().count(app.reader()).await.unwrap(), 2, "no column was added");
    })
    .await;
}

#[tokio::test]
async fn what_was_imported_moves_to_another_project_and_back_and_is_known_where_it_is() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let ctx = mina(&app, &cast);
        let table = b"Title,Status\na,todo\nb,done\n";
        let first = import(&ctx, "tasks.csv", table).await;
        let here = project_of(&app, first).await;
        let new = NewProject { name: "Other".into(), key: "O".into(), zone: "UTC".into() };
        let there = projects::create(&ctx, new).await.unwrap();
        let tasks = task::Entity::find().order_by_asc(task::Column::Title).all(app.reader()).await.unwrap();
        let (a, b) = (tasks[0].id, tasks[1].id);
        let known = async |project: ProjectId| {
            let sources = import_source::Entity::find().filter(import_source::Column::ProjectId.eq(project));
            let rows = sources.all(app.reader()).await.unwrap();
            rows.into_iter().map(|row| row.task_id).collect::<BTreeSet<TaskId>>()
        };

        let moved = OpId(Uuid::now_v7());
        assert_eq!(transfer::transfer(&ctx, a, there.id, None, Some(moved)).await.unwrap().reference, "O-1");
        assert_eq!((known(here.id).await, known(there.id).await), (BTreeSet::from([b]), BTreeSet::from([a])));
        let again = staging::stage(&ctx, "tasks.csv", table.to_vec()).await.unwrap();
        choose_existing(&ctx, again, &there).await;
        run(&ctx, again).await;
        let result = summary(&app, again).await;
        assert_eq!((result.tasks, result.skipped), (1, 1), "only the other one comes");

        // It comes beside the one that was imported there from the same line.
        transfer::transfer(&ctx, b, there.id, None, None).await.unwrap();
        let all = known(there.id).await;
        assert!(all.len() == 2 && all.contains(&a) && !all.contains(&b), "{all:?}");
        let taken = take_back::change(&ctx, moved, OpId(Uuid::now_v7())).await.unwrap();
        assert_eq!((taken.cards.len(), taken.kept), (1, 0));
        assert_eq!(known(here.id).await, BTreeSet::from([a]));
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_file_leaves_nothing_and_cannot_be_started() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let ctx = mina(&app, &cast);
        let before = rows(&app).await;
        let id = staging::stage(&ctx, "board.json", TRELLO.to_vec()).await.unwrap();
        staging::cancel(&ctx, id).await.unwrap();
        assert_eq!(row(&app, id).await.content, None);
        assert_eq!(review::view(&ctx, id).await.unwrap().stage, ImportStage::Cancelled);
        assert_eq!(start::start(&ctx, id).await.unwrap_err(), AppError::NotFound);
        assert_eq!(rows(&app).await, before);
    })
    .await;
}

#[tokio::test]
async fn a_cancel_in_the_middle_takes_everything_back() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let ctx = mina(&app, &cast);
        let before = rows(&app).await;
        let id = staging::stage(&ctx, "many.csv", many_lines(5000).into_bytes()).await.unwrap();
        let running = start::start(&ctx, id).await.unwrap();
        staging::cancel(&ctx, id).await.unwrap();
        running.await.unwrap();
        assert_eq!(row(&app, id).await.state, ImportState::Cancelled);
        assert_eq!(rows(&app).await, before);
    })
    .await;
}

#[tokio::test]
async fn a_failure_at_the_last_row_leaves_nothing_and_the_file_waits_again() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let ctx = mina(&app, &cast);
        let id = staging::stage(&ctx, "board.json", TRELLO.to_vec()).await.unwrap();
        let before = rows(&app).await;
        // The last table that an import writes is out of order.
        break_last_table(&app).await;
        run(&ctx, id).await;
        mend_last_table(&app).await;
        let failed = row(&app, id).await;
        assert_eq!(failed.state, ImportState::Uploaded, "it can be tried again");
        assert!(failed.result.contains("Something went wrong"), "{}", failed.result);
        assert_eq!(rows(&app).await, before);
        run(&ctx, id).await;
        assert_eq!(summary(&app, id).await.tasks, 42);
    })
    .await;
}

/// A trigger that refuses every write to the last table of an import.
async fn break_last_table(app: &TestApp) {
    use sea_orm::ConnectionTrait;
    let statements: &[&str] = if app.db.is_postgres() {
        &[
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$",
            "CREATE TRIGGER refuse BEFORE INSERT ON import_source FOR EACH ROW EXECUTE FUNCTION refuse()",
        ]
    } else {
        &["CREATE TRIGGER refuse BEFORE INSERT ON import_source BEGIN SELECT RAISE(ABORT, 'refused'); END"]
    };
    for statement in statements {
        app.reader().execute_unprepared(statement).await.unwrap();
    }
}

async fn mend_last_table(app: &TestApp) {
    use sea_orm::ConnectionTrait;
    let place = if app.db.is_postgres() { " ON import_source" } else { "" };
    app.reader().execute_unprepared(&format!("DROP TRIGGER refuse{place}")).await.unwrap();
}

#[tokio::test]
async fn a_broken_file_is_noted_with_its_place_and_not_kept() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let ctx = mina(&app, &cast);
        let id = staging::stage(&ctx, "board.json", TRELLO[..90_000].to_vec()).await.unwrap();
        let broken = row(&app, id).await;
        assert_eq!((broken.state, broken.content), (ImportState::Failed, None));
        assert!(broken.result.starts_with("line 1, character 9"), "{}", broken.result);
        assert!(matches!(review::view(&ctx, id).await.unwrap().stage, ImportStage::Unreadable { .. }));
    })
    .await;
}

#[tokio::test]
async fn faulty_lines_stop_a_table_until_somebody_agrees_to_leave_them_out() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let ctx = mina(&app, &cast);
        let id =
            staging::stage(&ctx, "tasks.csv", b"Title;Due\ngood;28.02.2027\nbad;31.02.2027\n".to_vec()).await.unwrap();
        let ImportStage::Review(review) = review::view(&ctx, id).await.unwrap().stage else {
            panic!("it is to be reviewed")
        };
        assert_eq!(
            review.columns.unwrap().problems,
            ["line 3, Due: “31.02.2027” is not a date; expected 2026-02-28 or 28.02.2026"]
        );
        run(&ctx, id).await;
        assert_eq!(row(&app, id).await.state, ImportState::Uploaded);
        assert_eq!(task::Entity::find().count(app.reader()).await.unwrap(), 0);

        let mut choices = staging::choices_of(&staging::find(&ctx, id).await.unwrap()).unwrap();
        choices.csv.faulty_lines = FaultyLines::LeaveOut;
        staging::choose(&ctx, id, &choices).await.unwrap();
        run(&ctx, id).await;
        assert_eq!(summary(&app, id).await.tasks, 1);
    })
    .await;
}

#[tokio::test]
async fn lists_can_be_merged_into_the_four_columns_or_left_out() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let ctx = mina(&app, &cast);
        let table = b"Title,Status,Created,Completed\na,Ideas,2026-01-01,\nb,Doing,2026-01-01,\nc,Live,2026-01-01,2026-01-09\nd,Trash,2026-01-01,\n";
        let id = staging::stage(&ctx, "tasks.csv", table.to_vec()).await.unwrap();
        let mut choices = staging::choices_of(&staging::find(&ctx, id).await.unwrap()).unwrap();
        choices.layout = Layout::FourColumns;
        choices.lists = [("live", ListTarget::Status(Status::Done)), ("trash", ListTarget::LeaveOut)].map(|(list, target)| (list.to_owned(), target)).into();
        staging::choose(&ctx, id, &choices).await.unwrap();
        run(&ctx, id).await;
        let result = summary(&app, id).await;
        assert_eq!((result.tasks, result.left_out), (3, 1));
        let project = project_of(&app, id).await;
        let names: Vec<_> = projects::columns(app.reader(), project.id).await.unwrap().into_iter().map(|column| column.name).collect();
        assert_eq!(names, ["Todo", "In Progress", "Pending", "Completed"]);
        let finished = task::Entity::find().filter(task::Column::Title.eq("c")).one(app.reader()).await.unwrap().unwrap();
        assert_eq!(finished.completed_at.map(|at| at.to_rfc3339()), Some("2026-01-09T11:00:00+00:00".into()), "noon in Ljubljana");
        assert_eq!(finished.category, Category::Accomplishment);
        let path: Vec<_> = task_event::Entity::find()
            .filter(task_event::Column::TaskId.eq(finished.id))
            .order_by_asc(task_event::Column::At)
            .order_by_asc(task_event::Column::Id)
            .all(app.reader())
            .await
            .unwrap()
            .into_iter()
            .map(|event| (event.kind, event.from_status, event.to_status))
            .collect();
        assert_eq!(path, [(EventKind::Created, None, Some(Status::Todo)), (EventKind::Moved, Some(Status::Todo), Some(Status::Done))]);
    })
    .await;
}

#[tokio::test]
async fn people_are_known_by_address_or_name_and_others_become_placeholders() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let ctx = mina(&app, &cast);
        let id =
            import(&ctx, "tasks.csv", "Title,Assignee\na,\"MINA@example.org; jonas ortiz; Olga\"\n".as_bytes()).await;
        let task = task::Entity::find().one(app.reader()).await.unwrap().unwrap();
        let assigned: Vec<_> = task_assignee::Entity::find()
            .filter(task_assignee::Column::TaskId.eq(task.id))
            .all(app.reader())
            .await
            .unwrap()
            .into_iter()
            .map(|row| row.user_id)
            .collect();
        assert!(assigned.len() == 3 && assigned.contains(&cast.mina.id) && assigned.contains(&cast.jonas.id));
        let olga = user::Entity::find().filter(user::Column::Name.eq("Olga")).one(app.reader()).await.unwrap().unwrap();
        assert_eq!((olga.state, assigned.contains(&olga.id)), (UserState::Placeholder, true));
        let project = project_of(&app, id).await;
        assert_eq!(projects::people(app.reader(), project.id).await.unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn nobody_sees_or_names_what_is_not_theirs() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (project, _) = app::testing::project(&app, &cast).await;
        let mine = staging::stage(&mina(&app, &cast), "tasks.csv", b"Title\na\n".to_vec()).await.unwrap();
        let jonas = as_person(&app, &cast.jonas);
        assert_eq!(review::view(&jonas, mine).await.unwrap_err(), AppError::NotFound);
        assert_eq!(staging::cancel(&jonas, mine).await.unwrap_err(), AppError::NotFound);
        assert_eq!(start::start(&jonas, mine).await.unwrap_err(), AppError::NotFound);

        // An editor may not bring people into a project, so he may not import there.
        let his = staging::stage(&jonas, "tasks.csv", b"Title,Assignee\na,Ravi Sen\n".to_vec()).await.unwrap();
        choose_existing(&jonas, his, &project).await;
        assert_eq!(start::start(&jonas, his).await.unwrap_err(), AppError::Forbidden);
        let ravi = as_person(&app, &cast.ravi);
        let other = staging::stage(&ravi, "tasks.csv", b"Title\na\n".to_vec()).await.unwrap();
        choose_existing(&ravi, other, &project).await;
        assert_eq!(start::start(&ravi, other).await.unwrap_err(), AppError::NotFound);

        // Ravi shares no project with Jonas, so Jonas cannot assign him by guessing his id.
        let mut choices = staging::choices_of(&staging::find(&jonas, his).await.unwrap()).unwrap();
        choices.target = ImportTarget::New { name: "Mine".into(), key: String::new() };
        choices.people = [("ravi sen".to_owned(), PersonTarget::User(cast.ravi.id))].into();
        staging::choose(&jonas, his, &choices).await.unwrap();
        assert_eq!(start::start(&jonas, his).await.unwrap_err(), AppError::field("people", Problem::UnknownChoice));
    })
    .await;
}

#[tokio::test]
async fn a_key_in_use_is_said_before_the_import_begins() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let ctx = mina(&app, &cast);
        app::testing::project(&app, &cast).await;
        let id = staging::stage(&ctx, "tasks.csv", b"Title\na\n".to_vec()).await.unwrap();
        let mut choices = staging::choices_of(&staging::find(&ctx, id).await.unwrap()).unwrap();
        choices.target = ImportTarget::New { name: "Other".into(), key: "T".into() };
        staging::choose(&ctx, id, &choices).await.unwrap();
        assert_eq!(start::start(&ctx, id).await.unwrap_err(), AppError::field("key", Problem::Taken));
        assert_eq!(row(&app, id).await.state, ImportState::Uploaded);
    })
    .await;
}

#[tokio::test]
async fn five_thousand_cards_take_seconds() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let ctx = mina(&app, &cast);
        let begun = std::time::Instant::now();
        let id = import(&ctx, "many.csv", many_lines(5000).as_bytes()).await;
        let spent = begun.elapsed();
        let result = summary(&app, id).await;
        assert_eq!((result.tasks, result.events), (5000, 10_000));
        assert_eq!(task_label::Entity::find().count(app.reader()).await.unwrap(), 10_000);
        eprintln!("5,000 cards in {spent:?}");
        assert!(spent.as_secs() < 20, "took {spent:?}");
    })
    .await;
}

/// A table whose tasks were all created, started and are in progress.
fn many_lines(count: usize) -> String {
    let mut text = String::from("Title,Status,Created,Started,Labels,Assignee,Description\n");
    for line in 0..count {
        let _ = writeln!(
            text,
            "Task {line},In Progress,2026-01-{:02},2026-02-{:02},\"Ops, Data\",Person {},{}",
            line % 28 + 1,
            line % 28 + 1,
            line % 20,
            "words ".repeat(20)
        );
    }
    text
}

#[tokio::test]
async fn texts_that_databases_refuse_are_cleaned() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let board = serde_json::json!({
            "name": "Odd\u{0} board", "lists": [{"id": "a", "name": "To\u{0} do"}],
            "labels": [{"id": "l", "name": "La\u{0}bel", "color": "red"}],
            "cards": [{"id": "5e4422fcc283ba2e3af33c89", "name": "w ".repeat(600), "desc": "a\u{0}b\r\nc", "idList": "a", "idLabels": ["l"]}],
        });
        let id = import(&mina(&app, &cast), "board.json", board.to_string().as_bytes()).await;
        assert_eq!(summary(&app, id).await.tasks, 1);
        let task = task::Entity::find().one(app.reader()).await.unwrap().unwrap();
        assert_eq!(task.title.chars().count(), 500);
        assert!(task.description.ends_with("ab\nc"), "{:?}", task.description);
    })
    .await;
}
