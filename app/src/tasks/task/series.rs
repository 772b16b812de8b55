//! How the task comes again: chosen in one form, said in words.

use chrono::{Datelike, Weekday};
use leptos::prelude::*;

use super::{
    api::SaveSeries,
    saving::{TaskState, save_state, saving},
};
use crate::{
    domain::{
        calendar::{weekday_long, weekday_short},
        recurrence::{Recurrence, nth_words},
        week::days_from,
    },
    ui::{Icon, first_day},
};

#[cfg(feature = "ssr")]
pub use reading::read_rule;

/// The kinds of series, by the word that the form sends.
const KINDS: [(&str, &str); 9] = [
    ("", "Not again"),
    ("weekdays", "Every weekday"),
    ("days", "Every so many days"),
    ("weeks", "On days of the week"),
    ("month_day", "On a day of the month"),
    ("month_weekday", "On a weekday of the month"),
    ("month_end", "On the last day of the month"),
    ("yearly", "Every year"),
    ("after", "Days after completion"),
];

#[component]
pub fn SeriesForm(state: TaskState) -> impl IntoView {
    let action = saving::<SaveSeries>(state);
    let rule = state.part(|detail| detail.parts.recurrence.clone());
    let words = move || rule.with(|rule| rule.as_ref().map_or_else(|| "Not again".to_owned(), Recurrence::words));
    let week = days_from(first_day());
    // The fields start at the rule that is, else at what fits the due date.
    let form = move || {
        let fields = state.detail.with_untracked(|detail| {
            let date = detail.card.due.map_or(detail.clock.today(), crate::domain::due::Due::date);
            Fields::of(rule.get().as_ref(), date)
        });
        fields.view(week)
    };
    view! {
        <div class="prop">
            <span class="field__label" id="task-series">"Comes again"</span>
            <details class="people" aria-labelledby="task-series">
                <summary class="people__names"><Icon name="refresh-cw" />{words}</summary>
                <ActionForm action=action attr:class="form series">
                    {state.hidden_id()}
                    {form}
                    <div class="form__actions"><button class="btn is-sm" type="submit">"Save"</button></div>
                </ActionForm>
            </details>
            {save_state(action)}
        </div>
    }
    .into_any()
}

/// What the fields of the form show.
struct Fields {
    kind: &'static str,
    every: u16,
    on: Vec<Weekday>,
    day: u8,
    month: u8,
    nth: u8,
    weekday: Weekday,
}

impl Fields {
    fn of(rule: Option<&Recurrence>, date: chrono::NaiveDate) -> Self {
        let small = |number: u32| u8::try_from(number).unwrap_or(1);
        let mut fields = Self {
            kind: "",
            every: 1,
            on: vec![date.weekday()],
            day: small(date.day()),
            month: small(date.month()),
            nth: small(date.day().div_ceil(7)).min(5),
            weekday: date.weekday(),
        };
        match rule {
            None => {}
            Some(Recurrence::Weekdays) => fields.kind = "weekdays",
            Some(Recurrence::Days { every }) => (fields.kind, fields.every) = ("days", *every),
            Some(Recurrence::Weeks { every, on }) => {
                (fields.kind, fields.every, fields.on) = ("weeks", *every, on.clone());
            }
            Some(Recurrence::MonthDay { every, day }) => {
                (fields.kind, fields.every, fields.day) = ("month_day", *every, *day);
            }
            Some(Recurrence::MonthWeekday { every, nth, on }) => {
                (fields.kind, fields.every, fields.nth, fields.weekday) = ("month_weekday", *every, *nth, *on);
            }
            Some(Recurrence::MonthEnd { every }) => (fields.kind, fields.every) = ("month_end", *every),
            Some(Recurrence::Yearly { month, day }) => {
                (fields.kind, fields.month, fields.day) = ("yearly", *month, *day);
            }
            Some(Recurrence::AfterDays { days }) => (fields.kind, fields.every) = ("after", *days),
        }
        fields
    }

