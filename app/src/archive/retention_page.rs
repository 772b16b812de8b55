//! Settings → Retention: how long reports and logs of runs are kept. What would go is shown before it is saved.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use super::{
    api::{SaveRetention, load_retention},
    view::{RetentionPage as Shown, WouldGo},
};
use crate::{
    domain::retention::{DAYS_FIELD, MONTHS_FIELD, Retention, months_words},
    error::AppError,
    ui::{ErrorPage, ErrorSummary, Icon, SettingsPage, TextField, pending, query_error, resource},
};

const PATH: &str = "/settings/retention";

#[component]
pub fn RetentionPage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        let query = query.read();
        (query.get(MONTHS_FIELD).unwrap_or_default(), query.get(DAYS_FIELD))
    });
    let page = resource(move || asked.get(), |(months, days)| load_retention(months, days));
    view! {
        <SettingsPage
            title="Retention"
            lead="How long reports, their messages and the logs of runs are kept on this AutoReport."
        >
            <Transition set_pending=pending()>
                {move || Suspend::new(async move {
                    match page.await {
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                        Ok(page) => shown(page),
                    }
                })}
            </Transition>
        </SettingsPage>
    }
    .into_any()
}

fn shown(page: Shown) -> AnyView {
    let Shown { saved, asked, refused } = page;
    let refused: Option<AppError> = refused.or_else(query_error::<SaveRetention>);
    let error = Signal::derive(move || refused.clone());
    let Retention { report_months, log_days } = asked.map_or(saved, |(asked, _)| asked);
    view! {
        <section class="panel is-padded" aria-labelledby="retention-head">
            <div class="panel__head">
                <h2 id="retention-head">"What is kept"</h2>
                <p>{now(saved)}</p>
            </div>
            <ErrorSummary error=error />
            <form class="form" method="get" action=PATH>
                <TextField
                    label="Keep reports for, in months"
                    name=MONTHS_FIELD
                    kind="number"
                    hint="Counted from the end of the run. Leave it empty to keep them for ever."
                    value=report_months.map(|months| months.to_string()).unwrap_or_default()
                    error=error
                    autocomplete="off"
                />
                <TextField
                    label="Keep logs of runs for, in days"
                    name=DAYS_FIELD
                    kind="number"
                    hint="The lines on the page of a run."
                    value=log_days.to_string()
                    error=error
                    required=true
                    autocomplete="off"
                />
                <div class="form__actions"><button class="btn is-primary" type="submit"><Icon name="eye" />"Show what would go"</button></div>
            </form>
            <p class="small muted">
                "Of an old report its data, files and messages go. Its run stays, with its time, its result and the hash of its data. Runs that are going, and reports with a message that waits or whose fate is unknown, are left alone."
            </p>
            <p class="small muted">
                "The Git archive is not rewritten: what is committed there stays in its history, here and on every remote it was pushed to. Mail that the outbox has caught stays there."
            </p>
        </section>
        {asked.map(|(asked, gone)| confirm(asked, gone, asked == saved))}
    }
    .into_any()
}

fn now(saved: Retention) -> String {
    let reports = match saved.report_months {
        Some(months) => format!("Reports are kept for {}", months_words(months)),
        None => "Reports are kept for ever".into(),
    };
    format!("{reports}, logs for {}.", days_words(saved.log_days))
}

fn days_words(days: u32) -> String {
    if days == 1 { "1 day".into() } else { format!("{days} days") }
}

fn confirm(asked: Retention, gone: WouldGo, is_saved: bool) -> impl IntoView {
    let Retention { report_months, log_days } = asked;
    let nothing = gone == WouldGo::default();
    let words = if nothing {
        "Nothing is old enough to go now.".to_owned()
    } else {
        format!(
            "{} and {} would go within the hour. This cannot be undone.",
            reports_words(gone.reports),
            lines_words(gone.log_lines)
        )
    };
    let (tone, icon) = if nothing { ("good", "circle-check") } else { ("warn", "triangle-alert") };
    let button = if is_saved { "Save again" } else { "Save" };
    view! {
        <section class="panel is-padded" aria-labelledby="gone-head">
            <div class="panel__head"><h2 id="gone-head">"What would go"</h2></div>
            <div class="banner" data-tone=tone role="status"><Icon name=icon /><div><p>{words}</p></div></div>
            <form class="form__actions" method="post" action=SaveRetention::url()>
                <input type="hidden" name=MONTHS_FIELD value=report_months.map(|months| months.to_string()).unwrap_or_default() />
                <input type="hidden" name=DAYS_FIELD value=log_days.to_string() />
                <button class="btn is-danger" type="submit">{button}</button>
                <a class="btn" href=PATH>"Leave it as it is"</a>
            </form>
        </section>
    }
    .into_any()
}

fn reports_words(many: u64) -> String {
    if many == 1 { "1 report".into() } else { format!("{many} reports") }
}

fn lines_words(many: u64) -> String {
    if many == 1 { "1 line of logs".into() } else { format!("{many} lines of logs") }
}
