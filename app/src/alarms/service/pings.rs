//! Pings: a web server outside is asked while all is well, and raises the alarm when it is asked no more. One address of
//! the instance, asked every minute while its scheduler plans; one of each job that has one, asked after its runs.

use std::time::Duration;

use futures::future::join_all;
use http::{Method, StatusCode, header::CONTENT_TYPE};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use uuid::Uuid;

use super::facts;
use crate::{
    alarms::view::{PingDetail, PingResult},
    domain::{
        alarm::{
            PING_EVERY, PING_SECONDS, PING_URL_MAX, PingKind, is_alive, ping_address, ping_again, ping_host, ping_words,
        },
        ids::{OccurrenceId, PingCallId, ScheduleId},
        lease,
        occurrence::OccurrenceState,
    },
    entities::{ping, ping_call, schedule},
    error::{AppError, AppResult, Checks, Problem},
    platform::{
        ctx::Ctx,
        db::WriteTx,
        fault,
        http_client::{HttpError, Request},
        secrets::{RowIdentity, Secret},
        state::AppState,
    },
    projects::service::access,
};

/// The scope of the instance's own ping.
const INSTANCE: &str = "instance";
/// Jobs whose pings one look sends, side by side.
const LOOK: u64 = 20;
/// Pings of one job that one look sends, one after the other: the others wait for them.
const IN_A_ROW: u64 = 5;
/// How long somebody who enters an address waits for the look-up of its name.
const LOOK_UP: Duration = Duration::from_secs(3);
/// How long a ping is in the hands of a process.
const LEASE: chrono::TimeDelta = chrono::TimeDelta::minutes(2);
/// The longest that a ping waits, in somebody's hands or for its next try ([`ping_again`]).
const LONGEST: chrono::TimeDelta = chrono::TimeDelta::minutes(5);

/// What an address is pinged for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Instance,
    Job(ScheduleId),
}

impl Scope {
    fn key(self) -> String {
        match self {
            Self::Instance => INSTANCE.to_owned(),
            Self::Job(id) => id.to_string(),
        }
    }

    /// Only administrators keep the ping of the instance, only editors of its project that of a job.
    async fn allow(self, ctx: &Ctx) -> AppResult<()> {
        match self {
            Self::Instance => ctx.admin().map(|_| ()),
            Self::Job(id) => {
                let row = schedule::Entity::find_by_id(id).one(ctx.reader()).await?;
                let row = row.filter(|row| row.deleted_at.is_none()).ok_or(AppError::NotFound)?;
                access::by_id(ctx, ctx.reader(), row.project_id).await?.editing().map(|_| ())
            }
        }
    }
}

/// What a form enters.
#[derive(Clone, Debug)]
pub struct PingInput {
    /// Blank keeps the stored one.
    pub url: String,
    pub tells_start: bool,
    pub tells_failure: bool,
}

/// How a ping stands, without its address.
///
/// # Errors
/// [`AppError::NotFound`] or [`AppError::Forbidden`] for those who do not keep it.
pub async fn read(ctx: &Ctx, scope: Scope) -> AppResult<PingDetail> {
    scope.allow(ctx).await?;
    let Some(row) = ping::Entity::find_by_id(scope.key()).one(ctx.reader()).await? else {
        return Ok(PingDetail::default());
    };
    let url = address(ctx, &row)?;
    Ok(PingDetail {
        host: Some(ping_host(url.expose())),
        tells_start: row.tells_start,
        tells_failure: row.tells_failure,
        last: row.last_at.map(|at| PingResult {
            at,
            when: ctx.moment(at).words,
            is_ok: row.last_is_ok == Some(true),
            words: row.last_words.unwrap_or_default(),
        }),
    })
}

