//! The logo of the theme: chosen, drawn anew by the server, shown, taken away.

use leptos::{html::Input, prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use super::{desk::Desk, field, hands, places::Fold};
use crate::{
    templates::{forms_api::EditDraft, logo_words::refusal_words},
    ui::{SessionEnd, is_toggled_open},
};

/// What an upload has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Upload {
    #[default]
    Idle,
    Running,
    Refused(&'static str),
}

/// The forms of the logo, beside those of the theme.
pub fn panel(desk: Desk) -> AnyView {
    let refused = use_query_map().read_untracked().get("refused").and_then(|code| refusal_words(&code));
    let upload = RwSignal::new(refused.map_or(Upload::Idle, Upload::Refused));
    let logo = Memo::new(move |_| desk.draft.with(|draft| draft.document.theme.logo.clone()));
    let picture = move || {
        logo.get().map(|logo| {
            let source = format!("data:image/png;base64,{}", logo.png);
            view! { <img class="logo-now" src=source alt=logo.alt width=logo.width.to_string() height=logo.height.to_string() /> }
        })
    };
    if !desk.can_edit {
        return view! { {picture} }.into_any();
    }
    let (id, version) = (desk.id, desk.version().to_string());
    let field = NodeRef::<Input>::new();
    let said = move || match upload.get() {
        Upload::Idle => ("", None),
        Upload::Running => ("saving", Some("Reading the picture")),
        Upload::Refused(words) => ("failed", Some(words)),
    };
    let is_wrong = field::bad(Some(desk.said), "logo".to_owned());
    let bad = move || is_wrong().or_else(|| matches!(upload.get(), Upload::Refused(_)).then_some("true"));
    let described = field::described(Some(desk.said), "logo".to_owned(), Some("logo-hint logo-said".to_owned()));
    let is_open = desk.folds.of(Fold::Logo);
    if refused.is_some() {
        is_open.set(true);
    }
    let remove = move || {
        logo.with(Option::is_some).then(|| {
            view! {
                <form method="post" action=EditDraft::url()>
                    <input type="hidden" name="id" value=id.to_string() />
                    <input type="hidden" name="version" value=version.clone() />
                    <input type="hidden" name="act" value="no_logo" />
                    <button class="btn is-sm" type="submit" on:click=move |event| {
                        event.prevent_default();
                        desk.change(None, |draft| draft.document.theme.logo = None);
                        desk.redraw();
                    }>"Remove the logo"</button>
                </form>
            }
        })
    };
    let (version, end) = (desk.version(), use_context::<SessionEnd>());
    view! {
        <details class="logo" open=move || is_open.get() on:toggle=move |event| { is_open.try_set(is_toggled_open(&event)); }>
            <summary>"Logo"</summary>
            <div class="form">
                {picture}
                <form class="form" method="post" action=format!("/templates/{id}/logo?version={version}") enctype="multipart/form-data">
                    <div class="field">
                        <label class="field__label" for="logo">"Picture"</label>
                        <span class="field__hint" id="logo-hint">"PNG or JPEG, up to 100 kB. It is shown at half its size, so that it is sharp everywhere."</span>
                        {field::problem(desk.said, "logo".to_owned())}
                        <output class="save-state" id="logo-said" data-state=move || said().0>{move || said().1}</output>
                        <input class="input" type="file" id="logo" name="file" accept="image/png,image/jpeg" aria-describedby=described aria-invalid=bad node_ref=field on:change=move |_| hands::choose_logo(desk, field, upload, end) />
                    </div>
                    <div class="needs-no-script"><button class="btn is-sm" type="submit">"Upload"</button></div>
                </form>
                {remove}
            </div>
        </details>
    }
    .into_any()
}
