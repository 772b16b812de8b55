//! Form fields: a label above, a hint, the error beside its cause.

use leptos::prelude::*;

use crate::error::AppError;

/// The problems of one field, in words.
fn words_of(error: Signal<Option<AppError>>, name: &str) -> Vec<String> {
    error.with(|error| {
        error
            .iter()
            .flat_map(|error| {
                error
                    .problems_of(name)
                    .map(|field| {
                        let line = field.line.map(|line| format!("Line {line}: ")).unwrap_or_default();
                        format!("{line}{}", field.problem.words())
                    })
                    .collect::<Vec<_>>()
            })
            .collect()
    })
}

/// What was typed before a refusal, else what is stored.
fn typed_or(error: Signal<Option<AppError>>, name: &str, value: String) -> String {
    error.with_untracked(|error| error.as_ref().and_then(|error| error.typed(name))).unwrap_or(value)
}

/// What is stored, where somebody else has saved the form meanwhile and the field shows something else.
fn saved_meanwhile(error: Signal<Option<AppError>>, name: &str, stored: &str) -> Option<String> {
    error.with_untracked(|error| {
        let error = error.as_ref().filter(|error| matches!(error, AppError::Conflict(_)))?;
        let typed = error.typed(name)?;
        (!is_same_text(&typed, stored)).then(|| stored.to_owned())
    })
}

/// Whether two texts are the same to a person: the browser and the server differ in line breaks and in blanks at the ends.
pub fn is_same_text(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.replace('\r', "").trim().to_owned();
    plain(one) == plain(other)
}

#[component]
fn Around(
    #[prop(into)] label: String,
    #[prop(into)] name: String,
    #[prop(into)] hint: Option<String>,
    /// What somebody else has saved.
    #[prop(into)]
    saved: Option<String>,
    error: Signal<Option<AppError>>,
    children: Children,
) -> impl IntoView {
    let error_id = format!("{name}-error");
    let hint_id = format!("{name}-hint");
    let saved_id = format!("{name}-saved");
    let saved = saved.map(|saved| {
        let words = if saved.is_empty() { "nothing".to_owned() } else { saved };
        view! { <span class="field__saved" id=saved_id>"Saved now: "<span dir="auto">{words}</span></span> }
    });
    let problems = {
        let name = name.clone();
        move || {
            let words = words_of(error, &name);
            (!words.is_empty()).then(|| {
                view! {
                    <span class="field__error" id=error_id.clone()>
                        {words.into_iter().map(|word| view! { <span>{word}</span> }).collect_view()}
                    </span>
                }
            })
        }
    };
    view! {
        <div class="field">
            <label class="field__label" for=name.clone()>{label}</label>
            {hint.map(|hint| view! { <span class="field__hint" id=hint_id>{hint}</span> })}
            {saved}
            {problems}
            {children()}
        </div>
    }
    .into_any()
}

