//! Certificates, one under the other, each with what a person compares.

use leptos::prelude::*;

use crate::domain::certificate::Certificate;

/// A list of certificates in their order.
pub fn certificates(list: Vec<Certificate>) -> AnyView {
    let count = list.len();
    let item = move |(place, certificate): (usize, Certificate)| {
        let tone = if certificate.days_left < 0 { "bad" } else { "off" };
        let validity = certificate.validity();
        let names = (!certificate.names.is_empty()).then(|| certificate.names_in_words());
        let self_signed = if certificate.is_self_signed() { " (itself)" } else { "" };
        view! {
            <li>
                <dl class="facts">
                    <div><dt>{if count > 1 { format!("Certificate {}", place + 1) } else { "Certificate".to_owned() }}</dt><dd dir="auto">{certificate.subject}</dd></div>
                    <div><dt>"Issuer"</dt><dd dir="auto">{certificate.issuer}{self_signed}</dd></div>
                    <div><dt>"Valid"</dt><dd><span class="state" data-tone=tone>{validity}</span></dd></div>
                    {names.map(|names| view! { <div><dt>"For"</dt><dd>{names}</dd></div> })}
                    <div><dt>"Key"</dt><dd>{certificate.key}</dd></div>
                    <div><dt>"SHA-256"</dt><dd><code>{certificate.fingerprint}</code></dd></div>
                </dl>
            </li>
        }
    };
    view! { <ol class="stack" role="list">{list.into_iter().enumerate().map(item).collect_view()}</ol> }.into_any()
}
