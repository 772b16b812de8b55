//! Accounts: the first one, signing in, the brakes against guessing.

use app::{
    accounts::service::{
        sign_in::{self, Credentials},
        users::{self, NewUser},
    },
    domain::account::Role,
    error::{AppError, Problem},
    platform::ctx::Ctx,
    testing::{TestApp, each_database},
};
use chrono::TimeDelta;

fn mina() -> NewUser {
    NewUser {
        name: "Mina Kovač".into(),
        email: "Mina@Example.org".into(),
        password: "grey pebble under the bridge".into(),
        zone: "Europe/Ljubljana".into(),
    }
}

fn try_with(password: &str) -> Credentials {
    Credentials { email: "mina@example.org".into(), password: password.into(), address: "192.0.2.1".into() }
}

fn system(app: &TestApp) -> Ctx {
    Ctx::system(app)
}

#[tokio::test]
async fn the_first_account_is_the_administrators_and_there_is_only_one_first() {
    each_database(async |app| {
        let ctx = system(&app);
        let (left, right) = tokio::join!(
            users::create_first(&ctx, mina()),
            users::create_first(&ctx, NewUser { email: "jonas@example.org".into(), ..mina() }),
        );
        let made: Vec<_> = [left, right].into_iter().filter_map(Result::ok).collect();
        assert_eq!(made.len(), 1, "two people at once make one administrator");
        assert_eq!(made[0].role, Role::Admin);
    })
    .await;
}

#[tokio::test]
async fn bad_fields_are_named_one_by_one() {
    each_database(async |app| {
        let bad = NewUser {
            name: " ".into(),
            email: "no address".into(),
            password: "short".into(),
            zone: "Mars/Base".into(),
        };
        let error = users::create_first(&system(&app), bad).await.unwrap_err();
        for field in ["name", "email", "password", "zone"] {
            assert!(error.problems_of(field).next().is_some(), "{field} is named in {error:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_address_has_one_account_in_any_case_of_letters() {
    each_database(async |app| {
        users::create_first(&system(&app), mina()).await.unwrap();
        let again = NewUser { email: "MINA@example.org".into(), ..mina() };
        let error = users::create(&system(&app), again, Role::Member).await.unwrap_err();
        assert_eq!(error, AppError::field("email", Problem::Taken));
    })
    .await;
}

#[tokio::test]
async fn the_right_password_signs_in_and_a_wrong_one_is_answered_like_an_unknown_account() {
    each_database(async |app| {
        users::create_first(&system(&app), mina()).await.unwrap();
        let person = sign_in::check(&system(&app), try_with("grey pebble under the bridge")).await.unwrap();
        assert_eq!(person.0.name, "Mina Kovač");
        let wrong = sign_in::check(&system(&app), try_with("grey pebble")).await.unwrap_err();
        let unknown = Credentials { email: "nobody@example.org".into(), ..try_with("grey pebble") };
        assert_eq!(wrong, sign_in::check(&system(&app), unknown).await.unwrap_err());
    })
    .await;
}

#[tokio::test]
async fn guessing_is_slowed_even_with_the_right_password_until_the_wait_is_over() {
    each_database(async |app| {
        users::create_first(&system(&app), mina()).await.unwrap();
        for _ in 0..6 {
            let _ = sign_in::check(&system(&app), try_with("wrong")).await;
            app.clock.advance(TimeDelta::milliseconds(10));
        }
        let held = sign_in::check(&system(&app), try_with("grey pebble under the bridge")).await.unwrap_err();
        assert!(matches!(held, AppError::TooMany { .. }), "{held:?}");
        app.clock.advance(TimeDelta::minutes(20));
        assert!(sign_in::check(&system(&app), try_with("grey pebble under the bridge")).await.is_ok());
    })
    .await;
}
