//! What a job does beyond its kind: which projects and sections a digest has, how long before a due date somebody is
//! reminded, how old a finished task is when it goes. Stored as JSON beside the kind.

use chrono::NaiveTime;
use serde::{Deserialize, Serialize};

use super::{job::JobKind, own_words::OwnWords, personal::Section, report::spec::ReportSpec};
use crate::text_enum;

text_enum!(
    /// Which tasks of a person a personal mail looks at.
    #[derive(Default)]
    Scope {
        /// Those of all projects that the person sees.
        #[default]
        All = "all",
        /// Those of the project of the job.
        Project = "project",
    }
);

/// What a digest shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestOptions {
    pub scope: Scope,
    /// In the order of [`Section::OF_DIGEST`], at least one.
    pub sections: Vec<Section>,
    #[serde(default, skip_serializing_if = "OwnWords::is_empty")]
    pub words: OwnWords,
}

/// When somebody is reminded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReminderOptions {
    pub scope: Scope,
    /// Each once, the longest first, at least one.
    pub leads: Vec<Lead>,
    /// The time of the person's day from which they are reminded of tasks that are due on a day without a time.
    pub from: NaiveTime,
    #[serde(default, skip_serializing_if = "OwnWords::is_empty")]
    pub words: OwnWords,
}

/// Which tasks are archived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveOptions {
    /// Days since a task was finished.
    pub days: u32,
}

/// The options of a job of any kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobOptions {
    WeeklyReport(ReportSpec),
    Digest(DigestOptions),
    Reminder(ReminderOptions),
    ArchiveTasks(ArchiveOptions),
    GitPush,
}

/// Most leads of one job.
pub const LEADS_MAX: u32 = 5;
/// Days since a task was finished: the least and the most.
pub const ARCHIVE_DAYS: (u32, u32) = (1, 3_650);

/// How long before a due date somebody is reminded, in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lead(u32);

const HOUR: u32 = 60;
const DAY: u32 = 24 * HOUR;
const WEEK: u32 = 7 * DAY;

impl Lead {
    /// The longest one.
    pub const MAX: Lead = Lead(60 * DAY);

    /// Reads `2 days`, `3h`, `1 week`, `30 min`; `0` is the due date itself.
    pub fn parse(text: &str) -> Option<Lead> {
        let text = text.trim().to_lowercase();
        let at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(at);
        let number: u32 = number.parse().ok()?;
        let minutes = match unit.trim() {
            "" if number == 0 => 1,
            "m" | "min" | "mins" | "minute" | "minutes" => 1,
            "h" | "hour" | "hours" => HOUR,
            "d" | "day" | "days" => DAY,
            "w" | "week" | "weeks" => WEEK,
            _ => return None,
        };
        number.checked_mul(minutes).map(Lead).filter(|lead| *lead <= Self::MAX)
    }

    /// How long it is, in minutes.
    pub const fn minutes(self) -> u32 {
        self.0
    }

    /// Its whole days, where it is nothing else: days are counted on the calendar, so that an hour more or less in a
    /// night changes nothing.
    pub const fn whole_days(self) -> Option<u32> {
        if self.0.is_multiple_of(DAY) { Some(self.0 / DAY) } else { None }
    }

    /// The days in it, without the hours beside them.
    pub const fn days(self) -> u32 {
        self.0 / DAY
    }

    /// "1 day", in its largest whole unit, as [`Lead::parse`] reads it back.
    pub fn words(self) -> String {
        let (unit, size) = match self.0 {
            0 => return "0 days".to_owned(),
            minutes if minutes.is_multiple_of(WEEK) => ("week", WEEK),
            minutes if minutes.is_multiple_of(DAY) => ("day", DAY),
            minutes if minutes.is_multiple_of(HOUR) => ("hour", HOUR),
            _ => ("minute", 1),
        };
        match self.0 / size {
            1 => format!("1 {unit}"),
            count => format!("{count} {unit}s"),
        }
    }
}

impl JobOptions {
    /// The kind of job that they belong to.
    pub fn kind(&self) -> JobKind {
        match self {
            JobOptions::WeeklyReport(_) => JobKind::WeeklyReport,
            JobOptions::Digest(_) => JobKind::Digest,
            JobOptions::Reminder(_) => JobKind::Reminder,
            JobOptions::ArchiveTasks(_) => JobKind::ArchiveTasks,
            JobOptions::GitPush => JobKind::GitPush,
        }
    }

    /// What is stored beside the kind; none where there is nothing to choose, or nothing was chosen.
    ///
    /// # Errors
    /// Only a fault of the program.
    pub fn to_json(&self) -> Result<Option<String>, serde_json::Error> {
        match self {
            JobOptions::GitPush => Ok(None),
            JobOptions::WeeklyReport(spec) if *spec == ReportSpec::default() => Ok(None),
            JobOptions::WeeklyReport(spec) => serde_json::to_string(spec).map(Some),
            JobOptions::Digest(options) => serde_json::to_string(options).map(Some),
            JobOptions::Reminder(options) => serde_json::to_string(options).map(Some),
            JobOptions::ArchiveTasks(options) => serde_json::to_string(options).map(Some),
        }
    }

    /// Reads what [`JobOptions::to_json`] wrote.
    ///
    /// # Errors
    /// Where the text does not fit the kind.
    pub fn from_json(kind: JobKind, json: Option<&str>) -> Result<Self, serde_json::Error> {
        if let (JobKind::WeeklyReport, None) = (kind, json) {
            return Ok(JobOptions::WeeklyReport(ReportSpec::default()));
        }
        let json = json.unwrap_or("null");
        Ok(match kind {
            JobKind::WeeklyReport => JobOptions::WeeklyReport(serde_json::from_str(json)?),
            JobKind::GitPush => JobOptions::GitPush,
            JobKind::Digest => JobOptions::Digest(serde_json::from_str(json)?),
            JobKind::Reminder => JobOptions::Reminder(serde_json::from_str(json)?),
            JobKind::ArchiveTasks => JobOptions::ArchiveTasks(serde_json::from_str(json)?),
        })
    }

