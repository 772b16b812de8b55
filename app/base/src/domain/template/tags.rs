//! The tags of a source, found without Tera: to say which block was left open, and where a name stands.

use super::render::place_of;

/// `{% word … %}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// The byte of its `{%`.
    pub at: usize,
    /// What it does: `if`, `endif`.
    pub word: &'a str,
    /// What stands behind that.
    pub rest: &'a str,
}

/// What stands between the words of a source and does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark<'a> {
    Tag(Tag<'a>),
    /// `{{ … }}`: an expression, and the byte at which it begins.
    Print {
        at: usize,
        text: &'a str,
    },
}

/// A loop that is open at the end of a text: `{% for item in list %}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenLoop<'a> {
    pub item: &'a str,
    pub list: &'a str,
}

/// What does not fit in how a source is nested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw<'a> {
    /// Never closed.
    Open(Tag<'a>),
    /// Another end came first.
    Crossed { open: Tag<'a>, end: Tag<'a> },
    /// An end, or another way of a condition, without a beginning.
    Stray(Tag<'a>),
    /// `{{`, `{%` or `{#` without its other half.
    Half { at: usize, begins: &'static str, ends: &'static str },
}

impl Flaw<'_> {
    /// The byte at which it stands in the source that it was found in, and what is wrong, in a sentence.
    pub fn said(&self, source: &str) -> (usize, String) {
        match self {
            Self::Open(tag) => {
                (tag.at, format!("`{{% {} … %}}` is never closed: `{{% end{} %}}` is missing.", tag.word, kind(tag)))
            }
            Self::Crossed { open, end } => {
                let (line, _) = place_of(source, end.at);
                let words = format!(
                    "`{{% {} … %}}` is not closed before `{{% {} %}}` in line {line}: `{{% end{} %}}` is missing.",
                    open.word,
                    end.word,
                    kind(open)
                );
                (open.at, words)
            }
            Self::Stray(tag) if is_other_way(tag) => {
                (tag.at, format!("`{{% {} %}}` stands in no `{{% if … %}}`.", tag.word))
            }
            Self::Stray(tag) => (tag.at, format!("`{{% {} %}}` closes nothing: no such block is open.", tag.word)),
            Self::Half { at, begins, ends } => (*at, format!("`{begins}` is never closed: `{ends}` is missing.")),
        }
    }
}

const HALVES: [(&str, &str); 3] = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")];

/// All tags outside comments and raw text, or the one that has no end.
///
/// # Errors
/// The first that is without its other half, or raw text without its end.
pub fn tags(source: &str) -> Result<Vec<Tag<'_>>, Flaw<'_>> {
    let tag = |mark| match mark {
        Mark::Tag(tag) => Some(tag),
        Mark::Print { .. } => None,
    };
    Ok(marks(source)?.into_iter().filter_map(tag).collect())
}

/// All tags and expressions outside comments and raw text, in their order.
///
/// # Errors
/// As [`tags`].
pub fn marks(source: &str) -> Result<Vec<Mark<'_>>, Flaw<'_>> {
    let mut found = Vec::new();
    match read(source, &mut found) {
        None => Ok(found),
        Some(flaw) => Err(flaw),
    }
}

/// The loops that are open at the end of a text, the innermost last, whatever it breaks off in.
pub fn open_loops(text: &str) -> Vec<OpenLoop<'_>> {
    let (mut found, mut open) = (Vec::new(), Vec::new());
    // What has no end is what somebody is about to write.
    read(text, &mut found);
    for mark in found {
        match mark {
            Mark::Tag(Tag { word: "for", rest, .. }) => {
                let (item, list) = rest.split_once(" in ").unwrap_or((rest, ""));
                open.push(OpenLoop { item: item.trim(), list: list.trim() });
            }
            Mark::Tag(Tag { word: "endfor", .. }) => drop(open.pop()),
            _ => {}
        }
    }
    open
}

