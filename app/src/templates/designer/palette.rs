//! The blocks to choose from. A click adds one where the next block comes, which stands over them; dragged, it lands where
//! it is let go.

use leptos::{prelude::*, server_fn::ServerFn};

use super::desk::Desk;
use crate::{domain::template::BlockKind, templates::forms_api::EditDraft, ui::Icon};

pub fn palette(desk: Desk) -> AnyView {
    let item = |kind: BlockKind| {
        let (word, label) = (kind.word(), kind.label());
        view! {
            <li>
                <button class="palette-item" type="submit" name="value" value=word data-kind=word
                    on:click=move |event| {
                        event.prevent_default();
                        desk.add(kind.clone());
                    }
                >
                    <Icon name=icon(word) />
                    <span>{label}</span>
                </button>
            </li>
        }
        .into_any()
    };
    let items = BlockKind::fresh().into_iter().map(item).collect_view();
    let after = desk.open.get_untracked().map(|id| id.to_string()).unwrap_or_default();
    view! {
        <form class="block-palette" method="post" action=EditDraft::url()>
            <h2 class="section-title" id="palette" tabindex="-1">"Blocks"</h2>
            <p class="muted small" id="palette-next">{move || desk.next_words()}</p>
            <input type="hidden" name="id" value=desk.id.to_string() />
            <input type="hidden" name="version" value=desk.version().to_string() />
            <input type="hidden" name="block" value=after />
            <input type="hidden" name="act" value="add" />
            <ul role="list" aria-labelledby="palette">{items}</ul>
        </form>
    }
    .into_any()
}

fn icon(word: &str) -> &'static str {
    match word {
        "heading" => "hash",
        "text" => "wrap-text",
        "summary" => "message-square",
        "key_figures" => "activity",
        "chart" => "chart-line",
        "task_list" => "list-todo",
        "table" => "rows-3",
        "notes" => "notebook-pen",
        "button" => "square-check",
        "divider" => "minus",
        "columns" => "columns-3",
        _ => "file-text",
    }
}
