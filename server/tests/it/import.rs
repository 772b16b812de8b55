//! Imports over HTTP without JavaScript: upload, preview, confirm, cancel; what is refused.

use app::{
    domain::import::MAX_FILE_BYTES,
    entities::{import_run, project, task},
    testing::{TestApp, each_database},
};
use axum::{
    body::{Body, Bytes},
    http::{Request, StatusCode, header},
};
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::site::{Answer, SITE, Visitor};

const TRELLO: &[u8] = include_bytes!("../../../app/tests/data/trello-board.json");
/// Sends the form of the upload page.
async fn upload(visitor: &mut Visitor, name: &str, content: &[u8]) -> Answer {
    let mut body = format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n").into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    send(visitor, Body::from(body)).await
}

async fn send(visitor: &mut Visitor, body: Body) -> Answer {
    let request = Request::post("/import/upload")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .header("sec-fetch-site", "same-origin")
        .body(body)
        .unwrap();
    visitor.send(request).await
}

/// Waits until the page of an import says this.
async fn wait_for(visitor: &mut Visitor, page: &str, words: &str) -> String {
    for _ in 0..100 {
        let body = visitor.get(page).await.body;
        if body.contains(words) {
            return body;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{page} never said {words}");
}

async fn tasks(app: &TestApp) -> u64 {
    task::Entity::find().count(app.reader()).await.unwrap()
}

#[tokio::test]
async fn a_board_is_uploaded_looked_at_and_imported() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let page = upload(&mut visitor, "board.json", TRELLO).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER);
        let page = page.location().to_owned();
        let preview = visitor.get(&page).await;
        for words in [
            "Check the import",
            "As a volunteer, I want to register for an account",
            "Current Sprint 1 Backlog",
            "Member Two",
            "VolunteerBridge",
        ] {
            assert!(preview.body.contains(words), "{words} is in {}", preview.body);
        }
        assert_eq!(tasks(&app).await, 0, "a preview stores nothing on a board");

        let action = visitor.form_action(&page, "confirm_import").await;
        let id = page.rsplit('/').next().unwrap();
        let mut form = vec![("id", id), ("target", "new"), ("name", "Bridge"), ("key", "BRI"), ("layout", "four")];
        let lists: Vec<String> = (0..8).map(|place| format!("lists[{place}]")).collect();
        form.extend(lists.iter().map(|name| (name.as_str(), "todo")));
        let started = visitor.post(&action, &format!("{SITE}{page}"), &form).await;
        assert_eq!((started.status, started.location()), (StatusCode::FOUND, page.as_str()), "{}", started.body);
        let done = wait_for(&mut visitor, &page, "42 tasks are in Bridge.").await;
        assert!(done.contains("href=\"/board/BRI\""), "{done}");
        assert_eq!(tasks(&app).await, 42);
    })
    .await;
}

/// A small export, as another AutoReport wrote it.
const EXPORT: &str = r#"{
  "format": "autoreport/1",
  "exported_at": "2026-11-22T12:00:00Z",
  "project": {
    "key": "OPS", "name": "Operations", "description": "", "zone": "Europe/Ljubljana", "archive_after_days": null,
    "last_number": 1, "created_at": "2026-11-01T08:00:00Z", "archived_at": null
  },
  "columns": [
    {"id": "00000000-0000-0000-0000-0000000000c1", "name": "Todo", "status": "todo", "limit": 3, "limit_is_hard": true},
    {"id": "00000000-0000-0000-0000-0000000000c2", "name": "Completed", "status": "done", "limit": null, "limit_is_hard": false}
  ],
  "labels": [],
  "people": [{"id": "00000000-0000-0000-0000-0000000000a1", "name": "Mina Kovač", "role": "viewer"}],
  "tasks": [{
    "id": "00000000-0000-0000-0000-000000000001", "reference": "OPS-1", "number": 1,
    "column": "00000000-0000-0000-0000-0000000000c1", "rank": "a0", "title": "Order the badges", "description": "",
    "priority": "high", "category": "ordinary", "due_on": null, "due_at": null, "start_on": null,
    "estimate_minutes": 90, "recurrence": null, "completed_at": null, "archived_at": null, "deleted_at": null,
    "created_at": "2026-11-01T08:00:00Z", "created_by": null, "updated_at": "2026-11-02T08:00:00Z", "labels": [],
    "assignees": ["00000000-0000-0000-0000-0000000000a1"], "watchers": [], "blocked_by": [], "checklist": [],
    "comments": [], "notes": [], "history": [],
    "attachments": [{"name": "a.png", "content_type": "image/png", "size": 1, "sha256": "", "at": "2026-11-02T08:00:00Z"}]
  }],
  "rules": []
}"#;

#[tokio::test]
async fn an_export_of_autoreport_is_recognised_looked_at_and_imported() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let page = upload(&mut visitor, "operations.json", EXPORT.as_bytes()).await.location().to_owned();
        let preview = visitor.get(&page).await;
        for words in
            ["AutoReport project", "Order the badges", "Mina Kovač", "Viewer", "value=\"OPS\"", "only their names"]
        {
            assert!(preview.body.contains(words), "{words} is in {}", preview.body);
        }
        let action = visitor.form_action(&page, "confirm_import").await;
        let id = page.rsplit('/').next().unwrap();
        let form = [
            ("id", id),
            ("target", "new"),
            ("name", "Operations"),
            ("key", "OPS"),
            ("layout", "lists"),
            ("lists[0]", "todo"),
            ("lists[1]", "done"),
            ("people[0]", "placeholder"),
        ];
        let started = visitor.post(&action, &format!("{SITE}{page}"), &form).await;
        assert_eq!(started.location(), page, "{}", started.body);
        wait_for(&mut visitor, &page, "1 task is in Operations.").await;
        let made = task::Entity::find().one(app.reader()).await.unwrap().unwrap();
        assert_eq!((made.number, made.estimate_minutes), (1, Some(90)));
    })
    .await;
}

