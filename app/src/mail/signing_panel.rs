//! DKIM: the key that signs an account's mail, and the record that must be published for it.

use leptos::{prelude::*, server_fn::ServerFn};

use super::account_api::{RemoveSigningKey, SaveSigningKey, Signing};
use crate::{
    domain::{dkim::DkimRecord, ids::AccountId},
    ui::{ErrorSummary, Icon, TextAreaField, TextField, plain_error, toast::Toasts},
};

#[component]
pub fn SigningPanel(id: AccountId, sender_domain: String, signing: Option<Signing>) -> impl IntoView {
    let error = plain_error::<SaveSigningKey>();
    let domain = signing.as_ref().map_or_else(|| sender_domain.clone(), |signing| signing.domain.clone());
    let selector = signing.as_ref().map_or_else(|| "autoreport".to_owned(), |signing| signing.selector.clone());
    view! {
        <section class="panel is-padded" id="dkim" aria-labelledby="dkim-title">
            <div class="panel__head">
                <h2 id="dkim-title">"DKIM signature"</h2>
                <p>"Receivers trust mail more that is signed by the sender's domain. Many providers sign by themselves: then nothing is needed here."</p>
            </div>
            {signing.map(|signing| view! { <Known id=id sender_domain=sender_domain signing=signing /> })}
            <ErrorSummary error=error />
            <form class="form" method="post" action=SaveSigningKey::url()>
                <input type="hidden" name="id" value=id.to_string() />
                <TextField label="Domain" name="domain" hint="The one of the sender's address." value=domain error=error required=true autocomplete="off" />
                <TextField label="Selector" name="selector" hint="A name for the key. Take another one for each new key, so that mail on its way can still be verified." value=selector error=error required=true autocomplete="off" />
                <TextAreaField
                    label="Private key in PEM"
                    name="key"
                    hint="RSA of 2048 bits or more, or Ed25519. Stored encrypted and never shown again. Leave it empty to make a new Ed25519 key; some receivers verify RSA only."
                    error=error
                />
                <div class="form__actions"><button class="btn" type="submit">"Save the key"</button></div>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn Known(id: AccountId, sender_domain: String, signing: Signing) -> impl IntoView {
    let Signing { domain, selector: _, algorithm, record, is_aligned, since } = signing;
    let DkimRecord { name, value } = record;
    view! {
        {(!is_aligned).then(|| view! {
            <div class="banner" data-tone="warn">
                <Icon name="triangle-alert" />
                <p>{format!("The sender's address is in {sender_domain}, the key signs for {domain}: receivers do not count it as the sender's signature.")}</p>
            </div>
        })}
        <p>
            {format!("Mail is signed with an {algorithm} key since ")}<time datetime=since.machine>{since.words}</time>
            ". Messages that were written before keep what they have, also when they are sent again."
        </p>
        <dl class="facts">
            <div><dt>"TXT record"</dt><dd><code id="dkim-name">{name.clone()}</code>" "<CopyButton what="name" text=name /></dd></div>
            <div><dt>"Its text"</dt><dd><code id="dkim-value">{value.clone()}</code>" "<CopyButton what="text" text=value /></dd></div>
        </dl>
        <p class="small muted">"Publish it at the DNS provider of the domain. Where a text may have 255 characters at most, write it in several parts."</p>
        <form method="post" action=RemoveSigningKey::url()>
            <input type="hidden" name="id" value=id.to_string() />
            <button class="btn" type="submit">"Stop signing"</button>
        </form>
    }
    .into_any()
}

/// Puts a text into the clipboard; without a script there is none to put it into.
#[component]
fn CopyButton(what: &'static str, text: String) -> impl IntoView {
    let is_awake = RwSignal::new(false);
    Effect::new(move |_| is_awake.set(true));
    let toasts = use_context::<Toasts>();
    move || {
        let text = text.clone();
        is_awake.get().then(|| {
            view! {
                <button
                    class="btn is-sm"
                    type="button"
                    on:click=move |_| {
                        if let Some(toasts) = toasts {
                            browser::copy(text.clone(), toasts);
                        }
                    }
                >
                    <Icon name="copy" />"Copy the "{what}
                </button>
            }
        })
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::task::spawn_local;

    use crate::ui::{
        clipboard,
        toast::{Toast, Toasts, Tone},
    };

    /// Puts a text into the clipboard; where the browser refuses, it stays to be marked by hand.
    pub fn copy(text: String, toasts: Toasts) {
        spawn_local(async move {
            let (words, tone) = if clipboard::put(&text).await {
                ("Copied", Tone::Good)
            } else {
                ("The browser does not let it be copied. Mark it and copy it by hand.", Tone::Bad)
            };
            toasts.push(Toast { words: words.to_owned(), action: None, tone });
        });
    }
}

#[cfg(not(feature = "hydrate"))]
mod browser {
    use crate::ui::toast::Toasts;

    /// The server has no clipboard.
    pub fn copy(_text: String, _toasts: Toasts) {}
}
