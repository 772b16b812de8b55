//! The sections of a report as a document of blocks, and what is said around one: a comment of its owner at its head, the
//! sentence of files that are too big at its foot.

use super::{
    Block, BlockKind, Body, Document, FigureKind, When,
    block::{ROWS_MAX, TaskFilter},
    compile::{
        charts, every_block,
        literal::{Piece, pieces},
    },
    document::FORMAT,
    shown::shown,
    theme::Theme,
};
use crate::domain::report::{
    COMMENT_HEADING, Snapshot,
    spec::{ListKind, Named, Section},
};

/// What the report is called, of which days, and what it was narrowed to; two spaces break the line.
const ABOUT: &str =
    "{{ report.title }}, {{ period.words }}{% if report.scope %}  \nScope: {{ report.scope }}{% endif %}";
/// Sentences of a summary: all that there can be, as in the built-in mail and on paper.
const SENTENCES: u32 = 7;
const FIGURES: [FigureKind; 4] = [FigureKind::Completed, FigureKind::Open, FigureKind::Overdue, FigureKind::CycleDays];

/// The mail of a report that shows these sections.
pub fn of_sections(sections: &[Section]) -> Document {
    let mut kinds = vec![
        BlockKind::Heading { text: "{{ report.finding }}".into(), level: 1 },
        BlockKind::Text { text: ABOUT.into() },
    ];
    kinds.extend(sections.iter().flat_map(blocks));
    kinds.push(BlockKind::Button { label: "Open the board".into(), url: "{{ project.board_url }}".into() });
    let blocks = (1..).zip(kinds).map(|(id, kind)| Block { id, kind, when: When::Always }).collect();
    Document {
        format: FORMAT,
        subject: "{{ report.subject }}".into(),
        preheader: "{{ report.preview }}".into(),
        body: Body::Blocks { blocks },
        text: None,
        theme: Theme::default(),
    }
}

/// What a template shows of a report, as its files show it: summary, figures, charts, lists and notes in their order,
/// and texts that need nothing to be filled in; lists as they are narrowed there, and nothing whose condition is not
/// met. In a source of somebody's own it is what its tags speak of.
pub fn sections_of(document: &Document, snapshot: &Snapshot) -> Vec<Section> {
    let sections: Vec<Section> = match &document.body {
        Body::Blocks { blocks } => shown(blocks, snapshot).into_iter().filter_map(section).collect(),
        Body::Html { source } | Body::Mjml { source } => spoken_of(source, document),
    };
    // Files that show nothing at all help nobody.
    if sections.is_empty() { vec![Section::Summary, Section::Figures] } else { sections }
}

/// What a template may show of a report, whatever its conditions are.
pub fn possible_of(document: &Document) -> Vec<Section> {
    match &document.body {
        Body::Blocks { blocks } => every_block(blocks).into_iter().filter_map(section).collect(),
        Body::Html { source } | Body::Mjml { source } => spoken_of(source, document),
    }
}

fn section(block: &Block) -> Option<Section> {
    Some(match &block.kind {
        BlockKind::Summary { .. } => Section::Summary,
        BlockKind::KeyFigures { .. } => Section::Figures,
        BlockKind::Chart { chart, .. } => Section::Chart { chart: *chart },
        BlockKind::TaskList { list, limit, filter, .. } | BlockKind::Table { list, limit, filter, .. } => {
            Section::Tasks { list: *list, limit: *limit, from: filter.priority, named: filter.named() }
        }
        BlockKind::Notes { limit } => Section::Notes { limit: *limit },
        BlockKind::Text { text } if is_plain(text) => Section::Text { markdown: text.clone() },
        _ => return None,
    })
}

fn is_plain(text: &str) -> bool {
    !text.trim().is_empty() && pieces(text).iter().all(|piece| matches!(piece, Piece::Words(_)))
}

