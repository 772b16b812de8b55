//! Puts the frozen lists of a reader into words and writes their mail: subject, HTML and text.

use std::sync::OnceLock;

use serde::Serialize;

use crate::{
    domain::{
        calendar::long_date,
        job::JobKind,
        metrics::isolated,
        own_words::{self, Variable},
        personal::{List, PersonalSnapshot, PersonalTask, Reader},
        template::prose,
    },
    error::AppResult,
    platform::{fault, markdown, render::Templates},
    reports::service::wording::{look, shortened},
};

/// Characters of a project's name in a mail.
const PROJECT: usize = 30;
/// The colour of links, as in the template.
const LINK: &str = "#036f6f";

/// Where the links of a mail lead, and what its foot says.
pub struct Links<'a> {
    /// Without a slash at the end.
    pub base_url: &'a str,
    /// Name of the job that sends it.
    pub job: &'a str,
    /// Where this reader ends the mails; none where there is nothing to end.
    pub stop_url: Option<&'a str>,
}

/// A written mail.
#[derive(Debug, Clone)]
pub struct Written {
    pub subject: String,
    pub html: String,
    pub text: String,
}

/// Writes the mail of a reader.
///
/// # Errors
/// Only a fault of the templates.
pub fn write(snapshot: &PersonalSnapshot, reader: &Reader, links: &Links<'_>) -> AppResult<Written> {
    let words = Wording::of(snapshot, reader, links);
    let render = |name| templates()?.render(name, &words).map_err(|error| fault::internal("writing a mail", error));
    Ok(Written { subject: subject(snapshot, reader), html: render(HTML)?, text: render(TEXT)? })
}

/// The subject of the job's own, else what the mail says first, and the day.
fn subject(snapshot: &PersonalSnapshot, reader: &Reader) -> String {
    let own = own_words::fill(&snapshot.words.subject, |variable| value(variable, snapshot, reader));
    if own.trim().is_empty() { reader.subject() } else { own }
}

/// What a variable in words of somebody's own is for a reader.
fn value(variable: Variable, snapshot: &PersonalSnapshot, reader: &Reader) -> String {
    match variable {
        Variable::Person if reader.name.is_empty() => reader.address.clone(),
        Variable::Person => reader.name.clone(),
        Variable::Project => snapshot.project.name.clone(),
        Variable::Tasks => reader.finding(),
        Variable::Day => long_date(reader.today),
    }
}

/// What the templates insert.
#[derive(Debug, Serialize)]
struct Wording<'a> {
    /// "Digest".
    title: &'static str,
    finding: String,
    preview: String,
    /// "Thursday 26 November 2026".
    day: String,
    /// The project, where the lists are of it alone.
    project: Option<String>,
    /// What the job says above the lists, in Markdown and as HTML.
    introduction: Option<String>,
    introduction_html: Option<String>,
    sections: Vec<SectionWords>,
    open_url: String,
    open_words: &'static str,
    stop_url: Option<&'a str>,
    job: &'a str,
}

#[derive(Debug, Serialize)]
struct SectionWords {
    heading: &'static str,
    count: usize,
    rows: Vec<RowWords>,
    /// "and 12 more", where the list was cut.
    more: Option<String>,
}

#[derive(Debug, Serialize)]
struct RowWords {
    reference: String,
    title: String,
    url: String,
    /// Project, priority, and what else is worth a line.
    about: String,
    chip: Option<Chip>,
}

#[derive(Debug, Serialize)]
struct Chip {
    words: String,
    look: &'static str,
}

