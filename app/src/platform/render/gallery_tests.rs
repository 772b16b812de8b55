//! The templates of the gallery, and every variable, through the same steps as in the child process.

use serde_json::{Value, json};

use super::compose;
use crate::domain::condition::{Comparison, Figure};
use crate::domain::ids::UserId;
use crate::domain::report::spec::ListKind;
use crate::domain::task::Priority;
use crate::domain::template::{
    Block, BlockKind, Body, Document, When,
    block::TaskFilter,
    compile::{self, Place},
    context, gallery,
    lint::{self, Level, Mail, Rule},
    render::{FaultKind, Part, RenderJob, RenderOutcome, Rendered, TemplateFault},
    shown::shown,
    variables::{self, Kind, VARIABLES, Variable},
};

fn job(document: &Document, data: Value) -> RenderJob {
    compile::compile(document).job(vec![data])
}

fn rendered(document: &Document, data: Value) -> Rendered {
    match compose::render(&job(document, data)) {
        RenderOutcome::Rendered(mut mails) => mails.remove(0),
        other => panic!("{other:?}"),
    }
}

fn faults(document: &Document) -> Vec<TemplateFault> {
    match compose::render(&job(document, context::sample())) {
        RenderOutcome::Faulty(faults) => faults,
        other => panic!("{other:?}"),
    }
}

/// A document of text blocks, by their ids.
fn texts(texts: &[(u32, &str)]) -> Document {
    let blocks = texts.iter().map(|(id, text)| Block {
        id: *id,
        kind: BlockKind::Text { text: (*text).into() },
        when: When::Always,
    });
    let mut document = gallery::ENTRIES[0].document();
    document.body = Body::Blocks { blocks: blocks.collect() };
    document
}

/// What the linter has against a mail.
fn objections(document: &Document, mail: &Rendered, data: &Value) -> Vec<lint::Finding> {
    let findings = lint::check(&Mail {
        subject: &mail.subject,
        html: &mail.html,
        text: mail.text.as_deref(),
        images: &compile::images(document),
        source: &compile::compile(document).html,
        stop_url: data.pointer("/recipient/stop_url").and_then(Value::as_str),
        report_url: data.pointer("/report/url").and_then(Value::as_str),
        data: Some(data),
    });
    findings.into_iter().filter(|finding| finding.level != Level::Good).collect()
}

#[test]
fn the_linter_has_nothing_against_any_mail_of_the_gallery() {
    let data = context::sample();
    for entry in gallery::ENTRIES {
        let document = entry.document();
        let mail = rendered(&document, data.clone());
        let bad = objections(&document, &mail, &data);
        assert!(bad.is_empty(), "{}: {bad:?}", entry.word);
        let text = mail.text.unwrap_or_default();
        assert!(!text.contains("\n\n\n") && text.contains("https://reports.example/"), "{}: {text}", entry.word);
    }
}

#[test]
fn the_linter_has_nothing_against_the_sources_to_begin_with() {
    let data = context::sample();
    for (word, _) in gallery::LANGUAGES {
        let document = gallery::source(word).unwrap();
        let mail = rendered(&document, data.clone());
        let bad = objections(&document, &mail, &data);
        assert!(bad.is_empty(), "{word}: {bad:?}");
        let text = mail.text.unwrap_or_default();
        assert!(text.contains("Open the board") && text.contains("https://reports.example/"), "{word}: {text}");
    }
}

#[test]
fn no_block_that_has_just_been_added_is_an_error_or_reads_badly_in_either_theme() {
    let data = context::sample();
    for kind in BlockKind::fresh() {
        let block = Block { id: 1, kind: kind.clone(), when: When::Always };
        let document = Document { body: Body::Blocks { blocks: vec![block] }, ..gallery::ENTRIES[0].document() };
        let bad = objections(&document, &rendered(&document, data.clone()), &data);
        let bad: Vec<_> = bad.iter().filter(|one| one.level == Level::Error || one.rule == Rule::Contrast).collect();
        assert!(bad.is_empty(), "{}: {bad:?}", kind.label());
    }
}

