//! A source as it grows, line by line.

use super::{
    map::{Place, SourceMap},
    own::OwnText,
};

/// A stretch of a line.
pub(super) enum Bit<'a> {
    Ours(&'a str),
    Own(Own<'a>),
}

/// A text that somebody wrote.
pub(super) struct Own<'a> {
    /// The name of the field that it stands in.
    pub field: &'static str,
    /// As it was typed.
    pub text: &'a str,
    /// How many bytes at its beginning are left out.
    pub skipped: usize,
    /// What is written of the rest, line by line.
    pub written: &'a str,
}

impl<'a> Own<'a> {
    /// A text of which nothing is left out.
    pub const fn whole(field: &'static str, text: &'a str, written: &'a str) -> Self {
        Self { field, text, skipped: 0, written }
    }

    /// A text without the blanks around it.
    pub fn trimmed(field: &'static str, text: &'a str, written: &'a str) -> Self {
        Self { field, text, skipped: text.len() - text.trim_start().len(), written }
    }
}

/// Lines with an indentation, and where they came from.
#[derive(Default)]
pub(super) struct Page {
    text: String,
    lines: u32,
    depth: usize,
    map: SourceMap,
    /// The parts of the document that are being written, the innermost last.
    places: Vec<Place>,
}

impl Page {
    /// A line at the depth of now; several where the text has several.
    pub fn line(&mut self, text: &str) {
        for line in text.split('\n') {
            if !line.is_empty() {
                self.text.extend(std::iter::repeat_n("  ", self.depth));
                self.text.push_str(line);
            }
            self.end_line();
        }
    }

    /// A line in which texts of people stand.
    pub fn line_of(&mut self, bits: &[Bit<'_>]) {
        let mut line = String::new();
        for bit in bits {
            match bit {
                Bit::Ours(words) => line.push_str(words),
                Bit::Own(own) => {
                    self.note_own(own, 2 * self.depth + line.chars().count());
                    line.push_str(own.written);
                }
            }
        }
        self.line(&line);
    }

    /// Lines that somebody wrote, as they are.
    pub fn raw_of(&mut self, own: &Own<'_>) {
        self.note_own(own, 0);
        self.raw(own.written);
    }

    /// Lines as they are, for texts in which spaces at the beginning mean something.
    pub fn raw(&mut self, text: &str) {
        for line in text.split('\n') {
            self.text.push_str(line);
            self.end_line();
        }
    }

    /// What `inner` writes stands deeper.
    pub fn deeper(&mut self, inner: impl FnOnce(&mut Self)) {
        self.depth += 1;
        inner(self);
        self.depth -= 1;
    }

    /// What `inner` writes stands deeper between two lines.
    pub fn within(&mut self, open: &str, close: &str, inner: impl FnOnce(&mut Self)) {
        self.line(open);
        self.deeper(inner);
        self.line(close);
    }

    /// What `inner` writes came from `place`.
    pub fn of(&mut self, place: Place, inner: impl FnOnce(&mut Self)) {
        let before = self.lines;
        self.places.push(place);
        inner(self);
        self.places.pop();
        if self.lines > before {
            self.map.note(before + 1, self.lines, place);
        }
    }

    /// Notes a text that is about to be written behind so many characters of the next line.
    fn note_own(&mut self, own: &Own<'_>, before: usize) {
        let Some(place) = self.places.last().copied() else { return };
        let Own { field, text, skipped, written } = *own;
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let (line, column) = (self.lines + 1, number(before + 1));
        let last_line = written.rsplit('\n').next().unwrap_or_default();
        let breaks = number(written.matches('\n').count());
        let first = if breaks == 0 { column } else { 1 };
        self.map.note_own(OwnText {
            place,
            field,
            text: text.to_owned(),
            skipped,
            line,
            column,
            last: line + breaks,
            end: first + number(last_line.chars().count()),
        });
    }

    fn end_line(&mut self) {
        self.text.push('\n');
        self.lines += 1;
    }

    pub fn done(self) -> (String, SourceMap) {
        (self.text, self.map)
    }
}
