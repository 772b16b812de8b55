//! Server functions of what stands around an account: the authorities that it trusts, the key that signs its mail, the
//! tokens that it signs in with.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        certificate::Certificate, consent::ConsentFailure, dkim::DkimRecord, moment::Moment, oauth::OAuthProvider,
    },
    error::AppResult,
};

#[cfg(feature = "ssr")]
use {
    super::{
        api::parse,
        service::{
            authorities, consent,
            oauth::{self, RenewalInput},
            oauth_client::ClientInput,
            signing::{self, KeyInput},
        },
    },
    crate::{
        domain::{address::EmailAddress, dkim::is_aligned},
        entities::smtp_account,
        error::AppError,
        platform::ctx::{BrowserSession, Ctx},
    },
};

/// What stands around an account; never a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Around {
    /// The only authorities that are trusted; empty: those of the machine.
    pub authorities: Vec<Certificate>,
    pub signing: Option<Signing>,
    pub renewal: Option<Renewal>,
    /// That of the renewal, or of the last sign-in with a provider that has failed.
    pub client: Option<OAuthClient>,
    /// Where a provider sends people back to after they have signed in there.
    pub redirect_uri: String,
}

/// The key that signs an account's mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signing {
    pub domain: String,
    pub selector: String,
    /// `RSA` or `Ed25519`.
    pub algorithm: String,
    pub record: DkimRecord,
    /// Whether its domain is the sender's, so that receivers count it (DMARC).
    pub is_aligned: bool,
    pub since: Moment,
}

/// Access tokens that renew themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewal {
    /// Until when the token that is there counts.
    pub token_until: Option<Moment>,
}

/// The client of a provider, as its form shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OAuthClient {
    pub provider: OAuthProvider,
    pub authorize_url: String,
    pub token_url: String,
    pub scope: String,
    pub client_id: String,
    pub has_client_secret: bool,
}

/// Reads what stands around an account.
#[cfg(feature = "ssr")]
pub(super) async fn around(ctx: &Ctx, account: &smtp_account::Model) -> AppResult<Around> {
    let sender = EmailAddress::parse(&account.sender_address).ok();
    let signing = signing::read(ctx, account.id).await?.map(|row| Signing {
        record: signing::record(&row),
        algorithm: row.algorithm.label().to_owned(),
        is_aligned: sender.is_some_and(|sender| is_aligned(sender.domain(), &row.domain)),
        since: ctx.moment(row.created_at),
        domain: row.domain,
        selector: row.selector,
    });
    let stored = oauth::read(ctx, account.id).await?;
    let renewal = stored.as_ref().map(|row| Renewal { token_until: row.access_expires_at.map(|at| ctx.moment(at)) });
    let client = match stored {
        Some(row) => Some(OAuthClient {
            provider: OAuthProvider::of(&row.token_url),
            authorize_url: row.authorize_url,
            token_url: row.token_url,
            scope: row.scope,
            client_id: row.client_id,
            has_client_secret: row.client_secret_ciphertext.is_some(),
        }),
        // A sign-in that has failed is begun again without typing all of it once more.
        None => consent::last(ctx, account.id).await?.map(|row| OAuthClient {
            provider: OAuthProvider::of(&row.token_url),
            authorize_url: row.authorize_url,
            token_url: row.token_url,
            scope: row.scope,
            client_id: row.client_id,
            has_client_secret: false,
        }),
    };
    let redirect_uri = consent::redirect_uri(ctx);
    Ok(Around { authorities: authorities::of(ctx, account), signing, renewal, client, redirect_uri })
}

/// Trusts these authorities, in PEM, and no others for an account.
#[server(prefix = "/rpc")]
pub async fn save_authorities(id: String, #[server(default)] authorities: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let typed = [("authorities", authorities.as_str())];
    authorities::save(&ctx, parse(&id)?, &authorities).await.map_err(|error| error.with_typed(&typed))?;
    leptos_axum::redirect(&format!("/settings/mail/{id}?notice=saved"));
    Ok(())
}

