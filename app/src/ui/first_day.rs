//! On which day the weeks of whoever looks at the page begin.

use chrono::Weekday;
use leptos::prelude::*;

/// Known to the whole page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstDay(pub Weekday);

/// The first day of the person's weeks; Monday where the page does not know it.
pub fn first_day() -> Weekday {
    use_context::<FirstDay>().map_or(Weekday::Mon, |FirstDay(day)| day)
}
