//! Mail accounts: listing, making, changing, choosing the default, removing.

mod input;

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use uuid::Uuid;

use crate::{
    domain::{ids::AccountId, mail_account::AccountKind},
    entities::smtp_account,
    error::{AppError, AppResult, Checks, Problem},
    platform::{
        ctx::{Actor, Ctx},
        db::{Turn, WriteTx},
        fault,
        secrets::{RowIdentity, Secret},
    },
};

pub use input::{AccountInput, OutboxInput};
use input::{NAME_MAX, NewSecret, address, check};

/// The built-in outbox. Its row comes with the schema.
pub const OUTBOX: AccountId = AccountId(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001));

/// All accounts, the default first, then by name.
///
/// # Errors
/// [`AppError::Forbidden`] for everybody but an administrator and the program itself.
pub async fn list(ctx: &Ctx) -> AppResult<Vec<smtp_account::Model>> {
    allow(ctx)?;
    let query = smtp_account::Entity::find()
        .order_by_desc(smtp_account::Column::IsDefault)
        .order_by_asc(smtp_account::Column::Name);
    Ok(query.all(ctx.reader()).await?)
}

/// Id and name of every account, the default first, for the choice in a schedule's form.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in.
pub async fn choices(ctx: &Ctx) -> AppResult<Vec<(AccountId, String)>> {
    if !matches!(ctx.actor, Actor::System) {
        ctx.me()?;
    }
    Ok(smtp_account::Entity::find()
        .select_only()
        .columns([smtp_account::Column::Id, smtp_account::Column::Name])
        .order_by_desc(smtp_account::Column::IsDefault)
        .order_by_asc(smtp_account::Column::Name)
        .into_tuple()
        .all(ctx.reader())
        .await?)
}

/// One account.
///
/// # Errors
/// [`AppError::NotFound`], or [`AppError::Forbidden`] as for [`list`].
pub async fn read(ctx: &Ctx, id: AccountId) -> AppResult<smtp_account::Model> {
    allow(ctx)?;
    smtp_account::Entity::find_by_id(id).one(ctx.reader()).await?.ok_or(AppError::NotFound)
}

/// The account that schedules without one of their own use.
///
/// # Errors
/// Only those of the database.
pub async fn default_id(db: &impl ConnectionTrait) -> AppResult<AccountId> {
    let query = smtp_account::Entity::find().select_only().column(smtp_account::Column::Id);
    let found = query.filter(smtp_account::Column::IsDefault.eq(true)).into_tuple().one(db).await?;
    Ok(found.unwrap_or(OUTBOX))
}

/// Name and address of the default account's sender.
///
/// # Errors
/// Only those of the database.
pub async fn default_sender(db: &impl ConnectionTrait) -> AppResult<(String, String)> {
    let account = smtp_account::Entity::find_by_id(default_id(db).await?).one(db).await?.ok_or(AppError::NotFound)?;
    Ok((account.sender_name, account.sender_address))
}

