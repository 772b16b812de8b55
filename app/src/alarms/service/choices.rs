//! Which alarms a person gets by mail.

use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, sea_query::OnConflict};

use crate::{
    alarms::view::Silence,
    domain::{
        account::{Me, Role},
        address::EmailAddress,
        alarm::Choices,
        ids::UserId,
    },
    entities::alarm_choice,
    error::AppResult,
    mail::service::suppressions,
    platform::ctx::Ctx,
};

/// What a person has chosen, or what holds until they do.
///
/// # Errors
/// Only those of the database.
pub async fn of(db: &impl ConnectionTrait, person: UserId) -> AppResult<Choices> {
    let row = alarm_choice::Entity::find_by_id(person).one(db).await?;
    Ok(row.map_or_else(Choices::default, |row| {
        let alarm_choice::Model { user_id: _, failure, late, pause, solved } = row;
        Choices { failure, late, pause, solved }
    }))
}

/// Why the signed-in person gets no alarm by mail, whatever they choose: their address is on the list of no mail.
///
/// # Errors
/// Only those of the database.
pub async fn silence(ctx: &Ctx, me: &Me) -> AppResult<Option<Silence>> {
    let Ok(address) = EmailAddress::parse(&me.email) else { return Ok(None) };
    let row = suppressions::of_all_mail(ctx.reader(), &address).await?;
    Ok(row.map(|row| Silence {
        reason: row.reason,
        words: row.words,
        since: ctx.moment(row.created_at),
        can_lift: me.role == Role::Admin,
    }))
}

/// Keeps what the signed-in person chooses.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`] where nobody is signed in.
pub async fn save(ctx: &Ctx, choices: Choices) -> AppResult<()> {
    use alarm_choice::Column;
    let Choices { failure, late, pause, solved } = choices;
    let row = alarm_choice::ActiveModel {
        user_id: Set(ctx.me()?.id),
        failure: Set(failure),
        late: Set(late),
        pause: Set(pause),
        solved: Set(solved),
    };
    let replace = OnConflict::column(Column::UserId)
        .update_columns([Column::Failure, Column::Late, Column::Pause, Column::Solved])
        .to_owned();
    let tx = ctx.begin().await?;
    alarm_choice::Entity::insert(row).on_conflict(replace).exec_without_returning(&*tx).await?;
    Ok(tx.commit().await?)
}