#[tokio::test]
async fn an_export_of_a_newer_autoreport_says_both_formats() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let newer = EXPORT.replace("autoreport/1", "autoreport/2");
        let page = upload(&mut visitor, "operations.json", newer.as_bytes()).await.location().to_owned();
        let body = visitor.get(&page).await.body;
        assert!(body.contains("“autoreport/2”") && body.contains("“autoreport/1”"), "{body}");
        assert_eq!((tasks(&app).await, project::Entity::find().count(app.reader()).await.unwrap()), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_key_in_use_comes_back_to_the_preview_beside_its_field() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        for key_is_free in [true, false] {
            let page = upload(&mut visitor, "tasks.csv", b"Title;Status\na;done\n").await.location().to_owned();
            let action = visitor.form_action(&page, "confirm_import").await;
            let id = page.rsplit('/').next().unwrap();
            let form = [
                ("id", id),
                ("target", "new"),
                ("name", "Table"),
                ("key", "TAB"),
                ("layout", "lists"),
                ("lists[0]", "done"),
                ("fields[0]", "title"),
                ("fields[1]", "status"),
                ("date_order", "day_first"),
            ];
            let answer = visitor.post(&action, &format!("{SITE}{page}"), &form).await;
            if key_is_free {
                wait_for(&mut visitor, &page, "1 task is in Table.").await;
            } else {
                let back = answer.location().to_owned();
                let again = visitor.get(back.trim_start_matches(SITE)).await;
                assert!(again.body.contains("This is already in use"), "{back}: {}", again.body);
            }
        }
        assert_eq!(tasks(&app).await, 1);
    })
    .await;
}

#[tokio::test]
async fn columns_that_were_changed_are_shown_again_before_anything_is_imported() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let page = upload(&mut visitor, "tasks.csv", b"What,Where\na,done\n").await.location().to_owned();
        let action = visitor.form_action(&page, "confirm_import").await;
        let id = page.rsplit('/').next().unwrap();
        let form = [
            ("id", id),
            ("target", "new"),
            ("name", "Table"),
            ("lists[0]", "todo"),
            ("fields[0]", "title"),
            ("fields[1]", "status"),
            ("date_order", "day_first"),
        ];
        let answer = visitor.post(&action, &format!("{SITE}{page}"), &form).await;
        assert!(answer.location().starts_with(&format!("{page}?notice=columns_changed")), "{}", answer.location());
        assert_eq!(project::Entity::find().count(app.reader()).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_import_says_that_nothing_was_imported() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let page = upload(&mut visitor, "tasks.csv", b"Title\na\n").await.location().to_owned();
        let html = visitor.get(&page).await.body;
        let start = html.find("formaction=\"/rpc/cancel_import").expect("there is a Cancel button");
        let action = html[start + 12..].split('"').next().unwrap().to_owned();
        let id = page.rsplit('/').next().unwrap();
        let answer = visitor.post(&action, &format!("{SITE}{page}"), &[("id", id), ("target", "new")]).await;
        assert!(visitor.get(answer.location()).await.body.contains("Nothing was imported."));
        assert_eq!(
            (tasks(&app).await, import_run::Entity::find().one(app.reader()).await.unwrap().unwrap().content),
            (0, None)
        );
    })
    .await;
}

#[tokio::test]
async fn a_file_that_cannot_be_read_shows_the_place() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let page = upload(&mut visitor, "board.json", b"{\n \"lists\": [],\n \"cards\": [{\"id\": 3}]}")
            .await
            .location()
            .to_owned();
        let body = visitor.get(&page).await.body;
        assert!(body.contains("line 3, character") && body.contains("expected a text in quotes"), "{body}");
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_without_being_kept() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let head = Bytes::from_static(
            b"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"big.csv\"\r\n\r\n",
        );
        let chunk = Bytes::from(vec![b'a'; 1024 * 1024]);
        let chunks = std::iter::once(head)
            .chain(std::iter::repeat_n(chunk, MAX_FILE_BYTES / (1024 * 1024) + 1))
            .chain([Bytes::from_static(b"\r\n--edge--\r\n")]);
        let stream = futures::stream::iter(chunks.map(Ok::<_, std::convert::Infallible>));
        let answer = send(&mut visitor, Body::from_stream(stream)).await;
        assert_eq!(answer.location(), "/import?refused=too_large");
        let page = visitor.get(answer.location()).await.body;
        assert!(page.contains("The file is larger than 64 MB"), "{page}");
        assert!(page.contains("aria-describedby=\"file-hint file-error\""), "told with its field: {page}");
        assert_eq!(import_run::Entity::find().count(app.reader()).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn nobody_uploads_without_signing_in_or_from_another_site() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let mut stranger = Visitor::new(&app);
        let answer = upload(&mut stranger, "tasks.csv", b"Title\na\n").await;
        assert!(answer.location().starts_with("/sign-in"), "{}", answer.location());
        let request = Request::post("/import/upload")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
            .header("sec-fetch-site", "cross-site")
            .body(Body::from("--edge--"))
            .unwrap();
        assert_eq!(visitor.send(request).await.status, StatusCode::FORBIDDEN);
        assert_eq!(import_run::Entity::find().count(app.reader()).await.unwrap(), 0);
    })
    .await;
}
