//! Works on runs: claims one, freezes its data, renders them, sends, and keeps the report in the archive. Everything
//! that matters is in the database before the next step begins, so another worker can go on at any point.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Days, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::Expr,
};
use tokio::{task::JoinHandle, time::Instant};
use uuid::Uuid;

use super::{
    addressees, book,
    editions::Editions,
    kinds, ledger,
    messages::{self, Common},
    planner, report, rules,
    sending::{self, Hold, Round},
};
use crate::{
    domain::{
        crash_point::CrashPoint,
        ids::{ArtifactId, ScheduleId, UserId},
        job::LogLevel,
        occurrence::{Effect, Event, HEARTBEAT, OccurrenceState, Remedy, Standing, Trigger},
        period::{Period, day_of},
        report::Snapshot,
    },
    entities::{artifact, delivery, occurrence, project, schedule},
    error::{AppError, AppResult},
    mail::service::{accounts, transport},
    platform::{ctx::Ctx, hash::sha256, state::AppState},
    reports::service::{
        archive::{self, Kept},
        render::{self, Image, Written},
        snapshot,
    },
};

/// Days that a weekly report covers.
const WEEK: u32 = 7;
/// Messages that are stored with one statement: SQLite counts what it is given.
const ROWS: usize = 200;
/// How many runs a claim looks at; the others come with the next wake.
const LOOK: u64 = 16;

/// A run that this worker owns, and what is to be done about it.
#[derive(Debug)]
pub struct Claim {
    hold: Hold,
    schedule: ScheduleId,
    effect: Effect,
}

/// Claims the run that has waited longest, unless an earlier one of its schedule is still being worked on. `owner`
/// names this instance, for people.
///
/// # Errors
/// Only those of the database.
pub async fn claim(app: &AppState, owner: &str) -> AppResult<Option<Claim>> {
    let ctx = Ctx::system(app);
    for row in claimable(&ctx).await? {
        let tx = ctx.begin().await?;
        let Some(held) = ledger::try_lock_schedule(&ctx, &tx, row.schedule_id).await? else { continue };
        let open = planner::open_runs(&tx, held.id).await?;
        if open.iter().any(|other| other.id != row.id && other.lease_until.is_some_and(|until| until > ctx.now)) {
            continue;
        }
        let also = occurrence::ActiveModel {
            lease_owner: Set(Some(owner.to_owned())),
            started_at: Set(Some(row.started_at.unwrap_or(ctx.now))),
            ..Default::default()
        };
        let stepped = ledger::step(&ctx, &tx, &held, row.id, Event::Claimed, also).await?;
        if let Some((standing, _)) = &stepped
            && row.lease_until.is_some()
        {
            let words = format!("Its worker fell silent; it goes on (attempt {}).", standing.attempts.max(1));
            book::note(&ctx, &*tx, row.id, LogLevel::Warning, words).await?;
        }
        tx.commit().await?;
        if let Some((standing, effects)) = stepped
            && let Some(&effect) = effects.iter().find(|effect| **effect != Effect::Finished)
        {
            let hold = Hold { run: row.id, fence: standing.fence };
            app.crash.reach(CrashPoint::Claimed);
            return Ok(Some(Claim { hold, schedule: held.id, effect }));
        }
    }
    Ok(None)
}

async fn claimable(ctx: &Ctx) -> AppResult<Vec<ledger::RunRow>> {
    use occurrence::Column;
    let has_come = |column: Column| Condition::any().add(column.is_null()).add(column.lte(ctx.now));
    // Runs behind one that is being worked on wait for it: however many, they must not hide those of other schedules.
    let busy = occurrence::Entity::find()
        .select_only()
        .column(Column::ScheduleId)
        .filter(ledger::is_open())
        .filter(Column::LeaseUntil.gt(ctx.now))
        .into_query();
    let query = ledger::run_columns()
        .filter(ledger::is_open())
        .filter(has_come(Column::NextTryAt))
        .filter(has_come(Column::LeaseUntil))
        .filter(Column::ScheduleId.not_in_subquery(busy))
        .order_by_asc(Column::ScheduledAt)
        .limit(LOOK);
    Ok(query.into_model().all(ctx.reader()).await?)
}

