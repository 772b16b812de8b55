//! How a mail looks: inline styles for light, classes for dark. Mail programs know neither variables nor style sheets of
//! one's own, so every colour stands in every place.

use crate::domain::template::{Theme, colour::Colour};

/// The fonts, the first of them where the reader has it.
pub(super) const FONT: &str = "Inter,-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
/// Ink of headings and figures, of text, of what stands below.
pub(super) const INK: &str = "#0f2129";
pub(super) const TEXT: &str = "#404e56";
pub(super) const MUTED: &str = "#5b676d";
pub(super) const LINE: &str = "#e1e0db";
pub(super) const CANVAS: &str = "#f8f7f4";
pub(super) const CARD: &str = "#ffffff";
/// Behind the style of what people have written: one long word or address breaks, instead of making the mail wider than its
/// window. Not for whole tables, whose narrow columns would break each of theirs.
pub(super) const BREAKS: &str = ";word-break:break-word";

/// The ground of the card in the dark.
const CARD_DARK: Colour = Colour { red: 0x18, green: 0x20, blue: 0x24 };
const INK_DARK: Colour = Colour { red: 0x08, green: 0x13, blue: 0x19 };
/// What small text needs.
const READABLE: f64 = 4.5;

/// The colours that follow the accent.
pub(super) struct Accent {
    pub button: String,
    pub on_button: String,
    pub link: String,
    button_dark: String,
    link_dark: String,
}

impl Accent {
    pub fn of(theme: &Theme) -> Self {
        let house = Colour { red: 0x08, green: 0x7d, blue: 0x7e };
        let accent = Colour::parse(&theme.accent).unwrap_or(house);
        if accent == house {
            // As the design has them, tuned by eye.
            return Self {
                button: house.hex(),
                on_button: "#ffffff".into(),
                link: "#036f6f".into(),
                button_dark: "#5ec4c4".into(),
                link_dark: "#71b4b3".into(),
            };
        }
        let ink = Colour { red: 0x0f, green: 0x21, blue: 0x29 };
        let is_dark = accent.contrast(Colour::WHITE) >= accent.contrast(ink);
        // Between the two neither may be readable enough: then the accent gives way.
        let (on_button, end) = if is_dark { (Colour::WHITE, Colour::BLACK) } else { (ink, Colour::WHITE) };
        Self {
            button: accent.readable_on(on_button, READABLE, end).hex(),
            on_button: on_button.hex(),
            link: accent.readable_on(Colour::WHITE, READABLE, Colour::BLACK).hex(),
            button_dark: accent.readable_on(INK_DARK, READABLE, Colour::WHITE).hex(),
            link_dark: accent.readable_on(CARD_DARK, READABLE, Colour::WHITE).hex(),
        }
    }

    /// How its buttons and links come out, in a sentence or two; none for what is no colour.
    fn words(theme: &Theme) -> Option<String> {
        let typed = Colour::parse(&theme.accent)?;
        let own = Self::of(theme);
        let (button, on_button) = (Colour::parse(&own.button)?, Colour::parse(&own.on_button)?);
        let ink = if on_button == Colour::WHITE { "White" } else { "Dark" };
        let on = if button == typed { "on it".to_owned() } else { format!("on {}, which is near to it,", own.button) };
        let contrast = on_button.contrast_words(button);
        let buttons = format!("{ink} words of buttons {on} read well: {contrast} to 1.");
        let is_own_link = typed.contrast(Colour::WHITE) >= READABLE;
        let links = format!(" Links are written in {}: as it is, it reads badly on white.", own.link);
        Some(if is_own_link { buttons } else { buttons + &links })
    }

