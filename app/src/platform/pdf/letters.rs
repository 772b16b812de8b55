//! Letters that the embedded fonts do not have. A page with an empty box is no accessible document, and the fonts of the
//! machine would make other bytes on each; so a question mark stands for such a letter, and the page says so.

use std::borrow::Cow;

use serde_json::Value;

use super::world::Stock;

/// Stands for a letter that cannot be drawn.
const SUBSTITUTE: char = '?';

/// Makes all strings of the data drawable, and says whether letters are missing.
pub fn make_drawable(stock: &Stock, data: &mut Value) -> bool {
    match data {
        Value::String(text) => {
            let is_missing = text.chars().any(|c| fate(stock, c) == Fate::Replaced);
            if let Cow::Owned(drawable) = drawable(stock, text) {
                *text = drawable;
            }
            is_missing
        }
        // Every one is visited, whatever the one before has said.
        Value::Array(values) => values.iter_mut().fold(false, |any, value| make_drawable(stock, value) | any),
        Value::Object(fields) => fields.values_mut().fold(false, |any, value| make_drawable(stock, value) | any),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The text with what the fonts have.
pub fn drawable<'a>(stock: &Stock, text: &'a str) -> Cow<'a, str> {
    if text.chars().all(|c| fate(stock, c) == Fate::Kept) {
        return text.into();
    }
    let letters = text.chars().filter_map(|c| match fate(stock, c) {
        Fate::Kept => Some(c),
        Fate::Dropped => None,
        Fate::Replaced => Some(SUBSTITUTE),
    });
    Cow::Owned(letters.collect())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    Dropped,
    Replaced,
}

fn fate(stock: &Stock, c: char) -> Fate {
    match c {
        '\n' | ' '..='~' => Fate::Kept,
        // A place where a long word may break; it draws nothing.
        '\u{200b}' => Fate::Kept,
        // Controls, joiners, marks of direction and of variants: they change letters that are not there.
        _ if c.is_control() => Fate::Dropped,
        '\u{ad}' | '\u{200c}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => Fate::Dropped,
        '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}' => Fate::Dropped,
        _ if stock.fonts.iter().all(|font| font.info().coverage.contains(c.into())) => Fate::Kept,
        _ => Fate::Replaced,
    }
}
