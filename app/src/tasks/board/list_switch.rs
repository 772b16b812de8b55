//! Above the lists on a phone, where one list fills the screen: their names and counts, each a link
//! to its list that works without WebAssembly.

use leptos::prelude::*;

use super::state::{BoardState, ColumnState};
use crate::ui::StatusMark;

#[component]
pub fn ListSwitch(board: BoardState, here: RwSignal<usize>) -> impl IntoView {
    let (lists, is_filtered) = (board.clone(), board.is_filtered);
    let entry = move |at: usize, column: &ColumnState| {
        let (total, shown) = (column.total.clone(), column.shown.clone());
        let count = move || if is_filtered { shown.get() } else { total.get() };
        view! {
            <a href=format!("#list-{}", column.id) rel="external" aria-current=move || (here.get() == at).then_some("true")>
                <StatusMark status=column.status /><span dir="auto">{column.name.clone()}</span><span class="badge">{count}</span>
            </a>
        }
    };
    let entries = move || lists.lists().iter().enumerate().map(|(at, column)| entry(at, column)).collect::<Vec<_>>();
    view! { <nav class="list-switch" aria-label="Lists">{entries}</nav> }.into_any()
}
