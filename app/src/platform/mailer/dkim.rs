//! DKIM signatures (RFC 6376, 8301, 8463): relaxed canonicalisation of headers and body, SHA-256, RSA or Ed25519.

use super::certificate::encode;
use crate::domain::dkim::{DkimAlgorithm, DkimRecord};
use crate::platform::secrets::Secret;
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::rsa::KeyPair as RsaKeyPair;
use ring::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject};
use std::fmt;

/// What is signed where it is there. From stands there once more than the message has it: nobody can add another.
const SIGNED: [&str; 13] = [
    "From",
    "To",
    "Cc",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
];
const OVERSIGNED: &str = "From";
/// Longest line of the signature's header.
const LINE: usize = 72;

/// A key that signs the mail of a domain.
pub struct DkimKey {
    domain: String,
    selector: String,
    pair: Pair,
}

enum Pair {
    Ed25519(Ed25519KeyPair),
    Rsa(Box<RsaKeyPair>),
}

/// Why a key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyProblem {
    /// No private key in PEM, or of a kind that does not sign mail.
    NotAKey,
    /// An RSA key below 2048 bits, or above 4096.
    WrongSize,
    /// The system gave no random bytes, or the cipher refused.
    Cipher,
}

/// A message as it leaves: with a signature where there is a key.
///
/// # Errors
/// As [`DkimKey::sign`].
pub fn signed(key: Option<&DkimKey>, message: Vec<u8>, at: DateTime<Utc>) -> Result<Vec<u8>, KeyProblem> {
    match key {
        Some(key) => key.sign(&message, at),
        None => Ok(message),
    }
}

impl DkimKey {
    /// A new Ed25519 key, in PEM.
    ///
    /// # Errors
    /// [`KeyProblem::Cipher`].
    pub fn generate() -> Result<Secret, KeyProblem> {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| KeyProblem::Cipher)?;
        Ok(Secret::new(encode("PRIVATE KEY", document.as_ref())))
    }

    /// A key in PEM: Ed25519 in PKCS#8, or RSA in PKCS#8 or PKCS#1.
    ///
    /// # Errors
    /// What is wrong with the key.
    pub fn open(domain: &str, selector: &str, pem: &Secret) -> Result<Self, KeyProblem> {
        let der = PrivateKeyDer::from_pem_slice(pem.expose().as_bytes()).map_err(|_| KeyProblem::NotAKey)?;
        let pair = match &der {
            PrivateKeyDer::Pkcs8(der) => match Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der()) {
                Ok(pair) => Pair::Ed25519(pair),
                Err(_) => rsa(RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()))?,
            },
            PrivateKeyDer::Pkcs1(der) => rsa(RsaKeyPair::from_der(der.secret_pkcs1_der()))?,
            _ => return Err(KeyProblem::NotAKey),
        };
        Ok(Self { domain: domain.to_owned(), selector: selector.to_owned(), pair })
    }

    /// How it signs.
    pub fn algorithm(&self) -> DkimAlgorithm {
        match self.pair {
            Pair::Ed25519(_) => DkimAlgorithm::Ed25519,
            Pair::Rsa(_) => DkimAlgorithm::Rsa,
        }
    }

    /// What must be published for it.
    pub fn record(&self) -> DkimRecord {
        let (kind, public) = match &self.pair {
            Pair::Ed25519(pair) => ("ed25519", STANDARD.encode(pair.public_key().as_ref())),
            Pair::Rsa(pair) => ("rsa", STANDARD.encode(public_key_info(pair.public().as_ref()))),
        };
        DkimRecord::new(&self.selector, &self.domain, format!("v=DKIM1; k={kind}; p={public}"))
    }

    /// The message with a signature at its head. The same key, message and instant always give the same bytes.
    ///
    /// # Errors
    /// [`KeyProblem::Cipher`].
    pub fn sign(&self, message: &[u8], at: DateTime<Utc>) -> Result<Vec<u8>, KeyProblem> {
        let (head, body) = split(message);
        let headers = headers(head);
        let has = |name: &str| headers.iter().any(|header| header.is(name));
        let names: Vec<&str> = SIGNED.into_iter().filter(|name| has(name)).chain(std::iter::once(OVERSIGNED)).collect();
        let unsigned = self.unsigned(&names, body, at);
        let signature = self.signature(&headers, &names, &unsigned)?;
        let mut signed = format!("{unsigned}{}\r\n", folded(&STANDARD.encode(signature), "b=".len())).into_bytes();
        signed.extend_from_slice(message);
        Ok(signed)
    }

    /// The header up to its last tag, which is empty.
    fn unsigned(&self, names: &[&str], body: &[u8], at: DateTime<Utc>) -> String {
        let Self { domain, selector, .. } = self;
        let algorithm = self.algorithm().tag();
        let hash = STANDARD.encode(digest(&SHA256, &relaxed_body(body)));
        let mut listed = String::from("h=");
        let mut length = listed.len();
        for (place, name) in names.iter().enumerate() {
            let colon = if place == 0 { "" } else { ":" };
            if length + name.len() + 1 > LINE {
                listed.push_str(colon);
                listed.push_str("\r\n\t ");
                length = 2;
            } else {
                listed.push_str(colon);
                length += colon.len();
            }
            listed.push_str(name);
            length += name.len();
        }
        format!(
            "DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed;\r\n\td={domain};\r\n\ts={selector}; t={};\r\n\t{listed};\r\n\tbh={hash};\r\n\tb=",
            at.timestamp()
        )
    }

    /// The signature over these headers and the signature's own, whose last tag is empty.
    fn signature(&self, headers: &[Header<'_>], names: &[&str], unsigned: &str) -> Result<Vec<u8>, KeyProblem> {
        let mut said = select(headers, names);
        let own = self::headers(unsigned.as_bytes());
        let own = own.first().map(Header::relaxed).unwrap_or_default();
        said.extend_from_slice(&own);
        match &self.pair {
            Pair::Ed25519(pair) => Ok(pair.sign(digest(&SHA256, &said).as_ref()).as_ref().to_vec()),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &said, &mut signature)
                    .map_err(|_| KeyProblem::Cipher)?;
                Ok(signature)
            }
        }
    }
}

