//! Markdown of people to safe HTML: rendered by pulldown-cmark, cleaned by ammonia, without style,
//! SVG, math or pictures from elsewhere.

use std::sync::LazyLock;

use ammonia::Builder;
use linkify::{LinkFinder, LinkKind};
use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, TextMergeStream, html};

use crate::domain::template::compile::plain_markdown;

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::default();
    cleaner
        .rm_tags(["img", "svg", "math", "style", "map", "area"])
        // The boxes of task lists: whatever a text says, an input is a checkbox that nobody can change.
        .add_tags(["input"])
        .add_tag_attributes("input", ["checked"])
        .add_tag_attribute_values("input", "aria-label", ["Done", "Open"])
        .set_tag_attribute_value("input", "type", "checkbox")
        .set_tag_attribute_value("input", "disabled", "disabled")
        .link_rel(Some("noopener noreferrer nofollow"));
    cleaner
});

/// For mails: nothing of forms is left.
static MAIL_CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::default();
    cleaner.rm_tags(["img", "svg", "math", "style", "map", "area"]).link_rel(None);
    cleaner
});

const OPTIONS: Options = Options::ENABLE_STRIKETHROUGH.union(Options::ENABLE_TABLES).union(Options::ENABLE_TASKLISTS);

/// What a reader of a Markdown text sees of it, in one line, without marks. Not HTML: markup that somebody typed stays
/// text.
pub fn to_text(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    for event in Parser::new_ext(markdown, OPTIONS) {
        match event {
            Event::Text(part) | Event::Code(part) | Event::Html(part) | Event::InlineHtml(part) => text.push_str(&part),
            Event::End(TagEnd::Strong | TagEnd::Emphasis | TagEnd::Strikethrough | TagEnd::Link) => {}
            Event::SoftBreak | Event::HardBreak | Event::End(_) => text.push(' '),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// As [`to_text`], a line for each paragraph, item of a list and row of a table.
pub fn to_lines(markdown: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    // The next number of each list that is open; none where its items have dots.
    let mut lists: Vec<Option<u64>> = Vec::new();
    let mut end = |line: &mut String| {
        let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
        lines.extend((!words.is_empty()).then_some(words));
        line.clear();
    };
    for event in Parser::new_ext(markdown, OPTIONS) {
        match event {
            Event::Text(part) | Event::Code(part) | Event::Html(part) | Event::InlineHtml(part) => line.push_str(&part),
            Event::TaskListMarker(is_done) => line = if is_done { "☑ " } else { "☐ " }.to_owned(),
            Event::SoftBreak | Event::HardBreak => line.push(' '),
            Event::Start(Tag::List(first)) => {
                end(&mut line);
                lists.push(first);
            }
            Event::End(TagEnd::List(_)) => drop(lists.pop()),
            Event::Start(Tag::Item) => {
                end(&mut line);
                match lists.last_mut() {
                    Some(Some(number)) => {
                        line = format!("{number}. ");
                        *number = number.saturating_add(1);
                    }
                    _ => line.push_str("• "),
                }
            }
            Event::Start(Tag::TableCell) if !line.is_empty() => line.push_str(" | "),
            Event::End(
                TagEnd::Paragraph
                | TagEnd::Heading(_)
                | TagEnd::CodeBlock
                | TagEnd::HtmlBlock
                | TagEnd::Item
                | TagEnd::TableHead
                | TagEnd::TableRow,
            ) => end(&mut line),
            _ => {}
        }
    }
    end(&mut line);
    lines
}

/// Safe HTML of a Markdown text.
pub fn to_html(markdown: &str) -> String {
    let mut raw = String::new();
    let events = Parser::new_ext(markdown, OPTIONS).map(|event| match event {
        Event::TaskListMarker(true) => {
            Event::InlineHtml("<input type=\"checkbox\" checked aria-label=\"Done\"> ".into())
        }
        Event::TaskListMarker(false) => Event::InlineHtml("<input type=\"checkbox\" aria-label=\"Open\"> ".into()),
        other => other,
    });
    html::push_html(&mut raw, linked(events));
    CLEANER.clean(&raw).to_string()
}

/// The same with each address that stands bare in a text as a link; in code it stays what it is.
fn linked<'a>(events: impl Iterator<Item = Event<'a>>) -> impl Iterator<Item = Event<'a>> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let mut is_apart = false;
    TextMergeStream::new(events).flat_map(move |event| {
        match &event {
            Event::Start(Tag::Link { .. } | Tag::CodeBlock(_)) => is_apart = true,
            Event::End(TagEnd::Link | TagEnd::CodeBlock) => is_apart = false,
            Event::Text(text) if !is_apart => return with_links(&finder, text),
            _ => {}
        }
        vec![event]
    })
}

fn with_links<'a>(finder: &LinkFinder, text: &str) -> Vec<Event<'a>> {
    let is_of_web = |address: &str| address.starts_with("https://") || address.starts_with("http://");
    let mut events = Vec::new();
    for span in finder.spans(text) {
        let words = || CowStr::from(span.as_str().to_owned());
        // What is filled in is no part of an address.
        if span.kind().is_none() || !is_of_web(span.as_str()) || span.as_str().contains(VALUE_BEGINS) {
            events.push(Event::Text(words()));
            continue;
        }
        let (title, id) = (CowStr::Borrowed(""), CowStr::Borrowed(""));
        events.push(Event::Start(Tag::Link { link_type: LinkType::Autolink, dest_url: words(), title, id }));
        events.push(Event::Text(words()));
        events.push(Event::End(TagEnd::Link));
    }
    events
}

/// Between these two signs a Markdown text for [`to_mail_html`] holds a value, already escaped for HTML: whatever marks it
/// looks to have are text. They are of the private use of Unicode, so no text needs them.
pub const VALUE_BEGINS: char = '\u{e000}';
/// The other one.
pub const VALUE_ENDS: char = '\u{e001}';

/// A value for [`to_mail_html`], escaped for HTML, between its signs.
pub fn marked(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len() + 8);
    escaped.push(VALUE_BEGINS);
    for c in value.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            VALUE_BEGINS | VALUE_ENDS => {}
            c => escaped.push(c),
        }
    }
    escaped.push(VALUE_ENDS);
    escaped
}

