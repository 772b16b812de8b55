//! The frame of a chart: its finding as a heading, the picture, and the numbers behind it.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A chart as the server drew it, with the table that says the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    /// The finding in a sentence.
    pub title: String,
    /// What the picture shows.
    pub lead: String,
    /// SVG of our own making.
    pub picture: String,
    /// SVG for narrow panels, where the other would shrink until nobody can read it.
    pub narrow: Option<String>,
    pub numbers: Numbers,
}

/// The numbers of a chart; the first column names the row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbers {
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

#[component]
pub fn ChartFigure(chart: Chart) -> impl IntoView {
    let Chart { title, lead, picture, narrow, numbers } = chart;
    let wide = if narrow.is_some() { "chart is-wide" } else { "chart" };
    view! {
        <figure class="figure panel">
            <figcaption><h2>{title.clone()}</h2><p>{lead}</p></figcaption>
            <div class=wide inner_html=picture></div>
            {narrow.map(|narrow| view! { <div class="chart is-narrow" inner_html=narrow></div> })}
            <details>
                <summary>"Show the numbers"<span class="sr-only">{format!(": {title}")}</span></summary>
                <NumbersTable title=title numbers=numbers />
            </details>
        </figure>
    }
    .into_any()
}

#[component]
fn NumbersTable(title: String, numbers: Numbers) -> impl IntoView {
    let row = |cells: Vec<String>| {
        let mut cells = cells.into_iter();
        let name = cells.next();
        view! { <tr><th scope="row">{name}</th>{cells.map(|cell| view! { <td>{cell}</td> }).collect_view()}</tr> }
    };
    view! {
        <div class="numbers" tabindex="0" role="region" aria-label=format!("Numbers: {title}")>
            <table>
                <thead><tr>{numbers.head.into_iter().map(|name| view! { <th scope="col">{name}</th> }).collect_view()}</tr></thead>
                <tbody>{numbers.rows.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
