//! The form of a report that waits for its owner: a comment, and whether it goes out.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    api::DecideDraft,
    view::{Draft, ReportDetail},
};
use crate::ui::{ErrorSummary, Icon, TextAreaField, plain_error};

/// The banner and, for whoever may decide, the form; nothing of a report that does not wait.
pub fn draft_panel(report: &ReportDetail) -> AnyView {
    let Some(draft) = report.draft.clone() else { return ().into_any() };
    let to_whom = draft.to_whom();
    let Draft { asked, send_at, comment, can_decide, .. } = draft;
    let until = match send_at {
        Some(at) => view! { "It goes out by itself on "<time datetime=at.machine>{at.words}</time>"." }.into_any(),
        None => view! { "It waits until somebody decides." }.into_any(),
    };
    let form = can_decide.then(|| form(report.item.id.to_string(), comment));
    view! {
        <section class="panel is-padded stack is-tight" aria-labelledby="draft-head">
            <h2 id="draft-head">"This is a draft"</h2>
            <p>"Its data were frozen on "<time datetime=asked.machine>{asked.words}</time>", and nobody has got it yet. "{until}</p>
            {to_whom.map(|words| view! { <p>{words}</p> })}
            {form}
        </section>
    }
    .into_any()
}

fn form(id: String, comment: String) -> AnyView {
    let error = plain_error::<DecideDraft>();
    view! {
        <ErrorSummary error=error />
        <form class="form" method="post" action=DecideDraft::url()>
            <input type="hidden" name="id" value=id />
            <TextAreaField
                label="Comment"
                name="comment"
                value=comment
                hint="Stands at the head of the mail, the PDF and this page. Markdown, at most 4,000 characters."
                error=error
                rows=6
            />
            <div class="form__actions">
                <button class="btn is-primary" type="submit" name="decision" value="approve"><Icon name="send" />"Approve and send"</button>
                <button class="btn" type="submit" name="decision" value="keep">"Keep the comment and look again"</button>
                <button class="btn is-danger-quiet" type="submit" name="decision" value="reject"><Icon name="ban" />"Do not send"</button>
            </div>
        </form>
    }
    .into_any()
}
