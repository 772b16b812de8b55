//! The log of a run: `GET /live/runs/RUN` follows it as server-sent events, `GET /jobs/runs/RUN/log.txt` is all of it.
//!
//! `lines` brings new lines as JSON, `state` says where the run stands when that has changed, `ended` why nothing more
//! will come. `Last-Event-ID` or `?after=` names the line to go on behind; lines of the last seconds before it may come
//! again, and a page knows them by their ids.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use app::{
    domain::{
        account::Me,
        ids::{OccurrenceId, UserId},
    },
    error::AppError,
    jobs::service::run_log::{self, News, Watch},
    platform::{
        ctx::{Actor, Ctx},
        state::AppState,
    },
    projects::service::access,
};
use axum::{
    Router,
    extract::{Path, Query, Request, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::Interval,
};
use tower_sessions::{Session, session::Id};
use uuid::Uuid;

use crate::{
    event_stream::{self, CHECK_EVERY, KEEP_ALIVE, last_event_id, ticks},
    frames::refusal,
    sessions::Store,
};

/// How often the run is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// What a browser waits before it comes back, in milliseconds.
const RETRY: &str = "retry: 2000\n\n";
/// Streams of one process; each asks the database every second. Who is refused has the button to look again.
const MOST: usize = 200;
/// Of them, those of one person: nobody keeps the others from following theirs.
const MOST_EACH: usize = 20;

/// Streams and files of logs.
pub fn routes() -> Router<AppState> {
    Router::new().route("/live/runs/{run}", get(open)).route("/jobs/runs/{run}/log.txt", get(file))
}

#[derive(Deserialize)]
struct Asked {
    after: Option<Uuid>,
}

async fn file(ctx: Ctx, Path(run): Path<String>) -> Response {
    let text = async {
        let run: OccurrenceId = run.parse().map_err(|_| AppError::NotFound)?;
        run_log::text(&ctx, run).await
    };
    match text.await {
        Err(error) => refusal(&error),
        Ok(text) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
                (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"run-log.txt\"")),
            ];
            (headers, text).into_response()
        }
    }
}

async fn open(
    ctx: Ctx,
    State(app): State<AppState>,
    Path(run): Path<String>,
    Query(asked): Query<Asked>,
    request: Request,
) -> Response {
    let session = request.extensions().get::<Session>().and_then(Session::id);
    let after = last_event_id(request.headers()).or(asked.after);
    match begin(&ctx, &app, &run, session, after).await {
        Ok(following) => answer(following),
        Err(error) => refusal(&error),
    }
}

async fn begin(
    ctx: &Ctx,
    app: &AppState,
    run: &str,
    session: Option<Id>,
    after: Option<Uuid>,
) -> Result<Following, AppError> {
    let me = ctx.me()?.clone();
    let session = session.ok_or(AppError::SignedOut)?;
    let run: OccurrenceId = run.parse().map_err(|_| AppError::NotFound)?;
    let doubts = app.db.hub().doubts();
    let watch = Watch::begin(ctx, run, after).await?;
    let place = Place::take(me.id).ok_or(AppError::Unavailable)?;
    let mut look = ticks(LOOK_EVERY);
    // The first look is at once.
    look.reset_immediately();
    Ok(Following {
        app: app.clone(),
        me,
        session,
        watch,
        doubts,
        look,
        keep_alive: ticks(KEEP_ALIVE),
        check: ticks(CHECK_EVERY),
        step: Step::Greeting,
        _place: place,
    })
}

/// How many streams each person has open.
type Taken = Arc<Mutex<HashMap<UserId, usize>>>;

/// A place among the streams of the process; dropping it leaves it to others.
struct Place {
    taken: Taken,
    who: UserId,
}

impl Place {
    fn take(who: UserId) -> Option<Self> {
        static TAKEN: LazyLock<Taken> = LazyLock::new(Arc::default);
        Self::of(&TAKEN, who, MOST, MOST_EACH)
    }

