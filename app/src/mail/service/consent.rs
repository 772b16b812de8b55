//! The sign-in with a provider that gives an account its first refresh token: begun on the account's page, ended by what
//! the browser brings back (RFC 6749 §4.1 with the proof of RFC 7636). It belongs to one session, and counts once.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use rand::RngCore as _;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use serde::{Deserialize, Serialize};

use super::{
    accounts, oauth,
    oauth_client::{ClientInput, check_client},
};
use crate::{
    domain::{
        consent::{ConsentFailure, PATIENCE_MINUTES, Question, Returned, code_advice},
        ids::{AccountId, UserId},
        mail_account::AccountKind,
        oauth::{OAuthProvider, TokenAnswer},
    },
    entities::{mail_consent, mail_oauth},
    error::{AppError, AppResult, Checks, Problem},
    platform::{
        ctx::{BrowserSession, Ctx},
        fault,
        hash::{sha256, sha256_for_address},
        mailer::{Failure, FailureKind, Step},
        sealed,
        secrets::{RowIdentity, Secret},
    },
};

/// Where a browser leaves for the provider. A form may lead to this site only (`form-action`), also by its redirects.
pub const LEAVE_PATH: &str = "/settings/mail/oauth/leave";
/// Where the provider sends it back.
pub const CALLBACK_PATH: &str = "/settings/mail/oauth/callback";

/// What the signature of an address of a provider is for.
const LEAVING: &str = "mail consent";
/// What the signature of a failure is for.
const FAILED: &str = "mail consent failed";
/// How long a page shows a failure.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// How long a sign-in that did not come back in time is known, so that it can be said that it was late.
const REMEMBERED: TimeDelta = TimeDelta::days(1);

/// The address that has to be registered at the provider.
pub fn redirect_uri(ctx: &Ctx) -> String {
    format!("{}{CALLBACK_PATH}", ctx.app.settings.base_url)
}

/// Begins a sign-in for an account, and answers with the path on this site from where the browser leaves for the
/// provider. A blank client secret is the stored one, where it was entered for the same endpoint and client.
///
/// # Errors
/// [`AppError::Invalid`] for bad fields, [`AppError::Forbidden`] for everybody but an administrator.
pub async fn begin(ctx: &Ctx, session: &BrowserSession, id: AccountId, input: ClientInput) -> AppResult<String> {
    let me = ctx.admin()?.id;
    let tx = ctx.begin().await?;
    let account = accounts::lock(&*tx, id).await?;
    if account.kind == AccountKind::Outbox {
        return Err(AppError::field("provider", Problem::NotAllowed));
    }
    let mut checks = Checks::default();
    if input.provider == OAuthProvider::Other.as_str() && input.authorize_url.trim().is_empty() {
        checks.add("authorize_url", Problem::Required);
    }
    let client = check_client(&mut checks, input);
    checks.done()?;
    let stored = mail_oauth::Entity::find_by_id(id).one(&*tx).await?.filter(|stored| client.is_of(stored));
    let client_secret = match (&client.client_secret, stored) {
        (Some(secret), _) => Some(secret.clone()),
        (None, Some(stored)) => oauth::client_secret(ctx, &stored)?,
        (None, None) => None,
    };
    let (state, verifier) = (random_word(), random_word());
    let state_hash = sha256(state.as_bytes());
    let until = ctx.now + TimeDelta::minutes(PATIENCE_MINUTES);
    let row = mail_consent::ActiveModel {
        account_id: Set(id),
        user_id: Set(me),
        session_hash: Set(session.0.clone()),
        authorize_url: Set(client.authorize_url.clone()),
        token_url: Set(client.token_url.clone()),
        client_id: Set(client.client_id.clone()),
        scope: Set(client.scope.clone()),
        client_secret_ciphertext: Set(client_secret
            .map(|secret| seal(ctx, &state_hash, CLIENT_SECRET, &secret))
            .transpose()?),
        verifier_ciphertext: Set(seal(ctx, &state_hash, VERIFIER, &Secret::new(verifier.as_str()))?),
        expires_at: Set(until),
        taken_at: Set(None),
        state_hash: Set(state_hash),
    };
    mail_consent::Entity::insert(row).exec_without_returning(&*tx).await?;
    tx.commit().await?;
    let question = Question {
        provider: client.provider,
        authorize_url: &client.authorize_url,
        client_id: &client.client_id,
        redirect_uri: &redirect_uri(ctx),
        scope: &client.scope,
        state: &state,
        challenge: &sha256_for_address(verifier.as_bytes()),
        login_hint: &account.username,
    };
    let leaving = Leaving { user: me, url: question.address(), until };
    Ok(format!("{LEAVE_PATH}?to={}", sealed::seal(&ctx.app.keyring, LEAVING, &leaving)?))
}

