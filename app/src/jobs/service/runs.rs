//! Runs: started by hand, listed, read with their log and recipients; what their owner decides about messages.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{
    book, ledger, options,
    planner::{self, NewRun},
    recipients, rules, rules_words, run_log, schedules,
    sending::{self, Hold},
    steps,
};
use crate::{
    domain::{
        delivery,
        ids::{DeliveryId, OccurrenceId, ScheduleId},
        job::{LogLevel, RecipientKind, ScheduleState},
        occurrence::{Event, OccurrenceState, Standing, Trigger},
        period::Period,
        smtp_reply::SmtpReply,
        zone,
    },
    entities::{self, occurrence, schedule},
    error::{AppError, AppResult, Problem},
    jobs::view::{DeliveryItem, JobDetail, JobFilter, JobItem, JobList, LogPage, Moment, NextRun, RunDetail, RunItem},
    mail::service::{accounts, gate},
    platform::{
        ctx::{Actor, Ctx},
        db::WriteTx,
    },
    projects::service::access::{self, Viewing},
};

/// Runs in the strip of the list.
const STRIP: u64 = 20;
/// Runs on a job's page.
const PAGE: u64 = 50;

/// Makes a run now, beside the schedule. One that is still going is not doubled: its id comes back.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`] for a viewer of the project.
pub async fn start(ctx: &Ctx, id: ScheduleId) -> AppResult<OccurrenceId> {
    schedules::editable(ctx, id).await?;
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(ctx, &tx, id).await?;
    let going = planner::open_runs(&tx, id)
        .await?
        .into_iter()
        .find(|row| row.state != OccurrenceState::Sending || row.lease_until.is_some());
    let run = match going {
        Some(row) => row.id,
        None => {
            let new = NewRun { trigger: Trigger::Manual, ..NewRun::planned(ctx.now, Standing::planned(ctx.now)) };
            let made = planner::insert(ctx, &tx, &held, new).await?;
            let run = made.ok_or_else(|| AppError::field("run", Problem::Taken))?;
            let words = match &ctx.actor {
                Actor::Person(me) => format!("Started by {}.", me.name),
                _ => "Started by hand.".to_owned(),
            };
            book::note(ctx, &*tx, run, LogLevel::Info, words).await?;
            run
        }
    };
    tx.commit().await?;
    ctx.app.wake.notify_one();
    Ok(run)
}

/// What the owner decides about a message that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    SendAgain,
    /// It is unknown to the program, and known to the owner, that it arrived.
    Arrived,
    GiveUp,
}

/// Carries out a decision about one message.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`] for a viewer of the project.
pub async fn decide(ctx: &Ctx, id: DeliveryId, decision: Decision) -> AppResult<OccurrenceId> {
    let query =
        entities::delivery::Entity::find_by_id(id).select_only().column(entities::delivery::Column::OccurrenceId);
    let run: OccurrenceId = query.into_tuple().one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let row = ledger::read(ctx.reader(), run).await?;
    access::by_id(ctx, ctx.reader(), row.project_id).await?.editing()?;
    not_cancelled(&row)?;
    let event = match decision {
        Decision::SendAgain => delivery::Event::SendAgain,
        Decision::Arrived => delivery::Event::KnownToHaveArrived,
        Decision::GiveUp => delivery::Event::GivenUp,
    };
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(ctx, &tx, row.schedule_id).await?;
    let row = ledger::lock_run(ctx, &tx, run).await?;
    if decision == Decision::SendAgain {
        refuse_removed(&tx, run).await?;
    }
    let hold = Hold { run, fence: row.fence };
    if sending::apply(ctx, &tx, id, event, hold).await?.is_some() {
        // The round that follows counts anew how the run has ended, also where nothing is to be sent.
        ledger::step(ctx, &tx, &held, run, Event::Reopened, ledger::no_columns()).await?;
    }
    tx.commit().await?;
    ctx.app.wake.notify_one();
    Ok(run)
}

/// After a run was cancelled no round follows that would send its messages, or count them.
fn not_cancelled(row: &ledger::RunRow) -> AppResult<()> {
    match row.state {
        OccurrenceState::Cancelled => Err(AppError::field("decision", crate::error::Problem::NotAllowed)),
        _ => Ok(()),
    }
}

