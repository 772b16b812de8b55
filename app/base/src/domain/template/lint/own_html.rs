//! HTML of one's own in a block: what is open at its end, or closes what the block has not opened, changes all that stands
//! behind it in the mail. What HTML itself allows to leave out is no flaw.

use super::{Finding, Level, Rule};
use crate::domain::template::{
    Block, BlockKind, Document,
    compile::{
        every_block,
        literal::{Piece, pieces},
    },
    place::{BlockPlace, TextPlace},
    render::place_of,
    tags,
};

/// Elements within elements that are followed: mails have some tens.
const DEEPEST: usize = 200;
/// Most walks over a source: more than one are needed where conditions open or close elements alone.
const WALKS: usize = 8;
/// Stands for each byte of what the template fills in: it is no markup, and ends a name.
const FILLER: char = '\u{1}';
/// Most findings of a block: more say the same again.
const OF_A_BLOCK: usize = 5;

/// Elements whose end may be left out.
const OPTIONAL: [&str; 18] = [
    "p", "li", "dt", "dd", "td", "th", "tr", "thead", "tbody", "tfoot", "colgroup", "option", "optgroup", "rt", "rp",
    "html", "head", "body",
];
/// Those that have no end.
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
/// Those in which nothing is markup.
const RAW: [&str; 6] = ["script", "style", "textarea", "title", "xmp", "noembed"];
/// Parts of a table. Without one of the block's own they end the cell that the block stands in.
const OF_TABLES: [&str; 9] = ["caption", "col", "colgroup", "tbody", "td", "tfoot", "th", "thead", "tr"];
/// Those that go on behind the block where they are not closed; of others the cell is the end.
const GOES_ON: [&str; 15] =
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "table", "tt", "u"];

/// What is wrong with the HTML of the blocks of a document.
pub fn own_html(document: &Document) -> Vec<Finding> {
    every_block(document.blocks().unwrap_or_default()).into_iter().flat_map(of_block).collect()
}

fn of_block(block: &Block) -> Vec<Finding> {
    let BlockKind::Html { source } = &block.kind else { return Vec::new() };
    let finding = |flaw: Flaw| {
        let (line, column) = place_of(source, flaw.at);
        let at = TextPlace { field: BlockPlace::of(block.id, "source").to_string(), line, column };
        let words = format!("{}: {}", at.words().unwrap_or_default(), flaw.words);
        Finding { level: flaw.level, rule: Rule::Elements, words, line: None, block: Some(block.id), at: Some(at) }
    };
    flaws(source).into_iter().take(OF_A_BLOCK).map(finding).collect()
}

/// Something that is wrong, and the byte at which it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Flaw {
    at: usize,
    level: Level,
    words: String,
}

/// What a source does, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Open {
        at: usize,
        name: String,
    },
    Close {
        at: usize,
        name: String,
    },
    /// Of the template: what follows may not come, or come often.
    Begin,
    Otherwise,
    End,
}

fn flaws(source: &str) -> Vec<Flaw> {
    // Where a captured part is put is not known.
    if tags::tags(source).is_ok_and(|all| all.iter().any(|tag| matches!(tag.word, "endset" | "endcomponent"))) {
        return Vec::new();
    }
    let (steps, broken) = steps(source);
    if let Some(flaw) = broken {
        // Behind it nothing is read as it was meant.
        return vec![flaw];
    }
    let mut unsure = Vec::new();
    for _ in 0..WALKS {
        let mut walk = Walk { source, unsure: &unsure, ..Walk::default() };
        let is_whole = steps.iter().all(|step| walk.step(step));
        if walk.new.is_empty() {
            return if is_whole { walk.done() } else { Vec::new() };
        }
        let new = walk.new;
        unsure.extend(new);
    }
    Vec::new()
}

