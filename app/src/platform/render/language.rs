//! For whom a message is rendered: in which zone, in which language.

use chrono_tz::Tz;

use crate::domain::tongue::Tongue;

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

#[cfg(test)]
mod tests {
    use super::*;

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
