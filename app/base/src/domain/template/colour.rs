//! Colours as mails write them: contrast by WCAG 2, lighter and darker neighbours.

/// An opaque colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    pub red: u8,
    pub green: u8,
    pub blue: u8,
}

impl Colour {
    pub const WHITE: Self = Self { red: 255, green: 255, blue: 255 };
    pub const BLACK: Self = Self { red: 0, green: 0, blue: 0 };

    /// Reads `#087d7e`, `#fff`, `rgb(8, 125, 126)` and the names that mails use; nothing for what is no opaque colour.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        if let Some(digits) = text.strip_prefix('#') {
            return Self::of_digits(digits);
        }
        if let Some(parts) = text.strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')')) {
            let mut parts = parts.split([',', ' ']).filter(|part| !part.is_empty()).map(|part| part.parse::<u8>().ok());
            let colour = Self { red: parts.next()??, green: parts.next()??, blue: parts.next()?? };
            return parts.next().is_none().then_some(colour);
        }
        let digits = match text.as_str() {
            "white" => "ffffff",
            "black" => "000000",
            "gray" | "grey" => "808080",
            "silver" => "c0c0c0",
            "red" => "ff0000",
            "maroon" => "800000",
            "green" => "008000",
            "blue" => "0000ff",
            "navy" => "000080",
            "orange" => "ffa500",
            "yellow" => "ffff00",
            "purple" => "800080",
            "teal" => "008080",
            _ => return None,
        };
        Self::of_digits(digits)
    }

    fn of_digits(digits: &str) -> Option<Self> {
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let pair = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        let single = |at: usize| u8::from_str_radix(digits.get(at..=at)?, 16).ok().map(|value| value * 17);
        match digits.len() {
            6 => Some(Self { red: pair(0)?, green: pair(2)?, blue: pair(4)? }),
            3 => Some(Self { red: single(0)?, green: single(1)?, blue: single(2)? }),
            _ => None,
        }
    }

    /// `#087d7e`.
    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }

    /// Relative luminance, 0 to 1.
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    /// From 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// [`contrast`](Self::contrast) in a sentence, with one decimal: never more than there is, as 4.49 is not enough where
    /// 4.5 is the least.
    pub fn contrast_words(self, other: Self) -> String {
        format!("{:.1}", (self.contrast(other) * 10.0).floor() / 10.0)
    }

    /// `percent` of the way to another colour.
    #[must_use]
    pub fn towards(self, other: Self, percent: u16) -> Self {
        let percent = percent.min(100);
        let mixed = |from: u8, to: u8| {
            let sum = u16::from(from) * (100 - percent) + u16::from(to) * percent;
            u8::try_from(sum / 100).unwrap_or(u8::MAX)
        };
        Self {
            red: mixed(self.red, other.red),
            green: mixed(self.green, other.green),
            blue: mixed(self.blue, other.blue),
        }
    }

    /// The nearest colour on the way to `end` that has this contrast with the ground.
    #[must_use]
    pub fn readable_on(self, ground: Self, least: f64, end: Self) -> Self {
        (0..=100)
            .step_by(5)
            .map(|percent| self.towards(end, percent))
            .find(|colour| colour.contrast(ground) >= least)
            .unwrap_or(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_mails_write_them() {
        let teal = Colour { red: 8, green: 125, blue: 126 };
        assert_eq!(Colour::parse(" #087D7E"), Some(teal));
        assert_eq!(Colour::parse("rgb(8, 125, 126)"), Some(teal));
        assert_eq!(Colour::parse("#fff"), Some(Colour::WHITE));
        assert_eq!(Colour::parse("Black"), Some(Colour::BLACK));
        assert_eq!(teal.hex(), "#087d7e");
        for none in ["#ffff", "#12", "#ééé", "rgb(1,2)", "rgb(1,2,3,4)", "transparent", "inherit", ""] {
            assert_eq!(Colour::parse(none), None, "{none}");
        }
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        assert!((Colour::BLACK.contrast(Colour::WHITE) - 21.0).abs() < 0.001);
        let grey = Colour::parse("#767676").unwrap();
        assert!((grey.contrast(Colour::WHITE) - 4.54).abs() < 0.01, "the lightest grey that passes on white");
    }

    #[test]
    fn a_contrast_is_never_told_as_more_than_there_is() {
        let grey = Colour::parse("#777777").unwrap();
        assert!((4.45..4.5).contains(&grey.contrast(Colour::WHITE)));
        assert_eq!(grey.contrast_words(Colour::WHITE), "4.4");
        assert_eq!(Colour::BLACK.contrast_words(Colour::WHITE), "21.0");
    }

    #[test]
    fn an_accent_is_changed_until_it_can_be_read() {
        let yellow = Colour::parse("#ffd400").unwrap();
        let link = yellow.readable_on(Colour::WHITE, 4.5, Colour::BLACK);
        assert!(link.contrast(Colour::WHITE) >= 4.5 && link != Colour::BLACK);
        let teal = Colour::parse("#036f6f").unwrap();
        assert_eq!(teal.readable_on(Colour::WHITE, 4.5, Colour::BLACK), teal, "what is readable stays");
    }
}
