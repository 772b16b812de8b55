//! The demonstration data on both databases.

use app::{
    domain::task::Status,
    entities::{board_column, member, task, task_event, user},
    platform::ctx::Ctx,
    projects::service::projects,
    testing::{Cast, each_database},
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use server::seed::seed_demo;

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
