//! What to do about a certificate that was refused, from what stands in it.

use super::failure::{CertificateProblem, Failure, FailureKind};
use super::server::MailServer;
use super::tls::Roots;
use crate::domain::certificate::{Certificate, day};

/// Advice that names what the server showed; none where the failure is about something else, or nothing was shown.
pub fn diagnose(failure: &Failure, server: &MailServer, chain: &[Certificate]) -> Option<String> {
    let FailureKind::Certificate(problem) = &failure.kind else { return None };
    let own = chain.first()?;
    Some(match problem {
        CertificateProblem::OtherName => format!(
            "The certificate is for {}; you connect to {}. Enter one of its names as the server, or have the server's operator add this one.",
            own.names_in_words(),
            server.host
        ),
        CertificateProblem::Expired => {
            let first_to_end = chain.iter().min_by_key(|certificate| certificate.until).unwrap_or(own);
            format!(
                "{} was valid until {}. The operator of the mail server must renew it.",
                first_to_end.subject,
                day(first_to_end.until)
            )
        }
        CertificateProblem::NotYetValid => {
            let last_to_begin = chain.iter().max_by_key(|certificate| certificate.from).unwrap_or(own);
            format!(
                "{} is valid from {} on. Check the clock of this machine.",
                last_to_begin.subject,
                day(last_to_begin.from)
            )
        }
        CertificateProblem::UnknownIssuer => unknown_issuer(server, chain, own),
        CertificateProblem::AuthorityAsServer => format!(
            "{} is a certificate for signing others, and the server shows it as its own. Make a certificate for the server, sign it with this one, and add this one under “Certificate authority”.",
            own.subject
        ),
        // Where another certificate of the same name is known, its key is tried, and that is what fails.
        CertificateProblem::Other(_) if own.is_self_signed() => unknown_issuer(server, chain, own),
        CertificateProblem::Other(_) => return None,
    })
}

fn unknown_issuer(server: &MailServer, chain: &[Certificate], own: &Certificate) -> String {
    let last = chain.last().unwrap_or(own);
    if own.is_self_signed() {
        return format!(
            "{} is signed by itself: nobody vouches for it. Give the server a certificate of an authority, a public one or your own. One of your own is added under “Certificate authority”.",
            own.subject
        );
    }
    if matches!(server.roots, Roots::Pem(_)) {
        return format!(
            "This account trusts only the authority that was added to it, and {} is another. Add that one under “Certificate authority”, or remove what is there to trust the public ones.",
            last.issuer
        );
    }
    let incomplete = if chain.len() == 1 {
        " If it is a public one, the server leaves out the certificates in between: its operator must install the full chain."
    } else {
        ""
    };
    format!(
        "Its issuer, {}, is not known here. If it is an authority of your own, add it under “Certificate authority”.{incomplete}",
        last.issuer
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mail_account::{AuthMethod, MailHost, TlsMode};
    use crate::platform::mailer::{Cleartext, Step, Timeouts};

    fn server() -> MailServer {
        MailServer {
            host: MailHost::parse("10.0.0.1").unwrap(),
            port: 465,
            tls: TlsMode::Implicit,
            auth: AuthMethod::None,
            credentials: None,
            helo_name: None,
            roots: Roots::System,
            cleartext: Cleartext::LoopbackOnly,
            allowed: Vec::new(),
            timeouts: Timeouts::default(),
        }
    }

    fn certificate(subject: &str, issuer: &str) -> Certificate {
        Certificate {
            subject: subject.into(),
            issuer: issuer.into(),
            from: "2026-11-01T00:00:00Z".parse().unwrap(),
            until: "2026-11-03T00:00:00Z".parse().unwrap(),
            days_left: -20,
            names: vec!["mail.example.org".into()],
            key: String::new(),
            fingerprint: String::new(),
            is_authority: false,
        }
    }

    fn advice(problem: CertificateProblem, server: &MailServer, chain: &[Certificate]) -> String {
        let failure = Failure { step: Step::Handshake, kind: FailureKind::Certificate(problem) };
        diagnose(&failure, server, chain).unwrap()
    }

    #[test]
    fn a_wrong_name_is_told_with_the_right_ones() {
        let words = advice(CertificateProblem::OtherName, &server(), &[certificate("CN=mail.example.org", "CN=CA")]);
        assert!(words.starts_with("The certificate is for mail.example.org; you connect to 10.0.0.1."), "{words}");
    }

    #[test]
    fn the_end_and_the_beginning_of_a_certificate_are_told_as_days() {
        let chain = [certificate("CN=a", "CN=CA")];
        let words = advice(CertificateProblem::Expired, &server(), &chain);
        assert!(words.starts_with("CN=a was valid until 3 Nov 2026."), "{words}");
        let words = advice(CertificateProblem::NotYetValid, &server(), &chain);
        assert!(words.starts_with("CN=a is valid from 1 Nov 2026 on."), "{words}");
    }

    #[test]
    fn an_unknown_issuer_is_told_apart_from_a_certificate_that_vouches_for_itself() {
        let unknown =
            |server: &MailServer, chain: &[Certificate]| advice(CertificateProblem::UnknownIssuer, server, chain);
        assert!(unknown(&server(), &[certificate("CN=a", "CN=a")]).contains("signed by itself"));
        let other = CertificateProblem::Other("its key is another".into());
        assert!(advice(other, &server(), &[certificate("CN=a", "CN=a")]).contains("signed by itself"));
        let alone = unknown(&server(), &[certificate("CN=a", "CN=Private CA")]);
        assert!(alone.contains("CN=Private CA, is not known here") && alone.contains("the full chain"), "{alone}");
        let chain = [certificate("CN=a", "CN=b"), certificate("CN=b", "CN=Private CA")];
        let complete = unknown(&server(), &chain);
        assert!(complete.contains("CN=Private CA, is not known here") && !complete.contains("the full chain"));
        let own = MailServer { roots: Roots::Pem(String::new()), ..server() };
        assert!(unknown(&own, &chain).contains("trusts only the authority"));
    }

    #[test]
    fn nothing_is_said_about_another_failure_or_without_a_certificate() {
        let failure = Failure { step: Step::Connect, kind: FailureKind::Refused };
        assert_eq!(diagnose(&failure, &server(), &[certificate("CN=a", "CN=a")]), None);
        let failure = Failure { step: Step::Handshake, kind: FailureKind::Certificate(CertificateProblem::Expired) };
        assert_eq!(diagnose(&failure, &server(), &[]), None);
    }
}
