//! `GET /live/my-work`: tells an open page, as server-sent events, that something has changed in the person's projects.
//!
//! `snapshot` brings the mark of what there is now, `ended` says why nothing more will come. `Last-Event-ID` or `?after=`
//! names the mark that the page knows.

use app::{
    domain::{account::Me, ids::UserId},
    error::AppError,
    platform::{
        ctx::{Actor, Ctx},
        state::AppState,
    },
    tasks::service::my_work::Watch,
};
use axum::{
    Router,
    extract::{Query, Request, State},
    response::Response,
    routing::get,
};
use serde::Deserialize;
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::Interval,
};
use tower_sessions::{Session, session::Id};

use crate::{
    event_stream::{self, CHECK_EVERY, KEEP_ALIVE, last_event_id, ticks},
    frames::refusal,
    sessions::Store,
};

/// What a browser waits before it comes back, in milliseconds.
const RETRY: &str = "retry: 1500\n\n";

/// The stream of My work.
pub fn routes() -> Router<AppState> {
    Router::new().route("/live/my-work", get(open))
}

#[derive(Deserialize)]
struct Asked {
    after: Option<i64>,
}

async fn open(ctx: Ctx, State(app): State<AppState>, Query(asked): Query<Asked>, request: Request) -> Response {
    let session = request.extensions().get::<Session>().and_then(Session::id);
    let after = last_event_id(request.headers()).or(asked.after).unwrap_or_default();
    match begin(&ctx, &app, session, after) {
        Ok(following) => answer(following),
        Err(error) => refusal(&error),
    }
}

fn begin(ctx: &Ctx, app: &AppState, session: Option<Id>, after: i64) -> Result<Following, AppError> {
    let me = ctx.me()?.clone();
    let session = session.ok_or(AppError::SignedOut)?;
    Ok(Following {
        app: app.clone(),
        me,
        session,
        doubts: app.db.hub().doubts(),
        watch: Watch::begin(ctx, after),
        keep_alive: ticks(KEEP_ALIVE),
        check: ticks(CHECK_EVERY),
        step: Step::Greeting,
    })
}

fn answer(following: Following) -> Response {
    event_stream::answer(futures::stream::unfold(Box::new(following), |mut following| async move {
        let piece = following.next().await?;
        Some((piece, following))
    }))
}

/// One open stream.
struct Following {
    app: AppState,
    me: Me,
    session: Id,
    doubts: Receiver<UserId>,
    watch: Watch,
    keep_alive: Interval,
    check: Interval,
    step: Step,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Greeting,
    Telling,
    Ended,
}

enum Happened {
    Changed(i64),
    Silence,
    Doubt,
    Stop,
}

impl Following {
    /// The next piece of the answer; nothing when it is over.
    async fn next(&mut self) -> Option<String> {
        match self.step {
            Step::Greeting => {
                self.step = Step::Telling;
                return Some(RETRY.to_owned());
            }
            Step::Ended => return None,
            Step::Telling => {}
        }
        loop {
            match self.happened().await {
                Happened::Stop => return None,
                Happened::Silence => return Some(":\n\n".to_owned()),
                Happened::Doubt => {
                    if self.has_ended().await {
                        self.step = Step::Ended;
                        return Some("event: ended\ndata: signed_out\n\n".to_owned());
                    }
                }
                Happened::Changed(mark) => {
                    self.keep_alive.reset();
                    return Some(format!("id: {mark}\nevent: snapshot\ndata: {mark}\n\n"));
                }
            }
        }
    }

    async fn happened(&mut self) -> Happened {
        let hub = self.app.db.hub().clone();
        // The person, now.
        let ctx = Ctx::new(self.app.clone(), Actor::Person(self.me.clone()));
        loop {
            tokio::select! {
                () = hub.stopped() => return Happened::Stop,
                mark = self.watch.next(&ctx) => return Happened::Changed(mark),
                doubt = self.doubts.recv() => match doubt {
                    Ok(person) if person != self.me.id => {}
                    Ok(_) | Err(RecvError::Lagged(_)) => return Happened::Doubt,
                    Err(RecvError::Closed) => return Happened::Stop,
                },
                _ = self.check.tick() => return Happened::Doubt,
                _ = self.keep_alive.tick() => return Happened::Silence,
            }
        }
    }

    /// Whether the session is over. A database that is away is no reason.
    async fn has_ended(&self) -> bool {
        !Store::new(&self.app).is_alive(&self.session).await.unwrap_or(true)
    }
}
