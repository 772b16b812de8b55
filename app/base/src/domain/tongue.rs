//! How the languages that a person may choose write numbers and count things.

use super::thousands::apart;

/// A language that filters write dates and numbers in; every other one reads English.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tongue {
    #[default]
    English,
    German,
    French,
    Spanish,
    Italian,
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
        text.push_str(&apart(whole, group));
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

    /// Whole days: "3 d", "3 T".
    pub fn days(self, days: u32) -> String {
        let [unit, ..] = self.units();
        format!("{} {unit}", self.number(f64::from(days), 0))
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
}
