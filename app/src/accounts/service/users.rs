//! Making and changing people.

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::passwords;
use crate::{
    domain::{
        account::{self, Language, Role, Theme, UserState},
        due::{SOON_CHOICES, SOON_USUAL},
        ids::UserId,
        week::WeekStart,
    },
    entities::user,
    error::{AppError, AppResult, Checks, Problem},
    platform::{ctx::Ctx, fault},
};

/// What a new account is made of.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub name: String,
    pub email: String,
    pub password: String,
    pub zone: String,
}

/// Whether anybody can sign in yet.
///
/// # Errors
/// Only those of the database.
pub async fn is_any(ctx: &Ctx) -> AppResult<bool> {
    Ok(count_people(ctx.reader()).await? > 0)
}

async fn count_people(db: &impl ConnectionTrait) -> AppResult<u64> {
    Ok(user::Entity::find().filter(user::Column::State.ne(UserState::Placeholder)).count(db).await?)
}

/// Makes the first account, which is the administrator's.
///
/// # Errors
/// [`AppError::Forbidden`] where there is an account already, [`AppError::Invalid`] for bad fields.
pub async fn create_first(ctx: &Ctx, new: NewUser) -> AppResult<user::Model> {
    create_if(ctx, new, Role::Admin, |people| people == 0).await
}

/// Makes an account.
///
/// # Errors
/// [`AppError::Invalid`] for bad fields or an address that has an account.
pub async fn create(ctx: &Ctx, new: NewUser, role: Role) -> AppResult<user::Model> {
    create_if(ctx, new, role, |_| true).await
}

async fn create_if(ctx: &Ctx, new: NewUser, role: Role, allowed: impl Fn(u64) -> bool) -> AppResult<user::Model> {
    let NewUser { name, email, password, zone } = new;
    let email = email.trim().to_lowercase();
    let mut checks = Checks::default();
    let name = checks.line("name", &name, 100);
    if email.is_empty() {
        checks.add("email", Problem::Required);
    } else if !account::is_address(&email) {
        checks.add("email", Problem::NotAnAddress);
    }
    check_password(&mut checks, &password, &email, &name);
    if zone.parse::<chrono_tz::Tz>().is_err() {
        checks.add("zone", Problem::UnknownZone);
    }
    checks.done()?;
    let password_hash = passwords::hash(&ctx.app, password).await?;

    let tx = ctx.begin().await?;
    if ctx.db().is_postgres() {
        // Two first sign-ups at once: the second one waits here and then sees the first.
        tx.execute_unprepared("LOCK TABLE \"user\" IN EXCLUSIVE MODE").await?;
    }
    if !allowed(count_people(&*tx).await?) {
        return Err(AppError::Forbidden);
    }
    let row = user::ActiveModel {
        id: Set(UserId(Uuid::now_v7())),
        email: Set(Some(email)),
        name: Set(name),
        password_hash: Set(Some(password_hash)),
        role: Set(role),
        state: Set(UserState::Active),
        zone: Set(zone),
        language: Set(Language::English),
        theme: Set(Theme::System),
        last_project_id: Set(None),
        uses_shortcuts: Set(true),
        shows_presence: Set(true),
        is_compact: Set(false),
        keeps_toasts: Set(false),
        hears_others: Set(true),
        soon_days: Set(i32::from(SOON_USUAL)),
        week_start: Set(WeekStart::Locale),
        created_at: Set(ctx.now),
        updated_at: Set(ctx.now),
    };
    let row = row.insert(&*tx).await.map_err(|error| {
        if fault::is_unique_violation(&error) { AppError::field("email", Problem::Taken) } else { error.into() }
    })?;
    tx.commit().await?;
    Ok(row)
}

pub(super) fn check_password(checks: &mut Checks, password: &str, email: &str, name: &str) {
    let length = password.chars().count();
    if length < account::PASSWORD_MIN as usize {
        checks.add("password", Problem::TooShort { min: account::PASSWORD_MIN });
    } else if length > account::PASSWORD_MAX as usize {
        checks.add("password", Problem::TooLong { max: account::PASSWORD_MAX });
    } else if account::is_common_password(password, email, name) {
        checks.add("password", Problem::CommonPassword);
    }
}

/// What a person can change about themselves.
#[derive(Clone, Debug)]
pub struct Profile {
    pub name: String,
    pub zone: String,
    pub language: Language,
    pub theme: Theme,
    /// Whether single characters are shortcuts.
    pub uses_shortcuts: bool,
    pub shows_presence: bool,
    /// Whether boards and tables stand close.
    pub is_compact: bool,
    /// Whether messages over the page stay until they are closed.
    pub keeps_toasts: bool,
    /// Whether a screen reader is told what others do.
    pub hears_others: bool,
    /// How many days after today are soon, 1 to 7.
    pub soon_days: u8,
    /// Where weeks of calendars begin.
    pub week_start: WeekStart,
}

/// Changes the signed-in person's profile.
///
/// # Errors
/// [`AppError::Invalid`] for bad fields.
pub async fn save_profile(ctx: &Ctx, profile: Profile) -> AppResult<()> {
    let Profile {
        name,
        zone,
        language,
        theme,
        uses_shortcuts,
        shows_presence,
        is_compact,
        keeps_toasts,
        hears_others,
        soon_days,
        week_start,
    } = profile;
    let me = ctx.me()?;
    let mut checks = Checks::default();
    let name = checks.line("name", &name, 100);
    if zone.parse::<chrono_tz::Tz>().is_err() {
        checks.add("zone", Problem::UnknownZone);
    }
    if !SOON_CHOICES.contains(&soon_days) {
        checks.add("soon_days", Problem::UnknownChoice);
    }
    checks.done()?;
    let tx = ctx.begin().await?;
    user::ActiveModel {
        id: Unchanged(me.id),
        name: Set(name),
        zone: Set(zone),
        language: Set(language),
        theme: Set(theme),
        uses_shortcuts: Set(uses_shortcuts),
        shows_presence: Set(shows_presence),
        is_compact: Set(is_compact),
        keeps_toasts: Set(keeps_toasts),
        hears_others: Set(hears_others),
        soon_days: Set(i32::from(soon_days)),
        week_start: Set(week_start),
        updated_at: Set(ctx.now),
        ..Default::default()
    }
    .update(&*tx)
    .await?;
    Ok(tx.commit().await?)
}

/// Sets the colours of the signed-in person's pages.
///
/// # Errors
/// Only those of the database.
pub async fn save_theme(ctx: &Ctx, theme: Theme) -> AppResult<()> {
    let me = ctx.me()?;
    let tx = ctx.begin().await?;
    user::ActiveModel { id: Unchanged(me.id), theme: Set(theme), updated_at: Set(ctx.now), ..Default::default() }
        .update(&*tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Everybody with an account, by name; placeholders are left out.
///
/// # Errors
/// [`AppError::Forbidden`] for everybody but an administrator and the program itself.
pub async fn list(ctx: &Ctx) -> AppResult<Vec<user::Model>> {
    if !matches!(ctx.actor, crate::platform::ctx::Actor::System) {
        ctx.admin()?;
    }
    Ok(user::Entity::find()
        .filter(user::Column::State.ne(UserState::Placeholder))
        .order_by_asc(user::Column::Name)
        .all(ctx.reader())
        .await?)
}
