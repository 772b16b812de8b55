//! What the form of one entry begins with: the entry as it is stored, but not while the person writes something else.

use leptos::{html::Details, prelude::*};

use crate::ui::is_same_text;
pub use browser::{carry_over, close, is_writing_in};

/// The entries of a list as they are drawn: those that are stored, and what somebody else has deleted while the person is
/// writing in it, as `is_written` says.
pub fn entries<K>(stored: impl Fn() -> Vec<K> + Send + Sync + 'static, is_written: fn(&K) -> bool) -> Memo<Vec<K>>
where
    K: Clone + PartialEq + Send + Sync + 'static,
{
    Memo::new(move |before: Option<&Vec<K>>| with_written(stored(), before, is_written))
}

/// The entries that are stored, and in their old places those that are gone and still written in.
fn with_written<K: Clone + PartialEq>(
    stored: Vec<K>,
    before: Option<&Vec<K>>,
    is_written: impl Fn(&K) -> bool,
) -> Vec<K> {
    let mut shown = stored;
    for (at, entry) in before.into_iter().flatten().enumerate() {
        if !shown.contains(entry) && is_written(entry) {
            shown.insert(at.min(shown.len()), entry.clone());
        }
    }
    shown
}

/// Says that an entry is not stored any more; what is typed in its form can be taken from there.
pub fn gone(is_gone: impl Fn() -> bool + Send + Sync + 'static) -> impl IntoView {
    move || {
        is_gone().then(|| view! {
            <p class="field__error" role="status">"Somebody has deleted this. What you typed is still here: copy what you need."</p>
        })
    }
}

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
        let is = |entry: &T| typed.as_deref().is_none_or(|typed| is_same_text(typed, text(entry)));
        match (is(&shown), is(&fresh)) {
            (false, false) => return,
            (false, true) => close(menu),
            (true, _) => {}
        }
        browser::begin(menu, text(&fresh));
        draft.set(Some(fresh));
    });
    draft
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::fmt::Display;

    use leptos::{html::Details, prelude::*};
    use wasm_bindgen::JsCast;
    use web_sys::{Element, Event, HtmlElement, HtmlInputElement, HtmlTextAreaElement};

    use crate::ui::is_same_text;

    /// What stands in the field of the form, where it is in the page.
    pub fn typed(menu: NodeRef<Details>) -> Option<String> {
        let field = field(menu)?;
        let line = field.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::value);
        line.or_else(|| field.dyn_ref::<HtmlTextAreaElement>().map(HtmlTextAreaElement::value))
    }

    /// Has the form begin with another text: what differs from it was typed.
    pub fn begin(menu: NodeRef<Details>, text: &str) {
        let Some(field) = field(menu) else { return };
        if let Some(line) = field.dyn_ref::<HtmlInputElement>() {
            line.set_default_value(text);
        }
        if let Some(lines) = field.dyn_ref::<HtmlTextAreaElement>() {
            drop(lines.set_default_value(text));
        }
    }

    fn field(menu: NodeRef<Details>) -> Option<Element> {
        let menu: HtmlElement = (*menu.get_untracked()?).clone();
        menu.query_selector("[name=text], [name=body]").ok()?
    }

    /// What a form that is sent says of an entry stands in the entry's own form, too: once it is stored, nothing else is
    /// being written there. `entry` names the fields that may say which entry it is.
    pub fn carry_over(event: &Event, entry: &[&str]) {
        let form = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let value = |name: &str| {
            let field = form.as_ref()?.query_selector(&format!("[name={name}]")).ok().flatten()?;
            let line = field.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::value);
            line.or_else(|| field.dyn_ref::<HtmlTextAreaElement>().map(HtmlTextAreaElement::value))
        };
        let Some(text) = value("body").or_else(|| value("text")) else { return };
        for id in entry.iter().filter_map(|name| value(name)).filter(|id| id.parse::<uuid::Uuid>().is_ok()) {
            let field = field_of(&id);
            if let Some(line) = field.as_ref().and_then(|field| field.dyn_ref::<HtmlInputElement>()) {
                line.set_value(&text);
            } else if let Some(lines) = field.as_ref().and_then(|field| field.dyn_ref::<HtmlTextAreaElement>()) {
                lines.set_value(&text);
            }
        }
    }

    fn field_of(entry: &impl Display) -> Option<Element> {
        let fields = format!("[data-entry=\"{entry}\"] details[open] :is([name=text], [name=body])");
        document().query_selector(&fields).ok().flatten()
    }

    /// Whether something else than there was stands in the open form of an entry.
    pub fn is_writing_in(entry: &impl Display) -> bool {
        let Some(field) = field_of(entry) else { return false };
        let line = field.dyn_ref::<HtmlInputElement>().map(|field| (field.value(), field.default_value()));
        let text = |field: &HtmlTextAreaElement| (field.value(), field.default_value().unwrap_or_default());
        let typed = line.or_else(|| field.dyn_ref::<HtmlTextAreaElement>().map(text));
        typed.is_some_and(|(typed, begun)| !is_same_text(&typed, &begun))
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

    /// No form is followed on the server.
    pub fn begin(_menu: NodeRef<Details>, _text: &str) {}

    /// Nothing is written on the server.
    pub fn is_writing_in<K>(_entry: &K) -> bool {
        false
    }

    /// Nothing is sent from the server.
    pub fn carry_over<T>(_event: &T, _entry: &[&str]) {}

    /// Nothing is open on the server.
    pub fn close(_menu: NodeRef<Details>) {}
}

#[cfg(test)]
mod tests {
    use super::with_written;

    #[test]
    fn what_is_written_in_stays_in_its_place_when_it_is_deleted_and_goes_when_nobody_writes_any_more() {
        let is_two = |id: &i32| *id == 2;
        assert_eq!(with_written(vec![1, 3, 4], Some(&vec![1, 2, 3]), is_two), [1, 2, 3, 4]);
        assert_eq!(with_written(vec![], Some(&vec![1, 2]), is_two), [2]);
        assert_eq!(with_written(vec![1, 3], Some(&vec![1, 2, 3]), |_| false), [1, 3]);
        assert_eq!(with_written(vec![1], None, is_two), [1]);
    }
}
