//! What a chart says at each of its points: made with the drawing, walked in the page by keys and pointer.

use serde::{Deserialize, Serialize};

/// The whole width or height of a drawing in the units of [`ReadoutPoint::at`]: whole numbers, so that a chart has the
/// same bytes on both sides.
pub const WHOLE: u32 = 10_000;

/// Which way the points of a chart follow each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Along {
    /// From the left, such as days.
    #[default]
    Across,
    /// From the top, such as bars.
    Down,
}

/// A place on the drawing and what stands there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadoutPoint {
    /// Of the width or the height, in parts of [`WHOLE`].
    pub at: u32,
    /// "18 Nov: created 8, completed 7".
    pub words: String,
}

/// The points of a chart in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readout {
    pub along: Along,
    pub points: Vec<ReadoutPoint>,
}

/// A step from one point to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Back,
    On,
    First,
    Last,
}

impl Step {
    /// What a key asks for; the arrows of both directions walk, whichever way the points lie.
    pub fn of_key(key: &str) -> Option<Self> {
        match key {
            "ArrowLeft" | "ArrowUp" => Some(Self::Back),
            "ArrowRight" | "ArrowDown" => Some(Self::On),
            "Home" => Some(Self::First),
            "End" => Some(Self::Last),
            _ => None,
        }
    }
}

impl Readout {
    /// The point nearest to a place; of two the first.
    pub fn nearest(&self, at: u32) -> Option<usize> {
        let all = self.points.iter().enumerate();
        all.min_by_key(|(_, point)| point.at.abs_diff(at)).map(|(index, _)| index)
    }

    /// Where a step leads. It stays at the ends; the first step of all goes to the first point, or to the last one back.
    pub fn step(&self, from: Option<usize>, step: Step) -> Option<usize> {
        let last = self.points.len().checked_sub(1)?;
        Some(match (step, from) {
            (Step::First, _) | (Step::On, None) => 0,
            (Step::Last, _) | (Step::Back, None) => last,
            (Step::Back, Some(from)) => from.min(last).saturating_sub(1),
            (Step::On, Some(from)) => (from + 1).min(last),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readout(places: &[u32]) -> Readout {
        let point = |at: &u32| ReadoutPoint { at: *at, words: at.to_string() };
        Readout { along: Along::Across, points: places.iter().map(point).collect() }
    }

    #[test]
    fn the_pointer_finds_the_nearest_point() {
        let readout = readout(&[100, 200, 900]);
        assert_eq!(
            [0, 149, 151, 600, WHOLE].map(|at| readout.nearest(at)),
            [Some(0), Some(0), Some(1), Some(2), Some(2)]
        );
        assert_eq!(Readout::default().nearest(5), None);
    }

    #[test]
    fn keys_walk_and_stay_at_the_ends() {
        let readout = readout(&[1, 2, 3]);
        let walk = |from, key| readout.step(from, Step::of_key(key).unwrap());
        assert_eq!(walk(None, "ArrowRight"), Some(0));
        assert_eq!(walk(None, "ArrowLeft"), Some(2));
        assert_eq!(walk(Some(2), "ArrowRight"), Some(2));
        assert_eq!(walk(Some(0), "ArrowUp"), Some(0));
        assert_eq!(walk(Some(1), "Home"), Some(0));
        assert_eq!(walk(Some(1), "End"), Some(2));
        assert_eq!(Step::of_key("a"), None);
        assert_eq!(Readout::default().step(None, Step::On), None);
    }
}
