//! `/reports/:id`: one report as it was sent: the mail, its text, its recipients, its source. Its id stays whatever the
//! job and the project are called; of a removed one the page says what is known.

use std::time::Duration;

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    api::{SendReportAgain, SendReportToMe, read_report, read_report_part},
    draft_panel::draft_panel,
    report_facts::{Facts, actions, neighbours},
    reports_page::PATH,
    view::{Part, RecipientView, ReportDetail, Tab, TaskTable, TaskTableRow, tone},
};
use crate::{
    domain::{
        delivery::DeliveryPhase,
        ids::OccurrenceId,
        job::RecipientKind,
        report::{COMMENT_HEADING, spec::ListKind},
    },
    error::AppResult,
    ui::{
        Chart, ChartFigure, ErrorPage, ErrorSummary, Icon, Page, PageResource, Pause, pending, plain_error, reread,
        resource,
    },
};

/// So long after one look at a report that goes on comes the next one.
const LOOK: Duration = Duration::from_secs(3);

#[component]
pub fn ReportPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let tab = Memo::new(move |_| query.read().get("view").and_then(|word| word.parse().ok()).unwrap_or(Tab::Mail));
    let report = resource(move || id.get(), read_report);
    let part = resource(
        move || (id.get(), tab.get()),
        |(id, tab)| async move {
            let part = match tab {
                // The frame fetches the one, the facts hold the other.
                Tab::Mail | Tab::Recipients => Part::Plain,
                Tab::Tasks | Tab::Charts | Tab::Text | Tab::Source => read_report_part(id, tab).await?,
            };
            AppResult::Ok((tab, part))
        },
    );
    view! {
        <Transition set_pending=pending()>
            {move || Suspend::new(async move {
                match report.await {
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    Ok(report) if report.removed.is_some() => removed(report),
                    Ok(now) => {
                        follow(&now, move || {
                            report.refetch();
                            part.refetch();
                        });
                        shown(now, tab, part)
                    }
                }
            })}
        </Transition>
    }
    .into_any()
}

/// Looks at a report that is written or sent by itself until something of it has changed; the page is then read anew.
/// One that waits for a word of its owner changes by their answer, and that comes with a page of its own.
fn follow(report: &ReportDetail, renew: impl Fn() + Send + Sync + 'static) {
    if report.item.state.is_final() || report.draft.is_some() {
        return;
    }
    let (id, old) = (report.item.id, StoredValue::new(report.clone()));
    let (pause, due) = (Pause::idle(), RwSignal::new(0_u32));
    let again = reread(
        || true,
        move || read_report(id.to_string()),
        move |new: AppResult<ReportDetail>| {
            // What could not be read is asked for again without a word from here.
            let Ok(new) = new else { return };
            match old.try_with_value(|old| *old != new) {
                Some(true) => renew(),
                // Nobody looks at a page that was left meanwhile.
                None => {}
                Some(false) => {
                    due.try_update(|due| *due = due.wrapping_add(1));
                }
            }
        },
    );
    Effect::new(move |_| {
        due.track();
        pause.then(LOOK, move || again.run(()));
    });
    on_cleanup(move || pause.cancel());
}

fn lead(report: &ReportDetail) -> String {
    format!("{} · {}, {}", report.item.job, report.item.project, report.item.period)
}

