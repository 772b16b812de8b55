//! The examples of RFC 6376 and RFC 8463, and what receivers must be able to verify.

use super::*;
use ring::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

/// RFC 8463, appendix A: the key, the message and the header of its Ed25519 signature up to its last tag.
const RFC_SEED: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
const RFC_PUBLIC: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const RFC_MESSAGE: &str = "From: Joe SixPack <joe@football.example.com>\r\nTo: Suzie Q <suzie@shopping.example.net>\r\nSubject: Is dinner ready?\r\nDate: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\nMessage-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\r\nHi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
const RFC_HEADER: &str = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n subject : date : message-id : from : subject : date;\r\n bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=";
const RFC_SIGNATURE: &str = "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==";

const MESSAGE: &[u8] = b"Message-ID: <1@example.org>\r\nDate: Mon, 23 Nov 2026 07:00:00 +0000\r\nFrom: \"Reports\" <reports@example.org>\r\nSubject: Week\r\n 47 is\tover\r\nTo: <dana@example.org>\r\nAuto-Submitted: auto-generated\r\nList-Id: <weekly.example.org>\r\nX-Other: not signed\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nHello  there \r\n\r\nBye\r\n\r\n\r\n";

fn rfc_key() -> DkimKey {
    // PKCS#8 around a seed (RFC 8410 §7).
    let head = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    let pkcs8 = [head.as_slice(), &STANDARD.decode(RFC_SEED).unwrap()].concat();
    DkimKey::open("football.example.com", "brisbane", &Secret::new(encode("PRIVATE KEY", &pkcs8))).unwrap()
}

fn at() -> DateTime<Utc> {
    "2026-11-23T07:00:00Z".parse().unwrap()
}

/// What a receiver does: reads the tags of the first header, hashes the body, puts the signed headers together.
fn verifies(message: &[u8], check: impl Fn(&[u8], &[u8]) -> bool) -> bool {
    let (head, body) = split(message);
    let all = headers(head);
    assert!(all[0].is("DKIM-Signature"));
    let own = String::from_utf8(all[0].relaxed()).unwrap();
    let tag = |name: &str| {
        let tags = own.split_once(':').unwrap().1.split(';');
        tags.filter_map(|tag| tag.trim().split_once('='))
            .find(|(tag, _)| *tag == name)
            .map(|(_, value)| value.replace(' ', ""))
    };
    assert_eq!(tag("bh").unwrap(), STANDARD.encode(digest(&SHA256, &relaxed_body(body))));
    let names = tag("h").unwrap();
    let names: Vec<&str> = names.split(':').collect();
    let mut said = select(&all[1..], &names);
    said.extend_from_slice(&own.as_bytes()[..own.rfind("b=").unwrap() + 2]);
    check(&said, &STANDARD.decode(tag("b").unwrap()).unwrap())
}

#[test]
fn the_example_of_rfc_8463_is_signed_as_it_stands_there() {
    let (head, body) = split(RFC_MESSAGE.as_bytes());
    let body_hash = STANDARD.encode(digest(&SHA256, &relaxed_body(body)));
    assert!(RFC_HEADER.contains(&format!("bh={body_hash};")), "{body_hash}");
    let names = ["from", "to", "subject", "date", "message-id", "from", "subject", "date"];
    let signature = rfc_key().signature(&headers(head), &names, RFC_HEADER).unwrap();
    assert_eq!(STANDARD.encode(signature), RFC_SIGNATURE);
    let record = rfc_key().record();
    assert_eq!(
        (record.name.as_str(), record.value),
        ("brisbane._domainkey.football.example.com", format!("v=DKIM1; k=ed25519; p={RFC_PUBLIC}"))
    );
}

#[test]
fn headers_and_bodies_are_canonical_as_in_rfc_6376() {
    // §3.4.5, example 1.
    let (head, body) = split(b"A: X \r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n");
    let canonical: Vec<Vec<u8>> = headers(head).iter().map(Header::relaxed).collect();
    assert_eq!(canonical, [b"a:X".to_vec(), b"b:Y Z".to_vec()]);
    assert_eq!(relaxed_body(body), b" C\r\nD E\r\n");
    // §3.4.4: nothing stays nothing, a missing line end is added.
    for (body, canonical) in
        [("", ""), ("\r\n\r\n", ""), (" \r\n\t\r\n", ""), ("x", "x\r\n"), ("a\r\n\r\nb \r\n", "a\r\n\r\nb\r\n")]
    {
        assert_eq!(relaxed_body(body.as_bytes()), canonical.as_bytes(), "{body:?}");
    }
}

