//! The facts of a report above its tabs, the files to take along, and the way to other reports of its job.

use leptos::prelude::*;

use super::{
    reports_page::PATH,
    view::{Neighbour, RecipientView, ReportDetail},
};
use crate::{
    domain::delivery::DeliveryPhase,
    ui::{CopyButton, Icon},
};

/// What is known of a report, also when nothing else of it is left. What is seldom asked for is folded, so that the report
/// itself is in sight; of a removed one it is all there is to read.
#[component]
pub fn Facts(report: ReportDetail) -> impl IntoView {
    let (word, tone) = report.item.result();
    let short = report.item.short_commit().map(str::to_owned);
    let commit = match (short, report.item.commit.clone()) {
        (Some(short), Some(commit)) => {
            let label = format!("Copy the commit {short}");
            let folder = report.folder.clone().map(|folder| view! { <br /><span class="muted">{folder}</span> });
            let history = report.removed.is_none().then(|| {
                let href = format!("{PATH}/{}/history", report.item.id);
                view! { <br /><a class="link" href=href>"History and changes"</a> }
            });
            view! { <span class="hash"><code>{commit.clone()}</code><CopyButton text=commit label=label /></span>{folder}{history} }.into_any()
        }
        _ => view! { <span class="muted">"Not in the archive yet"</span> }.into_any(),
    };
    let is_with_all = report.item.sent.0 == report.item.sent.1;
    view! {
        <div class="panel is-padded stack is-tight">
            <dl class="facts">
                <div><dt>"Result"</dt><dd><span class="state" data-tone=tone>{word}</span>{report.reason.clone().map(|reason| view! { <br /><span class="muted">{reason}</span> })}</dd></div>
                <div><dt>"Subject"</dt><dd dir="auto">{report.subject.clone()}</dd></div>
                <div><dt>{if is_with_all { "Sent to" } else { "Recipients" }}</dt><dd>{sent_to(&report)}</dd></div>
            </dl>
            <details open=report.removed.is_some()>
                <summary>"More about this report"</summary>
                <dl class="facts">
                    {report.template.clone().map(|template| view! { <div><dt>"Template"</dt><dd dir="auto">{template}</dd></div> })}
                    {report.frozen.clone().map(|at| view! { <div><dt>"Written"</dt><dd><time datetime=at.machine>{at.words}</time></dd></div> })}
                    <div><dt>"Commit"</dt><dd>{commit}</dd></div>
                    {report.data_hash.clone().map(|hash| view! { <div><dt>"SHA-256 of its data"</dt><dd><code class="wraps">{hash}</code></dd></div> })}
                    <div><dt>"Permanent link"</dt><dd><span class="hash"><code class="wraps">{report.permalink.clone()}</code><CopyButton text=report.permalink label="Copy the link" /></span></dd></div>
                </dl>
            </details>
        </div>
    }
    .into_any()
}

/// Recipients that are named before the others are counted: their tab has all.
const NAMED: usize = 10;

/// To whom it went; where not all have it, how many do, and who does not, as far as the person may see them.
fn sent_to(report: &ReportDetail) -> String {
    let (served, all) = report.item.sent;
    let addresses = |is_named: fn(&RecipientView) -> bool| -> Vec<String> {
        report.recipients.iter().filter(|one| is_named(one)).map(|one| one.address.clone()).collect()
    };
    if served == all {
        return whom(addresses(|_| true), report.hidden_recipients).unwrap_or_else(|| match report.draft {
            Some(_) => "nobody yet".into(),
            None => "nobody".into(),
        });
    }
    let without = addresses(|one| one.phase != DeliveryPhase::Accepted);
    match whom(without, 0) {
        Some(whom) => format!("{served} of {all} have got it. Without it: {whom}"),
        None => format!("{served} of {all} have got it."),
    }
}

/// The first of some by name, the others, among them those that are not known, by their number.
fn whom(mut named: Vec<String>, unknown: u32) -> Option<String> {
    let unnamed = u32::try_from(named.len().saturating_sub(NAMED)).unwrap_or(u32::MAX);
    named.truncate(NAMED);
    let others = match unknown.saturating_add(unnamed) {
        0 => None,
        1 => Some("1 other".to_owned()),
        many => Some(format!("{many} others")),
    };
    match (named.is_empty(), others) {
        (true, others) => others,
        (false, None) => Some(named.join(", ")),
        (false, Some(others)) => Some(format!("{} and {others}", named.join(", "))),
    }
}

/// The files of a report, the printer, and the comparison.
pub fn actions(report: &ReportDetail) -> AnyView {
    let id = report.item.id;
    let is_written = report.is_written;
    let is_there = report.removed.is_none();
    view! {
        <nav class="cluster report-actions" aria-label="Take it along">
            {(is_there && (is_written || !report.files.is_empty())).then(|| downloads(report))}
            {is_written.then(|| view! {
                <a class="btn is-sm" href=format!("{PATH}/{id}/print") target="_blank" rel="external noopener" title="Opens the mail alone, to be printed"><Icon name="file-text" />"Print"</a>
            })}
            {is_there.then(|| view! { <a class="btn is-sm" href=format!("{PATH}/{id}/compare")><Icon name="columns-3" />{compare_words(report.previous.is_some())}</a> })}
        </nav>
    }
    .into_any()
}

/// The menu of files: what was sent, and what is made of the same facts. A popover of the browser's own, so it opens
/// without WebAssembly.
fn downloads(report: &ReportDetail) -> AnyView {
    let id = report.item.id;
    let file = |path: &str, words: &'static str| {
        view! { <a class="menu__item" href=format!("{PATH}/{id}/{path}") download="" rel="external"><Icon name="download" />{words}</a> }
    };
    let made: Vec<_> = report.files.iter().map(|(kind, name)| file(&format!("files/{name}"), kind.label())).collect();
    view! {
        <button class="btn is-sm" type="button" popovertarget="download-menu"><Icon name="download" />"Download"</button>
        <div class="menu is-anchored" id="download-menu" popover="auto" role="group" aria-label="Download">
            {made}
            {report.is_written.then(|| view! { {file("report.html", "HTML")}{file("report.txt", "Text")} })}
            {report.has_message.then(|| file("mail.eml", "E-mail (.eml)"))}
        </div>
    }
    .into_any()
}

const fn compare_words(has_previous: bool) -> &'static str {
    if has_previous { "Compare with previous" } else { "Compare" }
}

/// The reports of the same job before and after this one.
pub fn neighbours(previous: Option<Neighbour>, next: Option<Neighbour>) -> AnyView {
    if previous.is_none() && next.is_none() {
        return ().into_any();
    }
    let link = |neighbour: Neighbour, rel: &'static str, words: &'static str| {
        view! { <a class="btn" rel=rel href=format!("{PATH}/{}", neighbour.id)>{words}<span class="muted">{neighbour.period}</span></a> }
    };
    let previous = match previous {
        Some(previous) => link(previous, "prev", "Previous report").into_any(),
        None => view! { <span></span> }.into_any(),
    };
    view! {
        <nav class="pager" aria-label="Reports of this job">
            {previous}
            {next.map(|next| link(next, "next", "Next report"))}
        </nav>
    }
    .into_any()
}