fn shown(report: ReportDetail, tab: Memo<Tab>, part: PageResource<AppResult<(Tab, Part)>>) -> AnyView {
    let id = report.item.id;
    let link = move |to: Tab| {
        view! { <a href=format!("{PATH}/{id}?view={to}") aria-current=move || (tab.get() == to).then_some("page")>{to.label()}</a> }
    };
    let (previous, next) = (report.previous.clone(), report.next.clone());
    let tabs = Tab::ALL.iter().copied().map(link).collect_view();
    // Another part is asked for. Said by an effect, for the page that the server renders is whole when it is there.
    let (is_pending, is_renewing) = (RwSignal::new(false), RwSignal::new(false));
    Effect::new(move |_| is_renewing.set(is_pending.get()));
    let comment = report.comment_html.clone().map(|html| {
        view! {
            <section class="panel is-padded stack is-tight" aria-labelledby="comment-head">
                <h2 id="comment-head">{COMMENT_HEADING}</h2>
                <div class="prose" dir="auto" inner_html=html></div>
            </section>
        }
    });
    view! {
        <Page title=report.item.finding.clone() lead=lead(&report)>
            <Refusals />
            {draft_panel(&report)}
            {actions(&report)}
            <Facts report=report.clone() />
            {comment}
            <nav class="tabs" aria-label="Parts of the report">{tabs}</nav>
            <div class="report-part" aria-busy=move || is_renewing.get().then_some("true")>
                <Transition set_pending=is_pending>
                    {move || {
                        let report = report.clone();
                        Suspend::new(async move {
                            match part.await {
                                Err(error) => view! { <p class="muted" role="alert">{error.words()}</p> }.into_any(),
                                Ok((tab, part)) => content(tab, part, &report),
                            }
                        })
                    }}
                </Transition>
            </div>
            {neighbours(previous, next)}
        </Page>
    }
    .into_any()
}

/// What the retention has left of a report.
fn removed(report: ReportDetail) -> AnyView {
    let words = report.removed.as_ref().map(|removed| removed.words()).unwrap_or_default();
    let archive = match report.item.commit {
        Some(_) => "The Git archive is not rewritten: the commit below still holds it.",
        None => "It is in no commit of the Git archive.",
    };
    view! {
        <Page title=report.item.finding.clone() lead=lead(&report)>
            <div class="banner" data-tone="warn" role="status">
                <Icon name="archive" />
                <div>
                    <strong>"This report is not kept any more."</strong>
                    <p>{words}" What is known of its run stays here. "{archive}</p>
                </div>
            </div>
            <Facts report=report.clone() />
            {neighbours(report.previous, report.next)}
        </Page>
    }
    .into_any()
}

/// Why it could not be sent again.
#[component]
fn Refusals() -> impl IntoView {
    let (again, to_me) = (plain_error::<SendReportAgain>(), plain_error::<SendReportToMe>());
    view! { <ErrorSummary error=again /><ErrorSummary error=to_me /> }
}

fn content(tab: Tab, part: Part, report: &ReportDetail) -> AnyView {
    let id = report.item.id;
    let is_preview = report.draft.as_ref().is_some_and(|draft| draft.can_decide);
    match (tab, part) {
        (Tab::Recipients, _) => recipients(report).into_any(),
        (Tab::Mail, _) if !report.is_written && !is_preview => not_yet(report).into_any(),
        // Scripts, forms and links stay off: the frame has no permissions, and a policy of its own.
        (Tab::Mail, _) => mail(format!("{PATH}/{id}/mail")),
        (Tab::Charts, Part::Charts(charts)) if !charts.is_empty() => figures(charts).into_any(),
        (Tab::Charts, _) => view! { <p class="muted">"This report has no charts."</p> }.into_any(),
        (Tab::Tasks, Part::Tasks(tables)) if !tables.is_empty() => task_tables(tables).into_any(),
        (Tab::Tasks, _) => view! { <p class="muted">"This report has no lists of tasks."</p> }.into_any(),
        (_, Part::Text(Some(text))) => pre("code is-wrapped", "Text part", text).into_any(),
        (_, Part::Source { html, data }) => source(html, data, report).into_any(),
        (Tab::Text | Tab::Source, _) => not_yet(report).into_any(),
    }
}

/// The mail in its frame. A phone has little room for a page that scrolls within a page: there it is read alone.
fn mail(address: String) -> AnyView {
    view! {
        <p class="mail-alone"><a class="btn" href=address.clone() rel="external"><Icon name="eye" />"Read it alone"</a></p>
        <iframe class="mail-frame" sandbox="" title="The report as its reader sees it" src=address></iframe>
    }
    .into_any()
}

fn figures(charts: Vec<Chart>) -> impl IntoView {
    view! {
        <div class="figures">{charts.into_iter().map(|chart| view! { <ChartFigure chart=chart /> }).collect_view()}</div>
    }
    .into_any()
}

