//! Markup that mail programs understand: MJML as tables, styles at the elements, words beside the subject.

use std::collections::HashMap;

use css_inline::CSSInliner;
use mrml::prelude::{
    parser::{Error, ParserOptions},
    render::RenderOptions,
};

use super::faults::Scene;
use crate::{
    domain::{
        nearest::nearest,
        template::render::{FaultKind, TemplateFault},
    },
    platform::markup::escape,
};

/// The elements of MJML. Its renderer lets others through as if they were HTML, and no mail program knows them.
const ELEMENTS: [&str; 33] = [
    "mj-accordion",
    "mj-accordion-element",
    "mj-accordion-text",
    "mj-accordion-title",
    "mj-all",
    "mj-attributes",
    "mj-body",
    "mj-breakpoint",
    "mj-button",
    "mj-carousel",
    "mj-carousel-image",
    "mj-class",
    "mj-column",
    "mj-divider",
    "mj-font",
    "mj-group",
    "mj-head",
    "mj-hero",
    "mj-image",
    "mj-navbar",
    "mj-navbar-link",
    "mj-preview",
    "mj-raw",
    "mj-section",
    "mj-social",
    "mj-social-element",
    "mj-spacer",
    "mj-style",
    "mj-table",
    "mj-text",
    "mj-title",
    "mj-wrapper",
    "mj-include",
];

/// HTML of filled-in MJML. Nothing is included and nothing is fetched.
pub(super) fn from_mjml(mjml: &str, scene: &Scene<'_>) -> Result<String, TemplateFault> {
    if let Some(at) = find(scene.source, "<mj-include") {
        let words = "Not allowed in a template: `mj-include`. A template stands for itself and reads no others.";
        return Err(scene.at(at, FaultKind::Refused, words.to_owned(), None));
    }
    if let Some((at, name)) = unknown_element(scene.source) {
        let meant = nearest(name, ELEMENTS).map(str::to_owned);
        return Err(scene.at(at, FaultKind::Markup, format!("MJML has no element `{name}`."), meant));
    }
    // Its default reads no files: `mj-include` that data brought in would be an error.
    let parsed =
        mrml::parse_with_options(mjml, &ParserOptions::default()).map_err(|error| fault(mjml, scene, &error))?;
    // Without the addresses of fonts that it would have readers fetch from Google.
    let options = RenderOptions { fonts: HashMap::new(), ..RenderOptions::default() };
    parsed
        .element
        .render(&options)
        .map_err(|error| scene.at(0, FaultKind::Markup, format!("The MJML cannot become HTML: {error}."), None))
}

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

/// The error of the parser, at its place in the source: it knows the one in the filled-in text.
fn fault(mjml: &str, scene: &Scene<'_>, error: &Error) -> TemplateFault {
    let (at, what) = match error {
        Error::UnexpectedElement { position, .. } => (Some(position.start), "is no element that may stand here"),
        Error::UnexpectedToken { position, .. } => (Some(position.start), "cannot stand here"),
        Error::MissingAttribute { position, .. } => (Some(position.start), "lacks an attribute"),
        Error::InvalidAttribute { position, .. } => (Some(position.start), "has an attribute that cannot be read"),
        Error::InvalidFormat { position, .. } => (Some(position.start), "cannot be read"),
        Error::IncludeLoaderError { position, .. } => (Some(position.start), "would read another file"),
        Error::EndOfStream { .. } => (Some(mjml.len()), "the end came too early: an element is not closed"),
        Error::ParserError { .. } => (None, "a tag or an attribute cannot be read"),
        Error::NoRootNode => (None, "it must begin with `<mjml>`"),
        Error::SizeLimit { .. } => (None, "it is too long"),
    };
    let snippet = at.map(|at| snippet(mjml, at)).unwrap_or_default();
    let words = match (error, snippet.is_empty()) {
        (Error::MissingAttribute { name, .. }, false) => format!("The MJML is not right: `{snippet}` lacks `{name}`."),
        (Error::EndOfStream { .. }, _) | (_, true) => format!("The MJML is not right: {what}."),
        (_, false) => format!("The MJML is not right: `{snippet}` {what}."),
    };
    let place = at.map_or(0, |at| place_in_source(mjml, at, scene.source));
    scene.at(place, FaultKind::Markup, words, None)
}

