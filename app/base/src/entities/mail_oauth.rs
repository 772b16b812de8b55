//! How an account gets its access tokens (XOAUTH2).

use sea_orm::entity::prelude::*;

use crate::domain::ids::AccountId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_oauth")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// Where a person signs in for a refresh token; empty where that is not known.
    pub authorize_url: String,
    pub token_url: String,
    pub client_id: String,
    /// What the token may be used for; empty: what the refresh token says.
    pub scope: String,
    /// Sealed by the keyring for this row, as are the two tokens.
    pub client_secret_ciphertext: Option<String>,
    pub refresh_token_ciphertext: String,
    pub access_token_ciphertext: Option<String>,
    pub access_expires_at: Option<DateTimeUtc>,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
