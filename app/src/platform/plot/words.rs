//! Words on a chart.

use plotters::style::{
    FontStyle, IntoFont, TextStyle,
    text_anchor::{HPos, Pos, VPos},
};

use super::{ink::Ink, paper::FINE};

/// Where words stand relative to their point.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// Left of it, in its middle.
    Before,
    /// Right of it, in its middle.
    After,
    /// Below it, centred.
    Below,
    /// Above it, beginning there.
    Above,
}

/// A style for words of a size in pixels.
pub fn words(ink: Ink, size: i32, place: Place) -> TextStyle<'static> {
    style(ink, size, place, FontStyle::Normal)
}

/// As [`words`], semi-bold.
pub fn strong_words(ink: Ink, size: i32, place: Place) -> TextStyle<'static> {
    style(ink, size, place, FontStyle::Bold)
}

fn style(ink: Ink, size: i32, place: Place, weight: FontStyle) -> TextStyle<'static> {
    let anchor = match place {
        Place::Before => Pos::new(HPos::Right, VPos::Center),
        Place::After => Pos::new(HPos::Left, VPos::Center),
        Place::Below => Pos::new(HPos::Center, VPos::Top),
        Place::Above => Pos::new(HPos::Left, VPos::Bottom),
    };
    ("Inter", size * FINE, weight).into_font().color(&ink.colour()).pos(anchor)
}
