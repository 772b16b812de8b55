//! One caught mail: as its reader sees it, its text, its source, what it is made of, and handing it on.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    mail_parts,
    outbox_api::{MarkMailRead, mark_mail_read, read_mail},
    outbox_page::change_url,
    outbox_view::CaughtMail,
    release_panel::ReleasePanel,
};
use crate::{
    domain::{file::size_words, ids::OutboxMessageId},
    ui::{ErrorPage, Icon, Page, pending, resource},
};

crate::text_enum!(
    /// What a tab shows; the word is in the address.
    Tab {
        Html = "html",
        Text = "text",
        Source = "source",
        Headers = "headers",
        Parts = "parts",
        Checks = "checks",
        Release = "release",
    }
);

impl Tab {
    const fn label(self) -> &'static str {
        match self {
            Self::Html => "HTML",
            Self::Text => "Text",
            Self::Source => "Source",
            Self::Headers => "Headers",
            Self::Parts => "Parts",
            Self::Checks => "Checks",
            Self::Release => "Release",
        }
    }
}

crate::text_enum!(
    /// How wide the reader's window is, in pixels.
    Width { Whole = "whole", Desk = "600", Phone = "375" }
);

impl Width {
    const fn label(self) -> &'static str {
        match self {
            Self::Whole => "Whole width",
            Self::Desk => "600 pixels",
            Self::Phone => "375 pixels",
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Whole => "mail-frame",
            Self::Desk => "mail-frame is-600",
            Self::Phone => "mail-frame is-375",
        }
    }
}

