//! Raises an alarm: its row, what people are told in the app, and the mail that waits for them, in the transaction of
//! what happened. A process that is killed loses none of it, and what is noticed twice is told once.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use uuid::Uuid;

use super::{
    choices,
    facts::{self, Unknown},
    people,
};
use crate::{
    domain::{
        alarm::{self as rules, AlarmKind, PUSHES_TOLD, about, sentence},
        delivery::DeliveryPhase,
        ids::{AccountId, AlarmId, AlarmMailId, OccurrenceId, ProjectId, ScheduleId, UserId},
        job::ScheduleState,
        mail_gate::{Finder, Gate},
        occurrence::OccurrenceState,
    },
    entities::{alarm, alarm_mail, notification, schedule, smtp_account},
    error::AppResult,
    mail::service::gate,
    notifications::service::tell,
    platform::{ctx::Ctx, db::WriteTx},
};

/// What mails about a schedule are counted by.
pub(super) fn schedule_topic(id: ScheduleId) -> String {
    format!("schedule:{id}")
}

/// What mails about a mail account are counted by.
pub(super) fn account_topic(id: AccountId) -> String {
    format!("account:{id}")
}

/// A run has ended: its owner hears of a failure, and that it works again after failures. Called with the schedule as it
/// was before the end was counted.
///
/// # Errors
/// Only those of the database.
pub async fn run_ended(
    ctx: &Ctx,
    tx: &WriteTx,
    held: &schedule::Model,
    run: OccurrenceId,
    state: OccurrenceState,
    reason: Option<&str>,
) -> AppResult<()> {
    let before = u32::try_from(held.failures_in_row).unwrap_or_default();
    let Some(kind) = rules::of_end(state, before) else { return Ok(()) };
    // Whoever must decide has heard of it, and of nothing else.
    if kind == AlarmKind::Partly
        && !facts::has_failed_messages(&**tx, run).await?
        && is_raised(tx, &once(AlarmKind::Uncertain, run)).await?
    {
        return Ok(());
    }
    let why = match kind {
        AlarmKind::Solved => None,
        _ => facts::why(&**tx, run, reason).await?,
    };
    of_run(ctx, tx, held, run, kind, why.as_deref()).await?;
    Ok(())
}

/// Whether it was told of a run that it failed, also where it ended once more since.
///
/// # Errors
/// Only those of the database.
pub async fn has_failed_before(tx: &WriteTx, run: OccurrenceId) -> AppResult<bool> {
    is_raised(tx, &once(AlarmKind::Failed, run)).await
}

/// A schedule has paused itself.
///
/// # Errors
/// Only those of the database.
pub async fn paused(
    ctx: &Ctx,
    tx: &WriteTx,
    held: &schedule::Model,
    run: OccurrenceId,
    failures: u32,
) -> AppResult<()> {
    let why = format!(
        "{failures} runs failed in a row. Nothing is planned until somebody resumes it, and what waits does not begin."
    );
    of_run(ctx, tx, held, run, AlarmKind::Paused, Some(&why)).await?;
    Ok(())
}

/// The report of a run waits for its owner, until a time where there is one, which `until` says in words.
///
/// # Errors
/// Only those of the database.
pub async fn draft(
    ctx: &Ctx,
    tx: &WriteTx,
    held: &schedule::Model,
    run: OccurrenceId,
    until: Option<&str>,
) -> AppResult<()> {
    if held.deleted_at.is_some() {
        return Ok(());
    }
    let told = people::responsible(&**tx, held.project_id, held.owner_id).await?;
    let why = match until {
        Some(until) => {
            format!("Read the draft, add a comment if you like, and send it. It goes out by itself on {until}.")
        }
        None => "Read the draft, add a comment if you like, and send it. It waits until somebody does.".to_owned(),
    };
    let whom = about(AlarmKind::Draft, &held.name, facts::number(&**tx, run).await?);
    let news = News {
        once: once(AlarmKind::Draft, run),
        // Each draft is asked about: none waits for the mail about another.
        topic: draft_topic(run),
        kind: AlarmKind::Draft,
        project: Some(held.project_id),
        schedule: Some(held.id),
        run: Some(run),
        account: None,
        words: sentence(AlarmKind::Draft, &whom, Some(&why)),
    };
    raise(ctx, tx, news, &told).await?;
    Ok(())
}

