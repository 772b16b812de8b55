//! Puts a report together from what was gathered, for readers who see a set of its projects.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{
    super::{FLOW_DAYS, FORMAT, Folded, HISTORY_DAYS, NoteLine, ReportProject, Snapshot, title},
    around,
    desk::Desk,
    facts::TaskFacts,
    lists::{self, Lists},
};
use crate::domain::{
    ids::{ProjectId, TaskId, UserId},
    listed::listed,
    metrics::{
        Ageing, CycleTimes, DayCount, Figures, Finding, FlowDay, Forecast, History, LateBuckets, Life, NO_LABEL,
        NOBODY, PriorityShare, Share, Shares, StatusCount, Told, summary, throughput,
    },
    period::{Period, day_of, day_start},
    task::Priority,
};

/// Everything that the reports of a request are put together from.
#[derive(Debug)]
pub struct Sources {
    /// That of the schedule first, the others by name.
    pub projects: Vec<ReportProject>,
    /// Of the project of the schedule: in it all days are counted.
    pub zone: Tz,
    pub period: Period,
    /// Everything is told as it stood then.
    pub as_of: DateTime<Utc>,
    /// Those that the request is narrowed to.
    pub tasks: BTreeMap<TaskId, TaskFacts>,
    pub history: History,
    pub people: around::People,
    pub labels: around::Labels,
    pub blockers: around::Blockers,
    pub notes: Vec<around::Note>,
    /// What the request is narrowed to.
    pub narrowed: around::Narrowed,
}

/// The report of the tasks of some projects; that of the schedule is one of them.
pub fn compose(gathered: &Sources, seen: &BTreeSet<ProjectId>) -> Folded {
    let Sources { period, as_of, zone, .. } = *gathered;
    let projects: Vec<&ReportProject> = gathered.projects.iter().filter(|project| seen.contains(&project.id)).collect();
    let is_seen = |id: TaskId| gathered.tasks.get(&id).is_some_and(|facts| seen.contains(&facts.project));
    let part: Option<History> = (projects.len() < gathered.projects.len()).then(|| gathered.history.only(is_seen));
    let history = part.as_ref().unwrap_or(&gathered.history);
    let (lives, passages) = rayon::join(
        || history.at(as_of),
        || history.passages(day_start(period.first, &zone), as_of.min(period.last_instant(&zone))),
    );
    let desk = Desk::new(gathered, &projects);
    let rows = desk.rows(&lives, &passages);
    let sources = lists::Sources { rows: &rows, period, blockers: &gathered.blockers, desk: &desk };
    // The lists take as long as all else: beside it, where there is another core.
    let (lists, counted) = rayon::join(|| Lists::of(&sources), || Counted::of(gathered, history, &lives, &desk));
    let projects: Vec<ReportProject> = projects.into_iter().cloned().collect();
    Snapshot {
        format: FORMAT,
        title: title(period),
        tasks: lists.tasks,
        project: gathered.projects[0].clone(),
        scope: scope(&projects, gathered),
        projects,
        period,
        as_of,
        finding: Finding::of(&counted.figures),
        summary: counted.summary,
        figures: counted.figures,
        days: counted.days,
        statuses: counted.statuses,
        cumulative: counted.cumulative,
        cycle: counted.cycle,
        ageing: counted.ageing,
        forecast: counted.forecast,
        people: counted.people,
        labels: counted.labels,
        priorities: counted.priorities,
        late: counted.late,
        finished: lists.finished,
        in_progress: lists.in_progress,
        overdue: lists.overdue,
        due_next: lists.due_next,
        accomplishments: lists.accomplishments,
        highlights: lists.highlights,
        blocked: lists.blocked,
        moved: lists.moved,
        reopened: lists.reopened,
        created: lists.created,
        notes: counted.notes,
        variants: Vec::new(),
    }
}

