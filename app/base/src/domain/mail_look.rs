//! A look at the HTML of a mail: its links, its images, what it would fetch; and what to say about a mail as a whole.
//! The markup is foreign: it is read tag by tag, in one pass, and never believed.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Most links that are listed.
const LINKS_MAX: usize = 200;
/// Longest link that is listed, in characters.
const LINK_MAX: usize = 2_000;
/// From here on Gmail cuts a message off; it counts the bytes of the HTML.
const CLIPPED_BYTES: usize = 100_000;

/// What was found in the HTML of a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// Each once, in the order of the text.
    pub links: Vec<String>,
    /// Some more were left out.
    pub has_more_links: bool,
    pub images: u32,
    /// Images without a text for those who do not see them.
    pub images_without_alt: u32,
    /// Images within the markup, which many programs do not show.
    pub data_images: u32,
    /// What would be fetched from elsewhere when the mail is opened.
    pub remote: u32,
}

/// What a mail is like, for [`checks`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailFacts {
    pub has_text: bool,
    pub has_html: bool,
    pub html_bytes: usize,
    pub look: Look,
    pub has_list_unsubscribe: bool,
    /// `List-Unsubscribe-Post: List-Unsubscribe=One-Click`.
    pub has_one_click: bool,
    pub is_automatic: bool,
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Good,
    Note,
    Bad,
}

/// Something that a mail program or its reader would notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub name: &'static str,
    pub verdict: Verdict,
    pub words: String,
}

/// Looks at HTML.
pub fn look(html: &str) -> Look {
    let (mut found, mut known) = (Look::default(), BTreeSet::new());
    let mut tags = Tags { rest: html };
    while let Some(tag) = tags.next() {
        let of = |name: &str| tag.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        match tag.name.as_str() {
            "a" | "area" => {
                let Some(href) = of("href").map(str::trim).filter(|href| !href.is_empty()) else { continue };
                let href: String = href.chars().take(LINK_MAX).collect();
                if found.links.len() >= LINKS_MAX {
                    found.has_more_links |= !known.contains(&href);
                } else if known.insert(href.clone()) {
                    found.links.push(href);
                }
            }
            "img" => {
                found.images += 1;
                let source = of("src").unwrap_or_default();
                found.images_without_alt += u32::from(of("alt").is_none());
                found.data_images += u32::from(has_scheme(source, &["data:"]));
                found.remote += u32::from(is_remote(source));
            }
            _ => {
                let sources = ["src", "background", "data", "poster"].into_iter().filter_map(of);
                let sheet = of("href").filter(|_| tag.name == "link");
                found.remote += u32::from(sources.chain(sheet).any(is_remote));
            }
        }
    }
    found
}

fn is_remote(address: &str) -> bool {
    has_scheme(address, &["http:", "https:", "//", "ftp:"])
}

fn has_scheme(address: &str, schemes: &[&str]) -> bool {
    let address = address.trim_start();
    schemes.iter().any(|scheme| address.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme)))
}

/// Whether a link of a mail may be opened from our page: to the web, and nothing that runs.
pub fn is_web_link(address: &str) -> bool {
    has_scheme(address, &["http://", "https://"])
}

/// What to say about a mail.
pub fn checks(facts: &MailFacts) -> Vec<Check> {
    let MailFacts { has_text, has_html, html_bytes, look, has_list_unsubscribe, has_one_click, is_automatic } = facts;
    let check = |name, verdict, words: String| Check { name, verdict, words };
    let mut said = vec![match has_text {
        true => check("Text part", Verdict::Good, "There is one: programs that show no HTML show it.".into()),
        false => check("Text part", Verdict::Bad, "There is none: some readers see nothing.".into()),
    }];
    if *has_html {
        let kilobytes = html_bytes.div_ceil(1_000);
        said.push(if *html_bytes < CLIPPED_BYTES {
            check("Size", Verdict::Good, format!("{kilobytes} kB of HTML; Gmail cuts off above 100 kB."))
        } else {
            check("Size", Verdict::Bad, format!("{kilobytes} kB of HTML: Gmail cuts off what is above 100 kB."))
        });
        said.push(match (look.images, look.images_without_alt) {
            (0, _) => check("Images", Verdict::Good, "There are none.".into()),
            (all, 0) => check("Images", Verdict::Good, format!("All of the {all} say in words what they show.")),
            (all, without) => {
                check("Images", Verdict::Bad, format!("{without} of {all} have no alternative text (alt)."))
            }
        });
        if look.data_images > 0 {
            said.push(check(
                "Images in the markup",
                Verdict::Bad,
                format!("{} with data: addresses; Gmail and Outlook do not show them.", look.data_images),
            ));
        }
        said.push(match look.remote {
            0 => check("Remote content", Verdict::Good, "Nothing is fetched when the mail is opened.".into()),
            many => check(
                "Remote content",
                Verdict::Note,
                format!("{many} would be fetched from other servers. They are blocked here, and by many programs."),
            ),
        });
    }
    said.push(match (has_list_unsubscribe, has_one_click) {
        (true, true) => {
            check("Way to stop the mails", Verdict::Good, "List-Unsubscribe with one click (RFC 8058).".into())
        }
        (true, false) => check(
            "Way to stop the mails",
            Verdict::Note,
            "List-Unsubscribe leads to a page. One click needs List-Unsubscribe-Post and an https address.".into(),
        ),
        (false, true) => check(
            "Way to stop the mails",
            Verdict::Bad,
            "List-Unsubscribe-Post stands there without List-Unsubscribe.".into(),
        ),
        (false, false) => check(
            "Way to stop the mails",
            Verdict::Note,
            "No List-Unsubscribe: right for an answer to one person, wrong for a report.".into(),
        ),
    });
    said.push(if *is_automatic {
        check("Auto-Submitted", Verdict::Good, "Out-of-office replies stay away.".into())
    } else {
        check("Auto-Submitted", Verdict::Note, "Missing: readers' out-of-office replies come back.".into())
    });
    said
}

