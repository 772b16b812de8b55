//! Styles and elements that mail programs remove or do not know.

use super::List;
use crate::domain::template::lint::{
    Level, Rule,
    css::{self, Declaration, StyleRule},
    reading::Piece,
    support::Support,
};

/// The rules of all style sheets, with their lines in the HTML.
pub(super) fn style_sheets(pieces: &[(u32, Piece)]) -> Vec<(u32, StyleRule)> {
    let mut rules = Vec::new();
    let mut is_style = false;
    for (last, piece) in pieces {
        match piece {
            Piece::Open { name, .. } => is_style = name == "style",
            Piece::Words(sheet) if is_style => {
                let lines = u32::try_from(sheet.matches('\n').count()).unwrap_or(0);
                let first = last.saturating_sub(lines);
                rules.extend(css::rules(sheet).into_iter().map(|rule| (first + rule.line, rule)));
                for name in AT_RULES.into_iter().filter(|name| sheet.contains(name)) {
                    let at = Declaration { name: name.into(), value: String::new(), is_important: false };
                    let rule =
                        StyleRule { selectors: Vec::new(), declarations: vec![at], condition: String::new(), line: 0 };
                    rules.push((first, rule));
                }
            }
            _ => {}
        }
    }
    rules
}

/// Why an element does not belong into a mail.
pub(super) fn refused(name: &str) -> Option<&'static str> {
    Some(match name {
        "script" => "is removed: mail programs run no scripts.",
        "form" | "input" | "button" | "select" | "textarea" => {
            "does not work in most mail programs. Use a link to a page."
        }
        "svg" | "math" => "is not shown by Gmail and Outlook. Use a picture.",
        "iframe" | "object" | "embed" | "applet" | "frame" | "frameset" => "is removed by mail programs.",
        "video" | "audio" | "canvas" => "is shown by few mail programs. Use a picture with a link.",
        "base" => "is removed, and links would lead elsewhere.",
        name if name == "mjml" || name.starts_with("mj-") => {
            "is MJML, which mail programs do not know. Choose MJML above the source, or write HTML."
        }
        _ => return None,
    })
}

/// A property that some mail programs do not know. `is_always` says that it stands under no condition: programs that read
/// conditions know more than others.
pub(super) fn property(list: &mut List, line: u32, one: &Declaration, is_always: bool) {
    let (name, value) = (one.name.as_str(), one.value.as_str());
    match name {
        // Of programs that are gone; nobody has measured these.
        "behavior" | "-moz-binding" => list.error(Rule::Css, line, format!("{name} is removed.")),
        "transition" => list.warning(Rule::Css, line, "Most mail programs ignore transition."),
        _ => {}
    }
    for (feature, what) in needed(name, value) {
        let Some(support) = Support::of(feature) else { continue };
        match consequence(feature) {
            Some((level, end)) => {
                if let Some(words) = support.sentence(&what) {
                    list.add(level, Rule::Css, Some(line), format!("{words}{end}"));
                }
            }
            None if is_always => list.left_out(support.note(&what, TOLD_IN_PART.contains(&feature))),
            None => {}
        }
    }
}

/// The attribute of an element that puts a picture behind words.
pub(super) fn background(list: &mut List, line: u32) {
    let support = Support::of("background attribute");
    if let Some(words) = support.and_then(|support| support.sentence("the attribute background")) {
        list.warning(Rule::Css, line, format!("{words}{BEHIND_WORDS}"));
    }
}

/// What a declaration needs, by the names of the table, each with what is said of it.
fn needed(name: &str, value: &str) -> Vec<(&'static str, String)> {
    let whole = || format!("{name}: {value}");
    let by_name = match name {
        "display" if value.contains("flex") => Some(("display:flex", whole())),
        "display" if value.contains("grid") => Some(("display:grid", whole())),
        "display" => None,
        "position" => (value != "static").then(|| ("position", whole())),
        "float" => (value != "none").then(|| ("float", name.to_owned())),
        "gap" | "column-gap" | "row-gap" | "grid-gap" => Some(("gap, column-gap, row-gap", name.to_owned())),
        "flex-direction" => Some(("flex-direction:column", name.to_owned())),
        "flex-wrap" => Some(("flex-wrap: wrap", name.to_owned())),
        "background" if value.contains("url(") => Some(("background-image", "a picture as background".into())),
        _ if name.starts_with("flex") => Some(("display:flex", name.to_owned())),
        _ if name.starts_with("grid-template") => Some(("grid-template-* properties", name.to_owned())),
        _ if name.starts_with("grid") => Some(("display:grid", name.to_owned())),
        _ => Support::name_of(name).map(|feature| (feature, name.to_owned())),
    };
    let in_value = VALUES.iter().filter(|(_, word)| has_word(value, word));
    by_name.into_iter().chain(in_value.map(|(feature, word)| (*feature, said(word)))).collect()
}

/// What is said of a word in a value: `var()`, `rem`.
fn said(word: &str) -> String {
    if word.ends_with('(') { format!("{word})") } else { word.to_owned() }
}

