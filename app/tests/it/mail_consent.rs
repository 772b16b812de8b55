//! The sign-in with a provider: it brings a refresh token once, to the session that began it, and says what went wrong.

use app::{
    domain::{
        consent::{ConsentFailure, Returned},
        ids::AccountId,
        mail_probe::ProbeResult,
    },
    entities::{mail_consent, mail_oauth},
    error::{AppError, Problem},
    mail::service::{
        accounts::{self, AccountInput, OUTBOX},
        consent::{self, Ended, LEAVE_PATH},
        oauth::{self, RenewalInput},
        oauth_client::ClientInput,
        probe::{self, Probe},
    },
    platform::{
        ctx::{BrowserSession, Ctx},
        hash::sha256_for_address,
    },
    testing::{
        Cast, TestApp, each_database,
        smtp_server::{SmtpServer, local_account},
        token_endpoint::{TokenEndpoint, answer_after},
    },
};
use chrono::TimeDelta;
use sea_orm::{EntityTrait, PaginatorTrait};
use tokio::net::TcpListener;

const TOKENS: &str = r#"{"access_token":"token-1","expires_in":3600,"refresh_token":"refresh-1"}"#;

fn session() -> BrowserSession {
    BrowserSession("the first browser".into())
}

fn client(token_url: &str) -> ClientInput {
    ClientInput {
        provider: "other".into(),
        authorize_url: "https://login.example.org/authorize?tenant=1".into(),
        token_url: token_url.into(),
        scope: "mail offline_access".into(),
        client_id: "our client".into(),
        client_secret: "s3cret&more".into(),
    }
}

fn input(port: u16) -> AccountInput {
    AccountInput { name: "Cloud".into(), auth: "xoauth2".into(), username: "dana".into(), ..local_account(port) }
}

async fn account(ctx: &Ctx) -> AccountId {
    accounts::create(ctx, input(2525)).await.unwrap()
}

/// Begins a sign-in and gives the address of the provider that the browser is sent to.
async fn begun(ctx: &Ctx, id: AccountId, client: ClientInput) -> String {
    let path = consent::begin(ctx, &session(), id, client).await.unwrap();
    let word = path.strip_prefix(LEAVE_PATH).and_then(|rest| rest.strip_prefix("?to=")).unwrap();
    consent::leaving(ctx, word).unwrap()
}

/// A field of an address or of a form.
fn field<'a>(text: &'a str, name: &str) -> &'a str {
    let name = format!("{name}=");
    text.split(['?', '&'])
        .find_map(|pair| pair.strip_prefix(name.as_str()))
        .unwrap_or_else(|| panic!("{name} in {text}"))
}

fn with_code(address: &str) -> Returned {
    Returned { state: field(address, "state").into(), code: "the-code".into(), ..Returned::default() }
}

async fn stored(app: &TestApp, id: AccountId) -> Option<mail_oauth::Model> {
    mail_oauth::Entity::find_by_id(id).one(app.reader()).await.unwrap()
}

fn why(ended: Ended) -> ConsentFailure {
    match ended {
        Ended::Failed(_, why) => why,
        Ended::SignedIn(_) => panic!("it has succeeded"),
    }
}

