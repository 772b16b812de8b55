//! The strings of a document's data: what of them can be drawn, and which letters are in them.

use std::{borrow::Cow, collections::BTreeSet};

use serde_json::Value;

use crate::platform::fonts::drawable;

/// Makes all strings of the data drawable.
pub fn make_drawable(data: &mut Value) {
    match data {
        Value::String(text) => {
            if let Cow::Owned(drawable) = drawable(text) {
                *text = drawable;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(make_drawable),
        Value::Object(fields) => fields.values_mut().for_each(make_drawable),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Adds every letter of the data.
pub fn collect(data: &Value, letters: &mut BTreeSet<char>) {
    match data {
        Value::String(text) => letters.extend(text.chars()),
        Value::Array(values) => values.iter().for_each(|value| collect(value, letters)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, letters)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
