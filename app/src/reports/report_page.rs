//! `/reports/:id`: one report as it was sent: the mail, its text, its recipients, its data, its source.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    api::read_report,
    view::{RecipientView, ReportDetail, result, tone},
};
use crate::{
    domain::ids::OccurrenceId,
    ui::{ErrorPage, Icon, Page},
};

crate::text_enum!(
    /// What a tab shows; the word is in the address.
    Tab { Mail = "mail", Text = "text", Recipients = "recipients", Data = "data", Source = "source" }
);

impl Tab {
    const fn label(self) -> &'static str {
        match self {
            Self::Mail => "Report",
            Self::Text => "Plain text",
            Self::Recipients => "Recipients",
            Self::Data => "Data",
            Self::Source => "Source",
        }
    }
}

#[component]
pub fn ReportPage() -> impl IntoView {
    let params = use_params_map();
    let report = Resource::new(move || params.read().get("id").unwrap_or_default(), read_report);
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match report.await {
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    Ok(report) => view! { <Report report=report /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Report(report: ReportDetail) -> impl IntoView {
    let query = use_query_map();
    let tab = Memo::new(move |_| query.read().get("view").and_then(|word| word.parse().ok()).unwrap_or(Tab::Mail));
    let id = report.item.id;
    let has_mail = report.source.is_some();
    let actions = move || {
        has_mail.then(|| view! {
            <a class="btn" href=format!("/reports/{id}/mail.eml") download="" rel="external"><Icon name="download" />"Download .eml"</a>
        })
    };
    let link = move |to: Tab| {
        view! { <a href=format!("/reports/{id}?view={to}") aria-current=move || (tab.get() == to).then_some("page")>{to.label()}</a> }
    };
    view! {
        <Page title=report.item.finding.clone() lead=format!("{} · {}, {}", report.item.job, report.item.project, report.item.period) actions=actions>
            <Facts report=report.clone() />
            <nav class="tabs" aria-label="Parts of the report">{Tab::ALL.iter().copied().map(link).collect_view()}</nav>
            {move || content(tab.get(), id, &report)}
        </Page>
    }
    .into_any()
}

#[component]
fn Facts(report: ReportDetail) -> impl IntoView {
    let (word, tone) = result(report.item.state);
    let addresses: Vec<String> = report.recipients.iter().map(|recipient| recipient.address.clone()).collect();
    view! {
        <dl class="facts panel is-padded">
            <div><dt>"Result"</dt><dd><span class="state" data-tone=tone>{word}</span>{report.reason.map(|reason| view! { <br /><span class="muted">{reason}</span> })}</dd></div>
            <div><dt>"Subject"</dt><dd dir="auto">{report.subject}</dd></div>
            <div><dt>"Sent to"</dt><dd>{if addresses.is_empty() { "nobody".to_owned() } else { addresses.join(", ") }}</dd></div>
            {report.frozen.map(|at| view! { <div><dt>"Written"</dt><dd><time datetime=at.machine>{at.words}</time></dd></div> })}
            <div><dt>"Commit"</dt><dd>{match report.item.commit {
                Some(commit) => view! { <code>{commit}</code><br /><span class="muted">{report.folder}</span> }.into_any(),
                None => view! { <span class="muted">"Not in the archive yet"</span> }.into_any(),
            }}</dd></div>
        </dl>
    }
    .into_any()
}

fn content(tab: Tab, id: OccurrenceId, report: &ReportDetail) -> AnyView {
    match tab {
        Tab::Mail if report.text.is_none() => not_yet().into_any(),
        // Scripts, forms and links stay off: the frame has no permissions, and a policy of its own.
        Tab::Mail => view! { <iframe class="mail-frame" sandbox="" title="The report as its reader sees it" src=format!("/reports/{id}/mail")></iframe> }.into_any(),
        Tab::Text => match report.text.clone() {
            Some(text) => pre("code is-wrapped", "Text part", text).into_any(),
            None => not_yet().into_any(),
        },
        Tab::Recipients if report.recipients.is_empty() => view! { <p class="muted">"This report has no recipients yet."</p> }.into_any(),
        Tab::Recipients => recipients(id, report.recipients.clone()).into_any(),
        Tab::Data => {
            let hash = report.data_hash.clone().map(|hash| view! { <p class="small muted">"SHA-256 "<code>{hash}</code></p> });
            view! { {hash}{pre("code", "Frozen data as JSON", report.data.clone())} }.into_any()
        }
        Tab::Source => match report.source.clone() {
            Some(source) => view! {
                {pre("code", "Source of the message", source)}
                <p class="small muted">"The message to the first recipient whose mail you may see, from its beginning. The download has all of it."</p>
            }.into_any(),
            None if !report.recipients.is_empty() => view! { <p class="muted">"The source of a message is for its recipient and for editors of the project: it holds the address that stops the mails."</p> }.into_any(),
            None => not_yet().into_any(),
        },
    }
}

fn not_yet() -> impl IntoView {
    view! { <p class="muted">"The mail is not written yet. Reload the page in a moment."</p> }.into_any()
}

fn pre(class: &'static str, name: &'static str, text: String) -> impl IntoView {
    view! { <pre class=class tabindex="0" role="region" aria-label=name dir="auto">{text}</pre> }.into_any()
}

fn recipients(id: OccurrenceId, recipients: Vec<RecipientView>) -> impl IntoView {
    let row = move |recipient: RecipientView| {
        let who = if recipient.name.is_empty() {
            recipient.address.clone()
        } else {
            format!("{} <{}>", recipient.name, recipient.address)
        };
        let file = format!("/reports/{id}/recipients/{}/mail.eml", recipient.delivery);
        let next = recipient.next_try.map(
            |at| view! { <br /><span class="muted">"Next try "<time datetime=at.machine>{at.words}</time></span> },
        );
        view! {
            <tr>
                <th scope="row" dir="auto">{who.clone()}</th>
                <td data-label="State"><span><span class="state" data-tone=tone(recipient.phase)>{recipient.phase.label()}</span>{next}</span></td>
                <td data-label="Answer of the server">{recipient.answer.unwrap_or_else(|| "none yet".into())}</td>
                <td class="num" data-label="Attempts">{recipient.attempts}</td>
                <td class="actions">{recipient.has_file.then(|| view! { <a href=file download="" rel="external">".eml"<span class="sr-only">{format!(" to {who}")}</span></a> })}</td>
            </tr>
        }
    };
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Recipients">
            <table class="table dl-cards">
                <thead><tr><th scope="col">"Recipient"</th><th scope="col">"State"</th><th scope="col">"Answer of the server"</th><th class="num" scope="col">"Attempts"</th><th scope="col"><span class="sr-only">"Download"</span></th></tr></thead>
                <tbody>{recipients.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
