//! The title of a card, edited in place: Enter saves, Escape restores.

use leptos::{html::Textarea, prelude::*};

use super::{
    hands, quick_add,
    state::{BoardState, CardState},
};
use crate::{
    domain::{
        task::TITLE_MAX,
        task_edit::{Edit, TaskEdit},
    },
    error::{Problem, is_blank},
};

/// The field, with the title that it starts from.
pub fn field(card: &CardState, board: &BoardState) -> AnyView {
    let (id, title) = (card.id, card.title());
    let base = card.data.with_untracked(|card| card.version);
    let field = NodeRef::<Textarea>::new();
    let begins_with = title.clone();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            field.set_value(&begins_with);
            quick_add::focus_field(&field);
            field.select();
        }
    });
    let editing = board.tools.editing.clone();
    let is_over = StoredValue::new(false);
    let problem = RwSignal::new(None::<String>);
    let leave = move || {
        is_over.set_value(true);
        editing.set(None);
    };
    let save = {
        let (board, leave, before) = (board.clone(), leave.clone(), title.clone());
        move || {
            // Leaving the field after Enter or Escape comes here once more.
            if is_over.try_get_value() != Some(false) {
                return;
            }
            let typed = field.get_untracked().map(|field| field.value()).unwrap_or_default();
            let text = typed.split_whitespace().collect::<Vec<_>>().join(" ");
            if text.chars().count() > TITLE_MAX as usize {
                problem.set(Some(Problem::TooLong { max: TITLE_MAX }.words()));
                return;
            }
            leave();
            if !is_blank(&text) && text != before {
                board.edit(
                    vec![TaskEdit { task: id, edit: Edit::Title { text, base } }],
                    format!("Renamed to “{}”", typed.trim()),
                );
            }
        }
    };
    let on_blur = {
        let (save, is_window_moving) = (save.clone(), board.tools.is_window_moving.clone());
        move || {
            if !is_window_moving.get_value() {
                save();
            }
        }
    };
    let label = format!("Title of {title}");
    view! {
        {move || problem.get().map(|words| view! { <p class="field__error" role="alert">{words}</p> })}
        <textarea class="input card__edit" rows="2" aria-label=label dir="auto" node_ref=field
            on:input=move |_| problem.set(None)
            on:blur=move |_| on_blur()
            on:keydown=move |event| match event.key().as_str() {
                "Enter" if !event.is_composing() => {
                    event.prevent_default();
                    save();
                    if problem.with_untracked(Option::is_none) {
                        hands::focus(id);
                    }
                }
                "Escape" => {
                    event.prevent_default();
                    event.stop_propagation();
                    leave();
                    hands::focus(id);
                }
                _ => {}
            }
        ></textarea>
    }
    .into_any()
}