/// Keeps an address, or what is told to the one that is there.
///
/// # Errors
/// [`AppError::Invalid`] for what is no address, or none that may be asked, and as [`read`].
pub async fn save(ctx: &Ctx, scope: Scope, input: PingInput) -> AppResult<()> {
    scope.allow(ctx).await?;
    let PingInput { url, tells_start, tells_failure } = input;
    let mut checks = Checks::default();
    let url = checks.optional_line("url", &url, PING_URL_MAX);
    let stored = ping::Entity::find_by_id(scope.key()).one(ctx.reader()).await?;
    if url.is_empty() && stored.is_none() {
        checks.add("url", Problem::Required);
    } else if !url.is_empty()
        && let Some(refusal) = ctx.app.http().refusal(&url, LOOK_UP).await
    {
        checks.add("url", problem(ctx, refusal));
    }
    checks.done()?;
    let tx = ctx.begin().await?;
    if url.is_empty() {
        ping::Entity::update_many()
            .col_expr(ping::Column::TellsStart, Expr::value(tells_start))
            .col_expr(ping::Column::TellsFailure, Expr::value(tells_failure))
            .filter(ping::Column::Scope.eq(scope.key()))
            .exec(&*tx)
            .await?;
        return Ok(tx.commit().await?);
    }
    let key = scope.key();
    let sealed = ctx.app.keyring.seal(secret_of(&key), &Secret::new(url));
    let row = ping::ActiveModel {
        scope: Set(key.clone()),
        schedule_id: Set(match scope {
            Scope::Instance => None,
            Scope::Job(id) => Some(id),
        }),
        url_ciphertext: Set(sealed.map_err(|error| fault::internal("sealing an address", error))?),
        tells_start: Set(tells_start),
        tells_failure: Set(tells_failure),
        called_at: Set(None),
        last_at: Set(None),
        last_is_ok: Set(None),
        last_words: Set(None),
    };
    // What another server said is not said of this one.
    ping_call::Entity::delete_many().filter(ping_call::Column::Scope.eq(&key)).exec(&*tx).await?;
    ping::Entity::delete_by_id(key).exec(&*tx).await?;
    ping::Entity::insert(row).exec_without_returning(&*tx).await?;
    Ok(tx.commit().await?)
}

/// Why an address is refused. To which address inside the network a name leads is for administrators.
fn problem(ctx: &Ctx, refusal: HttpError) -> Problem {
    let words = match refusal {
        HttpError::BadUrl => return Problem::NotAWebAddress,
        HttpError::AddressForbidden(_) if ctx.admin().is_err() => {
            "The name does not lead to the public internet. The operator can allow it with AUTOREPORT_OUTBOUND_ALLOW."
                .into()
        }
        refusal => refusal.to_string(),
    };
    Problem::Said { words }
}

/// Ends the pings, and forgets their address.
///
/// # Errors
/// As [`read`].
pub async fn remove(ctx: &Ctx, scope: Scope) -> AppResult<()> {
    scope.allow(ctx).await?;
    let tx = ctx.begin().await?;
    ping::Entity::delete_by_id(scope.key()).exec(&*tx).await?;
    Ok(tx.commit().await?)
}

/// Has the address of a job pinged, if it has one that wants to know; in the transaction of what happened.
///
/// # Errors
/// Only those of the database.
pub async fn note(ctx: &Ctx, tx: &WriteTx, job: ScheduleId, kind: PingKind) -> AppResult<()> {
    if is_told(tx, job, kind).await? { keep_call(ctx, tx, job, kind, None).await } else { Ok(()) }
}

/// As [`note`], of a run that has not done what it should, given with its number; what its alarm says goes with it.
///
/// # Errors
/// Only those of the database.
pub async fn note_failure(
    ctx: &Ctx,
    tx: &WriteTx,
    held: &schedule::Model,
    (run, number): (OccurrenceId, i32),
    (state, reason): (OccurrenceState, Option<&str>),
) -> AppResult<()> {
    if !is_told(tx, held.id, PingKind::Failure).await? {
        return Ok(());
    }
    let why = match state {
        // Whatever became of its messages, somebody has ended it.
        OccurrenceState::Cancelled => reason.map(str::to_owned),
        _ => facts::why(&**tx, run, reason).await?,
    };
    let words = ping_words(state, &held.name, number, why.as_deref());
    keep_call(ctx, tx, held.id, PingKind::Failure, Some(words)).await
}

/// Whether a job has an address that wants to know of this.
async fn is_told(tx: &WriteTx, job: ScheduleId, kind: PingKind) -> AppResult<bool> {
    let query = ping::Entity::find_by_id(Scope::Job(job).key())
        .select_only()
        .columns([ping::Column::TellsStart, ping::Column::TellsFailure]);
    let Some((tells_start, tells_failure)) = query.into_tuple::<(bool, bool)>().one(&**tx).await? else {
        return Ok(false);
    };
    Ok(match kind {
        PingKind::Start => tells_start,
        PingKind::Success => true,
        PingKind::Failure => tells_failure,
    })
}

