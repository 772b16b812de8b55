//! Icons as text, for what stands on cards in hundreds.

use leptos::prelude::*;

/// An icon of the font that `scripts/glyphs.py` makes. A browser paints it with the text around it, where each inline
/// SVG is a piece of its own that costs a long list its frames; so does each hidden text, and therefore an icon that
/// says more than the words beside it has a `label` itself.
#[component]
pub fn Glyph(name: &'static str, #[prop(optional)] label: &'static str) -> impl IntoView {
    let label = (!label.is_empty()).then_some(label);
    let (role, hidden) = (label.map(|_| "img"), label.is_none().then_some("true"));
    view! { <span class="glyph" data-glyph=name role=role aria-label=label aria-hidden=hidden></span> }
}

#[cfg(test)]
mod tests {
    use crate::domain::{due::DueKey, task::Priority};

    const DRAWN: &str = include_str!("../../../style/glyphs.css");

    fn is_drawn(name: &str) -> bool {
        DRAWN.contains(&format!("[data-glyph=\"{name}\"]::before"))
    }

    #[test]
    fn whatever_a_card_may_show_is_in_the_font() {
        for key in DueKey::ALL {
            assert!(is_drawn(key.icon()), "{}", key.icon());
        }
        for priority in Priority::ALL {
            assert!(is_drawn(&format!("priority-{}", priority.as_str())), "{}", priority.as_str());
        }
        let card = include_str!("../tasks/board/card_view.rs");
        let named: Vec<&str> = card.split("<Glyph name=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(named.len() > 4 && named.iter().all(|name| is_drawn(name)), "{named:?}");
    }
}
