//! Walking the points of a chart by keys, pointer and touch: one thing to focus, and a hairline where one stands.

use leptos::{ev, html::Div, prelude::*};

use crate::domain::readout::{Along, Readout, Step, WHOLE};

/// Lies over the picture; only where there is JavaScript.
#[component]
pub fn Walk(
    title: String,
    readout: StoredValue<Readout>,
    /// The point where one stands.
    at: RwSignal<Option<usize>>,
    has_focus: RwSignal<bool>,
) -> impl IntoView {
    let is_live = RwSignal::new(false);
    Effect::new(move |_| is_live.set(true));
    move || is_live.get().then(|| overlay(&title, readout, at, has_focus))
}

fn overlay(
    title: &str,
    readout: StoredValue<Readout>,
    at: RwSignal<Option<usize>>,
    has_focus: RwSignal<bool>,
) -> AnyView {
    let node = NodeRef::<Div>::new();
    let along = readout.with_value(|readout| readout.along);
    let points_to = move |event: &ev::PointerEvent| {
        let Some(overlay) = node.get_untracked() else { return };
        let (place, whole) = match along {
            Along::Across => (event.offset_x(), overlay.client_width()),
            Along::Down => (event.offset_y(), overlay.client_height()),
        };
        at.set(readout.with_value(|readout| readout.nearest(part(place, whole))));
    };
    let walks = move |event: ev::KeyboardEvent| {
        let has_modifier = event.ctrl_key() || event.alt_key() || event.meta_key() || event.shift_key();
        let Some(step) = Step::of_key(&event.key()).filter(|_| !has_modifier) else { return };
        event.prevent_default();
        event.stop_propagation();
        at.update(|at| *at = readout.with_value(|readout| readout.step(*at, step)));
    };
    let focused = move |_| {
        has_focus.set(true);
        if at.get_untracked().is_none() {
            at.set(readout.with_value(|readout| readout.step(None, Step::Last)));
        }
    };
    let left = move |_| {
        has_focus.set(false);
        at.set(None);
    };
    // A finger leaves as soon as it lets go; what it has pointed at stays until something else is touched.
    let passes_out = move |event: ev::PointerEvent| {
        if event.pointer_type() != "touch" && !has_focus.get_untracked() {
            at.set(None);
        }
    };
    let hair = move || {
        let place =
            at.get().and_then(|at| readout.with_value(|readout| readout.points.get(at).map(|point| point.at)))?;
        let (x, y) = if along == Along::Across { ((place, place), (0, WHOLE)) } else { ((0, WHOLE), (place, place)) };
        // Along rows it lies over the whole of one, as a line would strike its words out.
        let is_row = along == Along::Down;
        let line = view! { <line x1=x.0.to_string() x2=x.1.to_string() y1=y.0.to_string() y2=y.1.to_string() vector-effect="non-scaling-stroke" class:is-row=is_row></line> };
        Some(line)
    };
    let whole = WHOLE;
    view! {
        <div
            class="chart__walk"
            node_ref=node
            tabindex="0"
            role="group"
            aria-label=format!("Points of the chart, by the arrow keys: {title}")
            on:keydown=walks
            on:focus=focused
            on:blur=left
            on:pointermove=move |event| points_to(&event)
            on:pointerdown=move |event| points_to(&event)
            on:pointerleave=passes_out
        >
            <svg class="chart__hair" viewBox=format!("0 0 {whole} {whole}") preserveAspectRatio="none" aria-hidden="true">{hair}</svg>
        </div>
    }
    .into_any()
}

/// A place in pixels as a part of the [`WHOLE`].
fn part(place: i32, whole: i32) -> u32 {
    let (place, whole) = (i64::from(place.max(0)), i64::from(whole.max(1)));
    u32::try_from(place * i64::from(WHOLE) / whole).unwrap_or(WHOLE).min(WHOLE)
}
