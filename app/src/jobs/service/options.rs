//! The options of a schedule: fields of its form to the rules of `domain::job_options`, to its row, and back.

use chrono::NaiveTime;

use crate::{
    domain::{
        job::JobKind,
        job_options::{
            ARCHIVE_DAYS, ArchiveOptions, DigestOptions, JobOptions, LEADS_MAX, Lead, ReminderOptions, Scope,
        },
        own_words::{INTRODUCTION_MAX, OwnWords, SUBJECT_MAX},
        report::spec::ReportSpec,
    },
    entities::schedule,
    error::{AppResult, Checks, Problem},
    jobs::kind_form::KindForm,
    platform::fault,
};

/// The options of a row.
///
/// # Errors
/// A fault, where they cannot be read; they were checked when they were saved.
pub fn of(row: &schedule::Model) -> AppResult<JobOptions> {
    JobOptions::from_json(row.kind, row.options.as_deref())
        .map_err(|error| fault::internal("reading the options of a job", error))
}

/// The text of the row's column.
///
/// # Errors
/// Only a fault of the program.
pub fn to_json(options: &JobOptions) -> AppResult<Option<String>> {
    options.to_json().map_err(|error| fault::internal("writing the options of a job", error))
}

/// Reads the options that a form describes. What is wrong is noted with its field.
pub fn read(kind: JobKind, form: &KindForm, checks: &mut Checks) -> JobOptions {
    match kind {
        // What a report shows is chosen apart from the form: see `report_spec`.
        JobKind::WeeklyReport => JobOptions::WeeklyReport(ReportSpec::default()),
        JobKind::GitPush => JobOptions::GitPush,
        JobKind::Digest => {
            let sections = form.sections();
            if sections.is_empty() {
                checks.add("sections", Problem::Required);
            }
            JobOptions::Digest(DigestOptions { scope: scope(form, checks), sections, words: own_words(form, checks) })
        }
        JobKind::Reminder => JobOptions::Reminder(ReminderOptions {
            scope: scope(form, checks),
            leads: leads(&form.leads, checks),
            from: NaiveTime::parse_from_str(form.from_time.trim(), "%H:%M").unwrap_or_else(|_| {
                checks.add("from_time", Problem::NotATime);
                NaiveTime::MIN
            }),
            words: own_words(form, checks),
        }),
        JobKind::ArchiveTasks => {
            let (min, max) = ARCHIVE_DAYS;
            let days = form.finished_days.trim().parse::<u32>();
            match days {
                Err(_) => checks.add("finished_days", Problem::NotANumber),
                Ok(days) if !(min..=max).contains(&days) => {
                    checks.add("finished_days", Problem::OutOfRange { min: min.into(), max: max.into() });
                }
                Ok(_) => {}
            }
            JobOptions::ArchiveTasks(ArchiveOptions { days: days.unwrap_or(max) })
        }
    }
}

/// The fields that show options.
pub fn show(options: &JobOptions) -> KindForm {
    let form = KindForm::default();
    match options {
        JobOptions::WeeklyReport(_) | JobOptions::GitPush => form,
        JobOptions::Digest(DigestOptions { scope, sections, words }) => {
            with_words(KindForm { scope: scope.to_string(), ..form }, words).with_sections(sections)
        }
        JobOptions::Reminder(ReminderOptions { scope, leads, from, words }) => KindForm {
            scope: scope.to_string(),
            leads: leads.iter().map(|lead| lead.words()).collect::<Vec<_>>().join(", "),
            from_time: from.format("%H:%M").to_string(),
            ..with_words(form, words)
        },
        JobOptions::ArchiveTasks(ArchiveOptions { days }) => KindForm { finished_days: days.to_string(), ..form },
    }
}

fn own_words(form: &KindForm, checks: &mut Checks) -> OwnWords {
    let words = OwnWords {
        subject: checks.optional_line("own_subject", &form.own_subject, SUBJECT_MAX),
        introduction: checks.text("introduction", &form.introduction, INTRODUCTION_MAX).trim().to_owned(),
    };
    words.check(checks);
    words
}

fn with_words(form: KindForm, words: &OwnWords) -> KindForm {
    let OwnWords { subject, introduction } = words.clone();
    KindForm { own_subject: subject, introduction, ..form }
}

