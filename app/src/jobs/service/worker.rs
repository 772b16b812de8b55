//! Works on runs: claims one, freezes its data, renders them, sends, and keeps the report in the archive. Everything
//! that matters is in the database before the next step begins, so another worker can go on at any point.

mod alive;
mod claiming;
mod keeping;
mod waits;
mod written;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use sea_orm::{ActiveValue::Set, EntityTrait};
use tokio::time::Instant;

use super::{
    addressees, book, drafts,
    editions::{Editions, Parts},
    kinds, ledger,
    messages::{self, Common},
    outcomes,
    pen::{self, Unwritten},
    report, rules,
    sending::{self, Hold, Round},
    way,
};
use crate::{
    domain::{
        crash_point::CrashPoint,
        ids::{ScheduleId, UserId},
        job::LogLevel,
        occurrence::{Effect, Event, Remedy, Standing, Trigger},
        template::lint::oversize,
    },
    entities::{artifact, occurrence, schedule},
    error::{AppError, AppResult},
    mail::service::accounts,
    platform::{ctx::Ctx, state::AppState},
    reports::service::{files, snapshot},
};

use alive::Alive;
pub use claiming::{Claim, claim, claim_beside, cut_claims, forget_claims, release};
pub use keeping::keep_missing;
pub use waits::cut_waits;
use written::Report;
pub use written::{HTML, TEXT};

/// How many runs a claim looks at; the others come with the next wake.
const LOOK: u64 = 16;

/// Works on a claimed run until it has ended, waits for another try, or is lost. What goes wrong is stored with the run.
///
/// # Errors
/// Only when not even that can be stored; the lease then runs out.
pub async fn work(app: &AppState, claim: Claim) -> AppResult<()> {
    let Claim { hold, schedule, effect, .. } = claim;
    let alive = Alive::keep(app, hold);
    let done = perform(app, hold, schedule, effect).await;
    drop(alive);
    let Err(error) = done else { return Ok(()) };
    let remedy = if error == AppError::NotFound { Remedy::Never } else { Remedy::TryAgain };
    let broke = Event::Broke { fence: hold.fence, reason: error.words(), remedy };
    match step(app, schedule, hold, broke, ledger::no_columns()).await? {
        Some(_) => note(app, hold, LogLevel::Error, error.words()).await,
        // The run is somebody else's by now, and so is its log.
        None => Ok(()),
    }
}

async fn perform(app: &AppState, hold: Hold, schedule: ScheduleId, effect: Effect) -> AppResult<()> {
    let limit = time_limit(app, schedule).await?;
    let is_report = kinds::of(&Ctx::system(app), schedule).await?.makes_report();
    let mut next = Some(effect);
    while let Some(effect) = next {
        let Some(part) = part(app, schedule, hold, &effect, is_report) else { return Ok(()) };
        next = match effect {
            // Each message has its own limits.
            Effect::Send => part.await?,
            _ => in_time(app, schedule, hold, limit, part).await?,
        };
    }
    Ok(())
}

/// What the run needs next; nothing where it has ended or waits. On the heap, each by itself: the frame of [`perform`] would
/// hold all of them, beside everything that is called from it.
fn part<'a>(
    app: &'a AppState,
    schedule: ScheduleId,
    hold: Hold,
    effect: &Effect,
    is_report: bool,
) -> Option<BoxFuture<'a, AppResult<Option<Effect>>>> {
    Some(match effect {
        Effect::Build if is_report => Box::pin(build(app, schedule, hold)),
        Effect::Build => Box::pin(kinds::build(app, schedule, hold)),
        Effect::Render if is_report => Box::pin(render(app, schedule, hold)),
        Effect::Render => Box::pin(kinds::render(app, schedule, hold)),
        Effect::Send => Box::pin(send(app, schedule, hold)),
        Effect::WakeAt(_) | Effect::Finished => return None,
    })
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
    let unmet = rules::condition(&job)?.unmet(&frozen.facts());
    // Who starts a run by hand wants to see it.
    if run.trigger == Trigger::Schedule
        && let Some(reason) = unmet
    {
        let not_needed = Event::NotNeeded { fence: hold.fence, reason };
        step(app, schedule, hold, not_needed, ledger::no_columns()).await?;
        return Ok(None);
    }
    // The version that is published now is the one that every message is written with, also on a later try.
    let version = match pen::version_now(&ctx, &job).await? {
        Ok(version) => version,
        Err(words) => return give_up(app, schedule, hold, words).await,
    };
    let asks = report::spec(&job)?.draft;
    let json = snapshot::frozen_json(&frozen)?;
    app.crash.reach(CrashPoint::Built);
    let also = occurrence::ActiveModel {
        period_from: Set(Some(period.first)),
        period_to: Set(Some(period.last)),
        subject: Set(Some(frozen.subject())),
        finding: Set(Some(frozen.finding.words())),
        report_spec: Set(Some(report::to_freeze(&job)?)),
        template_id: Set(version.map(|(id, _)| id)),
        template_version: Set(version.map(|(_, number)| number)),
        ..ledger::no_columns()
    };
    let ctx = Ctx::system(app);
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(&ctx, &tx, schedule).await?;
    let Some(effects) = ledger::freeze(&ctx, &tx, &held, hold, json, also).await? else { return Ok(None) };
    let words = format!("Collected the data of {}.", period.words());
    book::note(&ctx, &*tx, hold.run, LogLevel::Info, words).await?;
    if let Some(reason) = unmet {
        let words = format!("{reason} Somebody started this run, so it goes all the same.");
        book::note(&ctx, &*tx, hold.run, LogLevel::Info, words).await?;
    }
    // Read now that the schedule is held: until now somebody could still ask for a draft.
    let next = match drafts::rule(&*tx, hold.run, run.trigger, asks).await? {
        None => effects.first().copied(),
        Some(rule) => {
            drafts::ask(&ctx, &tx, &held, hold, rule).await?;
            None
        }
    };
    tx.commit().await?;
    app.crash.reach(CrashPoint::Frozen);
    Ok(next)
}

