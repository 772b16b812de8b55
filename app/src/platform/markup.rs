//! Text in HTML and SVG that is written by hand.

/// A text that means nothing but itself, between tags and in quotes.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_quotes_mean_themselves() {
        assert_eq!(escape("<b title=\"a & b\">"), "&lt;b title=&quot;a &amp; b&quot;&gt;");
    }
}
