//! To whom a report goes: the lines of a form, who is left of them when a run sends, and whom a message names.
//!
//! Each recipient gets a message of their own, in an SMTP transaction of its own. `To` and `Cc` name the people of these
//! fields who were entered one by one, so that the words mean what they mean in every mail program and an answer to all
//! reaches them. People who come through a group are named to themselves alone: a group may be large and changes, and
//! nobody asked for the list of its addresses. Blind copies stand in the envelope only.

use super::{
    address::EmailAddress, header_text::HeaderText, ids::UserId, job::RecipientKind, suppression::SuppressionReason,
};
use crate::error::Problem;

/// Most lines of one schedule; a group is one line.
pub const LINES_MAX: u32 = 5_000;

crate::text_enum!(
    /// What stands in a line of a schedule's recipients.
    RecipientTarget {
        /// An address outside.
        Address = "address",
        /// Somebody with an account, wherever their address is when a run sends.
        User = "user",
        /// Whoever is in the group when a run sends.
        Group = "group",
    }
);

/// What a line of the form asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    Person {
        address: EmailAddress,
        name: String,
    },
    /// The name of a group.
    Group(String),
}

/// How a line begins that names a group.
pub const GROUP_MARK: &str = "group:";

impl Wanted {
    /// Reads `name@example.org`, `Name <name@example.org>` or `group: Name`.
    ///
    /// # Errors
    /// What is wrong with the line.
    pub fn read(line: &str) -> Result<Self, Problem> {
        let line = line.trim();
        if let Some(head) = line.get(..GROUP_MARK.len())
            && head.eq_ignore_ascii_case(GROUP_MARK)
        {
            return match line[GROUP_MARK.len()..].trim() {
                "" => Err(Problem::NoSuchGroup),
                name => Ok(Self::Group(name.to_owned())),
            };
        }
        let (name, address) = match line.strip_suffix('>').and_then(|line| line.rsplit_once('<')) {
            Some((name, address)) => (name.trim().trim_matches('"').trim(), address),
            None => ("", line),
        };
        let address = EmailAddress::parse(address).map_err(|_| Problem::NotAnAddress)?;
        if !name.is_empty() && HeaderText::parse(name).is_err() {
            return Err(Problem::ControlCharacters);
        }
        Ok(Self::Person { address, name: name.to_owned() })
    }

    /// The same for two lines that mean the same.
    pub fn key(&self) -> String {
        match self {
            Self::Person { address, .. } => address.as_str().to_lowercase(),
            Self::Group(name) => format!("{GROUP_MARK}{}", name.to_lowercase()),
        }
    }
}

/// A line as [`Wanted::read`] reads it back.
pub fn line(target: RecipientTarget, name: &str, address: &str) -> String {
    match (target, name) {
        (RecipientTarget::Group, name) => format!("{GROUP_MARK} {name}"),
        (_, "") => address.to_owned(),
        (_, name) => format!("{name} <{address}>"),
    }
}

/// A line that a form proposes, and what it is called there: the name of a person or a group.
pub type Known = (String, String);

/// The names of the groups among the proposals.
pub fn groups_among(known: &[Known]) -> Vec<&str> {
    let is_group = |(line, _): &&Known| matches!(Wanted::read(line), Ok(Wanted::Group(_)));
    known.iter().filter(is_group).map(|(_, name)| name.as_str()).collect()
}

/// The line that somebody means who types this into the field that proposes: one of the proposals by its name or as it
/// stands, or an address; none where it is nobody.
pub fn meant(known: &[Known], typed: &str) -> Option<String> {
    let typed = typed.trim();
    let is_it = |(line, words): &&Known| [line, words].iter().any(|one| one.to_lowercase() == typed.to_lowercase());
    let proposed = known.iter().find(is_it).map(|(line, _)| line.clone());
    proposed.or_else(|| Wanted::read(typed).is_ok().then(|| typed.to_owned()))
}

