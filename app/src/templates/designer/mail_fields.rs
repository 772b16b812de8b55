//! What belongs to the mail as a whole: subject, preheader, a text part of one's own, the theme.

use leptos::{html::Form, prelude::*, server_fn::ServerFn};

use super::{
    desk::Desk,
    field::{self, Scope, Text},
    hands, logo,
    places::Fold,
};
use crate::{
    domain::template::{Document, TemplateCategory, compile::accent_words, fields},
    templates::forms_api::EditDraft,
    ui::{is_toggled_open, textarea_html},
};

/// The id of the form: the fields of the toolbar belong to it, too.
pub const FORM: &str = "mail-form";

/// The forms of the mail; they are drawn anew when the draft has changed without them.
pub fn panel(desk: Desk) -> AnyView {
    let node = NodeRef::<Form>::new();
    let read = move |name: String| {
        let Some(typed) = hands::read(node) else { return };
        desk.change(Some(format!("mail/{name}")), |draft| {
            let get = |name: &str| typed.get(name).cloned();
            if let Some(name) = get("name") {
                draft.name = name;
            }
            if let Some(category) = get("category").and_then(|word| word.parse::<TemplateCategory>().ok()) {
                draft.category = category;
            }
            fields::read_document(&mut draft.document, &get);
        });
    };
    hands::on_outer_fields(FORM, read);
    let inside = move || {
        desk.drawn.track();
        everything(desk, &desk.as_typed().document)
    };
    let is_fixed = !desk.can_edit;
    view! {
        <form id=FORM class="form mail-form" method="post" action=EditDraft::url() node_ref=node aria-label="Subject, text and theme"
            on:input=move |event| read(hands::name_of(&event))
            on:change=move |event| read(hands::name_of(&event))
            on:submit=move |event| event.prevent_default()
        >
            <input type="hidden" name="id" value=desk.id.to_string() />
            <input type="hidden" name="version" value=desk.version().to_string() />
            <input type="hidden" name="act" value="mail" />
            <fieldset class="fieldset" disabled=is_fixed>
                <legend class="sr-only">"Mail"</legend>
                {inside}
                {(!is_fixed).then(|| view! { <div class="needs-no-script"><button class="btn" type="submit">"Save the mail"</button></div> })}
            </fieldset>
        </form>
        {logo::panel(desk)}
    }
    .into_any()
}

fn everything(desk: Desk, document: &Document) -> AnyView {
    let theme = &document.theme;
    let (said, scope) = (desk.said, Scope::mail(desk.said));
    let problem = |name: &str| field::problem(said, name.to_owned());
    let (in_theme, in_text) = (desk.folds.of(Fold::Theme), desk.folds.of(Fold::Text));
    // A source says by itself how it looks.
    let theme = document.blocks().is_some().then(|| {
        view! {
            <details open=move || in_theme.get() on:toggle=move |event| { in_theme.try_set(is_toggled_open(&event)); }>
                <summary>"Theme"</summary>
                <div class="form">
                    {accent(desk, &theme.accent)}
                    {field::text(scope, "brand", "Head", "Words at the head, beside the logo.", theme.brand.clone(), Text::LineWithVariables)}
                    {theme.logo.as_ref().map(|logo| field::text(scope, "logo_alt", "What the logo shows", "Read where pictures are off.", logo.alt.clone(), Text::Line))}
                    {field::text(scope, "signature", "Signature", "Below the last block, in Markdown.", theme.signature.clone(), Text::Several)}
                    {field::text(scope, "footer", "Footer", "Above the lines that say why the mail came and how to stop it, in Markdown.", theme.footer.clone(), Text::Several)}
                </div>
            </details>
        }
    });
    let described = field::described(Some(said), "text".to_owned(), Some("mail-text-hint".to_owned()));
    let bad = field::bad(Some(said), "text".to_owned());
    view! {
        {problem("document")}
        {problem("blocks")}
        {field::text(scope, "subject", "Subject", "Type {{ to choose a variable.", document.subject.clone(), Text::LineWithVariables)}
        {field::text(scope, "preheader", "Preview text", "Mail programs show it beside the subject.", document.preheader.clone(), Text::LineWithVariables)}
        {theme}
        <details open=move || in_text.get() on:toggle=move |event| { in_text.try_set(is_toggled_open(&event)); }>
            <summary>"Plain text"</summary>
            <div class="form">
                {field::tick("has_text", "Write the text part myself", document.text.is_some())}
                <div class="field" id="text">
                    <label class="field__label" for="mail-text">"Text part"</label>
                    <span class="field__hint" id="mail-text-hint">"Without the tick it is made of the blocks, and this is not used."</span>
                    {problem("text")}
                    <textarea class="input is-mono" id="mail-text" name=field::sent("text") rows="6" aria-describedby=described aria-invalid=bad data-variables="" inner_html=textarea_html(document.text.as_deref().unwrap_or_default())></textarea>
                </div>
            </div>
        </details>
    }
    .into_any()
}

/// The colour of buttons and links, with how well it reads.
fn accent(desk: Desk, value: &str) -> AnyView {
    let hint = move || {
        let words = desk.draft.with(|draft| accent_words(&draft.document.theme));
        words.unwrap_or_else(|| "Six digits after #, like #087d7e.".to_owned())
    };
    let described = field::described(Some(desk.said), "accent".to_owned(), Some("mail-accent-hint".to_owned()));
    let bad = field::bad(Some(desk.said), "accent".to_owned());
    view! {
        <div class="field" id="accent">
            <label class="field__label" for="mail-accent">"Accent colour"</label>
            {field::problem(desk.said, "accent".to_owned())}
            <span class="field__hint" id="mail-accent-hint">{hint}</span>
            <input class="input is-colour" id="mail-accent" name=field::sent("accent") type="color" value=value.to_owned() aria-describedby=described aria-invalid=bad />
        </div>
    }
    .into_any()
}
