//! Which colours meet: the words of a mail on the ground behind them, in the light and in the dark.

use std::cell::Cell;

use super::{
    colours,
    css::{self, StyleRule},
    reading::is_void,
};
use crate::domain::template::colour::Colour;

/// The two ways in which a mail is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Theme {
    Light,
    Dark,
}

impl Theme {
    pub const fn words(self) -> &'static str {
        match self {
            Self::Light => "in the light theme",
            Self::Dark => "in the dark theme",
        }
    }
}

/// An element that is open, with what its words look like.
#[derive(Clone, Debug)]
struct Element {
    name: String,
    classes: Vec<String>,
    light: Look,
    dark: Look,
    size: f64,
    is_bold: bool,
    is_hidden: bool,
}

/// Words and ground; nothing where it cannot be known, as above a picture.
#[derive(Clone, Copy, Debug)]
struct Look {
    words: Option<Colour>,
    ground: Option<Colour>,
}

/// Elements within elements that are looked at: mails have some tens.
const DEEPEST: usize = 256;
/// Comparisons of selectors with elements for one mail: many times what a mail needs, and a moment of a core.
const COMPARISONS: u32 = 2_000_000;

/// The elements that are open.
pub(super) struct Stack {
    rules: Vec<StyleRule>,
    open: Vec<Element>,
    /// Comparisons that are left.
    left: Cell<u32>,
}

impl Stack {
    /// For the rules of all style sheets of the mail.
    pub fn new(rules: Vec<StyleRule>) -> Self {
        Self { rules, open: Vec::new(), left: Cell::new(COMPARISONS) }
    }

    pub fn open(&mut self, name: &str, attributes: &[(String, String)]) {
        if is_void(name) {
            return;
        }
        self.close_implied(name);
        if self.open.len() >= DEEPEST {
            return;
        }
        let attribute = |wanted: &str| {
            attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        let classes: Vec<String> = attribute("class").split_whitespace().map(str::to_owned).collect();
        let style = css::declarations(attribute("style"));
        let above = self.open.last();
        let start = Look { words: Some(Colour::BLACK), ground: Some(Colour::WHITE) };
        let mut element = Element {
            name: name.to_owned(),
            classes,
            light: above.map_or(start, |above| above.light),
            dark: above.map_or(start, |above| above.dark),
            size: above.map_or(16.0, |above| above.size),
            is_bold: above.is_some_and(|above| above.is_bold),
            is_hidden: above.is_some_and(|above| above.is_hidden),
        };
        if let Some(ground) = Some(attribute("bgcolor")).filter(|value| !value.is_empty()) {
            element.light.ground = colours::parse(ground);
            element.dark.ground = element.light.ground;
        }
        if matches!(name, "b" | "strong" | "th" | "h1" | "h2" | "h3" | "h4") {
            element.is_bold = true;
        }
        if name == "a" {
            // What browsers give to links without a colour.
            let link = Some(Colour { red: 0, green: 0, blue: 0xee });
            (element.light.words, element.dark.words) = (link, link);
        }
        // Sheets first, then the element's own style, then what is important.
        let rules: &[StyleRule] = if self.is_spent() { &[] } else { self.rules.as_slice() };
        let matching: Vec<_> = rules.iter().filter(|rule| self.concerns(rule, &element)).cloned().collect();
        for is_important in [false, true] {
            for rule in &matching {
                let all = rule.declarations.iter().filter(|one| one.is_important == is_important);
                let is_dark = rule.condition.contains("prefers-color-scheme") && rule.condition.contains("dark");
                if !is_dark && !rule.condition.is_empty() {
                    continue;
                }
                for one in all {
                    element.set(&one.name, &one.value, (!is_dark).then_some(Theme::Light));
                    element.set(&one.name, &one.value, Some(Theme::Dark));
                }
            }
            for one in style.iter().filter(|one| one.is_important == is_important) {
                element.set(&one.name, &one.value, Some(Theme::Light));
                element.set(&one.name, &one.value, Some(Theme::Dark));
            }
        }
        self.open.push(element);
    }

    pub fn close(&mut self, name: &str) {
        if let Some(at) = self.open.iter().rposition(|element| element.name == name) {
            self.open.truncate(at);
        }
    }

    /// Ends that HTML allows to leave out.
    fn close_implied(&mut self, name: &str) {
        let (ended, within): (&[&str], &str) = match name {
            "td" | "th" => (&["td", "th"], "tr"),
            "tr" => (&["tr", "td", "th"], "table"),
            "li" => (&["li"], "ul"),
            "p" | "div" | "table" | "ul" | "ol" | "h1" | "h2" | "h3" => (&["p"], "td"),
            _ => return,
        };
        let from = self.open.iter().rposition(|element| element.name == within || element.name == "table").unwrap_or(0);
        let found = self.open.iter().skip(from).position(|element| ended.contains(&element.name.as_str()));
        if let Some(at) = found {
            self.open.truncate(from + at);
        }
    }

    /// Whether a selector of the simple kinds that mails use means the element: `.a`, `td`, `td.a`, `.a b`.
    fn concerns(&self, rule: &StyleRule, element: &Element) -> bool {
        rule.selectors.iter().any(|selector| {
            let mut parts = selector.split_whitespace().rev();
            let is_last = parts.next().is_some_and(|last| self.means(last, element));
            let mut above = self.open.iter().rev();
            is_last && parts.all(|part| above.any(|element| self.means(part, element)))
        })
    }

    fn means(&self, selector: &str, element: &Element) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0 && is_simple(selector, element)
    }

