//! The fields of the editor that say what a report shows. The list of sections changes in its place; without WebAssembly
//! its buttons load the form anew, with the list changed and everything else as it was typed.

use leptos::{ev, prelude::*};

use super::{
    report_form::{self, LABEL, PERSON, PROJECT, ReportForm, SectionForm},
    view::ReportChoices,
};
use crate::{
    domain::{
        report::spec::{AttachmentKind, LIMITS, SECTIONS_MAX},
        task::Priority,
    },
    error::AppError,
    ui::{Choice, Icon, SelectField, Several, TextField},
};

/// What the report shows, in fieldsets. `here` is the path of the page of the form.
pub fn fields(
    form: &ReportForm,
    choices: RwSignal<ReportChoices>,
    here: &str,
    error: Signal<Option<AppError>>,
) -> AnyView {
    let templates = choices.with_untracked(|choices| choices.templates.clone());
    let projects = Signal::derive(move || choices.with(|choices| choices.projects.clone()));
    let labels = Signal::derive(move || choices.with(|choices| choices.labels.clone()));
    let people = Signal::derive(move || choices.with(|choices| choices.people.clone()));
    let ticked = |name: &str| form.ticked(name).into_iter().map(str::to_owned).collect::<Vec<_>>();
    let of_projects = problems(error, "other_projects");
    let (of_labels, of_people) = (problems(error, "labels"), problems(error, "people"));
    view! {
        <fieldset class="fieldset">
            <legend>"What it tells of"</legend>
            {period(form, error)}
            <Several label="Other projects" field="other_projects" list="known-projects" name=PROJECT choices=projects ticked=ticked(PROJECT) problems=of_projects />
            <Several label="Only these labels" field="labels" list="known-labels" name=LABEL choices=labels ticked=ticked(LABEL) problems=of_labels />
            <Several label="Only tasks of these people" field="people" list="known-people" name=PERSON choices=people ticked=ticked(PERSON) problems=of_people />
        </fieldset>
        <fieldset class="fieldset">
            <legend>"What it shows"</legend>
            {template(form, templates, error)}
            <Sections form=form.clone() here=here.to_owned() error=error />
            {attachments(form)}
        </fieldset>
        <fieldset class="fieldset">
            <legend>"Before it is sent"</legend>
            {draft(form, error)}
        </fieldset>
    }
    .into_any()
}

fn period(form: &ReportForm, error: Signal<Option<AppError>>) -> AnyView {
    let choices = [
        ("last_7_days", "The last 7 days"),
        ("last_full_week", "The last full week"),
        ("last_full_month", "The last full month"),
        ("last_full_quarter", "The last full quarter"),
        ("since_last", "Since the last report"),
        ("days", "Some days before the run"),
        ("between", "From one day to another"),
    ];
    let choices = choices.into_iter().map(|(word, label)| Choice::new(word, label)).collect();
    let value = |name: &str| form.get(name).to_owned();
    view! {
        <div class="form is-period">
            <SelectField label="Days" name="period" choices=choices value=value("period") error=error />
            <div class="field is-narrow period__days">
                <TextField label="How many days" name="period_days" kind="number" value=value("period_days") error=error />
            </div>
            <div class="field is-narrow period__between">
                <TextField label="First day" name="period_first" kind="date" value=value("period_first") error=error />
            </div>
            <div class="field is-narrow period__between">
                <TextField label="Last day" name="period_last" kind="date" value=value("period_last") error=error />
            </div>
        </div>
    }
    .into_any()
}

fn problems(error: Signal<Option<AppError>>, field: &'static str) -> AnyView {
    let words = move || {
        let words = words_of(error, field);
        (!words.is_empty())
            .then(|| view! { <span class="field__error" id=format!("{field}-error")>{words.join(". ")}</span> })
    };
    words.into_any()
}

fn words_of(error: Signal<Option<AppError>>, field: &str) -> Vec<String> {
    error.with(|error| {
        error
            .iter()
            .flat_map(|error| error.problems_of(field).map(|field| field.problem.words()).collect::<Vec<_>>())
            .collect()
    })
}

fn template(form: &ReportForm, templates: Vec<(String, String)>, error: Signal<Option<AppError>>) -> AnyView {
    let built_in = std::iter::once(Choice::new("", "Built-in"));
    let choices = built_in.chain(templates.into_iter().map(|(id, name)| Choice::new(id, name))).collect();
    view! {
        <SelectField
            label="Template"
            name="template"
            choices=choices
            value=form.get("template").to_owned()
            hint="The built-in mail shows the sections below, in their order. A template is a mail that somebody designed: it shows what it says itself."
            error=error
        />
        <p class="small"><a class="link" href="/templates">"Design one"</a></p>
    }
    .into_any()
}

