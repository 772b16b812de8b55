//! The form of a job as text, the way it travels: from the page, out of the address, into a schedule.

use chrono::{NaiveTime, Weekday};
use serde::{Deserialize, Serialize};

use super::{kind_form::KindForm, report_form::ReportForm, rules_form::RulesForm, when_form::WhenForm};
use crate::domain::job::JobKind;
use crate::domain::schedule::{Cadence, DaySet, ScheduleSpec};
use crate::domain::week;
use crate::error::{Checks, Problem};

/// What stands in the fields of a job's form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
// A form leaves out what is empty: a set without days is no field at all.
#[serde(default)]
pub struct JobForm {
    /// What it does; it never changes.
    pub kind: JobKind,
    pub name: String,
    /// Key of the project.
    pub project: String,
    pub mode: Mode,
    pub days: DaySet,
    /// `HH:MM`.
    pub at: String,
    pub expression: String,
    pub zone: String,
    /// One address or group a line.
    pub recipients: String,
    pub cc: String,
    pub bcc: String,
    /// Id of the mail account; empty for the default one.
    pub account: String,
    pub when: WhenForm,
    pub rules: RulesForm,
    pub options: KindForm,
    /// What a report shows; empty where the form does not ask, which changes nothing.
    pub report: ReportForm,
}

crate::text_enum!(
    /// How the time is given.
    #[derive(Default)]
    Mode {
        /// Days of the week and a time.
        #[default]
        Simple = "simple",
        Cron = "cron",
    }
);

/// The day fields of the form, from Monday on.
pub const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];

/// The day fields in the order of weeks that begin on `first`.
pub fn days_from(first: Weekday) -> impl Iterator<Item = (&'static str, Weekday)> {
    week::days_from(first).into_iter().filter_map(|day| DAYS.into_iter().find(|(_, known)| *known == day))
}

impl JobForm {
    /// Reads the fields through a function that knows their values.
    pub fn read(field: impl Fn(&str) -> Option<String>) -> JobForm {
        let text = |name| field(name).unwrap_or_default();
        JobForm {
            kind: text("kind").parse().unwrap_or_default(),
            name: text("name"),
            project: text("project"),
            mode: text("mode").parse().unwrap_or_default(),
            days: DAYS
                .iter()
                .filter(|(name, _)| field(name).is_some_and(|value| !value.is_empty()))
                .map(|&(_, day)| day)
                .collect(),
            at: text("at"),
            expression: text("expression"),
            zone: text("zone"),
            recipients: text("recipients"),
            cc: text("cc"),
            bcc: text("bcc"),
            account: text("account"),
            when: WhenForm::read(&field),
            rules: RulesForm::read(&field),
            options: KindForm::read(&field),
            report: ReportForm::read(&field),
        }
    }

    /// The schedule that the form describes. What is missing is noted with its field; whether it ever runs is for the
    /// timetable to say.
    pub fn spec(&self, checks: &mut Checks) -> ScheduleSpec {
        let cadence = match self.mode {
            Mode::Simple => self.when.cadence(checks, self.days, |checks| self.time(checks)),
            Mode::Cron => Cadence::Cron { expression: self.expression.trim().to_owned() },
        };
        self.when.limit(checks, ScheduleSpec::new(cadence, self.zone.trim()))
    }

    fn time(&self, checks: &mut Checks) -> NaiveTime {
        NaiveTime::parse_from_str(self.at.trim(), "%H:%M").unwrap_or_else(|_| {
            checks.add("at", Problem::NotATime);
            NaiveTime::MIN
        })
    }

    /// The values of all fields by name, to show them again.
    pub fn typed(&self) -> Vec<(&str, &str)> {
        let JobForm {
            kind,
            name,
            project,
            mode,
            days,
            at,
            expression,
            zone,
            recipients,
            cc,
            bcc,
            account,
            when,
            rules,
            options,
            report,
        } = self;
        let mut fields = vec![
            ("kind", kind.as_str()),
            ("name", name.as_str()),
            ("project", project),
            ("mode", mode.as_str()),
            ("at", at),
            ("expression", expression),
            ("zone", zone),
            ("recipients", recipients),
            ("cc", cc),
            ("bcc", bcc),
            ("account", account),
        ];
        fields.extend(DAYS.iter().filter(|(_, day)| days.contains(*day)).map(|&(name, _)| (name, "on")));
        fields.extend(when.typed());
        fields.extend(rules.typed());
        // A box that is not ticked is not there.
        fields.extend(options.typed().into_iter().filter(|(_, value)| !value.is_empty()));
        fields.extend(report.typed());
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_reads_back_what_it_typed() {
        let form = JobForm {
            name: "Weekly report".into(),
            days: [Weekday::Mon, Weekday::Thu].into_iter().collect(),
            at: "07:00".into(),
            zone: "UTC".into(),
            ..JobForm::default()
        };
        let typed = form.typed();
        let again =
            JobForm::read(|name| typed.iter().find(|(field, _)| *field == name).map(|(_, value)| (*value).to_owned()));
        assert_eq!(again, form);
    }

    #[test]
    fn the_days_stand_as_the_weeks_of_the_person_do() {
        let names: Vec<&str> = days_from(Weekday::Sun).map(|(name, _)| name).collect();
        assert_eq!(names, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]);
    }

    #[test]
    fn a_time_that_is_none_is_noted() {
        let mut checks = Checks::default();
        JobForm { at: "7 o'clock".into(), ..JobForm::default() }.spec(&mut checks);
        assert!(checks.done().is_err());
    }
}
