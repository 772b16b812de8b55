//! The keys that work on every page, and what they open.

use leptos::{html::Dialog, prelude::*};
use send_wrapper::SendWrapper;

use super::{api::save_sidebar, recent};
use crate::{
    domain::account::Me,
    ui::{DialogRegions, Icon, Page, keys::KeysTable},
};

/// What the keys of the shell change.
#[derive(Clone, Copy)]
pub struct Shortcuts {
    pub palette: RwSignal<bool>,
    /// What was typed since the palette was asked for and before it was there.
    pub typed: RwSignal<String>,
    pub help: RwSignal<bool>,
    /// Whether the sidebar shows icons alone.
    pub is_narrow: RwSignal<bool>,
}

impl Shortcuts {
    /// Makes them known to all below, and listens.
    pub fn provide(is_narrow: bool, uses_singles: bool) -> Self {
        let shortcuts = Self {
            palette: RwSignal::new(false),
            typed: RwSignal::default(),
            help: RwSignal::new(false),
            is_narrow: RwSignal::new(is_narrow),
        };
        provide_context(shortcuts);
        listen(shortcuts, uses_singles);
        shortcuts
    }

    /// Narrows or widens the sidebar, and remembers it.
    pub fn toggle_sidebar(self) {
        self.is_narrow.update(|is_narrow| *is_narrow = !*is_narrow);
        let is_narrow = self.is_narrow.get_untracked();
        leptos::task::spawn_local(async move {
            // Nothing is lost where it cannot be remembered.
            drop(save_sidebar(is_narrow.then(|| "on".into())).await);
        });
    }
}

/// The list of keys, over the page, while it is open.
#[component]
pub fn KeysDialog(shortcuts: Shortcuts) -> impl IntoView {
    // Only a page that is awake opens it, and that has one thread.
    move || shortcuts.help.get().then(|| Suspend::new(SendWrapper::new(open_keys_dialog(shortcuts))))
}

/// Comes with the palette.
#[lazy(palette)]
fn open_keys_dialog(shortcuts: Shortcuts) -> AnyView {
    view! { <OpenKeysDialog shortcuts=shortcuts /> }.into_any()
}

#[component]
fn OpenKeysDialog(shortcuts: Shortcuts) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let is_without_singles = use_context::<Me>().is_some_and(|me| !me.uses_shortcuts);
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            recent::show_modal(&dialog);
        }
    });
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    view! {
        <dialog class="dialog is-wide" aria-labelledby="keys-title" node_ref=dialog on:close=move |_| shortcuts.help.set(false)
            on:click=move |event| if recent::is_backdrop(&event) { close() }
        >
            <div class="dialog__head">
                <h2 id="keys-title">"Keys"</h2>
                <button class="icon-btn" type="button" aria-label="Close" autofocus=true on:click=move |_| close()><Icon name="x" /></button>
            </div>
            <div class="dialog__body"><KeysTable is_without_singles=is_without_singles /></div>
            <DialogRegions />
        </dialog>
    }
    .into_any()
}

