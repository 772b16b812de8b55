//! One change of one task, as the board asks for it: alone, or many of them at once.

use serde::{Deserialize, Serialize};

use super::{
    due::DueInput,
    ids::{ColumnId, LabelId, TaskId, UserId},
    task::Priority,
};

/// Most tasks that one change touches.
pub const TASKS_MOST: usize = 500;

/// A change of one task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskEdit {
    pub task: TaskId,
    pub edit: Edit,
}

impl TaskEdit {
    /// The new title, where it is one.
    pub fn title(&self) -> Option<&str> {
        match &self.edit {
            Edit::Title { text, .. } => Some(text),
            _ => None,
        }
    }
}

/// What changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edit {
    /// A new title, written over the one of this version of the task.
    Title {
        text: String,
        base: i64,
    },
    Priority(Priority),
    Due(Option<DueInput>),
    /// People who get it and who lose it.
    People {
        add: Vec<UserId>,
        remove: Vec<UserId>,
    },
    Labels {
        add: Vec<LabelId>,
        remove: Vec<LabelId>,
    },
    /// To another place: behind or before a task that is there, else to the end.
    Move {
        column: ColumnId,
        after: Option<TaskId>,
        before: Option<TaskId>,
    },
    Archive,
    Restore,
    /// Into the trash.
    Delete,
    /// Out of the trash.
    Undelete,
}

impl Edit {
    /// The same change of several tasks.
    pub fn of_all(&self, tasks: impl IntoIterator<Item = TaskId>) -> Vec<TaskEdit> {
        tasks.into_iter().map(|task| TaskEdit { task, edit: self.clone() }).collect()
    }

    /// Moves tasks to one place, one behind the other in this order.
    pub fn move_in_order(
        tasks: &[TaskId],
        column: ColumnId,
        after: Option<TaskId>,
        before: Option<TaskId>,
    ) -> Vec<TaskEdit> {
        let mut previous = after;
        let mut edits = Vec::with_capacity(tasks.len());
        for (i, task) in tasks.iter().enumerate() {
            let before = before.filter(|_| i == 0);
            edits.push(TaskEdit { task: *task, edit: Self::Move { column, after: previous, before } });
            previous = Some(*task);
        }
        edits
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn tasks_that_move_together_follow_each_other() {
        let [a, b, x] = [1, 2, 3].map(|id| TaskId(Uuid::from_u128(id)));
        let column = ColumnId(Uuid::from_u128(9));
        let places: Vec<_> = Edit::move_in_order(&[a, b], column, None, Some(x))
            .into_iter()
            .map(|edit| match edit.edit {
                Edit::Move { after, before, .. } => (edit.task, after, before),
                _ => panic!("not a move"),
            })
            .collect();
        assert_eq!(places, [(a, None, Some(x)), (b, Some(a), None)]);
    }
}
