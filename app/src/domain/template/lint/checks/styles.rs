//! Styles and elements that mail programs remove or do not know.

use super::List;
use crate::domain::template::lint::{
    Rule,
    css::{self, StyleRule},
    reading::Piece,
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
                if sheet.contains("@import") {
                    let import = css::Declaration { name: "@import".into(), value: String::new(), is_important: false };
                    let rule = StyleRule {
                        selectors: Vec::new(),
                        declarations: vec![import],
                        condition: String::new(),
                        line: 0,
                    };
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
        _ => return None,
    })
}

/// A property that some mail programs do not know.
pub(super) fn property(list: &mut List, line: u32, name: &str, value: &str) {
    let is_flexible = name == "display" && (value.contains("flex") || value.contains("grid"));
    match name {
        "@import" => list.error(Rule::Css, line, "@import is not followed. Write the rules into the mail."),
        "position" if value != "static" => {
            list.error(
                Rule::Css,
                line,
                format!("position: {value} is removed by Gmail and Outlook: what it moves lies elsewhere."),
            );
        }
        "behavior" | "-moz-binding" => list.error(Rule::Css, line, format!("{name} is removed.")),
        _ if is_flexible => {
            list.warning(Rule::Css, line, format!("Outlook does not know display: {value}. Use a table."))
        }
        "float" if value != "none" => {
            list.warning(Rule::Css, line, "Outlook does not know float for most elements. Use a table.")
        }
        name if name.starts_with("grid") || name.starts_with("flex") || name == "gap" => {
            list.warning(Rule::Css, line, format!("Outlook does not know {name}. Use a table."));
        }
        "background-image" => list.warning(Rule::Css, line, "Outlook shows no picture behind words."),
        "background" if value.contains("url(") => {
            list.warning(Rule::Css, line, "Outlook shows no picture behind words.")
        }
        "transform" | "animation" | "transition" | "filter" | "clip-path" | "mix-blend-mode" => {
            list.warning(Rule::Css, line, format!("Most mail programs ignore {name}."));
        }
        _ if value.contains("var(--") => {
            list.error(Rule::Css, line, "var() is empty in Outlook and Gmail. Write the value.")
        }
        _ => {}
    }
}
