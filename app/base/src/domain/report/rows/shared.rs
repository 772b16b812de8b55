//! The fields of a struct, shared by all who write them: each writes the next one that nobody has taken.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde::{
    Serialize, Serializer,
    ser::{Error as _, Impossible, SerializeStruct},
};
use serde_json::Error;

use super::write_field;

/// A field that was written, with its name.
pub struct Field<'a> {
    /// How many stand before it.
    pub place: usize,
    pub json: &'a [u8],
}

/// What one of them does: it goes through the fields in their order, and stops at those that are its own.
pub struct Share<'a> {
    /// The first field that nobody has taken.
    next: &'a AtomicUsize,
    mine: usize,
    place: usize,
    written: Written,
}

/// What one of them has written: a field after the other, each with its place and where it ends.
#[derive(Default)]
pub struct Written {
    json: Vec<u8>,
    ends: Vec<(usize, usize)>,
}

impl Written {
    pub fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        let mut begin = 0;
        self.ends.iter().map(move |(place, end)| {
            let json = self.json.get(begin..*end).unwrap_or_default();
            begin = *end;
            Field { place: *place, json }
        })
    }
}

impl<'a> Share<'a> {
    /// The share of one more, of a text of about as many bytes in all. All of them have the same `next`.
    pub fn of(next: &'a AtomicUsize, room: usize) -> Self {
        let written = Written { json: Vec::with_capacity(room * 2 / 3), ends: Vec::new() };
        Self { next, mine: next.fetch_add(1, Ordering::Relaxed), place: 0, written }
    }

    /// Comes to a field: its place, if it is to be written here.
    fn comes_to_own(&mut self) -> Option<usize> {
        let place = self.place;
        self.place += 1;
        (place == self.mine).then(|| {
            self.mine = self.next.fetch_add(1, Ordering::Relaxed);
            place
        })
    }
}

impl SerializeStruct for Share<'_> {
    type Ok = Written;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Error> {
        if let Some(place) = self.comes_to_own() {
            let Written { json, ends } = &mut self.written;
            write_field(json, key, value)?;
            ends.push((place, json.len()));
        }
        Ok(())
    }

    fn skip_field(&mut self, _key: &'static str) -> Result<(), Error> {
        self.comes_to_own();
        Ok(())
    }

    fn end(self) -> Result<Written, Error> {
        Ok(self.written)
    }
}

fn refused<T>() -> Result<T, Error> {
    Err(Error::custom("only a struct has fields"))
}

/// What of [`Serializer`] takes a plain value.
macro_rules! no_plain_values {
    ($($name:ident: $plain:ty),+ $(,)?) => {$(
        fn $name(self, _: $plain) -> Result<Written, Error> {
            refused()
        }
    )+};
}

impl<'a> Serializer for Share<'a> {
    type Ok = Written;
    type Error = Error;
    type SerializeSeq = Impossible<Written, Error>;
    type SerializeTuple = Impossible<Written, Error>;
    type SerializeTupleStruct = Impossible<Written, Error>;
    type SerializeTupleVariant = Impossible<Written, Error>;
    type SerializeMap = Impossible<Written, Error>;
    type SerializeStruct = Share<'a>;
    type SerializeStructVariant = Impossible<Written, Error>;

    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Share<'a>, Error> {
        Ok(self)
    }

    no_plain_values!(
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_f32: f32,
        serialize_f64: f64,
        serialize_char: char,
        serialize_str: &str,
        serialize_bytes: &[u8],
        serialize_unit_struct: &'static str,
    );

    fn serialize_none(self) -> Result<Written, Error> {
        refused()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _value: &T) -> Result<Written, Error> {
        refused()
    }

    fn serialize_unit(self) -> Result<Written, Error> {
        refused()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<Written, Error> {
        refused()
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, _: &T) -> Result<Written, Error> {
        refused()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Written, Error> {
        refused()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Error> {
        refused()
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Error> {
        refused()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Error> {
        refused()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        refused()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Error> {
        refused()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        refused()
    }
}