#[component]
pub fn MailPage() -> impl IntoView {
    let params = use_params_map();
    let mail = resource(move || params.read().get("id").unwrap_or_default(), read_mail);
    view! {
        <Transition set_pending=pending()>
            {move || Suspend::new(async move {
                match mail.await {
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    Ok(mail) => view! { <Mail mail=mail /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Mail(mail: CaughtMail) -> impl IntoView {
    let query = use_query_map();
    let has_html = mail.has_html;
    let tab = Memo::new(move |_| match query.read().get("view").and_then(|word| word.parse().ok()) {
        Some(Tab::Html) | None if has_html => Tab::Html,
        Some(Tab::Html) | None => Tab::Text,
        Some(tab) => tab,
    });
    let width =
        Memo::new(move |_| query.read().get("width").and_then(|word| word.parse().ok()).unwrap_or(Width::Whole));
    let id = mail.id;
    let is_admin = mail.desk.is_some();
    let is_read = RwSignal::new(mail.is_read);
    // Showing it changes nothing, whoever asks for the page; that a person has it before them is said by the browser.
    Effect::new(move |_| {
        if !is_read.get_untracked() {
            leptos::task::spawn_local(async move {
                // Where it cannot be said, the button is still there.
                if mark_mail_read(id.to_string()).await.is_ok() {
                    is_read.try_set(true);
                }
            });
        }
    });
    let tabs: Vec<_> = Tab::ALL
        .iter()
        .copied()
        .filter(|tab| (*tab != Tab::Html || has_html) && (*tab != Tab::Release || is_admin))
        .map(|to| {
            view! {
                <a href=format!("/outbox/{id}?view={to}") aria-current=move || (tab.get() == to).then_some("page")>{to.label()}</a>
            }
        })
        .collect();
    view! {
        <Page title=mail.subject.clone() actions=move || actions(id, is_admin, is_read)>
            <Facts mail=mail.clone() />
            {mail.is_unreadable.then(|| view! {
                <p class="banner" data-tone="warn" role="status">"This mail holds messages within messages without end. Only its headers and its source are shown."</p>
            })}
            <nav class="tabs" aria-label="Parts of the mail">{tabs}</nav>
            {move || content(tab.get(), width.get(), &mail)}
        </Page>
    }
    .into_any()
}

fn actions(id: OutboxMessageId, is_admin: bool, is_read: RwSignal<bool>) -> AnyView {
    let admin = is_admin.then(|| {
        view! {
            {move || is_read.get().then(|| view! {
                <form method="post" action=change_url()>
                    <input type="hidden" name="ids[]" value=id.to_string() />
                    <button class="btn" type="submit" name="deed" value="unread"><Icon name="mail" />"Mark as unread"</button>
                </form>
            })}
            <details class="pop">
                <summary class="btn is-danger-quiet"><Icon name="trash-2" />"Delete"</summary>
                <form class="form pop__box" method="post" action=change_url()>
                    <input type="hidden" name="ids[]" value=id.to_string() />
                    <p>"The message is deleted for good."</p>
                    <button class="btn is-danger" type="submit" name="deed" value="delete">"Delete this message"</button>
                </form>
            </details>
        }
    });
    let unread = move || {
        (!is_read.get()).then(|| {
            view! {
                <form method="post" action=MarkMailRead::url()>
                    <input type="hidden" name="id" value=id.to_string() />
                    <button class="btn" type="submit"><Icon name="check" />"Mark as read"</button>
                </form>
            }
        })
    };
    view! {
        <a class="btn" href=format!("/outbox/{id}/message.eml") download="" rel="external"><Icon name="download" />"Download .eml"</a>
        {unread}
        {admin}
    }
    .into_any()
}

#[component]
fn Facts(mail: CaughtMail) -> impl IntoView {
    let files: Vec<_> = mail
        .parts
        .iter()
        .filter(|part| part.is_attachment && part.content_id.is_none())
        .map(|part| mail_parts::file_link(mail.id, part))
        .collect();
    view! {
        <dl class="facts panel is-padded">
            <div><dt>"From"</dt><dd dir="auto">{mail.from}</dd></div>
            <div><dt>"To"</dt><dd dir="auto">{mail.to}</dd></div>
            {(!mail.cc.is_empty()).then(|| view! { <div><dt>"Copies (Cc)"</dt><dd dir="auto">{mail.cc}</dd></div> })}
            <div><dt>"Sent for"</dt><dd>{format!("{} to {}", mail.envelope_from, mail.envelope_to)}</dd></div>
            <div><dt>"Caught"</dt><dd><time datetime=mail.caught.machine>{mail.caught.words}</time>{format!(", {}", size_words(mail.size))}</dd></div>
            {(!files.is_empty()).then(|| view! { <div><dt>"Attachments"</dt><dd>{files}</dd></div> })}
        </dl>
    }
    .into_any()
}

fn content(tab: Tab, width: Width, mail: &CaughtMail) -> AnyView {
    let id = mail.id;
    match tab {
        Tab::Html => html(id, width, mail.facts.look.remote),
        Tab::Text => text(mail),
        Tab::Source => view! {
            <pre class="code" tabindex="0" role="region" aria-label="Source">{mail.source.clone()}</pre>
            {mail.is_source_cut.then(|| view! { <p class="small muted">"Only the beginning is shown. Download the file to see all of it."</p> })}
        }.into_any(),
        Tab::Headers => mail_parts::headers(mail),
        Tab::Parts => mail_parts::parts(mail),
        Tab::Checks => mail_parts::checks(&mail.facts),
        Tab::Release => view! { <ReleasePanel mail=mail.clone() /> }.into_any(),
    }
}

fn html(id: OutboxMessageId, width: Width, remote: u32) -> AnyView {
    let links: Vec<_> = Width::ALL
        .iter()
        .copied()
        .map(|to| {
            let current = (to == width).then_some("true");
            view! { <a class="filter" href=format!("/outbox/{id}?view=html&width={to}") aria-current=current>{to.label()}</a> }
        })
        .collect();
    let blocked = match remote {
        0 => None,
        1 => Some("1 thing of another server is not fetched.".to_owned()),
        many => Some(format!("{many} things of other servers are not fetched.")),
    };
    // Scripts, forms and links stay off: the frame has no permissions, and a policy of its own.
    view! {
        <nav class="cluster" aria-label="Width of the mail">{links}</nav>
        {blocked.map(|words| view! { <p class="small muted">{words}</p> })}
        <iframe class=width.class() sandbox="" title="The mail as its reader sees it" src=format!("/outbox/{id}/html")></iframe>
    }
    .into_any()
}

fn text(mail: &CaughtMail) -> AnyView {
    match mail.text.clone() {
        Some(text) => view! {
            <pre class="code is-wrapped" tabindex="0" role="region" aria-label="Text part" dir="auto">{text}</pre>
            {mail.is_text_cut.then(|| view! { <p class="small muted">"Only the beginning is shown. Download the file to see all of it."</p> })}
        }
        .into_any(),
        None => view! { <p class="muted">"This mail has no text part."</p> }.into_any(),
    }
}
