//! Markdown of people to safe HTML: rendered by pulldown-cmark, cleaned by ammonia, without style,
//! SVG, math or pictures from elsewhere.

use std::sync::LazyLock;

use ammonia::Builder;
use pulldown_cmark::{Options, Parser, html};

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::default();
    cleaner
        .rm_tags(["img", "svg", "math", "style", "map", "area"])
        .add_tags(["input"])
        .add_tag_attributes("input", ["type", "checked", "disabled"])
        .link_rel(Some("noopener noreferrer nofollow"));
    cleaner
});

/// Safe HTML of a Markdown text.
pub fn to_html(markdown: &str) -> String {
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS;
    let mut raw = String::new();
    html::push_html(&mut raw, Parser::new_ext(markdown, options));
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
