//! Who may call what: every server function, called by every kind of person. A function that is not in the table
//! fails the test: add a row to `table.rs` that says who may call it.

mod fixture;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use app::testing::TestApp;
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

use crate::site::Visitor;
use fixture::{Fixture, People};
use table::{FILES, ROWS, Wants};

/// A kind of person who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caller {
    Anonymous,
    /// Signed in, in no project.
    Stranger,
    Viewer,
    Editor,
    Owner,
    /// An administrator of the instance who is not in the project.
    Admin,
}

impl Caller {
    const ALL: [Self; 6] = [Self::Anonymous, Self::Stranger, Self::Viewer, Self::Editor, Self::Owner, Self::Admin];
}

/// The paths of the server functions by their names: `/rpc/save_title1234567` is `save_title`.
fn paths() -> BTreeMap<String, &'static str> {
    leptos::server_fn::axum::server_fn_paths()
        .map(|(path, _)| {
            let name = path.trim_start_matches("/rpc/").trim_end_matches(|c: char| c.is_ascii_digit());
            (name.to_owned(), path)
        })
        .collect()
}

#[tokio::test]
async fn every_server_function_has_a_row_and_every_row_a_function() {
    let registered: BTreeSet<String> = paths().into_keys().collect();
    let listed: BTreeSet<String> = ROWS.iter().map(|row| row.function.to_owned()).collect();
    assert!(registered.len() > 50, "the functions were found: {registered:?}");
    let unlisted: Vec<_> = registered.difference(&listed).collect();
    assert!(unlisted.is_empty(), "say in server/tests/it/rights/table.rs who may call {unlisted:?}");
    let gone: Vec<_> = listed.difference(&registered).collect();
    assert!(gone.is_empty(), "these are gone; take their rows away: {gone:?}");
    assert_eq!(listed.len(), ROWS.len(), "each function has one row");
}

#[tokio::test]
async fn every_caller_gets_the_answer_that_the_table_says() {
    let app = TestApp::on_sqlite().await;
    let mut people = People::new(&app).await;
    let paths = paths();
    let mut wrong = Vec::new();
    for row in ROWS {
        let Some(path) = paths.get(row.function) else { continue };
        // Those who are refused change nothing and share one project; those who are let in have one each.
        let shared = Fixture::new(&app, &people, row.body).await;
        for caller in Caller::ALL {
            let expected = row.wants.expected(caller);
            let own = if expected.is_none() { Some(Fixture::new(&app, &people, row.body).await) } else { None };
            let fixture = own.as_ref().unwrap_or(&shared);
            let mut visitor = people.visitor(&app, caller).await;
            let status = call(&mut visitor, path, &fixture.fill(row.body)).await;
            match expected {
                Some(expected) if status != expected => {
                    wrong.push(format!("{} by {caller:?}: {status} instead of {expected}", row.function));
                }
                None if !is_let_in(status) => {
                    wrong.push(format!("{} by {caller:?}: {status} though it may", row.function));
                }
                _ => {}
            }
        }
        if row.function == "sign_out" {
            people.forget_browsers();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn files_are_given_to_those_whom_the_table_names_and_to_nobody_else() {
    let app = TestApp::on_sqlite().await;
    let mut people = People::new(&app).await;
    let all: String = FILES.iter().map(|(path, _)| *path).collect();
    let fixture = Fixture::new(&app, &people, &all).await;
    let mut wrong = Vec::new();
    for (path, wants) in FILES {
        for caller in Caller::ALL {
            let mut visitor = people.visitor(&app, caller).await;
            let status = visitor.get(&fixture.fill(path)).await.status;
            let is_refused = status.is_redirection()
                || matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND);
            match wants.expected(caller) {
                None if status != StatusCode::OK => wrong.push(format!("{path} to {caller:?}: {status}")),
                Some(_) if !is_refused => wrong.push(format!("{path} to {caller:?}: {status} instead of a refusal")),
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is uploaded for templates goes by no server function.
#[tokio::test]
async fn files_for_templates_are_taken_from_those_who_may_and_from_nobody_else() {
    let app = TestApp::on_sqlite().await;
    let mut people = People::new(&app).await;
    let fixture = Fixture::new(&app, &people, "{template}").await;
    for caller in Caller::ALL {
        let mut visitor = people.visitor(&app, caller).await;
        let logo = upload(&mut visitor, &fixture.fill("/templates/{template}/logo?version=1")).await;
        let file = upload(&mut visitor, "/templates/upload").await;
        match caller {
            Caller::Anonymous => {
                assert!(logo.starts_with("/sign-in") && file.starts_with("/sign-in"), "{caller:?}: {logo} {file}");
                continue;
            }
            Caller::Owner | Caller::Admin => {
                assert!(logo.contains("refused=") && !logo.contains("forbidden"), "{caller:?}: {logo}");
            }
            _ => assert!(logo.ends_with("refused=forbidden"), "{caller:?}: {logo}"),
        }
        assert_eq!(file, "/templates?refused=not_a_template", "{caller:?}");
    }
}

/// Sends a file that is neither a picture nor a template, and says where the answer leads.
async fn upload(visitor: &mut Visitor, path: &str) -> String {
    let body = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--edge--\r\n";
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body))
        .unwrap();
    visitor.send(request).await.location().to_owned()
}

/// Done, or refused for what was typed rather than for who asks.
fn is_let_in(status: StatusCode) -> bool {
    status.is_success()
        || status.is_redirection()
        || matches!(status, StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::TOO_MANY_REQUESTS)
}

/// A call as the awake page makes it.
async fn call(visitor: &mut Visitor, path: &str, body: &str) -> StatusCode {
    let kind = if body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" };
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, kind)
        .header(header::ACCEPT, "application/json")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body.to_owned()))
        .unwrap();
    visitor.send(request).await.status
}

impl Wants {
    /// The status of a refusal; none where the caller is let in.
    fn expected(self, caller: Caller) -> Option<StatusCode> {
        use Caller::*;
        let of_project = |least: Caller| match caller {
            Anonymous => Some(StatusCode::UNAUTHORIZED),
            Stranger | Admin => Some(StatusCode::NOT_FOUND),
            caller if caller >= least => None,
            _ => Some(StatusCode::FORBIDDEN),
        };
        match self {
            Self::Anybody => None,
            Self::Nobody => Some(StatusCode::FORBIDDEN),
            Self::SignedIn if caller == Anonymous => Some(StatusCode::UNAUTHORIZED),
            Self::SignedIn => None,
            Self::Viewer => of_project(Viewer),
            Self::Editor => of_project(Editor),
            Self::Owner => of_project(Owner),
            Self::Maker if caller == Anonymous => Some(StatusCode::UNAUTHORIZED),
            Self::Maker => (caller != Owner).then_some(StatusCode::NOT_FOUND),
            Self::MakerOrAdmin if caller == Admin => None,
            Self::MakerOrAdmin => Self::Maker.expected(caller),
            Self::Author if caller == Anonymous => Some(StatusCode::UNAUTHORIZED),
            Self::Author => (!matches!(caller, Owner | Admin)).then_some(StatusCode::FORBIDDEN),
            Self::Admin if caller == Anonymous => Some(StatusCode::UNAUTHORIZED),
            Self::Admin => (caller != Admin).then_some(StatusCode::FORBIDDEN),
        }
    }
}
