//! Proposals for a field: a list under it that typing narrows, the editable combobox of the ARIA
//! practices. Anything may still be typed. Before the page is awake, and without WebAssembly, it is
//! the browser's own `<datalist>`.

mod matching;

use leptos::{
    html::{Div, Input},
    prelude::*,
};

use self::matching::{Found, Narrowing, narrow, pieces};
use super::{Choice, listbox::count_aloud};

#[cfg(feature = "hydrate")]
mod hands;

#[cfg(feature = "hydrate")]
pub use hands::enters;
#[cfg(feature = "hydrate")]
use hands::{show, take, take_over};

#[cfg(not(feature = "hydrate"))]
use server::{show, take, take_over};

#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake opens the list"))]
struct State {
    id: &'static str,
    field: NodeRef<Input>,
    popup: NodeRef<Div>,
    choices: Signal<Vec<Choice>>,
    /// What stood in the field when the person last opened the list or typed.
    typed: RwSignal<String>,
    /// Whether they have typed it.
    is_typed: RwSignal<bool>,
    is_open: RwSignal<bool>,
    /// The value that Enter takes.
    active: RwSignal<Option<String>>,
    /// Without rows there is no list, open or not.
    found: Memo<Found>,
}

/// The proposals of a field that has `list=id` and this `field` as its reference. A choice that is
/// taken is typed into the field: whoever listens to its `input` hears of it.
#[component]
pub fn Combobox(
    field: NodeRef<Input>,
    id: &'static str,
    #[prop(into)] choices: Signal<Vec<Choice>>,
    /// The choices are the server's answer to what was typed; none of them is left out here.
    #[prop(optional)]
    is_answer: bool,
) -> impl IntoView {
    let (typed, is_typed, is_open) = (RwSignal::new(String::new()), RwSignal::new(false), RwSignal::new(false));
    let found = Memo::new(move |_| {
        if !is_open.get() {
            return Found::default();
        }
        let narrowing = match (is_answer, is_typed.get()) {
            (true, _) => Narrowing::Done,
            (false, true) => Narrowing::Words,
            (false, false) => Narrowing::Nothing,
        };
        typed.with(|typed| choices.with(|choices| narrow(choices, typed, narrowing)))
    });
    let (popup, active) = (NodeRef::new(), RwSignal::new(None));
    let state = State { id, field, popup, choices, typed, is_typed, is_open, active, found };
    // The first view is the same on both sides.
    let is_awake = RwSignal::new(false);
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            take_over(&field, state);
            is_awake.set(true);
        }
    });
    Effect::new(move |_| show(state));
    let said = count_aloud(Signal::derive(move || {
        let total = found.with(|found| found.total);
        // That nothing fits is worth a word to who has typed; not while the server is asked.
        let is_known = total > 0 || (is_typed.get() && !is_answer);
        (is_open.get() && is_known).then_some(total)
    }));
    (move || if is_awake.get() { list(state, said) } else { datalist(id, choices) }).into_any()
}

impl State {
    fn is_active(self, value: &str) -> bool {
        self.active.with(|active| active.as_deref() == Some(value))
    }
}

fn datalist(id: &'static str, choices: Signal<Vec<Choice>>) -> AnyView {
    let option = |choice: Choice| {
        let Choice { value, label, .. } = choice;
        let label = (label != value).then_some(label);
        view! { <option value=value label=label></option> }
    };
    view! { <datalist id=id>{move || choices.get().into_iter().map(option).collect_view()}</datalist> }.into_any()
}

fn list(state: State, said: RwSignal<String>) -> AnyView {
    let rows = move || {
        state.found.with(|found| {
            let rows = found.rows.iter().enumerate();
            rows.map(|(i, choice)| option(state, i, choice, &found.wanted)).collect_view()
        })
    };
    let left = move || {
        let left = state.found.with(Found::left);
        (left > 0).then(|| view! { <p class="menu__label">{format!("{left} more, type on")}</p> })
    };
    // A press on the list leaves the focus in the field.
    view! {
        <div class="menu combobox" popover="manual" node_ref=state.popup on:mousedown=move |event| event.prevent_default()>
            <div class="combobox__list" role="listbox" id=state.id aria-label="Proposals" tabindex="-1">{rows}</div>
            {left}
        </div>
        <p class="sr-only" role="status">{move || said.get()}</p>
    }
    .into_any()
}

fn option(state: State, i: usize, choice: &Choice, wanted: &str) -> AnyView {
    let Choice { value, label, hue } = choice.clone();
    let note = (value != label).then(|| view! { <span class="menu__note" dir="auto">{marked(&value, wanted)}</span> });
    let swatch = hue.map(|hue| view! { <span class="label" data-hue=hue.to_string() aria-hidden="true"></span> });
    let words = marked(&label, wanted);
    let taken = value.clone();
    view! {
        <div class="menu__item" role="option" id=option_id(state.id, i) aria-selected=move || state.is_active(&value).to_string()
            on:click=move |_| take(state, &taken)
        >
            {swatch}
            <span dir="auto">{words}</span>
            {note}
        </div>
    }
    .into_any()
}

fn option_id(id: &str, i: usize) -> String {
    format!("{id}-{i}")
}

/// A text with what was asked for marked.
fn marked(text: &str, wanted: &str) -> Vec<AnyView> {
    let piece = |(piece, is_wanted): (String, bool)| match is_wanted {
        true => view! { <mark>{piece}</mark> }.into_any(),
        false => piece.into_any(),
    };
    pieces(text, wanted).into_iter().map(piece).collect()
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use super::State;

    /// Effects do not run on the server.
    pub fn take_over<T>(_field: &T, _state: State) {}

    pub fn show(_state: State) {}

    pub fn take(_state: State, _value: &str) {}
}
