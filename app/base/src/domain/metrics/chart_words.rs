//! The titles of charts: the finding by rule, or what the chart shows where no rule fires.

use super::{
    Ageing, Compared, CycleTimes, FlowDay, Forecast, LateBuckets, NO_LABEL, NOBODY, OTHER, PriorityShare, Share,
    finding::weight,
};
use crate::domain::thousands::grouped;

/// Characters of a name in a title.
const NAME: usize = 60;
/// From this change on the open work grew or fell; see [`super::Finding::of`].
const STANDS_OUT: f64 = 0.5;

impl FlowDay {
    /// Arrived and not finished.
    pub fn open(&self) -> u64 {
        [self.todo, self.in_progress, self.pending].into_iter().map(u64::from).sum()
    }

    /// The upper edge of all bands.
    pub fn total(&self) -> u64 {
        self.open() + u64::from(self.completed)
    }
}

/// The sum of counts, however large they are.
pub fn parts_total(parts: [u32; 4]) -> u64 {
    parts.into_iter().map(u64::from).sum()
}

/// The title of cumulative flow.
pub fn cumulative_words(days: &[FlowDay]) -> String {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return "No tasks in this period".into() };
    if days.iter().all(|day| day.total() == 0) {
        return "No tasks in this period".into();
    }
    let narrow = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let open = Compared { now: narrow(last.open()), before: narrow(first.open()) };
    match open.difference() {
        _ if days.len() == 1 => "Work in each status".into(),
        grew if weight(open) > STANDS_OUT && grew > 0 => format!("Open work grew from {} to {}", open.before, open.now),
        _ if weight(open) > STANDS_OUT => format!("Open work fell from {} to {}", open.before, open.now),
        _ => format!("Open work stayed level at {}", open.now),
    }
}

/// The title of open work by person.
pub fn person_words(shares: &[Share]) -> String {
    share_words(shares, "Open work by person", (NOBODY, "unassigned"))
}

/// The title of open work by label.
pub fn label_words(shares: &[Share]) -> String {
    share_words(shares, "Open work by label", (NO_LABEL, "without a label"))
}

/// `without` is the row of the tasks that have none, and what a sentence calls it: it is nobody's name.
fn share_words(shares: &[Share], neutral: &str, without: (&str, &str)) -> String {
    let mut named = shares.iter().filter(|share| !share.is_row(OTHER));
    let Some(first) = named.next().filter(|first| parts_total(first.parts) > 0) else {
        return "No work is open".into();
    };
    let narrow = |share: &Share| u32::try_from(parts_total(share.parts)).unwrap_or(u32::MAX);
    let next = named.next().map_or(0, narrow);
    let lead = Compared { now: narrow(first), before: next };
    // A name that several have says nothing.
    let is_clear = shares.iter().filter(|share| share.name == first.name).count() == 1;
    if next > 0 && lead.now > next && weight(lead) > STANDS_OUT && is_clear {
        let (row, words) = without;
        let name = if first.is_row(row) { words.to_owned() } else { isolated(&shortened(&first.name)) };
        format!("Most open work: {name}, {}", tasks_words(parts_total(first.parts)))
    } else {
        neutral.into()
    }
}

/// The title of open work by priority.
pub fn priority_words(share: &PriorityShare) -> String {
    let [low, _, high, urgent] = share.open.map(u64::from);
    match parts_total(share.open) {
        0 => "No work is open".into(),
        open if (high + urgent) * 2 > open => "Most open work is high or urgent".into(),
        open if low * 2 > open => "Most open work is of low priority".into(),
        _ if urgent == 0 => "No open work is urgent".into(),
        _ => "Open work by priority".into(),
    }
}

/// The title of late work.
pub fn late_words(late: &LateBuckets) -> String {
    let rows = late.rows();
    let all: u64 = rows.iter().map(|(_, count)| u64::from(*count)).sum();
    match (all, late.days_over_30) {
        (0, _) => "Nothing is late".into(),
        (all, over) if u64::from(over) * 2 > all => "Most late work is over 30 days late".into(),
        (all, 0) => format!("{} late, none over 30 days", tasks_are(all)),
        (all, _) => format!("{} late", tasks_are(all)),
    }
}

