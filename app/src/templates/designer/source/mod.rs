//! A mail of one's own source: the code editor over a plain field, and the way there from blocks.

use leptos::{
    html::{Div, Form},
    prelude::*,
    server_fn::ServerFn,
    task::spawn_local,
};

use super::{
    desk::Desk,
    dialogs::{self, Open},
    field, hands,
};
use crate::{
    domain::template::{Body, Document},
    templates::forms_api::{EditDraft, write_source},
    ui::{Icon, textarea_html},
};

/// The source of a document; empty where it is made of blocks.
pub fn source_of(document: &Document) -> &str {
    match &document.body {
        Body::Html { source } | Body::Mjml { source } => source,
        Body::Blocks { .. } => "",
    }
}

/// "Blocks | HTML": what the mail is made of.
pub fn switch(desk: Desk, dialog: RwSignal<Option<Open>>) -> AnyView {
    let mode = Memo::new(move |_| desk.draft.with(|draft| mode_of(&draft.document)));
    (move || match mode.get() {
        "blocks" => view! {
            <div class="cluster mode" role="group" aria-label="Made of">
                <span class="filter" aria-current="true">"Blocks"</span>
                {desk.can_edit.then(|| dialogs::link(desk, dialog, Open::Source, "filter", "HTML"))}
            </div>
        }
        .into_any(),
        language => languages(desk, language == "mjml"),
    })
    .into_any()
}

fn mode_of(document: &Document) -> &'static str {
    match document.body {
        Body::Blocks { .. } => "blocks",
        Body::Html { .. } => "html",
        Body::Mjml { .. } => "mjml",
    }
}

/// HTML or MJML; the text stays as it is.
fn languages(desk: Desk, is_mjml: bool) -> AnyView {
    let button = |word: &'static str, label: &'static str, is_on: bool| {
        view! {
            <button class="filter" type="submit" name="value" value=word aria-pressed=is_on.to_string() disabled=!desk.can_edit on:click=move |event| {
                event.prevent_default();
                desk.change(None, |draft| {
                    let source = source_of(&draft.document).to_owned();
                    draft.document.body = if word == "mjml" { Body::Mjml { source } } else { Body::Html { source } };
                });
            }>{label}</button>
        }
        .into_any()
    };
    view! {
        <form method="post" action=EditDraft::url()>
            <input type="hidden" name="id" value=desk.id.to_string() />
            <input type="hidden" name="version" value=desk.version().to_string() />
            <input type="hidden" name="act" value="language" />
            <div class="cluster mode" role="group" aria-label="Language of the source">
                {button("html", "HTML", !is_mjml)}
                {button("mjml", "MJML", is_mjml)}
            </div>
        </form>
    }
    .into_any()
}

/// The source, in the code editor where it comes.
pub fn panel(desk: Desk) -> AnyView {
    let (form, editor) = (NodeRef::<Form>::new(), NodeRef::<Div>::new());
    let is_ready = RwSignal::new(false);
    if desk.can_edit {
        hands::mount_editor(editor, desk, is_ready);
    }
    let read = move |_| {
        let Some(typed) = hands::read(form).and_then(|mut typed| typed.remove("source")) else { return };
        desk.change(Some("source".into()), |draft| {
            if let Body::Html { source } | Body::Mjml { source } = &mut draft.document.body {
                *source = typed;
            }
        });
    };
    let lines = move || {
        let count = desk.draft.with(|draft| source_of(&draft.document).split('\n').count());
        (1..=count).map(|line| line.to_string()).collect::<Vec<_>>().join("\n")
    };
    let plain = move || {
        desk.drawn.track();
        let source = textarea_html(source_of(&desk.as_typed().document));
        let said = Some(desk.said);
        let described = field::described(said, "source".to_owned(), Some("source-hint source-files".to_owned()));
        let bad = field::bad(said, "source".to_owned());
        view! {
            <textarea class="input is-mono" id="mail-source" name=field::sent("source") rows="20" wrap="off" spellcheck="false" autocapitalize="off" aria-describedby=described aria-invalid=bad data-variables="" readonly=!desk.can_edit inner_html=source></textarea>
        }
    };
    view! {
        <form class="form source" method="post" action=EditDraft::url() node_ref=form data-ready=move || is_ready.get().then_some("") on:input=read on:submit=move |event| event.prevent_default()>
            <input type="hidden" name="id" value=desk.id.to_string() />
            <input type="hidden" name="version" value=desk.version().to_string() />
            <input type="hidden" name="act" value="mail" />
            <div class="field" id="source">
                <label class="field__label" for="mail-source">"Source"</label>
                <span class="field__hint" id="source-hint">"Tera in HTML or MJML: {{ variable | filter }}, {% if … %}, {% for … in … %}. Tab leaves the field."</span>
                <span class="field__hint" id="source-files">"The files of a report (PDF, workbook and the like) show each list, chart and figure that the source speaks of, whole, also where a condition leaves it out of the mail."</span>
                {field::problem(desk.said, "source".to_owned())}
                <div class="source__plain">
                    <pre class="source__lines" aria-hidden="true">{lines}</pre>
                    {plain}
                </div>
                <div class="source__editor" node_ref=editor></div>
            </div>
            {desk.can_edit.then(|| view! { <div class="needs-no-script"><button class="btn" type="submit">"Save the source"</button></div> })}
        </form>
    }
    .into_any()
}

/// What the dialog says before blocks become a source.
pub fn leave_blocks(desk: Desk, close: Callback<()>) -> AnyView {
    let is_busy = RwSignal::new(false);
    let go = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        let document = desk.draft.with_untracked(|draft| serde_json::to_string(&draft.document)).unwrap_or_default();
        spawn_local(async move {
            let written = write_source(document).await;
            is_busy.try_set(false);
            match written {
                Ok(document) => {
                    if desk.change(None, |draft| draft.document = document) {
                        desk.open.set(None);
                        desk.redraw();
                        close.run(());
                    }
                }
                Err(error) => desk.fail(error.words()),
            }
        });
    };
    view! {
        <form method="post" action=EditDraft::url() on:submit=go>
            <input type="hidden" name="id" value=desk.id.to_string() />
            <input type="hidden" name="version" value=desk.version().to_string() />
            <input type="hidden" name="act" value="to_html" />
            <div class="dialog__body">
                <p>"The blocks become HTML that you go on writing by hand. The mail stays as it is now; the files of a report no longer follow conditions and filters, and show each list whole."</p>
                <p><strong>"There is no way back to blocks."</strong>" Undo brings them back while this page is open; a published version can be restored."</p>
            </div>
            <div class="dialog__foot">
                {dialogs::cancel(close)}
                <button class="btn is-primary" type="submit"><Icon name="file-text" />"Go on in HTML"</button>
            </div>
        </form>
    }
    .into_any()
}
