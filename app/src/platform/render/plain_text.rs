//! The plain text of a message, made of its HTML: headings, lists, links with their addresses, tables row by row.

use std::cell::RefCell;

use html5ever::{
    tendril::StrTendril,
    tokenizer::{
        BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
        states::{Rawtext, Rcdata, ScriptData},
    },
};

/// What a reader of the HTML sees, without pictures and looks.
pub(super) fn of_html(html: &str) -> String {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    // It pauses at the end of scripts, which mean nothing here.
    while !input.is_empty() {
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    let mut writer = tokenizer.sink.0.take();
    writer.end_line(false);
    tidy(&writer.out)
}

/// Without spaces at the ends of lines, and never more than one empty line.
pub(super) fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.trim_matches(['\n', '\r']).lines() {
        let line = line.trim_end();
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            tidied.push_str(line);
            tidied.push('\n');
        }
    }
    if tidied.trim().is_empty() { String::new() } else { tidied }
}

#[derive(Default)]
struct Sink(RefCell<Writer>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut writer = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => writer.words(&text),
            Token::TagToken(tag) => {
                let is_start = tag.kind == TagKind::StartTag;
                if is_start {
                    writer.start(&tag)
                } else {
                    writer.end(&tag.name)
                }
                // Their content is no markup.
                match (is_start, &*tag.name) {
                    (true, "script") => return TokenSinkResult::RawData(ScriptData),
                    (true, "style" | "xmp" | "iframe" | "noembed" | "noframes") => {
                        return TokenSinkResult::RawData(Rawtext);
                    }
                    (true, "title" | "textarea") => return TokenSinkResult::RawData(Rcdata),
                    _ => {}
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

#[derive(Default)]
struct Writer {
    out: String,
    line: String,
    /// An empty line stands before the next one.
    is_apart: bool,
    /// What the next line begins with: the sign of a list.
    sign: Option<String>,
    /// Left out until the end of this element, as often as it was opened within itself.
    skipped: Option<(String, usize)>,
    /// Lists that are open: the next number, none for one without order.
    lists: Vec<Option<u32>>,
    /// Tables that are open: whether they show data rather than arrange the page.
    tables: Vec<bool>,
    /// The address of the link that is open, and its words.
    link: Option<(String, String)>,
    quotes: usize,
    is_pre: bool,
}

const SKIPPED: [&str; 10] =
    ["head", "style", "script", "title", "template", "iframe", "object", "noembed", "noframes", "select"];
const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

impl Writer {
    fn start(&mut self, tag: &Tag) {
        let name: &str = &tag.name;
        if let Some((skipped, depth)) = &mut self.skipped {
            *depth += usize::from(skipped == name);
            return;
        }
        let attribute = |wanted: &str| {
            tag.attrs.iter().find(|attribute| &*attribute.name.local == wanted).map(|attribute| &*attribute.value)
        };
        let style: String = attribute("style").unwrap_or_default().split_whitespace().collect();
        let is_hidden = attribute("hidden").is_some() || style.to_lowercase().contains("display:none");
        if (SKIPPED.contains(&name) || is_hidden) && !VOID.contains(&name) && !tag.self_closing {
            self.skipped = Some((name.to_owned(), 1));
            return;
        }
        match name {
            "br" => self.end_line(false),
            "hr" => {
                self.end_line(true);
                self.line.push_str("----------");
                self.end_line(true);
            }
            "img" => self.words(attribute("alt").unwrap_or_default()),
            "a" => self.link = attribute("href").map(|href| (href.trim().to_owned(), String::new())),
            "ul" => self.open_list(None),
            "ol" => self.open_list(Some(attribute("start").and_then(|start| start.parse().ok()).unwrap_or(1))),
            "li" => self.item(),
            "table" => {
                let is_data = attribute("role").is_none_or(|role| role != "presentation" && role != "none");
                self.block(is_data);
                self.tables.push(is_data);
            }
            "tr" => self.end_line(false),
            "td" | "th" if self.is_in_data() => {
                if !self.line.trim().is_empty() {
                    self.line = format!("{} | ", self.line.trim_end());
                }
            }
            "blockquote" => {
                self.block(true);
                self.quotes += 1;
            }
            "pre" => {
                self.block(true);
                self.is_pre = true;
            }
            name if is_apart(name) => self.block(true),
            name if is_block(name) => self.block(false),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if let Some((skipped, depth)) = &mut self.skipped {
            if skipped == name {
                *depth -= 1;
                if *depth == 0 {
                    self.skipped = None;
                }
            }
            return;
        }
        match name {
            "a" => self.close_link(),
            "ul" | "ol" => {
                self.lists.pop();
                self.end_line(self.lists.is_empty());
            }
            "li" | "tr" => {
                self.end_line(false);
                self.sign = None;
            }
            "table" => {
                let is_data = self.tables.pop().unwrap_or(false);
                self.block(is_data);
            }
            "blockquote" => {
                self.block(true);
                self.quotes = self.quotes.saturating_sub(1);
            }
            "pre" => {
                self.block(true);
                self.is_pre = false;
            }
            "h1" => self.underline('='),
            "h2" => self.underline('-'),
            name if is_apart(name) => self.block(true),
            name if is_block(name) => self.block(false),
            _ => {}
        }
    }

    fn words(&mut self, text: &str) {
        if self.skipped.is_some() {
            return;
        }
        if let Some((_, words)) = &mut self.link {
            words.push_str(text);
        }
        if self.is_pre {
            for (at, line) in text.split('\n').enumerate() {
                if at > 0 {
                    self.end_line(false);
                }
                self.line.push_str(line.trim_end_matches('\r'));
            }
            return;
        }
        for c in text.chars() {
            // Characters without width keep previews from showing more; in text they are noise.
            if matches!(c, '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{feff}' | '\u{34f}' | '\u{ad}') {
                continue;
            }
            if !c.is_whitespace() {
                self.line.push(c);
            } else if !self.line.is_empty() && !self.line.ends_with(' ') {
                self.line.push(' ');
            }
        }
    }

    /// What is written so far stands on a line of its own.
    fn end_line(&mut self, is_apart: bool) {
        let line = std::mem::take(&mut self.line);
        let line = if self.is_pre { line.trim_end() } else { line.trim() };
        if line.is_empty() {
            self.is_apart |= is_apart && !self.out.is_empty();
            return;
        }
        if !self.out.is_empty() {
            self.out.push_str(if self.is_apart { "\n\n" } else { "\n" });
        }
        self.out.push_str(&"> ".repeat(self.quotes));
        match self.sign.take() {
            Some(sign) => self.out.push_str(&sign),
            None => self.out.push_str(&"  ".repeat(self.lists.len())),
        }
        self.out.push_str(line);
        self.is_apart = is_apart;
    }

    /// A block within a cell of data stays on the line of its row.
    fn block(&mut self, is_apart: bool) {
        if !self.is_in_data() {
            self.end_line(is_apart && self.lists.is_empty());
        } else if !self.line.is_empty() {
            self.line = format!("{} ", self.line.trim_end());
        }
    }

    fn is_in_data(&self) -> bool {
        self.tables.last() == Some(&true)
    }

    fn open_list(&mut self, number: Option<u32>) {
        self.end_line(self.lists.is_empty());
        self.lists.push(number);
    }

    fn item(&mut self) {
        self.end_line(false);
        let indent = "  ".repeat(self.lists.len().saturating_sub(1));
        self.sign = Some(match self.lists.last_mut() {
            Some(Some(number)) => {
                let sign = format!("{indent}{number}. ");
                *number = number.saturating_add(1);
                sign
            }
            _ => format!("{indent}- "),
        });
    }

    /// "words: address", or the address alone where it is all that the words say.
    fn close_link(&mut self) {
        let Some((href, words)) = self.link.take() else { return };
        let address = href.strip_prefix("mailto:").unwrap_or(&href);
        let is_address = href.starts_with("https://") || href.starts_with("http://") || href.starts_with("mailto:");
        let words = words.trim();
        if !is_address || words == address || words == href {
            return;
        }
        let line = self.line.trim_end().to_owned();
        let between = if words.is_empty() && (line.is_empty() || self.line.ends_with(' ')) {
            ""
        } else if words.is_empty() {
            " "
        } else {
            ": "
        };
        let kept = if between.is_empty() { self.line.clone() } else { line };
        self.line = format!("{kept}{between}{address}");
    }

    fn underline(&mut self, sign: char) {
        let width = self.line.trim().chars().count().min(72);
        if self.is_in_data() || width == 0 {
            return self.block(true);
        }
        self.end_line(false);
        self.line = sign.to_string().repeat(width);
        self.end_line(true);
    }
}

/// Blocks with an empty line around them.
fn is_apart(name: &str) -> bool {
    matches!(name, "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dl" | "figure" | "address")
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "div"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "main"
            | "nav"
            | "aside"
            | "center"
            | "body"
            | "td"
            | "th"
            | "dt"
            | "dd"
            | "figcaption"
            | "caption"
            | "form"
            | "fieldset"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_paragraphs_and_breaks_are_lines() {
        let html = "<h1>Weekly  report</h1><p>17 done,<br>3 late &amp; open.</p><h3>Next</h3><div>a</div><div>b</div>";
        let text = "Weekly report\n=============\n\n17 done,\n3 late & open.\n\nNext\n\na\nb\n";
        assert_eq!(of_html(html), text);
    }

    #[test]
    fn lists_have_signs_and_numbers() {
        let html =
            "<p>Done:</p><ul><li>One</li><li><p>Two</p><ol start=\"3\"><li>a</li><li>b</li></ol></li></ul><p>End</p>";
        assert_eq!(of_html(html), "Done:\n\n- One\n- Two\n  3. a\n  4. b\n\nEnd\n");
    }

    #[test]
    fn links_show_their_addresses_once() {
        let html = "<p>See <a href=\"https://a.example/x?a=1&amp;b=2\">the board</a>, <a href=\"https://a.example\">https://a.example</a> or \
                    <a href=\"mailto:ana@example.org\">ana@example.org</a>. <a href=\"#top\">Up</a> <a href=\"javascript:x()\">no</a></p>";
        assert_eq!(
            of_html(html),
            "See the board: https://a.example/x?a=1&b=2, https://a.example or ana@example.org. Up no\n"
        );
    }

    #[test]
    fn tables_of_data_go_row_by_row_and_tables_of_layout_as_blocks() {
        let data = "<table><tr><th>Task</th><th>Due</th></tr><tr><td><p>Move</p></td><td>Friday</td></tr></table>";
        assert_eq!(of_html(data), "Task | Due\nMove | Friday\n");
        let layout = format!("<table role=\"presentation\"><tr><td><p>Hello</p>{data}</td><td>Side</td></tr></table>");
        assert_eq!(of_html(&layout), "Hello\n\nTask | Due\nMove | Friday\n\nSide\n");
    }

    #[test]
    fn what_nobody_sees_is_left_out() {
        let html = "<head><title>T</title><style>p > a { color: red }</style></head><body><div style=\"DISPLAY: none\"><div>pre</div>header</div>\
                    <script>if (a < b) x()</script><!--[if mso]><p>x</p><![endif]--><p hidden>y</p><p>Seen <img alt=\"chart: 17 done\"></p></body>";
        assert_eq!(of_html(html), "Seen chart: 17 done\n");
        assert_eq!(of_html("<img src=\"x\">"), "");
    }

    #[test]
    fn quotes_and_written_lines_keep_their_shape() {
        assert_eq!(of_html("<blockquote><p>a</p><p>b</p></blockquote>"), "> a\n\n> b\n");
        assert_eq!(of_html("<pre>a\n  b</pre>"), "a\n  b\n");
    }

    #[test]
    fn a_written_text_is_tidied() {
        assert_eq!(tidy("\n\na  \n\n\n\nb\n\n"), "a\n\nb\n");
        assert_eq!(tidy(" \n \n"), "");
    }
}
