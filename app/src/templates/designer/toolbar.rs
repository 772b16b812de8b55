//! The bar over the designer: what the template is, whether it is kept, undo, test, publish.

use leptos::prelude::*;

use super::{
    desk::{Desk, Draft, Saving, Tab},
    dialogs::{self, Open},
    field, hands, mail_fields,
};
use crate::{
    domain::template::TemplateCategory,
    error::AppError,
    templates::view::VersionItem,
    ui::{Choice, Icon},
};

/// The bar.
pub fn bar(desk: Desk, dialog: RwSignal<Option<Open>>, published: RwSignal<Option<VersionItem>>) -> AnyView {
    let id = desk.id;
    let newest =
        move || published.get().map(|version| view! { <span class="badge" id="published">{version.number}</span> });
    view! {
        <header class="designer__bar">
            <a class="icon-btn" href="/templates" aria-label="Back to the templates"><Icon name="arrow-left" /></a>
            {names(desk)}
            <p class="designer__saved" id="saved">{state(desk)}</p>
            <div class="designer__acts">
                {desk.can_edit.then(|| steps(desk))}
                <a class="btn is-ghost" href=format!("/templates/{id}/versions")><Icon name="history" /><span>"Versions"</span>{newest}</a>
                {desk.can_edit.then(|| dialogs::link(desk, dialog, Open::Remove, "btn is-ghost", "Delete"))}
                {desk.can_edit.then(|| dialogs::link(desk, dialog, Open::Test, "btn", "Send test"))}
                {desk.can_edit.then(|| dialogs::link(desk, dialog, Open::Publish, "btn is-primary", "Publish"))}
            </div>
        </header>
        {conflict(desk)}
        {tabs(desk)}
    }
    .into_any()
}

/// Name and category; they belong to the form of the mail.
fn names(desk: Desk) -> AnyView {
    // It is said beside the field what a plain form was refused for, and with the state of the draft why that was.
    let of_form = field::bad(Some(desk.said), "name".to_owned());
    let of_draft = move || {
        let is_of_name = |error: &AppError| error.problems_of("name").next().is_some();
        desk.saving.with(|saving| matches!(saving, Saving::Failed(error) if is_of_name(error)))
    };
    let described = {
        let beside = field::described(Some(desk.said), "name".to_owned(), None);
        move || beside().or_else(|| of_draft().then(|| "saved".to_owned()))
    };
    let bad = move || of_form().or_else(|| of_draft().then_some("true"));
    let fields = move || {
        desk.drawn.track();
        let Draft { name, category, document: _ } = desk.as_typed();
        let categories = TemplateCategory::ALL.iter().map(|one| Choice::new(one.as_str(), one.label())).collect();
        let is_fixed = !desk.can_edit;
        let (described, bad) = (described.clone(), bad.clone());
        view! {
            <input class="input designer__name" id="template-name" form=mail_fields::FORM name=field::sent("name") value=name aria-label="Name" aria-describedby=described aria-invalid=bad required maxlength="100" autocomplete="off" dir="auto" readonly=is_fixed />
            <select class="input is-fit" id="template-category" form=mail_fields::FORM name=field::sent("category") aria-label="Category" disabled=is_fixed>{field::options(categories, category.as_str())}</select>
        }
    };
    view! { <div class="designer__names" id="name">{field::problem(desk.said, "name".to_owned())}{fields}</div> }
        .into_any()
}

/// "Draft, saved 12 s ago".
fn state(desk: Desk) -> impl Fn() -> AnyView {
    let now = RwSignal::new(0.0);
    hands::every_few_seconds(move || {
        now.try_set(hands::millis());
    });
    move || match desk.saving.get() {
        Saving::Saved(Some(at)) => {
            let seconds = (now.get().max(at) - at) / 1_000.0;
            let words = match seconds as u64 {
                0..=4 => "just now".to_owned(),
                seconds @ 5..=99 => format!("{seconds} s ago"),
                seconds => format!("{} min ago", seconds / 60),
            };
            view! { <span data-state="saved">"Draft, saved "{words}</span> }.into_any()
        }
        Saving::Saved(None) => {
            let last = desk.last.get();
            let at = last.at.map(|at| view! { <time datetime=at.machine>{at.words}</time> });
            let by = if last.by.is_empty() { String::new() } else { format!(" by {}", last.by) };
            view! { <span>"Draft, saved "{at}<span dir="auto">{by}</span></span> }.into_any()
        }
        Saving::Waiting | Saving::Busy => view! { <span data-state="saving">"Draft, saving …"</span> }.into_any(),
        Saving::Failed(error) => {
            view! { <span class="error" data-state="failed">"Not saved. "{why(&error)}</span> }.into_any()
        }
        Saving::Conflict(_) => view! { <span class="error" data-state="failed">"Not saved."</span> }.into_any(),
    }
}

/// Why a draft was not kept. What is wrong with its name has no other place; fields further down say it themselves.
fn why(error: &AppError) -> String {
    match error.problems_of("name").next() {
        Some(field) => format!("Name: {}", field.problem.words()),
        None => error.words(),
    }
}

fn steps(desk: Desk) -> AnyView {
    view! {
        <button class="btn is-ghost is-script" type="button" id="undo" aria-disabled=move || (!desk.can_undo()).to_string() aria-keyshortcuts="Control+Z" on:click=move |_| desk.undo()><Icon name="undo-2" /><span>"Undo"</span></button>
        <button class="btn is-ghost is-script" type="button" id="redo" aria-disabled=move || (!desk.can_redo()).to_string() aria-keyshortcuts="Control+Shift+Z" on:click=move |_| desk.redo()><Icon name="redo-2" /><span>"Redo"</span></button>
    }
    .into_any()
}

/// Somebody else has saved: both texts are still there.
fn conflict(desk: Desk) -> AnyView {
    let theirs = Memo::new(move |_| {
        desk.saving.with(|saving| match saving {
            Saving::Conflict(theirs) => Some(theirs.words()),
            _ => None,
        })
    });
    (move || {
        theirs.get().map(|words| {
            view! {
                <div class="banner" data-tone="warn" role="alert" id="conflict">
                    <Icon name="triangle-alert" />
                    <p dir="auto">{words}</p>
                    <button class="btn is-sm" type="button" on:click=move |_| desk.load_theirs()>"Load theirs"</button>
                    <button class="btn is-sm" type="button" on:click=move |_| desk.keep_mine()>"Keep mine"</button>
                </div>
            }
        })
    })
    .into_any()
}

/// The parts of the page, one at a time where there is no room for more.
fn tabs(desk: Desk) -> AnyView {
    let has_palette = Memo::new(move |_| desk.has_palette());
    let is_there = move |tab| tab != Tab::Blocks || has_palette.get();
    let tab = move |tab: Tab| {
        is_there(tab).then(|| {
            view! {
                <button type="button" class="filter" data-tab=tab.word() aria-pressed=move || (desk.shown_tab() == tab).to_string() on:click=move |_| desk.tab.set(tab)>{tab.label()}</button>
            }
        })
    };
    let tabs = Tab::ALL.map(|one| view! { {move || tab(one)} }.into_any());
    view! { <div class="designer__tabs is-script" role="group" aria-label="Parts of the page">{Vec::from(tabs)}</div> }
        .into_any()
}
