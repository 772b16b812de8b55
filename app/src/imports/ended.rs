//! How an import can end.

use leptos::{prelude::*, server_fn::ServerFn};

use super::api::ReviveImport;
use crate::{
    domain::{ids::ImportId, import::run::ImportSummary, thousands::grouped},
    ui::Icon,
};

#[component]
pub fn Unreadable(problem: String) -> impl IntoView {
    view! {
        <div class="banner" data-tone="bad" role="alert"><div dir="auto">{problem}</div></div>
        <p>"Nothing was imported."</p>
        <p><a class="btn" href="/import">"Choose another file"</a></p>
    }
    .into_any()
}

#[component]
pub fn Interrupted(id: ImportId) -> impl IntoView {
    view! {
        <div class="banner" data-tone="warn" role="status"><div>"AutoReport stopped while it was importing. Nothing was imported; the file is still here."</div></div>
        <form class="form__actions" method="post" action=ReviveImport::url()>
            <input type="hidden" name="id" value=id.to_string() />
            <button class="btn is-primary" type="submit">"Look at it again"</button>
        </form>
    }
    .into_any()
}

#[component]
pub fn Cancelled() -> impl IntoView {
    view! {
        <p>"The file was dropped. Nothing was imported."</p>
        <p><a class="btn" href="/import">"Import another file"</a></p>
    }
    .into_any()
}

#[component]
pub fn Done(summary: ImportSummary, project: Option<(String, String)>) -> impl IntoView {
    let ImportSummary { tasks, skipped, left_out, events, comments } = summary;
    let name = project.as_ref().map_or_else(|| "a project that is gone".to_owned(), |(_, name)| name.clone());
    let fact = |label: &'static str, count: usize| {
        (count > 0).then(|| view! { <div><dt>{label}</dt><dd class="num">{grouped(count)}</dd></div> })
    };
    view! {
        <div class="banner" data-tone="good" role="status">
            <Icon name="circle-check" />
            <div dir="auto">{match tasks {
                0 => format!("Nothing was new: all tasks are in {name} already."),
                1 => format!("1 task is in {name}."),
                _ => format!("{} tasks are in {name}.", grouped(tasks)),
            }}</div>
        </div>
        <dl class="facts">
            {fact("Tasks", tasks)}
            {fact("Entries of history", events)}
            {fact("Comments", comments)}
            {fact("Skipped, already there", skipped)}
            {fact("Left out with their list", left_out)}
        </dl>
        <div class="form__actions">
            {project.map(|(key, _)| view! { <a class="btn is-primary" href=format!("/board/{key}") rel="external">"Open the board"</a> })}
            <a class="btn" href="/import">"Import another file"</a>
        </div>
    }
    .into_any()
}