/// Makes an SMTP account.
///
/// # Errors
/// [`AppError::Invalid`] for bad fields, [`AppError::Forbidden`] as for [`list`].
pub async fn create(ctx: &Ctx, input: AccountInput) -> AppResult<AccountId> {
    allow(ctx)?;
    let id = AccountId(Uuid::now_v7());
    let checked = check(input, None, &ctx.app.settings.smtp_cleartext)?;
    let tx = ctx.begin().await?;
    refuse_taken(&tx, id, &checked.name).await?;
    smtp_account::ActiveModel {
        id: Set(id),
        name: Set(checked.name),
        kind: Set(AccountKind::Smtp),
        host: Set(checked.host),
        port: Set(checked.port),
        tls: Set(checked.tls),
        auth: Set(checked.auth),
        username: Set(checked.username),
        secret_ciphertext: Set(match checked.secret {
            NewSecret::Replace(secret) => Some(seal(ctx, id, &secret)?),
            NewSecret::Keep | NewSecret::Remove => None,
        }),
        authorities: Set(None),
        sender_name: Set(checked.sender_name),
        sender_address: Set(checked.sender_address),
        per_minute: Set(None),
        connections: Set(1),
        is_default: Set(false),
        last_test: Set(None),
        last_tested_at: Set(None),
        created_at: Set(ctx.now),
        updated_at: Set(ctx.now),
        version: Set(1),
    }
    .insert(&*tx)
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes an SMTP account. A blank password keeps the stored one, unless the server changes: a
/// stored password never goes to a server that it was not entered for.
///
/// # Errors
/// [`AppError::Invalid`] for bad fields, [`AppError::Conflict`] if the account has moved on since
/// `version`, [`Problem::NotAllowed`] for the outbox.
pub async fn update(ctx: &Ctx, id: AccountId, version: i64, input: AccountInput) -> AppResult<()> {
    allow(ctx)?;
    let tx = ctx.begin().await?;
    let stored = lock(&*tx, id).await?;
    if stored.kind == AccountKind::Outbox {
        return Err(AppError::field("name", Problem::NotAllowed));
    }
    expect_version(&stored, version, &input.name)?;
    let checked = check(input, Some(&stored), &ctx.app.settings.smtp_cleartext)?;
    if stored.name != checked.name {
        refuse_taken(&tx, id, &checked.name).await?;
    }
    let is_same_server = stored.host == checked.host && stored.port == checked.port && stored.tls == checked.tls;
    smtp_account::ActiveModel {
        id: Unchanged(id),
        name: Set(checked.name),
        host: Set(checked.host),
        port: Set(checked.port),
        tls: Set(checked.tls),
        auth: Set(checked.auth),
        username: Set(checked.username),
        secret_ciphertext: Set(match checked.secret {
            NewSecret::Replace(secret) => Some(seal(ctx, id, &secret)?),
            NewSecret::Keep => stored.secret_ciphertext,
            NewSecret::Remove => None,
        }),
        sender_name: Set(checked.sender_name),
        sender_address: Set(checked.sender_address),
        // What was tested is no longer what is stored.
        last_test: Set(None),
        last_tested_at: Set(None),
        updated_at: Set(ctx.now),
        version: Set(stored.version + 1),
        ..Default::default()
    }
    .update(&*tx)
    .await?;
    if !is_same_server {
        super::oauth::forget(&*tx, id).await?;
    }
    super::gate::clear_in(ctx, &tx, id).await?;
    tx.commit().await?;
    ctx.app.wake.notify_one();
    Ok(())
}

/// Changes whom the outbox's mail is from.
///
/// # Errors
/// As for [`update`].
pub async fn update_outbox(ctx: &Ctx, version: i64, input: OutboxInput) -> AppResult<()> {
    allow(ctx)?;
    let OutboxInput { sender_name, sender_address } = input;
    let mut checks = Checks::default();
    let sender_name = checks.line("sender_name", &sender_name, NAME_MAX);
    let sender_address = address(&mut checks, &sender_address);
    checks.done()?;
    let tx = ctx.begin().await?;
    let stored = lock(&*tx, OUTBOX).await?;
    expect_version(&stored, version, &sender_name)?;
    smtp_account::ActiveModel {
        id: Unchanged(OUTBOX),
        sender_name: Set(sender_name),
        sender_address: Set(sender_address),
        updated_at: Set(ctx.now),
        version: Set(stored.version + 1),
        ..Default::default()
    }
    .update(&*tx)
    .await?;
    Ok(tx.commit().await?)
}

/// Makes an account the one that schedules without one of their own use.
///
/// # Errors
/// [`AppError::NotFound`], or [`AppError::Forbidden`] as for [`list`].
pub async fn set_default(ctx: &Ctx, id: AccountId) -> AppResult<()> {
    allow(ctx)?;
    let tx = ctx.begin().await?;
    lock(&*tx, id).await?;
    make_default(&*tx, id).await?;
    Ok(tx.commit().await?)
}

/// Removes an account and its secret. If it was the default, the outbox is from now on.
///
/// # Errors
/// [`AppError::Forbidden`] for the outbox, which is always there, and as for [`list`].
pub async fn delete(ctx: &Ctx, id: AccountId) -> AppResult<()> {
    allow(ctx)?;
    if id == OUTBOX {
        return Err(AppError::Forbidden);
    }
    let tx = ctx.begin().await?;
    let stored = lock(&*tx, id).await?;
    if stored.is_default {
        make_default(&*tx, OUTBOX).await?;
    }
    smtp_account::Entity::delete_by_id(id).exec(&*tx).await?;
    Ok(tx.commit().await?)
}

/// Where an account's password stands, for the keyring.
pub(super) fn secret_of(id: &str) -> RowIdentity<'_> {
    RowIdentity { table: "smtp_account", column: "secret_ciphertext", row: id }
}

fn seal(ctx: &Ctx, id: AccountId, secret: &Secret) -> AppResult<String> {
    let row = id.to_string();
    ctx.app.keyring.seal(secret_of(&row), secret).map_err(|error| fault::internal("sealing a password", error))
}

pub(super) fn allow(ctx: &Ctx) -> AppResult<()> {
    match ctx.actor {
        Actor::System => Ok(()),
        Actor::Person(_) | Actor::Anonymous | Actor::Rule(_) => ctx.admin().map(|_| ()),
    }
}

pub(super) async fn lock(db: &impl ConnectionTrait, id: AccountId) -> AppResult<smtp_account::Model> {
    smtp_account::Entity::find_by_id(id).lock_exclusive().one(db).await?.ok_or(AppError::NotFound)
}

/// Jobs, runs and alarms speak of accounts by their names alone: two of one name could not be told apart.
async fn refuse_taken(tx: &WriteTx, id: AccountId, name: &str) -> AppResult<()> {
    use smtp_account::Column;
    tx.take_turn(Turn::MailAccountNames).await?;
    let query = smtp_account::Entity::find().select_only().column(Column::Name).filter(Column::Id.ne(id));
    let names: Vec<String> = query.into_tuple().all(&**tx).await?;
    match names.iter().any(|other| other.to_lowercase() == name.to_lowercase()) {
        true => Err(AppError::field("name", Problem::Taken)),
        false => Ok(()),
    }
}

fn expect_version(stored: &smtp_account::Model, version: i64, mine: &str) -> AppResult<()> {
    if stored.version == version {
        return Ok(());
    }
    Err(AppError::conflict("name", mine, &stored.name, stored.version))
}

/// Two statements: the index allows one default at a time.
async fn make_default(db: &impl ConnectionTrait, id: AccountId) -> AppResult<()> {
    let set = |is_default: bool| {
        smtp_account::Entity::update_many().col_expr(smtp_account::Column::IsDefault, Expr::value(is_default))
    };
    set(false).filter(smtp_account::Column::IsDefault.eq(true)).exec(db).await?;
    set(true).filter(smtp_account::Column::Id.eq(id)).exec(db).await?;
    Ok(())
}
