//! Copies of schedules. A copy is paused, so that nobody gets two reports because somebody tried something out.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::{recipients, schedules};
use crate::{
    domain::{
        ids::{RecipientId, ScheduleId},
        job::ScheduleState,
    },
    entities::{recipient, schedule},
    error::{AppError, AppResult},
    platform::ctx::{Actor, Ctx},
};

/// Longest name of a schedule.
const NAME: usize = 100;

/// Copies a schedule with its rules and recipients, in its project. What it has planned and sent stays with it.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`] for a viewer of the project, and for a kind that the person may not
/// make.
pub async fn duplicate(ctx: &Ctx, id: ScheduleId) -> AppResult<ScheduleId> {
    let original = schedules::editable(ctx, id).await?;
    if !schedules::may_have(ctx, original.kind) {
        return Err(AppError::Forbidden);
    }
    let people = recipients::of(ctx.reader(), id).await?;
    let copy = ScheduleId(Uuid::now_v7());
    let who = match &ctx.actor {
        Actor::Person(me) => format!(" by {}", me.name),
        _ => String::new(),
    };
    // What a schedule has beside these is copied, also what is added to it one day.
    let row = schedule::ActiveModel {
        id: Set(copy),
        owner_id: Set(ctx.actor_id()),
        name: Set(named(&original.name)),
        state: Set(ScheduleState::Paused),
        pause_note: Set(Some(format!("Copied{who}, and paused until somebody resumes it."))),
        next_run_at: Set(None),
        last_planned_at: Set(ctx.now),
        failures_in_row: Set(0),
        runs_made: Set(0),
        last_number: Set(0),
        created_at: Set(ctx.now),
        updated_at: Set(ctx.now),
        version: Set(1),
        ..original.into_active_model().reset_all()
    };
    let tx = ctx.begin().await?;
    schedule::Entity::insert(row).exec_without_returning(&*tx).await?;
    let rows = people.into_iter().map(|person| recipient::ActiveModel {
        id: Set(RecipientId(Uuid::now_v7())),
        schedule_id: Set(copy),
        ..person.into_active_model().reset_all()
    });
    let rows: Vec<_> = rows.collect();
    for some in rows.chunks(recipients::CHUNK) {
        recipient::Entity::insert_many(some.iter().cloned()).exec_without_returning(&*tx).await?;
    }
    tx.commit().await?;
    Ok(copy)
}

/// "Weekly report (copy)", within the length of a name.
fn named(name: &str) -> String {
    const MARK: &str = " (copy)";
    let kept: String = name.chars().take(NAME - MARK.len()).collect();
    format!("{}{MARK}", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_named_after_the_original_within_the_length_of_a_name() {
        assert_eq!(named("Weekly report"), "Weekly report (copy)");
        let long = named(&"å".repeat(NAME));
        assert!(long.chars().count() == NAME && long.ends_with(" (copy)"), "{long}");
    }
}