/// Whether a function or a unit stands in a value, and not at the end of another word.
fn has_word(value: &str, word: &str) -> bool {
    let is_unit = !word.ends_with('(');
    value.match_indices(word).any(|(at, _)| {
        let before = value[..at].chars().next_back();
        if is_unit {
            let behind = value[at + word.len()..].chars().next();
            let ends = behind.is_none_or(|c| !c.is_alphanumeric());
            ends && before.is_some_and(|c| c.is_ascii_digit() || c == '.')
        } else {
            before.is_none_or(|c| !c.is_alphanumeric() && c != '-')
        }
    })
}

/// What a style sheet can have beside rules and is asked about by its name.
const AT_RULES: [&str; 5] = ["@import", "@font-face", "@keyframes", "@supports", "@media"];

/// Colours that are younger than most mail programs, by the name that the table has.
const MODERN_COLOURS: &str = "lch(), oklch(), lab(), oklab()";

/// Words of values that are features of the table.
static VALUES: [(&str, &str); 14] = [
    ("CSS Variables (Custom Properties)", "var("),
    ("CSS calc() function", "calc("),
    ("min()", "min("),
    ("max()", "max("),
    ("clamp()", "clamp("),
    ("linear-gradient()", "linear-gradient("),
    ("radial-gradient()", "radial-gradient("),
    ("conic-gradient()", "conic-gradient("),
    ("rgba()", "rgba("),
    (MODERN_COLOURS, "lch("),
    (MODERN_COLOURS, "oklch("),
    (MODERN_COLOURS, "lab("),
    (MODERN_COLOURS, "oklab("),
    ("rem unit", "rem"),
];

/// What mails commonly have: here it matters, too, who knows it only in part.
const TOLD_IN_PART: [&str; 4] = ["@font-face", "@media", "border-radius", "max-width"];

const BEHIND_WORDS: &str = ": the words have to stand out without the picture.";

/// How grave it is where a feature is left out, and the end of the sentence that says so; none where the mail is as good
/// without.
fn consequence(feature: &str) -> Option<(Level, &'static str)> {
    Some(match feature {
        "@import" => (Level::Error, ". Write the rules into the mail."),
        "position" => (Level::Error, ": what it moves lies elsewhere."),
        "CSS Variables (Custom Properties)" => (Level::Error, ". Write the value."),
        "display:flex"
        | "display:grid"
        | "float"
        | "gap, column-gap, row-gap"
        | "flex-direction:column"
        | "flex-wrap: wrap"
        | "grid-template-* properties"
        | "align-items"
        | "justify-content" => (Level::Warning, ". Use a table."),
        "background-image" => (Level::Warning, BEHIND_WORDS),
        "linear-gradient()" | "radial-gradient()" | "conic-gradient()" => {
            (Level::Warning, ". Say a plain colour in a declaration before it.")
        }
        "transform" | "animation" | "filter" | "clip-path" | "mix-blend-mode" => {
            (Level::Warning, ": the mail has to be right without.")
        }
        "visibility" => (Level::Warning, ": what it hides is shown."),
        "CSS calc() function" | "min()" | "max()" | "clamp()" | "rem unit" => {
            (Level::Warning, ". Write the value in px.")
        }
        "rgba()" | MODERN_COLOURS => (Level::Warning, ". Write the colour as #rrggbb."),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_that_matters_is_in_the_table() {
        let by_value = VALUES.iter().map(|(feature, _)| *feature);
        for feature in by_value.chain(AT_RULES).chain(TOLD_IN_PART) {
            assert!(Support::of(feature).is_some(), "{feature}");
        }
        for (name, value) in [
            ("display", "inline-flex"),
            ("display", "grid"),
            ("position", "fixed"),
            ("float", "left"),
            ("row-gap", "4px"),
            ("flex", "1"),
            ("flex-direction", "column"),
            ("flex-wrap", "wrap"),
            ("grid-template-columns", "1fr"),
            ("grid-area", "a"),
            ("background", "url(x)"),
            ("background-image", "none"),
            ("transform", "none"),
            ("visibility", "hidden"),
        ] {
            let needed = needed(name, value);
            assert_eq!(needed.len(), 1, "{name}: {needed:?}");
            assert!(Support::of(needed[0].0).is_some() && consequence(needed[0].0).is_some(), "{name}: {needed:?}");
        }
    }

    #[test]
    fn functions_and_units_are_words_of_their_own() {
        assert!(has_word("calc(1px + 2px)", "calc(") && has_word("1px max(2px,3px)", "max("));
        assert!(
            !has_word("minmax(1px,2px)", "max(") && !has_word("repeating-linear-gradient(red)", "linear-gradient(")
        );
        assert!(has_word("oklch(50% 0 0)", "oklch(") && !has_word("oklch(50% 0 0)", "lch("));
        assert!(has_word("1.5rem", "rem") && has_word("0 1rem 0", "rem"));
        assert!(!has_word("premium", "rem") && !has_word("url(a1rem2.png)", "rem"));
        assert!(needed("position", "static").is_empty() && needed("float", "none").is_empty());
        assert!(needed("display", "block").is_empty() && needed("color", "#fff").is_empty());
    }
}
