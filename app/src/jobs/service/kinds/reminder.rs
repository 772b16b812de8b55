//! Freezes a reminder: for each person their tasks that are inside a window before their due date and of which they have
//! not been reminded in it. What somebody is reminded of is written down in the transaction that freezes it: whatever
//! runs at the same time, later, or once more finds it there, unless the run ends without having told anybody.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, OnConflict, SelectStatement},
};

use super::{
    desk::{Desk, Person, Task, Which, assigned_to},
    digest::nothing_to_say,
    freeze,
};
use crate::{
    domain::{
        crash_point::CrashPoint,
        delivery::DeliveryPhase,
        due::Due,
        ids::{OccurrenceId, TaskId, UserId},
        job_options::{Lead, ReminderOptions},
        occurrence::{Effect, OccurrenceState},
        personal::{Reader, Section},
        reminder::open_leads,
        smtp_reply::{SmtpReply, Verdict},
    },
    entities::{delivery, reminder_sent, schedule},
    error::AppResult,
    jobs::service::{ledger, sending::Hold},
    platform::{ctx::Ctx, db::WriteTx},
};

/// Rows that are stored with one statement.
const ROWS: usize = 200;

/// A task that somebody may have to be reminded of.
struct Candidate {
    task: Task,
    due: Due,
    /// Those whose windows are open, the nearest first; never empty.
    leads: Vec<Lead>,
}

/// What is remembered: the task, the person, the due date, the lead in minutes.
type Key = (TaskId, UserId, String, i32);

/// Collects, remembers and freezes the reminders of this moment. Where nobody has to be reminded, the run is skipped.
///
/// # Errors
/// Those of the database, and a fault where the recipients cannot be read.
pub async fn build(
    ctx: &Ctx,
    job: &schedule::Model,
    hold: Hold,
    options: &ReminderOptions,
) -> AppResult<Option<Effect>> {
    let mut desk = Desk::open(ctx, job, options.scope).await?;
    let wanted = wanted(ctx, &desk, options).await?;
    let notes = std::mem::take(&mut desk.notes);
    ctx.app.crash.reach(CrashPoint::Built);
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(ctx, &tx, job.id).await?;
    let run = ledger::lock_run(ctx, &tx, hold.run).await?;
    if run.fence != hold.fence {
        return Ok(None);
    }
    let keys = desk.people.iter().zip(&wanted).flat_map(|(person, wanted)| {
        wanted.iter().flat_map(move |one| one.leads.iter().map(move |lead| key(person.user, one, *lead)))
    });
    let mine = remember(ctx, &tx, hold.run, keys.collect()).await?;
    let (mut readers, mut quiet) = (Vec::new(), Vec::new());
    for (person, wanted) in desk.people.iter().zip(wanted) {
        // Another run may have been quicker: it reminds, this one does not.
        let is_mine = |one: &Candidate| mine.contains(&key(person.user, one, one.leads[0]));
        match reader(person, wanted.into_iter().filter(is_mine)) {
            Some(reader) => readers.push(reader),
            None => quiet.push(person.addressee.address.to_string()),
        }
    }
    if readers.is_empty() {
        let reason = "Nobody on the list has to be reminded of anything now.";
        if freeze::not_needed(ctx, &tx, &held, hold, reason, notes).await? {
            tx.commit().await?;
        }
        return Ok(None);
    }
    let notes = notes.into_iter().chain(nothing_to_say(&quiet)).collect();
    let frozen = desk.snapshot(ctx, job, options.words.clone(), readers);
    let next = freeze::freeze(ctx, &tx, &held, hold, (&frozen, frozen.subject()), notes).await?;
    if next.is_some() {
        tx.commit().await?;
    }
    Ok(next)
}

/// Whom a run of this moment would remind, with their lists, and the addresses of those whom it would not. Nothing is
/// written down.
///
/// # Errors
/// Only those of the database.
pub async fn collect(ctx: &Ctx, desk: &Desk, options: &ReminderOptions) -> AppResult<(Vec<Reader>, Vec<String>)> {
    let (mut readers, mut quiet) = (Vec::new(), Vec::new());
    for (person, wanted) in desk.people.iter().zip(wanted(ctx, desk, options).await?) {
        match reader(person, wanted.into_iter()) {
            Some(reader) => readers.push(reader),
            None => quiet.push(person.addressee.address.to_string()),
        }
    }
    Ok((readers, quiet))
}

