//! The authorities that an account trusts in the place of those of the machine.

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
};

use super::{accounts, gate};
use crate::{
    domain::{certificate::Certificate, ids::AccountId, mail_account::AccountKind},
    entities::smtp_account,
    error::{AppError, AppResult, Problem},
    platform::{
        ctx::Ctx,
        mailer::{AuthorityProblem, read_authorities},
    },
};

/// Longest text that is taken, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// The authorities of an account; none: it trusts those of the machine.
pub fn of(ctx: &Ctx, account: &smtp_account::Model) -> Vec<Certificate> {
    let Some(pem) = &account.authorities else { return Vec::new() };
    // One that has expired since it was stored is shown as such.
    let at = account.created_at.min(ctx.now);
    let stored = read_authorities(pem, at).map(|(_, certificates)| certificates).unwrap_or_default();
    stored.into_iter().map(|certificate| certificate.at(ctx.now)).collect()
}

/// Trusts these authorities, in PEM, and no others for an account.
///
/// # Errors
/// [`AppError::Invalid`] for what is no authority, [`AppError::Forbidden`] for everybody but an administrator.
pub async fn save(ctx: &Ctx, id: AccountId, pem: &str) -> AppResult<()> {
    accounts::allow(ctx)?;
    if pem.trim().is_empty() {
        return Err(AppError::field("authorities", Problem::Required));
    }
    if pem.len() > MAX_BYTES {
        return Err(AppError::field("authorities", Problem::TooLong { max: MAX_BYTES as u32 }));
    }
    let (pem, _) = read_authorities(pem, ctx.now).map_err(|problem| {
        let problem = match problem {
            AuthorityProblem::NotPem => Problem::NotPem,
            AuthorityProblem::TooMany { max } => Problem::TooMany { max },
            AuthorityProblem::Expired { number } => Problem::CertificateExpired { number },
            AuthorityProblem::NotAnAuthority { number } => Problem::NotAnAuthority { number },
        };
        AppError::field("authorities", problem)
    })?;
    store(ctx, id, Some(pem)).await
}

/// Trusts those of the machine again.
///
/// # Errors
/// As [`save`].
pub async fn remove(ctx: &Ctx, id: AccountId) -> AppResult<()> {
    accounts::allow(ctx)?;
    store(ctx, id, None).await
}

async fn store(ctx: &Ctx, id: AccountId, pem: Option<String>) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let stored = accounts::lock(&*tx, id).await?;
    if stored.kind == AccountKind::Outbox {
        return Err(AppError::field("authorities", Problem::NotAllowed));
    }
    smtp_account::ActiveModel {
        id: Unchanged(id),
        authorities: Set(pem),
        // What was tested is no longer what is stored.
        last_test: Set(None),
        last_tested_at: Set(None),
        updated_at: Set(ctx.now),
        version: Set(stored.version + 1),
        ..Default::default()
    }
    .update(&*tx)
    .await?;
    gate::clear_in(ctx, &tx, id).await?;
    tx.commit().await?;
    ctx.app.wake.notify_one();
    Ok(())
}
