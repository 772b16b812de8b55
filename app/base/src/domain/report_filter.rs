//! Which reports the archive shows, as the address of its page says it.

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{
    board_filter::{decode, encode},
    ids::{OccurrenceId, ScheduleId},
    occurrence::OccurrenceState,
    period::Period,
};

/// Characters of a search that count.
const MOST: usize = 200;

crate::text_enum!(
    /// How a report ended, as people ask for it.
    ReportResult {
        Delivered = "delivered",
        Partly = "partly",
        Failed = "failed",
        Cancelled = "cancelled",
        Underway = "underway",
    }
);

impl ReportResult {
    /// The words of the choice.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Delivered => "Delivered",
            Self::Partly => "Partly delivered",
            Self::Failed => "Not delivered",
            Self::Cancelled => "Cancelled",
            Self::Underway => "On its way",
        }
    }

    /// The states of the runs that it means.
    pub const fn states(self) -> &'static [OccurrenceState] {
        use OccurrenceState::*;
        match self {
            Self::Delivered => &[Done],
            Self::Partly => &[Partly],
            Self::Failed => &[Failed],
            Self::Cancelled => &[Cancelled, Skipped],
            Self::Underway => &[Planned, Claimed, Building, Frozen, Sending],
        }
    }
}

/// A month of the archive: that of a report's last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Month(NaiveDate);

impl Month {
    /// Reads `2026-11`.
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = text.len() == 7 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        format!("{text}-01").parse().ok().filter(|_| is_plain).map(Self)
    }

    /// The month of a day.
    pub fn of(day: NaiveDate) -> Self {
        Self(day.with_day(1).unwrap_or(day))
    }

    /// Its days.
    pub fn period(self) -> Period {
        let next = self.0.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt());
        Period { first: self.0, last: next.unwrap_or(self.0) }
    }

    /// "November 2026".
    pub fn words(self) -> String {
        self.0.format("%B %Y").to_string()
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m"))
    }
}

/// Which reports are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportFilter {
    /// Words of the job's name, of the finding or of the subject.
    pub words: String,
    pub month: Option<Month>,
    pub job: Option<ScheduleId>,
    /// A project's key.
    pub project: Option<String>,
    pub result: Option<ReportResult>,
    /// A part of a recipient's address or name.
    pub recipient: String,
    /// The last report of the page before.
    pub before: Option<OccurrenceId>,
}

impl ReportFilter {
    /// Reads a query; what cannot be read is left out.
    pub fn from_query(query: &str) -> Self {
        let mut filter = Self::default();
        for (name, value) in query.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('=')) {
            let value = decode(value);
            let value = value.trim();
            match name {
                "q" => filter.words = value.chars().take(MOST).collect(),
                "month" => filter.month = Month::parse(value),
                "job" => filter.job = value.parse().ok(),
                "project" if !value.is_empty() => filter.project = Some(value.to_ascii_uppercase()),
                "result" => filter.result = value.parse().ok(),
                "recipient" => filter.recipient = value.chars().take(MOST).collect(),
                "before" => filter.before = value.parse().ok(),
                _ => {}
            }
        }
        filter
    }

    /// The query that says the same, with its question mark; nothing for all reports.
    pub fn to_query(&self) -> String {
        let Self { words, month, job, project, result, recipient, before } = self;
        let text = |text: &String| (!text.is_empty()).then(|| encode(text));
        let pairs = [
            ("q", text(words)),
            ("month", month.map(|month| month.to_string())),
            ("job", job.map(|job| job.to_string())),
            ("project", project.as_ref().map(|key| encode(key))),
            ("result", result.map(|result| result.to_string())),
            ("recipient", text(recipient)),
            ("before", before.map(|before| before.to_string())),
        ];
        let pairs: Vec<String> =
            pairs.into_iter().filter_map(|(name, value)| value.map(|value| format!("{name}={value}"))).collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }

    /// The same reports of one month, or of all, from the first page.
    #[must_use]
    pub fn in_month(&self, month: Option<Month>) -> Self {
        Self { month, before: None, ..self.clone() }
    }

    /// Whether something beside the month narrows it.
    pub fn is_narrowed(&self) -> bool {
        *self != Self { month: self.month, before: self.before, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_the_reports_and_back() {
        let query = "?q=late+%26+more&month=2026-11&project=REP&result=partly&recipient=sam%40example.org";
        let filter = ReportFilter::from_query(query);
        assert_eq!(filter.to_query(), query);
        assert!(filter.is_narrowed());
        assert_eq!(filter.in_month(None).to_query(), query.replace("&month=2026-11", ""));
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        let filter = ReportFilter::from_query("?q=+&month=2026-13&job=x&project=&result=good&recipient=&before=1&x=y");
        assert_eq!(filter, ReportFilter::default());
        assert_eq!(filter.to_query(), "");
        assert!(!ReportFilter::from_query("month=2026-11").is_narrowed());
    }

    #[test]
    fn a_month_has_its_days_and_its_name() {
        let month = Month::parse("2026-02").unwrap();
        let period = Period { first: "2026-02-01".parse().unwrap(), last: "2026-02-28".parse().unwrap() };
        assert_eq!(
            (month.period(), month.words(), month.to_string()),
            (period, "February 2026".into(), "2026-02".into())
        );
        assert_eq!(Month::of("2026-02-14".parse().unwrap()), month);
        for bad in ["2026-00", "2026", "2026-2", "2026-02-01", "+026-02"] {
            assert_eq!(Month::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn each_state_belongs_to_one_result() {
        for state in OccurrenceState::ALL {
            let of = ReportResult::ALL.iter().filter(|result| result.states().contains(state)).count();
            assert_eq!(of, 1, "{state}");
        }
    }
}
