//! A form that takes one file, and beside its field why the last one was not taken. It is sent as a whole, so it works
//! without JavaScript; a refusal comes back in the address.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::Icon;

/// The form. Its field is called `file`; after a refusal it has the focus, so that what is wrong is read with it.
#[component]
pub fn FileForm(
    /// Where the file goes.
    action: &'static str,
    /// What it may be, and how large.
    #[prop(into)]
    hint: String,
    /// The endings and media types that a browser offers.
    accept: &'static str,
    /// The words of its button.
    button: &'static str,
    /// Why a file was refused, by the code in the address; a code without words says nothing.
    refused: fn(&str) -> Option<String>,
    /// It is what the page is for.
    #[prop(optional)]
    is_main: bool,
) -> impl IntoView {
    let class = if is_main { "btn is-primary" } else { "btn" };
    let query = use_query_map();
    let words = Memo::new(move |_| query.read().get("refused").and_then(|code| refused(&code)));
    let is_refused = words.with_untracked(Option::is_some);
    let is_bad = move || words.with(Option::is_some).then_some("true");
    let described = move || if words.with(Option::is_some) { "file-hint file-error" } else { "file-hint" };
    let error = move || {
        words.get().map(|words| view! { <span class="field__error" id="file-error" role="alert">{words}</span> })
    };
    view! {
        <form class="form" method="post" action=action enctype="multipart/form-data">
            <div class="field">
                <label class="field__label" for="file">"File"</label>
                <span class="field__hint" id="file-hint">{hint}</span>
                {error}
                <input class="input" type="file" id="file" name="file" accept=accept autofocus=is_refused aria-describedby=described aria-invalid=is_bad required />
            </div>
            <div class="form__actions">
                <button class=class type="submit"><Icon name="upload" />{button}</button>
            </div>
        </form>
    }
    .into_any()
}
