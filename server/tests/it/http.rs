//! What the site answers to browsers without JavaScript, to other sites, and to nonsense.

use std::sync::Arc;

use app::{
    accounts::api::SignIn,
    platform::assets::{Assets, BUILD_HEADER},
    testing::each_database,
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use leptos::server_fn::ServerFn;

use crate::site::Visitor;

#[tokio::test]
async fn without_any_account_every_page_leads_to_the_sign_up_page() {
    each_database(async |app| {
        // The flag that remembers set-up instances is of the process; other tests may have set it.
        let mut visitor = Visitor::new(&app);
        let answer = visitor.get("/board").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert!(answer.location().starts_with("/sign-"), "{}", answer.location());
        let page = visitor.get("/sign-up").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("Create the administrator"));
    })
    .await;
}

/// Pages and server may be built in different folders, and a page stays open while the server is replaced.
#[test]
fn a_server_function_has_the_same_address_whichever_folder_it_was_built_in() {
    assert_eq!(SignIn::PATH, "/rpc/sign_in15875934044132693988", "see SERVER_FN_OVERRIDE_KEY in .cargo/config.toml");
}

#[tokio::test]
async fn a_person_signs_up_out_and_in_again_without_javascript() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        let made = visitor.sign_up().await;
        assert_eq!((made.status, made.location()), (StatusCode::FOUND, "/"), "{}", made.body);
        assert!(visitor.has_cookie("id"));
        assert_eq!(visitor.get("/projects").await.status, StatusCode::OK);

        let sign_out = visitor.form_action("/projects", "sign_out").await;
        let out = visitor.post(&sign_out, "http://127.0.0.1:3000/projects", &[]).await;
        assert_eq!(out.location(), "/sign-in");
        assert!(!visitor.has_cookie("id"));
        assert_eq!(visitor.get("/projects").await.location(), "/sign-in?next=/projects");

        let sign_in = visitor.form_action("/sign-in?next=/projects", "sign_in").await;
        let form = [("email", "mina@example.org"), ("password", "grey pebble under the bridge"), ("next", "/projects")];
        let back = visitor.post(&sign_in, "http://127.0.0.1:3000/sign-in", &form).await;
        assert_eq!(back.location(), "/projects");
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password_is_said_beside_the_field_and_the_address_is_kept() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let mut stranger = Visitor::new(&app);
        let sign_in = stranger.form_action("/sign-in", "sign_in").await;
        let form = [("email", "mina@example.org"), ("password", "not this one")];
        let refused = stranger.post(&sign_in, "http://127.0.0.1:3000/sign-in", &form).await;
        assert_eq!(refused.status, StatusCode::FOUND);
        let path = refused.location().trim_start_matches("http://127.0.0.1:3000").to_owned();
        let page = stranger.get(&path).await.body;
        assert!(page.contains("E-mail or password is not right"), "{path}");
        assert!(page.contains("mina@example.org"), "what was typed is still there");
        assert!(page.contains("<title>Error: Sign in"));
    })
    .await;
}

#[tokio::test]
async fn after_signing_in_nobody_is_sent_to_another_site() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        for next in ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nb"] {
            let mut again = Visitor::new(&app);
            let sign_in = again.form_action("/sign-in", "sign_in").await;
            let form = [("email", "mina@example.org"), ("password", "grey pebble under the bridge"), ("next", next)];
            assert_eq!(again.post(&sign_in, "http://127.0.0.1:3000/sign-in", &form).await.location(), "/");
        }
    })
    .await;
}

#[tokio::test]
async fn every_answer_carries_the_headers_and_a_page_its_policy_with_a_fresh_nonce() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let mut policies = Vec::new();
        for path in ["/projects", "/no-such-page", "/healthz", "/settings/profile"] {
            let answer = visitor.get(path).await;
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "same-origin"),
                ("cross-origin-opener-policy", "same-origin"),
                ("cache-control", "no-store"),
            ] {
                assert_eq!(answer.headers.get(name).unwrap(), value, "{name} of {path}");
            }
            let policy = answer.headers.get("content-security-policy").unwrap().to_str().unwrap().to_owned();
            assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
            assert!(!policy.contains("unsafe-inline"), "{policy}");
            assert!(!answer.body.contains(" style=\""), "{path} has an inline style");
            policies.push(policy);
        }
        assert_ne!(policies[0], policies[3], "each page has a nonce of its own");
    })
    .await;
}