/// The lines of a form with one more at their end; none where it is among them, however it is written.
pub fn with_line(lines: &str, line: &str) -> Option<String> {
    let key = |line: &str| Wanted::read(line).map_or_else(|_| line.trim().to_lowercase(), |wanted| wanted.key());
    if lines.lines().any(|one| key(one) == key(line)) {
        return None;
    }
    match lines.trim_end() {
        "" => Some(line.to_owned()),
        before => Some(format!("{before}\n{line}")),
    }
}

/// Somebody to whom a run sends, or would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    pub kind: RecipientKind,
    pub address: EmailAddress,
    /// Empty where only the address is known.
    pub name: String,
    /// Their account, if they have one.
    pub user: Option<UserId>,
    /// The group they come through, unless they were entered themselves.
    pub via: Option<String>,
}

/// Everybody once: the visible place wins over the hidden one, then a name of its own over a group, then the order.
pub fn once(mut people: Vec<Addressee>) -> Vec<Addressee> {
    people.sort_by_key(|person| (person.kind, person.via.is_some()));
    let mut seen = std::collections::HashSet::new();
    people.retain(|person| seen.insert(person.address.as_str().to_lowercase()));
    people
}

/// Whom the message to one of `people` names, by their places in the list. Both are empty where everybody is hidden.
pub fn named(people: &[Addressee], reader: usize) -> (Vec<usize>, Vec<usize>) {
    let of = |kind: RecipientKind| {
        let is_named =
            |(place, person): &(usize, &Addressee)| person.kind == kind && (person.via.is_none() || *place == reader);
        people.iter().enumerate().filter(is_named).map(|(place, _)| place).collect()
    };
    (of(RecipientKind::To), of(RecipientKind::Cc))
}

/// Why somebody who is on the list gets no message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeldBack {
    /// They have an account here and do not see the project.
    NoAccess,
    /// Their account is switched off.
    SwitchedOff,
    /// Their address is in no domain that may get reports.
    DomainNotAllowed,
    Suppressed(SuppressionReason),
}

