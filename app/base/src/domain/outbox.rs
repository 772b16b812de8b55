//! The outbox: what is looked for in it, how much of it is kept, how a message fares that is handed on.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    board_filter::{QUERY_MAX, decode, encode},
    ids::OutboxMessageId,
};
use crate::error::Problem;

crate::text_enum!(
    /// Which messages are shown.
    Shown { All = "all", Unread = "unread", Read = "read" }
);

impl Shown {
    /// The word that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Unread => "Unread",
            Self::Read => "Read",
        }
    }
}

crate::text_enum!(
    /// How a message that was handed to a real account fared.
    ReleaseState {
        Sending = "sending",
        /// The final dot was about to be sent, or sent.
        DataSent = "data_sent",
        Accepted = "accepted",
        Refused = "refused",
        /// The address gets no mail from here.
        Withheld = "withheld",
        Uncertain = "uncertain",
    }
);

/// Longer than any conversation with a server: what is still under way then was broken off.
const BROKEN_OFF: TimeDelta = TimeDelta::minutes(20);

impl ReleaseState {
    /// How it stands at an instant: a program that ended in the middle leaves a row that nobody goes on with. Of one from
    /// long before the clock was set back nobody can tell how old it is: it counts as such a row.
    #[must_use]
    pub fn seen_at(self, changed: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let is_broken_off = (now - changed).abs() > BROKEN_OFF;
        match self {
            Self::Sending if is_broken_off => Self::Refused,
            Self::DataSent if is_broken_off => Self::Uncertain,
            other => other,
        }
    }

    /// The word that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Sending | Self::DataSent => "Being sent",
            Self::Accepted => "Delivered",
            Self::Refused => "Not delivered",
            Self::Withheld => "Held back",
            Self::Uncertain => "Unknown",
        }
    }

    /// Its tone on a page.
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Sending | Self::DataSent => "busy",
            Self::Accepted => "good",
            Self::Refused => "bad",
            Self::Withheld => "off",
            Self::Uncertain => "warn",
        }
    }
}

/// What the list shows, as its address says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxQuery {
    /// Words and operators, see [`OutboxQuery::terms`].
    pub text: String,
    /// First and last day, as they were typed; empty for no limit.
    pub since: String,
    pub until: String,
    pub shown: Shown,
    /// The message behind which the page begins.
    pub before: Option<OutboxMessageId>,
}

/// Something that a message must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// Anywhere, in lower case as all of them.
    Anywhere(String),
    From(String),
    To(String),
    Subject(String),
    Attachment,
    Unread,
    Read,
}

impl Default for OutboxQuery {
    fn default() -> Self {
        Self { text: String::new(), since: String::new(), until: String::new(), shown: Shown::All, before: None }
    }
}

impl OutboxQuery {
    /// Reads the query of an address; what it does not know is left out.
    pub fn from_query(query: &str) -> Self {
        let mut asked = Self::default();
        for (name, value) in query.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('=')) {
            let value = decode(value);
            let short = || value.trim().chars().take(QUERY_MAX).collect::<String>();
            match name {
                "q" => asked.text = short(),
                "since" => asked.since = short(),
                "until" => asked.until = short(),
                "show" => asked.shown = value.parse().unwrap_or(Shown::All),
                "before" => asked.before = value.parse().ok(),
                _ => {}
            }
        }
        asked
    }

    /// The query that says the same, with its question mark; empty where nothing is asked for.
    pub fn to_query(&self) -> String {
        let Self { text, since, until, shown, before } = self;
        let shown = if *shown == Shown::All { "" } else { shown.as_str() };
        let before = before.map(|id| id.to_string()).unwrap_or_default();
        let pairs: Vec<String> =
            [("q", text.as_str()), ("since", since), ("until", until), ("show", shown), ("before", &before)]
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| format!("{name}={}", encode(value)))
                .collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }

    /// The same list from behind a message on.
    #[must_use]
    pub fn after(&self, message: OutboxMessageId) -> Self {
        Self { before: Some(message), ..self.clone() }
    }

    /// Whether something narrows the list.
    pub fn is_narrowed(&self) -> bool {
        let Self { text, since, until, shown, before: _ } = self;
        !text.is_empty() || !since.is_empty() || !until.is_empty() || *shown != Shown::All
    }

    /// The first or the last day.
    ///
    /// # Errors
    /// [`Problem::NotADate`] for what is none, or not of our times.
    pub fn day(text: &str) -> Result<Option<NaiveDate>, Problem> {
        if text.is_empty() {
            return Ok(None);
        }
        let day = text.parse::<NaiveDate>().ok().filter(|day| (1970..10_000).contains(&day.year()));
        day.map(Some).ok_or(Problem::NotADate)
    }

    /// What a message must have: `from:`, `to:`, `subject:`, `has:attachment`, `is:unread`, `is:read`, and words.
    /// Quotation marks hold words together; what stands in them is never an operator by itself.
    pub fn terms(&self) -> Vec<Term> {
        let mut terms: Vec<Term> = tokens(&self.text).into_iter().map(|token| token.term()).collect();
        match self.shown {
            Shown::All => {}
            Shown::Unread => terms.push(Term::Unread),
            Shown::Read => terms.push(Term::Read),
        }
        terms
    }
}

/// A word of the search, or several in quotation marks.
#[derive(Default)]
struct Token {
    text: String,
    /// It begins with a quotation mark.
    is_quoted: bool,
}

