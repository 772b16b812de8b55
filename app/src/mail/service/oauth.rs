//! Access tokens of an account: fetched when one is needed, kept sealed until shortly before they end.

use std::time::Duration;

use chrono::TimeDelta;
use http::Method;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use tokio::sync::Mutex;

use super::{
    accounts, gate,
    oauth_client::{Client, ClientInput, check_client, given},
};
use crate::{
    domain::{
        ids::AccountId,
        mail_account::AccountKind,
        oauth::{TokenAnswer, TokenRefusal, advice, encoded, form},
    },
    entities::{mail_consent, mail_oauth},
    error::{AppError, AppResult, Checks, Problem, is_forbidden},
    platform::{
        ctx::Ctx,
        db::WriteTx,
        fault,
        http_client::{Reply, Request},
        mailer::{Failure, FailureKind, Step},
        secrets::{RowIdentity, Secret},
    },
};

/// A token that ends sooner than this is not used any more: a conversation takes its time.
const MARGIN: TimeDelta = TimeDelta::seconds(60);
const PATIENCE: Duration = Duration::from_secs(20);
/// Longest words of an endpoint that are shown.
const WORDS_MAX: usize = 300;

/// What is said where an account has other tokens than those that were asked with.
const CHANGED: &str = "The tokens of the account were changed while it was asked";

/// One at a time asks for a token: some providers take back the token before.
static TURN: Mutex<()> = Mutex::const_new(());

/// How tokens are to be had, as a form says it.
#[derive(Clone, Debug)]
pub struct RenewalInput {
    pub client: ClientInput,
    /// Blank keeps the stored one.
    pub refresh_token: String,
}

/// How an account gets its tokens, without its secrets.
///
/// # Errors
/// Those of the database, [`AppError::Forbidden`] for everybody but an administrator.
pub async fn read(ctx: &Ctx, id: AccountId) -> AppResult<Option<mail_oauth::Model>> {
    accounts::allow(ctx)?;
    Ok(mail_oauth::Entity::find_by_id(id).one(ctx.reader()).await?)
}

/// Whether an account's tokens renew themselves.
pub(super) async fn is_set_up(ctx: &Ctx, id: AccountId) -> AppResult<bool> {
    Ok(mail_oauth::Entity::find_by_id(id).one(ctx.reader()).await?.is_some())
}

/// Keeps how tokens are to be had. A blank secret keeps the stored one, unless the endpoint or the client changes: a
/// stored secret never goes where it was not entered for.
///
/// # Errors
/// [`AppError::Invalid`] for bad fields, [`AppError::Forbidden`] for everybody but an administrator.
pub async fn save(ctx: &Ctx, id: AccountId, input: RenewalInput) -> AppResult<()> {
    accounts::allow(ctx)?;
    let tx = ctx.begin().await?;
    if accounts::lock(&*tx, id).await?.kind == AccountKind::Outbox {
        return Err(AppError::field("provider", Problem::NotAllowed));
    }
    let stored = mail_oauth::Entity::find_by_id(id).one(&*tx).await?;
    let (client, refresh_token) = check(input, stored.as_ref())?;
    let kept = stored.filter(|stored| client.is_of(stored));
    let client_secret = match &client.client_secret {
        Some(secret) => Some(seal(ctx, id, CLIENT_SECRET, secret)?),
        None => kept.as_ref().and_then(|kept| kept.client_secret_ciphertext.clone()),
    };
    let refresh_token = match (refresh_token, kept) {
        (Some(token), _) => seal(ctx, id, REFRESH_TOKEN, &token)?,
        (None, Some(kept)) => kept.refresh_token_ciphertext,
        (None, None) => return Err(AppError::field("refresh_token", Problem::Required)),
    };
    let row = mail_oauth::ActiveModel {
        account_id: Set(id),
        authorize_url: Set(client.authorize_url),
        token_url: Set(client.token_url),
        client_id: Set(client.client_id),
        scope: Set(client.scope),
        client_secret_ciphertext: Set(client_secret),
        refresh_token_ciphertext: Set(refresh_token),
        access_token_ciphertext: Set(None),
        access_expires_at: Set(None),
        updated_at: Set(ctx.now),
    };
    put(ctx, &tx, id, row).await?;
    tx.commit().await?;
    ctx.app.wake.notify_one();
    Ok(())
}

