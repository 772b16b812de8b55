//! Puts a snapshot into words: everything the templates insert, so that they hold no rules.

use serde::Serialize;

use super::render::Address;
use crate::{
    domain::{
        due::DueKey,
        metrics::{Tone, isolated, isolated_all},
        report::{COMMENT_HEADING, Snapshot, TaskLine, spec::ListKind},
        task::{Category, Status},
        template::prose,
        thousands::grouped,
    },
    platform::{markdown, plot::Drawing},
};

/// Rows of a list in a mail; the rest is a sentence with a link. Mail programs cut long messages.
const ROWS: usize = 10;
/// The colour of links in the templates.
const LINK: &str = "#036f6f";
/// Characters of a title in a mail.
const TITLE: usize = 120;

/// What the weekly templates insert.
#[derive(Debug, Serialize)]
pub struct Wording {
    title: String,
    subject: String,
    finding: String,
    project: String,
    period: String,
    /// What it was narrowed to; empty where it tells of everything.
    scope: String,
    /// What changed, the biggest change first; the forecast last. None where a report is from before there were any.
    sentences: Vec<String>,
    preview: String,
    figures: [FigureWords; 4],
    pictures: Vec<PictureWords>,
    sections: [Section; 4],
    board_url: String,
    report_url: String,
    stop_url: Option<String>,
    attachments_note: Option<String>,
    /// What the owner says at the head, as Markdown for the text and as safe HTML, and what stands above it.
    comment: Option<String>,
    comment_html: Option<String>,
    comment_heading: &'static str,
    /// "“Weekly status”", the job that sent it.
    job: String,
}

/// A key figure in words.
#[derive(Debug, Serialize)]
pub(crate) struct FigureWords {
    pub(crate) label: &'static str,
    pub(crate) value: String,
    pub(crate) change: String,
    pub(crate) tone: &'static str,
}

#[derive(Debug, Serialize)]
struct PictureWords {
    cid: &'static str,
    heading: &'static str,
    width: u32,
    height: u32,
    alt: String,
}

#[derive(Debug, Serialize)]
struct Section {
    /// The word of the list, where the page of the report has all of it.
    list: ListKind,
    heading: &'static str,
    count: usize,
    /// What stands there when the list has nothing in it.
    none: &'static str,
    rows: Vec<Row>,
    /// "and 27 more", where the list was cut.
    more: Option<String>,
}

#[derive(Debug, Serialize)]
struct Row {
    reference: String,
    title: String,
    url: String,
    /// People, priority, and what else is worth a line.
    about: String,
    chip: Option<Chip>,
}

#[derive(Debug, Serialize)]
struct Chip {
    words: String,
    /// Which colours it has in the template.
    look: &'static str,
}

/// The two pictures of a report, each with the name it has in mail and archive.
pub struct Picture {
    pub name: &'static str,
    pub heading: &'static str,
    pub drawing: Drawing,
}

impl Wording {
    /// The words for one address.
    pub fn of(snapshot: &Snapshot, pictures: &[Picture], address: &Address) -> Self {
        let base = &address.base_url;
        let comment = address.comment.as_deref().filter(|comment| !comment.trim().is_empty());
        let board = format!("{base}/board/{}", snapshot.project.key);
        Self {
            title: snapshot.title.clone(),
            subject: snapshot.subject(),
            finding: snapshot.finding.words(),
            project: isolated(&snapshot.project.name),
            period: snapshot.period.words(),
            scope: snapshot.scope.clone(),
            sentences: snapshot.summary.clone(),
            preview: snapshot.preview(),
            figures: figures(snapshot),
            pictures: pictures.iter().map(PictureWords::of).collect(),
            sections: sections(snapshot, base),
            board_url: board,
            report_url: format!("{base}/reports/{}", address.occurrence),
            stop_url: address.stop_url.clone(),
            attachments_note: address.attachments_note.clone(),
            comment: comment.map(|comment| comment.trim().to_owned()),
            comment_html: comment.map(|comment| prose::styled(&markdown::to_comment_html(comment), LINK)),
            comment_heading: COMMENT_HEADING,
            job: isolated(&address.job),
        }
    }
}

