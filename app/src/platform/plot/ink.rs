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
    /// Words beside a mark, where the mark's own colour is too light for words.
    Label,
    /// What the drawing lies on; it parts areas that touch.
    Ground,
    Completed,
    Created,
    Todo,
    Progress,
    Pending,
    Done,
    Low,
    Medium,
    High,
    Urgent,
    /// Below the line of 50, 85 and 95 %.
    Half,
    Most,
    Nearly,
    /// The lines themselves.
    HalfLine,
    MostLine,
    NearlyLine,
}

const ALL: [Ink; 21] = [
    Ink::Grid,
    Ink::Axis,
    Ink::Text,
    Ink::Label,
    Ink::Ground,
    Ink::Completed,
    Ink::Created,
    Ink::Todo,
    Ink::Progress,
    Ink::Pending,
    Ink::Done,
    Ink::Low,
    Ink::Medium,
    Ink::High,
    Ink::Urgent,
    Ink::Half,
    Ink::Most,
    Ink::Nearly,
    Ink::HalfLine,
    Ink::MostLine,
    Ink::NearlyLine,
];

/// Low to urgent, as [`crate::domain::metrics::Share`] has them: an order, so steps of one scale.
pub const PRIORITIES: [Ink; 4] = [Ink::Low, Ink::Medium, Ink::High, Ink::Urgent];

impl Ink {
    /// The style token of pages.
    pub const fn token(self) -> &'static str {
        match self {
            Self::Grid => "var(--viz-grid)",
            Self::Axis => "var(--viz-axis)",
            Self::Text => "var(--text-1)",
            Self::Label | Self::HalfLine | Self::MostLine | Self::NearlyLine => "var(--text-2)",
            Self::Ground => "var(--surface)",
            Self::Completed => "var(--viz-1)",
            Self::Created => "var(--viz-2)",
            Self::Todo => "var(--status-todo)",
            Self::Progress => "var(--status-progress)",
            Self::Pending => "var(--status-pending)",
            Self::Done => "var(--status-done)",
            Self::Low => "var(--seq-4)",
            Self::Medium => "var(--seq-5)",
            Self::High => "var(--seq-6)",
            Self::Urgent => "var(--seq-7)",
            Self::Half => "var(--seq-1)",
            Self::Most => "var(--seq-2)",
            Self::Nearly => "var(--seq-3)",
        }
    }

    /// The light theme's value, for mail.
    pub const fn hex(self) -> &'static str {
        match self {
            Self::Grid => "#e1e0db",
            Self::Axis => "#5b676d",
            Self::Text => "#0f2129",
            Self::Label | Self::HalfLine | Self::MostLine | Self::NearlyLine => "#404e56",
            Self::Ground => "#ffffff",
            Self::Completed => "#0a6568",
            Self::Created => "#943d08",
            Self::Todo => "#737e84",
            Self::Progress => "#2983e5",
            Self::Pending => "#996bde",
            Self::Done => "#1f9550",
            Self::Low => "#68b4b3",
            Self::Medium => "#339797",
            Self::High => "#117878",
            Self::Urgent => "#055959",
            Self::Half => "#e3f4f4",
            Self::Most => "#c4e6e5",
            Self::Nearly => "#9bd0cf",
        }
    }

    /// The class that colours words of this ink (`.figure text.lbl` follows `currentColor`).
    pub const fn class(self) -> Option<&'static str> {
        match self {
            Self::Completed => Some("lbl v1"),
            Self::Created => Some("lbl v2"),
            Self::Text => Some("val"),
            Self::Label => Some("key"),
            _ => None,
        }
    }

    /// Created is dashed, and so is each line of a share in its own way, so that colour never carries the difference
    /// alone.
    pub const fn dash(self) -> Option<&'static str> {
        match self {
            Self::Created | Self::MostLine => Some("5 4"),
            Self::HalfLine => Some("2 3"),
            Self::NearlyLine => Some("10 4"),
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

    #[test]
    fn every_token_is_in_the_style_sheet_and_mail_has_its_light_value() {
        let tokens = include_str!("../../../../style/tokens.css");
        // The others are written as lightness, chroma and hue, or are other tokens.
        let is_hex = |ink: &Ink| ["--seq-", "--viz-1)", "--viz-2)"].iter().any(|name| ink.token().contains(name));
        let inks: Vec<Ink> = ALL.into_iter().filter(is_hex).collect();
        assert_eq!(inks.len(), 9);
        for ink in inks {
            let name = ink.token().trim_start_matches("var(").trim_end_matches(')');
            let value = format!("{name}: light-dark({},", ink.hex());
            assert!(tokens.contains(&value), "{value}");
        }
        for ink in ALL {
            let name = format!("{}:", ink.token().trim_start_matches("var(").trim_end_matches(')'));
            let is_there = [tokens, include_str!("../../../../style/color.css")].iter().any(|css| css.contains(&name));
            assert!(is_there, "{name}");
        }
    }

    #[test]
    fn the_slots_and_steps_are_those_of_the_design_in_both_themes() {
        let tokens = include_str!("../../../../style/tokens.css");
        let slots = [
            ("#0a6568", "#1cc1b4"),
            ("#943d08", "#f09f52"),
            ("#368cea", "#4f83d4"),
            ("#d56e98", "#bb5b88"),
            ("#818d16", "#818711"),
            ("#572791", "#d7d2fc"),
        ];
        let steps = [
            ("#e3f4f4", "#1b3332"),
            ("#c4e6e5", "#224a4a"),
            ("#9bd0cf", "#256666"),
            ("#68b4b3", "#2e8383"),
            ("#339797", "#3aa4a4"),
            ("#117878", "#57c5c5"),
            ("#055959", "#89e7e6"),
        ];
        for (name, colours) in [("viz", &slots[..]), ("seq", &steps[..])] {
            for (number, (light, dark)) in (1..).zip(colours) {
                let value = format!("--{name}-{number}: light-dark({light}, {dark});");
                assert!(tokens.contains(&value), "{value}");
            }
        }
    }
}
