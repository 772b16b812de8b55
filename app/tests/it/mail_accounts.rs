//! Mail accounts: what is stored, who may change it, and where a password goes.

use std::sync::Arc;

use app::{
    domain::{
        ids::AccountId,
        mail_account::{AccountKind, ClearRelay},
    },
    entities::smtp_account,
    error::{AppError, Problem},
    mail::service::accounts::{self, AccountInput, OUTBOX, OutboxInput},
    platform::{ctx::Ctx, state::Settings},
    testing::{Cast, TestApp, each_database},
};
use futures::future::join_all;
use sea_orm::EntityTrait;

fn input() -> AccountInput {
    AccountInput {
        name: "Office".into(),
        host: "smtp.example.org".into(),
        port: "587".into(),
        tls: "start_tls".into(),
        auth: "automatic".into(),
        username: "dana".into(),
        password: "correct horse".into(),
        sender_name: "Reports".into(),
        sender_address: "reports@example.org".into(),
    }
}

async fn stored(app: &TestApp, id: AccountId) -> smtp_account::Model {
    smtp_account::Entity::find_by_id(id).one(app.reader()).await.unwrap().unwrap()
}

/// Field and problem of each broken rule.
fn problems(error: AppError) -> Vec<(String, Problem)> {
    match error {
        AppError::Invalid(invalid) => invalid.fields.into_iter().map(|field| (field.field, field.problem)).collect(),
        other => panic!("not a form's error: {other:?}"),
    }
}

#[tokio::test]
async fn the_outbox_is_there_from_the_start_and_stays() {
    each_database(async |app| {
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let all = accounts::list(&ctx).await.unwrap();
        assert_eq!((all.len(), all[0].kind, all[0].is_default), (1, AccountKind::Outbox, true));
        assert_eq!(accounts::default_id(ctx.reader()).await.unwrap(), OUTBOX);
        assert_eq!(accounts::delete(&ctx, OUTBOX).await, Err(AppError::Forbidden));
        let sender = OutboxInput { sender_name: "Team".into(), sender_address: "team@example.org".into() };
        accounts::update_outbox(&ctx, 1, sender.clone()).await.unwrap();
        assert_eq!(stored(&app, OUTBOX).await.sender_address, "team@example.org");
        assert!(matches!(accounts::update_outbox(&ctx, 1, sender).await, Err(AppError::Conflict(_))));
    })
    .await;
}

#[tokio::test]
async fn only_administrators_see_and_change_accounts() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let ctx = app.as_person(&cast.jonas);
        assert_eq!(accounts::list(&ctx).await.unwrap_err(), AppError::Forbidden);
        assert_eq!(accounts::read(&ctx, OUTBOX).await.unwrap_err(), AppError::Forbidden);
        assert_eq!(accounts::create(&ctx, input()).await.unwrap_err(), AppError::Forbidden);
        assert_eq!(accounts::update(&ctx, OUTBOX, 1, input()).await.unwrap_err(), AppError::Forbidden);
        assert_eq!(accounts::set_default(&ctx, OUTBOX).await.unwrap_err(), AppError::Forbidden);
        assert_eq!(accounts::choices(&ctx).await.unwrap(), [(OUTBOX, "Outbox".to_owned())]);
    })
    .await;
}

#[tokio::test]
async fn a_password_is_stored_sealed_for_its_row() {
    each_database(async |app| {
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let one = accounts::create(&ctx, input()).await.unwrap();
        let two = accounts::create(&ctx, AccountInput { name: "Second".into(), ..input() }).await.unwrap();
        let (first, second) = (stored(&app, one).await, stored(&app, two).await);
        let sealed = first.secret_ciphertext.unwrap();
        assert!(!format!("{sealed:?}").contains("correct horse"));
        assert_ne!(Some(&sealed), second.secret_ciphertext.as_ref());
        let row = |id: AccountId| id.to_string();
        let open = |id: &str| {
            let identity =
                app::platform::secrets::RowIdentity { table: "smtp_account", column: "secret_ciphertext", row: id };
            app.keyring.open(identity, &sealed).map(|secret| secret.expose().to_owned())
        };
        assert_eq!(open(&row(one)).unwrap(), "correct horse");
        assert!(open(&row(two)).is_err(), "another row's ciphertext does not open");
    })
    .await;
}