impl<'a> Wording<'a> {
    fn of(snapshot: &PersonalSnapshot, reader: &Reader, links: &Links<'a>) -> Self {
        let base = links.base_url;
        let (open_url, open_words) = if snapshot.is_of_project {
            (format!("{base}/board/{}", snapshot.project.key), "Open the board")
        } else {
            (format!("{base}/my-work"), "Open my work")
        };
        let introduction = Some(snapshot.words.introduction.trim()).filter(|text| !text.is_empty());
        let value = |variable| value(variable, snapshot, reader);
        // What people are called is no Markdown.
        let marked = |variable| markdown::marked(&value(variable));
        let html = |text: &str| prose::styled(&markdown::to_mail_html(&own_words::fill(text, marked)), LINK);
        Self {
            title: snapshot.kind.label(),
            finding: reader.finding(),
            preview: reader.preview(),
            day: long_date(reader.today),
            project: snapshot.is_of_project.then(|| isolated(&snapshot.project.name)),
            introduction: introduction.map(|text| own_words::fill(text, value)),
            introduction_html: introduction.map(html),
            sections: reader.lists.iter().map(|list| section(list, snapshot, base)).collect(),
            open_url,
            open_words,
            stop_url: links.stop_url,
            job: links.job,
        }
    }
}

fn section(list: &List, snapshot: &PersonalSnapshot, base: &str) -> SectionWords {
    let left = list.count.saturating_sub(list.tasks.len());
    SectionWords {
        heading: list.section.heading(),
        count: list.count,
        rows: list.tasks.iter().map(|task| row(task, snapshot, base)).collect(),
        more: (left > 0).then(|| format!("and {left} more")),
    }
}

fn row(task: &PersonalTask, snapshot: &PersonalSnapshot, base: &str) -> RowWords {
    let project = (!snapshot.is_of_project).then(|| isolated(&task.project.chars().take(PROJECT).collect::<String>()));
    let blocked = match task.blocked_by {
        0 => None,
        1 => Some("Blocked by 1 task".to_owned()),
        many => Some(format!("Blocked by {many} tasks")),
    };
    // A reminder is about the date; in a digest the chip says enough.
    let due = task.due_on.clone().filter(|_| snapshot.kind == JobKind::Reminder);
    let about = [project, Some(task.priority.label().to_owned()), blocked, due];
    RowWords {
        reference: task.reference.clone(),
        title: isolated(&shortened(&task.title)),
        url: format!("{base}/tasks/{}", task.reference),
        about: about.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        chip: task.due.as_ref().map(|due| Chip { words: due.words.clone(), look: look(due.key) }),
    }
}

const HTML: &str = "personal/body.html.tera";
const TEXT: &str = "personal/body.txt.tera";

