//! At the start: does the keyring belong to this database?

use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};

use super::{Keyring, SecretError};
use crate::{entities::setting, platform::db::Db};

const NAME: &str = "keyring_canary";

/// Compares the keyring with the canary in the database; the first start stores it.
///
/// # Errors
/// [`SecretError::WrongKeyring`] in words for the operator, and what the database says.
pub async fn check_database(db: &Db, keyring: &Keyring) -> Result<(), SecretError> {
    let unreadable = |error: sea_orm::DbErr| SecretError::Database(error.to_string());
    if let Some(stored) = setting::Entity::find_by_id(NAME).one(db.reader()).await.map_err(unreadable)? {
        return keyring.check_canary(&stored.value);
    }
    let row = setting::ActiveModel { name: Set(NAME.to_owned()), value: Set(keyring.canary()?) };
    let once = OnConflict::column(setting::Column::Name).do_nothing().to_owned();
    let tx = db.begin_write().await.map_err(unreadable)?;
    setting::Entity::insert(row).on_conflict(once).exec_without_returning(&*tx).await.map_err(unreadable)?;
    // Another instance may have been first: what counts is what stands there now.
    let stored = setting::Entity::find_by_id(NAME).one(&*tx).await.map_err(unreadable)?;
    tx.commit().await.map_err(unreadable)?;
    match stored {
        Some(stored) => keyring.check_canary(&stored.value),
        None => Err(SecretError::Database("the canary was not stored".to_owned())),
    }
}
