//! The page of a dry run: the report that the run of any time would send. It is made for the page and forgotten.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    plan_api::load_dry_run,
    plan_view::{DryRunPage as Data, DryRunPerson, DryRunReport},
};
use crate::{
    domain::{ids::ScheduleId, job::RecipientKind},
    error::AppError,
    ui::{ErrorPage, ErrorSummary, Icon, Page, TextField},
};

#[component]
pub fn DryRunPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked = Memo::new(move |_| {
        let id = params.read().get("id").and_then(|id| id.parse::<ScheduleId>().ok());
        (id, query.read().get("at").unwrap_or_default())
    });
    let data = Resource::new(
        move || asked.get(),
        async |(id, at)| match id {
            Some(id) => load_dry_run(id, at).await,
            None => Err(AppError::NotFound),
        },
    );
    view! {
        <Transition>
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
    let Data { job, at, report } = data;
    let (report, wrong) = match report {
        Some(Ok(report)) => (Some(report), None),
        Some(Err(error)) => (None, Some(error)),
        None => (None, None),
    };
    let error = Signal::derive(move || wrong.clone());
    let back = format!("/jobs/{}", job.id);
    let here = format!("/jobs/{}/dry-run", job.id);
    view! {
        <Page title=format!("Dry run of {}", job.name) lead=job.sentence.clone()>
            <section class="panel is-padded" aria-labelledby="time-head">
                <div class="panel__head"><h2 id="time-head">"Time"</h2><p>"Shows the report that a run of this time would send. Nothing is sent, and nothing is stored."</p></div>
                <ErrorSummary error=error />
                <form class="form" method="get" action=here>
                    <div class="field is-narrow">
                        <TextField label="Time of the run" name="at" kind="datetime-local" value=at hint=format!("In {}; it may be past or to come.", job.zone) error=error />
                    </div>
                    <div class="form__actions">
                        <button class="btn is-primary" type="submit"><Icon name="eye" />"Show the report"</button>
                        <a class="btn is-ghost" href=back>"Back to the job"</a>
                    </div>
                </form>
            </section>
            {report.map(shown_report)}
        </Page>
    }
    .into_any()
}

fn shown_report(report: DryRunReport) -> AnyView {
    let DryRunReport {
        words,
        note,
        is_named,
        begins,
        previous,
        is_ahead,
        period,
        unmet,
        subject,
        account,
        people,
        notes,
        text,
        frame,
    } = report;
    let gets = people.iter().filter(|person| person.held_back.is_none()).count();
    let to = match (gets, people.len()) {
        (gets, all) if gets == all => format!("{gets} of {all} would get it."),
        (gets, all) => format!("{gets} of {all} would get it; {} would be held back.", all - gets),
    };
    view! {
        {unmet.map(|unmet| view! {
            <div class="banner" data-tone="warn" role="status">
                <Icon name="triangle-alert" />
                <div><strong>"It would not be sent."</strong><p>{unmet}</p></div>
            </div>
        })}
        <section class="panel is-padded" aria-labelledby="run-head">
            <div class="panel__head"><h2 id="run-head">"The run"</h2></div>
            <dl class="facts">
                <div><dt>"Time"</dt><dd>
                    {words}
                    {note.map(|note| view! { <br /><span class="muted">{note.words()}</span> })}
                    {(!is_named).then(|| view! { <br /><span class="muted">"The schedule has no run at this time; this is the report that one would send."</span> })}
                </dd></div>
                {begins.map(|begins| view! { <div><dt>"Begins"</dt><dd>{begins}</dd></div> })}
                {previous.map(|previous| view! { <div><dt>"The run before it"</dt><dd>{previous}</dd></div> })}
                <div><dt>"Covers"</dt><dd>{period}{is_ahead.then(|| view! { <br /><span class="muted">"This time is to come: the data are those of now."</span> })}</dd></div>
                <div><dt>"Subject"</dt><dd dir="auto">{subject}</dd></div>
                <div><dt>"Mail account"</dt><dd dir="auto">{account}</dd></div>
            </dl>
        </section>
        <section class="panel is-padded" aria-labelledby="people-head">
            <div class="panel__head"><h2 id="people-head">"Recipients"</h2><p>{to}</p></div>
            {(!notes.is_empty()).then(|| view! { <ul>{notes.into_iter().map(|note| view! { <li dir="auto">{note}</li> }).collect_view()}</ul> })}
            {(!people.is_empty()).then(|| recipients(people))}
        </section>
        <section class="panel is-padded" aria-labelledby="mail-head">
            <div class="panel__head"><h2 id="mail-head">"The mail"</h2></div>
            // Scripts, forms and links stay off: the frame has no permissions, and a policy of its own.
            <iframe class="mail-frame" sandbox="" title="The report as its reader would see it" src=frame></iframe>
        </section>
        <section class="panel is-padded" aria-labelledby="text-head">
            <div class="panel__head"><h2 id="text-head">"Its text part"</h2></div>
            <pre class="code is-wrapped" tabindex="0" role="region" aria-label="Text part" dir="auto">{text}</pre>
        </section>
    }
    .into_any()
}

fn recipients(people: Vec<DryRunPerson>) -> AnyView {
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Table of recipients">
            <table class="table dl-cards">
                <caption class="sr-only">"Who would get the report"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Address"</th>
                        <th scope="col">"Place"</th>
                        <th scope="col">"Would get it"</th>
                    </tr>
                </thead>
                <tbody>{people.into_iter().map(person).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn person(person: DryRunPerson) -> AnyView {
    let DryRunPerson { address, name, kind, via, held_back } = person;
    let kind = match kind {
        RecipientKind::To => "To",
        RecipientKind::Cc => "Copy",
        RecipientKind::Bcc => "Blind copy",
    };
    let place = match via {
        Some(group) => format!("{kind}, group {group}"),
        None => kind.to_owned(),
    };
    let state = match held_back {
        None => view! { <span class="state" data-tone="good"><Icon name="check" />"Yes"</span> }.into_any(),
        Some(reason) => {
            view! { <span class="state is-text" data-tone="off"><Icon name="ban" />{reason}</span> }.into_any()
        }
    };
    view! {
        <tr>
            <th scope="row"><span>{address}{(!name.is_empty()).then(|| view! { <br /><span class="muted" dir="auto">{name}</span> })}</span></th>
            <td data-label="Place" dir="auto">{place}</td>
            <td data-label="Would get it">{state}</td>
        </tr>
    }
    .into_any()
}
