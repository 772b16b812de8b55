//! What a person types into a block is a template: its tags stay, everything around them is text.

/// A stretch of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Outside of tags.
    Words(&'a str),
    /// `{{ … }}`, `{% … %}` or `{# … #}`; the last of a template may lack its end.
    Tag(&'a str),
}

/// The stretches of a template, in order.
pub(crate) fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some(start) = find_open(rest) {
        if start > 0 {
            pieces.push(Piece::Words(&rest[..start]));
        }
        let end = end_of_tag(&rest[start..]) + start;
        pieces.push(Piece::Tag(&rest[start..end]));
        rest = &rest[end..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest));
    }
    pieces
}

fn find_open(text: &str) -> Option<usize> {
    ["{{", "{%", "{#"].iter().filter_map(|open| text.find(open)).min()
}

/// Bytes of the tag at the beginning; a tag ends in no string within it.
fn end_of_tag(text: &str) -> usize {
    let close = match text.as_bytes()[1] {
        b'{' => "}}",
        b'%' => "%}",
        _ => return text.find("#}").map_or(text.len(), |at| at + 2),
    };
    let (mut quote, mut is_escaped) = (None, false);
    for (at, c) in text.char_indices().skip(2) {
        if std::mem::take(&mut is_escaped) {
            continue;
        }
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) if c == '\\' => is_escaped = true,
            Some(_) => {}
            None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
            None if text[at..].starts_with(close) => return at + close.len(),
            None => {}
        }
    }
    // Without an end: the line that it stands in, so that an apostrophe far below is not part of it.
    text.find('\n').unwrap_or(text.len())
}

/// The template of one line as HTML, for text and for quoted attributes.
pub(super) fn html(template: &str) -> String {
    with_words(template, &mut |words, into| {
        for c in words.chars() {
            match c {
                '&' => into.push_str("&amp;"),
                '<' => into.push_str("&lt;"),
                '>' => into.push_str("&gt;"),
                '"' => into.push_str("&quot;"),
                '\n' | '\r' => into.push(' '),
                c => into.push(c),
            }
        }
    })
}

/// The template as Markdown in which markup stays text. Within code nothing is markup.
pub(crate) fn markdown(template: &str) -> String {
    let mut code = 0;
    with_words(template, &mut |words, into| {
        let mut rest = words;
        while let Some(c) = rest.chars().next() {
            let ticks = rest.len() - rest.trim_start_matches('`').len();
            if ticks > 0 {
                code = if code == 0 {
                    ticks
                } else if code == ticks {
                    0
                } else {
                    code
                };
                into.push_str(&rest[..ticks]);
                rest = &rest[ticks..];
                continue;
            }
            if c == '<' && code == 0 {
                into.push_str("&lt;")
            } else {
                into.push(c)
            }
            rest = &rest[c.len_utf8()..];
        }
    })
}

fn with_words(template: &str, write: &mut dyn FnMut(&str, &mut String)) -> String {
    let mut text = String::with_capacity(template.len());
    for piece in pieces(template) {
        match piece {
            Piece::Words(words) => write(words, &mut text),
            Piece::Tag(tag) => text.push_str(tag),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_escaped_and_tags_stay() {
        assert_eq!(
            html(r#"a < b & {{ c | default(value="<}}>") }} > "d" {# <e> #}"#),
            r#"a &lt; b &amp; {{ c | default(value="<}}>") }} &gt; &quot;d&quot; {# <e> #}"#
        );
        assert_eq!(html("{% if a < 2 %}<b>{% endif %}"), "{% if a < 2 %}&lt;b&gt;{% endif %}");
    }

    #[test]
    fn a_tag_without_an_end_takes_its_line_alone() {
        assert_eq!(pieces("a {{ b\n<c>'"), [Piece::Words("a "), Piece::Tag("{{ b"), Piece::Words("\n<c>'")]);
        assert_eq!(pieces("{{ it's }} <b>"), [Piece::Tag("{{ it's }} <b>")]);
    }

    #[test]
    fn markup_in_markdown_stays_text_but_in_code_it_needs_nothing() {
        assert_eq!(markdown("> a <b>\n\n`x < y` & ``a ` <b>`` <c>"), "> a &lt;b>\n\n`x < y` & ``a ` <b>`` &lt;c>");
        assert_eq!(markdown("**{{ report.finding }}**"), "**{{ report.finding }}**");
    }
}