    fn of(taken: &Taken, who: UserId, most: usize, most_each: usize) -> Option<Self> {
        let mut counts = lock(taken);
        if counts.values().sum::<usize>() >= most {
            return None;
        }
        let mine = counts.entry(who).or_default();
        if *mine >= most_each {
            return None;
        }
        *mine += 1;
        drop(counts);
        Some(Self { taken: taken.clone(), who })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = lock(&self.taken);
        if let Some(mine) = counts.get_mut(&self.who) {
            *mine -= 1;
            if *mine == 0 {
                counts.remove(&self.who);
            }
        }
    }
}

/// Whoever panicked beside it left the counts as they are right.
fn lock(taken: &Taken) -> MutexGuard<'_, HashMap<UserId, usize>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
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
    watch: Watch,
    doubts: Receiver<UserId>,
    look: Interval,
    keep_alive: Interval,
    check: Interval,
    step: Step,
    _place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Greeting,
    Telling,
    Ended,
}

enum Happened {
    Look,
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
                    if let Some(error) = self.has_ended().await {
                        let reason = if error == AppError::SignedOut { "signed_out" } else { "not_found" };
                        return Some(self.end(reason));
                    }
                }
                Happened::Look => {
                    if let Some(piece) = self.look_again().await {
                        self.keep_alive.reset();
                        return Some(piece);
                    }
                }
            }
        }
    }

    async fn happened(&mut self) -> Happened {
        let hub = self.app.db.hub().clone();
        loop {
            tokio::select! {
                () = hub.stopped() => return Happened::Stop,
                doubt = self.doubts.recv() => match doubt {
                    Ok(person) if person != self.me.id => {}
                    Ok(_) | Err(RecvError::Lagged(_)) => return Happened::Doubt,
                    Err(RecvError::Closed) => return Happened::Stop,
                },
                _ = self.check.tick() => return Happened::Doubt,
                _ = self.look.tick() => return Happened::Look,
                _ = self.keep_alive.tick() => return Happened::Silence,
            }
        }
    }

    /// What is new, if anything is. A database that is away for a moment is asked again at the next look.
    async fn look_again(&mut self) -> Option<String> {
        let ctx = self.ctx();
        let News { lines, state, is_over } = match self.watch.look(&ctx).await {
            Ok(news) => news,
            Err(AppError::NotFound) => return Some(self.end("not_found")),
            Err(_) => return None,
        };
        let mut piece = String::new();
        if let Some(last) = lines.last() {
            let id = last.id;
            let json = serde_json::to_string(&lines).unwrap_or_default();
            piece.push_str(&format!("id: {id}\nevent: lines\ndata: {json}\n\n"));
        }
        if let Some(state) = state {
            piece.push_str(&format!("event: state\ndata: {state}\n\n"));
        }
        if is_over {
            piece.push_str(&self.end("over"));
        }
        (!piece.is_empty()).then_some(piece)
    }

    fn end(&mut self, reason: &str) -> String {
        self.step = Step::Ended;
        format!("event: ended\ndata: {reason}\n\n")
    }

    /// The person, now.
    fn ctx(&self) -> Ctx {
        Ctx::new(self.app.clone(), Actor::Person(self.me.clone()))
    }

    /// Why the person may not be told more. A database that is away is no reason.
    async fn has_ended(&self) -> Option<AppError> {
        if !Store::new(&self.app).is_alive(&self.session).await.unwrap_or(true) {
            return Some(AppError::SignedOut);
        }
        let ctx = self.ctx();
        match access::by_id(&ctx, ctx.reader(), self.watch.project).await {
            Err(error @ (AppError::NotFound | AppError::Forbidden | AppError::SignedOut)) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_limited_for_all_and_for_each_and_come_back() {
        let taken = Taken::default();
        let [ann, bob] = [1, 2].map(|number| UserId(Uuid::from_u128(number)));
        let take = |who| Place::of(&taken, who, 3, 2);
        let (first, second) = (take(ann), take(ann));
        assert!(first.is_some() && second.is_some());
        assert!(take(ann).is_none(), "she has two");
        let his = take(bob);
        assert!(his.is_some() && take(bob).is_none(), "there are three");
        drop(first);
        let again = take(ann);
        assert!(again.is_some() && take(ann).is_none());
        drop((second, again, his));
        assert!(lock(&taken).is_empty());
    }
}