impl Token {
    fn term(self) -> Term {
        let text = self.text.to_lowercase();
        let named = if self.is_quoted { None } else { text.split_once(':').filter(|(_, rest)| !rest.is_empty()) };
        match named {
            Some(("from", rest)) => Term::From(rest.to_owned()),
            Some(("to", rest)) => Term::To(rest.to_owned()),
            Some(("subject", rest)) => Term::Subject(rest.to_owned()),
            Some(("has", "attachment" | "attachments")) => Term::Attachment,
            Some(("is", "unread")) => Term::Unread,
            Some(("is", "read")) => Term::Read,
            _ => Term::Anywhere(text),
        }
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let (mut found, mut token, mut is_inside) = (Vec::new(), Token::default(), false);
    for c in text.chars() {
        match c {
            '"' => {
                token.is_quoted |= token.text.is_empty();
                is_inside = !is_inside;
            }
            c if c.is_whitespace() && !is_inside => found.push(std::mem::take(&mut token)),
            c => token.text.push(c),
        }
    }
    found.push(token);
    found.retain(|token| !token.text.trim().is_empty());
    found
}

/// How much of the outbox is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keeping {
    /// Most messages.
    pub messages: u32,
    /// Most days.
    pub days: u32,
    /// Most megabytes of all messages together.
    pub megabytes: u32,
}

impl Default for Keeping {
    fn default() -> Self {
        Self { messages: 5_000, days: 90, megabytes: 1_000 }
    }
}

impl Keeping {
    /// The largest values that can be chosen.
    pub const MOST: Self = Self { messages: 100_000, days: 3_650, megabytes: 100_000 };

    /// How many of these messages (size and instant, the newest first) are kept; the others go.
    pub fn count(&self, messages: impl IntoIterator<Item = (i64, DateTime<Utc>)>, now: DateTime<Utc>) -> usize {
        let since = now.checked_sub_days(Days::new(u64::from(self.days))).unwrap_or(DateTime::<Utc>::MIN_UTC);
        let mut room = i64::from(self.megabytes) * 1_000_000;
        messages
            .into_iter()
            .take(self.messages as usize)
            .take_while(|(size, at)| {
                room -= size;
                room >= 0 && *at >= since
            })
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<Term> {
        OutboxQuery { text: text.into(), ..OutboxQuery::default() }.terms()
    }

    #[test]
    fn operators_name_where_the_words_stand() {
        assert_eq!(
            terms("To:Mina@example.org subject:\"Week 47\" has:attachment Report"),
            [
                Term::To("mina@example.org".into()),
                Term::Subject("week 47".into()),
                Term::Attachment,
                Term::Anywhere("report".into())
            ]
        );
        assert_eq!(terms("is:unread from:x"), [Term::Unread, Term::From("x".into())]);
    }

    #[test]
    fn what_is_in_quotation_marks_or_no_operator_is_a_word() {
        assert_eq!(
            terms("\"to:mina\" 10:30 to: has:wings \"\" \""),
            [
                Term::Anywhere("to:mina".into()),
                Term::Anywhere("10:30".into()),
                Term::Anywhere("to:".into()),
                Term::Anywhere("has:wings".into()),
            ]
        );
        assert_eq!(terms("\"two words"), [Term::Anywhere("two words".into())], "an open mark ends with the text");
    }

    #[test]
    fn the_address_says_the_list_and_back() {
        let query = "?q=to%3Amina+%26+%25&since=2026-11-01&until=x&show=unread";
        let asked = OutboxQuery::from_query(query);
        assert_eq!(asked.to_query(), query);
        assert!(asked.is_narrowed() && !OutboxQuery::from_query("?before=x&show=other").is_narrowed());
        assert_eq!(OutboxQuery::day(&asked.since), Ok("2026-11-01".parse().ok()));
        assert_eq!((OutboxQuery::day(&asked.until), OutboxQuery::day("")), (Err(Problem::NotADate), Ok(None)));
    }

    #[test]
    fn the_oldest_go_first_by_number_by_age_and_by_size() {
        let now = DateTime::from_timestamp(1_795_420_800, 0).unwrap();
        let days = |days: i64| now - TimeDelta::days(days);
        let messages = [(400_000, days(0)), (500_000, days(1)), (200_000, days(8)), (1, days(40))];
        let keep = |messages_: u32, days: u32, megabytes: u32| {
            Keeping { messages: messages_, days, megabytes }.count(messages, now)
        };
        assert_eq!(keep(100, 100, 100), 4);
        assert_eq!(keep(2, 100, 100), 2);
        assert_eq!(keep(100, 30, 100), 3);
        assert_eq!(keep(100, 100, 1), 2, "the third would make it more than a megabyte");
    }

    #[test]
    fn what_was_broken_off_is_not_under_way_for_ever() {
        let now = DateTime::from_timestamp(1_795_420_800, 0).unwrap();
        let seen = |state: ReleaseState, minutes| state.seen_at(now - TimeDelta::minutes(minutes), now);
        assert_eq!(seen(ReleaseState::Sending, 5), ReleaseState::Sending);
        assert_eq!(seen(ReleaseState::Sending, 25), ReleaseState::Refused);
        assert_eq!(seen(ReleaseState::DataSent, 25), ReleaseState::Uncertain);
        // The clock was set back.
        assert_eq!(seen(ReleaseState::DataSent, -5), ReleaseState::DataSent);
        assert_eq!(seen(ReleaseState::DataSent, -60), ReleaseState::Uncertain);
        assert_eq!(seen(ReleaseState::Accepted, 9_999), ReleaseState::Accepted);
    }
}