/// Ends a run whose template cannot be filled in, or that has nowhere to push to: the next try would find the same.
pub(super) async fn give_up(
    app: &AppState,
    schedule: ScheduleId,
    hold: Hold,
    words: String,
) -> AppResult<Option<Effect>> {
    let broke = Event::Broke { fence: hold.fence, reason: words.clone(), remedy: Remedy::Never };
    if step(app, schedule, hold, broke, ledger::no_columns()).await?.is_some() {
        note(app, hold, LogLevel::Error, words).await?;
    }
    Ok(None)
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

/// Renders the frozen data and stores messages, a part at a time, then the files; with these the sending begins.
async fn render(app: &AppState, schedule: ScheduleId, hold: Hold) -> AppResult<Option<Effect>> {
    match write(app, schedule, hold).await {
        Ok(next) => Ok(next),
        Err(Unwritten::Template(words)) => give_up(app, schedule, hold, words).await,
        Err(Unwritten::Error(error)) => Err(error),
    }
}

async fn write(app: &AppState, schedule: ScheduleId, hold: Hold) -> Result<Option<Effect>, Unwritten> {
    let ctx = Ctx::system(app);
    let report = Report::load(&ctx, schedule, hold).await?;
    let comment = report.comment.as_deref();
    let list = addressees::resolve(&ctx, schedule, report.frozen.project.id).await?;
    let Some(transport) = way::choose(&ctx, &report.job, hold).await? else { return Ok(None) };
    let parts = Parts::of(&ctx, &report.frozen, &list).await?;
    for lot in parts.lots() {
        let style = (&report.style, comment);
        let editions = Editions::of(&ctx, &report.job, &report.frozen, (&parts, &lot), style).await?;
        let common = Common {
            run: hold.run,
            number: report.number,
            schedule,
            job: &report.job.name,
            snapshot: &report.frozen,
            sender: transport.sender(),
            signer: transport.signer(),
            pen: &report.pen,
            comment,
            attached: &report.attached,
            editions: &editions,
        };
        if !messages::write_all(&ctx, &common, &list, hold).await? {
            return Ok(None);
        }
    }
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(&ctx, &tx, schedule).await?;
    let begins = Event::SendingBegins { fence: hold.fence };
    let also = occurrence::ActiveModel { subject: Set(Some(report.written.subject.clone())), ..ledger::no_columns() };
    let next = ledger::step(&ctx, &tx, &held, hold.run, begins, also).await?;
    if next.is_none() {
        return Ok(None);
    }
    artifact::Entity::insert_many(report.files(hold)).exec_without_returning(&*tx).await?;
    let count = messages::count(&*tx, hold.run).await?;
    book::note(&ctx, &*tx, hold.run, LogLevel::Info, messages::wrote(count)).await?;
    let held_back = list.people.iter().filter_map(|(person, held_back)| {
        held_back.as_ref().map(|held_back| format!("{}: held back. {}", person.address, held_back.words()))
    });
    let flaws = report.attachments.iter().filter_map(files::flaw);
    // How much a list holds is not known when its template is published, and words of a job are in no template.
    let flaws = flaws.chain(oversize(&report.written.html).map(|(_, words)| words));
    for words in list.notes.iter().cloned().chain(report.attached.note.clone()).chain(flaws).chain(held_back) {
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
    let round = sending::send_due(app, hold, way::of(&ctx, &job, hold.run).await?).await?;
    if round != Round::Lost {
        app.crash.reach(CrashPoint::AllSent);
    }
    if job.kind.makes_report()
        && round != Round::Lost
        && let Err(error) = keeping::keep(app, schedule, hold).await
    {
        note(app, hold, LogLevel::Error, format!("The report is not in the archive yet. {}", error.words())).await?;
    }
    match round {
        Round::Lost => Ok(None),
        Round::Ended { rest_until } => {
            end_round(app, schedule, hold, rest_until, job.kind.makes_report()).await?;
            Ok(None)
        }
    }
}

/// Counts how the messages of a run stand behind a round, under the lock that a hand takes, too: what somebody has sent again
/// or decided about since the round has ended is counted here, or finds the run ended.
async fn end_round(
    app: &AppState,
    schedule: ScheduleId,
    hold: Hold,
    rest_until: Option<DateTime<Utc>>,
    for_others: bool,
) -> AppResult<()> {
    let ctx = Ctx::system(app);
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(&ctx, &tx, schedule).await?;
    let mut tally = outcomes::tally(&outcomes::rows_in(&*tx, hold.run).await?, ctx.now);
    tally.next_try_at = tally.next_try_at.max(rest_until);
    let sent = Event::Sent { fence: hold.fence, tally, for_others };
    ledger::step(&ctx, &tx, &held, hold.run, sent, ledger::no_columns()).await?;
    Ok(tx.commit().await?)
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