/// Keeps what a sign-in with a provider has given, in the place of what was there. False: the account has another server
/// by now, its tokens were taken away or came from elsewhere, so what was asked for before is not kept.
///
/// # Errors
/// [`AppError::NotFound`] for an account that is gone meanwhile.
pub(super) async fn keep(
    ctx: &Ctx,
    consent: &mail_consent::Model,
    client_secret: Option<&Secret>,
    answer: &TokenAnswer,
    refresh_token: &Secret,
) -> AppResult<bool> {
    let id = consent.account_id;
    let row = mail_oauth::ActiveModel {
        account_id: Set(id),
        authorize_url: Set(consent.authorize_url.clone()),
        token_url: Set(consent.token_url.clone()),
        client_id: Set(consent.client_id.clone()),
        scope: Set(consent.scope.clone()),
        client_secret_ciphertext: Set(client_secret.map(|secret| seal(ctx, id, CLIENT_SECRET, secret)).transpose()?),
        refresh_token_ciphertext: Set(seal(ctx, id, REFRESH_TOKEN, refresh_token)?),
        access_token_ciphertext: Set(Some(seal(ctx, id, ACCESS_TOKEN, &Secret::new(answer.access_token.as_str()))?)),
        access_expires_at: Set(Some(ctx.now + TimeDelta::seconds(answer.lifetime()))),
        updated_at: Set(ctx.now),
    };
    // A token that is asked for meanwhile is one of the former refresh token, and must not be stored over this one.
    let _turn = TURN.lock().await;
    let tx = ctx.begin().await?;
    accounts::lock(&*tx, id).await?;
    // Whatever changes where tokens may go takes the sign-ins along, also those whose code is just being traded.
    let own = mail_consent::Entity::delete_by_id(consent.state_hash.clone()).exec(&*tx).await?;
    if own.rows_affected == 0 {
        return Ok(false);
    }
    mail_consent::Entity::delete_many().filter(mail_consent::Column::AccountId.eq(id)).exec(&*tx).await?;
    put(ctx, &tx, id, row).await?;
    tx.commit().await?;
    ctx.app.wake.notify_one();
    Ok(true)
}

/// Writes the row over the one that is there; what was wrong with the account may be right now.
async fn put(ctx: &Ctx, tx: &WriteTx, id: AccountId, row: mail_oauth::ActiveModel) -> AppResult<()> {
    use mail_oauth::Column;
    let changed = [
        Column::AuthorizeUrl,
        Column::TokenUrl,
        Column::ClientId,
        Column::Scope,
        Column::ClientSecretCiphertext,
        Column::RefreshTokenCiphertext,
        Column::AccessTokenCiphertext,
        Column::AccessExpiresAt,
        Column::UpdatedAt,
    ];
    let instead = OnConflict::column(Column::AccountId).update_columns(changed).to_owned();
    mail_oauth::Entity::insert(row).on_conflict(instead).exec_without_returning(&**tx).await?;
    gate::clear_in(ctx, tx, id).await
}

/// Forgets how tokens are to be had, and the tokens.
///
/// # Errors
/// [`AppError::Forbidden`] for everybody but an administrator.
pub async fn remove(ctx: &Ctx, id: AccountId) -> AppResult<()> {
    accounts::allow(ctx)?;
    let tx = ctx.begin().await?;
    forget(&*tx, id).await?;
    Ok(tx.commit().await?)
}

/// Forgets the tokens of an account whose server has changed, and the sign-ins that would bring some: they were not
/// meant for another one.
pub(super) async fn forget(db: &impl ConnectionTrait, id: AccountId) -> AppResult<()> {
    mail_oauth::Entity::delete_by_id(id).exec(db).await?;
    mail_consent::Entity::delete_many().filter(mail_consent::Column::AccountId.eq(id)).exec(db).await?;
    Ok(())
}

