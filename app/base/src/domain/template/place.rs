//! Where in a document a problem is: `block-7` is a block by its id, `block-7-limit` a field of it by the name under which
//! [`fields`](super::fields) read it.

use std::fmt;

/// A block, or a field of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockPlace<'a> {
    pub block: u32,
    pub field: Option<&'a str>,
}

impl<'a> BlockPlace<'a> {
    /// A block as a whole.
    pub const fn whole(block: u32) -> Self {
        Self { block, field: None }
    }

    /// A field of a block.
    pub const fn of(block: u32, field: &'a str) -> Self {
        Self { block, field: Some(field) }
    }

    /// Reads the name of a place; none where it names no block.
    pub fn read(name: &'a str) -> Option<Self> {
        let rest = name.strip_prefix("block-")?;
        let (id, field) = rest.split_once('-').map_or((rest, None), |(id, field)| (id, Some(field)));
        let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        let block = id.parse().ok().filter(|_| is_number)?;
        Some(Self { block, field })
    }
}

impl fmt::Display for BlockPlace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { block, field } = self;
        match field {
            None => write!(f, "block-{block}"),
            Some(field) => write!(f, "block-{block}-{field}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written_and_other_names_are_none() {
        for place in [BlockPlace::whole(7), BlockPlace::of(7, "limit"), BlockPlace::of(0, "when_value")] {
            assert_eq!(BlockPlace::read(&place.to_string()), Some(place));
        }
        for other in ["subject", "blocks", "block-", "block-x", "block-+7", "block--limit", "block-99999999999"] {
            assert_eq!(BlockPlace::read(other), None, "{other}");
        }
    }
}