fn rsa(opened: Result<RsaKeyPair, ring::error::KeyRejected>) -> Result<Pair, KeyProblem> {
    match opened {
        Ok(pair) => Ok(Pair::Rsa(Box::new(pair))),
        Err(error) if ["TooSmall", "TooLarge"].contains(&error.to_string().as_str()) => Err(KeyProblem::WrongSize),
        Err(_) => Err(KeyProblem::NotAKey),
    }
}

/// A header field as it stands in a message.
struct Header<'a> {
    name: &'a [u8],
    /// From the colon to the end of its last line, which is left out.
    value: &'a [u8],
}

impl Header<'_> {
    fn is(&self, name: &str) -> bool {
        self.name.trim_ascii().eq_ignore_ascii_case(name.as_bytes())
    }

    /// RFC 6376 §3.4.2, without the line end.
    fn relaxed(&self) -> Vec<u8> {
        let mut out = self.name.trim_ascii().to_ascii_lowercase();
        out.push(b':');
        let unfolded: Vec<u8> = self.value.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
        out.extend_from_slice(collapsed(&unfolded).trim_ascii());
        out
    }
}

/// The head, without the empty line after it, and the body.
fn split(message: &[u8]) -> (&[u8], &[u8]) {
    match message.windows(4).position(|four| four == b"\r\n\r\n") {
        Some(end) => (&message[..end], &message[end + 4..]),
        None => (message, &[]),
    }
}

