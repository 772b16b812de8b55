//! What a schedule asks a report for: days, scope, sections, files. Stored as JSON beside the kind of the job.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Snapshot, TaskLine};
use crate::{
    domain::{
        ids::{LabelId, ProjectId, TemplateId, UserId},
        metrics::isolated,
        task::Priority,
    },
    error::{Checks, Problem},
    text_enum,
};

pub use super::period_choice::{DAYS_MAX, PeriodChoice, Until};

/// Rows of a section: the least and the most.
pub const LIMITS: (u32, u32) = (1, 50);
/// Longest text of a section, in characters.
pub const TEXT_MAX: u32 = 4_000;
/// Most sections of a report.
pub const SECTIONS_MAX: u32 = 40;
/// Most projects beside the schedule's own.
pub const PROJECTS_MAX: u32 = 20;
/// Most labels, and most people, that a report is narrowed to.
pub const CHOSEN_MAX: u32 = 50;
/// Longest wait for an approval, in minutes: thirty days.
pub const WAIT_MAX: u32 = 30 * 24 * 60;
/// Rows of a list of the weekly report.
const ROWS: u32 = 10;

/// What a schedule asks for. What a stored one does not say is as in the weekly report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportSpec {
    pub period: PeriodChoice,
    pub scope: Scope,
    /// In the order of the report.
    pub sections: Vec<Section>,
    /// Files beside the message.
    pub attachments: Vec<AttachmentKind>,
    /// None: the built-in weekly report.
    pub template: Option<TemplateId>,
    /// None: it is sent without asking.
    pub draft: Option<DraftRule>,
}

/// Whose work a report tells of. Lists that are empty narrow nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scope {
    /// Beside the project of the schedule.
    pub other_projects: Vec<ProjectId>,
    /// Only tasks with one of them.
    pub labels: Vec<LabelId>,
    /// Only tasks of one of them.
    pub people: Vec<UserId>,
}

/// A part of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "section", rename_all = "snake_case")]
pub enum Section {
    /// Sentences by rule, the biggest change first.
    Summary,
    /// Key figures against the period before.
    Figures,
    Chart {
        chart: ChartKind,
    },
    Tasks {
        list: ListKind,
        limit: u32,
        /// Only tasks of this priority and above.
        #[serde(default)]
        from: Option<Priority>,
        /// Only tasks with these names: lists of templates ask for them, a schedule narrows all of its report.
        #[serde(skip)]
        named: Named,
    },
    /// What the work notes of the period say.
    Notes {
        limit: u32,
    },
    /// Words of the owner's own, in Markdown.
    Text {
        markdown: String,
    },
}

/// What the tasks of a list are chosen by beside their priority, letter by letter; empty names narrow nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Somebody whom the task is assigned to: everybody who is called so.
    pub person: String,
    /// The account of this one person, whatever they are called; `person` is then what they were called when they were
    /// chosen.
    pub person_id: Option<UserId>,
    /// One of its labels.
    pub label: String,
    pub project: String,
}

text_enum!(
    /// The charts of reports.
    ChartKind {
        CreatedCompleted = "created_completed",
        CumulativeFlow = "cumulative_flow",
        ByStatus = "by_status",
        ByPerson = "by_person",
        ByPriority = "by_priority",
        ByLabel = "by_label",
        CycleTimes = "cycle_times",
        AgeingWork = "ageing_work",
        Forecast = "forecast",
        LateBuckets = "late_buckets",
    }
);

text_enum!(
    /// The lists of tasks of reports.
    ListKind {
        Accomplishments = "accomplishments",
        Highlights = "highlights",
        Finished = "finished",
        InProgress = "in_progress",
        Overdue = "overdue",
        DueNext = "due_next",
        Blocked = "blocked",
        Moved = "moved",
        Reopened = "reopened",
        Created = "created",
    }
);

text_enum!(
    /// Files that a message can carry.
    AttachmentKind { Pdf = "pdf", Html = "html", Xlsx = "xlsx", Csv = "csv", Json = "json" }
);

/// The report waits for its owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DraftRule {
    /// When it goes without an approval; none: never.
    pub send_after_minutes: Option<u32>,
}