/// As [`to_html`], for a mail: no form fields, which mail programs leave out, but the signs of boxes. What is marked as a
/// value stays text.
pub fn to_mail_html(markdown: &str) -> String {
    let (markdown, values) = without_values(markdown);
    let mut raw = String::new();
    let events = linked(Parser::new_ext(&markdown, OPTIONS)).map(|event| match event {
        Event::TaskListMarker(is_done) => Event::Text(if is_done { "☑ " } else { "☐ " }.into()),
        Event::Text(text) => Event::Text(with_values(text, &values, unescaped)),
        Event::Code(text) => Event::Code(with_values(text, &values, unescaped)),
        Event::Html(html) => Event::Html(with_values(html, &values, str::to_owned)),
        Event::InlineHtml(html) => Event::InlineHtml(with_values(html, &values, str::to_owned)),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => Event::Start(Tag::Link {
            link_type,
            dest_url: with_values(dest_url, &values, unescaped),
            title: with_values(title, &values, unescaped),
            id,
        }),
        other => other,
    });
    html::push_html(&mut raw, events);
    // Addresses are looked at when the values are in them.
    MAIL_CLEANER.clean(&raw).to_string()
}

/// Safe HTML of what the owner of a report says at its head, the same on its page and in its mails: markup that was typed
/// stays text, as it does in the text of the mail and in the PDF.
pub fn to_comment_html(markdown: &str) -> String {
    to_mail_html(&plain_markdown(markdown.trim()))
}

/// The text with a number in the place of each value, which the parser takes for a letter, and the values.
fn without_values(markdown: &str) -> (String, Vec<&str>) {
    let (mut text, mut values) = (String::with_capacity(markdown.len()), Vec::new());
    let mut rest = markdown;
    while let Some((before, behind)) = rest.split_once(VALUE_BEGINS) {
        text.push_str(before);
        let (value, after) = behind.split_once(VALUE_ENDS).unwrap_or((behind, ""));
        // What is nothing leaves nothing: its line may be empty.
        if !value.trim().is_empty() {
            text.push_str(&format!("{VALUE_BEGINS}{}{VALUE_ENDS}", values.len()));
            values.push(value);
        }
        rest = after;
    }
    text.push_str(rest);
    (text, values)
}

fn with_values<'a>(text: CowStr<'a>, values: &[&str], write: impl Fn(&str) -> String) -> CowStr<'a> {
    if !text.contains(VALUE_BEGINS) {
        return text;
    }
    let mut whole = String::with_capacity(text.len());
    let mut rest: &str = &text;
    while let Some((before, behind)) = rest.split_once(VALUE_BEGINS) {
        whole.push_str(before);
        let (number, after) = behind.split_once(VALUE_ENDS).unwrap_or((behind, ""));
        let value = number.parse::<usize>().ok().and_then(|number| values.get(number));
        whole.push_str(&value.map(|value| write(value)).unwrap_or_default());
        rest = after;
    }
    whole.push_str(rest);
    whole.into()
}