/// One walk over a source.
#[derive(Default)]
struct Walk<'a> {
    source: &'a str,
    /// Elements that some condition opens or closes alone: another may do the rest, so nothing is said of them.
    unsure: &'a [String],
    open: Vec<(usize, &'a str)>,
    /// What was open before each condition that the walk is in, and at the end of its first way.
    ways: Vec<(Vec<(usize, &'a str)>, Option<Vec<(usize, &'a str)>>)>,
    found: Vec<Flaw>,
    /// Elements of a line that the end of another one has closed, with the bytes at which they begin: their own ends may
    /// come, and then nothing goes on.
    crossed: Vec<(usize, &'a str)>,
    new: Vec<String>,
}

impl<'a> Walk<'a> {
    /// Whether the walk goes on.
    fn step(&mut self, step: &'a Step) -> bool {
        match step {
            Step::Open { name, .. } | Step::Close { name, .. } if self.unsure.contains(name) => {}
            Step::Open { at, name } => self.opens(*at, name),
            Step::Close { at, name } => self.closes(*at, name),
            Step::Begin => self.ways.push((self.open.clone(), None)),
            Step::Otherwise => {
                if let Some((before, first)) = self.ways.last_mut() {
                    let now = std::mem::replace(&mut self.open, before.clone());
                    let alike = first.get_or_insert_with(|| now.clone());
                    self.new.extend(differences(alike, &now));
                }
            }
            Step::End => {
                if let Some((before, first)) = self.ways.pop() {
                    self.new.extend(differences(&first.unwrap_or(before), &self.open));
                }
            }
        }
        self.open.len() <= DEEPEST && self.ways.len() <= DEEPEST
    }

    fn opens(&mut self, at: usize, name: &'a str) {
        let is_in_table =
            self.open.iter().any(|(_, open)| *open == "table") || self.unsure.iter().any(|one| one == "table");
        if OF_TABLES.contains(&name) && !is_in_table {
            let words = format!("`<{name}>` stands in no table: it ends the cell that the block stands in.");
            self.found.push(Flaw { at, level: Level::Error, words });
        } else if !VOID.contains(&name) {
            self.open.push((at, name));
        }
    }

    fn closes(&mut self, at: usize, name: &'a str) {
        let Some(own) = self.open.iter().rposition(|(_, open)| *open == name) else {
            if let Some(at) = self.crossed.iter().rposition(|(_, crossed)| *crossed == name) {
                let (begin, _) = self.crossed.remove(at);
                self.found.iter_mut().filter(|flaw| flaw.at == begin).for_each(|flaw| flaw.level = Level::Warning);
                return;
            }
            // Browsers make an empty paragraph and a line break of these.
            if !matches!(name, "p" | "br") && !VOID.contains(&name) {
                let is_of_table = name == "table" || OF_TABLES.contains(&name);
                let level = if is_of_table { Level::Error } else { Level::Warning };
                let words = format!("`</{name}>` closes nothing: no such element is open in the block.");
                self.found.push(Flaw { at, level, words });
            }
            return;
        };
        for (begin, open) in self.open.drain(own..).skip(1) {
            if !OPTIONAL.contains(&open) {
                let (line, _) = place_of(self.source, at);
                let words =
                    format!("`<{open}>` is not closed before `</{name}>` in line {line}: `</{open}>` is missing.");
                self.found.push(Flaw { at: begin, level: level_of_open(open), words });
                if GOES_ON.contains(&open) && open != "table" {
                    self.crossed.push((begin, open));
                }
            }
        }
    }

    fn done(mut self) -> Vec<Flaw> {
        for (at, name) in self.open.drain(..).filter(|(_, name)| !OPTIONAL.contains(name)) {
            let words = format!("`<{name}>` is never closed: `</{name}>` is missing.");
            self.found.push(Flaw { at, level: level_of_open(name), words });
        }
        self.found.sort_by_key(|flaw| flaw.at);
        self.found
    }
}

fn level_of_open(name: &str) -> Level {
    if GOES_ON.contains(&name) || RAW.contains(&name) { Level::Error } else { Level::Warning }
}

/// The names that are open in one of two ways and not in the other.
fn differences(one: &[(usize, &str)], other: &[(usize, &str)]) -> Vec<String> {
    let common = one.iter().zip(other).take_while(|((_, one), (_, other))| one == other).count();
    let rest = one[common..].iter().chain(&other[common..]);
    rest.map(|(_, name)| (*name).to_owned()).collect()
}

/// The steps of a source, and the first thing that cannot be read as a tag.
fn steps(source: &str) -> (Vec<Step>, Option<Flaw>) {
    let (mut text, mut control) = (String::with_capacity(source.len()), Vec::new());
    for piece in pieces(source) {
        match piece {
            Piece::Words(words) => text.push_str(words),
            Piece::Tag(tag) => {
                control.extend(step_of(tag).map(|step| (text.len(), step)));
                // Every other byte stays in its place.
                text.extend(std::iter::repeat_n(FILLER, tag.len()));
            }
        }
    }
    let mut steps = Vec::new();
    let mut control = control.into_iter().peekable();
    let mut at = 0;
    while let Some(start) = text[at..].find('<').map(|to| at + to) {
        while let Some((_, step)) = control.next_if(|(byte, _)| *byte < start) {
            steps.push(step);
        }
        match markup(&text, start) {
            Ok((end, step)) => {
                at = end;
                steps.extend(step);
            }
            Err(flaw) => return (steps, Some(flaw)),
        }
    }
    steps.extend(control.map(|(_, step)| step));
    (steps, None)
}

/// What a tag of the template does to what stands around it.
fn step_of(tag: &str) -> Option<Step> {
    let words = tag.strip_prefix("{%")?.trim_start_matches('-').trim_start();
    match words.split(|c: char| !c.is_ascii_alphabetic()).next()? {
        "if" | "for" => Some(Step::Begin),
        "else" | "elif" => Some(Step::Otherwise),
        "endif" | "endfor" => Some(Step::End),
        _ => None,
    }
}

/// What begins with a `<`: where the reading goes on, and the element that it opens or closes.
fn markup(text: &str, start: usize) -> Result<(usize, Option<Step>), Flaw> {
    let broken = |at: usize, words: String| Flaw { at, level: Level::Error, words };
    let rest = &text[start + 1..];
    if let Some(comment) = rest.strip_prefix("!--") {
        let end = comment.find("-->").map(|to| (start + 4 + to + 3, None));
        return end.ok_or_else(|| broken(start, "`<!--` is never closed: `-->` is missing.".to_owned()));
    }
    let (is_end, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
    let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(rest.len());
    let name = rest[..length].to_ascii_lowercase();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Ok((start + 1, None));
    }
    let end = end_of_tag(text, start + 1 + usize::from(is_end) + length).map_err(|unended| match unended {
        Unended::Quote { at, attribute } => broken(at, format!("The quote of `{attribute}` is never closed.")),
        Unended::Tag => {
            let slash = if is_end { "/" } else { "" };
            broken(start, format!("`<{slash}{name}` is never ended: `>` is missing."))
        }
    })?;
    // What is not of HTML, as Outlook's `<o:p>`, is passed over.
    if rest[length..].starts_with(':') {
        return Ok((end, None));
    }
    if is_end {
        return Ok((end, Some(Step::Close { at: start, name })));
    }
    let closed = RAW.contains(&name.as_str()).then(|| end_of_raw(text, end, &name));
    Ok((closed.unwrap_or(end), Some(Step::Open { at: start, name })))
}

/// Where the end of an element begins in which nothing is markup.
fn end_of_raw(text: &str, from: usize, name: &str) -> usize {
    let is_end = |at: &usize| text[at + 2..].get(..name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name));
    text[from..].match_indices("</").map(|(to, _)| from + to).find(is_end).unwrap_or(text.len())
}

