//! Fields of the designer. Their names are those of [`fields`](crate::domain::template::fields), so that what is typed is
//! read alike by the page and from a plain form; their ids begin with what they belong to.

use leptos::prelude::*;

use crate::{
    domain::template::place::BlockPlace,
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
    /// HTML in which variables are filled in.
    Html,
}

/// What is said of fields: what breaks a rule, by their names.
pub type Said = Memo<Option<AppError>>;

/// What fields belong to, with what is said of them: the mail as a whole, or a block of it.
#[derive(Clone, Copy)]
pub struct Scope {
    said: Said,
    block: Option<u32>,
}

impl Scope {
    /// The fields of the mail as a whole.
    pub const fn mail(said: Said) -> Self {
        Self { said, block: None }
    }

    /// The fields of a block.
    pub const fn block(said: Said, id: u32) -> Self {
        Self { said, block: Some(id) }
    }

    /// How a problem names a field. What is around the field has it for an id: there the summary of a refused form leads.
    fn place(self, name: &str) -> String {
        self.block.map_or_else(|| name.to_owned(), |block| BlockPlace::of(block, name).to_string())
    }

    fn id(self, name: &str) -> String {
        id_of(self.block, name)
    }
}

/// The id of a field, of a block or of the mail as a whole.
pub fn id_of(block: Option<u32>, name: &str) -> String {
    block.map_or_else(|| format!("mail-{name}"), |block| format!("b{block}-{name}"))
}

/// What an empty field of HTML shows; it is no part of the mail.
const EXAMPLE: &str = "<p style=\"margin:0\">Words of your own</p>";

/// A field of text.
pub fn text(scope: Scope, name: &str, label: &'static str, hint: &'static str, value: String, kind: Text) -> AnyView {
    let (id, place, sent) = (scope.id(name), scope.place(name), sent(name));
    let described = described(Some(scope.said), place.clone(), hint_id(scope, name, hint));
    let bad = bad(Some(scope.said), place);
    let variables = (kind != Text::Line).then_some("");
    let field = match kind {
        Text::Several => view! {
            <textarea class="input" id=id name=sent rows="3" aria-describedby=described aria-invalid=bad data-variables=variables dir="auto" spellcheck="true" inner_html=textarea_html(&value)></textarea>
        }
        .into_any(),
        Text::Html => view! {
            <textarea class="input is-mono" id=id name=sent rows="6" placeholder=EXAMPLE aria-describedby=described aria-invalid=bad data-variables=variables spellcheck="false" inner_html=textarea_html(&value)></textarea>
        }
        .into_any(),
        Text::Line | Text::LineWithVariables => view! {
            <input class="input" id=id name=sent type="text" value=value aria-describedby=described aria-invalid=bad data-variables=variables autocomplete="off" dir="auto" />
        }
        .into_any(),
    };
    around(scope, name, label, hint, field)
}

/// A field for a number.
pub fn number(scope: Scope, name: &str, label: &'static str, value: u32, (min, max): (u32, u32)) -> AnyView {
    let (id, place) = (scope.id(name), scope.place(name));
    let (described, bad) = (described(Some(scope.said), place.clone(), None), bad(Some(scope.said), place));
    let field = view! {
        <input class="input is-fit" id=id name=sent(name) type="number" inputmode="numeric" min=min.to_string() max=max.to_string() value=value.to_string() aria-describedby=described aria-invalid=bad />
    };
    around(scope, name, label, "", field.into_any())
}

