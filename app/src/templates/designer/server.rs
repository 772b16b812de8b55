//! The designer on the server: nothing is pressed and nothing has a focus.

use std::collections::BTreeMap;

use leptos::{
    html::{Dialog, Div, Form, Input},
    prelude::*,
};

use super::{desk::Desk, logo::Upload};
use crate::ui::SessionEnd;

/// There are no hands.
pub fn attach(_node: NodeRef<Div>, _desk: Desk) {}

/// No time passes while a page is rendered.
pub fn millis() -> f64 {
    0.0
}

/// As above.
pub fn every_few_seconds(_tick: impl Fn() + 'static) {}

/// The server has no focus.
pub fn focused() -> Option<String> {
    None
}

/// As above.
pub fn focus(_id: &str) {}

/// As above.
pub fn focus_at(_id: &str, _line: u32, _column: u32) {}

/// Nobody has typed.
pub fn show_written() {}

/// The server opens nothing.
pub fn show_modal(_node: NodeRef<Dialog>) {}

/// Nothing is typed on the server.
pub fn read(_node: NodeRef<Form>) -> Option<BTreeMap<String, String>> {
    None
}

/// As above.
pub fn name_of<T>(_event: &T) -> String {
    String::new()
}

/// As above.
pub fn on_outer_fields(_form: &'static str, _read: impl Fn(String) + Copy + 'static) {}

/// The server hears no keys.
pub fn lift_key<T>(_desk: Desk, _id: u32, _event: &T) {}

/// As above.
pub fn lift_ends(_desk: Desk, _id: u32) {}

/// The server chooses no files.
pub fn choose_logo(_desk: Desk, _field: NodeRef<Input>, _upload: RwSignal<Upload>, _end: Option<SessionEnd>) {}

/// The plain field is all that the server sends.
pub fn mount_editor(_node: NodeRef<Div>, _desk: Desk, _is_ready: RwSignal<bool>) {}

/// As above.
pub fn go_to(_line: u32, _column: u32) -> bool {
    false
}

/// As above.
pub fn insert(_text: &str) -> bool {
    false
}

/// As above.
pub fn before_caret() -> Option<String> {
    None
}
