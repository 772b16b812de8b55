//! Days that were given in a calendar and that the server has not answered: sent one after the other, for of two that are on
//! their way together the first could come last; again while the server is out of reach; and after a reload, as soon as a
//! calendar is opened. A tab has one line of them, which goes on when its page is left, so that whoever leaves it loses none.

use std::{collections::VecDeque, time::Duration};

use chrono::NaiveDate;
use leptos::{prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        due::Due,
        ids::{OpId, TaskId},
    },
    error::{AppError, AppResult},
    tasks::{
        api::undo_change,
        board::{Rewind, Urgency, is_out_of_reach, new_op, say},
        held::{Place, waits},
        views::{CalendarItem, ListRow},
        views_api::save_cell,
    },
    ui::{Reach, SessionEnd, rest, toast::Toasts},
};

/// A task that was given another day.
#[derive(Clone, Serialize, Deserialize)]
pub struct Unsent {
    pub id: TaskId,
    /// The name of the change: a repeat does nothing.
    pub op: OpId,
    pub to: NaiveDate,
    pub before: Due,
    pub shown: Due,
    /// What is said where the server refuses.
    pub refused: String,
    /// Whether it was sent, so that the server may know of it.
    pub is_sent: bool,
    /// Whether it is taken back as soon as it is made.
    pub is_unwanted: bool,
    /// The key of its project.
    pub project: String,
    /// Where it becomes a step.
    #[serde(skip)]
    pub rewind: Option<Rewind>,
}

/// Between two attempts at most this many seconds pass.
const LONGEST: u64 = 8;
/// How often it is looked whether another attempt is worth while before that.
const LOOK: Duration = Duration::from_millis(250);
/// What its notice is about.
const ABOUT: &str = "calendar-days";

/// The line of a tab; clones are the same.
#[derive(Clone, Default)]
pub struct Line {
    all: ArcStoredValue<VecDeque<Unsent>>,
    is_running: ArcStoredValue<bool>,
    /// Somebody wants another attempt at once.
    is_nudged: ArcStoredValue<bool>,
    /// Where the browser keeps it.
    place: ArcStoredValue<Option<Place>>,
    /// The tasks of the calendar that stands in the page, or did last.
    items: ArcStoredValue<Option<RwSignal<Vec<CalendarItem>>>>,
    around: ArcStoredValue<Around>,
}

/// What the shell has for all pages.
#[derive(Clone, Copy, Default)]
struct Around {
    toasts: Option<Toasts>,
    end: Option<SessionEnd>,
    reach: Option<Reach>,
}

/// Makes one line for all calendars of the tab.
pub fn provide_days() {
    provide_context(Line::default());
}

impl Line {
    /// What the shell has; of a page outside of it its own.
    pub fn here() -> Self {
        let line: Self = use_context().unwrap_or_default();
        // The person of a tab stays the same.
        if line.place.with_value(Option::is_none) {
            line.place.set_value(Place::of(ABOUT));
        }
        line.around.set_value(Around { toasts: use_context(), end: use_context(), reach: use_context() });
        line
    }

    /// Sends what the page before this one has left.
    pub fn go_on(&self) {
        if self.is_running.get_value() || self.count() > 0 {
            return;
        }
        let left = self.place.with_value(|place| place.as_ref().map(Place::left::<Unsent>)).unwrap_or_default();
        for unsent in left {
            // Its page hears of what comes of it by the stream of its project.
            let rewind = Rewind::of(&unsent.project, None, || ());
            self.push(Unsent { rewind: Some(rewind), ..unsent });
        }
    }

    /// Shows what waits on these tasks as the person has put it, and from now on what comes of it.
    pub fn show_on(&self, items: RwSignal<Vec<CalendarItem>>) {
        self.items.set_value(Some(items));
        let mut shown = items.get_untracked();
        self.put_on(&mut shown);
        if items.with_untracked(|items| *items != shown) {
            items.set(shown);
        }
    }

    /// What the server has not answered yet stays as the person has put it.
    pub fn put_on(&self, items: &mut [CalendarItem]) {
        self.all.with_value(|all| {
            for waiting in all.iter().filter(|waiting| !waiting.is_unwanted) {
                if let Some(item) = items.iter_mut().find(|item| item.id == waiting.id) {
                    item.due = waiting.shown;
                }
            }
        });
    }

    /// Adds a change behind the others, and has it sent. The keys of its project that take back wait for all of them.
    pub fn push(&self, unsent: Unsent) {
        let has_other = self.all.with_value(|all| all.iter().any(|other| other.project == unsent.project));
        if let Some(rewind) = unsent.rewind.as_ref().filter(|_| !has_other) {
            rewind.hold();
        }
        self.all.update_value(|all| all.push_back(unsent));
        self.keep();
        let was_running = self.is_running.try_update_value(|is_running| std::mem::replace(is_running, true));
        if was_running == Some(false) {
            spawn_local(self.clone().send_all());
        }
    }

