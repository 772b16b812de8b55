//! What the templates of the gallery are made of.

use crate::domain::{
    report::spec::{ChartKind, ListKind},
    template::{
        Block, BlockKind, Body, Document, FigureKind, TaskColumn, Theme, When, block::TaskFilter, document::FORMAT,
    },
};

const FIGURES: [FigureKind; 4] = [FigureKind::Completed, FigureKind::Open, FigureKind::Overdue, FigureKind::CycleDays];

pub(super) fn weekly_status() -> Document {
    document(
        "{{ report.subject }}",
        "{{ report.preview }}",
        vec![
            heading(1, "{{ report.finding }}"),
            text("{{ report.title }}, {{ period.words }}"),
            figures(&FIGURES),
            chart(ChartKind::CreatedCompleted),
            if_any(ListKind::Overdue, heading(2, "Needs attention")),
            if_any(ListKind::Overdue, list(ListKind::Overdue, 10, "")),
            heading(2, "Finished"),
            list(ListKind::Finished, 10, "Nothing was finished in these days."),
            heading(2, "In progress"),
            list(ListKind::InProgress, 10, "Nothing is in progress."),
            heading(2, "Due in the next 7 days"),
            list(ListKind::DueNext, 10, "Nothing is due in the next 7 days."),
            button("Open the board", "{{ project.board_url }}"),
        ],
    )
}

pub(super) fn monthly_report() -> Document {
    let columns = [TaskColumn::Reference, TaskColumn::Title, TaskColumn::People, TaskColumn::Finished];
    document(
        "{{ project.name }}: {{ report.finding }}, {{ period.words }}",
        "{{ report.preview }}",
        vec![
            heading(1, "{{ report.finding }}"),
            text("{{ report.title }} of **{{ project.name }}**, {{ period.words }}, {{ period.comparison }}"),
            Part::from(BlockKind::Summary { limit: 4 }),
            figures(FigureKind::ALL),
            if_any(ListKind::Highlights, heading(2, "Highlights")),
            if_any(ListKind::Highlights, list(ListKind::Highlights, 10, "")),
            chart(ChartKind::CreatedCompleted),
            chart(ChartKind::CumulativeFlow),
            two(vec![chart(ChartKind::ByPerson)], vec![chart(ChartKind::ByPriority)]),
            if_any(ListKind::Accomplishments, heading(2, "Accomplishments")),
            if_any(
                ListKind::Accomplishments,
                Part::from(BlockKind::Table {
                    list: ListKind::Accomplishments,
                    limit: 20,
                    filter: TaskFilter::default(),
                    columns: columns.to_vec(),
                }),
            ),
            heading(2, "What comes next"),
            text(FORECAST),
            button("Read the whole report", "{{ report.url }}"),
        ],
    )
}

pub(super) fn overdue_reminder() -> Document {
    let subject = "{{ counts.overdue }} {{ counts.overdue | plural(one=\"task is\", other=\"tasks are\") }} overdue";
    document(
        &format!("{subject} in {{{{ project.name }}}}"),
        "{% if tasks.overdue %}The oldest: {{ tasks.overdue[0].title }}{% else %}Everything is in time.{% endif %}",
        vec![
            if_any(ListKind::Overdue, heading(1, subject)),
            if_any(
                ListKind::Overdue,
                text("Finish what is late, or give it a date that holds: then nobody has to ask."),
            ),
            if_any(ListKind::Overdue, list(ListKind::Overdue, 20, "")),
            if_none(ListKind::Overdue, heading(1, "Nothing is overdue")),
            if_none(ListKind::Overdue, text("Every open task of {{ project.name }} is in time.")),
            heading(2, "Next"),
            list(ListKind::DueNext, 10, "Nothing is due in the next 7 days."),
            button("Open the board", "{{ project.board_url }}"),
        ],
    )
}

pub(super) fn daily_digest() -> Document {
    document(
        "{{ project.name }} today: {{ counts.due_next }} due soon, {{ counts.overdue }} overdue",
        "{{ report.preview }}",
        vec![
            heading(1, "{{ project.name }}, {{ report.as_of | date(format=\"long\") }}"),
            text("Good morning, {{ recipient.name }}. This is what the day is about."),
            figures(&[FigureKind::Overdue, FigureKind::Open, FigureKind::Created, FigureKind::Completed]),
            if_any(ListKind::Overdue, heading(2, "Overdue")),
            if_any(ListKind::Overdue, list(ListKind::Overdue, 10, "")),
            two(
                vec![heading(2, "Due next"), list(ListKind::DueNext, 6, "Nothing is due.")],
                vec![heading(2, "In progress"), list(ListKind::InProgress, 6, "Nothing is in progress.")],
            ),
            if_any(ListKind::Created, heading(2, "New")),
            if_any(ListKind::Created, list(ListKind::Created, 10, "")),
            Part::from(BlockKind::Divider),
            heading(2, "Work notes"),
            Part::from(BlockKind::Notes { limit: 8 }),
            button("Open the board", "{{ project.board_url }}"),
        ],
    )
}

