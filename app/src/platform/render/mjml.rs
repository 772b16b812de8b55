//! MJML as the tables that mail programs understand, and what is wrong with it at its place.

use std::collections::HashMap;

use mrml::prelude::{
    parser::{Error, ParserOptions},
    render::RenderOptions,
};

use super::{faults::Scene, markup::find};
use crate::domain::{
    nearest::nearest,
    template::render::{FaultKind, TemplateFault},
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
    let read = without_comments(scene.source);
    if let Some(at) = find(&read, "<mj-include") {
        let words = "Not allowed in a template: `mj-include`. A template stands for itself and reads no others.";
        return Err(scene.at(at, FaultKind::Refused, words.to_owned(), None));
    }
    if let Some((at, name)) = unknown_element(&read) {
        let meant = nearest(name, ELEMENTS).map(str::to_owned);
        return Err(scene.at(at, FaultKind::Markup, format!("MJML has no element `{name}`."), meant));
    }
    if let Some((at, words)) = flaw(mjml) {
        return Err(scene.at(place_in_source(mjml, at, scene.source), FaultKind::Markup, words, None));
    }
    // Its default reads no files: `mj-include` that data brought in would be an error.
    let parsed =
        mrml::parse_with_options(mjml, &ParserOptions::default()).map_err(|error| fault(mjml, scene, &error))?;
    // Without the addresses of fonts that it would have readers fetch from Google.
    let options = RenderOptions { fonts: HashMap::new(), ..RenderOptions::default() };
    let html = parsed.element.render(&options);
    let html =
        html.map_err(|error| scene.at(0, FaultKind::Markup, format!("The MJML cannot become HTML: {error}."), None))?;
    Ok(in_lines(&html))
}

