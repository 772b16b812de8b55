//! What was just done, said once on the page that follows a plain form (`?notice=saved`). The page
//! takes it out of its address once it is shown.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The sentence of a notice; only known words are shown, for anybody can write a link.
fn words(code: &str) -> Option<&'static str> {
    Some(match code {
        "saved" => "Saved.",
        "created" => "Created.",
        "deleted" => "Deleted.",
        "archived" => "Archived.",
        "restored" => "Restored.",
        "signed_in" => "Signed in. Access tokens renew themselves from now on.",
        "left" => "You have left the project.",
        "password_set" => "Your password is set. Sign in with it.",
        "password_changed" => "Your password is changed. Everywhere else you are signed out.",
        "signed_out_elsewhere" => "Signed out there.",
        "merged" => "Merged.",
        "trashed" => "Put into the trash. It waits there for 30 days.",
        "moved" => "Moved.",
        "sent" => "Sent.",
        "pushed" => "Pushed.",
        "nothing_to_push" => "There is nothing to push yet: the archive has no commit.",
        "paused" => "Paused.",
        "copied" => "Copied. The copy is paused: look it over, then resume it.",
        "backfilled" => "The runs are made. They stand in the list with the times that they are for.",
        "run_cancelled" => "Cancelled. What had left by then has left.",
        "waiting_cancelled" => "Cancelled. None of them had begun.",
        "approved" => "Approved. It goes out in a moment.",
        "draft_rejected" => "It is not sent.",
        "decided_before" => "Somebody has decided about this draft before.",
        "stopped" => "No further try is made.",
        "resumed" => "Resumed.",
        "released" => "Released. It is tried again.",
        "started" => "Started.",
        "again" => "It goes out again.",
        "cancelled" => "Cancelled. Nothing was changed.",
        "columns_changed" => "The columns have changed. Check the preview, then choose Import.",
        _ => return None,
    })
}

/// The notice of the page, if its address carries one.
#[component]
pub fn Notice(
    /// What was started has ended: nothing says any more that it was started.
    #[prop(optional, into)]
    has_ended: Signal<bool>,
) -> impl IntoView {
    let query = use_query_map();
    move || {
        let is_over = |code: &String| code == "started" && has_ended.get();
        let query = query.read();
        // A form that was refused came back to the page of an earlier success.
        let is_refused = query.get("__err").is_some();
        query.get("notice").filter(|code| !is_refused && !is_over(code)).as_deref().and_then(words).map(|words| {
            view! { <p class="banner" data-tone="good" role="status">{words}</p> }
        })
    }
}
