//! Lanes of a grouped board: which one a task is in, and what going to another one changes.

use serde::{Deserialize, Serialize};

use super::{
    ids::{LabelId, UserId},
    task::Priority,
};

/// Most lanes of a board; what is left stands in the last one.
pub const LANES_MAX: usize = 50;

/// One lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Lane {
    /// The one person who has the task; nobody.
    Person(Option<UserId>),
    Priority(Priority),
    /// The one label of the task; none.
    Label(Option<LabelId>),
    /// More than one person or label. Tasks stay in it until that is changed on the task.
    Several,
}

impl Lane {
    /// What going to it does, after "Moves to In Progress and …"; `title` is the lane's.
    pub fn effect(self, title: &str) -> String {
        match self {
            Self::Person(Some(_)) => format!("assigns {title}"),
            Self::Person(None) => "assigns nobody".into(),
            Self::Priority(priority) => format!("sets the priority to {}", priority.label()),
            Self::Label(Some(_)) => format!("adds the label {title}"),
            Self::Label(None) => "removes the label".into(),
            Self::Several => "stays with several".into(),
        }
    }

    /// Whether both can be lanes of one board.
    pub fn is_kind_of(self, other: Self) -> bool {
        let of_several = |lane: Self| !matches!(lane, Self::Priority(_));
        match (self, other) {
            (Self::Several, other) | (other, Self::Several) => of_several(other),
            (one, other) => std::mem::discriminant(&one) == std::mem::discriminant(&other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_says_what_going_to_it_does() {
        assert_eq!(Lane::Person(Some(UserId(uuid::Uuid::nil()))).effect("Sam"), "assigns Sam");
        assert_eq!(Lane::Priority(Priority::Urgent).effect("Urgent"), "sets the priority to Urgent");
        assert_eq!(Lane::Label(None).effect("No label"), "removes the label");
    }

    #[test]
    fn lanes_of_another_grouping_are_of_another_kind() {
        let (urgent, nobody) = (Lane::Priority(Priority::Urgent), Lane::Person(None));
        assert!(urgent.is_kind_of(Lane::Priority(Priority::Low)) && nobody.is_kind_of(Lane::Several));
        assert!(!urgent.is_kind_of(nobody) && !urgent.is_kind_of(Lane::Several));
    }
}