fn check(input: RenewalInput, stored: Option<&mail_oauth::Model>) -> AppResult<(Client, Option<Secret>)> {
    let RenewalInput { client, refresh_token } = input;
    let mut checks = Checks::default();
    let client = check_client(&mut checks, client);
    let refresh_token = given(&mut checks, "refresh_token", &refresh_token);
    if refresh_token.is_none() && !stored.is_some_and(|stored| client.is_of(stored)) {
        checks.add("refresh_token", if stored.is_some() { Problem::EnterAgain } else { Problem::Required });
    }
    checks.done()?;
    Ok((client, refresh_token))
}

/// The stored secret of a client, opened.
pub(super) fn client_secret(ctx: &Ctx, row: &mail_oauth::Model) -> AppResult<Option<Secret>> {
    Ok(Secrets::open(ctx, row)?.client_secret)
}

/// A token that counts. `refused`: the server did not take this one, whatever its end says.
///
/// # Errors
/// A [`Failure`] at [`Step::Token`]: the account's, where the endpoint says no; else one that passes.
pub(super) async fn token(ctx: &Ctx, id: AccountId, refused: Option<&Secret>) -> Result<Secret, Failure> {
    let _turn = TURN.lock().await;
    let unreachable = |error: AppError| failed(FailureKind::TokenUnreachable(error.words()));
    let row = mail_oauth::Entity::find_by_id(id).one(ctx.reader()).await.map_err(|error| unreachable(error.into()))?;
    let Some(row) = row else { return Err(failed(FailureKind::MissingCredentials)) };
    let secrets = Secrets::open(ctx, &row).map_err(unreachable)?;
    if let Some(known) = &secrets.access_token
        && row.access_expires_at.is_some_and(|end| end > ctx.now + MARGIN)
        && refused != Some(known)
    {
        return Ok(known.clone());
    }
    let answer = ask(ctx, &row, &secrets).await?;
    if !store(ctx, &row, &answer).await.map_err(unreachable)? {
        return Err(failed(FailureKind::TokenUnreachable(CHANGED.to_owned())));
    }
    Ok(Secret::new(answer.access_token))
}

/// The opened secrets of a row.
struct Secrets {
    client_secret: Option<Secret>,
    refresh_token: Secret,
    access_token: Option<Secret>,
}

impl Secrets {
    fn open(ctx: &Ctx, row: &mail_oauth::Model) -> AppResult<Self> {
        let name = row.account_id.to_string();
        let open = |column: &'static str, sealed: &String| {
            let opened = ctx.app.keyring.open(place(&name, column), sealed);
            opened.map_err(|error| fault::internal("opening a token", error))
        };
        Ok(Self {
            client_secret: row
                .client_secret_ciphertext
                .as_ref()
                .map(|sealed| open(CLIENT_SECRET, sealed))
                .transpose()?,
            refresh_token: open(REFRESH_TOKEN, &row.refresh_token_ciphertext)?,
            access_token: row.access_token_ciphertext.as_ref().map(|sealed| open(ACCESS_TOKEN, sealed)).transpose()?,
        })
    }

    fn all(&self) -> Vec<&Secret> {
        let secrets = [self.client_secret.as_ref(), Some(&self.refresh_token), self.access_token.as_ref()];
        secrets.into_iter().flatten().collect()
    }
}

async fn ask(ctx: &Ctx, row: &mail_oauth::Model, secrets: &Secrets) -> Result<TokenAnswer, Failure> {
    let mut fields = vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", secrets.refresh_token.expose()),
        ("client_id", row.client_id.as_str()),
    ];
    if let Some(secret) = &secrets.client_secret {
        fields.push(("client_secret", secret.expose()));
    }
    if !row.scope.is_empty() {
        fields.push(("scope", &row.scope));
    }
    exchange(ctx, &row.token_url, &fields, &secrets.all(), advice).await.map_err(failed)
}

/// Asks a token endpoint. `secrets` are what its words may repeat, `advise` says what to do about a code of RFC 6749.
///
/// # Errors
/// [`FailureKind::TokenRefused`], [`FailureKind::TokenUnreachable`].
pub(super) async fn exchange(
    ctx: &Ctx,
    url: &str,
    fields: &[(&str, &str)],
    secrets: &[&Secret],
    advise: fn(&str) -> &'static str,
) -> Result<TokenAnswer, FailureKind> {
    let request = Request {
        method: Method::POST,
        url: url.to_owned(),
        headers: vec![
            ("content-type".into(), "application/x-www-form-urlencoded".into()),
            ("accept".into(), "application/json".into()),
        ],
        body: form(fields).into_bytes(),
        timeout: PATIENCE,
    };
    let reply = ctx.app.http().send(request).await;
    let reply = reply.map_err(|error| FailureKind::TokenUnreachable(error.to_string()))?;
    let is_good = (200..300).contains(&reply.status);
    if is_good
        && let Ok(answer) = serde_json::from_slice::<TokenAnswer>(&reply.body)
        && is_token(&answer.access_token)
    {
        return Ok(answer);
    }
    Err(refusal(&reply, secrets, advise))
}

