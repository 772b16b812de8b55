//! Sealing, opening, and everything that must not open.

use super::*;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let mut random = [0u8; 8];
        SystemRandom::new().fill(&mut random).unwrap();
        let path = std::env::temp_dir().join(format!("autoreport-keyring-{:016x}", u64::from_be_bytes(random)));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("data").join("keyring")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const ROW: RowIdentity<'static> = RowIdentity { table: "smtp_account", column: "secret_ciphertext", row: "7" };

#[test]
fn the_first_start_creates_a_private_file_and_the_second_reads_it() {
    let folder = Folder::new();
    let first = Keyring::open_or_create(&folder.file()).unwrap();
    assert_eq!(fs::metadata(folder.file()).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(folder.file().parent().unwrap()).unwrap().count(), 1, "nothing else is left behind");
    let sealed = first.seal(ROW, &Secret::new("pässword")).unwrap();
    let second = Keyring::open_or_create(&folder.file()).unwrap();
    assert_eq!(second.open(ROW, &sealed).unwrap().expose(), "pässword");
    assert_eq!(first.hmac("message-id", b"1"), second.hmac("message-id", b"1"));
}

#[test]
fn the_same_text_is_sealed_differently_each_time_and_is_not_readable() {
    let folder = Folder::new();
    let keyring = Keyring::open_or_create(&folder.file()).unwrap();
    let seal = || keyring.seal(ROW, &Secret::new("hunter2")).unwrap();
    assert_ne!(seal(), seal());
    assert!(!STANDARD.decode(seal()).unwrap().windows(7).any(|w| w == b"hunter2"));
}

#[test]
fn a_ciphertext_moved_to_another_place_does_not_open() {
    let folder = Folder::new();
    let keyring = Keyring::open_or_create(&folder.file()).unwrap();
    let sealed = keyring.seal(ROW, &Secret::new("x")).unwrap();
    for other in
        [RowIdentity { row: "8", ..ROW }, RowIdentity { column: "c", ..ROW }, RowIdentity { table: "webhook", ..ROW }]
    {
        assert!(matches!(keyring.open(other, &sealed), Err(SecretError::NotOpened)));
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    let folder = Folder::new();
    let keyring = Keyring::open_or_create(&folder.file()).unwrap();
    let sealed = STANDARD.decode(keyring.seal(ROW, &Secret::new("x")).unwrap()).unwrap();
    for bit in 0..sealed.len() * 8 {
        let mut bent = sealed.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        assert!(keyring.open(ROW, &STANDARD.encode(bent)).is_err(), "bit {bit}");
    }
    for length in 0..sealed.len() {
        assert!(keyring.open(ROW, &STANDARD.encode(&sealed[..length])).is_err(), "length {length}");
    }
}

#[test]
fn another_keyring_fails_the_canary() {
    let (one, two) = (Folder::new(), Folder::new());
    let keyring = Keyring::open_or_create(&one.file()).unwrap();
    let canary = keyring.canary().unwrap();
    assert!(keyring.check_canary(&canary).is_ok());
    let other = Keyring::open_or_create(&two.file()).unwrap();
    assert!(matches!(other.check_canary(&canary), Err(SecretError::WrongKeyring)));
    assert_ne!(keyring.hmac("a", b"x"), other.hmac("a", b"x"));
}

#[test]
fn a_second_key_seals_and_the_first_still_opens() {
    let folder = Folder::new();
    let keyring = Keyring::open_or_create(&folder.file()).unwrap();
    let sealed = keyring.seal(ROW, &Secret::new("old")).unwrap();
    let grown = fs::read_to_string(folder.file()).unwrap() + &format!("2 {}\n", STANDARD.encode([7u8; 32]));
    fs::write(folder.file(), grown).unwrap();
    let both = Keyring::open_or_create(&folder.file()).unwrap();
    assert_eq!(both.open(ROW, &sealed).unwrap().expose(), "old");
    let newer = both.seal(ROW, &Secret::new("new")).unwrap();
    assert!(matches!(keyring.open(ROW, &newer), Err(SecretError::UnknownKey(2))));
    assert_eq!(keyring.hmac("a", b"x"), both.hmac("a", b"x"));
}

#[test]
fn a_damaged_or_public_file_is_refused_in_words() {
    let folder = Folder::new();
    Keyring::open_or_create(&folder.file()).unwrap();
    for (text, words) in [("", "holds no key"), ("1 short\n", "line 1"), ("x y\n", "line 1")] {
        fs::write(folder.file(), text).unwrap();
        let error = Keyring::open_or_create(&folder.file()).err().unwrap().to_string();
        assert!(error.contains(words), "{error}");
    }
    fs::set_permissions(folder.file(), fs::Permissions::from_mode(0o644)).unwrap();
    let error = Keyring::open_or_create(&folder.file()).err().unwrap().to_string();
    assert!(error.contains("chmod 600"), "{error}");
}

#[test]
fn a_secret_does_not_show_itself() {
    assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(hidden)");
}

#[test]
fn purposes_do_not_mix() {
    let folder = Folder::new();
    let keyring = Keyring::open_or_create(&folder.file()).unwrap();
    assert_ne!(keyring.hmac("a", b"x"), keyring.hmac("b", b"x"));
    assert_ne!(keyring.hmac("a", b"x"), keyring.hmac("a", b"y"));
}