/// The ids that describe a field: its hint, what somebody else has saved, and its error.
fn described_by(
    error: Signal<Option<AppError>>,
    name: String,
    has_hint: bool,
    is_saved_meanwhile: bool,
) -> impl Fn() -> Option<String> + Clone + Send + Sync {
    move || {
        let mut ids = Vec::new();
        if has_hint {
            ids.push(format!("{name}-hint"));
        }
        if is_saved_meanwhile {
            ids.push(format!("{name}-saved"));
        }
        if !words_of(error, &name).is_empty() {
            ids.push(format!("{name}-error"));
        }
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// A field of one line. Its id is its name.
#[component]
pub fn TextField(
    #[prop(into)] label: String,
    #[prop(into)] name: String,
    /// The input's type; text where left out.
    #[prop(optional)]
    kind: Option<&'static str>,
    /// Of a time: the seconds between what can be chosen.
    #[prop(optional)]
    step: Option<&'static str>,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional, into)] error: Signal<Option<AppError>>,
    #[prop(optional)] autocomplete: Option<&'static str>,
    /// The id of the [`Combobox`](super::Combobox) that proposes what to type.
    #[prop(optional)]
    list: Option<&'static str>,
    #[prop(optional)] required: bool,
    #[prop(optional)] autofocus: bool,
    #[prop(optional)] node_ref: NodeRef<leptos::html::Input>,
) -> impl IntoView {
    let saved = saved_meanwhile(error, &name, &value);
    let value = typed_or(error, &name, value);
    let described = described_by(error, name.clone(), hint.is_some(), saved.is_some());
    let is_bad = {
        let name = name.clone();
        move || (!words_of(error, &name).is_empty()).then_some("true")
    };
    view! {
        <Around label=label name=name.clone() hint=hint saved=saved error=error>
            <input
                class="input"
                id=name.clone()
                name=name
                type=kind.unwrap_or("text")
                step=step
                value=value
                autocomplete=autocomplete
                list=list
                required=required
                autofocus=autofocus
                aria-describedby=described
                aria-invalid=is_bad
                dir=(kind.is_none()).then_some("auto")
                node_ref=node_ref
            />
        </Around>
    }
    .into_any()
}

/// A field of several lines that grows with its text.
#[component]
pub fn TextAreaField(
    #[prop(into)] label: String,
    #[prop(into)] name: String,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional, into)] error: Signal<Option<AppError>>,
    #[prop(default = 4)] rows: u32,
) -> impl IntoView {
    let saved = saved_meanwhile(error, &name, &value);
    let value = typed_or(error, &name, value);
    let described = described_by(error, name.clone(), hint.is_some(), saved.is_some());
    let is_bad = {
        let name = name.clone();
        move || (!words_of(error, &name).is_empty()).then_some("true")
    };
    view! {
        <Around label=label name=name.clone() hint=hint saved=saved error=error>
            <textarea class="input" id=name.clone() name=name rows=rows.to_string() aria-describedby=described aria-invalid=is_bad dir="auto" inner_html=super::textarea_html(&value)></textarea>
        </Around>
    }
    .into_any()
}

/// One entry of a [`SelectField`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
    /// The slot of the palette that stands before it in a [`Combobox`](super::Combobox): that of a task's label.
    pub hue: Option<u8>,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), hue: None }
    }

    /// The same with a colour before it.
    #[must_use]
    pub fn with_hue(self, hue: u8) -> Self {
        Self { hue: Some(hue), ..self }
    }
}

/// A choice of one among a few.
#[component]
pub fn SelectField(
    #[prop(into)] label: String,
    #[prop(into)] name: String,
    choices: Vec<Choice>,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional, into)] error: Signal<Option<AppError>>,
) -> impl IntoView {
    let saved = saved_meanwhile(error, &name, &value);
    let saved = saved.map(|saved| {
        let known = choices.iter().find(|choice| choice.value == saved);
        known.map_or(saved, |choice| choice.label.clone())
    });
    let value = typed_or(error, &name, value);
    let described = described_by(error, name.clone(), hint.is_some(), saved.is_some());
    let is_bad = {
        let name = name.clone();
        move || (!words_of(error, &name).is_empty()).then_some("true")
    };
    let options = choices
        .into_iter()
        .map(|choice| {
            let is_chosen = choice.value == value;
            view! { <option value=choice.value selected=is_chosen>{choice.label}</option> }
        })
        .collect_view();
    view! {
        <Around label=label name=name.clone() hint=hint saved=saved error=error>
            <select class="input" id=name.clone() name=name aria-describedby=described aria-invalid=is_bad>{options}</select>
        </Around>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::is_same_text;

    #[test]
    fn line_breaks_and_blanks_at_the_ends_are_no_change() {
        assert!(is_same_text("a\r\nb ", "a\nb"));
        assert!(!is_same_text("a b", "a\nb"));
    }
}
