//! The fields of the editor that say when a job runs: the unit and what belongs to it, and the limits behind a fold.
//! The style shows those of the chosen unit, so the form works without WebAssembly.

use leptos::prelude::*;

use super::{
    form::days_from,
    when_form::{On, Unit, WhenForm},
};
use crate::{
    domain::{calendar::weekday_long, schedule::Nth},
    error::AppError,
    ui::{Choice, SelectField, TextAreaField, TextField, first_day},
};

const LIMITS: [&str; 4] = ["starts_on", "ends_on", "runs", "except"];

/// How often; days of the week and the time stand beside it.
pub fn simple(form: &WhenForm, error: Signal<Option<AppError>>) -> AnyView {
    let number = |label: &'static str, name: &'static str, value: &str, class: &'static str| {
        let value = value.to_owned();
        view! {
            <div class=format!("field is-narrow {class}")>
                <TextField label=label name=name kind="number" value=value error=error />
            </div>
        }
        .into_any()
    };
    view! {
        <div class="field is-narrow">
            <SelectField label="Every" name="unit" choices=units() value=form.unit.clone() error=error />
        </div>
        {number("Minutes, counted from midnight", "every_minutes", &form.every_minutes, "unit__minutes")}
        {number("Hours, counted from midnight", "every_hours", &form.every_hours, "unit__hours")}
        {number("At minute", "minute", &form.minute, "unit__hours")}
        <div class="field is-narrow unit__quarter">
            <SelectField label="Month of the quarter" name="month" choices=months() value=form.month.clone() error=error />
        </div>
        <div class="form unit__month">
            <div class="field is-narrow">
                <SelectField label="On" name="on" choices=days_of_month() value=form.on.clone() error=error />
            </div>
            {number("Day of the month", "day", &form.day, "on__day")}
            <div class="field is-narrow on__weekday">
                <SelectField label="Which" name="nth" choices=nths() value=form.nth.clone() error=error />
            </div>
            <div class="field is-narrow on__weekday">
                <SelectField label="Weekday" name="weekday" choices=weekdays() value=form.weekday.clone() error=error />
            </div>
        </div>
    }
    .into_any()
}

/// Start, end, number of runs, days left out.
pub fn limits(form: &WhenForm, error: Signal<Option<AppError>>) -> AnyView {
    let is_used = form.typed().iter().any(|(name, value)| LIMITS.contains(name) && !value.is_empty());
    let is_open = is_used || has_problem(error, &LIMITS);
    view! {
        <details open=is_open>
            <summary>"Start, end and days left out"</summary>
            <div class="form">
                <div class="field is-narrow">
                    <TextField label="First day" name="starts_on" kind="date" value=form.starts_on.clone() error=error />
                </div>
                <div class="field is-narrow">
                    <TextField label="Last day" name="ends_on" kind="date" value=form.ends_on.clone() error=error />
                </div>
                <div class="field is-narrow">
                    <TextField
                        label="Number of runs"
                        name="runs"
                        kind="number"
                        value=form.runs.clone()
                        hint="Empty: no limit. Skipped runs and those started by hand do not count."
                        error=error
                    />
                </div>
                <TextAreaField
                    label="Days left out"
                    name="except"
                    value=form.except.clone()
                    hint="One a line, like 2026-12-24."
                    error=error
                    rows=2
                />
            </div>
        </details>
    }
    .into_any()
}

/// Whether a fold must be open, because a field inside it was refused.
pub(super) fn has_problem(error: Signal<Option<AppError>>, names: &[&str]) -> bool {
    error.with_untracked(|error| {
        error.as_ref().is_some_and(|error| names.iter().any(|name| error.problems_of(name).next().is_some()))
    })
}

fn units() -> Vec<Choice> {
    let label = |unit: Unit| match unit {
        Unit::Minutes => "Some minutes",
        Unit::Hours => "Some hours",
        Unit::Day => "Day",
        Unit::Week => "Week",
        Unit::Month => "Month",
        Unit::Quarter => "Quarter",
    };
    Unit::ALL.iter().map(|&unit| Choice::new(unit.as_str(), label(unit))).collect()
}

fn months() -> Vec<Choice> {
    [("1", "First"), ("2", "Second"), ("3", "Last")].map(|(value, label)| Choice::new(value, label)).to_vec()
}

fn days_of_month() -> Vec<Choice> {
    let label = |on: On| match on {
        On::Day => "A day of the month",
        On::Last => "The last day",
        On::Weekday => "A weekday",
    };
    On::ALL.iter().map(|&on| Choice::new(on.as_str(), label(on))).collect()
}

fn nths() -> Vec<Choice> {
    Nth::ALL.iter().map(|&nth| Choice::new(nth.as_str(), nth.label())).collect()
}

fn weekdays() -> Vec<Choice> {
    days_from(first_day()).map(|(name, day)| Choice::new(name, weekday_long(day))).collect()
}