impl HeldBack {
    /// The reason as the page of the run says it.
    pub fn words(&self) -> &'static str {
        match self {
            Self::NoAccess => "Not sent: this person has an account here and cannot see the project.",
            Self::SwitchedOff => "Not sent: the account of this person is switched off.",
            Self::DomainNotAllowed => "Not sent: the domain of this address is not among those that may get reports.",
            Self::Suppressed(SuppressionReason::Unsubscribed) => "Not sent: this address has stopped these e-mails.",
            Self::Suppressed(SuppressionReason::Bounced) => {
                "Not sent: a mail server has said that this address does not exist. An administrator can lift this in the settings, under No mail."
            }
            Self::Suppressed(SuppressionReason::ByHand) => {
                "Not sent: an administrator has put this address on the list of those that get no mail."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(kind: RecipientKind, address: &str, via: Option<&str>) -> Addressee {
        let address = EmailAddress::parse(address).unwrap();
        Addressee { kind, address, name: String::new(), user: None, via: via.map(str::to_owned) }
    }

    #[test]
    fn the_groups_among_proposals_are_named_without_people() {
        let known = |target, name: &str, address: &str| (line(target, name, address), name.to_owned());
        let proposals = [
            known(RecipientTarget::Group, "Front office", ""),
            known(RecipientTarget::User, "Group Leader", "leader@example.org"),
            known(RecipientTarget::Group, "Ops", ""),
        ];
        assert_eq!(groups_among(&proposals), ["Front office", "Ops"]);
        assert!(groups_among(&proposals[1..2]).is_empty());
    }

    #[test]
    fn a_line_is_a_person_with_or_without_a_name_or_a_group() {
        let read = |line| match Wanted::read(line) {
            Ok(Wanted::Person { address, name }) => (name, address.to_string()),
            Ok(Wanted::Group(name)) => (name, "a group".to_owned()),
            Err(problem) => (String::new(), problem.words()),
        };
        for (text, name, address) in [
            ("dana@example.org", "", "dana@example.org"),
            (" Max Kern <max@example.org> ", "Max Kern", "max@example.org"),
            ("\"Žiga\" <ziga@example.org>", "Žiga", "ziga@example.org"),
            ("group: Front office", "Front office", "a group"),
            ("GROUP:Ops", "Ops", "a group"),
        ] {
            assert_eq!(read(text), (name.to_owned(), address.to_owned()), "{text:?}");
        }
        assert_eq!(Wanted::read("nobody"), Err(Problem::NotAnAddress));
        assert_eq!(Wanted::read("group: "), Err(Problem::NoSuchGroup));
        // Not on the border of a letter.
        assert_eq!(Wanted::read("ččččž"), Err(Problem::NotAnAddress));
    }

    #[test]
    fn what_is_typed_means_a_proposal_by_its_name_or_an_address() {
        let known = [("Žiga <ziga@example.org>", "Žiga"), ("group: Ops", "Ops")];
        let known = known.map(|(line, words)| (line.to_owned(), words.to_owned()));
        let meant = |typed| meant(&known, typed).unwrap_or_default();
        assert_eq!(meant(" žiga "), "Žiga <ziga@example.org>");
        assert_eq!(meant("group: ops"), "group: Ops");
        assert_eq!(meant("max@example.org"), "max@example.org");
        assert_eq!((meant("Zi"), meant("")), (String::new(), String::new()));
    }

    #[test]
    fn a_line_is_added_once_however_it_is_written() {
        assert_eq!(with_line("", "group: Ops").as_deref(), Some("group: Ops"));
        assert_eq!(with_line("max@example.org\n", "group: Ops").as_deref(), Some("max@example.org\ngroup: Ops"));
        assert_eq!(with_line("MAX@example.org", "Max Kern <max@example.org>"), None);
        assert_eq!(with_line("nobody\ngroup: ops", "group: Ops"), None);
    }

    #[test]
    fn a_line_reads_back_what_it_was_written_from() {
        for text in ["dana@example.org", "Max Kern <max@example.org>", "group: Front office"] {
            let (target, name, address) = match Wanted::read(text).unwrap() {
                Wanted::Person { address, name } => (RecipientTarget::Address, name, address.to_string()),
                Wanted::Group(name) => (RecipientTarget::Group, name, String::new()),
            };
            assert_eq!(line(target, &name, &address), text);
        }
    }

    #[test]
    fn everybody_gets_one_message_in_the_most_visible_place() {
        let people = once(vec![
            person(RecipientKind::Bcc, "mina@example.org", None),
            person(RecipientKind::To, "Mina@example.org", Some("Ops")),
            person(RecipientKind::Cc, "sam@example.org", Some("Ops")),
            person(RecipientKind::Cc, "sam@example.org", None),
        ]);
        let places: Vec<_> = people.iter().map(|person| (person.kind, person.via.as_deref())).collect();
        assert_eq!(places, [(RecipientKind::To, Some("Ops")), (RecipientKind::Cc, None)]);
    }

    #[test]
    fn a_message_names_those_who_were_entered_and_never_a_blind_copy_or_a_whole_group() {
        let people = [
            person(RecipientKind::To, "dana@example.org", None),
            person(RecipientKind::To, "one@example.org", Some("Ops")),
            person(RecipientKind::To, "two@example.org", Some("Ops")),
            person(RecipientKind::Cc, "max@example.org", None),
            person(RecipientKind::Bcc, "boss@example.org", None),
        ];
        assert_eq!(named(&people, 0), (vec![0], vec![3]));
        assert_eq!(named(&people, 1), (vec![0, 1], vec![3]), "through a group: named to oneself");
        assert_eq!(named(&people, 4), (vec![0], vec![3]), "a blind copy shows nothing of itself");
        assert_eq!(named(&people[4..], 0), (vec![], vec![]));
    }
}
