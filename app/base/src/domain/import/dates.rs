//! Dates as people write them in tables.

use chrono::{DateTime, Duration, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

use super::mapping::DateOrder;
use super::plan::PlannedDue;

/// A day or an instant; a local time is taken in `zone`. None if it is neither.
///
/// Known: 2026-02-28, 2026/02/28, 28.02.2026, 28/02/2026 or 02/28/2026 by `order`, 28 Feb 2026, Feb 28, 2026,
/// each with an optional time (14:30, 14:30:05, 2:30 PM), and RFC 3339 instants.
pub fn parse(text: &str, order: DateOrder, zone: Tz) -> Option<PlannedDue> {
    let text = text.trim();
    if let Ok(instant) =
        DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%:z"))
    {
        return in_range(instant.date_naive()).map(|_| PlannedDue::At(instant.to_utc()));
    }
    let (day, time) = split(text);
    let day = date(day, order).and_then(in_range)?;
    match time {
        None => Some(PlannedDue::On(day)),
        Some(time) => Some(PlannedDue::At(instant(day.and_time(clock(time)?), zone))),
    }
}

/// The instant of a day or time: a day begins at noon, so that it stays the same day in every zone near.
pub fn instant_of(due: PlannedDue, zone: Tz) -> DateTime<Utc> {
    match due {
        PlannedDue::At(at) => at,
        PlannedDue::On(day) => instant(day.and_time(NaiveTime::MIN) + Duration::hours(12), zone),
    }
}

/// The order that the values themselves show, if any has a number above 12.
pub fn order_shown<'a>(values: impl IntoIterator<Item = &'a str>) -> Option<DateOrder> {
    values.into_iter().find_map(|value| {
        let (day, _) = split(value.trim());
        let parts: Vec<u32> = day.split('/').map(str::parse).collect::<Result<_, _>>().ok()?;
        match parts.as_slice() {
            [first, second, _] if *first > 12 && *first < 32 && *second <= 12 => Some(DateOrder::DayFirst),
            [first, second, _] if *first <= 12 && *second > 12 && *second < 32 => Some(DateOrder::MonthFirst),
            _ => None,
        }
    })
}

/// Whether a value can be read as two different days.
pub fn is_ambiguous(value: &str) -> bool {
    let (day, _) = split(value.trim());
    matches!((date(day, DateOrder::DayFirst), date(day, DateOrder::MonthFirst)), (Some(a), Some(b)) if a != b)
}

fn in_range(day: NaiveDate) -> Option<NaiveDate> {
    use chrono::Datelike;
    (1970..=2200).contains(&day.year()).then_some(day)
}

/// Date part and time part. A comma or "T" may stand between them.
fn split(text: &str) -> (&str, Option<&str>) {
    let Some(colon) = text.find(':') else { return (text, None) };
    let Some(gap) = text[..colon].rfind([' ', 'T']) else { return (text, None) };
    (text[..gap].trim_end_matches([',', ' ']), Some(text[gap + 1..].trim()))
}

fn date(text: &str, order: DateOrder) -> Option<NaiveDate> {
    let text = text.trim();
    let formats: &[&str] = if text.contains('/') {
        match order {
            _ if text.find('/') == Some(4) => &["%Y/%m/%d"],
            DateOrder::DayFirst => &["%d/%m/%Y"],
            DateOrder::MonthFirst => &["%m/%d/%Y"],
        }
    } else if text.contains('.') {
        &["%d.%m.%Y", "%d. %m. %Y"]
    } else if text.find('-') == Some(4) {
        &["%Y-%m-%d"]
    } else if text.contains('-') {
        &["%d-%m-%Y", "%d-%b-%Y"]
    } else {
        &["%d %b %Y", "%b %d, %Y", "%b %d %Y", "%d %B %Y", "%B %d, %Y", "%Y%m%d"]
    };
    formats.iter().find_map(|format| NaiveDate::parse_from_str(text, format).ok()).map(century)
}

/// Two-digit years belong to this century.
fn century(day: NaiveDate) -> NaiveDate {
    use chrono::Datelike;
    if day.year() < 100 { day.with_year(day.year() + 2000).unwrap_or(day) } else { day }
}

fn clock(text: &str) -> Option<NaiveTime> {
    let text = text.trim_end_matches('Z').to_uppercase();
    ["%H:%M", "%H:%M:%S", "%H:%M:%S%.f", "%I:%M %p", "%I:%M%p", "%I:%M:%S %p"]
        .iter()
        .find_map(|format| NaiveTime::parse_from_str(&text, format).ok())
}

/// A local time that does not exist is taken an hour later, one that exists twice the first time.
fn instant(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.to_utc(),
        LocalResult::None => match zone.from_local_datetime(&(local + Duration::hours(1))) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.to_utc(),
            LocalResult::None => local.and_utc(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: Tz = chrono_tz::Europe::Ljubljana;

    fn day(text: &str) -> Option<PlannedDue> {
        parse(text, DateOrder::DayFirst, ZONE)
    }

    #[test]
    fn the_same_day_is_read_from_every_usual_form() {
        let expected = Some(PlannedDue::On(NaiveDate::from_ymd_opt(2026, 2, 28).unwrap()));
        for text in [
            "2026-02-28",
            "28.02.2026",
            "28.2.2026",
            "28. 2. 2026",
            "28/02/2026",
            "2026/02/28",
            "28-02-2026",
            "28 Feb 2026",
            "Feb 28, 2026",
            "February 28, 2026",
            "28.02.26",
            " 28.2.2026 ",
        ] {
            assert_eq!(day(text), expected, "{text}");
        }
        assert_eq!(parse("02/28/2026", DateOrder::MonthFirst, ZONE), expected);
    }

    #[test]
    fn impossible_days_and_other_words_are_no_dates() {
        for text in
            ["31.02.2026", "2026-13-01", "02/28/2026", "tomorrow", "28.02.", "2026-02-28 25:00", "", "12", "9999-01-01"]
        {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_is_taken_in_the_zone_of_the_project() {
        let expected = Some(PlannedDue::At("2026-02-28T13:30:00Z".parse().unwrap()));
        for text in [
            "2026-02-28 14:30",
            "28.02.2026 14:30:00",
            "2026-02-28T14:30",
            "28/02/2026, 2:30 PM",
            "2026-02-28T13:30:00Z",
            "2026-02-28T15:30:00+02:00",
        ] {
            assert_eq!(day(text), expected, "{text}");
        }
    }

    #[test]
    fn a_time_in_the_gap_of_daylight_saving_moves_an_hour_on() {
        assert_eq!(day("2026-03-29 02:30"), Some(PlannedDue::At("2026-03-29T01:30:00Z".parse().unwrap())));
    }

    #[test]
    fn the_values_show_their_order_when_a_number_passes_twelve() {
        assert_eq!(order_shown(["03/04/2026", "13/04/2026"]), Some(DateOrder::DayFirst));
        assert_eq!(order_shown(["03/04/2026", "04/13/2026 10:00"]), Some(DateOrder::MonthFirst));
        assert_eq!(order_shown(["03/04/2026", "13.04.2026"]), None);
        assert!(is_ambiguous("03/04/2026") && !is_ambiguous("03/03/2026") && !is_ambiguous("03.04.2026"));
    }
}
