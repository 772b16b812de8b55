//! What a caught mail is made of: its headers, its parts, and what a look at it finds.

use leptos::prelude::*;

use super::outbox_view::{CaughtMail, HeaderView, PartView};
use crate::{
    domain::{
        file::size_words,
        ids::OutboxMessageId,
        mail_look::{Check, MailFacts, Verdict, checks as checks_of, is_web_link},
    },
    ui::Icon,
};

/// The headers: what they say, beside how they stand in the message.
pub fn headers(mail: &CaughtMail) -> AnyView {
    let row = |line: HeaderView| {
        view! {
            <tr>
                <th scope="row">{line.name}</th>
                <td data-label="Says" dir="auto">{line.decoded}</td>
                <td data-label="As it stands"><code class="wraps">{line.raw}</code></td>
            </tr>
        }
    };
    let rows: Vec<_> = mail.headers.iter().cloned().map(row).collect();
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Headers of the mail">
            <table class="table dl-cards">
                <thead><tr><th scope="col">"Header"</th><th scope="col">"Says"</th><th scope="col">"As it stands"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {mail.is_cut.then(cut)}
    }
    .into_any()
}

/// The tree of the parts, each with its file.
pub fn parts(mail: &CaughtMail) -> AnyView {
    if mail.parts.is_empty() {
        return view! { <p class="muted">"The parts of this mail cannot be read."</p> }.into_any();
    }
    let id = mail.id;
    let rows: Vec<_> = mail.parts.iter().map(|part| part_row(id, part)).collect();
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Tree of the mail">
            <table class="table dl-cards">
                <thead><tr>
                    <th scope="col">"Part"</th><th scope="col">"Type"</th><th scope="col">"Name"</th>
                    <th class="num" scope="col">"Size"</th><th scope="col"><span class="sr-only">"Download"</span></th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {mail.is_cut.then(cut)}
    }
    .into_any()
}

fn cut() -> AnyView {
    view! { <p class="small muted">"There is more than is shown here. Download the file to see all of it."</p> }
        .into_any()
}

fn part_row(id: OutboxMessageId, part: &PartView) -> AnyView {
    let label = format!("Download part {}", part.section);
    let name = part.name.clone().or_else(|| part.content_id.as_ref().map(|cid| format!("cid:{cid}")));
    let file = (!part.is_container).then(|| {
        view! { <a class="btn is-sm" href=address(id, part) download="" rel="external" aria-label=label>"Download"</a> }
    });
    let picture = part.is_picture().then(|| {
        view! { <img class="mail-picture" src=format!("{}/thumbnail", address(id, part)) alt="" loading="lazy" /> }
    });
    view! {
        <tr>
            <th scope="row">{part.section.clone()}</th>
            <td data-label="Type">
                <span>
                    {part.kind.clone()}
                    {(!part.how.is_empty()).then(|| view! { <br /><span class="muted">{part.how.clone()}</span> })}
                    {part.is_damaged.then(|| view! { <br /><span class="state" data-tone="warn"><Icon name="triangle-alert" />"Damaged"</span> })}
                </span>
            </td>
            <td data-label="Name"><span class="cluster">{picture}<span dir="auto">{name}</span></span></td>
            <td class="num" data-label="Size">{words_of_size(part.size)}</td>
            <td class="actions">{file}</td>
        </tr>
    }
    .into_any()
}

/// A link that saves an attached file.
pub fn file_link(id: OutboxMessageId, part: &PartView) -> AnyView {
    let name = part.name.clone().unwrap_or_else(|| format!("Part {}", part.section));
    view! {
        <span class="cluster">
            <Icon name="paperclip" />
            <a class="link" href=address(id, part) download="" rel="external" dir="auto">{name}</a>
            <span class="muted">{words_of_size(part.size)}</span>
        </span>
    }
    .into_any()
}

fn address(id: OutboxMessageId, part: &PartView) -> String {
    format!("/outbox/{id}/parts/{}", part.number)
}

fn words_of_size(size: usize) -> String {
    size_words(i64::try_from(size).unwrap_or(i64::MAX))
}

/// What a mail program or its reader would notice, and where the mail leads.
pub fn checks(facts: &MailFacts) -> AnyView {
    let rows: Vec<_> = checks_of(facts).into_iter().map(check).collect();
    let links: Vec<_> = facts.look.links.iter().cloned().map(link).collect();
    let list = match links.is_empty() {
        true => view! { <p class="muted">"The HTML has no links."</p> }.into_any(),
        false => view! { <ul class="mail-links">{links}</ul> }.into_any(),
    };
    view! {
        <section class="stack is-tight" aria-labelledby="checks-head">
            <h2 id="checks-head">"Checks"</h2>
            <div class="panel is-padded"><dl class="facts">{rows}</dl></div>
        </section>
        <section class="stack is-tight" aria-labelledby="links-head">
            <h2 id="links-head">"Links"</h2>
            {list}
            {facts.look.has_more_links.then(cut)}
        </section>
    }
    .into_any()
}

fn check(check: Check) -> AnyView {
    let (tone, icon, word) = match check.verdict {
        Verdict::Good => ("good", "circle-check", "Good"),
        Verdict::Note => ("off", "info", "Note"),
        Verdict::Bad => ("bad", "circle-x", "Bad"),
    };
    view! {
        <div>
            <dt>{check.name}</dt>
            <dd><span class="state" data-tone=tone><Icon name=icon />{word}</span>" "{check.words}</dd>
        </div>
    }
    .into_any()
}

/// Where it leads stands there in full; only what leads to the web can be opened.
fn link(address: String) -> AnyView {
    if is_web_link(&address) {
        let href = address.clone();
        view! { <li><a class="link" href=href target="_blank" rel="external noopener noreferrer">{address}</a></li> }
            .into_any()
    } else {
        view! { <li><code class="wraps">{address}</code></li> }.into_any()
    }
}
