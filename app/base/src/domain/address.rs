//! E-mail addresses: a strict grammar, so that nothing but an address ever reaches an SMTP command.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::error::is_forbidden;

/// An address that is safe to write into an SMTP command and a header.
///
/// The grammar is the subset of RFC 5321 §4.1.2 that real mailboxes use: a dot-atom, `@`, a host
/// name of letters, digits and hyphens. Quoted local parts, comments, address literals and
/// non-ASCII letters are refused. The domain is kept in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// Why a text is no [`EmailAddress`]. `Display` says it in words for the form field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AddressError {
    Empty,
    /// A control character or line separator (C0, C1, U+2028, U+2029).
    Control,
    MissingAt,
    ManyAts,
    EmptyLocal,
    /// More than 64 characters before the `@` (RFC 5321 §4.5.3.1.1).
    LongLocal,
    LocalCharacter(char),
    /// A dot at an end of the local part, or two together.
    LocalDots,
    EmptyDomain,
    DomainCharacter(char),
    /// An empty part between dots, or one that begins or ends with a hyphen.
    DomainPart,
    /// A part of the domain above 63 characters.
    LongDomainPart,
    /// A domain of one word that is not `localhost`.
    MissingDot,
    /// Above 254 characters in total (RFC 3696, erratum 1690).
    TooLong,
}

const MAX_TOTAL: usize = 254;
const MAX_LOCAL: usize = 64;
const MAX_LABEL: usize = 63;

impl EmailAddress {
    /// Reads an address; spaces around it are ignored, anything else that is wrong is an error.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim_matches(' ');
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        if text.chars().any(is_forbidden) {
            return Err(AddressError::Control);
        }
        let (local, domain) = text.split_once('@').ok_or(AddressError::MissingAt)?;
        if domain.contains('@') {
            return Err(AddressError::ManyAts);
        }
        check_local(local)?;
        check_domain(domain)?;
        if text.len() > MAX_TOTAL {
            return Err(AddressError::TooLong);
        }
        Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
    }

    /// The address as it is written in commands and headers, without angle brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the `@`.
    pub fn local(&self) -> &str {
        self.0.split_once('@').map_or("", |(local, _)| local)
    }

    /// The part after the `@`, in lower case.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }
}

fn check_local(local: &str) -> Result<(), AddressError> {
    if local.is_empty() {
        return Err(AddressError::EmptyLocal);
    }
    if let Some(c) = local.chars().find(|c| !is_atom(*c) && *c != '.') {
        return Err(AddressError::LocalCharacter(c));
    }
    if local.len() > MAX_LOCAL {
        return Err(AddressError::LongLocal);
    }
    if local.split('.').any(str::is_empty) {
        return Err(AddressError::LocalDots);
    }
    Ok(())
}

fn check_domain(domain: &str) -> Result<(), AddressError> {
    if domain.is_empty() {
        return Err(AddressError::EmptyDomain);
    }
    if let Some(c) = domain.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-')) {
        return Err(AddressError::DomainCharacter(c));
    }
    for label in domain.split('.') {
        if label.is_empty() || label.starts_with('-') || label.ends_with('-') {
            return Err(AddressError::DomainPart);
        }
        if label.len() > MAX_LABEL {
            return Err(AddressError::LongDomainPart);
        }
    }
    if !domain.contains('.') && !domain.eq_ignore_ascii_case("localhost") {
        return Err(AddressError::MissingDot);
    }
    Ok(())
}

