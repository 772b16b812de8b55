//! Text in Markdown as mails need it: the HTML that a cleaner has written, with styles at its elements.

/// Puts styles at the elements of clean HTML. Only what a cleaner wrote may come in: tags in lower case, attributes in
/// double quotes, `href` first.
pub fn styled(html: &str, link: &str) -> String {
    let anchor = format!(r#"<a class="lk" style="color:{link};text-decoration:underline" href="#);
    let heading = r#"style="margin:0 0 8px;font-size:16px;line-height:22px;font-weight:600""#;
    let cell = r#"style="padding:4px 8px 4px 0;border-bottom:1px solid #e1e0db;text-align:left""#;
    let mut text = html.replace("<a href=", &anchor);
    for (tag, style) in [
        ("p", r#"style="margin:0 0 12px""#),
        ("ul", r#"style="margin:0 0 12px;padding:0 0 0 20px""#),
        ("ol", r#"style="margin:0 0 12px;padding:0 0 0 20px""#),
        ("li", r#"style="margin:0 0 4px""#),
        ("blockquote", r#"class="ln" style="margin:0 0 12px;padding:0 0 0 12px;border-left:3px solid #e1e0db""#),
        ("h1", heading),
        ("h2", heading),
        ("h3", heading),
        ("h4", heading),
        ("pre", r#"style="margin:0 0 12px;white-space:pre-wrap;font-family:Menlo,Consolas,monospace;font-size:13px""#),
        ("code", r#"style="font-family:Menlo,Consolas,monospace;font-size:13px""#),
        ("table", r#"cellpadding="0" cellspacing="0" style="margin:0 0 12px""#),
        ("th", cell),
        ("td", cell),
    ] {
        text = text.replace(&format!("<{tag}>"), &format!("<{tag} {style}>"));
    }
    without_last_margin(text)
}

/// The last paragraph ends where the block ends.
fn without_last_margin(text: String) -> String {
    let last = r#"<p style="margin:0 0 12px">"#;
    match text.rfind(last) {
        Some(at) if text.trim_end().ends_with("</p>") && !text[at..].contains("</blockquote>") => {
            format!("{}<p style=\"margin:0\">{}", &text[..at], &text[at + last.len()..])
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_and_links_carry_their_styles() {
        let html = styled("<p>a</p>\n<p><a href=\"https://b.example\">b</a></p>\n", "#036f6f");
        assert_eq!(
            html,
            "<p style=\"margin:0 0 12px\">a</p>\n<p style=\"margin:0\"><a class=\"lk\" \
             style=\"color:#036f6f;text-decoration:underline\" href=\"https://b.example\">b</a></p>\n"
        );
    }

    #[test]
    fn lists_are_set_in_and_words_are_left_alone() {
        let html = styled("<ul>\n<li>a &lt;p&gt; b</li>\n</ul>", "#000000");
        assert!(html.contains("padding:0 0 0 20px") && html.contains(">a &lt;p&gt; b</li>"), "{html}");
    }
}
