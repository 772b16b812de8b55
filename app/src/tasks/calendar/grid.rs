//! The weeks, the days and what stands on them: a table, so that it can be read row by row; on phones an agenda.

use std::collections::VecDeque;

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};
use leptos::{html::Table, prelude::*};

use super::hands;
use crate::{
    domain::{
        board_filter::encode,
        calendar::{clock_time, long_date, weekday_long, weekday_short},
        calendar_span::CalendarSpan,
        due::{self, Due, ViewerClock},
        ids::{OpId, TaskId},
    },
    error::{AppError, AppResult},
    tasks::{
        board::{Rewind, Urgency, is_out_of_reach, new_op, say},
        views::{Calendar, CalendarItem, ListRow},
        views_api::save_cell,
    },
    ui::{Icon, SessionEnd, toast::Toasts},
};

/// Tasks that a day of a month shows; the week shows all.
const MOST: usize = 3;

/// The tasks on the page, and the way to give one another day.
#[derive(Clone, Copy)]
pub struct Desk {
    pub items: RwSignal<Vec<CalendarItem>>,
    pub can_edit: bool,
    key: StoredValue<String>,
    clock: ViewerClock,
    /// Where the viewer's weeks begin.
    first_day: Weekday,
    toasts: Option<Toasts>,
    end: Option<SessionEnd>,
    rewind: StoredValue<Rewind>,
    /// Changes of days that the server has not answered; the first is on its way. Outlives the page, so that
    /// whoever leaves it loses none.
    unsent: StoredValue<ArcStoredValue<VecDeque<Unsent>>>,
}

/// A task that was given another day.
#[derive(Clone)]
struct Unsent {
    id: TaskId,
    /// The name of the change.
    op: OpId,
    to: NaiveDate,
    before: Due,
    shown: Due,
    /// What is said where the server refuses.
    refused: String,
    /// Whether it is taken back as soon as it is made.
    is_unwanted: bool,
}

/// Takes a change of a day back; one that is not answered yet, when it is.
fn take_back(unsent: &ArcStoredValue<VecDeque<Unsent>>, rewind: &Rewind, op: OpId) {
    let is_waiting = unsent.try_update_value(|unsent| match unsent.iter_mut().find(|waiting| waiting.op == op) {
        Some(waiting) => {
            waiting.is_unwanted = true;
            true
        }
        None => false,
    });
    if is_waiting != Some(true) {
        rewind.undo_op(op);
    }
}

impl Desk {
    fn item(self, id: TaskId) -> Option<CalendarItem> {
        self.items.try_with_untracked(|items| items.iter().find(|item| item.id == id).cloned()).flatten()
    }

    /// Moves a task by so many days; it is shown at once, and can be taken back.
    pub fn shift(self, id: TaskId, days: i64) {
        let Some(item) = self.item(id) else { return };
        let from = item.due.date();
        let Some(to) = from.checked_add_signed(TimeDelta::days(days)) else { return };
        if !self.can_edit || days == 0 {
            return;
        }
        let (title, op) = (item.title.clone(), new_op());
        self.send(item, to, op, format!("Not moved. “{title}” is back on {}.", long_date(from)));
        let words = format!("Moved “{title}” to {}", long_date(to));
        say(format!("{words}."), Urgency::Polite);
        if let Some(toasts) = self.toasts {
            let (unsent, rewind) = (self.unsent.get_value(), self.rewind.get_value());
            toasts.offer_about(op.to_string(), words, "Undo", move || take_back(&unsent, &rewind, op));
        }
    }

    /// Shows the day, asks the server, and goes back where it refuses. One after the other: of two that are on
    /// their way together the first could come last. The keys that take back wait for them, too.
    fn send(self, item: CalendarItem, to: NaiveDate, op: OpId, refused: String) {
        let (id, before) = (item.id, item.due);
        let shown = moved(before, to);
        self.put(id, shown);
        let (unsent, rewind) = (self.unsent.get_value(), self.rewind.get_value());
        let waiting = Unsent { id, op, to, before, shown, refused, is_unwanted: false };
        unsent.update_value(|unsent| unsent.push_back(waiting));
        if unsent.with_value(VecDeque::len) == 1 {
            rewind.hold();
            leptos::task::spawn_local(self.send_all(unsent, rewind));
        }
    }