    // Which fields belong to a kind is the style sheet's: it works without WebAssembly.
    fn view(self, week: [Weekday; 7]) -> impl IntoView {
        let Self { kind, every, on, day, month, nth, weekday } = self;
        let kinds = KINDS
            .map(|(word, label)| view! { <option value=word selected=word == kind>{label}</option> })
            .collect_view();
        let pills = week
            .map(|day| view! {
                <label class="pill"><input type="checkbox" name="weekdays[]" value=weekday_short(day) checked=on.contains(&day) /><span>{weekday_short(day)}</span></label>
            })
            .collect_view();
        let nths = [1_u8, 2, 3, 4, 5]
            .map(
                |number| view! { <option value=number.to_string() selected=number == nth>{nth_words(number)}</option> },
            )
            .collect_view();
        let days = week
            .map(|day| view! { <option value=weekday_short(day) selected=day == weekday>{weekday_long(day)}</option> })
            .collect_view();
        let months = (1..=12_u8)
            .map(|number| {
                let name = chrono::NaiveDate::from_ymd_opt(2024, number.into(), 1)
                    .map_or("", crate::domain::calendar::month_long);
                view! { <option value=number.to_string() selected=number == month>{name}</option> }
            })
            .collect_view();
        view! {
            <label class="field"><span class="field__label">"How"</span><select class="input" name="kind">{kinds}</select></label>
            <label class="field series__every"><span class="field__label">"Step (every 1, 2, 3 …)"</span>
                <input class="input" type="number" name="every" min="1" max="500" value=every.to_string() /></label>
            <fieldset class="fieldset series__weekdays"><legend class="small">"On"</legend><div class="pills">{pills}</div></fieldset>
            <div class="prop__row series__nth">
                <select class="input" name="nth" aria-label="Which one">{nths}</select>
                <select class="input" name="weekday" aria-label="Weekday">{days}</select>
            </div>
            <label class="field series__month"><span class="field__label">"Month"</span><select class="input" name="month">{months}</select></label>
            <label class="field series__day"><span class="field__label">"Day of the month"</span>
                <input class="input" type="number" name="day" min="1" max="31" value=day.to_string() /></label>
            <p class="field__hint">"The next task appears in this list when this one is completed, with the due date moved on."</p>
        }
    }
}

#[cfg(feature = "ssr")]
mod reading {
    use chrono::Weekday;

    use crate::{
        domain::recurrence::Recurrence,
        error::{AppError, AppResult, Problem},
    };

    fn number<T: std::str::FromStr>(field: &str, text: &str) -> AppResult<T> {
        text.trim().parse().map_err(|_| AppError::field(field, Problem::NotANumber))
    }

    fn weekday(text: &str) -> AppResult<Weekday> {
        text.parse().map_err(|_| AppError::field("weekdays", Problem::UnknownChoice))
    }

    /// The rule that the fields of the form say; none for no kind.
    ///
    /// # Errors
    /// [`AppError::Invalid`] at the field that cannot be read.
    pub fn read_rule(
        kind: &str,
        every: &str,
        weekdays: &[String],
        day: &str,
        month: &str,
        nth: &str,
        on: &str,
    ) -> AppResult<Option<Recurrence>> {
        Ok(Some(match kind {
            "" => return Ok(None),
            "weekdays" => Recurrence::Weekdays,
            "days" => Recurrence::Days { every: number("every", every)? },
            "weeks" => Recurrence::Weeks {
                every: number("every", every)?,
                on: weekdays.iter().map(|day| weekday(day)).collect::<AppResult<_>>()?,
            },
            "month_day" => Recurrence::MonthDay { every: number("every", every)?, day: number("day", day)? },
            "month_weekday" => {
                Recurrence::MonthWeekday { every: number("every", every)?, nth: number("nth", nth)?, on: weekday(on)? }
            }
            "month_end" => Recurrence::MonthEnd { every: number("every", every)? },
            "yearly" => Recurrence::Yearly { month: number("month", month)?, day: number("day", day)? },
            "after" => Recurrence::AfterDays { days: number("every", every)? },
            _ => return Err(AppError::field("kind", Problem::UnknownChoice)),
        }))
    }
}
