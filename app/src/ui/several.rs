//! Several of a list: boxes to tick, as the server sends them and as they stay without WebAssembly. Once the page is
//! awake, what is chosen, and a field that proposes the rest.

use leptos::{
    html::{Div, Input},
    prelude::*,
};

use super::{Choice, Combobox, Icon};

#[cfg(feature = "hydrate")]
use browser as hands;

#[cfg(not(feature = "hydrate"))]
use server as hands;

/// A value, and what it is called.
type Known = (String, String);

#[derive(Clone, Copy)]
struct State {
    label: &'static str,
    list: &'static str,
    name: &'static str,
    choices: Signal<Vec<Known>>,
    /// The values that are chosen, in the order in which they were.
    chosen: RwSignal<Vec<String>>,
    /// What was done last, for who does not see it.
    said: RwSignal<String>,
    /// What cannot stay chosen.
    left_out: RwSignal<String>,
    input: NodeRef<Input>,
}

/// The choice of several. Where the choices change, what is not among them any more is said and not chosen.
#[component]
pub fn Several(
    /// What is asked.
    label: &'static str,
    /// Its id, by which problems name it.
    field: &'static str,
    /// The id of its list of proposals.
    list: &'static str,
    /// The values are sent as `name_0`, `name_1` and so on.
    name: &'static str,
    choices: Signal<Vec<Known>>,
    ticked: Vec<String>,
    /// What is wrong with it.
    problems: AnyView,
) -> impl IntoView {
    let is_known = |id: &String| choices.with_untracked(|choices| choices.iter().any(|(known, _)| known == id));
    let (ticked, lost): (Vec<String>, Vec<String>) = ticked.into_iter().partition(is_known);
    let state = State {
        label,
        list,
        name,
        choices,
        chosen: RwSignal::new(ticked.clone()),
        said: RwSignal::new(String::new()),
        left_out: RwSignal::new(not_here(lost.len())),
        input: NodeRef::new(),
    };
    let (group, is_awake) = (NodeRef::<Div>::new(), RwSignal::new(false));
    // The first view is the same on both sides, and the person may have ticked something by then.
    Effect::new(move |_| {
        if let Some(group) = group.get()
            && !is_awake.get_untracked()
        {
            state.chosen.set(hands::ticked_in(&group));
            is_awake.set(true);
        }
    });
    Effect::new(move |before: Option<Vec<Known>>| {
        let now = choices.get();
        if let Some(before) = before.filter(|before| *before != now) {
            state.leave_out(&before, &now);
        }
        now
    });
    let content = move || if is_awake.get() { picker(state) } else { boxes(state, &ticked) };
    let is_hidden = move || state.choices.with(Vec::is_empty) && state.left_out.with(String::is_empty);
    let label_id = format!("{field}-label");
    let labelled = label_id.clone();
    view! {
        <div class="field" role="group" aria-labelledby=labelled id=field tabindex="-1" node_ref=group hidden=is_hidden>
            <span class="field__label" id=label_id>{label}</span>
            {problems}
            {content}
            <p class="field__hint" role="status">{move || state.left_out.get()}</p>
        </div>
    }
    .into_any()
}

impl State {
    /// What is not chosen yet.
    fn rest(self) -> Vec<Known> {
        self.chosen.with(|chosen| {
            self.choices.with(|choices| choices.iter().filter(|(id, _)| !chosen.contains(id)).cloned().collect())
        })
    }

    /// What a value is called.
    fn words(self, id: &str) -> String {
        let words =
            |choices: &Vec<Known>| choices.iter().find(|(known, _)| known == id).map(|(_, words)| words.clone());
        self.choices.with_untracked(words).unwrap_or_default()
    }

    /// The choices are others now.
    fn leave_out(self, before: &[Known], now: &[Known]) {
        let is_there = |id: &String| now.iter().any(|(known, _)| known == id);
        let lost: Vec<&str> = self.chosen.with_untracked(|chosen| {
            let lost = before.iter().filter(|(id, _)| chosen.contains(id) && !is_there(id));
            lost.map(|(_, words)| words.as_str()).collect()
        });
        self.left_out.set(match lost.is_empty() {
            true => String::new(),
            false => format!("No longer chosen, as this project does not have it: {}.", lost.join(", ")),
        });
        self.chosen.update(|chosen| chosen.retain(is_there));
    }
}

