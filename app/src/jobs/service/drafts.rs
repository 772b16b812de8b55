//! Drafts: a report that is frozen and waits until its owner has read it. What its owner says stands at the head of it;
//! the data stay as they were frozen.

use chrono::TimeDelta;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ConnectionTrait, EntityTrait, QuerySelect,
};

use super::{
    addressees, book, ledger,
    pen::{Pen, Style, Unwritten},
    report, runs, schedules,
    sending::Hold,
};
use crate::{
    alarms::service::tell,
    domain::{
        ids::{OccurrenceId, ProjectId, ScheduleId},
        job::LogLevel,
        occurrence::{Event, Trigger},
        report::{Snapshot, spec::DraftRule},
        span,
        template::context::Address,
    },
    entities::{occurrence, report_draft, schedule},
    error::{AppError, AppResult, Checks},
    platform::{
        ctx::{Actor, Ctx},
        db::WriteTx,
    },
    projects::service::access,
    reports::service::{
        archive,
        render::{Image, Written},
    },
};

/// Longest comment, in characters.
pub const COMMENT: u32 = 4_000;

/// How long a draft waits that a person asks for where the job asks nobody, in minutes.
const DAY: u32 = 24 * 60;

/// Whether a run stops at a draft, and how long it waits then. One that is started by hand does so where whoever starts it
/// says so; as long as its job says, else for a day.
///
/// # Errors
/// Only those of the database.
pub async fn rule(
    db: &impl ConnectionTrait,
    run: OccurrenceId,
    trigger: Trigger,
    of_job: Option<DraftRule>,
) -> AppResult<Option<DraftRule>> {
    if trigger == Trigger::Schedule && of_job.is_some() {
        return Ok(of_job);
    }
    let query = occurrence::Entity::find_by_id(run).select_only().column(occurrence::Column::WantsDraft);
    let is_wanted: Option<bool> = query.into_tuple().one(db).await?;
    Ok(is_wanted.unwrap_or_default().then(|| by_hand(of_job)))
}

/// How long a draft waits that a person asks for by hand.
fn by_hand(of_job: Option<DraftRule>) -> DraftRule {
    of_job.unwrap_or(DraftRule { send_after_minutes: Some(DAY) })
}

/// What a draft does that a person asks for by hand, and what becomes of it where nobody says a word about it.
pub fn words(of_job: Option<DraftRule>) -> String {
    let undecided = match by_hand(of_job).send_after_minutes {
        None => "It waits until somebody decides.".to_owned(),
        Some(minutes) => {
            let wait = span::words(TimeDelta::minutes(i64::from(minutes)));
            format!("If nobody decides, it goes out by itself after {wait}.")
        }
    };
    format!("Makes the report now and waits: read it, add a comment, then send it or not. {undecided}")
}

/// What a person does about a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Keeps the comment; the draft goes on waiting.
    Keep,
    Approve,
    Reject,
}

/// Stops a run whose data have just been frozen, and asks its owner; in the transaction that froze them, so that neither
/// is there without the other.
///
/// # Errors
/// Only those of the database.
pub async fn ask(ctx: &Ctx, tx: &WriteTx, held: &schedule::Model, hold: Hold, rule: DraftRule) -> AppResult<()> {
    let until = rule.send_after_minutes.map(|minutes| ctx.now + TimeDelta::minutes(i64::from(minutes)));
    let event = Event::Held { fence: hold.fence, until };
    if ledger::step(ctx, tx, held, hold.run, event, ledger::no_columns()).await?.is_none() {
        return Ok(());
    }
    let row = report_draft::ActiveModel {
        occurrence_id: Set(hold.run),
        asked_at: Set(ctx.now),
        send_at: Set(until),
        approved_at: Set(None),
        approved_by: Set(None),
        comment: Set(String::new()),
    };
    report_draft::Entity::insert(row).exec_without_returning(&**tx).await?;
    let until = until.map(|until| runs::moment(until, schedules::zone_of(held)).words);
    let words = match &until {
        Some(until) => format!("A draft: it waits for a word of its owner until {until}, then it goes out as it is."),
        None => "A draft: it waits for a word of its owner.".to_owned(),
    };
    book::note(ctx, &**tx, hold.run, LogLevel::Info, words).await?;
    tell::draft(ctx, tx, held, hold.run, until.as_deref()).await
}

/// The draft of a run; none where it never waited.
///
/// # Errors
/// Only those of the database.
pub async fn of(db: &impl ConnectionTrait, run: OccurrenceId) -> AppResult<Option<report_draft::Model>> {
    Ok(report_draft::Entity::find_by_id(run).one(db).await?)
}

