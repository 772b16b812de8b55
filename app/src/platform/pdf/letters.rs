//! The strings of a document's data: which letters are in them, and what of them can be drawn.

use std::{borrow::Cow, collections::BTreeSet};

use serde_json::Value;

use crate::platform::fonts::{Selection, drawable};

/// Every letter of the data.
pub fn of(data: &Value) -> BTreeSet<char> {
    let mut letters = BTreeSet::new();
    collect(data, &mut letters);
    letters
}

fn collect(data: &Value, letters: &mut BTreeSet<char>) {
    match data {
        Value::String(text) => letters.extend(text.chars()),
        Value::Array(values) => values.iter().for_each(|value| collect(value, letters)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, letters)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Makes all strings of the data drawable, and says whether letters are in them that no font has.
pub fn make_drawable(selection: &Selection, data: &mut Value) -> bool {
    match data {
        Value::String(text) => {
            let is_missing = selection.lacks(text);
            if let Cow::Owned(drawable) = drawable(text) {
                *text = drawable;
            }
            is_missing
        }
        // Every one is visited, whatever the one before has said.
        Value::Array(values) => values.iter_mut().fold(false, |any, value| make_drawable(selection, value) | any),
        Value::Object(fields) => fields.values_mut().fold(false, |any, value| make_drawable(selection, value) | any),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