impl PictureWords {
    fn of(picture: &Picture) -> Self {
        let Drawing { width, height, title, description, .. } = &picture.drawing;
        let alt = format!("{title}. {description}");
        Self { cid: picture.name, heading: picture.heading, width: *width, height: *height, alt }
    }
}

/// The key figures of every report.
pub(crate) fn figures(snapshot: &Snapshot) -> [FigureWords; 4] {
    let figures = &snapshot.figures;
    let figure =
        |label, value: String, change: String, tone: Tone| FigureWords { label, value, change, tone: tone.as_str() };
    let completed = figures.completed;
    let (open, overdue, cycle) = (figures.open, figures.overdue, figures.cycle_days);
    [
        figure("Completed", grouped(completed.now), completed.words(), completed.tone_of_more()),
        figure("Open", grouped(open.now), open.words(), open.tone_of_fewer()),
        figure("Overdue", grouped(overdue.now), overdue.words(), overdue.tone_of_fewer()),
        figure("Cycle time", cycle.value_words(), cycle.words(), cycle.tone()),
    ]
}

fn sections(snapshot: &Snapshot, base: &str) -> [Section; 4] {
    let section = |list: ListKind, lines: &[TaskLine], about: fn(&TaskLine) -> String| Section {
        list,
        heading: list.label(),
        count: lines.len(),
        none: list.none(),
        rows: lines.iter().take(ROWS).map(|line| row(line, base, about)).collect(),
        more: (lines.len() > ROWS).then(|| format!("and {} more", lines.len() - ROWS)),
    };
    [
        section(ListKind::Overdue, &snapshot.overdue, about_open),
        section(ListKind::Finished, &snapshot.finished, about_finished),
        section(ListKind::InProgress, &snapshot.in_progress, about_open),
        section(ListKind::DueNext, &snapshot.due_next, about_open),
    ]
}

fn row(line: &TaskLine, base: &str, about: fn(&TaskLine) -> String) -> Row {
    let chip = line.due.as_ref().map(|due| Chip { words: due.words.clone(), look: look(due.key) });
    Row {
        reference: line.reference.clone(),
        title: isolated(&shortened(&line.title)),
        url: format!("{base}/tasks/{}", line.reference),
        about: about(line),
        chip,
    }
}

/// Which colours a due date has in the templates.
pub(crate) fn look(key: DueKey) -> &'static str {
    match key {
        DueKey::Overdue => "red",
        DueKey::Stale => "red-tint",
        DueKey::Today => "orange",
        DueKey::Done => "green",
        DueKey::Soon | DueKey::Upcoming | DueKey::Later => "plain",
    }
}

fn about_open(line: &TaskLine) -> String {
    let waiting = (line.status == Status::Pending).then(|| line.status.label().to_owned());
    let age = line.work_days.map(|days| if days == 1 { "begun today".to_owned() } else { format!("day {days}") });
    about(line, waiting.into_iter().chain([line.priority.label().to_owned()]).chain(age))
}

fn about_finished(line: &TaskLine) -> String {
    let highlight = (line.category == Category::Highlight).then(|| line.category.label().to_owned());
    let took = line.work_days.map(|days| if days == 1 { "took 1 day".to_owned() } else { format!("took {days} days") });
    about(line, highlight.into_iter().chain(took))
}

fn about(line: &TaskLine, rest: impl Iterator<Item = String>) -> String {
    let people = if line.people.is_empty() { "Nobody assigned".to_owned() } else { isolated_all(&line.people) };
    std::iter::once(people).chain(rest).collect::<Vec<_>>().join(" · ")
}

/// At most [`TITLE`] characters, cut with a sign that something is missing.
pub(crate) fn shortened(title: &str) -> String {
    if title.chars().count() <= TITLE {
        return title.to_owned();
    }
    let mut cut: String = title.chars().take(TITLE - 1).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}
