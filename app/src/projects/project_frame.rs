//! The frame of the pages about one project: its sections beside one of them.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::api::ProjectHead;
use crate::ui::{Icon, Page};

/// Name, icon, and what stands behind `/projects/T` or another address of the project.
const SECTIONS: &[(&str, &str, Place)] = &[
    ("Settings", "settings", Place::Project("")),
    ("Members", "users", Place::Project("/members")),
    ("Rules", "zap", Place::Project("/rules")),
    ("Lists", "square-kanban", Place::Board("/columns")),
    ("Labels", "tag", Place::Board("/labels")),
    ("Make a copy", "copy", Place::Project("/copy")),
];

enum Place {
    Project(&'static str),
    Board(&'static str),
}

impl Place {
    fn address(&self, key: &str) -> String {
        match self {
            Self::Project(rest) => format!("/projects/{key}{rest}"),
            Self::Board(rest) => format!("/board/{key}{rest}"),
        }
    }
}

/// A page about a project.
#[component]
pub fn ProjectFrame(
    head: ProjectHead,
    #[prop(into)] title: String,
    #[prop(optional, into)] lead: Option<String>,
    children: Children,
) -> impl IntoView {
    let path = use_location().pathname;
    let board = format!("/board/{}", head.key);
    let key = head.key.clone();
    let entry = move |(name, icon, place): &'static (&str, &str, Place)| {
        let address = place.address(&key);
        let own = address.clone();
        let is_below = matches!(place, Place::Project("/rules"));
        let is_current = move || path.with(|path| *path == own || (is_below && path.starts_with(&format!("{own}/"))));
        view! {
            <li><a href=address aria-current=move || is_current().then_some("page")><Icon name=icon />{*name}</a></li>
        }
    };
    view! {
        <Page title=format!("{}: {title}", head.name) lead=lead.unwrap_or_default() actions=move || view! {
            <a class="btn" href=board.clone()><Icon name="square-kanban" />"Open the board"</a>
        }>
            {head.is_archived.then(|| view! {
                <p class="banner" data-tone="warn"><Icon name="archive" /><span>"This project is archived. It can be read, not changed, and its jobs and rules wait. An owner can restore it."</span></p>
            })}
            <div class="split is-nav">
                <nav class="sidenav" aria-label="Project"><ul role="list">{SECTIONS.iter().map(entry).collect_view()}</ul></nav>
                <div class="stack">{children()}</div>
            </div>
        </Page>
    }
    .into_any()
}
