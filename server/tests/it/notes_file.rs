//! The table of work notes as a file, and the pages beside the board, as a browser without JavaScript gets them.

use app::{
    domain::{ids::WorkNoteId, work_note::NoteKind},
    entities::{project, task, work_note},
    testing::{TestApp, each_database},
};
use axum::http::StatusCode;
use sea_orm::{ActiveValue::Set, EntityTrait};
use uuid::Uuid;

use crate::site::Visitor;

/// A project with one task, made through the pages.
async fn begin(app: &TestApp) -> Visitor {
    let mut visitor = Visitor::new(app);
    visitor.sign_up().await;
    let action = visitor.form_action("/projects/new", "create_project").await;
    let form = [("name", "Reporting"), ("key", "REP"), ("zone", "Europe/Ljubljana")];
    visitor.post(&action, "http://127.0.0.1:3000/projects/new", &form).await;
    let new = visitor.get("/tasks/new?project=REP").await.body;
    let column = new.split("name=\"column\"").nth(1).unwrap().split("<option value=\"").nth(1).unwrap();
    let column = column.split('"').next().unwrap().to_owned();
    let action = visitor.form_action("/tasks/new?project=REP", "create_task").await;
    let form = [
        ("project", "REP"),
        ("column", column.as_str()),
        ("title", "=cmd|' /C calc'!A0"),
        ("priority", "high"),
        ("due_on", "2026-11-23"),
    ];
    let made = visitor.post(&action, "http://127.0.0.1:3000/tasks/new", &form).await;
    assert_eq!(made.location(), "/tasks/REP-1?notice=created");
    visitor
}

#[tokio::test]
async fn the_table_of_notes_comes_as_a_file_to_members_only() {
    each_database(async |app| {
        let mut visitor = begin(&app).await;
        let task = task::Entity::find().one(app.reader()).await.unwrap().unwrap();
        let row = work_note::ActiveModel {
            id: Set(WorkNoteId(Uuid::now_v7())),
            project_id: Set(task.project_id),
            task_id: Set(task.id),
            author_id: Set(None),
            kind: Set(NoteKind::Progress),
            on_date: Set("2026-11-24".parse().unwrap()),
            body: Set("+1 step, \"done\"".into()),
            created_at: Set(app.clock.now()),
            edited_at: Set(None),
        };
        work_note::Entity::insert(row).exec_without_returning(app.reader()).await.unwrap();
        let page = visitor.get("/board/REP/notes?week=2026-11-23").await;
        assert!(page.body.contains("+1 step, &quot;done&quot;") || page.body.contains("+1 step, \"done\""));
        assert!(page.body.contains("/board/REP/notes.csv?week=2026-11-23"));
        let file = visitor.get("/board/rep/notes.csv?week=2026-11-23").await;
        assert_eq!(file.status, StatusCode::OK);
        let header = |name: &str| file.headers.get(name).unwrap().to_str().unwrap();
        assert_eq!(header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(header("content-disposition"), "attachment; filename=\"REP-notes-week-2026-11-23.csv\"");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(file.body.starts_with('\u{feff}') && file.body.contains("REP-1,'=cmd|' /C calc'!A0,"), "{}", file.body);
        assert!(file.body.contains("\"'+1 step, \"\"done\"\"\""), "{}", file.body);
        assert_eq!(visitor.get("/board/NONE/notes.csv").await.status, StatusCode::NOT_FOUND);
        let mut stranger = Visitor::new(&app);
        let away = stranger.get("/board/REP/notes.csv").await;
        assert_eq!((away.status, away.location()), (StatusCode::SEE_OTHER, "/sign-in?next=/board/REP/notes.csv"));
        let others = project::Entity::find().one(app.reader()).await.unwrap().unwrap();
        app::entities::member::Entity::delete_many().exec(app.reader()).await.unwrap();
        assert_eq!(visitor.get(&format!("/board/{}/notes.csv", others.key)).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn every_view_of_a_project_is_a_page_and_its_forms_come_back_to_it() {
    each_database(async |app| {
        let mut visitor = begin(&app).await;
        for path in
            ["list", "calendar", "calendar?week=2026-11-23", "notes", "archive", "list?order=-due&columns=due,created"]
        {
            let page = visitor.get(&format!("/board/REP/{path}")).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            assert!(page.body.contains("Views of the project") && !page.body.contains(" style=\""), "{path}");
            assert_eq!(visitor.get(&format!("/board/NONE/{path}")).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert!(visitor.get("/board/REP/calendar?month=2026-11").await.body.contains("Change the date of =cmd|"));
        assert!(visitor.has_cookie("list_columns"));
        let again = visitor.get("/board/REP/list").await.body;
        assert!(
            again.contains("data-label=\"Created\"") && !again.contains("data-label=\"Priority\""),
            "columns are remembered"
        );

        let task = task::Entity::find().one(app.reader()).await.unwrap().unwrap();
        let save = visitor.form_action("/board/REP/list?columns=priority", "save_cell").await;
        let form = [("task", task.id.to_string()), ("field", "priority".into()), ("value", "urgent".into())];
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let back = visitor.post(&save, "http://127.0.0.1:3000/board/REP/list?order=-due", &form).await;
        assert_eq!(back.location(), "/board/REP/list?order=-due&notice=saved");
        let many = visitor.form_action("/board/REP/list", "change_many").await;
        let id = task.id.to_string();
        let form = [("tasks[0]", id.as_str()), ("change", "archive")];
        let back = visitor.post(&many, "http://127.0.0.1:3000/board/REP/list", &form).await;
        assert_eq!(back.location(), "/board/REP/list?notice=saved");
        assert!(visitor.get("/board/REP/list").await.body.contains("No tasks yet"));
        let restore = visitor.form_action("/board/REP/archive", "change_many").await;
        let form = [("tasks[0]", id.as_str()), ("change", "restore")];
        let back = visitor.post(&restore, "http://127.0.0.1:3000/board/REP/archive", &form).await;
        assert_eq!(back.location(), "/board/REP/archive?notice=restored");
        let found = visitor.get("/search?q=calc").await.body;
        assert!(found.contains("<mark>calc<") && found.contains("REP-1"), "{found}");
        assert_eq!(visitor.get("/search?q=%22%27*&status=none&after=x").await.status, StatusCode::OK);
        assert_eq!(visitor.get("/my-work").await.status, StatusCode::OK);
    })
    .await;
}
