//! The command palette: everything that can be done or opened, found by typing. Without WebAssembly
//! the head has a link to the search page instead.

mod rows;

use std::rc::Rc;

use leptos::{
    html::{Dialog, Input},
    prelude::*,
};
use leptos_router::hooks::use_navigate;
use send_wrapper::SendWrapper;

use self::rows::{Group, Page, Row, Run};
use super::{
    keys::Shortcuts,
    recent::{self, Recent},
};
use crate::{
    accounts::api::set_theme,
    projects::api::list_projects,
    search::api::search_tasks,
    ui::{
        DialogRegions, Icon, Pause, TYPING, keys,
        listbox::{count_aloud, show_option},
    },
};

/// Tasks that are listed.
const TASKS: u32 = 8;

/// The dialog, while it is open.
#[component]
pub fn Palette(shortcuts: Shortcuts) -> impl IntoView {
    // Only a page that is awake opens it, and that has one thread.
    move || shortcuts.palette.get().then(|| Suspend::new(SendWrapper::new(open_palette(shortcuts))))
}

/// Comes in a module of its own: most visits do without it.
#[lazy(palette)]
fn open_palette(shortcuts: Shortcuts) -> AnyView {
    view! { <OpenPalette shortcuts=shortcuts /> }.into_any()
}

/// Does what a row says.
type Runner = StoredValue<Rc<dyn Fn(Row)>, LocalStorage>;

fn run_row(run: Runner, row: Row) {
    if let Some(run) = run.try_get_value() {
        run(row);
    }
}

#[derive(Clone, Copy)]
struct State {
    query: RwSignal<String>,
    /// The row that Enter runs.
    at: RwSignal<usize>,
    rows: Memo<Vec<Row>>,
    field: NodeRef<Input>,
    dialog: NodeRef<Dialog>,
}

#[component]
fn OpenPalette(shortcuts: Shortcuts) -> impl IntoView {
    let (query, page, at) = (RwSignal::new(String::new()), RwSignal::new(Page::Start), RwSignal::new(0));
    let projects = LocalResource::new(|| async { list_projects().await.unwrap_or_default() });
    let (searched, tasks) = (RwSignal::new(String::new()), RwSignal::new(Vec::<Row>::new()));
    look_up_tasks(query, searched, tasks);
    let recents = recent::read();
    let rows = Memo::new(move |_| {
        let known: Vec<Row> = projects.get().map(|list| list.iter().map(rows::project).collect()).unwrap_or_default();
        let found = if page.get() == Page::Start { tasks.get() } else { Vec::new() };
        query.with(|query| rows::all(page.get(), query, &recents, known, found))
    });
    let state = State { query, at, rows, field: NodeRef::new(), dialog: NodeRef::new() };
    Effect::new(move |_| {
        if let Some(dialog) = state.dialog.get() {
            recent::show_modal(&dialog);
            let typed = shortcuts.typed.try_update(std::mem::take).unwrap_or_default();
            query.update(|query| query.push_str(&typed));
        }
    });
    // Another list begins at its first row.
    Effect::new(move |_| {
        rows.track();
        at.set(0);
    });
    let said = count_aloud(Signal::derive(move || {
        let is_complete = query.get() == searched.get();
        let count = rows.with(Vec::len);
        (is_complete && query.with_untracked(|query| !query.is_empty())).then_some(count)
    }));
    let navigate = use_navigate();
    let run: Runner = StoredValue::new_local(Rc::new(move |row: Row| {
        let Row { label, run, .. } = row;
        match run {
            Run::Enter(next) => {
                page.set(next);
                state.clear();
            }
            Run::Go(path) => {
                recent::remember(Recent { label, path: path.clone() });
                state.close();
                navigate(&path, Default::default());
            }
            Run::Keys => {
                state.close();
                shortcuts.help.set(true);
            }
            Run::Sidebar => {
                state.close();
                shortcuts.toggle_sidebar();
            }
            Run::Theme(theme) => {
                state.close();
                leptos::task::spawn_local(async move {
                    if set_theme(theme.to_string(), None).await.is_ok() {
                        recent::wear(theme);
                    }
                });
            }
        }
    }));
    let on_key = {
        move |event: leptos::ev::KeyboardEvent| {
            let count = rows.with(Vec::len);
            match event.key().as_str() {
                _ if event.is_composing() => return,
                "ArrowDown" if count > 0 => state.go(at.get_untracked() + 1),
                "ArrowUp" if count > 0 => state.go(at.get_untracked() + count - 1),
                "Enter" => {
                    if let Some(row) = rows.with(|rows| rows.get(at.get_untracked()).cloned()) {
                        run_row(run, row);
                    }
                }
                "Backspace" if query.with(String::is_empty) && page.get_untracked() != Page::Start => {
                    page.set(Page::Start)
                }
                _ => return,
            }
            event.prevent_default();
        }
    };
    view! {
        <dialog class="dialog palette" aria-label="Search and commands" node_ref=state.dialog on:close=move |_| shortcuts.palette.set(false)
            on:click=move |event| if recent::is_backdrop(&event) { state.close() }
        >
            <div class="palette__head">
                <Icon name="search" />
                {move || page.get().name().map(|name| view! { <span class="badge">{name}</span> })}
                <input
                    class="palette__field" type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list" aria-label="Search and commands"
                    aria-activedescendant=move || rows.with(|rows| (!rows.is_empty()).then(|| format!("palette-{}", at.get())))
                    autocomplete="off" spellcheck="false" placeholder=move || page.get().hint() node_ref=state.field autofocus=true
                    prop:value=move || query.get()
                    on:input=move |event| query.set(event_target_value(&event))
                    on:keydown=on_key
                />
                <kbd>"Esc"</kbd>
            </div>
            {list(state, run)}
            <p class="sr-only" role="status">{move || said.get()}</p>
            <p class="palette__foot">
                <span><kbd>"↑"</kbd>" "<kbd>"↓"</kbd>" choose"</span>
                <span><kbd>"Enter"</kbd>" open"</span>
                {move || (page.get() != Page::Start).then(|| view! { <span><kbd>"Backspace"</kbd>" back"</span> })}
            </p>
            <DialogRegions />
        </dialog>
    }
    .into_any()
}

