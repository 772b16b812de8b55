//! The frame of a settings page: the list of sections beside one of them.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{Icon, Page};
use crate::domain::account::{Me, Role};

struct Section {
    name: &'static str,
    icon: &'static str,
    href: &'static str,
    /// Who sees it.
    role: Role,
}

const SECTIONS: &[Section] = &[
    Section { name: "Profile", icon: "user", href: "/settings/profile", role: Role::Member },
    Section { name: "Security", icon: "shield", href: "/settings/security", role: Role::Member },
    Section { name: "Alarms", icon: "bell", href: "/settings/alarms", role: Role::Member },
    Section { name: "People", icon: "user", href: "/settings/people", role: Role::Admin },
    Section { name: "Groups", icon: "users", href: "/settings/groups", role: Role::Admin },
    Section { name: "Mail", icon: "mail", href: "/settings/mail", role: Role::Admin },
    Section { name: "Git archive", icon: "git-branch", href: "/settings/git", role: Role::Admin },
    Section { name: "No mail", icon: "mail-x", href: "/settings/suppressions", role: Role::Admin },
    Section { name: "Retention", icon: "archive", href: "/settings/retention", role: Role::Admin },
];

/// The settings as a whole. Where there is room for both, the first section stands beside the list of all; on a phone the
/// list stands alone, and leads to a page for each.
const HOME: &str = "/settings";

/// A page of the settings.
#[component]
pub fn SettingsPage(#[prop(into)] title: String, #[prop(into)] lead: String, children: Children) -> impl IntoView {
    let path = use_location().pathname;
    let role = use_context::<Me>().map_or(Role::Member, |me| me.role);
    let is_home = path.with_untracked(|path| path.trim_end_matches('/') == HOME);
    let (title, lead) = match (is_home, role) {
        (false, _) => (title, lead),
        (true, Role::Admin) => ("Settings".to_owned(), "Your own settings, and those for everybody.".to_owned()),
        (true, _) => ("Settings".to_owned(), "Your own settings.".to_owned()),
    };
    let entry = move |section: &'static Section| {
        let is_first = is_home && section.href == SECTIONS[0].href;
        let is_below = move |path: &String| path == section.href || path.starts_with(&format!("{}/", section.href));
        let is_current = move || is_first || path.with(is_below);
        view! {
            <li>
                <a href=section.href aria-current=move || is_current().then_some("page")><Icon name=section.icon />{section.name}</a>
            </li>
        }
    };
    view! {
        <Page title=title lead=lead>
            <div class="split is-nav is-settings" class:is-home=is_home>
                <nav class="sidenav" aria-label="Settings">
                    <ul role="list">
                        {SECTIONS.iter().filter(|section| section.role == Role::Member || role == Role::Admin).map(entry).collect_view()}
                    </ul>
                </nav>
                <div class="stack">
                    {(!is_home).then(|| view! { <a class="link all-settings" href=HOME><Icon name="chevron-left" />"All settings"</a> })}
                    {children()}
                </div>
            </div>
        </Page>
    }
    .into_any()
}
