//! Dates in words, as pages and mails write them: `30 Nov`, `Mon`, `Monday 23 November 2026`.

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike, Weekday};

/// The English names of the months, from January.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `Mon`.
pub const fn weekday_short(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Mon",
        Weekday::Tue => "Tue",
        Weekday::Wed => "Wed",
        Weekday::Thu => "Thu",
        Weekday::Fri => "Fri",
        Weekday::Sat => "Sat",
        Weekday::Sun => "Sun",
    }
}

/// `Monday`.
pub const fn weekday_long(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

/// `November`.
pub fn month_long(date: NaiveDate) -> &'static str {
    MONTHS[date.month0() as usize]
}

/// `30 Nov`.
pub fn day_month(date: NaiveDate) -> String {
    format!("{} {}", date.day(), &month_long(date)[..3])
}

/// `30 Nov`, or `3 Mar 2027` where the year is not the one of `today`.
pub fn short_date(date: NaiveDate, today: NaiveDate) -> String {
    if date.year() == today.year() { day_month(date) } else { format!("{} {}", day_month(date), date.year()) }
}

/// `Monday 23 November 2026`.
pub fn long_date(date: NaiveDate) -> String {
    format!("{} {} {} {}", weekday_long(date.weekday()), date.day(), month_long(date), date.year())
}

/// `17:00`.
pub fn clock_time(time: NaiveTime) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_is_said_only_where_it_is_another_one() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        assert_eq!(short_date(NaiveDate::from_ymd_opt(2026, 12, 14).unwrap(), today), "14 Dec");
        assert_eq!(short_date(NaiveDate::from_ymd_opt(2027, 3, 3).unwrap(), today), "3 Mar 2027");
        assert_eq!(long_date(today), "Monday 23 November 2026");
    }
}
