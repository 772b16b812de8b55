//! Estimates: how long a task should take, read from `2h 30m` or `1.5d` and said in words.
//! A day has 8 hours, a week 5 days.

/// Longest estimate, in minutes: 1,000 days.
pub const ESTIMATE_MAX: i32 = 1_000 * DAY;

const HOUR: i32 = 60;
const DAY: i32 = 8 * HOUR;
const WEEK: i32 = 5 * DAY;

/// Minutes of an estimate as people write it: numbers with units, the largest first or not.
/// A number without a unit says nothing, so it is none.
pub fn parse(text: &str) -> Option<i32> {
    let text = text.trim().to_lowercase();
    if let Some((hours, minutes)) = text.split_once(':') {
        let (hours, minutes) = (whole(hours)?, whole(minutes)?);
        return (minutes < HOUR).then(|| hours.checked_mul(HOUR)?.checked_add(minutes)).flatten().filter(is_possible);
    }
    let mut rest = text.as_str();
    let mut total = 0.0;
    while !rest.trim_start().is_empty() {
        rest = rest.trim_start();
        let (number, behind) = split_at_end_of(rest, |c| c.is_ascii_digit() || c == '.' || c == ',');
        let (unit, behind) = split_at_end_of(behind.trim_start(), char::is_alphabetic);
        let minutes = match unit {
            "m" | "min" | "mins" | "minute" | "minutes" => 1,
            "h" | "hr" | "hrs" | "hour" | "hours" => HOUR,
            "d" | "day" | "days" => DAY,
            "w" | "week" | "weeks" => WEEK,
            _ => return None,
        };
        total += number.replace(',', ".").parse::<f64>().ok()? * f64::from(minutes);
        rest = behind;
    }
    let total = total.round();
    #[allow(clippy::cast_possible_truncation, reason = "checked to lie between the bounds")]
    (total >= 1.0 && total <= f64::from(ESTIMATE_MAX)).then_some(total as i32)
}

fn is_possible(minutes: &i32) -> bool {
    (1..=ESTIMATE_MAX).contains(minutes)
}

fn whole(text: &str) -> Option<i32> {
    (!text.is_empty() && text.len() <= 6 && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

fn split_at_end_of(text: &str, is_inside: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !is_inside(c)).unwrap_or(text.len()))
}

/// `1.5 d`, `2 h 30 min`: half days and more as days, everything else as hours and minutes.
pub fn words(minutes: i32) -> String {
    if minutes >= DAY && minutes % (DAY / 2) == 0 {
        let halves = minutes / (DAY / 2);
        return if halves % 2 == 0 { format!("{} d", halves / 2) } else { format!("{}.5 d", halves / 2) };
    }
    match (minutes / HOUR, minutes % HOUR) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_minutes_days_and_weeks_are_read() {
        for (text, minutes) in [
            ("2h 30m", 150),
            ("2h30m", 150),
            ("1.5d", 720),
            ("1,5 d", 720),
            ("45 min", 45),
            ("1:30", 90),
            ("1 week", 2_400),
            ("2 Hours", 120),
        ] {
            assert_eq!(parse(text), Some(minutes), "{text}");
        }
    }

    #[test]
    fn what_says_no_time_is_none() {
        for text in ["", "90", "h", "2x", "-1h", "0h", "9999999999w", "1:75", "1.2.3h", "٣h", "2h <b>"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_words_read_back_as_the_same_time() {
        for minutes in [1, 45, 60, 90, 150, 480, 500, 720, 2_400, ESTIMATE_MAX] {
            assert_eq!(parse(&words(minutes)), Some(minutes), "{}", words(minutes));
        }
        assert_eq!(words(720), "1.5 d");
        assert_eq!(words(150), "2 h 30 min");
    }
}
