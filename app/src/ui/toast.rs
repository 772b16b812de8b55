//! Short messages over the page, with one action at most. Everything they offer is also elsewhere.

use leptos::prelude::*;

/// One message.
#[derive(Clone, Debug)]
pub struct Toast {
    /// What happened, in words.
    pub words: String,
    /// What can be done about it.
    pub action: Option<(String, Callback<()>)>,
    /// Errors stay until they are closed.
    pub tone: Tone,
}

/// How long a message stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    Bad,
}

/// The messages on the page; at most three.
#[derive(Clone, Copy, Debug)]
pub struct Toasts(RwSignal<Vec<(u64, Toast)>>, StoredValue<u64>, StoredValue<Option<Owner>>);

const MOST: usize = 3;

impl Toasts {
    /// Makes the messages known to all below.
    pub fn provide() -> Self {
        let toasts = Self(RwSignal::new(Vec::new()), StoredValue::new(0), StoredValue::new(Owner::current()));
        provide_context(toasts);
        toasts
    }

    /// Shows a message: 5 s, 8 s with an action, errors until they are closed.
    pub fn push(self, toast: Toast) {
        let id = self.1.with_value(|last| last + 1);
        self.1.set_value(id);
        let seconds = match (&toast.tone, &toast.action) {
            (Tone::Bad, _) => None,
            (Tone::Good, Some(_)) => Some(8),
            (Tone::Good, None) => Some(5),
        };
        self.0.update(|toasts| {
            toasts.push((id, toast));
            if toasts.len() > MOST {
                toasts.remove(0);
            }
        });
        if let Some(seconds) = seconds {
            set_timeout(move || self.close(id), std::time::Duration::from_secs(seconds));
        }
    }

    /// Says what was done, and offers something to do about it. What is offered lives as long as the
    /// messages, whatever becomes of the part of the page that offers it.
    pub fn offer(self, words: impl Into<String>, label: &str, run: impl Fn() + Send + Sync + 'static) {
        let Some(owner) = self.2.try_get_value().flatten() else { return };
        let run = owner.with(|| Callback::new(move |()| run()));
        self.push(Toast { words: words.into(), action: Some((label.to_owned(), run)), tone: Tone::Good });
    }

    /// Says that something was not done.
    pub fn fail(self, words: impl Into<String>) {
        self.push(Toast { words: words.into(), action: None, tone: Tone::Bad });
    }

    /// Takes a message away.
    pub fn close(self, id: u64) {
        self.0.update(|toasts| toasts.retain(|(other, _)| *other != id));
    }
}

/// The place where messages stand; one a page, in the shell.
#[component]
pub fn Toaster() -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    view! {
        <div class="toasts" role="region" aria-label="Notifications">
            <For each=move || toasts.0.get() key=|(id, _)| *id let((id, toast))>
                <div class="toast">
                    <span role="status">{toast.words}</span>
                    {toast.action.map(|(label, run)| view! {
                        <button type="button" class="btn" on:click=move |_| { run.run(()); toasts.close(id); }>{label}</button>
                    })}
                    <button type="button" class="btn" on:click=move |_| toasts.close(id)>"Close"</button>
                </div>
            </For>
        </div>
    }
    .into_any()
}