/// A choice of one among a few.
pub fn select(scope: Scope, name: &str, label: &'static str, choices: Vec<Choice>, value: &str) -> AnyView {
    let (id, place) = (scope.id(name), scope.place(name));
    let (described, bad) = (described(Some(scope.said), place.clone(), None), bad(Some(scope.said), place));
    let options = options(choices, value);
    let field = view! { <select class="input" id=id name=sent(name) aria-describedby=described aria-invalid=bad>{options}</select> };
    around(scope, name, label, "", field.into_any())
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

/// Boxes with the place of each: those that are ticked are shown in the order of their numbers. The first box has the id of
/// the field.
pub fn ordered(
    scope: Scope,
    name: &str,
    legend: &'static str,
    all: Vec<(&'static str, &'static str)>,
    chosen: Vec<&'static str>,
) -> AnyView {
    let place_of = |word: &str| chosen.iter().position(|other| *other == word);
    let mut rows: Vec<_> =
        all.into_iter().map(|(word, label)| (place_of(word).unwrap_or(usize::MAX), word, label)).collect();
    rows.sort_by_key(|(place, ..)| *place);
    let place = scope.place(name);
    let described = described(Some(scope.said), place.clone(), hint_id(scope, name, ORDERED));
    let bad = bad(Some(scope.said), place.clone());
    let row = |(at, (place, word, label)): (usize, (usize, &'static str, &'static str))| {
        let is_on = place != usize::MAX;
        let (id, bad) = ((at == 0).then(|| scope.id(name)), bad.clone());
        view! {
            <li>
                <label class="choice"><input type="checkbox" id=id name=sent(&format!("show_{word}")) value="on" checked=is_on aria-invalid=bad /><span>{label}</span></label>
                <input class="input is-fit" type="number" min="1" max="9" name=sent(&format!("order_{word}")) value=(at + 1).to_string() aria-label=format!("Place of {label}") />
            </li>
        }
        .into_any()
    };
    let rows = rows.into_iter().enumerate().map(row).collect_view();
    let problem = problem(scope.said, place.clone());
    view! {
        <fieldset class="fieldset" id=place aria-describedby=described>
            <legend class="field__label">{legend}</legend>
            <p class="field__hint" id=hint_id(scope, name, ORDERED)>{ORDERED}</p>
            {problem}
            <ul class="ordered" role="list">{rows}</ul>
        </fieldset>
    }
    .into_any()
}

const ORDERED: &str = "Tick what is shown; the numbers say in which order.";

fn around(scope: Scope, name: &str, label: &'static str, hint: &'static str, field: AnyView) -> AnyView {
    let place = scope.place(name);
    let problem = problem(scope.said, place.clone());
    view! {
        <div class="field" id=place>
            <label class="field__label" for=scope.id(name)>{label}</label>
            {hint_id(scope, name, hint).map(|id| view! { <span class="field__hint" id=id>{hint}</span> })}
            {problem}
            {field}
        </div>
    }
    .into_any()
}

/// The id of what is said of a field before anything is wrong; none where that is nothing.
fn hint_id(scope: Scope, name: &str, hint: &str) -> Option<String> {
    (!hint.is_empty()).then(|| format!("{}-hint", scope.id(name)))
}

/// The name under which a field is sent.
pub fn sent(name: &str) -> String {
    format!("fields[{name}]")
}

/// What is wrong with a field, or with a block as a whole, beside it.
pub fn problem(said: Said, field: String) -> AnyView {
    let id = problem_id(&field);
    problem_where(said, id, move |name| name == field)
}

/// What is wrong with a block or in it, where its fields are not shown: each a link that opens the block and leads to the
/// field, as those of the summary of a refused form do.
pub fn problem_in(said: Said, block: u32) -> AnyView {
    let id = problem_id(&BlockPlace::whole(block).to_string());
    let links = move || {
        let meant = wrong(said, |name| BlockPlace::read(name).is_some_and(|place| place.block == block));
        let link = |(number, (field, words)): (usize, (String, String))| {
            let href = format!("?block={block}#{field}");
            view! { {(number > 0).then_some(". ")}<a href=href>{words}</a> }
        };
        (!meant.is_empty()).then(|| {
            let links = meant.into_iter().enumerate().map(link).collect_view();
            view! { <p class="field__error" id=id.clone()><span>{links}</span></p> }
        })
    };
    view! { {links} }.into_any()
}

fn problem_where(said: Said, id: String, is_meant: impl Fn(&str) -> bool + Send + Sync + 'static) -> AnyView {
    let words = move || {
        let words: Vec<String> = wrong(said, &is_meant).into_iter().map(|(_, words)| words).collect();
        (!words.is_empty()).then(|| view! { <p class="field__error" id=id.clone()>{words.join(". ")}</p> })
    };
    view! { {words} }.into_any()
}

/// The fields with which something is wrong, each with its words.
fn wrong(said: Said, is_meant: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    said.with(|said| match said {
        Some(AppError::Invalid(invalid)) => {
            let meant = invalid.fields.iter().filter(|error| is_meant(&error.field));
            meant.map(|error| (error.field.clone(), error.problem.words())).collect()
        }
        _ => Vec::new(),
    })
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