    /// Takes a change back that waits, and shows its task where it was; false where it does not wait any more. What the server
    /// may know of is taken back when it has answered.
    pub fn take_back(&self, op: OpId) -> bool {
        let Some(back) = self.all.try_update_value(|all| take_back(all, op)).flatten() else { return false };
        self.keep();
        self.settle(back.id, back.shown, back.before);
        if !back.is_sent {
            self.let_go(&back);
        }
        true
    }

    fn count(&self) -> usize {
        self.all.with_value(VecDeque::len)
    }

    /// Sends one after the other, and goes back to the day before where the server refuses.
    async fn send_all(self) {
        let Around { toasts, .. } = self.around.get_value();
        let (mut is_signed_out, mut failed) = (false, 0);
        while let Some(next) = self.first() {
            // Whoever did not sign in again is not asked for each of the others.
            let answer = if is_signed_out { Err(AppError::SignedOut) } else { self.send(&next).await };
            is_signed_out = matches!(answer, Err(AppError::SignedOut));
            if answer.as_ref().is_err_and(is_out_of_reach) {
                failed += 1;
                self.wait(failed).await;
                continue;
            }
            failed = 0;
            let Some(sent) = self.all.try_update_value(VecDeque::pop_front).flatten() else { break };
            self.keep();
            match answer {
                Ok(_) if sent.is_unwanted => self.undo(&sent).await,
                Ok(row) => {
                    if let Some(rewind) = &sent.rewind {
                        rewind.push(sent.op, sent.id);
                    }
                    if let Some(due) = row.card.due {
                        self.settle(sent.id, sent.shown, due);
                    }
                }
                Err(_) if sent.is_unwanted => {}
                Err(error) => {
                    self.all.update_value(|all| never_was(all, 0, &sent));
                    self.keep();
                    self.settle(sent.id, sent.shown, sent.before);
                    fail(toasts, format!("{} {}", sent.refused, error.words()));
                    if let Some(toasts) = toasts {
                        toasts.close_about(&sent.op.to_string());
                    }
                }
            }
            self.let_go(&sent);
        }
        if let Some(toasts) = toasts {
            toasts.close_about(ABOUT);
        }
        self.is_running.set_value(false);
    }

    /// The first, which is sent now.
    fn first(&self) -> Option<Unsent> {
        let first = self.all.try_update_value(|all| {
            let first = all.front_mut()?;
            first.is_sent = true;
            Some(first.clone())
        });
        self.keep();
        first.flatten()
    }

    /// Sends a change; where the session has ended, once more when somebody has signed in again.
    async fn send(&self, next: &Unsent) -> AppResult<ListRow> {
        let send = || save_cell(next.id, "due".into(), next.to.to_string(), 0, Some(next.op));
        let has_no_session = |answer: &AppResult<ListRow>| matches!(answer, Err(AppError::SignedOut));
        SessionEnd::send(self.around.get_value().end, || self.count(), has_no_session, send).await
    }

    /// Takes back what was made and is not wanted any more, before anything else is sent: the next may be about the same task.
    async fn undo(&self, made: &Unsent) {
        let op = new_op();
        let mut failed = 0;
        loop {
            match undo_change(made.op, op).await {
                Err(error) if is_out_of_reach(&error) => {
                    failed += 1;
                    self.wait(failed).await;
                }
                Err(error) => return fail(self.around.get_value().toasts, format!("Not undone. {}", error.words())),
                Ok(_) => return,
            }
        }
    }

    /// The keys that take back go on behind a change that waits no more, unless another one of its project does.
    fn let_go(&self, gone: &Unsent) {
        let has_other = self.all.with_value(|all| all.iter().any(|other| other.project == gone.project));
        if let Some(rewind) = gone.rewind.as_ref().filter(|_| !has_other) {
            rewind.go_on();
        }
    }

    /// Says that something waits for the server, and waits until another attempt is worth while: after a time that grows, when
    /// the server is back, and when somebody asks for it.
    async fn wait(&self, failed: u32) {
        let Around { toasts, reach, .. } = self.around.get_value();
        if let Some(toasts) = toasts {
            let nudged = self.is_nudged.clone();
            // What is taken back is not in the line any more.
            toasts.fail_about(ABOUT, waits(self.count().max(1)), "Try again", move || nudged.set_value(true));
        }
        self.is_nudged.set_value(false);
        let was_lost = reach.is_some_and(Reach::is_lost_now);
        let pause = Duration::from_secs(1u64.checked_shl(failed.saturating_sub(1)).unwrap_or(LONGEST).min(LONGEST));
        let mut waited = Duration::ZERO;
        while waited < pause && !self.is_nudged.get_value() {
            rest(LOOK).await;
            waited += LOOK;
            if was_lost && !reach.is_some_and(Reach::is_lost_now) {
                break;
            }
        }
    }

