//! The due date: the days that are chosen most, else the browser's own fields for day and time.

use chrono::{Datelike, NaiveDate, Weekday};
use leptos::{html::Input, prelude::*};

use super::{common, states};
use crate::{
    domain::{
        calendar::{clock_time, day_month, weekday_short},
        due::{DueInput, next_week},
        ids::TaskId,
        quick_add,
        task_edit::Edit,
    },
    tasks::board::state::BoardState,
    ui::{Icon, first_day},
};

pub fn view(board: &BoardState, cards: &[TaskId], close: Callback<()>) -> impl IntoView + use<> {
    let today = board.clock.with_untracked(|clock| clock.today());
    let now =
        common(states(board, cards).iter().map(|card| card.data.with_untracked(|card| card.due.map(DueInput::from))));
    let set = {
        let (board, cards) = (board.clone(), cards.to_vec());
        move |due: Option<DueInput>| {
            close.run(());
            board.edit_all(&cards, &Edit::Due(due));
        }
    };
    let presets = presets(today, first_day()).map(|(label, icon, date)| {
        let set = set.clone();
        let day = date.map(|date| format!("{} {}", weekday_short(date.weekday()), day_month(date)));
        let is_now = now.is_some_and(|now| now == date.map(|date| DueInput { date, time: None }));
        view! {
            <button class="menu__item" type="button" aria-pressed=is_now.to_string() on:click=move |_| set(date.map(|date| DueInput { date, time: None }))>
                <Icon name=icon />{label}<span class="menu__note">{day}</span>
            </button>
        }
    });
    let (day, time) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let chosen = now.flatten();
    let problem = RwSignal::new(None::<&'static str>);
    let submit = move || {
        let value = |field: NodeRef<Input>| field.get_untracked().map(|field| field.value()).unwrap_or_default();
        match quick_add::read_fields(&value(day), &value(time)) {
            Ok(due) => set(due),
            Err(words) => problem.set(Some(words)),
        }
    };
    view! {
        {presets.into_iter().collect_view()}
        <hr />
        <form class="picker__date" on:submit=move |event| { event.prevent_default(); submit(); }>
            {move || problem.get().map(|words| view! { <p class="field__error" role="alert">{words}</p> })}
            <label class="field"><span class="field__label">"Day"</span><input class="input" type="date" node_ref=day value=chosen.map(|due| due.date.to_string()) /></label>
            <label class="field"><span class="field__label">"Time"</span><input class="input" type="time" node_ref=time value=chosen.and_then(|due| due.time).map(clock_time) /></label>
            <button class="btn is-primary is-sm" type="submit">"Set"</button>
        </form>
    }
}

fn presets(today: NaiveDate, first_day: Weekday) -> [(&'static str, &'static str, Option<NaiveDate>); 4] {
    [
        ("Today", "alarm-clock", Some(today)),
        ("Tomorrow", "clock", today.succ_opt()),
        ("Next week", "calendar", next_week(today, first_day)),
        ("None", "x", None),
    ]
}