/// A value as it was before it was escaped: what is written here is escaped once more.
fn unescaped(value: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        .into_iter()
        .fold(value.to_owned(), |text, (entity, sign)| text.replace(entity, sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_markdown_is_rendered() {
        assert_eq!(to_html("a **b**").trim(), "<p>a <strong>b</strong></p>");
    }

    #[test]
    fn an_address_that_stands_bare_is_a_link_and_in_code_it_is_text() {
        let html = to_html("See https://example.org/a_b?c=1&d, or [here](https://example.org/e) (https://x.org/f).");
        assert!(html.contains("<a href=\"https://example.org/a_b?c=1&amp;d\""), "{html}");
        assert!(html.contains(">https://example.org/a_b?c=1&amp;d</a>,"), "{html}");
        assert!(html.contains(">https://x.org/f</a>)."), "{html}");
        assert_eq!(html.matches("<a ").count(), 3, "{html}");
        for text in ["`https://x.org`", "```\nhttps://x.org\n```", "javascript:alert(1) mina@example.org ftp://x.org"] {
            assert!(!to_html(text).contains("<a "), "{text}");
        }
    }

    #[test]
    fn the_boxes_of_a_task_list_are_named_and_a_field_of_a_text_becomes_one() {
        let html = to_html("- [x] one\n- [ ] two\n\n<input type=\"text\" name=\"password\" aria-label=\"Password\">");
        assert_eq!(html.matches("type=\"checkbox\"").count(), 3, "{html}");
        assert_eq!(html.matches("disabled=").count(), 3, "{html}");
        assert!(html.contains("aria-label=\"Done\"") && html.contains("aria-label=\"Open\""), "{html}");
        assert!(!html.contains("Password") && !html.contains("name="), "{html}");
    }

    #[test]
    fn a_mail_shows_boxes_as_signs_and_has_no_fields() {
        let html = to_mail_html("- [x] one\n- [ ] two\n\n<input type=\"text\"> ![x](https://evil/p.png)");
        assert!(html.contains("☑ one") && html.contains("☐ two"), "{html}");
        assert!(!html.contains("<input") && !html.contains("<img"), "{html}");
    }

    #[test]
    fn a_comment_reads_alike_wherever_it_stands() {
        let html = to_comment_html("See https://example.org/a, <b>really</b>\n\n- [x] `<p>`");
        assert_eq!(
            html,
            "<p>See <a href=\"https://example.org/a\">https://example.org/a</a>, &lt;b&gt;really&lt;/b&gt;</p>\n\
             <ul>\n<li>☑ <code>&lt;p&gt;</code></li>\n</ul>\n"
        );
    }

    #[test]
    fn a_value_is_no_address_and_no_part_of_one() {
        let value = |text: &str| format!("{VALUE_BEGINS}{text}{VALUE_ENDS}");
        for text in [value("https://evil.example"), format!("https://{}", value("evil.example"))] {
            assert!(!to_mail_html(&text).contains("<a "), "{text}");
        }
        assert!(to_mail_html(&format!("{} https://a.example", value("b"))).contains("<a href=\"https://a.example\""));
    }

    #[test]
    fn a_value_stays_text_whatever_marks_it_has() {
        let value = |text: &str| format!("{VALUE_BEGINS}{text}{VALUE_ENDS}");
        let html = |text: &str| to_mail_html(text).trim().to_owned();
        let link = value("[Sign in](https://evil.example) **now** &lt;b&gt;");
        assert_eq!(
            html(&format!("**{link}**, `{link}`")),
            "<p><strong>[Sign in](https://evil.example) **now** &lt;b&gt;</strong>, \
             <code>[Sign in](https://evil.example) **now** &lt;b&gt;</code></p>"
        );
        assert_eq!(html(&value("# a\n\n- b")), "<p># a\n\n- b</p>");
        assert_eq!(
            html(&format!("[a]({})", value("https://a.example/?b=1&amp;c=2"))),
            html("[a](https://a.example/?b=1&c=2)")
        );
        assert!(!html(&format!("[a]({})", value("javascript:alert(1)"))).contains("javascript"));
        assert_eq!(html(&value(" ")), "");
    }

    #[test]
    fn a_text_without_its_marks_reads_as_one_line() {
        let text = to_text(
            "# Plan\n\nthe **weekly** `report`,\nsee [there](https://a.example)\n\n- [ ] one\n- two\n\n<b>x</b>",
        );
        assert_eq!(text, "Plan the weekly report, see there one two <b>x</b>");
    }

    #[test]
    fn scripts_handlers_and_foreign_pictures_are_gone() {
        for text in [
            "<script>alert(1)</script>",
            "<a href='javascript:x'>y</a>",
            "![x](https://evil/p.png)",
            "<svg onload=x>",
            "<p style='x' onclick=y>z</p>",
        ] {
            let html = to_html(text).to_lowercase();
            for bad in ["script", "javascript:", "<img", "svg", "style=", "onclick"] {
                assert!(!html.contains(bad), "{text} became {html}");
            }
        }
    }
}
