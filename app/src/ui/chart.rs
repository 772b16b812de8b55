//! The frame of a chart: its finding as a heading, the picture, what it says at each point, and the numbers behind it.

mod walk;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::domain::{readout::Readout, report::Table};
use walk::Walk;

/// Rows that a page shows of a table; sheets and files have all.
pub const ROWS: usize = 200;

/// A chart as the server drew it, with the table that says the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    /// The chart's name on its page.
    pub id: String,
    /// The finding in a sentence.
    pub title: String,
    /// What the picture shows.
    pub lead: String,
    pub picture: Picture,
    /// For narrow panels, where the other would shrink until nobody can read it.
    pub narrow: Option<Picture>,
    pub numbers: Table,
    /// Rows of the table that the page leaves out.
    pub left_out: usize,
}

/// A drawing and what it says at each of its points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// SVG of our own making.
    pub svg: String,
    pub readout: Readout,
}

/// A chart in a panel. Without JavaScript it lacks the readout alone: the numbers are in the table.
#[component]
pub fn ChartFigure(chart: Chart) -> impl IntoView {
    let Chart { id, title, lead, picture, narrow, numbers, left_out } = chart;
    let head = format!("{id}-head");
    let wide = if narrow.is_some() { "chart is-wide" } else { "chart" };
    view! {
        <figure class="figure has-chart panel" aria-labelledby=head.clone()>
            <figcaption><h2 id=head.clone() dir="auto">{title.clone()}</h2><p>{lead.clone()}</p></figcaption>
            <Plot class=wide title=title.clone() picture=picture />
            {narrow.map(|narrow| view! { <Plot class="chart is-narrow" title=title.clone() picture=narrow /> })}
            <details>
                <summary>"Show the numbers"<span class="sr-only">{format!(": {title}")}</span></summary>
                <NumbersTable of=lead numbers=numbers />
                {(left_out > 0).then(|| view! { <p>{format!("{left_out} more rows are in the report's data.")}</p> })}
            </details>
        </figure>
    }
    .into_any()
}

/// A picture below the line in which it says what stands at a point.
#[component]
fn Plot(class: &'static str, title: String, picture: Picture) -> impl IntoView {
    let Picture { svg, readout } = picture;
    let has_points = !readout.points.is_empty();
    let (at, has_focus) = (RwSignal::new(None::<usize>), RwSignal::new(false));
    let readout = StoredValue::new(readout);
    let says = move || {
        let words = |at: usize| readout.with_value(|readout| readout.points.get(at).map(|point| point.words.clone()));
        at.get().and_then(words).unwrap_or_default()
    };
    // Spoken while keys walk; a pointer that passes by is not.
    let live = move || if has_focus.get() { "polite" } else { "off" };
    view! {
        <div class=class>
            {has_points.then(|| view! { <p class="chart__says" dir="auto" aria-live=live>{says}</p> })}
            <div class="chart__plot">
                <div class="chart__picture" inner_html=svg></div>
                {has_points.then(|| view! { <Walk title=title readout=readout at=at has_focus=has_focus /> })}
            </div>
        </div>
    }
    .into_any()
}

/// The region is named by what it is of: several charts may have the same finding.
#[component]
fn NumbersTable(of: String, numbers: Table) -> impl IntoView {
    let row = |cells: Vec<String>| {
        let mut cells = cells.into_iter();
        let name = cells.next();
        view! { <tr><th scope="row" dir="auto">{name}</th>{cells.map(|cell| view! { <td dir="auto">{cell}</td> }).collect_view()}</tr> }
    };
    view! {
        <div class="numbers" tabindex="0" role="region" aria-label=format!("Numbers: {of}")>
            <table>
                <thead><tr>{numbers.head.into_iter().map(|name| view! { <th scope="col">{name}</th> }).collect_view()}</tr></thead>
                <tbody>{numbers.rows.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
