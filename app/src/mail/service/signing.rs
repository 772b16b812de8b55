//! The key that signs an account's mail. A message is signed when it is written, and keeps its signature: another key
//! changes nothing about messages that wait or are sent again.

use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};

use super::accounts;
use crate::{
    domain::{
        dkim::{DkimRecord, is_selector, is_signing_domain},
        ids::AccountId,
        mail_account::AccountKind,
    },
    entities::mail_signature,
    error::{AppError, AppResult, Checks, Problem},
    platform::{
        ctx::Ctx,
        fault,
        mailer::{DkimKey, KeyProblem},
        secrets::{RowIdentity, Secret},
    },
};

/// Longest key that is taken, in bytes.
const KEY_MAX: usize = 8 * 1024;

/// What a form says of a key.
#[derive(Clone, Debug)]
pub struct KeyInput {
    pub domain: String,
    pub selector: String,
    /// In PEM; empty makes a new Ed25519 key.
    pub key: String,
}

/// The key of an account, without its secret.
///
/// # Errors
/// Those of the database, [`AppError::Forbidden`] for everybody but an administrator.
pub async fn read(ctx: &Ctx, id: AccountId) -> AppResult<Option<mail_signature::Model>> {
    accounts::allow(ctx)?;
    Ok(mail_signature::Entity::find_by_id(id).one(ctx.reader()).await?)
}

/// What must be published for a key.
pub fn record(row: &mail_signature::Model) -> DkimRecord {
    DkimRecord::new(&row.selector, &row.domain, row.record.clone())
}

/// The key that signs an account's mail now, opened.
///
/// # Errors
/// [`AppError::Internal`] for a key that does not open.
pub async fn open(ctx: &Ctx, id: AccountId) -> AppResult<Option<DkimKey>> {
    let Some(row) = mail_signature::Entity::find_by_id(id).one(ctx.reader()).await? else { return Ok(None) };
    let name = id.to_string();
    let pem = ctx
        .app
        .keyring
        .open(key_of(&name), &row.key_ciphertext)
        .map_err(|error| fault::internal("opening a DKIM key", error))?;
    let key = DkimKey::open(&row.domain, &row.selector, &pem);
    key.map(Some).map_err(|error| fault::internal("reading a DKIM key", error))
}

/// Signs an account's mail with a key from now on.
///
/// # Errors
/// [`AppError::Invalid`] for bad fields, [`AppError::Forbidden`] for everybody but an administrator.
pub async fn save(ctx: &Ctx, id: AccountId, input: KeyInput) -> AppResult<()> {
    accounts::allow(ctx)?;
    let KeyInput { domain, selector, key } = input;
    let (domain, selector) = (domain.trim().to_ascii_lowercase(), selector.trim().to_ascii_lowercase());
    let mut checks = Checks::default();
    match domain.as_str() {
        "" => checks.add("domain", Problem::Required),
        domain if !is_signing_domain(domain) => checks.add("domain", Problem::NotAHost),
        _ => {}
    }
    match selector.as_str() {
        "" => checks.add("selector", Problem::Required),
        selector if !is_selector(selector) => checks.add("selector", Problem::NotASelector),
        _ => {}
    }
    let pem = match key.trim() {
        "" => DkimKey::generate().map_err(|error| fault::internal("making a DKIM key", error))?,
        given => Secret::new(given),
    };
    let opened =
        if pem.expose().len() > KEY_MAX { Err(KeyProblem::NotAKey) } else { DkimKey::open(&domain, &selector, &pem) };
    let opened = match opened {
        Ok(opened) => Some(opened),
        Err(problem) => {
            checks.add("key", if problem == KeyProblem::WrongSize { Problem::KeySize } else { Problem::NotAKey });
            None
        }
    };
    checks.done()?;
    let Some(opened) = opened else { return Err(AppError::Malformed) };
    let name = id.to_string();
    let sealed = ctx.app.keyring.seal(key_of(&name), &pem);
    let row = mail_signature::ActiveModel {
        account_id: Set(id),
        algorithm: Set(opened.algorithm()),
        record: Set(opened.record().value),
        domain: Set(domain),
        selector: Set(selector),
        key_ciphertext: Set(sealed.map_err(|error| fault::internal("sealing a DKIM key", error))?),
        created_at: Set(ctx.now),
    };
    let tx = ctx.begin().await?;
    if accounts::lock(&*tx, id).await?.kind == AccountKind::Outbox {
        return Err(AppError::field("domain", Problem::NotAllowed));
    }
    use mail_signature::Column;
    let changed =
        [Column::Domain, Column::Selector, Column::Algorithm, Column::KeyCiphertext, Column::Record, Column::CreatedAt];
    let instead = OnConflict::column(Column::AccountId).update_columns(changed).to_owned();
    mail_signature::Entity::insert(row).on_conflict(instead).exec_without_returning(&*tx).await?;
    Ok(tx.commit().await?)
}

/// Signs no more. What is signed already stays so.
///
/// # Errors
/// [`AppError::Forbidden`] for everybody but an administrator.
pub async fn remove(ctx: &Ctx, id: AccountId) -> AppResult<()> {
    accounts::allow(ctx)?;
    let tx = ctx.begin().await?;
    mail_signature::Entity::delete_by_id(id).exec(&*tx).await?;
    Ok(tx.commit().await?)
}

/// Where an account's key stands, for the keyring.
fn key_of(id: &str) -> RowIdentity<'_> {
    RowIdentity { table: "mail_signature", column: "key_ciphertext", row: id }
}
