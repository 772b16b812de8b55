//! Attributes that MJML does not have: what makes HTML of it leaves them out, and nobody is told.

use super::{Finding, Level, Rule};
use crate::domain::{
    nearest::nearest,
    template::{
        Body, Document,
        compile::literal::{Piece, pieces},
        place::TextPlace,
        render::place_of,
    },
};

/// Most findings: more say the same again.
const MOST: usize = 10;

const EVERYWHERE: &[&str] = &["css-class", "mj-class"];
const PADDING: &[&str] = &["padding", "padding-bottom", "padding-left", "padding-right", "padding-top"];
const BORDER: &[&str] = &["border", "border-bottom", "border-left", "border-radius", "border-right", "border-top"];
const FONT: &[&str] = &["color", "font-family", "font-size", "font-style", "font-weight", "line-height"];
const LINK: &[&str] = &["href", "name", "rel", "target", "title"];
const ICONS: &[&str] = &[
    "border",
    "font-family",
    "icon-align",
    "icon-height",
    "icon-position",
    "icon-unwrapped-alt",
    "icon-unwrapped-url",
    "icon-width",
    "icon-wrapped-alt",
    "icon-wrapped-url",
];
const BACKGROUND: &[&str] = &[
    "background-color",
    "background-position",
    "background-position-x",
    "background-position-y",
    "background-repeat",
    "background-size",
    "background-url",
];

