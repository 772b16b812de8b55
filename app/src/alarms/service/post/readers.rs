//! Whom the mail of an alarm is for now, and the accounts over which it may go.

use chrono_tz::Tz;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{
    domain::{
        account::{Language, UserState},
        address::EmailAddress,
        alarm::ways,
        ids::{AccountId, ScheduleId, UserId},
    },
    entities::{alarm, alarm_mail, mail_gate, schedule, smtp_account, user},
    error::AppResult,
    mail::service::{accounts::OUTBOX, suppressions},
    platform::ctx::Ctx,
    projects::service::access,
};

/// Whom a mail is for.
pub struct Reader {
    pub name: String,
    pub address: EmailAddress,
    pub zone: Tz,
    /// In which templates write dates and numbers.
    pub language: Language,
}

/// Whom it goes to now, or why to nobody. Only what is suppressed for all mail counts: who has stopped the reports of a
/// job is still responsible for it, and chooses their alarms elsewhere.
///
/// # Errors
/// Only those of the database.
pub async fn reader(ctx: &Ctx, row: &alarm_mail::Model) -> AppResult<Result<Reader, &'static str>> {
    let found = user::Entity::find_by_id(row.user_id).one(ctx.reader()).await?;
    let Some(person) = found.filter(|person| person.state == UserState::Active) else {
        return Ok(Err("The account of the recipient is switched off."));
    };
    let Some(address) = person.email.as_deref().and_then(|email| EmailAddress::parse(email).ok()) else {
        return Ok(Err("The recipient has no address that mail can go to."));
    };
    if suppressions::of_all_mail(ctx.reader(), &address).await?.is_some() {
        return Ok(Err("The address is on the list of those that get no mail."));
    }
    let zone = person.zone.parse().unwrap_or(Tz::UTC);
    Ok(Ok(Reader { name: person.name, address, zone, language: person.language }))
}

/// The accounts in the order in which they are tried: that of the job, one that works, at last the outbox.
///
/// # Errors
/// Only those of the database.
pub async fn ways_of(ctx: &Ctx, row: &alarm_mail::Model) -> AppResult<Vec<AccountId>> {
    let id_of = |prefix: &str| row.topic.strip_prefix(prefix).and_then(|id| id.parse::<Uuid>().ok());
    let own = match id_of("schedule:") {
        Some(id) => {
            schedule::Entity::find_by_id(ScheduleId(id)).one(ctx.reader()).await?.and_then(|job| job.account_id)
        }
        None => None,
    };
    let about = id_of("account:").map(AccountId);
    let blocked: Vec<AccountId> = mail_gate::Entity::find()
        .select_only()
        .column(mail_gate::Column::AccountId)
        .filter(mail_gate::Column::BlockedAt.is_not_null())
        .into_tuple()
        .all(ctx.reader())
        .await?;
    let all: Vec<AccountId> = smtp_account::Entity::find()
        .select_only()
        .column(smtp_account::Column::Id)
        .order_by_desc(smtp_account::Column::IsDefault)
        .order_by_asc(smtp_account::Column::Name)
        .into_tuple()
        .all(ctx.reader())
        .await?;
    let own = own.filter(|own| all.contains(own));
    Ok(ways(own, &all, |way| Some(way) == about || blocked.contains(&way), OUTBOX))
}

/// About no project, or about one that the person still sees: they may have left it since they were told.
pub fn still_seen_by(person: UserId) -> Condition {
    Condition::any()
        .add(alarm::Column::ProjectId.is_null())
        .add(alarm::Column::ProjectId.in_subquery(access::visible_projects(person)))
}
