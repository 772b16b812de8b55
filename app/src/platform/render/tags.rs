//! The tags of a source, found without Tera: to say which block was left open, and where a name stands.

/// `{% word … %}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// The byte of its `{%`.
    pub at: usize,
    pub word: &'a str,
    pub rest: &'a str,
}

/// What does not fit in how a source is nested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw<'a> {
    /// Never closed.
    Open(Tag<'a>),
    /// Another end came first.
    Crossed { open: Tag<'a>, end: Tag<'a> },
    /// An end without a beginning.
    Stray(Tag<'a>),
    /// `{{`, `{%` or `{#` without its other half.
    Half { at: usize, begins: &'static str, ends: &'static str },
}

const HALVES: [(&str, &str); 3] = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")];

/// All tags outside comments and raw text, or the one that has no end.
pub(super) fn tags(source: &str) -> Result<Vec<Tag<'_>>, Flaw<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((start, begins, ends)) = next_begin(source, at) {
        let inner = start + begins.len();
        let end =
            if begins == "{#" { source[inner..].find(ends).map(|to| inner + to) } else { end_of(source, inner, ends) };
        let Some(end) = end else { return Err(Flaw::Half { at: start, begins, ends }) };
        at = end + ends.len();
        if begins != "{%" {
            continue;
        }
        let text = source[inner..end].trim_matches(['-', ' ', '\t', '\r', '\n']);
        let word_end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
        let tag = Tag { at: start, word: &text[..word_end], rest: text[word_end..].trim() };
        found.push(tag);
        if tag.word == "raw" {
            let Some(raw_end) = raw_end(source, at) else { return Err(Flaw::Open(tag)) };
            at = raw_end;
        }
    }
    Ok(found)
}

/// The first flaw of how blocks are nested.
pub(super) fn flaw(source: &str) -> Option<Flaw<'_>> {
    let tags = match tags(source) {
        Ok(tags) => tags,
        Err(flaw) => return Some(flaw),
    };
    let mut open: Vec<Tag<'_>> = Vec::new();
    for tag in tags {
        if opens(&tag) {
            open.push(tag);
        } else if let Some(name) = tag.word.strip_prefix("end") {
            match open.pop() {
                None => return Some(Flaw::Stray(tag)),
                Some(last) if kind(&last) != name => return Some(Flaw::Crossed { open: last, end: tag }),
                Some(_) => {}
            }
        }
    }
    open.pop().map(Flaw::Open)
}

/// The byte at which a name begins, within a tag or an expression.
pub(super) fn place_of_name(source: &str, name: &str) -> Option<usize> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut at = 0;
    while let Some((start, begins, ends)) = next_begin(source, at) {
        let inner = start + begins.len();
        let end = end_of(source, inner, ends).unwrap_or(source.len());
        at = end.max(inner);
        if begins == "{#" {
            continue;
        }
        let text = &source[inner..end];
        let whole = text.match_indices(name).find(|(from, _)| {
            let before = text[..*from].chars().next_back();
            let after = text[from + name.len()..].chars().next();
            !before.is_some_and(|c| is_part(c) || c == '.' || c == '"' || c == '\'') && !after.is_some_and(is_part)
        });
        if let Some((from, _)) = whole {
            return Some(inner + from);
        }
    }
    None
}

fn next_begin(source: &str, from: usize) -> Option<(usize, &'static str, &'static str)> {
    let found = |(begins, ends)| source.get(from..)?.find(begins).map(|at| (from + at, begins, ends));
    HALVES.into_iter().filter_map(found).min_by_key(|(at, ..)| *at)
}

/// Where a tag or an expression ends: not within a text in quotes.
fn end_of(source: &str, from: usize, ends: &str) -> Option<usize> {
    let (mut quote, mut is_escaped) = (None, false);
    for (at, c) in source[from..].char_indices() {
        match quote {
            Some(_) if is_escaped => is_escaped = false,
            Some(_) if c == '\\' => is_escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
            None if source[from + at..].starts_with(ends) => return Some(from + at),
            None => {}
        }
    }
    None
}

/// What follows `{% endraw %}`.
fn raw_end(source: &str, from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(start) = source[at..].find("{%").map(|to| at + to) {
        let end = source[start..].find("%}").map(|to| start + to)?;
        at = end + 2;
        if source[start + 2..end].trim_matches(['-', ' ', '\t', '\r', '\n']) == "endraw" {
            return Some(at);
        }
    }
    None
}

fn opens(tag: &Tag<'_>) -> bool {
    match tag.word {
        "if" | "for" | "block" | "filter" | "component" => true,
        // `{% set x %}…{% endset %}` keeps what stands between; `{% set x = 1 %}` has no end.
        "set" | "set_global" => !tag.rest.contains('='),
        _ => false,
    }
}

/// The word after `end` that closes it.
fn kind<'a>(tag: &Tag<'a>) -> &'a str {
    if tag.word == "set_global" { "set" } else { tag.word }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<&str> {
        tags(source).unwrap().iter().map(|tag| tag.word).collect()
    }

    #[test]
    fn tags_are_found_outside_comments_texts_and_raw_parts() {
        let source = r#"{# {% if %} #}{%- if a == "%}" -%}{{ "{% for %}" }}{% raw %}{% for %}{% endraw %}{% endif %}"#;
        assert_eq!(words(source), ["if", "raw", "endif"]);
        assert_eq!(flaw(source), None);
    }

    #[test]
    fn an_open_block_is_found_at_its_beginning() {
        let Some(Flaw::Open(tag)) = flaw("a {% for x in y %}{% if b %}{% endif %}") else { panic!() };
        assert_eq!((tag.at, tag.word), (2, "for"));
    }

    #[test]
    fn crossed_and_stray_ends_are_found() {
        let Some(Flaw::Crossed { open, end }) = flaw("{% for x in y %}{% if b %}{% endfor %}{% endif %}") else {
            panic!()
        };
        assert_eq!((open.word, end.word), ("if", "endfor"));
        assert!(matches!(flaw("{% endif %}"), Some(Flaw::Stray(_))));
    }

    #[test]
    fn half_a_tag_is_found() {
        for (source, begins) in [("a {{ b", "{{"), ("a {% if b", "{%"), ("{# a", "{#")] {
            assert!(matches!(flaw(source), Some(Flaw::Half { begins: found, .. }) if found == begins), "{source}");
        }
    }

    #[test]
    fn a_set_with_a_value_needs_no_end() {
        assert_eq!(flaw("{% set a = 1 %}"), None);
        assert!(matches!(flaw("{% set a %}x"), Some(Flaw::Open(_))));
        assert_eq!(flaw("{% set a %}x{% endset %}"), None);
    }

    #[test]
    fn a_name_is_found_where_it_stands_alone() {
        assert_eq!(place_of_name("title {{ report.title }}{% if title %}", "title"), Some(30));
        assert_eq!(place_of_name("{{ titles }} {# title #}", "title"), None);
    }
}
