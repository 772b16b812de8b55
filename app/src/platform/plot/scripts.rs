//! Words in several scripts. Who draws the SVG takes a text's letters from several fonts only where each font makes as
//! many glyphs of them, which joined letters do not do. So such words are taken apart, each part in letters of one font,
//! and put where they stand: measured, from left to right.

use resvg::usvg::{Group, Node, Options, Tree};

use super::{
    drawing::Drawing,
    fit,
    paper::{Anchor, FINE, Shape, Weight},
};
use crate::{
    domain::metrics::is_from_the_right,
    platform::{
        fonts::{FAMILY, Selection, drawable, is_shaping},
        markup::escape,
    },
};

/// Inter's place in a selection.
const INTER: usize = 0;
/// Inter's space in hundredths of the size of the font.
const SPACE: u32 = 28;

/// The drawing with words that are in letters of one font each.
pub fn one_each(drawing: &Drawing, selection: &Selection) -> Drawing {
    let options = selection.options();
    let shapes = drawing.shapes.iter().flat_map(|shape| apart(shape, selection, &options)).collect();
    Drawing { shapes, ..drawing.clone() }
}

fn apart(shape: &Shape, selection: &Selection, options: &Options<'_>) -> Vec<Shape> {
    let Shape::Words { text, at, anchor, weight, size, ink } = shape else { return vec![shape.clone()] };
    let parts = parts(text, selection);
    if let [text] = &parts[..] {
        let text = text.clone();
        return vec![Shape::Words { text, at: *at, anchor: *anchor, weight: *weight, size: *size, ink: *ink }];
    }
    let widths: Vec<i32> = parts.iter().map(|part| width(part, *weight, *size, options)).collect();
    let whole: i32 = widths.iter().sum();
    let mut x = match anchor {
        Anchor::Start => at.0,
        Anchor::Middle => at.0 - whole / 2,
        Anchor::End => at.0 - whole,
    };
    let mut shapes = Vec::with_capacity(parts.len());
    for (text, width) in parts.into_iter().zip(widths) {
        if !text.trim().is_empty() {
            let at = (x, at.1);
            shapes.push(Shape::Words { text, at, anchor: Anchor::Start, weight: *weight, size: *size, ink: *ink });
        }
        x += width;
    }
    shapes
}

/// How wide a part is, in steps of the drawing.
fn width(part: &str, weight: Weight, size: u32, options: &Options<'_>) -> i32 {
    if part.trim().is_empty() {
        let spaces = u32::try_from(part.chars().count()).unwrap_or_default();
        return i32::try_from(spaces * size * SPACE / 100).unwrap_or_default();
    }
    let weight = match weight {
        Weight::Regular => 400,
        Weight::SemiBold => 600,
    };
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"><text font-family=\"{FAMILY}\" \
         font-size=\"{size}\" font-weight=\"{weight}\">{}</text></svg>",
        escape(part)
    );
    let measured = Tree::from_str(&svg, options).ok().and_then(|tree| advance(tree.root()));
    #[allow(clippy::cast_possible_truncation, reason = "words are shorter than millions of pixels")]
    let measured = measured.map(|width| width.round() as i32);
    measured.unwrap_or_else(|| fit::width(part, i32::try_from(size).unwrap_or_default() / FINE))
}

fn advance(group: &Group) -> Option<f32> {
    group.children().iter().find_map(|node| match node {
        Node::Text(text) => Some(text.bounding_box().width()),
        Node::Group(group) => advance(group),
        _ => None,
    })
}

/// The parts of a text, each in letters of one font or of spaces alone, from left to right.
fn parts(text: &str, selection: &Selection) -> Vec<String> {
    let text = drawable(text);
    let mut parts = Vec::new();
    let mut depth = 0_usize;
    let mut rest: &str = &text;
    while !rest.is_empty() {
        let end = rest.find(is_isolate).unwrap_or(rest.len());
        let (stretch, behind) = rest.split_at(end);
        let mut here = parts_of(stretch, selection);
        // What is isolated runs as its first letter does.
        if depth > 0 && stretch.chars().find(|c| c.is_alphabetic()).is_some_and(is_from_the_right) {
            here.reverse();
        }
        parts.extend(here);
        let mut marks = behind.chars();
        match marks.next() {
            Some('\u{2069}') => depth = depth.saturating_sub(1),
            Some(_) => depth += 1,
            None => {}
        }
        rest = marks.as_str();
    }
    parts
}

