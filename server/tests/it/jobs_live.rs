//! The log of a run as a browser follows it: rights, lines as they come, resuming, the end.

use std::time::Duration;

use app::{
    domain::{
        ids::{OccurrenceId, ScheduleId},
        project::MemberRole,
    },
    entities::{member, schedule, session},
    jobs::{
        form::JobForm,
        service::{runs, schedules, worker},
    },
    platform::ctx::Ctx,
    projects::service::{
        access,
        projects::{self, NewProject},
    },
    testing::{TestApp, each_database, mondays_at_ten},
};
use axum::{
    body::{Body, BodyDataStream},
    http::{Request, StatusCode, header},
};
use futures::StreamExt;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryOrder};

use crate::site::{Visitor, administrator};

/// Mina, signed in, with a job and a run of it that nobody has begun.
async fn begin(app: &TestApp) -> (Visitor, Ctx, OccurrenceId) {
    let mut visitor = Visitor::new(app);
    visitor.sign_up().await;
    let ctx = administrator(app).await;
    let new = NewProject { name: "Tasks".into(), key: "T".into(), zone: "UTC".into() };
    let made = projects::create(&ctx, new).await.unwrap();
    let proof = access::by_id(&ctx, ctx.reader(), made.id).await.unwrap().editing().unwrap();
    let form = JobForm { zone: "UTC".into(), recipients: "mina@example.org".into(), ..mondays_at_ten() };
    schedules::create(&ctx, &proof, &form).await.unwrap();
    let row = schedule::Entity::find().order_by_desc(schedule::Column::Id).one(app.reader()).await.unwrap().unwrap();
    let id: ScheduleId = row.id;
    let run = runs::start(&ctx, id).await.unwrap();
    (visitor, ctx, run)
}

async fn work(app: &TestApp) {
    while let Some(claim) = worker::claim(app, "a test").await.unwrap() {
        worker::work(app, claim).await.unwrap();
    }
}

/// A stream that is open, and what came and is not read yet.
struct Listener {
    body: BodyDataStream,
    text: String,
}

/// Name, id and data of an event.
type Event = (String, String, String);

impl Listener {
    async fn open(visitor: &mut Visitor, path: &str, last: Option<&str>) -> Self {
        let mut request = Request::get(path).header(header::ACCEPT_ENCODING, "gzip, br");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = visitor.open(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        assert!(!response.headers().contains_key(header::CONTENT_ENCODING), "it is not held back to be compressed");
        Self { body: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next event; none when the stream has ended.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| {
                    let found = block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                    found.unwrap_or_default().to_owned()
                };
                if !field("data").is_empty() {
                    return Some((field("event"), field("id"), field("data")));
                }
                continue;
            }
            let more = tokio::time::timeout(Duration::from_secs(20), self.body.next()).await.expect("something comes");
            self.text.push_str(std::str::from_utf8(&more?.unwrap()).unwrap());
        }
    }

    /// The next event of a name.
    async fn next_of(&mut self, name: &str) -> Event {
        loop {
            let event = self.next().await.expect("the stream goes on");
            if event.0 == name {
                return event;
            }
        }
    }
}

#[tokio::test]
async fn lines_come_while_the_run_is_worked_on_and_the_stream_ends_after_it() {
    each_database(async |app| {
        let (mut visitor, _, run) = begin(&app).await;
        let mut stream = Listener::open(&mut visitor, &format!("/live/runs/{run}"), None).await;
        let (_, first, data) = stream.next_of("lines").await;
        assert!(data.contains("Started by Mina"), "{data}");
        assert_eq!(stream.next_of("state").await.2, "planned");
        work(&app).await;
        let (_, last, data) = stream.next_of("lines").await;
        assert!(data.contains("Collected the data") && data.contains("delivered"), "{data}");
        assert!(last > first, "ids rise");
        assert_eq!(stream.next_of("state").await.2, "done");
        assert_eq!(stream.next_of("ended").await.2, "over");
        assert_eq!(stream.next().await, None);

        // A browser that comes back names the last line it has; what it has is not needed again.
        let mut back = Listener::open(&mut visitor, &format!("/live/runs/{run}?after={first}"), Some(&last)).await;
        let told = loop {
            let (name, _, data) = back.next().await.unwrap();
            if name == "state" {
                break String::new();
            }
            if name == "lines" {
                break data;
            }
        };
        assert!(!told.contains(&format!("\"id\":\"{last}\"")), "{told}");
    })
    .await;
}

#[tokio::test]
async fn strangers_and_people_who_are_not_signed_in_follow_nothing() {
    each_database(async |app| {
        let (mut visitor, _, run) = begin(&app).await;
        let (stream, file) = (format!("/live/runs/{run}"), format!("/jobs/runs/{run}/log.txt"));
        assert_eq!(Visitor::new(&app).get(&stream).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(visitor.get("/live/runs/none").await.status, StatusCode::NOT_FOUND);
        member::Entity::delete_many().exec(app.reader()).await.unwrap();
        assert_eq!(visitor.get(&stream).await.status, StatusCode::NOT_FOUND);
        assert_eq!(visitor.get(&file).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn who_becomes_a_viewer_is_told_no_address_any_more_and_who_is_removed_nothing() {
    each_database(async |app| {
        let (mut visitor, _, run) = begin(&app).await;
        let path = format!("/live/runs/{run}");
        let mut stream = Listener::open(&mut visitor, &path, None).await;
        let mut other = Listener::open(&mut visitor, &path, None).await;
        for stream in [&mut stream, &mut other] {
            stream.next_of("lines").await;
            stream.next_of("state").await;
        }
        let viewer = member::ActiveModel { role: Set(MemberRole::Viewer), ..Default::default() };
        member::Entity::update_many().set(viewer).exec(app.reader()).await.unwrap();
        work(&app).await;
        let (_, _, data) = stream.next_of("lines").await;
        assert!(data.contains("delivered") && data.contains("(a recipient)"), "{data}");
        assert!(!data.contains("@example.org"), "{data}");

        member::Entity::delete_many().exec(app.reader()).await.unwrap();
        // What came before the removal may be on its way; then nothing but the end.
        let mut told = String::new();
        let reason = loop {
            match other.next().await {
                Some((name, _, data)) if name == "ended" => break data,
                Some((_, _, data)) => told.push_str(&data),
                None => panic!("it says why it ends: {told}"),
            }
        };
        assert_eq!(reason, "not_found");
        assert!(!told.contains("@example.org"), "{told}");
    })
    .await;
}

#[tokio::test]
async fn a_stream_ends_with_its_session() {
    each_database(async |app| {
        let (mut visitor, ctx, run) = begin(&app).await;
        let mut stream = Listener::open(&mut visitor, &format!("/live/runs/{run}"), None).await;
        stream.next_of("state").await;
        session::Entity::delete_many().exec(app.reader()).await.unwrap();
        app.db.hub().doubt(ctx.me().unwrap().id);
        assert_eq!(stream.next_of("ended").await.2, "signed_out");
        assert_eq!(stream.next().await, None);
    })
    .await;
}
