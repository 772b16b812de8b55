//! Blocks as plain text: the same facts for those who read without HTML.

use super::{
    NO_NOTES,
    map::Place,
    own_html,
    page::{Bit, Own, Page},
    when,
};
use crate::domain::{
    report::spec::ListKind,
    template::{Block, BlockKind, Document, TaskColumn, block::TaskFilter},
};

/// The text part of a document of blocks.
pub(super) fn write(page: &mut Page, document: &Document, blocks: &[Block]) {
    blocks_of(page, blocks, blocks);
    page.line("{% if report.attachments_note %}{{ report.attachments_note }}");
    page.line("{% endif %}");
    let theme = &document.theme;
    let ends = [(Place::Signature, "signature", &theme.signature), (Place::Footer, "footer", &theme.footer)];
    for (place, field, text) in ends {
        if !text.trim().is_empty() {
            page.of(place, |page| page.raw_of(&Own::trimmed(field, text, text.trim())));
            page.line("");
        }
    }
    page.line("Read in the browser: {{ report.url }}");
    page.line("You get this because you are on the recipient list of “{{ schedule.name }}”.");
    page.line("{% if recipient.stop_url %}Stop these e-mails: {{ recipient.stop_url }}");
    page.line("{% endif %}");
}

/// A row of blocks, of all that the document has.
fn blocks_of(page: &mut Page, all: &[Block], row: &[Block]) {
    for block in row {
        page.of(Place::Block(block.id), |page| {
            let test = when::condition(all, block);
            if let Some(test) = &test {
                page.line(&format!("{{% if {test} %}}"));
            }
            write_block(page, all, &block.kind);
            if test.is_some() {
                page.line("{% endif %}");
            }
        });
        page.line("");
    }
}

fn write_block(page: &mut Page, all: &[Block], kind: &BlockKind) {
    match kind {
        BlockKind::Heading { text, level } => {
            page.line_of(&[Bit::Own(Own::whole("text", text, text))]);
            if *level == 1 {
                page.line("");
            }
        }
        BlockKind::Text { text } => page.raw_of(&Own::trimmed("text", text, text.trim())),
        BlockKind::Summary { limit } => {
            page.line(&format!("{{% for sentence in report.sentences[:{limit}] %}}{{{{ sentence }}}}"));
            page.line("{% endfor %}");
        }
        BlockKind::KeyFigures { figures } => {
            let names: Vec<_> = figures.iter().map(|figure| format!("figures.{figure}")).collect();
            page.line(&format!(
                "{{% for figure in [{}] %}}{{{{ figure.label }}}}: {{{{ figure.value }}}} ({{{{ figure.change }}}})",
                names.join(", ")
            ));
            page.line("{% endfor %}");
        }
        BlockKind::Chart { chart, .. } => {
            // It begins with the title.
            page.line(&format!("{{% if charts.{chart} %}}{{{{ charts.{chart}.alt }}}}"));
            page.line("{% endif %}");
        }
        BlockKind::TaskList { list, limit, filter, none } => {
            let row = "- {{ task.reference }} {{ task.title }}{% if task.due %} – {{ task.due }}{% endif %}\n  \
                       {{ task.about }}\n  {{ task.url }}";
            rows(page, *list, *limit, filter, none, row);
        }
        BlockKind::Table { list, limit, filter, columns } => {
            let cells: Vec<_> = columns.iter().map(|column| format!("{{{{ {} }}}}", column.expression())).collect();
            // In HTML the reference is a link.
            let url = if columns.contains(&TaskColumn::Reference) { "\n  {{ task.url }}" } else { "" };
            rows(page, *list, *limit, filter, "", &format!("- {}{url}", cells.join(" | ")));
        }
        BlockKind::Notes { limit } => {
            page.line(&format!("{{% for note in notes[:{limit}] %}}- {{{{ note.reference }}}} {{{{ note.title }}}}"));
            page.raw("  {{ note.kind }}, {{ note.author }}, {{ note.date | date(format=\"short\") }}: {{ note.text }}");
            page.raw("  {{ note.url }}");
            page.line(&format!("{{% else %}}{NO_NOTES}"));
            page.line("{% endfor %}");
        }
        BlockKind::Button { label, url } => page.line_of(&[
            Bit::Own(Own::whole("label", label, label)),
            Bit::Ours(": "),
            Bit::Own(Own::trimmed("url", url, url.trim())),
        ]),
        BlockKind::Divider => page.line("----------------------------------------"),
        BlockKind::Columns { left, right } => {
            blocks_of(page, all, left);
            blocks_of(page, all, right);
        }
        BlockKind::Html { source } if source.trim().is_empty() => {}
        BlockKind::Html { source } => page.raw(&own_html::words(source)),
    }
}

fn rows(page: &mut Page, list: ListKind, limit: u32, filter: &TaskFilter, none: &str, row: &str) {
    page.line(&format!("{{% set rows = {} %}}{{% for task in rows[:{limit}] %}}{row}", when::rows(list, filter)));
    if none.trim().is_empty() {
        page.line("{% endfor %}");
    } else {
        page.line_of(&[Bit::Ours("{% else %}"), Bit::Own(Own::whole("none", none, none))]);
        page.line("{% endfor %}");
    }
    let all = if filter.is_all() { format!("counts.{list}") } else { "rows | length".to_owned() };
    page.line(&format!(
        "{{% if {all} > {limit} %}}and {{{{ {all} - {limit} }}}} more: {{{{ report.url }}}}?view=tasks#{list}"
    ));
    page.line("{% endif %}");
}
