//! The dialog that sends the draft as a mail: to oneself by default, up to five addresses, with what the server said.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};

use super::{desk::Desk, dialogs, hands};
use crate::{
    domain::report::spec::AttachmentKind,
    error::AppError,
    mail::conversation,
    templates::{
        preview_api::{SendTemplateTest, send_template_test},
        view::{PreviewData, TemplateTest},
    },
    ui::{Icon, TextAreaField, query_error},
};

pub fn panel(
    desk: Desk,
    own_address: String,
    attached: &[AttachmentKind],
    tested: Option<TemplateTest>,
    close: Callback<()>,
) -> AnyView {
    let refused = query_error::<SendTemplateTest>();
    // A form that was refused came back to the page of an earlier test.
    let tested = tested.filter(|_| refused.is_none());
    let (error, outcome, is_busy) = (RwSignal::new(refused), RwSignal::new(tested), RwSignal::new(false));
    let typed = RwSignal::new(own_address.clone());
    let files = RwSignal::new(attached.iter().copied().map(named).collect::<BTreeMap<_, _>>());
    let go = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        let document = desk.draft.with_untracked(|draft| serde_json::to_string(&draft.document)).unwrap_or_default();
        let (data, addresses) = (desk.shown.data.get_untracked(), typed.get_untracked());
        let files = files.get_untracked();
        spawn_local(async move {
            let answer = send_template_test(desk.id, document, data, addresses, files, false).await;
            is_busy.try_set(false);
            match answer {
                Ok(test) => {
                    error.try_set(None);
                    outcome.try_set(Some(test));
                }
                Err(refused) => {
                    outcome.try_set(None);
                    error.try_set(Some(refused));
                }
            }
        });
    };
    let refused = move || {
        let words = error.with(|error| error.as_ref().and_then(refusal));
        words.map(|words| view! { <p class="banner" data-tone="bad" role="alert">{words}</p> })
    };
    let document = move || desk.draft.with(|draft| serde_json::to_string(&draft.document)).unwrap_or_default();
    view! {
        <form method="post" action=SendTemplateTest::url() on:submit=go on:input=move |event| {
            if hands::name_of(&event) == "addresses" {
                typed.set(event_target_value(&event));
            }
        }>
            <input type="hidden" name="id" value=desk.id.to_string() />
            <input type="hidden" name="document" value=document />
            <input type="hidden" name="back" value="true" />
            {data_fields(desk)}
            <div class="dialog__body">
                <p>"The mail as the preview shows it, with its data. It is no run, and not in the archive."</p>
                {refused}
                <TextAreaField label="To" name="addresses" value=own_address hint="One address a line, at most five." error=error rows=2 />
                {choices(files)}
                {move || outcome.get().map(result)}
            </div>
            <div class="dialog__foot">
                {dialogs::cancel(close)}
                <button class="btn is-primary" type="submit" data-needs-server="" aria-disabled=move || is_busy.get().to_string()><Icon name="send" />{move || if is_busy.get() { "Sending" } else { "Send" }}</button>
            </div>
        </form>
    }
    .into_any()
}

/// The files that go along; those that jobs attach which write with this template are ticked.
fn choices(files: RwSignal<BTreeMap<String, String>>) -> AnyView {
    let choice = |&kind: &AttachmentKind| {
        let name = format!("files[{kind}]");
        let is_ticked = files.with_untracked(|files| files.contains_key(kind.as_str()));
        let tick = move |event: leptos::ev::Event| {
            let is_ticked = event_target_checked(&event);
            files.update(|files| {
                let (word, on) = named(kind);
                if is_ticked {
                    files.insert(word, on);
                } else {
                    files.remove(&word);
                }
            });
        };
        view! {
            <label class="choice"><input type="checkbox" name=name value="on" checked=is_ticked on:change=tick /><span>{kind.label()}</span></label>
        }
        .into_any()
    };
    let all: Vec<_> = AttachmentKind::ALL.iter().map(choice).collect();
    view! {
        <div class="field" role="group" aria-labelledby="test-files">
            <span class="field__label" id="test-files">"Files with the message"</span>
            <div class="choices">{all}</div>
        </div>
    }
    .into_any()
}

/// A kind of file as the form names it.
fn named(kind: AttachmentKind) -> (String, String) {
    (kind.to_string(), "on".to_owned())
}

/// The data of the preview, as a plain form sends them.
fn data_fields(desk: Desk) -> AnyView {
    let PreviewData { project, first, last, language } = desk.shown.data.get_untracked();
    let day = |name: &'static str, day: Option<NaiveDate>| {
        day.map(|day| view! { <input type="hidden" name=name value=day.to_string() /> })
    };
    view! {
        <input type="hidden" name="data[project]" value=project />
        {day("data[first]", first)}
        {day("data[last]", last)}
        <input type="hidden" name="data[language]" value=language />
    }
    .into_any()
}

fn result(test: TemplateTest) -> AnyView {
    let (tone, icon) = if test.is_sent { ("good", "circle-check") } else { ("bad", "circle-x") };
    view! {
        <div class="banner" data-tone=tone role="status" id="test-outcome"><Icon name=icon /><p class="test-words" dir="auto">{test.words}</p></div>
        {conversation(test.lines)}
    }
    .into_any()
}

/// Why nothing was sent; what is wrong with the addresses stands beside their field.
fn refusal(error: &AppError) -> Option<String> {
    match error {
        AppError::Invalid(invalid) if invalid.fields.iter().all(|field| field.field == "addresses") => None,
        AppError::Invalid(_) => {
            Some("This draft cannot be filled in, so nothing was sent. The preview says why.".to_owned())
        }
        other => Some(other.words()),
    }
}
