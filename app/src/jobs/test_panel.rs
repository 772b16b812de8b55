//! "Send me a test now" in the editor: the button, and what came of the last one.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    test_api::SendJobTest,
    view::{TestEnd, TestOutcome},
};
use crate::{domain::job::JobKind, ui::Icon};

/// Sends the form as it stands; what is typed comes back with the page.
pub fn button(kind: JobKind) -> AnyView {
    let what = if kind.makes_report() {
        "The report of this moment, to you alone. It is no run, and not in the archive."
    } else {
        "What you would get at this moment, to you alone. It is no run: another mail still comes when it is due."
    };
    view! {
        <button class="btn" type="submit" formmethod="post" formaction=SendJobTest::url() formnovalidate=true><Icon name="send" />"Send me a test now"</button>
        <span class="status-text">{what}</span>
    }
    .into_any()
}

/// What came of the test that this page has sent.
pub fn result(outcome: TestOutcome) -> AnyView {
    let TestOutcome { end, to, words, .. } = outcome;
    let (tone, icon, head) = match end {
        TestEnd::Sent => ("good", "circle-check", format!("The test went to {to}.")),
        TestEnd::NotSent => ("bad", "circle-x", format!("The test did not go to {to}.")),
        TestEnd::Nothing => ("warn", "circle-dashed", "There was nothing to send.".to_owned()),
    };
    view! {
        <div class="banner" data-tone=tone role="status" id="tested">
            <Icon name=icon />
            <div><strong>{head}</strong><p dir="auto">{words}</p></div>
        </div>
    }
    .into_any()
}