#[tokio::test]
async fn a_blank_password_keeps_the_stored_one_but_never_for_another_server() {
    each_database(async |app| {
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let id = accounts::create(&ctx, input()).await.unwrap();
        let sealed = stored(&app, id).await.secret_ciphertext;
        let blank = AccountInput { password: String::new(), ..input() };

        accounts::update(&ctx, id, 1, AccountInput { name: "Post".into(), ..blank.clone() }).await.unwrap();
        let after = stored(&app, id).await;
        assert_eq!((after.name.as_str(), after.version, &after.secret_ciphertext), ("Post", 2, &sealed));

        for other in [
            AccountInput { host: "evil.example".into(), ..blank.clone() },
            AccountInput { port: "2525".into(), ..blank.clone() },
            AccountInput { tls: "implicit".into(), ..blank.clone() },
        ] {
            let error = accounts::update(&ctx, id, 2, other).await.unwrap_err();
            assert_eq!(problems(error), [("password".to_owned(), Problem::EnterAgain)]);
        }
        accounts::update(&ctx, id, 2, AccountInput { auth: "none".into(), ..blank }).await.unwrap();
        assert_eq!(stored(&app, id).await.secret_ciphertext, None, "without a sign-in nothing is kept");
    })
    .await;
}

#[tokio::test]
async fn of_administrators_who_give_one_name_at_once_one_gets_it() {
    each_database(async |app| {
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let made = join_all((0..8).map(|_| accounts::create(&ctx, input()))).await;
        let (made, refused): (Vec<_>, Vec<_>) = made.into_iter().partition(Result::is_ok);
        assert_eq!(made.len(), 1, "{refused:?}");
        for refusal in refused {
            assert_eq!(problems(refusal.unwrap_err()), [("name".to_owned(), Problem::Taken)]);
        }
    })
    .await;
}

#[tokio::test]
async fn bad_fields_are_named_each() {
    each_database(async |app| {
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let bad = AccountInput {
            name: "a\r\nb".into(),
            host: "https://smtp.example.org".into(),
            port: "70000".into(),
            tls: "ssl".into(),
            auth: "automatic".into(),
            username: String::new(),
            password: String::new(),
            sender_name: String::new(),
            sender_address: "reports@example.org>\r\nRCPT TO:<x@example.org".into(),
        };
        let mut found = problems(accounts::create(&ctx, bad).await.unwrap_err());
        found.sort_by(|a, b| a.0.cmp(&b.0));
        let expected = [
            ("host", Problem::NotAHost),
            ("name", Problem::ControlCharacters),
            ("password", Problem::Required),
            ("port", Problem::OutOfRange { min: 1, max: 65535 }),
            ("sender_address", Problem::NotAnAddress),
            ("sender_name", Problem::Required),
            ("tls", Problem::UnknownChoice),
            ("username", Problem::Required),
        ];
        assert_eq!(found, expected.map(|(field, problem)| (field.to_owned(), problem)));
        assert_eq!(accounts::list(&ctx).await.unwrap().len(), 1, "nothing was made");
    })
    .await;
}

