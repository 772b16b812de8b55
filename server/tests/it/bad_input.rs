//! What nobody should send, sent by plain forms: each is refused in words on the page that follows, and what is only
//! strange stays what it is on every page.

use app::{
    domain::{
        ids::{LabelId, TaskId},
        label::LABELS_MAX,
        template::document::{LINE_MAX, SOURCE_MAX},
        work_note::NoteKind,
    },
    entities::{label, member, project as project_row, task as task_row},
    tasks::service::{
        comments,
        edit::{self, Change},
        labels_of_task, notes,
    },
    testing::each_database,
};
use axum::http::StatusCode;
use sea_orm::{ActiveValue::Set, EntityTrait, PaginatorTrait};
use uuid::Uuid;

use crate::{
    site::{SITE, Visitor, administrator},
    task_page::{PAGE, Page},
};

const TOO_MUCH: &str = "This is more than can be sent at once. Shorten it, or attach it as a file.";

/// Sends the form of a list on the board and answers with the page that follows.
async fn add_on_the_board(visitor: &mut Visitor, title: &str) -> String {
    let action = visitor.form_action("/board/T", "add_tasks").await;
    let board = visitor.get("/board/T").await.body;
    let column = board.split("name=\"column\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let form = [("project", "T"), ("column", column.as_str()), ("at", "end"), ("title", title)];
    let sent = visitor.post(&action, &format!("{SITE}/board/T"), &form).await;
    assert_eq!(sent.status, StatusCode::FOUND, "{}", sent.body);
    let next = sent.location().trim_start_matches(SITE).to_owned();
    visitor.get(&next).await.body
}

#[tokio::test]
async fn a_title_that_is_far_too_long_is_refused_in_words_wherever_it_is_typed() {
    each_database(async |app| {
        let mut page = Page::begin(&app).await;
        let long = "x".repeat(10_000);
        let shown = page.send("save_title", &[("version", "1"), ("title", &long)]).await;
        assert!(shown.body.contains("Not saved. Use 500 characters or fewer."), "{}", shown.body);
        let shown = add_on_the_board(&mut page.visitor, &long).await;
        assert!(shown.contains("There is a problem") && shown.contains("Use 500 characters or fewer"), "{shown}");
        let shown = add_on_the_board(&mut page.visitor, "a good line\nand a bad\u{7} one").await;
        assert!(shown.contains("Remove line breaks and control characters"), "{shown}");
        assert!(shown.contains("a good line\nand a bad"), "what was typed is kept: {shown}");
        assert_eq!(task_row::Entity::find().count(app.reader()).await.unwrap(), 2, "nothing was added");
    })
    .await;
}

#[tokio::test]
async fn a_pasted_log_of_twenty_megabytes_is_refused_in_words() {
    each_database(async |app| {
        let mut page = Page::begin(&app).await;
        let paste = "x".repeat(20 * 1024 * 1024);
        for (function, field) in [("add_comment", "body"), ("save_description", "description")] {
            let shown = page.send(function, &[("version", "1"), (field, &paste)]).await;
            assert!(shown.body.contains(&format!("Not saved. {TOO_MUCH}")), "{function}: {}", shown.body);
        }
        // What a call can carry, but a comment cannot be.
        let shown = page.send("add_comment", &[("body", &"x".repeat(500_000))]).await;
        assert!(shown.body.contains("Not saved. Use 20000 characters or fewer."), "{}", shown.body);
    })
    .await;
}

#[tokio::test]
async fn days_end_with_the_year_9999() {
    each_database(async |app| {
        let mut page = Page::begin(&app).await;
        for day in ["10000-01-01", "0000-01-01", "2026-02-30", "soon"] {
            let shown = page.send("save_due", &[("version", "1"), ("due_on", day)]).await;
            assert!(shown.body.contains("Enter a date like 2026-11-23"), "{day}: {}", shown.body);
        }
        let shown = page.send("save_due", &[("version", "1"), ("due_on", "9999-12-31")]).await;
        assert!(shown.body.contains("value=\"9999-12-31\""), "{}", shown.body);
        for path in ["/board/T", "/board/T/list?order=-due", "/board/T/calendar?month=9999-12", "/my-work", "/"] {
            assert_eq!(page.visitor.get(path).await.status, StatusCode::OK, "{path}");
        }
        let calendar = page.visitor.get("/board/T/calendar?month=9999-12").await.body;
        assert!(calendar.contains("December 9999") && calendar.contains("Change the date of first"), "{calendar}");
        assert!(!calendar.contains("Next month"), "there is none");
    })
    .await;
}

#[tokio::test]
async fn what_a_template_does_not_take_is_refused_at_its_fields_with_what_was_typed() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let mut designers = Vec::new();
        for _ in 0..2 {
            let action = visitor.form_action("/templates", "create_template").await;
            let made = visitor.post(&action, &format!("{SITE}/templates"), &[("from", "blank")]).await;
            designers.push(made.location().trim_start_matches(SITE).to_owned());
        }
        let designer = &designers[0];
        let action = visitor.form_action(designer, "edit_draft").await;
        let (id, long) = (designer.rsplit('/').next().unwrap(), "x".repeat(LINE_MAX + 1));
        let typed = [("fields[name]", "Weekly"), ("fields[subject]", &long), ("fields[accent]", "blue")];
        let form: Vec<_> = [("id", id), ("version", "1"), ("act", "mail")].into_iter().chain(typed).collect();
        let sent = visitor.post(&action, &format!("{SITE}{designer}"), &form).await;
        let next = sent.location().trim_start_matches(SITE).to_owned();
        let page = visitor.get(&next).await.body;
        for words in [
            "There is a problem",
            "href=\"#subject\"",
            "id=\"subject\"",
            "aria-describedby=\"mail-subject-hint subject-problem\"",
            "id=\"accent-problem\"",
            "aria-describedby=\"mail-accent-hint accent-problem\"",
            &format!("value=\"{long}\""),
            "value=\"Weekly\"",
        ] {
            assert!(page.contains(words), "{words} in {page}");
        }
        // What was typed into one template is not shown in another, whatever the address says.
        let other = visitor.get(&next.replace(id, designers[1].rsplit('/').next().unwrap())).await.body;
        assert!(!other.contains(&format!("value=\"{long}\"")) && !other.contains("subject-problem"), "{other}");
        let unnamed = [("fields[name]", " "), ("fields[subject]", "Hello"), ("fields[accent]", "#087d7e")];
        let form: Vec<_> = [("id", id), ("version", "1"), ("act", "mail")].into_iter().chain(unnamed).collect();
        let sent = visitor.post(&action, &format!("{SITE}{designer}"), &form).await;
        let page = visitor.get(sent.location().trim_start_matches(SITE)).await.body;
        for words in ["href=\"#name\"", "id=\"name-problem\"", "aria-describedby=\"name-problem\""] {
            assert!(page.contains(words), "{words} in {page}");
        }
        let stored = visitor.get(designer).await.body;
        assert!(!stored.contains(&long) && !stored.contains("There is a problem"), "nothing was kept: {stored}");
    })
    .await;
}