    /// Whether there were more styles and elements than are compared: the last colours are not known then.
    pub fn is_spent(&self) -> bool {
        self.left.get() == 0
    }

    /// The colours of words that stand here, where they are known and can be seen, and the contrast they need.
    pub fn pairs(&self) -> Vec<(Theme, Colour, Colour, f64)> {
        let Some(element) = self.open.last().filter(|element| !element.is_hidden && element.size > 0.0) else {
            return Vec::new();
        };
        if matches!(element.name.as_str(), "style" | "script" | "title" | "head" | "html") {
            return Vec::new();
        }
        let is_large = element.size >= 24.0 || (element.is_bold && element.size >= 18.66);
        let least = if is_large { 3.0 } else { 4.5 };
        [(Theme::Light, element.light), (Theme::Dark, element.dark)]
            .into_iter()
            .filter_map(|(theme, look)| Some((theme, look.words?, look.ground?, least)))
            .collect()
    }
}

impl Element {
    fn set(&mut self, name: &str, value: &str, theme: Option<Theme>) {
        let Some(theme) = theme else { return };
        let look = if theme == Theme::Light { &mut self.light } else { &mut self.dark };
        match name {
            "color" if value != "inherit" => look.words = colours::parse(value),
            "background-color" | "background" => match value {
                "transparent" | "none" | "inherit" => {}
                // A picture or a gradient lies there.
                value if value.contains("url(") || value.contains("gradient(") => look.ground = None,
                value => {
                    look.ground = value.split_whitespace().find_map(colours::parse).or_else(|| colours::parse(value))
                }
            },
            "display" => self.is_hidden |= value == "none",
            "font" => {
                self.is_bold = is_bold(value.split_whitespace().next().unwrap_or_default());
                let size = value.split_whitespace().find_map(|part| pixels(part.split('/').next().unwrap_or_default()));
                self.size = size.unwrap_or(self.size);
            }
            "font-size" => self.size = pixels(value).unwrap_or(self.size),
            "font-weight" => self.is_bold = is_bold(value),
            _ => {}
        }
    }
}

fn is_bold(weight: &str) -> bool {
    matches!(weight, "bold" | "bolder") || weight.parse::<u32>().is_ok_and(|weight| weight >= 700)
}

fn pixels(value: &str) -> Option<f64> {
    let points = || value.strip_suffix("pt")?.parse::<f64>().ok().map(|points| points * 4.0 / 3.0);
    value.strip_suffix("px").and_then(|number| number.parse().ok()).or_else(points)
}

fn is_simple(selector: &str, element: &Element) -> bool {
    if selector.contains([':', '[', '#', '>', '+', '~']) {
        return false;
    }
    let mut parts = selector.split('.');
    let name = parts.next().unwrap_or_default();
    (name.is_empty() || name == "*" || name.eq_ignore_ascii_case(&element.name))
        && parts.all(|class| element.classes.iter().any(|other| other == class))
}
