//! The domains outside to which mail may go: read by whoever makes or sends messages, kept by administrators.

use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, sea_query::OnConflict};

use crate::{
    domain::allow_list::AllowedDomains,
    entities::setting,
    error::{AppError, AppResult, Checks},
    platform::{ctx::Ctx, fault},
};

const NAME: &str = "recipient_domains";
/// The field of the form.
const FIELD: &str = "domains";

/// The domains as they are now.
///
/// # Errors
/// Those of the database, and a fault where the stored list cannot be read: then nothing may go out.
pub async fn read(db: &impl ConnectionTrait) -> AppResult<AllowedDomains> {
    let Some(row) = setting::Entity::find_by_id(NAME).one(db).await? else { return Ok(AllowedDomains::default()) };
    AllowedDomains::parse(&row.value)
        .map_err(|lines| fault::internal("reading the allowed domains", format!("{lines:?}")))
}

/// The lines of the form.
///
/// # Errors
/// [`AppError::Forbidden`] for everybody but an administrator.
pub async fn lines(ctx: &Ctx) -> AppResult<String> {
    ctx.admin()?;
    Ok(read(ctx.reader()).await?.lines())
}

/// Puts another list in the place of the one that is there. It counts from the next message on.
///
/// # Errors
/// [`AppError::Invalid`] with the lines that are no domains, [`AppError::Forbidden`] for everybody but an administrator.
pub async fn save(ctx: &Ctx, text: &str) -> AppResult<()> {
    ctx.admin()?;
    let domains = AllowedDomains::parse(text).map_err(|lines| {
        let mut checks = Checks::default();
        lines.into_iter().for_each(|(line, problem)| checks.add_line(FIELD, line, problem));
        checks.done().err().unwrap_or(AppError::Malformed)
    })?;
    let row = setting::ActiveModel { name: Set(NAME.to_owned()), value: Set(domains.lines()) };
    let replace = OnConflict::column(setting::Column::Name).update_column(setting::Column::Value).to_owned();
    let tx = ctx.begin().await?;
    setting::Entity::insert(row).on_conflict(replace).exec_without_returning(&*tx).await?;
    Ok(tx.commit().await?)
}