/// Trusts the authorities of the machine again.
#[server(prefix = "/rpc")]
pub async fn remove_authorities(id: String) -> AppResult<()> {
    authorities::remove(&Ctx::signed_in()?, parse(&id)?).await?;
    leptos_axum::redirect(&format!("/settings/mail/{id}?notice=saved"));
    Ok(())
}

/// Signs an account's mail from now on, with the given key or a new one.
#[server(prefix = "/rpc")]
pub async fn save_signing_key(
    id: String,
    #[server(default)] domain: String,
    #[server(default)] selector: String,
    #[server(default)] key: String,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let typed = [("domain", domain.as_str()), ("selector", selector.as_str())];
    let input = KeyInput { domain: domain.clone(), selector: selector.clone(), key };
    signing::save(&ctx, parse(&id)?, input).await.map_err(|error| error.with_typed(&typed))?;
    leptos_axum::redirect(&format!("/settings/mail/{id}?notice=saved"));
    Ok(())
}

/// Signs no more.
#[server(prefix = "/rpc")]
pub async fn remove_signing_key(id: String) -> AppResult<()> {
    signing::remove(&Ctx::signed_in()?, parse(&id)?).await?;
    leptos_axum::redirect(&format!("/settings/mail/{id}?notice=saved"));
    Ok(())
}

/// Lets an account's access tokens renew themselves by a refresh token that somebody has.
#[server(prefix = "/rpc")]
#[allow(clippy::too_many_arguments, reason = "the fields of a plain form")]
pub async fn save_renewal(
    id: String,
    #[server(default)] provider: String,
    #[server(default)] authorize_url: String,
    #[server(default)] token_url: String,
    #[server(default)] scope: String,
    #[server(default)] client_id: String,
    #[server(default)] client_secret: String,
    #[server(default)] refresh_token: String,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let client = ClientInput { provider, authorize_url, token_url, scope, client_id, client_secret };
    let typed = client.clone();
    let saved = oauth::save(&ctx, parse(&id)?, RenewalInput { client, refresh_token }).await;
    saved.map_err(|error| with_client(error, &typed))?;
    leptos_axum::redirect(&format!("/settings/mail/{id}?notice=saved"));
    Ok(())
}

/// Begins a sign-in with the provider, and leaves for it.
#[server(prefix = "/rpc")]
pub async fn begin_consent(
    id: String,
    #[server(default)] provider: String,
    #[server(default)] authorize_url: String,
    #[server(default)] token_url: String,
    #[server(default)] scope: String,
    #[server(default)] client_id: String,
    #[server(default)] client_secret: String,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let client = ClientInput { provider, authorize_url, token_url, scope, client_id, client_secret };
    let typed = client.clone();
    let begun = consent::begin(&ctx, &BrowserSession::current()?, parse(&id)?, client).await;
    leptos_axum::redirect(&begun.map_err(|error| with_client(error, &typed))?);
    Ok(())
}

/// Why a sign-in with a provider has failed, out of the address of the page; nothing where it is not this person's, or
/// old.
#[server(prefix = "/rpc")]
pub async fn read_consent_failure(sealed: String) -> AppResult<Option<ConsentFailure>> {
    consent::failure(&Ctx::signed_in()?, &sealed)
}

/// What was typed about a client, without its secret.
#[cfg(feature = "ssr")]
fn with_client(error: AppError, typed: &ClientInput) -> AppError {
    error.with_typed(&[
        ("provider", &typed.provider),
        ("authorize_url", &typed.authorize_url),
        ("token_url", &typed.token_url),
        ("scope", &typed.scope),
        ("client_id", &typed.client_id),
    ])
}

/// Forgets how tokens are to be had, and the tokens.
#[server(prefix = "/rpc")]
pub async fn remove_renewal(id: String) -> AppResult<()> {
    oauth::remove(&Ctx::signed_in()?, parse(&id)?).await?;
    leptos_axum::redirect(&format!("/settings/mail/{id}?notice=saved"));
    Ok(())
}
