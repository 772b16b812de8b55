//! Access tokens of an account: fetched when one is needed, kept sealed until shortly before they end.

use std::time::Duration;

use chrono::TimeDelta;
use http::Method;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ConnectionTrait, EntityTrait,
    sea_query::OnConflict,
};
use tokio::sync::Mutex;

use super::{accounts, gate};
use crate::{
    domain::{
        ids::AccountId,
        mail_account::AccountKind,
        oauth::{OAuthProvider, TokenAnswer, TokenRefusal, advice, encoded, form, is_token_address},
    },
    entities::mail_oauth,
    error::{AppError, AppResult, Checks, Problem, is_forbidden},
    platform::{
        ctx::Ctx,
        fault,
        http_client::{Reply, Request},
        mailer::{Failure, FailureKind, Step},
        secrets::{RowIdentity, Secret},
    },
};

/// A token that ends sooner than this is not used any more: a conversation takes its time.
const MARGIN: TimeDelta = TimeDelta::seconds(60);
const PATIENCE: Duration = Duration::from_secs(20);
const SECRET_MAX: u32 = 4_000;
/// Longest words of an endpoint that are shown.
const WORDS_MAX: usize = 300;

/// One at a time asks for a token: some providers take back the token before.
static TURN: Mutex<()> = Mutex::const_new(());

