//! Which field of a cron expression the caret stands in, named as it is typed.

use leptos::prelude::*;

const FIVE: [&str; 5] = ["minute", "hour", "day", "month", "weekday"];
const SIX: [&str; 6] = ["second", "minute", "hour", "day", "month", "weekday"];

/// The fields in their order, the one under the caret marked. Only people who type with WebAssembly see it; the hint of
/// the field says the same to all.
#[component]
pub fn CronFields(at: ReadSignal<Option<Place>>) -> impl IntoView {
    let names = move || {
        let place = at.get();
        let names: &'static [&'static str] = if place.is_some_and(|place| place.fields > 5) { &SIX } else { &FIVE };
        let name = |(index, &name): (usize, &&'static str)| {
            let is_here = place.is_some_and(|place| place.index == index);
            view! { <li aria-current=is_here.then_some("true")>{name}</li> }
        };
        names.iter().enumerate().map(name).collect_view()
    };
    view! { <ol class="cron-fields is-script" role="list" aria-label="Fields of the expression">{names}</ol> }
        .into_any()
}

/// Where the caret stands: in which field, of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub index: usize,
    pub fields: usize,
}

/// The field of an expression in which the caret stands, `caret` characters from its start. Behind a space the next one
/// begins. An expression of five fields or fewer begins with the minute, one of six with the second.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "there is no caret on the server"))]
pub fn place(expression: &str, caret: usize) -> Place {
    let before: String = expression.chars().take(caret).collect();
    let begun = before.split_whitespace().count();
    let is_inside = before.chars().last().is_some_and(|last| !last.is_whitespace());
    let index = if is_inside { begun.saturating_sub(1) } else { begun };
    // A field that is begun behind the last one counts.
    let fields = expression.split_whitespace().count().max(index + 1);
    let last = if fields > 5 { SIX.len() } else { FIVE.len() } - 1;
    Place { index: index.min(last), fields }
}

/// Hears where the caret goes; put on what surrounds the field.
pub fn hear(set: WriteSignal<Option<Place>>, expression: NodeRef<leptos::html::Input>) -> impl Fn() + Copy {
    move || set.set(caret(expression))
}

#[cfg(feature = "hydrate")]
use browser::caret;

#[cfg(not(feature = "hydrate"))]
use server::caret;

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::{html::Input, prelude::*};

    use super::{Place, place};

    /// Where the caret of a field stands.
    pub fn caret(node: NodeRef<Input>) -> Option<Place> {
        let node = node.get_untracked()?;
        // It counts in halves of UTF-16; an expression has no others.
        let caret = node.selection_start().ok().flatten()?;
        Some(place(&node.value(), usize::try_from(caret).ok()?))
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use leptos::{html::Input, prelude::NodeRef};

    use super::Place;

    /// There is no caret on the server.
    pub fn caret(_node: NodeRef<Input>) -> Option<Place> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(expression: &str, caret: usize) -> &'static str {
        let Place { index, fields } = place(expression, caret);
        if fields > 5 { SIX[index] } else { FIVE[index] }
    }

    #[test]
    fn the_field_under_the_caret_is_named() {
        assert_eq!(named("", 0), "minute");
        assert_eq!(named("0 7 * * 1", 0), "minute");
        assert_eq!(named("0 7 * * 1", 1), "minute");
        assert_eq!(named("0 7 * * 1", 2), "hour");
        assert_eq!(named("0 7 * * 1", 9), "weekday");
        assert_eq!(named("0 7 ", 4), "day");
    }

    #[test]
    fn six_fields_begin_with_the_second_and_nothing_lies_behind_the_last() {
        assert_eq!(named("30 0 7 * * 1", 1), "second");
        assert_eq!(named("30 0 7 * * 1", 12), "weekday");
        assert_eq!(named("0 7 * * 1 ", 10), "weekday");
        assert_eq!(named("0 0 7 * * 1 2030", 16), "weekday");
    }
}
