//! What the columns of a table mean: one choice for each header above the first lines.

use leptos::{prelude::*, server_fn::ServerFn};

use super::api::{ColumnsReview, MapColumns};
use crate::{
    domain::{
        import::mapping::{CsvField, DateOrder, FaultyLines},
        thousands::grouped,
    },
    error::AppError,
};

/// The part of the form that only tables have.
#[component]
pub fn ColumnsForm(columns: ColumnsReview, error: Signal<Option<AppError>>) -> impl IntoView {
    let delimiter = match columns.delimiter {
        '\t' => "tab".to_owned(),
        other => format!("“{other}”"),
    };
    let heads = columns
        .headers
        .into_iter()
        .zip(columns.fields)
        .enumerate()
        .map(|(place, (header, field))| head(place, header, field))
        .collect_view();
    let lines = columns
        .sample
        .into_iter()
        .map(|line| view! { <tr>{line.into_iter().map(|cell| view! { <td dir="auto">{cell}</td> }).collect_view()}</tr> })
        .collect_view();
    let order = columns.date_order;
    view! {
        <section class="panel is-padded" id="columns">
            <div class="panel__head">
                <h2>"What the columns mean"</h2>
                <p>{format!("{} lines below the headers, cells apart by {delimiter}.", grouped(columns.lines))}</p>
            </div>
            <div class="table-wrap" tabindex="0" role="region" aria-label="The first lines of the file">
                <table class="table">
                    <thead><tr>{heads}</tr></thead>
                    <tbody>{lines}</tbody>
                </table>
            </div>
            <fieldset class="fieldset">
                <legend>"Dates like 03/04/2026 mean"</legend>
                {columns.is_date_order_open.then(|| view! { <p class="field__hint">"The file has such dates, and none tells which number is the day."</p> })}
                <div class="choices is-inline">
                    {order_choice(DateOrder::DayFirst, "3 April", order)}
                    {order_choice(DateOrder::MonthFirst, "March 4", order)}
                </div>
            </fieldset>
            <Faults problems=columns.problems lines=columns.faulty_lines choice=columns.faulty_lines_choice error=error />
            <div class="form__actions">
                <button class="btn" type="submit" formaction=MapColumns::url() formnovalidate>"Update the preview"</button>
            </div>
        </section>
    }
    .into_any()
}

fn head(place: usize, header: String, field: Option<CsvField>) -> impl IntoView {
    let options = CsvField::ALL
        .into_iter()
        .map(|choice| view! { <option value=choice.as_str() selected=field == Some(choice)>{choice.label()}</option> })
        .collect_view();
    view! {
        <th scope="col">
            <span class="stack is-tight">
                <label for=format!("field-{place}") dir="auto">{header}</label>
                <select class="input" id=format!("field-{place}") name=format!("fields[{place}]")>
                    <option value="" selected=field.is_none()>"Leave out"</option>
                    {options}
                </select>
            </span>
        </th>
    }
    .into_any()
}

fn order_choice(order: DateOrder, words: &'static str, chosen: DateOrder) -> impl IntoView {
    view! {
        <label class="choice">
            <input type="radio" name="date_order" value=order.as_str() checked=order == chosen />
            <span>{words}</span>
        </label>
    }
    .into_any()
}

/// The faults by line and header, and what to do with their lines.
#[component]
fn Faults(problems: Vec<String>, lines: usize, choice: FaultyLines, error: Signal<Option<AppError>>) -> impl IntoView {
    (lines > 0).then(|| {
        let more = problems.len();
        let title = if lines == 1 { "1 line has faults".to_owned() } else { format!("{} lines have faults", grouped(lines)) };
        let refused = move || error.with(|error| error.iter().any(|error| error.problems_of("faulty_lines").next().is_some()));
        view! {
            <div class="banner" data-tone="bad">
                <div>
                    <strong>{title}</strong>
                    <ul>{problems.into_iter().map(|problem| view! { <li dir="auto">{problem}</li> }).collect_view()}</ul>
                    {(lines > more).then(|| view! { <p>"These are the first ones."</p> })}
                </div>
            </div>
            <label class="choice">
                <input type="checkbox" id="faulty_lines" name="faulty_lines" value="leave_out" checked=choice == FaultyLines::LeaveOut aria-invalid=move || refused().then_some("true") />
                <span>"Leave out the lines with faults"<small>"Otherwise mend the file and upload it again."</small></span>
            </label>
        }
    })
}
