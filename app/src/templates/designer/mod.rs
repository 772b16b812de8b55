//! `/templates/:id`: the designer. Blocks to choose from, the mail as it is built, and the mail as it is sent, side by side.
//!
//! ```text
//! a field, a drag, a key ─► Desk::change ─► draft ─┬─► rows, fields         (at once)
//!                              │                   ├─► save_draft           (a second after the last change)
//!                              └─► history         └─► preview_template     (300 ms after the last change)
//! ```
//!
//! Without JavaScript each form does its step on the server (`forms_api`) and the page is shown again.

mod block_fields;
mod blocks;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake is worked on"))]
mod desk;
mod dialogs;
mod field;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake is worked on"))]
mod findings;
mod held;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake is worked on"))]
mod logo;
mod look;
mod mail_fields;
mod palette;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake is worked on"))]
mod places;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake is worked on"))]
mod preview;
mod publish;
mod send_test;
mod source;
mod toolbar;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake is worked on"))]
mod variables;

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "hydrate")]
use browser as hands;

#[cfg(not(feature = "hydrate"))]
mod server;
#[cfg(not(feature = "hydrate"))]
use server as hands;

use leptos::{html::Div, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use self::{
    desk::{Desk, Tab},
    dialogs::Open,
    look::Look,
    preview::Shown,
    publish::Published,
};
use super::{
    api::{ReleaseTemplate, read_template},
    forms_api::EditDraft,
    preview_api::{preview_template, read_template_test},
    view::{Preview, PreviewData, TemplateDesk, TemplateTest},
};
use crate::{
    domain::template::edit::Shelf,
    error::{AppError, AppResult},
    ui::{ErrorPage, ErrorSummary, Notice, blocking_resource, coming, plain_error},
};

#[component]
pub fn DesignerPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let data = move || query.with_untracked(|query| look::read_data(|name| query.get(name)));
    let tested = move || query.with_untracked(|query| query.get("tested"));
    let opened = blocking_resource(move || id.get(), move |id| open(id, data(), tested()));
    view! {
        <Transition set_pending=coming()>
            {move || Suspend::new(async move {
                match opened.await {
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    Ok((desk, first, test)) => designer(desk, first.0, test),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// The first preview; a template that cannot be shown is opened all the same.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
struct First(Result<Preview, AppError>);

async fn open(
    id: String,
    data: PreviewData,
    tested: Option<String>,
) -> AppResult<(TemplateDesk, First, Option<TemplateTest>)> {
    let desk = read_template(id).await?;
    let Ok(json) = serde_json::to_string(&desk.draft) else { return Err(AppError::Malformed) };
    let first = preview_template(desk.id, json, data).await;
    let test = match tested {
        Some(sealed) => read_template_test(desk.id, sealed).await.ok().flatten(),
        None => None,
    };
    Ok((desk, First(first), test))
}

fn designer(opened: TemplateDesk, first: Result<Preview, AppError>, test: Option<TemplateTest>) -> AnyView {
    let query = use_query_map().get_untracked();
    let get = |name: &str| query.get(name);
    let shown = Shown::new(first, look::read_data(get), Look::read(get));
    let desk = Desk::new(&opened, query.get("block").and_then(|id| id.parse().ok()), shown);
    let dialog = RwSignal::new(query.get("dialog").and_then(|word| Open::read(&word)));
    let TemplateDesk { published, projects, own_address, attached, sender, held, can_release, jobs, .. } = opened;
    let published = RwSignal::new(published);
    provide_context(Published(published));
    if desk.can_edit {
        desk.keep_saving();
    }
    preview::keep_showing(desk);
    let (unchanged, unreleased) = (plain_error::<EditDraft>(), plain_error::<ReleaseTemplate>());
    let refused = Signal::derive(move || unchanged.get().or_else(|| unreleased.get()));
    let root = NodeRef::<Div>::new();
    hands::attach(root, desk);
    let title = Memo::new(move |_| desk.draft.with(|draft| draft.name.clone()));
    let is_blocks = Memo::new(move |_| desk.draft.with(|draft| draft.document.blocks().is_some()));
    let body = move || if is_blocks.get() { blocks::list(desk, Shelf::Page) } else { source::panel(desk) };
    let has_palette = Memo::new(move |_| desk.has_palette());
    // Without blocks to choose from their column is left out, and what stands below them stands below the mail.
    let left = move || {
        has_palette.get().then(|| {
            view! {
                <section class="designer__blocks" aria-label=Tab::Blocks.label()>
                    {palette::palette(desk)}
                    {variables::panel(desk)}
                </section>
            }
        })
    };
    let below = move || (!has_palette.get()).then(|| variables::panel(desk));
    view! {
        <Title text=move || title.try_get().unwrap_or_default() />
        <div class="designer" node_ref=root class:is-wide=move || !has_palette.get() data-tab=move || desk.shown_tab().word()>
            <h1 class="sr-only" tabindex="-1">"Template "{move || title.get()}</h1>
            {toolbar::bar(desk, dialog, published)}
            <Notice />
            <ErrorSummary error=refused />
            {held::banner(desk, held, can_release, published)}
            {(!desk.can_edit).then(|| view! { <p class="banner">"Only whoever made this template and administrators change it. Duplicate it in the library to have one of your own."</p> })}
            <p class="sr-only" id="lift-hint">"Space lifts the block, arrow keys move it, Space sets it down, Escape puts it back."</p>
            <div class="designer__columns">
                {left}
                <section class="designer__editor" aria-label="Editor">
                    {mail_fields::panel(desk)}
                    {source::switch(desk, dialog)}
                    {body}
                    {below}
                </section>
                <section class="designer__preview" aria-labelledby="preview-title">
                    {preview::panel(desk, projects, sender)}
                </section>
            </div>
            {dialogs::dialogs(desk, dialog, own_address, attached, RwSignal::new(test), jobs)}
        </div>
    }
    .into_any()
}
