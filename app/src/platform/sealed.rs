//! What the program tells itself through the address of a page: signed, so that nobody can make the page say something
//! else. It is not secret: whoever has the address can read it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

use super::{fault, secrets::Keyring};
use crate::error::AppResult;

/// Bytes of the signature.
const TAG: usize = 32;

/// Signs something for an address; `purpose` keeps it apart from what is signed for other pages.
///
/// # Errors
/// A fault, where it cannot be written.
pub fn seal(keyring: &Keyring, purpose: &str, said: &impl Serialize) -> AppResult<String> {
    let said = serde_json::to_vec(said).map_err(|error| fault::internal("sealing for an address", error))?;
    let tag = keyring.hmac(purpose, &said);
    Ok(URL_SAFE_NO_PAD.encode([tag.as_slice(), said.as_slice()].concat()))
}

/// What was sealed, if it was sealed here for this purpose.
pub fn open<T: DeserializeOwned>(keyring: &Keyring, purpose: &str, sealed: &str) -> Option<T> {
    let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let (tag, said) = bytes.split_at_checked(TAG)?;
    if !keyring.is_hmac(purpose, said, tag) {
        return None;
    }
    serde_json::from_slice(said).ok()
}