/// What each person of a desk has to be reminded of and was not, in their order.
async fn wanted(ctx: &Ctx, desk: &Desk, options: &ReminderOptions) -> AppResult<Vec<Vec<Candidate>>> {
    let mut wanted = Vec::with_capacity(desk.people.len());
    for person in &desk.people {
        let tasks = desk.tasks_of(ctx, person, Which::Dated).await?;
        let known = known(ctx.reader(), person.user).await?;
        wanted.push(candidates(options, person, tasks, &known, ctx.now));
    }
    Ok(wanted)
}

fn reader(person: &Person, wanted: impl Iterator<Item = Candidate>) -> Option<Reader> {
    person.reader(wanted.map(|one| (Section::of_reminder(one.due, person.clock), one.task)).collect())
}

/// The tasks inside a window. Where somebody was reminded in the nearest one, a longer lead that was added since says
/// nothing new.
fn candidates(
    options: &ReminderOptions,
    person: &Person,
    tasks: Vec<Task>,
    known: &HashSet<Key>,
    now: DateTime<Utc>,
) -> Vec<Candidate> {
    let candidate = |task: Task| {
        let due = task.due?;
        let leads = open_leads(&options.leads, due, options.from, person.zone, now);
        let nearest = *leads.first()?;
        let one = Candidate { task, due, leads };
        (!known.contains(&key(person.user, &one, nearest))).then_some(one)
    };
    tasks.into_iter().filter_map(candidate).collect()
}

fn key(person: UserId, one: &Candidate, lead: Lead) -> Key {
    (one.task.row.id, person, one.due.machine(), i32::try_from(lead.minutes()).unwrap_or(i32::MAX))
}

/// Writes down what a run reminds of, and gives what of it is this run's: the rest was there before.
async fn remember(ctx: &Ctx, tx: &WriteTx, run: OccurrenceId, mut keys: Vec<Key>) -> AppResult<HashSet<Key>> {
    use reminder_sent::Column;
    // All runs take the rows in one order, so that two of them wait for each other and never in a circle.
    keys.sort();
    for some in keys.chunks(ROWS) {
        let rows = some.iter().cloned().map(|(task, user, due, lead)| reminder_sent::ActiveModel {
            task_id: Set(task),
            user_id: Set(user),
            due: Set(due),
            lead_minutes: Set(lead),
            occurrence_id: Set(Some(run)),
            at: Set(ctx.now),
            released_at: Set(None),
        });
        // What another run has given back is taken over.
        let once = OnConflict::columns([Column::TaskId, Column::UserId, Column::Due, Column::LeadMinutes])
            .update_columns([Column::OccurrenceId, Column::At, Column::ReleasedAt])
            .action_and_where(Expr::col((reminder_sent::Entity, Column::ReleasedAt)).is_not_null())
            .to_owned();
        reminder_sent::Entity::insert_many(rows).on_conflict(once).exec_without_returning(&**tx).await?;
    }
    let query = reminder_sent::Entity::find()
        .select_only()
        .columns([Column::TaskId, Column::UserId, Column::Due, Column::LeadMinutes])
        .filter(Column::OccurrenceId.eq(run))
        .filter(Column::ReleasedAt.is_null());
    let rows: Vec<Key> = query.into_tuple().all(&**tx).await?;
    Ok(rows.into_iter().collect())
}

