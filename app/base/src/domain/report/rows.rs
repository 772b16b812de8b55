//! The form in which a report is frozen: JSON whose lists have a line for each of their rows.
//!
//! So a diff shows the tasks that came, went or changed, and thousands of them take half the room that they take with a
//! line for each value.

mod shared;

use std::{
    io::{self, Write},
    sync::atomic::AtomicUsize,
};

use serde::{Serialize, ser::Error};
use serde_json::ser::{Formatter, Serializer};

use self::shared::{Field, Share};

/// Levels that are spread over lines: what stands at the top, and the rows of lists and the values of groups below it.
const SPREAD: usize = 2;

/// Writes a struct so, after about as many bytes as it will take. Its fields are written on two cores, where there are
/// two: each takes the next one that nobody has.
///
/// # Errors
/// Where it is no struct, or a map in it has keys that are no texts.
pub fn to_json(value: &(impl Serialize + Sync), room: usize) -> serde_json::Result<String> {
    let next = AtomicUsize::new(0);
    let share = || value.serialize(Share::of(&next, room));
    let (one, other) = rayon::join(share, share);
    let (one, other) = (one?, other?);
    let mut fields: Vec<Field<'_>> = one.fields().chain(other.fields()).collect();
    fields.sort_unstable_by_key(|field| field.place);
    let bytes = joined(&fields).map_err(Error::custom)?;
    String::from_utf8(bytes).map_err(Error::custom)
}

/// Writes a field of the struct, with its name.
fn write_field(bytes: &mut Vec<u8>, key: &str, value: &(impl Serialize + ?Sized)) -> serde_json::Result<()> {
    serde_json::to_writer(&mut *bytes, key)?;
    bytes.extend_from_slice(b": ");
    value.serialize(&mut Serializer::with_formatter(bytes, Rows { depth: 1, has_value: false }))
}

fn joined(fields: &[Field<'_>]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(fields.iter().map(|field| field.json.len() + 4).sum::<usize>() + 4);
    let mut rows = Rows::default();
    rows.begin(&mut bytes, b"{")?;
    for field in fields {
        rows.next(&mut bytes, !rows.has_value)?;
        bytes.extend_from_slice(field.json);
        rows.has_value = true;
    }
    rows.end(&mut bytes, b"}")?;
    Ok(bytes)
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
    use serde_json::json;

    use super::*;

    #[derive(Serialize)]
    struct Value {
        created: [serde_json::Value; 2],
        figures: serde_json::Value,
        none: [u8; 0],
        nothing: serde_json::Value,
        #[serde(skip_serializing_if = "Option::is_none")]
        left_out: Option<u8>,
        title: &'static str,
    }

    #[test]
    fn a_row_of_a_list_is_a_line_and_so_is_each_value_above_it() {
        let value = Value {
            created: [json!({ "id": 1, "labels": ["a", "b"] }), json!({ "id": 2, "labels": [] })],
            figures: json!({ "by": { "low": 1 }, "open": 3 }),
            none: [],
            nothing: json!({}),
            left_out: None,
            title: "\"Weekly\"\nžal",
        };
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
        let text = to_json(&value, 100).unwrap();
        assert_eq!(text, wanted);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), serde_json::to_value(&value).unwrap());
    }

    #[test]
    fn what_is_no_struct_is_refused_and_one_without_fields_is_a_pair_of_braces() {
        #[derive(Serialize)]
        struct Nothing {}
        assert_eq!(to_json(&Nothing {}, 0).unwrap(), "{}");
        assert!(to_json(&[1, 2], 0).is_err());
        assert!(to_json(&Some(1), 0).is_err());
    }
}
