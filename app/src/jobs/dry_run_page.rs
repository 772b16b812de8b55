//! The page of a dry run: the report that the run of any time would send, or what else it would do. It is made for the
//! page and forgotten.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    plan_api::load_dry_run,
    plan_view::{
        DryRunFile, DryRunMail, DryRunOutlook, DryRunPage as Data, DryRunPerson, DryRunReader, DryRunReport,
        DryRunShown, DryRunTime,
    },
};
use crate::{
    domain::{
        ids::ScheduleId,
        job::{JobKind, RecipientKind},
    },
    error::AppError,
    ui::{ErrorPage, ErrorSummary, Icon, Page, TextField, pending, resource},
};

#[component]
pub fn DryRunPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked = Memo::new(move |_| {
        let id = params.read().get("id").and_then(|id| id.parse::<ScheduleId>().ok());
        (id, query.read().get("at").unwrap_or_default())
    });
    let data = resource(
        move || asked.get(),
        async |(id, at)| match id {
            Some(id) => load_dry_run(id, at).await,
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
    let Data { job, at, has_seconds, shown } = data;
    let kind = job.kind;
    let (about, show) = if kind.makes_report() {
        (
            "Shows the report that a run of this time would send. Nothing is sent, and nothing is stored.",
            "Show the report",
        )
    } else {
        ("Shows what a run of this time would do. Nothing is done, and nothing is stored.", "Show the dry run")
    };
    let (shown, wrong) = match shown {
        Some(Ok(shown)) => (Some(shown), None),
        Some(Err(error)) => (None, Some(error)),
        None => (None, None),
    };
    let error = Signal::derive(move || wrong.clone());
    let step = if has_seconds { "1" } else { "60" };
    let back = format!("/jobs/{}", job.id);
    let here = format!("/jobs/{}/dry-run", job.id);
    view! {
        <Page title=format!("Dry run of {}", job.name) lead=job.sentence.clone()>
            <section class="panel is-padded" aria-labelledby="time-head">
                <div class="panel__head"><h2 id="time-head">"Time"</h2><p>{about}</p></div>
                <ErrorSummary error=error />
                <form class="form" method="get" action=here>
                    <div class="field is-narrow">
                        <TextField label="Time of the run" name="at" kind="datetime-local" step=step value=at hint=format!("In {}; it may be past or to come.", job.zone) error=error />
                    </div>
                    <div class="form__actions">
                        <button class="btn is-primary" type="submit"><Icon name="eye" />{show}</button>
                        <a class="btn is-ghost" href=back>"Back to the job"</a>
                    </div>
                </form>
            </section>
            {shown.map(|shown| match shown {
                DryRunShown::Report(report) => shown_report(*report),
                DryRunShown::Other(outlook) => shown_outlook(kind, *outlook),
            })}
        </Page>
    }
    .into_any()
}

fn shown_report(report: DryRunReport) -> AnyView {
    let DryRunReport { time, period, unmet, subject, account, people, notes, text, frame, files } = report;
    let is_ahead = time.is_ahead;
    let gets = people.iter().filter(|person| person.held_back.is_none()).count();
    let to = who_gets(gets, people.len());
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
                {time_facts(time, "The schedule has no run at this time; this is the report that one would send.")}
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
        {mail_parts("The mail", "The report as its reader would see it", frame, text)}
        {(!files.is_empty()).then(|| files_list(files))}
    }
    .into_any()
}

/// How many of all recipients would get a report.
fn who_gets(gets: usize, all: usize) -> String {
    match gets {
        0 => "Nobody would get it: the run would fail.".to_owned(),
        gets if gets == all => format!("{gets} of {all} would get it."),
        gets => format!("{gets} of {all} would get it; {} would be held back.", all.saturating_sub(gets)),
    }
}

