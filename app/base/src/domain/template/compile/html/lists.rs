//! Lists and tables of tasks, and work notes.

use super::{Html, LAYOUT, WHOLE};
use crate::domain::{
    report::spec::ListKind,
    template::{
        TaskColumn,
        block::TaskFilter,
        compile::{
            NO_NOTES, literal,
            look::{BREAKS, INK, LINE, MUTED, TEXT, font},
            page::{Bit, Own, Page},
            when,
        },
    },
};

impl Html<'_> {
    /// Sets `rows`, and writes a cell with them; with the sentence, or nothing at all, where there are none.
    fn rows(
        &mut self,
        list: ListKind,
        limit: u32,
        filter: &TaskFilter,
        none: &str,
        below: u8,
        inner: impl FnOnce(&mut Page, &str),
    ) {
        self.page.line(&format!("{{% set rows = {} %}}", when::rows(list, filter)));
        self.page.line("{% if rows %}");
        // What was cut from the data, because it is very long, counts as well.
        let all = if filter.is_all() { format!("counts.{list}") } else { "rows | length".to_owned() };
        let link = self.accent.link.clone();
        self.cell("", "", below, |html| {
            inner(html.page, &format!("{{% for task in rows[:{limit}] %}}"));
            html.page.line(&format!("{{% if {all} > {limit} %}}"));
            let font = font(400, 14, 20);
            let style = format!("margin:8px 0 0;{font};color:{TEXT}");
            html.page.line(&format!(
                r#"<p class="t2" style="{style}"><a href="{{{{ report.url }}}}?view=tasks#{list}" class="lk" style="color:{link}">and {{{{ {all} - {limit} }}}} more</a></p>"#
            ));
            html.page.line("{% endif %}");
        });
        if !none.trim().is_empty() {
            self.page.line("{% else %}");
            let written = literal::html(none);
            let sentence = [Bit::Own(Own::whole("none", none, &written))];
            self.cell("t2", &format!("{};color:{TEXT}", font(400, 14, 20)), below, |html| {
                html.page.line_of(&sentence);
            });
        }
        self.page.line("{% endif %}");
    }

    pub(super) fn task_list(&mut self, list: ListKind, limit: u32, filter: &TaskFilter, none: &str, below: u8) {
        let link = self.accent.link.clone();
        let is_narrow = self.width < WHOLE;
        self.rows(list, limit, filter, none, below, |page, each| {
            page.within(LAYOUT, "</table>", |page| {
                page.within(each, "{% endfor %}", |page| task_row(page, &link, is_narrow));
            });
        });
    }

    pub(super) fn table(&mut self, list: ListKind, limit: u32, filter: &TaskFilter, columns: &[TaskColumn], below: u8) {
        let link = self.accent.link.clone();
        // What a phone does to tables that are wider than it; the most of columns fit only with broken words.
        let narrows = match columns.len() {
            0..=4 => "",
            5..=6 => " many",
            _ => " many most",
        };
        self.rows(list, limit, filter, "", below, |page, each| {
            let open = r#"<table width="100%" cellpadding="0" cellspacing="0" border="0">"#;
            page.within(open, "</table>", |page| {
                page.within("<tr>", "</tr>", |page| {
                    for column in columns {
                        let style = format!(
                            "padding:6px 8px 6px 0;border-bottom:1px solid {LINE};{};color:{MUTED}{}",
                            font(500, 12, 16),
                            column.alignment()
                        );
                        page.line(&format!(
                            r#"<th scope="col" class="t3 ln{narrows}" align="{}" style="{style}">{}</th>"#,
                            column.side(),
                            column.label()
                        ));
                    }
                });
                page.within(each, "{% endfor %}", |page| {
                    page.within("<tr>", "</tr>", |page| {
                        for column in columns {
                            let style = format!(
                                "padding:8px 8px 8px 0;border-bottom:1px solid {LINE};{};color:{INK}{}",
                                font(400, 13, 18),
                                column.alignment()
                            );
                            page.line(&format!(
                                r#"<td class="t1 ln{narrows}" align="{}" valign="top" style="{style}{}">{}</td>"#,
                                column.side(),
                                if column == &TaskColumn::Title { BREAKS } else { "" },
                                column.value(&link)
                            ));
                        }
                    });
                });
            });
        });
    }

    pub(super) fn notes(&mut self, limit: u32, below: u8) {
        let link = self.accent.link.clone();
        self.page.line("{% if notes %}");
        self.cell("", "", below, |html| {
            html.page.within(LAYOUT, "</table>", |page| {
                page.within(&format!("{{% for note in notes[:{limit}] %}}"), "{% endfor %}", |page| {
                    let style =
                        format!("padding:10px 0;border-bottom:1px solid {LINE};{};color:{INK}{BREAKS}", font(400, 14, 20));
                    page.within(&format!(r#"<tr><td class="t1 ln" style="{style}">"#), "</td></tr>", |page| {
                        page.line(&format!(
                            r#"<a href="{{{{ note.url }}}}" class="lk" style="color:{link};text-decoration:underline">{{{{ note.reference }}}} {{{{ note.title }}}}</a><br>"#
                        ));
                        page.line(&format!(
                            r#"<span class="t3" style="color:{MUTED};font-size:13px">{{{{ note.kind }}}} · {{{{ note.author }}}} · {{{{ note.date | date(format="short") }}}}</span>"#
                        ));
                        page.line(&format!(
                            r#"<div class="t2" style="padding:4px 0 0;color:{TEXT}">{{{{ note.text | markdown(link="{link}") }}}}</div>"#
                        ));
                    });
                });
            });
        });
        self.page.line("{% else %}");
        self.cell("t2", &format!("{};color:{TEXT}", font(400, 14, 20)), below, |html| html.page.line(NO_NOTES));
        self.page.line("{% endif %}");
    }
}