/// The marks that begin and end an isolate.
fn is_isolate(c: char) -> bool {
    matches!(c, '\u{2066}'..='\u{2069}')
}

/// The parts of a text without isolates, in the order in which it is read.
fn parts_of(text: &str, selection: &Selection) -> Vec<String> {
    let core = text.trim();
    if core.is_empty() {
        return if text.is_empty() { Vec::new() } else { vec![text.to_owned()] };
    }
    let (before, after) = (text.len() - text.trim_start().len(), text.trim_end().len());
    let mut parts = Parts { selection, done: Vec::new(), last: INTER };
    let mut between: Vec<char> = Vec::new();
    for c in core.chars() {
        if is_neutral(c) {
            between.push(c);
        } else {
            let face = selection.place(c).unwrap_or(INTER);
            parts.settle(&mut between, face);
            parts.push(Some(face), c);
            parts.last = face;
        }
    }
    parts.settle(&mut between, INTER);
    let edge = |spaces: &str| (!spaces.is_empty()).then(|| spaces.to_owned());
    let inside = parts.done.into_iter().map(|(_, text)| text);
    edge(&text[..before]).into_iter().chain(inside).chain(edge(&text[after..])).collect()
}

/// What belongs to the letters beside it.
fn is_neutral(c: char) -> bool {
    c.is_whitespace() || c.is_ascii_punctuation() || c.is_ascii_digit() || is_shaping(c)
}

struct Parts<'a> {
    selection: &'a Selection,
    /// The face of each part, none for spaces.
    done: Vec<(Option<usize>, String)>,
    /// The face of the last letter.
    last: usize,
}

impl Parts<'_> {
    fn push(&mut self, face: Option<usize>, c: char) {
        match self.done.last_mut() {
            Some((last, text)) if *last == face => text.push(c),
            _ => self.done.push((face, c.to_string())),
        }
    }

    /// Neutral letters between two of one font are written in it, too, where it has them; otherwise in Inter.
    fn settle(&mut self, between: &mut Vec<char>, next: usize) {
        let last = self.last;
        let is_one = last == next && between.iter().all(|c| is_shaping(*c) || self.selection.covers(last, *c));
        for c in between.drain(..) {
            if is_one {
                self.push(Some(last), c);
            } else if is_shaping(c) {
                if let Some((_, text)) = self.done.last_mut() {
                    text.push(c);
                }
            } else {
                self.push((!c.is_whitespace()).then_some(INTER), c);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::platform::fonts::Fonts;

    /// The parts with the fonts of the fixtures.
    fn taken(text: &str) -> Vec<String> {
        let fonts = Fonts::of(vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/platform/fonts/fixtures")]);
        parts(text, &fonts.selection(text.chars()))
    }

    #[test]
    fn words_in_one_script_stay_whole() {
        assert_eq!(taken("Mina Kos: 5 tasks (3 open)"), ["Mina Kos: 5 tasks (3 open)"]);
        assert_eq!(taken("12"), ["12"]);
        assert_eq!(taken("प्रिया नमस्ते"), ["प्रिया नमस्ते"]);
        assert!(taken("").is_empty());
    }

    #[test]
    fn words_in_two_scripts_are_taken_apart_between_them() {
        assert_eq!(taken("प्रिया Kos: 5"), ["प्रिया", " ", "Kos: 5"]);
        assert_eq!(taken("5 \u{2068}אברהם\u{2069}: 7 tasks"), ["5", " ", "אברהם", ": 7 tasks"]);
    }

    #[test]
    fn a_name_from_the_right_runs_from_the_right_with_all_of_its_parts() {
        assert_eq!(taken("\u{2068}אברהם Kos…\u{2069}"), ["Kos…", " ", "אברהם"]);
        assert_eq!(taken("\u{2068}Kos אברהם\u{2069}"), ["Kos", " ", "אברהם"], "as its first letter does");
    }
}