fn scope(form: &KindForm, checks: &mut Checks) -> Scope {
    form.scope.trim().parse().unwrap_or_else(|()| {
        checks.add("scope", Problem::UnknownChoice);
        Scope::default()
    })
}

/// The leads of a line, each once, the longest first.
fn leads(text: &str, checks: &mut Checks) -> Vec<Lead> {
    let words: Vec<&str> = text.split([',', ';', '\n']).map(str::trim).filter(|word| !word.is_empty()).collect();
    let mut leads: Vec<Lead> = words.iter().filter_map(|word| Lead::parse(word)).collect();
    if leads.len() < words.len() {
        checks.add("leads", Problem::NotALead);
    } else if leads.is_empty() {
        checks.add("leads", Problem::Required);
    }
    leads.sort_by(|one, other| other.cmp(one));
    leads.dedup();
    if leads.len() > LEADS_MAX as usize {
        checks.add("leads", Problem::TooMany { max: LEADS_MAX });
    }
    leads
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{error::AppError, jobs::kind_form::beginning};

    fn problems(kind: JobKind, form: &KindForm) -> Vec<(String, Problem)> {
        let mut checks = Checks::default();
        read(kind, form, &mut checks);
        match checks.done() {
            Err(AppError::Invalid(invalid)) => {
                invalid.fields.into_iter().map(|field| (field.field, field.problem)).collect()
            }
            _ => Vec::new(),
        }
    }

    #[test]
    fn what_a_new_job_begins_with_is_right_and_is_shown_as_it_was_typed() {
        for &kind in JobKind::ALL {
            let form = beginning(kind).options;
            let mut checks = Checks::default();
            let options = read(kind, &form, &mut checks);
            assert_eq!(checks.done(), Ok(()), "{kind}");
            assert_eq!(show(&options), form, "{kind}");
        }
    }

    #[test]
    fn what_is_wrong_is_noted_with_its_field() {
        let form = KindForm { scope: "mine".into(), finished_days: "0".into(), ..KindForm::default() };
        let field = |name: &str, problem| (name.to_owned(), problem);
        assert_eq!(
            problems(JobKind::Digest, &form),
            [field("sections", Problem::Required), field("scope", Problem::UnknownChoice)]
        );
        let form = KindForm { scope: "all".into(), leads: "1 day, soon".into(), from_time: "8".into(), ..form };
        assert_eq!(
            problems(JobKind::Reminder, &form),
            [field("leads", Problem::NotALead), field("from_time", Problem::NotATime)]
        );
        let out_of_range = Problem::OutOfRange { min: 1, max: 3_650 };
        assert_eq!(problems(JobKind::ArchiveTasks, &form), [field("finished_days", out_of_range)]);
        assert_eq!(problems(JobKind::GitPush, &form), []);
    }

    #[test]
    fn words_of_ones_own_are_kept_and_what_is_no_variable_in_them_is_noted() {
        for kind in [JobKind::Digest, JobKind::Reminder] {
            let form = KindForm {
                own_subject: "{{ person }}: {{ tasks }}".into(),
                introduction: "Good morning.\n\nIt is *{{ day }}*.".into(),
                ..beginning(kind).options
            };
            let mut checks = Checks::default();
            let options = read(kind, &form, &mut checks);
            assert_eq!((checks.done(), show(&options)), (Ok(()), form.clone()), "{kind}");
            let wrong = KindForm { own_subject: "{{ name }}".into(), introduction: "x".repeat(2_001), ..form };
            let field = |name: &str, problem| (name.to_owned(), problem);
            assert_eq!(
                problems(kind, &wrong),
                [field("introduction", Problem::TooLong { max: 2_000 }), field("own_subject", Problem::NotAVariable)]
            );
        }
    }

    #[test]
    fn leads_are_kept_once_and_the_longest_first() {
        let mut checks = Checks::default();
        let words: Vec<String> =
            leads("2 hours, 1 day; 24 h, 1 week", &mut checks).iter().map(|lead| lead.words()).collect();
        assert_eq!(words, ["1 week", "1 day", "2 hours"]);
        assert_eq!(checks.done(), Ok(()));
    }
}
