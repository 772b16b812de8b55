//! Server-sent events as a browser gets them: rights, resuming, two people, and how a stream ends.

use std::time::Duration;

use app::{
    accounts::service::users::{self, NewUser},
    domain::{
        account::Role,
        ids::{ColumnId, OpId, ProjectId, TaskId},
        live::Change,
    },
    entities::{member, session, user},
    platform::{ctx::Ctx, events},
    projects::service::{access, projects},
    tasks::service::{
        create::{self, NewTask},
        moves::{self, End, Move},
        my_work,
    },
    testing::{TestApp, each_database},
};
use axum::{
    body::{Body, BodyDataStream},
    http::{Request, StatusCode, header},
};
use futures::StreamExt;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::site::Visitor;

/// A stream that is open, and what came and is not read yet.
struct Listener {
    body: BodyDataStream,
    text: String,
}

/// One event of a stream.
#[derive(Debug, PartialEq, Eq)]
struct Event {
    id: Option<i64>,
    name: String,
    data: String,
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| {
                    block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned))
                };
                if let Some(data) = field("data") {
                    let id = field("id").map(|id| id.parse().unwrap());
                    return Some(Event { id, name: field("event").unwrap_or_default(), data });
                }
                continue;
            }
            let more = tokio::time::timeout(Duration::from_secs(5), self.body.next()).await.expect("something comes");
            self.text.push_str(std::str::from_utf8(&more?.unwrap()).unwrap());
        }
    }

    /// The next event that is not about who is here.
    async fn change(&mut self) -> Event {
        loop {
            let event = self.next().await.expect("the stream goes on");
            if event.name != "people" {
                return event;
            }
        }
    }
}

