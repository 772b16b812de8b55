//! The steps of a run with their times: what it did, how long that took, where it stands.

use leptos::prelude::*;

use super::view::{RunStep, StepItem, StepState};
use crate::{domain::job::JobKind, ui::Icon};

/// Width of the longest bar.
const WIDTH: i64 = 100;

/// All steps that a job of this kind has, each with a bar as long as its share of the longest.
pub fn steps(kind: JobKind, steps: Vec<StepItem>) -> AnyView {
    let named = |item: StepItem| item.step.label(kind).map(|label| (label, item));
    let steps: Vec<(&'static str, StepItem)> = steps.into_iter().filter_map(named).collect();
    if steps.is_empty() {
        return ().into_any();
    }
    let longest = steps.iter().filter_map(|(_, step)| step.took_ms).max().unwrap_or(1).max(1);
    let shown = steps.into_iter().map(|(label, step)| shown(label, step, longest)).collect_view();
    view! { <ol class="steps" role="list" aria-label="Steps of the run">{shown}</ol> }.into_any()
}

fn shown(label: &'static str, item: StepItem, longest: i64) -> AnyView {
    let StepItem { step, state, took, took_ms } = item;
    let (tone, icon, word) = match state {
        StepState::NotReached => ("off", "circle-dashed", "not reached"),
        StepState::Going => ("busy", "loader-circle", "going on"),
        StepState::Waiting => ("off", "clock", "waits"),
        StepState::Done => ("good", "circle-check", "done"),
        StepState::Failed if step == RunStep::Send => ("warn", "triangle-alert", "not all arrived"),
        StepState::Failed => ("bad", "circle-x", "failed"),
        StepState::Stopped => ("off", "ban", "stopped"),
    };
    let width = took_ms.map_or(0, |took| (took * WIDTH / longest).clamp(1, WIDTH));
    view! {
        <li>
            <span>{label}</span>
            <span class="state" data-tone=tone><Icon name=icon />{word}</span>
            <span class="num muted">{took.unwrap_or_default()}</span>
            <svg viewBox="0 0 100 6" width="100" height="6" aria-hidden="true"><rect x="0" y="0" width=width height="6" rx="2" data-tone=tone></rect></svg>
        </li>
    }
    .into_any()
}
