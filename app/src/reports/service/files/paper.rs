//! A report on paper: everything that `report.typ` shows, put into words here, so that the template holds no rules.
//! The same parts and words make a [`page`] for a browser.

pub mod page;

use chrono::NaiveDate;
use serde::Serialize;

use super::{
    Source,
    lists::{waits_for, zone_of},
};
use crate::{
    domain::{
        ids::UserId,
        metrics::{Shares, isolated},
        report::{
            COMMENT_HEADING, NoteLine, Snapshot, TaskLine,
            spec::{ListKind, Named, Section},
        },
    },
    error::AppResult,
    platform::{
        fault, markdown,
        pdf::Print,
        plot::{Drawing, Frame},
    },
    reports::service::{
        charts,
        wording::{FigureWords, figures, look, shortened},
    },
};

const TEMPLATE: &str = include_str!("../../templates/report.typ");
/// Rows of a list on paper, where mail has fewer; workbook and table have all.
const ROWS: usize = 30;
/// Notes on paper.
const NOTES: usize = 30;
/// Names of people in a row: it has to fit on a page.
const PEOPLE: usize = 6;
/// Letters of a word that surely fit in a column.
const WORD: usize = 20;

/// The whole document.
///
/// # Errors
/// Only a fault of the program.
pub fn print(source: Source<'_>) -> AppResult<Print> {
    let (document, drawings) = Document::of(source);
    let data = serde_json::to_value(document).map_err(|error| fault::internal("printing a report", error))?;
    let pictures: Result<Vec<String>, _> = drawings.iter().map(Drawing::paper).collect();
    let pictures = pictures.map_err(|error| fault::internal("printing a report", error))?;
    Ok(Print { template: TEMPLATE, data, pictures, made_at: source.snapshot.as_of })
}

#[derive(Debug, Serialize)]
struct Document {
    /// Of the file: report, project, days.
    title: String,
    author: &'static str,
    language: &'static str,
    /// "Weekly report".
    kind: String,
    finding: String,
    projects: String,
    scope: String,
    period: String,
    /// "Standing of 23 Nov 2026, 07:00".
    made: String,
    parts: Vec<Part>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "part", rename_all = "snake_case")]
enum Part {
    Words {
        heading: &'static str,
        paragraphs: Vec<String>,
    },
    Figures {
        figures: Vec<FigureWords>,
    },
    /// The finding is the sentence that the chart tells, as it stands over it in a mail.
    Chart {
        heading: &'static str,
        finding: String,
        file: String,
        alt: String,
    },
    Tasks(Tasks),
    Notes {
        notes: Vec<Note>,
        more: Option<String>,
    },
}

#[derive(Debug, Serialize)]
struct Tasks {
    /// Which list, and what it is narrowed to.
    heading: String,
    count: usize,
    none: &'static str,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    more: Option<String>,
}

