//! The demonstration data on both databases.

use app::{
    domain::task::{EventKind, Status},
    entities::{board_column, member, project, task, task_event, user},
    platform::ctx::Ctx,
    projects::service::projects,
    testing::{Cast, each_database},
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use server::seed::{copies, seed_demo};

#[tokio::test]
async fn an_empty_instance_gets_a_cast_that_can_sign_in_and_a_board_in_full_work() {
    each_database(async |app| {
        let made = seed_demo(&Ctx::system(&app), 30).await.unwrap();
        assert_eq!((made.project_key.as_str(), made.tasks), ("T", 30));
        assert_eq!(made.sign_in.as_ref().map(|(email, _)| email.as_str()), Some("mina@example.org"));
        assert_eq!(user::Entity::find().count(app.reader()).await.unwrap(), 4);

        let first = task::Entity::find()
            .filter(task::Column::ArchivedAt.is_null())
            .filter(task::Column::Title.starts_with("Draft the November report"))
            .one(app.reader())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(first.number, 214);
        let todo = board_column::Entity::find_by_id(first.column_id).one(app.reader()).await.unwrap().unwrap();
        assert_eq!(todo.status, Status::Todo);
        let top = task::Entity::find()
            .filter(task::Column::ColumnId.eq(todo.id))
            .order_by_asc(task::Column::Rank)
            .one(app.reader())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(top.number, 214, "it stands on top");
        let progress = board_column::Entity::find()
            .filter(board_column::Column::Status.eq(Status::Progress))
            .one(app.reader())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(progress.wip_limit, Some(4));
        let oldest =
            task_event::Entity::find().order_by_asc(task_event::Column::At).one(app.reader()).await.unwrap().unwrap();
        assert!((36..=44).contains(&(app.clock.now() - oldest.at).num_days()));
    })
    .await;
}

#[tokio::test]
async fn administrators_who_are_there_own_the_project_and_a_second_one_gets_another_key() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let first = seed_demo(&Ctx::system(&app), 5).await.unwrap();
        assert_eq!(first.sign_in, None, "nobody's password was made anew");
        let second = seed_demo(&Ctx::system(&app), 5).await.unwrap();
        assert_ne!(first.project_key, second.project_key);
        let mine = projects::list(&app.as_person(&cast.mina)).await.unwrap();
        assert_eq!(mine.len(), 2);
        assert_eq!(
            member::Entity::find().filter(member::Column::ProjectId.eq(mine[0].id)).count(app.reader()).await.unwrap(),
            4
        );
    })
    .await;
}

#[tokio::test]
async fn copies_have_numbers_places_and_a_beginning_of_their_own() {
    each_database(async |app| {
        let made = seed_demo(&Ctx::system(&app), 30).await.unwrap();
        let project = project::Entity::find()
            .filter(project::Column::Key.eq(made.project_key))
            .one(app.reader())
            .await
            .unwrap()
            .unwrap();
        let before = task::Entity::find().count(app.reader()).await.unwrap();
        let tx = app.db.begin_write().await.unwrap();
        copies::add(&tx, project.id, 70).await.unwrap();
        tx.commit().await.unwrap();
        let rows = task::Entity::find().all(app.reader()).await.unwrap();
        assert_eq!(rows.len() as u64, before + 70);
        let last = rows.iter().map(|row| row.number).max();
        let kept = project::Entity::find_by_id(project.id).one(app.reader()).await.unwrap().unwrap();
        assert_eq!(Some(kept.last_number), last);
        assert!(
            rows.iter().all(|row| app::domain::rank::Rank::parse(&row.rank).is_some()),
            "every rank can be built upon"
        );
        let told = task_event::Entity::find()
            .filter(task_event::Column::Kind.eq(EventKind::Created))
            .count(app.reader())
            .await
            .unwrap();
        assert_eq!(told, rows.len() as u64, "each was created once");
    })
    .await;
}
