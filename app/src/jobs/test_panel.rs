//! "Send me a test now" in the editor: the button, and what came of the last one.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use super::test_api::{SendJobTest, read_job_test};
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
#[component]
pub fn TestResult() -> impl IntoView {
    let sealed = use_query_map().get_untracked().get("tested");
    let outcome = Resource::new(
        move || sealed.clone(),
        async |sealed| match sealed {
            Some(sealed) => read_job_test(sealed).await.ok().flatten(),
            None => None,
        },
    );
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                outcome.await.map(|outcome| {
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
                })
            })}
        </Suspense>
    }
    .into_any()
}
