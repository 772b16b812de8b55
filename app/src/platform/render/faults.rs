//! Errors of Tera as faults with a place, in sentences, with what was meant.

use serde_json::Value;
use tera::{ErrorKind, ReportError};

use super::filters::REFUSED;
use crate::domain::{
    nearest::nearest,
    template::{
        filters,
        render::{FaultKind, Part, TemplateFault, place_of},
        tags,
    },
};

/// How deep the names of the data are listed.
const DEPTH: usize = 4;

const TESTS: [&str; 17] = [
    "string",
    "number",
    "map",
    "bool",
    "array",
    "integer",
    "float",
    "none",
    "iterable",
    "defined",
    "undefined",
    "odd",
    "even",
    "divisible_by",
    "starting_with",
    "ending_with",
    "containing",
];

/// A source and the data that it is filled with: where faults are looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene<'a> {
    pub part: Part,
    pub source: &'a str,
    pub data: Option<&'a Value>,
}

impl Scene<'_> {
    /// All that an error says is wrong.
    pub fn faults(&self, error: &tera::Error) -> Vec<TemplateFault> {
        match error.kind() {
            ErrorKind::SyntaxError(report) => vec![self.syntax(report)],
            ErrorKind::RenderingError(report) => vec![self.rendering(report)],
            ErrorKind::MissingParent { .. } | ErrorKind::CircularExtend { .. } => vec![self.other_file("extends")],
            ErrorKind::CircularInclude { .. } | ErrorKind::TemplateNotFound(_) => vec![self.other_file("include")],
            ErrorKind::Msg(message) => self.reports(message),
            other => vec![self.at(0, FaultKind::Syntax, other.to_string(), None)],
        }
    }

    /// A fault at a byte of the source.
    pub fn at(&self, byte: usize, kind: FaultKind, words: String, meant: Option<String>) -> TemplateFault {
        let (line, column) = place_of(self.source, byte);
        TemplateFault { part: self.part, line, column, kind, words, meant }
    }

    /// A variable that the data do not have, where its name is known and its place is to be found.
    pub fn unknown_name(&self, name: &str) -> TemplateFault {
        let byte = tags::place_of_name(self.source, name).unwrap_or(0);
        self.at(byte, FaultKind::UnknownVariable, missing(name), self.meant_path(name, &[]))
    }

    /// A tag that would read another template.
    pub fn other_file(&self, word: &str) -> TemplateFault {
        let tags = tags::tags(self.source).unwrap_or_default();
        let byte = tags.iter().find(|tag| tag.word == word).map_or(0, |tag| tag.at);
        self.at(byte, FaultKind::Refused, refused_file(word), None)
    }

    fn syntax(&self, report: &ReportError) -> TemplateFault {
        let message = report.message();
        if let Some(fault) = self.nesting(message) {
            return fault;
        }
        if message == "Unknown tag" {
            let byte = report.span().range.start;
            let word: String =
                self.source.get(byte..).unwrap_or_default().chars().take_while(|c| is_name(*c)).collect();
            if matches!(word.as_str(), "import" | "from" | "macro") {
                return self.at(byte, FaultKind::Refused, refused_file(&word), None);
            }
            let known = ["if", "elif", "else", "endif", "for", "endfor", "set", "endset", "filter", "endfilter", "raw"];
            let meant = nearest(&word, known).map(str::to_owned);
            return self.at(byte, FaultKind::Syntax, format!("There is no tag `{word}`."), meant);
        }
        self.at(report.span().range.start, FaultKind::Syntax, sentence(message), None)
    }

    /// A block that is open says more than where Tera noticed it.
    fn nesting(&self, message: &str) -> Option<TemplateFault> {
        let is_about_ends = message == "Unexpected end of input"
            || message == "Unknown tag"
            || message.contains("was expecting")
            || message.starts_with("unexpected end of")
            || message.starts_with("Closing comment");
        if !is_about_ends {
            return None;
        }
        let (byte, words) = tags::flaw(self.source)?.said(self.source);
        Some(self.at(byte, FaultKind::Unclosed, words, None))
    }

    fn rendering(&self, report: &ReportError) -> TemplateFault {
        let (message, start) = (report.message(), report.span().range.start);
        if let Some(name) = quoted(message, "Variable `") {
            let local = listed(message, "Available variables: ");
            return self.at(start, FaultKind::UnknownVariable, missing(name), self.meant_path(name, &local));
        }
        if quoted(message, "Field `").is_some() {
            let (byte, path) = self.path_around(start, is_name);
            let fields = listed(message, "Available fields: ");
            return self.at(byte, FaultKind::UnknownVariable, missing(&path), self.meant_field(&path, &fields));
        }
        if message.contains("undefined") {
            // Tera points to one part of the path, which one depends on what was done with it.
            let (byte, path) = self.path_around(start, is_path);
            return self.at(byte, FaultKind::UnknownVariable, missing(&path), self.meant_path(&path, &[]));
        }
        self.value(start, message)
    }

    /// Of a filter or a calculation that got what it cannot use.
    fn value(&self, byte: usize, message: &str) -> TemplateFault {
        if message.starts_with(REFUSED) {
            return self.at(byte, FaultKind::Refused, message.to_owned(), None);
        }
        let words = match message.strip_prefix("Invalid type for the value, expected `") {
            Some(rest) => {
                let (expected, actual) = rest.split_once("` but got `").unwrap_or((rest, ""));
                let actual = type_words(actual.strip_suffix('`').unwrap_or(actual));
                format!("Here {} is expected, not {actual}.", type_words(expected))
            }
            None => match quoted(message, "Missing keyword argument `") {
                Some(name) => format!("`{name}=` is missing."),
                None => sentence(message),
            },
        };
        self.at(byte, FaultKind::WrongValue, words, None)
    }

    /// What Tera writes of a template that it does not take: one report after another.
    fn reports(&self, message: &str) -> Vec<TemplateFault> {
        let faults: Vec<_> = message.split("\n\n").filter_map(|report| self.report(report)).collect();
        if faults.is_empty() { vec![self.value(0, message)] } else { faults }
    }

    fn report(&self, report: &str) -> Option<TemplateFault> {
        let (message, rest) = report.strip_prefix("error: ")?.split_once('\n')?;
        let place = rest.lines().next()?.split_once("--> ")?.1;
        let mut numbers = place.rsplit(':').filter_map(|number| number.parse().ok());
        let (column, line) = (numbers.next()?, numbers.next()?);
        let (kind, words, meant) = if let Some(name) = quoted(message, "Unknown filter `") {
            (FaultKind::UnknownFilter, format!("There is no filter `{name}`."), nearest(name, filters::names()))
        } else if let Some(name) = quoted(message, "Unknown function `") {
            (FaultKind::UnknownFunction, format!("There is no function `{name}`."), nearest(name, ["range"]))
        } else if let Some(name) = quoted(message, "Unknown test `") {
            (FaultKind::UnknownFunction, format!("There is no test `{name}`."), nearest(name, TESTS))
        } else if let Some(name) = quoted(message, "Unknown component `") {
            (FaultKind::UnknownFunction, format!("There is no component `{name}`."), None)
        } else if message.starts_with("Unknown template `") {
            (FaultKind::Refused, refused_file("include"), None)
        } else {
            (FaultKind::Syntax, sentence(message), None)
        };
        Some(TemplateFault { part: self.part, line, column, kind, words, meant: meant.map(str::to_owned) })
    }

    /// The path that a byte stands in, such as `report.titel`, and where it begins; it goes on after the byte as long as
    /// `goes_on` says.
    fn path_around(&self, byte: usize, goes_on: impl Fn(char) -> bool) -> (usize, String) {
        let (Some(before), Some(after)) = (self.source.get(..byte), self.source.get(byte..)) else {
            return (byte, String::new());
        };
        let start = before.char_indices().rev().take_while(|(_, c)| is_path(*c)).last().map_or(byte, |(at, _)| at);
        let end = byte + after.find(|c: char| !goes_on(c)).unwrap_or(after.len());
        (start, self.source[start..end].replace("?.", ".").trim_matches('.').to_owned())
    }

    fn meant_path(&self, name: &str, local: &[&str]) -> Option<String> {
        let known = self.data.map(paths).unwrap_or_default();
        nearest(name, known.iter().map(String::as_str).chain(local.iter().copied()).filter(|known| *known != name))
            .map(str::to_owned)
    }

    /// First among the fields of the same thing, then anywhere.
    fn meant_field(&self, path: &str, fields: &[&str]) -> Option<String> {
        let near = path
            .rsplit_once('.')
            .and_then(|(parent, last)| nearest(last, fields.iter().copied()).map(|field| format!("{parent}.{field}")));
        near.or_else(|| self.meant_path(path, &[]))
    }
}