#[tokio::test]
async fn a_sign_in_brings_a_refresh_token_that_is_kept_sealed_and_works_at_once() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--auth", "dana:token-1", "--mechanisms", "XOAUTH2"]);
        let endpoint = TokenEndpoint::start(&[(200, TOKENS)]).await;
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let id = accounts::create(&ctx, input(server.port)).await.unwrap();
        let address = begun(&ctx, id, client(&endpoint.url)).await;
        assert!(address.starts_with("https://login.example.org/authorize?tenant=1&response_type=code&"), "{address}");
        let redirect = "http%3A%2F%2F127.0.0.1%3A3000%2Fsettings%2Fmail%2Foauth%2Fcallback";
        assert_eq!(field(&address, "redirect_uri"), redirect);
        assert_eq!(field(&address, "scope"), "mail+offline_access");
        assert_eq!(field(&address, "login_hint"), "dana");
        assert!(!address.contains("s3cret"), "the secret is for the token endpoint: {address}");

        let ended = consent::finish(&ctx, &session(), &with_code(&address)).await.unwrap();
        assert_eq!(ended, Ended::SignedIn(id));
        let asked = endpoint.asked();
        assert_eq!(field(&asked[0], "grant_type"), "authorization_code");
        assert_eq!(field(&asked[0], "code"), "the-code");
        assert_eq!(field(&asked[0], "redirect_uri"), redirect);
        assert_eq!(field(&asked[0], "client_secret"), "s3cret%26more");
        let verifier = field(&asked[0], "code_verifier");
        assert_eq!(field(&address, "code_challenge"), sha256_for_address(verifier.as_bytes()), "the proof fits");
        assert!(!address.contains(verifier), "{address}");

        let row = stored(&app, id).await.unwrap();
        assert_eq!(row.authorize_url, "https://login.example.org/authorize?tenant=1");
        assert_eq!(row.access_expires_at, Some(ctx.now + TimeDelta::hours(1)));
        let text = format!("{row:?}");
        assert!(["refresh-1", "token-1", "s3cret"].iter().all(|secret| !text.contains(secret)), "{text}");
        assert_eq!(mail_consent::Entity::find().count(app.reader()).await.unwrap(), 0, "nothing waits any more");
        let report = probe::run(&ctx, id, Probe::Talk).await.unwrap();
        assert_eq!(report.result, ProbeResult::Good, "{report:?}");
        assert_eq!(endpoint.asked().len(), 1, "the token that came with it is used");

        // The next token is had by what was stored.
        app.clock.advance(TimeDelta::hours(2));
        let later = Ctx::new(app.app.clone(), ctx.actor.clone());
        probe::run(&later, id, Probe::Talk).await.unwrap();
        assert_eq!(field(&endpoint.asked()[1], "refresh_token"), "refresh-1");
    })
    .await;
}