impl State {
    fn close(self) {
        if let Some(dialog) = self.dialog.get_untracked() {
            dialog.close();
        }
    }

    fn clear(self) {
        self.query.set(String::new());
        if let Some(field) = self.field.get_untracked() {
            drop(field.focus());
        }
    }

    /// Chooses a row, from the end on at the beginning again.
    fn go(self, to: usize) {
        let at = to % self.rows.with_untracked(Vec::len).max(1);
        self.at.set(at);
        show_option(&format!("palette-{at}"));
    }
}

/// The rows, by group.
fn list(state: State, run: Runner) -> impl IntoView {
    let grouped = move || {
        let rows = state.rows.get();
        let mut groups: Vec<(Group, Vec<(usize, Row)>)> = Vec::new();
        for (i, row) in rows.into_iter().enumerate() {
            match groups.last_mut() {
                Some((group, of_group)) if *group == row.group => of_group.push((i, row)),
                _ => groups.push((row.group, vec![(i, row)])),
            }
        }
        if groups.is_empty() {
            return view! { <p class="palette__none">"Nothing found. Other words may help."</p> }.into_any();
        }
        let of_group = |(group, rows): (Group, Vec<(usize, Row)>)| {
            let rows: Vec<_> = rows.into_iter().map(|(i, row)| option(state, i, row, run)).collect();
            view! {
                <div role="group" aria-label=group.label()>
                    <div class="menu__label" aria-hidden="true">{group.label()}</div>
                    {rows}
                </div>
            }
        };
        groups.into_iter().map(of_group).collect_view().into_any()
    };
    view! { <div class="palette__list" id="palette-list" role="listbox" aria-label="Results" tabindex="-1">{grouped}</div> }
}

fn option(state: State, i: usize, row: Row, run: Runner) -> AnyView {
    let (icon, label, note) = (row.icon, row.label.clone(), row.note.clone());
    let hint = row.action.map(keys::caps);
    let is_at = move || state.at.get() == i;
    view! {
        <div class="menu__item" id=format!("palette-{i}") role="option" aria-selected=move || is_at().to_string()
            on:pointermove=move |_| if state.at.get_untracked() != i { state.at.set(i) }
            on:click=move |_| run_row(run, row.clone())
        >
            <Icon name=icon /><span class="palette__label" dir="auto">{label}</span><span class="menu__note" dir="auto">{note}</span>{hint}
        </div>
    }
    .into_any()
}

/// Looks tasks up once the person stops typing; an answer to older words is dropped.
fn look_up_tasks(query: RwSignal<String>, searched: RwSignal<String>, tasks: RwSignal<Vec<Row>>) {
    let pause = Pause::idle();
    Effect::new(move |_| {
        let words = query.get();
        pause.cancel();
        if words.trim().is_empty() {
            tasks.set(Vec::new());
            searched.set(words);
            return;
        }
        let search = move || {
            leptos::task::spawn_local(async move {
                let found = search_tasks(words.clone(), TASKS).await.unwrap_or_default();
                if query.try_get_untracked().as_deref() == Some(words.as_str()) {
                    tasks.set(found.iter().map(rows::task).collect());
                    searched.set(words);
                }
            });
        };
        pause.then(TYPING, search);
    });
}
