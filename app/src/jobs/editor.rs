//! The form of a job: what, when, who. The sentence and the next runs come from the server with the code that plans;
//! without WebAssembly the button beside them loads the page anew with what is typed.

use leptos::{ev, prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use super::{
    api::{SaveJob, load_known_recipients, load_report_choices, preview_job},
    cron_field::{self, CronFields},
    field_names,
    form::{JobForm, Mode, days_from},
    kind_fields,
    recipients_field::RecipientsField,
    report_fields,
    report_form::ReportForm,
    rules_fields,
    test_api::SendJobTest,
    test_panel,
    view::{EditorData, Preview},
    when_fields,
};
use crate::{
    accounts::ZoneField,
    domain::{
        calendar::weekday_long,
        ids::ScheduleId,
        recipient::{Known, groups_among},
        schedule::UpcomingRun,
    },
    error::{AppError, AppResult, Problem},
    ui::{Choice, ErrorSummary, Pause, SelectField, TYPING, TextField, base_version, first_day, plain_error, resource},
};

/// The editor. `here` is the path of its own page, `back` that of the page that Cancel leads to.
#[component]
pub fn JobEditor(data: EditorData, here: String, back: String) -> impl IntoView {
    let EditorData { id, version, form: stored, kinds, projects, accounts, known, report, tested } = data;
    let (refused, untested) = (plain_error::<SaveJob>(), plain_error::<SendJobTest>());
    let error = Signal::derive(move || refused.get().or_else(|| untested.get()));
    let (caret, set_caret) = signal(None);
    let expression = NodeRef::<leptos::html::Input>::new();
    let on_caret = cron_field::hear(set_caret, expression);
    let mut form = shown(stored.clone(), error);
    if id.is_some() {
        form.kind = stored.kind;
    }
    let (typed, set_typed) = signal(JobForm { report: ReportForm::default(), ..form.clone() });
    let node = NodeRef::<leptos::html::Form>::new();
    let read = move || {
        if let Some(form) = node.try_get_untracked().flatten().and_then(|node| read_form(&node)) {
            // What the report shows does not change when it runs.
            set_typed.try_set(JobForm { report: ReportForm::default(), ..form });
        }
    };
    let pause = Pause::idle();
    let on_change = move |_: ev::Event| {
        pause.cancel();
        read();
    };
    // The sentence and the next runs follow what is typed, not only when its field is left.
    let on_typing = move |_: ev::Event| pause.then(TYPING, read);
    let projects: Vec<Choice> = projects.into_iter().map(|(key, name)| Choice::new(key, name)).collect();
    let save = if id.is_some() { "Save" } else { "Create the job" };
    let kind = form.kind;
    // The kind of a job that is there stays.
    let kinds = match id {
        Some(_) => view! { <p class="muted">{kind.label()}": "{kind.summary()}</p> }.into_any(),
        None => kind_fields::kinds(kind, &kinds),
    };
    let report = if kind.makes_report() && !form.report.is_empty() {
        let offered = RwSignal::new(report);
        if id.is_none() {
            follow(typed, offered, load_report_choices);
        }
        report_fields::fields(&form.report, offered, &here, error)
    } else {
        ().into_any()
    };
    // Whose labels and people are offered, where the page does not hear of another project by itself.
    let has_choice = id.is_none() && kind.makes_report() && projects.len() > 1;
    let reload = has_choice.then(|| {
        let here = here.clone();
        view! {
            <div>
                <button class="btn is-sm needs-no-script" type="submit" formmethod="get" formaction=here formnovalidate=true>"Show the labels and people of the project"</button>
            </div>
        }
    });
    let who = if kind.sends_mail() {
        let known = RwSignal::new(known);
        if id.is_none() {
            follow(typed, known, load_known_recipients);
        }
        who(&form, known.into(), accounts, error)
    } else {
        ().into_any()
    };
    view! {
        <ErrorSummary error=error names=field_names::names_of(kind) />
        {id.map(|id| saved_by_another(id, error))}
        {kinds}
        <form class="form" method="post" action=SaveJob::url() node_ref=node on:change=on_change>
            <input type="hidden" name="id" value=id.map(|id| id.to_string()).unwrap_or_default() />
            <input type="hidden" name="version" value=began_with(error, version) />
            <input type="hidden" name="kind" value=kind.as_str() />
            // What Enter presses in a field: the first button of a form.
            <button class="sr-only" type="submit" tabindex="-1" aria-hidden="true">{save}</button>
            <fieldset class="fieldset">
                <legend>"What"</legend>
                <TextField label="Name" name="name" value=form.name.clone() error=error required=true autocomplete="off" />
                <SelectField
                    label="Project"
                    name="project"
                    choices=projects
                    value=form.project.clone()
                    hint=kind_fields::project_hint(kind)
                    error=error
                />
                {reload}
                {kind_fields::fields(kind, &form.options, error)}
            </fieldset>
            {report}
            <fieldset class="fieldset" on:input=on_typing>
                <legend>"When"</legend>
                <div class="choices is-inline" role="radiogroup" aria-label="How the time is given">
                    {mode_choice(Mode::Simple, "Days and time", form.mode)}
                    {mode_choice(Mode::Cron, "Cron expression", form.mode)}
                </div>
                <div class="form when__simple is-unit">
                    {when_fields::simple(&form.when, error)}
                    <div class="unit__week">{days(&form, error)}</div>
                    <div class="field is-narrow unit__time">
                        <TextField label="Time" name="at" kind="time" value=form.at.clone() error=error />
                    </div>
                </div>
                <div
                    class="form when__cron"
                    on:keyup=move |_| on_caret()
                    on:click=move |_| on_caret()
                    on:focusin=move |_| on_caret()
                    on:input=move |_| on_caret()
                >
                    <TextField
                        label="Expression"
                        name="expression"
                        value=form.expression.clone()
                        hint="Minute, hour, day, month, weekday, such as 0 7 * * 1; seconds may stand in front. L is the last day, 1#2 the second Monday."
                        error=error
                        autocomplete="off"
                        node_ref=expression
                    />
                    <CronFields at=caret />
                </div>
                <ZoneField value=form.zone.clone() error=error />
                {when_fields::limits(&form.when, error)}
                <PreviewPanel form=typed />
                <div>
                    <button class="btn needs-no-script" type="submit" formmethod="get" formaction=format!("{here}#preview") formnovalidate=true>"Show the next runs"</button>
                </div>
            </fieldset>
            {who}
            {rules_fields::rules(&form.rules, kind, error)}
            {tested.map(test_panel::result)}
            <div class="form__actions">
                <button class="btn is-primary" type="submit">{save}</button>
                {kind.sends_mail().then(|| test_panel::button(kind))}
                <a class="btn is-ghost" href=back>"Cancel"</a>
            </div>
        </form>
    }
}

/// Offers what belongs to the project that is chosen now, for a job that is not there yet.
fn follow<T, L, F>(typed: ReadSignal<JobForm>, offered: RwSignal<T>, load: L)
where
    T: Send + Sync + 'static,
    L: Fn(String) -> F + Copy + 'static,
    F: Future<Output = AppResult<T>> + 'static,
{
    let project = Memo::new(move |_| typed.with(|form| form.project.clone()));
    Effect::new(move |before: Option<String>| {
        let now = project.get();
        if before.is_some_and(|before| before != now) {
            let asked = now.clone();
            leptos::task::spawn_local(async move {
                // What cannot be read now is looked at again when the form is sent.
                if let Ok(choices) = load(asked.clone()).await
                    && project.try_get_untracked() == Some(asked)
                {
                    offered.try_set(choices);
                }
            });
        }
        now
    });
}

/// To whom it goes, and over which account.
fn who(
    form: &JobForm,
    known: Signal<Vec<Known>>,
    accounts: Vec<(String, String)>,
    error: Signal<Option<AppError>>,
) -> AnyView {
    let copies = if form.kind.is_personal() { ().into_any() } else { copies(form, known, error) };
    let groups = move || {
        let names = known.with(|known| groups_among(known).join(", "));
        (!names.is_empty()).then(|| view! { <p class="field__hint" dir="auto">{format!("Groups: {names}.")}</p> })
    };
    view! {
        <fieldset class="fieldset">
            <legend>"Who"</legend>
            <RecipientsField
                label="Recipients"
                name="recipients"
                value=form.recipients.clone()
                hint=kind_fields::recipients_hint(form.kind)
                add="Add somebody"
                list="known-recipients"
                known=known
                error=error
            />
            {groups}
            {copies}
            <SelectField
                label="Mail account"
                name="account"
                choices=account_choices(accounts)
                value=form.account.clone()
                error=error
            />
        </fieldset>
    }
    .into_any()
}

/// Copies; a mail for its reader alone has none.
fn copies(form: &JobForm, known: Signal<Vec<Known>>, error: Signal<Option<AppError>>) -> AnyView {
    view! {
        <RecipientsField
            label="Copies (Cc)"
            name="cc"
            value=form.cc.clone()
            hint="Everybody sees them."
            add="Add somebody in copy"
            list="known-cc"
            known=known
            error=error
            rows=2
        />
        <RecipientsField
            label="Blind copies (Bcc)"
            name="bcc"
            value=form.bcc.clone()
            hint="No recipient sees them. People with an account get the report only while they can see the project."
            add="Add somebody in blind copy"
            list="known-bcc"
            known=known
            error=error
            rows=2
        />
    }
    .into_any()
}

/// What stands in the fields: what was typed before a refusal, or before the preview was asked for, else what is stored.
fn shown(stored: JobForm, error: Signal<Option<AppError>>) -> JobForm {
    let refused = error.with_untracked(|error| {
        error
            .as_ref()
            .filter(|error| error.typed("mode").is_some())
            .map(|error| JobForm::read(|name| error.typed(name)))
    });
    let query = use_query_map().get_untracked();
    let asked = query.get("at").is_some().then(|| {
        let form = JobForm::read(|name| query.get(name));
        // A button of the list of sections loads the page anew, with the list changed.
        let pressed = query.get("list").and_then(|button| form.report.press(&button));
        JobForm { report: pressed.map_or_else(|| form.report.clone(), |(report, _)| report), ..form }
    });
    let report = stored.report.clone();
    let form = refused.or(asked).unwrap_or(stored);
    // An address that says nothing about the report changes nothing of it.
    if form.report.is_empty() { JobForm { report, ..form } } else { form }
}

/// The version that the person began with; after a refusal because of another one, that one, to which the page leads.
fn began_with(error: Signal<Option<AppError>>, stored: i64) -> String {
    if let Some(AppError::Conflict(conflict)) = error.get_untracked() {
        return conflict.version.to_string();
    }
    // What was typed came with the address, and its version, too.
    let query = use_query_map().get_untracked();
    let asked = query.get("at").and_then(|_| query.get("version")?.parse().ok());
    base_version(error, asked.unwrap_or(stored))
}

fn mode_choice(mode: Mode, label: &'static str, chosen: Mode) -> impl IntoView {
    let is_chosen = mode == chosen;
    view! {
        <label class="choice">
            <input type="radio" name="mode" value=mode.as_str() checked=is_chosen />
            <span>{label}</span>
        </label>
    }
}

fn days(form: &JobForm, error: Signal<Option<AppError>>) -> impl IntoView + use<> {
    let chosen = form.days;
    let pills = days_from(first_day()).map(|(name, day)| {
        let full = weekday_long(day);
        let short: String = full.chars().take(3).collect();
        view! {
            <label class="pill">
                <input type="checkbox" name=name value="on" checked=chosen.contains(day) aria-label=full />
                <span aria-hidden="true">{short}</span>
            </label>
        }
    });
    let problems = move || {
        let words: Vec<String> = error.with(|error| {
            error
                .iter()
                .flat_map(|error| error.problems_of("days").map(|field| field.problem.words()).collect::<Vec<_>>())
                .collect()
        });
        (!words.is_empty()).then(|| view! { <span class="field__error" id="days-error">{words.join(". ")}</span> })
    };
    view! {
        <div class="field" role="group" aria-labelledby="days-label" id="days" tabindex="-1">
            <span class="field__label" id="days-label">"Days"</span>
            {problems}
            <div class="pills">{pills.collect_view()}</div>
        </div>
    }
}

fn account_choices(accounts: Vec<(String, String)>) -> Vec<Choice> {
    let default = accounts
        .first()
        .map(|(_, name)| format!("The default account ({name})"))
        .unwrap_or_else(|| "The default account".into());
    std::iter::once(Choice::new("", default))
        .chain(accounts.into_iter().map(|(id, name)| Choice::new(id, name)))
        .collect()
}

/// The sentence and the next five runs of what is typed.
#[component]
fn PreviewPanel(form: ReadSignal<JobForm>) -> impl IntoView {
    let preview = resource(move || form.get(), preview_job);
    view! {
        <div class="stack is-tight" aria-live="polite" id="preview">
            <Transition>
                {move || Suspend::new(async move {
                    match preview.await {
                        Ok(preview) => shown_preview(preview).into_any(),
                        Err(error) => view! { <p class="sentence">{error.words()}</p> }.into_any(),
                    }
                })}
            </Transition>
        </div>
    }
}

/// Where somebody else has saved the job meanwhile: the way to what they saved, beside what is typed here.
fn saved_by_another(job: ScheduleId, error: Signal<Option<AppError>>) -> impl IntoView {
    let is_conflict = move || error.with(|error| matches!(error, Some(AppError::Conflict(_))));
    move || {
        is_conflict().then(|| view! {
            <p class="banner" data-tone="warn">
                <span>"What you typed stands below and is not saved. "<a class="link" href=format!("/jobs/{job}") target="_blank" rel="noopener">"What is saved now"</a>" opens beside it; Save puts yours in its place."</span>
            </p>
        })
    }
}

fn shown_preview(preview: Preview) -> impl IntoView {
    match preview {
        Preview::NotYet(problems) => {
            let words = problems.iter().map(Problem::words).collect::<Vec<_>>().join(". ");
            view! { <p class="sentence">{format!("No run yet. {words}.")}</p> }.into_any()
        }
        Preview::Runs { sentence, runs, zone_data } => view! {
            <p class="sentence">{sentence}</p>
            <RunTimes runs=runs />
            <p class="field__hint">{format!("Time-zone data {zone_data}.")}</p>
        }
        .into_any(),
    }
}

/// Next runs, one a line, with what daylight saving does to them.
#[component]
pub fn RunTimes(runs: Vec<UpcomingRun>) -> impl IntoView {
    let line = |run: UpcomingRun| {
        view! {
            <li>
                <time datetime=run.at.to_rfc3339()>{run.words()}</time>
                {run.note.map(|note| view! { <span class="muted">{note.words()}</span> })}
            </li>
        }
    };
    view! { <ol class="runs" role="list" aria-label="Next runs">{runs.into_iter().map(line).collect_view()}</ol> }
}

#[cfg(feature = "hydrate")]
use browser::read_form;

#[cfg(not(feature = "hydrate"))]
use server::read_form;

#[cfg(feature = "hydrate")]
mod browser {
    use super::JobForm;

    /// What stands in the fields now.
    pub fn read_form(form: &web_sys::HtmlFormElement) -> Option<JobForm> {
        let data = web_sys::FormData::new_with_form(form).ok()?;
        Some(JobForm::read(|name| data.get(name).as_string()))
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use super::JobForm;

    /// Events do not happen on the server.
    pub fn read_form<T>(_form: &T) -> Option<JobForm> {
        None
    }
}
