//! Secrets at rest: a keyring file, AES-256-GCM for what must be read again, HMAC for identifiers.
//!
//! A sealed text is base64 of `version (1) | key id (4) | nonce (12) | ciphertext | tag (16)`. The
//! row it belongs to is authenticated with it, so that a ciphertext copied to another row or
//! column does not open.

mod canary;
mod keyring_file;

pub use canary::check_database;

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use std::{fmt, path::Path};

const VERSION: u8 = 1;
const HEAD: usize = 1 + 4 + NONCE_LEN;
pub const KEY_LEN: usize = 32;

/// A text that never shows itself in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself; for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// The place of a sealed text in the database; part of what is authenticated.
#[derive(Clone, Copy, Debug)]
pub struct RowIdentity<'a> {
    pub table: &'a str,
    pub column: &'a str,
    pub row: &'a str,
}

/// All keys; the last one seals, every one opens.
pub struct Keyring {
    keys: Vec<Key>,
    random: SystemRandom,
}

struct Key {
    id: u32,
    bytes: [u8; KEY_LEN],
}

/// Why a keyring cannot be used or a text not be opened.
#[derive(Debug)]
pub enum SecretError {
    /// The keyring file cannot be read, created or understood; the text says which file and why.
    File(String),
    /// The sealed text is damaged, belongs to another row, or is of another keyring's making.
    NotOpened,
    /// The key that sealed the text is not in the keyring.
    UnknownKey(u32),
    /// The database was sealed with another keyring.
    WrongKeyring,
    /// The system gave no random bytes, or the cipher refused.
    Cipher,
    /// The canary could not be read or stored.
    Database(String),
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(words) => f.write_str(words),
            Self::NotOpened => f.write_str("A stored secret could not be opened: it is damaged or belongs to another row."),
            Self::UnknownKey(id) => write!(f, "A stored secret needs key {id}, which is not in the keyring file."),
            Self::WrongKeyring => f.write_str(
                "The keyring file does not belong to this database. Put back the keyring that was used with it, or set AUTOREPORT_KEY_FILE to it.",
            ),
            Self::Cipher => f.write_str("The cipher failed."),
            Self::Database(words) => write!(f, "The keyring could not be compared with the database: {words}."),
        }
    }
}

impl std::error::Error for SecretError {}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring({} keys, hidden)", self.keys.len())
    }
}

impl Keyring {
    /// Opens the keyring file, or creates it with mode 0600 and one new key on the first start.
    pub fn open_or_create(path: &Path) -> Result<Self, SecretError> {
        let random = SystemRandom::new();
        let keys = match keyring_file::read(path)? {
            Some(keys) => keys,
            None => keyring_file::create(path, &random)?,
        };
        Ok(Self { keys, random })
    }

    /// A keyring of one given key, kept in memory only.
    pub fn of_key(bytes: [u8; KEY_LEN]) -> Self {
        Self { keys: vec![Key { id: 1, bytes }], random: SystemRandom::new() }
    }

    /// Seals a text for one row and column.
    pub fn seal(&self, identity: RowIdentity<'_>, secret: &Secret) -> Result<String, SecretError> {
        let key = self.keys.last().ok_or(SecretError::Cipher)?;
        let mut nonce = [0u8; NONCE_LEN];
        self.random.fill(&mut nonce).map_err(|_| SecretError::Cipher)?;
        let mut sealed = vec![VERSION];
        sealed.extend(key.id.to_be_bytes());
        sealed.extend(nonce);
        let mut text = secret.expose().as_bytes().to_vec();
        cipher(key)?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), associated_data(key.id, identity), &mut text)
            .map_err(|_| SecretError::Cipher)?;
        sealed.extend(text);
        Ok(STANDARD.encode(sealed))
    }

    /// Opens what [`Keyring::seal`] made for the same row and column.
    pub fn open(&self, identity: RowIdentity<'_>, sealed: &str) -> Result<Secret, SecretError> {
        let bytes = STANDARD.decode(sealed).map_err(|_| SecretError::NotOpened)?;
        let (head, text) = bytes.split_at_checked(HEAD).ok_or(SecretError::NotOpened)?;
        let (Some(&[VERSION]), Some(id), Some(nonce)) =
            (head.first_chunk(), head[1..].first_chunk(), head[5..].first_chunk())
        else {
            return Err(SecretError::NotOpened);
        };
        let id = u32::from_be_bytes(*id);
        let key = self.keys.iter().find(|key| key.id == id).ok_or(SecretError::UnknownKey(id))?;
        let mut text = text.to_vec();
        let opened = cipher(key)?
            .open_in_place(Nonce::assume_unique_for_key(*nonce), associated_data(id, identity), &mut text)
            .map_err(|_| SecretError::NotOpened)?;
        String::from_utf8(opened.to_vec()).map(Secret).map_err(|_| SecretError::NotOpened)
    }

    /// A sealed text to store on the first start, for [`Keyring::check_canary`] on later ones.
    pub fn canary(&self) -> Result<String, SecretError> {
        self.seal(CANARY, &Secret::new(CANARY_TEXT))
    }

    /// Whether this keyring belongs to the database that stored the canary.
    pub fn check_canary(&self, stored: &str) -> Result<(), SecretError> {
        match self.open(CANARY, stored) {
            Ok(secret) if secret.expose() == CANARY_TEXT => Ok(()),
            _ => Err(SecretError::WrongKeyring),
        }
    }

    /// HMAC-SHA256 under a key derived for one purpose: identifiers that cannot be guessed or
    /// turned back. The oldest key is used, so that adding keys changes nothing.
    pub fn hmac(&self, purpose: &str, data: &[u8]) -> [u8; 32] {
        let root = self.keys.first().map_or([0; KEY_LEN], |key| key.bytes);
        let derived = hmac_sha256(&root, format!("autoreport hmac v1\0{purpose}").as_bytes());
        hmac_sha256(&derived, data)
    }

    /// Whether [`Keyring::hmac`] gave this tag, compared in constant time. Every key counts, so that what was written
    /// before a key was added or taken away at the front still holds.
    pub fn is_hmac(&self, purpose: &str, data: &[u8], tag: &[u8]) -> bool {
        self.keys.iter().any(|key| {
            let derived = hmac_sha256(&key.bytes, format!("autoreport hmac v1\0{purpose}").as_bytes());
            let derived = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &derived);
            ring::hmac::verify(&derived, data, tag).is_ok()
        })
    }
}

const CANARY: RowIdentity<'static> = RowIdentity { table: "setting", column: "value", row: "keyring_canary" };
const CANARY_TEXT: &str = "the keyring belongs to this database";

fn cipher(key: &Key) -> Result<LessSafeKey, SecretError> {
    UnboundKey::new(&AES_256_GCM, &key.bytes).map(LessSafeKey::new).map_err(|_| SecretError::Cipher)
}

fn associated_data(key_id: u32, identity: RowIdentity<'_>) -> Aad<Vec<u8>> {
    // Each part is preceded by its length: no two identities give the same bytes.
    let mut data = vec![VERSION];
    data.extend(key_id.to_be_bytes());
    for part in [identity.table, identity.column, identity.row] {
        data.extend((part.len() as u64).to_be_bytes());
        data.extend(part.as_bytes());
    }
    Aad::from(data)
}

fn hmac_sha256(key: &[u8; 32], data: &[u8]) -> [u8; 32] {
    let tag = ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, key), data);
    let mut out = [0; 32];
    out.copy_from_slice(tag.as_ref());
    out
}

#[cfg(test)]
mod tests;
