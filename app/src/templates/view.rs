//! What the pages of templates show.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::{
    ids::TemplateId,
    moment::Moment,
    report::spec::AttachmentKind,
    template::{
        Document, TemplateCategory,
        block::TaskNames,
        lint::{Finding, OwnLink},
        place::TextPlace,
        render::Part,
        variables::VariableRow,
    },
    transcript::Line,
};

/// The library: what stands in it, and what was looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateList {
    pub items: Vec<TemplateItem>,
    pub query: TemplateQuery,
    /// How many there are in all.
    pub all: usize,
}

/// What is looked for in the library; stands in the address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateQuery {
    /// Words of the name.
    #[serde(default)]
    pub words: String,
    #[serde(default)]
    pub category: Option<TemplateCategory>,
}

/// A template in the library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateItem {
    pub id: TemplateId,
    pub name: String,
    pub category: TemplateCategory,
    pub owner: String,
    /// The published version; none where there is only a draft.
    pub published: Option<i32>,
    /// The draft says something else than the published version.
    pub has_changes: bool,
    pub changed: Moment,
    pub jobs: TemplateJobs,
    /// Whether this person may change it.
    pub can_edit: bool,
    pub held: HeldBack,
}

/// The schedules that write their reports with a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateJobs {
    /// The names of those in projects that the person sees.
    pub names: Vec<String>,
    /// How many there are in others.
    pub hidden: u64,
    /// Whether the mails of alarms are written with it, too.
    pub alarms: bool,
}

impl TemplateJobs {
    /// All of them.
    pub fn count(&self) -> u64 {
        self.hidden + self.names.len() as u64
    }
}

/// What of a template is not rendered any more, because it was stopped too often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldBack {
    pub draft: bool,
    pub published: bool,
}

/// A template on its designer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateDesk {
    pub id: TemplateId,
    pub name: String,
    pub category: TemplateCategory,
    pub draft: Document,
    /// To be sent with the next save.
    pub draft_version: i64,
    pub saved: Moment,
    /// The same within a sentence: "at 14:05".
    pub saved_when: String,
    /// Who saved it last.
    pub saved_by: String,
    /// Whether that was the person who asks.
    pub is_own_save: bool,
    pub published: Option<VersionItem>,
    pub has_changes: bool,
    pub can_edit: bool,
    pub jobs: TemplateJobs,
    pub held: HeldBack,
    /// Whether this person may have what is held back tried again.
    pub can_release: bool,
    /// The projects whose data a preview can show: key and name.
    pub projects: Vec<(String, String)>,
    /// What lists of tasks can be narrowed to: this person's own labels and projects.
    pub names: TaskNames,
    /// The address that a test goes to.
    pub own_address: String,
    /// The files that jobs attach which write with this template: what a test carries, too.
    pub attached: Vec<AttachmentKind>,
    /// The account that a test goes out over, as its From line has it.
    pub sender: String,
}

/// A published version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionItem {
    pub number: i32,
    pub note: String,
    pub by: String,
    pub at: Moment,
    pub commit: Option<String>,
}

/// What a save came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedDraft {
    pub version: i64,
    pub saved: Moment,
}

/// The data of a preview.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewData {
    /// Key of a project that the person may see; empty for the sample.
    #[serde(default)]
    pub project: String,
    /// Both, or none for the last seven days; none with the sample.
    #[serde(default)]
    pub first: Option<NaiveDate>,
    #[serde(default)]
    pub last: Option<NaiveDate>,
    /// The language of its reader: a word of `domain::account::Language`; empty for that of whoever looks.
    #[serde(default)]
    pub language: String,
}

/// A draft that was filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// In the address of the frame; empty where nothing could be filled in.
    pub token: String,
    pub from: String,
    pub subject: String,
    pub preheader: String,
    pub text: String,
    /// Size of the HTML.
    pub bytes: usize,
    /// What the linter says, errors first.
    pub findings: Vec<Finding>,
    /// Links that stand in the template as they are.
    #[serde(default)]
    pub links: Vec<OwnLink>,
    /// Why nothing could be filled in.
    pub fault: Option<Fault>,
    /// It was not tried: it has been stopped too often.
    #[serde(default)]
    pub is_held: bool,
    /// With the values of the data.
    pub variables: Vec<VariableRow>,
    /// How long it took the server.
    pub millis: u64,
}

/// Why a draft cannot be filled in, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What is wrong, and what was meant.
    pub words: String,
    /// The block, where it is made of blocks.
    pub block: Option<u32>,
    pub part: Option<Part>,
    /// From 1, in the part.
    pub line: Option<u32>,
    pub column: Option<u32>,
    /// The character of the text that somebody wrote; none where they wrote something else, such as a choice.
    #[serde(default)]
    pub at: Option<TextPlace>,
}

/// What came of a test mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateTest {
    /// Every server took it.
    pub is_sent: bool,
    /// What happened, for each address.
    pub words: String,
    /// The conversations, without secrets; none with the outbox.
    pub lines: Vec<Line>,
}
