//! What pages know of reports: read by the server in words, sent to the browser, never stored.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        delivery::DeliveryPhase,
        ids::{DeliveryId, OccurrenceId, ScheduleId},
        job::RecipientKind,
        listed::listed,
        moment::Moment,
        occurrence::OccurrenceState,
        report::spec::{AttachmentKind, ListKind},
        report_compare::Comparison,
        report_filter::{Month, ReportFilter},
        retention::{Retention, months_words},
        task::Priority,
    },
    error::AppError,
    ui::Chart,
};

/// A page of the archive, the latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportList {
    pub filter: ReportFilter,
    pub items: Vec<ReportItem>,
    /// The months with reports that the filter lets through, the latest first, and how many each has.
    pub months: Vec<(Month, u32)>,
    /// Id and name of the jobs to choose from.
    pub jobs: Vec<(ScheduleId, String)>,
    /// Key and name of the projects to choose from.
    pub projects: Vec<(String, String)>,
    /// Where to go on, if there are older ones.
    pub older: Option<OccurrenceId>,
}

/// A report in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportItem {
    pub id: OccurrenceId,
    /// "November 2026": the month of its last day.
    pub month: String,
    pub finding: String,
    pub job: String,
    pub project: String,
    /// "16–22 Nov 2026".
    pub period: String,
    /// How many recipients' servers took it, and how many recipients there are.
    pub sent: (u32, u32),
    pub state: OccurrenceState,
    /// It waits for a word of its owner.
    pub is_draft: bool,
    /// Bytes of the largest of its messages; none before they are written.
    pub size: Option<u64>,
    /// The commit in the archive, in hex.
    pub commit: Option<String>,
}

crate::text_enum!(
    /// What a tab of a report shows; the word is in the address.
    Tab {
        Mail = "mail",
        Tasks = "tasks",
        Charts = "charts",
        Text = "text",
        Recipients = "recipients",
        Source = "source",
    }
);

impl Tab {
    /// The word on the tab.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Mail => "Report",
            Self::Tasks => "Tasks",
            Self::Charts => "Charts",
            Self::Text => "Plain text",
            Self::Recipients => "Recipients",
            Self::Source => "Source",
        }
    }
}

/// One report; the HTML is served to its frame by itself, and what else its tabs show is a [`Part`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportDetail {
    pub item: ReportItem,
    pub subject: String,
    /// Why the run stands where it stands, where that is not plain.
    pub reason: Option<String>,
    /// When its facts were frozen, in the person's zone.
    pub frozen: Option<Moment>,
    /// SHA-256 of the frozen facts.
    pub data_hash: Option<String>,
    /// Path in the archive; none once its facts are removed.
    pub folder: Option<String>,
    /// The address that leads here whatever the job or the project is called.
    pub permalink: String,
    /// When the retention removed it; nothing but the facts above is left then.
    pub removed: Option<Removed>,
    /// The reports of the same job before and after it.
    pub previous: Option<Neighbour>,
    pub next: Option<Neighbour>,
    /// Kind and name of the files that can be made of its facts.
    pub files: Vec<(AttachmentKind, String)>,
    /// Whether there is something to read yet.
    pub is_written: bool,
    /// "Weekly status, version 3": the template that it is written with, unless that is the built-in mail.
    pub template: Option<String>,
    /// What its owner says at its head; of a draft it stands in its form.
    pub comment_html: Option<String>,
    /// It waits for a word of its owner.
    pub draft: Option<Draft>,
    /// Whether there is a message that the person may have: their own, or any where they may see all.
    pub has_message: bool,
    /// Those whom the person may see: all for editors, else themself.
    pub recipients: Vec<RecipientView>,
    /// How many others there are.
    pub hidden_recipients: u32,
    /// Whether the person may send it to others again.
    pub can_send: bool,
    /// The person's own address: where a copy goes.
    pub my_address: String,
}