/// What the last sign-in for an account that did not succeed was begun with.
///
/// # Errors
/// Those of the database, [`AppError::Forbidden`] for everybody but an administrator.
pub async fn last(ctx: &Ctx, id: AccountId) -> AppResult<Option<mail_consent::Model>> {
    accounts::allow(ctx)?;
    let query = mail_consent::Entity::find().filter(mail_consent::Column::AccountId.eq(id));
    Ok(query.order_by_desc(mail_consent::Column::ExpiresAt).one(ctx.reader()).await?)
}

/// Forgets sign-ins that have long been over, with the secrets that they were begun with.
///
/// # Errors
/// Only those of the database.
pub async fn forget_old(ctx: &Ctx) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let forgotten = mail_consent::Column::ExpiresAt.lt(ctx.now - REMEMBERED);
    mail_consent::Entity::delete_many().filter(forgotten).exec(&*tx).await?;
    Ok(tx.commit().await?)
}

/// An address of a provider on its way to the page that leads there.
#[derive(Debug, Serialize, Deserialize)]
struct Leaving {
    user: UserId,
    url: String,
    until: DateTime<Utc>,
}

/// Where the browser goes on to: an address that [`begin`] has made for this person, and no other.
///
/// # Errors
/// [`AppError::NotFound`] for any other word and an old one, [`AppError::Forbidden`] for everybody but an administrator.
pub fn leaving(ctx: &Ctx, to: &str) -> AppResult<String> {
    let me = ctx.admin()?.id;
    let found: Option<Leaving> = sealed::open(&ctx.app.keyring, LEAVING, to);
    let found = found.filter(|leaving| leaving.user == me && ctx.now < leaving.until);
    found.map(|leaving| leaving.url).ok_or(AppError::NotFound)
}

/// How a sign-in has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The account has a refresh token.
    SignedIn(AccountId),
    /// Nothing was stored. No account: it is not known which one it was for.
    Failed(Option<AccountId>, ConsentFailure),
}

impl Ended {
    /// The page that says so.
    ///
    /// # Errors
    /// [`AppError::SignedOut`], or a fault.
    pub fn page(&self, ctx: &Ctx) -> AppResult<String> {
        Ok(match self {
            Self::SignedIn(account) => format!("/settings/mail/{account}?notice=signed_in"),
            Self::Failed(Some(account), why) => {
                format!("/settings/mail/{account}?consent={}#renewal", seal_failure(ctx, why)?)
            }
            Self::Failed(None, why) => format!("/settings/mail?consent={}", seal_failure(ctx, why)?),
        })
    }
}

/// Ends a sign-in with what the browser has brought back: trades the code for tokens and stores them.
///
/// # Errors
/// Those of the database, [`AppError::Forbidden`] for everybody but an administrator.
pub async fn finish(ctx: &Ctx, session: &BrowserSession, returned: &Returned) -> AppResult<Ended> {
    let me = ctx.admin()?.id;
    let Some(consent) = take(ctx, me, session, &returned.state).await? else {
        return Ok(Ended::Failed(None, ConsentFailure::unknown()));
    };
    Ok(match complete(ctx, &consent, returned).await? {
        Ok(()) => Ended::SignedIn(consent.account_id),
        Err(why) => Ended::Failed(Some(consent.account_id), why),
    })
}

/// The sign-in that an answer belongs to, if it is of this session and no answer came before.
async fn take(ctx: &Ctx, me: UserId, session: &BrowserSession, state: &str) -> AppResult<Option<mail_consent::Model>> {
    use mail_consent::Column;
    let tx = ctx.begin().await?;
    let found = mail_consent::Entity::find_by_id(sha256(state.as_bytes()))
        .filter(Column::UserId.eq(me))
        .filter(Column::SessionHash.eq(&session.0))
        .one(&*tx)
        .await?;
    let Some(consent) = found else { return Ok(None) };
    // Where the same answer comes twice at once, one of them finds the row untaken.
    let taken = mail_consent::Entity::update_many()
        .col_expr(Column::TakenAt, Expr::value(ctx.now))
        .col_expr(Column::ClientSecretCiphertext, Expr::value(None::<String>))
        .col_expr(Column::VerifierCiphertext, Expr::value(""))
        .filter(Column::StateHash.eq(&consent.state_hash))
        .filter(Column::TakenAt.is_null())
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok((taken.rows_affected == 1).then_some(consent))
}