    /// Shows what came of a change in the calendar that stands in the page, unless the task has moved on since.
    fn settle(&self, id: TaskId, shown: Due, due: Due) {
        let Some(items) = self.items.get_value() else { return };
        let is_shown = items.try_with_untracked(|items| items.iter().any(|item| item.id == id && item.due == shown));
        if is_shown != Some(true) {
            return;
        }
        items.try_update(|items| {
            if let Some(item) = items.iter_mut().find(|item| item.id == id) {
                item.due = due;
            }
        });
    }

    /// Has the browser keep what waits.
    fn keep(&self) {
        let all: Vec<Unsent> = self.all.with_value(|all| all.iter().cloned().collect());
        self.place.update_value(|place| {
            if let Some(place) = place {
                place.keep(&all);
            }
        });
    }
}

fn fail(toasts: Option<Toasts>, words: String) {
    say(words.clone(), Urgency::Assertive);
    if let Some(toasts) = toasts {
        toasts.fail(words);
    }
}

/// A change came to nothing: the next one of its task in the line, from a place on, does not go back to a day that it never
/// had.
fn never_was(all: &mut VecDeque<Unsent>, from: usize, gone: &Unsent) {
    if let Some(later) = all.iter_mut().skip(from).find(|later| later.id == gone.id) {
        later.before = gone.before;
    }
}

fn take_back(all: &mut VecDeque<Unsent>, op: OpId) -> Option<Unsent> {
    let place = all.iter().position(|waiting| waiting.op == op)?;
    if all[place].is_sent {
        all[place].is_unwanted = true;
        let back = all[place].clone();
        never_was(all, place + 1, &back);
        return Some(back);
    }
    let gone = all.remove(place)?;
    never_was(all, place, &gone);
    Some(gone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn day(number: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, number).unwrap()
    }

    fn unsent(op: u128, from: u32, to: u32) -> Unsent {
        Unsent {
            id: TaskId(Uuid::nil()),
            op: OpId(Uuid::from_u128(op)),
            to: day(to),
            before: Due::On(day(from)),
            shown: Due::On(day(to)),
            refused: String::new(),
            is_sent: false,
            is_unwanted: false,
            project: "OPS".into(),
            rewind: None,
        }
    }

    #[test]
    fn what_was_never_sent_is_taken_back_by_leaving_it_out() {
        let mut all = VecDeque::from([unsent(1, 10, 11), unsent(2, 11, 12)]);
        let gone = take_back(&mut all, OpId(Uuid::from_u128(1))).unwrap();
        assert_eq!((gone.before, all.len()), (Due::On(day(10)), 1));
        assert_eq!(all[0].before, Due::On(day(10)), "the next one goes back to a day that the task has had");
    }

    #[test]
    fn taking_a_later_day_back_leaves_the_earlier_one_as_it_was() {
        let sent = Unsent { is_sent: true, ..unsent(1, 10, 11) };
        let mut all = VecDeque::from([sent, unsent(2, 11, 12), unsent(3, 12, 13)]);
        take_back(&mut all, OpId(Uuid::from_u128(2))).unwrap();
        let before: Vec<_> = all.iter().map(|waiting| waiting.before).collect();
        assert_eq!(before, [Due::On(day(10)), Due::On(day(11))]);
        take_back(&mut all, OpId(Uuid::from_u128(1))).unwrap();
        assert_eq!(all[1].before, Due::On(day(10)), "also where the earlier one is taken back when it is made");
    }

    #[test]
    fn what_the_server_may_know_of_is_taken_back_when_it_has_answered() {
        let mut all = VecDeque::from([Unsent { is_sent: true, ..unsent(1, 10, 11) }]);
        assert!(take_back(&mut all, OpId(Uuid::from_u128(1))).is_some_and(|back| back.is_unwanted));
        assert_eq!(all.len(), 1, "it is still to be heard of");
        assert!(take_back(&mut all, OpId(Uuid::from_u128(2))).is_none());
    }

    #[test]
    fn what_waits_outlives_a_reload() {
        let kept = serde_json::to_string(&[unsent(1, 10, 11)]).unwrap();
        let left: Vec<Unsent> = serde_json::from_str(&kept).unwrap();
        assert_eq!(
            (left[0].op, left[0].shown, left[0].project.as_str()),
            (OpId(Uuid::from_u128(1)), Due::On(day(11)), "OPS")
        );
    }
}