    /// The one style sheet: the phone, the dark, and the dark of Outlook on the web.
    pub fn style_sheet(&self) -> Vec<String> {
        let Self { button_dark, link_dark, .. } = self;
        let dark = [
            (".bg", "background:#0a1114 !important"),
            (".card", "background:#182024 !important;border-color:#2c3439 !important"),
            (".t1,.t1 a", "color:#eef3f5 !important"),
            (".t2,.t2 a", "color:#bdc6ca !important"),
            (".t3,.t3 a", "color:#a1abb0 !important"),
            (".ln", "border-color:#2c3439 !important"),
            (".lk", &format!("color:{link_dark} !important")),
            (".tone-good", "color:#71b985 !important"),
            (".tone-bad", "color:#f6877c !important"),
            (".btn", &format!("background:{button_dark} !important;color:#081319 !important")),
            (".chip-red-tint", "background:#40201c !important;color:#f6877c !important"),
            (".chip-orange", "background:#522b0b !important;color:#e09762 !important"),
            (".chip-green", "background:#15311d !important;color:#71b985 !important"),
            (".chip-plain", "background:#2d393e !important;color:#bdc6ca !important"),
        ];
        let mut sheet = vec![
            ":root{color-scheme:light dark;supported-color-schemes:light dark}".to_owned(),
            "body{margin:0;padding:0}".to_owned(),
            "img{border:0;display:block}".to_owned(),
            "@media (max-width:480px){".to_owned(),
            "  .wrap{padding:12px !important}".to_owned(),
            "  .card{padding:20px 16px !important}".to_owned(),
            "  .kpi{display:inline-block !important;width:49% !important;padding-bottom:16px !important;box-sizing:border-box}"
                .to_owned(),
            "  .fit{max-width:100% !important}".to_owned(),
            "  .col{display:block !important;width:100% !important;padding:0 !important}".to_owned(),
            "  .many{font-size:12px !important;padding-right:6px !important;white-space:normal !important}".to_owned(),
            "  .most{word-break:break-word !important}".to_owned(),
            "}".to_owned(),
            "@media (prefers-color-scheme:dark){".to_owned(),
        ];
        sheet.extend(dark.iter().map(|(selector, style)| format!("  {selector}{{{style}}}")));
        sheet.push("}".to_owned());
        let outlook = [
            ("ogsc", ".t1", "color:#eef3f5"),
            ("ogsc", ".t2", "color:#bdc6ca"),
            ("ogsc", ".t3", "color:#a1abb0"),
            ("ogsc", ".lk", &format!("color:{link_dark}")),
            ("ogsb", ".bg", "background:#0a1114"),
            ("ogsb", ".card", "background:#182024"),
        ];
        sheet.extend(
            outlook.iter().map(|(which, selector, style)| format!("[data-{which}] {selector}{{{style} !important}}")),
        );
        sheet
    }
}

/// What becomes of the accent of a theme, for whoever chooses it; none for what is no colour.
pub fn accent_words(theme: &Theme) -> Option<String> {
    Accent::words(theme)
}

/// A font in the short form: weight, size and line height in pixels.
pub(super) fn font(weight: u16, size: u8, line: u8) -> String {
    format!("font:{weight} {size}px/{line}px {FONT}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_chooses_an_accent_is_told_what_becomes_of_it() {
        let said = |accent: &str| accent_words(&Theme { accent: accent.into(), ..Theme::default() });
        assert_eq!(said("#1a1a80").as_deref(), Some("White words of buttons on it read well: 13.9 to 1."));
        let bright = said("#ffff00").unwrap();
        assert!(bright.starts_with("Dark words of buttons on it read well: 1"), "{bright}");
        assert!(bright.contains("Links are written in #"), "{bright}");
        let between = said("#777777").unwrap();
        assert!(between.contains(", which is near to it, read well: 4."), "{between}");
        assert_eq!(said("yellowish"), None);
    }

    #[test]
    fn any_accent_gives_buttons_and_links_that_can_be_read_in_both_themes() {
        let colour = |hex: &str| Colour::parse(hex).unwrap();
        for accent in
            ["#087d7e", "#ffd400", "#ffff00", "#000000", "#ffffff", "#777777", "#d1007a", "#00ff00", "#1a1a80"]
        {
            let accent = Accent::of(&Theme { accent: accent.into(), ..Theme::default() });
            assert!(colour(&accent.button).contrast(colour(&accent.on_button)) >= READABLE, "{}", accent.button);
            assert!(colour(&accent.link).contrast(Colour::WHITE) >= READABLE, "{}", accent.link);
            assert!(colour(&accent.link_dark).contrast(CARD_DARK) >= READABLE, "{}", accent.link_dark);
            assert!(colour(&accent.button_dark).contrast(INK_DARK) >= READABLE, "{}", accent.button_dark);
        }
    }
}
