//! Markup that mail programs understand: styles at their elements, words beside the subject.

use css_inline::CSSInliner;

use super::faults::Scene;
use crate::{
    domain::template::render::{FaultKind, TemplateFault},
    platform::markup::escape,
};

/// Styles of `<style>` at the elements that they are for; rules for sizes of screens and the like stay where they are.
pub(super) fn inline_styles(html: String, scene: &Scene<'_>) -> Result<String, TemplateFault> {
    if find(&html, "<style").is_none() {
        return Ok(html);
    }
    let inliner =
        CSSInliner::options().load_remote_stylesheets(false).keep_at_rules(true).remove_inlined_selectors(true).build();
    inliner.inline(&html).map_err(|error| {
        let at = find(scene.source, "<style").unwrap_or(0);
        scene.at(at, FaultKind::Markup, format!("The styles cannot be read: {error}."), None)
    })
}

/// With words that only the list of messages shows.
pub(super) fn with_preheader(mut html: String, words: &str) -> String {
    if words.is_empty() {
        return html;
    }
    let hidden = "display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;mso-hide:all";
    let block = format!("<div style=\"{hidden}\">{}</div>", escape(words));
    let at = find(&html, "<body").and_then(|start| html[start..].find('>').map(|end| start + end + 1)).unwrap_or(0);
    html.insert_str(at, &block);
    html
}

/// Where a lower-case text stands, in any case.
pub(super) fn find(text: &str, lower: &str) -> Option<usize> {
    text.as_bytes().windows(lower.len()).position(|window| window.eq_ignore_ascii_case(lower.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::template::render::Part;

    fn scene(source: &str) -> Scene<'_> {
        Scene { part: Part::Html, source, data: None }
    }

    #[test]
    fn styles_move_to_their_elements_and_media_queries_stay() {
        let html = "<html><head><style>p { color: #123456 } a:hover { color: red } @media (max-width: 600px) { p { color: blue } }</style></head><body><p>x</p><a href=\"#\">y</a></body></html>";
        let inlined = inline_styles(html.into(), &scene(html)).unwrap();
        assert!(inlined.contains("<p style=\"color: #123456"), "{inlined}");
        assert!(inlined.contains("@media (max-width: 600px)") && inlined.contains("a:hover"), "{inlined}");
        let plain = "<p style=\"color:red\">x</p>";
        assert_eq!(inline_styles(plain.into(), &scene(plain)).unwrap(), plain, "without styles nothing changes");
    }

    #[test]
    fn the_preview_text_stands_first_in_the_body_and_is_escaped() {
        let html = with_preheader("<html><BODY class=\"a\"><p>x</p></BODY></html>".into(), "3 < 4");
        assert!(html.contains("<BODY class=\"a\"><div style=\"display:none;"), "{html}");
        assert!(html.contains("3 &lt; 4</div><p>x</p>"), "{html}");
        assert_eq!(with_preheader("<p>x</p>".into(), ""), "<p>x</p>");
    }
}
