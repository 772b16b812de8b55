//! `GET /live/PROJECT`: the changes of a project as server-sent events, for the pages that are open.
//!
//! Numbered events come without a name; `snapshot` says that the board is to be read again,
//! `people` who is looking at it, `ended` why nothing more will come. `Last-Event-ID` or `?after=`
//! names the number to go on behind.

use app::{
    domain::{
        account::Me,
        ids::{ProjectId, UserId},
        live::Person,
    },
    error::AppError,
    platform::{
        ctx::{Actor, Ctx},
        events::{Guest, Hub, News},
        state::AppState,
    },
    projects::service::access,
    tasks::service::{presence, stream::Stream},
};
use axum::{
    Router,
    extract::{Path, Query, Request, State},
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

/// The streams of changes.
pub fn routes() -> Router<AppState> {
    Router::new().route("/live/{project}", get(open))
}

#[derive(Deserialize)]
struct Asked {
    after: Option<i64>,
}

async fn open(
    ctx: Ctx,
    State(app): State<AppState>,
    Path(key): Path<String>,
    Query(asked): Query<Asked>,
    request: Request,
) -> Response {
    let session = request.extensions().get::<Session>().and_then(Session::id);
    let after = last_event_id(request.headers()).or(asked.after);
    match begin(&ctx, &app, &key, session, after).await {
        Ok(listening) => answer(listening),
        Err(error) => refusal(&error),
    }
}

async fn begin(
    ctx: &Ctx,
    app: &AppState,
    key: &str,
    session: Option<Id>,
    after: Option<i64>,
) -> Result<Listening, AppError> {
    let me = ctx.me()?.clone();
    let session = session.ok_or(AppError::SignedOut)?;
    let viewing = access::by_key(ctx, ctx.reader(), key).await?;
    let project = viewing.project().id;
    let doubts = app.db.hub().doubts();
    let stream = Stream::open(ctx, &viewing, after).await?;
    let guest = presence::enter(ctx, &viewing)?;
    Ok(Listening {
        zone: ctx.zone(),
        hub: app.db.hub().clone(),
        app: app.clone(),
        me,
        session,
        project,
        doubts,
        stream,
        keep_alive: ticks(KEEP_ALIVE),
        check: ticks(CHECK_EVERY),
        _guest: guest,
        people: None,
        state: Step::Greeting,
    })
}

fn answer(listening: Listening) -> Response {
    event_stream::answer(futures::stream::unfold(Box::new(listening), |mut listening| async move {
        let piece = listening.next().await?;
        Some((piece, listening))
    }))
}

/// One open stream.
struct Listening {
    app: AppState,
    hub: Hub,
    me: Me,
    session: Id,
    project: ProjectId,
    zone: chrono_tz::Tz,
    stream: Stream,
    doubts: Receiver<UserId>,
    keep_alive: Interval,
    check: Interval,
    /// While it is there, others see that the person is here.
    _guest: Option<Guest>,
    /// Who was said to be here.
    people: Option<Vec<Person>>,
    state: Step,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Greeting,
    Telling,
    Ended,
}

enum Happened {
    News(News),
    Silence,
    Doubt,
    Stop,
}

impl Listening {
    /// The next piece of the answer; nothing when it is over.
    async fn next(&mut self) -> Option<String> {
        match self.state {
            Step::Greeting => {
                self.state = Step::Telling;
                let people = self.people().unwrap_or_default();
                return Some(format!("{RETRY}{people}"));
            }
            Step::Ended => return None,
            Step::Telling => {}
        }
        loop {
            match self.happened().await {
                Happened::Stop => return None,
                // What others have open ends with time, too, and nobody tells of that.
                Happened::Silence => return Some(self.people().unwrap_or_else(|| ":\n\n".into())),
                Happened::Doubt => {
                    if let Some(error) = self.has_ended().await {
                        return Some(self.end(&error));
                    }
                    if let Some(people) = self.people() {
                        return Some(people);
                    }
                }
                Happened::News(news) => {
                    if let Some(piece) = self.piece(news).await {
                        return Some(piece);
                    }
                }
            }
        }
    }

    async fn happened(&mut self) -> Happened {
        loop {
            tokio::select! {
                () = self.hub.stopped() => return Happened::Stop,
                news = self.stream.next() => return Happened::News(news),
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

    /// What is said of a piece of news; nothing of what was said already.
    async fn piece(&mut self, news: News) -> Option<String> {
        match news {
            News::Told(told) => {
                if told.is_about_rights
                    && let Some(error) = self.has_ended().await
                {
                    return Some(self.end(&error));
                }
                self.keep_alive.reset();
                Some(format!("id: {}\ndata: {}\n\n", told.number, told.words(self.zone)))
            }
            News::Snapshot(number) => Some(format!("id: {number}\nevent: snapshot\ndata: {number}\n\n")),
            News::People => self.people(),
            News::Gone => Some(self.end(&AppError::NotFound)),
        }
    }

    fn people(&mut self) -> Option<String> {
        let people = self.hub.people(self.project);
        if self.people.as_ref() == Some(&people) {
            return None;
        }
        let words = format!("event: people\ndata: {}\n\n", serde_json::to_string(&people).unwrap_or_default());
        self.people = Some(people);
        Some(words)
    }

    fn end(&mut self, error: &AppError) -> String {
        self.state = Step::Ended;
        let reason = if *error == AppError::SignedOut { "signed_out" } else { "not_found" };
        format!("event: ended\ndata: {reason}\n\n")
    }

    /// Why the person may not be told more. A database that is away is no reason.
    async fn has_ended(&self) -> Option<AppError> {
        if !Store::new(&self.app).is_alive(&self.session).await.unwrap_or(true) {
            return Some(AppError::SignedOut);
        }
        let ctx = Ctx::new(self.app.clone(), Actor::Person(self.me.clone()));
        match access::by_id(&ctx, ctx.reader(), self.project).await {
            Err(error @ (AppError::NotFound | AppError::Forbidden | AppError::SignedOut)) => Some(error),
            _ => None,
        }
    }
}