/// That some of what was ticked is not among the choices: their names are not known here.
fn not_here(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "One that was chosen is not of this project, and is no longer chosen.".to_owned(),
        many => format!("{many} that were chosen are not of this project, and are no longer chosen."),
    }
}

fn boxes(state: State, ticked: &[String]) -> AnyView {
    let one = |(number, (id, words)): (usize, Known)| {
        let is_ticked = ticked.contains(&id);
        let name = format!("{}_{number}", state.name);
        view! {
            <label class="choice"><input type="checkbox" name=name value=id checked=is_ticked /><span dir="auto">{words}</span></label>
        }
    };
    let all = state.choices.get().into_iter().enumerate().map(one).collect::<Vec<_>>();
    view! { <div class="choices">{all}</div> }.into_any()
}

fn picker(state: State) -> AnyView {
    let State { label, list, input, .. } = state;
    let proposals = Signal::derive(move || {
        state.rest().into_iter().map(|(_, words)| Choice::new(words.clone(), words)).collect::<Vec<_>>()
    });
    let chips =
        move || state.chosen.get().into_iter().enumerate().map(|(number, id)| chip(state, number, id)).collect_view();
    view! {
        <ul class="chosen" role="list" aria-label=format!("{label}: chosen")>{chips}</ul>
        <input
            class="input"
            type="text"
            list=list
            aria-label=label
            placeholder="Type to add"
            autocomplete="off"
            dir="auto"
            node_ref=input
            on:change=move |_| hands::add(state)
            on:keydown=move |event| hands::enter(state, &event)
        />
        <Combobox field=input id=list choices=proposals />
        <p class="sr-only" role="status">{move || state.said.get()}</p>
    }
    .into_any()
}

/// One that is chosen.
fn chip(state: State, number: usize, id: String) -> AnyView {
    let words = state.words(&id);
    let name = format!("{}_{number}", state.name);
    let remove_label = format!("Remove {words}");
    let (value, gone) = (id.clone(), words.clone());
    let remove = move |_| {
        state.chosen.update(|chosen| chosen.retain(|other| *other != id));
        state.said.set(format!("{gone} removed."));
        hands::focus(state);
    };
    view! {
        <li class="chosen__one">
            <input type="hidden" name=name value=value />
            <span class="label" dir="auto">{words}</span>
            <button class="icon-btn" type="button" aria-label=remove_label title="Remove" on:click=remove><Icon name="x" /></button>
        </li>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::{HtmlDivElement, HtmlInputElement, KeyboardEvent};

    use super::State;
    use crate::ui::enters;

    /// The values of the boxes that are ticked now.
    pub fn ticked_in(group: &HtmlDivElement) -> Vec<String> {
        let Ok(found) = group.query_selector_all("input[type=checkbox]:checked") else { return Vec::new() };
        let ticked = |at: u32| found.item(at)?.dyn_into::<HtmlInputElement>().ok();
        (0..found.length()).filter_map(ticked).map(|ticked| ticked.value()).collect()
    }

    /// Adds what stands in the field, where that is one of the list.
    pub fn add(state: State) {
        let Some(field) = state.input.get_untracked() else { return };
        let typed = field.value().trim().to_lowercase();
        let rest = untrack(move || state.rest());
        let Some((id, words)) = rest.into_iter().find(|(_, words)| words.to_lowercase() == typed) else { return };
        field.set_value("");
        state.chosen.update(|chosen| chosen.push(id));
        state.said.set(format!("{words} added."));
    }

    /// Enter adds.
    pub fn enter(state: State, event: &KeyboardEvent) {
        if enters(state.input, event) {
            add(state);
        }
    }

    /// The button that had the focus is gone: it goes to the field.
    pub fn focus(state: State) {
        if let Some(field) = state.input.get_untracked() {
            drop(field.focus());
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use super::State;

    /// Effects do not run on the server.
    pub fn ticked_in<T>(_group: &T) -> Vec<String> {
        Vec::new()
    }

    /// Nor do events happen there.
    pub fn add(_state: State) {}

    pub fn enter<T>(_state: State, _event: &T) {}

    pub fn focus(_state: State) {}
}

#[cfg(test)]
mod tests {
    use super::not_here;

    #[test]
    fn what_cannot_stay_chosen_is_counted() {
        assert_eq!(not_here(0), "");
        assert!(not_here(1).starts_with("One that was chosen is not of this project"));
        assert!(not_here(2).starts_with("2 that were chosen are not of this project"));
    }
}