/// The same in lines: MJML becomes one, and a message has at most 998 bytes in each (RFC 5322, 2.1.1). Between the parts of
/// a table, around blocks and between attributes a line break is nothing that anybody sees.
fn in_lines(html: &str) -> String {
    let after = ["<tbody>", "<tr>", "</td>", "</tr>", "</tbody>", "</table>", "</div>", "</style>", "<![endif]-->"];
    let html = after.into_iter().fold(html.to_owned(), |html, end| html.replace(end, &format!("{end}\n")));
    html.replace("\" style=\"", "\"\nstyle=\"")
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
        Error::ParserError { source, .. } => {
            let place = source.pos();
            (Some(byte_of(mjml, place.row, place.col)), "cannot be read as a tag with its attributes")
        }
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

/// The same text with blanks for its comments, those of HTML and those of the template: what stands there nobody is sent,
/// and every other byte stays in its place.
fn without_comments(source: &str) -> String {
    let mut read = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((begin, end)) = comment(rest) {
        read.push_str(&rest[..begin]);
        read.extend(std::iter::repeat_n(' ', end - begin));
        rest = &rest[end..];
    }
    read.push_str(rest);
    read
}

/// The bytes from which and up to which the first comment of a text goes.
fn comment(text: &str) -> Option<(usize, usize)> {
    let begins = |(at, _): (usize, &str)| {
        let rest = &text[at..];
        let html = rest.starts_with("<!--").then_some((at, "-->"));
        html.or_else(|| rest.starts_with("{#").then_some((at, "#}")))
    };
    let (begin, ends) = text.match_indices(['<', '{']).find_map(begins)?;
    let end = text[begin + 2..].find(ends).map_or(text.len(), |to| begin + 2 + to + ends.len());
    Some((begin, end))
}

/// The first element that MJML does not have, where its tag begins. What stands in `mj-raw` is passed on as it is and no
/// MJML.
fn unknown_element(source: &str) -> Option<(usize, &str)> {
    let mut at = 0;
    while let Some(start) = source[at..].find("<mj-").map(|to| at + to) {
        let name = name_of(&source[start + 1..]);
        if !ELEMENTS.contains(&name) {
            return Some((start, name));
        }
        at = start + 1 + name.len();
        if name == "mj-raw" {
            let end = end_of_tag(source, start)?;
            if !source[..end].ends_with('/') {
                at = source[end..].find("</mj-raw").map(|to| end + to)?;
            }
        }
    }
    None
}

/// The name of an element, at the beginning of a text.
fn name_of(text: &str) -> &str {
    &text[..text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(text.len())]
}

/// The byte at a line and a column, both from 1.
fn byte_of(text: &str, row: u32, column: u32) -> usize {
    let start: usize = text.split_inclusive('\n').take(row.saturating_sub(1) as usize).map(str::len).sum();
    let line = text[start..].lines().next().unwrap_or_default();
    let within = line.char_indices().nth(column.saturating_sub(1) as usize).map_or(line.len(), |(at, _)| at);
    start + within
}

/// An element that another one's end closes, or none: the parser does not look at the names of ends.
fn flaw(mjml: &str) -> Option<(usize, String)> {
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    while let Some(start) = mjml[at..].find('<').map(|to| at + to) {
        let rest = &mjml[start + 1..];
        if rest.starts_with("!--") {
            at = mjml[start..].find("-->").map(|to| start + to + 3)?;
            continue;
        }
        let (is_end, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
        let name = name_of(rest);
        at = start + 1;
        if name != "mjml" && !name.starts_with("mj-") {
            continue;
        }
        let end = end_of_tag(mjml, start)?;
        at = end + 1;
        if is_end {
            match open.pop() {
                None => return Some((start, format!("The MJML is not right: `</{name}>` closes nothing."))),
                Some((begin, opened)) if opened != name => {
                    let words = format!("The MJML is not right: `<{opened}>` is not closed before `</{name}>`.");
                    return Some((begin, words));
                }
                Some(_) => {}
            }
        } else if !mjml[..end].ends_with('/') {
            open.push((start, name));
        }
    }
    open.pop().map(|(begin, name)| (begin, format!("The MJML is not right: `<{name}>` is never closed.")))
}

/// The byte of the `>` that ends a tag, not of one within quotes.
fn end_of_tag(text: &str, from: usize) -> Option<usize> {
    let mut quote = None;
    text[from..].char_indices().find_map(|(at, c)| {
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if c == '>' => return Some(from + at),
            _ => {}
        }
        None
    })
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
    fn no_line_is_longer_than_a_message_may_have() {
        let section = "<mj-wrapper><mj-section><mj-column><mj-text>Hello</mj-text><mj-button href=\"https://example.com\">\
            Open</mj-button><mj-divider /></mj-column><mj-column><mj-image src=\"cid:a\" /></mj-column></mj-section>\
            <mj-section><mj-column><mj-table><tr><td>1</td></tr></mj-table></mj-column></mj-section></mj-wrapper>";
        let source = format!("<mjml><mj-body>{}</mj-body></mjml>", section.repeat(5));
        let html = from_mjml(&source, &scene(&source)).unwrap();
        let longest = html.lines().max_by_key(|line| line.len()).unwrap();
        assert!(longest.len() <= 998, "{} bytes: {longest}", longest.len());
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
    fn comments_and_raw_parts_are_no_mjml() {
        let with = |words: &str| MJML.replace("<mj-section>", &format!("{words}<mj-section>"));
        let fault = |words: &str| {
            let source = with(words);
            from_mjml(&source, &scene(&source)).err().map(|fault| (fault.line, fault.column))
        };
        assert_eq!(fault("<!-- <mj-old> was <mj-include /> here -->"), None);
        assert_eq!(fault("<mj-raw><mj-odd>one</mj-odd></mj-raw>"), None);
        // Of a comment of the template the text that is filled in has nothing left.
        let source = with("{# č <mj-old> #}");
        assert!(from_mjml(MJML, &scene(&source)).is_ok());
        // Behind them the places are still right: they count letters and no bytes.
        assert_eq!(fault("<!-- č <mj-a> --><mj-old></mj-old>"), Some((3, 18)));
        assert_eq!(fault("<mj-raw><mj-a></mj-a></mj-raw><mj-old></mj-old>"), Some((3, 31)));
        assert_eq!(fault("<mj-raw /><mj-old></mj-old>"), Some((3, 11)), "a part that is empty has no end of its own");
        assert!(fault("<mj-raw><mj-include path=\"/etc/passwd\" /></mj-raw>").is_some());
        assert_eq!(unknown_element(&without_comments("<!-- <mj-a> never ends")), None);
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
    fn ends_must_fit_their_beginnings() {
        let fault = |source: &str| from_mjml(source, &scene(source)).unwrap_err();
        let crossed = fault("<mjml>\n<mj-body><mj-section></mj-column></mj-body></mjml>");
        assert_eq!((crossed.line, crossed.column), (2, 10), "{crossed:?}");
        assert!(crossed.words.contains("`<mj-section>` is not closed before `</mj-column>`"), "{}", crossed.words);
        assert!(fault("<mjml><mj-body></mj-body></mjml></mjml>").words.contains("closes nothing"));
        let open = fault("<mjml>\n<mj-body>\n<mj-section>");
        assert_eq!((open.kind, open.line), (FaultKind::Markup, 3));
        assert_eq!(flaw("<mjml><!-- <mj-text> --><mj-body><mj-image alt=\"a > b\" /><p></mj-body></mjml>"), None);
    }

    #[test]
    fn an_attribute_that_cannot_be_read_is_shown_at_its_place() {
        let source = "<mjml><mj-body>\n<mj-section wrong=></mj-section></mj-body></mjml>";
        let fault = from_mjml(source, &scene(source)).unwrap_err();
        assert_eq!((fault.kind, fault.line), (FaultKind::Markup, 2), "{fault:?}");
        assert_eq!(byte_of("a\nžb", 2, 2), 4);
    }
}
