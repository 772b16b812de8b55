//! Accounts: the first one, signing in, the brakes against guessing.

use app::{
    accounts::service::{
        links, security,
        sign_in::{self, Credentials},
        users::{self, NewUser},
    },
    domain::{account::Role, ids::UserId},
    entities::session,
    error::{AppError, Problem},
    platform::ctx::{BrowserSession, Ctx},
    testing::{TestApp, each_database},
};
use chrono::TimeDelta;
use sea_orm::{ActiveValue::Set, EntityTrait, PaginatorTrait, QueryOrder};

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

/// A session of somebody, with what its browser said of itself.
async fn session_of(app: &TestApp, person: UserId, id: &str, agent: &str) -> BrowserSession {
    let row = session::ActiveModel {
        id_hash: Set(id.to_owned()),
        user_id: Set(Some(person)),
        data: Set(serde_json::json!({ "agent": agent, "address": "192.0.2.1" }).to_string()),
        is_kept: Set(false),
        created_at: Set(app.clock.now()),
        last_used_at: Set(app.clock.now()),
        expires_at: Set(app.clock.now() + TimeDelta::hours(1)),
    };
    session::Entity::insert(row).exec_without_returning(app.reader()).await.unwrap();
    BrowserSession(id.to_owned())
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_knows_it_and_ends_all_sessions() {
    each_database(async |app| {
        let person = users::create_first(&system(&app), mina()).await.unwrap();
        let other = NewUser { email: "jonas@example.org".into(), ..mina() };
        let other = users::create(&system(&app), other, Role::Member).await.unwrap();
        let own = app.as_person(&person.clone().into());
        session_of(&app, person.id, "mine", "").await;
        session_of(&app, other.id, "another's", "").await;
        let link = links::make(&own, person.id).await.unwrap();
        let token = link.split_once("token=").unwrap().1;
        let change = async |current: &str, new: &str| {
            security::change_password(&own, "192.0.2.1", current.into(), new.into()).await.map(|_| ())
        };
        let wrong = change("grey pebble", "twelve quiet herons").await;
        assert_eq!(wrong, Err(AppError::field("current", Problem::WrongPassword)));
        let weak = change("grey pebble under the bridge", "short").await.unwrap_err();
        assert_eq!(weak.problems_of("password").count(), 1, "{weak:?}");
        assert_eq!(session::Entity::find().count(app.reader()).await.unwrap(), 2, "nothing was changed");
        assert_eq!(links::read(&own, token).await.unwrap().id, person.id);

        change("grey pebble under the bridge", "twelve quiet herons").await.unwrap();
        let left: Vec<String> =
            session::Entity::find().all(app.reader()).await.unwrap().into_iter().map(|row| row.id_hash).collect();
        assert_eq!(left, ["another's"]);
        assert_eq!(links::read(&own, token).await.map(|_| ()), Err(AppError::NotFound), "a link that somebody has");
        assert!(sign_in::check(&system(&app), try_with("grey pebble under the bridge")).await.is_err());
        assert!(sign_in::check(&system(&app), try_with("twelve quiet herons")).await.is_ok());
        // Guessing is slowed here, too.
        for _ in 0..6 {
            let _ = change("a guess", "twelve loud herons").await;
        }
        let held = change("twelve quiet herons", "twelve loud herons").await.unwrap_err();
        assert!(matches!(held, AppError::TooMany { .. }), "{held:?}");
    })
    .await;
}

#[tokio::test]
async fn sessions_are_shown_to_their_person_and_ended_one_by_one_or_all_but_this() {
    each_database(async |app| {
        let person = users::create_first(&system(&app), mina()).await.unwrap();
        let other = NewUser { email: "jonas@example.org".into(), ..mina() };
        let other = users::create(&system(&app), other, Role::Member).await.unwrap();
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
        let this = session_of(&app, person.id, "this", firefox).await;
        app.clock.advance(TimeDelta::minutes(5));
        for id in ["second", "third"] {
            session_of(&app, person.id, id, "curl/8.5.0").await;
        }
        let strange = session_of(&app, other.id, "strange", "").await;
        let own = app.as_person(&person.clone().into());
        let shown = security::sessions(&own, &this).await.unwrap();
        assert_eq!(shown.len(), 3);
        assert_eq!((shown[0].device.as_str(), shown[0].is_this), ("Firefox on Linux", true));
        assert_eq!(
            (shown[1].device.as_str(), shown[1].address.as_str(), shown[1].is_this),
            ("curl", "192.0.2.1", false)
        );

        // Nobody ends a session of somebody else.
        security::end_sessions(&own, &this, Some(&strange.0)).await.unwrap();
        security::end_sessions(&own, &this, Some("second")).await.unwrap();
        let ids = async || {
            let rows = session::Entity::find().order_by_asc(session::Column::IdHash).all(app.reader()).await.unwrap();
            rows.into_iter().map(|row| row.id_hash).collect::<Vec<_>>()
        };
        assert_eq!(ids().await, ["strange", "third", "this"]);
        security::end_sessions(&own, &this, None).await.unwrap();
        assert_eq!(ids().await, ["strange", "this"]);
        app.clock.advance(TimeDelta::hours(2));
        assert!(
            security::sessions(&app.as_person(&person.clone().into()), &this).await.unwrap().is_empty(),
            "it has ended"
        );
    })
    .await;
}
