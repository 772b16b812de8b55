//! The trash of a project: `/board/T/trash`. Tasks wait here for 30 days, each with the day it is gone.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};

use super::{
    board::{NextOp, Rewind, last_sent},
    shelf_bar::{pager, text_filter},
    tabs::{ProjectTabs, Tab},
    task::api::UndeleteTask,
    views::{Shelf, ShelfRow},
    views_api::{DeleteForever, load_trash},
};
use crate::{
    domain::shelf::TRASH_DAYS,
    error::AppError,
    ui::{Empty, ErrorPage, Icon, Loading, Outline, Page, action_error, pending, toast::Toasts},
};

/// What the rows do.
#[derive(Clone, Copy)]
struct Deeds {
    restore: ServerAction<UndeleteTask>,
    delete: ServerAction<DeleteForever>,
    /// The name of the next task's return.
    next: NextOp,
    can_edit: bool,
    is_owner: bool,
}

#[component]
pub fn TrashPage() -> impl IntoView {
    let (params, search) = (use_params_map(), use_location().search);
    let key = Memo::new(move |_| params.read().get("project").unwrap_or_default().to_ascii_uppercase());
    let (restore, delete) = (ServerAction::<UndeleteTask>::new(), ServerAction::<DeleteForever>::new());
    let (next, rewind) = (NextOp::new(), StoredValue::new(None::<Rewind>));
    let toasts = use_context::<Toasts>();
    let (restored, last) = (restore.value(), last_sent(restore));
    Effect::new(move |_| {
        let (Some(answer), Some(toasts)) = (restored.get(), toasts) else { return };
        match (answer, last.get_value(), rewind.get_value()) {
            (Err(error), ..) => toasts.fail(format!("Not restored. {}", error.words())),
            (Ok(()), Some(op), Some(rewind)) => toasts.offer("Restored 1 task", "Undo", move || rewind.undo_op(op)),
            (Ok(()), ..) => {}
        }
    });
    let trash = Resource::new_blocking(
        move || (key.get(), search.get(), restore.version().get(), delete.version().get()),
        |(key, query, _, _)| load_trash(key, query),
    );
    // In the effect, so that nothing of it happens on the server; another project has steps of its own.
    Effect::new(move |_| {
        let steps = Rewind::of(&key.get(), None, move || trash.refetch());
        steps.follow(restore, next, |sent| vec![sent.task]);
        steps.listen();
        rewind.set_value(Some(steps));
    });
    view! {
        <Transition set_pending=pending() fallback=|| view! { <Loading what="the trash" outline=Outline::Rows /> }>
            {move || Suspend::new(async move {
                match trash.await {
                    Ok(shelf) => page(shelf, restore, delete, next).into_any(),
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn page(
    shelf: Shelf,
    restore: ServerAction<UndeleteTask>,
    delete: ServerAction<DeleteForever>,
    next: NextOp,
) -> impl IntoView {
    let Shelf { key, name, can_edit, is_owner, query, rows, total, next: behind } = shelf;
    let path = format!("/board/{key}/trash");
    let deeds = Deeds { restore, delete, next, can_edit, is_owner };
    let is_filtered = !query.text.is_empty();
    let bar = (total > 0 || is_filtered).then(|| text_filter(path.clone(), &query, total));
    let pager = pager(&path, &query, behind);
    let list = match (rows.is_empty(), is_filtered) {
        (true, false) => view! { <Empty title="The trash is empty" text=format!("Deleted tasks wait here for {TRASH_DAYS} days. They can be restored until then.") /> }.into_any(),
        (true, true) => view! {
            <Empty title="Nothing here matches" text=format!("No task in the trash matches “{}”.", query.text)>
                <a class="btn" href=path>"Clear filters"</a>
            </Empty>
        }.into_any(),
        (false, _) => table(rows, &key, deeds).into_any(),
    };
    let refused = action_error(delete);
    view! {
        <ProjectTabs project=key current=Tab::Trash />
        <Page title="Trash" lead=name>
            {move || refused.get().map(|error| view! { <p class="banner" data-tone="bad" role="alert">{refusal(&error)}</p> })}
            {bar}
            {list}
            {pager}
        </Page>
    }
}

fn refusal(error: &AppError) -> String {
    match error {
        AppError::Invalid(_) => "Not deleted. Type the number of the task exactly as it stands there.".to_owned(),
        other => format!("Not deleted. {}", other.words()),
    }
}

fn table(rows: Vec<ShelfRow>, key: &str, deeds: Deeds) -> impl IntoView + use<> {
    let lines: Vec<_> = rows.into_iter().map(|row| line(row, key, deeds)).collect();
    view! {
        <div class="table-wrap is-list" tabindex="0" role="region" aria-label="Tasks in the trash">
            <table class="table dl-cards">
                <thead><tr>
                    <th scope="col">"Task"</th><th scope="col">"Number"</th><th scope="col">"Deleted"</th><th scope="col">"Gone for good"</th>
                    <th scope="col"><span class="sr-only">"Actions"</span></th>
                </tr></thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
    }
}

fn line(row: ShelfRow, key: &str, deeds: Deeds) -> impl IntoView + use<> {
    let ShelfRow { card, since, gone, days_left, .. } = row;
    let reference = card.reference(key);
    let left = match days_left {
        0 => "today".to_owned(),
        1 => "in 1 day".to_owned(),
        many => format!("in {many} days"),
    };
    let restore = deeds.can_edit.then(|| {
        let label = format!("Restore {}", card.title);
        view! {
            <ActionForm action=deeds.restore>
                {deeds.next.field()}
                <input type="hidden" name="task" value=card.id.to_string() />
                <button class="btn is-sm" type="submit" aria-label=label><Icon name="archive-restore" />"Restore"</button>
            </ActionForm>
        }
    });
    let delete = deeds.is_owner.then(|| for_ever(card.id.to_string(), &reference, &card.title, deeds.delete));
    view! {
        <tr>
            <th scope="row"><span dir="auto">{card.title}</span></th>
            <td data-label="Number">{reference}</td>
            <td data-label="Deleted"><time datetime=since.at.to_rfc3339()>{since.words}</time></td>
            <td data-label="Gone for good">{gone.map(|gone| view! { <time datetime=gone.at.to_rfc3339() title=gone.words>{left}</time> })}</td>
            <td class="actions"><span class="cluster is-end">{restore}{delete}</span></td>
        </tr>
    }
}

/// Nothing takes this back, so the number has to be typed.
fn for_ever(id: String, reference: &str, title: &str, delete: ServerAction<DeleteForever>) -> impl IntoView + use<> {
    let field = format!("confirm-{id}");
    let label = format!("Delete for ever: {title}");
    let ask = format!("Type {reference} to confirm");
    view! {
        <details class="pop">
            <summary class="btn is-sm is-danger-quiet" aria-label=label>"Delete for ever"</summary>
            <ActionForm action=delete attr:class="form pop__box">
                <input type="hidden" name="task" value=id />
                <p>"The task goes with its comments, notes, files and history. This cannot be undone."</p>
                <div class="field">
                    <label class="field__label" for=field.clone()>{ask}</label>
                    <input class="input" id=field name="confirm" autocomplete="off" required=true />
                </div>
                <div class="form__actions"><button class="btn is-danger" type="submit">"Delete for ever"</button></div>
            </ActionForm>
        </details>
    }
}
