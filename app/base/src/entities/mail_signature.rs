//! The key that signs an account's mail (DKIM).

use sea_orm::entity::prelude::*;

use crate::domain::{dkim::DkimAlgorithm, ids::AccountId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_signature")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    pub domain: String,
    pub selector: String,
    pub algorithm: DkimAlgorithm,
    /// The private key in PEM, sealed by the keyring for this row.
    pub key_ciphertext: String,
    /// The text of the TXT record to publish.
    pub record: String,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
