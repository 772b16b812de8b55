//! The navigation: a sidebar, an icon rail on tablets, a bar at the foot of phones.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::ui::Icon;

struct Entry {
    name: &'static str,
    icon: &'static str,
    href: &'static str,
}

/// The entries that exist, in order.
const ENTRIES: &[Entry] = &[
    Entry { name: "Dashboard", icon: "layout-dashboard", href: "/" },
    Entry { name: "Board", icon: "square-kanban", href: "/board" },
    Entry { name: "Jobs", icon: "calendar-clock", href: "/jobs" },
    Entry { name: "Reports", icon: "archive", href: "/reports" },
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
    let current = move || path.with(|path| is_current(entry.href, path)).then_some("page");
    view! {
        <a class=class href=entry.href aria-current=current title=entry.name>
            <Icon name=entry.icon />
            <span>{entry.name}</span>
        </a>
    }
    .into_any()
}

/// The sidebar.
#[component]
pub fn Nav() -> impl IntoView {
    view! {
        <nav class="nav" aria-label="Main">
            <a class="nav__brand" href="/"><Icon name="square-kanban" /><span>"AutoReport"</span></a>
            {ENTRIES.iter().map(|entry| link(entry, "nav__item")).collect_view()}
        </nav>
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
