//! Small boards for tests: two lists, cards with a number and a rank.

use chrono::DateTime;
use leptos::prelude::*;
use uuid::Uuid;

use super::{sender::Sender, state::BoardState, steps::Steps};
use crate::{
    domain::{
        due::{Finish, ViewerClock},
        ids::{ColumnId, ProjectId, TaskId},
        lane::Lane,
        task::{Priority, Status},
    },
    tasks::view::{Board, BoardTools, Card, Column, Cursor, LaneView},
    ui::toast::Toasts,
};

pub const TODO: ColumnId = ColumnId(Uuid::from_u128(1));
pub const DONE: ColumnId = ColumnId(Uuid::from_u128(2));

/// The id of the card with this number.
pub fn id(number: u128) -> TaskId {
    TaskId(Uuid::from_u128(100 + number))
}

/// A card of medium priority that is nobody's.
pub fn card(number: i32, rank: &str) -> Card {
    Card {
        id: id(number as u128),
        number,
        rank: rank.into(),
        title: format!("card {number}"),
        priority: Priority::Medium,
        due: None,
        finish: Finish::Open,
        labels: Vec::new(),
        people: Vec::new(),
        assignees: Vec::new(),
        checklist: (0, 0),
        comments: 0,
        version: 1,
        files: 0,
        blocked_by: 0,
        blocks: 0,
    }
}

/// A list; `next` is the rank behind which more are to be loaded.
pub fn column(id: ColumnId, cards: Vec<Card>, total: u32, next: Option<&str>) -> Column {
    Column {
        id,
        name: if id == TODO { "Todo" } else { "Done" }.into(),
        status: Status::Todo,
        limit: None,
        limit_is_hard: false,
        is_folded: false,
        older: 0,
        total,
        shown: total,
        cards,
        next: next.map(|rank| Cursor(rank.into())),
    }
}

/// A board of two lists.
pub fn board(todo: Column, done: Column) -> Board {
    Board {
        project: ProjectId(Uuid::from_u128(9)),
        key: "T".into(),
        name: "Tasks".into(),
        can_edit: true,
        read_only: None,
        number: 0,
        clock: ViewerClock { now: DateTime::UNIX_EPOCH, utc_offset_minutes: 0, soon_days: 3 },
        overdue: 0,
        columns: vec![todo, done],
        lanes: Vec::new(),
        is_compact: false,
        tools: BoardTools::default(),
    }
}

/// Three cards in the first list, none in the second.
pub fn three() -> Board {
    board(column(TODO, vec![card(1, "B"), card(2, "D"), card(3, "F")], 3, None), column(DONE, Vec::new(), 0, None))
}

/// The same in lanes by priority: card 1 is urgent, 2 and 3 are of medium priority.
pub fn in_lanes() -> Board {
    let mut board = three();
    board.columns[0].cards[0].priority = Priority::Urgent;
    let lane = |priority: Priority, counts: Vec<u32>| LaneView {
        lane: Lane::Priority(priority),
        title: priority.label().into(),
        counts,
    };
    board.lanes = vec![lane(Priority::Urgent, vec![1, 0]), lane(Priority::Medium, vec![2, 0])];
    board
}

/// Shows a board as its address asks for it.
pub fn with_board(board: Board, query: &str, test: impl FnOnce(&BoardState)) {
    let owner = Owner::new();
    owner.with(|| {
        let state = BoardState::new(board, query.into(), Toasts::provide(), Steps::default(), Sender::default());
        test(&state);
    });
}

/// Shows a board whole and in the order of the hand.
pub fn with_state(board: Board, test: impl FnOnce(&BoardState)) {
    with_board(board, "", test);
}

/// The numbers of the cards of a list, from the top.
pub fn numbers(state: &BoardState, column: ColumnId) -> Vec<i32> {
    let cards = state.column(column).unwrap().cards.get_untracked();
    cards.iter().map(|card| card.data.with_untracked(|card| card.number)).collect()
}

/// What both lists are said to hold.
pub fn totals(state: &BoardState) -> (u32, u32) {
    let total = |column: ColumnId| state.column(column).unwrap().total.get_untracked();
    (total(TODO), total(DONE))
}
