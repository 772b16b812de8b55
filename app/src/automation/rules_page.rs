//! The automatic rules of a project: `/projects/T/rules`.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

use super::{
    api::{DeleteRule, ShiftRule, SwitchRule, list_rules},
    view::{RuleItem, Rules},
};
use crate::{
    projects::ProjectFrame,
    ui::{Empty, ErrorPage, ErrorSummary, Icon, blocking_resource, pending, plain_error},
};

#[component]
pub fn RulesPage() -> impl IntoView {
    let params = use_params_map();
    let key = Memo::new(move |_| params.read().get("project").unwrap_or_default());
    let rules = blocking_resource(move || key.get(), list_rules);
    view! {
        <Transition set_pending=pending()>
            {move || Suspend::new(async move {
                match rules.await {
                    Ok(rules) => page(rules).into_any(),
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn page(rules: Rules) -> impl IntoView {
    let Rules { head, rules } = rules;
    let can_change = head.can_change();
    let new = format!("/projects/{}/rules/new", head.key);
    let key = head.key.clone();
    let refused = plain_error::<SwitchRule>();
    let many = rules.len();
    let list = if rules.is_empty() {
        let new = new.clone();
        view! {
            <Empty title="No rules yet" text="A rule does something with a task by itself: when it enters a list, when it is overdue, when it gets a label.">
                {can_change.then(|| view! { <a class="btn is-primary" href=new><Icon name="plus" />"New rule"</a> })}
            </Empty>
        }
        .into_any()
    } else {
        view! {
            <ol class="stack" role="list">
                {rules.into_iter().enumerate().map(|(at, rule)| view! { <li>{item(&key, rule, can_change, at, many)}</li> }).collect_view()}
            </ol>
        }
        .into_any()
    };
    view! {
        <ProjectFrame head=head title="Rules" lead="What happens by itself. Rules act in this order, and what one does can set off another, three times in a row at most.">
            <ErrorSummary error=refused />
            {(can_change && many > 0).then(|| view! { <p><a class="btn is-primary" href=new><Icon name="plus" />"New rule"</a></p> })}
            {list}
        </ProjectFrame>
    }
}

fn item(key: &str, rule: RuleItem, can_change: bool, at: usize, many: usize) -> impl IntoView {
    let RuleItem { id, name, is_on, pause_note, when, then, last } = rule;
    let state = match (is_on, pause_note.is_some()) {
        (true, _) => view! { <span class="state" data-tone="good"><Icon name="circle-check" />"On"</span> }.into_any(),
        (false, true) => {
            view! { <span class="state" data-tone="warn"><Icon name="triangle-alert" />"Stopped"</span> }.into_any()
        }
        (false, false) => view! { <span class="state" data-tone="off"><Icon name="pause" />"Off"</span> }.into_any(),
    };
    let address = format!("/projects/{key}/rules/{id}");
    let shift = |way: &'static str, icon: &'static str, label: String, is_useless: bool| {
        (!is_useless).then(|| {
            view! {
                <form method="post" action=ShiftRule::url()>
                    <input type="hidden" name="id" value=id.to_string() />
                    <input type="hidden" name="way" value=way />
                    <button class="icon-btn" type="submit" aria-label=label.clone() title=label><Icon name=icon /></button>
                </form>
            }
        })
    };
    view! {
        <section class="panel is-padded" aria-label=name.clone()>
            <div class="panel__head">
                <h2><a class="link" href=address.clone() dir="auto">{name.clone()}</a></h2>
                {state}
            </div>
            <p><span dir="auto">{when}</span>": "<span dir="auto">{then.join(", ")}</span>"."</p>
            {pause_note.map(|note| view! { <p class="banner" data-tone="warn"><Icon name="triangle-alert" /><span>{note}</span></p> })}
            <p class="muted small">
                {match last {
                    Some(last) => format!("Last at work {}. ", last.words),
                    None => "It has not done anything yet. ".to_owned(),
                }}
                <a class="link" href=address>{if can_change { "Change and log" } else { "Log" }}</a>
            </p>
            {can_change.then(|| view! {
                <div class="cluster">
                    <form method="post" action=SwitchRule::url()>
                        <input type="hidden" name="id" value=id.to_string() />
                        {(!is_on).then(|| view! { <input type="hidden" name="on" value="yes" /> })}
                        <button class="btn is-sm" type="submit" aria-label=format!("Switch {} {name}", if is_on { "off" } else { "on" })>
                            {if is_on { "Switch off" } else { "Switch on" }}
                        </button>
                    </form>
                    {shift("up", "arrow-up", format!("Move {name} up"), at == 0)}
                    {shift("down", "arrow-down", format!("Move {name} down"), at + 1 == many)}
                    <form method="post" action=DeleteRule::url()>
                        <input type="hidden" name="id" value=id.to_string() />
                        <button class="btn is-sm is-danger-quiet" type="submit" aria-label=format!("Delete {name}")>"Delete"</button>
                    </form>
                </div>
            })}
        </section>
    }
}