#[test]
fn html_of_ones_own_without_colours_reads_as_a_text_does_and_keeps_those_that_it_has() {
    let data = context::sample();
    let contrasts = |source: &str| {
        let kind = BlockKind::Html { source: source.into() };
        let body = Body::Blocks { blocks: vec![Block { id: 1, kind, when: When::Always }] };
        let document = Document { body, ..gallery::ENTRIES[0].document() };
        let bad = objections(&document, &rendered(&document, data.clone()), &data);
        bad.into_iter().filter(|one| one.rule == Rule::Contrast).count()
    };
    assert_eq!(
        contrasts("<p>Words</p><table><tr><td><b>more</b> <a href=\"{{ report.url }}\">all</a></td></tr></table>"),
        0
    );
    assert_eq!(contrasts("<p style=\"background:#ffffff;color:#111111\">Words</p>"), 0);
    assert_eq!(contrasts("<p style=\"color:#111111\">Words</p>"), 1, "black on the dark card");
}

#[test]
fn a_project_without_tasks_has_mails_as_well() {
    let full = context::sample_snapshot();
    let empty = crate::domain::report::Snapshot::empty(full.project, full.period, full.as_of);
    let address = context::Address {
        base_url: "https://reports.example".into(),
        occurrence: crate::domain::ids::OccurrenceId(uuid::Uuid::nil()),
        number: 1,
        job: "Weekly <status>".into(),
        stop_url: None,
        attachments_note: None,
        comment: None,
    };
    let data = context::context(&empty, &address, &context::Reader::default(), &[]);
    for entry in gallery::ENTRIES {
        let mail = rendered(&entry.document(), data.clone());
        assert!(mail.html.contains("Weekly &lt;status&gt;"), "{}", entry.word);
        assert!(!mail.html.contains("Stop these") && !mail.html.contains("<img"), "{}", entry.word);
        assert!(!mail.subject.trim().is_empty(), "{}", entry.word);
    }
}

#[test]
fn work_that_takes_more_than_two_years_has_a_mail_too() {
    for (open, days, said) in
        [(48, json!([{ "percent": 50, "value": 700 }]), true), (48, json!([]), true), (0, json!([]), false)]
    {
        let mut data = context::sample();
        data["metrics"]["forecast"]["days"] = days;
        data["metrics"]["forecast"]["open"] = json!(open);
        for word in ["monthly-report", "project-summary"] {
            let html = rendered(&gallery::entry(word).unwrap().document(), data.clone()).html;
            assert_eq!(html.contains("take more than two years"), said, "{word}, {open} open: {html}");
            assert!(html.contains("<strong>66 tasks</strong> are finished"), "{word}: {html}");
        }
    }
    let usual = rendered(&gallery::entry("monthly-report").unwrap().document(), context::sample()).html;
    assert!(usual.contains("<strong>23 days</strong> in 85 of 100 cases; in 30 days at least"), "{usual}");
}

/// A template that writes every variable with the filter of its type.
fn everything(variables: &[Variable], path: &str, into: &mut String) {
    for variable in variables {
        let path = if path.is_empty() { variable.name.to_owned() } else { format!("{path}.{}", variable.name) };
        match variable.kind {
            Kind::Group(fields) => everything(fields, &path, into),
            Kind::List(fields) => {
                let item = variables::item_of(&path);
                into.push_str(&format!("{{% for {item} in {path} %}}"));
                everything(fields, item, into);
                into.push_str("{% endfor %}\n");
            }
            kind => {
                let filter = kind.filter().map(|filter| format!(" | {filter}")).unwrap_or_default();
                into.push_str(&format!("{{{{ {path}{filter} }}}}\n"));
            }
        }
    }
}

#[test]
fn every_variable_can_be_written_with_the_filter_of_its_type() {
    let mut source = String::new();
    everything(VARIABLES, "", &mut source);
    let document = Document { body: Body::Html { source }, ..gallery::ENTRIES[0].document() };
    let mail = rendered(&document, context::sample());
    for words in [
        "Ledger",
        "16 Nov 2026",
        "26\u{a0}%",
        "67\u{a0}%",
        "Mina Kovač, Jonas Ortiz",
        "<strong>list of fields</strong>",
    ] {
        assert!(mail.html.contains(words), "{words}: {}", mail.html);
    }
}

/// What is said where a list has nothing in it.
const NOTHING: &str = "Nothing of it.";

/// A mail with a list of what was finished, narrowed.
fn narrowed(filter: TaskFilter, when: When) -> Document {
    let kind = BlockKind::TaskList { list: ListKind::Finished, limit: 10, filter, none: NOTHING.into() };
    Document { body: Body::Blocks { blocks: vec![Block { id: 1, kind, when }] }, ..gallery::ENTRIES[0].document() }
}

fn labelled(label: &str) -> TaskFilter {
    TaskFilter { label: label.into(), ..TaskFilter::default() }
}

