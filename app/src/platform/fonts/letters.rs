//! Letters that are seen, marks that only shape others, and what has no place in a drawing.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark, is_nfc};

use super::is_in_inter;

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
        ' '..='~' => Kind::Seen,
        // A line may end in a text; no font has a letter for it.
        '\n' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2066}'..='\u{2069}' => Kind::Shaping,
        _ if c.is_control() => Kind::Dropped,
        // Fillers, and what turns the direction of everything behind it.
        '\u{ad}' | '\u{115f}' | '\u{1160}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => Kind::Dropped,
        '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fffe}' | '\u{ffff}' => Kind::Dropped,
        '\u{e0000}'..='\u{e0fff}' => Kind::Dropped,
        _ if c.is_whitespace() && !is_in_inter(c) => Kind::Blank,
        _ => Kind::Seen,
    }
}

/// The text with what can be drawn: letters and their accents as one where Unicode has them so, unknown spaces as usual
/// ones, without control characters and the like. An accent that comes from another font than its letter goes, too:
/// no font has both, and the letter would be lost with it.
pub fn drawable(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| matches!(kind(c), Kind::Seen | Kind::Shaping) && !is_combining_mark(c);
    if text.chars().all(is_plain) && is_nfc(text) {
        return text.into();
    }
    let mut drawable = String::with_capacity(text.len());
    let mut is_letter_in_inter = true;
    for c in text.nfc() {
        match kind(c) {
            Kind::Seen if is_combining_mark(c) => {
                if is_in_inter(c) == is_letter_in_inter {
                    drawable.push(c);
                }
            }
            Kind::Seen => {
                is_letter_in_inter = is_in_inter(c);
                drawable.push(c);
            }
            Kind::Shaping => drawable.push(c),
            Kind::Blank => drawable.push(' '),
            Kind::Dropped => {}
        }
    }
    Cow::Owned(drawable)
}

/// Whether a mark only shapes what is beside it.
pub fn is_shaping(c: char) -> bool {
    kind(c) == Kind::Shaping
}