fn missing(name: &str) -> String {
    format!("There is no variable `{name}`.")
}

fn refused_file(word: &str) -> String {
    format!("{REFUSED}`{word}`. A template stands for itself and reads no others.")
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_path(c: char) -> bool {
    is_name(c) || c == '.' || c == '?'
}

/// The name between the backquotes that follow a beginning.
fn quoted<'a>(message: &'a str, begins: &str) -> Option<&'a str> {
    message.strip_prefix(begins)?.split('`').next()
}

fn listed<'a>(message: &'a str, begins: &str) -> Vec<&'a str> {
    message.split_once(begins).map(|(_, names)| names.split(", ").collect()).unwrap_or_default()
}

/// Tera's message as a sentence.
fn sentence(message: &str) -> String {
    let message = message.trim();
    let ends = if message.ends_with(['.', '!', '?']) { "" } else { "." };
    let mut chars = message.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}{ends}", chars.as_str())
}

/// Names of types as people say them.
fn type_words(name: &str) -> &str {
    match name {
        "&str" | "string" | "String" => "text",
        "i64" | "u64" | "i128" | "u128" | "usize" | "u8" | "u16" | "u32" | "i8" | "i16" | "i32" | "isize" => {
            "a whole number"
        }
        "f64" | "f32" | "Number" => "a number",
        "bool" => "true or false",
        "array" | "Vec<Value>" | "&[Value]" => "a list",
        "Map" | "map/struct" => "a group of values",
        "none" => "nothing",
        other => other,
    }
}

/// The names of all values in the data: `report`, `report.title`, … What a list holds goes by names of loops.
fn paths(data: &Value) -> Vec<String> {
    fn walk(value: &Value, before: &str, depth: usize, found: &mut Vec<String>) {
        let Some(fields) = value.as_object().filter(|_| depth > 0) else { return };
        for (name, value) in fields {
            let path = if before.is_empty() { name.clone() } else { format!("{before}.{name}") };
            walk(value, &path, depth - 1, found);
            found.push(path);
        }
    }
    let mut found = Vec::new();
    walk(data, "", DEPTH, &mut found);
    found
}