#[tokio::test]
async fn a_page_that_is_not_there_is_a_404_in_the_shell() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let answer = visitor.get("/no-such-page").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.body.contains("There is no such page") && answer.body.contains("aria-label=\"Main\""));
        assert_eq!(visitor.get("/board/NONE").await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn another_site_cannot_send_forms_with_this_browsers_cookies() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let action = visitor.form_action("/projects/new", "create_project").await;
        let attack = |headers: &[(&'static str, &'static str)]| {
            let mut request = Request::post(&action).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            request.body(Body::from("name=x&key=X&zone=UTC")).unwrap()
        };
        for headers in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("origin", "https://evil.example")],
            &[],
        ] {
            let answer = visitor.send(attack(headers)).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
            assert_eq!(answer.location(), "", "a refusal never redirects");
        }
    })
    .await;
}

#[tokio::test]
async fn a_server_function_answers_with_the_status_that_its_error_means() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let action = visitor.form_action("/projects/new", "create_project").await;
        let call = |body: &'static str| {
            Request::post(&action)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(header::ACCEPT, "application/json")
                .header("sec-fetch-site", "same-origin")
                .body(Body::from(body))
                .unwrap()
        };
        assert_eq!(visitor.send(call("name=&key=X&zone=UTC")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(visitor.send(call("nonsense")).await.status, StatusCode::BAD_REQUEST);
        let mut stranger = Visitor::new(&app);
        assert_eq!(stranger.send(call("name=a&key=X&zone=UTC")).await.status, StatusCode::UNAUTHORIZED);
    })
    .await;
}

/// The pages of a build of which only this name is known.
fn built(name: &str) -> Assets {
    let folder = std::env::temp_dir().join(format!("autoreport-build-{}-{}", std::process::id(), uuid::Uuid::now_v7()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("manifest.json"), format!(r#"{{"autoreport.css":"pkg/{name}.css"}}"#)).unwrap();
    let assets = Assets::read(&folder).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assets
}

#[tokio::test]
async fn a_page_knows_its_build_and_hears_of_another_one_even_where_its_call_is_not_known_any_more() {
    each_database(async |app| {
        let (mut before, mut after) = (app.app.clone(), app.app.clone());
        (before.assets, after.assets) = (Arc::new(built("old")), Arc::new(built("new")));
        let (old, new) = (before.assets.build().to_owned(), after.assets.build().to_owned());
        assert_ne!(old, new);
        assert_eq!(old, built("old").build(), "the same files are the same build");

        let page = Visitor::of_state(before).get("/sign-up").await;
        assert!(page.body.contains(&old) && !page.body.contains(&new));
        let mut visitor = Visitor::of_state(after);
        let made = visitor.sign_up().await;
        assert_eq!(made.headers.get(BUILD_HEADER).unwrap(), &new);
        for path in ["/rpc/count_unread_of_an_older_build", SignIn::PATH] {
            let call = Request::post(path)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(header::ACCEPT, "application/json")
                .header("sec-fetch-site", "same-origin")
                .body(Body::from("nonsense"))
                .unwrap();
            let answer = visitor.send(call).await;
            assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
            assert_eq!(answer.headers.get(BUILD_HEADER).unwrap(), &new, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_endless_body_is_cut_off() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let action = visitor.form_action("/projects/new", "create_project").await;
        let huge = "x".repeat(3 * 1024 * 1024);
        let answer = visitor.post(&action, "http://127.0.0.1:3000/projects/new", &[("name", &huge)]).await;
        assert_eq!(answer.status, StatusCode::FOUND);
        let next = answer.location().trim_start_matches("http://127.0.0.1:3000").to_owned();
        let shown = visitor.get(&next).await.body;
        assert!(
            shown.contains("This is more than can be sent at once. Shorten it, or attach it as a file."),
            "{shown}"
        );
        let call = Request::post(&action)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(format!("name={huge}")))
            .unwrap();
        let answer = visitor.send(call).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "{\"code\":\"too_large\"}"));
        // Longer than what is read and thrown away: the answer comes before the text.
        let endless = Request::post(&action)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::CONTENT_LENGTH, "1000000000")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from("name=x"))
            .unwrap();
        assert_eq!(visitor.send(endless).await.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(!visitor.get("/projects").await.body.contains("xxxx"));
    })
    .await;
}

#[tokio::test]
async fn the_theme_is_a_cookie_and_the_page_is_made_in_it() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let action = visitor.form_action("/projects", "set_theme").await;
        let back =
            visitor.post(&action, "http://127.0.0.1:3000/projects", &[("theme", "dark"), ("next", "/projects")]).await;
        assert_eq!(back.location(), "/projects");
        assert!(visitor.get("/projects").await.body.contains("data-theme=\"dark\""));
    })
    .await;
}
