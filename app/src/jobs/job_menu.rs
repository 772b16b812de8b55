//! What can be done with a job beside running it: the menu of its row, and the panel of its page.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    api::{DuplicateJob, PauseJob, ResumeJob, StartRun},
    view::{JobItem, JobState},
};
use crate::{
    domain::{
        ids::ScheduleId,
        job::{JobKind, ScheduleState},
    },
    ui::Icon,
};

/// The menu of a job's row. A popover of the browser's own, so it opens without WebAssembly.
pub fn row_menu(job: &JobItem) -> AnyView {
    let id = job.id;
    let menu = format!("menu-{id}");
    let label = format!("Actions for {}", job.name);
    let is_paused = job.state == ScheduleState::Paused;
    let switch = match (job.standing(), is_paused) {
        (JobState::Ended, _) => None,
        (_, true) => Some(form(ResumeJob::url(), id, "play", "Resume")),
        (_, false) => Some(form(PauseJob::url(), id, "pause", "Pause")),
    };
    view! {
        <button class="icon-btn" type="button" popovertarget=menu.clone() aria-label=label.clone()><Icon name="ellipsis" /></button>
        <div class="menu is-anchored" id=menu popover="auto" role="group" aria-label=label>
            {link(format!("/jobs/{id}/edit"), "pencil", "Edit")}
            {job.kind.makes_report().then(|| draft_now(id, job.draft_now.clone()))}
            {switch}
            {form(DuplicateJob::url(), id, "copy", "Duplicate")}
            {link(format!("/jobs/{id}/dry-run"), "eye", "Dry run")}
            {link(format!("/jobs/{id}/backfill"), "history", "Backfill")}
        </div>
    }
    .into_any()
}

fn link(href: String, icon: &'static str, words: &'static str) -> AnyView {
    view! { <a class="menu__item" href=href><Icon name=icon />{words}</a> }.into_any()
}

fn form(action: &'static str, id: ScheduleId, icon: &'static str, words: &'static str) -> AnyView {
    view! {
        <form method="post" action=action>
            <input type="hidden" name="id" value=id.to_string() />
            <button class="menu__item" type="submit"><Icon name=icon />{words}</button>
        </form>
    }
    .into_any()
}

/// A run that stops before it is sent.
fn draft_now(id: ScheduleId, about: Option<String>) -> AnyView {
    view! {
        <form method="post" action=StartRun::url()>
            <input type="hidden" name="id" value=id.to_string() />
            <input type="hidden" name="draft" value="yes" />
            <button class="menu__item" type="submit" data-needs-server="" title=about><Icon name="file-text" />"Make a draft now"</button>
        </form>
    }
    .into_any()
}

/// The panel of a job's page.
pub fn panel(id: ScheduleId, kind: JobKind) -> AnyView {
    let about_dry_run = if kind.makes_report() {
        "A dry run shows the report of any time and sends nothing. "
    } else {
        "A dry run shows what a run of any time would do, and does nothing. "
    };
    view! {
        <section class="panel is-padded" aria-labelledby="more-head">
            <div class="panel__head"><h2 id="more-head">"More"</h2></div>
            <div class="cluster">
                <a class="btn" href=format!("/jobs/{id}/dry-run")><Icon name="eye" />"Dry run"</a>
                <a class="btn" href=format!("/jobs/{id}/backfill")><Icon name="history" />"Backfill"</a>
                <form method="post" action=DuplicateJob::url()>
                    <input type="hidden" name="id" value=id.to_string() />
                    <button class="btn" type="submit"><Icon name="copy" />"Duplicate"</button>
                </form>
            </div>
            <p class="field__hint">{about_dry_run}"A backfill makes up for runs of a range. A copy begins paused."</p>
        </section>
    }
    .into_any()
}