/// Why a tag has no end.
enum Unended {
    /// Of an attribute, that begins at a byte.
    Quote {
        at: usize,
        attribute: String,
    },
    Tag,
}

/// The byte behind the `>` of a tag, whose attributes begin at a byte.
fn end_of_tag(text: &str, from: usize) -> Result<usize, Unended> {
    // An attribute whose value has markup in it: its quote was closed by that of another, if the tag breaks off behind it.
    let mut odd: Option<(usize, &str)> = None;
    let unended = |odd: Option<(usize, &str)>| match odd {
        Some((at, attribute)) => Unended::Quote { at, attribute: attribute.to_owned() },
        None => Unended::Tag,
    };
    let mut at = from;
    loop {
        at += text[at..].find(|c: char| !(c.is_ascii_whitespace() || c == '/')).unwrap_or(text.len() - at);
        match text[at..].chars().next() {
            None | Some('<') => return Err(unended(odd)),
            Some('>') => return Ok(at + 1),
            Some(_) => {}
        }
        let is_behind = |c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/' | '<');
        // A `=` may begin a name.
        let first = text[at..].chars().next().map_or(0, char::len_utf8);
        let length = first + text[at + first..].find(is_behind).unwrap_or(text.len() - at - first);
        let name = &text[at..at + length];
        if name.contains(['"', '\'']) && odd.is_some() {
            return Err(unended(odd));
        }
        let begin = at;
        at += length;
        let behind = text[at..].trim_start();
        let Some(value) = behind.strip_prefix('=').map(str::trim_start) else { continue };
        at = text.len() - value.len();
        match value.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let end = value[1..].find(quote);
                let end = end.ok_or_else(|| Unended::Quote { at: begin, attribute: name.to_owned() })?;
                if value[1..=end].contains('<') {
                    odd = Some((begin, name));
                }
                at += end + 2;
                let is_apart =
                    text[at..].starts_with(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/' | FILLER));
                if odd.is_some() && !is_apart {
                    return Err(unended(odd));
                }
            }
            _ => {
                let ends = |c: char| c.is_ascii_whitespace() || c == '>';
                at += value.find(ends).unwrap_or(value.len());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::template::{Body, When, gallery};

    fn found(source: &str) -> Vec<(Level, u32, u32, String)> {
        let kind = BlockKind::Html { source: source.into() };
        let blocks = vec![Block { id: 7, kind, when: When::Always }];
        let document = Document { body: Body::Blocks { blocks }, ..Document::blank() };
        let finding = |finding: Finding| {
            let at = finding.at.unwrap();
            assert_eq!((finding.block, at.field.as_str()), (Some(7), "block-7-source"));
            let words = finding.words.split_once(": ").unwrap().1.to_owned();
            (finding.level, at.line, at.column, words)
        };
        own_html(&document).into_iter().map(finding).collect()
    }

    #[test]
    fn an_element_that_is_not_closed_is_found_where_it_begins() {
        let one = |source: &str| {
            let all = found(source);
            assert_eq!(all.len(), 1, "{source}: {all:?}");
            all.into_iter().next().unwrap()
        };
        let missing = "`<div>` is never closed: `</div>` is missing.".to_owned();
        assert_eq!(one("<p>é</p>\n <div class=x><p>a"), (Level::Warning, 2, 2, missing));
        let words = "`<b>` is not closed before `</div>` in line 2: `</b>` is missing.".to_owned();
        assert_eq!(one("<div><b>a\n</div>"), (Level::Error, 1, 6, words));
        assert_eq!(one("<table><tr><td>a").0, Level::Error, "what follows would stand in it");
        assert_eq!(one("<b><i>a</b></i>").0, Level::Warning, "crossed, but nothing goes on");
        assert!(one("<style>p { }").3.starts_with("`<style>` is never closed"));
    }

    #[test]
    fn an_end_of_what_the_block_has_not_opened_is_found() {
        let stray = |name: &str| format!("`</{name}>` closes nothing: no such element is open in the block.");
        assert_eq!(found("a</td>"), [(Level::Error, 1, 2, stray("td"))]);
        assert_eq!(found("<p>a\n</div>"), [(Level::Warning, 2, 1, stray("div"))]);
        let part = "`<tr>` stands in no table: it ends the cell that the block stands in.".to_owned();
        assert_eq!(found("<tr>")[0], (Level::Error, 1, 1, part));
    }

    #[test]
    fn a_quote_or_a_tag_without_its_end_is_found() {
        let quote = |attribute: &str| format!("The quote of `{attribute}` is never closed.");
        assert_eq!(found("<p>a</p>\n<a href=\"x>b</a>"), [(Level::Error, 2, 4, quote("href"))]);
        assert_eq!(found("<a href='x>b</a> <b title='c'>d</b>"), [(Level::Error, 1, 4, quote("href"))]);
        let tag = "`<div` is never ended: `>` is missing.".to_owned();
        assert_eq!(found("<div class=\"a\" <p>b</p></div>"), [(Level::Error, 1, 1, tag)]);
        assert_eq!(found("a <!-- b")[0].3, "`<!--` is never closed: `-->` is missing.");
    }

    #[test]
    fn what_html_allows_is_no_flaw() {
        for source in [
            "",
            "words alone, 3 < 4 & more",
            "<ul><li>a<li>b</ul><p>c<p>d<hr><img src=\"cid:a\" alt=\"a > b\"/><br>",
            "<p><table><tr><td>a<td>b<tr><th>c</table></p>",
            "<TABLE><TBODY><TR><TD>a</td></tr></table>",
            "<dl><dt>a<dd>b</dl><td-like></td-like><o:p></o:p><!doctype html>",
            "<td-x title=Don't>a</td-x><div title='a < b' class=\"c\"></div>",
            "<!--[if mso]><table><tr><td><![endif]--><div>a</div><!--[if mso]></td></tr></table><![endif]-->",
            "<style>a > b { } /* <div> */</style><title>a <b></title>",
            "<table{% if a %} class=\"b\"{% endif %}><tr{{ b }}><td{% if a %} class='c'{% endif %}>x</td></tr></table>",
            "<img alt=\"a < b\"{% if w %} width=\"3\"{% endif %}><h{{ n }}>a</h{{ n }}><{{ t }}>b</{{ t }}>",
            "{% for t in notes %}{% if loop.first %}<table>{% endif %}<tr><td>a</td></tr>{% if loop.last %}</table>{% endif %}{% endfor %}",
            "{% set row %}<tr><td>a</td></tr>{% endset %}<table>{{ row }}</table>",
            "<a href={{ report.url }}>{{ \"<b>\" }}</a><p title=\"{{ a | replace(from=\"<\", to='>') }}\">a</p>",
        ] {
            assert_eq!(found(source), [], "{source}");
        }
    }

    #[test]
    fn what_a_condition_opens_another_may_close() {
        let url = "{% if url %}<a href=\"{{ url }}\">{% endif %}words{% if url %}</a>{% endif %}";
        assert_eq!(found(url), []);
        assert_eq!(found("{% if a %}<div class=b>{% else %}<div class=c>{% endif %}d</div>"), []);
        assert_eq!(found("<table>{% for task in tasks.overdue %}<tr><td>{{ task.title }}{% endfor %}</table>"), []);
        let open = found("{% if a %}<div>b</div>{% else %}c{% endif %}\n<span>");
        assert_eq!(
            open.iter().map(|flaw| (flaw.1, flaw.2)).collect::<Vec<_>>(),
            [(2, 1)],
            "beside them all is looked at"
        );
        assert_eq!(found("{% for a in b %}</td>{% endfor %}").len(), 1);
    }

    #[test]
    fn markup_that_is_meant_to_take_long_does_not() {
        for hostile in
            ["<b>", "{% if a %}<b>", "<a b='<' ", "</b>", "<", "<!--", "<style>", "<table>{% if a %}<td>{% else %}"]
        {
            assert!(found(&hostile.repeat(60_000 / hostile.len())).len() <= OF_A_BLOCK, "{hostile}");
        }
    }

    #[test]
    fn the_gallery_has_none() {
        for entry in gallery::ENTRIES {
            assert_eq!(own_html(&entry.document()), [], "{}", entry.document().subject);
        }
    }
}