#[tokio::test]
async fn an_answer_counts_once_in_the_session_that_began_and_for_ten_minutes() {
    each_database(async |app| {
        let endpoint = TokenEndpoint::start(&[(200, TOKENS)]).await;
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let id = account(&ctx).await;
        let late = begun(&ctx, id, client(&endpoint.url)).await;
        app.clock.advance(TimeDelta::minutes(5));
        let ctx = Ctx::new(app.app.clone(), ctx.actor.clone());
        let address = begun(&ctx, id, client(&endpoint.url)).await;
        let answer = with_code(&address);

        let elsewhere = BrowserSession("another browser".into());
        for (session, answer) in [
            (&elsewhere, answer.clone()),
            (&session(), Returned { state: "guessed".into(), ..answer.clone() }),
            (&session(), Returned { state: String::new(), ..answer.clone() }),
        ] {
            let ended = consent::finish(&ctx, session, &answer).await.unwrap();
            assert_eq!(ended, Ended::Failed(None, ConsentFailure::unknown()), "{answer:?}");
        }
        app.clock.advance(TimeDelta::minutes(5));
        let ctx = Ctx::new(app.app.clone(), ctx.actor.clone());
        let ended = consent::finish(&ctx, &session(), &with_code(&late)).await.unwrap();
        assert_eq!(ended, Ended::Failed(Some(id), ConsentFailure::expired()));
        assert_eq!((endpoint.asked().len(), stored(&app, id).await), (0, None), "no code was traded");

        assert_eq!(consent::finish(&ctx, &session(), &answer).await.unwrap(), Ended::SignedIn(id));
        let again = consent::finish(&ctx, &session(), &answer).await.unwrap();
        assert_eq!(again, Ended::Failed(None, ConsentFailure::unknown()));
        assert_eq!(endpoint.asked().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_went_wrong_is_said_with_what_to_do_and_without_secrets() {
    each_database(async |app| {
        let mismatch = r#"{"error":"redirect_uri_mismatch","error_description":"Not for the-code"}"#;
        let endpoint = TokenEndpoint::start(&[(400, mismatch), (200, r#"{"access_token":"token-1"}"#)]).await;
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let nobody = format!("http://{}/token", closed.local_addr().unwrap());
        drop(closed);
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let id = account(&ctx).await;
        let ended = async |token_url: &str, change: fn(&mut Returned)| {
            let mut answer = with_code(&begun(&ctx, id, client(token_url)).await);
            change(&mut answer);
            let ended = consent::finish(&ctx, &session(), &answer).await.unwrap();
            let again = consent::finish(&ctx, &session(), &answer).await.unwrap();
            assert_eq!(again, Ended::Failed(None, ConsentFailure::unknown()), "also a failure counts once");
            why(ended)
        };
        let denied = ended(&endpoint.url, |answer| {
            answer.error = "access_denied".into();
            answer.error_description = "The person\r\nsaid no".into();
        });
        assert_eq!(denied.await.what, "The provider did not allow it: access_denied: The person said no");
        let empty = ended(&endpoint.url, |answer| answer.code.clear()).await;
        assert_eq!(empty.what, "The provider sent neither a code nor a reason.");
        assert_eq!(endpoint.asked().len(), 0);

        let mismatch = ended(&endpoint.url, |_| ()).await;
        assert!(mismatch.what.ends_with("400, redirect_uri_mismatch: Not for (hidden)"), "{mismatch:?}");
        assert!(mismatch.advice.contains("exactly as it stands"), "{mismatch:?}");
        let short_lived = ended(&endpoint.url, |_| ()).await;
        assert_eq!(short_lived.what, "The provider gave an access token, but no refresh token.");
        assert!(short_lived.advice.contains("offline_access"), "{short_lived:?}");
        let unreachable = ended(&nobody, |_| ()).await;
        assert!(unreachable.what.contains("The server cannot be reached"), "{unreachable:?}");
        assert_eq!(stored(&app, id).await, None);

        let last = consent::last(&ctx, id).await.unwrap().unwrap();
        assert_eq!((last.client_id.as_str(), last.client_secret_ciphertext), ("our client", None), "for the form");
    })
    .await;
}

#[tokio::test]
async fn a_failure_is_shown_to_the_person_who_met_it_for_an_hour_and_to_nobody_else() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let ctx = app.as_person(&cast.mina);
        let page = Ended::Failed(None, ConsentFailure::expired()).page(&ctx).unwrap();
        let sealed = page.strip_prefix("/settings/mail?consent=").unwrap();
        assert_eq!(consent::failure(&ctx, sealed).unwrap(), Some(ConsentFailure::expired()));
        assert_eq!(consent::failure(&ctx, "eyJ3aHkiOiJjYWxsIDU1NSJ9").unwrap(), None);
        assert_eq!(consent::failure(&app.as_person(&cast.jonas), sealed), Err(AppError::Forbidden));
        app.clock.advance(TimeDelta::hours(1));
        assert_eq!(consent::failure(&app.as_person(&cast.mina), sealed).unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_stored_secret_goes_to_the_client_that_it_was_entered_for_and_to_no_other() {
    each_database(async |app| {
        let endpoint = TokenEndpoint::start(&[(200, TOKENS), (200, TOKENS)]).await;
        let cast = Cast::new(&app).await;
        let ctx = app.as_person(&cast.mina);
        let id = account(&ctx).await;
        let renewal = RenewalInput { client: client(&endpoint.url), refresh_token: "pasted".into() };
        oauth::save(&ctx, id, renewal).await.unwrap();

        let blank = ClientInput { client_secret: String::new(), ..client(&endpoint.url) };
        let address = begun(&ctx, id, blank.clone()).await;
        consent::finish(&ctx, &session(), &with_code(&address)).await.unwrap();
        assert_eq!(field(&endpoint.asked()[0], "client_secret"), "s3cret%26more");
        let another = ClientInput { client_id: "another".into(), ..blank.clone() };
        let address = begun(&ctx, id, another).await;
        consent::finish(&ctx, &session(), &with_code(&address)).await.unwrap();
        assert!(!endpoint.asked()[1].contains("client_secret"), "{}", endpoint.asked()[1]);

        let nowhere = ClientInput { authorize_url: " ".into(), ..blank.clone() };
        let refused = consent::begin(&ctx, &session(), id, nowhere).await;
        assert_eq!(refused, Err(AppError::field("authorize_url", Problem::Required)));
        let plain = ClientInput { authorize_url: "http://example.org/".into(), ..blank.clone() };
        let refused = consent::begin(&ctx, &session(), id, plain).await;
        assert_eq!(refused, Err(AppError::field("authorize_url", Problem::NotATokenAddress)));
        let refused = consent::begin(&ctx, &session(), OUTBOX, blank.clone()).await;
        assert_eq!(refused, Err(AppError::field("provider", Problem::NotAllowed)));
        let jonas = app.as_person(&cast.jonas);
        assert_eq!(consent::begin(&jonas, &session(), id, blank.clone()).await, Err(AppError::Forbidden));
        let answer = with_code(&address);
        assert_eq!(consent::finish(&jonas, &session(), &answer).await, Err(AppError::Forbidden));
    })
    .await;
}

#[tokio::test]
async fn another_server_gets_no_token_of_a_sign_in_that_is_on_its_way() {
    each_database(async |app| {
        let endpoint = TokenEndpoint::start(&[(200, TOKENS)]).await;
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let id = account(&ctx).await;
        let address = begun(&ctx, id, client(&endpoint.url)).await;
        let moved = AccountInput { host: "evil.example".into(), tls: "start_tls".into(), ..input(587) };
        accounts::update(&ctx, id, 1, moved).await.unwrap();
        let ended = consent::finish(&ctx, &session(), &with_code(&address)).await.unwrap();
        assert_eq!(ended, Ended::Failed(None, ConsentFailure::unknown()));
        assert_eq!((endpoint.asked().len(), stored(&app, id).await), (0, None));
    })
    .await;
}

#[tokio::test]
async fn of_a_sign_in_that_nobody_ended_nothing_is_left_after_a_day() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let ctx = app.as_person(&cast.mina);
        let id = account(&ctx).await;
        begun(&ctx, id, client("https://login.example.org/token")).await;
        let left = async || {
            consent::forget_old(&Ctx::system(&app.app)).await.unwrap();
            mail_consent::Entity::find().count(app.reader()).await.unwrap()
        };
        app.clock.advance(TimeDelta::hours(24));
        assert_eq!(left().await, 1, "it can still be said that it was late");
        app.clock.advance(TimeDelta::hours(1));
        assert_eq!(left().await, 0);
    })
    .await;
}

#[tokio::test]
async fn another_server_gets_no_token_of_a_code_that_is_just_being_traded() {
    each_database(async |app| {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let id = account(&ctx).await;
        let address = begun(&ctx, id, client(&format!("http://{}/token", listener.local_addr().unwrap()))).await;
        let moved = AccountInput { host: "evil.example".into(), tls: "start_tls".into(), ..input(587) };
        let moving = async { accounts::update(&ctx, id, 1, moved).await.unwrap() };
        let (browser, answer) = (session(), with_code(&address));
        let (ended, _open) =
            tokio::join!(consent::finish(&ctx, &browser, &answer), answer_after(&listener, TOKENS, moving));
        assert_eq!(ended.unwrap(), Ended::Failed(Some(id), ConsentFailure::overtaken()));
        assert_eq!(stored(&app, id).await, None);
    })
    .await;
}
