//! One caught mail: as its reader sees it, its text, its source.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::api::{CaughtMail, read_mail};
use crate::{
    domain::ids::OutboxMessageId,
    ui::{ErrorPage, Icon, Page},
};

/// What a tab shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    Html,
    Text,
    Source,
}

#[component]
pub fn MailPage() -> impl IntoView {
    let params = use_params_map();
    let mail = Resource::new(move || params.read().get("id").unwrap_or_default(), read_mail);
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match mail.await {
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    Ok(mail) => view! { <Mail mail=mail /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Mail(mail: CaughtMail) -> impl IntoView {
    let query = use_query_map();
    let has_html = mail.has_html;
    let tab = Memo::new(move |_| match query.read().get("view").as_deref() {
        Some("text") => Tab::Text,
        Some("source") => Tab::Source,
        _ if has_html => Tab::Html,
        _ => Tab::Text,
    });
    let id = mail.id;
    let actions = move || {
        view! { <a class="btn" href=format!("/outbox/{id}/message.eml") download="" rel="external"><Icon name="download" />"Download .eml"</a> }
    };
    let link = move |to: Tab, word: &'static str, view_name: &'static str| {
        view! {
            <a href=format!("/outbox/{id}?view={view_name}") aria-current=move || (tab.get() == to).then_some("page")>{word}</a>
        }
    };
    view! {
        <Page title=mail.subject.clone() actions=actions>
            <Facts mail=mail.clone() />
            <nav class="tabs" aria-label="Parts of the mail">
                {has_html.then(|| link(Tab::Html, "HTML", "html"))}
                {link(Tab::Text, "Text", "text")}
                {link(Tab::Source, "Source", "source")}
            </nav>
            {move || content(tab.get(), id, &mail)}
        </Page>
    }
}

#[component]
fn Facts(mail: CaughtMail) -> impl IntoView {
    let attachments = mail.attachments;
    view! {
        <dl class="facts panel is-padded">
            <div><dt>"From"</dt><dd dir="auto">{mail.from}</dd></div>
            <div><dt>"To"</dt><dd dir="auto">{mail.to}</dd></div>
            <div><dt>"Sent for"</dt><dd>{format!("{} to {}", mail.envelope_from, mail.envelope_to)}</dd></div>
            <div><dt>"Caught"</dt><dd><time datetime=mail.caught.machine>{mail.caught.words}</time></dd></div>
            {(!attachments.is_empty()).then(|| view! {
                <div><dt>"Attachments"</dt><dd>{attachments.into_iter().map(|(name, size)| format!("{name} ({} kB)", size.div_ceil(1000))).collect::<Vec<_>>().join(", ")}</dd></div>
            })}
        </dl>
    }
}

fn content(tab: Tab, id: OutboxMessageId, mail: &CaughtMail) -> AnyView {
    match tab {
        // Scripts, forms and links stay off: the frame has no permissions, and a policy of its own.
        Tab::Html => view! { <iframe class="mail-frame" sandbox="" title="The mail as its reader sees it" src=format!("/outbox/{id}/html")></iframe> }.into_any(),
        Tab::Text => match mail.text.clone() {
            Some(text) => view! { <pre class="code is-wrapped" tabindex="0" role="region" aria-label="Text part" dir="auto">{text}</pre> }.into_any(),
            None => view! { <p class="muted">"This mail has no text part."</p> }.into_any(),
        },
        Tab::Source => view! {
            <pre class="code" tabindex="0" role="region" aria-label="Source">{mail.source.clone()}</pre>
            {mail.is_source_cut.then(|| view! { <p class="small muted">"Only the beginning is shown. Download the file to see all of it."</p> })}
        }.into_any(),
    }
}