    async fn send_all(self, unsent: ArcStoredValue<VecDeque<Unsent>>, rewind: Rewind) {
        let mut is_signed_out = false;
        while let Some(next) = unsent.with_value(|unsent| unsent.front().cloned()) {
            // Whoever did not sign in again is not asked for each of the others.
            let answer =
                if is_signed_out { Err(AppError::SignedOut) } else { self.send_signed_in(&next, &unsent).await };
            is_signed_out = matches!(answer, Err(AppError::SignedOut));
            let sent = unsent.try_update_value(VecDeque::pop_front).flatten();
            match answer {
                Ok(row) => {
                    rewind.push(next.op, next.id);
                    if sent.is_some_and(|sent| sent.is_unwanted) {
                        rewind.undo_op(next.op);
                    }
                    if let Some(due) = row.card.due {
                        self.settle(next.id, next.shown, due);
                    }
                }
                Err(error) => {
                    // The next one of the task does not go back to a day that it never had.
                    let before = next.before;
                    unsent.update_value(|unsent| {
                        if let Some(later) = unsent.iter_mut().find(|later| later.id == next.id) {
                            later.before = before;
                        }
                    });
                    self.settle(next.id, next.shown, before);
                    // It is not kept, so nothing is said of sending it later.
                    let why =
                        if is_out_of_reach(&error) { "The server cannot be reached.".into() } else { error.words() };
                    let words = format!("{} {why}", next.refused);
                    say(words.clone(), Urgency::Assertive);
                    if let Some(toasts) = self.toasts {
                        toasts.close_about(&next.op.to_string());
                        toasts.fail(words);
                    }
                }
            }
        }
        rewind.go_on();
    }

    /// Sends a change; where the session has ended, once more when somebody has signed in again.
    async fn send_signed_in(self, next: &Unsent, unsent: &ArcStoredValue<VecDeque<Unsent>>) -> AppResult<ListRow> {
        let send = || save_cell(next.id, "due".into(), next.to.to_string(), 0, Some(next.op));
        let has_no_session = |answer: &AppResult<ListRow>| matches!(answer, Err(AppError::SignedOut));
        SessionEnd::send(self.end, || unsent.with_value(VecDeque::len), has_no_session, send).await
    }

    /// Shows what came of a change, unless the task has moved on since.
    fn settle(self, id: TaskId, shown: Due, due: Due) {
        if self.item(id).is_some_and(|item| item.due == shown) {
            self.put(id, due);
        }
    }

    /// Shows the tasks as they were read; what the server has not answered yet stays as the person has put it.
    fn take_over(self, mut items: Vec<CalendarItem>) {
        self.unsent.get_value().with_value(|unsent| {
            for waiting in unsent {
                if let Some(item) = items.iter_mut().find(|item| item.id == waiting.id) {
                    item.due = waiting.shown;
                }
            }
        });
        if self.items.with_untracked(|shown| *shown != items) {
            self.items.set(items);
        }
    }

    fn put(self, id: TaskId, due: Due) {
        self.items.try_update(|items| {
            if let Some(item) = items.iter_mut().find(|item| item.id == id) {
                item.due = due;
            }
        });
    }
}

/// The same time on another day.
fn moved(due: Due, to: NaiveDate) -> Due {
    match due {
        Due::On(_) => Due::On(to),
        Due::At { instant, local } => {
            let days = to - local.date();
            Due::At { instant: instant + days, local: local + days }
        }
    }
}

/// The address of a span; `shared` is what it says beside it, with its question mark.
pub fn href(key: &str, shared: &str, span: CalendarSpan) -> String {
    let (name, value) = span.pair();
    let joint = if shared.is_empty() { '?' } else { '&' };
    format!("/board/{key}/calendar{shared}{joint}{name}={}", encode(&value))
}