/// To whose addresses a report of a schedule goes as things are now, and how many on its list would get nothing.
///
/// # Errors
/// Only those of the database, and a fault where the allowed domains cannot be read.
pub async fn goes_to(ctx: &Ctx, schedule: ScheduleId, project: ProjectId) -> AppResult<(Vec<String>, usize)> {
    let people = addressees::resolve(ctx, schedule, project).await?.people;
    let all = people.len();
    let served = people.into_iter().filter(|(_, held_back)| held_back.is_none());
    let addresses: Vec<String> = served.map(|(person, _)| person.address.to_string()).collect();
    let held_back = all - addresses.len();
    Ok((addresses, held_back))
}

/// What stands at the head of a report; none where nobody said anything.
///
/// # Errors
/// Only those of the database.
pub async fn comment(db: &impl ConnectionTrait, run: OccurrenceId) -> AppResult<Option<String>> {
    let draft = of(db, run).await?;
    Ok(draft.map(|draft| draft.comment).filter(|comment| !comment.trim().is_empty()))
}

/// Decides about a draft. One that has gone out, or that was decided about meanwhile, stays as it is: whoever presses
/// twice sends once. False: it was so.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`] for a viewer of the project, [`AppError::Invalid`] with `comment` for
/// one that is too long.
pub async fn decide(ctx: &Ctx, run: OccurrenceId, comment: &str, decision: Decision) -> AppResult<bool> {
    let row = ledger::read(ctx.reader(), run).await?;
    access::by_id(ctx, ctx.reader(), row.project_id).await?.editing()?;
    let mut checks = Checks::default();
    let comment = checks.text("comment", comment.trim(), COMMENT);
    checks.done()?;
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(ctx, &tx, row.schedule_id).await?;
    let row = ledger::lock_run(ctx, &tx, run).await?;
    if !row.is_held {
        // Dropped, it would let the schedule go some time after the answer, and a worker would pass it over.
        tx.commit().await?;
        return Ok(false);
    }
    let mut change =
        report_draft::ActiveModel { occurrence_id: Unchanged(run), comment: Set(comment), ..Default::default() };
    let event = match decision {
        Decision::Keep => None,
        Decision::Approve => {
            change.approved_at = Set(Some(ctx.now));
            change.approved_by = Set(ctx.actor_id());
            Some((Event::Approved, format!("{} approved the draft.", who(ctx))))
        }
        Decision::Reject => {
            let reason = format!("{} decided not to send the draft.", who(ctx));
            Some((Event::Cancelled { reason: reason.clone() }, reason))
        }
    };
    change.update(&*tx).await?;
    if let Some((event, words)) = event {
        book::note(ctx, &*tx, run, LogLevel::Info, words).await?;
        ledger::step(ctx, &tx, &held, run, event, ledger::no_columns()).await?;
    }
    tx.commit().await?;
    ctx.app.wake.notify_one();
    Ok(true)
}

/// Who decides, for the log.
fn who(ctx: &Ctx) -> &str {
    match &ctx.actor {
        Actor::Person(me) => &me.name,
        _ => "Somebody",
    }
}

/// What a report would be were it sent to whoever looks, now, for a part of it too; with its pictures. `Err` says what is
/// wrong with its template.
///
/// # Errors
/// Those of the database and of the drawing.
pub async fn preview(
    ctx: &Ctx,
    run: &occurrence::Model,
    snapshot: &Snapshot,
) -> AppResult<Result<(Written, Vec<Image>), String>> {
    // The account of the instance asks the child process; that somebody may see the report was asked before.
    let system = Ctx::system(&ctx.app);
    let job = schedule::Entity::find_by_id(run.schedule_id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let job = report::as_frozen(job, run.report_spec.clone());
    let comment = comment(ctx.reader(), run.id).await?;
    let style = Style::of(&system, &job, run.template_id.zip(run.template_version)).await?;
    let pen = Pen::new(&style, snapshot, comment.as_deref(), None).await?;
    let address = Address { comment, ..archive::address(ctx, run.id, run.number, &job.name) };
    match pen.write_one(&system, snapshot, address, ctx.me()?.reader()).await {
        Ok(written) => Ok(Ok((written, pen.images().to_vec()))),
        Err(Unwritten::Template(words)) => Ok(Err(words)),
        Err(Unwritten::Error(error)) => Err(error),
    }
}