/// The tag or the words at a place, short enough for a sentence.
fn snippet(text: &str, at: usize) -> String {
    let rest = text.get(at..).unwrap_or_default();
    rest.chars().take_while(|c| !matches!(c, '\n' | '>' | ' ')).take(40).collect()
}

/// The same line in the source as in what came of it; where variables have changed it, the same element, as often.
fn place_in_source(filled: &str, at: usize, source: &str) -> usize {
    if filled == source {
        return at;
    }
    let Some(before) = filled.get(..at) else { return 0 };
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = filled[line_start..].lines().next().unwrap_or_default();
    let mut same = source.match_indices(line).filter(|_| line.trim().len() > 3);
    if let (Some((found, _)), None) = (same.next(), same.next()) {
        return found + (at - line_start);
    }
    let name = snippet(filled, at);
    if name.is_empty() {
        return source.len();
    }
    let earlier = before.matches(name.as_str()).count();
    let all: Vec<usize> = source.match_indices(name.as_str()).map(|(at, _)| at).collect();
    all.get(earlier).or(all.last()).copied().unwrap_or(0)
}

/// The first element that MJML does not have, where its tag begins.
fn unknown_element(source: &str) -> Option<(usize, &str)> {
    source.match_indices("<mj-").find_map(|(at, _)| {
        let rest = &source[at + 1..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(rest.len());
        (!ELEMENTS.contains(&&rest[..end])).then_some((at, &rest[..end]))
    })
}

/// Where a lower-case text stands, in any case.
fn find(text: &str, lower: &str) -> Option<usize> {
    text.as_bytes().windows(lower.len()).position(|window| window.eq_ignore_ascii_case(lower.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::template::render::Part;

    fn scene(source: &str) -> Scene<'_> {
        Scene { part: Part::Html, source, data: None }
    }

    const MJML: &str = "<mjml>\n<mj-body>\n<mj-section><mj-column><mj-text>Hello</mj-text></mj-column></mj-section>\n</mj-body>\n</mjml>";

    #[test]
    fn mjml_becomes_tables_that_fetch_nothing() {
        let html = from_mjml(MJML, &scene(MJML)).unwrap();
        assert!(html.contains("<table") && html.contains("Hello"), "{html}");
        assert!(!html.contains("fonts.googleapis"), "{html}");
    }

    #[test]
    fn wrong_mjml_is_a_fault_at_its_place() {
        let source = MJML.replace("<mj-text>Hello</mj-text>", "<mj-txet>Hello</mj-txet>");
        let fault = from_mjml(&source, &scene(&source)).unwrap_err();
        assert_eq!((fault.kind, fault.line, fault.column), (FaultKind::Markup, 3, 24), "{fault:?}");
        assert_eq!(fault.meant.as_deref(), Some("mj-text"));
        let open = "<mjml><mj-body><mj-section>";
        assert_eq!(from_mjml(open, &scene(open)).unwrap_err().kind, FaultKind::Markup);
        assert_eq!(from_mjml("Hello", &scene("Hello")).unwrap_err().kind, FaultKind::Markup);
    }

    #[test]
    fn mjml_includes_nothing() {
        let source = MJML.replace("<mj-body>\n", "<mj-body>\n<mj-include path=\"/etc/passwd\" />");
        let fault = from_mjml(&source, &scene(&source)).unwrap_err();
        assert_eq!((fault.kind, fault.line), (FaultKind::Refused, 3), "{fault:?}");
        assert!(from_mjml(&source, &scene("{{ data }}")).is_err(), "also where data bring it in");
    }

    #[test]
    fn the_place_of_a_filled_line_is_found_in_the_source() {
        let source = "{% for x in y %}\n<mj-text>a</mj-text>\n{% endfor %}\n<mj-odd>b</mj-odd>";
        let filled = "\n<mj-text>a</mj-text>\n\n<mj-text>a</mj-text>\n\n<mj-odd>b</mj-odd>";
        let at = filled.find("<mj-odd").unwrap();
        assert_eq!(place_in_source(filled, at, source), source.find("<mj-odd").unwrap());
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
