//! `/board/T/list`.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};

use super::{
    bulk_form::{Bulk, BulkForm, tell},
    choices::Choices,
    table::Table,
};
use crate::{
    domain::{board_look::board_query, ids::TaskId, task_list::PageAt},
    tasks::{
        board::{Live, Rewind},
        filter_bar::{Offered, filter_bar},
        filter_fields::words,
        follow::{Connection, connection, rereading},
        tabs::{ProjectTabs, Tab},
        views::TaskList,
        views_api::load_list,
    },
    ui::{Empty, ErrorPage, Loading, Outline, Page, blocking_resource, pending},
};

#[component]
pub fn ListPage() -> impl IntoView {
    let (params, search) = (use_params_map(), use_location().search);
    let key = Memo::new(move |_| params.read().get("project").unwrap_or_default().to_ascii_uppercase());
    let bulk = Bulk::new();
    tell(bulk, "Changed");
    let live = connection();
    let list = blocking_resource(move || (key.get(), search.get()), |(key, query)| load_list(key, query));
    let whole = Callback::new(move |()| list.refetch());
    view! {
        <Connection live=live />
        <Transition set_pending=pending() fallback=|| view! { <Loading what="the list" outline=Outline::Rows /> }>
            {move || Suspend::new(async move {
                match list.await {
                    Ok(list) => {
                        let list = shown(list, search.get_untracked(), live, whole, bulk);
                        page(list, bulk).into_any()
                    }
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// The list as it is shown. It follows what others do, and one's own change of many tasks; where more than rows has
/// changed, the page is made anew.
fn shown(list: TaskList, search: String, live: Live, whole: Callback<()>, bulk: Bulk) -> RwSignal<TaskList> {
    let Bulk { many, picked, next, rewind, .. } = bulk;
    let (key, number) = (list.key.clone(), list.last_event);
    let list = RwSignal::new(list);
    live.listen(key.clone(), number);
    let show = move |fresh: TaskList| {
        if !list.with_untracked(|list| has_same_frame(list, &fresh)) {
            whole.run(());
            return;
        }
        let is_gone = |id: &TaskId| !fresh.rows.iter().any(|row| row.card.id == *id);
        if picked.0.with_untracked(|picked| picked.iter().any(is_gone)) {
            picked.0.update(|picked| picked.retain(|id| !is_gone(id)));
        }
        list.set(fresh);
    };
    let project = key.clone();
    let again = rereading(live, move || load_list(key.clone(), search.clone()), show);
    live.follow(again);
    let steps = Rewind::of(&project, None, move || again.run(()));
    steps.follow(many, next, |sent| sent.tasks.clone());
    steps.listen();
    rewind.set_value(Some(steps));
    let done = many.value();
    Effect::new(move |before: Option<()>| {
        let is_done = done.with(|done| matches!(done, Some(Ok(_))));
        if before.is_some() && is_done {
            again.run(());
        }
    });
    list
}

/// Whether two readings of a list differ in nothing but rows, numbers, and what can be chosen.
fn has_same_frame(one: &TaskList, other: &TaskList) -> bool {
    let has_menu = |list: &TaskList| list.labels.is_some();
    one.can_edit == other.can_edit
        && one.query == other.query
        && one.columns == other.columns
        && has_menu(one) == has_menu(other)
}

fn page(list: RwSignal<TaskList>, bulk: Bulk) -> impl IntoView {
    let TaskList { key, name, query, people, labels, .. } = list.get_untracked();
    let path = format!("/board/{key}/list");
    let shared = board_query(&query.filter, query.look);
    let bar = {
        let (query, path) = (query.clone(), path.clone());
        let (filter, kept) = (query.filter.clone(), query.kept());
        filter_bar(path.clone(), &filter, Offered { people, labels }, kept, move |filter| {
            format!("{path}{}", query.filtered(filter).to_query())
        })
    };
    let count = move || {
        list.with(|list| match (list.query.filter.is_active(), list.total) {
            (true, total) => format!("{} of {total} tasks", list.shown),
            (false, 1) => "1 task".to_owned(),
            (false, total) => format!("{total} tasks"),
        })
    };
    let is_empty = Memo::new(move |_| list.with(|list| list.rows.is_empty()));
    let body = {
        let path = path.clone();
        move || match is_empty.get() {
            true => list.with_untracked(|list| nothing(list, &path)),
            false => rows(list, bulk),
        }
    };
    let pages = Memo::new(move |_| list.with(|list| (list.newer.clone(), list.older.clone())));
    let pager = {
        let path = path.clone();
        move || {
            // Read: a memo that is only tracked is never reckoned, and never says that it changed.
            pages.get();
            list.with_untracked(|list| pager(list, &path))
        }
    };
    view! {
        <ProjectTabs project=query_key(&path) current=Tab::List filter=Signal::stored(shared) />
        <Page title=format!("{name} · List") wide=true>
            {bar}
            <div class="cluster is-apart">
                <p class="muted small" role="status">{count}</p>
                <Choices query=query path=path />
            </div>
            {body}
            {pager}
        </Page>
    }
}

fn rows(list: RwSignal<TaskList>, bulk: Bulk) -> AnyView {
    let form = list.with_untracked(|list| list.can_edit).then(|| view! { <BulkForm list=list bulk=bulk /> });
    view! { <Table list=list bulk=bulk />{form} }.into_any()
}

fn query_key(path: &str) -> String {
    path.split('/').nth(2).unwrap_or_default().to_owned()
}

fn nothing(list: &TaskList, path: &str) -> AnyView {
    if list.query.filter.is_active() {
        let text = format!("No tasks match {}.", words(&list.query.filter, &list.people));
        let clear = format!("{path}{}", list.query.filtered(Default::default()).to_query());
        return view! { <Empty title="Nothing here matches" text=text><a class="btn" href=clear>"Clear filters"</a></Empty> }
            .into_any();
    }
    let new = list.can_edit.then(|| {
        view! { <a class="btn is-primary" href=format!("/tasks/new?project={}", list.key)>"New task"</a> }
    });
    view! { <Empty title="No tasks yet" text="Every task on the board stands here too, in rows that can be ordered and changed.">{new}</Empty> }
        .into_any()
}

fn pager(list: &TaskList, path: &str) -> Option<impl IntoView + use<>> {
    let href = |at: PageAt| format!("{path}{}", list.query.at(at).to_query());
    let newer = list.newer.clone().map(|place| href(PageAt::Before(place)));
    let older = list.older.clone().map(|place| href(PageAt::After(place)));
    let first = href(PageAt::First);
    (newer.is_some() || older.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label="Pages">
                <span class="cluster">
                    {newer.map(|href| view! { <a class="btn" href=first>"First page"</a><a class="btn" rel="prev" href=href>"Previous page"</a> })}
                </span>
                {older.map(|href| view! { <a class="btn" rel="next" href=href>"Next page"</a> })}
            </nav>
        }
    })
}