fn draft_topic(run: OccurrenceId) -> String {
    format!("draft:{run}")
}

/// A draft does not wait any more, because somebody has decided, its time has come, or its run was ended: it asks nobody.
///
/// # Errors
/// Only those of the database.
pub async fn draft_answered(ctx: &Ctx, tx: &WriteTx, run: OccurrenceId) -> AppResult<()> {
    is_read(ctx, tx, Condition::all().add(alarm::Column::Topic.eq(draft_topic(run)))).await
}

/// It was found out, or somebody has said, whether messages of a run arrived. As long as it is unknown of others, the alarm
/// counts those, and stays as read as it was; behind the last one nobody has to decide any more.
///
/// # Errors
/// [`crate::error::AppError::NotFound`] for a run that is gone.
pub async fn decided(ctx: &Ctx, tx: &WriteTx, run: OccurrenceId) -> AppResult<()> {
    let Unknown { count, address, is_cancelled } = facts::unknown(&**tx, run).await?;
    let once = once(AlarmKind::Uncertain, run);
    let Some(address) = address else {
        return is_read(ctx, tx, Condition::all().add(alarm::Column::Once.eq(once))).await;
    };
    let held = facts::schedule_of(&**tx, run).await?;
    let whom = about(AlarmKind::Uncertain, &held.name, facts::number(&**tx, run).await?);
    let why = rules::unknown_words(&address, count, is_cancelled);
    let words = sentence(AlarmKind::Uncertain, &whom, Some(&why));
    let Some(alarm) = raised(tx, &once).await? else { return Ok(()) };
    // In mails that are not written yet, too.
    alarm::Entity::update_many()
        .col_expr(alarm::Column::Words, Expr::value(&words))
        .filter(alarm::Column::Id.eq(alarm))
        .exec(&**tx)
        .await?;
    tell::alarm_otherwise(&**tx, alarm, &words).await
}

/// The alarm that was raised under this name.
async fn raised(tx: &WriteTx, once: &str) -> AppResult<Option<AlarmId>> {
    let query = alarm::Entity::find().select_only().column(alarm::Column::Id).filter(alarm::Column::Once.eq(once));
    Ok(query.into_tuple().one(&**tx).await?)
}

