//! What is mine, by when it is due, with the two things that are done with it most: finishing and moving on.

use leptos::prelude::*;

use crate::{
    domain::{
        due::{self, Finish, ViewerClock},
        ids::{ColumnId, TaskId},
        live::MY_WORK,
        my_work::WorkWhen,
    },
    error::AppError,
    tasks::{
        api::PlaceTask,
        board::{Live, NextOp, every_minute, still_blocked},
        follow::{Connection, connection, rereading},
        held::{Held, Waits},
        submit_form_of,
        views::{MyWork, WorkRow},
        views_api::load_my_work,
    },
    ui::{
        Empty, ErrorPage, Icon, Loading, Outline, Page, PriorityMark, blocking_resource, pending,
        toast::{Toast, Toasts, Tone},
    },
};

/// The moves of the page: what sends them, and what came of it.
#[derive(Clone, Copy)]
struct Moves {
    place: ServerAction<PlaceTask>,
    /// The name of the next move.
    next: NextOp,
    /// How many times moves were refused, and the tasks of the last time.
    refused: RwSignal<(u32, Vec<TaskId>)>,
}

impl Waits for PlaceTask {
    fn replaces(&self, other: &Self) -> bool {
        self.task == other.task
    }
}

impl Moves {
    fn new() -> Self {
        let (place, next) = (ServerAction::<PlaceTask>::new(), NextOp::new());
        next.renew_after(place);
        Self { place, next, refused: RwSignal::new((0, Vec::new())) }
    }

    /// Says what became of them. Where the session has ended, they wait for somebody to sign in again; what is refused, or
    /// put off, goes back to where it was.
    fn tell(self) {
        let toasts = use_context::<Toasts>();
        let (value, held) = (self.place.value(), Held::of(self.place));
        let put_back = move |moves: Vec<PlaceTask>, error: &AppError| {
            let tasks = moves.iter().map(|one| one.task).collect();
            self.refused.update(|refused| *refused = (refused.0.wrapping_add(1), tasks));
            if let Some(toasts) = toasts {
                toasts.fail(format!("Not moved. {}", error.words()));
            }
        };
        Effect::new(move |_| {
            let Some(answer) = value.get() else { return };
            let on_the_way = held.on_the_way();
            if held.keeps(&answer, move |moves| put_back(moves, &AppError::SignedOut)) {
                return;
            }
            match answer {
                Ok(card) if card.finish != Finish::Open && card.blocked_by > 0 => {
                    let words = format!("Completed “{}”. {}.", card.title, still_blocked(card.blocked_by));
                    if let Some(toasts) = toasts {
                        toasts.push(Toast { words, action: None, tone: Tone::Good });
                    }
                }
                Ok(_) => {}
                Err(error) => put_back(on_the_way, &error),
            }
        });
    }
}

