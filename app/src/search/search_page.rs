//! `/search`: the words, the filters, the hits. All of it is in the address, so it works as a plain form.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{
    api::load_search,
    view::{Found, Hit, Segment},
};
use crate::{
    domain::{
        search::{HitKind, SearchFilter, Shelf},
        task::Status,
    },
    ui::{Choice, Empty, ErrorPage, Icon, Loading, Outline, Page, SelectField, StatusMark, blocking_resource, pending},
};

#[component]
pub fn SearchPage() -> impl IntoView {
    let query = use_location().search;
    let found = blocking_resource(move || query.get(), load_search);
    view! {
        <Page title="Search">
            <Transition set_pending=pending() fallback=|| view! { <Loading what="what is found" outline=Outline::Rows /> }>
                {move || Suspend::new(async move {
                    match found.await {
                        Ok(found) => page(found).into_any(),
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

fn page(found: Found) -> impl IntoView {
    let Found { filter, hits, total, next, projects, people, labels } = found;
    let projects = projects.into_iter().map(|project| Choice::new(project.key, project.name));
    let people = people.into_iter().map(|person| Choice::new(person.id.to_string(), person.name));
    let labels = labels.into_iter().map(|label| Choice::new(label.clone(), label));
    let form = form(&filter, projects.collect(), people.collect(), labels.collect());
    view! {
        {form}
        {kinds(&filter)}
        {results(&filter, hits, total)}
        {next.map(|next| view! {
            <nav class="pager" aria-label="Pages">
                {match filter.after {
                    Some(_) => view! { <a class="btn" href=format!("/search{}", first_page(&filter))>"First page"</a> }.into_any(),
                    None => view! { <span></span> }.into_any(),
                }}
                <a class="btn" rel="next" href=format!("/search{}", filter.query_after(&next))>"More results"</a>
            </nav>
        })}
    }
}

fn first_page(filter: &SearchFilter) -> String {
    SearchFilter { after: None, ..filter.clone() }.to_query()
}

fn form(
    filter: &SearchFilter,
    projects: Vec<Choice>,
    people: Vec<Choice>,
    labels: Vec<Choice>,
) -> impl IntoView + use<> {
    let statuses = Status::ALL.iter().map(|status| Choice::new(status.as_str(), status.label()));
    let shelves = Shelf::ALL.iter().map(|shelf| Choice::new(shelf.as_str(), shelf.label())).collect();
    let any = |words: &str, choices: Vec<Choice>| -> Vec<Choice> {
        std::iter::once(Choice::new("", words)).chain(choices).collect()
    };
    let kind = filter.kind.map(|kind| view! { <input type="hidden" name="kind" value=kind.as_str() /> });
    view! {
        <form class="form panel is-padded" role="search" method="get" action="/search">
            {kind}
            <div class="input-group">
                <label class="search is-wide">
                    <Icon name="search" />
                    <input type="search" name="q" id="q" value=filter.text.clone() aria-label="Words in tasks, comments and work notes"
                        placeholder="Words, “a phrase”, or a number like T-214" autocomplete="off" dir="auto" autofocus=filter.text.is_empty() />
                </label>
                <button class="btn is-primary" type="submit">"Search"</button>
            </div>
            <details class="narrow" open=filter.is_narrowed()>
                <summary>"Filters"</summary>
                <div class="form__row">
                    <SelectField label="Project" name="project" choices=any("All projects", projects) value=filter.project.clone().unwrap_or_default() />
                    <SelectField label="Status" name="status" choices=any("Any status", statuses.collect()) value=filter.status.map(|status| status.to_string()).unwrap_or_default() />
                    <SelectField label="Assignee" name="assignee" choices=any("Anybody", people) value=filter.assignee.map(|person| person.to_string()).unwrap_or_default() />
                    <SelectField label="Label" name="label" choices=any("Any label", labels) value=filter.label.clone().unwrap_or_default() />
                    <SelectField label="Where" name="in" choices=shelves value=filter.shelf.to_string() />
                </div>
            </details>
        </form>
    }
}

/// Kinds of hits, as tabs.
fn kinds(filter: &SearchFilter) -> impl IntoView + use<> {
    let tab = |kind: Option<HitKind>, words: &'static str| {
        let href = format!("/search{}", SearchFilter { kind, after: None, ..filter.clone() }.to_query());
        view! { <a href=href aria-current=(filter.kind == kind).then_some("page")>{words}</a> }
    };
    let tabs: Vec<_> = std::iter::once(tab(None, "All"))
        .chain(HitKind::ALL.iter().map(|kind| tab(Some(*kind), kind.plural())))
        .collect();
    (!filter.text.is_empty()).then(|| view! { <nav class="tabs" aria-label="Kind">{tabs}</nav> })
}

fn results(filter: &SearchFilter, hits: Vec<Hit>, total: Option<u32>) -> AnyView {
    if filter.text.is_empty() {
        return view! { <Empty title="Find a task" text="Words are looked for in titles, descriptions, comments and work notes of your projects. All of them must be there; the last one may be the beginning of a longer word." /> }
            .into_any();
    }
    if hits.is_empty() {
        return nothing(filter);
    }
    let words = match total {
        Some(1) => "1 task".to_owned(),
        Some(many) => format!("{many} tasks"),
        None => "More than can be ordered: the newest of them. Another word narrows the search.".to_owned(),
    };
    view! {
        <section class="stack is-tight" aria-label="Results">
            <p class="muted small" role="status">{words}</p>
            <ol class="rows panel hits" role="list">{hits.into_iter().map(hit).collect_view()}</ol>
        </section>
    }
    .into_any()
}

fn nothing(filter: &SearchFilter) -> AnyView {
    let everywhere = SearchFilter { shelf: Shelf::Everywhere, after: None, ..SearchFilter::words(&filter.text) };
    let is_wider = filter.is_narrowed() || filter.shelf != Shelf::Everywhere;
    let text = match filter.is_narrowed() {
        true => "No task matches these words and filters.",
        false => "No task on a board of yours has all of these words.",
    };
    view! {
        <Empty title=format!("Nothing found for “{}”", filter.text) text=text>
            {is_wider.then(|| view! { <a class="btn" href=format!("/search{}", everywhere.to_query())>"Search everywhere, archived tasks too"</a> })}
        </Empty>
    }
    .into_any()
}

fn hit(hit: Hit) -> impl IntoView {
    let Hit { kind, reference, title, snippet, project, status, column, is_archived } = hit;
    let label = (kind != HitKind::Task).then(|| view! { <span class="badge">{kind.label()}</span> });
    let href = format!("/tasks/{reference}");
    view! {
        <li>
            <a href=href>
                <span class="rows__top">
                    <strong dir="auto">{marked(title)}</strong>
                    {label}
                </span>
                {(!snippet.is_empty()).then(|| view! { <span class="hits__text" dir="auto">{marked(snippet)}</span> })}
                <span class="muted cluster">
                    <StatusMark status=status /><span dir="auto">{column}</span>
                    <span>{reference}</span><span dir="auto">{project}</span>
                    {is_archived.then(|| view! { <span class="badge">"Archived"</span> })}
                </span>
            </a>
        </li>
    }
}

/// Text with what was searched for marked. It stays text, whatever it holds.
fn marked(parts: Vec<Segment>) -> impl IntoView {
    parts
        .into_iter()
        .map(|part| match part.is_hit {
            true => view! { <mark>{part.text}</mark> }.into_any(),
            false => part.text.into_any(),
        })
        .collect_view()
}
