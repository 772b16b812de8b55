//! Six weeks of work: what was done and put away, and what else stands on the board.

use std::collections::HashSet;

use app::domain::{
    import::plan::{EventOrigin, PlannedCard, PlannedChange, PlannedComment, PlannedDue, PlannedEvent},
    task::{Category, Priority, Status},
};
use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveTime, Utc, Weekday};
use rand::{Rng, rngs::StdRng};

use super::{cast::PEOPLE, named::LABELS, titles::Titles};

/// Working days that the history goes back: six weeks.
const DAYS: i64 = 30;
/// Finished and put away before the board of today.
const ARCHIVED: i64 = 52;
/// Days after which finished work is put away.
const KEPT_DAYS: i64 = 7;
/// The same in working days.
const KEPT_WORKDAYS: i64 = 5;

/// The demonstration while it is told.
pub struct Board {
    pub now: DateTime<Utc>,
    pub random: StdRng,
    pub cards: Vec<PlannedCard>,
    pub history: History,
}

/// What happened so far, not in order.
#[derive(Default)]
pub struct History(pub Vec<PlannedEvent>);

/// A list that a card came to, and when.
pub struct Stop {
    pub status: Status,
    pub at: DateTime<Utc>,
}

impl Board {
    /// An instant of a working day, so many days before today.
    pub fn working_time(&mut self, days: i64) -> DateTime<Utc> {
        let mut day = (self.now - Duration::days(days)).date_naive();
        while is_weekend(day) {
            day -= Duration::days(1);
        }
        self.time_of(day)
    }

    /// An instant of the working day so many working days before today.
    fn workday(&mut self, workdays: i64) -> DateTime<Utc> {
        let mut day = self.now.date_naive();
        let mut left = workdays;
        while left > 0 || is_weekend(day) {
            day -= Duration::days(1);
            left -= i64::from(!is_weekend(day));
        }
        self.time_of(day)
    }

    /// An instant in the working hours of a day, never later than now.
    fn time_of(&mut self, day: NaiveDate) -> DateTime<Utc> {
        let minute = self.random.random_range(0..9 * 60);
        (day.and_time(NaiveTime::MIN) + Duration::minutes(7 * 60 + minute)).and_utc().min(self.now)
    }

    /// Puts a card on the board with the way it came, comments spread over its life.
    pub fn put(&mut self, mut card: PlannedCard, stops: &[Stop], comments: Vec<String>) {
        let mut stands = Status::Todo;
        let mut at = card.created_at;
        let doer = card.people.first().cloned();
        self.note(&card, at, Some("MK".into()), PlannedChange::Created { column: stands.as_str().into() });
        for stop in stops {
            at = at.max(stop.at);
            let change = PlannedChange::Moved { from: stands.as_str().into(), to: stop.status.as_str().into() };
            self.note(&card, at, doer.clone(), change);
            stands = stop.status;
        }
        let span = (self.now.min(at + Duration::days(2)) - card.created_at).num_days();
        for text in comments {
            let day = (card.created_at + Duration::days(self.random.random_range(0..=span))).date_naive();
            let said = self.time_of(day).max(card.created_at);
            let person = Some(PEOPLE[self.random.random_range(0..PEOPLE.len())].0.to_owned());
            self.note(&card, said, person.clone(), PlannedChange::Commented);
            card.comments.push(PlannedComment { at: said, person, text, edited_at: None, before: Vec::new() });
        }
        card.comments.sort_by_key(|comment| comment.at);
        if card.archived {
            let put_away = (at + Duration::days(KEPT_DAYS)).min(self.now);
            self.note(&card, put_away, None, PlannedChange::Archived);
            at = put_away;
        }
        card.updated_at = at;
        self.cards.push(card);
    }

    fn note(&mut self, card: &PlannedCard, at: DateTime<Utc>, person: Option<String>, change: PlannedChange) {
        self.history.0.push(PlannedEvent {
            card: card.source_id.clone(),
            at,
            person,
            change,
            origin: EventOrigin::Recorded,
        });
    }

    fn chance(&mut self, of_hundred: u32) -> bool {
        self.random.random_range(0..100) < of_hundred
    }
}

