//! The trash of a project: `/board/T/trash`. Tasks wait here for 30 days, each with the day it is gone.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};

use super::{
    board::{Named, NextOp, Rewind, last_sent},
    held::{Held, Waits},
    shelf_bar::{pager, text_filter},
    tabs::{ProjectTabs, Tab},
    task::api::UndeleteTask,
    views::{Shelf, ShelfRow},
    views_api::{DeleteForever, load_trash},
};
use crate::{
    domain::{ids::OpId, shelf::TRASH_DAYS},
    error::AppError,
    ui::{Empty, ErrorPage, Icon, Loading, Outline, Page, action_error, blocking_resource, pending, toast::Toasts},
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

impl Waits for UndeleteTask {
    fn replaces(&self, other: &Self) -> bool {
        self.task == other.task
    }
}

impl Named for DeleteForever {
    // A task is deleted for ever once, so it names the change.
    fn op(&self) -> Option<OpId> {
        Some(OpId(self.task.0))
    }
}

impl Waits for DeleteForever {
    fn replaces(&self, other: &Self) -> bool {
        self.task == other.task
    }

    fn outlasts() -> bool {
        false
    }
}

#[component]
pub fn TrashPage() -> impl IntoView {
    let (params, search) = (use_params_map(), use_location().search);
    let key = Memo::new(move |_| params.read().get("project").unwrap_or_default().to_ascii_uppercase());
    let (restore, delete) = (ServerAction::<UndeleteTask>::new(), ServerAction::<DeleteForever>::new());
    let (next, rewind) = (NextOp::new(), StoredValue::new(None::<Rewind>));
    // What waits for a session is not answered yet, and nothing can be read meanwhile.
    let answers = RwSignal::new(0_u32);
    tell_restored(restore, answers, rewind);
    tell_deleted(delete, answers);
    let trash =
        blocking_resource(move || (key.get(), search.get(), answers.get()), |(key, query, _)| load_trash(key, query));
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

/// Says what became of a task that was restored. Where the session has ended, it waits for somebody to sign in again.
fn tell_restored(restore: ServerAction<UndeleteTask>, answers: RwSignal<u32>, rewind: StoredValue<Option<Rewind>>) {
    let toasts = use_context::<Toasts>();
    let (restored, last, held) = (restore.value(), last_sent(restore), Held::of(restore));
    let fail = move |error: &AppError| {
        if let Some(toasts) = toasts {
            toasts.fail(format!("Not restored. {}", error.words()));
        }
    };
    Effect::new(move |_| {
        let Some(answer) = restored.get() else { return };
        if held.keeps(&answer, move |_| fail(&AppError::SignedOut)) {
            return;
        }
        answers.update(|answers| *answers = answers.wrapping_add(1));
        match (answer, last.get_value(), rewind.get_value()) {
            (Err(error), ..) => fail(&error),
            (Ok(()), Some(op), Some(rewind)) => rewind.offer(op, "Restored 1 task"),
            (Ok(()), ..) => {}
        }
    });
}

/// As [`tell_restored`], for what is deleted for ever. Why it was refused stands over the list; that nobody signed in is
/// said here, and the number that was typed stays where it is.
fn tell_deleted(delete: ServerAction<DeleteForever>, answers: RwSignal<u32>) {
    let toasts = use_context::<Toasts>();
    let (deleted, held) = (delete.value(), Held::of(delete));
    Effect::new(move |_| {
        let Some(answer) = deleted.get() else { return };
        let put_off = move || {
            if let Some(toasts) = toasts {
                toasts.fail(refusal(&AppError::SignedOut));
            }
        };
        // What was typed wrongly stays in its field: nothing has changed that would be read again.
        if !held.keeps(&answer, move |_| put_off()) && !matches!(answer, Err(AppError::Invalid(_))) {
            answers.update(|answers| *answers = answers.wrapping_add(1));
        }
    });
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
    // Without a session it waits, and is not refused.
    let refused = action_error(delete);
    let refused = move || refused.get().filter(|error| *error != AppError::SignedOut);
    view! {
        <ProjectTabs project=key current=Tab::Trash />
        <Page title="Trash" lead=name>
            {move || refused().map(|error| view! { <p class="banner" data-tone="bad" role="alert">{refusal(&error)}</p> })}
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
