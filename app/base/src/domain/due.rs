//! Due dates: what a date means now, in words, with an icon and the strength of its colour.
//!
//! The rules are the table of the design (first match wins). Nothing here knows time zones: the
//! server puts a due instant into the viewer's zone when it reads it, and says how far the
//! viewer's clock is from UTC, so that the browser can recompute without a zone database.

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use serde::{Deserialize, Serialize};

use super::calendar::{clock_time, day_month, long_date, short_date, weekday_short};

/// Days after today that count as soon, where a person has chosen no other number.
pub const SOON_USUAL: u8 = 3;
/// What can be chosen for it.
pub const SOON_CHOICES: std::ops::RangeInclusive<u8> = 1..=7;
/// Days after today that still stand out from what is later.
const UPCOMING_DAYS: i64 = 14;
/// Days after which an overdue task is an old story and no longer an alarm.
const STALE_DAYS: i64 = 7;

/// When a task is due, in the viewer's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Due {
    /// The end of that day.
    On(NaiveDate),
    /// An instant, and what the viewer's clock shows then.
    At { instant: DateTime<Utc>, local: NaiveDateTime },
}

impl Due {
    /// The day on which it is due for the viewer.
    pub fn date(self) -> NaiveDate {
        match self {
            Self::On(date) => date,
            Self::At { local, .. } => local.date(),
        }
    }

    /// The whole date: `Monday 23 November 2026, 17:00`.
    pub fn long(self) -> String {
        match self {
            Self::On(date) => long_date(date),
            Self::At { local, .. } => format!("{}, {}", long_date(local.date()), clock_time(local.time())),
        }
    }

    /// For `<time datetime>`: `2026-11-23`, or with the time in UTC.
    pub fn machine(self) -> String {
        match self {
            Self::On(date) => date.to_string(),
            Self::At { instant, .. } => instant.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        }
    }
}

/// What is said of a task that is due before the day on which it should be begun. It may be so: somebody imports it, or
/// moves one of the two first.
pub fn begins_late(start: Option<NaiveDate>, due: Option<Due>) -> Option<&'static str> {
    start.zip(due).filter(|(start, due)| *start > due.date()).map(|_| "The start is after the due date.")
}

/// A due date as it is chosen: a day, or a day and a time of the person's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueInput {
    pub date: NaiveDate,
    pub time: Option<NaiveTime>,
}

impl From<Due> for DueInput {
    fn from(due: Due) -> Self {
        match due {
            Due::On(date) => Self { date, time: None },
            Due::At { local, .. } => Self { date: local.date(), time: Some(local.time()) },
        }
    }
}

/// What "next week" means wherever it is chosen: the Monday of the week behind this one, where weeks begin on
/// `first_day`. None at the end of the calendar.
pub fn next_week(today: NaiveDate, first_day: Weekday) -> Option<NaiveDate> {
    let begins = today.week(first_day).checked_first_day()?.checked_add_days(Days::new(7))?;
    begins.checked_add_days(Days::new(u64::from((7 - begins.weekday().num_days_from_monday()) % 7)))
}

/// Whether the task is finished, and since when in the viewer's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Finish {
    Open,
    /// Completed at this instant, which was this day for the viewer.
    Done {
        instant: DateTime<Utc>,
        on: NaiveDate,
    },
}

/// The viewer's clock: the instant, and how far it is from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewerClock {
    pub now: DateTime<Utc>,
    /// Minutes that the viewer's clock is ahead of UTC (negative west of it).
    pub utc_offset_minutes: i32,
    /// How many days after today are soon for the viewer, 1 to 7.
    pub soon_days: u8,
}

impl ViewerClock {
    /// What the viewer's clock shows now.
    pub fn local(self) -> NaiveDateTime {
        self.now.naive_utc() + Duration::minutes(i64::from(self.utc_offset_minutes))
    }

    /// The viewer's day.
    pub fn today(self) -> NaiveDate {
        self.local().date()
    }

