//! What administrators do with the outbox: with the messages that are selected, with old ones, and how much is kept.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    outbox_api::{ClearOutbox, SaveOutboxKeeping},
    outbox_page::change_url,
    outbox_view::{Clearing, OutboxDesk},
};
use crate::{
    domain::outbox::Keeping,
    ui::{ErrorSummary, Icon, TextField, plain_error},
};

/// The form of the boxes in the list; they name it, so it works plainly.
#[component]
pub fn BulkForm() -> impl IntoView {
    view! {
        <form id="bulk" class="bulk panel" method="post" action=change_url()>
            <span class="muted small">"Selected messages:"</span>
            <button class="btn" type="submit" name="deed" value="read"><Icon name="mail-open" />"Mark as read"</button>
            <button class="btn" type="submit" name="deed" value="unread"><Icon name="mail" />"Mark as unread"</button>
            <details class="pop">
                <summary class="btn is-danger-quiet"><Icon name="trash-2" />"Delete"</summary>
                <div class="stack pop__box">
                    <p>"The selected messages are deleted for good."</p>
                    <button class="btn is-danger" type="submit" name="deed" value="delete">"Delete the selected messages"</button>
                </div>
            </details>
        </form>
    }
    .into_any()
}

#[component]
pub fn OutboxTools(desk: OutboxDesk) -> impl IntoView {
    let OutboxDesk { keeping, clearing } = desk;
    view! {
        <Clear clearing=clearing />
        <Kept keeping=keeping />
    }
    .into_any()
}

/// In two steps: how many there are, and whether they really go.
#[component]
fn Clear(clearing: Option<Clearing>) -> impl IntoView {
    let error = plain_error::<ClearOutbox>();
    let days = clearing.map_or(30, |clearing| clearing.days);
    let age = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    let confirm = clearing.map(|Clearing { days, count }| match count {
        0 => view! { <p role="status">{format!("No message is older than {age}.")}</p> }.into_any(),
        count => {
            let words = match count {
                1 => format!("1 message is older than {age}. It is deleted for good."),
                many => format!("{many} messages are older than {age}. They are deleted for good."),
            };
            view! {
                <form class="banner" data-tone="warn" method="post" action=ClearOutbox::url()>
                    <div><p role="status">{words}</p></div>
                    <input type="hidden" name="days" value=days.to_string() />
                    <button class="btn is-danger" type="submit">"Delete them"</button>
                    <a class="btn" href="/outbox">"Keep them"</a>
                </form>
            }
            .into_any()
        }
    });
    view! {
        <section class="panel is-padded stack" id="old" aria-labelledby="old-head">
            <div class="panel__head"><h2 id="old-head">"Delete old mail"</h2></div>
            <ErrorSummary error=error />
            {confirm}
            <form class="notes-filter" method="get" action="/outbox#old">
                <TextField label="Older than (days)" name="clear" kind="number" value=days.to_string() error=error required=true autocomplete="off" />
                <button class="btn" type="submit">"Count them"</button>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn Kept(keeping: Keeping) -> impl IntoView {
    let error = plain_error::<SaveOutboxKeeping>();
    let Keeping { messages, days, megabytes } = keeping;
    view! {
        <section class="panel is-padded" aria-labelledby="kept-head">
            <div class="panel__head">
                <h2 id="kept-head">"What is kept"</h2>
                <p>"What is more than that goes by itself, the oldest first."</p>
            </div>
            <ErrorSummary error=error />
            <form class="form" method="post" action=SaveOutboxKeeping::url()>
                <TextField label="Messages" name="keep_messages" kind="number" value=messages.to_string() error=error required=true autocomplete="off" />
                <TextField label="Days" name="keep_days" kind="number" value=days.to_string() error=error required=true autocomplete="off" />
                <TextField label="Megabytes in all" name="keep_megabytes" kind="number" value=megabytes.to_string() error=error required=true autocomplete="off" />
                <div class="form__actions"><button class="btn" type="submit">"Save"</button></div>
            </form>
        </section>
    }
    .into_any()
}
