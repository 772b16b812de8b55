//! Changes in the browser's storage: each is kept until it is answered, under the person and the board that it is of, so
//! that a page after a reload or a crash finds it.

use std::cell::Cell;

use leptos::prelude::window;
use serde::{Deserialize, Serialize};

use super::Change;
use crate::domain::ids::{OpId, UserId};
use crate::tasks::board::browser_time::now;

/// A change as the browser's storage keeps it.
#[derive(Serialize, Deserialize)]
struct Kept {
    op: OpId,
    change: Change,
    /// What the card was called: after a reload it may be gone, and is still named.
    #[serde(default)]
    title: Option<String>,
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn prefix(me: Option<UserId>, key: &str) -> Option<String> {
    me.map(|me| format!("autoreport.unsent.{me}.{key}."))
}

/// Keeps a change until it is answered; under which name. The names of one board sort by time.
pub fn keep(me: Option<UserId>, key: &str, op: OpId, change: &Change, title: Option<String>) -> String {
    let Some(prefix) = prefix(me, key) else { return String::new() };
    // Changes of the same millisecond keep their order by a count.
    thread_local!(static COUNT: Cell<u32> = const { Cell::new(0) });
    let count = COUNT.with(|count| count.replace(count.get().wrapping_add(1)));
    let name = format!("{prefix}{:013}.{count:06}.{op}", now().timestamp_millis());
    let kept = Kept { op, change: change.clone(), title };
    if let (Some(storage), Ok(words)) = (storage(), serde_json::to_string(&kept)) {
        // A full or forbidden storage keeps nothing: the change is still sent.
        drop(storage.set_item(&name, &words));
    }
    name
}

/// Keeps it no more.
pub fn forget(kept: &str) {
    if let Some(storage) = storage() {
        drop(storage.remove_item(kept));
    }
}

/// What is kept of a person and a board, in order, with what its card was called. What cannot be read is thrown away.
pub fn left_over(me: Option<UserId>, key: &str) -> Vec<(String, OpId, Change, Option<String>)> {
    let (Some(storage), Some(prefix)) = (storage(), prefix(me, key)) else { return Vec::new() };
    let count = storage.length().unwrap_or(0);
    let names = (0..count).filter_map(|at| storage.key(at).ok().flatten());
    let mut names: Vec<String> = names.filter(|name| name.starts_with(&prefix)).collect();
    names.sort();
    names
        .into_iter()
        .filter_map(|name| {
            let words = storage.get_item(&name).ok().flatten()?;
            let Ok(Kept { op, change, title }) = serde_json::from_slice(words.as_bytes()) else {
                forget(&name);
                return None;
            };
            Some((name, op, change, title))
        })
        .collect()
}