#[tokio::test]
async fn a_source_of_a_megabyte_is_refused_in_words_and_one_that_is_somewhat_too_long_is_still_there() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let action = visitor.form_action("/templates", "create_template").await;
        let made = visitor.post(&action, &format!("{SITE}/templates"), &[("from", "html")]).await;
        let designer = made.location().trim_start_matches(SITE).to_owned();
        let action = visitor.form_action(&designer, "edit_draft").await;
        let id = designer.rsplit('/').next().unwrap();
        let (long, endless) = ("x".repeat(SOURCE_MAX + 1), "x".repeat(1024 * 1024 + 1));
        for (source, words) in [(&long, "Use 65536 characters or fewer"), (&endless, TOO_MUCH)] {
            let form = [("id", id), ("version", "1"), ("act", "mail"), ("fields[source]", source.as_str())];
            let sent = visitor.post(&action, &format!("{SITE}{designer}"), &form).await;
            let page = visitor.get(sent.location().trim_start_matches(SITE)).await.body;
            let is_told = page.contains(words) && page.contains("There is a problem");
            assert!(is_told, "{words} of {} bytes in a page of {}", source.len(), page.len());
            let is_there = page.contains("id=\"source-problem\"") && page.contains(&format!("{long}</textarea>"));
            assert_eq!(is_there, source.len() == long.len(), "beside its field, with what was typed");
        }
        assert!(!visitor.get(&designer).await.body.contains(&long), "nothing was kept");
    })
    .await;
}