/// A report that waits for its owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub asked: Moment,
    /// When it goes out without an answer.
    pub send_at: Option<Moment>,
    /// Markdown, as it is kept.
    pub comment: String,
    /// Whether the person may decide about it.
    pub can_decide: bool,
    /// To whose addresses it goes as things are now; said to those who may decide.
    pub goes_to: Vec<String>,
    /// How many on the list would get nothing.
    pub held_back: usize,
}

impl Draft {
    /// To whom it goes, in a sentence; none for those who are not told.
    pub fn to_whom(&self) -> Option<String> {
        if !self.can_decide {
            return None;
        }
        let to = match self.goes_to.as_slice() {
            [] => return Some("Nobody would get it: the run would fail.".to_owned()),
            all if all.len() <= NAMED => listed(all, "and"),
            all => format!("{} and {} others", all[..NAMED].join(", "), all.len() - NAMED),
        };
        let held_back = match self.held_back {
            0 => String::new(),
            1 => " One on the list is held back.".to_owned(),
            many => format!(" {many} on the list are held back."),
        };
        Some(format!("It goes to {to}.{held_back}"))
    }
}

/// Addresses that are named before the others are counted.
const NAMED: usize = 5;

/// What the open tab of a report shows beyond its facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// Nothing more: the frame fetches it, or it stands above.
    Plain,
    /// What the report shows, drawn from its frozen facts; none where they are of another form than reports have.
    Charts(Vec<Chart>),
    /// Its lists with all of their tasks, also those that the report does not show; none where its facts are of another form.
    Tasks(Vec<TaskTable>),
    /// The text part; none before it is written.
    Text(Option<String>),
    /// HTML of the mail, none before it is written, and the frozen facts as JSON.
    Source { html: Option<String>, data: String },
}

/// A list of a report as it was frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskTable {
    /// Which list: its word is the anchor that mails lead to.
    pub list: ListKind,
    pub rows: Vec<TaskTableRow>,
    /// How many more there are than the page shows.
    pub left: usize,
}

/// A task as it stood when the report was frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskTableRow {
    pub reference: String,
    pub title: String,
    /// Names, or "Nobody".
    pub people: String,
    /// Where it stood; of a task that was moved, also where it came from.
    pub status: String,
    pub priority: Priority,
    /// What it waits for, in the list of blocked ones.
    pub waits_for: Option<String>,
    pub due: Option<String>,
    pub finished: Option<String>,
    pub work_days: Option<u32>,
}

/// What the retention did to a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    pub at: Moment,
    pub months: u32,
}

/// Another report of the same job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neighbour {
    pub id: OccurrenceId,
    /// "16–22 Nov 2026".
    pub period: String,
}

/// A recipient and how the message fared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipientView {
    pub delivery: DeliveryId,
    pub name: String,
    pub address: String,
    pub kind: RecipientKind,
    pub phase: DeliveryPhase,
    /// The server's own words, or why there are none.
    pub answer: Option<String>,
    pub attempts: u32,
    pub next_try: Option<Moment>,
}

/// Two reports of a job side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedReports {
    pub job: String,
    pub project: String,
    /// The report that was asked for.
    pub id: OccurrenceId,
    /// The one that it is compared with; none where there is no other.
    pub with: Option<OccurrenceId>,
    /// The others of the job, the latest first.
    pub others: Vec<Neighbour>,
    /// The earlier one first; none where there is no other.
    pub pair: Option<(ReportHead, ReportHead, Comparison)>,
}

/// What stands above a report in a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportHead {
    pub id: OccurrenceId,
    pub period: String,
    pub finding: String,
}

/// What Settings → Retention shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionPage {
    pub saved: Retention,
    /// What was typed and would be saved, and what would go then.
    pub asked: Option<(Retention, WouldGo)>,
    /// Why what was typed cannot be saved.
    pub refused: Option<AppError>,
}

/// What a retention removes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WouldGo {
    pub reports: u64,
    pub log_lines: u64,
}

impl ReportItem {
    /// The first seven digits of the commit, as Git shows it.
    pub fn short_commit(&self) -> Option<&str> {
        self.commit.as_deref().map(|commit| commit.get(..7).unwrap_or(commit))
    }

