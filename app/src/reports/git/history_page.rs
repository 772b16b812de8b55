//! `/reports/:id/history`: the commits of a report, and what has changed since another one of its job.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    api::load_report_history,
    view::{CommitRow, Comparison, ReportHistory, SiblingRow, short},
};
use crate::{
    domain::{ids::OccurrenceId, line_diff::LINES},
    ui::{ErrorPage, Icon, Page, diff_table, pending, resource},
};

#[component]
pub fn ReportHistoryPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked = move || (params.read().get("id").unwrap_or_default(), query.read().get("with"));
    let history = resource(asked, |(id, with)| load_report_history(id, with));
    view! {
        <Transition set_pending=pending()>
            {move || Suspend::new(async move {
                match history.await {
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    Ok(history) => view! { <History history=history /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn History(history: ReportHistory) -> impl IntoView {
    let ReportHistory { id, finding, project, folder, commits, siblings, comparison } = history;
    let actions = move || view! { <a class="btn" href=format!("/reports/{id}")><Icon name="arrow-left" />"Back to the report"</a> };
    view! {
        <Page title=format!("History: {finding}") lead=format!("{project} · {folder}") actions=actions>
            {match comparison {
                Some(comparison) => view! { <Compared comparison=comparison /> }.into_any(),
                None => view! { <p class="muted">"There is no other report of this job in the archive to compare this one with."</p> }.into_any(),
            }}
            <Siblings id=id siblings=siblings />
            <Commits commits=commits />
        </Page>
    }
    .into_any()
}

#[component]
fn Compared(comparison: Comparison) -> impl IntoView {
    let Comparison { before, after, diff, is_cut, missing } = comparison;
    let inside = match missing {
        Some(commit) => view! {
            <div class="banner" data-tone="warn" role="status">
                <Icon name="triangle-alert" />
                <p>"Commit "<code>{short(&commit)}</code>" is not in the repository of now, nor in the built-in one. It is where the archive was when the report was written."</p>
            </div>
        }
        .into_any(),
        None if diff.added + diff.removed == 0 => {
            view! { <p>"The text parts are the same."</p> }.into_any()
        }
        None => diff_table("Changes of the text, line by line", diff.lines),
    };
    let count = |count: u32, word: &str| match count {
        1 => format!("1 line {word}"),
        count => format!("{count} lines {word}"),
    };
    let counts = format!("{}, {}.", count(diff.added, "added"), count(diff.removed, "removed"));
    let is_shown = diff.added + diff.removed > 0;
    view! {
        <section class="stack is-tight" aria-labelledby="diff-title">
            <h2 id="diff-title">{format!("From {before} to {after}")}</h2>
            {is_shown.then(|| view! { <p class="muted">{counts}</p> })}
            {inside}
            {is_cut.then(|| view! { <p class="small muted">{format!("One of the texts is long: only the first {LINES} lines of each were compared. The archive has all of them.")}</p> })}
        </section>
    }
    .into_any()
}

#[component]
fn Siblings(id: OccurrenceId, siblings: Vec<SiblingRow>) -> impl IntoView {
    let row = move |row: SiblingRow| {
        let SiblingRow { id: other, period, finding, commit, is_this, is_compared } = row;
        let compare = match (is_this, is_compared) {
            (true, _) => view! { <span class="muted">"this report"</span> }.into_any(),
            (false, true) => view! { <span class="state" data-tone="good">"compared above"</span> }.into_any(),
            (false, false) => view! {
                <a href=format!("/reports/{id}/history?with={other}")>"Compare"<span class="sr-only">{format!(" with {period}")}</span></a>
            }
            .into_any(),
        };
        view! {
            <tr>
                <th scope="row"><a href=format!("/reports/{other}") dir="auto">{finding}</a></th>
                <td data-label="Period">{period.clone()}</td>
                <td data-label="Commit"><code>{commit.as_deref().map(short).unwrap_or_default()}</code></td>
                <td data-label="Comparison">{compare}</td>
            </tr>
        }
        .into_any()
    };
    view! {
        <section class="stack is-tight">
            <h2>"Reports of the same job"</h2>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Reports of the same job">
                <table class="table dl-cards">
                    <thead><tr><th scope="col">"Report"</th><th scope="col">"Period"</th><th scope="col">"Commit"</th><th scope="col">"Comparison"</th></tr></thead>
                    <tbody>{siblings.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Commits(commits: Vec<CommitRow>) -> impl IntoView {
    if commits.is_empty() {
        return view! { <p class="muted">"This report is not in the archive yet."</p> }.into_any();
    }
    let row = |commit: CommitRow| {
        let CommitRow { id, subject, author, at } = commit;
        view! {
            <tr>
                <th scope="row"><code>{short(&id)}</code></th>
                <td data-label="When"><time datetime=at.machine>{at.words}</time></td>
                <td data-label="Author" dir="auto">{author}</td>
                <td data-label="Message" dir="auto">{subject}</td>
            </tr>
        }
        .into_any()
    };
    view! {
        <section class="stack is-tight">
            <h2>"Commits of this report"</h2>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Commits of this report">
                <table class="table dl-cards">
                    <thead><tr><th scope="col">"Commit"</th><th scope="col">"When"</th><th scope="col">"Author"</th><th scope="col">"Message"</th></tr></thead>
                    <tbody>{commits.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}
