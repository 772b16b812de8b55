//! `/templates/:id/versions`: what was published, what two versions differ in, and the way back to one.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    api::RestoreVersion,
    versions_api::read_versions,
    versions_view::{VersionsCompared, VersionsView},
    view::VersionItem,
};
use crate::{
    domain::line_diff::LineDiff,
    ui::{Choice, Empty, ErrorPage, ErrorSummary, Icon, Page, SelectField, diff_table, pending, plain_error, resource},
};

#[component]
pub fn VersionsPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked = Memo::new(move |_| {
        let word = |name: &str| query.read().get(name).unwrap_or_default();
        (params.read().get("id").unwrap_or_default(), word("from"), word("to"))
    });
    let versions = resource(move || asked.get(), |(id, from, to)| read_versions(id, from, to));
    view! {
        <Transition set_pending=pending()>
            {move || Suspend::new(async move {
                match versions.await {
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    Ok(versions) => shown(versions),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn shown(view: VersionsView) -> AnyView {
    let VersionsView { id, name, can_edit, has_changes, versions, compared } = view;
    let back = {
        let href = format!("/templates/{id}");
        move || view! { <a class="btn" href=href.clone()><Icon name="arrow-left" />"Open the designer"</a> }
    };
    let error = plain_error::<RestoreVersion>();
    let choices = choices(&versions);
    let rows =
        versions.into_iter().map(|version| row(&id.to_string(), (can_edit, has_changes), version)).collect::<Vec<_>>();
    let body = if rows.is_empty() {
        view! { <Empty title="Not published yet" text="Publish the draft in the designer; each version is kept here and never changes." /> }.into_any()
    } else {
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label="Versions">
                <table class="table dl-cards">
                    <caption class="sr-only">"Published versions, the newest first"</caption>
                    <thead><tr><th scope="col">"Version"</th><th scope="col">"Published"</th><th scope="col">"By"</th><th scope="col">"Note"</th><th scope="col">"Commit"</th><th scope="col"><span class="sr-only">"Actions"</span></th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {compare(&id.to_string(), choices, compared)}
        }
        .into_any()
    };
    view! {
        <Page title=format!("Versions of {name}") lead="A version never changes. To go back to one, make it the draft and publish it." actions=back wide=true>
            <ErrorSummary error=error />
            {body}
        </Page>
    }
    .into_any()
}

fn row(id: &str, (can_edit, has_changes): (bool, bool), version: VersionItem) -> AnyView {
    let VersionItem { number, note, by, at, commit } = version;
    let commit = commit.map(|commit| commit.chars().take(10).collect::<String>());
    let label = format!("Make it the draft: version {number}");
    let form = |label: String, words: &'static str| {
        view! {
            <form method="post" action=RestoreVersion::url()>
                <input type="hidden" name="id" value=id.to_owned() />
                <input type="hidden" name="number" value=number.to_string() />
                <button class="btn is-sm" type="submit" aria-label=label>{words}</button>
            </form>
        }
        .into_any()
    };
    // What is not published stands in the draft alone.
    let restore = can_edit.then(|| match has_changes {
        false => form(label, "Make it the draft"),
        true => {
            let sure = format!("Replace the draft by version {number}");
            view! {
                <details class="edit">
                    <summary class="btn is-sm" aria-label=label>"Make it the draft"</summary>
                    <div class="stack is-tight">
                        <p class="small">"The draft has changes that are not published. They are replaced and cannot be brought back."</p>
                        {form(sure, "Replace the draft")}
                    </div>
                </details>
            }
            .into_any()
        }
    });
    view! {
        <tr>
            <th scope="row">{format!("Version {number}")}</th>
            <td data-label="Published"><time datetime=at.machine>{at.words}</time></td>
            <td data-label="By" dir="auto">{by}</td>
            <td data-label="Note" dir="auto">{note}</td>
            <td data-label="Commit">{commit.map(|commit| view! { <code>{commit}</code> })}</td>
            <td class="actions">{restore}</td>
        </tr>
    }
    .into_any()
}

fn choices(versions: &[VersionItem]) -> Vec<Choice> {
    let published = versions.iter().map(|version| {
        Choice::new(version.number.to_string(), format!("Version {}, {}", version.number, version.at.words))
    });
    std::iter::once(Choice::new("draft", "The draft")).chain(published).collect()
}

fn compare(id: &str, choices: Vec<Choice>, compared: Option<VersionsCompared>) -> AnyView {
    let (from, to) = compared.as_ref().map(|compared| (compared.from.clone(), compared.to.clone())).unwrap_or_default();
    let result = compared.map(|compared| {
        view! {
            {diff("What it says", "outline", compared.outline)}
            {diff("Its source", "source", compared.source)}
        }
    });
    view! {
        <section class="stack" aria-labelledby="compare-title">
            <h2 class="section-title" id="compare-title">"Compare"</h2>
            <form class="notes-filter" method="get" action=format!("/templates/{id}/versions") aria-label="Choose two versions">
                <SelectField label="From" name="from" choices=choices.clone() value=from />
                <SelectField label="To" name="to" choices=choices value=to />
                <button class="btn" type="submit">"Compare"</button>
            </form>
            {result}
        </section>
    }
    .into_any()
}

fn diff(title: &'static str, id: &'static str, diff: LineDiff) -> AnyView {
    let words = counted(diff.added, diff.removed);
    let has_changes = diff.added + diff.removed > 0;
    let heading = format!("diff-{id}");
    view! {
        <div class="stack is-tight">
            <h3 class="section-title" id=heading>{title}</h3>
            <p class="muted small">{words}{diff.is_cut.then_some(" Only the beginnings were compared.")}</p>
            {has_changes.then(|| diff_table(title, diff.lines))}
        </div>
    }
    .into_any()
}

fn counted(added: u32, removed: u32) -> String {
    match (added, removed) {
        (0, 0) => "Nothing differs.".to_owned(),
        (1, removed) => format!("1 line added, {removed} removed."),
        (added, removed) => format!("{added} lines added, {removed} removed."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_a_line() {
        assert_eq!(counted(0, 0), "Nothing differs.");
        assert_eq!(counted(1, 0), "1 line added, 0 removed.");
        assert_eq!(counted(0, 1), "0 lines added, 1 removed.");
        assert_eq!(counted(2, 1), "2 lines added, 1 removed.");
    }
}
