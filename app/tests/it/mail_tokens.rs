//! XOAUTH2: tokens come from an endpoint when they are needed, are kept, and are renewed when a server refuses them.

use app::{
    domain::{ids::AccountId, mail_probe::ProbeResult},
    entities::mail_oauth,
    error::{AppError, Problem},
    mail::service::{
        accounts::{self, AccountInput},
        oauth::{self, RenewalInput},
        oauth_client::ClientInput,
        probe::{self, Probe},
    },
    platform::ctx::Ctx,
    testing::{
        Cast, TestApp, each_database,
        smtp_server::{SmtpServer, local_account},
        token_endpoint::{TokenEndpoint, answer_after},
    },
};
use chrono::TimeDelta;
use sea_orm::EntityTrait;
use tokio::net::TcpListener;

fn renewal(token_url: &str) -> RenewalInput {
    let client = ClientInput {
        provider: "other".into(),
        authorize_url: String::new(),
        token_url: token_url.into(),
        scope: "mail".into(),
        client_id: "our client".into(),
        client_secret: "s3cret&more".into(),
    };
    RenewalInput { client, refresh_token: "refresh-1".into() }
}

async fn account(ctx: &Ctx, server: &SmtpServer) -> AccountId {
    accounts::create(ctx, input(server.port)).await.unwrap()
}

fn input(port: u16) -> AccountInput {
    AccountInput { name: "Cloud".into(), auth: "xoauth2".into(), username: "dana".into(), ..local_account(port) }
}

async fn stored(app: &TestApp, id: AccountId) -> Option<mail_oauth::Model> {
    mail_oauth::Entity::find_by_id(id).one(app.reader()).await.unwrap()
}

#[tokio::test]
async fn a_token_is_fetched_once_kept_sealed_and_renewed_before_its_end() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--auth", "dana:token-1", "--mechanisms", "XOAUTH2"]);
        let answer = r#"{"access_token":"token-1","expires_in":3600,"refresh_token":"refresh-2","token_type":"Bearer"}"#;
        let endpoint = TokenEndpoint::start(&[(200, answer), (200, answer)]).await;
        let cast = Cast::new(&app).await;
        let ctx = app.as_person(&cast.mina);
        let id = account(&ctx, &server).await;
        oauth::save(&ctx, id, renewal(&endpoint.url)).await.unwrap();

        for _ in 0..2 {
            let report = probe::run(&ctx, id, Probe::Talk).await.unwrap();
            assert_eq!((report.result, report.what.as_str()), (ProbeResult::Good, "The server answered and accepted the access token."), "{report:?}");
            assert_eq!(report.steps[0].name, "Have an access token");
        }
        assert_eq!(
            endpoint.asked(),
            ["grant_type=refresh_token&refresh_token=refresh-1&client_id=our+client&client_secret=s3cret%26more&scope=mail"],
            "the second test uses the token that is there"
        );
        let row = stored(&app, id).await.unwrap();
        assert_eq!(row.access_expires_at, Some(ctx.now + TimeDelta::hours(1)));
        let json = format!("{row:?}");
        for secret in ["token-1", "refresh-1", "refresh-2", "s3cret"] {
            assert!(!json.contains(secret), "{json}");
        }

        app.clock.advance(TimeDelta::minutes(59) + TimeDelta::seconds(30));
        let later = app.as_person(&cast.mina);
        assert_eq!(probe::run(&later, id, Probe::Talk).await.unwrap().result, ProbeResult::Good);
        let asked = endpoint.asked();
        assert_eq!(asked.len(), 2);
        assert!(asked[1].contains("refresh_token=refresh-2&"), "the provider gave a new refresh token: {}", asked[1]);
    })
    .await;
}

#[tokio::test]
async fn a_token_that_the_server_refuses_is_renewed_once() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--auth", "dana:fresh", "--mechanisms", "XOAUTH2"]);
        let endpoint =
            TokenEndpoint::start(&[(200, r#"{"access_token":"revoked"}"#), (200, r#"{"access_token":"fresh"}"#)]).await;
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let id = account(&ctx, &server).await;
        oauth::save(&ctx, id, renewal(&endpoint.url)).await.unwrap();
        let report = probe::run(&ctx, id, Probe::Talk).await.unwrap();
        assert_eq!(report.result, ProbeResult::Good, "{report:?}");
        assert!(report.lines.iter().any(|line| line.words.contains("a fresh one is asked for")));
        assert!(!serde_json::to_string(&report).unwrap().contains("revoked"));
        assert_eq!(endpoint.asked().len(), 2);
        assert_eq!(probe::run(&ctx, id, Probe::Talk).await.unwrap().result, ProbeResult::Good);
        assert_eq!(endpoint.asked().len(), 2, "the fresh one is kept");
    })
    .await;
}