#[tokio::test]
async fn a_preview_of_days_that_end_before_they_begin_or_are_too_many_says_so_at_the_last_one() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up_with_project().await;
        let action = visitor.form_action("/templates", "create_template").await;
        let made = visitor.post(&action, &format!("{SITE}/templates"), &[("from", "blank")]).await;
        let designer = made.location().trim_start_matches(SITE).to_owned();
        for (days, words) in [
            ("first=2026-11-30&last=2026-11-01", Some("The end is before the start")),
            ("first=1990-01-01&last=2026-11-01", Some("Choose at most")),
            ("first=2026-11-01&last=2026-11-07", None),
        ] {
            let page = visitor.get(&format!("{designer}?project=WD&{days}")).await.body;
            assert_eq!(page.contains("aria-describedby=\"last-problem\""), words.is_some(), "{days}: {page}");
            assert!(words.is_none_or(|words| page.contains(words)), "{days}: {page}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_thousand_labels_are_shown_page_by_page_and_one_more_is_refused() {
    each_database(async |app| {
        let mut page = Page::begin(&app).await;
        let task: TaskId = page.task.parse().unwrap();
        let project = task_row::Entity::find_by_id(task).one(app.reader()).await.unwrap().unwrap().project_id;
        let rows = (0..LABELS_MAX).map(|number| label::ActiveModel {
            id: Set(LabelId(Uuid::now_v7())),
            project_id: Set(project),
            name: Set(format!("Label {number:04}")),
            hue: Set(1),
        });
        label::Entity::insert_many(rows).exec_without_returning(app.reader()).await.unwrap();
        let first = page.visitor.get("/board/T/labels").await.body;
        assert!(first.contains(">Label 0099<") && !first.contains(">Label 0100<") && first.contains("Page 1 of 10"));
        assert!(page.visitor.get("/board/T/labels?page=10").await.body.contains(">Label 0999<"));
        for path in ["/board/T", PAGE, "/board/T/list", "/projects/T/rules/new"] {
            assert_eq!(page.visitor.get(path).await.status, StatusCode::OK, "{path}");
        }
        let action = page.visitor.form_action("/board/T/labels", "make_label").await;
        let form = [("project", "T"), ("name", "One more"), ("hue", "")];
        let sent = page.visitor.post(&action, &format!("{SITE}/board/T/labels"), &form).await;
        let next = sent.location().trim_start_matches(SITE).to_owned();
        let shown = page.visitor.get(&next).await.body;
        assert!(shown.contains("There can be at most 1000") && shown.contains("One more"), "{shown}");
    })
    .await;
}

#[tokio::test]
async fn a_text_that_is_a_script_is_a_text_on_every_page() {
    each_database(async |app| {
        let mut page = Page::begin(&app).await;
        let ctx = administrator(&app).await;
        let text = "</title></textarea><script>alert(1)</script>";
        let task: TaskId = page.task.parse().unwrap();
        edit::change(&ctx, task, 1, Change::Title(text.into()), None).await.unwrap();
        edit::change(&ctx, task, 2, Change::Due(edit::read_due("2026-11-23", "").unwrap()), None).await.unwrap();
        labels_of_task::add(&ctx, task, text, None).await.unwrap();
        comments::add(&ctx, task, text, None).await.unwrap();
        let note = notes::NoteInput { kind: NoteKind::Issue, on_date: None, body: text.into() };
        notes::add(&ctx, task, note, None).await.unwrap();
        let query = "alert%281%29%3C%2Ftitle%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E";
        let searched = format!("/search?q={query}");
        let filtered = format!("/board/T?q={query}");
        for path in [
            "/board/T",
            "/board/T/tasks/1",
            "/board/T/list",
            "/board/T/calendar?month=2026-11",
            "/board/T/notes",
            "/board/T/labels",
            "/board/T/archive",
            PAGE,
            "/tasks/T-1/actions",
            "/search?q=alert",
            &searched,
            &filtered,
            "/my-work",
            "/",
        ] {
            let answer = page.visitor.get(path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert!(!answer.body.contains("<script>alert"), "{path}: {}", answer.body);
        }
        let shown = page.visitor.get(PAGE).await.body;
        assert!(shown.contains("<title>T-1 &lt;/title>"), "{shown}");
        assert!(
            shown.contains("&lt;script>alert(1)&lt;/script>") || shown.contains("&lt;script&gt;alert(1)"),
            "{shown}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_form_of_a_project_that_is_gone_or_closed_to_its_reader_leads_to_a_page_that_says_so() {
    each_database(async |app| {
        let mut page = Page::begin(&app).await;
        let action = page.visitor.form_action(PAGE, "save_title").await;
        member::Entity::delete_many().exec(app.reader()).await.unwrap();
        let words = "This is not here, or you cannot see it.";
        let shown = page.send_to(&action, "save_title", &[("version", "1"), ("title", "after the end")]).await;
        assert_eq!(shown.status, StatusCode::NOT_FOUND);
        assert!(shown.body.contains("There is no such page") && shown.body.contains(words), "{}", shown.body);
        let title = |row: Option<task_row::Model>| row.unwrap().title;
        let task: TaskId = page.task.parse().unwrap();
        assert_eq!(title(task_row::Entity::find_by_id(task).one(app.reader()).await.unwrap()), "first");

        project_row::Entity::delete_many().exec(app.reader()).await.unwrap();
        let shown = page.send_to(&action, "save_title", &[("version", "1"), ("title", "after the end")]).await;
        assert_eq!(shown.status, StatusCode::NOT_FOUND);
        assert!(shown.body.contains(words), "{}", shown.body);
        assert_eq!(page.visitor.get("/board").await.status, StatusCode::OK, "the way to a new project is open");
    })
    .await;
}