/// What an answer without a token says.
fn refusal(reply: &Reply, secrets: &[&Secret], advise: fn(&str) -> &'static str) -> FailureKind {
    let Reply { status, body } = reply;
    let said = serde_json::from_slice::<TokenRefusal>(body);
    let words = match &said {
        Ok(TokenRefusal { error, error_description }) if error_description.is_empty() => error.clone(),
        Ok(TokenRefusal { error, error_description }) => format!("{error}: {error_description}"),
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    let words = shown(&words, secrets);
    let words = if words.is_empty() { status.to_string() } else { format!("{status}, {words}") };
    if *status == 429 || *status >= 500 {
        return FailureKind::TokenUnreachable(format!("It answered {words}"));
    }
    FailureKind::TokenRefused { words, advice: advise(said.as_ref().map_or("", |said| said.error.as_str())) }
}

/// The words of a provider as people are shown them. It may repeat what it was told, as it is or as it was sent: that is
/// hidden.
pub(super) fn shown(words: &str, secrets: &[&Secret]) -> String {
    let known = secrets.iter().map(|secret| secret.expose()).filter(|secret| !secret.is_empty());
    let known = known.flat_map(|secret| [secret.to_owned(), encoded(secret)]);
    let words = known.fold(words.to_owned(), |words, secret| words.replace(&secret, "(hidden)"));
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().filter(|c| !is_forbidden(*c)).take(WORDS_MAX).collect()
}

/// Fit for a header and for the database.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.len() <= 16 * 1024 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Stores what the refresh token of a row has given, as long as it is still the one of the account: another one may be of
/// another client, or newer. False: it is not.
async fn store(ctx: &Ctx, asked: &mail_oauth::Model, answer: &TokenAnswer) -> AppResult<bool> {
    use mail_oauth::Column::{AccountId as Account, RefreshTokenCiphertext};
    let id = asked.account_id;
    let sealed = |column: &'static str, secret: &str| seal(ctx, id, column, &Secret::new(secret));
    let mut row = mail_oauth::ActiveModel {
        access_token_ciphertext: Set(Some(sealed(ACCESS_TOKEN, &answer.access_token)?)),
        access_expires_at: Set(Some(ctx.now + TimeDelta::seconds(answer.lifetime()))),
        updated_at: Set(ctx.now),
        ..Default::default()
    };
    if let Some(refresh_token) = answer.refresh_token.as_deref().filter(|token| is_token(token)) {
        row.refresh_token_ciphertext = Set(sealed(REFRESH_TOKEN, refresh_token)?);
    }
    let tx = ctx.begin().await?;
    let stored = mail_oauth::Entity::update_many()
        .set(row)
        .filter(Account.eq(id))
        .filter(RefreshTokenCiphertext.eq(asked.refresh_token_ciphertext.as_str()))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(stored.rows_affected == 1)
}

fn failed(kind: FailureKind) -> Failure {
    Failure { step: Step::Token, kind }
}

const CLIENT_SECRET: &str = "client_secret_ciphertext";
const REFRESH_TOKEN: &str = "refresh_token_ciphertext";
const ACCESS_TOKEN: &str = "access_token_ciphertext";

fn seal(ctx: &Ctx, id: AccountId, column: &'static str, secret: &Secret) -> AppResult<String> {
    let sealed = ctx.app.keyring.seal(place(&id.to_string(), column), secret);
    sealed.map_err(|error| fault::internal("sealing a token", error))
}

/// Where a secret stands, for the keyring.
fn place<'a>(id: &'a str, column: &'static str) -> RowIdentity<'a> {
    RowIdentity { table: "mail_oauth", column, row: id }
}
