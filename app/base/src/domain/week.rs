//! On which day a week begins: as a person says, else as is usual where their browser's language is spoken.

use chrono::Weekday;

crate::text_enum!(
    /// The first day of a person's weeks.
    WeekStart {
        /// As is usual where the language of the browser is spoken.
        Locale = "locale",
        Monday = "monday",
        Sunday = "sunday",
        Saturday = "saturday",
    }
);

/// Regions whose weeks begin on Sunday or Saturday, by `weekData` of CLDR; that of the Maldives, which begins on Friday, goes
/// with Saturday.
const FROM_SUNDAY: &str = "AG AS BD BR BS BT BW BZ CA CO DM DO ET GT GU HK HN ID IL IN JM JP KE KH KR LA MH MM MO MT MX \
                           MZ NI NP PA PE PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW";
const FROM_SATURDAY: &str = "AF BH DJ DZ EG IQ IR JO KW LY MV OM QA SD SY";

impl WeekStart {
    /// As the profile offers it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Locale => "As is usual for the language of the browser",
            Self::Monday => "Monday",
            Self::Sunday => "Sunday",
            Self::Saturday => "Saturday",
        }
    }

    /// The day; `languages` is what the browser says in `Accept-Language`, the preferred one first.
    pub fn day(self, languages: &str) -> Weekday {
        match self {
            Self::Locale => usual(languages),
            Self::Monday => Weekday::Mon,
            Self::Sunday => Weekday::Sun,
            Self::Saturday => Weekday::Sat,
        }
    }
}

/// The days of a week that begins on `first`.
pub fn days_from(first: Weekday) -> [Weekday; 7] {
    let mut next = first;
    std::array::from_fn(|_| {
        let day = next;
        next = day.succ();
        day
    })
}

/// By the region of the first language; Monday, as ISO 8601 has it, where it names none.
fn usual(languages: &str) -> Weekday {
    let first = languages.split([',', ';']).next().unwrap_or_default().trim();
    // The first part is the language; one of four letters is a script, as in `zh-Hant-TW`.
    let region = first.split('-').skip(1).find(|part| part.len() == 2).map(str::to_ascii_uppercase);
    let is_in = |regions: &str| region.as_deref().is_some_and(|own| regions.split(' ').any(|region| region == own));
    if is_in(FROM_SUNDAY) {
        Weekday::Sun
    } else if is_in(FROM_SATURDAY) {
        Weekday::Sat
    } else {
        Weekday::Mon
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_as_is_usual_where_the_first_language_is_spoken() {
        for (languages, first) in [
            ("en-US,en;q=0.9", Weekday::Sun),
            ("en-GB,en-US;q=0.8", Weekday::Mon),
            ("sl,en-US;q=0.8", Weekday::Mon),
            ("zh-Hant-TW;q=1", Weekday::Sun),
            ("ar-eg", Weekday::Sat),
            ("en", Weekday::Mon),
            ("*", Weekday::Mon),
            ("", Weekday::Mon),
        ] {
            assert_eq!(WeekStart::Locale.day(languages), first, "{languages}");
        }
    }

    #[test]
    fn the_days_of_a_week_follow_its_first_one() {
        use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
        assert_eq!(days_from(Mon), [Mon, Tue, Wed, Thu, Fri, Sat, Sun]);
        assert_eq!(days_from(Sat), [Sat, Sun, Mon, Tue, Wed, Thu, Fri]);
    }

    #[test]
    fn what_a_person_says_goes_before_what_is_usual() {
        assert_eq!(WeekStart::Monday.day("en-US"), Weekday::Mon);
        assert_eq!(WeekStart::Saturday.day("en-GB"), Weekday::Sat);
        assert_eq!(WeekStart::ALL.len(), 4, "as many as the table takes");
    }
}
