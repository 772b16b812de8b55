//! What somebody wrote within a source that was put together: each text with the place that it has there, so that a fault is
//! told of where it was typed.

use super::{Place, Source};
use crate::domain::template::{
    place::{BlockPlace, TextPlace},
    render::{FaultKind, Part, TemplateFault, place_of},
    tags,
};

/// A text of somebody's own, and where it stands in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OwnText {
    pub place: Place,
    /// The name of its field: of a block, or of the mail.
    pub field: &'static str,
    pub text: String,
    /// Bytes at its beginning that were left out.
    pub skipped: usize,
    /// Line and column of the source at which it begins, from 1.
    pub line: u32,
    pub column: u32,
    /// The line on which it ends, and the column behind its end.
    pub last: u32,
    pub end: u32,
}

impl Source {
    /// Where somebody wrote what stands at a place of a part; none where the compiler did.
    pub fn text_place(&self, part: Part, line: u32, column: u32) -> Option<TextPlace> {
        let of_mail = |field: &str| Some(TextPlace { field: field.to_owned(), line, column });
        let (source, map, field) = match part {
            Part::Subject => return of_mail("subject"),
            Part::Preheader => return of_mail("preheader"),
            Part::Html => (self.html.as_str(), &self.map, "source"),
            Part::Text => (self.text.as_deref().unwrap_or_default(), &self.text_map, "text"),
        };
        if map.is_empty() {
            return of_mail(field);
        }
        map.own().find(|own| own.is_around(line, column)).map(|own| own.typed_place(source, line, column))
    }

    /// The whole advice about a fault, at the place where somebody wrote it. What stands around texts of people has no
    /// place that they could look at.
    pub fn sentence(&self, fault: &TemplateFault) -> String {
        let place = self.text_place(fault.part, fault.line, fault.column).and_then(|at| at.words());
        place.map_or_else(|| fault.advice(), |place| format!("{place}: {}", fault.advice()))
    }

    /// What is wrong with the tags of each text by itself. In the whole source they are told in terms of tags that nobody
    /// wrote, or not at all: what one text opens another may close.
    pub(super) fn faults(&self) -> Vec<TemplateFault> {
        self.map.own().filter_map(|own| own.fault(&self.html)).collect()
    }
}

impl OwnText {
    /// The name by which problems call its field.
    fn name(&self) -> String {
        match self.place {
            Place::Block(id) => BlockPlace::of(id, self.field).to_string(),
            _ => self.field.to_owned(),
        }
    }

    fn fault(&self, source: &str) -> Option<TemplateFault> {
        let (byte, words) = tags::flaw(&self.text)?.said(&self.text);
        let (line, column) = self.written_place(source, byte);
        Some(TemplateFault { part: Part::Html, line, column, kind: FaultKind::Unclosed, words, meant: None })
    }

    fn is_around(&self, line: u32, column: u32) -> bool {
        (self.line, self.column) <= (line, column) && (line, column) <= (self.last, self.end)
    }

    /// The place in the text that a place of the source was written from.
    fn typed_place(&self, source: &str, line: u32, column: u32) -> TextPlace {
        let number = (line - self.line) as usize;
        let typed = self.typed_line(number);
        let written = self.written_line(source, number);
        let to = written.char_indices().nth((column - self.first_column(number)) as usize);
        let to = to.map_or(written.len(), |(to, _)| to);
        let same = along(typed, written).into_iter().take_while(|(_, other)| *other <= to).last();
        let byte = self.start_of(number) + same.map_or(0, |(at, _)| at);
        let (line, column) = place_of(&self.text, byte);
        TextPlace { field: self.name(), line, column }
    }

    /// The place in the source to which a byte of the text was written.
    fn written_place(&self, source: &str, byte: usize) -> (u32, u32) {
        let before = self.text.get(self.skipped..byte).unwrap_or_default();
        let number = before.matches('\n').count();
        let within = byte.saturating_sub(self.start_of(number));
        let written = self.written_line(source, number);
        let pairs = along(self.typed_line(number), written);
        let to = pairs.into_iter().find(|(at, _)| *at >= within).map_or(0, |(_, to)| to);
        let columns = written.get(..to).unwrap_or_default().chars().count();
        let first = self.first_column(number);
        (self.line + number as u32, first + u32::try_from(columns).unwrap_or_default())
    }

    /// The byte at which a line of it begins, of those that were written.
    fn start_of(&self, number: usize) -> usize {
        let kept = self.text.get(self.skipped..).unwrap_or_default();
        self.skipped + kept.split_inclusive('\n').take(number).map(str::len).sum::<usize>()
    }

    fn typed_line(&self, number: usize) -> &str {
        self.text.get(self.start_of(number)..).and_then(|rest| rest.split('\n').next()).unwrap_or_default()
    }

    /// The same line as the source has it, from where the text begins.
    fn written_line<'a>(&self, source: &'a str, number: usize) -> &'a str {
        let line = source.split('\n').nth(self.line as usize - 1 + number).unwrap_or_default();
        let skipped = self.first_column(number) as usize - 1;
        line.char_indices().nth(skipped).map_or("", |(at, _)| &line[at..])
    }

    fn first_column(&self, number: usize) -> u32 {
        if number == 0 { self.column } else { 1 }
    }
}

/// The bytes at which a line as it was typed and the same as it was written have the same characters: some are written by
/// their names, but not within tags.
fn along(typed: &str, written: &str) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let mut to = 0;
    for (at, c) in typed.char_indices() {
        pairs.push((at, to));
        to += width(c, &typed[at..], written.get(to..).unwrap_or_default());
    }
    pairs.push((typed.len(), to));
    pairs
}

/// Bytes that a character takes in what was written of it.
fn width(c: char, typed: &str, written: &str) -> usize {
    let name = match c {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        _ => "",
    };
    // A name that somebody typed into a tag stays as it is, elsewhere its sign is written by its own.
    let is_as_typed = typed.starts_with(name) && !written.starts_with("&amp;amp;");
    if name.is_empty() || !written.starts_with(name) || is_as_typed { c.len_utf8() } else { name.len() }
}
