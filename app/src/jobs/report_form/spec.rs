//! Fields to what a schedule asks for, and back.

use std::collections::BTreeMap;

use super::{LABEL, PERSON, PROJECT, ReportForm, SectionForm};
use crate::{
    domain::report::spec::{AttachmentKind, DraftRule, PeriodChoice, ReportSpec, Scope},
    error::{AppError, Checks, Problem},
};

impl ReportForm {
    /// The fields that show what a schedule asks for.
    pub fn of(spec: &ReportSpec) -> Self {
        let ReportSpec { period, scope, sections, attachments, template, draft } = spec;
        let mut fields = BTreeMap::new();
        let mut put = |name: String, value: String| {
            if !value.is_empty() {
                fields.insert(name, value);
            }
        };
        put("period".into(), period_word(period).into());
        match period {
            PeriodChoice::Days(days) => put("period_days".into(), days.to_string()),
            PeriodChoice::Between { first, last } => {
                put("period_first".into(), first.to_string());
                put("period_last".into(), last.to_string());
            }
            _ => {}
        }
        let Scope { other_projects, labels, people } = scope;
        let numbered = [
            (PROJECT, other_projects.iter().map(ToString::to_string).collect::<Vec<_>>()),
            (LABEL, labels.iter().map(ToString::to_string).collect()),
            (PERSON, people.iter().map(ToString::to_string).collect()),
        ];
        for (name, ids) in numbered {
            for (number, id) in ids.into_iter().enumerate() {
                put(format!("{name}_{number}"), id);
            }
        }
        for kind in attachments {
            put(format!("attach_{kind}"), "on".into());
        }
        put("template".into(), template.map(|id| id.to_string()).unwrap_or_default());
        let draft = draft.map(|rule| rule.send_after_minutes.map_or("wait".to_owned(), |minutes| minutes.to_string()));
        put("draft".into(), draft.unwrap_or_default());
        Self(fields).with_sections(&sections.iter().map(SectionForm::of).collect::<Vec<_>>())
    }

    /// What the fields ask for. What is wrong is noted with the field that it stands at.
    pub fn spec(&self, checks: &mut Checks) -> ReportSpec {
        let mut sections = Vec::new();
        for (number, form) in (1..).zip(self.sections()) {
            match form.section() {
                Some(Ok(section)) => sections.push(section),
                Some(Err((part, problem))) => checks.add(&format!("s{number}_{part}"), problem),
                None => checks.add("sections", Problem::UnknownChoice),
            }
        }
        let has_all = sections.len() == self.sections().len();
        let spec = ReportSpec {
            period: self.period(checks),
            scope: Scope {
                other_projects: self.ids(PROJECT, "other_projects", checks),
                labels: self.ids(LABEL, "labels", checks),
                people: self.ids(PERSON, "people", checks),
            },
            sections,
            attachments: AttachmentKind::ALL
                .iter()
                .copied()
                .filter(|kind| !self.get(&format!("attach_{kind}")).is_empty())
                .collect(),
            template: match self.get("template") {
                "" => None,
                id => match id.parse() {
                    Ok(id) => Some(id),
                    Err(_) => {
                        checks.add("template", Problem::UnknownChoice);
                        None
                    }
                },
            },
            draft: self.draft(checks),
        };
        let mut own = Checks::default();
        spec.check(&mut own);
        if let Err(AppError::Invalid(invalid)) = own.done() {
            for error in invalid.fields {
                let field = match (error.field.as_str(), error.line) {
                    ("days", _) => "period_days".to_owned(),
                    ("first", _) => "period_first".to_owned(),
                    ("last", _) => "period_last".to_owned(),
                    ("send_after_minutes", _) => "draft".to_owned(),
                    // Where a section is missing because of its own fault, the numbers are not those of the form.
                    ("sections", Some(_)) if !has_all => continue,
                    ("sections", Some(number)) => {
                        let is_text = self.get(&format!("s{number}_kind")) == "text";
                        format!("s{number}_{}", if is_text { "text" } else { "limit" })
                    }
                    ("sections", None) if !has_all => continue,
                    (field, _) => field.to_owned(),
                };
                checks.add(&field, error.problem);
            }
        }
        spec
    }

    fn period(&self, checks: &mut Checks) -> PeriodChoice {
        let mut date = |name: &str| {
            let text = self.get(name).trim();
            text.parse().unwrap_or_else(|_| {
                checks.add(name, if text.is_empty() { Problem::Required } else { Problem::NotADate });
                chrono::NaiveDate::MIN
            })
        };
        match self.get("period") {
            "last_7_days" => PeriodChoice::Last7Days,
            "last_full_week" => PeriodChoice::LastFullWeek,
            "last_full_month" => PeriodChoice::LastFullMonth,
            "last_full_quarter" => PeriodChoice::LastFullQuarter,
            "since_last" => PeriodChoice::SinceLast,
            "between" => {
                let (first, last) = (date("period_first"), date("period_last"));
                // A day that is missing is said once.
                if first == chrono::NaiveDate::MIN || last == chrono::NaiveDate::MIN {
                    return PeriodChoice::Last7Days;
                }
                PeriodChoice::Between { first, last }
            }
            "days" => match self.get("period_days").trim().parse() {
                Ok(days) => PeriodChoice::Days(days),
                Err(_) => {
                    checks.add("period_days", Problem::NotANumber);
                    PeriodChoice::Last7Days
                }
            },
            _ => {
                checks.add("period", Problem::UnknownChoice);
                PeriodChoice::Last7Days
            }
        }
    }

    fn ids<T: std::str::FromStr>(&self, name: &str, field: &str, checks: &mut Checks) -> Vec<T> {
        let values = self.ticked(name);
        let ids: Vec<T> = values.iter().filter_map(|id| id.parse().ok()).collect();
        if ids.len() < values.len() {
            checks.add(field, Problem::UnknownChoice);
        }
        ids
    }

    fn draft(&self, checks: &mut Checks) -> Option<DraftRule> {
        match self.get("draft") {
            "" => None,
            "wait" => Some(DraftRule { send_after_minutes: None }),
            minutes => match minutes.parse() {
                Ok(minutes) => Some(DraftRule { send_after_minutes: Some(minutes) }),
                Err(_) => {
                    checks.add("draft", Problem::UnknownChoice);
                    None
                }
            },
        }
    }
}

fn period_word(period: &PeriodChoice) -> &'static str {
    match period {
        PeriodChoice::Last7Days => "last_7_days",
        PeriodChoice::LastFullWeek => "last_full_week",
        PeriodChoice::LastFullMonth => "last_full_month",
        PeriodChoice::LastFullQuarter => "last_full_quarter",
        PeriodChoice::SinceLast => "since_last",
        PeriodChoice::Days(_) => "days",
        PeriodChoice::Between { .. } => "between",
    }
}
