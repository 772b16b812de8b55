//! What a period says in sentences, by rules: the biggest change first, the forecast last.

use super::{
    ageing::Ageing,
    cycle::{CycleTimes, EXPECTED},
    figures::{Compared, Figures},
    finding::{Finding, weight},
    forecast::Forecast,
};

/// What the sentences are made from.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    pub figures: &'a Figures,
    /// Days of the period.
    pub days: u32,
    /// It is not over: the days before are told of up to the same time, too.
    pub is_under_way: bool,
    pub cycle: &'a CycleTimes,
    pub ageing: &'a Ageing,
    pub forecast: &'a Forecast,
}

/// A sentence, and how much what it says stands out.
type Weighed = (f64, String);

/// The sentences. What did not change says nothing; where nothing did, the finding says so.
pub fn summary(told: &Told<'_>) -> Vec<String> {
    // In this order where two stand out alike: what is late matters before what moved.
    let rules = [overdue, completed, created, open, cycle, ageing];
    let mut sentences: Vec<Weighed> = rules.iter().filter_map(|rule| rule(told)).collect();
    sentences.sort_by(|one, other| other.0.total_cmp(&one.0));
    if sentences.is_empty() {
        sentences.push((0.0, Finding::of(told.figures).words()));
    }
    let all = sentences.into_iter().map(|(_, sentence)| sentence).chain(told.forecast.words());
    all.map(|sentence| format!("{sentence}.")).collect()
}

fn overdue(told: &Told<'_>) -> Option<Weighed> {
    let count = changed(told.figures.overdue)?;
    let before = earlier(told);
    Some((
        weight(count),
        match count.now {
            0 => "Nothing is overdue any more".into(),
            now => format!("{} overdue, {} than {before}", tasks(now, "is", "are"), count.words()),
        },
    ))
}

fn completed(told: &Told<'_>) -> Option<Weighed> {
    Some(of_the_period("completed", changed(told.figures.completed)?, told))
}

fn created(told: &Told<'_>) -> Option<Weighed> {
    Some(of_the_period("created", changed(told.figures.created)?, told))
}

fn of_the_period(what: &str, count: Compared<u32>, told: &Told<'_>) -> Weighed {
    let before = in_earlier(told);
    (
        weight(count),
        match count.now {
            0 => format!("Nothing was {what}, after {} {before}", count.before),
            now => format!("{} {what}, {} than {before}", tasks(now, "was", "were"), count.words()),
        },
    )
}

fn open(told: &Told<'_>) -> Option<Weighed> {
    let count = changed(told.figures.open)?;
    let before = earlier(told);
    Some((
        weight(count),
        match count.now {
            0 => "Nothing is open any more".into(),
            now => format!("{} open, {} than {before}", tasks(now, "is", "are"), count.words()),
        },
    ))
}

/// The median alone: what half of the tasks took says more than a mean, which one long task moves.
fn cycle(told: &Told<'_>) -> Option<Weighed> {
    let both = told.figures.cycle_days;
    let count = changed(Compared { now: both.now?, before: both.before? })?;
    let difference = days(u32::try_from(count.difference().unsigned_abs()).unwrap_or(u32::MAX));
    let (more, before) = (if count.now > count.before { "more" } else { "less" }, in_earlier(told));
    Some((
        weight(count),
        format!("Half of the finished tasks took {} at most, {difference} {more} than {before}", days(count.now)),
    ))
}

/// Work that is older than the line under which the finished tasks of the expectation lie. How much it stands out is
/// measured against the part of open work that is expected beyond the line anyway.
fn ageing(told: &Told<'_>) -> Option<Weighed> {
    let limit = told.cycle.p85?;
    let now = told.ageing.older_than(limit);
    if now == 0 {
        return None;
    }
    let all = u32::try_from(told.ageing.points.len()).unwrap_or(u32::MAX);
    let expected = all.saturating_mul(u32::from(100 - EXPECTED)) / 100;
    let weight = if now > expected { weight(Compared { now, before: expected }) } else { 0.0 };
    let open = tasks(now, "has", "have");
    Some((
        weight,
        format!(
            "{open} been worked on for more than {}, in which {EXPECTED} % of finished tasks were done",
            days(limit)
        ),
    ))
}

fn changed(count: Compared<u32>) -> Option<Compared<u32>> {
    (count.difference() != 0).then_some(count)
}

/// "7 days before".
fn earlier(told: &Told<'_>) -> String {
    format!("{} before", days(told.days))
}

/// "in the 7 days before", "by this time on the day before".
fn in_earlier(told: &Told<'_>) -> String {
    let so_far = if told.is_under_way { "by this time " } else { "" };
    if told.days == 1 {
        format!("{so_far}on the day before")
    } else {
        format!("{so_far}in the {} days before", told.days)
    }
}

fn tasks(count: u32, one: &str, several: &str) -> String {
    if count == 1 { format!("1 task {one}") } else { format!("{count} tasks {several}") }
}