#[test]
fn of_several_headers_with_one_name_the_last_is_signed_first() {
    let all = headers(b"Received: one\r\nReceived: two\r\nFrom: a");
    assert_eq!(
        select(&all, &["Received", "From", "Received", "Received"]),
        b"received:two\r\nfrom:a\r\nreceived:one\r\n"
    );
}

#[test]
fn a_signed_message_verifies_and_nothing_that_is_signed_can_change() {
    let key = rfc_key();
    let public = STANDARD.decode(RFC_PUBLIC).unwrap();
    let check = |said: &[u8], signature: &[u8]| {
        UnparsedPublicKey::new(&ED25519, &public).verify(digest(&SHA256, said).as_ref(), signature).is_ok()
    };
    let signed = key.sign(MESSAGE, at()).unwrap();
    assert!(signed.ends_with(MESSAGE), "the message itself stays as it is");
    assert!(verifies(&signed, check));
    assert_eq!(signed, key.sign(MESSAGE, at()).unwrap(), "the same bytes every time");
    let text = String::from_utf8(signed).unwrap();
    for (from, to) in
        [("Week\r\n 47", "Week\r\n 48"), ("<weekly.", "<daily."), ("reports@", "others@"), ("To: <dana", "To: <mina")]
    {
        assert!(!verifies(text.replace(from, to).as_bytes(), check), "{from}");
    }
    assert!(verifies(text.replace("not signed", "changed").as_bytes(), check));
    // A second From is signed as one that is not there.
    assert!(!verifies(text.replace("X-Other: not signed", "From: <other@example.org>").as_bytes(), check));
}

#[test]
fn no_line_of_a_signature_is_long() {
    let signed = rfc_key().sign(MESSAGE, at()).unwrap();
    let head = &signed[..signed.len() - MESSAGE.len()];
    for line in String::from_utf8(head.to_vec()).unwrap().lines() {
        assert!(line.len() <= 78, "{line}");
    }
}

#[test]
fn an_rsa_key_signs_in_both_its_forms_and_its_record_is_a_public_key() {
    for pem in [include_str!("rsa-pkcs8.pem"), include_str!("rsa-pkcs1.pem")] {
        let key = DkimKey::open("example.org", "mail", &Secret::new(pem)).unwrap();
        assert_eq!(key.algorithm(), DkimAlgorithm::Rsa);
        let Pair::Rsa(pair) = &key.pair else { panic!("not RSA") };
        let public = pair.public().as_ref().to_vec();
        let signed = key.sign(MESSAGE, at()).unwrap();
        assert!(verifies(&signed, |said, signature| {
            UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &public).verify(said, signature).is_ok()
        }));
        // As `openssl rsa -pubout` writes it.
        let published: String = include_str!("rsa-public.pem").lines().filter(|line| !line.starts_with('-')).collect();
        assert_eq!(key.record().value, format!("v=DKIM1; k=rsa; p={published}"));
    }
}

#[test]
fn a_new_key_signs_and_what_is_no_key_does_not() {
    let key = DkimKey::open("example.org", "mail", &DkimKey::generate().unwrap()).unwrap();
    assert_eq!(key.algorithm(), DkimAlgorithm::Ed25519);
    assert!(!format!("{key:?}").contains("PRIVATE"));
    for text in
        ["", "hello", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", include_str!("rsa-public.pem")]
    {
        assert_eq!(
            DkimKey::open("example.org", "mail", &Secret::new(text)).unwrap_err(),
            KeyProblem::NotAKey,
            "{text:?}"
        );
    }
    let small = DkimKey::open("example.org", "mail", &Secret::new(include_str!("rsa-1024.pem")));
    assert_eq!(small.unwrap_err(), KeyProblem::WrongSize);
}
