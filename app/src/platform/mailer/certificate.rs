//! Reads certificates: those that a server shows, and those that an administrator adds as authorities.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use ring::digest;
use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, pem::PemObject};
use std::net::IpAddr;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::domain::certificate::Certificate;

/// A server may show as much as it likes; that much is kept.
const MAX_CHAIN: usize = 10;
const MAX_NAMES: usize = 50;
const MAX_TEXT: usize = 200;

/// Most authorities of an account.
const MAX_AUTHORITIES: usize = 20;

/// Why a text holds no authorities. The number counts the certificates of the text from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorityProblem {
    NotPem,
    TooMany {
        max: u32,
    },
    Expired {
        number: u32,
    },
    /// It must not sign other certificates.
    NotAnAuthority {
        number: u32,
    },
}

/// What stands in the certificates that a server showed, its own first. One that cannot be read is left out.
pub(super) fn read_chain(chain: &[CertificateDer<'_>], now: DateTime<Utc>) -> Vec<Certificate> {
    chain.iter().take(MAX_CHAIN).filter_map(|der| read(der, now)).collect()
}

/// Reads authorities in PEM. The text that comes back holds the certificates alone, whatever stood between them.
///
/// # Errors
/// The first thing that is wrong with them.
pub fn read_authorities(pem: &str, now: DateTime<Utc>) -> Result<(String, Vec<Certificate>), AuthorityProblem> {
    let (mut text, mut read_ones) = (String::new(), Vec::new());
    let mut store = RootCertStore::empty();
    for (number, der) in (1..).zip(CertificateDer::pem_slice_iter(pem.as_bytes())) {
        if read_ones.len() == MAX_AUTHORITIES {
            return Err(AuthorityProblem::TooMany { max: MAX_AUTHORITIES as u32 });
        }
        let der = der.map_err(|_| AuthorityProblem::NotPem)?;
        let certificate = read(&der, now).ok_or(AuthorityProblem::NotPem)?;
        if certificate.until < now {
            return Err(AuthorityProblem::Expired { number });
        }
        if !certificate.is_authority || store.add(der.clone()).is_err() {
            return Err(AuthorityProblem::NotAnAuthority { number });
        }
        text.push_str(&encode("CERTIFICATE", &der));
        read_ones.push(certificate);
    }
    if read_ones.is_empty() { Err(AuthorityProblem::NotPem) } else { Ok((text, read_ones)) }
}

/// Bytes in PEM.
pub(super) fn encode(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    let base64 = STANDARD.encode(der);
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, others) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = others;
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

/// SHA-256 in pairs of hex digits.
pub(super) fn fingerprint(der: &[u8]) -> String {
    let hash = digest::digest(&digest::SHA256, der);
    hash.as_ref().iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

fn read(der: &[u8], now: DateTime<Utc>) -> Option<Certificate> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let instant = |seconds| DateTime::from_timestamp(seconds, 0);
    let constraints = certificate.basic_constraints().ok().flatten();
    let read_one = Certificate {
        subject: plain(&certificate.subject().to_string()),
        issuer: plain(&certificate.issuer().to_string()),
        from: instant(certificate.validity().not_before.timestamp())?,
        until: instant(certificate.validity().not_after.timestamp())?,
        days_left: 0,
        names: names(&certificate),
        key: key(certificate.public_key()),
        fingerprint: fingerprint(der),
        is_authority: constraints.is_some_and(|constraints| constraints.value.ca),
    };
    Some(read_one.at(now))
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Some(names) = certificate.subject_alternative_name().ok().flatten() else { return Vec::new() };
    let shown = names.value.general_names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(plain(name)),
        GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
        _ => None,
    });
    shown.take(MAX_NAMES).collect()
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}

fn key(info: &SubjectPublicKeyInfo<'_>) -> String {
    match info.parsed() {
        Ok(PublicKey::RSA(key)) => format!("RSA, {} bits", key.key_size()),
        Ok(PublicKey::EC(key)) => format!("ECDSA, {} bits", key.key_size()),
        _ if info.algorithm.algorithm.to_id_string() == "1.3.101.112" => "Ed25519".to_owned(),
        _ => format!("Another kind ({})", info.algorithm.algorithm.to_id_string()),
    }
}

/// What a stranger wrote into a certificate, fit for a page.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !crate::error::is_forbidden(*c)).take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-23T07:00:00Z".parse().unwrap()
    }

    #[test]
    fn what_is_no_certificate_is_no_authority() {
        for text in
            ["", "hello", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----", &encode("CERTIFICATE", b"x")]
        {
            assert_eq!(read_authorities(text, now()), Err(AuthorityProblem::NotPem), "{text:?}");
        }
        assert_eq!(read_authorities(&encode("PRIVATE KEY", b"x"), now()), Err(AuthorityProblem::NotPem));
    }

    #[test]
    fn bytes_in_pem_have_lines_of_64_characters() {
        let text = encode("CERTIFICATE", &[7; 100]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines.len(), lines[0], lines[1].len()), (5, "-----BEGIN CERTIFICATE-----", 64));
        assert_eq!(CertificateDer::from_pem_slice(text.as_bytes()).unwrap().as_ref(), [7; 100]);
    }
}
