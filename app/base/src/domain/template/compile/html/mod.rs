//! Blocks as HTML for mail programs: tables with inline styles, nothing that only a browser understands.

mod lists;

use super::{
    literal,
    look::{Accent, BREAKS, INK, LINE, MUTED, TEXT, font},
    map::Place,
    page::{Bit, Own, Page},
    when,
};
use crate::domain::{
    report::spec::ChartKind,
    template::{Block, BlockKind, FigureKind},
};

/// Pixels between the edges of the card, and of a column of two.
const WHOLE: u32 = 536;
const HALF: u32 = 256;
/// A table that is there for its place alone.
pub(super) const LAYOUT: &str =
    r#"<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">"#;

/// Writes blocks as rows of a table.
pub(super) struct Html<'a> {
    pub page: &'a mut Page,
    pub accent: &'a Accent,
    /// All blocks of the document: conditions look at others than their own.
    all: &'a [Block],
    /// How wide the place is.
    width: u32,
}

impl<'a> Html<'a> {
    pub fn new(page: &'a mut Page, accent: &'a Accent) -> Self {
        Self { page, accent, all: &[], width: WHOLE }
    }

    /// The blocks of a document.
    pub fn document(&mut self, blocks: &'a [Block]) {
        self.all = blocks;
        self.blocks(blocks);
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for (at, block) in blocks.iter().enumerate() {
            let below = space_below(&block.kind, blocks.get(at + 1).map(|next| &next.kind));
            let (accent, all, width) = (self.accent, self.all, self.width);
            self.page.of(Place::Block(block.id), |page| {
                let mut html = Html { page, accent, all, width };
                let name = format!("<!-- block {}: {} -->", block.id, block.kind.word());
                match when::condition(all, block) {
                    Some(test) => {
                        html.page.line(&format!("{{% if {test} %}}"));
                        html.page.line(&name);
                        html.block(&block.kind, below);
                        html.page.line("{% endif %}");
                    }
                    None => {
                        html.page.line(&name);
                        html.block(&block.kind, below);
                    }
                }
            });
        }
    }

    fn block(&mut self, kind: &BlockKind, below: u8) {
        match kind {
            BlockKind::Heading { text, level } => self.heading(text, *level, below),
            BlockKind::Text { text } => self.text(text, below),
            BlockKind::Summary { limit } => self.summary(*limit, below),
            BlockKind::KeyFigures { figures } => self.figures(figures, below),
            BlockKind::Chart { chart, has_title } => self.chart(*chart, *has_title, below),
            BlockKind::TaskList { list, limit, filter, none } => self.task_list(*list, *limit, filter, none, below),
            BlockKind::Table { list, limit, filter, columns } => self.table(*list, *limit, filter, columns, below),
            BlockKind::Notes { limit } => self.notes(*limit, below),
            BlockKind::Button { label, url } => self.button(label, url, below),
            BlockKind::Divider => self.divider(below),
            BlockKind::Columns { left, right } => self.columns(left, right, below),
            BlockKind::Html { source } if source.trim().is_empty() => {}
            // What has no colour of its own reads in the dark, too.
            BlockKind::Html { source } => {
                self.words(below, |html| html.page.raw_of(&Own::whole("source", source, source)));
            }
        }
    }

