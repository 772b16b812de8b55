//! How states of jobs, runs and messages look: a mark and a word, in the tone of their meaning.

use leptos::prelude::*;

use super::view::{JobItem, RunItem, WAITING};
use crate::{
    domain::{delivery::DeliveryPhase, job::ScheduleState, occurrence::OccurrenceState},
    ui::Icon,
};

fn state(tone: &'static str, icon: &'static str, word: &'static str) -> impl IntoView {
    view! { <span class="state" data-tone=tone><Icon name=icon />{word}</span> }
}

/// Whether a job is on.
pub fn job_state(job: &JobItem) -> impl IntoView + use<> {
    match (job.state, job.next.is_some()) {
        (ScheduleState::Paused, _) => state("off", "pause", "Paused"),
        (ScheduleState::On, true) => state("good", "circle-check", "On"),
        (ScheduleState::On, false) => state("off", "check-check", "Ended"),
    }
}

/// The state of a run; of a draft that it waits, which is nothing that goes on.
pub fn run_state(run: &RunItem) -> impl IntoView + use<> {
    use OccurrenceState::*;
    let (tone, icon) = match run.state {
        _ if run.draft.is_some() => ("warn", "clock"),
        Planned => ("off", "clock"),
        Claimed | Building | Frozen | Sending => ("busy", "loader-circle"),
        Done => ("good", "circle-check"),
        Partly => ("warn", "triangle-alert"),
        Failed => ("bad", "circle-x"),
        Cancelled => ("off", "ban"),
        Skipped => ("off", "minus"),
    };
    state(tone, icon, run.label())
}

/// The phase of a message.
pub fn delivery_state(phase: DeliveryPhase) -> impl IntoView {
    use DeliveryPhase::*;
    let (tone, icon) = match phase {
        Queued => ("off", "clock"),
        Connecting | Envelope | DataSent => ("busy", "send"),
        Accepted => ("good", "mail-check"),
        Deferred => ("warn", "refresh-cw"),
        Failed => ("bad", "mail-x"),
        Uncertain => ("warn", "mail-warning"),
        Withheld => ("off", "ban"),
    };
    state(tone, icon, phase.label())
}

/// Height of the picture of a run.
const HEIGHT: i64 = 20;

/// The latest runs as a strip, oldest first: height is duration, shape is result. Each is a link with a full name.
pub fn strip(runs: &[RunItem]) -> impl IntoView + use<> {
    if runs.is_empty() {
        return view! { <span class="muted">"No runs yet"</span> }.into_any();
    }
    let longest = runs.iter().filter_map(|run| run.took_ms).max().unwrap_or(1).max(1);
    let marks = runs.iter().map(|run| mark(run, longest)).collect_view();
    view! { <ol class="strip" role="list" aria-label=words(runs)>{marks}</ol> }.into_any()
}

fn mark(run: &RunItem, longest: i64) -> impl IntoView + use<> {
    use OccurrenceState::*;
    let shape = match run.state {
        // The bars of a pause.
        _ if run.draft.is_some() => "M1 6h1.5v12h-1.5zM4 6h1.5v12h-1.5z".to_owned(),
        // A gap with a line at its foot.
        Skipped | Cancelled => "M1 16.5h4".to_owned(),
        Failed => "M1 9l5 6m0-6l-5 6".to_owned(),
        Planned | Claimed | Building | Frozen | Sending => "M1 12a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0".to_owned(),
        Done | Partly => {
            let height = (6 + run.took_ms.unwrap_or(0) * 12 / longest).clamp(6, 18);
            format!("M1 18v-{height}h4v{height}z")
        }
    };
    let name = name(run);
    let data_state = if run.draft.is_some() { "draft" } else { run.state.as_str() };
    view! {
        <li>
            <a href=format!("/jobs/runs/{}", run.id) aria-label=name.clone() title=name>
                <svg viewBox=format!("0 0 7 {HEIGHT}") width="7" height=HEIGHT aria-hidden="true"><path d=shape data-state=data_state></path></svg>
            </a>
        </li>
    }
    .into_any()
}

/// "Run 12, failed, Mon 23 Nov 2026, 07:00, 4 s".
fn name(run: &RunItem) -> String {
    let took = run.took.as_ref().map(|took| format!(", {took}")).unwrap_or_default();
    let wait = run.draft.as_ref().map(|draft| format!(". {}", draft.words())).unwrap_or_default();
    format!("Run {}, {}, {}{took}{wait}", run.number, run.label().to_lowercase(), run.scheduled.words)
}

/// The strip in words: "Last 12 runs: 10 done, 1 failed, 1 waiting for approval".
fn words(runs: &[RunItem]) -> String {
    let counted = |label: &str, count: usize| (count > 0).then(|| format!("{count} {}", label.to_lowercase()));
    let waiting = runs.iter().filter(|run| run.draft.is_some()).count();
    let states = OccurrenceState::ALL.iter().filter_map(|&state| {
        counted(state.label(), runs.iter().filter(|run| run.state == state && run.draft.is_none()).count())
    });
    let counts = states.chain(counted(WAITING, waiting)).collect::<Vec<_>>().join(", ");
    match runs.len() {
        1 => format!("Last run: {counts}"),
        count => format!("Last {count} runs: {counts}"),
    }
}
