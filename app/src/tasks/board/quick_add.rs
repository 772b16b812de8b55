//! Adding tasks where they will stand: a plain form, which stays open for the next title once the
//! page is awake. Tokens (`@mina !high #ops tomorrow`) become chips under the field, several pasted
//! lines several tasks.

use leptos::{html::Textarea, prelude::*, server_fn::ServerFn};

use super::{
    announce::{Urgency, say},
    chips::Chips,
    edits::Inverse,
    hands,
    live::Link,
    sender::{Change, Returned},
    state::{BoardState, CardState, ColumnState, Place},
    steps::Step,
    words as told,
};
use crate::{
    domain::{
        board_filter::{BoardFilter, Facts},
        board_look::{board_query, read_board_query},
        due,
        ids::{ColumnId, TaskId, UserId},
        quick_add::{TASKS_MOST, TEXT_MOST, lines},
        task::Category,
    },
    error::AppError,
    tasks::{api::AddTasks, view::Card},
    ui::{Icon, is_toggled_open, query_error, textarea_html},
};

/// Where in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    Top,
    End,
    Below(TaskId),
}

impl Where {
    fn word(self) -> String {
        match self {
            Self::Top => "top".into(),
            Self::End => "end".into(),
            Self::Below(card) => card.to_string(),
        }
    }

    fn read(word: &str) -> Self {
        match word {
            "top" => Self::Top,
            id => id.parse().map_or(Self::End, Self::Below),
        }
    }
}

#[component]
pub fn QuickAdd(column: ColumnState, board: BoardState, at: Where, is_open: RwSignal<bool>) -> impl IntoView {
    match at {
        Where::Top => (move || is_open.get().then(|| form(&column, &board, at, is_open, None))).into_any(),
        Where::Below(_) => form(&column, &board, at, is_open, None).into_any(),
        Where::End => {
            let refused = refused_here(&column);
            let is_refused = refused.is_some();
            if is_refused {
                is_open.set(true);
            }
            view! {
                <details class="quick-add" open=is_refused prop:open=move || is_open.get() on:toggle=move |event| is_open.set(is_toggled_open(&event))>
                    <summary class="btn is-ghost col__add"><Icon name="plus" />"Add task"</summary>
                    {form(&column, &board, at, is_open, refused)}
                </details>
            }.into_any()
        }
    }
}

/// What was typed into the plain form of this list, where it was refused; why stands above the board.
fn refused_here(column: &ColumnState) -> Option<String> {
    let error = query_error::<AddTasks>()?;
    let is_here = error.typed("column").is_some_and(|id| id == column.id.to_string());
    is_here.then(|| error.typed("title").unwrap_or_default())
}

