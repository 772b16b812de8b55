//! What is mine, by when it is due, with the two things that are done with it most: finishing and moving on.

use leptos::prelude::*;

use crate::{
    domain::{
        due::{self, Finish, ViewerClock},
        ids::ColumnId,
        my_work::WorkWhen,
    },
    tasks::{
        api::PlaceTask,
        submit_form_of,
        views::{MyWork, WorkGroup, WorkRow},
        views_api::load_my_work,
    },
    ui::{Empty, ErrorPage, Icon, Page, PriorityMark, toast::Toasts},
};

#[component]
pub fn MyWorkPage() -> impl IntoView {
    let place = ServerAction::<PlaceTask>::new();
    let work = Resource::new_blocking(move || place.version().get(), |_| load_my_work());
    let toasts = use_context::<Toasts>();
    let answer = place.value();
    Effect::new(move |_| {
        if let (Some(Err(error)), Some(toasts)) = (answer.get(), toasts) {
            toasts.fail(format!("Not moved. {}", error.words()));
        }
    });
    view! {
        <Page title="My work" lead="Your open tasks in all projects.">
            <Transition>
                {move || Suspend::new(async move {
                    match work.await {
                        Ok(work) => page(work, place).into_any(),
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

fn page(work: MyWork, place: ServerAction<PlaceTask>) -> impl IntoView {
    let MyWork { clock, groups, is_cut } = work;
    if groups.is_empty() {
        return view! {
            <Empty title="Nothing of yours is open" text="Tasks that are assigned to you stand here, whatever project they are in.">
                <a class="btn" href="/board">"Board"</a>
            </Empty>
        }
        .into_any();
    }
    let is_late = groups.iter().any(|group| group.when == WorkWhen::Overdue);
    view! {
        {(!is_late).then(|| view! { <p class="muted">"Nothing is overdue."</p> })}
        {groups.into_iter().map(|group| section(group, clock, place)).collect_view()}
        {is_cut.then(|| view! { <p class="muted">"Only the 500 tasks that changed last are shown."</p> })}
    }
    .into_any()
}

fn section(group: WorkGroup, clock: ViewerClock, place: ServerAction<PlaceTask>) -> impl IntoView {
    let WorkGroup { when, rows } = group;
    let id = format!("work-{when}");
    let (count, heading) = (rows.len(), id.clone());
    view! {
        <section class="stack is-tight" aria-labelledby=heading>
            <h2 class="work__head" id=id>{when.label()}" "<span class="badge">{count}<span class="sr-only">" tasks"</span></span></h2>
            <ul class="work panel" role="list">{rows.into_iter().map(|row| line(row, clock, place)).collect_view()}</ul>
        </section>
    }
}

fn line(row: WorkRow, clock: ViewerClock, place: ServerAction<PlaceTask>) -> impl IntoView {
    let chip = due::chip(row.due, Finish::Open, clock);
    let due = row.due;
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
                    {chip.map(|chip| view! {
                        <time class="chip" data-due=chip.key.as_str() datetime=due.map(due::Due::machine) title=due.map(|due| format!("Due {}", due.long()))>
                            <Icon name=chip.key.icon() /><span class="sr-only">"Due: "</span><bdi>{chip.words}</bdi>
                        </time>
                    })}
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
