//! The form in which a report is frozen: JSON whose lists have a line for each of their rows.
//!
//! So a diff shows the tasks that came, went or changed, and thousands of them take half the room that they take with a
//! line for each value.

use std::io::{self, Write};

use serde::{Serialize, ser::Error};
use serde_json::ser::{Formatter, Serializer};

/// Levels that are spread over lines: what stands at the top, and the rows of lists and the values of groups below it.
const SPREAD: usize = 2;

/// Writes a value so, after about as many bytes as it will take.
///
/// # Errors
/// Where a map has keys that are no texts.
pub fn to_json(value: &impl Serialize, room: usize) -> serde_json::Result<String> {
    let mut bytes = Vec::with_capacity(room);
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Rows::default()))?;
    String::from_utf8(bytes).map_err(Error::custom)
}

#[derive(Default)]
struct Rows {
    depth: usize,
    has_value: bool,
}

impl Rows {
    fn is_spread(&self) -> bool {
        self.depth <= SPREAD
    }

    fn begin(&mut self, writer: &mut (impl Write + ?Sized), bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_value = false;
        writer.write_all(bracket)
    }

    fn end(&mut self, writer: &mut (impl Write + ?Sized), bracket: &[u8]) -> io::Result<()> {
        let is_spread = self.is_spread();
        self.depth -= 1;
        if self.has_value && is_spread {
            self.line(writer)?;
        }
        self.has_value = true;
        writer.write_all(bracket)
    }

    fn next(&mut self, writer: &mut (impl Write + ?Sized), is_first: bool) -> io::Result<()> {
        if !is_first {
            writer.write_all(b",")?;
        }
        if self.is_spread() { self.line(writer) } else { Ok(()) }
    }

    fn line(&self, writer: &mut (impl Write + ?Sized)) -> io::Result<()> {
        writer.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| writer.write_all(b"  "))
    }
}

impl Formatter for Rows {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, is_first: bool) -> io::Result<()> {
        self.next(writer, is_first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _writer: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, is_first: bool) -> io::Result<()> {
        self.next(writer, is_first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(if self.is_spread() { b": " } else { b":" })
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _writer: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_row_of_a_list_is_a_line_and_so_is_each_value_above_it() {
        let value = json!({
            "created": [{ "id": 1, "labels": ["a", "b"] }, { "id": 2, "labels": [] }],
            "figures": { "open": 3, "by": { "low": 1 } },
            "none": [],
            "nothing": {},
            "title": "\"Weekly\"\nžal",
        });
        let wanted = r#"{
  "created": [
    {"id":1,"labels":["a","b"]},
    {"id":2,"labels":[]}
  ],
  "figures": {
    "by": {"low":1},
    "open": 3
  },
  "none": [],
  "nothing": {},
  "title": "\"Weekly\"\nžal"
}"#;
        let text = to_json(&value, 0).unwrap();
        assert_eq!(text, wanted);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