/// The files of the message, to be looked at.
fn files_list(files: Vec<DryRunFile>) -> AnyView {
    let row = |file: DryRunFile| {
        let DryRunFile { name, size, href, travels } = file;
        view! {
            <li>
                <a class="link" href=href download="" rel="external">{name}</a>
                <span class="muted">{format!(" {size}")}{(!travels).then_some(", too big for a message: on the page of the report alone")}</span>
            </li>
        }
    };
    view! {
        <section class="panel is-padded" aria-labelledby="files-head">
            <div class="panel__head"><h2 id="files-head">"Its files"</h2><p>"Made for this page; the run makes them anew."</p></div>
            <ul>{files.into_iter().map(row).collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// When the run would be, as rows of its facts.
fn time_facts(time: DryRunTime, not_named: &'static str) -> AnyView {
    let DryRunTime { words, note, is_named, begins, previous, is_ahead: _ } = time;
    view! {
        <div><dt>"Time"</dt><dd>
            {words}
            {note.map(|note| view! { <br /><span class="muted">{note.words()}</span> })}
            {(!is_named).then(|| view! { <br /><span class="muted">{not_named}</span> })}
        </dd></div>
        {begins.map(|begins| view! { <div><dt>"Begins"</dt><dd>{begins}</dd></div> })}
        {previous.map(|previous| view! { <div><dt>"The run before it"</dt><dd>{previous}</dd></div> })}
    }
    .into_any()
}

/// A mail as HTML and as text.
fn mail_parts(heading: &'static str, title: &'static str, frame: String, text: String) -> AnyView {
    view! {
        <section class="panel is-padded" aria-labelledby="mail-head">
            <div class="panel__head"><h2 id="mail-head">{heading}</h2></div>
            // Scripts, forms and links stay off: the frame has no permissions, and a policy of its own.
            <iframe class="mail-frame" sandbox="" title=title src=frame></iframe>
        </section>
        <section class="panel is-padded" aria-labelledby="text-head">
            <div class="panel__head"><h2 id="text-head">"Its text part"</h2></div>
            <pre class="code is-wrapped" tabindex="0" role="region" aria-label="Text part" dir="auto">{text}</pre>
        </section>
    }
    .into_any()
}

/// What the run of a job that makes no report would do.
fn shown_outlook(kind: JobKind, outlook: DryRunOutlook) -> AnyView {
    let DryRunOutlook { time, words, readers, notes, mine, tasks, more } = outlook;
    let data = if kind == JobKind::GitPush {
        "The commits are those of now."
    } else {
        "The tasks are as they are now; what is due or long finished is counted from this time."
    };
    view! {
        <section class="panel is-padded" aria-labelledby="run-head">
            <div class="panel__head"><h2 id="run-head">"The run"</h2><p dir="auto">{words}</p></div>
            <dl class="facts">
                {time_facts(time, "The schedule has no run at this time; this is what one would do.")}
                <div><dt>"Data"</dt><dd>{data}</dd></div>
            </dl>
        </section>
        {kind.is_personal().then(|| view! {
            <section class="panel is-padded" aria-labelledby="people-head">
                <div class="panel__head"><h2 id="people-head">"Who would get a mail"</h2><p>"Each mail is for its reader alone: of the others you see how many tasks stand in it."</p></div>
                {(!notes.is_empty()).then(|| view! { <ul>{notes.into_iter().map(|note| view! { <li dir="auto">{note}</li> }).collect_view()}</ul> })}
                {(!readers.is_empty()).then(|| readers_table(readers))}
            </section>
        })}
        {mine.map(own_mail)}
        {(!tasks.is_empty()).then(|| view! {
            <section class="panel is-padded" aria-labelledby="tasks-head">
                <div class="panel__head"><h2 id="tasks-head">"Tasks it would archive"</h2></div>
                <ul>{tasks.into_iter().map(|task| view! { <li dir="auto">{task}</li> }).collect_view()}</ul>
                {(more > 0).then(|| view! { <p class="muted">{format!("and {more} more")}</p> })}
            </section>
        })}
    }
    .into_any()
}

fn own_mail(mail: DryRunMail) -> AnyView {
    let DryRunMail { subject, text, frame } = mail;
    view! {
        <section class="panel is-padded" aria-labelledby="own-head">
            <div class="panel__head"><h2 id="own-head">"Your own mail"</h2></div>
            <dl class="facts"><div><dt>"Subject"</dt><dd dir="auto">{subject}</dd></div></dl>
        </section>
        {mail_parts("As you would see it", "Your mail as you would see it", frame, text)}
    }
    .into_any()
}

fn readers_table(readers: Vec<DryRunReader>) -> AnyView {
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Table of readers">
            <table class="table dl-cards">
                <caption class="sr-only">"Who would get a mail of their own"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Address"</th>
                        <th scope="col">"Place"</th>
                        <th scope="col">"Tasks in it"</th>
                    </tr>
                </thead>
                <tbody>{readers.into_iter().map(reader).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn reader(reader: DryRunReader) -> AnyView {
    let DryRunReader { address, name, kind, via, tasks } = reader;
    view! {
        <tr>
            <th scope="row"><span>{address}{(!name.is_empty()).then(|| view! { <br /><span class="muted" dir="auto">{name}</span> })}</span></th>
            <td data-label="Place" dir="auto">{place(kind, via)}</td>
            <td data-label="Tasks in it">{tasks}</td>
        </tr>
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
    let place = place(kind, via);
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

/// Where somebody stands on the list.
fn place(kind: RecipientKind, via: Option<String>) -> String {
    let kind = match kind {
        RecipientKind::To => "To",
        RecipientKind::Cc => "Copy",
        RecipientKind::Bcc => "Blind copy",
    };
    match via {
        Some(group) => format!("{kind}, group {group}"),
        None => kind.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dry_run_says_who_would_get_the_report_and_that_it_would_fail_where_nobody_would() {
        assert_eq!(who_gets(2, 2), "2 of 2 would get it.");
        assert_eq!(who_gets(1, 3), "1 of 3 would get it; 2 would be held back.");
        for all in [0, 3] {
            assert_eq!(who_gets(0, all), "Nobody would get it: the run would fail.");
        }
    }
}