#[derive(Debug, Serialize)]
struct Column {
    name: &'static str,
    /// Its part of the width that is left; none for one that is as wide as its words.
    share: Option<u8>,
    is_number: bool,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Cell {
    Words(String),
    Link { words: String, url: String },
    Chip { chip: Chip },
    Empty,
}

#[derive(Debug, Serialize)]
struct Chip {
    words: String,
    look: &'static str,
}

#[derive(Debug, Serialize)]
struct Note {
    about: Cell,
    when: String,
    lines: Vec<NoteWords>,
}

#[derive(Debug, Serialize)]
struct NoteWords {
    kind: &'static str,
    paragraphs: Vec<String>,
}

impl Document {
    fn of(source: Source<'_>) -> (Self, Vec<Drawing>) {
        let Snapshot { title, project, projects, scope, period, as_of, finding, .. } = source.snapshot;
        let names: Vec<String> = projects.iter().map(|project| isolated(&project.name)).collect();
        let projects = breakable(&if names.is_empty() { isolated(&project.name) } else { names.join(", ") });
        let zone = zone_of(source.snapshot);
        let mut drawings = Vec::new();
        let comment = source.comment.filter(|comment| !comment.trim().is_empty());
        let comment = comment.map(|comment| Part::Words { heading: COMMENT_HEADING, paragraphs: paragraphs(comment) });
        let sections = source.sections.iter().filter_map(|section| part(section, source, &mut drawings));
        let parts = comment.into_iter().chain(sections).collect();
        let document = Self {
            title: format!("{title} of {projects}, {}", period.words()),
            author: "AutoReport",
            language: "en",
            kind: title.clone(),
            finding: finding.words(),
            projects,
            scope: scope.clone(),
            period: period.words(),
            made: format!("Standing of {} ({})", as_of.with_timezone(&zone).format("%-d %b %Y, %H:%M"), project.zone),
            parts,
        };
        (document, drawings)
    }
}

/// A section on paper; none where it has nothing to say.
fn part(section: &Section, source: Source<'_>, drawings: &mut Vec<Drawing>) -> Option<Part> {
    let snapshot = source.snapshot;
    match section {
        Section::Summary => {
            let paragraphs = snapshot.summary.clone();
            (!paragraphs.is_empty()).then_some(Part::Words { heading: "Summary", paragraphs })
        }
        Section::Figures => Some(Part::Figures { figures: figures(snapshot).into() }),
        Section::Chart { chart } => {
            // As in mail: for a white ground, and as wide as a page between its margins.
            let drawing = charts::chart(*chart, snapshot, Frame::MAIL);
            let file = format!("chart-{}.svg", drawings.len());
            let alt = format!("{}. {}", drawing.title, drawing.description);
            let finding = drawing.title.clone();
            drawings.push(drawing);
            Some(Part::Chart { heading: chart.label(), finding, file, alt })
        }
        Section::Tasks { list, limit, named, .. } => {
            let lines: Vec<&TaskLine> = list.of(snapshot).iter().filter(|line| section.shows(line)).collect();
            let named = if may_name(named, &lines, snapshot) { called(named, snapshot).words() } else { String::new() };
            let most = at_most(*limit, ROWS);
            let narrowed = section.least_words() + &named;
            Some(Part::Tasks(Tasks::of(*list, &narrowed, section.none(), most, &lines, source.base_url)))
        }
        Section::Notes { limit } => {
            let most = at_most(*limit, NOTES);
            let left = snapshot.notes.len().saturating_sub(most);
            let notes: Vec<Note> = snapshot.notes.iter().take(most).map(|note| Note::of(note, source)).collect();
            let more = more(left);
            (!notes.is_empty()).then_some(Part::Notes { notes, more })
        }
        Section::Text { markdown } => {
            Some(Part::Words { heading: "In our own words", paragraphs: paragraphs(markdown) })
        }
    }
}

/// Whether the names that a list is narrowed to are said: a part of a report is for people who do not see all of its
/// projects, and a name that their data do not have is none of theirs.
fn may_name(named: &Named, lines: &[&TaskLine], snapshot: &Snapshot) -> bool {
    let Named { person, person_id, label, project } = named;
    let is_project = match snapshot.projects.as_slice() {
        [] => snapshot.project.name == *project,
        projects => projects.iter().any(|one| one.name == *project),
    };
    let has = |shares: &Shares, name: &String| {
        name.is_empty() || shares.open.iter().chain(&shares.completed).any(|share| share.name == *name)
    };
    let is_person = person_id.map_or_else(|| has(&snapshot.people, person), |id| name_of(id, snapshot).is_some());
    let is_known = (project.is_empty() || is_project) && is_person && has(&snapshot.labels, label);
    is_known || !lines.is_empty()
}

/// The same with the name that the person has in the report, who may have been called otherwise when they were chosen.
fn called(named: &Named, snapshot: &Snapshot) -> Named {
    let own = named.person_id.and_then(|id| name_of(id, snapshot));
    Named { person: own.unwrap_or(&named.person).to_owned(), ..named.clone() }
}

/// What a person with work is called in a report.
fn name_of(person: UserId, snapshot: &Snapshot) -> Option<&str> {
    let shares = &snapshot.people;
    let mut rows = shares.open.iter().chain(&shares.completed);
    rows.find(|share| share.person == Some(person)).map(|share| share.name.as_str())
}

/// What the report asks for, no more than paper takes.
fn at_most(limit: u32, rows: usize) -> usize {
    usize::try_from(limit).map_or(rows, |limit| limit.min(rows))
}

impl Tasks {
    fn of(
        list: ListKind,
        narrowed: &str,
        none: &'static str,
        most: usize,
        lines: &[&TaskLine],
        base_url: &str,
    ) -> Self {
        let left = lines.len().saturating_sub(most);
        Self {
            heading: format!("{}{}", list.label(), breakable(narrowed)),
            count: lines.len(),
            none,
            columns: columns(list),
            rows: lines.iter().take(most).map(|line| row(list, line, base_url)).collect(),
            more: more(left),
        }
    }
}

/// The sentence below what was cut.
fn more(left: usize) -> Option<String> {
    (left > 0).then(|| format!("And {left} more; the workbook on the page of the report has all."))
}

fn columns(list: ListKind) -> Vec<Column> {
    let wide = |name, share| Column { name, share: Some(share), is_number: false };
    let narrow = |name| Column { name, share: None, is_number: false };
    let mut columns = vec![wide("Task", 5), wide("People", 3)];
    columns.extend(match list {
        ListKind::Finished | ListKind::Accomplishments => [narrow("Category"), narrow("Finished")],
        ListKind::Highlights => [narrow("Status"), narrow("Finished")],
        ListKind::Moved => [narrow("From"), narrow("To")],
        ListKind::Blocked => [narrow("Priority"), wide("Waits for", 2)],
        ListKind::InProgress => [narrow("Status"), narrow("Due")],
        ListKind::Overdue | ListKind::DueNext | ListKind::Reopened | ListKind::Created => {
            [narrow("Priority"), narrow("Due")]
        }
    });
    columns.push(Column { name: "Days", share: None, is_number: true });
    columns
}

fn row(list: ListKind, line: &TaskLine, base_url: &str) -> Vec<Cell> {
    let status = || Cell::Words(line.status.label().to_owned());
    let priority = || Cell::Words(line.priority.label().to_owned());
    let finished = || line.finished_on.map_or(Cell::Empty, |on| Cell::Words(day(on)));
    let due = || match &line.due {
        Some(due) => Cell::Chip { chip: Chip { words: due.words.clone(), look: look(due.key) } },
        None => Cell::Empty,
    };
    let mut cells = vec![task(&line.reference, &line.title, base_url), Cell::Words(people(&line.people))];
    cells.extend(match list {
        ListKind::Finished | ListKind::Accomplishments => [Cell::Words(line.category.label().to_owned()), finished()],
        ListKind::Highlights => [status(), finished()],
        ListKind::Moved => [line.moved_from.map_or(Cell::Empty, |from| Cell::Words(from.label().to_owned())), status()],
        ListKind::Blocked => [priority(), Cell::Words(waits_for(line))],
        ListKind::InProgress => [status(), due()],
        ListKind::Overdue | ListKind::DueNext | ListKind::Reopened | ListKind::Created => [priority(), due()],
    });
    cells.push(line.work_days.map_or(Cell::Empty, |days| Cell::Words(days.to_string())));
    cells
}

fn people(names: &[String]) -> String {
    let some = names.iter().take(PEOPLE).map(|name| isolated(&breakable(name))).collect::<Vec<_>>().join(", ");
    match names.len() {
        0 => "Nobody".to_owned(),
        1..=PEOPLE => some,
        many => format!("{some} and {} more", many - PEOPLE),
    }
}

fn task(reference: &str, title: &str, base_url: &str) -> Cell {
    Cell::Link {
        words: format!("{reference} {}", isolated(&breakable(&shortened(title)))),
        url: format!("{base_url}/tasks/{reference}"),
    }
}

fn day(date: NaiveDate) -> String {
    date.format("%-d %b %Y").to_string()
}

impl Note {
    fn of(note: &NoteLine, source: Source<'_>) -> Self {
        let NoteLine { task: _, reference, title, day: on, author, issue, progress, resolution } = note;
        let author = author.as_deref().map_or_else(|| "Somebody whose account is gone".to_owned(), isolated);
        let lines = [("Issue", issue), ("Progress", progress), ("Resolution", resolution)];
        Self {
            about: task(reference, title, source.base_url),
            when: format!("{author}, {}", day(*on)),
            lines: lines
                .into_iter()
                .filter_map(|(kind, words)| Some(NoteWords { kind, paragraphs: paragraphs(words.as_deref()?) }))
                .collect(),
        }
    }
}

/// What a reader of a Markdown text sees of it, a paragraph, an item of a list and a row of a table each.
fn paragraphs(text: &str) -> Vec<String> {
    markdown::to_lines(text).iter().map(|line| breakable(line)).collect()
}

/// The text with places to break in words that are longer than a column: zero-width spaces.
fn breakable(text: &str) -> String {
    let mut run = 0;
    let mut broken = String::with_capacity(text.len());
    for c in text.chars() {
        run = if c.is_whitespace() { 0 } else { run + 1 };
        if run > WORD {
            broken.push('\u{200b}');
            run = 1;
        }
        broken.push(c);
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::{breakable, paragraphs, people};

    #[test]
    fn a_text_keeps_its_paragraphs_and_items_and_loses_its_marks() {
        let text = "We are **on time**.\nReally.\n\n- one `x`\n- two\n\n#panic(1) and $y$";
        assert_eq!(paragraphs(text), ["We are on time. Really.", "• one x", "• two", "#panic(1) and $y$"]);
        assert!(paragraphs(" \n\n").is_empty());
    }

    #[test]
    fn each_row_of_a_table_is_a_line_whose_cells_stand_apart() {
        let text = "Numbers:\n\n| a | b |\n| - | - |\n| 1 | **2** |\n\n1. first\n2. second\n\n- [x] done";
        assert_eq!(paragraphs(text), ["Numbers:", "a | b", "1 | 2", "1. first", "2. second", "☑ done"]);
    }

    #[test]
    fn names_from_the_right_keep_their_places_in_a_row() {
        assert_eq!(people(&["Mina".into(), "Sam".into()]), "Mina, Sam");
        assert_eq!(people(&["אברהם".into(), "שרה".into()]), "\u{2068}אברהם\u{2069}, \u{2068}שרה\u{2069}");
    }

    #[test]
    fn a_long_word_may_break_and_nothing_else_changes() {
        assert_eq!(breakable("a word and another"), "a word and another");
        let long = breakable(&"w".repeat(50));
        assert_eq!(long.split('\u{200b}').map(str::len).collect::<Vec<_>>(), [20, 20, 10]);
    }
}
