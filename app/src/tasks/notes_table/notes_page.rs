//! Task by task: the issue, what was done on each day, how it ended.

use chrono::{Datelike, NaiveDate, Weekday};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};

use crate::{
    domain::{
        calendar::{day_month, long_date, weekday_short},
        calendar_span::CalendarSpan,
        notes_query::NotesQuery,
    },
    tasks::{
        board::Live,
        follow::{Connection, connection, rereading},
        tabs::{ProjectTabs, Tab},
        views::{NoteCell, NotesRow, NotesTable},
        views_api::load_notes_table,
    },
    ui::{Choice, Empty, ErrorPage, Icon, Loading, Outline, Page, SelectField, StatusMark, blocking_resource, pending},
};

#[component]
pub fn NotesPage() -> impl IntoView {
    let (params, search) = (use_params_map(), use_location().search);
    let key = Memo::new(move |_| params.read().get("project").unwrap_or_default().to_ascii_uppercase());
    let notes = blocking_resource(move || (key.get(), search.get()), |(key, query)| load_notes_table(key, query));
    let live = connection();
    let whole = Callback::new(move |()| notes.refetch());
    view! {
        <Connection live=live />
        <Transition set_pending=pending() fallback=|| view! { <Loading what="the work notes" outline=Outline::Rows /> }>
            {move || Suspend::new(async move {
                match notes.await {
                    Ok(notes) => {
                        let rows = follow(&notes, search.get_untracked(), live, whole);
                        page(notes, rows).into_any()
                    }
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// The rows, as others make them. Where more than rows has changed, the page is made anew.
fn follow(notes: &NotesTable, search: String, live: Live, whole: Callback<()>) -> RwSignal<Vec<NotesRow>> {
    let rows = RwSignal::new(notes.rows.clone());
    live.listen(notes.key.clone(), notes.last_event);
    let (key, is_empty) = (notes.key.clone(), notes.rows.is_empty());
    let frame = NotesTable { rows: Vec::new(), ..notes.clone() };
    let show = move |read: NotesTable| {
        let is_same_day = read.clock.today() == frame.clock.today();
        let now = NotesTable { rows: Vec::new(), last_event: frame.last_event, clock: frame.clock, ..read.clone() };
        if is_same_day && now == frame && read.rows.is_empty() == is_empty {
            rows.set(read.rows);
        } else {
            whole.run(());
        }
    };
    live.follow(rereading(live, move || load_notes_table(key.clone(), search.clone()), show));
    rows
}

fn page(notes: NotesTable, rows: RwSignal<Vec<NotesRow>>) -> impl IntoView {
    let NotesTable { key, clock, first_day, query, days, people, labels, next, .. } = notes;
    let today = clock.today();
    let path = format!("/board/{key}/notes");
    let file = format!("{path}.csv{}", NotesQuery { after: None, ..query.clone() }.to_query());
    let pager = next.map(|next| {
        let href = format!("{path}{}", NotesQuery { after: Some(next), ..query.clone() }.to_query());
        view! { <nav class="pager" aria-label="Pages"><span></span><a class="btn" rel="next" href=href>"More tasks"</a></nav> }
    });
    let people = people.into_iter().map(|person| Choice::new(person.id.to_string(), person.name)).collect();
    let labels = labels.into_iter().map(|label| Choice::new(label.clone(), label)).collect();
    let is_empty = rows.with_untracked(Vec::is_empty);
    let body = match is_empty {
        true => nothing(&query, &path),
        false => table(days, rows, today),
    };
    view! {
        <ProjectTabs project=key current=Tab::Notes />
        <Page title="Work notes" wide=true actions=move || (!is_empty).then(|| view! {
            <a class="btn" href=file.clone() rel="external" download=""><Icon name="download" />"Download as CSV"</a>
        })>
            {steps(&query, &path, today, first_day)}
            {filter(&query, path, people, labels)}
            {body}
            {pager}
        </Page>
    }
}

fn steps(query: &NotesQuery, path: &str, today: NaiveDate, first_day: Weekday) -> impl IntoView + use<> {
    let to = |span: CalendarSpan| format!("{path}{}", query.over(span).to_query());
    let (span, unit) = (query.span, if matches!(query.span, CalendarSpan::Month(_)) { "month" } else { "week" });
    let step = |is_forward: bool, icon: &'static str, word: &str| {
        let label = format!("{word} {unit}");
        span.stepped(is_forward).map(|span| {
            view! { <a class="icon-btn" href=to(span) aria-label=label.clone() title=label><Icon name=icon /></a> }
        })
    };
    let near = if span.has(today) { today } else { span.anchor() };
    let is_month = unit == "month";
    view! {
        <div class="cluster is-apart">
            <div class="cluster">
                {step(false, "chevron-left", "Previous")}
                <h2 class="calendar__name">{span.words()}</h2>
                {step(true, "chevron-right", "Next")}
            </div>
            <nav class="cluster" aria-label="Period">
                <a class="filter" href=to(CalendarSpan::week_of(near, first_day)) aria-current=(!is_month).then_some("true")>"Week"</a>
                <a class="filter" href=to(CalendarSpan::month_of(near)) aria-current=is_month.then_some("true")>"Month"</a>
            </nav>
        </div>
    }
}

fn filter(query: &NotesQuery, path: String, people: Vec<Choice>, labels: Vec<Choice>) -> impl IntoView + use<> {
    let any = |words: &str, choices: Vec<Choice>| -> Vec<Choice> {
        std::iter::once(Choice::new("", words)).chain(choices).collect()
    };
    let (name, value) = query.span.pair();
    let clear = query.is_narrowed().then(|| {
        let href =
            format!("{path}{}", NotesQuery { person: None, label: None, after: None, ..query.clone() }.to_query());
        view! { <a class="link small" href=href>"Clear filters"</a> }
    });
    view! {
        <form class="notes-filter" method="get" action=path aria-label="Filter notes">
            <input type="hidden" name=name value=value />
            <SelectField label="Person" name="person" choices=any("Anybody", people) value=query.person.map(|person| person.to_string()).unwrap_or_default() />
            <SelectField label="Label" name="label" choices=any("Any label", labels) value=query.label.clone().unwrap_or_default() />
            <button class="btn" type="submit">"Show"</button>
            {clear}
        </form>
    }
}

fn nothing(query: &NotesQuery, path: &str) -> AnyView {
    if query.is_narrowed() {
        let href =
            format!("{path}{}", NotesQuery { person: None, label: None, after: None, ..query.clone() }.to_query());
        return view! {
            <Empty title="No notes match" text=format!("Nobody noted anything that fits in {}.", query.span.words())>
                <a class="btn" href=href>"Clear filters"</a>
            </Empty>
        }
        .into_any();
    }
    view! { <Empty title=format!("No notes in {}", query.span.words()) text="A work note says what is in the way, what was done on a day, or how it ended. Write one on a task's page." /> }
        .into_any()
}

fn table(days: Vec<NaiveDate>, rows: RwSignal<Vec<NotesRow>>, today: NaiveDate) -> AnyView {
    let heads: Vec<_> = days
        .iter()
        .map(|day| {
            let words = format!("{} {}", weekday_short(day.weekday()), day_month(*day));
            view! { <th scope="col" class:is-today=*day == today><time datetime=day.to_string() title=long_date(*day)>{words}</time></th> }
        })
        .collect();
    let lines = view! { <For each=move || rows.get() key=|row| format!("{row:?}") let(row)>{line(row, &days)}</For> };
    view! {
        <div class="table-wrap is-notes" tabindex="0" role="region" aria-label="Work notes">
            <table class="table dl-cards">
                <caption class="sr-only">"Work notes by task and day"</caption>
                <thead><tr><th scope="col">"Task"</th><th scope="col">"Issue"</th>{heads}<th scope="col">"Resolution"</th></tr></thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn line(row: NotesRow, days: &[NaiveDate]) -> impl IntoView + use<> {
    let NotesRow { reference, title, column, status, labels: _, issues, progress, resolutions } = row;
    let href = format!("/tasks/{reference}");
    let cells: Vec<_> = progress
        .into_iter()
        .zip(days)
        .map(|(notes, day)| {
            let label = format!("{} {}", weekday_short(day.weekday()), day_month(*day));
            view! { <td data-label=label>{cell(notes, false)}</td> }
        })
        .collect();
    view! {
        <tr>
            <th scope="row">
                <span class="notes__task">
                    <a class="link" href=href dir="auto">{title}</a>
                    <span class="muted small cluster"><span>{reference}</span><StatusMark status=status /><span dir="auto">{column}</span></span>
                </span>
            </th>
            <td data-label="Issue">{cell(issues, true)}</td>
            {cells}
            <td data-label="Resolution">{cell(resolutions, true)}</td>
        </tr>
    }
}

/// Notes of one cell; those that may be of another day say theirs.
fn cell(notes: Vec<NoteCell>, is_dated: bool) -> Option<impl IntoView> {
    (!notes.is_empty()).then(|| {
        let notes = notes.into_iter().map(|NoteCell { text, who, on }| {
            let foot = [who, is_dated.then_some(on)].into_iter().flatten().collect::<Vec<_>>().join(", ");
            view! { <li><span class="notes__text" dir="auto">{text}</span><span class="muted small" dir="auto">{foot}</span></li> }
        });
        view! { <ul class="notes" role="list">{notes.collect_view()}</ul> }
    })
}