/// What the tags of a source speak of, under whatever condition. Whether one is met is known only by filling the source in,
/// and even that does not say which list stands behind it: it may count, loop or hand a list on under another name. So
/// files show all of it, and the designer says so beside the source.
fn spoken_of(source: &str, document: &Document) -> Vec<Section> {
    let speaks_of = |words: &str| {
        pieces(source)
            .iter()
            .any(|piece| matches!(piece, Piece::Tag(tag) if !tag.starts_with("{#") && tag.contains(words)))
    };
    let mut sections = Vec::new();
    sections.extend(speaks_of("report.sentences").then_some(Section::Summary));
    sections.extend(speaks_of("figures.").then_some(Section::Figures));
    sections.extend(charts(document).into_iter().map(|chart| Section::Chart { chart }));
    let lists = ListKind::ALL.iter().filter(|list| speaks_of(&format!("tasks.{list}")));
    let all = |list: &ListKind| Section::Tasks { list: *list, limit: ROWS_MAX, from: None, named: Named::default() };
    sections.extend(lists.map(all));
    sections.extend(speaks_of("notes").then_some(Section::Notes { limit: ROWS_MAX }));
    sections
}

fn blocks(section: &Section) -> Vec<BlockKind> {
    let heading = |text: &str| BlockKind::Heading { text: text.to_owned(), level: 2 };
    match section {
        Section::Summary => vec![BlockKind::Summary { limit: SENTENCES }],
        Section::Figures => vec![BlockKind::KeyFigures { figures: FIGURES.to_vec() }],
        Section::Chart { chart } => vec![heading(chart.label()), BlockKind::Chart { chart: *chart, has_title: true }],
        Section::Tasks { list, limit, from, named } => {
            let Named { person, person_id, label, project } = named.clone();
            let filter = TaskFilter { priority: *from, person, person_id, label, project };
            let (list, limit, none) = (*list, (*limit).min(ROWS_MAX), section.none().to_owned());
            let words = as_words(&format!("{}{}", list.label(), section.least_words()));
            vec![heading(&words), BlockKind::TaskList { list, limit, filter, none }]
        }
        Section::Notes { limit } => {
            vec![heading("Work notes"), BlockKind::Notes { limit: (*limit).min(ROWS_MAX) }]
        }
        Section::Text { markdown } => vec![BlockKind::Text { text: as_words(markdown) }],
    }
}

