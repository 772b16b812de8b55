//! What the form of one entry begins with: the entry as it is stored, but not while the person writes something else.

use leptos::{html::Details, prelude::*};

pub use browser::close;

/// What the form in `menu` begins with. It follows what is stored until the person has typed something else; then it
/// stays, together with its version, so that saving still finds out what it would overwrite. Once what was typed is
/// stored, the menu closes. `text` is the text that is typed.
pub fn draft<T>(stored: Memo<Option<T>>, menu: NodeRef<Details>, text: fn(&T) -> &str) -> RwSignal<Option<T>>
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let draft = RwSignal::new(stored.get_untracked());
    Effect::new(move |_| {
        let Some(fresh) = stored.get() else { return };
        let Some(shown) = draft.get_untracked().filter(|shown| *shown != fresh) else { return };
        let typed = browser::typed(menu);
        let is = |entry: &T| typed.as_deref().is_none_or(|typed| is_same(typed, text(entry)));
        match (is(&shown), is(&fresh)) {
            (false, false) => return,
            (false, true) => close(menu),
            (true, _) => {}
        }
        draft.set(Some(fresh));
    });
    draft
}

/// The browser and the server differ in line breaks and in blanks at the ends.
fn is_same(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.replace('\r', "").trim().to_owned();
    plain(one) == plain(other)
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::{html::Details, prelude::*};
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlElement, HtmlInputElement, HtmlTextAreaElement};

    /// What stands in the field of the form, where it is in the page.
    pub fn typed(menu: NodeRef<Details>) -> Option<String> {
        let menu: HtmlElement = (*menu.get_untracked()?).clone();
        let field: Element = menu.query_selector("[name=text], [name=body]").ok()??;
        let line = field.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::value);
        line.or_else(|| field.dyn_ref::<HtmlTextAreaElement>().map(HtmlTextAreaElement::value))
    }

    /// Closes the menu; the focus goes to what opens it.
    pub fn close(menu: NodeRef<Details>) {
        let Some(details) = menu.get_untracked() else { return };
        let element: HtmlElement = (*details).clone();
        let has_focus = document().active_element().is_some_and(|focused| element.contains(Some(&focused)));
        drop(element.remove_attribute("open"));
        let opener = element.query_selector("summary").ok().flatten();
        if let Some(opener) = opener.and_then(|opener| opener.dyn_into::<HtmlElement>().ok())
            && has_focus
        {
            drop(opener.focus());
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod browser {
    use leptos::{html::Details, prelude::*};

    /// Nothing is typed on the server.
    pub fn typed(_menu: NodeRef<Details>) -> Option<String> {
        None
    }

    /// Nothing is open on the server.
    pub fn close(_menu: NodeRef<Details>) {}
}

#[cfg(test)]
mod tests {
    use super::is_same;

    #[test]
    fn line_breaks_and_blanks_at_the_ends_are_no_change() {
        assert!(is_same("a\r\nb ", "a\nb"));
        assert!(!is_same("a b", "a\nb"));
    }
}
