//! `/reports/:id/compare`: a report beside another one of its job: numbers with what changed in words, and the tasks
//! that stand in other lists than before.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    api::compare_reports,
    reports_page::PATH,
    view::{ComparedReports, Neighbour, ReportHead},
};
use crate::{
    domain::{
        ids::OccurrenceId,
        report_compare::{Comparison, Move, Moved, Pair},
    },
    ui::{Choice, Empty, ErrorPage, Icon, Page, SelectField, pending, resource},
};

#[component]
pub fn CompareReportsPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked =
        Memo::new(move |_| (params.read().get("id").unwrap_or_default(), query.read().get("with").unwrap_or_default()));
    let compared = resource(move || asked.get(), |(id, with)| compare_reports(id, with));
    view! {
        <Transition set_pending=pending()>
            {move || Suspend::new(async move {
                match compared.await {
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    Ok(compared) => shown(compared),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn shown(compared: ComparedReports) -> AnyView {
    let ComparedReports { job, project, id, with, others, pair } = compared;
    let back =
        move || view! { <a class="btn" href=format!("{PATH}/{id}")><Icon name="file-text" />"Open the report"</a> };
    let body = match pair {
        Some((earlier, later, comparison)) => view! {
            {choose(id, with, others)}
            {numbers(&earlier, &later, &comparison)}
            {moves(comparison.moves)}
        }
        .into_any(),
        None => view! {
            <Empty title="Nothing to compare with" text="This is the only report of its job that is kept. The next one can be compared with it." />
        }
        .into_any(),
    };
    view! {
        <Page title="Compare reports" lead=format!("{job} · {project}") actions=back>{body}</Page>
    }
    .into_any()
}

fn choose(id: OccurrenceId, with: Option<OccurrenceId>, others: Vec<Neighbour>) -> impl IntoView {
    let choices = others.into_iter().map(|other| Choice::new(other.id.to_string(), other.period)).collect();
    let value = with.map(|with| with.to_string()).unwrap_or_default();
    view! {
        <form class="notes-filter" method="get" action=format!("{PATH}/{id}/compare") aria-label="Choose a report">
            <SelectField label="Compare with" name="with" choices=choices value=value />
            <button class="btn" type="submit">"Compare"</button>
        </form>
    }
    .into_any()
}

fn numbers(earlier: &ReportHead, later: &ReportHead, comparison: &Comparison) -> impl IntoView + use<> {
    let changed = match comparison.changed() {
        0 => "No number has changed.".to_owned(),
        1 => "1 number has changed.".to_owned(),
        many => format!("{many} numbers have changed."),
    };
    let head = |report: &ReportHead, side: &'static str| {
        let (id, period, finding) = (report.id, report.period.clone(), report.finding.clone());
        view! {
            <th scope="col">
                <span class="report-name"><span>{side}", "{period}</span><a href=format!("{PATH}/{id}") dir="auto">{finding}</a></span>
            </th>
        }
    };
    let heads = (head(earlier, "Earlier"), head(later, "Later"));
    let labels = (format!("Earlier, {}", earlier.period), format!("Later, {}", later.period));
    let rows: Vec<_> = comparison.numbers.iter().map(|pair| number(pair, &labels)).collect();
    view! {
        <section class="stack is-tight" aria-labelledby="numbers-head">
            <h2 id="numbers-head" class="section-title">"Key figures"</h2>
            <p class="muted">{changed}</p>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Key figures of both reports">
                <table class="table dl-cards is-compared">
                    <caption class="sr-only">"Key figures of both reports; what changed is said in words"</caption>
                    <thead><tr><th scope="col">"Figure"</th>{heads.0}{heads.1}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn number(pair: &Pair, (earlier, later): &(String, String)) -> impl IntoView + use<> {
    let words = pair.later_words();
    let shown = match pair.change {
        Some(_) => view! { <mark class="changed" data-tone=pair.tone.as_str()>{words}</mark> }.into_any(),
        None => words.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{pair.name.clone()}</th>
            <td data-label=earlier.clone()>{pair.earlier.clone()}</td>
            <td data-label=later.clone()>{shown}</td>
        </tr>
    }
}

fn moves(moves: Vec<(Move, Vec<Moved>)>) -> AnyView {
    if moves.is_empty() {
        return view! { <p class="muted">"Every task stands in the same lists in both reports."</p> }.into_any();
    }
    moves.into_iter().map(|(what, tasks)| group(what, tasks)).collect_view().into_any()
}

fn group(what: Move, tasks: Vec<Moved>) -> impl IntoView {
    let heading = format!("moved-{what}");
    let id = heading.clone();
    let many = tasks.len();
    let rows: Vec<_> = tasks.into_iter().map(moved).collect();
    view! {
        <section class="panel is-padded" aria-labelledby=id>
            <div class="panel__head"><h2 id=heading>{what.label()}" "<span class="muted small">{many}</span></h2></div>
            <ul class="moved" role="list">{rows}</ul>
        </section>
    }
    .into_any()
}

fn moved(moved: Moved) -> impl IntoView {
    let Moved { line, from, to } = moved;
    let href = format!("/tasks/{}", line.reference);
    let due = line.due.map(|due| format!(" · {}", due.words)).unwrap_or_default();
    let people = if line.people.is_empty() { String::new() } else { format!(" · {}", line.people.join(", ")) };
    view! {
        <li>
            <a class="link" href=href dir="auto">{line.reference}" "{line.title}</a>
            <span class="muted small">"Before: "{from}". Now: "{to}"."{due}{people}</span>
        </li>
    }
}