#[tokio::test]
async fn a_password_without_encryption_is_for_this_machine_only() {
    each_database(async |app| {
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let clear = AccountInput { tls: "none".into(), ..input() };
        assert_eq!(
            problems(accounts::create(&ctx, clear.clone()).await.unwrap_err()),
            [("tls".to_owned(), Problem::Insecure)]
        );
        for host in ["localhost", "127.0.0.1", "::1"] {
            accounts::create(&ctx, AccountInput { name: host.into(), host: host.into(), ..clear.clone() })
                .await
                .unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_password_without_tls_is_taken_for_relays_that_the_operator_allows_and_for_no_others() {
    each_database(async |mut app| {
        let relays: [ClearRelay; 2] = ["Relay", "192.0.2.0/24"].map(|relay| relay.parse().unwrap());
        let smtp_cleartext = relays.to_vec();
        app.app.settings = Arc::new(Settings { smtp_cleartext, ..(*app.app.settings).clone() });
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let clear = AccountInput { tls: "none".into(), ..input() };
        let at = |host: &str| AccountInput { name: host.into(), host: host.into(), ..clear.clone() };
        for host in ["relay", "192.0.2.7"] {
            let id = accounts::create(&ctx, at(host)).await.unwrap();
            accounts::update(&ctx, id, 1, at(host)).await.unwrap();
            let error = accounts::update(&ctx, id, 2, at("198.51.100.7")).await.unwrap_err();
            assert_eq!(problems(error), [("tls".to_owned(), Problem::Insecure)], "{host}");
        }
        // Which addresses a name has is seen when it is connected to: until then none of them has the password.
        accounts::create(&ctx, at("relay.example.org")).await.unwrap();
        let smtp_cleartext = relays[..1].to_vec();
        app.app.settings = Arc::new(Settings { smtp_cleartext, ..(*app.app.settings).clone() });
        let ctx = Ctx::new(app.app.clone(), ctx.actor);
        let error = accounts::create(&ctx, at("relay.example.org")).await.unwrap_err();
        assert_eq!(problems(error), [("tls".to_owned(), Problem::Insecure)]);
    })
    .await;
}

#[tokio::test]
async fn there_is_one_default_and_the_outbox_takes_over_when_it_goes() {
    each_database(async |app| {
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let one = accounts::create(&ctx, input()).await.unwrap();
        let two = accounts::create(&ctx, AccountInput { name: "Second".into(), ..input() }).await.unwrap();
        for id in [one, two, two] {
            accounts::set_default(&ctx, id).await.unwrap();
            assert_eq!(accounts::default_id(ctx.reader()).await.unwrap(), id);
            assert_eq!(accounts::list(&ctx).await.unwrap().iter().filter(|row| row.is_default).count(), 1);
        }
        accounts::delete(&ctx, two).await.unwrap();
        assert_eq!(accounts::default_id(ctx.reader()).await.unwrap(), OUTBOX);
        assert_eq!(accounts::read(&ctx, two).await.unwrap_err(), AppError::NotFound);
        accounts::delete(&ctx, one).await.unwrap();
        assert_eq!(accounts::default_id(ctx.reader()).await.unwrap(), OUTBOX);
    })
    .await;
}

#[tokio::test]
async fn of_two_changes_from_the_same_form_the_second_is_told() {
    each_database(async |app| {
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let id = accounts::create(&ctx, input()).await.unwrap();
        accounts::update(&ctx, id, 1, AccountInput { name: "First".into(), ..input() }).await.unwrap();
        let second =
            accounts::update(&ctx, id, 1, AccountInput { name: "Second".into(), ..input() }).await.unwrap_err();
        let AppError::Conflict(conflict) = second else { panic!("{second:?}") };
        assert_eq!((conflict.mine.as_str(), conflict.theirs.as_str(), conflict.version), ("Second", "First", 2));
    })
    .await;
}

#[tokio::test]
async fn two_accounts_never_have_one_name() {
    each_database(async |app| {
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let named = |name: &str| AccountInput { name: name.into(), ..input() };
        let taken = [("name".to_owned(), Problem::Taken)];
        let id = accounts::create(&ctx, named("Office")).await.unwrap();
        assert_eq!(problems(accounts::create(&ctx, named(" OFFICE ")).await.unwrap_err()), taken);
        let second = accounts::create(&ctx, named("Second")).await.unwrap();
        assert_eq!(problems(accounts::update(&ctx, second, 1, named("office")).await.unwrap_err()), taken);
        accounts::update(&ctx, id, 1, named("OFFICE")).await.unwrap();
        assert_eq!(stored(&app, id).await.name, "OFFICE", "one may be written otherwise");
    })
    .await;
}
