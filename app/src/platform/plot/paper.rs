//! The paper that plotters draws on: it keeps shapes and inks instead of pixels.

use std::{cell::RefCell, convert::Infallible, rc::Rc};

use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
    text_anchor::{HPos, VPos},
};

use super::ink::Ink;

/// Steps of the drawing in one pixel: plotters' coordinates are whole numbers, and lines drawn on
/// whole pixels look jagged at twice the size.
pub const FINE: i32 = 10;

/// Something on the paper, in steps of a [`FINE`]th of a pixel.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Line { points: Vec<BackendCoord>, ink: Ink, width: u32 },
    Area { points: Vec<BackendCoord>, ink: Ink },
    Bar { from: BackendCoord, to: BackendCoord, ink: Ink },
    Dot { at: BackendCoord, radius: u32, ink: Ink },
    Words { text: String, at: BackendCoord, anchor: Anchor, weight: Weight, size: u32, ink: Ink },
}

/// Which end of the words stands at their point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// How heavy words are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Regular,
    SemiBold,
}

/// What the paper has kept so far.
pub type Shapes = Rc<RefCell<Vec<Shape>>>;

/// Records what is drawn.
pub struct Paper {
    size: (u32, u32),
    shapes: Shapes,
}

impl Paper {
    /// A drawing area of this many pixels, and the shapes that it will hold.
    pub fn spread(width: u32, height: u32) -> (DrawingArea<Self, plotters::coord::Shift>, Shapes) {
        let shapes = Shapes::default();
        let fine = FINE.unsigned_abs();
        let paper = Self { size: (width * fine, height * fine), shapes: Rc::clone(&shapes) };
        (paper.into_drawing_area(), shapes)
    }

    fn keep(&self, shape: Shape) -> Result<(), DrawingErrorKind<Infallible>> {
        self.shapes.borrow_mut().push(shape);
        Ok(())
    }
}

impl DrawingBackend for Paper {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Result<(), DrawingErrorKind<Infallible>> {
        Ok(())
    }

    fn present(&mut self) -> Result<(), DrawingErrorKind<Infallible>> {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, colour: BackendColor) -> Result<(), DrawingErrorKind<Infallible>> {
        self.keep(Shape::Dot { at, radius: 1, ink: Ink::of(colour) })
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        self.draw_path([from, to], style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        let points = path.into_iter().collect();
        self.keep(Shape::Line { points, ink: Ink::of(style.color()), width: style.stroke_width() })
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        _fill: bool,
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        self.keep(Shape::Bar { from, to, ink: Ink::of(style.color()) })
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        at: BackendCoord,
        radius: u32,
        style: &S,
        _fill: bool,
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        self.keep(Shape::Dot { at, radius, ink: Ink::of(style.color()) })
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        style: &S,
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        self.keep(Shape::Area { points: points.into_iter().collect(), ink: Ink::of(style.color()) })
    }

    fn draw_text<T: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &T,
        (x, y): BackendCoord,
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "font sizes are small and positive")]
        let size = style.size().round() as u32;
        let anchor = match style.anchor().h_pos {
            HPos::Left => Anchor::Start,
            HPos::Center => Anchor::Middle,
            HPos::Right => Anchor::End,
        };
        // SVG sets words by their baseline. Inter's digits and capitals are 0.727 em high.
        let capitals = i32::try_from(size).unwrap_or_default() * 727 / 1000;
        let baseline = match style.anchor().v_pos {
            VPos::Top => y + capitals,
            VPos::Center => y + capitals / 2,
            VPos::Bottom => y,
        };
        let weight = if matches!(style.style(), FontStyle::Bold) { Weight::SemiBold } else { Weight::Regular };
        let ink = Ink::of(style.color());
        self.keep(Shape::Words { text: text.into(), at: (x, baseline), anchor, weight, size, ink })
    }
}
