//! A template that had to be stopped three times is not rendered any more, until it is changed or an administrator
//! releases it.

use super::render::Stop;

/// Stops of one version that put it into quarantine.
pub const LIMIT: u32 = 3;

/// What its owner reads.
pub const WORDS: &str = "This template was stopped three times and is not rendered any more. Change it, or ask an administrator to release it.";

/// How often a version of a template was stopped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quarantine {
    /// The hash of the sources that were stopped.
    pub version: String,
    pub kills: u32,
    pub last: Option<Stop>,
}

impl Quarantine {
    /// Whether these sources are not rendered.
    pub fn holds(&self, version: &str) -> bool {
        self.version == version && self.kills >= LIMIT
    }

    /// After these sources were stopped once more: others than before begin anew.
    #[must_use]
    pub fn stopped(self, version: &str, stop: Stop) -> Self {
        let kills = if self.version == version { self.kills.saturating_add(1) } else { 1 };
        Self { version: version.to_owned(), kills, last: Some(stop) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_stop_of_one_version_holds_it() {
        let mut known = Quarantine::default();
        for stop in [Stop::Time, Stop::Memory] {
            known = known.stopped("a", stop);
            assert!(!known.holds("a"));
        }
        known = known.stopped("a", Stop::Output);
        assert!(known.holds("a"));
        assert_eq!((known.kills, known.last), (3, Some(Stop::Output)));
    }

    #[test]
    fn a_changed_template_is_tried_again_and_counts_from_the_beginning() {
        let held = Quarantine { version: "a".into(), kills: 3, last: Some(Stop::Time) };
        assert!(held.holds("a") && !held.holds("b"));
        assert_eq!(held.stopped("b", Stop::Time).kills, 1);
    }

    #[test]
    fn what_nobody_knows_is_not_held() {
        assert!(!Quarantine::default().holds(""));
    }
}