/// What is counted and reckoned, and the notes.
struct Counted {
    figures: Figures,
    days: Vec<DayCount>,
    statuses: Vec<StatusCount>,
    cumulative: Vec<FlowDay>,
    cycle: CycleTimes,
    ageing: Ageing,
    forecast: Forecast,
    summary: Vec<String>,
    people: Shares,
    labels: Shares,
    priorities: PriorityShare,
    late: LateBuckets,
    notes: Vec<NoteLine>,
}

impl Counted {
    fn of(gathered: &Sources, history: &History, lives: &[(TaskId, Life)], desk: &Desk<'_>) -> Self {
        let Sources { period, as_of, zone, .. } = *gathered;
        let window = Period::ending(period.last, HISTORY_DAYS.max(period.days()));
        let statuses = StatusCount::of_open(lives);
        let open = statuses.iter().map(|entry| entry.count).sum();
        let work = Work::of(lives, period, gathered);
        // In two parts, so that whoever is done with the lists has something to take up.
        let ((forecast, people, labels), (figures, cycle, ageing)) = rayon::join(
            || {
                (
                    Forecast::of(&past(lives, window, as_of, &zone), open),
                    work.by(&gathered.people, NOBODY, |(id, _)| *id, |person| Some(*person)),
                    // Labels of the same name are one row, whichever projects they are of.
                    work.by(&gathered.labels, NO_LABEL, |(_, name)| name.as_str(), |_| None),
                )
            },
            || {
                (
                    Figures::of(history, period, as_of, &zone),
                    CycleTimes::of(lives, window, &zone, |id| desk.name(id)),
                    Ageing::of(lives, window, as_of, &zone, |id| desk.name(id)),
                )
            },
        );
        let told = Told {
            figures: &figures,
            days: period.days(),
            is_under_way: as_of < period.last_instant(&zone),
            cycle: &cycle,
            ageing: &ageing,
            forecast: &forecast,
        };
        let summary = summary(&told);
        Self {
            figures,
            days: DayCount::of(lives, period, &zone),
            statuses,
            cumulative: FlowDay::of(lives, Period::ending(period.last, FLOW_DAYS.max(period.days())), &zone),
            cycle,
            ageing,
            forecast,
            summary,
            people,
            labels,
            priorities: PriorityShare::of(priorities(&work.open), priorities(&work.completed)),
            late: LateBuckets::of(lives, as_of, &zone),
            notes: lists::notes(&gathered.notes, lives, desk),
        }
    }
}

/// The days that a forecast samples: those of the window that are over, from the first task on. Before there was work,
/// no work was finished, which says nothing about the pace. As of the last instant of a day that day is over.
fn past(lives: &[(TaskId, Life)], window: Period, as_of: DateTime<Utc>, zone: &Tz) -> Vec<u32> {
    let today = day_of(as_of + TimeDelta::microseconds(1), zone);
    let Some(began) = lives.iter().map(|(_, life)| life.created).min().map(|at| day_of(at, zone)) else {
        return Vec::new();
    };
    let last = today.pred_opt().map_or(window.last, |yesterday| window.last.min(yesterday));
    let first = window.first.max(began);
    if first > last { Vec::new() } else { throughput(lives, Period { first, last }, zone) }
}

/// What it was narrowed to, in words; empty where it tells of all tasks of one project.
fn scope(projects: &[ReportProject], gathered: &Sources) -> String {
    let mut words = Vec::new();
    if projects.len() > 1 {
        let names: Vec<&str> = projects.iter().map(|project| project.name.as_str()).collect();
        words.push(listed(&names, "and"));
    }
    let is_seen = |project: &ProjectId| projects.iter().any(|seen| seen.id == *project);
    let around::Narrowed { labels, lost_labels, people, strangers } = &gathered.narrowed;
    let labels: BTreeSet<&str> =
        labels.iter().filter(|(project, _)| is_seen(project)).map(|(_, name)| name.as_str()).collect();
    // Without it, a report of nothing would look like one of a week in which nothing was done.
    let lost = match lost_labels {
        0 => None,
        1 => Some("with a label that is gone"),
        _ => Some("with labels that are gone"),
    };
    let labels = (!labels.is_empty()).then(|| format!("labelled {}", listed(&Vec::from_iter(labels), "or")));
    words.extend(either(labels, lost));
    let strangers = match strangers {
        0 => None,
        1 => Some("assigned to somebody outside the project"),
        _ => Some("assigned to people outside the project"),
    };
    let people = (!people.is_empty()).then(|| format!("assigned to {}", listed(people, "or")));
    words.extend(either(people, strangers));
    words.join(" · ")
}

