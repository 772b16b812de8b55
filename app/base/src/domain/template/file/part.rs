//! Values of a JSON text with their places, which the reader of JSON does not tell. The text is whole JSON: of any other
//! the reader says itself where it breaks.

use serde::de::{DeserializeOwned, IgnoredAny};

/// A value in a text, from its first byte up to the one behind it.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    text: &'a str,
    pub at: usize,
    end: usize,
}

impl<'a> Part<'a> {
    /// The value that a text is.
    pub fn whole(text: &'a str) -> Option<Self> {
        Self::begun_at(text, 0)
    }

    /// The value that stands at a byte or, behind blanks, after it.
    fn begun_at(text: &'a str, byte: usize) -> Option<Self> {
        let rest = text.get(byte..)?;
        let begun = rest.trim_start();
        let at = text.len() - begun.len();
        let mut values = serde_json::Deserializer::from_str(begun).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        Some(Self { text, at, end: at + values.byte_offset() })
    }

    /// As it stands there.
    pub fn json(self) -> &'a str {
        self.text.get(self.at..self.end).unwrap_or_default()
    }

    /// Whether it can be read as something.
    pub fn is<T: DeserializeOwned>(self) -> bool {
        serde_json::from_str::<T>(self.json()).is_ok()
    }

    /// The value of an object under a name; none in anything else.
    pub fn member(self, name: &str) -> Option<Self> {
        if !self.json().starts_with('{') {
            return None;
        }
        let mut parts = self.values();
        while let (Some(key), Some(value)) = (parts.next(), parts.next()) {
            if serde_json::from_str::<String>(key.json()).is_ok_and(|key| key == name) {
                return Some(value);
            }
        }
        None
    }

    /// The values of a list; of an object its names and values in turn.
    pub fn values(self) -> impl Iterator<Item = Part<'a>> {
        let is_in = self.json().starts_with(['[', '{']);
        let mut from = self.at + 1;
        std::iter::from_fn(move || {
            // Behind the last one stands a bracket, with which no value begins.
            let value = Self::begun_at(self.text, from).filter(|_| is_in && from < self.end)?;
            let behind = self.text.get(value.end..)?;
            // And a sign that divides it from the next one.
            from = value.end + (behind.len() - behind.trim_start().len()) + 1;
            Some(value)
        })
    }
}
