//! The domains to which mail may go outside: none listed means all.

use super::address::EmailAddress;
use crate::error::Problem;

/// Most domains of the list.
pub const MOST: usize = 200;

/// The list, as an administrator wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedDomains(Vec<Pattern>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    /// This domain and none below it.
    Exactly(String),
    /// Every domain below it, at any depth, and not itself.
    Below(String),
}

impl AllowedDomains {
    /// Reads `example.org` or `*.example.org` from each line that is not empty.
    ///
    /// # Errors
    /// The lines (from 1) that are neither, and what is wrong with them.
    pub fn parse(text: &str) -> Result<Self, Vec<(u32, Problem)>> {
        let (mut patterns, mut problems) = (Vec::new(), Vec::new());
        for (line, number) in text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
            match Pattern::parse(line.trim()) {
                None => problems.push((number, Problem::NotADomain)),
                Some(pattern) if patterns.contains(&pattern) => problems.push((number, Problem::Duplicate)),
                Some(_) if patterns.len() == MOST => {
                    problems.push((number, Problem::TooMany { max: u32::try_from(MOST).unwrap_or(u32::MAX) }));
                    break;
                }
                Some(pattern) => patterns.push(pattern),
            }
        }
        if problems.is_empty() { Ok(Self(patterns)) } else { Err(problems) }
    }

    /// Whether mail may go to an address.
    pub fn allows(&self, address: &EmailAddress) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| pattern.covers(address.domain()))
    }

    /// The lines that [`AllowedDomains::parse`] reads back.
    pub fn lines(&self) -> String {
        let line = |pattern: &Pattern| match pattern {
            Pattern::Exactly(domain) => domain.clone(),
            Pattern::Below(domain) => format!("*.{domain}"),
        };
        self.0.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

impl Pattern {
    fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('@').unwrap_or(text);
        let (domain, make): (_, fn(String) -> Self) = match text.strip_prefix("*.") {
            Some(domain) => (domain, Self::Below),
            None => (text, Self::Exactly),
        };
        // The grammar of addresses decides what a domain is.
        let address = EmailAddress::parse(&format!("a@{domain}")).ok()?;
        Some(make(address.domain().to_owned()))
    }

    fn covers(&self, domain: &str) -> bool {
        match self {
            Self::Exactly(exactly) => domain == exactly,
            Self::Below(parent) => {
                domain.strip_suffix(parent.as_str()).is_some_and(|below| below.len() > 1 && below.ends_with('.'))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(list: &str, address: &str) -> bool {
        AllowedDomains::parse(list).unwrap().allows(&EmailAddress::parse(address).unwrap())
    }

    #[test]
    fn an_empty_list_lets_everything_out() {
        assert!(allows("", "dana@example.org") && allows(" \n\n", "dana@example.org"));
    }

    #[test]
    fn a_domain_means_itself_and_a_star_what_is_below() {
        let list = "example.org\n*.example.com";
        for address in ["a@example.org", "a@EXAMPLE.ORG", "a@mail.example.com", "a@a.b.example.com"] {
            assert!(allows(list, address), "{address}");
        }
        for address in
            ["a@mail.example.org", "a@example.com", "a@badexample.com", "a@example.org.evil.net", "a@notexample.org"]
        {
            assert!(!allows(list, address), "{address}");
        }
    }

    #[test]
    fn problems_name_their_line_and_the_list_reads_back() {
        let problems = AllowedDomains::parse("example.org\nno domain\n\n*.\nexample.org").unwrap_err();
        assert_eq!(problems, [(2, Problem::NotADomain), (4, Problem::NotADomain), (5, Problem::Duplicate)]);
        let list = AllowedDomains::parse("@Example.org\r\n *.example.com ").unwrap();
        assert_eq!(list.lines(), "example.org\n*.example.com");
        assert_eq!(AllowedDomains::parse(&list.lines()), Ok(list));
    }
}
