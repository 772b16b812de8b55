//! Texts of a source within our limits: shortened, never refused, and without characters that break further on.

use crate::domain::task::{DESCRIPTION_MAX, TITLE_MAX};

/// One line of at most `max` characters. A cut shows as an ellipsis.
pub fn line(text: &str, max: u32) -> String {
    let plain: String = text.chars().map(|c| if is_forbidden(c) { ' ' } else { c }).collect();
    cut(plain.split_whitespace().collect::<Vec<_>>().join(" "), max)
}

/// Lines of at most `max` characters in all, with `\n` line ends.
pub fn lines(text: &str, max: u32) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    cut(text.chars().filter(|c| matches!(c, '\n' | '\t') || !is_forbidden(*c)).collect(), max)
}

/// Title and description. A title that is too long stands whole above the description.
pub fn title_and_description(title: &str, description: &str) -> (String, String) {
    let short = line(title, TITLE_MAX);
    if title.chars().count() <= TITLE_MAX as usize {
        return (short, lines(description, DESCRIPTION_MAX));
    }
    (short, lines(&format!("{title}\n\n{description}"), DESCRIPTION_MAX))
}

fn is_forbidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

fn cut(text: String, max: u32) -> String {
    let max = max as usize;
    if text.chars().count() <= max {
        return text;
    }
    text.chars().take(max.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_lose_control_characters_and_keep_their_lines() {
        assert_eq!(line("a\0b\r\nc\u{2028}d", 100), "a b c d");
        assert_eq!(lines("a\r\nb\0\tc", 100), "a\nb\tc");
        assert_eq!(line("šššš", 3), "šš…");
    }

    #[test]
    fn a_title_that_is_too_long_is_kept_whole_in_the_description() {
        let long = "w ".repeat(400);
        let (title, description) = title_and_description(&long, "Text");
        assert_eq!(title.chars().count(), TITLE_MAX as usize);
        assert!(description.starts_with(&long) && description.ends_with("Text"));
        assert_eq!(title_and_description("Short", "Text"), ("Short".to_owned(), "Text".to_owned()));
    }
}
