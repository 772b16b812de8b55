//! The text inside a `<textarea>`.

/// A text as the inner HTML of a `<textarea>`. A text child would not do: the framework writes a
/// space for an empty one, and the browser drops a first line break.
pub fn textarea_html(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
    if escaped.starts_with('\n') { format!("\n{escaped}") } else { escaped }
}

#[cfg(test)]
mod tests {
    use super::textarea_html;

    #[test]
    fn a_text_cannot_end_its_field_and_keeps_its_first_line_break() {
        assert_eq!(textarea_html("a</textarea><b>&amp;"), "a&lt;/textarea>&lt;b>&amp;amp;");
        assert_eq!(textarea_html("\nb"), "\n\nb");
        assert_eq!(textarea_html(""), "");
    }
}
