//! Letters that are seen, marks that only shape others, and what has no place in a drawing.

use std::borrow::Cow;

use super::{Selection, is_in_inter};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Seen,
    /// Joiners, marks of direction and of variants, places where a word may break: they draw nothing themselves.
    Shaping,
    /// A space that Inter does not have.
    Blank,
    Dropped,
}

/// Whether a letter needs a drawing.
pub(super) fn is_seen(c: char) -> bool {
    kind(c) == Kind::Seen
}

fn kind(c: char) -> Kind {
    match c {
        '\n' | ' '..='~' => Kind::Seen,
        '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2066}'..='\u{2069}' => Kind::Shaping,
        _ if c.is_control() => Kind::Dropped,
        // Fillers, and what turns the direction of everything behind it.
        '\u{ad}' | '\u{115f}' | '\u{1160}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => Kind::Dropped,
        '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fffe}' | '\u{ffff}' => Kind::Dropped,
        '\u{e0000}'..='\u{e0fff}' => Kind::Dropped,
        _ if c.is_whitespace() && !is_in_inter(c) => Kind::Blank,
        _ => Kind::Seen,
    }
}

/// The text with what can be drawn: unknown spaces as usual ones, without control characters and the like.
pub fn drawable(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| matches!(kind(c), Kind::Seen | Kind::Shaping)) {
        return text.into();
    }
    let letters = text.chars().filter_map(|c| match kind(c) {
        Kind::Seen | Kind::Shaping => Some(c),
        Kind::Blank => Some(' '),
        Kind::Dropped => None,
    });
    Cow::Owned(letters.collect())
}

/// Whether a mark only shapes what is beside it.
pub fn is_shaping(c: char) -> bool {
    kind(c) == Kind::Shaping
}

impl Selection {
    /// Whether a text has letters that are drawn as a box.
    pub fn lacks(&self, text: &str) -> bool {
        !self.missing.is_empty() && text.chars().any(|c| self.missing.contains(&c))
    }
}