/// The title of cycle times: the service level expectation.
pub fn cycle_words(cycle: &CycleTimes) -> String {
    match cycle.p85 {
        _ if cycle.points.is_empty() => "Nothing was finished".into(),
        Some(1) => "85 % of tasks are finished within a day".into(),
        Some(days) => format!("85 % of tasks are finished within {days} days"),
        None => "Cycle times".into(),
    }
}

/// The title of ageing work: how much is older than finished work was at its stage.
pub fn ageing_words(ageing: &Ageing) -> String {
    let all = ageing.points.len() as u64;
    let limit = |status| ageing.bands.iter().find(|band| band.status == status).and_then(|band| band.p85);
    let is_known = ageing.bands.iter().any(|band| band.p85.is_some());
    let old = ageing.points.iter().filter(|point| limit(point.status).is_some_and(|limit| point.days > limit)).count();
    match (all, old as u64) {
        (0, _) => "No work is in progress".into(),
        _ if !is_known => "Age of the work in progress".into(),
        (_, 0) => "No work is older than usual".into(),
        (all, old) => format!("{old} of {} older than 85 % were", tasks_are(all)),
    }
}

/// The title of a forecast.
pub fn forecast_words(forecast: &Forecast) -> String {
    let likely = forecast.days.iter().flatten().find(|chance| chance.percent == 85);
    match (forecast.open, likely) {
        (0, _) => "No work is open".into(),
        (_, None) if forecast.items.is_none() && forecast.history_days == 0 => {
            "No forecast: no day of work is over yet".into()
        }
        (_, None) if forecast.items.is_none() => "No forecast: nothing was finished".into(),
        (_, None) => "At this pace it takes more than two years".into(),
        (open, Some(chance)) => {
            let days = if chance.value == 1 { "a day".to_owned() } else { format!("{} days", chance.value) };
            format!("85 %: {} done within {days}", tasks_are(open.into()))
        }
    }
}

/// A name between the marks of an isolate where any of it is written from the right, so that it keeps its direction
/// among words that are not.
pub fn isolated(name: &str) -> String {
    if name.contains(is_from_the_right) { format!("\u{2068}{name}\u{2069}") } else { name.to_owned() }
}

/// Names in a row, each of which keeps its direction: two that are written from the right do not change places.
pub fn isolated_all(names: &[String]) -> String {
    names.iter().map(|name| isolated(name)).collect::<Vec<_>>().join(", ")
}