#[component]
pub fn MyWorkPage() -> impl IntoView {
    let moves = Moves::new();
    let work = blocking_resource(|| (), |()| load_my_work());
    let live = connection();
    moves.tell();
    view! {
        <Connection live=live />
        <Page title="My work" lead="Your open tasks in all projects.">
            <Transition set_pending=pending() fallback=|| view! { <Loading what="your work" outline=Outline::Rows /> }>
                {move || Suspend::new(async move {
                    match work.await {
                        Ok(work) => {
                            let work = RwSignal::new(work);
                            follow(work, live, moves);
                            page(work, moves).into_any()
                        }
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

/// Reads the page again after one's own moves, and when others have changed something.
fn follow(work: RwSignal<MyWork>, live: Live, moves: Moves) {
    let again = rereading(live, load_my_work, move |fresh| work.set(fresh));
    let answer = moves.place.value();
    Effect::new(move |before: Option<()>| {
        // A move without a session waits, and nothing can be read meanwhile.
        let is_answered = answer.with(|answer| !matches!(answer, None | Some(Err(AppError::SignedOut))));
        if before.is_some() && is_answered {
            again.run(());
        }
    });
    live.listen(MY_WORK.to_owned(), work.with_untracked(|work| work.mark));
    live.follow(again);
}

fn page(work: RwSignal<MyWork>, moves: Moves) -> impl IntoView {
    let is_empty = Memo::new(move |_| work.with(|work| work.groups.is_empty()));
    let is_late = Memo::new(move |_| work.with(|work| work.groups.iter().any(|group| group.when == WorkWhen::Overdue)));
    let is_cut = Memo::new(move |_| work.with(|work| work.is_cut));
    every_minute(move |now| {
        work.try_update(|work| work.clock.now = now);
    });
    let whens = Memo::new(move |_| work.with(|work| work.groups.iter().map(|group| group.when).collect::<Vec<_>>()));
    move || {
        if is_empty.get() {
            return view! {
                <Empty title="Nothing of yours is open" text="Tasks that are assigned to you stand here, whatever project they are in.">
                    <a class="btn" href="/board">"Board"</a>
                </Empty>
            }
            .into_any();
        }
        view! {
            {move || (!is_late.get()).then(|| view! { <p class="muted">"Nothing is overdue."</p> })}
            <For each=move || whens.get() key=|when| *when let(when)>{section(when, work, moves)}</For>
            {move || is_cut.get().then(|| view! { <p class="muted">"Only the 500 tasks that changed last are shown."</p> })}
        }
        .into_any()
    }
}

fn section(when: WorkWhen, work: RwSignal<MyWork>, moves: Moves) -> impl IntoView {
    let rows = Memo::new(move |_| {
        work.with(|work| {
            let group = work.groups.iter().find(|group| group.when == when);
            group.map(|group| group.rows.clone()).unwrap_or_default()
        })
    });
    let clock = Memo::new(move |_| work.with(|work| work.clock));
    let id = format!("work-{when}");
    let heading = id.clone();
    // A task that stays as it is keeps its place in the page, and the focus with it.
    view! {
        <section class="stack is-tight" aria-labelledby=heading>
            <h2 class="work__head" id=id>{when.label()}" "<span class="badge">{move || rows.with(Vec::len)}<span class="sr-only">" tasks"</span></span></h2>
            <ul class="work panel" role="list">
                <For each=move || rows.get() key=|row| format!("{row:?}") let(row)>{line(row, clock, moves)}</For>
            </ul>
        </section>
    }
}

fn line(row: WorkRow, clock: Memo<ViewerClock>, moves: Moves) -> impl IntoView {
    let due = row.due;
    let chip = move || {
        due::chip(due, Finish::Open, clock.get()).map(|chip| view! {
            <time class="chip" data-due=chip.key.as_str() datetime=due.map(due::Due::machine) title=due.map(|due| format!("Due {}", due.long()))>
                <Icon name=chip.key.icon() /><span class="sr-only">"Due: "</span><bdi>{chip.words}</bdi>
            </time>
        })
    };
    let href = format!("/tasks/{}", row.reference);
    let blocked = match row.blocked_by {
        0 => None,
        1 => Some("Blocked by 1 task".to_owned()),
        many => Some(format!("Blocked by {many} tasks")),
    };
    let forms = forms(&row, moves);
    let WorkRow { reference, title, project, priority, .. } = row;
    view! {
        <li class="work__row">
            <div class="work__what">
                <a class="link is-plain" href=href dir="auto">{title}</a>
                <span class="cluster muted small">
                    <span class="cluster is-close"><PriorityMark priority=priority />{priority.label()}</span>
                    {chip}
                    {blocked.map(|words| view! { <span class="state" data-tone="warn"><Icon name="ban" />{words}</span> })}
                    <span>{reference}</span>
                    <span dir="auto">{project}</span>
                </span>
            </div>
            {forms}
        </li>
    }
}

fn forms(row: &WorkRow, moves: Moves) -> Option<impl IntoView + use<>> {
    if row.columns.is_empty() {
        return None;
    }
    let Moves { place, next, refused } = moves;
    let (id, title, here) = (row.id, row.title.clone(), row.column);
    let done = row.done.filter(|done| *done != here).map(|done| finish(id.to_string(), done, &title, moves));
    let options: Vec<_> = row
        .columns
        .iter()
        .map(|column| view! { <option value=column.id.to_string() selected=column.id == here>{column.name.clone()}</option> })
        .collect();
    // What the field shows before the server has answered.
    let shown = RwSignal::new(here);
    Effect::new(move |before: Option<u32>| {
        let (times, is_mine) = refused.with(|(times, tasks)| (*times, tasks.contains(&id)));
        if is_mine && before.is_some_and(|before| before != times) {
            shown.set(here);
        }
        times
    });
    Some(view! {
        <div class="work__forms">
            {done}
            <ActionForm action=place attr:class="cell">
                {next.field()}
                <input type="hidden" name="task" value=id.to_string() />
                <select class="input is-cell" name="column" aria-label=format!("List of {title}")
                    prop:value=move || shown.get().to_string()
                    on:change=move |event| {
                        submit_form_of(&event);
                        if let Ok(column) = event_target_value(&event).parse() {
                            shown.set(column);
                        }
                    }>{options}</select>
                <button class="btn is-sm needs-no-script" type="submit">"Move"</button>
            </ActionForm>
        </div>
    })
}

fn finish(id: String, done: ColumnId, title: &str, moves: Moves) -> impl IntoView + use<> {
    let label = format!("Done: {title}");
    view! {
        <ActionForm action=moves.place>
            {moves.next.field()}
            <input type="hidden" name="task" value=id />
            <input type="hidden" name="column" value=done.to_string() />
            <button class="btn is-sm" type="submit" aria-label=label><Icon name="check" />"Done"</button>
        </ActionForm>
    }
}
