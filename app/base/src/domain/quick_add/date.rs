//! Days and times as they are typed at the end of a line.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};

use crate::domain::{
    calendar::{clock_time, short_date, weekday_long, weekday_short},
    due::DueInput,
};

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// `today`, `tomorrow`, a weekday (the next one after today), `3.12.`, `3.12.2026` or `2026-12-01`.
pub fn day(word: &str, today: NaiveDate) -> Option<NaiveDate> {
    if word.eq_ignore_ascii_case("today") {
        return Some(today);
    }
    if word.eq_ignore_ascii_case("tomorrow") {
        return today.succ_opt();
    }
    if let Some(weekday) = weekday(word) {
        let ahead = (weekday.num_days_from_monday() + 6 - today.weekday().num_days_from_monday()) % 7 + 1;
        return today.checked_add_days(Days::new(u64::from(ahead)));
    }
    iso(word).or_else(|| dotted(word, today))
}

/// `17:00`, `9:30`.
pub fn time(word: &str) -> Option<NaiveTime> {
    let (hours, minutes) = word.split_once(':')?;
    let is_short = (1..=2).contains(&hours.len()) && minutes.len() == 2;
    NaiveTime::from_hms_opt(number(hours).filter(|_| is_short)?, number(minutes)?, 0)
}

/// Whether a word could be read as a day or a time.
pub fn is_like(word: &str) -> bool {
    day(word, NaiveDate::default()).is_some() || time(word).is_some()
}

/// `Tue 24 Nov 17:00`.
pub fn words(due: DueInput, today: NaiveDate) -> String {
    let day = match (due.date - today).num_days() {
        0 => "Today".to_owned(),
        1 => "Tomorrow".to_owned(),
        _ => format!("{} {}", weekday_short(due.date.weekday()), short_date(due.date, today)),
    };
    due.time.map_or(day.clone(), |time| format!("{day} {}", clock_time(time)))
}

fn weekday(word: &str) -> Option<Weekday> {
    WEEK.into_iter().find(|day| weekday_long(*day).eq_ignore_ascii_case(word))
}

/// `2026-12-01`.
pub fn iso(word: &str) -> Option<NaiveDate> {
    let mut parts = word.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let is_whole = parts.next().is_none() && [year.len(), month.len(), day.len()] == [4, 2, 2];
    NaiveDate::from_ymd_opt(i32::try_from(number(year).filter(|_| is_whole)?).ok()?, number(month)?, number(day)?)
}

/// Day and month with their dots; without a year the next time that this day comes.
fn dotted(word: &str, today: NaiveDate) -> Option<NaiveDate> {
    let (day, rest) = word.split_once('.')?;
    let (month, year) = rest.split_once('.')?;
    let (day, month) = (short(day)?, short(month)?);
    if year.is_empty() {
        // At most eight years on, for the 29th of February.
        let years = today.year()..=today.year() + 8;
        return years.filter_map(|year| NaiveDate::from_ymd_opt(year, month, day)).find(|date| *date >= today);
    }
    let year = number(year).filter(|_| year.len() == 4)?;
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

fn short(digits: &str) -> Option<u32> {
    number(digits).filter(|_| digits.len() <= 2)
}

fn number(digits: &str) -> Option<u32> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}
