//! How the preview is looked at: width, light or dark, HTML or text, and whose data. Links, so that a page without
//! JavaScript can follow them.

use chrono::NaiveDate;
use leptos::{html::Form, prelude::*};

use super::{desk::Desk, field, hands};
use crate::{domain::account::Language, templates::view::PreviewData, ui::Choice};

/// What is shown of a mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub is_narrow: bool,
    pub is_dark: bool,
    pub is_text: bool,
}

impl Look {
    /// Of the words of an address.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let is = |name: &str, word: &str| get(name).as_deref() == Some(word);
        Self { is_narrow: is("width", "375"), is_dark: is("theme", "dark"), is_text: is("part", "text") }
    }

    pub const fn width(self) -> &'static str {
        if self.is_narrow { "375" } else { "600" }
    }

    pub const fn theme(self) -> &'static str {
        if self.is_dark { "dark" } else { "light" }
    }

    /// The address that looks at the same with these data.
    pub fn href(self, data: &PreviewData) -> String {
        let part = if self.is_text { "text" } else { "html" };
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let (first, last) = (day(data.first), day(data.last));
        format!(
            "?width={}&theme={}&part={part}&project={}&first={first}&last={last}&language={}",
            self.width(),
            self.theme(),
            data.project,
            data.language
        )
    }
}

/// Data of the words of an address; what cannot be read is the sample, or the last days. Days stay as they were chosen: the
/// server refuses those that say nothing, and the page says so beside them.
pub fn read_data(get: impl Fn(&str) -> Option<String>) -> PreviewData {
    let day = |name: &str| get(name).and_then(|text| text.parse::<NaiveDate>().ok());
    let project = get("project").filter(|key| key.len() <= 8 && key.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let language = get("language").and_then(|word| word.parse::<Language>().ok());
    let language = language.map(|language| language.to_string()).unwrap_or_default();
    PreviewData { project: project.unwrap_or_default(), first: day("first"), last: day("last"), language }
}

/// The links over the frame.
pub fn bar(desk: Desk) -> AnyView {
    let group = |label: &'static str, choices: [(&'static str, fn(Look) -> Look); 2]| {
        let link = |(words, set): (&'static str, fn(Look) -> Look)| {
            let is_on = move || desk.shown.look.with(|look| set(*look) == *look);
            let href = move || desk.shown.data.with(|data| set(desk.shown.look.get()).href(data));
            view! {
                <a class="filter" href=href aria-current=move || is_on().then_some("true") on:click=move |event| {
                    event.prevent_default();
                    desk.shown.look.update(|look| *look = set(*look));
                }>{words}</a>
            }
            .into_any()
        };
        view! { <div class="cluster" role="group" aria-label=label>{Vec::from(choices.map(link))}</div> }.into_any()
    };
    view! {
        <div class="cluster preview-look">
            {group("Width", [("600 px", |look| Look { is_narrow: false, ..look }), ("375 px", |look| Look { is_narrow: true, ..look })])}
            {group("Theme", [("Light", |look| Look { is_dark: false, ..look }), ("Dark", |look| Look { is_dark: true, ..look })])}
            {group("Part", [("HTML", |look| Look { is_text: false, ..look }), ("Text", |look| Look { is_text: true, ..look })])}
        </div>
    }
    .into_any()
}

/// Whose data, and of which days.
pub fn data(desk: Desk, projects: Vec<(String, String)>) -> AnyView {
    let node = NodeRef::<Form>::new();
    let now = desk.shown.data.get_untracked();
    let sample = std::iter::once(Choice::new("", "Sample data"));
    let choices: Vec<_> = sample.chain(projects.into_iter().map(|(key, name)| Choice::new(key, name))).collect();
    let options = field::options(choices, &now.project);
    let mine = std::iter::once(Choice::new("", "As in your profile"));
    let languages = mine.chain(Language::ALL.iter().map(|one| Choice::new(one.as_str(), one.label()))).collect();
    let languages = field::options(languages, &now.language);
    let said = Memo::new(move |_| desk.shown.error.get());
    let day = |name: &'static str, label: &'static str, day: Option<NaiveDate>| {
        let id = format!("data-{name}");
        let day = day.map(|day| day.to_string()).unwrap_or_default();
        let bad = field::bad(Some(said), name.to_owned());
        let described = field::described(Some(said), name.to_owned(), None);
        view! {
            <div class="field">
                <label class="field__label" for=id.clone()>{label}</label>
                {field::problem(said, name.to_owned())}
                <input class="input" id=id name=name type="date" value=day aria-describedby=described aria-invalid=bad />
            </div>
        }
        .into_any()
    };
    let read = move || {
        if let Some(typed) = hands::read(node) {
            let mut data = read_data(|name| typed.get(name).cloned());
            // The sample has days of its own. The fields, which are hidden then, keep theirs for the way back.
            if data.project.is_empty() {
                (data.first, data.last) = (None, None);
            }
            desk.shown.data.set(data);
        }
    };
    view! {
        <form class="preview-data" method="get" node_ref=node aria-label="Data of the preview" on:change=move |_| read() on:submit=move |event| event.prevent_default()>
            <div class="field">
                <label class="field__label" for="data-project">"Data"</label>
                <select class="input" id="data-project" name="project">{options}</select>
            </div>
            {day("first", "From", now.first)}
            {day("last", "To", now.last)}
            <div class="field">
                <label class="field__label" for="data-language">"Dates and numbers"</label>
                <p class="field__hint" id="data-language-hint">"Words of AutoReport, such as findings and titles of charts, stay English."</p>
                <select class="input" id="data-language" name="language" aria-describedby="data-language-hint">{languages}</select>
            </div>
            <button class="btn is-sm needs-no-script" type="submit">"Show"</button>
        </form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_looked_at_and_nonsense_says_the_sample() {
        let get = |name: &str| {
            let words = [
                ("width", "375"),
                ("theme", "dark"),
                ("part", "pdf"),
                ("project", "../x"),
                ("first", "2026-11-30"),
                ("last", "2026-02-30"),
                ("language", "tlh"),
            ];
            words.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        assert_eq!(Look::read(get), Look { is_narrow: true, is_dark: true, is_text: false });
        let first = "2026-11-30".parse().ok();
        assert_eq!(read_data(get), PreviewData { first, ..PreviewData::default() });
    }

    #[test]
    fn days_stay_as_they_were_typed_so_that_it_can_be_said_what_is_wrong_with_them() {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let get = |name: &str| match name {
            "first" => Some("2026-11-30".to_owned()),
            "last" => Some("2026-11-01".to_owned()),
            _ => None,
        };
        let read = read_data(get);
        assert_eq!((read.first, read.last), (day("2026-11-30"), day("2026-11-01")));
        let half = read_data(|name| get(name).filter(|_| name == "last"));
        assert_eq!((half.first, half.last), (None, day("2026-11-01")));
    }
}