async fn keep_call(ctx: &Ctx, tx: &WriteTx, job: ScheduleId, kind: PingKind, words: Option<String>) -> AppResult<()> {
    let call = ping_call::ActiveModel {
        id: Set(PingCallId(Uuid::now_v7())),
        scope: Set(Scope::Job(job).key()),
        kind: Set(kind),
        words: Set(words),
        attempts: Set(0),
        due_at: Set(ctx.now),
        created_at: Set(ctx.now),
    };
    ping_call::Entity::insert(call).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Sends the pings of jobs that are due; any number of processes may. Those of one job go one after the other, those of
/// several side by side: a server that stays silent holds up nobody else's. Returns how many were sent.
///
/// # Errors
/// Only those of the database.
pub async fn send_due(app: &AppState) -> AppResult<usize> {
    let ctx = Ctx::system(app);
    let is_due = Condition::any()
        .add(ping_call::Column::DueAt.lte(ctx.now))
        // The clock was set back.
        .add(ping_call::Column::DueAt.gt(lease::latest_end(ctx.now, LONGEST)));
    // Jobs, not pings: those that pile up for a server that is down must not stand before everybody else's.
    let jobs: Vec<String> = ping_call::Entity::find()
        .select_only()
        .column(ping_call::Column::Scope)
        .filter(is_due.clone())
        .group_by(ping_call::Column::Scope)
        .order_by_asc(ping_call::Column::DueAt.min())
        .limit(LOOK)
        .into_tuple()
        .all(ctx.reader())
        .await?;
    let mut turns = Vec::with_capacity(jobs.len());
    for job in jobs {
        let calls = ping_call::Entity::find()
            .filter(is_due.clone())
            .filter(ping_call::Column::Scope.eq(job))
            .order_by_asc(ping_call::Column::Id)
            .limit(IN_A_ROW)
            .all(ctx.reader())
            .await?;
        turns.push(send_in_turn(app, calls));
    }
    join_all(turns).await.into_iter().sum()
}

/// Sends the pings of a job until one is not answered well: a later look goes on.
async fn send_in_turn(app: &AppState, calls: Vec<ping_call::Model>) -> AppResult<usize> {
    let mut sent = 0;
    for call in calls {
        if take(&Ctx::system(app), &call).await? {
            sent += 1;
            if !send(app, &call).await? {
                stand_back(&Ctx::system(app), &call.scope).await?;
                break;
            }
        }
    }
    Ok(sent)
}

/// Lets the other jobs go first at the next look: what is due of this one has waited since now.
async fn stand_back(ctx: &Ctx, job: &str) -> AppResult<()> {
    let tx = ctx.begin().await?;
    ping_call::Entity::update_many()
        .col_expr(ping_call::Column::DueAt, Expr::value(ctx.now))
        .filter(ping_call::Column::Scope.eq(job))
        .filter(ping_call::Column::DueAt.lt(ctx.now))
        .exec(&*tx)
        .await?;
    Ok(tx.commit().await?)
}

/// What waits for longer than a ping can is cut to that, as somebody may have it in hand.
async fn take(ctx: &Ctx, call: &ping_call::Model) -> AppResult<bool> {
    let tx = ctx.begin().await?;
    if let Some(sooner) = lease::cut(call.due_at, ctx.now, LONGEST) {
        ping_call::Entity::update_many()
            .col_expr(ping_call::Column::DueAt, Expr::value(sooner))
            .filter(ping_call::Column::Id.eq(call.id))
            .filter(ping_call::Column::Attempts.eq(call.attempts))
            .exec(&*tx)
            .await?;
        tx.commit().await?;
        return Ok(false);
    }
    let taken = ping_call::Entity::update_many()
        .col_expr(ping_call::Column::DueAt, Expr::value(ctx.now + LEASE))
        .col_expr(ping_call::Column::Attempts, Expr::value(call.attempts + 1))
        .filter(ping_call::Column::Id.eq(call.id))
        .filter(ping_call::Column::Attempts.eq(call.attempts))
        .filter(ping_call::Column::DueAt.lte(ctx.now))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(taken.rows_affected == 1)
}

/// False: it was not answered well.
async fn send(app: &AppState, call: &ping_call::Model) -> AppResult<bool> {
    let Some(row) = ping::Entity::find_by_id(&call.scope).one(app.reader()).await? else { return Ok(true) };
    let result = ask(app, &row, call.kind, call.words.as_deref()).await;
    let ctx = Ctx::system(app);
    let again =
        if result.is_ok { None } else { ping_again(u32::try_from(call.attempts + 1).unwrap_or(u32::MAX), ctx.now) };
    let tx = ctx.begin().await?;
    match again {
        Some(at) => {
            ping_call::Entity::update_many()
                .col_expr(ping_call::Column::DueAt, Expr::value(at))
                .filter(ping_call::Column::Id.eq(call.id))
                .exec(&*tx)
                .await?;
        }
        None => {
            ping_call::Entity::delete_by_id(call.id).exec(&*tx).await?;
        }
    }
    keep(&ctx, &tx, &call.scope, &result).await?;
    tx.commit().await?;
    Ok(result.is_ok)
}

/// Pings the address of the instance, if it is a minute since any process did and the scheduler of this one is alive: it
/// has planned a moment ago. True where it was pinged.
///
/// # Errors
/// Only those of the database.
pub async fn beat(app: &AppState) -> AppResult<bool> {
    let ctx = Ctx::system(app);
    let Some(row) = ping::Entity::find_by_id(INSTANCE).one(ctx.reader()).await? else { return Ok(false) };
    if app.meters.last_planned().is_none_or(|at| !is_alive(at, ctx.now)) {
        return Ok(false);
    }
    let is_due = Condition::any()
        .add(ping::Column::CalledAt.is_null())
        .add(ping::Column::CalledAt.lte(ctx.now - PING_EVERY))
        // The clock was set back.
        .add(ping::Column::CalledAt.gt(ctx.now));
    let tx = ctx.begin().await?;
    let taken = ping::Entity::update_many()
        .col_expr(ping::Column::CalledAt, Expr::value(ctx.now))
        .filter(ping::Column::Scope.eq(INSTANCE))
        .filter(is_due)
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    if taken.rows_affected == 0 {
        return Ok(false);
    }
    let result = ask(app, &row, PingKind::Success, None).await;
    let ctx = Ctx::system(app);
    let tx = ctx.begin().await?;
    keep(&ctx, &tx, INSTANCE, &result).await?;
    tx.commit().await?;
    Ok(true)
}

/// How many pings of jobs wait.
///
/// # Errors
/// Only those of the database.
pub async fn waiting(ctx: &Ctx) -> AppResult<u64> {
    Ok(ping_call::Entity::find().count(ctx.reader()).await?)
}

/// What came of a ping.
struct Outcome {
    is_ok: bool,
    words: String,
}

/// Asks an address: by GET, and by POST where words go with it.
async fn ask(app: &AppState, row: &ping::Model, kind: PingKind, words: Option<&str>) -> Outcome {
    let url = match address(&Ctx::system(app), row) {
        Ok(url) => url,
        // It stands in nobody's way: the call ends like one to a server that is not there.
        Err(error) => {
            app.meters.ping(false);
            return Outcome { is_ok: false, words: format!("The address cannot be read. {error}") };
        }
    };
    let get = Request {
        method: Method::GET,
        url: ping_address(url.expose(), kind),
        headers: Vec::new(),
        body: Vec::new(),
        timeout: Duration::from_secs(PING_SECONDS),
    };
    let reply = match words {
        None => app.http().send(get).await,
        Some(words) => {
            let content_type = (CONTENT_TYPE.to_string(), "text/plain; charset=utf-8".to_owned());
            let post = Request {
                method: Method::POST,
                headers: vec![content_type],
                body: words.as_bytes().to_vec(),
                ..get.clone()
            };
            match app.http().send(post).await {
                // A service that takes no words is asked without them.
                Ok(reply) if reply.status == StatusCode::METHOD_NOT_ALLOWED.as_u16() => app.http().send(get).await,
                reply => reply,
            }
        }
    };
    let result = match reply {
        Ok(reply) => Outcome { is_ok: (200..300).contains(&reply.status), words: status_words(reply.status) },
        Err(error) => Outcome { is_ok: false, words: error.to_string() },
    };
    app.meters.ping(result.is_ok);
    result
}

fn status_words(status: u16) -> String {
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    reason.map_or_else(|| status.to_string(), |reason| format!("{status} {reason}"))
}

async fn keep(ctx: &Ctx, tx: &WriteTx, scope: &str, result: &Outcome) -> AppResult<()> {
    ping::Entity::update_many()
        .col_expr(ping::Column::LastAt, Expr::value(ctx.now))
        .col_expr(ping::Column::LastIsOk, Expr::value(result.is_ok))
        .col_expr(ping::Column::LastWords, Expr::value(result.words.clone()))
        .filter(ping::Column::Scope.eq(scope))
        .exec(&**tx)
        .await?;
    Ok(())
}

fn address(ctx: &Ctx, row: &ping::Model) -> AppResult<Secret> {
    let opened = ctx.app.keyring.open(secret_of(&row.scope), &row.url_ciphertext);
    opened.map_err(|error| fault::internal("opening an address", error))
}

/// Where an address stands, for the keyring.
fn secret_of(scope: &str) -> RowIdentity<'_> {
    RowIdentity { table: "ping", column: "url_ciphertext", row: scope }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_said_as_servers_say_it() {
        assert_eq!(status_words(200), "200 OK");
        assert_eq!(status_words(404), "404 Not Found");
        assert_eq!(status_words(599), "599");
    }
}
