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
    /// What going to it does, after "Moves to In Progress and …"; `title` is the lane's, `before` names the people or
    /// labels that give way.
    pub fn effect(self, title: &str, before: Option<&str>) -> String {
        match (self, before) {
            (Self::Person(Some(_)), None) => format!("assigns {title}"),
            (Self::Person(Some(_)), Some(before)) => format!("assigns {title} instead of {before}"),
            (Self::Person(None), None) => "assigns nobody".into(),
            (Self::Person(None), Some(before)) => format!("assigns nobody instead of {before}"),
            (Self::Priority(priority), _) => format!("sets the priority to {}", priority.label()),
            (Self::Label(Some(_)), None) => format!("adds the label {title}"),
            (Self::Label(Some(_)), Some(before)) => format!("changes the label {before} to {title}"),
            (Self::Label(None), None) => "removes the label".into(),
            (Self::Label(None), Some(before)) => format!("removes the label {before}"),
            (Self::Several, _) => "stays with several".into(),
        }
    }

    /// Whether it is of a person or a label, which gives way where a task goes to another lane.
    pub const fn gives_way(self) -> bool {
        matches!(self, Self::Person(Some(_)) | Self::Label(Some(_)))
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
        let sam = Lane::Person(Some(UserId(uuid::Uuid::nil())));
        assert_eq!(sam.effect("Sam", None), "assigns Sam");
        assert_eq!(Lane::Priority(Priority::Urgent).effect("Urgent", None), "sets the priority to Urgent");
        assert_eq!(Lane::Label(None).effect("No label", None), "removes the label");
    }

    #[test]
    fn a_lane_says_whom_or_what_going_to_it_replaces() {
        let (sam, data) =
            (Lane::Person(Some(UserId(uuid::Uuid::nil()))), Lane::Label(Some(LabelId(uuid::Uuid::nil()))));
        assert_eq!(sam.effect("Sam", Some("Alex")), "assigns Sam instead of Alex");
        assert_eq!(Lane::Person(None).effect("Nobody", Some("Alex")), "assigns nobody instead of Alex");
        assert_eq!(data.effect("Data", Some("Design")), "changes the label Design to Data");
        assert_eq!(Lane::Label(None).effect("No label", Some("Design")), "removes the label Design");
        assert!(sam.gives_way() && data.gives_way());
        assert!(!Lane::Label(None).gives_way() && !Lane::Priority(Priority::Low).gives_way());
    }

    #[test]
    fn lanes_of_another_grouping_are_of_another_kind() {
        let (urgent, nobody) = (Lane::Priority(Priority::Urgent), Lane::Person(None));
        assert!(urgent.is_kind_of(Lane::Priority(Priority::Low)) && nobody.is_kind_of(Lane::Several));
        assert!(!urgent.is_kind_of(nobody) && !urgent.is_kind_of(Lane::Several));
    }
}
