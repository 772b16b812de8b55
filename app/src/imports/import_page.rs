//! The page of one import, from preview to end.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    api::{ImportStage, ImportView, get_import},
    confirm_form::ConfirmForm,
    ended::{Cancelled, Done, Interrupted, Unreadable},
    running::{Looks, Running},
};
use crate::{
    domain::ids::ImportId,
    error::AppError,
    ui::{ErrorPage, Page, coming, resource},
};

#[component]
pub fn ImportPage() -> impl IntoView {
    let params = use_params_map();
    let import = resource(
        move || params.read().get("id").and_then(|id| id.parse::<ImportId>().ok()),
        |id| async move {
            match id {
                Some(id) => get_import(id).await,
                None => Err(AppError::NotFound),
            }
        },
    );
    view! {
        <Transition set_pending=coming()>
            {move || Suspend::new(async move {
                match import.await {
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    Ok(import) => followed(import),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// The import as it is now. While it runs, nothing of the page but its numbers is drawn anew.
fn followed(import: ImportView) -> AnyView {
    let import = RwSignal::new(import);
    let looks = Looks::at(import);
    let is_running = Memo::new(move |_| import.with(|import| matches!(import.stage, ImportStage::Running { .. })));
    (move || match looks.lost() {
        Some(error) => view! { <ErrorPage error=error /> }.into_any(),
        None => {
            // Read and not only tracked: what nobody reads a memo does not reckon, and then it never says that it changed.
            is_running.get();
            view! { <Stage import=import.get_untracked() looks=looks /> }.into_any()
        }
    })
    .into_any()
}

#[component]
fn Stage(import: ImportView, looks: Looks) -> impl IntoView {
    let ImportView { id, file_name, kind, stage } = import;
    let lead = format!("{file_name} · {}", kind.label());
    match stage {
        ImportStage::Unreadable { problem } => {
            view! { <Page title="This file cannot be imported" lead=lead><Unreadable problem=problem /></Page> }
                .into_any()
        }
        ImportStage::Review(review) => {
            view! { <Page title="Check the import" lead=lead><ConfirmForm id=id review=*review /></Page> }.into_any()
        }
        ImportStage::Running { .. } => {
            view! { <Page title="Importing" lead=lead><Running id=id looks=looks /></Page> }.into_any()
        }
        ImportStage::Interrupted => {
            view! { <Page title="The import was interrupted" lead=lead><Interrupted id=id /></Page> }.into_any()
        }
        ImportStage::Done { summary, project } => {
            view! { <Page title="Imported" lead=lead><Done summary=summary project=project /></Page> }.into_any()
        }
        ImportStage::Cancelled => view! { <Page title="Cancelled" lead=lead><Cancelled /></Page> }.into_any(),
    }
}
