//! Sign-ins with a provider that have begun and not come back yet.

use sea_orm::entity::prelude::*;

use crate::domain::ids::{AccountId, UserId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_consent")]
pub struct Model {
    /// SHA-256 of the state that the provider sends back, hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub state_hash: String,
    pub account_id: AccountId,
    pub user_id: UserId,
    /// The session in which it was begun.
    pub session_hash: String,
    pub authorize_url: String,
    pub token_url: String,
    pub client_id: String,
    pub scope: String,
    /// Sealed by the keyring for this row, as is the verifier (RFC 7636). Both are gone once it was taken.
    pub client_secret_ciphertext: Option<String>,
    pub verifier_ciphertext: String,
    pub expires_at: DateTimeUtc,
    /// When its answer came, after which no other one counts. One that has succeeded leaves no row.
    pub taken_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
