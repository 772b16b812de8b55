//! The HTML frame of every page: head, policy, and the scripts that wake it.

use axum::http::header;
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use crate::{
    app::App,
    domain::account::Theme,
    platform::{assets::BUILD_HEADER, page, state::AppState},
    shell::{STALE_EVENT, provide_session},
    ui::SIGNED_OUT_EVENT,
};

/// The policy of pages (SECURITY: stored XSS). Styles come from our own file only.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; \
         style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
         manifest-src 'self'; worker-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; \
         object-src 'none'; frame-ancestors 'none'"
    )
}

/// The script that looks which build answers the page, and whether for somebody who is signed in: every answer to a
/// server function names its build, also to one that the server does not know any more. One that names none and says that
/// the server is away is a proxy's, and as good as none. Nothing is loaded anew by itself.
fn watch_answers(own: &str) -> String {
    format!(
        "const ask = window.fetch.bind(window); \
         window.fetch = async (...asked) => {{ \
         const since = performance.now(), answer = await ask(...asked), build = answer.headers.get('{BUILD_HEADER}'); \
         if (!build && answer.status >= 502 && answer.status <= 504 && answer.url.startsWith(location.origin + '/rpc/')) throw new TypeError('The server is away'); \
         if (build && build !== '{own}') {{ document.documentElement.dataset.stale = 'yes'; dispatchEvent(new Event('{STALE_EVENT}')); }} \
         if (answer.status === 401 && answer.url.startsWith(location.origin + '/')) \
         dispatchEvent(new CustomEvent('{SIGNED_OUT_EVENT}', {{ detail: Math.floor(since) + ' ' + new URL(answer.url).pathname }})); \
         return answer; }};"
    )
}

/// The script that asks before a link, another form, or the end of the page throws away what somebody has typed into a
/// form that is saved by its button. What a page keeps by itself (tasks, the designer) is not asked about, nor a link that
/// says that it gives up. In the capture phase, so that the router hears of no link on which the person stays.
const ASK_BEFORE_LEAVING: &str = "\
    const kept = new WeakMap(), typed = new Set(), LEAVE = 'Leave without saving? What you typed on this page is lost.'; \
    const unsaved = (sent) => [...typed].some((field) => field.form !== sent && field.isConnected && (/checkbox|radio/.test(field.type) || field.value !== kept.get(field))); \
    addEventListener('focusin', ({ target }) => { if ('value' in target && !kept.has(target)) kept.set(target, target.value); }); \
    addEventListener('input', ({ isTrusted, target }) => { if (isTrusted && target.form?.matches('.page form.form[method=post]:not(.task form, .designer form)')) typed.add(target); }); \
    addEventListener('submit', (event) => { \
    const { defaultPrevented: stays, target } = event; \
    if (!stays && unsaved(target) && !confirm(LEAVE)) return event.preventDefault(); \
    for (const field of typed) if (!stays || field.form === target) typed.delete(field); }); \
    addEventListener('click', (event) => { \
    const link = event.target.closest?.('a[href]:not([target], [download], [href^=\"#\"], .form__actions a)'); \
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || !unsaved()) return; \
    if (confirm(LEAVE)) typed.clear(); \
    else { event.preventDefault(); event.stopImmediatePropagation(); } }, true); \
    addEventListener('beforeunload', (event) => { if (unsaved()) event.preventDefault(); });";

/// The script that keeps a text out of a field that would stop the page for minutes: longer than any field takes, it would
/// be refused in the end. It is still where it was copied from, and the field stays as it was. A field
/// says so in words of its own with `data-refuses`.
const REFUSE_LONG_PASTES: &str = "\
    addEventListener('paste', (event) => { \
    const { target, clipboardData } = event, many = clipboardData?.getData('text').length; \
    if (!(many > 300000) || !('value' in target)) return; \
    event.preventDefault(); event.stopImmediatePropagation(); \
    const said = Object.assign(document.createElement('p'), { className: 'field__error', role: 'alert' }); \
    said.textContent = target.dataset.refuses ?? 'Not pasted: ' + many.toLocaleString('en') + ' letters are more than a field takes. Attach them as a file.'; \
    target.after(said); setTimeout(() => said.remove(), 20000); }, true);";

/// One whole page.
pub fn frame(app: AppState) -> impl IntoView {
    let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
    page::set_header(header::CONTENT_SECURITY_POLICY, &policy(&nonce));
    let session = provide_session();
    let theme = (session.theme != Theme::System).then_some(session.theme.as_str());
    // What stands close everywhere; a board or a list whose address says another density says so itself.
    let density = session.me.as_ref().is_some_and(|me| me.is_compact).then_some("compact");
    let asset = |name: &str| app.assets.path(name);
    let (js, wasm) = (asset("autoreport.js"), asset("autoreport.wasm"));
    // Where nothing would use it, the browser complains about what is fetched beforehand.
    let glyphs = page::path_and_query().starts_with("/board/").then(|| asset("glyphs.woff2"));
    let watch = watch_answers(app.assets.build());
    let wake = format!(
        "{watch} {ASK_BEFORE_LEAVING} {REFUSE_LONG_PASTES} import init, {{ hydrate }} from '{js}'; init({{ module_or_path: '{wasm}' }}).then(hydrate).then(() => {{ document.documentElement.dataset.hydrated = 'yes'; }});"
    );
    // `<` is the only character that could end the script element early.
    let session = serde_json::to_string(&session).unwrap_or_default().replace('<', "\\u003c");
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme data-density=density>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="theme-color" content="#f8f7f4" media="(prefers-color-scheme: light)" />
                <meta name="theme-color" content="#0a1114" media="(prefers-color-scheme: dark)" />
                <meta name="icons" content=asset("icons.svg") />
                <meta name="editor" content=asset("editor.js") />
                <link rel="stylesheet" href=asset("autoreport.css") />
                <link rel="preload" href=asset("inter.woff2") r#as="font" r#type="font/woff2" crossorigin="anonymous" />
                {glyphs.map(|font| view! { <link rel="preload" href=font r#as="font" r#type="font/woff2" crossorigin="anonymous" /> })}
                <link rel="icon" href="/favicon.svg" r#type="image/svg+xml" />
                <link rel="manifest" href="/manifest.webmanifest" />
                <link rel="modulepreload" href=js nonce=nonce.clone() />
                <link rel="modulepreload" href=asset("split.js") nonce=nonce.clone() />
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
                <MetaTags />
            </head>
            <body>
                <App />
                <script id="session" type="application/json" nonce=nonce.clone() inner_html=session></script>
                <script type="module" nonce=nonce inner_html=wake></script>
            </body>
        </html>
    }
}
