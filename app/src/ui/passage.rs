//! What is on its way into the page: the next page, for which the frame shows a line under its head, or something newer
//! for the place of what stands, which goes pale meanwhile. Nothing is on its way on the server.

use leptos::prelude::*;

/// What is on its way now, as the frame shows it; the same for all parts of a page.
#[derive(Clone, Copy, Debug)]
pub struct Passage {
    /// Parts of the next page: its program, and what it shows first.
    coming: RwSignal<usize>,
    /// Places whose content is asked for anew while the old one stands there.
    renewing: RwSignal<usize>,
    /// The person goes to another page and is not there yet.
    is_arriving: RwSignal<bool>,
}

/// Something that is on its way for as long as this lives.
#[derive(Debug)]
pub struct OnTheWay(Option<RwSignal<usize>>);

impl OnTheWay {
    fn count(parts: Option<RwSignal<usize>>) -> Self {
        if let Some(parts) = parts {
            parts.try_update(|many| *many += 1);
        }
        Self(parts)
    }
}

impl Drop for OnTheWay {
    fn drop(&mut self) {
        if let Some(parts) = self.0 {
            parts.try_update(|many| *many = many.saturating_sub(1));
        }
    }
}

impl Passage {
    /// For the frame; pages find it by themselves.
    pub fn provide() -> Self {
        let passage = Self { coming: RwSignal::new(0), renewing: RwSignal::new(0), is_arriving: RwSignal::new(false) };
        hand_out(passage);
        passage
    }

    /// Whether a part of the next page is on its way.
    pub fn is_coming(self) -> bool {
        self.coming.get() > 0
    }

    /// Whether anything is on its way, for what looks once: of two pages of one kind, as the lists of two projects, the
    /// other one comes to the place of the first.
    pub fn is_busy_now(self) -> bool {
        self.coming.get_untracked() + self.renewing.get_untracked() > 0
    }

    /// Whether something newer is on its way to the place of what stands.
    pub fn is_renewing(self) -> bool {
        self.renewing.get() > 0
    }

    /// Whether the person is on the way to another page.
    pub fn is_arriving(self) -> bool {
        self.is_arriving.get()
    }

    /// The person goes to another page, or is there.
    pub fn set_arriving(self, is_arriving: bool) {
        if self.is_arriving.get_untracked() != is_arriving {
            self.is_arriving.set(is_arriving);
        }
    }
}

/// A part of the next page is on its way, until the answer is dropped.
pub fn on_the_way() -> OnTheWay {
    OnTheWay::count(use_context::<Passage>().map(|passage| passage.coming))
}

/// For the `set_pending` of a page's `Transition` whose content is asked for anew when the address changes: what it shows
/// first is a part of the page that comes, and what it shows later takes the place of what stands. Not for content that is
/// read again behind the changes of others, or while the person types in it.
pub fn pending() -> RwSignal<bool> {
    watched(use_context::<Passage>().map(|passage| (passage, Some(passage.renewing))))
}

/// As [`pending`], for a page that goes pale never: only what it shows first is on its way.
pub fn coming() -> RwSignal<bool> {
    watched(use_context::<Passage>().map(|passage| (passage, None)))
}

/// Counts what a place waits for: at first as a part of the page that comes, then where it says.
fn watched(where_to: Option<(Passage, Option<RwSignal<usize>>)>) -> RwSignal<bool> {
    let pending = RwSignal::new(false);
    let Some((passage, later)) = where_to else { return pending };
    // A page that the server has rendered shows all. Another one says that nothing is pending before it has begun to
    // ask, so only what was pending has been shown when it is pending no more.
    let is_rendered = Owner::current_shared_context().is_some_and(|shared| shared.during_hydration());
    // In no arena: it is given up while the page's own values go.
    let counted = ArcStoredValue::new(None::<OnTheWay>);
    let last = counted.clone();
    on_cleanup(move || last.set_value(None));
    Effect::new(move |before: Option<(bool, bool)>| {
        let (was_pending, has_shown) = before.unwrap_or((false, is_rendered));
        let is_pending = pending.get();
        let has_shown = has_shown || (was_pending && !is_pending);
        let parts = if has_shown { later } else { Some(passage.coming) };
        counted.set_value(is_pending.then(|| OnTheWay::count(parts)));
        (is_pending, has_shown)
    });
    pending
}

#[cfg(feature = "hydrate")]
use leptos::prelude::provide_context as hand_out;

#[cfg(not(feature = "hydrate"))]
use server::hand_out;

#[cfg(not(feature = "hydrate"))]
mod server {
    use super::Passage;

    /// Pages that the server renders are whole, so none of their parts finds it.
    pub const fn hand_out(_passage: Passage) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_coming_until_its_last_part_is_there() {
        Owner::new().with(|| {
            let passage = Passage::provide();
            provide_context(passage);
            let (program, content) = (on_the_way(), on_the_way());
            drop(program);
            assert!(passage.is_busy_now());
            drop(content);
            assert!(!passage.is_busy_now());
        });
    }
}
