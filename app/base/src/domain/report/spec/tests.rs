//! What a schedule asks for: read back, also from before, and checked field by field.

use uuid::Uuid;

use super::*;
use crate::error::AppError;

fn problems(spec: &ReportSpec) -> Vec<(String, Option<u32>, Problem)> {
    let mut checks = Checks::default();
    spec.check(&mut checks);
    match checks.done() {
        Err(AppError::Invalid(invalid)) => {
            invalid.fields.into_iter().map(|error| (error.field, error.line, error.problem)).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn what_is_not_said_is_as_in_the_weekly_report() {
    assert_eq!(serde_json::from_str::<ReportSpec>("{}").unwrap(), ReportSpec::default());
    let month: ReportSpec = serde_json::from_str(r#"{"period":"last_full_month","draft":{}}"#).unwrap();
    assert_eq!(month.period, PeriodChoice::LastFullMonth);
    assert_eq!(month.draft, Some(DraftRule { send_after_minutes: None }));
    assert_eq!(month.sections, ReportSpec::default().sections);
    assert_eq!(problems(&ReportSpec::default()), []);
}

#[test]
fn everything_that_can_be_asked_for_survives_its_json() {
    let id = Uuid::from_u128(7);
    let spec = ReportSpec {
        period: PeriodChoice::Between { first: "2026-11-01".parse().unwrap(), last: "2026-11-20".parse().unwrap() },
        scope: Scope { other_projects: vec![ProjectId(id)], labels: vec![LabelId(id)], people: vec![UserId(id)] },
        sections: vec![
            Section::Summary,
            Section::Figures,
            Section::Chart { chart: ChartKind::Forecast },
            Section::Tasks { list: ListKind::Blocked, limit: 50, from: Some(Priority::High), named: Named::default() },
            Section::Notes { limit: 5 },
            Section::Text { markdown: "**Thanks**\n\nto all".into() },
        ],
        attachments: AttachmentKind::ALL.to_vec(),
        template: Some(TemplateId(id)),
        draft: Some(DraftRule { send_after_minutes: Some(90) }),
    };
    assert_eq!(problems(&spec), []);
    let json = serde_json::to_string(&spec).unwrap();
    assert_eq!(serde_json::from_str::<ReportSpec>(&json).unwrap(), spec);
    for period in [PeriodChoice::Days(30), PeriodChoice::SinceLast, PeriodChoice::Last7Days] {
        let json = serde_json::to_string(&period).unwrap();
        assert_eq!(serde_json::from_str::<PeriodChoice>(&json).unwrap(), period, "{json}");
    }
}

#[test]
fn a_schedule_stores_a_list_without_the_names_that_templates_narrow_theirs_by() {
    let named = Named { label: "Design".into(), ..Named::default() };
    let list = Section::Tasks { list: ListKind::Overdue, limit: 5, from: None, named };
    let json = serde_json::to_string(&list).unwrap();
    assert_eq!(json, r#"{"section":"tasks","list":"overdue","limit":5,"from":null}"#);
    let back = Section::Tasks { list: ListKind::Overdue, limit: 5, from: None, named: Named::default() };
    assert_eq!(serde_json::from_str::<Section>(&json).unwrap(), back);
}

#[test]
fn what_is_wrong_is_noted_with_its_field_and_the_number_of_its_section() {
    let field = |name: &str, line, problem| (name.to_owned(), line, problem);
    let out_of = |max| Problem::OutOfRange { min: 1, max };
    let spec = ReportSpec {
        period: PeriodChoice::Days(367),
        scope: Scope { people: vec![UserId(Uuid::nil()); 2], ..Scope::default() },
        sections: vec![
            Section::Summary,
            Section::Tasks { list: ListKind::Overdue, limit: 51, from: None, named: Named::default() },
            Section::Notes { limit: 0 },
            Section::Text { markdown: " \n".into() },
            Section::Text { markdown: "å".repeat(4_001) },
            Section::Text { markdown: "a\u{0}".into() },
        ],
        attachments: vec![AttachmentKind::Pdf, AttachmentKind::Csv, AttachmentKind::Pdf],
        template: None,
        draft: Some(DraftRule { send_after_minutes: Some(0) }),
    };
    assert_eq!(
        problems(&spec),
        [
            field("days", None, out_of(366)),
            field("people", None, Problem::Duplicate),
            field("sections", Some(2), out_of(50)),
            field("sections", Some(3), out_of(50)),
            field("sections", Some(4), Problem::Required),
            field("sections", Some(5), Problem::TooLong { max: 4_000 }),
            field("sections", Some(6), Problem::ControlCharacters),
            field("attachments", None, Problem::Duplicate),
            field("send_after_minutes", None, out_of(43_200)),
        ]
    );
    let between = |first: &str, last: &str| ReportSpec {
        period: PeriodChoice::Between { first: first.parse().unwrap(), last: last.parse().unwrap() },
        sections: Vec::new(),
        ..ReportSpec::default()
    };
    let nothing = field("sections", None, Problem::Required);
    assert_eq!(
        problems(&between("2026-11-20", "2026-11-19")),
        [field("last", None, Problem::EndsBeforeStart), nothing.clone()]
    );
    assert_eq!(
        problems(&between("2025-11-19", "2026-11-20")),
        [field("last", None, Problem::TooManyDays { max: 366 }), nothing]
    );
}
