//! Inks: what a line or word is drawn with, as a token on pages and as hex in mail.

use plotters::style::{Color, RGBColor, ShapeStyle};
use plotters_backend::BackendColor;

/// The inks of charts. A drawing knows inks, not colours, so that one drawing serves the page in
/// both themes and the mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    Grid,
    Axis,
    Text,
    Completed,
    Created,
    Todo,
    Progress,
    Pending,
}

const ALL: [Ink; 8] =
    [Ink::Grid, Ink::Axis, Ink::Text, Ink::Completed, Ink::Created, Ink::Todo, Ink::Progress, Ink::Pending];

impl Ink {
    /// The style token of pages.
    pub const fn token(self) -> &'static str {
        match self {
            Self::Grid => "var(--viz-grid)",
            Self::Axis => "var(--viz-axis)",
            Self::Text => "var(--text-1)",
            Self::Completed => "var(--viz-1)",
            Self::Created => "var(--viz-2)",
            Self::Todo => "var(--status-todo)",
            Self::Progress => "var(--status-progress)",
            Self::Pending => "var(--status-pending)",
        }
    }

    /// The light theme's value, for mail.
    pub const fn hex(self) -> &'static str {
        match self {
            Self::Grid => "#e1e0db",
            Self::Axis => "#5b676d",
            Self::Text => "#0f2129",
            Self::Completed => "#0a6568",
            Self::Created => "#943d08",
            Self::Todo => "#737e84",
            Self::Progress => "#2983e5",
            Self::Pending => "#996bde",
        }
    }

    /// The class that colours words of this ink (`.figure text.lbl` follows `currentColor`).
    pub const fn class(self) -> Option<&'static str> {
        match self {
            Self::Completed => Some("lbl v1"),
            Self::Created => Some("lbl v2"),
            Self::Text => Some("val"),
            _ => None,
        }
    }

    /// Created is dashed, so that colour never carries the difference alone.
    pub const fn dash(self) -> Option<&'static str> {
        match self {
            Self::Created => Some("5 4"),
            _ => None,
        }
    }

    /// How plotters carries an ink: its number in the blue channel.
    pub fn colour(self) -> RGBColor {
        RGBColor(0, 0, self as u8)
    }

    /// A stroke of this ink, in pixels of the drawing.
    pub fn stroke(self, width: u32) -> ShapeStyle {
        self.colour().stroke_width(width)
    }

    /// A filled shape of this ink.
    pub fn filled(self) -> ShapeStyle {
        self.colour().filled()
    }

    /// Reads the ink back from what plotters hands to the paper.
    pub fn of(colour: BackendColor) -> Self {
        ALL.get(usize::from(colour.rgb.2)).copied().unwrap_or(Self::Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ink_survives_the_way_through_plotters() {
        for ink in ALL {
            assert_eq!(Ink::of(ink.colour().to_backend_color()), ink);
        }
    }
}
