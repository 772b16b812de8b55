//! A source as it grows, line by line.

use super::map::{Place, SourceMap};

/// Lines with an indentation, and where they came from.
#[derive(Default)]
pub(super) struct Page {
    text: String,
    lines: u32,
    depth: usize,
    map: SourceMap,
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
        inner(self);
        if self.lines > before {
            self.map.note(before + 1, self.lines, place);
        }
    }

    fn end_line(&mut self) {
        self.text.push('\n');
        self.lines += 1;
    }

    pub fn done(self) -> (String, SourceMap) {
        (self.text, self.map)
    }
}
