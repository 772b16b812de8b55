//! Saved views: one's own stay one's own, shared ones are everybody's.

use app::{
    domain::project::MemberRole,
    entities::project as project_row,
    error::{AppError, Problem},
    members::service::members::{self, OpenTasks},
    platform::ctx::Ctx,
    projects::service::access::{self, Viewing},
    tasks::service::saved_views::{self, NewView},
    testing::{Cast, each_database, project},
};

async fn viewing(ctx: &Ctx, project: &project_row::Model) -> Viewing {
    access::by_id(ctx, ctx.reader(), project.id).await.unwrap()
}

fn new(name: &str, query: &str, is_shared: bool) -> NewView {
    NewView { name: name.into(), query: query.into(), is_shared }
}

#[tokio::test]
async fn a_shared_view_is_there_for_the_others_and_an_own_one_is_not() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let jonas = app.as_person(&cast.jonas);
        let at = viewing(&jonas, &made).await;
        let own = saved_views::save(&jonas, &at, new("Mine", "?assignee=me", false)).await.unwrap();
        let shared = saved_views::save(&jonas, &at, new("Late", "?due=overdue&sort=due", true)).await.unwrap();
        let alex = app.as_person(&cast.alex);
        let seen = viewing(&alex, &made).await;
        let names =
            |rows: Vec<app::entities::saved_view::Model>| rows.into_iter().map(|row| row.name).collect::<Vec<_>>();
        assert_eq!(names(saved_views::list(&alex, &seen).await.unwrap()), ["Late"]);
        assert_eq!(names(saved_views::list(&jonas, &at).await.unwrap()), ["Late", "Mine"]);
        // Somebody else's: not to be found where it is not shared, not to be changed where it is.
        assert_eq!(saved_views::remove(&alex, &seen, own.id).await.unwrap_err(), AppError::NotFound);
        assert_eq!(saved_views::remove(&alex, &seen, shared.id).await.unwrap_err(), AppError::Forbidden);
        assert_eq!(saved_views::change(&alex, &seen, shared.id, "x", true).await.unwrap_err(), AppError::NotFound);
        assert_eq!(saved_views::save(&alex, &seen, new("For all", "", true)).await.unwrap_err(), AppError::Forbidden);
        // The owner of the project tidies up.
        let mina = app.as_person(&cast.mina);
        saved_views::remove(&mina, &viewing(&mina, &made).await, shared.id).await.unwrap();
        assert_eq!(names(saved_views::list(&jonas, &at).await.unwrap()), ["Mine"]);
    })
    .await;
}

#[tokio::test]
async fn a_view_keeps_only_what_a_board_understands_and_its_name_is_given_once() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let at = viewing(&ctx, &made).await;
        let query = "?q=a%26b&priority=urgent,nonsense&older=all&notice=saved&x=<script>";
        let saved = saved_views::save(&ctx, &at, new(" Hot ", query, false)).await.unwrap();
        assert_eq!((saved.name.as_str(), saved.query.as_str()), ("Hot", "q=a%26b&priority=urgent"));
        let again = saved_views::save(&ctx, &at, new("Hot", "", false)).await.unwrap_err();
        assert_eq!(again, AppError::field("name", Problem::Taken));
        let long = saved_views::save(&ctx, &at, new(&"x".repeat(10_000), "", false)).await.unwrap_err();
        assert_eq!(long, AppError::field("name", Problem::TooLong { max: 60 }));
    })
    .await;
}

#[tokio::test]
async fn a_shared_view_outlives_the_membership_of_who_shared_it_and_an_owner_tidies_it_up() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let (jonas, mina) = (app.as_person(&cast.jonas), app.as_person(&cast.mina));
        let at = viewing(&jonas, &made).await;
        saved_views::save(&jonas, &at, new("Mine", "?assignee=me", false)).await.unwrap();
        let shared = saved_views::save(&jonas, &at, new("Late", "?due=overdue", true)).await.unwrap();
        let owning = viewing(&mina, &made).await.owning().unwrap();
        members::remove(&mina, &owning, cast.jonas.id, OpenTasks::Keep).await.unwrap();
        let gone = access::by_id(&jonas, app.reader(), made.id).await;
        assert_eq!(gone.unwrap_err(), AppError::NotFound, "and with the project its views");

        let seen = async |ctx: &Ctx| {
            let rows = saved_views::list(ctx, &viewing(ctx, &made).await).await.unwrap();
            rows.into_iter().map(|row| row.name).collect::<Vec<_>>()
        };
        let alex = app.as_person(&cast.alex);
        assert_eq!((seen(&alex).await, seen(&mina).await), (vec!["Late".to_owned()], vec!["Late".to_owned()]));
        saved_views::remove(&mina, &viewing(&mina, &made).await, shared.id).await.unwrap();
        assert!(seen(&alex).await.is_empty());
        members::add(&mina, &owning, "jonas@example.org", MemberRole::Viewer).await.unwrap();
        assert_eq!(seen(&jonas).await, ["Mine"], "what is one's own waits");
    })
    .await;
}