/// Sends all messages of a run again that failed. Those that are unknown may have arrived: each is decided by itself.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`] for a viewer of the project.
pub async fn resend_failed(ctx: &Ctx, run: OccurrenceId) -> AppResult<()> {
    let row = ledger::read(ctx.reader(), run).await?;
    access::by_id(ctx, ctx.reader(), row.project_id).await?.editing()?;
    not_cancelled(&row)?;
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(ctx, &tx, row.schedule_id).await?;
    let row = ledger::lock_run(ctx, &tx, run).await?;
    let hold = Hold { run, fence: row.fence };
    refuse_removed(&tx, run).await?;
    let failed: Vec<DeliveryId> = entities::delivery::Entity::find()
        .select_only()
        .column(entities::delivery::Column::Id)
        .filter(entities::delivery::Column::OccurrenceId.eq(run))
        .filter(entities::delivery::Column::Phase.eq(delivery::DeliveryPhase::Failed))
        .into_tuple()
        .all(&*tx)
        .await?;
    let mut count = 0;
    for id in failed {
        count += usize::from(sending::apply(ctx, &tx, id, delivery::Event::SendAgain, hold).await?.is_some());
    }
    if count > 0 {
        let who = match &ctx.actor {
            Actor::Person(me) => format!(" by {}", me.name),
            _ => String::new(),
        };
        book::note(ctx, &*tx, run, LogLevel::Info, format!("{count} sent again{who}.")).await?;
        ledger::step(ctx, &tx, &held, run, Event::Reopened, ledger::no_columns()).await?;
    }
    tx.commit().await?;
    ctx.app.wake.notify_one();
    Ok(())
}

/// The messages of a run that the retention has removed cannot go out again.
async fn refuse_removed(tx: &WriteTx, run: OccurrenceId) -> AppResult<()> {
    let query = occurrence::Entity::find_by_id(run).select_only().column(occurrence::Column::RemovedAt);
    let removed: Option<Option<DateTime<Utc>>> = query.into_tuple().one(&**tx).await?;
    match removed.flatten() {
        Some(_) => Err(AppError::field("run", Problem::Removed)),
        None => Ok(()),
    }
}

/// The jobs of the person's projects with their latest runs.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in.
pub async fn jobs(ctx: &Ctx) -> AppResult<Vec<JobItem>> {
    let mut items = Vec::new();
    for (row, _) in schedules::list(ctx).await? {
        items.push(item(ctx, &row).await?);
    }
    Ok(items)
}

/// The jobs that fit a filter, with the projects that can be chosen.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in.
pub async fn list(ctx: &Ctx, filter: &JobFilter) -> AppResult<JobList> {
    let mut items = jobs(ctx).await?;
    let mut projects: Vec<(String, String)> =
        items.iter().map(|job| (job.project_key.clone(), job.project_name.clone())).collect();
    projects.sort_by(|one, other| one.1.cmp(&other.1).then_with(|| one.0.cmp(&other.0)));
    projects.dedup();
    let all = items.len();
    items.retain(|job| filter.fits(job));
    Ok(JobList { items, all, projects })
}

/// The next runs of all jobs for the dashboard, soonest first.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in.
pub async fn next_runs(ctx: &Ctx, limit: usize) -> AppResult<Vec<NextRun>> {
    let upcoming = schedules::upcoming(ctx, limit).await?;
    let shown = upcoming.into_iter().map(|(row, run)| NextRun {
        id: row.id,
        sentence: schedules::sentence(&row),
        next: Moment { at: run.at, words: run.words() },
        next_in: span(run.at - ctx.now),
        name: row.name,
    });
    Ok(shown.collect())
}

/// A job with everything that its page shows.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there or not visible.
pub async fn job(ctx: &Ctx, id: ScheduleId) -> AppResult<JobDetail> {
    job_before(ctx, id, None).await
}

/// As [`job`], with the runs before one of them.
///
/// # Errors
/// As [`job`], also for a run of another job.
pub async fn job_before(ctx: &Ctx, id: ScheduleId, before: Option<OccurrenceId>) -> AppResult<JobDetail> {
    let (row, viewing) = schedules::visible(ctx, id).await?;
    let before = match before {
        None => None,
        Some(run) => {
            let found = ledger::read(ctx.reader(), run).await?;
            if found.schedule_id != id {
                return Err(AppError::NotFound);
            }
            Some(found.scheduled_at)
        }
    };
    let mut runs = latest(ctx, &row, before, PAGE + 1).await?;
    let has_older = runs.len() as u64 > PAGE;
    runs.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let spec = schedules::stored(&row);
    let people = recipients::shown(ctx.reader(), id).await?;
    Ok(JobDetail {
        job: item(ctx, &row).await?,
        upcoming: if viewing.is_archived() { Vec::new() } else { schedules::next_runs(ctx, &row, 5) },
        recipients: if viewing.sees_recipients() {
            people.into_iter().map(described).collect()
        } else {
            vec![counted(people.len())]
        },
        options: options::of(&row)?.words(),
        account: account_name(ctx, &row).await?,
        zone_data: zone::DATA_VERSION.to_owned(),
        rules: rules_words::words(&rules::of(&row)?, spec.as_ref(), u32::try_from(row.runs_made).unwrap_or_default()),
        older: runs.last().map(|run| run.id).filter(|_| has_older),
        runs,
        is_latest: before.is_none(),
    })
}

