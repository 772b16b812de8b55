//! The navigation: a sidebar, an icon rail on tablets, a bar at the foot of phones.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_location;

use super::{api::SaveSidebar, keys::Shortcuts};
use crate::{
    jobs::FailingBadge,
    ui::{
        Icon,
        keys::{self, Action},
    },
};

pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) icon: &'static str,
    pub(super) href: &'static str,
}

impl Entry {
    /// The key that leads there.
    pub(super) fn action(&self) -> Option<Action> {
        Some(match self.href {
            "/" => Action::GoDashboard,
            "/board" => Action::GoBoard,
            "/jobs" => Action::GoJobs,
            "/reports" => Action::GoReports,
            "/templates" => Action::GoTemplates,
            "/settings" => Action::GoSettings,
            _ => return None,
        })
    }
}

/// The entries that exist, in order.
pub(super) const ENTRIES: &[Entry] = &[
    Entry { name: "Dashboard", icon: "layout-dashboard", href: "/" },
    Entry { name: "My work", icon: "list-todo", href: "/my-work" },
    Entry { name: "Board", icon: "square-kanban", href: "/board" },
    Entry { name: "Jobs", icon: "calendar-clock", href: "/jobs" },
    Entry { name: "Reports", icon: "archive", href: "/reports" },
    Entry { name: "Templates", icon: "layout-template", href: "/templates" },
    Entry { name: "Outbox", icon: "inbox", href: "/outbox" },
    Entry { name: "Projects", icon: "folder", href: "/projects" },
    Entry { name: "Settings", icon: "settings", href: "/settings" },
];

/// Whether an entry leads to the part of the site that a path belongs to.
fn is_current(href: &str, path: &str) -> bool {
    match href {
        "/" => path == "/",
        "/board" => path == "/board" || path.starts_with("/board/") || path.starts_with("/tasks/"),
        "/projects" => path.starts_with("/projects") || path.starts_with("/import"),
        href => path == href || path.starts_with(&format!("{href}/")),
    }
}

fn link(entry: &'static Entry, class: &'static str) -> impl IntoView {
    let path = use_location().pathname;
    let title = entry.action().map_or_else(|| entry.name.to_owned(), |action| keys::tip(entry.name, action));
    let current = move || path.with(|path| is_current(entry.href, path)).then_some("page");
    view! {
        <a class=class href=entry.href aria-current=current title=title>
            <Icon name=entry.icon />
            <span>{entry.name}</span>
            {(entry.href == "/jobs").then(|| view! { <FailingBadge /> })}
        </a>
    }
    .into_any()
}

/// The sidebar.
#[component]
pub fn Nav() -> impl IntoView {
    view! {
        <nav class="nav" aria-label="Main">
            <a class="nav__brand" href="/" aria-label="AutoReport"><Icon name="square-kanban" /><span>"AutoReport"</span></a>
            {ENTRIES.iter().map(|entry| link(entry, "nav__item")).collect_view()}
            <span class="spacer"></span>
            {width_button()}
        </nav>
    }
    .into_any()
}

/// Narrows or widens the sidebar; a plain form without WebAssembly.
fn width_button() -> impl IntoView {
    let shortcuts = use_context::<Shortcuts>();
    let is_narrow = move || shortcuts.is_some_and(|shortcuts| shortcuts.is_narrow.get());
    let label = move || if is_narrow() { "Widen the sidebar" } else { "Narrow the sidebar" };
    view! {
        <form class="nav__width" method="post" action=SaveSidebar::url() on:submit=move |event| {
            event.prevent_default();
            if let Some(shortcuts) = shortcuts {
                shortcuts.toggle_sidebar();
            }
        }>
            {move || (!is_narrow()).then(|| view! { <input type="hidden" name="narrow" value="on" /> })}
            <button class="nav__item" type="submit" title=move || format!("{} ({})", label(), keys::hint(Action::Sidebar)) aria-keyshortcuts=keys::aria(Action::Sidebar)>
                <Icon name="panel-left" /><span>{label}</span>
            </button>
        </form>
    }
    .into_any()
}

/// The bar at the foot of phones: the four most used entries, and the rest behind "More".
#[component]
pub fn TabBar() -> impl IntoView {
    let path = use_location().pathname;
    let rest_is_current = move || {
        path.with(|path| path == "/more" || ENTRIES[4..].iter().any(|entry| is_current(entry.href, path)))
            .then_some("page")
    };
    view! {
        <nav class="tabbar" aria-label="Main, short">
            {ENTRIES[..4].iter().map(|entry| link(entry, "")).collect_view()}
            <a href="/more" aria-current=rest_is_current><Icon name="ellipsis" /><span>"More"</span></a>
        </nav>
    }
    .into_any()
}

/// What does not fit into the bar.
#[component]
pub fn MorePage() -> impl IntoView {
    view! {
        <crate::ui::Page title="More">
            <ul class="tiles" role="list">
                {ENTRIES[4..].iter().map(|entry| view! { <li class="tile panel">{link(entry, "tile__link")}</li> }).collect_view()}
            </ul>
        </crate::ui::Page>
    }
    .into_any()
}