#[component]
pub fn Grid(
    calendar: Calendar,
    /// What others have made of the tasks since.
    fresh: RwSignal<Option<Vec<CalendarItem>>>,
    /// What the address says beside the span, with its question mark.
    shared: String,
    rewind: Rewind,
) -> impl IntoView {
    let Calendar { key, can_edit, clock, span, first_day, items, .. } = calendar;
    let desk = Desk {
        items: RwSignal::new(items),
        can_edit,
        key: StoredValue::new(key),
        clock,
        first_day,
        toasts: use_context::<Toasts>(),
        end: use_context::<SessionEnd>(),
        rewind: StoredValue::new(rewind),
        unsent: StoredValue::new(ArcStoredValue::default()),
    };
    let node = NodeRef::<Table>::new();
    Effect::new(move |_| {
        if let Some(items) = fresh.get() {
            hands::keep_focus(node, || desk.take_over(items));
        }
    });
    hands::attach(node, desk);
    let heads: Vec<_> = span.weeks(first_day)[0]
        .iter()
        .map(|day| {
            let (short, long) = (weekday_short(day.weekday()), weekday_long(day.weekday()));
            view! { <th scope="col"><abbr title=long>{short}</abbr></th> }
        })
        .collect();
    let weeks: Vec<_> = span.weeks(first_day).into_iter().map(|days| week(&days, span, &shared, desk)).collect();
    let help = can_edit.then(|| {
        view! { <p id="calendar-help" class="sr-only">"Shift with the arrow keys moves a task by a day or a week. The menu beside it does the same."</p> }
    });
    view! {
        {help}
        <div class="table-wrap calendar-wrap" tabindex="0" role="region" aria-label="Calendar">
            <table class="calendar" class:is-week=matches!(span, CalendarSpan::Week(_)) node_ref=node aria-describedby=can_edit.then_some("calendar-help")>
                <caption class="sr-only">{format!("Tasks by due date, {}", span.words())}</caption>
                <thead><tr><th scope="col" class="calendar__week"><span class="sr-only">"Week"</span></th>{heads}</tr></thead>
                <tbody>{weeks}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn week(days: &[NaiveDate], span: CalendarSpan, shared: &str, desk: Desk) -> impl IntoView + use<> {
    // The number of the week that has most of these days, wherever they begin.
    let number = days[3].iso_week().week();
    let href = desk.key.with_value(|key| href(key, shared, CalendarSpan::week_of(days[0], desk.first_day)));
    let head = match span {
        CalendarSpan::Month(_) => {
            view! { <a href=href.clone() aria-label=format!("Week {number}")>{number}</a> }.into_any()
        }
        CalendarSpan::Week(_) => view! { <span><span class="sr-only">"Week "</span>{number}</span> }.into_any(),
    };
    let cells: Vec<_> = days.iter().map(|date| day(*date, span, href.clone(), desk)).collect();
    view! { <tr><th scope="row" class="calendar__week">{head}</th>{cells}</tr> }
}

/// The part of a task that stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// It is due.
    Due,
    /// It is worked on.
    UnderWay,
}

fn part(item: &CalendarItem, day: NaiveDate) -> Option<Part> {
    let due = item.due.date();
    if due == day {
        Some(Part::Due)
    } else if item.start.is_some_and(|start| start <= day && day < due) {
        Some(Part::UnderWay)
    } else {
        None
    }
}

fn day(date: NaiveDate, span: CalendarSpan, more_href: String, desk: Desk) -> impl IntoView + use<> {
    let is_today = date == desk.clock.today();
    let limit = if matches!(span, CalendarSpan::Month(_)) { MOST } else { usize::MAX };
    let here = Memo::new(move |_| {
        desk.items.with(|items| {
            items
                .iter()
                .filter_map(|item| part(item, date).map(|part| (part == Part::UnderWay, item.clone())))
                .collect::<Vec<_>>()
        })
    });
    // One more than fit is shown rather than announced.
    let shown =
        move || here.with(|all| if all.len() == limit.saturating_add(1) { all.len() } else { limit.min(all.len()) });
    let more = Memo::new(move |_| here.with(Vec::len) - shown());
    let is_empty = Memo::new(move |_| here.with(Vec::is_empty));
    let first = move || here.get().into_iter().take(shown()).collect::<Vec<_>>();
    let list = move || {
        let more_href = more_href.clone();
        let rest = move || {
            let (more, href) = (more.get(), more_href.clone());
            (more > 0).then(|| view! { <li><a class="calendar__more" href=href>{format!("+{more} more")}<span class="sr-only">{format!(" on {}", long_date(date))}</span></a></li> })
        };
        // A task that stays as it is keeps its place in the page, and the focus with it.
        (!is_empty.get()).then(|| view! {
            <ul class="calendar__items" role="list">
                <For each=first key=|(is_under_way, item)| format!("{is_under_way}{item:?}") let((is_under_way, item))>
                    {event(item, is_under_way, desk)}
                </For>
                {rest}
            </ul>
        })
    };
    view! {
        <td data-date=date.to_string() class:is-today=is_today class:is-other=!span.has(date) class:is-empty=move || here.with(Vec::is_empty)>
            <p class="calendar__day">
                <time datetime=date.to_string()>
                    <span class="calendar__weekday">{weekday_short(date.weekday())}" "</span>{day_number(date, span, desk.first_day)}
                </time>
                {is_today.then(|| view! { <span class="badge" data-tone="accent">"Today"</span> })}
            </p>
            {list}
        </td>
    }
}

/// The number of a day, with its month where another one begins.
fn day_number(date: NaiveDate, span: CalendarSpan, first_day: Weekday) -> String {
    let is_first_shown = date == span.bounds(first_day).0;
    if date.day() == 1 || is_first_shown { crate::domain::calendar::day_month(date) } else { date.day().to_string() }
}

fn event(item: CalendarItem, is_under_way: bool, desk: Desk) -> impl IntoView {
    let CalendarItem { id, number, title, due, finish, .. } = item;
    let reference = desk.key.with_value(|key| format!("{key}-{number}"));
    let chip = due::chip(Some(due), finish, desk.clock);
    let state = chip.as_ref().map(|chip| chip.key.as_str());
    let time = match due {
        Due::At { local, .. } if !is_under_way => Some(clock_time(local.time())),
        _ => None,
    };
    // Colour says nothing that these words do not.
    let said = match (&chip, is_under_way) {
        (_, true) => Some("Under way".to_owned()),
        (Some(chip), false) if chip.key.is_overdue() => Some(chip.words.clone()),
        (Some(chip), false) if chip.key == due::DueKey::Done => Some("Done".to_owned()),
        _ => None,
    };
    let (href, actions) = (format!("/tasks/{reference}"), format!("/tasks/{reference}/actions"));
    let label = format!("Change the date of {title}");
    view! {
        <li class="event" data-id=id.to_string() data-due=state class:is-under-way=is_under_way>
            <a class="event__title" href=href dir="auto" title=title.clone() draggable="false">{time.map(|time| view! { <bdi class="event__time">{time}</bdi>" " })}{title.clone()}</a>
            {said.map(|said| view! { <span class="event__words">{said}</span> })}
            {desk.can_edit.then(|| view! { <a class="icon-btn event__menu" href=actions aria-label=label><Icon name="ellipsis" /></a> })}
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn another_day_keeps_the_time() {
        let due = Due::At {
            instant: "2026-11-23T16:00:00Z".parse().unwrap(),
            local: day("2026-11-23").and_hms_opt(17, 0, 0).unwrap(),
        };
        let Due::At { local, .. } = moved(due, day("2026-12-01")) else { panic!() };
        assert_eq!(local.to_string(), "2026-12-01 17:00:00");
        assert_eq!(moved(Due::On(day("2026-11-23")), day("2026-11-24")), Due::On(day("2026-11-24")));
    }
}
