//! The rules of a schedule as its page says them.

use chrono::Duration;

use super::rules::Rules;
use crate::domain::{
    delivery::{DeliveryPolicy, UncertainRule},
    job::JobKind,
    planner::{Misfire, Overlap},
    schedule::ScheduleSpec,
    span,
};

/// Name and sentence of each rule, in the order of the form; those of the times where they can be read.
pub fn words(rules: &Rules, kind: JobKind, spec: Option<&ScheduleSpec>, runs_made: u32) -> Vec<(String, String)> {
    let Rules { plan, run, send_if, pause_after, delivery } = rules;
    let mut lines = vec![
        ("If a run is still going", overlap(plan.overlap)),
        ("Missed runs", missed(plan.misfire, plan.at_most, plan.catch_up)),
        ("Late", format!("A run may begin up to {} late; after that it is missed.", span::words(plan.grace))),
        ("Tries", tries(run.tries, run.backoff.first, run.backoff.longest)),
        ("Pause", pause(*pause_after)),
        ("Send", send_if.words()),
    ];
    if kind.sends_mail() {
        lines.insert(5, ("Messages", messages(delivery)));
    }
    if plan.jitter.most > Duration::zero() {
        lines.insert(3, ("Spread", format!("Runs begin up to {} after their time.", span::words(plan.jitter.most))));
    }
    let limit = match run.timeout {
        Some(timeout) => format!("A try may take {}.", span::words(timeout)),
        None => "A try may take as long as it needs.".to_owned(),
    };
    lines.insert(3, ("Time limit", limit));
    if let Some(runs) = spec.and_then(|spec| spec.runs) {
        lines.push(("Number of runs", format!("{} of {runs} have been planned.", runs_made.min(runs))));
    }
    if let Some(spec) = spec.filter(|spec| !spec.except.is_empty()) {
        let days: Vec<_> = spec.except.iter().map(|day| day.format("%-d %b %Y").to_string()).collect();
        lines.push(("Days left out", days.join(", ")));
    }
    lines.into_iter().map(|(name, words)| (name.to_owned(), words)).collect()
}

fn overlap(overlap: Overlap) -> String {
    match overlap {
        Overlap::Skip => "The new one is skipped.",
        Overlap::QueueOne => "One new run waits for its end; further ones are skipped.",
        Overlap::QueueAll => "New runs wait for its end, all of them.",
        Overlap::CancelRunning => "It is cancelled, and the new one runs.",
    }
    .to_owned()
}

fn missed(misfire: Misfire, at_most: u32, catch_up: Duration) -> String {
    let window = span::words(catch_up);
    match misfire {
        Misfire::Skip => "They are skipped.".to_owned(),
        Misfire::LatestOnly => format!("The latest of the last {window} runs, the others are skipped."),
        Misfire::All => format!("Those of the last {window} run, at most {at_most}."),
    }
}

fn tries(tries: u32, first: Duration, longest: Duration) -> String {
    match tries {
        1 => "One; a run that breaks has failed.".to_owned(),
        tries => {
            format!("{tries}, with waits from {} up to {} between them.", span::words(first), span::words(longest))
        }
    }
}

fn messages(policy: &DeliveryPolicy) -> String {
    let unknown = match policy.uncertain {
        UncertainRule::Hold => "a person decides",
        UncertainRule::RetryOnce => "it is tried once more, then a person decides",
    };
    // As it was typed: of days, hours would be lost.
    let limit = match policy.give_up_after.num_hours() {
        1 => "an hour".to_owned(),
        hours => format!("{hours} hours"),
    };
    format!("One that is not taken is given up after {limit}. Where nobody knows whether it arrived, {unknown}.")
}

fn pause(after: u32) -> String {
    match after {
        1 => "It pauses itself after a failed run.".to_owned(),
        after => format!("It pauses itself after {after} failed runs in a row."),
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;

    use super::*;
    use crate::domain::{occurrence::RunRules, planner::PlanRules, schedule::Cadence};

    fn said(rules: &Rules, spec: &ScheduleSpec) -> Vec<String> {
        words(rules, JobKind::WeeklyReport, Some(spec), 3)
            .into_iter()
            .map(|(name, words)| format!("{name}: {words}"))
            .collect()
    }

    fn daily() -> ScheduleSpec {
        ScheduleSpec::new(Cadence::Daily { at: NaiveTime::MIN }, "UTC")
    }

    #[test]
    fn the_rules_of_a_new_schedule_read_as_sentences() {
        assert_eq!(
            said(&Rules::default(), &daily()),
            [
                "If a run is still going: The new one is skipped.",
                "Missed runs: The latest of the last 24 hours runs, the others are skipped.",
                "Late: A run may begin up to 15 minutes late; after that it is missed.",
                "Time limit: A try may take as long as it needs.",
                "Tries: 5, with waits from 60 seconds up to 30 minutes between them.",
                "Pause: It pauses itself after 3 failed runs in a row.",
                "Messages: One that is not taken is given up after 24 hours. Where nobody knows whether it arrived, a person decides.",
                "Send: Always",
            ]
        );
    }

    #[test]
    fn limits_are_named_where_there_are_any() {
        let rules = Rules {
            plan: PlanRules { misfire: Misfire::All, at_most: 4, ..PlanRules::default() },
            run: RunRules { timeout: Some(Duration::minutes(10)), tries: 1, ..RunRules::default() },
            pause_after: 1,
            delivery: DeliveryPolicy { give_up_after: Duration::hours(3), uncertain: UncertainRule::RetryOnce },
            ..Rules::default()
        };
        let spec = ScheduleSpec { runs: Some(2), except: vec!["2026-12-24".parse().unwrap()], ..daily() };
        let said = said(&rules, &spec);
        for words in [
            "Missed runs: Those of the last 24 hours run, at most 4.",
            "Time limit: A try may take 10 minutes.",
            "Tries: One; a run that breaks has failed.",
            "Pause: It pauses itself after a failed run.",
            "Messages: One that is not taken is given up after 3 hours. Where nobody knows whether it arrived, it is tried once more, then a person decides.",
            "Number of runs: 2 of 2 have been planned.",
            "Days left out: 24 Dec 2026",
        ] {
            assert!(said.iter().any(|line| line == words), "{words} is not among {said:?}");
        }
    }
}