    /// A row with one cell.
    fn cell(&mut self, class: &str, style: &str, below: u8, inner: impl FnOnce(&mut Html<'_>)) {
        let class = if class.is_empty() { String::new() } else { format!(r#" class="{class}""#) };
        let style = if style.is_empty() { String::new() } else { format!(";{style}") };
        let (accent, all, width) = (self.accent, self.all, self.width);
        self.page.within(&format!(r#"<tr><td{class} style="padding:0 0 {below}px{style}">"#), "</td></tr>", |page| {
            inner(&mut Html { page, accent, all, width });
        });
    }

    fn heading(&mut self, text: &str, level: u8, below: u8) {
        let (font, more) = match level {
            1 => (font(700, 22, 28), ";letter-spacing:-.3px"),
            2 => (font(600, 16, 22), ""),
            _ => (font(600, 14, 20), ""),
        };
        let level = level.clamp(1, 3);
        let open = format!(r#"<h{level} class="t1" style="margin:0;{font}{more};color:{INK}{BREAKS}">"#);
        let (written, close) = (literal::html(text), format!("</h{level}>"));
        self.cell("", "", below, |html| {
            html.page.line_of(&[Bit::Ours(&open), Bit::Own(Own::whole("text", text, &written)), Bit::Ours(&close)]);
        });
    }

    fn text(&mut self, text: &str, below: u8) {
        self.words(below, |html| html.markdown("text", text));
    }

    /// A row whose words look as those of a text.
    fn words(&mut self, below: u8, inner: impl FnOnce(&mut Html<'_>)) {
        self.cell("t2", &format!("{};color:{TEXT}{BREAKS}", font(400, 14, 21)), below, inner);
    }

    /// A text in Markdown, of this field; its variables are filled in first.
    pub fn markdown(&mut self, field: &'static str, text: &str) {
        self.page.line(&format!(r#"{{% filter markdown(link="{}") %}}"#, self.accent.link));
        self.page.raw_of(&Own::whole(field, text, literal::markdown(text).trim_end()));
        self.page.line("{% endfilter %}");
    }

    fn summary(&mut self, limit: u32, below: u8) {
        self.cell("", "", below.saturating_sub(6), |html| {
            html.page.within(&format!("{{% for sentence in report.sentences[:{limit}] %}}"), "{% endfor %}", |page| {
                let font = font(400, 15, 22);
                page.line(&format!(
                    r#"<p class="t1" style="margin:0 0 6px;{font};color:{INK}">{{{{ sentence }}}}</p>"#
                ));
            });
        });
    }

    fn figures(&mut self, figures: &[FigureKind], below: u8) {
        let across = if self.width == WHOLE { figures.len().max(1) } else { figures.len().clamp(1, 2) };
        let share = 100 / across;
        self.cell("", "", below, |html| {
            html.page.line(LAYOUT);
            html.page.deeper(|page| {
                for row in figures.chunks(across) {
                    let names: Vec<_> = row.iter().map(|figure| format!("figures.{figure}")).collect();
                    page.within("<tr>", "</tr>", |page| {
                        let open = format!("{{% for figure in [{}] %}}", names.join(", "));
                        page.within(&open, "{% endfor %}", |page| figure_cell(page, share));
                    });
                }
            });
            html.page.line("</table>");
        });
    }

    fn chart(&mut self, chart: ChartKind, has_title: bool, below: u8) {
        let width = self.width;
        self.page.line(&format!("{{% if charts.{chart} %}}"));
        self.page.line(&format!("{{% set chart = charts.{chart} %}}"));
        self.cell("", "", below, |html| {
            if has_title {
                let font = font(600, 16, 22);
                html.page.line(&format!(
                    r#"<h2 class="t1" style="margin:0 0 8px;{font};color:{INK}">{{{{ chart.title }}}}</h2>"#
                ));
            }
            let (picture, size) = if width == WHOLE {
                ("chart", r#"width="{{ chart.width }}" height="{{ chart.height }}""#.to_owned())
            } else {
                let height = format!("(chart.narrow.height * {width} / chart.narrow.width) | round | int");
                ("chart.narrow", format!(r#"width="{width}" height="{{{{ {height} }}}}""#))
            };
            // Its ground stays white in the dark: the picture was drawn for it.
            let ground = r#"<tr><td style="padding:8px 0;background:#ffffff;border-radius:6px">"#;
            html.page.line(LAYOUT);
            html.page.deeper(|page| {
                page.within(ground, "</td></tr>", |page| {
                    let style = format!("display:block;width:100%;max-width:{width}px;height:auto;border-radius:6px");
                    page.line(&format!(
                        r#"<img class="fit" src="cid:{{{{ {picture}.cid }}}}" {size} alt="{{{{ chart.alt }}}}" style="{style}">"#
                    ));
                });
            });
            html.page.line("</table>");
        });
        self.page.line("{% endif %}");
    }

    fn button(&mut self, label: &str, url: &str, below: u8) {
        let Accent { button, on_button, .. } = self.accent;
        let style = format!(
            "display:inline-block;padding:12px 20px;{};color:{on_button};text-decoration:none;border-radius:6px",
            font(600, 14, 20)
        );
        let ground =
            format!(r#"<tr><td class="btn" bgcolor="{button}" style="background:{button};border-radius:6px">"#);
        let (written_url, written_label) = (literal::html(url.trim()), literal::html(label));
        let (open, middle) = (format!(r#"{ground}<a href=""#), format!(r#"" class="btn" style="{style}">"#));
        let link = [
            Bit::Ours(&open),
            Bit::Own(Own::trimmed("url", url, &written_url)),
            Bit::Ours(&middle),
            Bit::Own(Own::whole("label", label, &written_label)),
            Bit::Ours("</a></td></tr>"),
        ];
        self.cell("", "", below, |html| {
            html.page.line(r#"<table role="presentation" cellpadding="0" cellspacing="0" border="0">"#);
            html.page.deeper(|page| page.line_of(&link));
            html.page.line("</table>");
        });
    }

    fn divider(&mut self, below: u8) {
        self.cell("", "", below, |html| {
            html.page.line(LAYOUT);
            html.page.deeper(|page| {
                page.line(&format!(
                    r#"<tr><td class="ln" style="border-top:1px solid {LINE};font-size:0;line-height:0">&nbsp;</td></tr>"#
                ));
            });
            html.page.line("</table>");
        });
    }

    fn columns(&mut self, left: &[Block], right: &[Block], below: u8) {
        let (accent, all) = (self.accent, self.all);
        self.cell("", "", below.saturating_sub(24), |html| {
            html.page.within(LAYOUT, "</table>", |page| {
                page.within("<tr>", "</tr>", |page| {
                    for (side, blocks) in [("0 12px 0 0", left), ("0 0 0 12px", right)] {
                        let open = format!(r#"<td class="col" width="50%" valign="top" style="padding:{side}">"#);
                        page.within(&open, "</td>", |page| {
                            page.within(LAYOUT, "</table>", |page| {
                                if blocks.is_empty() {
                                    page.line("<tr><td>&nbsp;</td></tr>");
                                }
                                Html { page, accent, all, width: HALF }.blocks(blocks);
                            });
                        });
                    }
                });
            });
        });
    }
}

/// Pixels below a block: a heading stands near to what it is the heading of.
fn space_below(kind: &BlockKind, next: Option<&BlockKind>) -> u8 {
    match (kind, next) {
        (
            BlockKind::Heading { .. },
            Some(BlockKind::Text { .. } | BlockKind::TaskList { .. } | BlockKind::Notes { .. }),
        ) => 4,
        (BlockKind::Heading { level: 1, .. }, Some(_)) => 16,
        (BlockKind::Heading { .. }, Some(_)) => 8,
        _ => 24,
    }
}

fn figure_cell(page: &mut Page, share: usize) {
    let label = font(500, 12, 16);
    let value = font(700, 26, 32);
    let change = font(400, 12, 16);
    let open = format!(r#"<td width="{share}%" valign="top" class="kpi" style="padding:0 8px 0 0">"#);
    page.within(&open, "</td>", |page| {
        page.line(&format!(r#"<div class="t3" style="{label};color:{MUTED}">{{{{ figure.label }}}}</div>"#));
        page.line(&format!(
            r#"<div class="t1" style="{value};letter-spacing:-.5px;color:{INK}">{{{{ figure.value }}}}</div>"#
        ));
        page.line(&format!(
            r#"<div class="t3 tone-{{{{ figure.tone }}}}" style="{change};color:{{{{ figure.color }}}}">{{{{ figure.change }}}}</div>"#
        ));
    });
}
