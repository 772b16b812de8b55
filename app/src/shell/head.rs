//! The head: the part of the site, and the person's menu.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_location;

use super::keys::Shortcuts;
use crate::{
    accounts::api::{SetTheme, SignOut},
    domain::account::{self, Me, Theme},
    notifications::Bell,
    tasks::Here,
    ui::{
        Avatar, Icon,
        keys::{self, Action},
    },
};

/// The part of the site that a path belongs to.
fn crumb(path: &str) -> &'static str {
    match path.split('/').nth(1).unwrap_or_default() {
        "" => "Dashboard",
        "board" => "Board",
        "tasks" => "Task",
        "jobs" => "Jobs",
        "reports" => "Reports",
        "outbox" => "Outbox",
        "templates" => "Templates",
        "projects" => "Projects",
        "import" => "Import",
        "settings" => "Settings",
        "search" => "Search",
        "my-work" => "My work",
        "notifications" => "Notifications",
        _ => "AutoReport",
    }
}

#[component]
pub fn Head(me: Me, theme: Theme) -> impl IntoView {
    let location = use_location();
    let path = location.pathname;
    let here = move || {
        format!(
            "{}{}",
            location.pathname.get(),
            location.search.with(|search| if search.is_empty() { String::new() } else { format!("?{search}") })
        )
    };
    let theme_button = move |value: Theme, icon: &'static str, label: &'static str| {
        view! {
            <button class="menu__item" type="submit" name="theme" value=value.as_str() aria-pressed=(value == theme).to_string()>
                <Icon name=icon />{label}
            </button>
        }
    };
    let shortcuts = use_context::<Shortcuts>();
    view! {
        <header class="head">
            <span class="crumb">{move || path.with(|path| crumb(path))}</span>
            <span class="spacer"></span>
            {search_button(shortcuts)}
            <Here />
            <Bell />
            <button type="button" class="account__button" popovertarget="account-menu" aria-label=format!("{}, account of {}", account::initials(&me.name), me.name)>
                <Avatar name=me.name.clone() />
            </button>
            <div id="account-menu" class="menu account__menu" popover="auto">
                    <p class="menu__label">{me.name.clone()}<br /><span class="field__hint">{me.email.clone()}</span></p>
                    <a class="menu__item" href="/settings/profile"><Icon name="user" />"Profile"</a>
                    <a class="menu__item" href="/keys" aria-keyshortcuts=keys::aria(Action::Help) on:click=move |event| if let Some(shortcuts) = shortcuts {
                        event.prevent_default();
                        shortcuts.help.set(true);
                    }>
                        <Icon name="keyboard" />"Keys"{keys::caps(Action::Help)}
                    </a>
                    <form method="post" action=SetTheme::url()>
                        <input type="hidden" name="next" value=here />
                        {theme_button(Theme::System, "monitor", "Colours of the device")}
                        {theme_button(Theme::Light, "sun", "Light")}
                        {theme_button(Theme::Dark, "moon", "Dark")}
                    </form>
                    <form method="post" action=SignOut::url()>
                        <button class="menu__item" type="submit"><Icon name="log-out" />"Sign out"</button>
                    </form>
            </div>
        </header>
    }
    .into_any()
}

/// Opens the palette; a link to the search page without WebAssembly.
fn search_button(shortcuts: Option<Shortcuts>) -> impl IntoView {
    view! {
        <a class="btn is-ghost head__search" href="/search" aria-keyshortcuts=keys::aria(Action::Palette) on:click=move |event| if let Some(shortcuts) = shortcuts {
            event.prevent_default();
            shortcuts.palette.set(true);
        }>
            <Icon name="search" /><span>"Search"</span>{keys::caps(Action::Palette)}
        </a>
    }
    .into_any()
}
