//! The address by which a recipient stops the mails of a schedule: it names both and is signed, so that it works without
//! an account, for as long as the message lies in a mailbox, and nobody can make one for somebody else.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::suppressions;
use crate::{
    domain::{account::Role, address::EmailAddress, ids::ScheduleId, suppression::SuppressionReason},
    entities::schedule,
    error::{AppError, AppResult},
    platform::{ctx::Ctx, secrets::Keyring, state::AppState},
};

/// What the signature is for.
const PURPOSE: &str = "unsubscribe";
/// How long after a stop its word takes it back.
const UNDO: TimeDelta = TimeDelta::hours(1);
/// Bytes of the signature and of the schedule's id.
const TAG: usize = 32;
const ID: usize = 16;

/// Who stops what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub schedule: ScheduleId,
    pub address: EmailAddress,
}

/// A subscription as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub address: String,
    /// Name of the schedule.
    pub job: String,
    pub is_stopped: bool,
    /// Whoever asks can take the stop back now.
    pub can_undo: bool,
}

/// Where somebody stops the mails of a schedule.
pub fn link(app: &AppState, schedule: ScheduleId, address: &EmailAddress) -> String {
    let subscription = Subscription { schedule, address: address.clone() };
    format!("{}/unsubscribe/{}", app.settings.base_url, token(&app.keyring, &subscription))
}

/// Signature, schedule and address, in one word.
fn token(keyring: &Keyring, subscription: &Subscription) -> String {
    let said = [subscription.schedule.0.as_bytes().as_slice(), subscription.address.as_str().as_bytes()].concat();
    let tag = keyring.hmac(PURPOSE, &said);
    URL_SAFE_NO_PAD.encode([tag.as_slice(), said.as_slice()].concat())
}

/// What a word says, if this instance has written it.
fn read(keyring: &Keyring, token: &str) -> Option<Subscription> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (tag, said) = bytes.split_at_checked(TAG)?;
    if !keyring.is_hmac(PURPOSE, said, tag) {
        return None;
    }
    let (id, address) = said.split_at_checked(ID)?;
    let address = EmailAddress::parse(std::str::from_utf8(address).ok()?).ok()?;
    Some(Subscription { schedule: ScheduleId(Uuid::from_slice(id).ok()?), address })
}

/// What the page of a word shows.
///
/// # Errors
/// [`AppError::NotFound`] for a word that is not ours, or a schedule that is gone with its project.
pub async fn show(ctx: &Ctx, token: &str) -> AppResult<Shown> {
    let Subscription { schedule, address } = read(&ctx.app.keyring, token).ok_or(AppError::NotFound)?;
    let job = schedule::Entity::find_by_id(schedule).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let stopped = suppressions::of(ctx.reader(), schedule, std::iter::once(&address)).await?;
    let is_stopped = stopped.get(&suppressions::key(&address)) == Some(&SuppressionReason::Unsubscribed);
    let since = undo_since(ctx, &address);
    let can_undo = is_stopped && suppressions::can_resume(ctx.reader(), schedule, &address, since).await?;
    Ok(Shown { address: address.to_string(), job: job.name, is_stopped, can_undo })
}

/// Stops the mails. Twice is the same as once: the first time counts, also for [`resume`].
///
/// # Errors
/// As [`show`].
pub async fn stop(ctx: &Ctx, token: &str) -> AppResult<()> {
    let Subscription { schedule, address } = read(&ctx.app.keyring, token).ok_or(AppError::NotFound)?;
    suppressions::stop(ctx, schedule, &address).await
}

/// Takes it back. The word alone does so for a while after it has stopped the mails, against a click by mistake: it
/// stands in each message, which others may see, too, and must not bring mail to somebody who has ended it. Later it
/// takes an administrator, or the person signed in.
///
/// # Errors
/// As [`show`]; [`AppError::Invalid`] where the time is over.
pub async fn resume(ctx: &Ctx, token: &str) -> AppResult<()> {
    let Subscription { schedule, address } = read(&ctx.app.keyring, token).ok_or(AppError::NotFound)?;
    suppressions::resume(ctx, schedule, &address, undo_since(ctx, &address)).await
}

/// From when on a stop can be taken back by whoever asks; none: however long ago it was.
fn undo_since(ctx: &Ctx, address: &EmailAddress) -> Option<DateTime<Utc>> {
    let is_theirs = ctx.me().is_ok_and(|me| me.role == Role::Admin || me.email.eq_ignore_ascii_case(address.as_str()));
    if is_theirs { None } else { Some(ctx.now - UNDO) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription(address: &str) -> Subscription {
        let schedule = ScheduleId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0007));
        Subscription { schedule, address: EmailAddress::parse(address).unwrap() }
    }

    #[test]
    fn a_word_reads_back_who_stops_what() {
        let keyring = Keyring::of_key([7; 32]);
        let said = subscription("dana+reports@example.org");
        let word = token(&keyring, &said);
        assert_eq!(read(&keyring, &word), Some(said));
        assert!(word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'), "{word}");
    }

    #[test]
    fn the_longest_address_fits_a_line_of_a_header() {
        let long = format!("{}@{}.org", "a".repeat(64), ["b".repeat(60).as_str(); 3].join("."));
        let word = token(&Keyring::of_key([7; 32]), &subscription(&long));
        assert!(word.len() < 500, "{}", word.len());
    }

    #[test]
    fn a_changed_word_or_one_of_another_instance_says_nothing() {
        let keyring = Keyring::of_key([7; 32]);
        let word = token(&keyring, &subscription("dana@example.org"));
        assert_eq!(read(&Keyring::of_key([8; 32]), &word), None);
        for place in 0..word.len() {
            let mut changed = word.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(read(&keyring, &changed).is_none_or(|_| changed == word), "{place}");
        }
        for bad in ["", "A", "%00", &word[..word.len() - 4], &word[4..]] {
            assert_eq!(read(&keyring, bad), None, "{bad:?}");
        }
    }
}
