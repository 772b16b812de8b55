//! The pictures of the library and of the gallery over HTTP: kept by the browser, and sent again only where they are
//! others by now.

use app::testing::each_database;
use axum::{
    body::Body,
    http::{HeaderValue, Request, StatusCode, header},
};

use crate::site::{Answer, SITE, Visitor};

/// Asks for a picture with the tag of the one that the browser has.
async fn ask_again(visitor: &mut Visitor, path: &str, tag: &HeaderValue) -> Answer {
    visitor.send(Request::get(path).header(header::IF_NONE_MATCH, tag).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_picture_that_the_browser_has_is_not_sent_again_and_to_nobody_who_is_not_signed_in() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let action = visitor.form_action("/templates", "create_template").await;
        let made = visitor.post(&action, &format!("{SITE}/templates"), &[("from", "weekly-status")]).await;
        let own = format!("{}/picture", made.location().split('?').next().unwrap_or_default());
        for path in ["/templates/gallery/weekly-status/picture", own.as_str()] {
            let first = visitor.get(path).await;
            assert_eq!(first.status, StatusCode::OK, "{path}: {}", first.body);
            assert_eq!(first.headers[header::CACHE_CONTROL], "private, no-cache", "{path}");
            let tag = first.headers[header::ETAG].clone();
            let again = ask_again(&mut visitor, path, &tag).await;
            assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""), "{path}");
            for name in [header::ETAG, header::CACHE_CONTROL, header::CONTENT_SECURITY_POLICY] {
                assert_eq!(again.headers[&name], first.headers[&name], "{path}: {name}");
            }
            let refused = ask_again(&mut Visitor::new(&app), path, &tag).await;
            assert_eq!(refused.status, StatusCode::SEE_OTHER, "{path}: to the page where one signs in");
            assert!(!refused.headers.contains_key(header::ETAG), "{path}");
        }
        let light = visitor.get("/templates/gallery/weekly-status/picture").await;
        let dark = ask_again(
            &mut visitor,
            "/templates/gallery/weekly-status/picture?theme=dark",
            &light.headers[header::ETAG],
        )
        .await;
        assert_eq!(dark.status, StatusCode::OK, "another picture than the one that the browser has");
    })
    .await;
}
