//! Markdown of people to safe HTML: rendered by pulldown-cmark, cleaned by ammonia, without style,
//! SVG, math or pictures from elsewhere.

use std::sync::LazyLock;

use ammonia::Builder;
use pulldown_cmark::{Event, Options, Parser, TagEnd, html};

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::default();
    cleaner
        .rm_tags(["img", "svg", "math", "style", "map", "area"])
        // The boxes of task lists: whatever a text says, an input is a checkbox that nobody can change.
        .add_tags(["input"])
        .add_tag_attributes("input", ["checked"])
        .add_tag_attribute_values("input", "aria-label", ["Done", "Open"])
        .set_tag_attribute_value("input", "type", "checkbox")
        .set_tag_attribute_value("input", "disabled", "disabled")
        .link_rel(Some("noopener noreferrer nofollow"));
    cleaner
});

/// For mails: nothing of forms is left.
static MAIL_CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::default();
    cleaner.rm_tags(["img", "svg", "math", "style", "map", "area"]).link_rel(None);
    cleaner
});

const OPTIONS: Options = Options::ENABLE_STRIKETHROUGH.union(Options::ENABLE_TABLES).union(Options::ENABLE_TASKLISTS);

/// What a reader of a Markdown text sees of it, in one line, without marks. Not HTML: markup that somebody typed stays
/// text.
pub fn to_text(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    for event in Parser::new_ext(markdown, OPTIONS) {
        match event {
            Event::Text(part) | Event::Code(part) | Event::Html(part) | Event::InlineHtml(part) => text.push_str(&part),
            Event::End(TagEnd::Strong | TagEnd::Emphasis | TagEnd::Strikethrough | TagEnd::Link) => {}
            Event::SoftBreak | Event::HardBreak | Event::End(_) => text.push(' '),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Safe HTML of a Markdown text.
pub fn to_html(markdown: &str) -> String {
    let mut raw = String::new();
    let events = Parser::new_ext(markdown, OPTIONS).map(|event| match event {
        Event::TaskListMarker(true) => {
            Event::InlineHtml("<input type=\"checkbox\" checked aria-label=\"Done\"> ".into())
        }
        Event::TaskListMarker(false) => Event::InlineHtml("<input type=\"checkbox\" aria-label=\"Open\"> ".into()),
        other => other,
    });
    html::push_html(&mut raw, events);
    CLEANER.clean(&raw).to_string()
}

/// As [`to_html`], for a mail: no form fields, which mail programs leave out, but the signs of boxes.
pub fn to_mail_html(markdown: &str) -> String {
    let mut raw = String::new();
    let events = Parser::new_ext(markdown, OPTIONS).map(|event| match event {
        Event::TaskListMarker(is_done) => Event::Text(if is_done { "☑ " } else { "☐ " }.into()),
        other => other,
    });
    html::push_html(&mut raw, events);
    MAIL_CLEANER.clean(&raw).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_markdown_is_rendered() {
        assert_eq!(to_html("a **b**").trim(), "<p>a <strong>b</strong></p>");
    }

    #[test]
    fn the_boxes_of_a_task_list_are_named_and_a_field_of_a_text_becomes_one() {
        let html = to_html("- [x] one\n- [ ] two\n\n<input type=\"text\" name=\"password\" aria-label=\"Password\">");
        assert_eq!(html.matches("type=\"checkbox\"").count(), 3, "{html}");
        assert_eq!(html.matches("disabled=").count(), 3, "{html}");
        assert!(html.contains("aria-label=\"Done\"") && html.contains("aria-label=\"Open\""), "{html}");
        assert!(!html.contains("Password") && !html.contains("name="), "{html}");
    }

    #[test]
    fn a_mail_shows_boxes_as_signs_and_has_no_fields() {
        let html = to_mail_html("- [x] one\n- [ ] two\n\n<input type=\"text\"> ![x](https://evil/p.png)");
        assert!(html.contains("☑ one") && html.contains("☐ two"), "{html}");
        assert!(!html.contains("<input") && !html.contains("<img"), "{html}");
    }

    #[test]
    fn a_text_without_its_marks_reads_as_one_line() {
        let text = to_text(
            "# Plan\n\nthe **weekly** `report`,\nsee [there](https://a.example)\n\n- [ ] one\n- two\n\n<b>x</b>",
        );
        assert_eq!(text, "Plan the weekly report, see there one two <b>x</b>");
    }

    #[test]
    fn scripts_handlers_and_foreign_pictures_are_gone() {
        for text in [
            "<script>alert(1)</script>",
            "<a href='javascript:x'>y</a>",
            "![x](https://evil/p.png)",
            "<svg onload=x>",
            "<p style='x' onclick=y>z</p>",
        ] {
            let html = to_html(text).to_lowercase();
            for bad in ["script", "javascript:", "<img", "svg", "style=", "onclick"] {
                assert!(!html.contains(bad), "{text} became {html}");
            }
        }
    }
}
