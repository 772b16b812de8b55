//! `/board/T/calendar`: a month or a week.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};

use super::{
    grid::{Grid, href},
    unsent::Line,
};
use crate::{
    domain::{
        board_filter::BoardFilter,
        board_look::{BoardLook, board_query, read_board_query},
        calendar_span::CalendarSpan,
    },
    tasks::{
        board::{Live, Rewind},
        filter_bar::{Offered, filter_bar},
        filter_fields::words,
        follow::{Connection, connection, rereading},
        tabs::{ProjectTabs, Tab},
        views::{Calendar, CalendarItem},
        views_api::load_calendar,
    },
    ui::{Empty, ErrorPage, Icon, Loading, Outline, Page, blocking_resource, pending},
};

#[component]
pub fn CalendarPage() -> impl IntoView {
    let (params, search) = (use_params_map(), use_location().search);
    let key = Memo::new(move |_| params.read().get("project").unwrap_or_default().to_ascii_uppercase());
    let calendar = blocking_resource(
        move || (key.get(), search.get()),
        |(key, query)| async move {
            // How the board looks goes along, so that it is found again as it was left.
            let look = read_board_query(&query).1;
            load_calendar(key, query).await.map(|calendar| (calendar, look))
        },
    );
    let live = connection();
    let whole = Callback::new(move |()| calendar.refetch());
    view! {
        <Connection live=live />
        <Transition set_pending=pending() fallback=|| view! { <Loading what="the calendar" outline=Outline::Calendar /> }>
            {move || Suspend::new(async move {
                match calendar.await {
                    Ok((calendar, look)) => {
                        let (calendar, fresh, rewind) = follow(calendar, search.get_untracked(), live, whole);
                        page(calendar, fresh, look, rewind).into_any()
                    }
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// The calendar, what others have made of its tasks since, and the way back. Where more than tasks has changed, the page
/// is made anew.
fn follow(
    calendar: Calendar,
    search: String,
    live: Live,
    whole: Callback<()>,
) -> (Calendar, RwSignal<Option<Vec<CalendarItem>>>, Rewind) {
    let fresh = RwSignal::new(None);
    // Where nothing stands, the page says so.
    let is_empty = calendar.items.is_empty();
    live.listen(calendar.key.clone(), calendar.last_event);
    let key = calendar.key.clone();
    let frame = Calendar { items: Vec::new(), ..calendar.clone() };
    let show = move |read: Calendar| {
        let Calendar { items, last_event: _, clock, .. } = &read;
        let is_same_day = clock.today() == frame.clock.today();
        let now = Calendar { items: Vec::new(), last_event: frame.last_event, clock: frame.clock, ..read.clone() };
        if is_same_day && now == frame && items.is_empty() == is_empty {
            fresh.set(Some(items.clone()));
        } else {
            whole.run(());
        }
    };
    let again = rereading(live, move || load_calendar(key.clone(), search.clone()), show);
    live.follow(again);
    let rewind = Rewind::of(&calendar.key, None, move || again.run(()));
    rewind.listen();
    let line = Line::here();
    // In the effect, so that nothing of it happens on the server.
    Effect::new(move |_| line.go_on());
    (calendar, fresh, rewind)
}

fn page(
    calendar: Calendar,
    fresh: RwSignal<Option<Vec<CalendarItem>>>,
    look: BoardLook,
    rewind: Rewind,
) -> impl IntoView {
    let title = format!("{} · Calendar", calendar.name);
    let (key, filter, span) = (calendar.key.clone(), calendar.filter.clone(), calendar.span);
    let shared = board_query(&filter, look);
    let bar = {
        let key = key.clone();
        let kept = look.to_pairs().into_iter().chain([span.pair()]).collect();
        let offered = Offered { people: calendar.people.clone(), labels: calendar.labels.clone() };
        filter_bar(format!("/board/{key}/calendar"), &filter, offered, kept, move |filter: BoardFilter| {
            href(&key, &board_query(&filter, look), span)
        })
    };
    let today = calendar.clock.today();
    let note = note(&calendar);
    let steps = steps(&key, &shared, span, today, calendar.first_day);
    let board = format!("/board/{key}");
    let body = match calendar.has_dates || filter.is_active() {
        true => view! { {note}<Grid calendar=calendar fresh=fresh shared=shared.clone() rewind=rewind /> }.into_any(),
        false => view! {
            <Empty title="No task has a due date yet" text="Tasks stand here on the day they are due. Give a task a due date on its page, or by its card's menu.">
                <a class="btn" href=board>"Board"</a>
            </Empty>
        }
        .into_any(),
    };
    view! {
        <ProjectTabs project=key current=Tab::Calendar filter=Signal::stored(shared) />
        <Page title=title wide=true>
            {bar}
            {steps}
            {body}
        </Page>
    }
}

/// Back, forth, today, and the other span.
fn steps(
    key: &str,
    shared: &str,
    span: CalendarSpan,
    today: chrono::NaiveDate,
    first_day: chrono::Weekday,
) -> impl IntoView + use<> {
    let to = |span: CalendarSpan| href(key, shared, span);
    let unit = if matches!(span, CalendarSpan::Month(_)) { "month" } else { "week" };
    let back = span.stepped(false).map(|span| {
        view! { <a class="icon-btn" rel="prev" href=to(span) aria-label=format!("Previous {unit}") title=format!("Previous {unit}")><Icon name="chevron-left" /></a> }
    });
    let forth = span.stepped(true).map(|span| {
        view! { <a class="icon-btn" rel="next" href=to(span) aria-label=format!("Next {unit}") title=format!("Next {unit}")><Icon name="chevron-right" /></a> }
    });
    let now = match span {
        CalendarSpan::Month(_) => CalendarSpan::month_of(today),
        CalendarSpan::Week(_) => CalendarSpan::week_of(today, first_day),
    };
    // The week of today where it is in the month, else the first.
    let near = if span.has(today) { today } else { span.anchor() };
    let (month, week) = (to(CalendarSpan::month_of(near)), to(CalendarSpan::week_of(near, first_day)));
    let is_month = matches!(span, CalendarSpan::Month(_));
    view! {
        <div class="cluster is-apart">
            <div class="cluster">
                {back}
                <h2 class="calendar__name">{span.words()}</h2>
                {forth}
                <a class="btn is-sm" href=to(now)>"Today"</a>
            </div>
            <nav class="cluster" aria-label="Length">
                <a class="filter" href=month aria-current=is_month.then_some("true")>"Month"</a>
                <a class="filter" href=week aria-current=(!is_month).then_some("true")>"Week"</a>
            </nav>
        </div>
    }
}

fn note(calendar: &Calendar) -> Option<impl IntoView + use<>> {
    let words = match (calendar.items.is_empty(), calendar.filter.is_active(), calendar.is_cut) {
        (true, true, _) => {
            format!("No tasks match {} in {}.", words(&calendar.filter, &calendar.people), calendar.span.words())
        }
        (true, false, _) => format!("Nothing is due in {}.", calendar.span.words()),
        (false, _, true) => "Only the first 1,500 tasks are shown. A filter shows others.".to_owned(),
        (false, _, false) => return None,
    };
    Some(view! { <p class="muted" role="status">{words}</p> })
}