fn templates() -> AppResult<&'static Templates> {
    static READ: OnceLock<Result<Templates, String>> = OnceLock::new();
    let read = READ.get_or_init(|| {
        Templates::new(&[
            (HTML, include_str!("../../templates/personal/body.html.tera")),
            (TEXT, include_str!("../../templates/personal/body.txt.tera")),
        ])
        .map_err(|error| error.to_string())
    });
    read.as_ref().map_err(|error| fault::internal("reading the templates of a mail", error))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::{
        due::DueKey,
        ids::{ProjectId, TaskId, UserId},
        job::RecipientKind,
        own_words::OwnWords,
        personal::{FORMAT, PersonalProject, ROWS, Section},
        report::DueWords,
        task::Priority,
    };

    fn task(number: usize, title: &str) -> PersonalTask {
        PersonalTask {
            id: TaskId(Uuid::from_u128(number as u128)),
            reference: format!("T-{number}"),
            title: title.into(),
            project: "&".repeat(100),
            priority: Priority::Urgent,
            blocked_by: 2,
            due: Some(DueWords { key: DueKey::Overdue, words: "Overdue 2 d".into() }),
            due_on: Some("Tuesday 24 November 2026".into()),
        }
    }

    fn written(title: &str, is_of_project: bool) -> Written {
        saying(OwnWords::default(), "Mina", title, is_of_project)
    }

    /// Five sections with as many tasks as are shown, of twelve more.
    fn saying(words: OwnWords, name: &str, title: &str, is_of_project: bool) -> Written {
        let list =
            |section| List { section, count: ROWS + 12, tasks: (1..=ROWS).map(|number| task(number, title)).collect() };
        let reader = Reader {
            user: UserId(Uuid::nil()),
            address: "mina@example.org".into(),
            name: name.into(),
            kind: RecipientKind::To,
            via: None,
            today: "2026-11-26".parse().unwrap(),
            lists: Section::OF_DIGEST.map(list).to_vec(),
            projects: Vec::new(),
        };
        let snapshot = PersonalSnapshot {
            format: FORMAT,
            kind: JobKind::Digest,
            as_of: "2026-11-26T07:00:00Z".parse().unwrap(),
            project: PersonalProject { id: ProjectId(Uuid::nil()), key: "T".into(), name: "Tasks".into() },
            is_of_project,
            words,
            readers: vec![reader.clone()],
        };
        let links = Links {
            base_url: "https://tasks.example.org",
            job: "Daily digest",
            stop_url: Some("https://tasks.example.org/unsubscribe/abc"),
        };
        write(&snapshot, &reader, &links).unwrap()
    }

    #[test]
    fn the_mail_says_its_finding_first_and_links_each_task_and_the_way_out() {
        let Written { subject, html, text } = written("Write the <report>", false);
        let html = html.replace("&#x2F;", "/");
        assert_eq!(subject, "22 due today, 22 overdue, 22 due in 7 days · Thu 26 Nov");
        assert!(text.starts_with("22 due today, 22 overdue, 22 due in 7 days\n"), "{text}");
        for words in [
            "Digest, Thursday 26 November 2026",
            "- T-1 Write the <report> – Overdue 2 d",
            "https://tasks.example.org/tasks/T-1",
            "and 12 more: https://tasks.example.org/my-work",
            "Stop these e-mails: https://tasks.example.org/unsubscribe/abc",
        ] {
            assert!(text.contains(words), "{words} in\n{text}");
        }
        for words in [
            "Write the &lt;report&gt;",
            "Blocked by 2 tasks",
            "Overdue 2 d</span>",
            "href=\"https://tasks.example.org/tasks/T-1\"",
        ] {
            assert!(html.contains(words), "{words} in\n{html}");
        }
        assert!(!text.contains("Read in the browser") && !html.contains("/reports/"), "it is nowhere but in the mail");
    }

    #[test]
    fn a_title_from_the_right_keeps_its_direction_beside_its_reference() {
        let Written { html, text, .. } = written("דוח שבועי (2)", true);
        for part in [html, text] {
            assert!(part.contains("T-1 \u{2068}דוח שבועי (2)\u{2069}"), "{part}");
        }
    }

    #[test]
    fn words_of_ones_own_are_filled_in_for_the_reader_whose_name_is_text() {
        let words = OwnWords {
            subject: "{{ person }}: {{ tasks }}".into(),
            introduction: "Good morning, {{ person }}.\n\n**{{ project }}**, {{ day }}: [rules](https://a.example)"
                .into(),
        };
        let Written { subject, html, text } = saying(words, "**Mina** <b>", "A task", false);
        assert_eq!(subject, "**Mina** <b>: 22 due today, 22 overdue, 22 due in 7 days");
        assert!(text.contains("Good morning, **Mina** <b>.\n\n**Tasks**, Thursday 26 November 2026:"), "{text}");
        for words in [
            "Good morning, **Mina** &lt;b&gt;.</p>",
            "<strong>Tasks</strong>, Thursday 26 November 2026: <a class=\"lk\"",
            "href=\"https://a.example\"",
        ] {
            assert!(html.contains(words), "{words} in\n{html}");
        }
    }

    #[test]
    fn of_one_project_the_board_is_opened() {
        assert!(written("A task", true).text.contains("Open the board: https://tasks.example.org/board/T"));
    }

    #[test]
    fn the_fullest_mail_stays_below_ninety_kilobytes() {
        let html = written(&"&".repeat(500), false).html;
        assert!(html.len() < 90 * 1024, "{} bytes", html.len());
    }
}