/// Each list with its anchor, where "and 12 more" of a mail leads.
fn task_tables(tables: Vec<TaskTable>) -> impl IntoView {
    let lead = "Each list whole, as it stood when the report was made. The mail may show fewer lists, and fewer tasks of each.";
    view! {
        <p class="muted">{lead}</p>
        {tables.into_iter().map(task_table).collect_view()}
    }
    .into_any()
}

fn task_table(table: TaskTable) -> impl IntoView {
    let TaskTable { list, rows, left } = table;
    let heading = format!("list-{list}");
    let count = rows.len() + left;
    let body = if rows.is_empty() {
        view! { <p class="muted">{list.none()}</p> }.into_any()
    } else {
        let waits = (list == ListKind::Blocked).then(|| view! { <th scope="col">"Waits for"</th> });
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label=format!("Table of tasks: {}", list.label())>
                <table class="table dl-cards">
                    <thead><tr><th scope="col">"Task"</th><th scope="col">"People"</th><th scope="col">"Status"</th>{waits}<th scope="col">"Priority"</th><th scope="col">"Due"</th><th scope="col">"Finished"</th><th class="num" scope="col">"Days of work"</th></tr></thead>
                    <tbody>{rows.into_iter().map(task_row).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    let more = (left > 0)
        .then(|| view! { <p class="muted">{format!("And {left} more, in the frozen data under Source.")}</p> });
    view! {
        <section class="stack is-tight" id=list.to_string() aria-labelledby=heading.clone()>
            <h2 id=heading.clone() class="section-title">{list.label()}" "<bdi class="muted">{count}</bdi></h2>
            {body}
            {more}
        </section>
    }
}

fn task_row(row: TaskTableRow) -> impl IntoView {
    let waits = row.waits_for.map(|words| view! { <td data-label="Waits for" dir="auto">{words}</td> });
    view! {
        <tr>
            <th scope="row"><span dir="auto"><a class="link" href=format!("/tasks/{}", row.reference)>{row.reference.clone()}</a>" "{row.title}</span></th>
            <td data-label="People" dir="auto">{row.people}</td>
            <td data-label="Status">{unbroken(&row.status)}</td>
            {waits}
            <td data-label="Priority">{row.priority.label()}</td>
            <td data-label="Due">{row.due.as_deref().map(unbroken)}</td>
            <td data-label="Finished">{row.finished}</td>
            <td class="num" data-label="Days of work">{row.work_days}</td>
        </tr>
    }
    .into_any()
}

/// Short words of a cell, in one line: "In Progress", "Overdue 13 d".
fn unbroken(words: &str) -> String {
    const SHORT: usize = 14;
    if words.chars().count() <= SHORT { words.replace(' ', "\u{a0}") } else { words.to_owned() }
}

fn source(html: Option<String>, data: String, report: &ReportDetail) -> impl IntoView + use<> {
    let html = match html {
        Some(html) => pre("code", "HTML of the report", html).into_any(),
        None => not_yet(report).into_any(),
    };
    view! {
        <section class="stack is-tight" aria-labelledby="html-head">
            <h2 id="html-head" class="section-title">"HTML"</h2>
            {html}
        </section>
        <section class="stack is-tight" aria-labelledby="data-head">
            <h2 id="data-head" class="section-title">"Frozen data"</h2>
            <p class="small muted">"Mail, text, pictures and commit are all made of these. Their SHA-256 stands above."</p>
            {pre("code", "Frozen data as JSON", data)}
        </section>
    }
}

fn not_yet(report: &ReportDetail) -> AnyView {
    let words = match (&report.draft, report.item.state.is_final()) {
        (Some(_), _) => "The mail is written when its owner lets it go.",
        (None, true) => "The mail was not written: the result above says why.",
        (None, false) => "The mail is not written yet. Reload the page in a moment.",
    };
    view! { <p class="muted">{words}</p> }.into_any()
}

fn pre(class: &'static str, name: &'static str, text: String) -> impl IntoView {
    view! { <pre class=class tabindex="0" role="region" aria-label=name dir="auto">{text}</pre> }.into_any()
}

fn recipients(report: &ReportDetail) -> impl IntoView + use<> {
    let (id, can_send) = (report.item.id, report.can_send);
    let failed = report.recipients.iter().filter(|one| one.phase == DeliveryPhase::Failed).count();
    let again = match failed {
        1 => "Send the failed one again".to_owned(),
        failed => format!("Send all {failed} failed ones again"),
    };
    let hidden = (report.hidden_recipients > 0).then(|| {
        let words = match report.hidden_recipients {
            1 => "It went to 1 other. Who may edit the project sees to whom.".to_owned(),
            many => format!("It went to {many} others. Who may edit the project sees to whom."),
        };
        view! { <p class="muted">{words}</p> }
    });
    let table = if report.recipients.is_empty() {
        let words =
            if report.hidden_recipients > 0 { "It was not sent to you." } else { "This report has no recipients yet." };
        view! { <p class="muted">{words}</p> }.into_any()
    } else {
        let rows: Vec<_> = report.recipients.iter().cloned().map(|one| recipient(id, one, can_send)).collect();
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label="Recipients">
                <table class="table dl-cards">
                    <thead><tr><th scope="col">"Recipient"</th><th scope="col">"State"</th><th scope="col">"Answer of the server"</th><th class="num" scope="col">"Attempts"</th><th scope="col"><span class="sr-only">"Actions"</span></th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    let copy = report.is_written.then(|| {
        view! {
            <form method="post" action=SendReportToMe::url()>
                <input type="hidden" name="id" value=id.to_string() />
                <button class="btn is-sm" type="submit"><Icon name="mail" />"Send me a copy"</button>
                <span class="muted small">" to "{report.my_address.clone()}</span>
            </form>
        }
    });
    view! {
        <div class="cluster">
            {copy}
            {(can_send && failed > 0).then(|| view! {
                <form method="post" action=SendReportAgain::url()>
                    <input type="hidden" name="id" value=id.to_string() />
                    <button class="btn is-sm" type="submit" name="to" value="failed"><Icon name="refresh-cw" />{again}</button>
                </form>
            })}
        </div>
        {table}
        {hidden}
    }
}

fn recipient(id: OccurrenceId, recipient: RecipientView, can_send: bool) -> impl IntoView {
    let who = recipient.who();
    let kind = match recipient.kind {
        RecipientKind::To => None,
        RecipientKind::Cc => Some("Copy"),
        RecipientKind::Bcc => Some("Blind copy"),
    };
    let kind = kind.map(|kind| view! { <br /><span class="muted small">{kind}</span> });
    let file = format!("{PATH}/{id}/recipients/{}/mail.eml", recipient.delivery);
    let again = (can_send && recipient.can_go_again()).then(|| {
        let label = format!("Send again to {who}");
        view! {
            <form method="post" action=SendReportAgain::url()>
                <input type="hidden" name="id" value=id.to_string() />
                <button class="btn is-sm" type="submit" name="to" value=recipient.delivery.to_string() aria-label=label>"Send again"</button>
            </form>
        }
    });
    let next = recipient
        .next_try
        .map(|at| view! { <br /><span class="muted">"Next try "<time datetime=at.machine>{at.words}</time></span> });
    view! {
        <tr>
            <th scope="row"><span dir="auto">{who.clone()}{kind}</span></th>
            <td data-label="State"><span><span class="state" data-tone=tone(recipient.phase)>{recipient.phase.label()}</span>{next}</span></td>
            <td data-label="Answer of the server" dir="auto">{recipient.answer.unwrap_or_else(|| "none yet".into())}</td>
            <td class="num" data-label="Attempts">{recipient.attempts}</td>
            <td class="actions">
                <span class="cluster">
                    {again}
                    <a class="link" href=file download="" rel="external">".eml"<span class="sr-only">{format!(" to {who}")}</span></a>
                </span>
            </td>
        </tr>
    }
    .into_any()
}
