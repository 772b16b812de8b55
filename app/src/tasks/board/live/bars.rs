//! What is said when the page is cut off from the server or from the board; and when its session has ended, which the
//! frame of the page says.

use leptos::prelude::*;

use super::{Link, Live};
use crate::{
    tasks::board::sender::Sender,
    ui::{Icon, Reach, SessionEnd},
};

/// The bars over the board.
#[component]
pub fn Bars(live: Live, sender: Sender) -> impl IntoView {
    let (is_offline, waiting) = (sender.is_offline.clone(), sender.waiting.clone());
    let reach = use_context::<Reach>();
    if let Some(reach) = reach {
        let is_offline = is_offline.clone();
        reach.hear(move || is_offline.get() || live.link.get() == Link::Down);
    }
    let bar = move || {
        let (is_offline, link) = (is_offline.get(), live.link.get());
        if link == Link::Gone {
            return Some(view! {
                <p class="bar" role="alert">
                    <Icon name="triangle-alert" />
                    "This board is not here any more, or you are no longer a member of it. What you see is how it was."
                    <a href="/projects">"Your projects"</a>
                </p>
            }.into_any());
        }
        let is_cut_off = reach.is_some_and(Reach::is_cut_off);
        (is_offline || is_cut_off || link == Link::Down).then(|| {
            view! { <p class="bar" role="status"><Icon name="wifi-off" />{offline_words(waiting.get())}</p> }.into_any()
        })
    };
    if let Some(end) = use_context::<SessionEnd>() {
        let (refused, waiting) = (sender.is_signed_out.clone(), sender.waiting.clone());
        end.hear(move || refused.get() || live.link.get() == Link::SignedOut, move || waiting.get());
        end.go_on_with(move || {
            sender.is_signed_out.set(false);
            sender.nudge();
            live.sign_in_again();
        });
    }
    bar.into_any()
}

fn offline_words(waiting: usize) -> String {
    match waiting {
        0 => "Offline. What others do is shown when the server answers again.".to_owned(),
        1 => "Offline. 1 change waits to be sent.".to_owned(),
        many => format!("Offline. {many} changes wait to be sent."),
    }
}