/// Which of the tasks that were finished a mail shows, in either part, and whether it says that there are none.
fn finished_in(mail: &Rendered) -> ([bool; 3], bool) {
    let text = mail.text.as_deref().unwrap_or_default();
    let found = |part: &str| (["T-198", "T-203", "T-210"].map(|task| part.contains(task)), part.contains(NOTHING));
    assert_eq!(found(text), found(&mail.html), "{text}");
    found(text)
}

#[test]
fn a_list_shows_only_tasks_with_its_label_and_of_its_project() {
    let data = context::sample();
    let shown = |label: &str, project: &str| {
        let filter = TaskFilter { project: project.into(), ..labelled(label) };
        let (shown, says_none) = finished_in(&rendered(&narrowed(filter, When::Always), data.clone()));
        assert_eq!(says_none, !shown.contains(&true));
        shown
    };
    // Tasks with an even number are about billing.
    assert_eq!(shown("billing", "Ledger"), [true, false, true]);
    assert_eq!(shown("migration", ""), [false, true, false]);
    assert_eq!(shown("", "Ledger"), [true; 3]);
    assert_eq!(shown("", "Website"), [false; 3]);
    assert_eq!(shown("gone \"or\" never there", ""), [false; 3]);
}

#[test]
fn a_list_of_one_person_leaves_the_tasks_of_a_namesake_out_and_one_of_a_name_has_both() {
    let (one, two) = (UserId(uuid::Uuid::from_u128(1)), UserId(uuid::Uuid::from_u128(2)));
    let mut data = context::sample();
    for (at, person) in [one, two, one].into_iter().enumerate() {
        data["tasks"]["finished"][at]["people"] = json!(["Sam Lee"]);
        data["tasks"]["finished"][at]["person_ids"] = json!([person]);
    }
    let list = ListKind::Finished;
    let shown = |person_id, when| {
        let filter = TaskFilter { person: "Sam Lee".into(), person_id, ..TaskFilter::default() };
        finished_in(&rendered(&narrowed(filter, when), data.clone())).0
    };
    for when in [When::Always, When::HasTasks { list }] {
        assert_eq!(shown(Some(one), when), [true, false, true]);
        assert_eq!(shown(Some(two), when), [false, true, false]);
        assert_eq!(shown(None, when), [true; 3]);
    }
    assert_eq!(shown(Some(UserId(uuid::Uuid::from_u128(3))), When::HasTasks { list }), [false; 3]);
}