async fn complete(
    ctx: &Ctx,
    consent: &mail_consent::Model,
    returned: &Returned,
) -> AppResult<Result<(), ConsentFailure>> {
    if consent.expires_at <= ctx.now {
        return Ok(Err(ConsentFailure::expired()));
    }
    if !returned.error.is_empty() {
        let (error, words) = (oauth::shown(&returned.error, &[]), oauth::shown(&returned.error_description, &[]));
        return Ok(Err(ConsentFailure::refused(&error, &words)));
    }
    if returned.code.is_empty() {
        return Ok(Err(ConsentFailure::no_code()));
    }
    let client_secret = consent
        .client_secret_ciphertext
        .as_ref()
        .map(|sealed| open(ctx, &consent.state_hash, CLIENT_SECRET, sealed))
        .transpose()?;
    let verifier = open(ctx, &consent.state_hash, VERIFIER, &consent.verifier_ciphertext)?;
    let code = Secret::new(returned.code.as_str());
    let answer = match redeem(ctx, consent, &code, &verifier, client_secret.as_ref()).await {
        Ok(answer) => answer,
        Err(why) => return Ok(Err(why)),
    };
    let Some(refresh_token) = answer.refresh_token.as_deref().filter(|token| oauth::is_token(token)) else {
        return Ok(Err(ConsentFailure::no_refresh_token(OAuthProvider::of(&consent.token_url))));
    };
    let is_kept = oauth::keep(ctx, consent, client_secret.as_ref(), &answer, &Secret::new(refresh_token)).await?;
    Ok(if is_kept { Ok(()) } else { Err(ConsentFailure::overtaken()) })
}

/// Trades the code for tokens (RFC 6749 §4.1.3).
async fn redeem(
    ctx: &Ctx,
    consent: &mail_consent::Model,
    code: &Secret,
    verifier: &Secret,
    client_secret: Option<&Secret>,
) -> Result<TokenAnswer, ConsentFailure> {
    let redirect_uri = redirect_uri(ctx);
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code.expose()),
        ("redirect_uri", redirect_uri.as_str()),
        ("client_id", consent.client_id.as_str()),
        ("code_verifier", verifier.expose()),
    ];
    let mut secrets = vec![code, verifier];
    if let Some(secret) = client_secret {
        fields.push(("client_secret", secret.expose()));
        secrets.push(secret);
    }
    let answer = oauth::exchange(ctx, &consent.token_url, &fields, &secrets, code_advice).await;
    answer.map_err(|kind| {
        let advice = match &kind {
            FailureKind::TokenRefused { advice, .. } => *advice,
            _ => "Check the token endpoint, or begin again in a few minutes.",
        };
        ConsentFailure::not_redeemed(Failure { step: Step::Token, kind }.what(), advice)
    })
}

/// A failure on its way to the page that shows it.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    user: UserId,
    why: ConsentFailure,
    at: DateTime<Utc>,
}

fn seal_failure(ctx: &Ctx, why: &ConsentFailure) -> AppResult<String> {
    let told = Told { user: ctx.me()?.id, why: why.clone(), at: ctx.now };
    sealed::seal(&ctx.app.keyring, FAILED, &told)
}

/// What a sealed failure says, if it is ours, of this person, and not old.
///
/// # Errors
/// [`AppError::SignedOut`], [`AppError::Forbidden`] for everybody but an administrator.
pub fn failure(ctx: &Ctx, sealed: &str) -> AppResult<Option<ConsentFailure>> {
    let me = ctx.admin()?.id;
    let told: Option<Told> = sealed::open(&ctx.app.keyring, FAILED, sealed);
    Ok(told.filter(|told| told.user == me && ctx.now - told.at < FRESH).map(|told| told.why))
}

/// 256 random bits as 43 letters, digits, `-` and `_`.
fn random_word() -> String {
    let mut random = [0_u8; 32];
    rand::rng().fill_bytes(&mut random);
    URL_SAFE_NO_PAD.encode(random)
}

const CLIENT_SECRET: &str = "client_secret_ciphertext";
const VERIFIER: &str = "verifier_ciphertext";

fn seal(ctx: &Ctx, state_hash: &str, column: &'static str, secret: &Secret) -> AppResult<String> {
    let sealed = ctx.app.keyring.seal(place(state_hash, column), secret);
    sealed.map_err(|error| fault::internal("sealing a sign-in", error))
}

fn open(ctx: &Ctx, state_hash: &str, column: &'static str, sealed: &str) -> AppResult<Secret> {
    let opened = ctx.app.keyring.open(place(state_hash, column), sealed);
    opened.map_err(|error| fault::internal("opening a sign-in", error))
}

fn place<'a>(state_hash: &'a str, column: &'static str) -> RowIdentity<'a> {
    RowIdentity { table: "mail_consent", column, row: state_hash }
}
