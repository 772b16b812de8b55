//! The rules of a schedule's row: columns to the rules of `domain` and back.

use chrono::Duration;
use sea_orm::ActiveValue::Set;

use crate::{
    domain::{
        backoff::Backoff,
        condition::{Comparison, Condition, Figure},
        delivery::{DeliveryPolicy, UncertainRule},
        ids::ScheduleId,
        occurrence::RunRules,
        planner::{Jitter, PlanRules},
        schedule::ScheduleSpec,
    },
    entities::schedule,
    error::{AppResult, Checks, Problem},
    jobs::rules_form::{RulesForm, SendIf},
    platform::fault,
};

/// All rules of a schedule beside its times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Without the number of runs, which belongs to the times.
    pub plan: PlanRules,
    pub run: RunRules,
    pub send_if: Condition,
    /// Failed runs in a row after which it pauses itself.
    pub pause_after: u32,
    /// How patient it is with its messages.
    pub delivery: DeliveryPolicy,
}

/// Failed runs in a row after which a schedule pauses itself, where it does not say otherwise.
pub const PAUSE_AFTER: u32 = 3;

impl Default for Rules {
    fn default() -> Self {
        Self {
            plan: PlanRules::default(),
            run: RunRules::default(),
            send_if: Condition::default(),
            pause_after: PAUSE_AFTER,
            delivery: DeliveryPolicy::default(),
        }
    }
}

/// The rules of a row for the planner.
pub fn plan_rules(held: &schedule::Model, runs_left: Option<u32>) -> PlanRules {
    PlanRules {
        misfire: held.misfire,
        at_most: u32::try_from(held.catch_up_at_most).unwrap_or(1),
        catch_up: Duration::minutes(held.catch_up_minutes.into()),
        grace: Duration::minutes(held.grace_minutes.into()),
        overlap: held.overlap,
        jitter: Jitter { most: Duration::seconds(held.jitter_seconds.into()), seed: seed(held.id) },
        runs_left,
    }
}

/// How many runs are left before the schedule ends; none without a limit.
pub fn runs_left(held: &schedule::Model, spec: &ScheduleSpec) -> Option<u32> {
    let made = u32::try_from(held.runs_made).unwrap_or_default();
    spec.runs.map(|runs| runs.saturating_sub(made))
}

/// The rules of a row for the life of its runs.
pub fn run_rules(held: &schedule::Model) -> RunRules {
    RunRules {
        timeout: held.timeout_minutes.map(|minutes| Duration::minutes(minutes.into())),
        tries: u32::try_from(held.tries).unwrap_or(1),
        backoff: Backoff {
            first: Duration::seconds(held.retry_first_seconds.into()),
            longest: Duration::seconds(held.retry_longest_seconds.into()),
        },
    }
}

/// How patient the messages of a row's runs are.
pub fn delivery_policy(give_up_minutes: i32, uncertain: UncertainRule) -> DeliveryPolicy {
    DeliveryPolicy { give_up_after: Duration::minutes(give_up_minutes.into()), uncertain }
}

/// What must be so for a report of the schedule to be sent.
///
/// # Errors
/// A fault, where it cannot be read.
pub fn condition(held: &schedule::Model) -> AppResult<Condition> {
    let Some(json) = &held.send_if else { return Ok(Condition::Always) };
    serde_json::from_str(json).map_err(|error| fault::internal("reading a condition", error))
}

/// All rules of a row, for its form.
///
/// # Errors
/// As [`condition`].
pub fn of(held: &schedule::Model) -> AppResult<Rules> {
    let pause_after = u32::try_from(held.pause_after_failures).unwrap_or(PAUSE_AFTER);
    let delivery = delivery_policy(held.give_up_minutes, held.uncertain_rule);
    Ok(Rules { plan: plan_rules(held, None), run: run_rules(held), send_if: condition(held)?, pause_after, delivery })
}

/// Writes rules into the columns of a row.
///
/// # Errors
/// A fault, where a condition cannot be written.
pub fn store(rules: &Rules, row: &mut schedule::ActiveModel) -> AppResult<()> {
    let Rules { plan, run, send_if, pause_after, delivery } = rules;
    let PlanRules { misfire, at_most, catch_up, grace, overlap, jitter, runs_left: _ } = *plan;
    let RunRules { timeout, tries, backoff } = *run;
    row.misfire = Set(misfire);
    row.catch_up_at_most = Set(whole(at_most.into()));
    row.catch_up_minutes = Set(whole(catch_up.num_minutes()));
    row.grace_minutes = Set(whole(grace.num_minutes()));
    row.overlap = Set(overlap);
    row.jitter_seconds = Set(whole(jitter.most.num_seconds()));
    row.timeout_minutes = Set(timeout.map(|timeout| whole(timeout.num_minutes())));
    row.tries = Set(whole(tries.into()));
    row.retry_first_seconds = Set(whole(backoff.first.num_seconds()));
    row.retry_longest_seconds = Set(whole(backoff.longest.num_seconds()));
    row.pause_after_failures = Set(whole((*pause_after).into()));
    let DeliveryPolicy { give_up_after, uncertain } = *delivery;
    row.give_up_minutes = Set(whole(give_up_after.num_minutes()));
    row.uncertain_rule = Set(uncertain);
    row.send_if = Set(match send_if {
        Condition::Always => None,
        condition => {
            Some(serde_json::to_string(condition).map_err(|error| fault::internal("writing a condition", error))?)
        }
    });
    Ok(())
}

