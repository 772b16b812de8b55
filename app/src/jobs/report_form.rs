//! The fields of a job's form that say what its report shows, as text: days, scope, an ordered list of sections, files,
//! template, and whether its owner is asked first. Fields that come any number of times are numbered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        report::spec::{
            AttachmentKind, ChartKind, DraftRule, ListKind, Named, PeriodChoice, ReportSpec, SECTIONS_MAX, Scope,
            Section,
        },
        task::Priority,
    },
    error::{AppError, Checks, Problem},
};

/// Choices of projects, labels and people that a form has, each.
pub const CHOICES: usize = 100;
/// Rows of a section that was just added.
const ROWS: u32 = 10;

/// What stands in the fields, by name; empty where the form does not ask what a report shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReportForm(BTreeMap<String, String>);

/// The fields of one section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SectionForm {
    /// A word of [`kinds`].
    pub kind: String,
    pub limit: String,
    /// The least priority; empty for all.
    pub from: String,
    pub text: String,
}

/// Where the focus belongs after a change of the list, and what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The name of a field or the id of a button.
    pub focus: String,
    pub words: String,
}

const FIXED: [&str; 7] = ["period", "period_days", "period_first", "period_last", "template", "draft", "add_section"];
/// Fields that are named by a number from 0: values of boxes that are ticked.
pub const PROJECT: &str = "other_project";
pub const LABEL: &str = "only_label";
pub const PERSON: &str = "only_person";

/// The words of the kinds of sections, with what they are called.
pub fn kinds() -> Vec<(String, &'static str)> {
    let fixed = [("summary", "Summary"), ("figures", "Key figures")].map(|(word, label)| (word.to_owned(), label));
    let charts = ChartKind::ALL.iter().map(|chart| (format!("chart:{chart}"), chart.label()));
    let lists = ListKind::ALL.iter().map(|list| (format!("tasks:{list}"), list.label()));
    let last = [("notes", "Work notes"), ("text", "Words of your own")].map(|(word, label)| (word.to_owned(), label));
    fixed.into_iter().chain(charts).chain(lists).chain(last).collect()
}

/// What a kind of section is called.
pub fn label(kind: &str) -> String {
    let name = kinds().into_iter().find(|(word, _)| word == kind).map_or("An unknown section", |(_, label)| label);
    match kind.split_once(':') {
        Some(("chart", _)) => format!("Chart: {name}"),
        Some(("tasks", _)) => format!("Tasks: {name}"),
        _ => name.to_owned(),
    }
}

impl SectionForm {
    /// One that was just added.
    fn fresh(kind: &str) -> Self {
        let has_rows = kind == "notes" || kind.starts_with("tasks:");
        let limit = if has_rows { ROWS.to_string() } else { String::new() };
        Self { kind: kind.to_owned(), limit, ..Self::default() }
    }

    fn of(section: &Section) -> Self {
        match section {
            Section::Summary => Self::fresh("summary"),
            Section::Figures => Self::fresh("figures"),
            Section::Chart { chart } => Self::fresh(&format!("chart:{chart}")),
            Section::Tasks { list, limit, from, .. } => Self {
                limit: limit.to_string(),
                from: from.map(|from| from.to_string()).unwrap_or_default(),
                ..Self::fresh(&format!("tasks:{list}"))
            },
            Section::Notes { limit } => Self { limit: limit.to_string(), ..Self::fresh("notes") },
            Section::Text { markdown } => Self { text: markdown.clone(), ..Self::fresh("text") },
        }
    }

    /// None for a kind that there is not.
    fn section(&self) -> Option<Result<Section, (&'static str, Problem)>> {
        let limit = || self.limit.trim().parse::<u32>().map_err(|_| ("limit", Problem::NotANumber));
        let from = || match self.from.as_str() {
            "" => Ok(None),
            word => word.parse::<Priority>().map(Some).map_err(|()| ("from", Problem::UnknownChoice)),
        };
        Some(match self.kind.split_once(':') {
            Some(("chart", word)) => Ok(Section::Chart { chart: word.parse().ok()? }),
            Some(("tasks", word)) => {
                let list = word.parse().ok()?;
                limit().and_then(|limit| Ok(Section::Tasks { list, limit, from: from()?, named: Named::default() }))
            }
            None if self.kind == "summary" => Ok(Section::Summary),
            None if self.kind == "figures" => Ok(Section::Figures),
            None if self.kind == "notes" => limit().map(|limit| Section::Notes { limit }),
            None if self.kind == "text" => {
                let text = self.text.replace("\r\n", "\n");
                Ok(Section::Text { markdown: text.trim().to_owned() })
            }
            _ => return None,
        })
    }
}

