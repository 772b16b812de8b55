//! Markdown of people to safe HTML: rendered by pulldown-cmark, cleaned by ammonia, without style,
//! SVG, math or pictures from elsewhere.

use std::sync::LazyLock;

use ammonia::Builder;
use pulldown_cmark::{Event, Options, Parser, html};

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

/// Safe HTML of a Markdown text.
pub fn to_html(markdown: &str) -> String {
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS;
    let mut raw = String::new();
    let events = Parser::new_ext(markdown, options).map(|event| match event {
        Event::TaskListMarker(true) => {
            Event::InlineHtml("<input type=\"checkbox\" checked aria-label=\"Done\"> ".into())
        }
        Event::TaskListMarker(false) => Event::InlineHtml("<input type=\"checkbox\" aria-label=\"Open\"> ".into()),
        other => other,
    });
    html::push_html(&mut raw, events);
    CLEANER.clean(&raw).to_string()
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
