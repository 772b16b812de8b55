//! The way to a provider of tokens and back, over HTTP and without JavaScript.

use app::{
    domain::ids::AccountId,
    mail::service::accounts::{self, AccountInput},
    testing::{TestApp, each_database, smtp_server::local_account, token_endpoint::TokenEndpoint},
};
use axum::http::{StatusCode, header};

use crate::site::{Answer, SITE, Visitor, administrator};

const CALLBACK: &str = "/settings/mail/oauth/callback";
const PASSWORD: &str = "grey pebble under the bridge";

/// An administrator's browser, and an account that signs in by tokens.
async fn prepared(app: &TestApp) -> (Visitor, AccountId) {
    let mut visitor = Visitor::new(app);
    visitor.sign_up().await;
    let input = AccountInput {
        name: "Cloud".into(),
        auth: "xoauth2".into(),
        username: "dana@example.org".into(),
        ..local_account(2525)
    };
    let id = accounts::create(&administrator(app).await, input).await.unwrap();
    (visitor, id)
}

/// Presses "Sign in with the provider" on the page of the account.
async fn press(visitor: &mut Visitor, id: AccountId, token_url: &str, authorize_url: &str) -> Answer {
    let path = format!("/settings/mail/{id}");
    let page = visitor.get(&path).await.body;
    let start = page.find("formaction=\"/rpc/begin_consent").unwrap_or_else(|| panic!("no button in {page}"));
    let action = page[start + 12..].split('"').next().unwrap().to_owned();
    let id = id.to_string();
    let form = [
        ("id", id.as_str()),
        ("provider", "other"),
        ("client_id", "our client"),
        ("client_secret", "s3cret and more"),
        ("authorize_url", authorize_url),
        ("token_url", token_url),
        ("scope", "mail"),
        ("refresh_token", ""),
    ];
    visitor.post(&action, &format!("{SITE}{path}"), &form).await
}

fn header_of(answer: &Answer, name: header::HeaderName) -> &str {
    answer.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

/// Leaves for the provider; gives the state that it has to send back.
async fn left(visitor: &mut Visitor, pressed: &Answer) -> String {
    let answer = visitor.get(pressed.location()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let refresh = header_of(&answer, header::REFRESH);
    let address = refresh.strip_prefix("0; url=").unwrap_or_else(|| panic!("{refresh}"));
    assert!(address.starts_with("https://login.example.org/authorize?response_type=code&client_id=our+client&"));
    assert!(answer.body.contains(&format!("href=\"{}\"", address.replace('&', "&amp;"))), "{}", answer.body);
    let state = address.split('&').find_map(|pair| pair.strip_prefix("state=")).unwrap();
    state.to_owned()
}

#[tokio::test]
async fn a_provider_sends_the_browser_back_and_the_account_renews_its_tokens() {
    each_database(async |app| {
        let tokens = r#"{"access_token":"token-1","refresh_token":"refresh-1"}"#;
        let endpoint = TokenEndpoint::start(&[(200, tokens)]).await;
        let (mut visitor, id) = prepared(&app).await;
        let page = visitor.get(&format!("/settings/mail/{id}")).await.body;
        assert!(page.contains(&format!("{SITE}{CALLBACK}")), "the address to register is shown: {page}");
        let pressed = press(&mut visitor, id, &endpoint.url, "https://login.example.org/authorize").await;
        let state = left(&mut visitor, &pressed).await;

        let answer = visitor.get(&format!("{CALLBACK}?code=abc&state={state}&scope=mail")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(answer.location(), format!("/settings/mail/{id}?notice=signed_in"));
        let page = visitor.get(answer.location()).await.body;
        assert!(page.contains("Access tokens renew themselves from now on."), "{page}");
        assert!(page.contains("Saved, hidden") && !page.contains("refresh-1") && !page.contains("s3cret"), "{page}");

        let again = visitor.get(&format!("{CALLBACK}?code=abc&state={state}")).await;
        assert!(again.location().starts_with("/settings/mail?consent="), "{}", again.location());
        let page = visitor.get(again.location()).await.body;
        assert!(page.contains("belongs to no sign-in that waits here"), "{page}");
        assert_eq!(endpoint.asked().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_says_no_is_quoted_beside_the_form_which_keeps_what_was_typed() {
    each_database(async |app| {
        let (mut visitor, id) = prepared(&app).await;
        let token_url = "https://login.example.org/token";
        let refused = press(&mut visitor, id, token_url, "").await;
        let back = refused.location().trim_start_matches(SITE).to_owned();
        let page = visitor.get(&back).await.body;
        assert!(page.contains("id=\"authorize_url-error\"") && page.contains("value=\"our client\""), "{page}");
        assert!(!page.contains("s3cret"), "{page}");

        let pressed = press(&mut visitor, id, token_url, "https://login.example.org/authorize").await;
        let state = left(&mut visitor, &pressed).await;
        let denied = visitor.get(&format!("{CALLBACK}?error=access_denied&state={state}")).await;
        assert!(denied.location().starts_with(&format!("/settings/mail/{id}?consent=")), "{}", denied.location());
        let page = visitor.get(denied.location().trim_end_matches("#renewal")).await.body;
        assert!(page.contains("The provider did not allow it: access_denied"), "{page}");
        assert!(page.contains("value=\"our client\"") && !page.contains("Tokens renew themselves"), "{page}");
        let forged = visitor.get(&format!("/settings/mail/{id}?consent=eyJ3aHkiOiJjYWxsIDU1NSJ9")).await.body;
        assert!(!forged.contains("has failed"), "{forged}");
    })
    .await;
}

#[tokio::test]
async fn an_answer_for_another_session_is_not_taken_and_an_invented_address_leads_nowhere() {
    each_database(async |app| {
        let endpoint = TokenEndpoint::start(&[]).await;
        let (mut visitor, id) = prepared(&app).await;
        let pressed = press(&mut visitor, id, &endpoint.url, "https://login.example.org/authorize").await;
        let state = left(&mut visitor, &pressed).await;
        let callback = format!("{CALLBACK}?code=abc&state={state}");

        let mut other = Visitor::new(&app);
        let stranger = other.get(&callback).await;
        assert!(stranger.location().starts_with("/sign-in?next="), "{}", stranger.location());
        // The same person in another browser.
        other.sign_in("mina@example.org", PASSWORD).await;
        let answer = other.get(&callback).await;
        assert!(answer.location().starts_with("/settings/mail?consent="), "{}", answer.location());
        assert_eq!(endpoint.asked().len(), 0, "the code stays untouched");

        let leave = visitor.get("/settings/mail/oauth/leave?to=aHR0cHM6Ly9ldmlsLmV4YW1wbGUv").await;
        assert_eq!((leave.status, header_of(&leave, header::REFRESH)), (StatusCode::NOT_FOUND, ""));
        assert_eq!(other.get("/settings/mail/oauth/leave").await.status, StatusCode::NOT_FOUND);
    })
    .await;
}
