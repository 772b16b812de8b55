//! Where a template that had to be stopped probably goes on for too long.

use super::{
    Place, Source,
    literal::{Piece, pieces},
};
use crate::domain::template::render::{Part, place_of};

/// A loop, where it begins; line and column from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loop {
    pub part: Part,
    pub line: u32,
    pub column: u32,
    /// The part of the document that it stands in; none where the document is a source itself.
    pub place: Option<Place>,
}

impl Source {
    /// The loop that most of the work is in, as far as that can be seen: the one that most others are around, where going
    /// through numbers counts for two, as it may go anywhere. None where there is no loop.
    pub fn longest_loop(&self) -> Option<Loop> {
        let parts = [
            (Part::Subject, Some(&self.subject)),
            (Part::Preheader, self.preheader.as_ref()),
            (Part::Html, Some(&self.html)),
            (Part::Text, self.text.as_ref()),
        ];
        let mut longest: Option<(usize, Loop)> = None;
        for (part, source) in parts {
            let Some(source) = source else { continue };
            let Some((weight, at)) = heaviest(source) else { continue };
            if longest.is_none_or(|(most, _)| weight > most) {
                let (line, column) = place_of(source, at);
                longest = Some((weight, Loop { part, line, column, place: self.place_at(part, line) }));
            }
        }
        longest.map(|(_, found)| found)
    }
}

/// The weight of the heaviest loop, the first of several, and the byte at which it begins.
fn heaviest(source: &str) -> Option<(usize, usize)> {
    let (mut around, mut heaviest, mut at) = (Vec::<usize>::new(), None::<(usize, usize)>, 0);
    for piece in pieces(source) {
        match piece {
            Piece::Tag(tag) => {
                match statement(tag) {
                    Some("for") => {
                        around.push(if tag.contains("range(") { 2 } else { 1 });
                        let weight: usize = around.iter().sum();
                        if heaviest.is_none_or(|(most, _)| weight > most) {
                            heaviest = Some((weight, at));
                        }
                    }
                    Some("endfor") => {
                        around.pop();
                    }
                    _ => {}
                }
                at += tag.len();
            }
            Piece::Words(words) => at += words.len(),
        }
    }
    heaviest
}

/// The first word of a tag that does something.
fn statement(tag: &str) -> Option<&str> {
    let words = tag.strip_prefix("{%")?.trim_start_matches('-').trim_start();
    words.split(|c: char| !c.is_ascii_alphabetic()).next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::template::{Block, BlockKind, Body, Document, When, compile::compile};

    fn of_html(source: &str) -> Option<(u32, u32)> {
        let document = Document { body: Body::Html { source: source.into() }, ..Document::blank() };
        let found = compile(&document).longest_loop()?;
        assert_eq!((found.part, found.place), (Part::Html, None));
        Some((found.line, found.column))
    }

    #[test]
    fn the_deepest_loop_is_meant_and_among_those_beside_each_other_the_first() {
        assert_eq!(of_html("<p>{{ report.title }}</p>{# for #}"), None);
        assert_eq!(of_html("<p>\n {% for a in days %}{% endfor %}{% for b in days %}{% endfor %}"), Some((2, 2)));
        let nested =
            "{% for a in days %}{% endfor %}\n{%- for b in days -%}\n é{%for c in days%}{%endfor%}{% endfor %}";
        assert_eq!(of_html(nested), Some((3, 3)));
    }

    #[test]
    fn a_loop_through_numbers_is_meant_before_one_through_a_list() {
        assert_eq!(of_html("{% for a in days %}{% endfor %}\n{% for b in range(end=9) %}{% endfor %}"), Some((2, 1)));
    }

    #[test]
    fn in_blocks_it_is_the_block_that_somebody_wrote_a_loop_into() {
        let own = "{% for a in range(end=9) %}{% for b in range(end=9) %}x{% endfor %}{% endfor %}";
        let kinds =
            [BlockKind::Notes { limit: 5 }, BlockKind::Html { source: own.into() }, BlockKind::Notes { limit: 5 }];
        let blocks = (1..).zip(kinds).map(|(id, kind)| Block { id, kind, when: When::Always }).collect();
        let source = compile(&Document { body: Body::Blocks { blocks }, ..Document::blank() });
        assert_eq!(source.longest_loop().and_then(|found| found.place), Some(Place::Block(2)));
    }
}