    /// What a page says of them; none where there is nothing to choose, or nothing was chosen.
    pub fn words(&self) -> Option<String> {
        match self {
            JobOptions::GitPush => None,
            JobOptions::WeeklyReport(spec) if *spec == ReportSpec::default() => None,
            JobOptions::WeeklyReport(spec) => Some(format!("{}.", spec.period.words())),
            JobOptions::Digest(DigestOptions { scope, sections, words }) => {
                let sections: Vec<&str> = sections.iter().map(|section| section.heading()).collect();
                Some(format!("{}. {}.{}", sections.join(", "), scope.words(), say(words)))
            }
            JobOptions::Reminder(ReminderOptions { scope, leads, from, words }) => {
                let leads: Vec<String> = leads.iter().map(|lead| lead.words()).collect();
                let from = from.format("%H:%M");
                let (leads, scope, own) = (leads.join(", "), scope.words(), say(words));
                Some(format!("{leads} before; from {from} where a day has no time. {scope}.{own}"))
            }
            JobOptions::ArchiveTasks(ArchiveOptions { days: 1 }) => Some("Finished a day ago or longer.".to_owned()),
            JobOptions::ArchiveTasks(ArchiveOptions { days }) => Some(format!("Finished {days} days ago or longer.")),
        }
    }
}

fn say(words: &OwnWords) -> &'static str {
    if words.is_empty() { "" } else { " With words of its own." }
}

impl Scope {
    /// The words in a list of choices.
    pub const fn label(self) -> &'static str {
        match self {
            Scope::All => "All projects that the person sees",
            Scope::Project => "This project alone",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Scope::All => "Tasks of all projects that each person sees",
            Scope::Project => "Tasks of this project alone",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::report::spec::PeriodChoice;

    #[test]
    fn a_lead_is_a_number_with_its_unit() {
        for (text, words) in [
            ("1 day", "1 day"),
            ("2d", "2 days"),
            (" 24 Hours ", "1 day"),
            ("7 days", "1 week"),
            ("90 min", "90 minutes"),
            ("3h", "3 hours"),
            ("0", "0 days"),
        ] {
            let lead = Lead::parse(text).unwrap();
            assert_eq!(lead.words(), words, "{text:?}");
            assert_eq!(Lead::parse(&lead.words()), Some(lead), "{text:?} reads back");
        }
        for text in ["", "day", "1", "-1 day", "1.5 days", "2 months", "61 days", "99999999999 days"] {
            assert_eq!(Lead::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn whole_days_are_told_from_hours() {
        assert_eq!(Lead::parse("2 days").unwrap().whole_days(), Some(2));
        assert_eq!(Lead::parse("25 hours").unwrap().whole_days(), None);
        assert_eq!(Lead::parse("25 hours").unwrap().days(), 1);
    }

    #[test]
    fn options_survive_their_json_and_are_read_by_their_kind() {
        let month = ReportSpec { period: PeriodChoice::LastFullMonth, ..ReportSpec::default() };
        let all = [
            JobOptions::WeeklyReport(ReportSpec::default()),
            JobOptions::WeeklyReport(month.clone()),
            JobOptions::GitPush,
            JobOptions::Digest(DigestOptions {
                scope: Scope::All,
                sections: vec![Section::Overdue, Section::Today],
                words: OwnWords { subject: "{{ tasks }}".into(), introduction: "Hello".into() },
            }),
            JobOptions::Reminder(ReminderOptions {
                scope: Scope::Project,
                leads: vec![Lead(3 * DAY), Lead(DAY)],
                from: NaiveTime::from_hms_opt(8, 0, 0).unwrap(),
                words: OwnWords::default(),
            }),
            JobOptions::ArchiveTasks(ArchiveOptions { days: 30 }),
        ];
        for options in all {
            let json = options.to_json().unwrap();
            assert_eq!(JobOptions::from_json(options.kind(), json.as_deref()).unwrap(), options);
        }
        let old = r#"{"scope":"all","sections":["today"]}"#;
        let read = JobOptions::from_json(JobKind::Digest, Some(old)).unwrap();
        assert!(matches!(&read, JobOptions::Digest(digest) if digest.words.is_empty()));
        assert_eq!(read.to_json().unwrap().as_deref(), Some(old), "from before there were words of one's own");
        assert!(JobOptions::from_json(JobKind::Digest, None).is_err());
        // Where nothing was chosen, jobs follow the weekly report, also when it changes.
        assert_eq!(JobOptions::WeeklyReport(ReportSpec::default()).to_json().unwrap(), None);
        assert_eq!(JobOptions::WeeklyReport(month).words().unwrap(), "The last full month.");
    }

    #[test]
    fn options_are_said_in_words() {
        let options = JobOptions::Reminder(ReminderOptions {
            scope: Scope::All,
            leads: vec![Lead(3 * DAY), Lead(DAY)],
            from: NaiveTime::from_hms_opt(8, 0, 0).unwrap(),
            words: OwnWords { subject: "Soon".into(), ..OwnWords::default() },
        });
        assert_eq!(
            options.words().unwrap(),
            "3 days, 1 day before; from 08:00 where a day has no time. Tasks of all projects that each person sees. \
             With words of its own."
        );
        assert_eq!(
            JobOptions::ArchiveTasks(ArchiveOptions { days: 30 }).words().unwrap(),
            "Finished 30 days ago or longer."
        );
        assert_eq!(JobOptions::GitPush.words(), None);
    }
}