    /// A chosen due date as the viewer's clock of today would place it; the server, which knows the
    /// zone, places it for good.
    pub fn due(self, chosen: DueInput) -> Due {
        let DueInput { date, time } = chosen;
        time.map_or(Due::On(date), |time| {
            let local = date.and_time(time);
            let utc = local.checked_sub_signed(Duration::minutes(i64::from(self.utc_offset_minutes))).unwrap_or(local);
            Due::At { instant: utc.and_utc(), local }
        })
    }
}

crate::text_enum!(
    /// How near a due date is: the `data-due` of cards and chips.
    DueKey {
        Done = "done",
        Stale = "stale",
        Overdue = "overdue",
        Today = "today",
        Soon = "soon",
        Upcoming = "upcoming",
        Later = "later",
    }
);

impl DueKey {
    /// The name of the icon in the sprite.
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Done => "circle-check",
            Self::Stale | Self::Overdue => "calendar-x",
            Self::Today => "alarm-clock",
            Self::Soon => "clock",
            Self::Upcoming | Self::Later => "calendar",
        }
    }

    /// Whether the card carries a strip at its start.
    pub const fn has_strip(self) -> bool {
        matches!(self, Self::Stale | Self::Overdue | Self::Today)
    }

    /// Whether the date is past on an open task.
    pub const fn is_overdue(self) -> bool {
        matches!(self, Self::Stale | Self::Overdue)
    }
}

/// What the chip on a card says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueChip {
    pub key: DueKey,
    pub words: String,
}

/// The chip of a task: `None` for an open task without a due date.
pub fn chip(due: Option<Due>, finish: Finish, clock: ViewerClock) -> Option<DueChip> {
    let (key, words) = match (finish, due) {
        (Finish::Done { instant, on }, due) => (DueKey::Done, done_words(due, instant, on, clock.today())),
        (Finish::Open, None) => return None,
        (Finish::Open, Some(Due::On(date))) => date_words(date, clock),
        (Finish::Open, Some(Due::At { instant, local })) => instant_words(instant, local, clock),
    };
    Some(DueChip { key, words })
}

fn done_words(due: Option<Due>, finished: DateTime<Utc>, on: NaiveDate, today: NaiveDate) -> String {
    let done = format!("Done {}", short_date(on, today));
    let late = match due {
        Some(Due::On(date)) => whole_days(on - date).map(|days| format!("{days} d")),
        Some(Due::At { instant, .. }) => (finished > instant).then(|| span(finished - instant)),
        None => None,
    };
    late.map_or(done.clone(), |late| format!("{done} · {late} late"))
}

fn date_words(date: NaiveDate, clock: ViewerClock) -> (DueKey, String) {
    match (date - clock.today()).num_days() {
        days if days < -STALE_DAYS => (DueKey::Stale, format!("Overdue {} d", -days)),
        days if days < 0 => (DueKey::Overdue, format!("Overdue {} d", -days)),
        0 => (DueKey::Today, "Today".into()),
        _ => ahead(date, clock),
    }
}

fn instant_words(instant: DateTime<Utc>, local: NaiveDateTime, clock: ViewerClock) -> (DueKey, String) {
    let left = instant - clock.now;
    let (date, today) = (local.date(), clock.today());
    let at = clock_time(local.time());
    if left < Duration::zero() {
        let key = if -left > Duration::days(STALE_DAYS) { DueKey::Stale } else { DueKey::Overdue };
        return (key, format!("Overdue {}", span(-left)));
    }
    if left < Duration::hours(1) {
        return (DueKey::Today, format!("In {} min", left.num_minutes().max(1)));
    }
    if date <= today {
        return (DueKey::Today, format!("Today {at}"));
    }
    if left < Duration::hours(24) {
        return (DueKey::Today, format!("Tomorrow {at}"));
    }
    ahead(date, clock)
}

