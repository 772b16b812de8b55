//! Notifications over HTTP without JavaScript: the bell counts, the page lists, forms mark as read.

use app::{
    domain::project::MemberRole,
    entities::{member, user},
    tasks::service::{assign, comments},
    testing::{Cast, each_database, project, task},
};
use axum::http::StatusCode;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use crate::site::{SITE, Visitor};

#[tokio::test]
async fn the_bell_counts_the_page_lists_and_forms_mark_as_read() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let admin = user::Entity::find().one(app.reader()).await.unwrap().unwrap();
        // The cast has an address of its own for Mina.
        let mut moved: user::ActiveModel = admin.clone().into();
        moved.email = Set(Some("dana@example.org".into()));
        moved.update(app.reader()).await.unwrap();
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let row =
            member::ActiveModel { project_id: Set(made.id), user_id: Set(admin.id), role: Set(MemberRole::Editor) };
        member::Entity::insert(row).exec_without_returning(app.reader()).await.unwrap();

        let jonas = app.as_person(&cast.jonas);
        let a = task(&jonas, &made, columns[0], "Ask <b>the</b> regions").await;
        assign::set(&jonas, a.id, &[admin.id]).await.unwrap();
        app.clock.advance(chrono::TimeDelta::minutes(1));
        comments::add(&app.as_person(&cast.jonas), a.id, "the first has answered", None).await.unwrap();

        assert!(visitor.get("/projects").await.body.contains("Notifications, 2 unread"));
        let page = visitor.get("/notifications").await;
        assert_eq!(page.status, StatusCode::OK);
        for words in
            ["assigned this to you", "commented", "Ask &lt;b&gt;the&lt;/b&gt; regions", "/tasks/T-1", "2 are unread."]
        {
            assert!(page.body.contains(words), "{words}: {}", page.body);
        }
        let action = visitor.form_action("/notifications", "mark_notification_read").await;
        let id = page.body.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        visitor.post(&action, &format!("{SITE}/notifications"), &[("id", &id)]).await;
        assert!(visitor.get("/notifications?show=unread").await.body.contains("1 is unread."));
        let action = visitor.form_action("/notifications", "mark_all_notifications_read").await;
        visitor.post(&action, &format!("{SITE}/notifications"), &[]).await;
        let page = visitor.get("/notifications").await.body;
        assert!(page.contains("Everything is read.") && !page.contains(" unread\""), "{page}");

        // Who has left the project is told no titles.
        member::Entity::delete_many().filter(member::Column::UserId.eq(admin.id)).exec(app.reader()).await.unwrap();
        let page = visitor.get("/notifications").await.body;
        assert!(page.contains("A task that you cannot see any more") && !page.contains("regions"), "{page}");
    })
    .await;
}