/// The list of keys as a page of its own: what the menu leads to without WebAssembly.
#[component]
pub fn KeysPage() -> impl IntoView {
    let is_without_singles = use_context::<Me>().is_some_and(|me| !me.uses_shortcuts);
    view! {
        <Page title="Keys" lead="What the keyboard does, where.">
            <section class="panel is-padded"><h2 class="sr-only">"All keys"</h2><KeysTable is_without_singles=is_without_singles /></section>
        </Page>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
use browser::listen;

#[cfg(not(feature = "hydrate"))]
use server::listen;

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    use leptos::{ev, prelude::*};
    use leptos_router::hooks::use_navigate;
    use wasm_bindgen::JsCast;
    use web_sys::HtmlElement;

    use super::Shortcuts;
    use crate::shell::recent;
    use crate::ui::keys::{self, Action, Place};
    use crate::ui::listeners::{Hears, Listeners};

    /// Listens on the window: whatever stands in the page comes first.
    pub fn listen(shortcuts: Shortcuts, uses_singles: bool) {
        let navigate = use_navigate();
        let hear = move |event: ev::KeyboardEvent| {
            let action = keys::pressed(&event, Place::Anywhere, uses_singles);
            // The palette opens from fields too, and parts are left from them; neither is anything that somebody types.
            if keys::is_for_field(&event) && !matches!(action, Some(Action::Palette | Action::NextPart)) {
                return;
            }
            let go = |path: &str| {
                navigate(path, Default::default());
                true
            };
            let is_done = match action {
                Some(Action::Palette) => {
                    match shortcuts.palette.get_untracked() {
                        true => recent::close_palette(),
                        false => shortcuts.palette.set(true),
                    }
                    true
                }
                Some(Action::Help) => {
                    shortcuts.help.set(true);
                    true
                }
                Some(Action::Filter) => {
                    let is_focused = focus_first("main input[type=search]");
                    if !is_focused {
                        shortcuts.palette.set(true);
                    }
                    true
                }
                Some(Action::NewTask) => go("/tasks/new"),
                Some(Action::GoDashboard) => go("/"),
                Some(Action::GoBoard) => go("/board"),
                Some(Action::GoJobs) => go("/jobs"),
                Some(Action::GoReports) => go("/reports"),
                Some(Action::GoTemplates) => go("/templates"),
                Some(Action::GoSettings) => go("/settings/profile"),
                Some(Action::Sidebar) => {
                    shortcuts.toggle_sidebar();
                    true
                }
                Some(Action::NextPart) => focus_next_part(),
                Some(Action::Notifications) => focus_first(".toasts .toast:last-child .btn"),
                _ => false,
            };
            if is_done {
                event.prevent_default();
            }
        };
        Effect::new(move |_| {
            let handle = window_event_listener(ev::keydown, hear.clone());
            on_cleanup(move || handle.remove());
            let mut listeners = Listeners::default();
            let window: web_sys::EventTarget = window().into();
            listeners.on(&window, "keydown", Hears::Capturing, move |event| keep_typed(shortcuts, &event));
            StoredValue::new_local(listeners);
        });
        // Whatever asked for it: a key, or a press on Search.
        Effect::new(move |_| {
            if shortcuts.palette.get() {
                shortcuts.typed.set(String::new());
                give_up_after_a_while(shortcuts);
            }
        });
    }

    /// How long the palette may take to come before the keyboard belongs to the page again.
    const PATIENCE: Duration = Duration::from_secs(5);

    /// Without a network the palette's module never comes; nobody must be left with a dead keyboard.
    fn give_up_after_a_while(shortcuts: Shortcuts) {
        let give_up = move || {
            if shortcuts.palette.try_get_untracked() == Some(true) && !recent::is_palette_open() {
                shortcuts.palette.set(false);
            }
        };
        if let Ok(handle) = set_timeout_with_handle(give_up, PATIENCE) {
            // Opened again, it has all of its time again.
            on_cleanup(move || handle.clear());
        }
    }

    /// The palette comes in a module of its own. What is typed before it is there is meant for it, not for
    /// what has the focus until then. Keys that type nothing stay with the page.
    fn keep_typed(shortcuts: Shortcuts, event: &ev::KeyboardEvent) {
        let has_modifier = event.ctrl_key() || event.meta_key() || event.alt_key();
        if has_modifier || !shortcuts.palette.get_untracked() || recent::is_palette_open() {
            return;
        }
        let key = event.key();
        match key.as_str() {
            "Escape" => shortcuts.palette.set(false),
            "Backspace" => shortcuts.typed.update(|typed| {
                typed.pop();
            }),
            letter if letter.chars().count() == 1 => shortcuts.typed.update(|typed| typed.push_str(letter)),
            // It would press what has the focus behind the palette.
            "Enter" => {}
            _ => return,
        }
        event.prevent_default();
        event.stop_immediate_propagation();
    }

    /// The parts of a page, and what in each takes the focus.
    const PARTS: [(&str, &str); 3] =
        [("main .drawer", "main .drawer"), (".toasts", ".toasts .toast:last-child .btn"), ("main", "main")];

    /// The focus goes to the next part that is there, behind the last one to the first. A drawer stands within the page,
    /// so it is looked for before.
    fn focus_next_part() -> bool {
        let focused = document().active_element();
        let is_in = |part: &str| focused.as_ref().is_some_and(|focused| focused.closest(part).ok().flatten().is_some());
        let here = PARTS.iter().position(|(part, _)| is_in(part)).unwrap_or(PARTS.len() - 1);
        (1..=PARTS.len()).any(|step| focus_first(PARTS[(here + step) % PARTS.len()].1))
    }

    fn focus_first(selector: &str) -> bool {
        let found = document().query_selector(selector).ok().flatten();
        found.and_then(|found| found.dyn_into::<HtmlElement>().ok()).is_some_and(|found| found.focus().is_ok())
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use super::Shortcuts;

    /// The server hears no keys.
    pub fn listen(_shortcuts: Shortcuts, _uses_singles: bool) {}
}
