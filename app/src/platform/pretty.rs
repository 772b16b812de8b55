//! JSON with a line for each value, as `serde_json` writes it, in half the time: a report of a large project has
//! hundreds of thousands of lines, and each begins with one write instead of one for each step of its depth.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Serializer, ser::Formatter};

/// Writes a value; `about` is how many bytes it may take.
///
/// # Errors
/// Those of the value's own serialization.
pub fn to_string(value: &impl Serialize, about: usize) -> serde_json::Result<String> {
    let mut bytes = Vec::with_capacity(about);
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Lines::default()))?;
    String::from_utf8(bytes).map_err(|error| serde_json::Error::io(io::Error::other(error)))
}

/// A comma, the end of a line, and the beginning of the next one.
const BREAK: &[u8] = b",\n                                                                ";

#[derive(Default)]
struct Lines {
    depth: usize,
    /// Whether the innermost list or object has anything in it.
    has_value: bool,
}

impl Lines {
    /// Begins a line, after a comma where it is not the first.
    fn begin(&self, writer: &mut (impl Write + ?Sized), is_first: bool) -> io::Result<()> {
        let (from, mut left) = (usize::from(is_first), 2 * self.depth);
        let mut now = left.min(BREAK.len() - 2);
        writer.write_all(BREAK.get(from..2 + now).unwrap_or_default())?;
        while left > now {
            left -= now;
            now = left.min(BREAK.len() - 2);
            writer.write_all(BREAK.get(2..2 + now).unwrap_or_default())?;
        }
        Ok(())
    }

    fn open(&mut self, writer: &mut (impl Write + ?Sized), bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_value = false;
        writer.write_all(bracket)
    }

    fn close(&mut self, writer: &mut (impl Write + ?Sized), bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.has_value {
            self.begin(writer, true)?;
        }
        writer.write_all(bracket)
    }
}

impl Formatter for Lines {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.begin(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _writer: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.begin(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _writer: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    #[test]
    fn every_value_is_written_as_serde_json_writes_it() {
        let deep = (0..40).fold(json!(["the innermost"]), |inner, depth| match depth % 2 {
            0 => json!({ "inner": inner, "beside": [] }),
            _ => json!([inner, {}]),
        });
        let values: [Value; 5] = [
            json!(null),
            json!([]),
            json!({}),
            json!({ "a": [1, 2.5, -3], "b": { "c": "line\nbreak \u{1f600} \"quoted\" \u{0}", "d": {} }, "e": [[], [{}]] }),
            deep,
        ];
        for value in values {
            assert_eq!(super::to_string(&value, 0).unwrap(), serde_json::to_string_pretty(&value).unwrap());
        }
    }
}
