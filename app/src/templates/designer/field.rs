//! Fields of the designer. Their names are those of [`fields`](crate::domain::template::fields), so that what is typed is
//! read alike by the page and from a plain form; their ids begin with what they belong to.

use leptos::prelude::*;

use crate::{
    error::AppError,
    ui::{Choice, textarea_html},
};

/// What a field of text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// One line.
    Line,
    /// One line in which variables are filled in.
    LineWithVariables,
    /// Several of them.
    Several,
}

/// What is said of fields: what breaks a rule, by their names.
pub type Said = Memo<Option<AppError>>;

/// A field of text.
pub fn text(scope: &str, name: &str, label: &'static str, hint: &'static str, value: String, kind: Text) -> AnyView {
    any_text(scope, name, label, hint, value, kind, None)
}

/// A field of text of the mail as a whole, with what is said of it. What is around it has the name for an id: there the
/// summary of a refused form leads.
pub fn checked_text(
    said: Said,
    name: &str,
    label: &'static str,
    hint: &'static str,
    value: String,
    kind: Text,
) -> AnyView {
    any_text("mail", name, label, hint, value, kind, Some(said))
}

fn any_text(
    scope: &str,
    name: &str,
    label: &'static str,
    hint: &'static str,
    value: String,
    kind: Text,
    said: Option<Said>,
) -> AnyView {
    let id = format!("{scope}-{name}");
    let hint_id = (!hint.is_empty()).then(|| format!("{id}-hint"));
    let (described, bad) = (described(said, name.to_owned(), hint_id.clone()), bad(said, name.to_owned()));
    let said = said.map(|said| (said, name.to_owned()));
    let sent = sent(name);
    let variables = (kind != Text::Line).then_some("");
    let field = match kind {
        Text::Several => view! {
            <textarea class="input" id=id.clone() name=sent rows="3" aria-describedby=described aria-invalid=bad data-variables=variables dir="auto" spellcheck="true" inner_html=textarea_html(&value)></textarea>
        }
        .into_any(),
        Text::Line | Text::LineWithVariables => view! {
            <input class="input" id=id.clone() name=sent type="text" value=value aria-describedby=described aria-invalid=bad data-variables=variables autocomplete="off" dir="auto" />
        }
        .into_any(),
    };
    around(id, label, hint_id, hint, said, field)
}

/// A field for a number.
pub fn number(scope: &str, name: &str, label: &'static str, value: u32, (min, max): (u32, u32)) -> AnyView {
    let id = format!("{scope}-{name}");
    let field = view! {
        <input class="input is-fit" id=id.clone() name=sent(name) type="number" inputmode="numeric" min=min.to_string() max=max.to_string() value=value.to_string() />
    };
    around(id, label, None, "", None, field.into_any())
}

/// A choice of one among a few.
pub fn select(scope: &str, name: &str, label: &'static str, choices: Vec<Choice>, value: &str) -> AnyView {
    let id = format!("{scope}-{name}");
    let options = options(choices, value);
    let field = view! { <select class="input" id=id.clone() name=sent(name)>{options}</select> };
    around(id, label, None, "", None, field.into_any())
}

/// The options of a `<select>`.
pub fn options(choices: Vec<Choice>, value: &str) -> Vec<AnyView> {
    let option = |choice: Choice| {
        let is_chosen = choice.value == value;
        view! { <option value=choice.value selected=is_chosen>{choice.label}</option> }.into_any()
    };
    choices.into_iter().map(option).collect()
}

/// A box to tick.
pub fn tick(name: &str, label: &'static str, is_on: bool) -> AnyView {
    view! {
        <label class="choice"><input type="checkbox" name=sent(name) value="on" checked=is_on /><span>{label}</span></label>
    }
    .into_any()
}

/// Boxes with the place of each: those that are ticked are shown in the order of their numbers.
pub fn ordered(legend: &'static str, all: Vec<(&'static str, &'static str)>, chosen: Vec<&'static str>) -> AnyView {
    let place = |word: &str| chosen.iter().position(|other| *other == word);
    let mut rows: Vec<_> =
        all.into_iter().map(|(word, label)| (place(word).unwrap_or(usize::MAX), word, label)).collect();
    rows.sort_by_key(|(place, ..)| *place);
    let row = |(at, (place, word, label)): (usize, (usize, &'static str, &'static str))| {
        let is_on = place != usize::MAX;
        view! {
            <li>
                <label class="choice"><input type="checkbox" name=sent(&format!("show_{word}")) value="on" checked=is_on /><span>{label}</span></label>
                <input class="input is-fit" type="number" min="1" max="9" name=sent(&format!("order_{word}")) value=(at + 1).to_string() aria-label=format!("Place of {label}") />
            </li>
        }
        .into_any()
    };
    let rows = rows.into_iter().enumerate().map(row).collect_view();
    view! {
        <fieldset class="fieldset">
            <legend class="field__label">{legend}</legend>
            <p class="field__hint">"Tick what is shown; the numbers say in which order."</p>
            <ul class="ordered" role="list">{rows}</ul>
        </fieldset>
    }
    .into_any()
}

fn around(
    id: String,
    label: &'static str,
    hint_id: Option<String>,
    hint: &'static str,
    said: Option<(Said, String)>,
    field: AnyView,
) -> AnyView {
    let place = said.as_ref().map(|(_, name)| name.clone());
    view! {
        <div class="field" id=place>
            <label class="field__label" for=id>{label}</label>
            {hint_id.map(|id| view! { <span class="field__hint" id=id>{hint}</span> })}
            {said.map(|(said, name)| problem(said, name))}
            {field}
        </div>
    }
    .into_any()
}

/// The name under which a field is sent.
pub fn sent(name: &str) -> String {
    format!("fields[{name}]")
}

/// What is wrong with a field or a block, beside it.
pub fn problem(said: Said, field: String) -> AnyView {
    let words = move || {
        let words: Vec<_> = said.with(|said| {
            let found = said
                .iter()
                .flat_map(|error| error.problems_of(&field).map(|it| it.problem.words()).collect::<Vec<_>>());
            found.collect()
        });
        (!words.is_empty()).then(|| view! { <p class="field__error" id=problem_id(&field)>{words.join(". ")}</p> })
    };
    view! { {words} }.into_any()
}

fn problem_id(field: &str) -> String {
    format!("{field}-problem")
}

/// `aria-invalid` of a field.
pub fn bad(said: Option<Said>, field: String) -> impl Fn() -> Option<&'static str> + Clone + Send + Sync + 'static {
    move || is_bad(said, &field).then_some("true")
}

/// `aria-describedby` of a field: its hint, and what is wrong with it.
pub fn described(
    said: Option<Said>,
    field: String,
    hint_id: Option<String>,
) -> impl Fn() -> Option<String> + Clone + Send + Sync + 'static {
    move || {
        let problem = is_bad(said, &field).then(|| problem_id(&field));
        let ids: Vec<String> = hint_id.clone().into_iter().chain(problem).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

fn is_bad(said: Option<Said>, field: &str) -> bool {
    said.is_some_and(|said| {
        said.with(|said| said.as_ref().is_some_and(|error| error.problems_of(field).next().is_some()))
    })
}