/// The attributes of each element, as <https://documentation.mjml.io> has them. Those of others may be any.
const ELEMENTS: &[(&str, &[&[&str]])] = &[
    ("mj-accordion", &[ICONS, PADDING, &["container-background-color"]]),
    ("mj-accordion-element", &[ICONS, &["background-color"]]),
    ("mj-accordion-text", &[FONT, PADDING, &["background-color", "letter-spacing"]]),
    ("mj-accordion-title", &[FONT, PADDING, &["background-color"]]),
    ("mj-body", &[&["background-color", "dir", "id", "lang", "title", "width"]]),
    ("mj-breakpoint", &[&["width"]]),
    (
        "mj-button",
        &[
            BORDER,
            FONT,
            LINK,
            PADDING,
            &[
                "align",
                "background-color",
                "container-background-color",
                "height",
                "inner-padding",
                "letter-spacing",
                "line-spacing",
                "text-align",
                "text-decoration",
                "text-transform",
                "vertical-align",
                "width",
            ],
        ],
    ),
    (
        "mj-carousel",
        &[
            PADDING,
            &[
                "align",
                "border-radius",
                "container-background-color",
                "icon-width",
                "left-icon",
                "right-icon",
                "tb-border",
                "tb-border-radius",
                "tb-hover-border-color",
                "tb-selected-border-color",
                "tb-width",
                "thumbnails",
            ],
        ],
    ),
    ("mj-carousel-image", &[LINK, &["alt", "border-radius", "src", "tb-border", "tb-border-radius", "thumbnails-src"]]),
    (
        "mj-column",
        &[
            BORDER,
            PADDING,
            &[
                "background-color",
                "direction",
                "inner-background-color",
                "inner-border",
                "inner-border-bottom",
                "inner-border-left",
                "inner-border-radius",
                "inner-border-right",
                "inner-border-top",
                "mobile-width",
                "vertical-align",
                "width",
            ],
        ],
    ),
    (
        "mj-divider",
        &[PADDING, &["align", "border-color", "border-style", "border-width", "container-background-color", "width"]],
    ),
    ("mj-font", &[&["href", "name"]]),
    ("mj-group", &[&["background-color", "direction", "mobile-width", "vertical-align", "width"]]),
    (
        "mj-hero",
        &[
            BACKGROUND,
            PADDING,
            &[
                "align",
                "background-height",
                "background-width",
                "border-radius",
                "container-background-color",
                "height",
                "inner-background-color",
                "inner-padding",
                "inner-padding-bottom",
                "inner-padding-left",
                "inner-padding-right",
                "inner-padding-top",
                "mode",
                "vertical-align",
                "width",
            ],
        ],
    ),
    (
        "mj-image",
        &[
            BORDER,
            LINK,
            PADDING,
            &[
                "align",
                "alt",
                "container-background-color",
                "fluid-on-mobile",
                "font-size",
                "full-width",
                "height",
                "max-height",
                "sizes",
                "src",
                "srcset",
                "usemap",
                "width",
            ],
        ],
    ),
    (
        "mj-navbar",
        &[
            PADDING,
            &[
                "align",
                "base-url",
                "hamburger",
                "ico-align",
                "ico-close",
                "ico-color",
                "ico-font-family",
                "ico-font-size",
                "ico-line-height",
                "ico-open",
                "ico-padding",
                "ico-padding-bottom",
                "ico-padding-left",
                "ico-padding-right",
                "ico-padding-top",
                "ico-text-decoration",
                "ico-text-transform",
            ],
        ],
    ),
    ("mj-navbar-link", &[FONT, LINK, PADDING, &["letter-spacing", "text-decoration", "text-transform"]]),
    ("mj-raw", &[&["position"]]),
    ("mj-section", &[BACKGROUND, BORDER, PADDING, &["direction", "full-width", "text-align", "text-padding"]]),
    (
        "mj-social",
        &[
            FONT,
            PADDING,
            &[
                "align",
                "border-radius",
                "container-background-color",
                "icon-height",
                "icon-padding",
                "icon-size",
                "inner-padding",
                "mode",
                "table-layout",
                "text-decoration",
                "text-padding",
                "vertical-align",
            ],
        ],
    ),
    (
        "mj-social-element",
        &[
            FONT,
            LINK,
            PADDING,
            &[
                "align",
                "alt",
                "background-color",
                "border-radius",
                "icon-height",
                "icon-padding",
                "icon-position",
                "icon-size",
                "sizes",
                "src",
                "srcset",
                "text-decoration",
                "text-padding",
                "vertical-align",
            ],
        ],
    ),
    ("mj-spacer", &[BORDER, PADDING, &["container-background-color", "height"]]),
    ("mj-style", &[&["inline"]]),
    (
        "mj-table",
        &[
            FONT,
            PADDING,
            &[
                "align",
                "border",
                "cellpadding",
                "cellspacing",
                "container-background-color",
                "role",
                "table-layout",
                "vertical-align",
                "width",
            ],
        ],
    ),
    (
        "mj-text",
        &[
            FONT,
            PADDING,
            &[
                "align",
                "background-color",
                "container-background-color",
                "height",
                "letter-spacing",
                "text-decoration",
                "text-transform",
                "vertical-align",
            ],
        ],
    ),
    ("mj-wrapper", &[BACKGROUND, BORDER, PADDING, &["direction", "full-width", "gap", "text-align", "text-padding"]]),
    ("mjml", &[&["dir", "lang", "owa", "version", "xmlns"]]),
];

/// The attributes of a document in MJML that its elements do not have.
pub fn unknown_attributes(document: &Document) -> Vec<Finding> {
    let Body::Mjml { source } = &document.body else { return Vec::new() };
    let mut found = Vec::new();
    for Attribute { at, element, name } in attributes(&without_template(source)) {
        let Some((_, lists)) = ELEMENTS.iter().find(|(known, _)| *known == element) else { continue };
        let known = || EVERYWHERE.iter().chain(lists.iter().copied().flatten()).copied();
        if known().any(|known| known == name) {
            continue;
        }
        let (line, column) = place_of(source, at);
        let at = TextPlace { field: "source".to_owned(), line, column };
        let meant = nearest(name, known()).map(|name| format!(" Did you mean `{name}`?")).unwrap_or_default();
        let words = format!(
            "{}: `{element}` has no attribute `{name}`, so it is left out.{meant}",
            at.words().unwrap_or_default()
        );
        let (level, rule) = (Level::Warning, Rule::Elements);
        found.push(Finding { level, rule, words, line: Some(line), block: None, at: Some(at) });
        if found.len() == MOST {
            break;
        }
    }
    found
}

