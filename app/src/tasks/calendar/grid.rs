//! The weeks, the days and what stands on them: a table, so that it can be read row by row; on phones an agenda.

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};
use leptos::{html::Table, prelude::*};

use super::{
    hands,
    unsent::{Line, Unsent},
};
use crate::{
    domain::{
        board_filter::encode,
        calendar::{clock_time, long_date, weekday_long, weekday_short},
        calendar_span::CalendarSpan,
        due::{self, Due, ViewerClock},
        ids::{OpId, TaskId},
    },
    tasks::{
        board::{Rewind, Urgency, new_op, say},
        views::{Calendar, CalendarItem},
    },
    ui::{Icon, toast::Toasts},
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
    rewind: StoredValue<Rewind>,
    line: StoredValue<Line>,
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
            let (line, rewind) = (self.line.get_value(), self.rewind.get_value());
            toasts.offer_about(op.to_string(), words, "Undo", move || {
                if !line.take_back(op) {
                    rewind.undo_op(op);
                }
            });
        }
    }

    /// Shows the day, and has it sent behind the others that wait.
    fn send(self, item: CalendarItem, to: NaiveDate, op: OpId, refused: String) {
        let (id, before) = (item.id, item.due);
        let shown = moved(before, to);
        self.put(id, shown);
        self.line.get_value().push(Unsent {
            id,
            op,
            to,
            before,
            shown,
            refused,
            is_sent: false,
            is_unwanted: false,
            project: self.key.get_value(),
            rewind: Some(self.rewind.get_value()),
        });
    }

    /// Shows the tasks as they were read; what the server has not answered yet stays as the person has put it.
    fn take_over(self, mut items: Vec<CalendarItem>) {
        self.line.get_value().put_on(&mut items);
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
        rewind: StoredValue::new(rewind),
        line: StoredValue::new(Line::here()),
    };
    let node = NodeRef::<Table>::new();
    Effect::new(move |_| {
        if let Some(items) = fresh.get() {
            hands::keep_focus(node, || desk.take_over(items));
        }
    });
    hands::attach(node, desk);
    // In the effect, so that nothing of it happens on the server.
    Effect::new(move |_| desk.line.get_value().show_on(desk.items));
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
