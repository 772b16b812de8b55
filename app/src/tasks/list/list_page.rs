//! `/board/T/list`.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};

use super::{
    bulk_form::{BulkForm, Picked, tell},
    choices::Choices,
    table::Table,
};
use crate::{
    domain::{board_look::board_query, task_list::PageAt},
    tasks::{
        filter_bar::{Offered, filter_bar},
        filter_fields::words,
        tabs::{ProjectTabs, Tab},
        views::TaskList,
        views_api::{ChangeMany, load_list},
    },
    ui::{Empty, ErrorPage, Page},
};

#[component]
pub fn ListPage() -> impl IntoView {
    let (params, search) = (use_params_map(), use_location().search);
    let key = Memo::new(move |_| params.read().get("project").unwrap_or_default().to_ascii_uppercase());
    let many = ServerAction::<ChangeMany>::new();
    let picked = Picked::new();
    tell(many, picked, "Changed");
    let list = Resource::new_blocking(
        move || (key.get(), search.get(), many.version().get()),
        |(key, query, _)| load_list(key, query),
    );
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match list.await {
                    Ok(list) => page(list, many, picked).into_any(),
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn page(list: TaskList, many: ServerAction<ChangeMany>, picked: Picked) -> impl IntoView {
    let path = format!("/board/{}/list", list.key);
    let query = list.query.clone();
    let shared = board_query(&query.filter, query.look);
    let bar = {
        let (query, path) = (query.clone(), path.clone());
        let offered = Offered { people: list.people.clone(), labels: list.labels.clone() };
        filter_bar(path.clone(), &list.query.filter, offered, list.query.kept(), move |filter| {
            format!("{path}{}", query.filtered(filter).to_query())
        })
    };
    let count = match (list.query.filter.is_active(), list.total) {
        (true, total) => format!("{} of {total} tasks", list.shown),
        (false, 1) => "1 task".to_owned(),
        (false, total) => format!("{total} tasks"),
    };
    let pager = pager(&list, &path);
    let body = if list.rows.is_empty() { nothing(&list, &path) } else { rows(list, many, picked) };
    view! {
        <ProjectTabs project=query_key(&path) current=Tab::List filter=Signal::stored(shared) />
        <Page title="List" wide=true>
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

fn rows(list: TaskList, many: ServerAction<ChangeMany>, picked: Picked) -> AnyView {
    let (columns, people) = (list.columns.clone(), list.people.clone());
    let ids = list.rows.iter().map(|row| row.card.id).collect::<Vec<_>>();
    let bulk =
        list.can_edit.then(|| view! { <BulkForm columns=columns people=people rows=ids picked=picked many=many /> });
    view! { <Table list=list picked=picked />{bulk} }.into_any()
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
