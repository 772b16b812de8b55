//! The archived tasks of a project: `/board/T/archive`.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};

use super::{
    board::Rewind,
    list::{Bulk, tell},
    shelf_bar::{pager, text_filter},
    tabs::{ProjectTabs, Tab},
    views::{Shelf, ShelfRow},
    views_api::load_archive,
};
use crate::{
    domain::ids::TaskId,
    ui::{Empty, ErrorPage, Loading, Outline, Page, PriorityMark, blocking_resource, pending},
};

#[component]
pub fn ArchivePage() -> impl IntoView {
    let (params, search) = (use_params_map(), use_location().search);
    let key = Memo::new(move |_| params.read().get("project").unwrap_or_default().to_ascii_uppercase());
    let bulk = Bulk::new();
    let Bulk { many: restore, next, answers, rewind, .. } = bulk;
    tell(bulk, "Restored");
    let archive =
        blocking_resource(move || (key.get(), search.get(), answers.get()), |(key, query, _)| load_archive(key, query));
    // In the effect, so that nothing of it happens on the server; another project has steps of its own.
    Effect::new(move |_| {
        let steps = Rewind::of(&key.get(), None, move || archive.refetch());
        steps.follow(restore, next, |sent| sent.tasks.clone());
        steps.listen();
        rewind.set_value(Some(steps));
    });
    view! {
        <Transition set_pending=pending() fallback=|| view! { <Loading what="the archive" outline=Outline::Rows /> }>
            {move || Suspend::new(async move {
                match archive.await {
                    Ok(shelf) => page(shelf, bulk).into_any(),
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn page(shelf: Shelf, bulk: Bulk) -> impl IntoView {
    let Shelf { key, name, can_edit, query, rows, total, next, .. } = shelf;
    let path = format!("/board/{key}/archive");
    let is_filtered = !query.text.is_empty();
    let bar = (total > 0 || is_filtered).then(|| text_filter(path.clone(), &query, total));
    let pager = pager(&path, &query, next);
    let list = match (rows.is_empty(), is_filtered) {
        (true, false) => view! { <Empty title="Nothing is archived" text="Tasks that are archived leave the board and wait here. They can be restored at any time." /> }.into_any(),
        (true, true) => view! {
            <Empty title="Nothing here matches" text=format!("No archived task matches “{}”.", query.text)>
                <a class="btn" href=path>"Clear filters"</a>
            </Empty>
        }.into_any(),
        (false, _) => table(rows, &key, can_edit, bulk).into_any(),
    };
    view! {
        <ProjectTabs project=key current=Tab::Archive />
        <Page title="Archived tasks" lead=name>
            {bar}
            {list}
            {pager}
        </Page>
    }
}

fn table(rows: Vec<ShelfRow>, key: &str, can_edit: bool, bulk: Bulk) -> impl IntoView + use<> {
    let all = StoredValue::new(rows.iter().map(|row| row.card.id).collect::<Vec<_>>());
    let lines: Vec<_> = rows.into_iter().map(|row| line(row, all, key, can_edit, bulk)).collect();
    let many = can_edit.then(|| {
        view! {
            <ActionForm action=bulk.many attr:class="bulk panel" attr:id="bulk">
                {bulk.next.field()}
                <input type="hidden" name="change" value="restore" />
                <span class="muted">"Tick tasks to restore several at once."</span>
                <button class="btn" type="submit">"Restore the selected tasks"</button>
            </ActionForm>
        }
    });
    view! {
        <div class="table-wrap is-list" tabindex="0" role="region" aria-label="Archived tasks">
            <table class="table dl-cards">
                <thead><tr>
                    {can_edit.then(|| view! { <th scope="col" class="pick"><span class="sr-only">"Select"</span></th> })}
                    <th scope="col">"Task"</th><th scope="col">"Number"</th><th scope="col">"List"</th><th scope="col">"Priority"</th>
                    <th scope="col">"Archived"</th><th scope="col"><span class="sr-only">"Actions"</span></th>
                </tr></thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
        {many}
    }
}

fn line(row: ShelfRow, all: StoredValue<Vec<TaskId>>, key: &str, can_edit: bool, bulk: Bulk) -> impl IntoView + use<> {
    let Bulk { many: restore, picked, next, .. } = bulk;
    let ShelfRow { card, column, since, .. } = row;
    let reference = card.reference(key);
    let (id, select, label) = (card.id, format!("Select {}", card.title), format!("Restore {}", card.title));
    view! {
        <tr>
            {can_edit.then(|| picked.cell(id, Signal::stored(select), move || all.get_value()))}
            <th scope="row"><a class="link" href=format!("/tasks/{reference}") dir="auto">{card.title}</a></th>
            <td data-label="Number">{reference.clone()}</td>
            <td data-label="List" dir="auto">{column}</td>
            <td data-label="Priority"><span class="cluster"><PriorityMark priority=card.priority />{card.priority.label()}</span></td>
            <td data-label="Archived"><time datetime=since.at.to_rfc3339()>{since.words}</time></td>
            <td class="actions">
                {can_edit.then(|| view! {
                    <ActionForm action=restore>
                        {next.field()}
                        <input type="hidden" name="change" value="restore" />
                        <input type="hidden" name="tasks[]" value=id.to_string() />
                        <button class="btn is-sm" type="submit" aria-label=label>"Restore"</button>
                    </ActionForm>
                })}
            </td>
        </tr>
    }
}
