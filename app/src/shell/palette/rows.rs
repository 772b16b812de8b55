//! The rows of the palette: what there is, and which of it the typed words let through.

use super::recent::Recent;
use crate::{
    domain::account::Theme, projects::api::ProjectItem, search::view::Hit, shell::nav::ENTRIES, ui::keys::Action,
};

/// What a row leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Run {
    Go(String),
    /// A page of the palette itself.
    Enter(Page),
    Keys,
    Sidebar,
    Theme(Theme),
}

/// A page of the palette.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    Start,
    Projects,
    Colours,
}

impl Page {
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Start => None,
            Self::Projects => Some("Projects"),
            Self::Colours => Some("Colours"),
        }
    }

    pub const fn hint(self) -> &'static str {
        match self {
            Self::Start => "Search tasks, or type a command",
            Self::Projects => "Which project?",
            Self::Colours => "Which colours?",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Recent,
    Actions,
    Go,
    Projects,
    Tasks,
}

impl Group {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Recent => "Recent",
            Self::Actions => "Actions",
            Self::Go => "Go to",
            Self::Projects => "Projects",
            Self::Tasks => "Tasks",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub group: Group,
    pub label: String,
    pub note: Option<String>,
    pub icon: &'static str,
    /// The key that does the same.
    pub action: Option<Action>,
    pub run: Run,
}

fn row(group: Group, label: impl Into<String>, icon: &'static str, action: Option<Action>, run: Run) -> Row {
    Row { group, label: label.into(), note: None, icon, action, run }
}

/// The rows of a page, in order.
pub fn all(page: Page, query: &str, recents: &[Recent], projects: Vec<Row>, tasks: Vec<Row>) -> Vec<Row> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let fits = |row: &Row| {
        let label = row.label.to_lowercase();
        words.iter().all(|word| label.contains(word.as_str()))
    };
    match page {
        Page::Projects => projects.into_iter().filter(fits).collect(),
        Page::Colours => colours().into_iter().filter(fits).collect(),
        Page::Start => {
            let recent = recents
                .iter()
                .map(|recent| row(Group::Recent, recent.label.clone(), "history", None, Run::Go(recent.path.clone())));
            let recent: Vec<Row> = recent.filter(fits).collect();
            let is_new = |row: &Row| !recent.iter().any(|known| known.run == row.run);
            let rest = actions().into_iter().chain(places()).chain(projects).filter(fits).chain(tasks).filter(is_new);
            let rest: Vec<Row> = rest.collect();
            recent.iter().cloned().chain(rest).collect()
        }
    }
}

fn actions() -> Vec<Row> {
    let action = |label: &str, icon, action, run| row(Group::Actions, label, icon, action, run);
    vec![
        action("New task", "plus", Some(Action::NewTask), Run::Go("/tasks/new".into())),
        action("Search everywhere", "search", None, Run::Go("/search".into())),
        action("Open a project…", "folder", None, Run::Enter(Page::Projects)),
        action("Change the colours…", "sun-moon", None, Run::Enter(Page::Colours)),
        action("Show the keys", "circle-help", Some(Action::Help), Run::Keys),
        action("Narrow or widen the sidebar", "panel-right", Some(Action::Sidebar), Run::Sidebar),
        action("New project", "plus", None, Run::Go("/projects/new".into())),
        action("New job", "calendar-clock", None, Run::Go("/jobs/new".into())),
        action("Import a board", "file-up", None, Run::Go("/import".into())),
    ]
}

fn places() -> impl Iterator<Item = Row> {
    ENTRIES.iter().map(|entry| row(Group::Go, entry.name, entry.icon, entry.action(), Run::Go(entry.href.into())))
}

fn colours() -> Vec<Row> {
    let colour = |label: &str, icon, theme| row(Group::Actions, label, icon, None, Run::Theme(theme));
    vec![
        colour("Colours of the device", "monitor", Theme::System),
        colour("Light", "sun", Theme::Light),
        colour("Dark", "moon", Theme::Dark),
    ]
}

pub fn project(project: &ProjectItem) -> Row {
    let run = Run::Go(format!("/board/{}", project.key));
    Row { note: Some(project.key.clone()), ..row(Group::Projects, project.name.clone(), "square-kanban", None, run) }
}

pub fn task(hit: &Hit) -> Row {
    let title: String = hit.title.iter().map(|part| part.text.as_str()).collect();
    let run = Run::Go(format!("/tasks/{}", hit.reference));
    let note = format!("{} · {}", hit.reference, hit.column);
    Row { note: Some(note), ..row(Group::Tasks, title, "square-check", None, run) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(query: &str, recents: &[Recent]) -> Vec<String> {
        let projects = vec![row(Group::Projects, "Reporting", "folder", None, Run::Go("/board/REP".into()))];
        all(Page::Start, query, recents, projects, Vec::new()).into_iter().map(|row| row.label).collect()
    }

    #[test]
    fn every_word_must_be_in_the_label() {
        assert_eq!(labels("key show", &[]), ["Show the keys"]);
        assert_eq!(labels("REPORT", &[]), ["Reports", "Reporting"]);
        assert!(labels("xyzzy", &[]).is_empty());
    }

    #[test]
    fn what_was_used_last_comes_first_and_only_once() {
        let recents = [Recent { label: "Reporting".into(), path: "/board/REP".into() }];
        assert_eq!(labels("report", &recents), ["Reporting", "Reports"]);
        assert_eq!(labels("", &recents)[0], "Reporting");
    }

    #[test]
    fn a_page_of_the_palette_has_its_own_rows() {
        let rows = all(Page::Colours, "da", &[], Vec::new(), Vec::new());
        assert_eq!(rows.into_iter().map(|row| row.run).collect::<Vec<_>>(), [Run::Theme(Theme::Dark)]);
    }
}
