//! The fields of a job's form that belong to its kind, as text: what a digest shows, when somebody is reminded, how old a
//! task is that goes. And the form that a new job of each kind begins with.

use chrono::Weekday;
use serde::{Deserialize, Serialize};

use super::{
    form::{DAYS, JobForm},
    report_form::ReportForm,
    when_form::{Unit, WhenForm},
};
use crate::domain::{job::JobKind, job_options::Scope, personal::Section, report::spec::ReportSpec};

/// What stands in the fields; those of other kinds are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KindForm {
    /// A word of [`Scope`].
    pub scope: String,
    /// `on` where the digest shows it.
    pub show_overdue: String,
    pub show_today: String,
    pub show_soon: String,
    pub show_blocked: String,
    pub show_assigned: String,
    /// `1 day, 3 hours`.
    pub leads: String,
    /// `HH:MM`.
    pub from_time: String,
    /// Days since a task was finished.
    pub finished_days: String,
    /// Of a personal mail; empty: what it says by itself.
    pub own_subject: String,
    /// Markdown above the lists of a personal mail.
    pub introduction: String,
}

impl KindForm {
    /// The field of a section.
    pub fn field_of(section: Section) -> Option<&'static str> {
        Some(match section {
            Section::Overdue => "show_overdue",
            Section::Today => "show_today",
            Section::Soon => "show_soon",
            Section::Blocked => "show_blocked",
            Section::Assigned => "show_assigned",
            Section::Tomorrow | Section::Later => return None,
        })
    }

    /// The sections that are ticked, in the order of the mail.
    pub fn sections(&self) -> Vec<Section> {
        let is_ticked = |section: &Section| {
            let field = Self::field_of(*section);
            self.typed().iter().any(|(name, value)| Some(*name) == field && !value.is_empty())
        };
        Section::OF_DIGEST.into_iter().filter(is_ticked).collect()
    }

    /// Ticks these sections.
    pub fn with_sections(mut self, sections: &[Section]) -> Self {
        let ticked: Vec<&str> = sections.iter().filter_map(|section| Self::field_of(*section)).collect();
        for (name, value) in self.fields_mut() {
            if ticked.contains(&name) {
                "on".clone_into(value);
            }
        }
        self
    }

    /// Reads the fields through a function that knows their values. A box that is not ticked is not there.
    pub fn read(field: impl Fn(&str) -> Option<String>) -> Self {
        let mut form = Self::default();
        for (name, text) in form.fields_mut() {
            *text = field(name).unwrap_or_default();
        }
        form
    }

    fn fields_mut(&mut self) -> [(&'static str, &mut String); 11] {
        let Self {
            scope,
            show_overdue,
            show_today,
            show_soon,
            show_blocked,
            show_assigned,
            leads,
            from_time,
            finished_days,
            own_subject,
            introduction,
        } = self;
        [
            ("scope", scope),
            ("show_overdue", show_overdue),
            ("show_today", show_today),
            ("show_soon", show_soon),
            ("show_blocked", show_blocked),
            ("show_assigned", show_assigned),
            ("leads", leads),
            ("from_time", from_time),
            ("finished_days", finished_days),
            ("own_subject", own_subject),
            ("introduction", introduction),
        ]
    }

    /// The values of all fields by name, to show them again.
    pub fn typed(&self) -> [(&'static str, &str); 11] {
        [
            ("scope", &self.scope),
            ("show_overdue", &self.show_overdue),
            ("show_today", &self.show_today),
            ("show_soon", &self.show_soon),
            ("show_blocked", &self.show_blocked),
            ("show_assigned", &self.show_assigned),
            ("leads", &self.leads),
            ("from_time", &self.from_time),
            ("finished_days", &self.finished_days),
            ("own_subject", &self.own_subject),
            ("introduction", &self.introduction),
        ]
    }
}

/// What a new job of a kind begins with; project, zone and recipients are of whoever makes it.
pub fn beginning(kind: JobKind) -> JobForm {
    let when = |unit: Unit| WhenForm { unit: unit.to_string(), ..WhenForm::default() };
    let scope = Scope::default().to_string();
    let form = JobForm { kind, at: "07:00".into(), ..JobForm::default() };
    match kind {
        JobKind::WeeklyReport => {
            let report = ReportForm::of(&ReportSpec::default());
            JobForm { name: "Weekly report".into(), days: [Weekday::Mon].into_iter().collect(), report, ..form }
        }
        JobKind::Digest => JobForm {
            name: "Daily digest".into(),
            days: DAYS.iter().map(|&(_, day)| day).filter(|day| day.num_days_from_monday() < 5).collect(),
            options: KindForm { scope, ..KindForm::default() }.with_sections(&Section::OF_DIGEST),
            ..form
        },
        JobKind::Reminder => JobForm {
            name: "Reminder before due dates".into(),
            when: WhenForm { every_hours: "1".into(), ..when(Unit::Hours) },
            options: KindForm { scope, leads: "1 day".into(), from_time: "08:00".into(), ..KindForm::default() },
            ..form
        },
        JobKind::ArchiveTasks => JobForm {
            name: "Archive finished tasks".into(),
            days: [Weekday::Sun].into_iter().collect(),
            at: "03:00".into(),
            options: KindForm { finished_days: "30".into(), ..KindForm::default() },
            ..form
        },
        JobKind::GitPush => {
            JobForm { name: "Push the archive".into(), when: when(Unit::Day), at: "22:00".into(), ..form }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticked_boxes_are_sections_in_the_order_of_the_mail() {
        let form = KindForm::default().with_sections(&[Section::Blocked, Section::Overdue]);
        assert_eq!(form.sections(), [Section::Overdue, Section::Blocked]);
        assert_eq!(KindForm::default().sections(), []);
    }

    #[test]
    fn a_form_of_each_kind_reads_back_what_it_begins_with() {
        for &kind in JobKind::ALL {
            let form = beginning(kind);
            let typed = form.typed();
            let value =
                |name: &str| typed.iter().find(|(field, _)| *field == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(JobForm::read(value), form);
        }
    }
}
