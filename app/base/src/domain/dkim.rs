//! The names of a DKIM signature: its algorithm, its selector, the record that is published.

use serde::{Deserialize, Serialize};

crate::text_enum!(
    /// How a message is signed.
    DkimAlgorithm {
        /// RFC 8463; not every receiver verifies it yet.
        Ed25519 = "ed25519",
        /// RFC 6376 with SHA-256.
        Rsa = "rsa",
    }
);

impl DkimAlgorithm {
    /// The word on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::Rsa => "RSA",
        }
    }

    /// The `a=` tag of a signature.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519-sha256",
            Self::Rsa => "rsa-sha256",
        }
    }
}

/// What a DNS server must publish, so that receivers can verify a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DkimRecord {
    /// For example `mail._domainkey.example.org`.
    pub name: String,
    /// The text of the TXT record.
    pub value: String,
}

impl DkimRecord {
    /// The record of a selector under a domain.
    pub fn new(selector: &str, domain: &str, value: impl Into<String>) -> Self {
        Self { name: format!("{selector}._domainkey.{domain}"), value: value.into() }
    }
}

/// Whether a text is a selector: labels of letters, digits and hyphens with dots between (RFC 6376 §3.1).
pub fn is_selector(text: &str) -> bool {
    text.len() <= 63 && text.split('.').all(is_label)
}

/// Whether a text is a domain that can sign: at least two labels.
pub fn is_signing_domain(text: &str) -> bool {
    text.len() <= 190 && text.contains('.') && text.split('.').all(is_label)
}

/// Whether the signature of a domain counts for mail from another (DMARC's relaxed alignment, as far as it can be told
/// without the list of public suffixes): the same domain, or one above or below it.
pub fn is_aligned(from: &str, signing: &str) -> bool {
    let below = |lower: &str, upper: &str| {
        lower.len() > upper.len() && lower.ends_with(upper) && lower.as_bytes()[lower.len() - upper.len() - 1] == b'.'
    };
    let (from, signing) = (from.to_ascii_lowercase(), signing.to_ascii_lowercase());
    from == signing || below(&from, &signing) || below(&signing, &from)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_counts_for_its_domain_and_those_below_and_above_it() {
        for (from, signing) in
            [("example.org", "example.org"), ("Mail.Example.org", "example.org"), ("example.org", "mail.example.org")]
        {
            assert!(is_aligned(from, signing), "{from} {signing}");
        }
        for (from, signing) in
            [("example.org", "example.com"), ("badexample.org", "example.org"), ("a.example.org", "b.example.org")]
        {
            assert!(!is_aligned(from, signing), "{from} {signing}");
        }
    }

    #[test]
    fn selectors_and_domains_are_names() {
        assert!(is_selector("mail") && is_selector("2026-11.mail") && is_signing_domain("example.org"));
        for bad in ["", "a b", "mail;p=x", "-a", "a..b", "mail._domainkey", "ž"] {
            assert!(!is_selector(bad), "{bad:?}");
        }
        assert!(!is_signing_domain("localhost") && !is_signing_domain("example.org\r\nX: y"));
        let record = DkimRecord::new("mail", "example.org", "v=DKIM1");
        assert_eq!(record.name, "mail._domainkey.example.org");
    }
}
