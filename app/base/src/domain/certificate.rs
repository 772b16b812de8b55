//! A certificate that a server showed: what stands in it, for people.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One certificate of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// For example `CN=mail.example.org`.
    pub subject: String,
    pub issuer: String,
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
    /// Whole days until its end when it was looked at; negative after it.
    pub days_left: i64,
    /// Names and addresses of servers that it is for.
    pub names: Vec<String>,
    /// For example `RSA, 2048 bits`.
    pub key: String,
    /// SHA-256 of the whole certificate, in pairs of hex digits.
    pub fingerprint: String,
    /// Whether it may sign others.
    pub is_authority: bool,
}

impl Certificate {
    /// The same, looked at now.
    #[must_use]
    pub fn at(mut self, now: DateTime<Utc>) -> Self {
        self.days_left = (self.until - now).num_days();
        if self.until < now {
            // The day on which it ends is not its last one.
            self.days_left = self.days_left.min(-1);
        }
        self
    }

    /// Whether nobody vouches for it but itself.
    pub fn is_self_signed(&self) -> bool {
        self.subject == self.issuer
    }

    /// `3 Nov 2026 to 1 Feb 2027, 67 days left`.
    pub fn validity(&self) -> String {
        let rest = match self.days_left {
            ..0 => "expired".to_owned(),
            0 => "less than a day left".to_owned(),
            1 => "1 day left".to_owned(),
            days => format!("{days} days left"),
        };
        format!("{} to {}, {rest}", day(self.from), day(self.until))
    }

    /// The names that it is for, in words: `a.example, b.example and 3 more`.
    pub fn names_in_words(&self) -> String {
        const SHOWN: usize = 5;
        match self.names.len() {
            0 => "no server at all".to_owned(),
            count if count <= SHOWN => self.names.join(", "),
            count => format!("{} and {} more", self.names[..SHOWN].join(", "), count - SHOWN),
        }
    }
}

/// `3 Nov 2026`.
pub fn day(at: DateTime<Utc>) -> String {
    at.format("%-d %b %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate() -> Certificate {
        Certificate {
            subject: "CN=mail.example.org".into(),
            issuer: "CN=Example CA".into(),
            from: "2026-11-01T00:00:00Z".parse().unwrap(),
            until: "2027-01-30T00:00:00Z".parse().unwrap(),
            days_left: 0,
            names: vec!["mail.example.org".into()],
            key: "Ed25519".into(),
            fingerprint: "AA:BB".into(),
            is_authority: false,
        }
    }

    #[test]
    fn the_days_that_are_left_count_from_when_it_is_looked_at() {
        for (now, words) in [
            ("2026-11-23T07:00:00Z", "67 days left"),
            ("2027-01-28T12:00:00Z", "1 day left"),
            ("2027-01-29T12:00:00Z", "less than a day left"),
            ("2027-01-30T00:00:01Z", "expired"),
        ] {
            let looked_at = certificate().at(now.parse().unwrap());
            assert_eq!(looked_at.validity(), format!("1 Nov 2026 to 30 Jan 2027, {words}"), "{now}");
        }
    }

    #[test]
    fn many_names_are_counted() {
        let names = (1..=7).map(|number| format!("{number}.example")).collect();
        let many = Certificate { names, ..certificate() };
        assert_eq!(many.names_in_words(), "1.example, 2.example, 3.example, 4.example, 5.example and 2 more");
        assert_eq!(Certificate { names: Vec::new(), ..certificate() }.names_in_words(), "no server at all");
        assert!(!many.is_self_signed() && Certificate { issuer: many.subject.clone(), ..many }.is_self_signed());
    }
}
