//! What the fields of a job's form are called, for the summary of what is wrong: a sentence such as “Remove line breaks and
//! control characters” says nothing far from its field.

use crate::domain::job::JobKind;

/// What a field of the form of a kind is called, as its label says.
pub(super) fn names_of(kind: JobKind) -> fn(&str) -> Option<String> {
    match kind {
        JobKind::Digest => of_digest,
        JobKind::WeeklyReport | JobKind::Reminder | JobKind::ArchiveTasks | JobKind::GitPush => name_of,
    }
}

fn of_digest(field: &str) -> Option<String> {
    if field == "sections" { Some("It shows".to_owned()) } else { name_of(field) }
}

fn name_of(field: &str) -> Option<String> {
    let label = known(field).map(str::to_owned);
    label.or_else(|| section(field))
}

fn known(field: &str) -> Option<&'static str> {
    Some(match field {
        "kind" => "Kind of job",
        "name" => "Name",
        "project" => "Project",
        "mode" => "How the time is given",
        "unit" => "Every",
        "every_minutes" => "Minutes",
        "every_hours" => "Hours",
        "minute" => "At minute",
        "month" => "Month of the quarter",
        "on" => "On",
        "day" => "Day of the month",
        "nth" => "Which",
        "weekday" => "Weekday",
        "days" => "Days of the week",
        "at" => "Time",
        "expression" => "Expression",
        "zone" => "Time zone",
        "starts_on" => "First day",
        "ends_on" => "Last day",
        "runs" => "Number of runs",
        "except" => "Days left out",
        "recipients" => "Recipients",
        "cc" => "Copies (Cc)",
        "bcc" => "Blind copies (Bcc)",
        "account" => "Mail account",
        "overlap" => "If a run is still going",
        "misfire" => "Missed runs",
        "grace" => "Late by at most",
        "catch_up" => "Catch up with the last",
        "at_most" => "Runs to catch up with at most",
        "jitter" => "Spread starts over",
        "timeout" => "Time limit of a try",
        "tries" => "Tries",
        "retry_first" => "First wait between tries",
        "retry_longest" => "Longest wait",
        "pause_after" => "Pause after failed runs in a row",
        "give_up" => "Give up a message after",
        "uncertain" => "If nobody knows whether a message arrived",
        "send_if" => "Send",
        "figure" => "Figure",
        "comparison" => "Compared",
        "value" => "Threshold",
        "scope" => "Tasks of",
        "leads" => "How long before",
        "from_time" => "From this hour on",
        "finished_days" => "Days since they were finished",
        "own_subject" => "Subject",
        "introduction" => "Introduction",
        "period" => "Days",
        "period_days" => "How many days",
        "period_first" => "First day of the report",
        "period_last" => "Last day of the report",
        "other_projects" => "Other projects",
        "labels" => "Only these labels",
        "people" => "Only tasks of these people",
        "sections" => "Sections",
        "template" => "Template",
        "attachments" => "Files",
        "draft" => "Draft",
        _ => return None,
    })
}

/// A field of a section of a report, such as `s3_text`.
fn section(field: &str) -> Option<String> {
    let (number, part) = field.strip_prefix('s')?.split_once('_')?;
    let number: u32 = number.parse().ok()?;
    let part = match part {
        "text" => "words",
        "limit" => "number of rows",
        "from" => "priority",
        _ => return Some(format!("Section {number}")),
    };
    Some(format!("Section {number}, {part}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::{form::JobForm, kind_form::KindForm};

    #[test]
    fn every_field_of_a_job_has_a_name() {
        let (form, options) = (JobForm::default(), KindForm::default());
        let fields = form.typed().into_iter().chain(options.typed()).map(|(field, _)| field);
        // The boxes of a digest are one field.
        let unnamed: Vec<_> = fields.filter(|field| !field.starts_with("show_") && name_of(field).is_none()).collect();
        assert_eq!(unnamed, Vec::<&str>::new());
        assert_eq!(name_of("password"), None);
    }

    #[test]
    fn a_section_is_named_by_its_number() {
        assert_eq!(name_of("s3_text").as_deref(), Some("Section 3, words"));
        assert_eq!(name_of("s10_limit").as_deref(), Some("Section 10, number of rows"));
        assert_eq!(name_of("starts_on").as_deref(), Some("First day"));
        assert_eq!(names_of(JobKind::Digest)("sections").as_deref(), Some("It shows"));
        assert_eq!(names_of(JobKind::WeeklyReport)("sections").as_deref(), Some("Sections"));
    }
}