#[test]
fn a_label_with_the_signs_of_the_template_language_is_chosen_letter_by_letter() {
    // Each is another one where a sign of it meant something.
    let labels = [
        [r#"{{ x }} "a\b" {% if %}"#, r#"{{ x }} "a\\b" {% if %}"#, r#"{{ x }} "ab" {% if %}"#],
        [r#"{# "\"#, r#"{# ""#, r#"{# "\\"#],
        [r#"\" in task.labels or true or ""#, r#"" in task.labels or true or ""#, r#"\" }}{% endif %}"#],
        [r"\n {{", "n {{", r"n\ {{"],
    ];
    for three in labels {
        let mut data = context::sample();
        for (at, label) in three.iter().enumerate() {
            data["tasks"]["finished"][at]["labels"] = json!([label]);
        }
        for (at, label) in three.iter().enumerate() {
            let only = [0, 1, 2].map(|other| other == at);
            for when in [When::Always, When::HasTasks { list: ListKind::Finished }] {
                let mail = rendered(&narrowed(labelled(label), when), data.clone());
                assert_eq!(finished_in(&mail), (only, false), "{label} {when:?}");
            }
        }
    }
}

#[test]
fn a_narrowed_list_is_shown_only_if_its_filter_leaves_tasks_or_leaves_none() {
    let data = context::sample();
    let list = ListKind::Finished;
    let shown = |label: &str, when| finished_in(&rendered(&narrowed(labelled(label), when), data.clone()));
    let nothing = [false; 3];
    assert_eq!(shown("billing", When::HasTasks { list }), ([true, false, true], false));
    assert_eq!(shown("gone", When::HasTasks { list }), (nothing, false), "three were finished, but none of these");
    assert_eq!(shown("gone", When::HasNone { list }), (nothing, true));
    assert_eq!(shown("billing", When::HasNone { list }), (nothing, false));
}

#[test]
fn a_mail_shows_the_blocks_whose_conditions_are_met_and_no_others() {
    let list = ListKind::Finished;
    let (has, none) = (When::HasTasks { list }, When::HasNone { list });
    let said = |id: u32| format!("block-{id}.");
    let text = |id, when| Block { id, kind: BlockKind::Text { text: said(id) }, when };
    let heading = |id, level, when| Block { id, kind: BlockKind::Heading { text: said(id), level }, when };
    let finished = |id, label| {
        let kind = BlockKind::TaskList { list, limit: 3, filter: labelled(label), none: String::new() };
        Block { id, kind, when: When::Always }
    };
    // The labels of a list below the second heading and of one below the third, and what is shown with them.
    let cases: [(&str, &str, &[u32]); 5] = [
        ("billing", "gone", &[1, 3, 4, 11, 12]),
        ("gone", "billing", &[1, 3, 6, 7, 9, 12]),
        ("gone", "lost", &[2, 6, 11, 12]),
        ("billing", "migration", &[1, 3, 4, 7, 9, 12]),
        ("gone", "gone", &[2, 6, 11, 12]),
    ];
    for (first, second, wanted) in cases {
        let halves = BlockKind::Columns { left: vec![text(9, has), finished(10, second)], right: vec![text(11, none)] };
        let figure = When::Figure { figure: Figure::Overdue, is: Comparison::AtLeast, value: 3 };
        let blocks = vec![
            heading(1, 1, has),
            heading(2, 1, none),
            text(3, has),
            heading(4, 2, has),
            finished(5, first),
            text(6, none),
            heading(7, 2, has),
            Block { id: 8, kind: halves, when: When::Always },
            text(12, figure),
            text(13, When::Figure { figure: Figure::Overdue, is: Comparison::AtMost, value: 2 }),
        ];
        let in_files: Vec<u32> = shown(&blocks, &context::sample_snapshot()).iter().map(|block| block.id).collect();
        let document = Document { body: Body::Blocks { blocks }, ..gallery::ENTRIES[0].document() };
        let mail = rendered(&document, context::sample());
        for part in [&mail.html, mail.text.as_ref().unwrap()] {
            let in_mail: Vec<u32> = (1..=13).filter(|id| part.contains(&said(*id))).collect();
            assert_eq!(in_mail, wanted, "{first} {second}: {part}");
        }
        let in_files: Vec<u32> = in_files.into_iter().filter(|id| ![5, 8, 10].contains(id)).collect();
        assert_eq!(in_files, wanted, "files are like the mail: {first} {second}");
    }
}

#[test]
fn a_heading_over_more_narrowed_lists_than_a_condition_can_name_is_filled_in() {
    let list = ListKind::Finished;
    let heading = BlockKind::Heading { text: "Finished".into(), level: 2 };
    for count in [16, 20] {
        let lists = (2..2 + count).map(|id: u32| {
            let filter = TaskFilter {
                priority: Some(Priority::Medium),
                person: "Mina Kovač".into(),
                person_id: None,
                label: format!("label {id}"),
                project: "Ledger".into(),
            };
            Block { id, kind: BlockKind::TaskList { list, limit: 3, filter, none: String::new() }, when: When::Always }
        });
        for when in [When::HasTasks { list }, When::HasNone { list }] {
            let first = Block { id: 1, kind: heading.clone(), when };
            let blocks = std::iter::once(first).chain(lists.clone()).collect();
            let document = Document { body: Body::Blocks { blocks }, ..gallery::ENTRIES[0].document() };
            assert_eq!(document.check(), Ok(()));
            rendered(&document, context::sample());
        }
    }
}

#[test]
fn links_that_are_typed_into_blocks_are_looked_at_where_they_stand() {
    let typed = [
        (4, "[a](javascript:alert(1))"),
        (5, "[b](http://b.example/x)"),
        (6, "[c](https://c.example) [d]({{ project.board_url }})"),
    ];
    let (document, data) = (texts(&typed), context::sample());
    let mail = rendered(&document, data.clone());
    let found = objections(&document, &mail, &data);
    let places: Vec<_> = found.iter().map(|one| (one.level, one.rule, one.block)).collect();
    assert_eq!(places, [(Level::Warning, Rule::Links, Some(4)), (Level::Warning, Rule::Links, Some(5))], "{found:?}");
    let links = lint::own_links(&Mail {
        subject: &mail.subject,
        html: &mail.html,
        text: mail.text.as_deref(),
        images: &[],
        source: &compile::compile(&document).html,
        stop_url: None,
        report_url: None,
        data: None,
    });
    let own: Vec<_> = links.iter().map(|link| (link.url.as_str(), link.block)).collect();
    assert_eq!(own, [("http://b.example/x", Some(5)), ("https://c.example", Some(6))]);
}

#[test]
fn a_fault_names_the_block_it_stands_in() {
    let document = texts(&[(3, "Good {{ report.finding }}"), (8, "one\n\n{{ report.findng }}")]);
    let faults = faults(&document);
    let fault =
        faults.iter().find(|fault| fault.kind == FaultKind::UnknownVariable).unwrap_or_else(|| panic!("{faults:?}"));
    assert_eq!(compile::compile(&document).place(fault), Some(Place::Block(8)), "{fault:?}");
    assert_eq!(fault.meant.as_deref().map(|name| name.ends_with("finding")), Some(true), "{fault:?}");
}

#[test]
fn a_tag_that_is_not_closed_names_its_own_block_and_not_the_one_after() {
    let heading = |text: &str, when| Block { id: 90, kind: BlockKind::Heading { text: text.into(), level: 1 }, when };
    let whens = [When::Always, When::HasTasks { list: ListKind::Overdue }];
    let texts = [
        "{% if report.finding %}a",
        "{% endif %}a",
        "{% for x in notes %}a",
        "{{ report.finding",
        "{% if %}",
        "a {% endfor %}",
    ];
    for (text, when) in texts.iter().flat_map(|text| whens.map(|when| (*text, when))) {
        let mut document = gallery::ENTRIES[0].document();
        if let Body::Blocks { blocks } = &mut document.body {
            blocks.insert(1, heading(text, when));
        }
        let faults = faults(&document);
        let html = faults.iter().find(|fault| fault.part == Part::Html).unwrap_or_else(|| panic!("{text}: {faults:?}"));
        assert_eq!(compile::compile(&document).place(html), Some(Place::Block(90)), "{text}: {html:?}");
    }
}

#[test]
fn a_tag_that_is_not_closed_is_told_of_the_text_that_it_was_typed_into() {
    let said = |text: &str| {
        let document = texts(&[(3, "Fine"), (8, text)]);
        let found = faults(&document);
        compile::compile(&document).sentence(&found[0])
    };
    assert_eq!(
        said("One < two\n\n&& {% if report.is_empty %}three"),
        "Line 3, column 4 of the text of a block: `{% if … %}` is never closed: `{% endif %}` is missing."
    );
    assert_eq!(
        said("One\n{% endfilter %}"),
        "Line 2, column 1 of the text of a block: `{% endfilter %}` closes nothing: no such block is open."
    );
    assert_eq!(
        said("a {% else %}"),
        "Line 1, column 3 of the text of a block: `{% else %}` stands in no `{% if … %}`."
    );
    assert_eq!(
        said("{% for x in notes %}\n{% if x %}\n{% endfor %}"),
        "Line 2, column 1 of the text of a block: `{% if … %}` is not closed before `{% endfor %}` in line 3: \
         `{% endif %}` is missing."
    );
    let unknown = said("<b> & {{ report.titel }}");
    assert!(unknown.starts_with("Line 1, column 10 of the text of a block: There is no variable"), "{unknown}");
}

#[test]
fn what_one_block_opens_another_may_close() {
    let of = |left: &str, right: &str| {
        let heading =
            |id, text: &str| Block { id, kind: BlockKind::Heading { text: text.into(), level: 2 }, when: When::Always };
        let mut document = texts(&[]);
        document.body = Body::Blocks { blocks: vec![heading(1, left), heading(2, right)] };
        match compose::render(&job(&document, context::sample())) {
            RenderOutcome::Faulty(faults) => faults.len(),
            _ => 0,
        }
    };
    assert_eq!(of("{% if report.is_empty %}a", "b{% endif %}"), 0, "a published template goes on as it was");
    assert_eq!(of("{% if report.is_empty %}a", "{% endfor %}"), 2, "each is told by itself");
}

#[test]
fn what_people_typed_stays_text_in_blocks() {
    let mut data = context::sample();
    data["report"]["finding"] = Value::from("<script>alert(1)</script> & \"more\"");
    let mail = rendered(&texts(&[(1, "{{ report.finding }} [x]({{ project.board_url }}) <b>")]), data);
    assert!(!mail.html.contains("<script") && mail.html.contains("&lt;script&gt;"), "{}", mail.html);
    assert!(
        mail.html.contains("&lt;b&gt;") && mail.html.contains("href=\"https://reports.example/board/T\""),
        "{}",
        mail.html
    );
}
