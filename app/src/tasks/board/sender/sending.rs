//! Empties the queue: sends one change after the other, each until the server has answered it, and tells the board what
//! came of it.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::kept::forget;
use super::{Change, Sender, Unsent, Waiting, has_to_sign_in, is_out_of_reach};
use crate::accounts::api::check_session;
use crate::domain::ids::OpId;
use crate::error::AppError;
use crate::tasks::api;
use crate::tasks::columns::api::place_column;
use crate::tasks::view::Card;
use crate::ui::rest;

/// After this time a card shows that its change is on its way.
const SLOW: Duration = Duration::from_millis(400);
/// The times between attempts while the server cannot be reached, in milliseconds; the last goes on.
const PAUSES: [u64; 5] = [500, 1_000, 2_000, 4_000, 8_000];
/// How often a pause looks whether it should end.
const LOOK: Duration = Duration::from_millis(100);

/// Empties the queue.
pub fn run(sender: Sender) {
    spawn_local(async move {
        while let Some(unsent) = sender.queue.with_value(|queue| queue.front().cloned()) {
            let answer = send_until_answered(&sender, &unsent).await;
            let board = &unsent.board;
            forget(&unsent.kept);
            sender.queue.update_value(|queue| drop(queue.pop_front()));
            sender.hide_waiting(unsent.op);
            match answer {
                Ok(cards) if matches!(unsent.change, Change::Add { .. }) => {
                    board.show_made(&unsent.change, &cards);
                    if let Some(made) = &unsent.made {
                        made(&cards);
                    }
                }
                Ok(cards) => cards
                    .into_iter()
                    // A card that has moved on meanwhile is shown as the page has it.
                    .filter(|card| !sender.is_changing(card.id))
                    .for_each(|card| board.settle_own(&unsent.change, card)),
                Err(error) => (unsent.rollback)(error),
            }
            sender.note_answer(unsent.op);
            if let Some(live) = board.live.filter(|_| !sender.is_shown_on(board)) {
                // Another board stands there now and shows the change as the person made it: what came of it is read.
                live.look_again();
            }
            sender.waiting.set(sender.queue.with_value(|queue| queue.len()));
            sender.mark_waiting();
        }
        sender.is_running.set_value(false);
    });
}

/// Shows new tasks that are not at the server after a moment.
pub fn show_if_slow(sender: Sender, waiting: Waiting) {
    set_timeout(move || sender.show_waiting(waiting), SLOW);
}

async fn send_until_answered(sender: &Sender, unsent: &Unsent) -> Result<Vec<Card>, AppError> {
    let mut attempts = 0;
    loop {
        let (answered, card) = (sender.slow.clone(), unsent.change.card());
        let slow = set_timeout_with_handle(move || answered.set(card), SLOW).ok();
        let answer = send(&unsent.change, unsent.op, &unsent.board.key).await;
        if let Some(slow) = slow {
            slow.clear();
        }
        if sender.slow.get_untracked().is_some() {
            sender.slow.set(None);
        }
        let wait = match &answer {
            Err(error) if is_out_of_reach(error) => Some(PAUSES[attempts.min(PAUSES.len() - 1)]),
            Err(AppError::TooMany { retry_after_seconds }) => Some(u64::from(*retry_after_seconds) * 1_000),
            Err(AppError::SignedOut) => Some(60_000),
            _ => None,
        };
        set_if_other(&sender.is_offline, answer.as_ref().is_err_and(is_out_of_reach));
        sender.mark_waiting();
        let was_signed_out = sender.is_signed_out.get_untracked();
        set_if_other(&sender.is_signed_out, has_to_sign_in(was_signed_out, answer.as_ref().err()));
        let Some(wait) = wait else { return answer };
        attempts += 1;
        // Whoever has put off to sign in is asked by what they do, not by what they did before: by itself a change is sent
        // again when a reading has found that they are back.
        let is_signed_out = matches!(answer, Err(AppError::SignedOut));
        sender.is_nudged.set_value(false);
        loop {
            if is_nudged_within(sender, wait).await {
                attempts = 0;
                break;
            }
            if !is_signed_out || is_back(sender).await {
                break;
            }
        }
    }
}

/// Waits for so many milliseconds, or until something makes another attempt worth while.
async fn is_nudged_within(sender: &Sender, wait: u64) -> bool {
    for _ in 0..wait / LOOK.as_millis() as u64 {
        rest(LOOK).await;
        if sender.is_nudged.get_value() {
            return true;
        }
    }
    false
}

/// Whether the changes may be sent again: by nobody else than the person who made them.
async fn is_back(sender: &Sender) -> bool {
    match check_session().await {
        Ok(who) => sender.me.is_none_or(|me| me == who),
        Err(error) => error != AppError::SignedOut,
    }
}

fn set_if_other(signal: &ArcRwSignal<bool>, value: bool) {
    if signal.get_untracked() != value {
        signal.set(value);
    }
}

async fn send(change: &Change, op: OpId, key: &str) -> Result<Vec<Card>, AppError> {
    match change.clone() {
        Change::Move { card, to, is_back } => {
            let moved = api::move_task(card, to.column, to.after, to.before, op, to.lane, is_back).await;
            moved.map(|card| vec![card])
        }
        Change::Archive { card } => api::archive_task(card, Some(op)).await.map(|()| Vec::new()),
        Change::Restore { card } => api::restore_task(card, Some(op)).await.map(|()| Vec::new()),
        Change::Edit { edits, is_back } => api::change_tasks(edits, op, is_back).await,
        // A repeat finds the list where it is to be.
        Change::Shift { list, between } => place_column(list, between.after, between.before).await.map(|()| Vec::new()),
        Change::Add { column, at, text } => api::add_tasks(key.to_owned(), column, text, at, Some(op)).await,
    }
}
