//! Order, lanes and density as a form in a popover of the browser's own.

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
pub fn LookMenu(path: String, filter: BoardFilter, look: BoardLook) -> impl IntoView {
    let words = match (look.group, look.sort) {
        (Some(group), _) => format!("Group: {}", group.label().to_lowercase()),
        (None, Sort::Manual) => "Group: none".to_owned(),
        (None, sort) => format!("Sort: {}", sort.label().to_lowercase()),
    };
    let go = go_there();
    let option = |value: &str, words: &str, is_chosen: bool| {
        view! { <option value=value.to_owned() selected=is_chosen>{words.to_owned()}</option> }
    };
    let groups: Vec<_> = std::iter::once(option("", "None", look.group.is_none()))
        .chain(Group::ALL.iter().map(|group| option(group.as_str(), group.label(), look.group == Some(*group))))
        .collect();
    let sorts: Vec<_> = Sort::ALL.iter().map(|sort| option(sort.as_str(), sort.label(), look.sort == *sort)).collect();
    let densities: Vec<_> = std::iter::once(option("", "As in my profile", look.density.is_none()))
        .chain(
            Density::ALL
                .iter()
                .map(|density| option(density.as_str(), density.label(), look.density == Some(*density))),
        )
        .collect();
    let kept: Vec<_> = filter
        .to_pairs()
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect();
    let older = look.shows_older.then(|| view! { <input type="hidden" name="older" value="all" /> });
    view! {
        <button class="btn" type="button" popovertarget="look-menu"><Icon name="rows-3" />{words}</button>
        <div class="menu is-anchored is-form" id="look-menu" popover="auto" role="group" aria-label="Order and lanes">
            <form class="menu__form" method="get" action=path.clone() on:change=|event| submit(&event) on:submit=move |event| go(&event, &path)>
                {kept}
                {older}
                <div class="field"><label class="field__label" for="look-group">"Lanes"</label><select class="input" id="look-group" name="group">{groups}</select></div>
                <div class="field"><label class="field__label" for="look-sort">"Order in the lists"</label><select class="input" id="look-sort" name="sort">{sorts}</select></div>
                <div class="field"><label class="field__label" for="look-density">"Density"</label><select class="input" id="look-density" name="density">{densities}</select></div>
                <button class="btn is-primary needs-no-script" type="submit">"Apply"</button>
            </form>
        </div>
    }
    .into_any()
}