/// The name of the mail account of a job.
///
/// # Errors
/// Only those of the database.
pub async fn account_name(ctx: &Ctx, row: &schedule::Model) -> AppResult<String> {
    let accounts = schedules::accounts(ctx.reader()).await?;
    Ok(match row.account_id.and_then(|id| accounts.iter().find(|(known, _)| *known == id)) {
        Some((_, name)) => name.clone(),
        None => accounts.first().map(|(_, name)| format!("{name} (the default)")).unwrap_or_default(),
    })
}

/// A recipient on the job's page: those of To stand alone.
fn described(shown: recipients::Shown) -> String {
    match shown.kind {
        RecipientKind::To => shown.line,
        RecipientKind::Cc => format!("Cc: {}", shown.line),
        RecipientKind::Bcc => format!("Bcc: {}", shown.line),
    }
}

/// The recipients for those who may not know them.
fn counted(people: usize) -> String {
    match people {
        0 => "Nobody.".to_owned(),
        1 => "1 recipient, whom editors of the project see.".to_owned(),
        many => format!("{many} recipients, whom editors of the project see."),
    }
}

async fn item(ctx: &Ctx, row: &schedule::Model) -> AppResult<JobItem> {
    let viewing = access::by_id(ctx, ctx.reader(), row.project_id).await?;
    // In the archive nothing is planned, whatever the schedule says.
    let waits = viewing.is_archived();
    let next = schedules::next_runs(ctx, row, 1).pop().filter(|_| !waits);
    let mut runs = latest(ctx, row, None, STRIP).await?;
    runs.reverse();
    Ok(JobItem {
        id: row.id,
        kind: row.kind,
        name: row.name.clone(),
        project_key: viewing.project().key.clone(),
        project_name: viewing.project().name.clone(),
        sentence: schedules::sentence(row),
        state: if waits { ScheduleState::Paused } else { row.state },
        pause_note: if waits { Some("The project is archived.".into()) } else { row.pause_note.clone() },
        next_in: next.as_ref().map(|run| span(run.at - ctx.now)),
        next: next.map(|run| Moment { at: run.at, words: run.words() }),
        runs,
        can_edit: viewing.can_edit(),
    })
}

/// The columns of a run's row in a list.
#[derive(Debug, FromQueryResult)]
struct Listed {
    id: OccurrenceId,
    scheduled_at: DateTime<Utc>,
    trigger: Trigger,
    is_backfill: bool,
    state: OccurrenceState,
    reason: Option<String>,
    subject: Option<String>,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
}

fn listed() -> sea_orm::Select<occurrence::Entity> {
    use occurrence::Column::*;
    occurrence::Entity::find().select_only().columns([
        Id,
        ScheduledAt,
        Trigger,
        IsBackfill,
        State,
        Reason,
        Subject,
        StartedAt,
        FinishedAt,
    ])
}

/// The latest runs, or the latest before an instant.
async fn latest(
    ctx: &Ctx,
    row: &schedule::Model,
    before: Option<DateTime<Utc>>,
    limit: u64,
) -> AppResult<Vec<RunItem>> {
    let zone = schedules::zone_of(row);
    let mut query = listed()
        .filter(occurrence::Column::ScheduleId.eq(row.id))
        .order_by_desc(occurrence::Column::ScheduledAt)
        .limit(limit);
    if let Some(before) = before {
        query = query.filter(occurrence::Column::ScheduledAt.lt(before));
    }
    let rows: Vec<Listed> = query.into_model().all(ctx.reader()).await?;
    Ok(rows.into_iter().map(|row| row.shown(zone)).collect())
}

impl Listed {
    fn shown(self, zone: Tz) -> RunItem {
        let Listed { id, scheduled_at, trigger, is_backfill, state, reason, subject, started_at, finished_at } = self;
        let took = started_at.zip(finished_at).map(|(start, end)| end - start);
        RunItem {
            id,
            scheduled: moment(scheduled_at, zone),
            trigger,
            is_backfill,
            state,
            reason,
            subject,
            took: took.map(seconds),
            took_ms: took.map(|took| took.num_milliseconds()),
        }
    }
}

/// A run with its recipients, as far as the person may know them, and its log.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there or not visible.
pub async fn run(ctx: &Ctx, id: OccurrenceId) -> AppResult<RunDetail> {
    run_before(ctx, id, None).await
}