/// Gives back what a run has written down and told nobody, in the transaction that ends it: the next run reminds of it. Who
/// got the mail, or may have got it, is not reminded again; where a message is behind its final dot, nobody knows. A run that
/// has reached some gives back what it could not bring to others for the time being: whom a server refuses for good it would
/// refuse each time.
///
/// # Errors
/// Only those of the database.
pub async fn release(ctx: &Ctx, tx: &WriteTx, run: OccurrenceId, end: OccurrenceState) -> AppResult<()> {
    let those = match end {
        OccurrenceState::Failed | OccurrenceState::Cancelled => {
            reminder_sent::Column::UserId.not_in_subquery(recipients(run, may_know()))
        }
        OccurrenceState::Partly => reminder_sent::Column::UserId.is_in(put_off(tx, run).await?),
        _ => return Ok(()),
    };
    reminder_sent::Entity::update_many()
        .col_expr(reminder_sent::Column::ReleasedAt, Expr::value(ctx.now))
        .filter(reminder_sent::Column::OccurrenceId.eq(run))
        .filter(reminder_sent::Column::ReleasedAt.is_null())
        .filter(those)
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Takes back what a run has given back, for those whose mail goes again, in the transaction that queues it: no other run
/// reminds of it then. What another run has taken over meanwhile is that one's.
///
/// # Errors
/// Only those of the database.
pub async fn take_back(tx: &WriteTx, run: OccurrenceId) -> AppResult<()> {
    use delivery::Column;
    reminder_sent::Entity::update_many()
        .col_expr(reminder_sent::Column::ReleasedAt, Expr::value(None::<DateTime<Utc>>))
        .filter(reminder_sent::Column::OccurrenceId.eq(run))
        .filter(reminder_sent::Column::ReleasedAt.is_not_null())
        .filter(
            reminder_sent::Column::UserId.in_subquery(recipients(run, may_know().add(Column::Phase.is_in(WAITING)))),
        )
        .exec(&**tx)
        .await?;
    Ok(())
}

/// The phases of a message that is still to be sent, or is being sent.
const WAITING: [DeliveryPhase; 4] =
    [DeliveryPhase::Queued, DeliveryPhase::Connecting, DeliveryPhase::Envelope, DeliveryPhase::Deferred];

/// Messages that arrived, or may have, at whatever try.
fn may_know() -> Condition {
    use delivery::Column;
    Condition::any()
        .add(Column::Phase.is_in([DeliveryPhase::DataSent, DeliveryPhase::Accepted, DeliveryPhase::Uncertain]))
        .add(Column::RetriedUncertain.eq(true))
        .add(Column::UncertainAt.is_not_null())
}

/// The people of a run whose messages are such.
fn recipients(run: OccurrenceId, such: Condition) -> SelectStatement {
    use delivery::Column;
    delivery::Entity::find()
        .select_only()
        .column(Column::UserId)
        .filter(Column::OccurrenceId.eq(run))
        .filter(Column::UserId.is_not_null())
        .filter(such)
        .into_query()
}

/// Those whose messages have failed, cannot have arrived, and were not refused for good.
async fn put_off(tx: &WriteTx, run: OccurrenceId) -> AppResult<Vec<UserId>> {
    use delivery::Column;
    let failed: Vec<(Option<UserId>, Option<String>)> = delivery::Entity::find()
        .select_only()
        .columns([Column::UserId, Column::Reply])
        .filter(Column::OccurrenceId.eq(run))
        .filter(Column::Phase.eq(DeliveryPhase::Failed))
        .filter(may_know().not())
        .into_tuple()
        .all(&**tx)
        .await?;
    let is_for_good =
        |reply: &str| serde_json::from_str::<SmtpReply>(reply).is_ok_and(|reply| reply.verdict() == Verdict::Never);
    let put_off = failed.into_iter().filter(|(_, reply)| !reply.as_deref().is_some_and(is_for_good));
    Ok(put_off.filter_map(|(person, _)| person).collect())
}

/// What a person has been reminded of, of the tasks that are theirs.
async fn known(db: &impl ConnectionTrait, person: UserId) -> AppResult<HashSet<Key>> {
    use reminder_sent::Column;
    let query = reminder_sent::Entity::find()
        .select_only()
        .columns([Column::TaskId, Column::UserId, Column::Due, Column::LeadMinutes])
        .filter(Column::UserId.eq(person))
        .filter(Column::ReleasedAt.is_null())
        .filter(Column::TaskId.in_subquery(assigned_to(person)));
    let rows: Vec<Key> = query.into_tuple().all(db).await?;
    Ok(rows.into_iter().collect())
}