impl ReportForm {
    /// Whether the form asks nothing about reports.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What stands in a field.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }

    /// The values of boxes that are ticked.
    pub fn ticked(&self, name: &str) -> Vec<&str> {
        (0..CHOICES).map(|number| self.get(&format!("{name}_{number}"))).filter(|value| !value.is_empty()).collect()
    }

    /// Reads the fields through a function that knows their values.
    pub fn read(field: impl Fn(&str) -> Option<String>) -> Self {
        let mut form = Self::default();
        if field("period").is_none_or(|period| period.is_empty()) {
            return form;
        }
        let mut take = |name: String| -> bool {
            let value = field(&name).unwrap_or_default();
            let is_there = !value.is_empty();
            if is_there {
                form.0.insert(name, value);
            }
            is_there
        };
        for name in FIXED {
            take(name.to_owned());
        }
        for kind in AttachmentKind::ALL {
            take(format!("attach_{kind}"));
        }
        for name in [PROJECT, LABEL, PERSON] {
            for number in 0..CHOICES {
                take(format!("{name}_{number}"));
            }
        }
        for number in 1..=SECTIONS_MAX + 1 {
            if !take(format!("s{number}_kind")) {
                break;
            }
            for part in ["limit", "from", "text"] {
                take(format!("s{number}_{part}"));
            }
        }
        form
    }

    /// The values of all fields by name, the longest last: where room is short, the others are kept.
    pub fn typed(&self) -> Vec<(&str, &str)> {
        let mut all: Vec<(&str, &str)> = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        all.sort_by_key(|(_, value)| value.len());
        all
    }

    /// The sections in their order.
    pub fn sections(&self) -> Vec<SectionForm> {
        let section = |number: u32| {
            let get = |part: &str| self.get(&format!("s{number}_{part}")).to_owned();
            let kind = get("kind");
            (!kind.is_empty()).then(|| SectionForm { kind, limit: get("limit"), from: get("from"), text: get("text") })
        };
        (1..=SECTIONS_MAX + 1).map_while(section).collect()
    }

    /// With these sections in place of those that are there.
    #[must_use]
    pub fn with_sections(&self, sections: &[SectionForm]) -> Self {
        let is_of_section = |name: &str| name.starts_with('s') && name[1..].starts_with(|c: char| c.is_ascii_digit());
        let mut form = self.clone();
        form.0.retain(|name, _| !is_of_section(name));
        for (number, SectionForm { kind, limit, from, text }) in (1..).zip(sections) {
            for (part, value) in [("kind", kind), ("limit", limit), ("from", from), ("text", text)] {
                if !value.is_empty() {
                    form.0.insert(format!("s{number}_{part}"), value.clone());
                }
            }
        }
        form
    }