/// A day after today, in words.
fn ahead(date: NaiveDate, clock: ViewerClock) -> (DueKey, String) {
    let (today, soon) = (clock.today(), i64::from(clock.soon_days));
    match (date - today).num_days() {
        1 => (DueKey::Soon, "Tomorrow".into()),
        days if days <= soon => (DueKey::Soon, weekday_short(date.weekday()).into()),
        days if days <= UPCOMING_DAYS && date.year() == today.year() => (DueKey::Upcoming, day_month(date)),
        days if days <= UPCOMING_DAYS => (DueKey::Upcoming, short_date(date, today)),
        _ => (DueKey::Later, short_date(date, today)),
    }
}

fn whole_days(span: Duration) -> Option<i64> {
    (span.num_days() > 0).then(|| span.num_days())
}

/// A length of time in its largest unit: `12 d`, `3 h`, `20 min`.
fn span(length: Duration) -> String {
    match (length.num_days(), length.num_hours(), length.num_minutes()) {
        (days @ 1.., _, _) => format!("{days} d"),
        (_, hours @ 1.., _) => format!("{hours} h"),
        (_, _, minutes) => format!("{} min", minutes.max(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sunday 22 November 2026, 15:00 in Ljubljana.
    fn clock() -> ViewerClock {
        ViewerClock { now: instant("2026-11-22T14:00:00Z"), utc_offset_minutes: 60, soon_days: SOON_USUAL }
    }

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_task_begins_late_from_the_day_after_its_due_date() {
        let due = |text| Some(Due::On(day(text)));
        assert!(begins_late(Some(day("2026-11-24")), due("2026-11-23")).is_some());
        assert_eq!(begins_late(Some(day("2026-11-23")), due("2026-11-23")), None);
        assert_eq!(begins_late(None, due("2026-11-23")).or(begins_late(Some(day("2026-11-24")), None)), None);
    }

    /// A due instant for a viewer one hour ahead of UTC.
    fn at(text: &str) -> Due {
        let instant = instant(text);
        Due::At { instant, local: instant.naive_utc() + Duration::hours(1) }
    }

    fn says(due: Due) -> (&'static str, String) {
        let chip = chip(Some(due), Finish::Open, clock()).unwrap();
        (chip.key.as_str(), chip.words)
    }

    fn said(key: &'static str, words: &str) -> (&'static str, String) {
        (key, words.into())
    }

    #[test]
    fn a_date_is_due_until_the_end_of_its_day() {
        assert_eq!(says(Due::On(day("2026-11-22"))), said("today", "Today"));
        assert_eq!(says(Due::On(day("2026-11-21"))), said("overdue", "Overdue 1 d"));
        let just_before_midnight = ViewerClock { now: instant("2026-11-22T22:59:59Z"), ..clock() };
        let just_after = ViewerClock { now: instant("2026-11-22T23:00:00Z"), ..clock() };
        let due = Some(Due::On(day("2026-11-22")));
        assert_eq!(chip(due, Finish::Open, just_before_midnight).unwrap().key, DueKey::Today);
        assert_eq!(chip(due, Finish::Open, just_after).unwrap().key, DueKey::Overdue);
    }

    #[test]
    fn the_alarm_lasts_a_week() {
        assert_eq!(says(Due::On(day("2026-11-15"))), said("overdue", "Overdue 7 d"));
        assert_eq!(says(Due::On(day("2026-11-14"))), said("stale", "Overdue 8 d"));
        assert_eq!(says(at("2026-11-15T14:00:00Z")), said("overdue", "Overdue 7 d"));
        assert_eq!(says(at("2026-11-15T13:59:00Z")), said("stale", "Overdue 7 d"));
    }

    #[test]
    fn an_instant_counts_down_the_last_day() {
        assert_eq!(says(at("2026-11-22T11:00:00Z")), said("overdue", "Overdue 3 h"));
        assert_eq!(says(at("2026-11-22T13:59:40Z")), said("overdue", "Overdue 1 min"));
        assert_eq!(says(at("2026-11-22T14:40:00Z")), said("today", "In 40 min"));
        assert_eq!(says(at("2026-11-22T16:00:00Z")), said("today", "Today 17:00"));
        assert_eq!(says(at("2026-11-23T08:00:00Z")), said("today", "Tomorrow 09:00"));
        assert_eq!(says(at("2026-11-23T14:00:00Z")), said("soon", "Tomorrow"));
    }

    #[test]
    fn what_lies_ahead_gets_quieter() {
        assert_eq!(says(Due::On(day("2026-11-23"))), said("soon", "Tomorrow"));
        assert_eq!(says(Due::On(day("2026-11-25"))), said("soon", "Wed"));
        assert_eq!(says(Due::On(day("2026-11-26"))), said("upcoming", "26 Nov"));
        assert_eq!(says(Due::On(day("2026-12-06"))), said("upcoming", "6 Dec"));
        assert_eq!(says(Due::On(day("2026-12-07"))), said("later", "7 Dec"));
        assert_eq!(says(Due::On(day("2027-03-03"))), said("later", "3 Mar 2027"));
    }

    #[test]
    fn how_many_days_are_soon_is_the_persons_own() {
        let key = |date: &str, soon_days: u8| {
            chip(Some(Due::On(day(date))), Finish::Open, ViewerClock { soon_days, ..clock() }).unwrap().key
        };
        assert_eq!([key("2026-11-23", 1), key("2026-11-24", 1)], [DueKey::Soon, DueKey::Upcoming]);
        assert_eq!([key("2026-11-29", 7), key("2026-11-30", 7)], [DueKey::Soon, DueKey::Upcoming]);
    }

    #[test]
    fn a_finished_task_says_when_and_how_late() {
        let done = Finish::Done { instant: instant("2026-11-20T10:00:00Z"), on: day("2026-11-20") };
        let words = |due| chip(due, done, clock()).unwrap().words;
        assert_eq!(words(None), "Done 20 Nov");
        assert_eq!(words(Some(Due::On(day("2026-11-20")))), "Done 20 Nov");
        assert_eq!(words(Some(Due::On(day("2026-11-18")))), "Done 20 Nov · 2 d late");
        assert_eq!(words(Some(at("2026-11-20T07:00:00Z"))), "Done 20 Nov · 3 h late");
        assert_eq!(chip(None, done, clock()).unwrap().key.icon(), "circle-check");
    }

    #[test]
    fn an_open_task_without_a_date_has_no_chip() {
        assert_eq!(chip(None, Finish::Open, clock()), None);
    }

    #[test]
    fn a_chosen_time_is_of_the_viewers_clock() {
        let chosen = DueInput { date: day("2026-11-23"), time: Some(NaiveTime::from_hms_opt(17, 0, 0).unwrap()) };
        assert_eq!(clock().due(chosen), at("2026-11-23T16:00:00Z"));
        assert_eq!(DueInput::from(at("2026-11-23T16:00:00Z")), chosen);
        assert_eq!(clock().due(DueInput { time: None, ..chosen }), Due::On(day("2026-11-23")));
    }

    #[test]
    fn next_week_is_its_monday_wherever_weeks_begin() {
        for today in ["2026-11-23", "2026-11-25", "2026-11-29"] {
            assert_eq!(next_week(day(today), Weekday::Mon), Some(day("2026-11-30")), "{today}");
        }
        for (first_day, today, next) in [
            (Weekday::Sun, "2026-11-22", "2026-11-30"),
            (Weekday::Sun, "2026-11-28", "2026-11-30"),
            (Weekday::Sun, "2026-11-29", "2026-12-07"),
            (Weekday::Sat, "2026-11-27", "2026-11-30"),
            (Weekday::Sat, "2026-11-28", "2026-12-07"),
        ] {
            assert_eq!(next_week(day(today), first_day), Some(day(next)), "{today} of weeks from {first_day}");
        }
    }

    #[test]
    fn west_of_utc_the_day_ends_later() {
        let west =
            ViewerClock { now: instant("2026-11-23T04:00:00Z"), utc_offset_minutes: -300, soon_days: SOON_USUAL };
        assert_eq!(west.today(), day("2026-11-22"));
        assert_eq!(chip(Some(Due::On(day("2026-11-22"))), Finish::Open, west).unwrap().words, "Today");
    }
}
