//! What a page is to say of a form that was sent to it, with all that was typed, where that is too long for the address
//! that it would travel in: a row for an hour, sealed, which only whoever sent the form can read.

use chrono::TimeDelta;
use rand::RngCore as _;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    ctx::Ctx,
    fault,
    hash::{hex, sha256},
    secrets::{RowIdentity, Secret},
};
use crate::{
    entities::kept_form,
    error::{AppError, AppResult},
};

/// How long it is kept: as long as somebody may leave a page open before they mend a form.
const KEPT: TimeDelta = TimeDelta::hours(1);

/// How many are kept for a person: so many tabs show what was typed into them. More would fill the disk.
const MOST: usize = 16;

/// The field of the address that has the name of the row.
pub const FIELD: &str = "__kept";

/// What a page is told of the form that it shows again.
#[derive(Clone, Debug, Default)]
pub struct Kept(pub Option<AppError>);

/// Keeps what is to be said, and gives its name for the address. The name is a secret of its own: it is stored as its hash alone.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in: nobody else can make rows.
pub async fn keep(ctx: &Ctx, said: &impl Serialize) -> AppResult<String> {
    let owner = ctx.me()?.id.to_string();
    let mut random = [0_u8; 16];
    rand::rng().fill_bytes(&mut random);
    let name = hex(&random);
    let stored = stored(&owner, &name);
    let json = serde_json::to_string(said).map_err(|error| fault::internal("writing down a form", error))?;
    let row = place(&stored, &owner);
    let sealed = ctx.app.keyring.seal(identity(&row), &Secret::new(json));
    let sealed = sealed.map_err(|error| fault::internal("sealing a form", error))?;
    let row = kept_form::ActiveModel { name: Set(stored), sealed: Set(sealed), kept_at: Set(ctx.now) };
    let tx = ctx.begin().await?;
    kept_form::Entity::insert(row).exec_without_returning(&*tx).await?;
    let mine: Vec<String> = kept_form::Entity::find()
        .select_only()
        .column(kept_form::Column::Name)
        .filter(kept_form::Column::Name.starts_with(of_owner(&owner)))
        .order_by_desc(kept_form::Column::KeptAt)
        .order_by_desc(kept_form::Column::Name)
        .into_tuple()
        .all(&*tx)
        .await?;
    if let Some(old) = mine.get(MOST..).filter(|old| !old.is_empty()) {
        kept_form::Entity::delete_many().filter(kept_form::Column::Name.is_in(old.to_vec())).exec(&*tx).await?;
    }
    tx.commit().await?;
    Ok(name)
}

/// What was kept under this name; none where it is somebody else's, too old, was never kept, or is something else. It
/// stays, so that the page can be loaded again.
///
/// # Errors
/// Only those of the database.
pub async fn read<T: DeserializeOwned>(ctx: &Ctx, name: &str) -> AppResult<Option<T>> {
    let Ok(me) = ctx.me() else { return Ok(None) };
    let owner = me.id.to_string();
    let query = kept_form::Entity::find_by_id(stored(&owner, name));
    let query = query.filter(kept_form::Column::KeptAt.gt(ctx.now - KEPT));
    let Some(row) = query.one(ctx.reader()).await? else { return Ok(None) };
    let place = place(&row.name, &owner);
    let opened = ctx.app.keyring.open(identity(&place), &row.sealed).ok();
    Ok(opened.and_then(|json| serde_json::from_str(json.expose()).ok()))
}

/// Forgets what is too old.
///
/// # Errors
/// Only those of the database.
pub async fn forget_old(ctx: &Ctx) -> AppResult<()> {
    let tx = ctx.begin().await?;
    kept_form::Entity::delete_many().filter(kept_form::Column::KeptAt.lte(ctx.now - KEPT)).exec(&*tx).await?;
    Ok(tx.commit().await?)
}

/// How the names of a person's rows begin, so that they can be counted.
fn of_owner(owner: &str) -> String {
    format!("{}.", sha256(owner.as_bytes()))
}

/// What a row is called.
fn stored(owner: &str, name: &str) -> String {
    format!("{}{}", of_owner(owner), sha256(name.as_bytes()))
}

/// What the row is sealed for: itself, and whoever sent the form.
fn place(stored: &str, owner: &str) -> String {
    format!("{stored}:{owner}")
}

fn identity(place: &str) -> RowIdentity<'_> {
    RowIdentity { table: "kept_form", column: "sealed", row: place }
}
