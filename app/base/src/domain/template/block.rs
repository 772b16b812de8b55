//! Blocks: the closed set of parts that a mail is built from. A closed set survives every mail program.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        condition::{Comparison, Figure},
        ids::UserId,
        report::{
            TaskLine,
            spec::{ChartKind, ListKind, Named},
        },
        task::Priority,
    },
    text_enum,
};

/// Most blocks of a document, those in columns included.
pub const BLOCKS_MAX: usize = 100;
/// Most characters of a text block.
pub const TEXT_MAX: usize = 10_000;
/// Most rows of a task list or of notes.
pub const ROWS_MAX: u32 = 50;

/// A part of a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Names it within its document; stays the same while it is moved and edited.
    pub id: u32,
    #[serde(flatten)]
    pub kind: BlockKind,
    /// When it is shown.
    #[serde(default, skip_serializing_if = "When::is_always")]
    pub when: When,
}

/// What a block is, with its properties. Texts are templates: variables in them are filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum BlockKind {
    Heading {
        text: String,
        /// 1 to 3, as in HTML.
        level: u8,
    },
    /// Markdown.
    Text {
        text: String,
    },
    /// The sentences of the report: the biggest change first.
    Summary {
        /// How many at most.
        limit: u32,
    },
    KeyFigures {
        figures: Vec<FigureKind>,
    },
    Chart {
        chart: ChartKind,
        /// Shows the sentence that the chart tells above it.
        has_title: bool,
    },
    /// Tasks as lines: title, people, what is worth knowing, the due date in words.
    TaskList {
        list: ListKind,
        limit: u32,
        filter: TaskFilter,
        /// Said where the list has nothing in it; nothing is shown where it is empty.
        none: String,
    },
    /// Tasks as a table with chosen columns.
    Table {
        list: ListKind,
        limit: u32,
        filter: TaskFilter,
        columns: Vec<TaskColumn>,
    },
    /// Entries of the work notes.
    Notes {
        limit: u32,
    },
    Button {
        label: String,
        url: String,
    },
    Divider,
    /// Side by side, one below the other on a phone. Columns do not nest.
    Columns {
        left: Vec<Block>,
        right: Vec<Block>,
    },
    /// HTML of one's own, a template as well.
    Html {
        source: String,
    },
}

/// Which tasks of a list are shown; empty is all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskFilter {
    /// Only tasks of at least this priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Only tasks of this person: with an id, what they were called when they were chosen; without one, everybody who is
    /// called so, as in templates from before there were ids.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub person: String,
    /// The account of this person, which tells them apart from others of their name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<UserId>,
    /// Only tasks with this label, by name: a template may be of many projects, and each has labels of its own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Only tasks of this project, by name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub project: String,
}

impl TaskFilter {
    /// Whether it lets every task through.
    pub fn is_all(&self) -> bool {
        self.priority.is_none_or(|least| least == Priority::Low) && self.named().is_all()
    }

    /// Whether it leaves a task, as the mail of a template compares.
    pub fn fits(&self, line: &TaskLine) -> bool {
        self.priority.is_none_or(|least| line.priority >= least) && self.named().fits(line)
    }

    /// The names that it asks for.
    pub fn named(&self) -> Named {
        let Self { priority: _, person, person_id, label, project } = self.clone();
        Named { person, person_id, label, project }
    }
}

/// What lists of tasks can be narrowed to: the people, labels and projects of somebody's own projects, each once, in the
/// order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskNames {
    pub people: Vec<TaskPerson>,
    pub labels: Vec<String>,
    pub projects: Vec<String>,
}

/// Somebody whose tasks a list can be narrowed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskPerson {
    pub id: UserId,
    pub name: String,
    /// What tells them apart from others of their name; empty where nobody else is called so.
    pub apart: String,
}

impl TaskPerson {
    /// The name as a choice says it.
    pub fn label(&self) -> String {
        let Self { id: _, name, apart } = self;
        if apart.is_empty() { name.clone() } else { format!("{name} ({apart})") }
    }
}

text_enum!(
    /// A key figure.
    FigureKind {
        Created = "created",
        Completed = "completed",
        Open = "open",
        Overdue = "overdue",
        CycleDays = "cycle_days",
    }
);

text_enum!(
    /// A column of a table of tasks.
    TaskColumn {
        Reference = "reference",
        Title = "title",
        People = "people",
        Status = "status",
        Priority = "priority",
        Due = "due",
        Finished = "finished",
        Days = "days",
    }
);

/// When a block is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "if", rename_all = "snake_case")]
pub enum When {
    #[default]
    Always,
    /// A list has something in it, as far as the mail shows it there: [`counted`](super::shown::counted).
    HasTasks { list: ListKind },
    /// A list is empty, by the same count.
    HasNone { list: ListKind },
    /// A key figure passes a threshold.
    Figure { figure: Figure, is: Comparison, value: u32 },
}

impl When {
    /// Whether it is no condition at all.
    pub const fn is_always(&self) -> bool {
        matches!(self, When::Always)
    }
}

impl BlockKind {
    /// The word of the kind, as it is stored.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Heading { .. } => "heading",
            Self::Text { .. } => "text",
            Self::Summary { .. } => "summary",
            Self::KeyFigures { .. } => "key_figures",
            Self::Chart { .. } => "chart",
            Self::TaskList { .. } => "task_list",
            Self::Table { .. } => "table",
            Self::Notes { .. } => "notes",
            Self::Button { .. } => "button",
            Self::Divider => "divider",
            Self::Columns { .. } => "columns",
            Self::Html { .. } => "html",
        }
    }

    /// The name on the page.
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Heading { .. } => "Heading",
            Self::Text { .. } => "Text",
            Self::Summary { .. } => "Summary",
            Self::KeyFigures { .. } => "Key figures",
            Self::Chart { .. } => "Chart",
            Self::TaskList { .. } => "Task list",
            Self::Table { .. } => "Table",
            Self::Notes { .. } => "Work notes",
            Self::Button { .. } => "Button",
            Self::Divider => "Divider",
            Self::Columns { .. } => "Columns",
            Self::Html { .. } => "HTML",
        }
    }

    /// One of each kind, as it is when it has just been added.
    pub fn fresh() -> Vec<BlockKind> {
        vec![
            Self::Heading { text: "{{ report.finding }}".into(), level: 1 },
            Self::Text { text: String::new() },
            Self::Summary { limit: 3 },
            Self::KeyFigures {
                figures: vec![FigureKind::Completed, FigureKind::Open, FigureKind::Overdue, FigureKind::CycleDays],
            },
            Self::Chart { chart: ChartKind::CreatedCompleted, has_title: true },
            Self::TaskList {
                list: ListKind::Overdue,
                limit: 10,
                filter: TaskFilter::default(),
                none: "Nothing is overdue.".into(),
            },
            Self::Table {
                list: ListKind::Finished,
                limit: 10,
                filter: TaskFilter::default(),
                columns: vec![TaskColumn::Reference, TaskColumn::Title, TaskColumn::People, TaskColumn::Finished],
            },
            Self::Notes { limit: 10 },
            Self::Button { label: "Open the board".into(), url: "{{ project.board_url }}".into() },
            Self::Divider,
            Self::Columns { left: Vec::new(), right: Vec::new() },
            Self::Html { source: String::new() },
        ]
    }
}
