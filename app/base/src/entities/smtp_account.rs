//! Mail accounts: the built-in outbox and SMTP servers.

use sea_orm::entity::prelude::*;

use crate::domain::{
    ids::AccountId,
    mail_account::{AccountKind, AuthMethod, TlsMode},
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "smtp_account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountId,
    pub name: String,
    pub kind: AccountKind,
    /// Empty for the outbox, as is the user name.
    pub host: String,
    pub port: i32,
    pub tls: TlsMode,
    pub auth: AuthMethod,
    pub username: String,
    /// Sealed by the keyring for this row.
    pub secret_ciphertext: Option<String>,
    /// The certificates, in PEM, of the only authorities that are trusted for it; none: those of the machine.
    pub authorities: Option<String>,
    pub sender_name: String,
    pub sender_address: String,
    /// Most messages a minute; none: as fast as the server takes them.
    pub per_minute: Option<i32>,
    /// Most connections at a time, those of all instances together.
    pub connections: i32,
    /// One row at most.
    pub is_default: bool,
    /// The last test's report as JSON.
    pub last_test: Option<String>,
    pub last_tested_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