/// `atext` of RFC 5322 §3.2.3.
fn is_atom(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c)
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for EmailAddress {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = AddressError;
    fn try_from(text: String) -> Result<Self, AddressError> {
        Self::parse(&text)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> String {
        address.0
    }
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Enter an e-mail address."),
            Self::Control => f.write_str("The address contains a line break or a control character. Type it again."),
            Self::MissingAt => f.write_str("The address has no @. Write it like name@example.org."),
            Self::ManyAts => f.write_str("The address has more than one @. Enter one address."),
            Self::EmptyLocal => f.write_str("Nothing stands before the @."),
            Self::LongLocal => write!(f, "The part before the @ is longer than {MAX_LOCAL} characters."),
            Self::LocalCharacter(c) => write!(f, "“{c}” cannot stand before the @."),
            Self::LocalDots => f.write_str("A dot before the @ stands at an end or beside another dot."),
            Self::EmptyDomain => f.write_str("Nothing stands after the @."),
            Self::DomainCharacter(c) if !c.is_ascii() => {
                write!(f, "“{c}” cannot stand after the @. Write an international domain in its xn-- form.")
            }
            Self::DomainCharacter(c) => write!(f, "“{c}” cannot stand after the @."),
            Self::DomainPart => f.write_str("A part of the domain is empty, or begins or ends with a hyphen."),
            Self::LongDomainPart => write!(f, "A part of the domain is longer than {MAX_LABEL} characters."),
            Self::MissingDot => f.write_str("The domain has no dot. Write it in full, like example.org."),
            Self::TooLong => write!(f, "The address is longer than {MAX_TOTAL} characters."),
        }
    }
}

impl std::error::Error for AddressError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_addresses_are_taken() {
        for text in [
            "dana@example.org",
            "o'neil@example.ie",
            "first.last+tag@sub.example.co.uk",
            "x@xn--bcher-kva.example",
            "root@localhost",
            "a!#$%&'*+-/=?^_`{|}~b@example.org",
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn the_domain_loses_its_capitals_and_the_local_part_keeps_them() {
        let address = EmailAddress::parse(" Dana.K@Example.ORG ").unwrap();
        assert_eq!(address.as_str(), "Dana.K@example.org");
        assert_eq!((address.local(), address.domain()), ("Dana.K", "example.org"));
    }

    #[test]
    fn each_mistake_has_its_own_words() {
        use AddressError::*;
        let long_local = format!("{}@example.org", "a".repeat(65));
        let long_label = format!("a@{}.org", "b".repeat(64));
        let long_total = format!("a@{}org", "b23456789.".repeat(26));
        for (text, expected) in [
            ("", Empty),
            ("  ", Empty),
            ("dana", MissingAt),
            ("a@b@example.org", ManyAts),
            ("@example.org", EmptyLocal),
            (long_local.as_str(), LongLocal),
            ("a b@example.org", LocalCharacter(' ')),
            ("\"a\"@example.org", LocalCharacter('"')),
            ("<a@example.org", LocalCharacter('<')),
            ("dänä@example.org", LocalCharacter('ä')),
            (".a@example.org", LocalDots),
            ("a..b@example.org", LocalDots),
            ("a@", EmptyDomain),
            ("a@exa mple.org", DomainCharacter(' ')),
            ("a@bücher.example", DomainCharacter('ü')),
            ("a@[127.0.0.1]", DomainCharacter('[')),
            ("a@example.org>", DomainCharacter('>')),
            ("a@example..org", DomainPart),
            ("a@-example.org", DomainPart),
            ("a@example.org.", DomainPart),
            (long_label.as_str(), LongDomainPart),
            ("a@example", MissingDot),
            (long_total.as_str(), TooLong),
        ] {
            assert_eq!(EmailAddress::parse(text), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn no_control_character_gets_through_at_any_place() {
        let controls = (0u32..0x20).chain(0x7f..0xa0).chain([0x2028, 0x2029]);
        for c in controls.filter_map(char::from_u32) {
            for text in [
                format!("{c}a@example.org"),
                format!("a{c}@example.org"),
                format!("a@exam{c}ple.org"),
                format!("a@example.org{c}"),
            ] {
                assert_eq!(EmailAddress::parse(&text), Err(AddressError::Control), "{text:?}");
            }
        }
        let smuggled = "a@example.org>\r\nRCPT TO:<b@example.org";
        assert_eq!(EmailAddress::parse(smuggled), Err(AddressError::Control));
    }

    #[test]
    fn what_is_stored_is_checked_again_when_it_is_read() {
        let read: Result<EmailAddress, _> = serde_json::from_str("\"a\\r\\nb@example.org\"");
        assert!(read.is_err());
        let kept: EmailAddress = serde_json::from_str("\"a@example.org\"").unwrap();
        assert_eq!(serde_json::to_string(&kept).unwrap(), "\"a@example.org\"");
    }
}
