//! The views of a project, as tabs above each of them.

use leptos::prelude::*;

use crate::ui::Icon;

/// One view of a project's tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Board,
    List,
    Calendar,
    Notes,
    Archive,
    Trash,
}

impl Tab {
    const ALL: [Self; 6] = [Self::Board, Self::List, Self::Calendar, Self::Notes, Self::Archive, Self::Trash];

    const fn parts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Board => ("Board", "square-kanban", ""),
            Self::List => ("List", "rows-3", "/list"),
            Self::Calendar => ("Calendar", "calendar", "/calendar"),
            Self::Notes => ("Notes", "notebook-pen", "/notes"),
            Self::Archive => ("Archive", "archive", "/archive"),
            Self::Trash => ("Trash", "trash-2", "/trash"),
        }
    }

    /// Whether the filter of one of them means something to the others.
    const fn is_filtered(self) -> bool {
        matches!(self, Self::Board | Self::List | Self::Calendar)
    }
}

/// The tabs of a project; `filter` (with its question mark) goes along where it means the same, and with it how the
/// board looks: what a view does not understand of that it hands on, so that the board is found as it was left.
#[component]
pub fn ProjectTabs(
    #[prop(into)] project: String,
    current: Tab,
    #[prop(optional, into)] filter: Signal<String>,
) -> impl IntoView {
    let key = project.clone();
    let tabs = Tab::ALL.map(|tab| {
        let (words, icon, tail) = tab.parts();
        let path = format!("/board/{project}{tail}");
        let href = move || if tab.is_filtered() { format!("{path}{}", filter.get()) } else { path.clone() };
        view! { <a href=href aria-current=(tab == current).then_some("page")><Icon name=icon />{words}</a> }
    });
    view! { <nav class="tabs views" aria-label="Views of the project"><span class="views__project">{key}</span>{tabs.into_iter().collect_view()}</nav> }
        .into_any()
}