/// A start tag, its names in lower case.
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

/// Reads start tags, one after the other; comments and the text of scripts and styles are skipped.
struct Tags<'a> {
    rest: &'a str,
}

/// Most attributes of a tag that are looked at.
const ATTRIBUTES_MAX: usize = 100;

impl Tags<'_> {
    fn next(&mut self) -> Option<Tag> {
        loop {
            let (_, rest) = self.rest.split_once('<')?;
            if let Some(comment) = rest.strip_prefix("!--") {
                self.rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
                continue;
            }
            self.rest = rest;
            if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
                break;
            }
        }
        let name = self.take_while(|c| !c.is_whitespace() && c != '/' && c != '>').to_ascii_lowercase();
        let mut attributes = Vec::new();
        while let Some(attribute) = self.attribute() {
            if attributes.len() < ATTRIBUTES_MAX {
                attributes.push(attribute);
            }
        }
        if matches!(name.as_str(), "script" | "style") {
            self.skip_to_end(&name);
        }
        Some(Tag { name, attributes })
    }

    fn attribute(&mut self) -> Option<(String, String)> {
        self.take_while(|c| c.is_whitespace() || c == '/');
        if self.rest.is_empty() || self.rest.starts_with('>') {
            self.rest = self.rest.get(1..).unwrap_or_default();
            return None;
        }
        // A name may begin with any character, also with "=".
        let first = self.rest.chars().next().map_or(0, char::len_utf8);
        let (begin, rest) = self.rest.split_at(first);
        self.rest = rest;
        let name = format!("{begin}{}", self.take_while(|c| !c.is_whitespace() && !matches!(c, '/' | '>' | '=')));
        self.take_while(char::is_whitespace);
        let Some(rest) = self.rest.strip_prefix('=') else { return Some((name.to_ascii_lowercase(), String::new())) };
        self.rest = rest;
        self.take_while(char::is_whitespace);
        let value = match self.rest.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                self.rest = self.rest.get(1..).unwrap_or_default();
                let value = self.take_while(|c| c != quote);
                self.rest = self.rest.get(1..).unwrap_or_default();
                value
            }
            _ => self.take_while(|c| !c.is_whitespace() && c != '>'),
        };
        Some((name.to_ascii_lowercase(), value.replace("&amp;", "&")))
    }

    fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> String {
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken.to_owned()
    }

    fn skip_to_end(&mut self, name: &str) {
        while let Some((_, rest)) = self.rest.split_once("</") {
            self.rest = rest;
            if rest.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name)) {
                return;
            }
        }
        self.rest = "";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_listed_once_and_images_are_counted_by_what_is_wrong_with_them() {
        let html = r#"<!-- <a href="http://commented.example"> --><style>a > b { background: "<img>" }</style>
            <A HREF='https://example.org/?a=1&amp;b=2'>one</A><a href=https://example.org/?a=1&b=2>again</a><a name="x">
            <img src="cid:one" alt="Nine done"><img src=https://spy.example/x.png><img src="data:image/png;base64,AA" alt="">
            <table background="//spy.example/ground.png"><link rel=stylesheet href="http://spy.example/s.css">"#;
        let found = look(html);
        assert_eq!(found.links, ["https://example.org/?a=1&b=2"]);
        assert_eq!((found.images, found.images_without_alt, found.data_images, found.remote), (3, 1, 1, 3));
    }

    #[test]
    fn broken_markup_ends_and_nothing_is_lost_before_the_break() {
        for tail in
            ["<", "<a", "<a href", "<a href=", "<a href=\"", "<img / = x", "<!-- ", "<script", "<script>x</", "<ž>"]
        {
            let found = look(&format!("<a href=\"https://example.org\">x</a>{tail}"));
            assert_eq!(found.links, ["https://example.org"], "{tail}");
        }
        let many: String = (0..300).map(|number| format!("<a href=\"https://example.org/{number}\">")).collect();
        let found = look(&many);
        assert_eq!((found.links.len(), found.has_more_links), (LINKS_MAX, true));
    }

    #[test]
    fn a_good_report_passes_every_check_and_a_bare_mail_is_told_what_it_lacks() {
        let good = MailFacts {
            has_text: true,
            has_html: true,
            html_bytes: 30_000,
            look: look("<img src=\"cid:a\" alt=\"Nine done\">"),
            has_list_unsubscribe: true,
            has_one_click: true,
            is_automatic: true,
        };
        assert!(checks(&good).iter().all(|check| check.verdict == Verdict::Good), "{:?}", checks(&good));
        let bad = MailFacts {
            has_html: true,
            html_bytes: 200_000,
            has_one_click: true,
            look: look("<img src=\"data:x\">"),
            ..MailFacts::default()
        };
        let refused: Vec<&str> =
            checks(&bad).into_iter().filter(|check| check.verdict == Verdict::Bad).map(|check| check.name).collect();
        assert_eq!(refused, ["Text part", "Size", "Images", "Images in the markup", "Way to stop the mails"]);
    }

    #[test]
    fn only_the_web_is_a_link_that_can_be_opened() {
        assert!(is_web_link("HTTPS://example.org"));
        for address in ["javascript:alert(1)", "data:text/html,x", "mailto:a@example.org", "/board", "https:example"] {
            assert!(!is_web_link(address), "{address}");
        }
    }
}
