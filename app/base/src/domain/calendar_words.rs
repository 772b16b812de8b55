//! Days, months and periods in the reader's language.

use chrono::{Datelike, NaiveDate};

use super::{
    calendar::MONTHS,
    period::{Period, Said},
    tongue::Tongue,
};

/// How much of a day is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayFormat {
    /// "26 Nov".
    Short,
    /// "26 Nov 2026".
    Medium,
    /// "Thursday, 26 November 2026".
    Long,
    /// "Thursday".
    Weekday,
    /// "November 2026".
    Month,
    /// "2026-11-26".
    Iso,
}

impl DayFormat {
    /// The words that a template may say.
    pub const NAMES: [&'static str; 6] = ["short", "medium", "long", "weekday", "month", "iso"];

    /// By its word.
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "short" => Self::Short,
            "medium" => Self::Medium,
            "long" => Self::Long,
            "weekday" => Self::Weekday,
            "month" => Self::Month,
            "iso" => Self::Iso,
            _ => return None,
        })
    }
}

/// A day in words.
pub fn day(date: NaiveDate, format: DayFormat, tongue: Tongue) -> String {
    let names = names(tongue);
    let month = names.months[date.month0() as usize];
    let short = names.short[date.month0() as usize];
    let weekday = names.weekdays[date.weekday().num_days_from_monday() as usize];
    let (number, year) = (date.day(), date.year());
    let dot = if tongue == Tongue::German { "." } else { "" };
    let of = if tongue == Tongue::Spanish { " de " } else { " " };
    match format {
        DayFormat::Short => format!("{number}{dot} {short}"),
        DayFormat::Medium => format!("{number}{dot} {short} {year}"),
        DayFormat::Long if tongue == Tongue::French || tongue == Tongue::Italian => {
            format!("{weekday} {number} {month} {year}")
        }
        DayFormat::Long => format!("{weekday}, {number}{dot}{of}{month}{of}{year}"),
        DayFormat::Weekday => weekday.to_owned(),
        DayFormat::Month => format!("{month}{of}{year}"),
        DayFormat::Iso => date.format("%Y-%m-%d").to_string(),
    }
}

/// Whether months are written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Months {
    /// "16–22 November 2026".
    Long,
    /// "16–22 Nov 2026".
    Short,
}

/// A period in words; in English as [`Period::words`] and [`Period::short_words`].
pub fn period(period: &Period, months: Months, tongue: Tongue) -> String {
    let names = names(tongue);
    let dot = if tongue == Tongue::German { "." } else { "" };
    let (months, of) = match months {
        Months::Long => (&names.months, if tongue == Tongue::Spanish { " de " } else { " " }),
        Months::Short => (&names.short, " "),
    };
    period.in_words(|date, said| {
        let (number, month, year) = (date.day(), months[date.month0() as usize], date.year());
        match said {
            Said::Day => format!("{number}{dot}"),
            Said::DayAndMonth => format!("{number}{dot}{of}{month}"),
            Said::Whole => format!("{number}{dot}{of}{month}{of}{year}"),
        }
    })
}

struct Names {
    months: [&'static str; 12],
    short: [&'static str; 12],
    weekdays: [&'static str; 7],
}

fn names(tongue: Tongue) -> &'static Names {
    match tongue {
        Tongue::English => &ENGLISH,
        Tongue::German => &GERMAN,
        Tongue::French => &FRENCH,
        Tongue::Spanish => &SPANISH,
        Tongue::Italian => &ITALIAN,
    }
}

static ENGLISH: Names = Names {
    months: MONTHS,
    short: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
};

static GERMAN: Names = Names {
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    short: ["Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."],
    weekdays: ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
};

static FRENCH: Names = Names {
    months: [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    short: ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
    weekdays: ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
};

static SPANISH: Names = Names {
    months: [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    short: ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"],
    weekdays: ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
};

static ITALIAN: Names = Names {
    months: [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
    short: ["gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"],
    weekdays: ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"],
};

#[cfg(test)]
mod tests {
    use super::*;

    fn thursday(format: DayFormat, tongue: Tongue) -> String {
        day(NaiveDate::from_ymd_opt(2026, 11, 26).unwrap(), format, tongue)
    }

    #[test]
    fn a_day_is_written_as_the_language_writes_it() {
        assert_eq!(thursday(DayFormat::Long, Tongue::English), "Thursday, 26 November 2026");
        assert_eq!(thursday(DayFormat::Long, Tongue::German), "Donnerstag, 26. November 2026");
        assert_eq!(thursday(DayFormat::Long, Tongue::French), "jeudi 26 novembre 2026");
        assert_eq!(thursday(DayFormat::Long, Tongue::Spanish), "jueves, 26 de noviembre de 2026");
        assert_eq!(thursday(DayFormat::Long, Tongue::Italian), "giovedì 26 novembre 2026");
    }

    #[test]
    fn a_period_says_month_and_year_once_in_every_language() {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        let words =
            |first, last, months, tongue| period(&Period { first: date(first), last: date(last) }, months, tongue);
        let week = |months, tongue| words("2026-11-16", "2026-11-22", months, tongue);
        assert_eq!(week(Months::Long, Tongue::German), "16.–22. November 2026");
        assert_eq!(week(Months::Short, Tongue::German), "16.–22. Nov. 2026");
        assert_eq!(week(Months::Long, Tongue::French), "16–22 novembre 2026");
        assert_eq!(week(Months::Long, Tongue::Spanish), "16–22 de noviembre de 2026");
        assert_eq!(week(Months::Short, Tongue::Spanish), "16–22 nov 2026");
        assert_eq!(week(Months::Long, Tongue::Italian), "16–22 novembre 2026");
        let turn = |first, last| words(first, last, Months::Long, Tongue::German);
        assert_eq!(turn("2026-11-30", "2026-12-06"), "30. November – 6. Dezember 2026");
        assert_eq!(turn("2026-12-28", "2027-01-03"), "28. Dezember 2026 – 3. Januar 2027");
        assert_eq!(turn("2026-11-22", "2026-11-22"), "22. November 2026");
    }

    #[test]
    fn english_periods_are_those_of_every_page() {
        let first = NaiveDate::from_ymd_opt(2026, 1, 15).unwrap();
        for days in [1, 7, 31, 400] {
            for last in first.iter_days().step_by(30).take(13) {
                let of = Period::ending(last, days);
                assert_eq!(period(&of, Months::Long, Tongue::English), of.words());
                assert_eq!(period(&of, Months::Short, Tongue::English), of.short_words());
            }
        }
    }

    #[test]
    fn every_format_has_its_word() {
        let all: Vec<_> =
            DayFormat::NAMES.iter().map(|name| thursday(DayFormat::of(name).unwrap(), Tongue::English)).collect();
        let words = ["26 Nov", "26 Nov 2026", "Thursday, 26 November 2026", "Thursday", "November 2026", "2026-11-26"];
        assert_eq!(all, words);
        assert_eq!(DayFormat::of("%Y"), None);
    }
}
