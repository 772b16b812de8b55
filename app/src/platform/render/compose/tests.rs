//! From sources and data to messages, and every kind of fault at its place.

use serde_json::json;

use super::*;

fn job(html: &str) -> RenderJob {
    let data = json!({
        "report": { "title": "Weekly report", "overdue": 3, "period": { "words": "16–22 Nov" } },
        "recipient": { "name": "Ana <b>", "zone": "Europe/Ljubljana", "language": "en" },
        "tasks": [{ "title": "Move & copy", "due": "2026-11-26" }, { "title": "Rest", "due": null }],
    });
    RenderJob { subject: "{{ report.title }}".into(), html: html.into(), contexts: vec![data], ..RenderJob::default() }
}

fn rendered(job: &RenderJob) -> Rendered {
    match render(job) {
        RenderOutcome::Rendered(mut messages) => messages.remove(0),
        other => panic!("{other:?}"),
    }
}

fn faults(job: &RenderJob) -> Vec<TemplateFault> {
    match render(job) {
        RenderOutcome::Faulty(faults) => faults,
        other => panic!("{other:?}"),
    }
}

/// The only fault of this HTML.
fn fault(html: &str) -> TemplateFault {
    let mut found = faults(&job(html));
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn a_message_is_made_for_each_reader_in_their_zone() {
    let mut job = job("<p>{{ recipient.name }}: {{ at | datetime(format=\"time\") }}</p>");
    let mut first = job.contexts.remove(0);
    first["at"] = json!("2026-11-26T08:30:00Z");
    let mut second = first.clone();
    second["recipient"] = json!({ "name": "Bo", "zone": "Asia/Tokyo" });
    job.contexts = vec![first, second];
    let RenderOutcome::Rendered(messages) = render(&job) else { panic!() };
    assert_eq!(messages[0].html, "<p>Ana &lt;b&gt;: 09:30</p>");
    assert_eq!(messages[1].html, "<p>Bo: 17:30</p>");
    assert_eq!(messages[0].text.as_deref(), Some("Ana <b>: 09:30\n"));
    assert_eq!(messages[0].subject, "Weekly report");
}

#[test]
fn a_title_in_a_text_of_markdown_becomes_no_link() {
    let mut job = job("<div>{% filter markdown %}**{{ tasks[0].title }}**, [it]({{ url }}){% endfilter %}</div>");
    job.contexts[0]["tasks"][0]["title"] = json!("[Sign in](https://evil.example) & <b>");
    job.contexts[0]["url"] = json!("https://a.example/?b=1&c=2");
    let html = rendered(&job).html;
    assert!(html.contains("<strong>[Sign in](https://evil.example) &amp; &lt;b&gt;</strong>"), "{html}");
    assert!(html.contains(r#"<a href="https://a.example/?b=1&amp;c=2""#) && html.matches("<a ").count() == 1, "{html}");
    assert!(!html.contains(['\u{e000}', '\u{e001}']), "{html}");
}

#[test]
fn a_subject_is_one_line_and_a_text_of_its_own_is_kept() {
    let mut job = job("<html><body><p>x</p></body></html>");
    job.subject = "{% for task in tasks %}{{ task.title }}\r\nBcc: x@example.org {% endfor %}".into();
    job.text = Some("{{ recipient.name }}\n\n\n\nend".into());
    job.preheader = Some("{{ report.overdue }} late\n& more".into());
    let message = rendered(&job);
    assert_eq!(message.subject, "Move & copy Bcc: x@example.org Rest Bcc: x@example.org");
    assert_eq!(message.text.as_deref(), Some("Ana <b>\n\nend\n"));
    assert!(message.html.contains("3 late &amp; more</div><p>x</p>"), "{}", message.html);
}

#[test]
fn mjml_is_filled_in_before_it_becomes_html() {
    let mut job = job(
        "<mjml><mj-body>{% for task in tasks %}<mj-section><mj-column><mj-text>{{ task.title }}</mj-text></mj-column></mj-section>{% endfor %}</mj-body></mjml>",
    );
    job.language = Language::Mjml;
    let message = rendered(&job);
    assert!(message.html.contains("Move &amp; copy"), "{}", message.html);
    assert!(message.text.unwrap().contains("Move & copy"));
}

#[test]
fn an_unknown_variable_is_named_with_its_place_and_what_was_meant() {
    let fault = fault("<h1>\n  {{ report.titel }}</h1>");
    assert_eq!((fault.part, fault.kind), (Part::Html, FaultKind::UnknownVariable));
    assert_eq!((fault.line, fault.column), (2, 6));
    assert_eq!(fault.meant.as_deref(), Some("report.title"));
    assert_eq!(fault.words, "There is no variable `report.titel`.");
}

#[test]
fn an_unknown_name_is_a_fault_also_where_tera_would_be_silent() {
    for source in ["{% if reports.overdue %}x{% endif %}", "{{ reports.title }}", "a {{ reports }}"] {
        let fault = fault(source);
        assert_eq!((fault.kind, fault.meant.as_deref()), (FaultKind::UnknownVariable, Some("report")), "{source}");
        assert_eq!((fault.line as usize, fault.column as usize), (1, source.find("reports").unwrap() + 1), "{source}");
    }
    let of_a_loop = fault("{% for task in tasks %}{{ task.titel }}{% endfor %}");
    assert_eq!(of_a_loop.meant.as_deref(), Some("task.title"));
    let of_a_filter = fault("{{ report.titel | upper }}");
    assert_eq!(of_a_filter.meant.as_deref(), Some("report.title"));
}

#[test]
fn names_that_a_template_makes_itself_are_known() {
    let source = "{% set all = tasks %}{% for task in all %}{% if loop.first %}{{ task.title }}{% endif %}{% endfor %}";
    assert_eq!(rendered(&job(source)).html, "Move &amp; copy");
}

#[test]
fn an_unknown_filter_function_or_test_is_named() {
    let filter = fault("<p>\n{{ tasks | joni }}");
    assert_eq!((filter.kind, filter.line), (FaultKind::UnknownFilter, 2));
    assert_eq!(filter.meant.as_deref(), Some("join"));
    let function = fault("{{ get_env(name=\"HOME\") }}");
    assert_eq!((function.kind, function.line), (FaultKind::UnknownFunction, 1));
    assert!(function.words.contains("get_env"), "{}", function.words);
    assert_eq!(fault("{% if report is defind %}{% endif %}").meant.as_deref(), Some("defined"));
    assert_eq!(faults(&job("{{ tasks | joni }}{{ tasks | dat }}")).len(), 2, "all of them at once");
}

#[test]
fn an_open_block_is_shown_where_it_begins() {
    let open = fault("<p>\n{% if report.overdue %}\n{% for task in tasks %}{{ task.title }}{% endfor %}");
    assert_eq!((open.kind, open.line, open.column), (FaultKind::Unclosed, 2, 1));
    assert!(open.words.contains("`{% endif %}` is missing"), "{}", open.words);
    let crossed = fault("{% for task in tasks %}\n{% if task.due %}\n{% endfor %}");
    assert_eq!((crossed.kind, crossed.line), (FaultKind::Unclosed, 2));
    let comment = fault("a\n\n{# report");
    assert_eq!((comment.kind, comment.line), (FaultKind::Unclosed, 3));
    let half = fault("a\n{{ report.title");
    assert_eq!((half.kind, half.line, half.column), (FaultKind::Unclosed, 2, 1));
}

#[test]
fn a_wrong_value_or_argument_says_what_was_expected() {
    let value = fault("<p>{{ report.title | date }}</p>");
    assert_eq!((value.kind, value.line, value.column), (FaultKind::WrongValue, 1, 7));
    assert_eq!(value.words, "Here a date such as 2026-11-26 is expected, not “Weekly report”.");
    assert_eq!(fault("{{ report.title | truncate }}").words, "`length=` is missing.");
    assert_eq!(fault("{{ tasks | upper }}").words, "Here text is expected, not a list.");
    assert_eq!(fault("{{ report.title * 2 }}").kind, FaultKind::WrongValue);
    assert_eq!(fault("{{ report.title | }}").kind, FaultKind::Syntax);
    let mistyped = fault("<p>\n{{ tasks[0].due | date(fromat=\"long\") }}</p>");
    assert_eq!((mistyped.kind, mistyped.line), (FaultKind::WrongValue, 2));
    assert_eq!(mistyped.words, "There is no argument `fromat=` here: the filter takes `format=`.");
}

#[test]
fn other_files_are_refused() {
    for source in ["\n{% include \"html\" %}", "\n{% extends \"/etc/passwd\" %}", "\n{% import \"x\" as y %}"] {
        let fault = fault(source);
        assert_eq!((fault.kind, fault.line, fault.column), (FaultKind::Refused, 2, 1), "{source}: {fault:?}");
    }
    assert_eq!(fault("{{ report.title | safe }}").kind, FaultKind::Refused);
    assert_eq!(fault("{{ throw(message=\"x\") }}").kind, FaultKind::Refused);
}

#[test]
fn every_part_s_faults_come_together() {
    let mut job = job("{{ report.titel }}");
    job.subject = "{{ report.tilte }}".into();
    job.text = Some("{{ task }}".into());
    let found = faults(&job);
    assert_eq!(found[0].part, Part::Text, "names that Tera would not see are looked for first: {found:?}");
    job.text = None;
    let parts: Vec<_> = faults(&job).iter().map(|fault| fault.part).collect();
    assert_eq!(parts, [Part::Subject, Part::Html]);
}

#[test]
fn a_template_is_looked_through_without_readers() {
    let mut job = job("{{ anything }}");
    job.contexts.clear();
    assert_eq!(render(&job), RenderOutcome::Rendered(Vec::new()));
    job.html = "{% if %}".into();
    assert_eq!(faults(&job)[0].part, Part::Html);
}

#[test]
fn more_than_a_megabyte_is_stopped() {
    let job =
        job("{% for a in range(end=3000) %}0123456789{% for b in range(end=40) %}0123456789{% endfor %}{% endfor %}");
    assert_eq!(render(&job), RenderOutcome::Stopped(Stop::Output));
}
