//! SHA-256, and bytes in hex.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest;

/// The SHA-256 of these bytes in hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// The SHA-256 of these bytes in base64 for addresses, without padding.
pub fn sha256_for_address(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, bytes))
}

/// A number that stands for a text: another one as soon as the text is, and small enough for every number of JSON.
pub fn number_of(text: &str) -> i64 {
    sha256(text.as_bytes()).get(..13).and_then(|digits| i64::from_str_radix(digits, 16).ok()).unwrap_or_default()
}

/// Two digits for each byte.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_bytes() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn the_number_of_a_text_is_its_own() {
        assert_eq!(number_of("abc"), 0x000b_a781_6bf8_f01c);
        assert!(number_of("abd") != number_of("abc") && number_of("") > 0);
    }

    #[test]
    fn the_challenge_of_a_verifier_is_that_of_rfc_7636() {
        assert_eq!(
            sha256_for_address(b"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