impl Default for ReportSpec {
    /// The weekly report: its parts in the order of the built-in mail, what is late before what is well.
    fn default() -> Self {
        let list = |list| Section::Tasks { list, limit: ROWS, from: None, named: Named::default() };
        Self {
            period: PeriodChoice::default(),
            scope: Scope::default(),
            sections: vec![
                Section::Summary,
                Section::Figures,
                Section::Chart { chart: ChartKind::CreatedCompleted },
                Section::Chart { chart: ChartKind::ByStatus },
                list(ListKind::Overdue),
                list(ListKind::Finished),
                list(ListKind::InProgress),
                list(ListKind::DueNext),
            ],
            attachments: Vec::new(),
            template: None,
            draft: None,
        }
    }
}

impl ReportSpec {
    /// Notes what is wrong with its field; what is wrong with a section, with `sections` and its number from 1.
    pub fn check(&self, checks: &mut Checks) {
        let Self { period, scope, sections, attachments, template: _, draft } = self;
        period.check(checks);
        scope.check(checks);
        if sections.is_empty() {
            checks.add("sections", Problem::Required);
        }
        if sections.len() > SECTIONS_MAX as usize {
            checks.add("sections", Problem::TooMany { max: SECTIONS_MAX });
        }
        for (number, section) in (1..).zip(sections) {
            if let Some(problem) = section.problem() {
                checks.add_line("sections", number, problem);
            }
        }
        if attachments.iter().collect::<BTreeSet<_>>().len() < attachments.len() {
            checks.add("attachments", Problem::Duplicate);
        }
        if let Some(minutes) = draft.and_then(|draft| draft.send_after_minutes)
            && !(1..=WAIT_MAX).contains(&minutes)
        {
            checks.add("send_after_minutes", Problem::OutOfRange { min: 1, max: WAIT_MAX.into() });
        }
    }

    /// Whether it has a chart: what no section shows need not be drawn.
    pub fn charts(&self) -> impl Iterator<Item = ChartKind> {
        self.sections.iter().filter_map(|section| match section {
            Section::Chart { chart } => Some(*chart),
            _ => None,
        })
    }
}

impl Scope {
    fn check(&self, checks: &mut Checks) {
        let Self { other_projects, labels, people } = self;
        several("other_projects", other_projects, PROJECTS_MAX, checks);
        several("labels", labels, CHOSEN_MAX, checks);
        several("people", people, CHOSEN_MAX, checks);
    }
}

fn several<T: Ord>(field: &str, chosen: &[T], max: u32, checks: &mut Checks) {
    if chosen.len() > max as usize {
        checks.add(field, Problem::TooMany { max });
    }
    if chosen.iter().collect::<BTreeSet<_>>().len() < chosen.len() {
        checks.add(field, Problem::Duplicate);
    }
}

impl Section {
    /// Whether it is a list of tasks that has this one in it, where the list of the report has.
    pub fn shows(&self, line: &TaskLine) -> bool {
        match self {
            Self::Tasks { from, named, .. } => from.is_none_or(|least| line.priority >= least) && named.fits(line),
            _ => false,
        }
    }

    /// Whether it is a list of tasks that leaves some out, where the list of the report has them.
    pub fn is_narrowed(&self) -> bool {
        match self {
            Self::Tasks { from, named, .. } => from.is_some_and(|least| least > Priority::Low) || !named.is_all(),
            _ => false,
        }
    }

    /// What follows the name of a list that leaves tasks out by their priority: ", high priority and above"; nothing where
    /// it shows all. A list that does not say it would contradict the figures.
    pub fn least_words(&self) -> String {
        match self {
            Self::Tasks { from: Some(Priority::Urgent), .. } => ", urgent only".to_owned(),
            Self::Tasks { from: Some(least), .. } if *least > Priority::Low => {
                format!(", {} priority and above", least.label().to_lowercase())
            }
            _ => String::new(),
        }
    }

    /// What is said where it is a list that shows no task. Of one that is narrowed, the list of the report may have some
    /// all the same.
    pub fn none(&self) -> &'static str {
        match self {
            Self::Tasks { .. } if self.is_narrowed() => "There is no such task.",
            Self::Tasks { list, .. } => list.none(),
            _ => "",
        }
    }

    fn problem(&self) -> Option<Problem> {
        let (min, max) = LIMITS;
        match self {
            Self::Summary | Self::Figures | Self::Chart { .. } => None,
            Self::Tasks { limit, .. } | Self::Notes { limit } => {
                let is_bad = !(min..=max).contains(limit);
                is_bad.then_some(Problem::OutOfRange { min: min.into(), max: max.into() })
            }
            Self::Text { markdown } if markdown.trim().is_empty() => Some(Problem::Required),
            Self::Text { markdown } if markdown.chars().count() > TEXT_MAX as usize => {
                Some(Problem::TooLong { max: TEXT_MAX })
            }
            Self::Text { markdown } => {
                let is_bad = |c: char| !matches!(c, '\n' | '\r' | '\t') && crate::error::is_forbidden(c);
                markdown.chars().any(is_bad).then_some(Problem::ControlCharacters)
            }
        }
    }
}

