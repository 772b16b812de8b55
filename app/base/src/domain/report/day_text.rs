//! Days as JSON writes them. There are ten thousands of them in a report, so the usual ones have a short way.

use chrono::{Datelike, NaiveDate};
use serde::{Serialize, Serializer};

/// A day as ISO 8601 writes it, as `chrono` does; none is `null`.
pub fn optional<S: Serializer>(day: &Option<NaiveDate>, serializer: S) -> Result<S::Ok, S::Error> {
    let Some(day) = day else { return serializer.serialize_none() };
    match usual(*day).as_ref().map(|text| str::from_utf8(text)) {
        Some(Ok(text)) => serializer.serialize_str(text),
        // A year of more or fewer digits.
        _ => day.serialize(serializer),
    }
}

/// "2026-11-23"; none for a year that has not four digits.
fn usual(day: NaiveDate) -> Option<[u8; 10]> {
    let year = u32::try_from(day.year()).ok().filter(|year| (1_000..10_000).contains(year))?;
    let digit = |number: u32, place: u32| b'0' + (number / place % 10) as u8;
    let (month, day) = (day.month(), day.day());
    let [y1, y2, y3, y4] = [1_000, 100, 10, 1].map(|place| digit(year, place));
    Some([y1, y2, y3, y4, b'-', digit(month, 10), digit(month, 1), b'-', digit(day, 10), digit(day, 1)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Short(#[serde(serialize_with = "optional")] Option<NaiveDate>);

    #[test]
    fn a_day_is_written_as_chrono_writes_it() {
        let days = [(2026, 11, 27), (1000, 1, 1), (9999, 12, 31), (999, 2, 3), (0, 1, 1), (-4, 3, 9), (12_026, 10, 30)];
        for (year, month, day) in days {
            let day = NaiveDate::from_ymd_opt(year, month, day);
            assert!(day.is_some());
            assert_eq!(serde_json::to_string(&Short(day)).unwrap(), serde_json::to_string(&day).unwrap());
        }
        assert_eq!(serde_json::to_string(&Short(None)).unwrap(), "null");
    }
}