/// Adds the archive, and cards until `tasks` stand on the board.
pub fn tell(board: &mut Board, tasks: usize) {
    let mut titles = Titles::default();
    let mut free = free_numbers(board);
    for place in 0..ARCHIVED {
        // Evenly over the weeks before the last.
        let finished = DAYS - 2 - place * (DAYS - 2 - KEPT_WORKDAYS) / ARCHIVED;
        let created = (finished + board.random.random_range(1..=7)).min(DAYS);
        finish(board, &mut titles, free.next(), created, finished, Fate::PutAway);
    }
    let missing = tasks.saturating_sub(board.cards.iter().filter(|card| !card.archived).count());
    for place in 0..missing {
        match place % 16 {
            0 | 4 | 8 | 12 => {
                let finished = board.random.random_range(0..KEPT_WORKDAYS);
                let created = finished + board.random.random_range(2..=9);
                finish(board, &mut titles, free.next(), created, finished, Fate::OnBoard);
            }
            13..=15 => {
                let days = board.random.random_range(3..=14);
                open(board, &mut titles, free.next(), days, Status::Progress);
            }
            11 => {
                let days = board.random.random_range(4..=16);
                open(board, &mut titles, free.next(), days, Status::Pending);
            }
            _ => {
                let days = board.random.random_range(0..=14);
                open(board, &mut titles, free.next(), days, Status::Todo);
            }
        }
    }
}

/// Whether finished work still stands on the board.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    OnBoard,
    PutAway,
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// Numbers that none of the told tasks has.
fn free_numbers(board: &Board) -> impl Iterator<Item = i32> + use<> {
    let taken: HashSet<i32> = board.cards.iter().filter_map(|card| card.number).collect();
    (41..).filter(move |number| !taken.contains(number))
}

/// A task that was done; days are working days before today.
fn finish(board: &mut Board, titles: &mut Titles, number: Option<i32>, created: i64, finished: i64, fate: Fate) {
    let mut card = card(board, titles, number, created, Status::Done);
    card.archived = fate == Fate::PutAway;
    if board.chance(6) {
        card.category = Some(Category::Highlight);
    }
    let started = finished + (created - finished) / 2;
    let mut stops = vec![Stop { status: Status::Progress, at: board.workday(started) }];
    if board.chance(30) {
        stops.push(Stop { status: Status::Pending, at: board.workday(finished + (started - finished) / 2) });
    }
    if board.chance(8) {
        // Finished too early, and taken up again.
        stops.push(Stop { status: Status::Done, at: board.workday(finished + 1) });
        stops.push(Stop { status: Status::Progress, at: board.workday(finished) });
    }
    stops.push(Stop { status: Status::Done, at: board.workday(finished) });
    let comments = comments(board);
    board.put(card, &stops, comments);
}

/// A task that is not done yet.
fn open(board: &mut Board, titles: &mut Titles, number: Option<i32>, created: i64, status: Status) {
    let card = card(board, titles, number, created, status);
    let mut stops = Vec::new();
    if status != Status::Todo {
        stops.push(Stop { status: Status::Progress, at: board.workday(created * 2 / 3) });
    }
    if status == Status::Pending {
        stops.push(Stop { status, at: board.workday(created / 3) });
    }
    let comments = comments(board);
    board.put(card, &stops, comments);
}

fn card(board: &mut Board, titles: &mut Titles, number: Option<i32>, created: i64, status: Status) -> PlannedCard {
    let title = titles.next(&mut board.random);
    let created_at = board.workday(created);
    let priority = match board.random.random_range(0..100) {
        0..25 => Priority::Low,
        25..75 => Priority::Medium,
        75..95 => Priority::High,
        _ => Priority::Urgent,
    };
    let mut people = Vec::new();
    if status != Status::Todo || board.chance(70) {
        people.push(PEOPLE[board.random.random_range(0..PEOPLE.len())].0.to_owned());
    }
    if board.chance(15) {
        let second = PEOPLE[board.random.random_range(0..PEOPLE.len())].0.to_owned();
        if !people.contains(&second) {
            people.push(second);
        }
    }
    let mut labels = Vec::new();
    if board.chance(80) {
        labels.push(LABELS[board.random.random_range(0..LABELS.len())].0.to_owned());
    }
    let due = board.chance(60).then(|| {
        let days =
            if status == Status::Done { board.random.random_range(-20..0) } else { board.random.random_range(-4..30) };
        PlannedDue::On((board.now + Duration::days(days)).date_naive())
    });
    PlannedCard {
        source_id: format!("generated {}", number.unwrap_or_default()),
        number,
        title,
        description: String::new(),
        due,
        due_complete: false,
        priority: Some(priority),
        category: None,
        labels,
        people,
        column: status.as_str().into(),
        checklists: Vec::new(),
        comments: Vec::new(),
        archived: false,
        created_at,
        updated_at: created_at,
        rest: None,
    }
}

fn comments(board: &mut Board) -> Vec<String> {
    const SAID: [&str; 6] = [
        "On it.",
        "Waiting for an answer.",
        "Half of it is done.",
        "Checked, one figure was wrong, mended.",
        "Who can look at this?",
        "Done, see the folder.",
    ];
    let count = board.random.random_range(0..3);
    (0..count).map(|_| SAID[board.random.random_range(0..SAID.len())].to_owned()).collect()
}
