//! Keys for ssh: read from OpenSSH's format, or made here.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use ring::{
    digest,
    rand::{SecureRandom, SystemRandom},
    signature::{Ed25519KeyPair, KeyPair},
};

use crate::{error::ArchiveProblem, platform::secrets::Secret};

const BEGIN: &str = "-----BEGIN OPENSSH PRIVATE KEY-----";
const END: &str = "-----END OPENSSH PRIVATE KEY-----";
const MAGIC: &[u8] = b"openssh-key-v1\0";
const ED25519: &[u8] = b"ssh-ed25519";

/// A pair: what stays here, and the line that the server is given.
#[derive(Clone, Debug)]
pub struct SshKey {
    pub private: Secret,
    /// `ssh-ed25519 AAAA… comment`.
    pub public: String,
}

/// Makes a pair of the kind Ed25519.
///
/// # Errors
/// What failed, where the system gives no random bytes.
pub fn generate(comment: &str) -> Result<SshKey, &'static str> {
    let (mut seed, mut check) = ([0; 32], [0; 4]);
    let random = SystemRandom::new();
    random.fill(&mut seed).and_then(|()| random.fill(&mut check)).map_err(|_| "no random bytes")?;
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| "no key")?;
    let public = pair.public_key().as_ref();
    let mut blob = Vec::new();
    put(&mut blob, ED25519);
    put(&mut blob, public);
    // The number twice: whoever unlocks a key sees by it that it worked.
    let mut inside = [check, check].concat();
    put(&mut inside, ED25519);
    put(&mut inside, public);
    put(&mut inside, &[seed.as_slice(), public].concat());
    put(&mut inside, comment.as_bytes());
    let padding = (1..).take((8 - inside.len() % 8) % 8);
    inside.extend(padding);
    let mut key = MAGIC.to_vec();
    put(&mut key, b"none");
    put(&mut key, b"none");
    put(&mut key, b"");
    key.extend(1_u32.to_be_bytes());
    put(&mut key, &blob);
    put(&mut key, &inside);
    let encoded = STANDARD.encode(key);
    let mut private = format!("{BEGIN}\n");
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(70));
        private.push_str(line);
        private.push('\n');
        rest = more;
    }
    private.push_str(END);
    private.push('\n');
    Ok(SshKey { private: Secret::new(private), public: format!("ssh-ed25519 {} {comment}", STANDARD.encode(blob)) })
}

/// Reads a private key as people paste it.
///
/// # Errors
/// Another format, a passphrase, another kind than Ed25519 or RSA.
pub fn parse(text: &str) -> Result<SshKey, ArchiveProblem> {
    let text = text.replace('\r', "");
    let body = text.trim().strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END));
    let body = body.ok_or(ArchiveProblem::NotAKey)?;
    let body: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes = STANDARD.decode(body).map_err(|_| ArchiveProblem::NotAKey)?;
    let rest = &mut bytes.strip_prefix(MAGIC).ok_or(ArchiveProblem::NotAKey)?;
    let cipher = take(rest).ok_or(ArchiveProblem::NotAKey)?;
    take(rest).and_then(|_| take(rest)).ok_or(ArchiveProblem::NotAKey)?;
    let count = rest.split_first_chunk::<4>().ok_or(ArchiveProblem::NotAKey)?;
    *rest = count.1;
    let blob = take(rest).filter(|_| *count.0 == 1_u32.to_be_bytes()).ok_or(ArchiveProblem::NotAKey)?;
    let kind = kind_of(blob).filter(|kind| ["ssh-ed25519", "ssh-rsa"].contains(kind)).ok_or(ArchiveProblem::NotAKey)?;
    if cipher != b"none" {
        return Err(ArchiveProblem::LockedKey);
    }
    // The private half must be there and whole.
    take(rest).filter(|inside| inside.len() > blob.len()).ok_or(ArchiveProblem::NotAKey)?;
    let public = format!("{kind} {}", STANDARD.encode(blob));
    Ok(SshKey { private: Secret::new(format!("{}\n", text.trim())), public })
}

/// The fingerprint of a public key (`ssh-ed25519 AAAA…`) as ssh shows it: its kind, and SHA-256 in base64.
pub fn fingerprint(public: &str) -> Option<(String, String)> {
    let mut parts = public.split_whitespace();
    let (kind, blob) = (parts.next()?, STANDARD.decode(parts.next()?).ok()?);
    let is_of_kind = kind_of(&blob) == Some(kind);
    let hash = STANDARD_NO_PAD.encode(digest::digest(&digest::SHA256, &blob));
    is_of_kind.then(|| (kind.to_owned(), format!("SHA256:{hash}")))
}

fn kind_of(mut blob: &[u8]) -> Option<&str> {
    std::str::from_utf8(take(&mut blob)?).ok()
}

fn put(into: &mut Vec<u8>, text: &[u8]) {
    into.extend(u32::try_from(text.len()).unwrap_or_default().to_be_bytes());
    into.extend(text);
}

fn take<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = from.split_first_chunk::<4>()?;
    let (text, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    *from = rest;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_was_made_here_can_be_read_again() {
        let made = generate("autoreport").unwrap();
        let read = parse(made.private.expose()).unwrap();
        assert_eq!(format!("{} autoreport", read.public), made.public);
        assert!(made.private.expose().lines().all(|line| line.len() <= 70));
        assert_ne!(generate("autoreport").unwrap().public, made.public);
    }

    #[test]
    fn ssh_keygen_reads_the_key_and_finds_the_same_public_half() {
        let made = generate("autoreport").unwrap();
        let below = std::env::temp_dir().join(format!("autoreport-keygen-{}", std::process::id()));
        let folder = super::super::private_folder::PrivateFolder::new(&below).unwrap();
        let file = folder.write("key", made.private.expose()).unwrap();
        let run = |args: &[&str]| {
            let output = std::process::Command::new("ssh-keygen").args(args).arg(&file).output();
            let output = output.expect("openssh-client is installed by scripts/setup.sh test");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        assert_eq!(run(&["-y", "-f"]).trim(), made.public);
        let (_, hash) = fingerprint(&made.public).unwrap();
        assert!(run(&["-l", "-f"]).contains(&hash));
        drop(folder);
        let _ = std::fs::remove_dir_all(below);
    }

    #[test]
    fn what_is_no_key_or_locked_is_refused() {
        let locked = {
            let mut key = MAGIC.to_vec();
            put(&mut key, b"aes256-ctr");
            put(&mut key, b"bcrypt");
            put(&mut key, b"salt");
            key.extend(1_u32.to_be_bytes());
            let mut blob = Vec::new();
            put(&mut blob, ED25519);
            put(&mut blob, &[7; 32]);
            put(&mut key, &blob);
            put(&mut key, &[0; 128]);
            format!("{BEGIN}\n{}\n{END}", STANDARD.encode(key))
        };
        assert_eq!(parse(&locked).unwrap_err(), ArchiveProblem::LockedKey);
        for text in [
            "",
            "hello",
            "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
            &format!("{BEGIN}\nAAAA\n{END}"),
        ] {
            assert_eq!(parse(text).unwrap_err(), ArchiveProblem::NotAKey, "{text}");
        }
    }

    #[test]
    fn a_fingerprint_is_of_a_whole_key_only() {
        assert_eq!(fingerprint("ssh-rsa notbase64!"), None);
        assert_eq!(fingerprint("ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAA"), None, "another kind inside");
        assert_eq!(fingerprint(""), None);
    }
}