fn task_row(page: &mut Page, link: &str, is_narrow: bool) {
    let line = format!("border-bottom:1px solid {LINE}");
    page.within("<tr>", "</tr>", |page| {
        let style = format!("padding:10px 0;{line};{};color:{INK}{BREAKS}", font(400, 14, 20));
        page.within(&format!(r#"<td class="t1 ln" style="{style}">"#), "</td>", |page| {
            page.line(&format!(
                r#"<a href="{{{{ task.url }}}}" class="lk" style="color:{link};text-decoration:underline">{{{{ task.reference }}}} {{{{ task.title }}}}</a><br>"#
            ));
            page.line(&format!(
                r#"<span class="t3" style="color:{MUTED};font-size:13px">{{{{ task.about }}}}</span>"#
            ));
            if is_narrow {
                page.line(&format!("{{% if task.due %}}<br>{}{{% endif %}}", chip()));
            }
        });
        if !is_narrow {
            let style = format!("padding:10px 0 10px 12px;{line};white-space:nowrap");
            page.within(&format!(r#"<td class="ln" align="right" style="{style}">"#), "</td>", |page| {
                page.line(&format!("{{% if task.due %}}{}{{% endif %}}", chip()));
            });
        }
    });
}

/// The due date in words, on its colour.
fn chip() -> String {
    let font = font(600, 12, 18);
    format!(
        r#"<span class="chip-{{{{ task.due_look }}}}" style="display:inline-block;padding:1px 6px;border-radius:4px;{font};white-space:nowrap;background:{{{{ task.due_background }}}};color:{{{{ task.due_color }}}}">{{{{ task.due }}}}</span>"#
    )
}

impl TaskColumn {
    /// The heading of the column.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Reference => "Task",
            Self::Title => "Title",
            Self::People => "People",
            Self::Status => "Status",
            Self::Priority => "Priority",
            Self::Due => "Due",
            Self::Finished => "Finished",
            Self::Days => "Days",
        }
    }

    const fn side(self) -> &'static str {
        if matches!(self, Self::Days) { "right" } else { "left" }
    }

    const fn alignment(self) -> &'static str {
        match self {
            Self::Days => ";text-align:right",
            Self::Reference | Self::Finished | Self::Due => ";text-align:left;white-space:nowrap",
            _ => ";text-align:left",
        }
    }

    fn value(self, link: &str) -> String {
        match self {
            Self::Reference => format!(
                r#"<a href="{{{{ task.url }}}}" class="lk" style="color:{link};text-decoration:underline">{{{{ task.reference }}}}</a>"#
            ),
            other => format!("{{{{ {} }}}}", other.expression()),
        }
    }

    /// What stands in a cell, as the template language says it.
    pub(in crate::domain::template::compile) const fn expression(self) -> &'static str {
        match self {
            Self::Reference => "task.reference",
            Self::Title => "task.title",
            Self::People => r#"task.people | join(sep=", ")"#,
            Self::Status => "task.status",
            Self::Priority => "task.priority",
            Self::Due => "task.due",
            Self::Finished => r#"task.finished | date(format="short")"#,
            Self::Days => "task.days",
        }
    }
}