/// As [`run`], with the lines of its log before one of them.
///
/// # Errors
/// As [`run`].
pub async fn run_before(ctx: &Ctx, id: OccurrenceId, line: Option<Uuid>) -> AppResult<RunDetail> {
    let row = occurrence::Entity::find_by_id(id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let viewing = access::by_id(ctx, ctx.reader(), row.project_id).await?;
    let job = schedule::Entity::find_by_id(row.schedule_id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let zone = schedules::zone_of(&job);
    let steps = steps::of(&row);
    let period = row.period_from.zip(row.period_to).map(|(first, last)| Period { first, last }.words());
    let shown = Listed {
        id,
        scheduled_at: row.scheduled_at,
        trigger: row.trigger,
        is_backfill: row.is_backfill,
        state: row.state,
        reason: row.reason,
        subject: row.subject,
        started_at: row.started_at,
        finished_at: row.finished_at,
    };
    let is_waiting = !row.state.is_final() && row.lease_until.is_none();
    let blocked = match row.state {
        OccurrenceState::Sending => blocked(ctx, &job).await?,
        _ => None,
    };
    let LogPage { lines, older, is_latest } = run_log::page(ctx, id, zone, viewing.sees_recipients(), line).await?;
    Ok(RunDetail {
        run: shown.shown(zone),
        is_waiting,
        attempts: u32::try_from(row.attempts).unwrap_or_default(),
        tries: rules::run_rules(&job).tries,
        steps,
        job_id: job.id,
        job_is_gone: job.deleted_at.is_some(),
        job_name: job.name,
        period,
        commit: row.commit_id,
        snapshot_hash: row.snapshot_hash,
        has_report: row.snapshot.is_some() && job.kind.makes_report(),
        kind: job.kind,
        next_try: row.next_try_at.filter(|_| is_waiting).map(|at| moment(at, zone)),
        deliveries: deliveries(ctx, id, zone, &viewing).await?,
        blocked,
        log: lines,
        older_log: older,
        is_latest_log: is_latest,
        can_edit: viewing.can_edit(),
    })
}

/// Why nothing goes over the mail account of a job for now.
async fn blocked(ctx: &Ctx, job: &schedule::Model) -> AppResult<Option<String>> {
    let account = match job.account_id {
        Some(id) => id,
        None => accounts::default_id(ctx.reader()).await?,
    };
    Ok(gate::read(ctx.reader(), account).await?.block.map(|block| block.words))
}

async fn deliveries(ctx: &Ctx, id: OccurrenceId, zone: Tz, viewing: &Viewing) -> AppResult<Vec<DeliveryItem>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: DeliveryId,
        address: String,
        name: String,
        kind: RecipientKind,
        via: Option<String>,
        phase: delivery::DeliveryPhase,
        reply: Option<String>,
        reason: Option<String>,
        attempts: i32,
        next_try_at: Option<DateTime<Utc>>,
    }
    use entities::delivery::Column;
    let query = entities::delivery::Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::Address,
            Column::Name,
            Column::Kind,
            Column::Via,
            Column::Phase,
            Column::Reply,
            Column::Reason,
            Column::Attempts,
            Column::NextTryAt,
        ])
        .filter(Column::OccurrenceId.eq(id))
        .order_by_asc(Column::Position);
    let query = if viewing.sees_recipients() {
        query
    } else {
        let me = ctx.me()?;
        query.filter(entities::delivery::to(me.id, &me.email))
    };
    let rows: Vec<Row> = query.into_model().all(ctx.reader()).await?;
    let shown = rows.into_iter().map(|row| {
        let reply = row.reply.and_then(|json| serde_json::from_str::<SmtpReply>(&json).ok());
        DeliveryItem {
            id: row.id,
            address: row.address,
            name: row.name,
            kind: row.kind,
            via: row.via,
            phase: row.phase,
            said: reply.map(|reply| reply.to_string()).or(row.reason).unwrap_or_default(),
            attempts: row.attempts,
            next_try: row
                .next_try_at
                .filter(|_| row.phase == delivery::DeliveryPhase::Deferred)
                .map(|at| moment(at, zone)),
        }
    });
    Ok(shown.collect())
}

fn moment(at: DateTime<Utc>, zone: Tz) -> Moment {
    Moment { at, words: zone::local(zone, at).format("%a %-d %b %Y, %H:%M").to_string() }
}

/// A wait in its largest fitting unit: "12 min", "10 h", "6 d".
fn span(wait: Duration) -> String {
    match wait {
        wait if wait >= Duration::hours(48) => format!("{} d", wait.num_days()),
        wait if wait >= Duration::minutes(90) => format!("{} h", wait.num_hours()),
        wait => format!("{} min", wait.num_minutes().max(0)),
    }
}

/// How long a run took: "0.8 s", "4 s", "2 min".
pub(super) fn seconds(took: Duration) -> String {
    match took.num_milliseconds() {
        ms if ms < 10_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        ms if ms < 120_000 => format!("{} s", ms / 1_000),
        ms => format!("{} min", ms / 60_000),
    }
}
