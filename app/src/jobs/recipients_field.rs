//! Recipients of a job in its form: one a line, and how many lines there are. Once the page is awake, a field under them
//! proposes the people and groups of the project; what is taken becomes a line.

use leptos::{html::Input, prelude::*};

use crate::{
    domain::recipient::{Known, LINES_MAX},
    error::AppError,
    ui::{Choice, Combobox, TextAreaField},
};

#[cfg(feature = "hydrate")]
use browser as hands;

#[cfg(not(feature = "hydrate"))]
use server as hands;

#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake adds lines"))]
struct State {
    /// The id of the lines.
    name: &'static str,
    known: Signal<Vec<Known>>,
    input: NodeRef<Input>,
    /// What was done last, for who does not see it.
    said: RwSignal<String>,
}

/// A field with a recipient a line.
#[component]
pub fn RecipientsField(
    label: &'static str,
    name: &'static str,
    value: String,
    hint: &'static str,
    /// What the field is called that proposes.
    add: &'static str,
    /// The id of its list of proposals.
    list: &'static str,
    /// Whom it proposes.
    known: Signal<Vec<Known>>,
    error: Signal<Option<AppError>>,
    #[prop(default = 4)] rows: u32,
) -> impl IntoView {
    let lines = |text: &str| text.lines().filter(|line| !line.trim().is_empty()).count();
    let count = RwSignal::new(lines(&value));
    let words = move || {
        let count = count.get();
        (count > 1).then(|| format!("{count} lines; {LINES_MAX} at most."))
    };
    let state = State { name, known, input: NodeRef::new(), said: RwSignal::new(String::new()) };
    // The first view is the same on both sides; without WebAssembly nothing would come of the field.
    let is_awake = RwSignal::new(false);
    Effect::new(move |_| is_awake.set(true));
    let field = move || is_awake.get().then(|| proposing(state, add, list));
    view! {
        <div class="form" on:input=move |event| count.set(lines(&event_target_value(&event)))>
            <TextAreaField label=label name=name value=value hint=hint error=error rows=rows />
            <p class="field__hint" data-count="lines">{words}</p>
        </div>
        {field}
    }
    .into_any()
}

fn proposing(state: State, label: &'static str, list: &'static str) -> AnyView {
    let State { known, input, said, .. } = state;
    let proposals = Signal::derive(move || {
        let choice = |(line, words): &Known| Choice::new(line.clone(), words.clone());
        known.with(|known| known.iter().map(choice).collect::<Vec<_>>())
    });
    let is_hidden = move || known.with(Vec::is_empty);
    view! {
        <div class="field" hidden=is_hidden>
            <input
                class="input"
                type="text"
                list=list
                aria-label=label
                placeholder="Type a name to add a line"
                autocomplete="off"
                dir="auto"
                node_ref=input
                on:change=move |_| hands::add(state)
                on:keydown=move |event| hands::enter(state, &event)
            />
            <Combobox field=input id=list choices=proposals />
            <p class="sr-only" role="status">{move || said.get()}</p>
        </div>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::{Event, EventInit, HtmlTextAreaElement, KeyboardEvent};

    use super::State;
    use crate::{
        domain::recipient::{meant, with_line},
        ui::enters,
    };

    /// Makes a line of what stands in the field, where that is somebody.
    pub fn add(state: State) {
        let Some(field) = state.input.get_untracked() else { return };
        let typed = field.value();
        let Some(line) = state.known.with_untracked(|known| meant(known, &typed)) else { return };
        let found = document().get_element_by_id(state.name);
        let Some(lines) = found.and_then(|found| found.dyn_into::<HtmlTextAreaElement>().ok()) else { return };
        field.set_value("");
        let Some(text) = with_line(&lines.value(), &line) else {
            state.said.set(format!("{line} is there already."));
            return;
        };
        lines.set_value(&text);
        // Whoever listens to the lines hears of it as if it had been typed.
        let bubbling = EventInit::new();
        bubbling.set_bubbles(true);
        if let Ok(event) = Event::new_with_event_init_dict("input", &bubbling) {
            drop(lines.dispatch_event(&event));
        }
        state.said.set(format!("{line} added."));
    }

    /// Enter adds.
    pub fn enter(state: State, event: &KeyboardEvent) {
        if enters(state.input, event) {
            add(state);
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use super::State;

    /// Events do not happen on the server.
    pub fn add(_state: State) {}

    pub fn enter<T>(_state: State, _event: &T) {}
}