/// How tokens are to be had, as a form says it.
#[derive(Clone, Debug)]
pub struct RenewalInput {
    pub provider: String,
    /// Of another provider.
    pub token_url: String,
    pub scope: String,
    pub client_id: String,
    /// Blank keeps the stored one, as for the refresh token.
    pub client_secret: String,
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
    let checked = check(input, stored.as_ref())?;
    let name = id.to_string();
    let seal = |column: &'static str, secret: String| {
        ctx.app
            .keyring
            .seal(place(&name, column), &Secret::new(secret))
            .map_err(|error| fault::internal("sealing a token", error))
    };
    let kept = stored.filter(|stored| stored.token_url == checked.token_url && stored.client_id == checked.client_id);
    let client_secret = match checked.client_secret {
        Some(secret) => Some(seal(CLIENT_SECRET, secret)?),
        None => kept.as_ref().and_then(|kept| kept.client_secret_ciphertext.clone()),
    };
    let refresh_token = match (checked.refresh_token, kept) {
        (Some(token), _) => seal(REFRESH_TOKEN, token)?,
        (None, Some(kept)) => kept.refresh_token_ciphertext,
        (None, None) => return Err(AppError::field("refresh_token", Problem::Required)),
    };
    let row = mail_oauth::ActiveModel {
        account_id: Set(id),
        token_url: Set(checked.token_url),
        client_id: Set(checked.client_id),
        scope: Set(checked.scope),
        client_secret_ciphertext: Set(client_secret),
        refresh_token_ciphertext: Set(refresh_token),
        access_token_ciphertext: Set(None),
        access_expires_at: Set(None),
        updated_at: Set(ctx.now),
    };
    use mail_oauth::Column;
    let changed = [
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
    mail_oauth::Entity::insert(row).on_conflict(instead).exec_without_returning(&*tx).await?;
    gate::clear_in(ctx, &tx, id).await?;
    tx.commit().await?;
    ctx.app.wake.notify_one();
    Ok(())
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

/// Forgets the tokens of an account whose server has changed: they were not entered for another one.
pub(super) async fn forget(db: &impl ConnectionTrait, id: AccountId) -> AppResult<()> {
    mail_oauth::Entity::delete_by_id(id).exec(db).await?;
    Ok(())
}

struct Checked {
    token_url: String,
    scope: String,
    client_id: String,
    client_secret: Option<String>,
    refresh_token: Option<String>,
}

fn check(input: RenewalInput, stored: Option<&mail_oauth::Model>) -> AppResult<Checked> {
    let RenewalInput { provider, token_url, scope, client_id, client_secret, refresh_token } = input;
    let mut checks = Checks::default();
    let (token_url, scope) = match provider.parse::<OAuthProvider>().map(OAuthProvider::preset) {
        Ok(Some((url, scope))) => (url.to_owned(), scope.to_owned()),
        Ok(None) => {
            let token_url = token_url.trim().to_owned();
            if !is_token_address(&token_url) {
                let problem = if token_url.is_empty() { Problem::Required } else { Problem::NotATokenAddress };
                checks.add("token_url", problem);
            }
            (token_url, checks.optional_line("scope", &scope, 500))
        }
        Err(()) => {
            checks.add("provider", Problem::UnknownChoice);
            (String::new(), String::new())
        }
    };
    let client_id = checks.line("client_id", &client_id, 300);
    let is_same = stored.is_some_and(|stored| stored.token_url == token_url && stored.client_id == client_id);
    checks.optional_line("client_secret", &client_secret, SECRET_MAX);
    checks.optional_line("refresh_token", &refresh_token, SECRET_MAX);
    let given = |secret: String| {
        let secret = secret.trim().to_owned();
        (!secret.is_empty()).then_some(secret)
    };
    let (client_secret, refresh_token) = (given(client_secret), given(refresh_token));
    if refresh_token.is_none() && !is_same {
        checks.add("refresh_token", if stored.is_some() { Problem::EnterAgain } else { Problem::Required });
    }
    checks.done()?;
    Ok(Checked { token_url, scope, client_id, client_secret, refresh_token })
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
    store(ctx, id, &answer).await.map_err(unreachable)?;
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

    /// An endpoint may repeat what it was told, as it is or as it was sent; nobody is shown it.
    fn hidden_in(&self, words: &str) -> String {
        let secrets = [self.client_secret.as_ref(), Some(&self.refresh_token), self.access_token.as_ref()];
        let known = secrets.into_iter().flatten().map(Secret::expose).filter(|secret| !secret.is_empty());
        let known = known.flat_map(|secret| [secret.to_owned(), encoded(secret)]);
        known.fold(words.to_owned(), |words, secret| words.replace(&secret, "(hidden)"))
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
    let request = Request {
        method: Method::POST,
        url: row.token_url.clone(),
        headers: vec![
            ("content-type".into(), "application/x-www-form-urlencoded".into()),
            ("accept".into(), "application/json".into()),
        ],
        body: form(&fields).into_bytes(),
        timeout: PATIENCE,
    };
    let reply = ctx.app.http().send(request).await;
    let reply = reply.map_err(|error| failed(FailureKind::TokenUnreachable(error.to_string())))?;
    let is_good = (200..300).contains(&reply.status);
    if is_good
        && let Ok(answer) = serde_json::from_slice::<TokenAnswer>(&reply.body)
        && is_token(&answer.access_token)
    {
        return Ok(answer);
    }
    Err(failed(refusal(&reply, secrets)))
}

/// What an answer without a token says.
fn refusal(reply: &Reply, secrets: &Secrets) -> FailureKind {
    let Reply { status, body } = reply;
    let said = serde_json::from_slice::<TokenRefusal>(body);
    let words = match &said {
        Ok(TokenRefusal { error, error_description }) if error_description.is_empty() => error.clone(),
        Ok(TokenRefusal { error, error_description }) => format!("{error}: {error_description}"),
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    let words = secrets.hidden_in(&words).split_whitespace().collect::<Vec<_>>().join(" ");
    let words: String = words.chars().filter(|c| !is_forbidden(*c)).take(WORDS_MAX).collect();
    let words = if words.is_empty() { status.to_string() } else { format!("{status}, {words}") };
    if *status == 429 || *status >= 500 {
        return FailureKind::TokenUnreachable(format!("It answered {words}"));
    }
    FailureKind::TokenRefused { words, advice: advice(said.as_ref().map_or("", |said| said.error.as_str())) }
}

/// Fit for a header and for the database.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.len() <= 16 * 1024 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

async fn store(ctx: &Ctx, id: AccountId, answer: &TokenAnswer) -> AppResult<()> {
    let name = id.to_string();
    let seal = |column: &'static str, secret: &str| {
        let sealed = ctx.app.keyring.seal(place(&name, column), &Secret::new(secret));
        sealed.map_err(|error| fault::internal("sealing a token", error))
    };
    let mut row = mail_oauth::ActiveModel {
        account_id: Unchanged(id),
        access_token_ciphertext: Set(Some(seal(ACCESS_TOKEN, &answer.access_token)?)),
        access_expires_at: Set(Some(ctx.now + TimeDelta::seconds(answer.lifetime()))),
        updated_at: Set(ctx.now),
        ..Default::default()
    };
    if let Some(refresh_token) = answer.refresh_token.as_deref().filter(|token| is_token(token)) {
        row.refresh_token_ciphertext = Set(seal(REFRESH_TOKEN, refresh_token)?);
    }
    let tx = ctx.begin().await?;
    row.update(&*tx).await?;
    Ok(tx.commit().await?)
}

fn failed(kind: FailureKind) -> Failure {
    Failure { step: Step::Token, kind }
}

const CLIENT_SECRET: &str = "client_secret_ciphertext";
const REFRESH_TOKEN: &str = "refresh_token_ciphertext";
const ACCESS_TOKEN: &str = "access_token_ciphertext";

/// Where a secret stands, for the keyring.
fn place<'a>(id: &'a str, column: &'static str) -> RowIdentity<'a> {
    RowIdentity { table: "mail_oauth", column, row: id }
}
