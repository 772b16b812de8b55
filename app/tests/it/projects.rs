//! Projects: keys, and who sees what.

use app::{
    error::{AppError, Problem},
    projects::service::{
        access,
        projects::{self, NewProject},
    },
    testing::{Cast, each_database, project},
};

fn named(name: &str, key: &str) -> NewProject {
    NewProject { name: name.into(), key: key.into(), zone: "Europe/Ljubljana".into() }
}

#[tokio::test]
async fn a_new_project_has_the_four_columns_and_belongs_to_its_maker() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let ctx = app.as_person(&cast.mina);
        let made = projects::create(&ctx, named("Weekly duties", "")).await.unwrap();
        assert_eq!(made.key, "WD");
        let names: Vec<String> =
            projects::columns(app.reader(), made.id).await.unwrap().into_iter().map(|column| column.name).collect();
        assert_eq!(names, ["Todo", "In Progress", "Pending", "Completed"]);
        assert!(access::by_id(&ctx, app.reader(), made.id).await.unwrap().owning().is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_key_in_use_is_refused_and_a_suggested_one_gets_a_number() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let ctx = app.as_person(&cast.mina);
        projects::create(&ctx, named("One", "ONE")).await.unwrap();
        let error = projects::create(&ctx, named("Two", "one")).await.unwrap_err();
        assert_eq!(error, AppError::field("key", Problem::Taken));
        assert_eq!(projects::create(&ctx, named("One", "")).await.unwrap().key, "ONE2");
    })
    .await;
}

#[tokio::test]
async fn a_stranger_does_not_find_a_project_and_a_viewer_cannot_change_it() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let as_stranger = access::by_key(&app.as_person(&cast.ravi), app.reader(), "T").await;
        assert_eq!(as_stranger.unwrap_err(), AppError::NotFound);
        let as_viewer = access::by_id(&app.as_person(&cast.alex), app.reader(), made.id).await.unwrap();
        assert_eq!(as_viewer.editing().unwrap_err(), AppError::Forbidden);
        let as_editor = access::by_id(&app.as_person(&cast.jonas), app.reader(), made.id).await.unwrap();
        assert!(as_editor.clone().editing().is_ok());
        assert_eq!(as_editor.owning().unwrap_err(), AppError::Forbidden);
    })
    .await;
}
