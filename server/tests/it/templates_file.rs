//! Uploads to templates over HTTP: what is taken of their files and logos, and where it is said why one is refused.

use app::testing::each_database;
use axum::{
    body::Body,
    http::{Request, header},
};

use crate::site::{Answer, Visitor};

const FILE: &str = r##"{
 "autoreport_template": 1,
 "name": "Weekly",
 "category": "status",
 "document": {
  "format": 1,
  "subject": "Hello",
  "body": {"mode": "blocks", "blocks": [
   {"id": 1, "block": "divider"}
  ]},
  "theme": {"accent": "#0b6e99"}
 }
}"##;

async fn upload(visitor: &mut Visitor, content: &str) -> Answer {
    send(visitor, "/templates/upload", "a.template.json", content.as_bytes()).await
}

async fn send(visitor: &mut Visitor, path: &str, name: &str, content: &[u8]) -> Answer {
    let head = format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    let body = [head.as_bytes(), content, b"\r\n--edge--\r\n"].concat();
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body))
        .unwrap();
    visitor.send(request).await
}

#[tokio::test]
async fn a_logo_of_ten_megabytes_and_a_drawing_in_disguise_are_refused_at_their_field() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let designer = upload(&mut visitor, FILE).await.location().to_owned();
        let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
        for (content, words) in [
            (vec![0x89; 10 * 1024 * 1024], "The picture is larger than 100 kB."),
            (svg.to_vec(), "This is an SVG drawing, whatever its name says"),
        ] {
            let answer = send(&mut visitor, &format!("{designer}/logo?version=1"), "logo.png", &content).await;
            let page = visitor.get(answer.location()).await.body;
            for part in [words, "aria-describedby=\"logo-hint logo-said\"", "aria-invalid=\"true\""] {
                assert!(page.contains(part), "{part} in {page}");
            }
        }
        assert!(!visitor.get(&designer).await.body.contains("class=\"logo-now\""), "the mail has none");
    })
    .await;
}

#[tokio::test]
async fn a_faulty_template_is_refused_with_the_line_and_the_character_of_its_fault() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let taken = upload(&mut visitor, FILE).await;
        let id = taken.location().strip_prefix("/templates/").unwrap_or_default();
        assert!(id.parse::<uuid::Uuid>().is_ok(), "{}", taken.location());
        for (content, code, place) in [
            (FILE.replace("divider", "dividr"), "unknown.9.4", "line 9, character 4"),
            (FILE.replace("\"Hello\",", "\"Hello\""), "not_json.8.3", "line 8, character 3"),
            (FILE[..FILE.len() - 2].to_owned(), "cut_off.", "ends too early, at line 1"),
            (FILE.replace("#0b6e99", "blue"), "rule.11.23", "line 11, character 23"),
            (FILE.replace("Weekly", ""), "rule.3.10", "line 3, character 10"),
        ] {
            let answer = upload(&mut visitor, &content).await;
            assert!(answer.location().starts_with(&format!("/templates?refused={code}")), "{}", answer.location());
            let page = visitor.get(answer.location()).await.body;
            assert!(page.contains("role=\"alert\"") && page.contains(place), "{code}: {place} in {page}");
            assert!(page.contains("aria-describedby=\"file-hint file-error\""), "told with its field: {page}");
        }
    })
    .await;
}