fn days(count: u32) -> String {
    if count == 1 { "1 day".into() } else { format!("{count} days") }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::{ids::TaskId, metrics::AgePoint, task::Status};

    fn still() -> Figures {
        let same = |now| Compared { now, before: now };
        Figures {
            created: same(10),
            completed: same(10),
            open: same(40),
            overdue: same(3),
            cycle_days: Compared { now: Some(3), before: Some(3) },
        }
    }

    fn says(figures: Figures) -> Vec<String> {
        said(&figures, &CycleTimes::default(), &Ageing::default(), &Forecast::default())
    }

    fn said(figures: &Figures, cycle: &CycleTimes, ageing: &Ageing, forecast: &Forecast) -> Vec<String> {
        summary(&Told { figures, days: 7, is_under_way: false, cycle, ageing, forecast })
    }

    fn both(now: u32, before: u32) -> Compared<u32> {
        Compared { now, before }
    }

    #[test]
    fn a_period_that_is_not_over_is_held_against_the_same_part_of_the_one_before() {
        let figures = Figures { completed: both(0, 13), ..still() };
        let (cycle, ageing, forecast) = (CycleTimes::default(), Ageing::default(), Forecast::default());
        let told = |days| Told {
            figures: &figures,
            days,
            is_under_way: true,
            cycle: &cycle,
            ageing: &ageing,
            forecast: &forecast,
        };
        assert_eq!(summary(&told(1)), ["Nothing was completed, after 13 by this time on the day before."]);
        assert_eq!(summary(&told(7)), ["Nothing was completed, after 13 by this time in the 7 days before."]);
    }

    #[test]
    fn the_biggest_change_comes_first_and_what_did_not_change_says_nothing() {
        let figures = Figures { completed: both(17, 13), overdue: both(6, 1), open: both(48, 54), ..still() };
        assert_eq!(
            says(figures),
            [
                "6 tasks are overdue, 5 more than 7 days before.",
                "17 tasks were completed, 4 more than in the 7 days before.",
                "48 tasks are open, 6 fewer than 7 days before.",
            ]
        );
    }

    #[test]
    fn completed_and_created_are_compared_with_the_days_before() {
        assert_eq!(
            says(Figures { completed: both(1, 2), ..still() }),
            ["1 task was completed, 1 fewer than in the 7 days before."]
        );
        assert_eq!(
            says(Figures { created: both(0, 5), ..still() }),
            ["Nothing was created, after 5 in the 7 days before."]
        );
        assert_eq!(
            says(Figures { created: both(12, 10), ..still() }),
            ["12 tasks were created, 2 more than in the 7 days before."]
        );
    }

    #[test]
    fn open_and_overdue_work_that_is_gone_is_said_as_such() {
        let figures = Figures { open: both(0, 2), overdue: both(0, 2), ..still() };
        assert_eq!(says(figures), ["Nothing is overdue any more.", "Nothing is open any more."]);
        assert_eq!(says(Figures { open: both(1, 2), ..still() }), ["1 task is open, 1 fewer than 7 days before."]);
    }

    #[test]
    fn cycle_time_is_said_by_the_median() {
        let cycle = |now, before| says(Figures { cycle_days: Compared { now, before }, ..still() });
        assert_eq!(
            cycle(Some(3), Some(4)),
            ["Half of the finished tasks took 3 days at most, 1 day less than in the 7 days before."]
        );
        assert_eq!(
            cycle(Some(6), Some(4)),
            ["Half of the finished tasks took 6 days at most, 2 days more than in the 7 days before."]
        );
        assert_eq!(cycle(None, Some(4)), ["Completed kept pace with created."], "nothing to compare");
    }

    #[test]
    fn work_over_the_line_is_said_also_when_nothing_changed() {
        let cycle = CycleTimes { p85: Some(9), ..CycleTimes::default() };
        let point = |days| AgePoint {
            task: TaskId(Uuid::nil()),
            reference: "T-1".into(),
            title: String::new(),
            status: Status::Progress,
            days,
        };
        let ageing = |ages: &[u32]| Ageing { points: ages.iter().copied().map(point).collect(), bands: Vec::new() };
        let says = |figures: &Figures, ages: &[u32]| said(figures, &cycle, &ageing(ages), &Forecast::default());
        let old = "2 tasks have been worked on for more than 9 days, in which 85 % of finished tasks were done.";
        assert_eq!(says(&still(), &[10, 40, 9]), [old]);
        assert_eq!(says(&still(), &[9, 1]), ["Completed kept pace with created."]);
        let more = Figures { completed: both(11, 10), ..still() };
        assert_eq!(says(&more, &[10, 40, 9])[0], old, "it stands out more");
    }

    #[test]
    fn the_forecast_comes_last() {
        let forecast = Forecast::of(&[2, 2, 2], 9);
        let figures = Figures { completed: both(17, 13), ..still() };
        let said = said(&figures, &CycleTimes::default(), &Ageing::default(), &forecast);
        assert_eq!(said[1], "At this pace the 9 open tasks will be done in 5 days or fewer, with a chance of 85 %.");
        assert_eq!(said.len(), 2);
    }
}