    /// "2 of 3", or "3".
    pub fn sent_words(&self) -> String {
        match self.sent {
            (_, 0) => "nobody".into(),
            (sent, all) if sent == all => all.to_string(),
            (sent, all) => format!("{sent} of {all}"),
        }
    }

    /// "84 kB"; nothing before there is a message.
    pub fn size_words(&self) -> String {
        self.size.map(|bytes| format!("{} kB", bytes.div_ceil(1000))).unwrap_or_default()
    }
}

impl Removed {
    /// "Removed on 3 Nov 2026, 10:00 by the retention of 12 months."
    pub fn words(&self) -> String {
        format!("Removed on {} by the retention of {}.", self.at.words, months_words(self.months))
    }
}

impl RecipientView {
    /// "Mina Kos <mina@example.org>", or the address alone.
    pub fn who(&self) -> String {
        if self.name.is_empty() { self.address.clone() } else { format!("{} <{}>", self.name, self.address) }
    }

    /// Whether the message can go out once more.
    pub const fn can_go_again(&self) -> bool {
        matches!(self.phase, DeliveryPhase::Failed | DeliveryPhase::Uncertain | DeliveryPhase::Withheld)
    }
}

impl ReportItem {
    /// How it stands: the word and its tone.
    pub const fn result(&self) -> (&'static str, &'static str) {
        let (served, all) = self.sent;
        match self.state {
            _ if self.is_draft => ("A draft", "warn"),
            // Decided before it left: no failure, and not what "Delivered" alone says.
            OccurrenceState::Done if served < all => ("Delivered, the rest held back", "good"),
            state => result(state),
        }
    }
}

/// How a run ended, as a report's result: the word and its tone.
pub const fn result(state: OccurrenceState) -> (&'static str, &'static str) {
    match state {
        OccurrenceState::Done => ("Delivered", "good"),
        OccurrenceState::Partly => ("Partly delivered", "warn"),
        OccurrenceState::Failed => ("Not delivered", "bad"),
        OccurrenceState::Cancelled => ("Cancelled", "off"),
        OccurrenceState::Skipped => ("Skipped", "off"),
        OccurrenceState::Sending => ("Sending", "busy"),
        OccurrenceState::Planned | OccurrenceState::Claimed | OccurrenceState::Building | OccurrenceState::Frozen => {
            ("Being written", "busy")
        }
    }
}

/// The tone of a delivery's phase.
pub const fn tone(phase: DeliveryPhase) -> &'static str {
    match phase {
        DeliveryPhase::Accepted => "good",
        DeliveryPhase::Failed => "bad",
        DeliveryPhase::Uncertain | DeliveryPhase::Deferred => "warn",
        DeliveryPhase::Withheld => "off",
        DeliveryPhase::Queued | DeliveryPhase::Connecting | DeliveryPhase::Envelope | DeliveryPhase::DataSent => "busy",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_decides_is_told_to_whom_a_draft_goes() {
        let moment = || Moment { machine: String::new(), words: String::new() };
        let draft = |count: usize, held_back: usize| Draft {
            asked: moment(),
            send_at: None,
            comment: String::new(),
            can_decide: true,
            goes_to: ["a@x.org", "b@x.org", "c@x.org", "d@x.org", "e@x.org", "f@x.org", "g@x.org"][..count]
                .iter()
                .map(ToString::to_string)
                .collect(),
            held_back,
        };
        let words = |count, held_back| draft(count, held_back).to_whom().unwrap();
        assert_eq!(words(0, 2), "Nobody would get it: the run would fail.");
        assert_eq!(words(1, 0), "It goes to a@x.org.");
        assert_eq!(words(2, 1), "It goes to a@x.org and b@x.org. One on the list is held back.");
        assert_eq!(
            words(7, 2),
            "It goes to a@x.org, b@x.org, c@x.org, d@x.org, e@x.org and 2 others. 2 on the list are held back."
        );
        assert_eq!(Draft { can_decide: false, ..draft(2, 0) }.to_whom(), None);
    }
}
