//! The banner of a template that is held back because it was stopped too often, with the way out for administrators.

use leptos::{prelude::*, server_fn::ServerFn};

use super::desk::Desk;
use crate::{
    templates::{
        api::ReleaseTemplate,
        view::{HeldBack, VersionItem},
    },
    ui::Icon,
};

/// The banner, as long as what was stopped stands in the draft or is the published version.
pub fn banner(desk: Desk, held: HeldBack, can_release: bool, published: RwSignal<Option<VersionItem>>) -> AnyView {
    let number = move || published.with(|version| version.as_ref().map(|version| version.number));
    let opened = untrack(number);
    let words = Memo::new(move |_| {
        // The last preview knows best: what was changed is tried again.
        let is_draft = desk.shown.now.with(|now| now.as_ref().map_or(held.draft, |now| now.is_held));
        words(is_draft, held.published && number() == opened)
    });
    (move || {
        words.get().map(|words| {
            let (way, release) =
                if can_release { (" Change it, or release it.", Some(release(desk))) } else { (ASK, None) };
            view! {
                <div class="banner" data-tone="bad" role="status" id="held">
                    <Icon name="circle-x" />
                    <div><p>{words}{way}</p></div>
                    {release}
                </div>
            }
        })
    })
    .into_any()
}

const ASK: &str = " Change it, or ask an administrator to release it.";

/// What is held back.
const fn words(is_draft: bool, is_published: bool) -> Option<&'static str> {
    match (is_draft, is_published) {
        (true, true) => Some(
            "The draft and the published version were stopped three times while they were filled in, and are not rendered any more.",
        ),
        (true, false) => {
            Some("The draft was stopped three times while it was filled in, and is not rendered any more.")
        }
        (false, true) => Some(
            "The published version was stopped three times while it was filled in, and is not rendered any more; the draft is.",
        ),
        (false, false) => None,
    }
}

fn release(desk: Desk) -> AnyView {
    view! {
        <form method="post" action=ReleaseTemplate::url()>
            <input type="hidden" name="id" value=desk.id.to_string() />
            <button class="btn is-sm" type="submit" id="release">"Release"</button>
        </form>
    }
    .into_any()
}