/// Works on a claimed run until it has ended, waits for another try, or is lost. What goes wrong is stored with the run.
///
/// # Errors
/// Only when not even that can be stored; the lease then runs out.
pub async fn work(app: &AppState, claim: Claim) -> AppResult<()> {
    let Claim { hold, schedule, effect } = claim;
    let alive = Alive::keep(app, hold);
    let done = perform(app, hold, schedule, effect).await;
    drop(alive);
    let Err(error) = done else { return Ok(()) };
    let remedy = if error == AppError::NotFound { Remedy::Never } else { Remedy::TryAgain };
    let broke = Event::Broke { fence: hold.fence, reason: error.words(), remedy };
    step(app, schedule, hold, broke, ledger::no_columns()).await?;
    note(app, hold, LogLevel::Error, error.words()).await
}

/// Ends the claims of a process that is gone, where there can be no other: SQLite is for one process at a time, so at
/// its start nobody else works. On PostgreSQL the leases run out by themselves.
///
/// # Errors
/// Only those of the database.
pub async fn forget_claims(app: &AppState) -> AppResult<()> {
    let ctx = Ctx::system(app);
    if ctx.db().is_postgres() {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    occurrence::Entity::update_many()
        .col_expr(occurrence::Column::LeaseUntil, Expr::value(ctx.now))
        .filter(occurrence::Column::LeaseUntil.gt(ctx.now))
        .exec(&*tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Gives a claimed run back, so that another worker can take it at once.
///
/// # Errors
/// Only those of the database.
pub async fn release(app: &AppState, claim: &Claim) -> AppResult<()> {
    let released = Event::Released { fence: claim.hold.fence };
    step(app, claim.schedule, claim.hold, released, ledger::no_columns()).await?;
    Ok(())
}

impl Claim {
    /// The part that is needed to give it back while it is being worked on.
    pub fn receipt(&self) -> Claim {
        Claim { hold: self.hold, schedule: self.schedule, effect: self.effect }
    }
}

async fn perform(app: &AppState, hold: Hold, schedule: ScheduleId, effect: Effect) -> AppResult<()> {
    let limit = time_limit(app, schedule).await?;
    let is_report = kinds::of(&Ctx::system(app), schedule).await?.makes_report();
    let mut next = Some(effect);
    while let Some(effect) = next {
        next = match effect {
            Effect::Build if is_report => in_time(app, schedule, hold, limit, build(app, schedule, hold)).await?,
            Effect::Build => in_time(app, schedule, hold, limit, kinds::build(app, schedule, hold)).await?,
            Effect::Render if is_report => in_time(app, schedule, hold, limit, render(app, schedule, hold)).await?,
            Effect::Render => in_time(app, schedule, hold, limit, kinds::render(app, schedule, hold)).await?,
            // Each message has its own limits.
            Effect::Send => send(app, schedule, hold).await?,
            Effect::WakeAt(_) | Effect::Finished => None,
        };
    }
    Ok(())
}

/// Until when this try must have stored its messages.
async fn time_limit(app: &AppState, schedule: ScheduleId) -> AppResult<Option<Instant>> {
    let job = schedule::Entity::find_by_id(schedule).one(app.reader()).await?.ok_or(AppError::NotFound)?;
    let limit = rules::run_rules(&job).timeout.and_then(|timeout| timeout.to_std().ok());
    Ok(limit.map(|limit| Instant::now() + limit))
}

/// Does what the run needs next, and gives it up when the try has taken longer than the schedule allows.
async fn in_time(
    app: &AppState,
    schedule: ScheduleId,
    hold: Hold,
    limit: Option<Instant>,
    work: impl Future<Output = AppResult<Option<Effect>>>,
) -> AppResult<Option<Effect>> {
    let Some(limit) = limit else { return work.await };
    if let Ok(done) = tokio::time::timeout_at(limit, work).await {
        return done;
    }
    let timed_out = Event::TimedOut { fence: hold.fence };
    if let Some((standing, _)) = step(app, schedule, hold, timed_out, ledger::no_columns()).await? {
        note(app, hold, LogLevel::Error, standing.reason.unwrap_or_default()).await?;
    }
    Ok(None)
}

/// Collects the data of the report and freezes them.
async fn build(app: &AppState, schedule: ScheduleId, hold: Hold) -> AppResult<Option<Effect>> {
    let begins = Event::BuildBegins { fence: hold.fence };
    if step(app, schedule, hold, begins, ledger::no_columns()).await?.is_none() {
        return Ok(None);
    }
    app.crash.reach(CrashPoint::BuildBegun);
    let ctx = Ctx::system(app);
    let run = ledger::read(ctx.reader(), hold.run).await?;
    let job = schedule::Entity::find_by_id(schedule).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let readers = readers(&ctx, &job).await?;
    let frozen = report::collect(&ctx, &job, run.trigger, run.scheduled_at, &readers).await?;
    let period = frozen.period;
    // Who starts a run by hand wants to see it.
    if run.trigger == Trigger::Schedule
        && let Some(reason) = rules::condition(&job)?.unmet(&frozen.facts())
    {
        let not_needed = Event::NotNeeded { fence: hold.fence, reason };
        step(app, schedule, hold, not_needed, ledger::no_columns()).await?;
        return Ok(None);
    }
    let json = snapshot::to_json(&frozen)?;
    app.crash.reach(CrashPoint::Built);
    let also = occurrence::ActiveModel {
        period_from: Set(Some(period.first)),
        period_to: Set(Some(period.last)),
        subject: Set(Some(frozen.subject())),
        finding: Set(Some(frozen.finding.words())),
        snapshot_hash: Set(Some(sha256(json.as_bytes()))),
        snapshot: Set(Some(json)),
        ..Default::default()
    };
    let next = step(app, schedule, hold, Event::Frozen { fence: hold.fence }, also).await?;
    if next.is_some() {
        app.crash.reach(CrashPoint::Frozen);
        note(app, hold, LogLevel::Info, format!("Collected the data of {}.", period.words())).await?;
    }
    Ok(next.and_then(|(_, effects)| effects.first().copied()))
}

/// The accounts that will read a report of several projects: each may see others of them. One of a single project is the
/// same for everybody.
async fn readers(ctx: &Ctx, job: &schedule::Model) -> AppResult<Vec<UserId>> {
    if report::spec(job)?.scope.other_projects.is_empty() {
        return Ok(Vec::new());
    }
    let list = addressees::resolve(ctx, job.id, job.project_id).await?;
    Ok(list.people.into_iter().filter_map(|(person, _)| person.user).collect())
}

/// The days of a report that no schedule has asked for yet: those before its instant, and today where a person asks.
pub(super) fn period(trigger: Trigger, at: DateTime<Utc>, project: &project::Model) -> Period {
    let today = day_of(at, &snapshot::zone_of(project));
    let last = match trigger {
        Trigger::Schedule => today.checked_sub_days(Days::new(1)).unwrap_or(today),
        Trigger::Manual => today,
    };
    Period::ending(last, WEEK)
}

/// Renders the frozen data and stores files and messages.
async fn render(app: &AppState, schedule: ScheduleId, hold: Hold) -> AppResult<Option<Effect>> {
    let ctx = Ctx::system(app);
    let report = Report::load(&ctx, schedule, hold).await?;
    let list = addressees::resolve(&ctx, schedule, report.frozen.project.id).await?;
    let transport = transport::open(&ctx, account(&ctx, &report.job).await?).await?;
    let editions = Editions::of(&ctx, &report.frozen, &list).await?;
    let common = Common {
        run: hold.run,
        schedule,
        job: &report.job.name,
        snapshot: &report.frozen,
        sender: transport.sender(),
        signer: transport.signer(),
        images: &report.images,
        editions: &editions,
    };
    let messages = messages::compose_all(&ctx, &common, &list, hold.fence).await?;
    let count = messages.len();
    app.crash.reach(CrashPoint::Rendered);
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(&ctx, &tx, schedule).await?;
    let begins = Event::SendingBegins { fence: hold.fence };
    let next = ledger::step(&ctx, &tx, &held, hold.run, begins, ledger::no_columns()).await?;
    if next.is_none() {
        return Ok(None);
    }
    artifact::Entity::insert_many(report.files(hold)).exec_without_returning(&*tx).await?;
    for some in messages.chunks(ROWS) {
        delivery::Entity::insert_many(some.to_vec()).exec_without_returning(&*tx).await?;
    }
    book::note(
        &ctx,
        &*tx,
        hold.run,
        LogLevel::Info,
        format!("Wrote {count} {}.", if count == 1 { "message" } else { "messages" }),
    )
    .await?;
    let held_back = list.people.iter().filter_map(|(person, held_back)| {
        held_back.as_ref().map(|held_back| format!("{}: held back. {}", person.address, held_back.words()))
    });
    for words in list.notes.iter().cloned().chain(held_back) {
        book::note(&ctx, &*tx, hold.run, LogLevel::Warning, words).await?;
    }
    tx.commit().await?;
    app.crash.reach(CrashPoint::SendingBegun);
    Ok(next.and_then(|(_, effects)| effects.first().copied()))
}

/// Sends what is due, then keeps a report in the archive; the two do not depend on each other. What is for its reader
/// alone is kept nowhere else.
async fn send(app: &AppState, schedule: ScheduleId, hold: Hold) -> AppResult<Option<Effect>> {
    let ctx = Ctx::system(app);
    let job = schedule::Entity::find_by_id(schedule).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let round = sending::send_due(app, hold, account(&ctx, &job).await?).await?;
    if round != Round::Lost {
        app.crash.reach(CrashPoint::AllSent);
    }
    if job.kind.makes_report()
        && let Err(error) = keep(app, schedule, hold).await
    {
        note(app, hold, LogLevel::Error, format!("The report is not in the archive yet. {}", error.words())).await?;
    }
    match round {
        Round::Lost => Ok(None),
        Round::Ended(tally) => {
            let sent = Event::Sent { fence: hold.fence, tally };
            step(app, schedule, hold, sent, ledger::no_columns()).await?;
            Ok(None)
        }
    }
}

/// Commits the report to the archive, unless it is there. The archive finds its own commits again, so a crash between
/// the commit and the note of it makes no second one.
async fn keep(app: &AppState, schedule: ScheduleId, hold: Hold) -> AppResult<()> {
    let ctx = Ctx::system(app);
    let query = occurrence::Entity::find_by_id(hold.run).select_only().column(occurrence::Column::CommitId);
    let known: Option<Option<String>> = query.into_tuple().one(ctx.reader()).await?;
    if known.flatten().is_some() {
        return Ok(());
    }
    let run = ledger::read(ctx.reader(), hold.run).await?;
    let report = Report::load(&ctx, schedule, hold).await?;
    let frozen_at = run.started_at.unwrap_or(run.created_at);
    let kept = Kept {
        occurrence: hold.run,
        planned_at: run.scheduled_at.min(frozen_at),
        frozen_at,
        snapshot: &report.frozen,
        json: &report.json,
        written: &report.written,
        images: &report.images,
    };
    let commit = archive::commit(&ctx, kept).await?;
    app.crash.reach(CrashPoint::Committed);
    let tx = ctx.begin().await?;
    let row =
        occurrence::ActiveModel { id: Unchanged(hold.run), commit_id: Set(Some(commit.clone())), ..Default::default() };
    row.update(&*tx).await?;
    let short: String = commit.chars().take(10).collect();
    book::note(&ctx, &*tx, hold.run, LogLevel::Info, format!("Kept in the archive as commit {short}.")).await?;
    Ok(tx.commit().await?)
}

/// Reports whose commit did not succeed while they were sent: tried again, a few at a time.
///
/// # Errors
/// Only those of the database.
pub async fn keep_missing(app: &AppState) -> AppResult<()> {
    use OccurrenceState::*;
    let query = ledger::run_columns()
        .filter(occurrence::Column::State.is_in([Done, Partly, Failed]))
        .filter(occurrence::Column::Snapshot.is_not_null())
        .filter(occurrence::Column::CommitId.is_null())
        // What the retention has removed cannot be rendered again.
        .filter(occurrence::Column::RemovedAt.is_null())
        .filter(occurrence::Column::ScheduleId.in_subquery(schedule::with_reports()))
        .order_by_desc(occurrence::Column::ScheduledAt)
        .limit(LOOK);
    let rows: Vec<ledger::RunRow> = query.into_model().all(app.reader()).await?;
    for row in rows {
        // What is wrong may be wrong with this one alone: its words are in the log, and the others have their turn.
        if let Err(error) = keep(app, row.schedule_id, Hold { run: row.id, fence: row.fence }).await {
            tracing::warn!("the report of run {} is not in the archive: {error}", row.id);
        }
    }
    Ok(())
}

/// The frozen data of a run and what is rendered from them: always the same bytes.
struct Report {
    job: schedule::Model,
    json: String,
    frozen: Snapshot,
    written: Written,
    images: Vec<Image>,
}

impl Report {
    async fn load(ctx: &Ctx, schedule: ScheduleId, hold: Hold) -> AppResult<Report> {
        let job = schedule::Entity::find_by_id(schedule).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
        let query = occurrence::Entity::find_by_id(hold.run).select_only().column(occurrence::Column::Snapshot);
        let json: Option<Option<String>> = query.into_tuple().one(ctx.reader()).await?;
        let json = json.flatten().ok_or(AppError::NotFound)?;
        let frozen = snapshot::from_json(&json)?;
        let written = render::write(&frozen, &archive::address(ctx, hold.run, &job.name))?;
        let images = render::draw(&frozen).await?;
        Ok(Report { job, json, frozen, written, images })
    }

    fn files(&self, hold: Hold) -> Vec<artifact::ActiveModel> {
        let mut files = BTreeMap::from([
            ("report.html".to_owned(), ("text/html; charset=utf-8", self.written.html.clone().into_bytes())),
            ("report.txt".to_owned(), ("text/plain; charset=utf-8", self.written.text.clone().into_bytes())),
        ]);
        files.extend(self.images.iter().map(|image| (format!("{}.png", image.name), ("image/png", image.png.clone()))));
        let row = |(name, (content_type, bytes)): (String, (&str, Vec<u8>))| artifact::ActiveModel {
            id: Set(ArtifactId(Uuid::now_v7())),
            occurrence_id: Set(hold.run),
            name: Set(name),
            content_type: Set(content_type.to_owned()),
            bytes: Set(bytes),
        };
        files.into_iter().map(row).collect()
    }
}

/// The account of a job, or the default one.
pub(super) async fn account(ctx: &Ctx, job: &schedule::Model) -> AppResult<crate::domain::ids::AccountId> {
    match job.account_id {
        Some(id) => Ok(id),
        None => accounts::default_id(ctx.reader()).await,
    }
}

pub(super) async fn step(
    app: &AppState,
    schedule: ScheduleId,
    hold: Hold,
    event: Event,
    also: occurrence::ActiveModel,
) -> AppResult<Option<(Standing, Vec<Effect>)>> {
    let ctx = Ctx::system(app);
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(&ctx, &tx, schedule).await?;
    let stepped = ledger::step(&ctx, &tx, &held, hold.run, event, also).await?;
    tx.commit().await?;
    Ok(stepped)
}

async fn note(app: &AppState, hold: Hold, level: LogLevel, words: impl Into<String>) -> AppResult<()> {
    let ctx = Ctx::system(app);
    let tx = ctx.begin().await?;
    book::note(&ctx, &*tx, hold.run, level, words).await?;
    Ok(tx.commit().await?)
}

/// Renews a claim until it is dropped.
struct Alive(JoinHandle<()>);

impl Alive {
    fn keep(app: &AppState, hold: Hold) -> Alive {
        let app = app.clone();
        let every = HEARTBEAT.to_std().unwrap_or(Duration::from_secs(15));
        Alive(tokio::spawn(async move {
            loop {
                tokio::time::sleep(every).await;
                match ledger::renew(&Ctx::system(&app), hold.run, hold.fence).await {
                    Ok(true) => {}
                    // Every write of the owner checks the fence; there is nothing to stop here.
                    Ok(false) => return,
                    Err(error) => tracing::warn!("renewing the claim of run {}: {error}", hold.run),
                }
            }
        }))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.abort();
    }
}
