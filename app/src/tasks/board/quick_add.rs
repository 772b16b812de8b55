//! Adding tasks where they will stand: a plain form, which stays open for the next title once the
//! page is awake. Several pasted lines become several tasks.

use leptos::{html::Textarea, prelude::*, server_fn::ServerFn};

use super::state::{BoardState, CardState, ColumnState, Place};
use crate::{
    domain::ids::ColumnId,
    error::AppError,
    tasks::api::{self, AddTask},
    ui::Icon,
};

/// At which end of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    Top,
    End,
}

impl Where {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Top => "top",
            Self::End => "end",
        }
    }
}

#[component]
pub fn QuickAdd(column: ColumnState, board: BoardState, at: Where, is_open: RwSignal<bool>) -> impl IntoView {
    let field = NodeRef::<Textarea>::new();
    Effect::new(move |_| {
        if is_open.get()
            && let Some(field) = field.get()
        {
            focus(&field);
        }
    });
    match at {
        Where::Top => (move || is_open.get().then(|| form(&column, &board, at, is_open, field))).into_any(),
        Where::End => view! {
            <details class="quick-add" prop:open=move || is_open.get() on:toggle=move |event| is_open.set(is_toggled_open(&event))>
                <summary class="btn is-ghost col__add"><Icon name="plus" />"Add task"</summary>
                {form(&column, &board, at, is_open, field)}
            </details>
        }.into_any(),
    }
}

fn form(
    column: &ColumnState,
    board: &BoardState,
    at: Where,
    is_open: RwSignal<bool>,
    field: NodeRef<Textarea>,
) -> impl IntoView + use<> {
    let text = RwSignal::new(String::new());
    let label = format!("Title of the new task in {}", column.name);
    let (id, key) = (column.id, board.key.clone());
    let add = {
        let (column, board) = (column.clone(), board.clone());
        Action::new(move |titles: &Vec<String>| add_all(titles.clone(), column.clone(), board.clone(), at))
    };
    // A refused text comes back into the field.
    let sent = StoredValue::new(String::new());
    let value = add.value();
    Effect::new(move |_| {
        if value.with(|value| matches!(value, Some(Err(_))))
            && let Some(field) = field.get_untracked().filter(|field| field.value().is_empty())
        {
            field.set_value(&sent.get_value());
        }
    });
    let problem = Memo::new(move |_| add.value().get().and_then(Result::err).map(|error: AppError| words(&error)));
    let submit = move || {
        let Some(field) = field.get_untracked() else { return };
        let titles = titles(&field.value());
        if !titles.is_empty() && !add.pending().get_untracked() {
            sent.set_value(field.value());
            field.set_value("");
            text.set(String::new());
            add.dispatch(titles);
        }
    };
    let button = move || match titles(&text.get()).len() {
        0 | 1 => "Add".to_owned(),
        many => format!("Create {many} tasks"),
    };
    let error_id = format!("add-{}-{id}-error", at.as_str());
    view! {
        <form class="quick-add__form" method="post" action=AddTask::url() on:submit=move |event| { event.prevent_default(); submit(); }>
            <input type="hidden" name="project" value=key />
            <input type="hidden" name="column" value=id.to_string() />
            <input type="hidden" name="at" value=at.as_str() />
            {move || problem.get().map(|words| view! { <p class="field__error" id=error_id.clone() role="alert">{words}</p> })}
            <textarea
                class="input" name="title" rows="2" required aria-label=label dir="auto" node_ref=field
                on:input=move |event| text.set(event_target_value(&event))
                on:keydown=move |event| match event.key().as_str() {
                    "Enter" if !event.shift_key() && !event.is_composing() => { event.prevent_default(); submit(); }
                    "Escape" => { event.stop_propagation(); is_open.set(false); }
                    _ => {}
                }
            ></textarea>
            <div class="form__actions">
                <button class="btn is-primary is-sm" type="submit">{button}</button>
                <button class="btn is-ghost is-sm is-script" type="button" on:click=move |_| is_open.set(false)>"Close"</button>
            </div>
        </form>
    }
}

/// One title a line.
fn titles(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

async fn add_all(titles: Vec<String>, column: ColumnState, board: BoardState, at: Where) -> Result<(), AppError> {
    // At the top the last one goes in first, so that they stand as they were written.
    let ordered: Vec<String> = if at == Where::Top { titles.into_iter().rev().collect() } else { titles };
    for title in ordered {
        let card = api::add_task(board.key.clone(), column.id, title, at.as_str().into()).await?;
        put(&board, column.id, at, CardState::new(card));
    }
    Ok(())
}

fn put(board: &BoardState, column: ColumnId, at: Where, card: CardState) {
    let index = if at == Where::Top { 0 } else { usize::MAX };
    board.put(card, Place { column, index });
}

fn words(error: &AppError) -> String {
    error.problems_of("title").next().map_or_else(|| error.words(), |field| field.problem.words())
}

#[cfg(feature = "hydrate")]
use browser::{focus, is_toggled_open};

#[cfg(not(feature = "hydrate"))]
use server::{focus, is_toggled_open};

#[cfg(feature = "hydrate")]
mod browser {
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlTextAreaElement};

    pub fn focus(field: &HtmlTextAreaElement) {
        drop(field.focus());
    }

    pub fn is_toggled_open(event: &web_sys::Event) -> bool {
        event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .is_some_and(|details| details.has_attribute("open"))
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    pub fn focus<T>(_field: &T) {}

    pub fn is_toggled_open<T>(_event: &T) -> bool {
        false
    }
}