    /// The list after a button was pressed: `add`, `up-2`, `down-2`, `remove-2`. None where it changes nothing.
    pub fn press(&self, button: &str) -> Option<(Self, Changed)> {
        let mut sections = self.sections();
        let (deed, place) = button.split_once('-').unwrap_or((button, ""));
        let place: usize = place.parse().unwrap_or_default();
        let count = sections.len();
        let changed = match deed {
            "add" if count < SECTIONS_MAX as usize => {
                let kind = self.get("add_section");
                kinds().iter().find(|(word, _)| word == kind)?;
                sections.push(SectionForm::fresh(kind));
                let words = format!("{} added at the end, as number {}.", label(kind), count + 1);
                Changed { focus: format!("remove-{}", count + 1), words }
            }
            "up" if (2..=count).contains(&place) => {
                sections.swap(place - 2, place - 1);
                moved(&sections, place - 1, if place == 2 { "down" } else { "up" })
            }
            "down" if place >= 1 && place < count => {
                sections.swap(place - 1, place);
                moved(&sections, place + 1, if place + 1 == count { "up" } else { "down" })
            }
            "remove" if (1..=count).contains(&place) => {
                let gone = sections.remove(place - 1);
                let focus = match sections.len() {
                    0 => "add_section".to_owned(),
                    left => format!("remove-{}", place.min(left)),
                };
                Changed { focus, words: format!("{} removed.", label(&gone.kind)) }
            }
            _ => return None,
        };
        Some((self.with_sections(&sections), changed))
    }

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

fn moved(sections: &[SectionForm], place: usize, button: &str) -> Changed {
    let name = sections.get(place - 1).map(|section| label(&section.kind)).unwrap_or_default();
    Changed { focus: format!("{button}-{place}"), words: format!("{name} is number {place} of {}.", sections.len()) }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> ReportSpec {
        let mut spec = ReportSpec {
            period: PeriodChoice::Between { first: "2026-11-01".parse().unwrap(), last: "2026-11-30".parse().unwrap() },
            attachments: vec![AttachmentKind::Pdf, AttachmentKind::Csv],
            draft: Some(DraftRule { send_after_minutes: Some(60) }),
            ..ReportSpec::default()
        };
        spec.sections.push(Section::Tasks {
            list: ListKind::Blocked,
            limit: 5,
            from: Some(Priority::High),
            named: Named::default(),
        });
        spec.sections.push(Section::Text { markdown: "Hello".into() });
        spec
    }

    fn problems(form: &ReportForm) -> Vec<(String, Problem)> {
        let mut checks = Checks::default();
        form.spec(&mut checks);
        match checks.done() {
            Err(AppError::Invalid(invalid)) => {
                invalid.fields.into_iter().map(|field| (field.field, field.problem)).collect()
            }
            _ => Vec::new(),
        }
    }

    #[test]
    fn a_form_reads_back_what_it_shows() {
        for spec in [ReportSpec::default(), full()] {
            let form = ReportForm::of(&spec);
            let typed: BTreeMap<_, _> = form.typed().into_iter().collect();
            assert_eq!(ReportForm::read(|name| typed.get(name).map(|value| (*value).to_owned())), form);
            let mut checks = Checks::default();
            assert_eq!(form.spec(&mut checks), spec);
            assert_eq!(checks.done(), Ok(()));
        }
        assert!(ReportForm::read(|_| None).is_empty());
    }

    #[test]
    fn buttons_change_the_list_and_say_where_the_focus_goes() {
        let form = ReportForm::of(&ReportSpec::default());
        let names = |form: &ReportForm| form.sections().into_iter().map(|one| one.kind).collect::<Vec<_>>();
        let (up, said) = form.press("up-2").unwrap();
        assert_eq!(names(&up)[..2], ["figures", "summary"]);
        assert_eq!(said, Changed { focus: "down-1".into(), words: "Key figures is number 1 of 8.".into() });
        assert_eq!(up.press("down-1").unwrap().0, form);
        let (fewer, said) = form.press("remove-8").unwrap();
        assert_eq!((names(&fewer).len(), said.focus.as_str()), (7, "remove-7"));
        let mut adding = form.clone();
        adding.0.insert("add_section".into(), "notes".into());
        let (more, said) = adding.press("add").unwrap();
        assert_eq!((names(&more).last().map(String::as_str), said.focus.as_str()), (Some("notes"), "remove-9"));
        for nothing in ["up-1", "down-8", "remove-9", "remove-0", "up-x", "explode", "add"] {
            assert_eq!(form.press(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn what_is_wrong_stands_at_its_field() {
        let mut form = ReportForm::of(&full());
        for (name, value) in [
            ("s5_limit", "many"),
            ("s9_limit", "0"),
            ("period_last", "2026-10-01"),
            ("draft", "soon"),
            ("template", "x"),
        ] {
            form.0.insert(name.into(), value.into());
        }
        let fields: Vec<String> = problems(&form).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["s5_limit", "template", "draft", "period_last"], "numbers shift where one is missing");
        form.0.insert("s5_limit".into(), "3".into());
        assert!(problems(&form).iter().any(|(field, _)| field == "s9_limit"));
        let none = ReportForm::of(&ReportSpec::default()).with_sections(&[]);
        assert_eq!(problems(&none), [("sections".to_owned(), Problem::Required)]);
        let unknown = SectionForm { kind: "chart:pie".into(), ..SectionForm::default() };
        let unknown = ReportForm::of(&ReportSpec::default()).with_sections(&[unknown]);
        assert_eq!(problems(&unknown), [("sections".to_owned(), Problem::UnknownChoice)]);
    }
}
