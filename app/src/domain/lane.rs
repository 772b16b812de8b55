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
}
