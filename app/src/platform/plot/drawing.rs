//! A finished chart, and its three forms: inline on a page, SVG for mail, PNG.

use std::fmt::Write as _;

use super::{
    ink::Ink,
    paper::{Anchor, FINE, Shape, Weight},
};
use crate::{domain::readout::Readout, platform::markup::escape};

/// A chart: shapes on a ground, with the words that say the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    pub width: u32,
    pub height: u32,
    /// The finding in a sentence.
    pub title: String,
    /// Kind, series, totals: what the picture shows, for those who do not see it.
    pub description: String,
    /// What the reader walks on a page.
    pub readout: Readout,
    pub(super) shapes: Vec<Shape>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Page,
    Mail,
}

impl Drawing {
    /// Inline SVG for a page: colours are tokens, so the theme switches without drawing again. Title
    /// and description get the ids `{id}-title` and `{id}-desc`; the inside is hidden from screen
    /// readers, which would read every tick.
    pub fn page(&self, id: &str) -> String {
        let Self { width, height, .. } = self;
        let (title, description) = (escape(&self.title), escape(&self.description));
        format!(
            "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\">\
             <title id=\"{id}-title\">{title}</title><desc id=\"{id}-desc\">{description}</desc>\
             <g aria-hidden=\"true\">{}</g></svg>",
            self.inside(Look::Page)
        )
    }

    /// Inline SVG that only decorates a figure in words beside it.
    pub fn ornament(&self) -> String {
        let Self { width, height, .. } = self;
        let inside = self.inside(Look::Page);
        format!(
            "<svg class=\"spark\" viewBox=\"0 0 {width} {height}\" preserveAspectRatio=\"none\" aria-hidden=\"true\">{inside}</svg>"
        )
    }

    /// SVG of its own for mail: the light theme's colours on an opaque white ground.
    pub fn mail(&self) -> String {
        let Self { width, height, .. } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"Inter\"><rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>{}</svg>",
            self.inside(Look::Mail)
        )
    }

    fn inside(&self, look: Look) -> String {
        let mut svg = String::new();
        for alike in self.shapes.chunk_by(are_dots_alike) {
            match alike {
                [Shape::Dot { radius, ink, .. }, _, _, ..] => write_dots(&mut svg, alike, *radius, look.colour(*ink)),
                _ => alike.iter().for_each(|shape| write_shape(&mut svg, shape, look)),
            }
        }
        svg
    }
}

impl Look {
    const fn colour(self, ink: Ink) -> &'static str {
        match self {
            Self::Page => ink.token(),
            Self::Mail => ink.hex(),
        }
    }
}

fn are_dots_alike(one: &Shape, other: &Shape) -> bool {
    match (one, other) {
        (Shape::Dot { radius, ink, .. }, Shape::Dot { radius: other_radius, ink: other_ink, .. }) => {
            radius == other_radius && ink == other_ink
        }
        _ => false,
    }
}

/// Many dots say their colour once: a cloud of a thousand stays small.
fn write_dots(svg: &mut String, dots: &[Shape], radius: u32, colour: &str) {
    let radius = Pixels(i32::try_from(radius).unwrap_or_default());
    let _ = write!(svg, "<g fill=\"{colour}\">");
    for dot in dots {
        if let Shape::Dot { at, .. } = dot {
            let _ = write!(svg, "<circle cx=\"{}\" cy=\"{}\" r=\"{radius}\"/>", Pixels(at.0), Pixels(at.1));
        }
    }
    svg.push_str("</g>");
}

fn listed(points: &[(i32, i32)]) -> String {
    points.iter().map(|(x, y)| format!("{},{}", Pixels(*x), Pixels(*y))).collect::<Vec<_>>().join(" ")
}

fn write_shape(svg: &mut String, shape: &Shape, look: Look) {
    let colour = |ink: Ink| look.colour(ink);
    // Writing to a String cannot fail.
    let _ = match shape {
        Shape::Line { points, ink, width } => {
            let dash = ink.dash().map(|dash| format!(" stroke-dasharray=\"{dash}\"")).unwrap_or_default();
            let width = Pixels(i32::try_from(*width).unwrap_or_default());
            // Pages scale drawings to their panel; lines stay as thick as they are.
            let effect = if look == Look::Page { " vector-effect=\"non-scaling-stroke\"" } else { "" };
            write!(
                svg,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\" stroke-linejoin=\"round\" \
                 stroke-linecap=\"round\"{dash}{effect}/>",
                listed(points),
                colour(*ink),
            )
        }
        Shape::Area { points, ink } => {
            write!(svg, "<polygon points=\"{}\" fill=\"{}\"/>", listed(points), colour(*ink))
        }
        Shape::Bar { from, to, ink } => write!(
            svg,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"3\" fill=\"{}\"/>",
            Pixels(from.0),
            Pixels(from.1),
            Pixels(to.0 - from.0),
            Pixels(to.1 - from.1),
            colour(*ink),
        ),
        Shape::Dot { at, radius, ink } => write!(
            svg,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"/>",
            Pixels(at.0),
            Pixels(at.1),
            Pixels(i32::try_from(*radius).unwrap_or_default()),
            colour(*ink),
        ),
        Shape::Words { text, at, anchor, weight, size, ink } => {
            let class = match (look, ink.class()) {
                (Look::Page, Some(class)) => format!(" class=\"{class}\""),
                _ => String::new(),
            };
            let anchor = match anchor {
                Anchor::Start => "",
                Anchor::Middle => " text-anchor=\"middle\"",
                Anchor::End => " text-anchor=\"end\"",
            };
            let weight = match weight {
                Weight::Regular => "",
                Weight::SemiBold => " font-weight=\"600\"",
            };
            write!(
                svg,
                "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{weight}{anchor}{class} fill=\"{}\">{}</text>",
                Pixels(at.0),
                Pixels(at.1),
                Pixels(i32::try_from(*size).unwrap_or_default()),
                colour(*ink),
                escape(text),
            )
        }
    };
}

/// Steps of the drawing, written in pixels with at most one decimal.
struct Pixels(i32);

impl std::fmt::Display for Pixels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, part) = (self.0 / FINE, self.0 % FINE);
        if part == 0 { write!(f, "{whole}") } else { write!(f, "{}", f64::from(self.0) / f64::from(FINE)) }
    }
}
