//! What was typed into forms that were refused, where it is too long for an address.

use app::{
    entities::kept_form as rows,
    error::{AppError, Problem},
    platform::{
        ctx::{Actor, Ctx},
        kept_form,
    },
    testing::{Cast, each_database},
};
use chrono::TimeDelta;
use sea_orm::{EntityTrait, PaginatorTrait};

#[tokio::test]
async fn a_refused_form_is_kept_for_an_hour_for_whoever_sent_it_and_nobody_can_read_it_in_the_database() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let long = "a private word ".repeat(1_000);
        let refusal = AppError::field("body", Problem::TooLong { max: 20 }).with_typed(&[("body", &long)]);
        let mina = app.as_person(&cast.mina);
        let name = kept_form::keep(&mina, &refusal).await.unwrap();
        assert_eq!(kept_form::read(&mina, &name).await, Ok(Some(refusal.clone())));
        assert_eq!(kept_form::read(&mina, &name).await, Ok(Some(refusal.clone())), "the page is loaded again");
        assert_eq!(
            kept_form::read::<AppError>(&app.as_person(&cast.alex), &name).await,
            Ok(None),
            "somebody else with the address"
        );
        assert_eq!(kept_form::read::<AppError>(&mina, "another name").await, Ok(None));
        let row = rows::Entity::find().one(app.reader()).await.unwrap().unwrap();
        assert!(row.name != name && !row.sealed.contains("private"), "{row:?}");

        app.clock.advance(TimeDelta::minutes(61));
        let mina = app.as_person(&cast.mina);
        assert_eq!(kept_form::read::<AppError>(&mina, &name).await, Ok(None), "too old");
        kept_form::forget_old(&Ctx::system(&app.app)).await.unwrap();
        assert_eq!(rows::Entity::find().count(app.reader()).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn nobody_who_is_not_signed_in_fills_the_database_with_refused_forms() {
    each_database(async |app| {
        let refusal = AppError::field("name", Problem::Required);
        let anonymous = Ctx::new(app.app.clone(), Actor::Anonymous);
        assert_eq!(kept_form::keep(&anonymous, &refusal).await, Err(AppError::SignedOut));
    })
    .await;
}

#[tokio::test]
async fn of_the_refused_forms_of_a_person_the_latest_few_are_kept_and_nobody_else_loses_any() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let refusal = AppError::field("name", Problem::Required);
        let alex = kept_form::keep(&app.as_person(&cast.alex), &refusal).await.unwrap();
        let mut names = Vec::new();
        for _ in 0..20 {
            app.clock.advance(TimeDelta::seconds(1));
            names.push(kept_form::keep(&app.as_person(&cast.mina), &refusal).await.unwrap());
        }
        assert_eq!(rows::Entity::find().count(app.reader()).await.unwrap(), 17);
        let mina = app.as_person(&cast.mina);
        assert_eq!(kept_form::read::<AppError>(&mina, &names[3]).await, Ok(None));
        assert_eq!(kept_form::read(&mina, &names[4]).await, Ok(Some(refusal.clone())));
        assert_eq!(kept_form::read(&app.as_person(&cast.alex), &alex).await, Ok(Some(refusal)));
    })
    .await;
}
