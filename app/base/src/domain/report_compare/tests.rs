//! Comparing reports: numbers in words, and each task that stands elsewhere in exactly one group.

use uuid::Uuid;

use super::*;
use crate::domain::{
    ids::ProjectId,
    metrics::{Finding, StatusCount},
    period::Period,
    report::{ReportProject, TaskDetails},
    task::{Category, Priority},
};

fn line(number: u32) -> TaskLine {
    TaskLine {
        id: TaskId(Uuid::from_u128(u128::from(number))),
        reference: format!("T-{number}"),
        title: format!("Task {number}"),
        people: Vec::new(),
        status: Status::Todo,
        priority: Priority::Medium,
        category: Category::Ordinary,
        work_days: None,
        finished_on: None,
        due: None,
        moved_from: None,
        blocked_by: Vec::new(),
        details: TaskDetails::default(),
    }
}

fn lines(numbers: &[u32]) -> Vec<TaskLine> {
    numbers.iter().copied().map(line).collect()
}

/// A report with these tasks: finished, in progress, overdue, due next.
fn report(lists: [&[u32]; 4]) -> Snapshot {
    let [finished, in_progress, overdue, due_next] = lists;
    let still = |now| Compared { now, before: now };
    let figures = Figures {
        created: still(0),
        completed: still(u32::try_from(finished.len()).unwrap()),
        open: still(0),
        overdue: still(u32::try_from(overdue.len()).unwrap()),
        cycle_days: Compared { now: None, before: None },
    };
    let project =
        ReportProject { id: ProjectId(Uuid::nil()), key: "T".into(), name: "Tasks".into(), zone: "UTC".into() };
    let period = Period::ending("2026-11-22".parse().unwrap(), 7);
    Snapshot {
        finding: Finding::of(&figures),
        figures,
        statuses: vec![StatusCount { status: Status::Todo, count: 2 }],
        finished: lines(finished),
        in_progress: lines(in_progress),
        overdue: lines(overdue),
        due_next: lines(due_next),
        ..Snapshot::empty(project, period, "2026-11-23T00:00:00Z".parse().unwrap())
    }
}

fn groups(comparison: &Comparison) -> Vec<(Move, Vec<String>)> {
    comparison
        .moves
        .iter()
        .map(|(what, tasks)| (*what, tasks.iter().map(|task| task.line.reference.clone()).collect()))
        .collect()
}

#[test]
fn a_number_that_changed_says_by_how_much_and_one_that_did_not_says_nothing() {
    let (mut earlier, mut later) = (report([&[], &[], &[], &[]]), report([&[], &[], &[], &[]]));
    earlier.figures.completed.now = 12;
    later.figures.completed.now = 17;
    earlier.figures.cycle_days.now = Some(4);
    later.figures.cycle_days.now = Some(3);
    later.statuses[0].count = 1;
    let comparison = Comparison::of(&earlier, &later);
    let words = |name: &str| comparison.numbers.iter().find(|pair| pair.name == name).unwrap().later_words();
    assert_eq!(words("Completed"), "17, 5 more than before");
    assert_eq!(words("Cycle time"), "3 d, 1 d shorter than before");
    assert_eq!(words("Open in Todo"), "1, 1 fewer than before");
    assert_eq!(words("Overdue"), "0");
    assert_eq!(comparison.changed(), 3);
}

#[test]
fn more_overdue_is_bad_and_a_first_cycle_time_is_neither() {
    let (earlier, mut later) = (report([&[], &[], &[], &[]]), report([&[], &[], &[1], &[]]));
    later.figures.cycle_days.now = Some(2);
    let comparison = Comparison::of(&earlier, &later);
    let pair = |name: &str| comparison.numbers.iter().find(|pair| pair.name == name).unwrap();
    assert_eq!(pair("Overdue").tone, Tone::Bad);
    assert_eq!((pair("Cycle time").tone, pair("Cycle time").later_words()), (Tone::Neutral, "2 d, none before".into()));
}

#[test]
fn tasks_stand_in_the_group_of_what_became_of_them() {
    let earlier = report([&[1], &[2, 3, 4, 9], &[5, 6], &[7, 8]]);
    let later = report([&[2, 5], &[1, 4, 7], &[3, 8], &[9, 10]]);
    assert_eq!(
        groups(&Comparison::of(&earlier, &later)),
        [
            (Move::Finished, vec!["T-2".to_owned(), "T-5".to_owned()]),
            (Move::NewlyOverdue, vec!["T-3".to_owned(), "T-8".to_owned()]),
            (Move::Reopened, vec!["T-1".to_owned()]),
            (Move::New, vec!["T-10".to_owned()]),
            (Move::Started, vec!["T-7".to_owned()]),
            (Move::DueSoon, vec!["T-9".to_owned()]),
            (Move::Gone, vec!["T-6".to_owned()]),
        ]
    );
}

#[test]
fn a_move_says_from_which_lists_to_which() {
    let comparison = Comparison::of(&report([&[], &[1], &[1], &[]]), &report([&[1], &[], &[], &[]]));
    let moved = &comparison.moves[0].1[0];
    assert_eq!((moved.from.as_str(), moved.to.as_str()), ("in progress, overdue", "finished"));
    let comparison = Comparison::of(&report([&[], &[], &[], &[]]), &report([&[], &[], &[], &[1]]));
    assert_eq!(comparison.moves[0].1[0].from, "not named");
}

#[test]
fn the_same_report_twice_has_no_differences_and_what_was_finished_is_not_gone() {
    let one = report([&[1, 2], &[3], &[3], &[4]]);
    let comparison = Comparison::of(&one, &one);
    assert!(comparison.moves.is_empty() && comparison.changed() == 0);
    assert!(Comparison::of(&report([&[1], &[], &[], &[]]), &report([&[], &[], &[], &[]])).moves.is_empty());
}

#[test]
fn references_stand_in_the_order_of_their_numbers() {
    let comparison = Comparison::of(&report([&[], &[], &[], &[]]), &report([&[10, 9, 100], &[], &[], &[]]));
    assert_eq!(groups(&comparison)[0].1, ["T-9", "T-10", "T-100"]);
}

/// Every pair of sets of lists: a task that stands elsewhere has one group, and one that does not has none.
#[test]
fn each_task_that_stands_elsewhere_stands_in_exactly_one_group() {
    let sets: Vec<[bool; 4]> = (0..16_u8).map(|bits| [0, 1, 2, 3].map(|bit| (bits >> bit) & 1 == 1)).collect();
    let of = |set: &[bool; 4]| {
        let one: &[u32] = &[1];
        let list = |is_in: bool| if is_in { one } else { &[] };
        report([list(set[0]), list(set[1]), list(set[2]), list(set[3])])
    };
    for from in &sets {
        for to in &sets {
            let found: usize = Comparison::of(&of(from), &of(to)).moves.iter().map(|(_, tasks)| tasks.len()).sum();
            let stays_finished = *from == [true, false, false, false] && *to == [false; 4];
            let expected = usize::from(from != to && !stays_finished);
            assert_eq!(found, expected, "{from:?} to {to:?}");
        }
    }
}
