//! Files over HTTP: taken from a plain form, given out as files only, to members only.

use app::{
    domain::{file::FILE_BYTES_MAX, ids::AttachmentId},
    entities::{attachment, member},
    projects::service::projects::{self, NewProject},
    testing::{TestApp, each_database, task},
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::site::{Answer, Visitor, administrator};

async fn upload(visitor: &mut Visitor, task: &str, name: &str, content: &[u8], accept: &str) -> Answer {
    let mut body = format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: image/png\r\n\r\n").into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    let request = Request::post(format!("/attachments/{task}"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .header(header::ACCEPT, accept)
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body))
        .unwrap();
    visitor.send(request).await
}

/// The signed-in administrator with a project and a task `T-1`; its id.
async fn begin(app: &TestApp) -> (Visitor, String) {
    let mut visitor = Visitor::new(app);
    visitor.sign_up().await;
    let ctx = administrator(app).await;
    let new = NewProject { name: "Tasks".into(), key: "T".into(), zone: "Europe/Ljubljana".into() };
    let made = projects::create(&ctx, new).await.unwrap();
    let columns = projects::columns(app.reader(), made.id).await.unwrap();
    let card = task(&ctx, &made, columns[0].id, "with files").await;
    (visitor, card.id.to_string())
}

async fn last(app: &TestApp) -> AttachmentId {
    attachment::Entity::find().all(app.reader()).await.unwrap().pop().unwrap().id
}

#[tokio::test]
async fn a_plain_form_stores_a_file_and_comes_back_to_the_task() {
    each_database(async |app| {
        let (mut visitor, task) = begin(&app).await;
        let answer = upload(&mut visitor, &task, "notes <b>.txt", b"hello", "text/html").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert_eq!(answer.location(), "/tasks/T-1?notice=saved#task-files");
        let page = visitor.get("/tasks/T-1").await.body;
        assert!(page.contains("notes &lt;b&gt;.txt") && page.contains("Text, 5 B"), "{page}");

        let file = visitor.get(&format!("/attachments/{}", last(&app).await)).await;
        assert_eq!((file.status, file.body.as_str()), (StatusCode::OK, "hello"));
        let header = |name: &str| file.headers.get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "text/plain");
        assert!(header("content-disposition").starts_with("attachment; filename=\"notes _b_.txt\""));
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(header("content-security-policy").starts_with("sandbox; default-src 'none'"));
    })
    .await;
}

#[tokio::test]
async fn markup_under_the_name_of_a_picture_is_text_without_a_small_picture() {
    each_database(async |app| {
        let (mut visitor, task) = begin(&app).await;
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
        let answer = upload(&mut visitor, &task, "logo.png", svg, "application/json").await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "1"));
        let id = last(&app).await;
        let file = visitor.get(&format!("/attachments/{id}")).await;
        assert_eq!(file.headers.get("content-type").unwrap(), "text/plain");
        assert_eq!(visitor.get(&format!("/attachments/{id}/thumbnail")).await.status, StatusCode::NOT_FOUND);
        // A picture that is cut off is kept, and has no small one.
        let broken = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xff\xff";
        assert_eq!(upload(&mut visitor, &task, "broken.png", broken, "application/json").await.body, "1");
        assert!(!visitor.get("/tasks/T-1").await.body.contains("/thumbnail"));
    })
    .await;
}

#[tokio::test]
async fn a_picture_is_shown_small_and_only_to_who_is_signed_in_and_a_member() {
    each_database(async |app| {
        let (mut visitor, task) = begin(&app).await;
        let picture = include_bytes!("../../../end2end/screenshots/dashboard.png");
        assert_eq!(upload(&mut visitor, &task, "dashboard.png", picture, "application/json").await.body, "1");
        let id = last(&app).await;
        let path = format!("/attachments/{id}/thumbnail");
        assert!(visitor.get("/tasks/T-1").await.body.contains(&path));
        let small = visitor.get(&path).await;
        assert_eq!(
            (small.status, small.headers.get("content-type").unwrap().to_str().unwrap()),
            (StatusCode::OK, "image/png")
        );
        let mut stranger = Visitor::new(&app);
        assert_eq!(stranger.get(&path).await.status, StatusCode::SEE_OTHER, "to the sign-in page");
        member::Entity::delete_many().exec(app.reader()).await.unwrap();
        for path in [path.clone(), format!("/attachments/{id}")] {
            assert_eq!(visitor.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(upload(&mut visitor, &task, "x.txt", b"x", "text/html").await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_in_words_and_not_stored() {
    each_database(async |app| {
        let (mut visitor, task) = begin(&app).await;
        let large = vec![b'x'; FILE_BYTES_MAX + 1];
        let answer = upload(&mut visitor, &task, "large.txt", &large, "text/html").await;
        assert_eq!(answer.location(), "/tasks/T-1?refused=too_large#task-files");
        let page = visitor.get("/tasks/T-1?refused=too_large").await.body;
        assert!(page.contains("The file is larger than 20 MB, so it was not stored."), "{page}");
        let answer = upload(&mut visitor, &task, "", b"", "application/json").await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "no_file"));
        assert_eq!(attachment::Entity::find().count(app.reader()).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn without_a_session_a_page_hears_that_nobody_is_signed_in_and_a_plain_form_is_led_there() {
    each_database(async |app| {
        let (_, task) = begin(&app).await;
        let mut stranger = Visitor::new(&app);
        let answer = upload(&mut stranger, &task, "notes.txt", b"hello", "application/json").await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::UNAUTHORIZED, "signed_out"));
        let answer = upload(&mut stranger, &task, "notes.txt", b"hello", "text/html").await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/sign-in"));
        assert_eq!(attachment::Entity::find().count(app.reader()).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_form_of_another_site_attaches_nothing() {
    each_database(async |app| {
        let (mut visitor, task) = begin(&app).await;
        let request = Request::post(format!("/attachments/{task}"))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
            .header("sec-fetch-site", "cross-site")
            .body(Body::from("--edge--"))
            .unwrap();
        assert_eq!(visitor.send(request).await.status, StatusCode::FORBIDDEN);
    })
    .await;
}
