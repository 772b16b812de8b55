//! The form above the list of reports: a plain one, whose fields become the address.

use leptos::prelude::*;

use super::reports_page::PATH;
use crate::{
    domain::{
        ids::ScheduleId,
        report_filter::{ReportFilter, ReportResult},
    },
    ui::{Choice, SelectField, TextField},
};

/// The filter, filled in as it is.
pub fn filter_form(
    filter: ReportFilter,
    jobs: Vec<(ScheduleId, String)>,
    projects: Vec<(String, String)>,
) -> impl IntoView {
    let clear = filter.is_narrowed().then(|| {
        let href = format!("{PATH}{}", ReportFilter { month: filter.month, ..ReportFilter::default() }.to_query());
        view! { <a class="link small" href=href>"Clear filters"</a> }
    });
    let ReportFilter { words, month, job, project, result, recipient, before: _ } = filter;
    let month = month.map(|month| view! { <input type="hidden" name="month" value=month.to_string() /> });
    let jobs = with_any("Any job", jobs.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)));
    let projects = with_any("Any project", projects.into_iter().map(|(key, name)| Choice::new(key, name)));
    let results = ReportResult::ALL.iter().map(|result| Choice::new(result.as_str(), result.label()));
    let results = with_any("Any result", results);
    view! {
        <form class="notes-filter is-reports" method="get" action=PATH aria-label="Filter reports">
            {month}
            <TextField label="Title, finding or subject" name="q" kind="search" value=words autocomplete="off" />
            <SelectField label="Job" name="job" choices=jobs value=job.map(|job| job.to_string()).unwrap_or_default() />
            <SelectField label="Project" name="project" choices=projects value=project.unwrap_or_default() />
            <SelectField label="Result" name="result" choices=results value=result.map(|result| result.to_string()).unwrap_or_default() />
            <TextField label="Recipient" name="recipient" kind="search" value=recipient autocomplete="off" />
            <button class="btn" type="submit">"Show"</button>
            {clear}
        </form>
    }
    .into_any()
}

fn with_any(words: &str, choices: impl Iterator<Item = Choice>) -> Vec<Choice> {
    std::iter::once(Choice::new("", words)).chain(choices).collect()
}
