//! The keyring file: one `id base64` line per key, mode 0600, written once and never torn.

use super::{KEY_LEN, Key, SecretError};
use base64::{Engine, engine::general_purpose::STANDARD};
use ring::rand::{SecureRandom, SystemRandom};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

const FIRST_LINES: &str = "# AutoReport keyring. Whoever has this file and the database can read the stored passwords.\n# Keep a copy apart from the database backups. The last key seals; all keys open.\n";

/// Reads the keys; `None` if there is no file yet.
pub(super) fn read(path: &Path) -> Result<Option<Vec<Key>>, SecretError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(problem(path, format!("cannot be read: {error}"))),
    };
    let mode =
        fs::metadata(path).map_err(|error| problem(path, format!("cannot be read: {error}")))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(problem(
            path,
            format!("can be read by others (mode {:03o}). Run: chmod 600 {}", mode & 0o777, path.display()),
        ));
    }
    parse(&text).map(Some).map_err(|words| problem(path, words))
}

/// Creates the file with one new key. Two processes that start together end with the same file.
pub(super) fn create(path: &Path, random: &SystemRandom) -> Result<Vec<Key>, SecretError> {
    let mut bytes = [0u8; KEY_LEN];
    random.fill(&mut bytes).map_err(|_| SecretError::Cipher)?;
    let text = format!("{FIRST_LINES}1 {}\n", STANDARD.encode(bytes));
    let part = path.with_extension(format!("part-{}", std::process::id()));
    let failed = |error: std::io::Error| problem(path, format!("cannot be created: {error}"));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    write_private(&part, &text).map_err(failed)?;
    // A link, not a rename: it fails if another process was first.
    let linked = fs::hard_link(&part, path);
    fs::remove_file(&part).map_err(failed)?;
    match linked {
        Ok(()) => Ok(vec![Key { id: 1, bytes }]),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            read(path)?.ok_or_else(|| problem(path, "vanished while it was read".to_owned()))
        }
        Err(error) => Err(failed(error)),
    }
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn parse(text: &str) -> Result<Vec<Key>, String> {
    let mut keys: Vec<Key> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = || format!("is damaged in line {}: a key number and 32 bytes in base64 were expected", number + 1);
        let (id, key) = line.split_once(' ').ok_or_else(wrong)?;
        let id: u32 = id.parse().map_err(|_| wrong())?;
        let bytes: [u8; KEY_LEN] =
            STANDARD.decode(key.trim()).ok().and_then(|b| b.try_into().ok()).ok_or_else(wrong)?;
        if keys.iter().any(|key| key.id == id) {
            return Err(format!("has key {id} twice"));
        }
        keys.push(Key { id, bytes });
    }
    if keys.is_empty() {
        return Err("holds no key. Put back the copy you kept".to_owned());
    }
    Ok(keys)
}

fn problem(path: &Path, words: String) -> SecretError {
    SecretError::File(format!("The keyring file {} {words}.", path.display()))
}