/// Reads as far as everything has its end; what has none is answered.
fn read<'a>(source: &'a str, found: &mut Vec<Mark<'a>>) -> Option<Flaw<'a>> {
    let mut at = 0;
    while let Some((start, begins, ends)) = next_begin(source, at) {
        let inner = start + begins.len();
        let end =
            if begins == "{#" { source[inner..].find(ends).map(|to| inner + to) } else { end_of(source, inner, ends) };
        let Some(end) = end else { return Some(Flaw::Half { at: start, begins, ends }) };
        at = end + ends.len();
        let text = source[inner..end].trim_matches(['-', ' ', '\t', '\r', '\n']);
        if begins == "{{" {
            let before = source[inner..end].find(text).unwrap_or(0);
            found.push(Mark::Print { at: inner + before, text });
        }
        if begins != "{%" {
            continue;
        }
        let word_end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
        let tag = Tag { at: start, word: &text[..word_end], rest: text[word_end..].trim() };
        found.push(Mark::Tag(tag));
        if tag.word == "raw" {
            let Some(raw_end) = raw_end(source, at) else { return Some(Flaw::Open(tag)) };
            at = raw_end;
        }
    }
    None
}

/// The first flaw of how blocks are nested.
pub fn flaw(source: &str) -> Option<Flaw<'_>> {
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
        } else if is_other_way(&tag) && !open.last().is_some_and(|last| has_way(last, &tag)) {
            return Some(Flaw::Stray(tag));
        }
    }
    open.pop().map(Flaw::Open)
}

/// The byte at which a name begins, within a tag or an expression.
pub fn place_of_name(source: &str, name: &str) -> Option<usize> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut at = 0;
    while let Some((start, begins, ends)) = next_begin(source, at) {
        let inner = start + begins.len();
        // A comment has no quotes.
        let end =
            if begins == "{#" { source[inner..].find(ends).map(|to| inner + to) } else { end_of(source, inner, ends) };
        let end = end.unwrap_or(source.len());
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

/// One walk for all kinds: a search for one that is not there would go to the end each time.
fn next_begin(source: &str, from: usize) -> Option<(usize, &'static str, &'static str)> {
    let half = |pair: &[u8]| HALVES.into_iter().find(|(begins, _)| begins.as_bytes() == pair);
    let rest = source.as_bytes().get(from..)?;
    let (at, (begins, ends)) = rest.windows(2).enumerate().find_map(|(at, pair)| Some((at, half(pair)?)))?;
    Some((from + at, begins, ends))
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

/// Whether it begins another way of a condition.
fn is_other_way(tag: &Tag<'_>) -> bool {
    matches!(tag.word, "else" | "elif")
}

/// Whether what is open may have this other way: a list that is empty has one, too.
fn has_way(open: &Tag<'_>, way: &Tag<'_>) -> bool {
    open.word == "if" || (open.word == "for" && way.word == "else")
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
    fn expressions_are_found_where_they_begin_and_so_are_loops_that_are_open() {
        let prints = |source| -> Vec<_> {
            let print = |mark| match mark {
                Mark::Print { at, text } => Some((at, text)),
                Mark::Tag(_) => None,
            };
            marks(source).unwrap().into_iter().filter_map(print).collect()
        };
        assert_eq!(prints("é {{- a.b | c -}}{# {{ d }} #}{{ }}"), [(7, "a.b | c"), (33, "")]);
        let text = "{% for a in b %}{% endfor %}{% for day in days %}{%- for task in tasks.overdue[:5] -%}{{ tas";
        let items: Vec<_> = open_loops(text).into_iter().map(|open| (open.item, open.list)).collect();
        assert_eq!(items, [("day", "days"), ("task", "tasks.overdue[:5]")]);
        assert_eq!(open_loops("{% for task in tasks.overdue"), []);
    }

    #[test]
    fn another_way_needs_a_condition_or_a_list() {
        for source in
            ["{% else %}", "{% filter a %}{% elif b %}{% endfilter %}", "{% for x in y %}{% elif z %}{% endfor %}"]
        {
            assert!(matches!(flaw(source), Some(Flaw::Stray(_))), "{source}");
        }
        assert_eq!(flaw("{% if a %}{% elif b %}{% else %}{% endif %}{% for x in y %}{% else %}{% endfor %}"), None);
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
