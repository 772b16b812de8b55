//! Server functions of what stands around an account: the authorities that it trusts, the key that signs its mail, the
//! tokens that it signs in with.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{certificate::Certificate, dkim::DkimRecord, moment::Moment, oauth::OAuthProvider},
    error::AppResult,
};

#[cfg(feature = "ssr")]
use {
    super::{
        api::parse,
        service::{
            authorities,
            oauth::{self, RenewalInput},
            signing::{self, KeyInput},
        },
    },
    crate::{
        domain::{address::EmailAddress, dkim::is_aligned},
        entities::smtp_account,
        platform::ctx::Ctx,
    },
};

/// What stands around an account; never a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Around {
    /// The only authorities that are trusted; empty: those of the machine.
    pub authorities: Vec<Certificate>,
    pub signing: Option<Signing>,
    pub renewal: Option<Renewal>,
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

/// How an account gets its access tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewal {
    pub provider: OAuthProvider,
    pub token_url: String,
    pub scope: String,
    pub client_id: String,
    pub has_client_secret: bool,
    /// Until when the token that is there counts.
    pub token_until: Option<Moment>,
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
    let renewal = oauth::read(ctx, account.id).await?.map(|row| Renewal {
        provider: OAuthProvider::of(&row.token_url),
        has_client_secret: row.client_secret_ciphertext.is_some(),
        token_until: row.access_expires_at.map(|at| ctx.moment(at)),
        token_url: row.token_url,
        scope: row.scope,
        client_id: row.client_id,
    });
    Ok(Around { authorities: authorities::of(ctx, account), signing, renewal })
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

/// Lets an account's access tokens renew themselves.
#[server(prefix = "/rpc")]
pub async fn save_renewal(
    id: String,
    #[server(default)] provider: String,
    #[server(default)] token_url: String,
    #[server(default)] scope: String,
    #[server(default)] client_id: String,
    #[server(default)] client_secret: String,
    #[server(default)] refresh_token: String,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let input = RenewalInput { provider, token_url, scope, client_id, client_secret, refresh_token };
    let typed = input.clone();
    oauth::save(&ctx, parse(&id)?, input).await.map_err(|error| {
        error.with_typed(&[
            ("provider", &typed.provider),
            ("token_url", &typed.token_url),
            ("scope", &typed.scope),
            ("client_id", &typed.client_id),
        ])
    })?;
    leptos_axum::redirect(&format!("/settings/mail/{id}?notice=saved"));
    Ok(())
}

/// Forgets how tokens are to be had, and the tokens.
#[server(prefix = "/rpc")]
pub async fn remove_renewal(id: String) -> AppResult<()> {
    oauth::remove(&Ctx::signed_in()?, parse(&id)?).await?;
    leptos_axum::redirect(&format!("/settings/mail/{id}?notice=saved"));
    Ok(())
}