/// "labelled Bug or with a label that is gone"; none where neither is said.
fn either(named: Option<String>, unnamed: Option<&str>) -> Option<String> {
    match (named, unnamed) {
        (Some(named), Some(unnamed)) => Some(format!("{named} or {unnamed}")),
        (named, unnamed) => named.or(unnamed.map(str::to_owned)),
    }
}

/// The work that shares are made of, with its priorities.
struct Work {
    /// Open at the end.
    open: Vec<(TaskId, Priority)>,
    /// Finished in the period.
    completed: Vec<(TaskId, Priority)>,
}

impl Work {
    fn of(lives: &[(TaskId, Life)], period: Period, gathered: &Sources) -> Self {
        let with_priority = |is_in: &dyn Fn(&Life) -> bool| {
            let facts = |id: &TaskId| gathered.tasks.get(id).map(|facts: &TaskFacts| (*id, facts.priority));
            lives.iter().filter(|(_, life)| is_in(life)).filter_map(|(id, _)| facts(id)).collect()
        };
        let finished_in = |life: &Life| life.finished.is_some_and(|at| period.contains(day_of(at, &gathered.zone)));
        Self { open: with_priority(&Life::is_open), completed: with_priority(&finished_in) }
    }

    /// The shares by what each task belongs to: rows are told apart by `key`, and `person` says whose one is.
    fn by<'a, I, K: Ord>(
        &self,
        groups: &'a BTreeMap<TaskId, Vec<(I, String)>>,
        none: &'a str,
        key: impl Fn(&'a (I, String)) -> K,
        person: impl Fn(&K) -> Option<UserId>,
    ) -> Shares {
        let rows = |tasks: &[(TaskId, Priority)]| {
            let of_task = |(id, priority): &(TaskId, Priority)| {
                let groups = groups.get(id).map(Vec::as_slice).unwrap_or_default();
                let named = groups.iter().map(|group| (Some(key(group)), group.1.as_str(), *priority));
                let unnamed = groups.is_empty().then_some((None, none, *priority));
                named.chain(unnamed).collect::<Vec<_>>()
            };
            Share::rows(tasks.iter().flat_map(of_task), |key| key.as_ref().and_then(&person))
        };
        Shares { open: rows(&self.open), completed: rows(&self.completed) }
    }
}

fn priorities(tasks: &[(TaskId, Priority)]) -> impl Iterator<Item = Priority> {
    tasks.iter().map(|(_, priority)| *priority)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        metrics::{Change, HistoryEvent},
        task::Status,
    };

    #[test]
    fn a_forecast_samples_the_days_that_are_over_and_the_last_one_as_of_its_last_instant() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let event = |at, change| HistoryEvent { task: TaskId(uuid::Uuid::nil()), at, change };
        let history = History::new([
            event(at("2026-11-20T08:00:00Z"), Change::Created { status: Status::Todo }),
            event(at("2026-11-22T23:59:00Z"), Change::Moved { to: Status::Done }),
        ]);
        let week = Period { first: "2026-11-16".parse().unwrap(), last: "2026-11-22".parse().unwrap() };
        let sampled = |as_of| past(&history.at(as_of), week, as_of, &Tz::UTC);
        assert_eq!(sampled(at("2026-11-22T12:00:00Z")), [0, 0], "the day is under way");
        assert_eq!(sampled(week.last_instant(&Tz::UTC)), [0, 0, 1]);
        assert_eq!(sampled(at("2026-11-23T07:00:00Z")), [0, 0, 1]);
    }
}