/// Words of a person as a template that says just these: what looks like a tag is text.
pub fn as_words(text: &str) -> String {
    let mut template = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        match ["{{", "{%", "{#"].into_iter().find(|open| rest.starts_with(open)) {
            Some(open) => {
                template.push_str(&format!("{{{{ \"{open}\" }}}}"));
                rest = &rest[open.len()..];
            }
            None => {
                template.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    template
}

impl Document {
    /// With a comment at its head, in Markdown, and where files are missing (`has_note`), what is said of them at its foot.
    /// A source that says either where it wants it is left alone; in one of somebody's own HTML or MJML the one stands at
    /// the beginning of the body, the other at its end. A document of blocks has its own place for files, as all have.
    #[must_use]
    pub fn around(&self, comment: Option<&str>, has_note: bool) -> Self {
        let mut document = self.clone();
        let comment = comment.filter(|comment| !comment.trim().is_empty());
        if let Some(comment) = comment.filter(|_| !self.says_comment()) {
            document.begin_with(&as_words(comment.trim()));
        }
        if has_note {
            document.end_with_note();
        }
        document
    }

    /// Whether it has a place for the comment itself.
    fn says_comment(&self) -> bool {
        let source = match &self.body {
            Body::Blocks { blocks } => serde_json::to_string(blocks).unwrap_or_default(),
            Body::Html { source } | Body::Mjml { source } => source.clone(),
        };
        source.contains("report.comment")
    }

    fn begin_with(&mut self, words: &str) {
        let mut ids = self.free_ids();
        let mut block = |kind| Block { id: ids.next().unwrap_or_default(), kind, when: When::Always };
        match &mut self.body {
            Body::Blocks { blocks } => {
                let heading = block(BlockKind::Heading { text: COMMENT_HEADING.into(), level: 2 });
                let text = block(BlockKind::Text { text: words.to_owned() });
                blocks.splice(0..0, [heading, text]);
            }
            Body::Html { source } => *source = after_tag(source, "<body", &in_html(words)),
            Body::Mjml { source } => *source = after_tag(source, "<mj-body", &in_mjml(words)),
        }
        if let Some(text) = self.text.as_mut().filter(|text| !text.trim().is_empty()) {
            *text = format!("{COMMENT_HEADING}:\n\n{words}\n\n{text}");
        }
    }

    fn end_with_note(&mut self) {
        let is_said = |source: &str| source.contains(NOTE);
        let note = format!("{{{{ {NOTE} }}}} <a href=\"{{{{ report.url }}}}\">Open the report</a>");
        match &mut self.body {
            Body::Html { source } if !is_said(source.as_str()) => {
                *source = before_tag(source, "</body>", &format!("<p style=\"{AROUND}\">{note}</p>"));
            }
            Body::Mjml { source } if !is_said(source.as_str()) => {
                *source = before_tag(source, "</mj-body>", &mjml_text(&note))
            }
            Body::Blocks { .. } | Body::Html { .. } | Body::Mjml { .. } => {}
        }
        if let Some(text) = self.text.as_mut().filter(|text| !text.trim().is_empty() && !is_said(text.as_str())) {
            *text = format!("{text}\n\n{{{{ {NOTE} }}}}\nOpen the report: {{{{ report.url }}}}");
        }
    }
}

/// How what is said around somebody's own HTML looks.
const AROUND: &str = "padding:16px;font:400 14px/21px Arial,sans-serif";
/// The sentence of files that are too big.
const NOTE: &str = "report.attachments_note";

fn in_html(words: &str) -> String {
    format!("<div style=\"{AROUND}\">{}</div>", marked(words))
}

fn in_mjml(words: &str) -> String {
    mjml_text(&marked(words))
}

/// Under the heading of a comment.
fn marked(words: &str) -> String {
    let words = super::compile::literal::markdown(words);
    format!("<p><strong>{COMMENT_HEADING}</strong></p>\n{{% filter markdown %}}\n{words}\n{{% endfilter %}}")
}

fn mjml_text(html: &str) -> String {
    format!("<mj-section><mj-column><mj-text>{html}</mj-text></mj-column></mj-section>")
}

/// Behind the opening tag; at the beginning where there is none.
fn after_tag(source: &str, tag: &str, insert: &str) -> String {
    let end = source.find(tag).and_then(|start| source[start..].find('>').map(|length| start + length + 1));
    let (head, rest) = source.split_at(end.unwrap_or_default());
    format!("{head}{insert}{rest}")
}

/// In front of the closing tag; at the end where there is none.
fn before_tag(source: &str, tag: &str, insert: &str) -> String {
    let (head, rest) = source.split_at(source.rfind(tag).unwrap_or(source.len()));
    format!("{head}{insert}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        ids::UserId,
        report::spec::{ChartKind, ReportSpec},
        task::Priority,
        template::{compile, context::sample_snapshot},
    };

    #[test]
    fn every_section_has_its_blocks_and_the_document_may_be_kept() {
        let mut sections = ReportSpec::default().sections;
        sections.extend(ChartKind::ALL.iter().map(|chart| Section::Chart { chart: *chart }));
        let list = |list: &ListKind| Section::Tasks { list: *list, limit: 50, from: None, named: Named::default() };
        sections.extend(ListKind::ALL.iter().map(list));
        sections.extend([Section::Notes { limit: 5 }, Section::Text { markdown: "Hello **you**".into() }]);
        let document = of_sections(&sections);
        assert_eq!(document.check(), Ok(()));
        assert_eq!(compile::charts(&document).len(), ChartKind::ALL.len());
        let source = compile::compile(&document);
        for words in ["Reopened", "Work notes", "Hello **you**", "Nothing is blocked."] {
            assert!(source.html.contains(words), "{words}");
        }
        let urgent = |from| Section::Tasks { list: ListKind::Blocked, limit: 50, from, named: Named::default() };
        let said = |from| compile::compile(&of_sections(&[urgent(from)])).html.contains("Nothing is blocked.");
        assert!(said(None) && said(Some(Priority::Low)));
        assert!(!said(Some(Priority::Urgent)), "something else may be");
        let says = |from, words| compile::compile(&of_sections(&[urgent(from)])).html.contains(words);
        assert!(says(Some(Priority::Urgent), "Blocked, urgent only"), "the figures count all");
        assert!(says(Some(Priority::High), "Blocked, high priority and above"));
        assert!(!says(Some(Priority::Low), "Blocked,") && !says(None, "Blocked,"));
    }

    #[test]
    fn files_show_what_the_template_shows() {
        let report = sample_snapshot();
        let spec = ReportSpec::default();
        assert_eq!(sections_of(&of_sections(&spec.sections), &report), spec.sections, "there and back");
        let text = |text: &str| Block { id: 1, kind: BlockKind::Text { text: text.into() }, when: When::Always };
        let filter = TaskFilter {
            priority: Some(Priority::High),
            person: "Ana".into(),
            person_id: Some(UserId(uuid::Uuid::from_u128(7))),
            label: "Design".into(),
            project: "Website".into(),
        };
        let inner = Block {
            id: 2,
            kind: BlockKind::Table { list: ListKind::Overdue, limit: 7, filter, columns: Vec::new() },
            when: When::Always,
        };
        let columns = BlockKind::Columns { left: vec![inner], right: Vec::new() };
        let blocks =
            vec![text("Hello"), text("{{ project.name }}"), Block { id: 3, kind: columns, when: When::Always }];
        let named = Named {
            person: "Ana".into(),
            person_id: Some(UserId(uuid::Uuid::from_u128(7))),
            label: "Design".into(),
            project: "Website".into(),
        };
        let overdue = Section::Tasks { list: ListKind::Overdue, limit: 7, from: Some(Priority::High), named };
        let document = Document { body: Body::Blocks { blocks }, ..Document::blank() };
        let narrowed = [Section::Text { markdown: "Hello".into() }, overdue];
        assert_eq!(sections_of(&document, &report), narrowed);
        assert_eq!(sections_of(&of_sections(&narrowed), &report), narrowed, "there and back with the names, too");
        let source = "tasks.moved {% for task in tasks.overdue %}{% endfor %}{{ charts.forecast.title }}".into();
        let chart = Section::Chart { chart: ChartKind::Forecast };
        let all = Section::Tasks { list: ListKind::Overdue, limit: ROWS_MAX, from: None, named: Named::default() };
        let document = Document { body: Body::Html { source }, ..Document::blank() };
        assert_eq!(sections_of(&document, &report), [chart, all]);
        assert_eq!(sections_of(&Document::blank(), &report), [Section::Summary, Section::Figures]);
    }

    #[test]
    fn files_leave_out_what_the_mail_leaves_out() {
        let mut report = sample_snapshot();
        let list = ListKind::Blocked;
        let block = |kind, when| Block { id: 1, kind, when };
        let (has_tasks, has_none) = (When::HasTasks { list }, When::HasNone { list });
        let filter = TaskFilter { person: "Ravi Sen".into(), ..TaskFilter::default() };
        let blocked = BlockKind::TaskList { list, limit: 5, filter, none: String::new() };
        let text = |text: &str| BlockKind::Text { text: text.into() };
        let chart = block(BlockKind::Chart { chart: ChartKind::Forecast, has_title: true }, When::Always);
        let blocks = vec![
            block(BlockKind::Heading { text: "Blocked".into(), level: 2 }, has_tasks),
            block(text("Help"), has_tasks),
            block(blocked, has_tasks),
            block(BlockKind::Columns { left: vec![chart], right: Vec::new() }, has_tasks),
            block(text("Nothing is in the way"), has_none),
            block(BlockKind::Notes { limit: 5 }, When::Always),
        ];
        let document = Document { body: Body::Blocks { blocks }, ..Document::blank() };
        let words = |text: &str| Section::Text { markdown: text.into() };
        let named = Named { person: "Ravi Sen".into(), ..Named::default() };
        let waiting = Section::Tasks { list, limit: 5, from: None, named };
        let (chart, notes) = (Section::Chart { chart: ChartKind::Forecast }, Section::Notes { limit: 5 });
        assert_eq!(sections_of(&document, &report), [words("Help"), waiting, chart, notes.clone()]);
        // Something is blocked still, but nothing of it is in this mail.
        report.blocked[0].people = vec!["Mina Kovač".into()];
        assert_eq!(sections_of(&document, &report), [words("Nothing is in the way"), notes]);
    }

    #[test]
    fn what_a_report_was_narrowed_to_is_said() {
        let source = compile::compile(&of_sections(&[Section::Summary]));
        for part in [Some(source.html.as_str()), source.text.as_deref()] {
            assert!(
                part.is_some_and(|part| part.contains("{% if report.scope %}  \nScope: {{ report.scope }}")),
                "{part:?}"
            );
        }
    }

    #[test]
    fn words_of_a_person_are_no_template() {
        assert_eq!(as_words("a {{ b }} {%c%} {#d"), "a {{ \"{{\" }} b }} {{ \"{%\" }}c%} {{ \"{#\" }}d");
        assert_eq!(as_words("{{{%"), "{{ \"{{\" }}{{ \"{%\" }}");
        assert_eq!(as_words("{ } ž"), "{ } ž");
    }

    #[test]
    fn files_that_are_too_big_are_said_once_with_a_link() {
        let said = |document: &Document| {
            let source = compile::compile(&document.around(None, true));
            let count =
                |part: &str| (part.matches("{{ report.attachments_note }}").count(), part.contains("report.url"));
            (count(&source.html), source.text.as_deref().map(count))
        };
        let blocks = of_sections(&[Section::Summary]);
        let once = (1, true);
        assert_eq!(said(&blocks), (once, Some(once)));
        let own_text = Document { text: Some("Hi".into()), ..blocks.clone() };
        assert_eq!(said(&own_text), (once, Some(once)));
        let html = Document { body: Body::Html { source: "<body><p>Hi</p></body>".into() }, ..own_text.clone() };
        assert_eq!(said(&html), (once, Some(once)));
        let mjml = Document { body: Body::Mjml { source: "<mjml><mj-body></mj-body></mjml>".into() }, ..own_text };
        assert_eq!(said(&mjml), (once, Some(once)));
        // Whoever goes on with the source of blocks has the sentence there.
        let source = compile::compile(&blocks).html;
        let taken_over = Document { body: Body::Html { source }, ..blocks };
        assert_eq!(said(&taken_over), (once, None));
    }

    #[test]
    fn a_comment_stands_at_the_head() {
        let around = of_sections(&[Section::Summary]).around(Some("Read **this**"), false);
        let first: Vec<_> = around.blocks().unwrap().iter().take(2).map(|block| &block.kind).collect();
        let heading = BlockKind::Heading { text: "From the sender".into(), level: 2 };
        assert_eq!(first, [&heading, &BlockKind::Text { text: "Read **this**".into() }]);
        assert_eq!(around.check(), Ok(()), "each block has a number of its own");
        let html = Document {
            body: Body::Html { source: "<html><body class=\"a\"><p>Hi</p></body></html>".into() },
            text: Some("Hi".into()),
            ..Document::blank()
        };
        let around = html.around(Some("{{ a"), false);
        let Body::Html { source } = &around.body else { panic!("it is HTML") };
        assert!(source.starts_with("<html><body class=\"a\"><div style="), "{source}");
        assert!(source.contains("<strong>From the sender</strong>"), "{source}");
        assert!(source.contains("{{ \"{{\" }} a"), "{source}");
        assert_eq!(around.text.as_deref(), Some("From the sender:\n\n{{ \"{{\" }} a\n\nHi"));
        let own = Document { body: Body::Html { source: "<body>{{ report.comment }}</body>".into() }, ..html.clone() };
        assert_eq!(own.around(Some("Hi"), false), own);
        assert_eq!(html.around(Some("  "), false), html);
    }
}