/// The same text without tags of the template and without comments, in which every other byte stays in its place.
fn without_template(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    for piece in pieces(source) {
        match piece {
            Piece::Words(words) => text.push_str(words),
            Piece::Tag(tag) => text.extend(std::iter::repeat_n(' ', tag.len())),
        }
    }
    let mut at = 0;
    while let Some(start) = text[at..].find("<!--").map(|to| at + to) {
        let end = text[start..].find("-->").map_or(text.len(), |to| start + to + 3);
        text.replace_range(start..end, &" ".repeat(end - start));
        at = end;
    }
    text
}

/// An attribute of an element of MJML, where it begins.
struct Attribute<'a> {
    at: usize,
    element: &'a str,
    name: &'a str,
}

/// All attributes of elements of MJML. What stands in `mj-raw` is none.
fn attributes(text: &str) -> Vec<Attribute<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find("<mj").map(|to| at + to + 1) {
        let element = name_at(text, start);
        at = start + element.len();
        loop {
            at += text[at..].find(|c: char| !(c.is_ascii_whitespace() || c == '/')).unwrap_or(text.len() - at);
            let name = name_at(text, at);
            if name.is_empty() {
                break;
            }
            found.push(Attribute { at, element, name });
            at = behind_value(text, at + name.len());
        }
        if element == "mj-raw" {
            at += text[at..].find("</mj-raw").unwrap_or(0);
        }
    }
    found
}

fn name_at(text: &str, at: usize) -> &str {
    let rest = &text[at..];
    &rest[..rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':'))).unwrap_or(rest.len())]
}

/// Where it goes on behind the value of an attribute.
fn behind_value(text: &str, at: usize) -> usize {
    let Some(value) = text[at..].trim_start().strip_prefix('=').map(str::trim_start) else { return at };
    let begin = text.len() - value.len();
    let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        return begin + value.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(value.len());
    };
    value[1..].find(quote).map_or(text.len(), |to| begin + 1 + to + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::template::gallery;

    fn found(source: &str) -> Vec<(u32, u32, String)> {
        let document = Document { body: Body::Mjml { source: source.into() }, ..Document::blank() };
        let place = |finding: Finding| {
            let at = finding.at.unwrap();
            assert_eq!((at.field.as_str(), finding.line, finding.level), ("source", Some(at.line), Level::Warning));
            (at.line, at.column, finding.words.split_once(": ").unwrap().1.to_owned())
        };
        unknown_attributes(&document).into_iter().map(place).collect()
    }

    #[test]
    fn an_attribute_that_an_element_does_not_have_is_named_with_the_one_that_was_meant() {
        let source = "<mjml>\n <mj-text colour=\"red\"\n  font-size='12px' data-x=\"1\">a</mj-text>\n</mjml>";
        assert_eq!(
            found(source),
            [
                (2, 11, "`mj-text` has no attribute `colour`, so it is left out. Did you mean `color`?".into()),
                (3, 20, "`mj-text` has no attribute `data-x`, so it is left out.".into()),
            ]
        );
        let link = found("<mj-button hrf=\"{{ report.url }}\" />");
        assert!(link[0].2.ends_with("Did you mean `href`?"), "{link:?}");
    }

    #[test]
    fn what_mjml_has_and_what_is_none_of_it_is_fine() {
        for source in [
            "<mj-text css-class=\"a\" {% if b %}align=\"left\"{% endif %} padding-top='{{ \"1px\" }}'><p odd=\"1\">b</p></mj-text>",
            "<!-- <mj-text odd=\"1\"> --><mj-raw><mj-text odd=\"1\"></mj-raw><mj-raw />",
            "<mj-attributes><mj-all font-family=\"Inter\" /><mj-class name=\"a\" color=\"red\" /></mj-attributes>",
            "<mj-image alt=\"a > b = c\" src=\"cid:x\" width=\"10px\" /><mj-section full-width></mj-section><mj-text",
        ] {
            assert_eq!(found(source), [], "{source}");
        }
        assert_eq!(unknown_attributes(&gallery::source("mjml").unwrap()), []);
    }
}