/// Whether a letter belongs to a script that is written from the right: Hebrew, Arabic, Syriac, N'Ko and their kin.
pub fn is_from_the_right(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME {
        return name.to_owned();
    }
    let mut cut: String = name.chars().take(NAME - 1).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

/// "1 task", "12 tasks", "1,234 tasks".
pub fn tasks_words(count: u64) -> String {
    if count == 1 { "1 task".into() } else { format!("{} tasks", grouped(count)) }
}

fn tasks_are(count: u64) -> String {
    if count == 1 { "1 task is".into() } else { format!("{} tasks are", grouped(count)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        ids::{TaskId, UserId},
        metrics::{AgeBand, AgePoint, Chance},
        task::Status,
    };

    fn flow(open: &[u32]) -> Vec<FlowDay> {
        let first: chrono::NaiveDate = "2026-11-16".parse().unwrap();
        let day = |(date, todo): (chrono::NaiveDate, &u32)| FlowDay {
            date,
            todo: *todo,
            in_progress: 0,
            pending: 0,
            completed: 3,
        };
        first.iter_days().zip(open).map(day).collect()
    }

    fn share(name: &str, urgent: u32) -> Share {
        Share { name: name.into(), person: None, parts: [0, 0, 0, urgent] }
    }

    #[test]
    fn the_flow_says_whether_open_work_grew() {
        assert_eq!(cumulative_words(&flow(&[40, 42, 60])), "Open work grew from 40 to 60");
        assert_eq!(cumulative_words(&flow(&[60, 40])), "Open work fell from 60 to 40");
        assert_eq!(cumulative_words(&flow(&[40, 41])), "Open work stayed level at 41");
        assert_eq!(cumulative_words(&[]), "No tasks in this period");
        assert!(cumulative_words(&flow(&[u32::MAX, 1])).starts_with("Open work fell"));
    }

    #[test]
    fn whoever_stands_out_is_named() {
        assert_eq!(person_words(&[share("Mina Kos", 12), share("Jonas", 4)]), "Most open work: Mina Kos, 12 tasks");
        assert_eq!(person_words(&[share("Mina Kos", 12), share("Jonas", 11)]), "Open work by person");
        assert_eq!(person_words(&[share(OTHER, 40), share("Mina", 2)]), "Open work by person", "alone, and not Other");
        assert_eq!(label_words(&[]), "No work is open");
        assert_eq!(label_words(&[share("אבג", 9), share("b", 1)]), "Most open work: \u{2068}אבג\u{2069}, 9 tasks");
    }

    #[test]
    fn what_nobody_has_is_no_person_and_a_name_that_two_have_is_not_said() {
        let of = |name: &str, person: u128, urgent| Share {
            person: Some(UserId(uuid::Uuid::from_u128(person))),
            ..share(name, urgent)
        };
        let jonas = || of("Jonas", 1, 4);
        assert_eq!(person_words(&[share(NOBODY, 12), jonas()]), "Most open work: unassigned, 12 tasks");
        assert_eq!(
            person_words(&[of(NOBODY, 2, 12), jonas()]),
            "Most open work: Nobody, 12 tasks",
            "so they are called"
        );
        assert_eq!(person_words(&[of(OTHER, 2, 12), jonas()]), "Most open work: Other, 12 tasks");
        assert_eq!(person_words(&[of("Sam", 2, 12), of("Sam", 3, 4)]), "Open work by person");
        assert_eq!(label_words(&[share(NO_LABEL, 12), share("Bug", 4)]), "Most open work: without a label, 12 tasks");
        assert_eq!(label_words(&[share(NOBODY, 12), share("Bug", 4)]), "Most open work: Nobody, 12 tasks", "a label");
    }

    #[test]
    fn urgency_and_lateness_are_said() {
        let priority = |open| priority_words(&PriorityShare { open, completed: [0; 4] });
        assert_eq!(priority([1, 1, 4, 4]), "Most open work is high or urgent");
        assert_eq!(priority([u32::MAX; 4]), "Open work by priority");
        assert_eq!(priority([3, 4, 1, 0]), "No open work is urgent");
        let late =
            |days_1_2, days_over_30| late_words(&LateBuckets { days_1_2, days_over_30, ..LateBuckets::default() });
        assert_eq!(late(0, 0), "Nothing is late");
        assert_eq!(late(1, 0), "1 task is late, none over 30 days");
        assert_eq!(late(1, 4), "Most late work is over 30 days late");
    }

    #[test]
    fn ages_and_forecasts_are_said() {
        let point = |days| AgePoint {
            task: TaskId(uuid::Uuid::nil()),
            reference: "T-1".into(),
            title: "One".into(),
            status: Status::Progress,
            days,
        };
        let band = AgeBand { status: Status::Progress, p50: Some(2), p85: Some(5), p95: Some(9) };
        let mut ageing = Ageing { points: vec![point(9), point(2)], bands: vec![band] };
        assert_eq!(ageing_words(&ageing), "1 of 2 tasks are older than 85 % were");
        ageing.points.remove(0);
        assert_eq!(ageing_words(&ageing), "No work is older than usual");
        let mut forecast = Forecast { history_days: 90, open: 48, ..Forecast::default() };
        assert_eq!(forecast_words(&forecast), "No forecast: nothing was finished");
        let first = Forecast { history_days: 0, open: 48, ..Forecast::default() };
        assert_eq!(forecast_words(&first), "No forecast: no day of work is over yet", "whatever was finished today");
        forecast.items = Some(vec![Chance { percent: 85, value: 0 }]);
        assert_eq!(forecast_words(&forecast), "At this pace it takes more than two years", "it was, and slowly");
        forecast.days = Some(vec![Chance { percent: 50, value: 32 }, Chance { percent: 85, value: 39 }]);
        assert_eq!(forecast_words(&forecast), "85 %: 48 tasks are done within 39 days");
        forecast.open = 1_234;
        assert_eq!(forecast_words(&forecast), "85 %: 1,234 tasks are done within 39 days");
    }
}