async fn listen(visitor: &mut Visitor, path: &str, after: Option<i64>) -> Listener {
    let mut request = Request::get(path).header(header::ACCEPT_ENCODING, "gzip, br");
    if let Some(after) = after {
        request = request.header("last-event-id", after.to_string());
    }
    let response = visitor.open(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    assert!(!response.headers().contains_key(header::CONTENT_ENCODING), "it is not held back to be compressed");
    Listener { body: response.into_body().into_data_stream(), text: String::new() }
}

/// Mina, signed in, with a project, its first columns and a task.
async fn board(app: &TestApp) -> (Visitor, Ctx, ProjectId, Vec<ColumnId>, TaskId) {
    let mut visitor = Visitor::new(app);
    visitor.sign_up().await;
    let action = visitor.form_action("/projects/new", "create_project").await;
    let form = [("name", "Tasks"), ("key", "T"), ("zone", "UTC")];
    visitor.post(&action, "http://127.0.0.1:3000/projects/new", &form).await;
    let mina = user::Entity::find().one(app.reader()).await.unwrap().unwrap();
    let ctx = app.as_person(&mina.into());
    let viewing = access::by_key(&ctx, app.reader(), "T").await.unwrap();
    let project = viewing.project().id;
    let columns: Vec<ColumnId> =
        projects::columns(app.reader(), project).await.unwrap().into_iter().map(|column| column.id).collect();
    let new = NewTask {
        column: columns[0],
        end: End::Bottom,
        title: "Draft".into(),
        description: String::new(),
        priority: app::domain::task::Priority::Medium,
        due_on: None,
        due_at: None,
        op_id: None,
    };
    let card = create::create(&ctx, &viewing.editing().unwrap(), new).await.unwrap();
    (visitor, ctx, project, columns, card.id)
}

async fn move_to(ctx: &Ctx, task: TaskId, column: ColumnId) {
    let wish = Move { task, column, after: None, before: None, op_id: Some(OpId(Uuid::now_v7())) };
    moves::move_task(ctx, wish).await.unwrap();
}

async fn change(ctx: &Ctx, project: ProjectId, change: Change) {
    let tx = ctx.begin().await.unwrap();
    events::append(ctx, &*tx, project, None, &change).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn two_pages_hear_of_a_move_and_one_that_comes_back_hears_what_it_missed() {
    each_database(async |app| {
        let (mut visitor, ctx, _, columns, task) = board(&app).await;
        let (mut first, mut second) =
            (listen(&mut visitor, "/live/T", None).await, listen(&mut visitor, "/live/t?after=1", None).await);
        move_to(&ctx, task, columns[1]).await;
        let heard = first.change().await;
        assert_eq!((heard.id, heard.name.as_str()), (Some(2), ""));
        assert!(heard.data.contains("\"moved\"") && heard.data.contains("Draft"), "{}", heard.data);
        assert_eq!(second.change().await, heard);
        drop(first);
        move_to(&ctx, task, columns[2]).await;
        // The header of a browser that reconnects is newer than the address it first opened.
        let mut back = listen(&mut visitor, "/live/T?after=0", Some(2)).await;
        assert_eq!(back.change().await.id, Some(3));
        let mut lost = listen(&mut visitor, "/live/T?after=77", None).await;
        assert_eq!(lost.change().await.name, "snapshot");
    })
    .await;
}

#[tokio::test]
async fn strangers_and_people_who_are_not_signed_in_hear_nothing() {
    each_database(async |app| {
        let (mut visitor, _, _, _, _) = board(&app).await;
        assert_eq!(Visitor::new(&app).get("/live/T").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(visitor.get("/live/NONE").await.status, StatusCode::NOT_FOUND);
        member::Entity::delete_many().exec(app.reader()).await.unwrap();
        assert_eq!(visitor.get("/live/T").await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn my_work_hears_that_something_has_changed_until_the_session_ends() {
    each_database(async |app| {
        let (mut visitor, ctx, _, columns, task) = board(&app).await;
        assert_eq!(Visitor::new(&app).get("/live/my-work").await.status, StatusCode::UNAUTHORIZED);
        let mark = my_work::mark(&ctx).await.unwrap();
        let known = format!("/live/my-work?after={mark}");
        let mut first = listen(&mut visitor, &known, None).await;
        let mut late = listen(&mut visitor, "/live/my-work?after=0", None).await;
        assert_eq!(late.change().await.id, Some(mark), "what was missed is told at once");
        move_to(&ctx, task, columns[1]).await;
        let heard = first.change().await;
        assert_eq!((heard.id, heard.name.as_str()), (Some(mark + 1), "snapshot"));
        assert_eq!(app.db.hub().open_streams(), 2);
        drop(first);
        drop(late);
        assert_eq!(app.db.hub().open_streams(), 0, "a page that goes leaves nothing behind");
        // Nothing is told twice to a browser that reconnects: what comes next is the next change.
        let mut back = listen(&mut visitor, &known, Some(mark + 1)).await;
        move_to(&ctx, task, columns[2]).await;
        assert_eq!(back.change().await.id, Some(mark + 2));

        session::Entity::delete_many().exec(app.reader()).await.unwrap();
        app.db.hub().doubt(ctx.me().unwrap().id);
        let ended = back.change().await;
        assert_eq!((ended.name.as_str(), ended.data.as_str()), ("ended", "signed_out"));
        assert_eq!(back.next().await, None);
        drop(back);
        assert_eq!(app.db.hub().open_streams(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_stream_ends_when_the_membership_does_and_when_the_session_does() {
    each_database(async |app| {
        let (mut visitor, ctx, project, _, _) = board(&app).await;
        let mut stream = listen(&mut visitor, "/live/T", None).await;
        change(&ctx, project, Change::Members).await;
        assert!(stream.change().await.data.contains("members"), "who still is a member hears on");

        session::Entity::delete_many().exec(app.reader()).await.unwrap();
        app.db.hub().doubt(ctx.me().unwrap().id);
        let ended = stream.change().await;
        assert_eq!((ended.name.as_str(), ended.data.as_str()), ("ended", "signed_out"));
        assert_eq!(stream.next().await, None);

        let sign_in = visitor.form_action("/sign-in", "sign_in").await;
        let form = [("email", "mina@example.org"), ("password", "grey pebble under the bridge")];
        visitor.post(&sign_in, "http://127.0.0.1:3000/sign-in", &form).await;
        let mut stream = listen(&mut visitor, "/live/T", None).await;
        member::Entity::delete_many().filter(member::Column::ProjectId.eq(project)).exec(app.reader()).await.unwrap();
        change(&Ctx::system(&app), project, Change::Members).await;
        let ended = stream.change().await;
        assert_eq!((ended.name.as_str(), ended.data.as_str()), ("ended", "not_found"));
    })
    .await;
}

#[tokio::test]
async fn signing_out_ends_the_streams_of_the_session_at_once() {
    each_database(async |app| {
        let (mut visitor, _, _, _, _) = board(&app).await;
        let mut stream = listen(&mut visitor, "/live/T", None).await;
        let sign_out = visitor.form_action("/projects", "sign_out").await;
        visitor.post(&sign_out, "http://127.0.0.1:3000/projects", &[]).await;
        assert_eq!(stream.change().await.data, "signed_out");
    })
    .await;
}

#[tokio::test]
async fn a_process_that_stops_ends_its_streams_at_once() {
    each_database(async |app| {
        let (mut visitor, _, _, _, _) = board(&app).await;
        let mut stream = listen(&mut visitor, "/live/T", None).await;
        assert_eq!(stream.next().await.unwrap().name, "people");
        app.db.hub().stop();
        assert_eq!(stream.next().await, None);
    })
    .await;
}

#[tokio::test]
async fn who_is_here_is_told_to_all_but_not_of_people_who_do_not_want_it() {
    each_database(async |app| {
        let (mut visitor, _, project, _, _) = board(&app).await;
        let mut stream = listen(&mut visitor, "/live/T", None).await;
        let here = stream.next().await.unwrap();
        assert!(here.name == "people" && here.data.contains("Mina Kovač"), "{}", here.data);
        drop(stream);

        let hidden = user::ActiveModel { shows_presence: Set(false), ..Default::default() };
        user::Entity::update_many()
            .set(hidden)
            .filter(user::Column::Name.eq("Mina Kovač"))
            .exec(app.reader())
            .await
            .unwrap();
        let mut stream = listen(&mut visitor, "/live/T", None).await;
        assert_eq!(stream.next().await.unwrap().data, "[]");
        let jonas = NewUser {
            name: "Jonas Ortiz".into(),
            email: "jonas@example.org".into(),
            password: "grey pebble over the bridge".into(),
            zone: "UTC".into(),
        };
        let jonas = users::create(&Ctx::system(&app), jonas, Role::Member).await.unwrap();
        let _here = events::Guest::enter(&app, project, jonas.id, &jonas.name);
        let here = stream.next().await.unwrap();
        assert!(here.data.contains("Jonas Ortiz") && !here.data.contains("Mina"), "{}", here.data);
    })
    .await;
}
