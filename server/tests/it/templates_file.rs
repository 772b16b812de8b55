//! The upload of a template's file over HTTP: what is taken, and the place that a file is refused for.

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
    let head = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.template.json\"\r\nContent-Type: application/json\r\n\r\n";
    let request = Request::post("/templates/upload")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(format!("{head}{content}\r\n--edge--\r\n")))
        .unwrap();
    visitor.send(request).await
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
