//! The preview: what the server makes of the draft, a moment after the last key. The last good one stays where a draft
//! cannot be filled in.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use super::{desk::Desk, findings, look, look::Look, variables::Known};
use crate::{
    domain::template::{
        Document,
        variables::{Completion, completions},
    },
    error::AppError,
    templates::{
        preview_api::preview_template,
        view::{Preview, PreviewData},
    },
    ui::{Pause, SessionEnd},
};

/// Nothing is typed for so long before the server is asked.
const REST: Duration = Duration::from_millis(300);

/// What the preview shows.
#[derive(Clone, Copy)]
pub struct Shown {
    /// The answer to what stands in the draft now.
    pub now: RwSignal<Option<Preview>>,
    /// The last one that could be filled in.
    pub good: RwSignal<Option<Preview>>,
    pub error: RwSignal<Option<AppError>>,
    pub is_busy: RwSignal<bool>,
    pub data: RwSignal<PreviewData>,
    pub look: RwSignal<Look>,
    asked: StoredValue<u64>,
}

impl Shown {
    /// With the first answer, which came with the page.
    pub fn new(first: Result<Preview, AppError>, data: PreviewData, look: Look) -> Self {
        let (now, error) = match first {
            Ok(preview) => (Some(preview), None),
            Err(error) => (None, Some(error)),
        };
        Self {
            good: RwSignal::new(now.clone().filter(|preview| !preview.token.is_empty())),
            now: RwSignal::new(now),
            error: RwSignal::new(error),
            is_busy: RwSignal::new(false),
            data: RwSignal::new(data),
            look: RwSignal::new(look),
            asked: StoredValue::new(0),
        }
    }

    /// The variables of the data, with their values.
    pub fn known_tracked(self) -> Vec<Known> {
        let of = |preview: &Option<Preview>| {
            preview.as_ref().map(|preview| preview.variables.clone()).filter(|all| !all.is_empty())
        };
        let rows = self.now.with(of).or_else(|| self.good.with(of)).unwrap_or_default();
        let known = |it: Completion| {
            let Completion { label, insert, kind, words, is_in_list, each, item } = it;
            Known { name: label, insert, about: words, kind, is_in_list, each, item }
        };
        completions(&rows).into_iter().map(known).collect()
    }

    /// The same, once.
    pub fn known(self) -> Vec<Known> {
        untrack(|| self.known_tracked())
    }

    /// The marks of the code editor, as JSON: the fault, and what the linter found at a line.
    pub fn marks(self) -> String {
        self.now.with(|now| {
            let marks = now.as_ref().map(findings::marks).unwrap_or_default();
            serde_json::Value::from(marks).to_string()
        })
    }
}

/// Asks the server whenever the draft or the data have changed and typing rests.
pub fn keep_showing(desk: Desk) {
    let pause = Pause::idle();
    let document = Memo::new(move |_| desk.draft.with(|draft| draft.document.clone()));
    Effect::new(move |before: Option<(Document, PreviewData)>| {
        let wanted = (document.get(), desk.shown.data.get());
        // The first answer came with the page.
        if before.as_ref().is_some_and(|before| *before != wanted) {
            desk.shown.is_busy.set(true);
            pause.then(REST, move || ask(desk));
        }
        wanted
    });
    if let Some(end) = use_context::<SessionEnd>() {
        end.go_on_with(move || {
            if desk.shown.error.with_untracked(|error| *error == Some(AppError::SignedOut)) {
                ask(desk);
            }
        });
    }
    on_cleanup(move || pause.cancel());
}

fn ask(desk: Desk) {
    let shown = desk.shown;
    let (document, data) = (desk.draft.with_untracked(|draft| draft.document.clone()), shown.data.get_untracked());
    let number = shown.asked.with_value(|asked| asked + 1);
    shown.asked.set_value(number);
    // What breaks a rule is said beside its field; the server would say the same.
    if document.check().is_err() {
        shown.is_busy.set(false);
        return;
    }
    let Ok(json) = serde_json::to_string(&document) else { return };
    spawn_local(async move {
        let answer = preview_template(desk.id, json, data).await;
        // Typing went on: another answer comes.
        if shown.asked.try_get_value() != Some(number) {
            return;
        }
        shown.is_busy.try_set(false);
        match answer {
            Ok(preview) => {
                shown.error.try_set(None);
                if !preview.token.is_empty() {
                    shown.good.try_set(Some(preview.clone()));
                }
                shown.now.try_set(Some(preview));
            }
            Err(error) => drop(shown.error.try_set(Some(error))),
        }
    });
}

/// The column: what to look at, the lines of the message, the frame, what was found.
pub fn panel(desk: Desk, projects: Vec<(String, String)>, sender: String) -> AnyView {
    let shown = desk.shown;
    let id = desk.id;
    let head = move || {
        shown.good.get().map(|preview| {
            let row = |name: &'static str, words: String| {
                view! { <div><dt>{name}</dt><dd dir="auto">{words}</dd></div> }.into_any()
            };
            let from = if preview.from.is_empty() { sender.clone() } else { preview.from };
            view! {
                <dl class="facts mail-head">
                    {row("From", from)}
                    {row("Subject", preview.subject)}
                    {row("Preview text", preview.preheader)}
                </dl>
            }
        })
    };
    // Only another mail or other colours load the frame anew: another width does not.
    let source = Memo::new(move |_| {
        let token = shown.good.with(|good| good.as_ref().map(|good| good.token.clone()))?;
        Some(format!("/templates/{id}/preview/{token}?theme={}", shown.look.get().theme()))
    });
    // What is wrong with the days stands beside them.
    let is_beside = |error: &AppError| ["first", "last"].iter().any(|day| error.problems_of(day).next().is_some());
    let failure = move || shown.error.get().filter(|error| !is_beside(error));
    let is_text = Memo::new(move |_| shown.look.with(|look| look.is_text));
    let is_there = Memo::new(move |_| source.with(Option::is_some));
    // The frame stays and goes on to another address: an element that is made anew loses its attributes one by one, and
    // without the one that cages it no frame may load anything.
    let frame = move || {
        match (is_there.get(), is_text.get()) {
        (false, _) => view! { <p class="muted">"There is nothing to show yet."</p> }.into_any(),
        (true, true) => {
            let text = move || shown.good.with(|good| good.as_ref().map(|good| good.text.clone()));
            view! { <pre class="code mail-text" tabindex="0" role="region" aria-label="Text part" dir="auto">{text}</pre> }.into_any()
        }
        (true, false) => view! {
            <div class="mail-frame" tabindex="0" role="region" aria-label="The mail" data-width=move || shown.look.get().width() data-theme=move || shown.look.get().theme()>
                <p class="mail-scale"></p>
                <iframe sandbox="" src=move || source.get() title="The mail as it is sent"></iframe>
            </div>
        }
        .into_any(),
    }
    };
    view! {
        <h2 class="section-title" id="preview-title">"Preview"</h2>
        {look::bar(desk)}
        {look::data(desk, projects)}
        {findings::fault(desk)}
        {move || failure().map(|error| view! { <p class="banner" data-tone="bad">{error.words()}</p> })}
        <div class="stack is-tight" aria-busy=move || shown.is_busy.get().to_string() id="preview">
            {head}
            {frame}
        </div>
        {findings::list(desk)}
    }
    .into_any()
}
