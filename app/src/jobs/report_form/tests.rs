//! The form of a report reads back what it shows, and says what is wrong where it stands.

use super::*;
use crate::{
    domain::{
        report::spec::{DraftRule, ListKind, Named, PeriodChoice, ReportSpec, Section},
        task::Priority,
    },
    error::{AppError, Checks, Problem},
};

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
    for (name, value) in
        [("s5_limit", "many"), ("s9_limit", "0"), ("period_last", "2026-10-01"), ("draft", "soon"), ("template", "x")]
    {
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
