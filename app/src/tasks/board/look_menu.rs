//! Order, lanes and density as a form in a popover of the browser's own.

use std::iter::once;

use leptos::prelude::*;

use super::filter_menu::go_there;
use crate::{
    domain::{
        board_filter::BoardFilter,
        board_look::{BoardLook, Density, Group, Sort},
    },
    tasks::form_query::submit,
    ui::Icon,
};

#[component]
pub fn LookMenu(path: String, filter: Memo<BoardFilter>, look: Memo<BoardLook>) -> impl IntoView {
    let words = move || {
        let look = look.get();
        match (look.group, look.sort) {
            (Some(group), _) => format!("Group: {}", group.label().to_lowercase()),
            (None, Sort::Manual) => "Group: none".to_owned(),
            (None, sort) => format!("Sort: {}", sort.label().to_lowercase()),
        }
    };
    let go = go_there();
    let groups: Vec<_> =
        once(("", "None")).chain(Group::ALL.iter().map(|group| (group.as_str(), group.label()))).collect();
    let group = Memo::new(move |_| look.get().group.map_or("", Group::as_str));
    let sorts: Vec<_> = Sort::ALL.iter().map(|sort| (sort.as_str(), sort.label())).collect();
    let sort = Memo::new(move |_| look.get().sort.as_str());
    let densities = Density::ALL.iter().map(|density| (density.as_str(), density.label()));
    let densities: Vec<_> = once(("", "As in my profile")).chain(densities).collect();
    let density = Memo::new(move |_| look.get().density.map_or("", Density::as_str));
    let kept = move || {
        let pairs = filter.get().to_pairs().into_iter();
        pairs.map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view()
    };
    let older = move || look.get().shows_older.then(|| view! { <input type="hidden" name="older" value="all" /> });
    view! {
        <button class="btn" type="button" popovertarget="look-menu"><Icon name="rows-3" />{words}</button>
        <div class="menu is-anchored is-form" id="look-menu" popover="auto" role="group" aria-label="Order and lanes">
            <form class="menu__form" method="get" action=path.clone() on:change=|event| submit(&event) on:submit=move |event| go(&event, &path)>
                {kept}
                {older}
                {choice("Lanes", "look-group", "group", groups, group)}
                {choice("Order in the lists", "look-sort", "sort", sorts, sort)}
                {choice("Density", "look-density", "density", densities, density)}
                <button class="btn is-primary needs-no-script" type="submit">"Apply"</button>
            </form>
        </div>
    }
    .into_any()
}

/// Values with their words, of which the address says one.
fn choice(
    label: &'static str,
    id: &'static str,
    name: &'static str,
    entries: Vec<(&'static str, &'static str)>,
    chosen: Memo<&'static str>,
) -> AnyView {
    let options: Vec<_> = entries
        .into_iter()
        .map(|(value, words)| {
            let is_chosen = value == chosen.get_untracked();
            view! { <option value=value selected=is_chosen>{words}</option> }
        })
        .collect();
    view! {
        <div class="field"><label class="field__label" for=id>{label}</label><select class="input" id=id name=name prop:value=move || chosen.get()>{options}</select></div>
    }
    .into_any()
}