/// What these alarms have told is read.
async fn is_read(ctx: &Ctx, tx: &WriteTx, those: Condition) -> AppResult<()> {
    let told = alarm::Entity::find().select_only().column(alarm::Column::Id).filter(those).into_query();
    notification::Entity::update_many()
        .col_expr(notification::Column::ReadAt, Expr::value(ctx.now))
        .filter(notification::Column::ReadAt.is_null())
        .filter(notification::Column::AlarmId.in_subquery(told))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// It is unknown whether a message arrived. One alarm a run, however many messages: its words count them, and each further
/// one makes it unread, and part of the next mail.
///
/// # Errors
/// [`crate::error::AppError::NotFound`] for a run that is gone.
pub async fn uncertain(ctx: &Ctx, tx: &WriteTx, run: OccurrenceId, address: &str) -> AppResult<()> {
    let held = facts::schedule_of(&**tx, run).await?;
    let Unknown { count, is_cancelled, .. } = facts::unknown(&**tx, run).await?;
    let why = rules::unknown_words(address, count, is_cancelled);
    let words = of_run(ctx, tx, &held, run, AlarmKind::Uncertain, Some(&why)).await?;
    let Some(words) = words else { return Ok(()) };
    let Some(alarm) = raised(tx, &once(AlarmKind::Uncertain, run)).await? else { return Ok(()) };
    // It is as new as its last message: a mail that has left has not told of that.
    alarm::Entity::update_many()
        .col_expr(alarm::Column::Words, Expr::value(&words))
        .col_expr(alarm::Column::At, Expr::value(ctx.now))
        .filter(alarm::Column::Id.eq(alarm))
        .exec(&**tx)
        .await?;
    let (topic, told) = (schedule_topic(held.id), people::responsible(&**tx, held.project_id, held.owner_id).await?);
    tell::alarm_anew(ctx, &**tx, &told, alarm, &words).await?;
    for person in told {
        let is_wanted = choices::of(&**tx, person).await?.wants(AlarmKind::Uncertain);
        if is_wanted && !take_along(ctx, tx, person, &topic).await? {
            gather(ctx, tx, person, &topic).await?;
        }
    }
    Ok(())
}

/// Has the last mail to the person about a topic tell of what is new, too, where it was written and did not go yet: it is
/// written anew at each try. False: there is none such.
async fn take_along(ctx: &Ctx, tx: &WriteTx, person: UserId, topic: &str) -> AppResult<bool> {
    use alarm_mail::Column;
    let of_topic = Condition::all().add(Column::UserId.eq(person)).add(Column::Topic.eq(topic));
    let last = alarm_mail::Entity::find().filter(of_topic).order_by_desc(Column::Since).limit(1).one(&**tx).await?;
    let Some(last) = last else { return Ok(false) };
    let Some(until) = last.until else { return Ok(false) };
    // What may have arrived goes again as the very same message.
    if !matches!(last.phase, DeliveryPhase::Queued | DeliveryPhase::Deferred) || last.retried_uncertain {
        return Ok(false);
    }
    // Whoever has just written it, and not begun to send it, loses it, and its claim ends: it is written once more then.
    let taken = alarm_mail::Entity::update_many()
        .col_expr(Column::Until, Expr::value(Ord::max(until, ctx.now)))
        .col_expr(Column::Fence, Expr::col(Column::Fence).add(1))
        // What is new is not given up with what is old.
        .col_expr(Column::QueuedAt, Expr::value(ctx.now))
        .filter(Column::Id.eq(last.id))
        .filter(Column::Fence.eq(last.fence))
        .filter(Column::Phase.eq(last.phase))
        .exec(&**tx)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// A run did not start within its grace, or several did not: `words` say which, and what becomes of them.
///
/// # Errors
/// Only those of the database.
pub async fn late(ctx: &Ctx, tx: &WriteTx, held: &schedule::Model, run: OccurrenceId, words: &str) -> AppResult<()> {
    of_run(ctx, tx, held, run, AlarmKind::Late, Some(words)).await?;
    Ok(())
}

/// Names the alarm of an instant that could not be planned.
pub(super) fn unplanned_once(held: &schedule::Model, due: DateTime<Utc>) -> String {
    format!("unplanned:{}:{}", held.id, due.timestamp_micros())
}

/// A schedule that is due could not be planned: there is no run to speak of. True where this was news.
///
/// # Errors
/// Only those of the database.
pub async fn unplanned(
    ctx: &Ctx,
    tx: &WriteTx,
    held: &schedule::Model,
    due: DateTime<Utc>,
    why: &str,
) -> AppResult<bool> {
    let told = people::responsible(&**tx, held.project_id, held.owner_id).await?;
    let news = News {
        once: unplanned_once(held, due),
        topic: schedule_topic(held.id),
        kind: AlarmKind::Late,
        project: Some(held.project_id),
        schedule: Some(held.id),
        run: None,
        account: None,
        words: sentence(AlarmKind::Late, &held.name, Some(why)),
    };
    raise(ctx, tx, news, &told).await
}

/// The account itself was refused: its breaker opens, or stays open longer, and those whose jobs use it hear of it once.
///
/// # Errors
/// Only those of the database.
pub async fn account_blocked(ctx: &Ctx, account: AccountId, words: String, finder: Finder) -> AppResult<Gate> {
    let tx = ctx.begin().await?;
    let (gate, _) = gate::blocked_in(ctx, &tx, account, words, finder).await?;
    // Somebody's test may have opened the breaker, of which only they have heard.
    if let Some(block) = gate.block.as_ref()
        && let Some(row) = smtp_account::Entity::find_by_id(account).one(&*tx).await?
    {
        let told = users_of(&tx, &row).await?;
        let news = News {
            once: format!("account:{account}:{}", block.since.timestamp_micros()),
            topic: account_topic(account),
            kind: AlarmKind::Account,
            project: None,
            schedule: None,
            run: None,
            account: Some(account),
            words: sentence(AlarmKind::Account, &format!("The mail account {}", row.name), Some(&block.words)),
        };
        raise(ctx, &tx, news, &told).await?;
    }
    tx.commit().await?;
    Ok(gate)
}

/// Pushes of the archive to a server have failed, `times` in a row; call it as often as you like. The archive is one for
/// all projects: the administrators hear of it, once until a push succeeds. `last_good` is when one did. `words` must hold
/// no secrets: git says addresses with their passwords.
///
/// # Errors
/// Only those of the database.
pub async fn push_failed(
    ctx: &Ctx,
    tx: &WriteTx,
    remote: &str,
    last_good: Option<DateTime<Utc>>,
    times: u32,
    words: &str,
) -> AppResult<()> {
    if times < PUSHES_TOLD {
        return Ok(());
    }
    let told = people::administrators(&**tx).await?;
    let since = last_good.map_or(0, |at| at.timestamp_micros());
    let news = News {
        once: format!("push:{remote}:{since}"),
        topic: format!("push:{remote}"),
        kind: AlarmKind::Push,
        project: None,
        schedule: None,
        run: None,
        account: None,
        words: sentence(AlarmKind::Push, &format!("The archive at {remote}"), Some(words)),
    };
    raise(ctx, tx, news, &told).await?;
    Ok(())
}

/// An alarm about a run of a schedule, once for each kind. Where it was raised before, the words come back in which it
/// would be now.
async fn of_run(
    ctx: &Ctx,
    tx: &WriteTx,
    held: &schedule::Model,
    run: OccurrenceId,
    kind: AlarmKind,
    why: Option<&str>,
) -> AppResult<Option<String>> {
    // Who has deleted a job wants to hear no more of it.
    if held.deleted_at.is_some() {
        return Ok(None);
    }
    let told = people::responsible(&**tx, held.project_id, held.owner_id).await?;
    let whom = about(kind, &held.name, facts::number(&**tx, run).await?);
    let news = News {
        once: once(kind, run),
        topic: schedule_topic(held.id),
        kind,
        project: Some(held.project_id),
        schedule: Some(held.id),
        run: Some(run),
        account: None,
        words: sentence(kind, &whom, why),
    };
    let words = news.words.clone();
    Ok((!raise(ctx, tx, news, &told).await?).then_some(words))
}

fn once(kind: AlarmKind, run: OccurrenceId) -> String {
    format!("{kind}:{run}")
}

async fn is_raised(tx: &WriteTx, once: &str) -> AppResult<bool> {
    Ok(alarm::Entity::find().filter(alarm::Column::Once.eq(once)).count(&**tx).await? > 0)
}

/// Those who are responsible for the jobs that use an account.
async fn users_of(tx: &WriteTx, account: &smtp_account::Model) -> AppResult<Vec<UserId>> {
    use schedule::Column;
    let mut uses_it = Condition::any().add(Column::AccountId.eq(account.id));
    if account.is_default {
        uses_it = uses_it.add(Column::AccountId.is_null());
    }
    let jobs: Vec<(ProjectId, Option<UserId>)> = schedule::Entity::find()
        .select_only()
        .columns([Column::ProjectId, Column::OwnerId])
        .distinct()
        .filter(uses_it)
        .filter(Column::State.eq(ScheduleState::On))
        .filter(Column::DeletedAt.is_null())
        .into_tuple()
        .all(&**tx)
        .await?;
    let mut told = Vec::new();
    for (project, owner) in jobs {
        told.extend(people::responsible(&**tx, project, owner).await?);
    }
    told.sort();
    told.dedup();
    Ok(told)
}

struct News {
    once: String,
    topic: String,
    kind: AlarmKind,
    project: Option<ProjectId>,
    schedule: Option<ScheduleId>,
    run: Option<OccurrenceId>,
    account: Option<AccountId>,
    words: String,
}

/// Stores an alarm and tells people, unless it has been raised before. True where this was news.
async fn raise(ctx: &Ctx, tx: &WriteTx, news: News, told: &[UserId]) -> AppResult<bool> {
    let News { once, topic, kind, project, schedule, run, account, words } = news;
    let id = AlarmId(Uuid::now_v7());
    let row = alarm::ActiveModel {
        id: Set(id),
        once: Set(once),
        topic: Set(topic.clone()),
        kind: Set(kind),
        project_id: Set(project),
        schedule_id: Set(schedule),
        occurrence_id: Set(run),
        account_id: Set(account),
        words: Set(words.clone()),
        at: Set(ctx.now),
    };
    let unless_raised = OnConflict::column(alarm::Column::Once).do_nothing().to_owned();
    let inserted = alarm::Entity::insert(row).on_conflict(unless_raised).exec_without_returning(&**tx).await?;
    if inserted == 0 {
        return Ok(false);
    }
    ctx.app.meters.alarm(kind);
    if kind.is_told_in_app() {
        tell::alarm(ctx, &**tx, told, id, &words).await?;
    }
    gather_for(ctx, tx, told, kind, &topic).await?;
    Ok(true)
}

/// Makes sure that mails to those wait who want to hear of this kind.
async fn gather_for(ctx: &Ctx, tx: &WriteTx, told: &[UserId], kind: AlarmKind, topic: &str) -> AppResult<()> {
    for person in told {
        if choices::of(&**tx, *person).await?.wants(kind) {
            gather(ctx, tx, *person, topic).await?;
        }
    }
    Ok(())
}

/// How often a mail that gathers is looked for, where others begin or write one at the same moment.
const LOOKS: usize = 3;

/// Makes sure that a mail to the person waits that will tell of this. One that waits already takes it along.
async fn gather(ctx: &Ctx, tx: &WriteTx, person: UserId, topic: &str) -> AppResult<()> {
    use alarm_mail::Column;
    let of_topic = Condition::all().add(Column::UserId.eq(person)).add(Column::Topic.eq(topic));
    for _ in 0..LOOKS {
        // Whoever writes the mail holds its row, too: what is committed before is in it, and nothing falls between.
        let waiting = alarm_mail::Entity::find().filter(of_topic.clone()).filter(Column::Until.is_null());
        if let Some(mail) = waiting.lock_exclusive().one(&**tx).await? {
            // What began earlier and came to its end later must not fall before the mail that takes it along.
            if mail.since > ctx.now {
                alarm_mail::Entity::update_many()
                    .col_expr(Column::Since, Expr::value(ctx.now))
                    .filter(Column::Id.eq(mail.id))
                    .exec(&**tx)
                    .await?;
            }
            return Ok(());
        }
        let last: Option<Option<DateTime<Utc>>> = alarm_mail::Entity::find()
            .select_only()
            .column(Column::Until)
            .filter(of_topic.clone())
            .order_by_desc(Column::Since)
            .limit(1)
            .into_tuple()
            .one(&**tx)
            .await?;
        let row = alarm_mail::ActiveModel {
            id: Set(AlarmMailId(Uuid::now_v7())),
            user_id: Set(person),
            topic: Set(topic.to_owned()),
            since: Set(ctx.now),
            until: Set(None),
            phase: Set(DeliveryPhase::Queued),
            account_id: Set(None),
            address: Set(None),
            subject: Set(None),
            message_id: Set(None),
            mime: Set(None),
            reply: Set(None),
            reason: Set(None),
            attempts: Set(0),
            attempts_before: Set(0),
            queued_at: Set(ctx.now),
            due_at: Set(Some(rules::mail_at(last.flatten(), ctx.now))),
            retried_uncertain: Set(false),
            fence: Set(0),
            created_at: Set(ctx.now),
            updated_at: Set(ctx.now),
        };
        let unless_waiting = OnConflict::new().do_nothing().to_owned();
        let made = alarm_mail::Entity::insert(row).on_conflict(unless_waiting).exec_without_returning(&**tx).await?;
        if made > 0 {
            return Ok(());
        }
    }
    // Three times somebody else was quicker: their mail is about the same, and this is in the app.
    Ok(())
}
