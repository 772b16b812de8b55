//! The dialog that makes a draft the next version: what the checks say, a note, and the one button.

use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};

use super::{
    desk::{Desk, Saving},
    dialogs, findings,
};
use crate::{
    domain::template::lint::{self, OwnLink},
    error::AppError,
    templates::{
        preview_api::{PublishTemplate, publish_template},
        view::VersionItem,
    },
    ui::{
        Icon, query_error,
        toast::{Toast, Toasts, Tone},
    },
};

/// What is published; the bar shows it.
#[derive(Clone, Copy)]
pub struct Published(pub RwSignal<Option<VersionItem>>);

pub fn panel(desk: Desk, close: Callback<()>) -> AnyView {
    // What is published is the draft that the server has.
    Effect::new(move |_| desk.save());
    let (toasts, published) = (use_context::<Toasts>(), use_context::<Published>());
    let (refused, is_busy, note) = (
        RwSignal::new(query_error::<PublishTemplate>().map(|error| refusal(&error))),
        RwSignal::new(false),
        RwSignal::new(String::new()),
    );
    let stops = move || {
        let now = desk.shown.now.get();
        if desk.problems.with(Option::is_some) {
            return Some("Some fields need another look; they say what is wrong.".to_owned());
        }
        match now {
            None => Some("The preview is not there yet.".to_owned()),
            Some(now) if now.fault.is_some() => now.fault.map(|fault| fault.words),
            Some(now) if lint::blocks_publishing(&now.findings) => {
                Some("Mend the errors first; the checks name them.".to_owned())
            }
            Some(_) if desk.shown.is_busy.get() => Some("The preview is being made.".to_owned()),
            Some(_) => match desk.saving.get() {
                Saving::Saved(_) => None,
                Saving::Conflict(_) => {
                    Some("This template was saved elsewhere. Load theirs or keep yours first.".to_owned())
                }
                Saving::Failed(error) => Some(error.words()),
                Saving::Waiting | Saving::Busy => Some("The draft is being saved.".to_owned()),
            },
        }
    };
    let stopped = Memo::new(move |_| stops());
    let go = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if is_busy.get_untracked() || stopped.with_untracked(Option::is_some) {
            return;
        }
        is_busy.set(true);
        let (id, version, note) = (desk.id, desk.version(), note.get_untracked());
        spawn_local(async move {
            let answer = publish_template(id, version, note).await;
            is_busy.try_set(false);
            match answer {
                Ok(version) => {
                    if let Some(toasts) = toasts {
                        toasts.push(Toast {
                            words: format!("Version {} published.", version.number),
                            action: None,
                            tone: Tone::Good,
                        });
                    }
                    if let Some(Published(published)) = published {
                        published.try_set(Some(version));
                    }
                    close.run(());
                }
                Err(error) => drop(refused.try_set(Some(refusal(&error)))),
            }
        });
    };
    let checks = move || desk.shown.now.with(|now| now.as_ref().map(|now| findings::count(&now.findings)));
    view! {
        <form method="post" action=PublishTemplate::url() on:submit=go>
            <input type="hidden" name="id" value=desk.id.to_string() />
            <input type="hidden" name="version" value=desk.version().to_string() />
            <div class="dialog__body">
                <p>"Reports of this template are written with the published version. A version never changes, and each is kept in the Git archive."</p>
                <p class="muted">"Checks: "{checks}</p>
                {own_links(desk)}
                {move || stopped.get().map(|words| view! { <p class="banner" data-tone="warn" id="publish-stopped"><Icon name="triangle-alert" /><span>{words}</span></p> })}
                {move || refused.get().map(|words| view! { <p class="banner" data-tone="bad" role="alert">{words}</p> })}
                <div class="field">
                    <label class="field__label" for="publish-note">"Note "<span class="optional">"(optional)"</span></label>
                    <span class="field__hint" id="publish-note-hint">"What has changed; it stands in the list of versions."</span>
                    <textarea class="input" id="publish-note" name="note" rows="2" maxlength="500" aria-describedby="publish-note-hint" dir="auto" on:input=move |event| note.set(event_target_value(&event))></textarea>
                </div>
            </div>
            <div class="dialog__foot">
                {dialogs::cancel(close)}
                <button class="btn is-primary" type="submit" id="publish-now" aria-disabled=move || stopped.with(Option::is_some).to_string()>"Publish"</button>
            </div>
        </form>
    }
    .into_any()
}

/// The links that somebody wrote into the template, to be opened before they stand in every mail.
fn own_links(desk: Desk) -> AnyView {
    let links =
        Memo::new(move |_| desk.shown.now.with(|now| now.as_ref().map(|now| now.links.clone()).unwrap_or_default()));
    let row = move |OwnLink { url, line: _, block }: OwnLink| {
        let place = block.map(|block| desk.place_words(block)).filter(|place| !place.is_empty());
        let href = url.clone();
        view! {
            <li>
                <a class="link" href=href target="_blank" rel="external noopener noreferrer">{url}</a>
                {place.map(|place| view! { <span class="muted">{place}</span> })}
            </li>
        }
        .into_any()
    };
    (move || {
        let links = links.get();
        (!links.is_empty()).then(|| {
            let rows = links.into_iter().map(row).collect_view();
            view! {
                <section class="stack is-tight" aria-labelledby="own-links">
                    <h3 class="section-title" id="own-links">"Links of your own"</h3>
                    <p class="small muted">"They stand in every mail as they are. Whether their pages answer is not asked: open each once."</p>
                    <ul class="findings" role="list">{rows}</ul>
                </section>
            }
        })
    })
    .into_any()
}

/// Why a draft was not published.
fn refusal(error: &AppError) -> String {
    match error {
        AppError::Invalid(_) => "This draft cannot be published yet: mend what the checks name first.".to_owned(),
        AppError::Conflict(_) => "The draft has changed meanwhile. Look at it again, and publish then.".to_owned(),
        other => other.words(),
    }
}
