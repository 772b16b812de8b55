//! The page of a backfill: a range, how its runs go together, and what they would be before they are made.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    plan_api::{StartBackfill, load_backfill},
    plan_view::{BackfillForm, BackfillLine, BackfillPage as Data, BackfillPlan, JobHead},
};
use crate::{
    domain::{ids::ScheduleId, policy::Overlap},
    error::AppError,
    ui::{Choice, ErrorPage, ErrorSummary, Icon, Page, SelectField, TextField, pending, plain_error, resource},
};

#[component]
pub fn BackfillPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked = Memo::new(move |_| {
        let id = params.read().get("id").and_then(|id| id.parse::<ScheduleId>().ok());
        let query = query.read();
        let field = |name: &str| query.get(name).unwrap_or_default();
        (id, BackfillForm { from: field("from"), to: field("to"), overlap: field("overlap") })
    });
    let data = resource(
        move || asked.get(),
        async |(id, form)| match id {
            Some(id) => load_backfill(id, form.from, form.to, form.overlap).await,
            None => Err(AppError::NotFound),
        },
    );
    view! {
        <Transition set_pending=pending()>
            {move || Suspend::new(async move {
                match data.await {
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    Ok(data) => shown(data).into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn shown(data: Data) -> AnyView {
    let Data { job, form, plan } = data;
    let refused = plain_error::<StartBackfill>();
    let (plan, wrong) = match plan {
        Some(Ok(plan)) => (Some(plan), None),
        Some(Err(error)) => (None, Some(error)),
        None => (None, None),
    };
    let error = Signal::derive(move || refused.get().or_else(|| wrong.clone()));
    let back = format!("/jobs/{}", job.id);
    let here = format!("/jobs/{}/backfill", job.id);
    let words = "Makes the runs of a range that the schedule has passed by. What has run is left alone.";
    view! {
        <Page title=format!("Backfill {}", job.name) lead=job.sentence.clone()>
            <section class="panel is-padded" aria-labelledby="range-head">
                <div class="panel__head"><h2 id="range-head">"Range"</h2><p>{words}</p></div>
                <ErrorSummary error=error />
                <form class="form" method="get" action=here>
                    <div class="form__row">
                        <TextField label="From" name="from" kind="datetime-local" value=form.from.clone() hint=format!("In {}.", job.zone) error=error />
                        <TextField label="To" name="to" kind="datetime-local" value=form.to.clone() hint="Included." error=error />
                    </div>
                    <SelectField
                        label="How the runs go together"
                        name="overlap"
                        choices=Overlap::ALL.iter().map(|&one| Choice::new(one.as_str(), together(one))).collect()
                        value=form.overlap.clone()
                        hint="This holds for these runs alone; the rule of the job stays as it is."
                        error=error
                    />
                    <div class="form__actions">
                        <button class="btn" type="submit">"Show the runs"</button>
                        <a class="btn is-ghost" href=back>"Cancel"</a>
                    </div>
                </form>
            </section>
            {plan.map(|plan| confirm(&job, form, plan))}
        </Page>
    }
    .into_any()
}

/// What each policy means for runs that come all at once.
const fn together(overlap: Overlap) -> &'static str {
    match overlap {
        Overlap::QueueAll => "All run, one after the other",
        Overlap::QueueOne => "The earliest runs, and the next one waits for it",
        Overlap::Skip => "Only the earliest runs",
        Overlap::CancelRunning => "Only the latest runs; one that is going on is cancelled",
    }
}

fn runs_of(count: usize) -> String {
    if count == 1 { "1 run".to_owned() } else { format!("{count} runs") }
}

fn confirm(job: &JobHead, form: BackfillForm, plan: BackfillPlan) -> AnyView {
    let BackfillPlan { runs, skipped, already, ahead, shown, more } = plan;
    let mut parts = vec![format!("{} would be made", runs_of(runs))];
    if skipped > 0 {
        parts.push(format!("{skipped} skipped"));
    }
    if already > 0 {
        parts.push(format!("{already} left alone, because they have run or are about to"));
    }
    let ahead = match ahead {
        0 => String::new(),
        1 => " Another one is still to come, at its time.".to_owned(),
        _ => " Others are still to come, each at its time.".to_owned(),
    };
    let words = format!("{}.{ahead}", parts.join(", "));
    let button = format!("Make {}", runs_of(runs));
    view! {
        <section class="panel is-padded" aria-labelledby="plan-head" id="plan">
            <div class="panel__head"><h2 id="plan-head">"What it would make"</h2></div>
            <p class="sentence" role="status">{words}</p>
            <ol class="runs" role="list" aria-label="Runs of the range">
                {shown.into_iter().map(line).collect_view()}
                {(more > 0).then(|| view! { <li><span class="muted">{format!("and {more} more")}</span></li> })}
            </ol>
            {(runs > 0).then(|| view! {
                <p>"Each makes its report as it would have been at its time, and sends it to the recipients of the job."</p>
                {job.is_paused.then(|| view! { <p>"The job is paused: they begin when it is resumed."</p> })}
                <form method="post" action=StartBackfill::url()>
                    <input type="hidden" name="id" value=job.id.to_string() />
                    <input type="hidden" name="from" value=form.from />
                    <input type="hidden" name="to" value=form.to />
                    <input type="hidden" name="overlap" value=form.overlap />
                    <div class="form__actions"><button class="btn is-primary" type="submit"><Icon name="play" />{button}</button></div>
                </form>
            })}
        </section>
    }
    .into_any()
}

fn line(line: BackfillLine) -> AnyView {
    let BackfillLine { words, note, skipped } = line;
    let beside = match skipped {
        Some(reason) => format!("Skipped. {reason}"),
        None => note.map(|note| note.words().to_owned()).unwrap_or_default(),
    };
    view! {
        <li>
            <span>{words}</span>
            {(!beside.is_empty()).then(|| view! { <span class="muted">{beside}</span> })}
        </li>
    }
    .into_any()
}
