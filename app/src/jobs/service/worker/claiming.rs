//! Which run a worker takes next, and how it gives one back.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::Expr,
};

use super::{LOOK, step};
use crate::{
    domain::{
        crash_point::CrashPoint,
        ids::{OccurrenceId, ScheduleId},
        job::{JobKind, LogLevel, ScheduleState, without_a_hand},
        lease::latest_end,
        occurrence::{Effect, Event, LEASE, OccurrenceState, Trigger},
        planner::OpenRun,
    },
    entities::{occurrence, schedule},
    error::AppResult,
    jobs::service::{
        book,
        ledger::{self, RunRow},
        planner,
        sending::Hold,
    },
    platform::{ctx::Ctx, state::AppState},
};

/// A run that this worker owns, and what is to be done about it.
#[derive(Debug)]
pub struct Claim {
    pub(super) hold: Hold,
    pub(super) schedule: ScheduleId,
    pub(super) effect: Effect,
    kind: JobKind,
}

/// Claims the run that has waited longest, of those that nothing keeps from being taken up ([`OpenRun::hindrance`]):
/// another of its schedule that has not ended, or a pause. `owner` names this instance, for people.
///
/// # Errors
/// Only those of the database.
pub async fn claim(app: &AppState, owner: &str) -> AppResult<Option<Claim>> {
    claim_beside(app, owner, &[]).await
}

/// The same for a worker that works on runs of these kinds already: of a kind that has all the hands that it may have
/// ([`JobKind::hands`]) no further run is claimed, however long it has waited.
///
/// # Errors
/// Only those of the database.
pub async fn claim_beside(app: &AppState, owner: &str, at_work: &[JobKind]) -> AppResult<Option<Claim>> {
    let ctx = Ctx::system(app);
    for row in claimable(&ctx, &without_a_hand(at_work)).await? {
        let tx = ctx.begin().await?;
        let Some(held) = ledger::try_lock_schedule(&ctx, &tx, row.schedule_id).await? else { continue };
        let open = planner::open_runs(&tx, held.id).await?;
        let is_paused = held.state == ScheduleState::Paused;
        let others = open.iter().filter(|other| other.id != row.id).map(RunRow::as_open);
        let this = open.iter().find(|this| this.id == row.id).map(RunRow::as_open);
        if this.is_none_or(|this: OpenRun| this.hindrance(others, is_paused, ctx.now).is_some()) {
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
        if row.is_held && stepped.is_some() {
            let words = "Nobody has decided about the draft in time: it goes out as it is.";
            book::note(&ctx, &*tx, row.id, LogLevel::Info, words).await?;
        }
        tx.commit().await?;
        if let Some((standing, effects)) = stepped
            && let Some(&effect) = effects.iter().find(|effect| **effect != Effect::Finished)
        {
            let hold = Hold { run: row.id, fence: standing.fence };
            app.crash.reach(CrashPoint::Claimed);
            return Ok(Some(Claim { hold, schedule: held.id, effect, kind: held.kind }));
        }
    }
    Ok(None)
}

/// What has waited longest and can be claimed, but nothing of the kinds in `without`.
async fn claimable(ctx: &Ctx, without: &[JobKind]) -> AppResult<Vec<RunRow>> {
    use occurrence::Column;
    let has_come = |column: Column| Condition::any().add(column.is_null()).add(column.lte(ctx.now));
    // Runs behind one that is being worked on wait for it: however many, they must not hide those of other schedules.
    let busy = occurrence::Entity::find()
        .select_only()
        .column(Column::ScheduleId)
        .filter(ledger::is_open())
        .filter(Column::LeaseUntil.gt(ctx.now))
        .into_query();
    let mut query = ledger::run_columns()
        .filter(ledger::is_open())
        .filter(has_come(Column::NextTryAt))
        // A draft without a time waits for a person.
        .filter(Condition::any().add(Column::IsHeld.eq(false)).add(Column::NextTryAt.is_not_null()))
        .filter(has_come(Column::LeaseUntil))
        .filter(Column::ScheduleId.not_in_subquery(busy))
        .filter(Condition::any().add(Column::StartedAt.is_not_null()).add(may_begin()))
        .order_by_asc(Column::ScheduledAt)
        .limit(LOOK);
    // Left out here and not among the rows: however many they are, they must not hide the others.
    if !without.is_empty() {
        let left_out = schedule::Entity::find()
            .select_only()
            .column(schedule::Column::Id)
            .filter(schedule::Column::Kind.is_in(without.iter().copied()))
            .into_query();
        query = query.filter(Column::ScheduleId.not_in_subquery(left_out));
    }
    Ok(query.into_model().all(ctx.reader()).await?)
}

/// As [`OpenRun::hindrance`] says it of runs that have not begun: they neither wait for the end of a pause nor behind a
/// run of their schedule. Left out here, too, for the same reason: however many wait, they must not hide those of others.
fn may_begin() -> Condition {
    use occurrence::Column;
    let is_sent =
        Condition::all().add(Column::State.eq(OccurrenceState::Sending)).add(Column::WaitsForAccount.eq(false));
    let goes_on = Condition::any()
        .add(Column::LeaseUntil.is_not_null())
        .add(Condition::all().add(Column::StartedAt.is_not_null()).add(is_sent.not()));
    let going = occurrence::Entity::find()
        .select_only()
        .column(Column::ScheduleId)
        .filter(ledger::is_open())
        .filter(goes_on)
        .into_query();
    let paused = schedule::Entity::find()
        .select_only()
        .column(schedule::Column::Id)
        .filter(schedule::Column::State.eq(ScheduleState::Paused))
        .into_query();
    let is_let_in =
        Condition::any().add(Column::Trigger.eq(Trigger::Manual)).add(Column::ScheduleId.not_in_subquery(paused));
    Condition::all().add(Column::ScheduleId.not_in_subquery(going)).add(is_let_in)
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

/// Cuts claims that end later than a claim can: the clock has been set back since. A worker that lives renews its claim
/// before the shorter one ends; that of a worker that is gone ends then, and not when the old time has come again.
///
/// # Errors
/// Only those of the database.
pub async fn cut_claims(app: &AppState) -> AppResult<()> {
    use occurrence::Column;
    let ctx = Ctx::system(app);
    let is_too_long = || Condition::all().add(ledger::is_open()).add(Column::LeaseUntil.gt(latest_end(ctx.now, LEASE)));
    let query = occurrence::Entity::find().select_only().column(Column::Id).filter(is_too_long());
    if query.into_tuple::<OccurrenceId>().one(ctx.reader()).await?.is_none() {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    occurrence::Entity::update_many()
        .col_expr(Column::LeaseUntil, Expr::value(ctx.now + LEASE))
        .filter(is_too_long())
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
        Claim { hold: self.hold, schedule: self.schedule, effect: self.effect, kind: self.kind }
    }

    /// What the job does whose run it is.
    pub fn kind(&self) -> JobKind {
        self.kind
    }
}
