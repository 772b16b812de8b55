//! How the reader of a mail writes numbers and counts things.

use chrono_tz::Tz;

/// A language that filters write dates and numbers in; every other one reads English.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tongue {
    #[default]
    English,
    German,
    French,
    Spanish,
    Italian,
}

/// For whom a message is rendered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader {
    pub zone: Tz,
    pub tongue: Tongue,
}

impl Default for Reader {
    fn default() -> Self {
        Self { zone: Tz::UTC, tongue: Tongue::English }
    }
}

impl Reader {
    /// Of the data of a message: `recipient.zone` and `recipient.language`, else the zone of the project.
    pub fn of(context: &serde_json::Value) -> Self {
        let text = |path: &str| context.pointer(path).and_then(serde_json::Value::as_str);
        let zones = ["/recipient/zone", "/project/zone", "/report/zone"];
        Self {
            zone: zones.into_iter().filter_map(text).find_map(|zone| zone.parse().ok()).unwrap_or(Tz::UTC),
            tongue: text("/recipient/language").map(Tongue::of).unwrap_or_default(),
        }
    }
}

impl Tongue {
    /// By its tag, such as `de` or `de-AT`.
    pub fn of(tag: &str) -> Self {
        match tag.split(['-', '_']).next().unwrap_or_default().to_lowercase().as_str() {
            "de" => Self::German,
            "fr" => Self::French,
            "es" => Self::Spanish,
            "it" => Self::Italian,
            _ => Self::English,
        }
    }

    /// Whether a number of things is one thing.
    pub fn is_one(self, number: f64) -> bool {
        match self {
            // Half a thing, and none, are singular in French.
            Self::French => number.abs() < 2.0,
            _ => number == 1.0,
        }
    }

    /// A number with its decimals.
    pub fn number(self, number: f64, decimals: usize) -> String {
        let (group, mark) = match self {
            Self::English => (",", "."),
            Self::German | Self::Spanish | Self::Italian => (".", ","),
            Self::French => ("\u{202f}", ","),
        };
        let plain = format!("{:.decimals$}", number.abs());
        let (whole, part) = plain.split_once('.').unwrap_or((&plain, ""));
        // What rounds to nothing has no sign.
        let is_negative = number < 0.0 && plain.contains(|c: char| c.is_ascii_digit() && c != '0');
        let mut text = String::from(if is_negative { "−" } else { "" });
        for (at, digit) in whole.char_indices() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                text.push_str(group);
            }
            text.push(digit);
        }
        if !part.is_empty() {
            text.push_str(mark);
            text.push_str(part);
        }
        text
    }

    /// A share as per cent, with the space that every other percentage of a report has; no line ends in it.
    pub fn percent(self, share: f64, decimals: usize) -> String {
        format!("{}\u{a0}%", self.number(share * 100.0, decimals))
    }

    /// The letters for days, hours and minutes.
    pub fn units(self) -> [&'static str; 3] {
        match self {
            Self::English | Self::Spanish => ["d", "h", "min"],
            Self::German => ["T", "Std.", "Min."],
            Self::French => ["j", "h", "min"],
            Self::Italian => ["g", "h", "min"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Language;

    #[test]
    fn whatever_a_person_may_choose_is_written() {
        let tongues: Vec<Tongue> = Language::ALL.iter().map(|language| Tongue::of(language.as_str())).collect();
        let known = [Tongue::English, Tongue::German, Tongue::French, Tongue::Spanish, Tongue::Italian];
        assert_eq!(tongues, known);
    }

    #[test]
    fn numbers_are_written_as_the_reader_writes_them() {
        assert_eq!(Tongue::English.number(1_234_567.891, 2), "1,234,567.89");
        assert_eq!(Tongue::German.number(1_234.5, 1), "1.234,5");
        assert_eq!(Tongue::French.number(1_234.0, 0), "1\u{202f}234");
        assert_eq!(Tongue::English.number(-12.0, 0), "−12");
        assert_eq!(Tongue::English.number(-0.2, 0), "0");
        assert_eq!(Tongue::English.number(999.0, 0), "999");
        assert_eq!(Tongue::German.percent(0.5, 0), "50\u{a0}%");
        assert_eq!(Tongue::English.percent(0.254, 1), "25.4\u{a0}%", "as beside it: “85 % of tasks finish in 9 days”");
    }

    #[test]
    fn one_thing_is_counted_as_the_language_counts() {
        assert!(Tongue::English.is_one(1.0) && !Tongue::English.is_one(0.0));
        assert!(Tongue::French.is_one(0.0) && Tongue::French.is_one(1.5) && !Tongue::French.is_one(2.0));
    }

    #[test]
    fn the_reader_is_found_in_the_data_and_never_missing() {
        let reader = Reader::of(&serde_json::json!({
            "recipient": { "zone": "Europe/Ljubljana", "language": "de-AT" }, "project": { "zone": "Asia/Tokyo" },
        }));
        assert_eq!((reader.zone, reader.tongue), (Tz::Europe__Ljubljana, Tongue::German));
        let outside = Reader::of(&serde_json::json!({ "recipient": {}, "project": { "zone": "Asia/Tokyo" } }));
        assert_eq!((outside.zone, outside.tongue), (Tz::Asia__Tokyo, Tongue::English));
        assert_eq!(Reader::of(&serde_json::json!({ "recipient": { "zone": "Moon/Base" } })).zone, Tz::UTC);
    }
}
