//! What the tokens of a new task's line mean, as chips under the field.

use leptos::{html::Textarea, prelude::*};

use super::state::BoardState;
use crate::{
    domain::{
        account::Me,
        ids::{LabelId, UserId},
        quick_add::{self, Doubt, Known, Line, Meaning, Token},
    },
    ui::Icon,
};

/// The line as it is read while somebody types.
#[derive(Clone, Copy)]
pub struct Chips {
    line: Memo<Line>,
    text: RwSignal<String>,
    field: NodeRef<Textarea>,
}

impl Chips {
    /// Reads what is typed into the field.
    pub fn new(board: &BoardState, text: RwSignal<String>, field: NodeRef<Textarea>) -> Self {
        let (choices, clock) = (board.tools.choices.clone(), board.clock.clone());
        let me = use_context::<Me>().map(|me| me.id);
        let line = Memo::new(move |_| {
            let Some(only) = text.with(|text| only_line(text)) else { return Line::default() };
            choices.with(|choices| {
                let choices = choices.as_ref();
                let people: Vec<(UserId, String)> = choices
                    .map(|choices| choices.people.iter().map(|person| (person.id, person.name.clone())).collect())
                    .unwrap_or_default();
                let labels: Vec<(LabelId, String)> = choices
                    .map(|choices| choices.labels.iter().map(|label| (label.id, label.name.clone())).collect())
                    .unwrap_or_default();
                let today = clock.with_untracked(|clock| clock.today());
                let mut line = quick_add::read(&only, Known { people: &people, labels: &labels, me, today });
                if choices.is_none() {
                    line.doubts.clear();
                }
                line
            })
        });
        Self { line, text, field }
    }

    /// The chips, and what could not be understood.
    pub fn view(self) -> AnyView {
        view! {
            <div class="quick-add__chips" role="status">
                {move || self.line.with(|line| line.tokens.iter().map(|token| self.chip(token)).collect_view())}
                {move || self.line.with(|line| line.doubts.iter().map(doubt).collect_view())}
            </div>
        }
        .into_any()
    }

    fn chip(self, token: &Token) -> impl IntoView + use<> {
        let (icon, kind) = match token.means {
            Meaning::Person(_) => ("user", "Person"),
            Meaning::Priority(_) => ("chart-no-axes-column", "Priority"),
            Meaning::Label(_) => ("tag", "Label"),
            Meaning::Due(_) => ("calendar", "Due"),
        };
        let label = format!("Keep as text: {}", token.words);
        let token = token.clone();
        let words = token.words.clone();
        view! {
            <span class="token">
                <Icon name=icon /><span class="sr-only">{kind}": "</span><bdi>{words}</bdi>
                <button class="token__undo" type="button" aria-label=label.clone() title=label on:click=move |_| self.keep(&token)><Icon name="x" /></button>
            </span>
        }
    }

    fn keep(self, token: &Token) {
        let kept = self.text.with_untracked(|text| keep_in(text, token));
        if let Some(field) = self.field.get_untracked() {
            field.set_value(&kept);
            super::quick_add::focus_field(&field);
        }
        self.text.set(kept);
    }

    /// The text with the token before the caret made text, and where the caret is then (both counted
    /// as the browser counts).
    pub fn taken_back(self, caret: u32) -> Option<(String, u32)> {
        let text = self.text.get_untracked();
        let bytes = byte_of(&text, caret)?;
        let shift = text.len() - text.trim_start().len();
        let token =
            self.line.with_untracked(|line| line.tokens.iter().find(|token| token.at.end + shift == bytes).cloned())?;
        Some((keep_in(&text, &token), caret + 1))
    }
}

/// The line of a text of one line.
fn only_line(text: &str) -> Option<String> {
    let mut lines = quick_add::lines(text);
    lines.next().filter(|_| lines.next().is_none()).map(str::to_owned)
}

/// As [`quick_add::keep_as_text`], in a text with space around its line.
fn keep_in(text: &str, token: &Token) -> String {
    let (space, line) = text.split_at(text.len() - text.trim_start().len());
    format!("{space}{}", quick_add::keep_as_text(line, token))
}

/// The byte at which a count of UTF-16 units ends.
fn byte_of(text: &str, units: u32) -> Option<usize> {
    let mut left = units as usize;
    for (at, c) in text.char_indices() {
        if left == 0 {
            return Some(at);
        }
        left = left.checked_sub(c.len_utf16())?;
    }
    (left == 0).then_some(text.len())
}

fn doubt(doubt: &Doubt) -> impl IntoView + use<> {
    let word = doubt.word.clone();
    let words = match doubt.could_be.as_slice() {
        [] if word.starts_with('@') => "is nobody here".to_owned(),
        [] => "is no label here".to_owned(),
        names => format!("could be {}", names.iter().take(4).cloned().collect::<Vec<_>>().join(" or ")),
    };
    view! { <span class="token__doubt"><bdi>{word}</bdi>" "{words}</span> }
}

#[cfg(test)]
mod tests {
    use super::byte_of;

    #[test]
    fn the_caret_is_counted_as_the_browser_counts() {
        assert_eq!(byte_of("ač🎈b", 2), Some(3));
        assert_eq!(byte_of("ač🎈b", 4), Some(7));
        assert_eq!(byte_of("ač🎈b", 5), Some(8));
        assert_eq!(byte_of("ač🎈b", 3), None);
        assert_eq!(byte_of("", 0), Some(0));
    }
}
