//! The recipients of a run, with what can be decided about each: those whose messages want a decision first, and of many a
//! page at a time.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    api::{DecideDelivery, ResendFailed},
    marks,
    view::{DeliveryItem, RecipientGroup, RecipientPage, RunDetail},
};
use crate::{
    domain::{delivery::DeliveryPhase, ids::OccurrenceId, job::RecipientKind, occurrence::OccurrenceState},
    ui::Icon,
};

/// Where a bounce is told of: who may decide about the messages of a run may say that one came back.
pub fn came_back(may_tell: bool) -> AnyView {
    may_tell
        .then(|| view! { <p class="small">"A message came back later? "<a class="link" href="/jobs/bounces">"Upload the bounce"</a>"."</p> })
        .into_any()
}

/// What the person may say about the messages of a run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Say {
    /// That one which is unknown has arrived, or is given up: also of a run that was cancelled.
    pub may_settle: bool,
    /// That one goes again: not after the run was cancelled, as no round follows that would send it.
    pub may_send: bool,
}

impl Say {
    /// Of the person who looks at it.
    pub fn of(detail: &RunDetail) -> Self {
        let may_send = detail.can_edit && detail.run.state != OccurrenceState::Cancelled;
        Self { may_settle: detail.can_edit, may_send }
    }
}

/// The recipients of a page, with the way to the others.
pub fn recipients(run: OccurrenceId, people: RecipientPage, say: Say) -> AnyView {
    let failed = people.count(RecipientGroup::Failed);
    let (groups, pages) = (groups(run, &people), pages(run, &people));
    let again = match failed {
        1 => "Send the failed one again".to_owned(),
        failed => format!("Send all {failed} failed ones again"),
    };
    view! {
        <section class="panel is-padded" id="recipients" aria-labelledby="recipients-head">
            <div class="panel__head">
                <h2 id="recipients-head">"Recipients"</h2>
                {(say.may_send && failed > 0).then(|| view! {
                    <form method="post" action=ResendFailed::url()>
                        <input type="hidden" name="id" value=run.to_string() />
                        <button class="btn is-sm" type="submit"><Icon name="refresh-cw" />{again}</button>
                    </form>
                })}
            </div>
            {groups}
            <div class="table-wrap" tabindex="0" role="region" aria-label="Table of recipients">
                <table class="table dl-cards">
                    <caption class="sr-only">"Recipients and what their mail server said"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Address"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"The mail server's words"</th>
                            <th scope="col"><span class="sr-only">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>{people.shown.into_iter().map(|delivery| recipient(delivery, say)).collect_view()}</tbody>
                </table>
            </div>
            {pages}
        </section>
    }
    .into_any()
}

/// So many fit on a page without a choice among them.
const FEW: usize = 10;

fn address(run: OccurrenceId, group: Option<RecipientGroup>, page: usize) -> String {
    let group = group.map_or("all", |group| group.as_str());
    let page = if page > 1 { format!("&page={page}") } else { String::new() };
    format!("/jobs/runs/{run}?recipients={group}{page}#recipients")
}

/// A link for each group that has any.
fn groups(run: OccurrenceId, people: &RecipientPage) -> AnyView {
    if people.total() <= FEW || people.groups.len() < 2 {
        return ().into_any();
    }
    let link = |group: Option<RecipientGroup>, label: &'static str, count: usize| {
        let current = (people.group == group).then_some("page");
        view! { <a href=address(run, group, 1) aria-current=current rel="external">{label}" "<span class="muted">{count}</span></a> }
    };
    let all = link(None, "All", people.total());
    let some = people.groups.iter().map(|&(group, count)| link(Some(group), group.label(), count)).collect_view();
    view! { <nav class="tabs" aria-label="Recipients by what became of their messages">{all}{some}</nav> }.into_any()
}

fn pages(run: OccurrenceId, people: &RecipientPage) -> AnyView {
    let &RecipientPage { group, page, pages, .. } = people;
    if pages < 2 {
        return ().into_any();
    }
    view! {
        <nav class="pager" aria-label="Pages of recipients">
            {if page > 1 { view! { <a class="btn" rel="prev external" href=address(run, group, page - 1)>"Previous"</a> }.into_any() } else { view! { <span></span> }.into_any() }}
            <span>{format!("Page {page} of {pages}")}</span>
            {if page < pages { view! { <a class="btn" rel="next external" href=address(run, group, page + 1)>"Next"</a> }.into_any() } else { view! { <span></span> }.into_any() }}
        </nav>
    }
    .into_any()
}

fn recipient(delivery: DeliveryItem, say: Say) -> impl IntoView {
    let DeliveryItem { id, address, name, kind, via, phase, said, attempts, next_try } = delivery;
    let again = matches!(phase, DeliveryPhase::Failed | DeliveryPhase::Uncertain | DeliveryPhase::Withheld);
    let kind = match kind {
        RecipientKind::To => None,
        RecipientKind::Cc => Some("Copy"),
        RecipientKind::Bcc => Some("Blind copy"),
    };
    let place = [kind.map(str::to_owned), via.map(|group| format!("Group {group}"))];
    let place = place.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let choices = [
        (again && say.may_send, "again", "Send again"),
        (phase == DeliveryPhase::Uncertain && say.may_settle, "arrived", "Mark as sent"),
        (matches!(phase, DeliveryPhase::Deferred | DeliveryPhase::Uncertain) && say.may_settle, "give-up", "Give up"),
    ];
    let buttons = choices.into_iter().filter(|(fits, ..)| *fits).map(|(_, decision, words)| {
        view! { <button class="btn is-sm" type="submit" name="decision" value=decision>{words}</button> }
    });
    view! {
        <tr>
            <th scope="row"><span>{address}{(!name.is_empty()).then(|| view! { <br /><span class="muted" dir="auto">{name}</span> })}{(!place.is_empty()).then(|| view! { <br /><span class="muted" dir="auto">{place}</span> })}</span></th>
            <td data-label="State">{marks::delivery_state(phase)}</td>
            <td data-label="Answer">
                <span>
                    <span dir="auto">{said}</span>
                    {(attempts > 1).then(|| view! { <br /><span class="muted">{format!("{attempts} attempts")}</span> })}
                    {next_try.map(|next| view! { <br /><span class="muted">"Next try: "{next.words}</span> })}
                </span>
            </td>
            <td class="actions">
                <form class="cluster" method="post" action=DecideDelivery::url()>
                    <input type="hidden" name="id" value=id.to_string() />
                    {buttons.collect_view()}
                </form>
            </td>
        </tr>
    }
}
