//! A field for a comment. After `@` it offers the people of the project: arrows choose, Enter takes,
//! Escape closes.

use leptos::{html::Textarea, prelude::*};

use super::submit::{is_sending_key, submit_form_of};
use crate::{
    tasks::view::PersonChoice,
    ui::{
        listbox::{show_option, walk},
        textarea_html,
    },
};

/// Most people that are offered.
const OFFERED: usize = 6;

/// Where an unfinished mention stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// Of the `@`, in UTF-16 units.
    pub at: usize,
    pub caret: usize,
    /// What stands after it, in lower case.
    pub typed: String,
}

/// The unfinished mention before the caret; a name has two words at most.
pub fn fragment(text: &str, caret: usize) -> Option<Fragment> {
    let units: Vec<u16> = text.encode_utf16().take(caret).collect();
    let before = String::from_utf16(&units).ok()?;
    let (head, typed) = before.rsplit_once('@')?;
    let is_word = head.chars().next_back().is_some_and(char::is_alphanumeric);
    let is_name = typed.chars().count() <= 40
        && typed.matches(' ').count() <= 1
        && !typed.starts_with(' ')
        && !typed.contains(['\n', '@']);
    (!is_word && is_name).then(|| Fragment { at: head.encode_utf16().count(), caret, typed: typed.to_lowercase() })
}

/// The people that an unfinished mention may mean: a word of their name begins so.
fn offered(people: &[PersonChoice], typed: &str) -> Vec<PersonChoice> {
    let fits = |person: &&PersonChoice| {
        let name = person.name.to_lowercase();
        // A finished name needs no offer.
        name != typed.trim_end()
            && (name.starts_with(typed) || name.split_whitespace().any(|word| word.starts_with(typed)))
    };
    people.iter().filter(fits).take(OFFERED).cloned().collect()
}

#[component]
pub fn MentionField(
    label: &'static str,
    id: String,
    people: StoredValue<Vec<PersonChoice>>,
    text: RwSignal<String>,
    #[prop(optional)] placeholder: Option<&'static str>,
) -> impl IntoView {
    let field = NodeRef::<Textarea>::new();
    let open = RwSignal::new(None::<Fragment>);
    let choices = Memo::new(move |_| {
        open.with(|open| {
            open.as_ref().map(|open| people.with_value(|people| offered(people, &open.typed))).unwrap_or_default()
        })
    });
    let chosen = RwSignal::new(0_usize);
    let take = move |name: &str| {
        if let Some(fragment) = open.get_untracked() {
            text.set(browser::put(field, &text.get_untracked(), &fragment, name));
        }
        open.set(None);
    };
    let list_id = format!("{id}-people");
    // Low in the window it would stand below what is seen.
    Effect::new({
        let list_id = list_id.clone();
        move |_| {
            if choices.with(|choices| !choices.is_empty()) {
                let list_id = list_id.clone();
                request_animation_frame(move || show_option(&list_id));
            }
        }
    });
    let option_id = {
        let id = id.clone();
        move |index: usize| format!("{id}-person-{index}")
    };
    let active = {
        let option_id = option_id.clone();
        move || (!choices.with(Vec::is_empty)).then(|| option_id(chosen.get()))
    };
    let keys = move |event: leptos::ev::KeyboardEvent| {
        let many = choices.with_untracked(Vec::len);
        match event.key().as_str() {
            _ if is_sending_key(&event) => submit_form_of(&event),
            key @ ("ArrowDown" | "ArrowUp") if many > 0 => {
                event.prevent_default();
                chosen.update(|index| *index = walk(key, Some(*index), many).unwrap_or_default());
            }
            "Enter" | "Tab" if many > 0 && !event.is_composing() => {
                event.prevent_default();
                if let Some(person) = choices.with_untracked(|choices| choices.get(chosen.get_untracked()).cloned()) {
                    take(&person.name);
                }
            }
            "Escape" if many > 0 => {
                event.prevent_default();
                event.stop_propagation();
                open.set(None);
            }
            _ => {}
        }
    };
    let list = move || {
        let people = choices.get();
        let option_id = option_id.clone();
        (!people.is_empty()).then(|| view! {
            <ul class="mention__list" role="listbox" id=list_id.clone() aria-label="People to name">
                {people.into_iter().enumerate().map(|(index, person)| {
                    let name = person.name.clone();
                    view! {
                        <li class="menu__item" role="option" id=option_id(index) aria-selected=move || (chosen.get() == index).to_string() dir="auto"
                            on:mousedown=move |event| { event.prevent_default(); take(&name); }>{person.name}</li>
                    }
                }).collect_view()}
            </ul>
        })
    };
    view! {
        <div class="mention">
            <textarea class="input" name="body" rows="2" aria-label=label placeholder=placeholder dir="auto" required node_ref=field
                aria-autocomplete="list" aria-activedescendant=active
                prop:value=move || text.get()
                on:input=move |event| {
                    let typed = event_target_value(&event);
                    chosen.set(0);
                    open.set(browser::caret(field).and_then(|caret| fragment(&typed, caret)));
                    text.set(typed);
                }
                on:blur=move |_| open.set(None)
                on:keydown=keys
                inner_html=textarea_html(&text.get_untracked())
            ></textarea>
            {list}
        </div>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::{html::Textarea, prelude::*};

    use super::Fragment;

    /// Where the caret is, in UTF-16 units.
    pub fn caret(field: NodeRef<Textarea>) -> Option<usize> {
        let at = field.get_untracked()?.selection_end().ok()??;
        usize::try_from(at).ok()
    }

    /// The text with the whole name instead of the unfinished one; the caret goes behind it.
    pub fn put(field: NodeRef<Textarea>, text: &str, fragment: &Fragment, name: &str) -> String {
        let units: Vec<u16> = text.encode_utf16().collect();
        let named: Vec<u16> = format!("@{name} ").encode_utf16().collect();
        let caret = fragment.at + named.len();
        let head = units.get(..fragment.at).unwrap_or_default();
        let tail = units.get(fragment.caret..).unwrap_or_default();
        let whole = String::from_utf16_lossy(&[head, &named, tail].concat());
        if let Some(field) = field.get_untracked() {
            field.set_value(&whole);
            let caret = u32::try_from(caret).unwrap_or(u32::MAX);
            drop(field.set_selection_range(caret, caret));
        }
        whole
    }
}

#[cfg(not(feature = "hydrate"))]
mod browser {
    use leptos::{html::Textarea, prelude::*};

    use super::Fragment;

    /// The server has no caret.
    pub fn caret(_field: NodeRef<Textarea>) -> Option<usize> {
        None
    }

    /// The server takes no choice.
    pub fn put(_field: NodeRef<Textarea>, text: &str, _fragment: &Fragment, _name: &str) -> String {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Option<(usize, String)> {
        fragment(text, text.encode_utf16().count()).map(|fragment| (fragment.at, fragment.typed))
    }

    #[test]
    fn an_unfinished_mention_is_found_before_the_caret() {
        assert_eq!(typed("ask @Jon"), Some((4, "jon".into())));
        assert_eq!(typed("🎈 @"), Some((3, String::new())), "counted as the browser counts");
        assert_eq!(typed("@Jonas Or"), Some((0, "jonas or".into())));
    }

    #[test]
    fn addresses_and_finished_sentences_are_none() {
        for text in ["mail jonas@exa", "@ Jonas", "@Jonas Ortiz is", "@Jo\nnas", "nothing"] {
            assert_eq!(typed(text), None, "{text}");
        }
    }
}
