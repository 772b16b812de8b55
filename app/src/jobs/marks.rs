//! How states of jobs, runs and messages look: a mark and a word, in the tone of their meaning.

use leptos::prelude::*;

use super::view::{JobItem, RunItem};
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

/// The state of a run.
pub fn run_state(run: OccurrenceState) -> impl IntoView {
    use OccurrenceState::*;
    let (tone, icon) = match run {
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

/// Width of a run in the strip.
const STEP: usize = 8;
const HEIGHT: i64 = 20;

/// The latest runs as a strip: height is duration, shape is result. One picture with one name; the runs themselves are
/// links on the job's page.
pub fn strip(runs: &[RunItem]) -> impl IntoView + use<> {
    if runs.is_empty() {
        return view! { <span class="muted">"No runs yet"</span> }.into_any();
    }
    let longest = runs.iter().filter_map(|run| run.took_ms).max().unwrap_or(1).max(1);
    let marks = runs.iter().enumerate().map(|(index, run)| mark(index * STEP, run, longest)).collect_view();
    let width = runs.len() * STEP;
    view! {
        <svg class="strip" viewBox=format!("0 0 {width} {HEIGHT}") width=width height=HEIGHT role="img" aria-label=words(runs)>{marks}</svg>
    }
    .into_any()
}

fn mark(x: usize, run: &RunItem, longest: i64) -> impl IntoView + use<> {
    use OccurrenceState::*;
    let shape = match run.state {
        Skipped | Cancelled => format!("M{} 16.5h4", x + 1),
        Failed => format!("M{a} 9l5 6m0-6l-5 6", a = x + 1),
        Planned | Claimed | Building | Frozen | Sending => format!("M{} 12a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0", x + 1),
        Done | Partly => {
            let height = (6 + run.took_ms.unwrap_or(0) * 12 / longest).clamp(6, 18);
            format!("M{} 18v-{height}h4v{height}z", x + 1)
        }
    };
    view! { <path d=shape data-state=run.state.as_str()></path> }
}

/// The strip in words: "Last 12 runs: 10 done, 1 failed, 1 skipped".
fn words(runs: &[RunItem]) -> String {
    let counts = OccurrenceState::ALL.iter().filter_map(|&state| {
        let count = runs.iter().filter(|run| run.state == state).count();
        (count > 0).then(|| format!("{count} {}", state.label().to_lowercase()))
    });
    let counts = counts.collect::<Vec<_>>().join(", ");
    match runs.len() {
        1 => format!("Last run: {counts}"),
        count => format!("Last {count} runs: {counts}"),
    }
}
