//! What a new project can begin with: its lists, labels, and, where the person wants them, first tasks.

use chrono::Weekday;

use super::{
    recurrence::Recurrence,
    task::{Priority, Status},
};

crate::text_enum!(
    /// The shapes of new projects.
    Template { Kanban = "kanban", Duties = "duties", Release = "release" }
);

/// A list of a template.
#[derive(Clone, Copy, Debug)]
pub struct TemplateColumn {
    pub name: &'static str,
    pub status: Status,
    /// How many tasks it should hold at most.
    pub limit: Option<i32>,
}

/// How a task that a template proposes comes again; it is due on the first such day from the one on which the
/// project is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm {
    EveryWeekday,
    Weekly(Weekday),
    MonthEnd,
}

impl Rhythm {
    /// The rule of its series.
    pub fn rule(self) -> Recurrence {
        match self {
            Self::EveryWeekday => Recurrence::Weekdays,
            Self::Weekly(day) => Recurrence::Weeks { every: 1, on: vec![day] },
            Self::MonthEnd => Recurrence::MonthEnd { every: 1 },
        }
    }
}

/// A task that a template proposes.
#[derive(Clone, Copy, Debug)]
pub struct TemplateTask {
    pub title: &'static str,
    pub description: &'static str,
    pub priority: Priority,
    /// Place of its list among the template's.
    pub column: usize,
    /// Place of its label among the template's.
    pub label: Option<usize>,
    /// How it comes again, if it does.
    pub rhythm: Option<Rhythm>,
    /// Items of its checklist.
    pub items: &'static [&'static str],
}

/// What a template consists of.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub columns: &'static [TemplateColumn],
    /// Name and slot of the palette.
    pub labels: &'static [(&'static str, i32)],
    pub tasks: &'static [TemplateTask],
    /// After how many days finished tasks leave the board.
    pub archive_after_days: Option<i32>,
}

impl Template {
    /// The name that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Kanban => "Kanban",
            Self::Duties => "Weekly duties",
            Self::Release => "Release",
        }
    }

    /// What it brings, in a sentence.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Kanban => "Todo, In Progress, Pending, Completed. For work of any kind.",
            Self::Duties => {
                "Duties, Doing, Waiting, Done, with labels for how often a duty comes. What is done leaves the board after 14 days."
            }
            Self::Release => {
                "Backlog, Ready, In progress, Review, Testing, Released, with limits on work under way and labels for kinds of change."
            }
        }
    }

    /// What the proposed tasks are, for those who want them; nothing where there are none.
    pub const fn tasks_words(self) -> Option<&'static str> {
        match self {
            Self::Kanban => None,
            Self::Duties => Some(
                "Weekly duties: five that come again by themselves, such as a report each Friday and a sum of each month",
            ),
            Self::Release => Some("Release: the steps of a release, such as release notes and the test run"),
        }
    }

    /// What it consists of.
    pub const fn shape(self) -> &'static Shape {
        match self {
            Self::Kanban => &KANBAN,
            Self::Duties => &DUTIES,
            Self::Release => &RELEASE,
        }
    }
}

const fn column(name: &'static str, status: Status, limit: Option<i32>) -> TemplateColumn {
    TemplateColumn { name, status, limit }
}

const fn task(
    title: &'static str,
    description: &'static str,
    column: usize,
    label: usize,
    rhythm: Option<Rhythm>,
    items: &'static [&'static str],
) -> TemplateTask {
    TemplateTask { title, description, priority: Priority::Medium, column, label: Some(label), rhythm, items }
}

const KANBAN: Shape = Shape {
    columns: &[
        column("Todo", Status::Todo, None),
        column("In Progress", Status::Progress, None),
        column("Pending", Status::Pending, None),
        column("Completed", Status::Done, None),
    ],
    labels: &[],
    tasks: &[],
    archive_after_days: None,
};

const DUTIES: Shape = Shape {
    columns: &[
        column("Duties", Status::Todo, None),
        column("Doing", Status::Progress, Some(3)),
        column("Waiting", Status::Pending, None),
        column("Done", Status::Done, None),
    ],
    labels: &[("Daily", 3), ("Weekly", 1), ("Monthly", 6), ("Once", 5)],
    tasks: &[
        task(
            "Write the weekly status report",
            "What was done, what is open, what is in the way.",
            0,
            1,
            Some(Rhythm::Weekly(Weekday::Fri)),
            &[],
        ),
        task(
            "Look through overdue tasks",
            "Move the date, hand it over, or say why it waits.",
            0,
            0,
            Some(Rhythm::EveryWeekday),
            &[],
        ),
        task(
            "Check that the backups can be restored",
            "",
            0,
            1,
            Some(Rhythm::Weekly(Weekday::Wed)),
            &["The last backup is there", "A file of it opens", "The log has no errors"],
        ),
        task(
            "Prepare the team meeting",
            "",
            0,
            1,
            Some(Rhythm::Weekly(Weekday::Mon)),
            &["Collect the points", "Send the agenda"],
        ),
        task("Sum up the month", "Numbers and events for the monthly report.", 0, 2, Some(Rhythm::MonthEnd), &[]),
    ],
    archive_after_days: Some(14),
};

const RELEASE: Shape = Shape {
    columns: &[
        column("Backlog", Status::Todo, None),
        column("Ready", Status::Todo, Some(8)),
        column("In progress", Status::Progress, Some(4)),
        column("Review", Status::Progress, Some(3)),
        column("Testing", Status::Pending, Some(4)),
        column("Released", Status::Done, None),
    ],
    labels: &[("Feature", 1), ("Fix", 4), ("Breaking change", 2), ("Documentation", 3), ("Release step", 6)],
    tasks: &[
        task("Choose the version number", "A breaking change makes it a major one.", 1, 4, None, &[]),
        task("Write the release notes", "", 1, 4, None, &["New", "Changed", "Fixed", "How to upgrade"]),
        task("Run the whole test suite on the release candidate", "", 0, 4, None, &[]),
        task("Tag and build the release", "", 0, 4, None, &["Tag", "Build", "Checksums", "Upload"]),
        task("Announce the release", "", 0, 4, None, &[]),
    ],
    archive_after_days: None,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_has_a_first_and_a_finished_list_and_places_its_tasks() {
        for template in Template::ALL {
            let shape = template.shape();
            assert_eq!(shape.columns.first().map(|column| column.status), Some(Status::Todo), "{template}");
            assert!(shape.columns.iter().any(|column| column.status == Status::Done), "{template}");
            assert_eq!(template.tasks_words().is_some(), !shape.tasks.is_empty(), "{template}");
            for task in shape.tasks {
                assert!(shape.columns[task.column].status == Status::Todo, "{} waits to be begun", task.title);
                assert!(task.label.is_none_or(|label| label < shape.labels.len()), "{}", task.title);
            }
            assert!(shape.labels.iter().all(|(_, hue)| (1..=6).contains(hue)));
        }
    }

    #[test]
    fn every_duty_comes_again_as_its_label_says() {
        let shape = Template::Duties.shape();
        for task in shape.tasks {
            let rhythm = task.rhythm.unwrap();
            assert!(rhythm.rule().is_possible(), "{}", task.title);
            let label = task.label.map(|label| shape.labels[label].0);
            let wanted = match rhythm {
                Rhythm::EveryWeekday => "Daily",
                Rhythm::Weekly(_) => "Weekly",
                Rhythm::MonthEnd => "Monthly",
            };
            assert_eq!(label, Some(wanted), "{}", task.title);
        }
    }
}