fn form(
    column: &ColumnState,
    board: &BoardState,
    at: Where,
    is_open: RwSignal<bool>,
    refused: Option<String>,
) -> AnyView {
    // The summary of what was refused leads to this field.
    let anchor = refused.is_some().then_some("title");
    let typed = refused.unwrap_or_default();
    let field = NodeRef::<Textarea>::new();
    let opened = board.clone();
    Effect::new(move |_| {
        if is_open.get()
            && let Some(field) = field.get()
        {
            focus_field(&field);
        }
    });
    // Again when the connection is back.
    Effect::new(move |_| {
        if is_open.get() && !opened.sender.is_offline.get() {
            opened.need_choices();
        }
    });
    let text = RwSignal::new(String::new());
    keep_when_board_goes(column, board, at, text, is_open);
    let label = match at {
        Where::Below(card) => {
            format!("Title of the new task below {}", board.card(card).map(|card| card.title()).unwrap_or_default())
        }
        Where::Top | Where::End => format!("Title of the new task in {}", column.name),
    };
    let (id, key) = (column.id, board.key.clone());
    // Where the next ones go: behind those that were just added.
    let next = StoredValue::new(at);
    let problem = RwSignal::new(None::<String>);
    let hand = Hand { field, text, problem, is_open };
    if at == Where::End {
        take_returned(hand, id, board);
    }
    // Behind a task that is not made yet nothing can be added.
    let is_sending = StoredValue::new(false);
    let sends = board.clone();
    let submit = move || {
        let Some(field) = field.get_untracked() else { return };
        let (typed, at) = (field.value(), next.get_value());
        if lines(&typed).next().is_none() {
            return;
        }
        if matches!(at, Where::Below(_)) && is_sending.get_value() {
            if sends.sender.is_offline.get_untracked() {
                problem.set(Some(
                    "The task before this one is not sent yet. This one can be added behind it then.".into(),
                ));
            }
            return;
        }
        if let Some(words) = over_the_limit(&typed) {
            problem.set(Some(words));
            return;
        }
        field.set_value("");
        text.set(String::new());
        problem.set(None);
        // From the button, for the next title.
        focus_field(&field);
        is_sending.set_value(true);
        let made = move |cards: &[Card]| {
            is_sending.try_set_value(false);
            if let (Where::Below(_), Some(last)) = (at, cards.last()) {
                next.try_set_value(Where::Below(last.id));
            }
        };
        let (board, refused) = (sends.clone(), typed.clone());
        let give_back = move |error: AppError| {
            is_sending.try_set_value(false);
            let returned = Returned::refused(&board, id, &refused, &error);
            // The field of a list that is gone goes with it: the text is taken by another one.
            if returned.is_list_gone || !hand.take(&returned) {
                board.sender.give_back(returned);
            }
        };
        sends.sender.add((id, at.word(), typed), sends.clone(), made, give_back);
    };
    let submit_by_key = submit.clone();
    let count = Memo::new(move |_| text.with(|text| lines(text).take(TASKS_MOST + 1).count()));
    let button = move || match count.get() {
        0 | 1 => "Add".to_owned(),
        many => format!("Create {many} tasks"),
    };
    let error_id = format!("add-{}-{id}-error", at.word());
    let chips = Chips::new(board, text, field);
    let close = move || {
        // A picker gives the focus back by itself.
        if let (false, Some(field)) = (matches!(at, Where::Below(_)), field.get_untracked()) {
            focus_opener(&field);
        }
        is_open.set(false);
    };
    view! {
        <form class="quick-add__form" method="post" action=AddTasks::url() on:submit=move |event| { event.prevent_default(); submit(); }
            on:keydown=move |event| if event.key() == "Escape" {
                event.stop_propagation();
                close();
            }
        >
            <input type="hidden" name="project" value=key />
            <input type="hidden" name="column" value=id.to_string() />
            <input type="hidden" name="at" value=at.word() />
            {move || problem.get().map(|words| view! { <p class="field__error" id=error_id.clone() role="alert">{words}</p> })}
            <textarea
                class="input" id=anchor name="title" rows="2" required aria-label=label dir="auto" node_ref=field data-refuses=too_long()
                on:input=move |event| { problem.set(None); text.set(event_target_value(&event)); }
                on:keydown=move |event| match event.key().as_str() {
                    "Enter" if !event.shift_key() && !event.is_composing() => { event.prevent_default(); submit_by_key(); }
                    "Backspace" => if let Some(field) = field.get_untracked()
                        && let Some((kept, caret)) = caret(&field).and_then(|at| chips.taken_back(at))
                    {
                        event.prevent_default();
                        field.set_value(&kept);
                        set_caret(&field, caret);
                        text.set(kept);
                    },
                    _ => {}
                }
                inner_html=textarea_html(&typed)
            ></textarea>
            {chips.view()}
            <div class="form__actions">
                <button class="btn is-primary is-sm" type="submit">{button}</button>
                <button class="btn is-ghost is-sm is-script" type="button" on:click=move |_| close()>"Close"</button>
            </div>
        </form>
    }
    .into_any()
}

/// Why a text is too much to be added, if it is.
fn over_the_limit(text: &str) -> Option<String> {
    (text.len() > TEXT_MOST).then(too_long).or_else(|| {
        let count = lines(text).count();
        (count > TASKS_MOST).then(|| format!("These are {count} lines. Add at most {TASKS_MOST} tasks at once."))
    })
}

fn too_long() -> String {
    format!("This is too much text. Add at most {TASKS_MOST} tasks at once.")
}

/// A field of new tasks, which refused text comes back to.
#[derive(Clone, Copy)]
struct Hand {
    field: NodeRef<Textarea>,
    text: RwSignal<String>,
    problem: RwSignal<Option<String>>,
    is_open: RwSignal<bool>,
}

