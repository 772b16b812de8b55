//! Blocks become a source that says what the document says.

use super::*;
use crate::domain::{
    condition::{Comparison, Figure},
    ids::UserId,
    report::spec::ListKind,
    task::Priority,
    template::{TaskColumn, Theme, When, block::TaskFilter, document::FORMAT, theme::Logo},
};

fn document(kinds: Vec<BlockKind>) -> Document {
    let blocks = (1..).zip(kinds).map(|(id, kind)| Block { id, kind, when: When::Always });
    Document {
        format: FORMAT,
        subject: "{{ report.subject }} & more".into(),
        preheader: String::new(),
        body: Body::Blocks { blocks: blocks.collect() },
        text: None,
        theme: Theme::default(),
    }
}

fn html(kinds: Vec<BlockKind>) -> String {
    compile(&document(kinds)).html
}

fn line_of(source: &str, words: &str) -> u32 {
    let at = source.lines().position(|line| line.contains(words)).unwrap_or_else(|| panic!("no {words} in {source}"));
    u32::try_from(at + 1).unwrap()
}

#[test]
fn what_is_typed_is_text_and_its_variables_work() {
    let source = html(vec![
        BlockKind::Heading { text: "A < B {{ report.finding }}".into(), level: 2 },
        BlockKind::Button { label: "\"Go\"".into(), url: "{{ project.board_url }}?a=1&b=\"2\"".into() },
        BlockKind::Text { text: "**{{ project.name }}** <b>\n- one".into() },
    ]);
    assert!(source.contains(">A &lt; B {{ report.finding }}</h2>"), "{source}");
    assert!(source.contains(r#"<a href="{{ project.board_url }}?a=1&amp;b=&quot;2&quot;""#), "{source}");
    assert!(source.contains(">&quot;Go&quot;</a>"), "{source}");
    assert!(
        source.contains("\n**{{ project.name }}** &lt;b>\n- one\n"),
        "lines of Markdown are not indented: {source}"
    );
    assert!(source.contains("<title>{{ report.subject }} &amp; more</title>"), "{source}");
}

#[test]
fn every_mail_of_blocks_has_its_foot() {
    let source = compile(&document(Vec::new()));
    for part in [Some(&source.html), source.text.as_ref()] {
        let part = part.unwrap();
        assert!(part.contains("{{ recipient.stop_url }}") && part.contains("{{ report.url }}"), "{part}");
        assert!(part.contains("{{ schedule.name }}"), "{part}");
        assert!(
            part.contains("{% if report.attachments_note %}"),
            "files that are too big are never just left out: {part}"
        );
    }
}

#[test]
fn a_line_of_the_source_names_its_block_also_within_columns() {
    let inner = Block { id: 7, kind: BlockKind::Heading { text: "Inner".into(), level: 3 }, when: When::Always };
    let mut document = document(vec![
        BlockKind::Text { text: "First".into() },
        BlockKind::Columns { left: vec![inner], right: Vec::new() },
        BlockKind::Divider,
    ]);
    document.preheader = "Before".into();
    document.theme.signature = "Yours".into();
    let source = compile(&document);
    let place = |words: &str| source.map.place(line_of(&source.html, words));
    assert_eq!(place("First"), Some(Place::Block(1)));
    assert_eq!(place("Inner"), Some(Place::Block(7)));
    assert_eq!(place(r#"class="col""#), Some(Place::Block(2)));
    assert_eq!(place("Before"), Some(Place::Preheader));
    assert_eq!(place("Yours"), Some(Place::Signature));
    assert_eq!(place("<title>"), Some(Place::Subject));
    assert_eq!(place("</html>"), None);
    let text = source.text.unwrap();
    assert_eq!(source.text_map.block(line_of(&text, "Inner")), Some(7));
}

#[test]
fn a_character_of_the_source_is_that_of_the_text_that_somebody_typed() {
    let inner = Block {
        id: 7,
        kind: BlockKind::Button { label: "\"Go\" {{ b }}".into(), url: "  {{ a }}?x=1&amp;y=\"{{ c }}".into() },
        when: When::Always,
    };
    let mut document = document(vec![
        BlockKind::Text { text: "\n<é> & {{ d }}\n- {{ e | replace(from=\"&\", to=\"&amp;\") }}{{ f }}".into() },
        BlockKind::Html { source: "<p>\n  {{ g }}</p>".into() },
        BlockKind::Columns { left: vec![inner], right: Vec::new() },
    ]);
    document.preheader = "a < b {{ h }}".into();
    document.theme.signature = "\n  Yours\n{{ i }}".into();
    let source = compile(&document);
    let place = |part: Part, words: &str| {
        let text = if part == Part::Html { &source.html } else { source.text.as_ref().unwrap() };
        let at = text.find(words).unwrap_or_else(|| panic!("no {words} in {text}"));
        let (line, column) = crate::domain::template::render::place_of(text, at);
        source.text_place(part, line, column).map(|at| (at.field, at.line, at.column))
    };
    let is = |field: &str, line, column| Some((field.to_owned(), line, column));
    assert_eq!(place(Part::Html, "{{ a }}"), is("block-7-url", 1, 3));
    assert_eq!(place(Part::Html, "{{ b }}"), is("block-7-label", 1, 6));
    assert_eq!(place(Part::Html, "{{ c }}"), is("block-7-url", 1, 22));
    assert_eq!(place(Part::Html, "{{ d }}"), is("block-1-text", 2, 7));
    assert_eq!(place(Part::Html, "{{ f }}"), is("block-1-text", 3, 42));
    assert_eq!(place(Part::Html, "{{ g }}"), is("block-2-source", 2, 3));
    assert_eq!(place(Part::Html, "{{ h }}"), is("preheader", 1, 7));
    assert_eq!(place(Part::Html, "{{ i }}"), is("signature", 3, 1));
    assert_eq!(place(Part::Text, "{{ d }}"), is("block-1-text", 2, 7));
    assert_eq!(place(Part::Text, "{{ c }}"), is("block-7-url", 1, 22));
    assert_eq!(place(Part::Text, "{{ i }}"), is("signature", 3, 1));
    assert_eq!(place(Part::Html, "{{ report.url }}"), None, "nobody wrote it");
    assert_eq!(source.text_place(Part::Subject, 1, 4).map(|at| at.field).as_deref(), Some("subject"));
}

#[test]
fn a_text_whose_tags_do_not_close_is_known_by_its_place() {
    let texts =
        ["{% if a %}", "{% endfilter %}{% filter markdown %}", "{{ open", "fine {% if a %}b{% else %}c{% endif %}"];
    let blocks = texts.map(|text| BlockKind::Text { text: format!("& \n{text}") });
    let source = compile(&document(blocks.to_vec()));
    let job = source.job(Vec::new());
    let found: Vec<_> = job
        .faults
        .iter()
        .map(|fault| source.text_place(fault.part, fault.line, fault.column).unwrap())
        .map(|at| (at.field, at.line, at.column))
        .collect();
    let at = |id: u32| (format!("block-{id}-text"), 2, 1);
    assert_eq!(found, [at(1), at(2), at(3)]);
}

#[test]
fn html_of_ones_own_that_is_empty_writes_nothing() {
    let fresh = BlockKind::fresh().into_iter().find(|kind| matches!(kind, BlockKind::Html { .. })).unwrap();
    let source = compile(&document(vec![fresh]));
    let without = compile(&document(Vec::new()));
    assert_eq!(source.html.matches("<td").count(), without.html.matches("<td").count() - 1, "only the cell of a card");
    assert_eq!(source.text.map(|text| text.trim_start().to_owned()), without.text);
}

#[test]
fn conditions_stand_around_their_blocks() {
    let mut document = document(vec![BlockKind::Divider, BlockKind::Divider, BlockKind::Divider]);
    let Body::Blocks { blocks } = &mut document.body else { panic!() };
    blocks[0].when = When::HasTasks { list: ListKind::Overdue };
    blocks[1].when = When::HasNone { list: ListKind::DueNext };
    blocks[2].when = When::Figure { figure: Figure::CycleDays, is: Comparison::AtMost, value: 3 };
    let source = compile(&document);
    for test in [
        "{% if counts.overdue > 0 %}",
        "{% if counts.due_next == 0 %}",
        "{% if figures.cycle_days.now and figures.cycle_days.now <= 3 %}",
    ] {
        assert!(source.html.contains(test) && source.text.as_ref().unwrap().contains(test), "{test}: {}", source.html);
    }
    assert_eq!(source.map.block(line_of(&source.html, "counts.overdue > 0")), Some(1));
}

#[test]
fn the_condition_of_a_narrowed_list_asks_for_what_the_filter_leaves_of_it() {
    let test_of = |filter: TaskFilter, when: When| {
        let kinds = [
            BlockKind::TaskList { list: ListKind::Overdue, limit: 5, filter: filter.clone(), none: String::new() },
            BlockKind::Table { list: ListKind::Overdue, limit: 5, filter, columns: Vec::new() },
        ];
        let tests: BTreeSet<String> = kinds
            .into_iter()
            .flat_map(|kind| {
                let mut document = document(vec![kind]);
                let Body::Blocks { blocks } = &mut document.body else { panic!() };
                blocks[0].when = when;
                let Source { html, text, .. } = compile(&document);
                [html, text.unwrap()].map(|source| {
                    let line = source.lines().find(|line| line.contains("{% if") && line.contains(".overdue"));
                    line.unwrap_or_else(|| panic!("no condition in {source}")).trim().to_owned()
                })
            })
            .collect();
        assert_eq!(tests.len(), 1, "lists and tables, HTML and text are alike: {tests:?}");
        tests.into_iter().next().unwrap()
    };
    let named = || TaskFilter { label: "Design".into(), ..TaskFilter::default() };
    let (has_tasks, has_none) = (When::HasTasks { list: ListKind::Overdue }, When::HasNone { list: ListKind::Overdue });
    let rows = r#"[task for task in tasks.overdue if "Design" in task.labels]"#;
    assert_eq!(test_of(named(), has_tasks), format!("{{% if {rows} %}}"));
    assert_eq!(test_of(named(), has_none), format!("{{% if not {rows} %}}"));
    assert_eq!(test_of(TaskFilter::default(), has_tasks), "{% if counts.overdue > 0 %}");
    assert_eq!(test_of(TaskFilter::default(), has_none), "{% if counts.overdue == 0 %}");
    let of_another = |list| {
        let kind = BlockKind::TaskList { list, limit: 5, filter: named(), none: String::new() };
        let mut document = document(vec![kind]);
        let Body::Blocks { blocks } = &mut document.body else { panic!() };
        blocks[0].when = has_tasks;
        compile(&document).html.contains("{% if counts.overdue > 0 %}")
    };
    assert!(of_another(ListKind::Finished), "another list is not what the filter is about");
    assert!(!of_another(ListKind::Overdue));
}

#[test]
fn a_heading_asks_for_what_the_lists_below_it_leave() {
    let list = |label: &str| BlockKind::TaskList {
        list: ListKind::Overdue,
        limit: 5,
        filter: TaskFilter { label: label.into(), ..TaskFilter::default() },
        none: String::new(),
    };
    let inner = |label| Block { id: 9, kind: list(label), when: When::Always };
    let heading = || BlockKind::Heading { text: "Late".into(), level: 2 };
    let columns = BlockKind::Columns { left: vec![inner("Design")], right: vec![inner("Press")] };
    let mut document = document(vec![heading(), list("Design"), heading(), columns, heading()]);
    let Body::Blocks { blocks } = &mut document.body else { panic!() };
    blocks[0].when = When::HasTasks { list: ListKind::Overdue };
    blocks[2].when = When::HasTasks { list: ListKind::Overdue };
    blocks[4].when = When::HasNone { list: ListKind::Overdue };
    let Source { html, text, .. } = compile(&document);
    let [design, press] =
        ["Design", "Press"].map(|label| format!(r#"[task for task in tasks.overdue if "{label}" in task.labels]"#));
    for source in [html, text.unwrap()] {
        let tests: Vec<&str> = source.lines().map(str::trim).filter(|line| line.starts_with("{% if")).collect();
        let of_headings: Vec<&str> = tests.into_iter().filter(|test| test.contains("[task")).collect();
        let wanted = [
            format!("{{% if {design} %}}"),
            format!("{{% if {design} or {press} %}}"),
            format!("{{% if not ({design} or {press}) %}}"),
        ];
        assert_eq!(of_headings, wanted, "{source}");
    }
}

#[test]
fn lists_are_narrowed_and_say_what_they_leave_out() {
    let filter = TaskFilter { priority: Some(Priority::High), person: "Sam \"O\\K\"".into(), ..TaskFilter::default() };
    let list =
        |filter, none: &str| BlockKind::TaskList { list: ListKind::Overdue, limit: 5, filter, none: none.into() };
    let narrowed = html(vec![list(filter, "None < 1")]);
    let rows = r#"{% set rows = [task for task in tasks.overdue if task.priority in ["High", "Urgent"] and "Sam \"O\\K\"" in task.people] %}"#;
    assert!(narrowed.contains(rows), "{narrowed}");
    assert!(narrowed.contains("and {{ rows | length - 5 }} more") && narrowed.contains("None &lt; 1"), "{narrowed}");
    let id = UserId(uuid::Uuid::from_u128(7));
    let one = html(vec![list(TaskFilter { person: "Sam".into(), person_id: Some(id), ..TaskFilter::default() }, "")]);
    let rows = r#"[task for task in tasks.overdue if "00000000-0000-0000-0000-000000000007" in task.person_ids]"#;
    assert!(one.contains(rows) && !one.contains("Sam"), "whatever they are called meanwhile: {one}");
    let all = html(vec![list(TaskFilter { priority: Some(Priority::Low), ..TaskFilter::default() }, "")]);
    assert!(all.contains("{% set rows = tasks.overdue %}") && all.contains("{{ counts.overdue - 5 }} more"), "{all}");
    assert!(!all.contains("{% else %}"), "nothing is said where nothing is to be said: {all}");
    let filter = TaskFilter { label: "Design".into(), project: "Web \"2\"".into(), ..TaskFilter::default() };
    let named = html(vec![list(filter, "")]);
    let rows = r#"[task for task in tasks.overdue if "Design" in task.labels and task.project == "Web \"2\""]"#;
    assert!(named.contains(rows) && named.contains("and {{ rows | length - 5 }} more"), "{named}");
}

#[test]
fn charts_in_columns_are_half_as_wide() {
    let chart = BlockKind::Chart { chart: ChartKind::ByStatus, has_title: false };
    let half = Block { id: 9, kind: chart.clone(), when: When::Always };
    let source = html(vec![chart, BlockKind::Columns { left: vec![half], right: Vec::new() }]);
    assert!(source.contains(r#"width="{{ chart.width }}""#) && source.contains(r#"width="256""#), "{source}");
    assert!(source.contains("cid:{{ chart.cid }}") && source.contains("cid:{{ chart.narrow.cid }}"), "{source}");
    assert!(!source.contains("<h2"), "{source}");
}

#[test]
fn the_charts_of_a_document_are_known_before_they_are_drawn() {
    let shown = |kinds| charts(&document(kinds));
    let half =
        Block { id: 9, kind: BlockKind::Chart { chart: ChartKind::Forecast, has_title: true }, when: When::Always };
    let kinds = vec![
        BlockKind::Columns { left: Vec::new(), right: vec![half] },
        BlockKind::Html { source: "<img src=\"cid:{{ charts.by_label.cid }}\">".into() },
    ];
    assert_eq!(shown(kinds.clone()), BTreeSet::from([ChartKind::ByLabel, ChartKind::Forecast]));
    let needed = BTreeSet::from([(ChartKind::ByLabel, Breadth::Whole), (ChartKind::Forecast, Breadth::Column)]);
    assert_eq!(drawn(&document(kinds)), needed, "each is drawn for where it stands");
    let source = Body::Html { source: "{% for name, chart in charts %}{% endfor %}".into() };
    assert_eq!(charts(&Document { body: source, ..document(Vec::new()) }).len(), ChartKind::ALL.len());
}

#[test]
fn charts_in_words_around_the_tags_are_not_drawn() {
    let shown = |text: &str| charts(&document(vec![BlockKind::Text { text: text.into() }]));
    assert!(shown("The charts below, charts.forecast too {# charts #} {{ flowcharts }}").is_empty());
    let one = "See the charts: {{ charts.by_person.title }}";
    assert_eq!(shown(one), BTreeSet::from([ChartKind::ByPerson]));
    assert_eq!(shown("{{ charts[\"forecast\"].title }}").len(), ChartKind::ALL.len());
}

#[test]
fn a_source_stays_as_it_was_written() {
    let body = Body::Mjml { source: "<mjml></mjml>".into() };
    let source =
        compile(&Document { body, preheader: "Before".into(), text: Some(" ".into()), ..document(Vec::new()) });
    assert_eq!((source.language, source.html.as_str()), (Language::Mjml, "<mjml></mjml>"));
    assert_eq!((source.preheader.as_deref(), source.text), (Some("Before"), None));
}

#[test]
fn the_logo_is_shown_by_its_content_id_and_only_where_there_is_one() {
    let mut document = document(Vec::new());
    assert!(!compile(&document).html.contains("<img"));
    document.theme.logo = Some(Logo { png: "AA==".into(), width: 120, height: 40, alt: "A & B".into() });
    let source = compile(&document).html;
    assert_eq!(images(&document), ["logo"]);
    assert_eq!(images(&Document { body: Body::Html { source: source.clone() }, ..document.clone() }), ["logo"]);
    assert!(images(&Document { body: Body::Html { source: "<p>".into() }, ..document }).is_empty());
    assert!(source.contains(r#"<img src="cid:logo" width="120" height="40" alt="A &amp; B""#), "{source}");
}

#[test]
fn every_link_of_the_html_has_its_address_in_the_text_part() {
    let filter = TaskFilter::default;
    let list = |limit| BlockKind::TaskList { list: ListKind::Overdue, limit, filter: filter(), none: String::new() };
    let table = |columns| BlockKind::Table { list: ListKind::Overdue, limit: 5, filter: filter(), columns };
    let text = |kind| compile(&document(vec![kind])).text.unwrap();
    for (kind, address) in [
        (list(5), "{{ task.url }}"),
        (table(vec![TaskColumn::Reference, TaskColumn::Title]), "{{ task.url }}"),
        (BlockKind::Notes { limit: 5 }, "{{ note.url }}"),
        (BlockKind::Button { label: "Open".into(), url: "https://a.example".into() }, "https://a.example"),
        (BlockKind::Html { source: "<a href=\"https://a.example\">Open</a>".into() }, "Open: https://a.example"),
    ] {
        let text = text(kind);
        assert!(text.contains(address), "{address}: {text}");
    }
    assert!(!text(table(vec![TaskColumn::Title])).contains("task.url"), "where there is no link, there is none");
}

#[test]
fn a_heading_of_notes_never_stands_over_nothing() {
    let source = compile(&document(vec![BlockKind::Notes { limit: 5 }]));
    assert!(source.html.contains("{% else %}") && source.html.contains(NO_NOTES), "{}", source.html);
    assert!(source.text.unwrap().contains(&format!("{{% else %}}{NO_NOTES}")));
}

#[test]
fn the_title_of_a_chart_stands_once_in_the_text_part() {
    let text = compile(&document(vec![BlockKind::Chart { chart: ChartKind::Forecast, has_title: true }]));
    let text = text.text.unwrap();
    assert!(text.contains("{{ charts.forecast.alt }}") && !text.contains("charts.forecast.title"), "{text}");
}

#[test]
fn html_of_one_s_own_becomes_words_in_the_text_part() {
    let source = "<table><tr><td>{{ project.name }}</td></tr></table>\n<p>A &amp; B</p>{% if x %}<b title=\"{{ y }}\">c</b>{% endif %}";
    let text = compile(&document(vec![BlockKind::Html { source: source.into() }])).text.unwrap();
    assert!(text.contains("{{ project.name }}\nA & B\n{% if x %}c{% endif %}"), "{text}");
}

#[test]
fn the_largest_document_of_the_gallery_stays_a_source_that_may_be_kept() {
    for entry in crate::domain::template::gallery::ENTRIES {
        let source = compile(&entry.document());
        assert!(
            source.html.len() < crate::domain::template::document::SOURCE_MAX / 2,
            "{}: {}",
            entry.word,
            source.html.len()
        );
    }
}
