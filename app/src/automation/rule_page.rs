//! One rule with its form and its log, and a new one.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    api::load_rule,
    rule_form::RuleForm,
    view::{LogLine, RuleDetail, StoredRule},
};
use crate::{
    domain::ids::RuleId,
    error::AppError,
    projects::ProjectFrame,
    ui::{ErrorPage, Icon, PageResource, blocking_resource, pending},
};

#[component]
pub fn NewRulePage() -> impl IntoView {
    let params = use_params_map();
    let key = Memo::new(move |_| params.read().get("project").unwrap_or_default());
    let rule = blocking_resource(move || key.get(), |key| load_rule(key, None));
    shown(rule)
}

#[component]
pub fn RulePage() -> impl IntoView {
    let params = use_params_map();
    let asked = Memo::new(move |_| {
        let params = params.read();
        let id = params.get("id").and_then(|id| id.parse::<RuleId>().ok());
        (params.get("project").unwrap_or_default(), id)
    });
    let rule = blocking_resource(
        move || asked.get(),
        async |(key, id)| match id {
            Some(id) => load_rule(key, Some(id)).await,
            None => Err(AppError::NotFound),
        },
    );
    shown(rule)
}

fn shown(rule: PageResource<Result<RuleDetail, AppError>>) -> impl IntoView {
    view! {
        <Transition set_pending=pending()>
            {move || Suspend::new(async move {
                match rule.await {
                    Ok(detail) if detail.rule.is_none() && !detail.head.can_change() => {
                        let error = if detail.head.is_archived { AppError::ArchivedProject } else { AppError::Forbidden };
                        view! { <ErrorPage error=error /> }.into_any()
                    }
                    Ok(detail) => page(detail).into_any(),
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn page(detail: RuleDetail) -> impl IntoView {
    let RuleDetail { head, rule, choices, log } = detail;
    let title = rule.as_ref().map_or_else(|| "New rule".to_owned(), |rule| rule.item.name.clone());
    let can_change = head.can_change();
    let summary = rule.as_ref().map(summary);
    let has_log = rule.is_some();
    let project = head.id;
    view! {
        <ProjectFrame head=head title=title>
            {summary}
            {can_change.then(|| view! { <RuleForm project=project rule=rule choices=choices /> })}
            {has_log.then(|| log_part(log))}
        </ProjectFrame>
    }
}

fn summary(rule: &StoredRule) -> impl IntoView + use<> {
    let item = rule.item.clone();
    view! {
        <section class="panel is-padded" aria-labelledby="does-head">
            <div class="panel__head"><h2 id="does-head">"What it does"</h2></div>
            <p dir="auto">{format!("{}: {}.", item.when, item.then.join(", "))}</p>
            {item.pause_note.map(|note| view! { <p class="banner" data-tone="warn"><Icon name="triangle-alert" /><span>{note}</span></p> })}
            {(!item.is_on).then(|| view! { <p>"It is switched off."</p> })}
        </section>
    }
}

fn log_part(log: Vec<LogLine>) -> impl IntoView {
    let list = if log.is_empty() {
        view! { <p class="muted">"It has not done anything yet."</p> }.into_any()
    } else {
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label="Log of the rule">
                <table class="table dl-cards">
                    <caption class="sr-only">"Log, latest first"</caption>
                    <thead><tr><th scope="col">"Time"</th><th scope="col">"Task"</th><th scope="col">"Result"</th></tr></thead>
                    <tbody>{log.into_iter().map(line).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="panel is-padded" aria-labelledby="log-head">
            <div class="panel__head"><h2 id="log-head">"Log"</h2></div>
            {list}
        </section>
    }
}

fn line(line: LogLine) -> impl IntoView {
    let LogLine { at, is_error, reference, words } = line;
    let (tone, icon) = if is_error { ("bad", "circle-x") } else { ("good", "circle-check") };
    view! {
        <tr>
            <th scope="row"><time datetime=at.at.to_rfc3339()>{at.words}</time></th>
            <td data-label="Task">{reference.map(|reference| view! { <a class="link" href=format!("/tasks/{reference}")>{reference.clone()}</a> })}</td>
            <td data-label="Result"><span class="state is-text" data-tone=tone><Icon name=icon /><span dir="auto">{words}</span></span></td>
        </tr>
    }
}