impl Hand {
    /// Puts a refused text before what was typed since; `false` where the field is gone.
    fn take(self, returned: &Returned) -> bool {
        let Some(field) = self.field.try_get_untracked().flatten() else { return false };
        let since = field.value();
        let all = match since.trim().is_empty() {
            true => returned.text.clone(),
            false => format!("{}\n{since}", returned.text),
        };
        field.set_value(&all);
        self.text.set(all);
        // What was only left in a closed field is not said, and opens nothing.
        if !returned.words.is_empty() {
            self.problem.set(Some(returned.words.clone()));
            self.is_open.set(true);
        }
        true
    }
}

impl Returned {
    /// A text that the server did not take for a list.
    pub(super) fn refused(board: &BoardState, column: ColumnId, text: &str, error: &AppError) -> Self {
        let list = board.column(column).map(|list| list.name.clone()).unwrap_or_default();
        // Where the whole board is gone a bar says it.
        let is_board_gone = board.live.is_some_and(|live| live.link.try_get_untracked() == Some(Link::Gone));
        let is_list_gone = *error == AppError::NotFound && !is_board_gone;
        let words = if is_list_gone { gone_words(&list) } else { words(error) };
        Self { key: board.key.clone(), column, list, text: text.to_owned(), words, is_list_gone }
    }

    /// The list whose field takes the text: its own, and where that is gone the first other one that is open.
    fn home(&self, board: &BoardState) -> Option<ColumnId> {
        let (own, lists) = (self.column, board.lists_now());
        if !self.is_list_gone && lists.iter().any(|list| list.id == own) {
            return Some(own);
        }
        let others = || lists.iter().filter(|list| list.id != own);
        others().find(|list| !list.is_folded.get_untracked()).or_else(|| others().next()).map(|list| list.id)
    }
}

/// What is said over a text that was typed for a list that is gone, in the field of another one.
fn gone_words(list: &str) -> String {
    let list = if list.is_empty() { "The list of this text".to_owned() } else { format!("The list “{list}”") };
    format!("{list} was deleted. Your text is kept here: add it to this list, or copy it.")
}

/// A board that is made anew takes what was typed into a field of the one before it, and not added.
fn keep_when_board_goes(
    column: &ColumnState,
    board: &BoardState,
    at: Where,
    text: RwSignal<String>,
    is_open: RwSignal<bool>,
) {
    let (id, list, key) = (column.id, column.name.clone(), board.key.clone());
    let sender = board.sender.clone();
    on_cleanup(move || {
        // A field above the list goes with its text when it is closed.
        let is_left = match at {
            Where::Top => is_open.try_get_untracked() == Some(true),
            Where::End => true,
            Where::Below(_) => false,
        };
        let text = text.try_get_untracked().filter(|text| is_left && !text.trim().is_empty());
        if let Some(text) = text {
            let words = String::new();
            sender.give_back(Returned { key, column: id, list, text, words, is_list_gone: false });
        }
    });
}

/// The field at the end of a list takes what no other field took; that of the first list also what was meant for a
/// list that is gone.
fn take_returned(hand: Hand, column: ColumnId, board: &BoardState) {
    let board = board.clone();
    Effect::new(move |_| {
        let is_mine = |one: &Returned| one.key == board.key && one.home(&board) == Some(column);
        let returned = &board.sender.returned;
        let mine: Vec<Returned> = returned.with(|all| all.iter().filter(|one| is_mine(one)).cloned().collect());
        if mine.is_empty() || hand.field.get().is_none() {
            return;
        }
        returned.update(|all| all.retain(|one| !is_mine(one)));
        for mut one in mine.into_iter().rev() {
            if one.column != column {
                one.words = gone_words(&one.list);
            }
            hand.take(&one);
        }
    });
}

impl BoardState {
    /// Shows new tasks that the server has made.
    #[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake adds tasks"))]
    pub(super) fn show_made(&self, change: &Change, cards: &[Card]) {
        let Change::Add { column, at, .. } = change else { return };
        let column = *column;
        let mut place = match Where::read(at) {
            Where::Top => Place { column, index: 0 },
            Where::End => Place { column, index: usize::MAX },
            Where::Below(card) => match self.place_of(card) {
                Some(place) if place.column == column => Place { column, index: place.index + 1 },
                _ => Place { column, index: usize::MAX },
            },
        };
        if !cards.is_empty() {
            self.steps.push(Step::Edit(Inverse::of_new(cards.iter().map(|card| card.id))));
        }
        let hidden: Vec<&Card> = cards.iter().filter(|card| self.is_left_out(card, column)).collect();
        for card in cards {
            // Somebody's stream may have brought it already.
            if self.place_of(card.id).is_none() && !hidden.contains(&card) {
                self.put(CardState::new(card.clone()), place);
                place.index = place.index.saturating_add(1);
            }
        }
        if !hidden.is_empty() {
            self.tell_left_out(&hidden, cards.len());
        }
    }

