//! "Send me a test now" in the editor: the button, and what came of the last one.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{test_api::SendJobTest, view::TestOutcome};
use crate::ui::Icon;

/// Sends the form as it stands; what is typed comes back with the page.
pub fn button() -> AnyView {
    view! {
        <button class="btn" type="submit" formmethod="post" formaction=SendJobTest::url() formnovalidate=true><Icon name="send" />"Send me a test now"</button>
        <span class="status-text">"The report of this moment, to you alone. It is no run, and not in the archive."</span>
    }
    .into_any()
}

/// What came of the test that this page has sent.
pub fn result(outcome: TestOutcome) -> AnyView {
    let (tone, icon, head) = if outcome.is_sent {
        ("good", "circle-check", format!("The test went to {}.", outcome.to))
    } else {
        ("bad", "circle-x", format!("The test did not go to {}.", outcome.to))
    };
    view! {
        <div class="banner" data-tone=tone role="status" id="tested">
            <Icon name=icon />
            <div><strong>{head}</strong><p dir="auto">{outcome.words}</p></div>
        </div>
    }
    .into_any()
}
