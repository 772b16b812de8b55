//! Moving a block by key: Space lifts it at its handle, arrows move it, Space sets it down, Escape puts it back.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::focus;
use crate::{
    domain::template::{
        BlockKind, Document,
        edit::{Shelf, Spot},
    },
    tasks::{Urgency, say},
    templates::designer::desk::Desk,
};

/// A key on the handle of a block.
pub fn lift_key(desk: Desk, id: u32, event: &KeyboardEvent) {
    let held = desk.lifted.get_untracked().filter(|(lifted, _)| *lifted == id);
    let Some((_, before)) = held else {
        if matches!(event.key().as_str(), " " | "Enter") {
            event.prevent_default();
            desk.lifted.set(Some((id, desk.draft.get_untracked())));
            let words = format!(
                "Lifted: {}. Arrow keys move it, Space sets it down, Escape puts it back.",
                desk.place_words(id)
            );
            say(words, Urgency::Assertive);
        }
        return;
    };
    match event.key().as_str() {
        "ArrowUp" => carry(desk, id, |document| document.step(id, true)),
        "ArrowDown" => carry(desk, id, |document| document.step(id, false)),
        "ArrowLeft" => carry(desk, id, |document| to_list(document, id, false)),
        "ArrowRight" => carry(desk, id, |document| to_list(document, id, true)),
        " " | "Enter" => set_down(desk, id),
        "Escape" => {
            desk.lifted.set(None);
            desk.draft.set(before);
            say(format!("Put back: {}.", desk.place_words(id)), Urgency::Assertive);
        }
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
    focus(&format!("grip-{id}"));
}

/// The handle has lost the focus: what was lifted stays where it is. Moving a row takes the focus away for a moment.
pub fn lift_ends(desk: Desk, id: u32) {
    request_animation_frame(move || {
        let is_there = document().active_element().is_some_and(|focused| focused.id() == format!("grip-{id}"));
        let is_lifted =
            desk.lifted.try_with_untracked(|lifted| lifted.as_ref().is_some_and(|(lifted, _)| *lifted == id));
        if !is_there && is_lifted == Some(true) {
            set_down(desk, id);
        }
    });
}

fn set_down(desk: Desk, id: u32) {
    let Some((_, before)) = desk.lifted.get_untracked() else { return };
    desk.lifted.set(None);
    desk.settle(before);
    say(format!("Set down: {}.", desk.place_words(id)), Urgency::Assertive);
}

fn carry(desk: Desk, id: u32, step: impl FnOnce(&mut Document) -> bool) {
    let has_moved = desk.try_out(|draft| step(&mut draft.document));
    let place = desk.place_words(id);
    say(if has_moved { format!("{place}.") } else { format!("It goes no further: {place}.") }, Urgency::Assertive);
}

/// To the end of the next list, or of the one before: the columns one after the other, then the mail itself.
fn to_list(document: &mut Document, id: u32, is_on: bool) -> bool {
    let is_columns = document.block(id).is_some_and(|block| matches!(block.kind, BlockKind::Columns { .. }));
    let Some(here) = document.spot_of(id).filter(|_| !is_columns) else { return false };
    let mut shelves = vec![Shelf::Page];
    for block in document.blocks().unwrap_or_default() {
        if matches!(block.kind, BlockKind::Columns { .. }) {
            shelves.extend([Shelf::Left(block.id), Shelf::Right(block.id)]);
        }
    }
    let at = shelves.iter().position(|shelf| *shelf == here.shelf);
    let to =
        at.and_then(|at| if is_on { Some(at + 1) } else { at.checked_sub(1) }).and_then(|to| shelves.get(to).copied());
    let Some(shelf) = to else { return false };
    let index = document.shelf(shelf).map_or(0, <[_]>::len);
    document.put(id, Spot { shelf, index })
}