pub(super) fn job_failed() -> Document {
    document(
        "{{ schedule.name }}: {{ run.state | lower }}",
        "{{ run.reason }}",
        vec![
            heading(1, "“{{ schedule.name }}”: {{ run.state | lower }}"),
            text(
                "Run {{ run.number }} of this job of **{{ project.name }}** did not do all of its work.\n\n{% if \
                 run.reason %}> {{ run.reason }}{% endif %}",
            ),
            heading(2, "What to do"),
            text(
                "1. Open the run: its log says what happened, step by step.\n2. Mend the cause.\n3. Run it again: nobody \
                 gets a message twice.",
            ),
            button("Open the run", "{{ run.url }}"),
        ],
    )
}

pub(super) fn project_summary() -> Document {
    document(
        "{{ project.name }}: {{ figures.open.now }} open, {{ figures.overdue.now }} overdue",
        "{{ report.finding }}",
        vec![
            heading(1, "{{ project.name }}"),
            text("Where it stands on {{ report.as_of | date(format=\"long\") }}"),
            Part::from(BlockKind::Summary { limit: 3 }),
            figures(&FIGURES),
            chart(ChartKind::ByStatus),
            two(vec![chart(ChartKind::ByPerson)], vec![chart(ChartKind::ByLabel)]),
            if_any(ListKind::Blocked, heading(2, "Blocked")),
            if_any(ListKind::Blocked, list(ListKind::Blocked, 10, "")),
            if_any(ListKind::Highlights, heading(2, "Highlights")),
            if_any(ListKind::Highlights, list(ListKind::Highlights, 5, "")),
            heading(2, "How long things take"),
            text(
                "{% if metrics.cycle.p85 %}Half of the tasks were done within **{{ metrics.cycle.p50 }} {{ metrics.cycle.p50 | plural(one=\"day\", other=\"days\") }}**, 85 of 100 \
                 within **{{ metrics.cycle.p85 }} {{ metrics.cycle.p85 | plural(one=\"day\", other=\"days\") }}**; {{ metrics.throughput | number(decimals=0) }} are finished in a \
                 week.{% else %}Nothing was finished yet, so nobody knows.{% endif %}",
            ),
            chart(ChartKind::AgeingWork),
            heading(2, "What comes next"),
            text(FORECAST),
            button("Open the board", "{{ project.board_url }}"),
        ],
    )
}

/// Chances beyond two years are not among the days: there may be one of them, or none.
const FORECAST: &str = "{% if metrics.forecast.items %}At the pace of the last {{ metrics.forecast.history_days }} days, \
    {% if metrics.forecast.days | length > 1 %}the **{{ metrics.forecast.open }} open tasks** take at most \
    **{{ metrics.forecast.days[1].value }} days** in 85 of 100 cases; {% elif metrics.forecast.open > 0 %}the \
    **{{ metrics.forecast.open }} open tasks** take more than two years; {% endif %}in 30 days at least \
    **{{ metrics.forecast.items[1].value }} tasks** are finished.{% else %}Nothing was finished lately, so there is no \
    forecast.{% endif %}";

/// A block before it has its number.
struct Part {
    kind: BlockKind,
    when: When,
}

impl From<BlockKind> for Part {
    fn from(kind: BlockKind) -> Self {
        Self { kind, when: When::Always }
    }
}

fn document(subject: &str, preheader: &str, parts: Vec<Part>) -> Document {
    let mut next = 0;
    Document {
        format: FORMAT,
        subject: subject.into(),
        preheader: preheader.into(),
        body: Body::Blocks { blocks: parts.into_iter().map(|part| numbered(part, &mut next)).collect() },
        text: None,
        theme: Theme::default(),
    }
}

fn numbered(part: Part, next: &mut u32) -> Block {
    *next += 1;
    let id = *next;
    let kind = match part.kind {
        BlockKind::Columns { left, right } => {
            let mut again = |blocks: Vec<Block>| -> Vec<Block> {
                blocks
                    .into_iter()
                    .map(|block| {
                        *next += 1;
                        Block { id: *next, ..block }
                    })
                    .collect()
            };
            BlockKind::Columns { left: again(left), right: again(right) }
        }
        kind => kind,
    };
    Block { id, kind, when: part.when }
}

fn heading(level: u8, text: &str) -> Part {
    BlockKind::Heading { text: text.into(), level }.into()
}

fn text(text: &str) -> Part {
    BlockKind::Text { text: text.into() }.into()
}

fn figures(figures: &[FigureKind]) -> Part {
    BlockKind::KeyFigures { figures: figures.to_vec() }.into()
}

fn chart(chart: ChartKind) -> Part {
    BlockKind::Chart { chart, has_title: true }.into()
}

fn list(list: ListKind, limit: u32, none: &str) -> Part {
    BlockKind::TaskList { list, limit, filter: TaskFilter::default(), none: none.into() }.into()
}

fn button(label: &str, url: &str) -> Part {
    BlockKind::Button { label: label.into(), url: url.into() }.into()
}

/// Numbers come later.
fn two(left: Vec<Part>, right: Vec<Part>) -> Part {
    let blocks = |parts: Vec<Part>| parts.into_iter().map(|part| Block { id: 0, kind: part.kind, when: part.when });
    BlockKind::Columns { left: blocks(left).collect(), right: blocks(right).collect() }.into()
}

fn if_any(list: ListKind, part: Part) -> Part {
    Part { when: When::HasTasks { list }, ..part }
}

fn if_none(list: ListKind, part: Part) -> Part {
    Part { when: When::HasNone { list }, ..part }
}
