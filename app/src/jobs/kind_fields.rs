//! The fields of the editor that belong to the kind of the job.

use leptos::prelude::*;

use super::kind_form::KindForm;
use crate::{
    domain::{job::JobKind, job_options::Scope, personal::Section},
    error::AppError,
    ui::{Choice, SelectField, TextAreaField, TextField},
};

/// What the editor says of the project, by the kind of the job.
pub fn project_hint(kind: JobKind) -> &'static str {
    match kind {
        JobKind::WeeklyReport => "The report counts its days in the time zone of the project.",
        JobKind::Digest | JobKind::Reminder => {
            "Those who see it can be recipients, and its editors can change the job."
        }
        JobKind::ArchiveTasks => "Its finished tasks are archived.",
        JobKind::GitPush => "Its members see the job and how it went. The archive of all projects is pushed.",
    }
}

/// What the editor says of the recipients, by the kind of the job.
pub fn recipients_hint(kind: JobKind) -> &'static str {
    if kind.is_personal() {
        "One a line: somebody with an account who sees the project, or a group like group: Front office. Each gets a mail of \
         their own. External addresses cannot have one: it is made of the person's own tasks."
    } else {
        "One a line: an address like Dana Admin <dana@example.org>, or a group like group: Front office. They see each other's addresses, but not those of a group."
    }
}

/// The kinds to choose from, as links, so that each opens the form with its own fields.
pub fn kinds(chosen: JobKind, offered: &[JobKind]) -> AnyView {
    let link = |kind: JobKind| {
        let current = (kind == chosen).then_some("page");
        view! { <a href=format!("/jobs/new?kind={kind}") aria-current=current>{kind.label()}</a> }
    };
    view! {
        <nav class="tabs" aria-label="Kind of job">{offered.iter().copied().map(link).collect_view()}</nav>
        <p id="kind" tabindex="-1">{chosen.summary()}</p>
    }
    .into_any()
}

/// The fields of a kind; none for those without.
pub fn fields(kind: JobKind, form: &KindForm, error: Signal<Option<AppError>>) -> AnyView {
    match kind {
        JobKind::WeeklyReport | JobKind::GitPush => ().into_any(),
        JobKind::Digest => view! { {scope(form, error)}{sections(form, error)}{own_words(form, error)} }.into_any(),
        JobKind::Reminder => view! { {scope(form, error)}{reminder(form, error)}{own_words(form, error)} }.into_any(),
        JobKind::ArchiveTasks => view! {
            <div class="field is-narrow">
                <TextField label="Days since they were finished" name="finished_days" kind="number" value=form.finished_days.clone() error=error />
            </div>
        }
        .into_any(),
    }
}

fn scope(form: &KindForm, error: Signal<Option<AppError>>) -> AnyView {
    let choices = Scope::ALL.iter().map(|&scope| Choice::new(scope.as_str(), scope.label())).collect();
    view! {
        <SelectField
            label="Tasks of"
            name="scope"
            choices=choices
            value=form.scope.clone()
            hint="Open tasks that are assigned to the person. Nobody gets what they cannot see."
            error=error
        />
    }
    .into_any()
}

fn sections(form: &KindForm, error: Signal<Option<AppError>>) -> AnyView {
    let ticked = form.sections();
    let boxes = Section::OF_DIGEST.into_iter().filter_map(|section| {
        let name = KindForm::field_of(section)?;
        let is_ticked = ticked.contains(&section);
        Some(view! {
            <label class="choice"><input type="checkbox" name=name value="on" checked=is_ticked /><span>{section.heading()}</span></label>
        })
    });
    let boxes = boxes.collect::<Vec<_>>();
    let problems = move || {
        let words: Vec<String> = error.with(|error| {
            error
                .iter()
                .flat_map(|error| error.problems_of("sections").map(|field| field.problem.words()).collect::<Vec<_>>())
                .collect()
        });
        (!words.is_empty()).then(|| view! { <span class="field__error" id="sections-error">{words.join(". ")}</span> })
    };
    view! {
        <div class="field" role="group" aria-labelledby="sections-label" id="sections" tabindex="-1">
            <span class="field__label" id="sections-label">"It shows"</span>
            {problems}
            <div class="choices">{boxes}</div>
        </div>
    }
    .into_any()
}

/// What the mails say beside their lists.
fn own_words(form: &KindForm, error: Signal<Option<AppError>>) -> AnyView {
    view! {
        <TextField
            label="Subject"
            name="own_subject"
            value=form.own_subject.clone()
            hint="Empty for how many tasks are how near, and the day. {{ person }}, {{ project }}, {{ tasks }} and {{ day }} are filled in for each person."
            error=error
            autocomplete="off"
        />
        <TextAreaField
            label="Introduction"
            name="introduction"
            value=form.introduction.clone()
            hint="Stands above the tasks, in Markdown, with the same variables; empty for none."
            error=error
            rows=3
        />
    }
    .into_any()
}

fn reminder(form: &KindForm, error: Signal<Option<AppError>>) -> AnyView {
    view! {
        <TextField
            label="How long before"
            name="leads"
            value=form.leads.clone()
            hint="Up to five, like 3 days, 1 day, 2 hours. The job runs at the times below; choose them close enough for hours."
            error=error
            autocomplete="off"
        />
        <div class="field is-narrow">
            <TextField
                label="From this hour on"
                name="from_time"
                kind="time"
                value=form.from_time.clone()
                hint="For tasks that are due on a day without a time; in the time zone of each person."
                error=error
            />
        </div>
    }
    .into_any()
}