impl Named {
    /// Whether every task fits.
    pub fn is_all(&self) -> bool {
        let Self { person, person_id, label, project } = self;
        person_id.is_none() && [person, label, project].iter().all(|name| name.is_empty())
    }

    /// Whether a task has the names, as the mail of a template compares them.
    pub fn fits(&self, line: &TaskLine) -> bool {
        let Self { person, person_id, label, project } = self;
        let is_theirs = match person_id {
            Some(id) => line.details.person_ids.contains(id),
            None => person.is_empty() || line.people.contains(person),
        };
        is_theirs
            && (label.is_empty() || line.details.labels.contains(label))
            && (project.is_empty() || line.details.project == *project)
    }

    /// What follows the name of a list: ", of Ana, with the label Design, in Website"; nothing where every task fits.
    pub fn words(&self) -> String {
        let Self { person, person_id: _, label, project } = self;
        let named = |before: &str, name: &str| (!name.is_empty()).then(|| format!(", {before} {}", isolated(name)));
        let words = [named("of", person), named("with the label", label), named("in", project)];
        words.into_iter().flatten().collect()
    }
}

impl ChartKind {
    /// The words in a list of choices.
    pub const fn label(self) -> &'static str {
        match self {
            Self::CreatedCompleted => "Created and completed",
            Self::CumulativeFlow => "Cumulative flow",
            Self::ByStatus => "Work by status",
            Self::ByPerson => "Work by person",
            Self::ByPriority => "Work by priority",
            Self::ByLabel => "Work by label",
            Self::CycleTimes => "Cycle times",
            Self::AgeingWork => "Ageing work",
            Self::Forecast => "Forecast",
            Self::LateBuckets => "Late work by age",
        }
    }
}

impl ListKind {
    /// The heading above its tasks.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Accomplishments => "Accomplishments",
            Self::Highlights => "Highlights",
            Self::Finished => "Finished",
            Self::InProgress => "In progress",
            Self::Overdue => "Overdue",
            Self::DueNext => "Due in the next 7 days",
            Self::Blocked => "Blocked",
            Self::Moved => "Moved",
            Self::Reopened => "Reopened",
            Self::Created => "Created",
        }
    }

    /// What stands where a list has nothing in it.
    pub const fn none(self) -> &'static str {
        match self {
            Self::Accomplishments => "Nothing was accomplished in this period.",
            Self::Highlights => "There are no highlights in this period.",
            Self::Finished => "Nothing was finished in this period.",
            Self::InProgress => "Nothing is in progress.",
            Self::Overdue => "Nothing is overdue.",
            Self::DueNext => "Nothing is due in the next 7 days.",
            Self::Blocked => "Nothing is blocked.",
            Self::Moved => "Nothing has moved in this period.",
            Self::Reopened => "Nothing was reopened in this period.",
            Self::Created => "Nothing was created in this period.",
        }
    }

    /// Its tasks in a snapshot.
    pub fn of(self, snapshot: &Snapshot) -> &[TaskLine] {
        match self {
            Self::Accomplishments => &snapshot.accomplishments,
            Self::Highlights => &snapshot.highlights,
            Self::Finished => &snapshot.finished,
            Self::InProgress => &snapshot.in_progress,
            Self::Overdue => &snapshot.overdue,
            Self::DueNext => &snapshot.due_next,
            Self::Blocked => &snapshot.blocked,
            Self::Moved => &snapshot.moved,
            Self::Reopened => &snapshot.reopened,
            Self::Created => &snapshot.created,
        }
    }
}

impl AttachmentKind {
    /// The words in a list of choices.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            // Of the mail there is HTML, too.
            Self::Html => "Web page (HTML)",
            Self::Xlsx => "Excel workbook",
            Self::Csv => "CSV",
            Self::Json => "JSON",
        }
    }
}

#[cfg(test)]
mod tests;