#[tokio::test]
async fn the_words_of_an_endpoint_are_shown_without_secrets_and_with_what_to_do() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--auth", "dana:fresh", "--mechanisms", "XOAUTH2"]);
        let refusal =
            r#"{"error":"invalid_grant","error_description":"Token refresh-1 has been\nexpired or revoked."}"#;
        let endpoint = TokenEndpoint::start(&[(400, refusal), (503, "busy with s3cret%26more"), (200, "{}")]).await;
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let id = account(&ctx, &server).await;
        oauth::save(&ctx, id, renewal(&endpoint.url)).await.unwrap();
        let refused = probe::run(&ctx, id, Probe::Talk).await.unwrap();
        assert_eq!(refused.result, ProbeResult::Bad);
        assert_eq!(
            refused.what,
            "The token endpoint gave no access token: 400, invalid_grant: Token (hidden) has been expired or revoked."
        );
        assert!(refused.advice.unwrap().contains("Get a new one"));
        let busy = probe::run(&ctx, id, Probe::Talk).await.unwrap();
        assert_eq!(busy.what, "No access token could be had for now. It answered 503, busy with (hidden)");
        let empty = probe::run(&ctx, id, Probe::Talk).await.unwrap();
        assert_eq!(empty.what, "The token endpoint gave no access token: 200, {}");
        assert_eq!(server.count("connect"), 0, "without a token the server is left alone");
    })
    .await;
}

#[tokio::test]
async fn secrets_stay_with_the_endpoint_and_the_server_that_they_were_entered_for() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let ctx = app.as_person(&cast.mina);
        let id = accounts::create(&ctx, input(2525)).await.unwrap();
        let client = ClientInput {
            provider: "google".into(),
            authorize_url: String::new(),
            token_url: String::new(),
            scope: String::new(),
            client_id: "our client".into(),
            client_secret: String::new(),
        };
        let google = RenewalInput { client: client.clone(), refresh_token: "refresh-1".into() };
        let blank = RenewalInput { refresh_token: String::new(), ..google.clone() };
        assert_eq!(
            oauth::save(&ctx, id, blank.clone()).await,
            Err(AppError::field("refresh_token", Problem::Required))
        );
        oauth::save(&ctx, id, google.clone()).await.unwrap();
        assert_eq!(stored(&app, id).await.unwrap().token_url, "https://oauth2.googleapis.com/token");
        oauth::save(&ctx, id, blank.clone()).await.unwrap();
        for other in [
            ClientInput { provider: "microsoft".into(), ..client.clone() },
            ClientInput { client_id: "another".into(), ..client.clone() },
        ] {
            let refused = oauth::save(&ctx, id, RenewalInput { client: other, ..blank.clone() }).await;
            assert_eq!(refused, Err(AppError::field("refresh_token", Problem::EnterAgain)));
        }
        let plain = ClientInput { provider: "other".into(), token_url: "http://example.org/token".into(), ..client };
        let plain = RenewalInput { client: plain, ..google.clone() };
        assert_eq!(oauth::save(&ctx, id, plain).await, Err(AppError::field("token_url", Problem::NotATokenAddress)));
        assert_eq!(oauth::save(&app.as_person(&cast.jonas), id, google).await, Err(AppError::Forbidden));

        accounts::update(&ctx, id, 1, AccountInput { name: "Mail".into(), ..input(2525) }).await.unwrap();
        assert!(stored(&app, id).await.is_some(), "the same server");
        accounts::update(
            &ctx,
            id,
            2,
            AccountInput { host: "evil.example".into(), tls: "start_tls".into(), ..input(587) },
        )
        .await
        .unwrap();
        assert_eq!(stored(&app, id).await, None, "another server gets no token");
    })
    .await;
}

#[tokio::test]
async fn a_token_of_a_refresh_token_that_was_replaced_meanwhile_is_not_kept() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--auth", "dana:late", "--mechanisms", "XOAUTH2"]);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/token", listener.local_addr().unwrap());
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let id = account(&ctx, &server).await;
        oauth::save(&ctx, id, renewal(&url)).await.unwrap();
        let anew = RenewalInput { refresh_token: "entered-anew".into(), ..renewal(&url) };
        let saving = async { oauth::save(&ctx, id, anew).await.unwrap() };
        let late = r#"{"access_token":"late","expires_in":3600,"refresh_token":"refresh-2"}"#;
        let (report, _open) = tokio::join!(probe::run(&ctx, id, Probe::Talk), answer_after(&listener, late, saving));
        assert_ne!(report.unwrap().result, ProbeResult::Good);
        assert_eq!(stored(&app, id).await.unwrap().access_token_ciphertext, None);
        // What was entered is what the next token is asked for with.
        let endpoint = TokenEndpoint::on(listener, &[(200, late)]);
        assert_eq!(probe::run(&ctx, id, Probe::Talk).await.unwrap().result, ProbeResult::Good);
        assert!(endpoint.asked()[0].contains("refresh_token=entered-anew&"), "{:?}", endpoint.asked());
    })
    .await;
}