/// Reads the rules that a form describes. What is wrong is noted with its field.
pub fn read(form: &RulesForm, checks: &mut Checks) -> Rules {
    let mut within = |field: &str, text: &str, min: u32, max: u32| {
        let Ok(number) = text.trim().parse::<u32>() else {
            checks.add(field, Problem::NotANumber);
            return min;
        };
        if !(min..=max).contains(&number) {
            checks.add(field, Problem::OutOfRange { min: min.into(), max: max.into() });
        }
        number
    };
    let minutes = |number: u32| Duration::minutes(number.into());
    let rules = Rules {
        plan: PlanRules {
            misfire: form.misfire.parse().unwrap_or_default(),
            at_most: within("at_most", &form.at_most, 1, 1_000),
            catch_up: Duration::hours(within("catch_up", &form.catch_up, 1, 168).into()),
            grace: minutes(within("grace", &form.grace, 0, 1_440)),
            overlap: form.overlap.parse().unwrap_or_default(),
            jitter: Jitter { most: minutes(within("jitter", &form.jitter, 0, 1_440)), seed: 0 },
            runs_left: None,
        },
        run: RunRules {
            timeout: match form.timeout.trim() {
                "" => None,
                text => Some(minutes(within("timeout", text, 1, 1_440))),
            },
            tries: within("tries", &form.tries, 1, 20),
            backoff: Backoff {
                first: minutes(within("retry_first", &form.retry_first, 1, 1_440)),
                longest: minutes(within("retry_longest", &form.retry_longest, 1, 1_440)),
            },
        },
        send_if: match form.send_if.parse().unwrap_or_default() {
            SendIf::Always => Condition::Always,
            SendIf::NotEmpty => Condition::NotEmpty,
            SendIf::Figure => Condition::Figure {
                figure: form.figure.parse().unwrap_or(Figure::Overdue),
                is: form.comparison.parse().unwrap_or(Comparison::AtLeast),
                value: within("value", &form.value, 0, 1_000_000),
            },
        },
        pause_after: within("pause_after", &form.pause_after, 1, 100),
        delivery: DeliveryPolicy {
            give_up_after: Duration::hours(within("give_up", &form.give_up, 1, 168).into()),
            uncertain: form.uncertain.parse().unwrap_or_default(),
        },
    };
    if rules.run.backoff.longest < rules.run.backoff.first {
        checks.add("retry_longest", Problem::OutOfRange { min: rules.run.backoff.first.num_minutes(), max: 1_440 });
    }
    rules
}

/// The fields that show rules.
pub fn show(rules: &Rules) -> RulesForm {
    let Rules { plan, run, send_if, pause_after, delivery } = rules;
    let minutes = |span: Duration| span.num_minutes().to_string();
    // Rounded up: what was set in minutes does not become shorter.
    let hours = |span: Duration| ((span.num_minutes() + 59) / 60).to_string();
    let form = RulesForm {
        overlap: plan.overlap.to_string(),
        misfire: plan.misfire.to_string(),
        at_most: plan.at_most.to_string(),
        grace: minutes(plan.grace),
        catch_up: hours(plan.catch_up),
        jitter: minutes(plan.jitter.most),
        timeout: run.timeout.map(minutes).unwrap_or_default(),
        tries: run.tries.to_string(),
        retry_first: minutes(run.backoff.first),
        retry_longest: minutes(run.backoff.longest),
        pause_after: pause_after.to_string(),
        give_up: hours(delivery.give_up_after),
        uncertain: delivery.uncertain.to_string(),
        ..RulesForm::default()
    };
    let word = |word: SendIf| word.to_string();
    match *send_if {
        Condition::Always => form,
        Condition::NotEmpty => RulesForm { send_if: word(SendIf::NotEmpty), ..form },
        Condition::Figure { figure, is, value } => RulesForm {
            send_if: word(SendIf::Figure),
            figure: figure.to_string(),
            comparison: is.to_string(),
            value: value.to_string(),
            ..form
        },
    }
}

/// Decides the jitter of a schedule's runs.
fn seed(id: ScheduleId) -> u64 {
    // The low half of a UUIDv7 is random.
    id.0.as_u128() as u64
}

fn whole(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::AppError;

    #[test]
    fn a_form_as_it_begins_has_the_rules_of_a_new_schedule() {
        let mut checks = Checks::default();
        assert_eq!(read(&RulesForm::default(), &mut checks), Rules::default());
        assert_eq!(checks.done(), Ok(()));
        assert_eq!(show(&Rules::default()), RulesForm::default());
    }

    #[test]
    fn rules_are_shown_as_they_were_typed() {
        let form = RulesForm {
            overlap: "queue_one".into(),
            misfire: "all".into(),
            timeout: "20".into(),
            give_up: "72".into(),
            uncertain: "retry_once".into(),
            send_if: "figure".into(),
            value: "5".into(),
            ..RulesForm::default()
        };
        let mut checks = Checks::default();
        let rules = read(&form, &mut checks);
        assert_eq!(checks.done(), Ok(()));
        assert_eq!(show(&rules), form);
    }

    #[test]
    fn numbers_out_of_range_are_noted_with_their_field() {
        let form =
            RulesForm { tries: "0".into(), grace: "soon".into(), retry_first: "40".into(), ..RulesForm::default() };
        let mut checks = Checks::default();
        read(&form, &mut checks);
        let Err(AppError::Invalid(invalid)) = checks.done() else { panic!("nothing was noted") };
        let found: Vec<_> = invalid.fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!(found, ["grace", "tries", "retry_longest"]);
    }
}