fn headers(head: &[u8]) -> Vec<Header<'_>> {
    let mut fields: Vec<&[u8]> = Vec::new();
    let mut begun = 0;
    let mut place = 0;
    while place < head.len() {
        let line_end = head[place..].windows(2).position(|two| two == b"\r\n").map_or(head.len(), |at| place + at);
        let next = (line_end + 2).min(head.len());
        // A line that begins with white space goes on with the field before it.
        if !matches!(head.get(next), Some(b' ' | b'\t')) {
            fields.push(&head[begun..line_end]);
            begun = next;
        }
        place = next;
    }
    let parts = fields.into_iter().filter_map(|field| {
        let colon = field.iter().position(|byte| *byte == b':')?;
        Some(Header { name: &field[..colon], value: &field[colon + 1..] })
    });
    parts.collect()
}

/// The named headers in canonical form, each with a line end. Of several with one name the last comes first; one that is
/// not there says nothing (RFC 6376 §5.4.2).
fn select(headers: &[Header<'_>], names: &[&str]) -> Vec<u8> {
    let mut is_taken = vec![false; headers.len()];
    let mut said = Vec::new();
    for name in names {
        let last = (0..headers.len()).rev().find(|place| !is_taken[*place] && headers[*place].is(name));
        if let Some(place) = last {
            is_taken[place] = true;
            said.extend_from_slice(&headers[place].relaxed());
            said.extend_from_slice(b"\r\n");
        }
    }
    said
}

/// RFC 6376 §3.4.4.
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut empty_lines = 0;
    let mut rest = body;
    while !rest.is_empty() {
        let (line, others) = match rest.windows(2).position(|two| two == b"\r\n") {
            Some(end) => (&rest[..end], &rest[end + 2..]),
            None => (rest, &rest[rest.len()..]),
        };
        let line = collapsed(line);
        let line = line.strip_suffix(b" ").unwrap_or(&line);
        if line.is_empty() {
            empty_lines += 1;
        } else {
            for _ in 0..std::mem::take(&mut empty_lines) {
                out.extend_from_slice(b"\r\n");
            }
            out.extend_from_slice(line);
            out.extend_from_slice(b"\r\n");
        }
        rest = others;
    }
    out
}

/// Each run of spaces and tabs as one space.
fn collapsed(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        match byte {
            b' ' | b'\t' if out.last() == Some(&b' ') => {}
            b' ' | b'\t' => out.push(b' '),
            other => out.push(*other),
        }
    }
    out
}

/// Base64 over several lines; the first has something before it already.
fn folded(text: &str, before: usize) -> String {
    let (first, mut rest) = text.split_at(text.len().min(LINE - before));
    let mut out = first.to_owned();
    while !rest.is_empty() {
        let (line, others) = rest.split_at(rest.len().min(LINE));
        out.push_str("\r\n\t");
        out.push_str(line);
        rest = others;
    }
    out
}

/// An RSA key as certificates and DNS records hold it: SubjectPublicKeyInfo around PKCS#1.
fn public_key_info(pkcs1: &[u8]) -> Vec<u8> {
    // SEQUENCE { rsaEncryption, NULL }
    const ALGORITHM: [u8; 15] =
        [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let bits = der(0x03, &[&[0u8], pkcs1].concat());
    der(0x30, &[ALGORITHM.as_slice(), &bits].concat())
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    if content.len() < 128 {
        out.push(content.len() as u8);
    } else {
        let length = content.len().to_be_bytes();
        let length = &length[length.iter().position(|byte| *byte != 0).unwrap_or(length.len() - 1)..];
        out.push(0x80 | length.len() as u8);
        out.extend_from_slice(length);
    }
    out.extend_from_slice(content);
    out
}

impl fmt::Debug for DkimKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DkimKey({} of {}, hidden)", self.selector, self.domain)
    }
}

impl fmt::Display for KeyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAKey => "This is no private key that can sign mail.",
            Self::WrongSize => "The RSA key has not between 2048 and 4096 bits.",
            Self::Cipher => "The message could not be signed.",
        })
    }
}

impl std::error::Error for KeyProblem {}

#[cfg(test)]
mod tests;
