//! What a person types into a block is a template: its tags stay, everything around them is text.

use std::collections::HashSet;

/// A stretch of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Outside of tags.
    Words(&'a str),
    /// `{{ … }}`, `{% … %}` or `{# … #}`; the last of a template may lack its end.
    Tag(&'a str),
}

/// The stretches of a template, in order. However the tags in it are left open, it is read a few times at most.
pub(crate) fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut tags = Tags::default();
    let mut read = 0;
    while let Some(start) = find_open(template, read) {
        if start > read {
            pieces.push(Piece::Words(&template[read..start]));
        }
        read = tags.end(template, start);
        pieces.push(Piece::Tag(&template[start..read]));
    }
    if read < template.len() {
        pieces.push(Piece::Words(&template[read..]));
    }
    pieces
}

/// Where the next tag begins. One walk for all kinds: a search for one that is not there would go to the end each time.
fn find_open(template: &str, from: usize) -> Option<usize> {
    let is_open = |pair: &[u8]| pair[0] == b'{' && matches!(pair[1], b'{' | b'%' | b'#');
    template.as_bytes()[from..].windows(2).position(is_open).map(|at| from + at)
}

/// The tags of a template that is read from its beginning to its end.
#[derive(Default)]
struct Tags {
    /// Ends of lines, each with the string that it stood in, behind which no tag that closes so has an end: a tag that
    /// comes there has none either.
    endless: HashSet<(&'static str, usize, Option<char>)>,
}

impl Tags {
    /// Where the tag that begins at a place ends; it ends in no string within it.
    fn end(&mut self, template: &str, start: usize) -> usize {
        let text = &template[start..];
        let close = match text.as_bytes()[1] {
            b'{' => "}}",
            b'%' => "%}",
            _ => return text.find("#}").map_or(template.len(), |at| start + at + 2),
        };
        let (mut quote, mut is_escaped) = (None, false);
        let mut lines = Vec::new();
        for (at, c) in text.char_indices().skip(2) {
            if c == '\n' {
                let line = (close, start + at, quote);
                if self.endless.contains(&line) {
                    break;
                }
                lines.push(line);
            }
            if std::mem::take(&mut is_escaped) {
                continue;
            }
            match quote {
                Some(open) if c == open => quote = None,
                Some(_) if c == '\\' => is_escaped = true,
                Some(_) => {}
                None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
                None if text[at..].starts_with(close) => return start + at + close.len(),
                None => {}
            }
        }
        self.endless.extend(lines);
        // Without an end: the line that it stands in, so that an apostrophe far below is not part of it.
        text.find('\n').map_or(template.len(), |at| start + at)
    }
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
    with_words(template, &mut |words, into| write_markdown(words, &mut code, into))
}

/// Markdown that is no template, with its markup as text: what [`markdown`] makes of the same words.
pub fn plain_markdown(words: &str) -> String {
    let mut text = String::with_capacity(words.len());
    write_markdown(words, &mut 0, &mut text);
    text
}

/// `code` is how many ticks have opened the code that the words stand in.
fn write_markdown(words: &str, code: &mut usize, into: &mut String) {
    let mut rest = words;
    while let Some(c) = rest.chars().next() {
        let ticks = rest.len() - rest.trim_start_matches('`').len();
        if ticks > 0 {
            if *code == 0 {
                *code = ticks;
            } else if *code == ticks {
                *code = 0;
            }
            into.push_str(&rest[..ticks]);
            rest = &rest[ticks..];
            continue;
        }
        if c == '<' && *code == 0 {
            into.push_str("&lt;")
        } else {
            into.push(c)
        }
        rest = &rest[c.len_utf8()..];
    }
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
    fn what_comes_after_a_tag_without_an_end_is_read_as_before() {
        assert_eq!(
            pieces("{{ 'a\n{{ b }}\n{{ c'\n{% d %}{{ 'e'"),
            [
                Piece::Tag("{{ 'a"),
                Piece::Words("\n"),
                Piece::Tag("{{ b }}"),
                Piece::Words("\n"),
                Piece::Tag("{{ c'"),
                Piece::Words("\n"),
                Piece::Tag("{% d %}"),
                Piece::Tag("{{ 'e'"),
            ]
        );
    }

    /// When every tag was looked for to the end of the template, each of them took minutes.
    #[test]
    fn a_template_that_is_meant_to_take_long_does_not() {
        const MANY: usize = 400_000;
        for (line, end) in [("{{a}}", ""), ("{%\n", ""), ("{{''\n", "'}}"), ("{{\\'\\\n", "}}")] {
            let template = line.repeat(MANY) + end;
            let tags = pieces(&template).into_iter().filter(|piece| matches!(piece, Piece::Tag(_))).count();
            assert_eq!(tags, MANY, "{line}");
        }
    }

    #[test]
    fn markup_in_markdown_stays_text_but_in_code_it_needs_nothing() {
        assert_eq!(markdown("> a <b>\n\n`x < y` & ``a ` <b>`` <c>"), "> a &lt;b>\n\n`x < y` & ``a ` <b>`` &lt;c>");
        assert_eq!(markdown("**{{ report.finding }}**"), "**{{ report.finding }}**");
    }
}
