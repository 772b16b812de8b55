//! The fields of the editor that say what happens when a run is late, collides, takes long or fails. All have a good
//! default, so they stand behind a fold.

use leptos::prelude::*;

use super::{
    rules_form::{RulesForm, SendIf},
    when_fields::has_problem,
};
use crate::{
    domain::{
        condition::{Comparison, Figure},
        delivery::UncertainRule,
        job::JobKind,
        policy::{Misfire, Overlap},
    },
    error::AppError,
    ui::{Choice, SelectField, TextField},
};

/// The section "If it fails", with the condition for sending a report.
pub fn rules(form: &RulesForm, kind: JobKind, error: Signal<Option<AppError>>) -> AnyView {
    let names: Vec<&str> = form.typed().iter().map(|(name, _)| *name).collect();
    let is_open = *form != RulesForm::default() || has_problem(error, &names);
    // What is not a report is sent, or done, wherever there is something.
    let (summary, condition) = if kind.makes_report() {
        ("Late and failed runs, retries, conditions", condition(form, error))
    } else {
        ("Late and failed runs, retries", ().into_any())
    };
    view! {
        <fieldset class="fieldset">
            <legend>"If it fails"</legend>
            <details open=is_open>
                <summary>{summary}</summary>
                <div class="form">
                    {lateness(form, error)}
                    {tries(form, error)}
                    {kind.sends_mail().then(|| messages(form, error))}
                    {condition}
                </div>
            </details>
        </fieldset>
    }
    .into_any()
}

fn number(
    label: &'static str,
    name: &'static str,
    value: &str,
    hint: Option<&'static str>,
    error: Signal<Option<AppError>>,
) -> AnyView {
    let value = value.to_owned();
    let hint = hint.unwrap_or_default();
    if hint.is_empty() {
        return view! {
            <div class="field is-narrow"><TextField label=label name=name kind="number" value=value error=error /></div>
        }
        .into_any();
    }
    view! {
        <div class="field is-narrow">
            <TextField label=label name=name kind="number" value=value hint=hint error=error />
        </div>
    }
    .into_any()
}

fn lateness(form: &RulesForm, error: Signal<Option<AppError>>) -> AnyView {
    view! {
        <SelectField
            label="If a run is still going"
            name="overlap"
            choices=choices(Overlap::ALL, |one| (one.as_str(), one.label()))
            value=form.overlap.clone()
            hint="A run goes on until its messages are sent, also while its mail account does not work; a draft, until somebody has decided or its time has come. Single recipients whose server puts them off hold nothing up."
            error=error
        />
        <SelectField
            label="Missed runs"
            name="misfire"
            choices=choices(Misfire::ALL, |one| (one.as_str(), one.label()))
            value=form.misfire.clone()
            hint="A run is missed when nothing could start it within the minutes below."
            error=error
        />
        {number("Late by at most (minutes)", "grace", &form.grace, None, error)}
        {number("Catch up with the last (hours)", "catch_up", &form.catch_up, None, error)}
        {number("Runs to catch up with at most", "at_most", &form.at_most, None, error)}
        {number("Spread starts over (minutes)", "jitter", &form.jitter, Some("0: each run starts at its time."), error)}
    }
    .into_any()
}

fn tries(form: &RulesForm, error: Signal<Option<AppError>>) -> AnyView {
    view! {
        {number("Time limit of a try (minutes)", "timeout", &form.timeout, Some("Empty: no limit."), error)}
        {number("Tries", "tries", &form.tries, None, error)}
        {number("First wait between tries (minutes)", "retry_first", &form.retry_first, Some("It doubles each time."), error)}
        {number("Longest wait (minutes)", "retry_longest", &form.retry_longest, None, error)}
        {number("Pause after failed runs in a row", "pause_after", &form.pause_after, None, error)}
    }
    .into_any()
}

fn messages(form: &RulesForm, error: Signal<Option<AppError>>) -> AnyView {
    view! {
        {number("Give up a message after (hours)", "give_up", &form.give_up, Some("As long as its mail server says “later”, or cannot be reached."), error)}
        <SelectField
            label="If nobody knows whether a message arrived"
            name="uncertain"
            choices=choices(UncertainRule::ALL, |one| (one.as_str(), one.label()))
            value=form.uncertain.clone()
            hint="The connection broke before the mail server answered. A second try may be a second copy, which most mail programs show once."
            error=error
        />
    }
    .into_any()
}

fn condition(form: &RulesForm, error: Signal<Option<AppError>>) -> AnyView {
    let send_if = |one: SendIf| {
        let label = match one {
            SendIf::Always => "Always",
            SendIf::NotEmpty => "Only if there is something to report",
            SendIf::Figure => "Only if a figure passes a threshold",
        };
        (one.as_str(), label)
    };
    view! {
        <div class="form is-condition">
            <SelectField label="Send" name="send_if" choices=choices(SendIf::ALL, send_if) value=form.send_if.clone() error=error />
            <div class="field is-narrow if__figure">
                <SelectField
                    label="Figure"
                    name="figure"
                    choices=choices(Figure::ALL, |one| (one.as_str(), one.label()))
                    value=form.figure.clone()
                    error=error
                />
            </div>
            <div class="field is-narrow if__figure">
                <SelectField
                    label="Compared"
                    name="comparison"
                    choices=choices(Comparison::ALL, |one| (one.as_str(), one.label()))
                    value=form.comparison.clone()
                    error=error
                />
            </div>
            <div class="if__figure">{number("Threshold", "value", &form.value, None, error)}</div>
        </div>
    }
    .into_any()
}

fn choices<T: Copy>(all: &[T], words: impl Fn(T) -> (&'static str, &'static str)) -> Vec<Choice> {
    all.iter()
        .map(|&one| {
            let (value, label) = words(one);
            Choice::new(value, label)
        })
        .collect()
}