fn attachments(form: &ReportForm) -> AnyView {
    let all: Vec<_> = AttachmentKind::ALL
        .iter()
        .map(|kind| {
            let name = format!("attach_{kind}");
            let is_ticked = !form.get(&name).is_empty();
            view! {
                <label class="choice"><input type="checkbox" name=name value="on" checked=is_ticked /><span>{kind.label()}</span></label>
            }
        })
        .collect();
    view! {
        <div class="field" role="group" aria-labelledby="attachments-label" id="attachments" tabindex="-1">
            <span class="field__label" id="attachments-label">"Files with the message"</span>
            <div class="choices">{all}</div>
        </div>
    }
    .into_any()
}

fn draft(form: &ReportForm, error: Signal<Option<AppError>>) -> AnyView {
    let chosen = form.get("draft").to_owned();
    let waits = [
        ("", "Send it without asking".to_owned()),
        ("wait", "Ask me, and wait".to_owned()),
        ("30", "Ask me, and send it after 30 minutes".to_owned()),
        ("60", "Ask me, and send it after an hour".to_owned()),
        ("240", "Ask me, and send it after 4 hours".to_owned()),
        ("1440", "Ask me, and send it after a day".to_owned()),
        ("4320", "Ask me, and send it after 3 days".to_owned()),
    ];
    let is_known = waits.iter().any(|(value, _)| *value == chosen);
    let other = (!is_known).then(|| Choice::new(chosen.clone(), format!("Ask me, and send it after {chosen} minutes")));
    let choices = waits.into_iter().map(|(value, label)| Choice::new(value, label)).chain(other).collect();
    view! {
        <SelectField
            label="Draft"
            name="draft"
            choices=choices
            value=chosen
            hint="The owner of the job gets a mail with a link: they read the report, add a comment and let it go. Who starts a run by hand chooses there whether it asks."
            error=error
        />
    }
    .into_any()
}

/// The ordered list of sections with its buttons.
#[component]
fn Sections(form: ReportForm, here: String, error: Signal<Option<AppError>>) -> impl IntoView {
    // How often it has changed: fields that somebody has typed into keep what is typed, so all are made anew.
    let list = RwSignal::new((0_u32, form.sections()));
    let press = move |event: ev::MouseEvent| {
        if let Some((changed, said)) = hands::press(&event) {
            list.update(|(changes, sections)| {
                *changes += 1;
                *sections = changed.sections();
            });
            hands::settle(said);
        }
    };
    let options: Vec<_> = report_form::kinds()
        .into_iter()
        .map(|(word, _)| {
            let words = report_form::label(&word);
            view! { <option value=word>{words}</option> }
        })
        .collect();
    let to_add = here.clone();
    let each = move || {
        let (changes, all) = list.get();
        let count = all.len();
        (1_usize..).zip(all).map(|(number, section)| (changes, number, count, section)).collect::<Vec<_>>()
    };
    let one = move |(changes, number, count, section): (u32, usize, usize, SectionForm)| {
        // What was refused stands at its number; once the list has changed, the numbers are others.
        row(number, count, section, &here, (changes == 0).then_some(error))
    };
    let is_full = move || list.with(|(_, list)| list.len() >= SECTIONS_MAX as usize);
    view! {
        <div class="field" role="group" aria-labelledby="sections-label" id="sections" tabindex="-1" on:click=press>
            <span class="field__label" id="sections-label">"Sections"</span>
            {problems(error, "sections")}
            <ol class="sections">
                <For each=each key=|(changes, number, ..)| (*changes, *number) children=one />
            </ol>
            <div class="cluster">
                <label class="sr-only" for="add_section">"Section to add"</label>
                <select class="input" id="add_section" name="add_section">{options}</select>
                <button class="btn is-sm" type="submit" formmethod="get" formaction=to_add formnovalidate=true name="list" value="add" id="add" disabled=is_full><Icon name="plus" />"Add the section"</button>
            </div>
        </div>
    }
    .into_any()
}