    /// Whether the filter leaves a new task of a list out.
    fn is_left_out(&self, card: &Card, column: ColumnId) -> bool {
        if !self.is_filtered {
            return false;
        }
        let Some(list) = self.column(column) else { return false };
        let clock = self.clock.get_untracked();
        let labels: Vec<&str> = card.labels.iter().map(|label| label.name.as_str()).collect();
        let people: Vec<(UserId, &str)> =
            card.assignees.iter().copied().zip(card.people.iter().map(String::as_str)).collect();
        let facts = Facts {
            title: &card.title,
            key: &format!("{}-{}", self.key, card.number),
            labels: &labels,
            people: &people,
            priority: card.priority,
            due: due::chip(card.due, card.finish, clock).map(|chip| chip.key),
            days_left: card.due.map(|due| (due.date() - clock.today()).num_days()),
            // No token names one.
            category: Category::Ordinary.after_move(list.status),
        };
        let viewer = self.sender.me().unwrap_or(UserId(uuid::Uuid::nil()));
        !read_board_query(&self.query).0.lets_through(&facts, viewer)
    }

    /// Says what became of new tasks that the filter leaves out, and leads to them: to the one, or to the board without
    /// the filter.
    fn tell_left_out(&self, hidden: &[&Card], of: usize) {
        let key = |card: &Card| format!("{}-{}", self.key, card.number);
        let (words, address) = match hidden {
            [card] if of == 1 => (
                told::added_hidden(Some((card.title.as_str(), key(card).as_str())), 1, 1),
                format!("/board/{}/tasks/{}{}", self.key, card.number, self.query),
            ),
            _ => (
                told::added_hidden(None, hidden.len(), of),
                format!("/board/{}{}", self.key, board_query(&BoardFilter::default(), self.look)),
            ),
        };
        say(words.clone(), Urgency::Polite);
        self.toasts.offer(words, "Show", move || hands::follow(&address));
    }
}

/// Why a text was refused, with the line where there are several.
pub fn words(error: &AppError) -> String {
    let line = |error: &crate::error::FieldError| match error.line {
        Some(line) => format!("Line {line}: {}", error.problem.words()),
        None => error.problem.words(),
    };
    error.problems_of("title").next().map_or_else(|| error.words(), line)
}

#[cfg(feature = "hydrate")]
pub use browser::focus_field;
#[cfg(feature = "hydrate")]
use browser::{caret, focus_opener, set_caret};

#[cfg(not(feature = "hydrate"))]
pub use server::focus_field;
#[cfg(not(feature = "hydrate"))]
use server::{caret, focus_opener, set_caret};

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::request_animation_frame;
    use wasm_bindgen::JsCast;
    use web_sys::{HtmlElement, HtmlTextAreaElement};

    pub fn focus_field(field: &HtmlTextAreaElement) {
        drop(field.focus());
    }

    /// Gives the focus to the button that adds tasks to the list of a form, which is hidden until the form is closed.
    pub fn focus_opener(field: &HtmlTextAreaElement) {
        let list = field.closest(".quick-add, .col, .lanes__foot").ok().flatten();
        let button = list.and_then(|list| list.query_selector(".col__add").ok().flatten());
        if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
            request_animation_frame(move || drop(button.focus()));
        }
    }

    /// Where the caret is, where nothing is selected.
    pub fn caret(field: &HtmlTextAreaElement) -> Option<u32> {
        let (start, end) = (field.selection_start().ok().flatten()?, field.selection_end().ok().flatten()?);
        (start == end).then_some(start)
    }

    pub fn set_caret(field: &HtmlTextAreaElement, at: u32) {
        drop(field.set_selection_range(at, at));
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    pub fn focus_field<T>(_field: &T) {}

    pub fn focus_opener<T>(_field: &T) {}

    pub fn caret<T>(_field: &T) -> Option<u32> {
        None
    }

    pub fn set_caret<T>(_field: &T, _at: u32) {}
}
