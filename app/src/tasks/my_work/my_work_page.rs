//! What is mine, by when it is due, with the two things that are done with it most: finishing and moving on.

use leptos::prelude::*;

use crate::{
    domain::{
        due::{self, Finish, ViewerClock},
        ids::ColumnId,
        live::MY_WORK,
        my_work::WorkWhen,
    },
    tasks::{
        api::PlaceTask,
        board::{Live, every_minute, still_blocked},
        follow::{Connection, connection, rereading},
        submit_form_of,
        views::{MyWork, WorkRow},
        views_api::load_my_work,
    },
    ui::{
        Empty, ErrorPage, Icon, Loading, Outline, Page, PriorityMark, pending,
        toast::{Toast, Toasts, Tone},
    },
};

#[component]
pub fn MyWorkPage() -> impl IntoView {
    let place = ServerAction::<PlaceTask>::new();
    let work = Resource::new_blocking(|| (), |()| load_my_work());
    let live = connection();
    let toasts = use_context::<Toasts>();
    let answer = place.value();
    Effect::new(move |_| {
        let (Some(answer), Some(toasts)) = (answer.get(), toasts) else { return };
        match answer {
            Ok(card) if card.finish != Finish::Open && card.blocked_by > 0 => {
                let words = format!("Completed “{}”. {}.", card.title, still_blocked(card.blocked_by));
                toasts.push(Toast { words, action: None, tone: Tone::Good });
            }
            Ok(_) => {}
            Err(error) => toasts.fail(format!("Not moved. {}", error.words())),
        }
    });
    view! {
        <Connection live=live />
        <Page title="My work" lead="Your open tasks in all projects.">
            <Transition set_pending=pending() fallback=|| view! { <Loading what="your work" outline=Outline::Rows /> }>
                {move || Suspend::new(async move {
                    match work.await {
                        Ok(work) => {
                            let work = RwSignal::new(work);
                            follow(work, live, place);
                            page(work, place).into_any()
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
fn follow(work: RwSignal<MyWork>, live: Live, place: ServerAction<PlaceTask>) {
    let again = rereading(live, load_my_work, move |fresh| work.set(fresh));
    let answer = place.value();
    Effect::new(move |before: Option<()>| {
        let is_answered = answer.with(Option::is_some);
        if before.is_some() && is_answered {
            again.run(());
        }
    });
    live.listen(MY_WORK.to_owned(), work.with_untracked(|work| work.mark));
    live.follow(again);
}

fn page(work: RwSignal<MyWork>, place: ServerAction<PlaceTask>) -> impl IntoView {
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
            <For each=move || whens.get() key=|when| *when let(when)>{section(when, work, place)}</For>
            {move || is_cut.get().then(|| view! { <p class="muted">"Only the 500 tasks that changed last are shown."</p> })}
        }
        .into_any()
    }
}

fn section(when: WorkWhen, work: RwSignal<MyWork>, place: ServerAction<PlaceTask>) -> impl IntoView {
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
                <For each=move || rows.get() key=|row| format!("{row:?}") let(row)>{line(row, clock, place)}</For>
            </ul>
        </section>
    }
}

fn line(row: WorkRow, clock: Memo<ViewerClock>, place: ServerAction<PlaceTask>) -> impl IntoView {
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
    let forms = forms(&row, place);
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

fn forms(row: &WorkRow, place: ServerAction<PlaceTask>) -> Option<impl IntoView + use<>> {
    if row.columns.is_empty() {
        return None;
    }
    let (id, title, here) = (row.id, row.title.clone(), row.column);
    let done = row.done.filter(|done| *done != here).map(|done| finish(id.to_string(), done, &title, place));
    let options: Vec<_> = row
        .columns
        .iter()
        .map(|column| view! { <option value=column.id.to_string() selected=column.id == here>{column.name.clone()}</option> })
        .collect();
    Some(view! {
        <div class="work__forms">
            {done}
            <ActionForm action=place attr:class="cell">
                <input type="hidden" name="task" value=id.to_string() />
                <select class="input is-cell" name="column" aria-label=format!("List of {title}") prop:value=here.to_string() on:change=|event| submit_form_of(&event)>{options}</select>
                <button class="btn is-sm needs-no-script" type="submit">"Move"</button>
            </ActionForm>
        </div>
    })
}

fn finish(id: String, done: ColumnId, title: &str, place: ServerAction<PlaceTask>) -> impl IntoView + use<> {
    let label = format!("Done: {title}");
    view! {
        <ActionForm action=place>
            <input type="hidden" name="task" value=id />
            <input type="hidden" name="column" value=done.to_string() />
            <button class="btn is-sm" type="submit" aria-label=label><Icon name="check" />"Done"</button>
        </ActionForm>
    }
}
