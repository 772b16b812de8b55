//! Lengths of time in words.

use chrono::Duration;

/// A length of time in its largest whole unit: "90 seconds", "15 minutes", "2 days".
pub fn words(length: Duration) -> String {
    let (count, unit) = match length {
        length if length >= Duration::days(2) => (length.num_days(), "day"),
        length if length >= Duration::hours(2) => (length.num_hours(), "hour"),
        length if length >= Duration::minutes(2) => (length.num_minutes(), "minute"),
        length => (length.num_seconds(), "second"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_said_in_its_largest_whole_unit() {
        let said = [
            (Duration::seconds(1), "1 second"),
            (Duration::seconds(90), "90 seconds"),
            (Duration::minutes(15), "15 minutes"),
            (Duration::minutes(119), "119 minutes"),
            (Duration::hours(24), "24 hours"),
            (Duration::hours(50), "2 days"),
        ];
        for (length, expected) in said {
            assert_eq!(words(length), expected);
        }
    }
}
