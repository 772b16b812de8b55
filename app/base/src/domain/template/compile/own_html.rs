//! HTML of one's own as words of the text part: what its reader sees, on lines, with the addresses of links. It is a
//! template still, so the tags of the template language stay where they stand.

use super::literal::{Piece, pieces};

/// The words of a template in HTML.
pub(super) fn words(source: &str) -> String {
    let mut writer = Writer::default();
    for piece in pieces(source) {
        match piece {
            Piece::Tag(tag) => writer.tag(tag),
            Piece::Words(words) => words.chars().for_each(|c| writer.read(c)),
        }
    }
    writer.flush();
    let lines = writer.out.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

#[derive(Default)]
struct Writer {
    out: String,
    /// Words as they stand in the source, whose named characters are not read yet.
    pending: String,
    /// What stands behind the `<` of the element that is open; none between elements.
    markup: Option<String>,
    /// The quote within which a `>` ends no element.
    quote: Option<char>,
    /// The element whose content nobody sees, with the end of what was read of it.
    unseen: Option<(&'static str, String)>,
    /// Whether the line says something, rather than only steers the template.
    has_words: bool,
    /// Tables that are open: whether they show data rather than arrange the page.
    tables: Vec<bool>,
    /// The next cell of a table of data begins its row.
    is_first_cell: bool,
    /// The address of the link that is open, and where its words begin.
    link: Option<(String, usize)>,
    /// Lines are as they were written.
    is_pre: bool,
}

/// Elements whose content is not shown.
const UNSEEN: [&str; 4] = ["style", "script", "title", "template"];

/// Elements that stand on lines of their own.
const BLOCKS: [&str; 20] = [
    "p",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "table",
    "tr",
    "section",
    "article",
    "header",
    "footer",
    "blockquote",
    "pre",
    "center",
    "caption",
];

impl Writer {
    /// Within markup only what steers the template may stay, or loops lose their ends; an address may be filled in.
    fn tag(&mut self, tag: &str) {
        let steers = tag.starts_with("{%");
        if let Some(markup) = &mut self.markup {
            markup.push_str(tag);
        }
        let is_seen = self.markup.is_none() && self.unseen.is_none();
        if is_seen || steers {
            self.flush();
            self.out.push_str(tag);
            self.has_words |= is_seen && tag.starts_with("{{");
            // It may bring several cells.
            self.is_first_cell &= !steers;
        }
    }

    fn read(&mut self, c: char) {
        if let Some((name, read)) = &mut self.unseen {
            read.push(c.to_ascii_lowercase());
            if read.ends_with(*name) && read.ends_with(&format!("</{name}")) {
                self.markup = Some(format!("/{name}"));
                self.unseen = None;
            }
            return;
        }
        let Some(markup) = &mut self.markup else {
            if c == '<' {
                self.markup = Some(String::new())
            } else {
                self.pending.push(c)
            }
            return;
        };
        if markup.is_empty() && !(c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            self.pending.push('<');
            self.pending.push(c);
            self.markup = None;
            return;
        }
        markup.push(c);
        let ends = if markup.starts_with("!--") {
            markup.len() > 4 && markup.ends_with("-->")
        } else {
            match self.quote {
                Some(open) if open == c => self.quote = None,
                None if matches!(c, '"' | '\'') && begins_value(markup) => self.quote = Some(c),
                _ => {}
            }
            c == '>' && self.quote.is_none()
        };
        if ends {
            let markup = self.markup.take().unwrap_or_default();
            self.element(&markup);
        }
    }

    fn element(&mut self, markup: &str) {
        let (is_end, rest) = markup.strip_prefix('/').map_or((false, markup), |rest| (true, rest));
        let name: String =
            rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        if let Some(unseen) = UNSEEN.iter().find(|unseen| **unseen == name) {
            self.unseen = (!is_end).then(|| (*unseen, String::new()));
            return;
        }
        match (name.as_str(), is_end) {
            ("br", _) => self.end_line(),
            ("hr", _) => {
                self.end_line();
                self.say("----------");
                self.end_line();
            }
            ("img", false) => self.say(&attribute(rest, "alt").filter(|alt| !alt.contains("{%")).unwrap_or_default()),
            ("a", false) => {
                self.flush();
                self.link = attribute(rest, "href").map(|href| (href.trim().to_owned(), self.out.len()));
            }
            ("a", true) => self.close_link(),
            ("li", false) => {
                self.end_line();
                self.out.push_str("- ");
            }
            ("li", true) => self.end_line(),
            ("td" | "th", false) => match self.tables.last().copied() {
                Some(true) if self.is_first_cell => self.is_first_cell = false,
                Some(true) => {
                    self.flush();
                    let kept = self.out.trim_end_matches(' ').len();
                    self.out.truncate(kept);
                    self.out.push_str(" | ");
                }
                _ => self.end_line(),
            },
            (name, _) if BLOCKS.contains(&name) => {
                // What is in a cell of data stays on the line of its row.
                if name == "tr" || name == "table" || self.tables.last() != Some(&true) {
                    self.end_line();
                } else {
                    self.pending.push(' ');
                }
                match (name, is_end) {
                    ("table", false) => {
                        let role = attribute(rest, "role").unwrap_or_default();
                        self.tables.push(role != "presentation" && role != "none");
                    }
                    ("table", true) => drop(self.tables.pop()),
                    ("tr", false) => self.is_first_cell = true,
                    ("pre", _) => self.is_pre = !is_end,
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// "words: address", or the address alone where it is all that the words say.
    fn close_link(&mut self) {
        self.flush();
        let Some((href, start)) = self.link.take() else { return };
        let address = href.strip_prefix("mailto:").unwrap_or(&href);
        // What a condition decides about cannot be said beside the words.
        let is_address = ["https://", "http://", "mailto:", "{{"].iter().any(|begin| href.starts_with(begin));
        let words = self.out.get(start..).unwrap_or_default().trim();
        if !is_address || href.contains("{%") || words == address {
            return;
        }
        let between = if words.is_empty() { "" } else { ": " };
        let kept = if words.is_empty() { self.out.len() } else { self.out.trim_end().len() };
        self.out.truncate(kept);
        self.out.push_str(between);
        self.out.push_str(address);
        self.has_words = true;
    }

    fn say(&mut self, words: &str) {
        self.flush();
        self.out.push_str(words);
        self.has_words |= !words.trim().is_empty();
    }

    /// Writes the words that were read, without what has no width: it keeps previews short, and is noise in text.
    fn flush(&mut self) {
        for c in unescaped(&std::mem::take(&mut self.pending)).chars() {
            if c == '\n' && self.is_pre {
                self.out.push(c);
                self.has_words = false;
            } else if !c.is_whitespace() && !WITHOUT_WIDTH.contains(&c) {
                self.out.push(c);
                self.has_words = true;
            } else if c.is_whitespace() && self.has_words && !self.out.ends_with(' ') {
                self.out.push(' ');
            }
        }
    }

    /// What follows begins a line, unless the line has said nothing yet.
    fn end_line(&mut self) {
        self.flush();
        if self.has_words {
            self.out.push('\n');
        }
        self.has_words = false;
    }
}

/// Whether the quote at the end of markup is the beginning of a value: another one is a character like any other.
fn begins_value(markup: &str) -> bool {
    markup.strip_suffix(['"', '\'']).is_some_and(|before| before.trim_end().ends_with('='))
}

const WITHOUT_WIDTH: [char; 6] = ['\u{200b}', '\u{200c}', '\u{200d}', '\u{feff}', '\u{34f}', '\u{ad}'];

/// The value of an attribute of an element, with the tags of the template that stand in it.
fn attribute(markup: &str, wanted: &str) -> Option<String> {
    let lower = markup.to_ascii_lowercase();
    let mut from = 0;
    loop {
        let at = from + lower.get(from..)?.find(wanted)?;
        from = at + wanted.len();
        let is_whole = lower[..at].ends_with(|c: char| c.is_ascii_whitespace() || c == '"' || c == '\'');
        let rest = markup[from..].trim_start();
        let Some(value) = rest.strip_prefix('=').filter(|_| is_whole) else { continue };
        let value = value.trim_start();
        let found = match value.chars().next()? {
            quote @ ('"' | '\'') => until(&value[1..], |c| c == quote),
            _ => until(value, |c| c.is_ascii_whitespace() || c == '>'),
        };
        return Some(if found.contains("{{") { found.to_owned() } else { unescaped(found) });
    }
}

/// The beginning of a text up to a character that stands in no tag of the template.
fn until(text: &str, is_end: impl Fn(char) -> bool) -> &str {
    let mut length = 0;
    for piece in pieces(text) {
        match piece {
            Piece::Tag(tag) => length += tag.len(),
            Piece::Words(words) => match words.find(&is_end) {
                Some(at) => return &text[..length + at],
                None => length += words.len(),
            },
        }
    }
    text
}

/// Characters that HTML names or numbers, as themselves.
fn unescaped(text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        read.push_str(&rest[..at]);
        rest = &rest[at..];
        // The longest name that is known has six letters.
        let end = rest.char_indices().take(10).find(|(_, c)| *c == ';').map(|(end, _)| end);
        match end.and_then(|end| Some((end, named(&rest[1..end])?))) {
            Some((end, c)) => {
                read.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                read.push('&');
                rest = &rest[1..];
            }
        }
    }
    read.push_str(rest);
    read
}

/// The character of a name or of a number.
fn named(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']);
        let code = hex.map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())?;
        return char::from_u32(code).filter(|c| !c.is_control());
    }
    Some(match name {
        "nbsp" => ' ',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "amp" => '&',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "middot" => '·',
        "bull" => '•',
        "rarr" => '→',
        "larr" => '←',
        "euro" => '€',
        "copy" => '©',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_apart_in_html_stands_on_lines() {
        assert_eq!(
            words("<h2>Open</h2><p>One</p><p>Two<br>lines</p><ul><li>a</li><li>b</li></ul>"),
            "Open\nOne\nTwo\nlines\n- a\n- b"
        );
        assert_eq!(words("<div>1 < 2 &amp; 3 &gt; 2 &#8211; &euro;5 &unknown;</div>"), "1 < 2 & 3 > 2 – €5 &unknown;");
    }

    #[test]
    fn tables_of_data_go_row_by_row_and_those_of_layout_cell_by_cell() {
        let data = "<table><tr><th>Open</th><th>Late</th></tr><tr><td>5</td><td><p>{{ figures.overdue.now }}</p></td></tr></table>";
        assert_eq!(words(data), "Open | Late\n5 | {{ figures.overdue.now }}");
        let layout = "<table role=\"presentation\"><tr><td>Left</td><td>Right</td></tr></table>";
        assert_eq!(words(layout), "Left\nRight");
        let each = "<table>{% for task in tasks.overdue %}<tr><td>{{ task.title }}</td><td>{{ task.due }}</td></tr>{% endfor %}</table>";
        assert_eq!(words(each), "{% for task in tasks.overdue %}{{ task.title }} | {{ task.due }}\n{% endfor %}");
    }

    #[test]
    fn what_nobody_sees_is_left_out_and_what_steers_the_template_stays() {
        let source = "<style>p > a { color: red }</style><!-- a > b --><!--[if mso]><p>x</p><![endif]-->\
                      <script>if (a<b) { x('</p>') }</script><p title=\"a > b\">Seen&#847;</p>";
        assert_eq!(words(source), "Seen");
        assert_eq!(
            words("<p {% if a < 2 %}class=\"x\"{% endif %} title=\"{{ b }}\">c</p>"),
            "{% if a < 2 %}{% endif %}c"
        );
        assert_eq!(words("<!-- {% if a %}{{ b }} -->c<!-- {% endif %} -->"), "{% if a %}c{% endif %}");
    }

    #[test]
    fn links_show_their_addresses_once_and_pictures_their_words() {
        let source = "<p>See <a class=x href=\"https://a.example/?a=1&amp;b=2\">the <b>board</b></a>. \
                      <a href='{{ report.url }}'>Read</a> <a href=\"{{ x }}\">{{ x }}</a> <a href=\"#top\">Up</a>\
                      <a href=\"{% if a %}https://a.example{% endif %}\">Maybe</a></p><img data-alt=\"no\" alt=\"Chart: 17 done\">";
        assert_eq!(
            words(source),
            "See the board: https://a.example/?a=1&b=2. Read: {{ report.url }} {{ x }} Up{% if a %}{% endif %}Maybe\nChart: 17 done"
        );
    }

    #[test]
    fn tags_of_the_template_in_an_address_stay_whole() {
        let tag = "{{ x | default(value=\"https://a.example\") }}";
        for source in [format!("<a href=\"{tag}\">Open</a>"), format!("<a href={tag} class=x>Open</a>")] {
            assert_eq!(words(&source), format!("Open: {tag}"));
        }
        assert_eq!(words("<pre>a\n  b</pre>c\n d"), "a\nb\nc d");
    }

    #[test]
    fn a_quote_that_begins_no_value_is_a_character_like_any_other() {
        assert_eq!(words("<td title=Don't>a</td><p class=\"x\" data-a = 'b>c' \">d</p><p>e</p>"), "a\nd\ne");
    }

    /// With a look at all of the markup for each of its quotes it took minutes.
    #[test]
    fn markup_that_is_meant_to_take_long_does_not() {
        for hostile in ["'", "' ", "=' '\"", "<a href=\"x\">", "<table><td>"] {
            assert!(!words(&format!("<a {}", hostile.repeat(1_000_000))).contains('<'), "{hostile}");
        }
    }

    #[test]
    fn markup_that_has_no_end_is_read_to_the_end() {
        for source in [
            "<",
            "<p",
            "<!-- a",
            "<style>a",
            "<a href=\"x",
            "<p title='a>b",
            "&",
            "&#xffffffff;",
            "</",
            "<a href=>b</a>",
        ] {
            assert!(words(source).len() <= source.len(), "{source}");
        }
    }
}