fn row(
    number: usize,
    count: usize,
    section: SectionForm,
    here: &str,
    error: Option<Signal<Option<AppError>>>,
) -> AnyView {
    let SectionForm { kind, limit, from, text } = section;
    let name = report_form::label(&kind);
    let button = |deed: &'static str, icon: &'static str, words: &'static str, is_off: bool| {
        let value = format!("{deed}-{number}");
        let label = format!("{words}: {name}, number {number}");
        view! {
            <button class="icon-btn" type="submit" formmethod="get" formaction=here.to_owned() formnovalidate=true name="list" value=value.clone() id=value title=words aria-label=label disabled=is_off><Icon name=icon /></button>
        }
    };
    let buttons = view! {
        {button("up", "chevron-up", "Move up", number == 1)}
        {button("down", "chevron-down", "Move down", number == count)}
        {button("remove", "x", "Remove", false)}
    };
    let is_list = kind.starts_with("tasks:");
    let field = |part: &'static str| format!("s{number}_{part}");
    let rows = (is_list || kind == "notes").then(|| {
        let (min, max) = LIMITS;
        let id = field("limit");
        view! {
            <div class="field is-narrow">
                <label class="field__label" for=id.clone()>"Rows at most"<span class="sr-only">{format!(" of {name}")}</span></label>
                {said(error, &id)}
                <input class="input" type="number" min=min max=max id=id.clone() name=id value=limit />
            </div>
        }
    });
    let least = is_list.then(|| {
        let id = field("from");
        let all = std::iter::once(("".to_owned(), "Any".to_owned()))
            .chain(Priority::LEAST.map(|one| (one.to_string(), one.and_above())));
        let options: Vec<_> = all
            .map(|(value, words)| {
                let is_chosen = value == from;
                view! { <option value=value selected=is_chosen>{words}</option> }
            })
            .collect();
        view! {
            <div class="field is-narrow">
                <label class="field__label" for=id.clone()>"Priority"<span class="sr-only">{format!(" of {name}")}</span></label>
                {said(error, &id)}
                <select class="input" id=id.clone() name=id>{options}</select>
            </div>
        }
    });
    let words = (kind == "text").then(|| {
        let id = field("text");
        view! {
            <div class="field">
                <label class="field__label" for=id.clone()>"Text, in Markdown"</label>
                {said(error, &id)}
                <textarea class="input" id=id.clone() name=id rows="4" dir="auto" inner_html=crate::ui::textarea_html(&text)></textarea>
            </div>
        }
    });
    view! {
        <li class="sections__row">
            <input type="hidden" name=field("kind") value=kind />
            <div class="sections__head"><span>{name.clone()}</span><span class="cluster">{buttons}</span></div>
            <div class="sections__fields">{rows}{least}{words}</div>
        </li>
    }
    .into_any()
}

/// What is wrong with a field of a section.
fn said(error: Option<Signal<Option<AppError>>>, id: &str) -> Option<AnyView> {
    let words = words_of(error?, id);
    (!words.is_empty())
        .then(|| view! { <span class="field__error" id=format!("{id}-error")>{words.join(". ")}</span> }.into_any())
}

#[cfg(feature = "hydrate")]
use browser as hands;

#[cfg(not(feature = "hydrate"))]
use server as hands;

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    use leptos::{ev, prelude::*};
    use wasm_bindgen::JsCast;

    use crate::jobs::report_form::{Changed, ReportForm};

    /// The form with its list changed, where a button of the list was pressed.
    pub fn press(event: &ev::MouseEvent) -> Option<(ReportForm, Changed)> {
        let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
        let button = target.closest("button[name=list]").ok()??.dyn_into::<web_sys::HtmlButtonElement>().ok()?;
        let data = web_sys::FormData::new_with_form(&button.form()?).ok()?;
        let changed = ReportForm::read(|name| data.get(name).as_string()).press(&button.value());
        // Here the list changes in its place; a press that changes nothing loads nothing either.
        event.prevent_default();
        changed
    }

    /// Once the list is drawn: the focus stays with the section, and what happened is said.
    pub fn settle(said: Changed) {
        let Changed { focus, words } = said;
        request_animation_frame(move || {
            let element = document().get_element_by_id(&focus);
            if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
                drop(element.focus());
            }
        });
        let speak = move || {
            if let Some(region) = document().get_element_by_id("live-polite") {
                region.set_text_content(Some(&words));
            }
        };
        set_timeout(speak, Duration::from_millis(500));
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use leptos::ev;

    use crate::jobs::report_form::{Changed, ReportForm};

    /// Events do not happen on the server.
    pub fn press(_event: &ev::MouseEvent) -> Option<(ReportForm, Changed)> {
        None
    }

    /// The server has no focus.
    pub fn settle(_said: Changed) {}
}
