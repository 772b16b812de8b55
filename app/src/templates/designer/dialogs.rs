//! The dialogs of the designer. Without JavaScript they are opened by the address and stand in the page.

use leptos::{html::Dialog, prelude::*};

use super::{desk::Desk, hands, publish, send_test, source};
use crate::{
    domain::report::spec::AttachmentKind,
    templates::{
        removal,
        view::{TemplateJobs, TemplateTest},
    },
    ui::{DialogRegions, Icon},
};

/// Which dialog is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    Publish,
    Test,
    Source,
    Remove,
}

impl Open {
    const ALL: [Self; 4] = [Self::Publish, Self::Test, Self::Source, Self::Remove];

    const fn word(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Test => "test",
            Self::Source => "source",
            Self::Remove => "remove",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Publish => "Publish",
            Self::Test => "Send a test",
            Self::Source => "From blocks to HTML",
            Self::Remove => "Delete the template",
        }
    }

    /// Of the word of an address.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|open| open.word() == word)
    }
}

/// Links that act as buttons hear Space, too.
pub fn by_space(event: &leptos::ev::KeyboardEvent, run: impl FnOnce()) {
    if event.key() == " " {
        event.prevent_default();
        run();
    }
}

/// Opens a dialog. Its address keeps what the preview shows, so that a test without JavaScript sends the same.
pub fn link(
    desk: Desk,
    dialog: RwSignal<Option<Open>>,
    open: Open,
    class: &'static str,
    words: &'static str,
) -> AnyView {
    let href = move || {
        let look = desk.shown.look.get();
        desk.shown.data.with(|data| format!("{}&dialog={}", look.href(data), open.word()))
    };
    view! {
        <a class=class role="button" id=format!("open-{}", open.word()) href=href aria-haspopup="dialog"
            on:click=move |event| { event.prevent_default(); dialog.set(Some(open)); }
            on:keydown=move |event| by_space(&event, || dialog.set(Some(open)))
        >{words}</a>
    }
    .into_any()
}

/// "Cancel", which leads back to the page without JavaScript.
pub fn cancel(close: Callback<()>) -> AnyView {
    view! {
        <a class="btn" role="button" href="?" on:click=move |event| { event.prevent_default(); close.run(()); }
            on:keydown=move |event| by_space(&event, || close.run(()))
        >"Cancel"</a>
    }
    .into_any()
}

/// The dialog that is open. `tested` is what came of a test that was sent without JavaScript.
pub fn dialogs(
    desk: Desk,
    dialog: RwSignal<Option<Open>>,
    own_address: String,
    attached: Vec<AttachmentKind>,
    tested: RwSignal<Option<TemplateTest>>,
    jobs: TemplateJobs,
) -> AnyView {
    let node = NodeRef::<Dialog>::new();
    // One that came with the page stands in it already.
    Effect::new(move |_| hands::show_modal(node));
    let came_open = dialog.get_untracked().is_some();
    let is_first = StoredValue::new(came_open);
    // It outlives the dialog: an answer of the server may close one that is closed already.
    let close = Callback::new(move |()| dialog.set(None));
    (move || {
        let Some(open) = dialog.get() else {
            is_first.set_value(false);
            tested.set(None);
            return None;
        };
        let is_plain = is_first.get_value();
        let inside = match open {
            Open::Publish => publish::panel(desk, close),
            Open::Test => send_test::panel(desk, own_address.clone(), &attached, tested.get_untracked(), close),
            Open::Source => source::leave_blocks(desk, close),
            Open::Remove => {
                let form = removal::form(desk.id, &jobs);
                view! { <div class="dialog__body">{form}</div><div class="dialog__foot">{cancel(close)}</div> }.into_any()
            }
        };
        Some(view! {
            <dialog class="dialog is-wide" open=is_plain aria-labelledby="dialog-title" node_ref=node on:close=move |_| {
                dialog.set(None);
                hands::focus(&format!("open-{}", open.word()));
            }>
                <div class="dialog__head">
                    <h2 id="dialog-title">{open.title()}</h2>
                    <a class="icon-btn" role="button" href="?" aria-label="Close" on:click=move |event| { event.prevent_default(); close.run(()); }
                        on:keydown=move |event| by_space(&event, || close.run(()))
                    ><Icon name="x" /></a>
                </div>
                {inside}
                <DialogRegions />
            </dialog>
        })
    })
    .into_any()
}
