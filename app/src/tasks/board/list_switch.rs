//! Above the lists on a phone, where one list fills the screen: their names and counts, each a link
//! to its list that works without WebAssembly.

use leptos::prelude::*;

use super::state::{BoardState, ColumnState};
use crate::ui::StatusMark;

#[component]
pub fn ListSwitch(board: BoardState, here: RwSignal<usize>) -> impl IntoView {
    let entry = |at: usize, column: &ColumnState| {
        let (total, shown, is_filtered) = (column.total.clone(), column.shown.clone(), board.is_filtered);
        let count = move || if is_filtered { shown.get() } else { total.get() };
        view! {
            <a href=format!("#list-{}", column.id) rel="external" aria-current=move || (here.get() == at).then_some("true")>
                <StatusMark status=column.status /><span dir="auto">{column.name.clone()}</span><span class="badge">{count}</span>
            </a>
        }
    };
    let entries: Vec<_> = board.columns.iter().enumerate().map(|(at, column)| entry(at, column)).collect();
    view! { <nav class="list-switch" aria-label="Lists">{entries}</nav> }.into_any()
}
