//! One walk over the HTML, from element to element.

use std::collections::BTreeSet;

use super::{
    List, Mail, links, shortened,
    styles::{background, property, refused, style_sheets},
};
use crate::domain::template::{
    colour::Colour,
    lint::{
        Rule,
        contrast::{Stack, Theme},
        css::{self, StyleRule},
        reading::{Piece, pieces},
    },
};

/// Bytes of HTML that are looked at: more than Gmail shows, which is an error whatever stands there.
const LOOKED: usize = 128 * 1024;

/// The HTML that is looked at.
pub(super) fn looked_at(html: &str) -> &str {
    &html[..html.floor_char_boundary(LOOKED)]
}

/// One walk over the HTML.
pub(super) struct Walk<'a> {
    mail: &'a Mail<'a>,
    pieces: Vec<(u32, Piece)>,
    stack: Stack,
    sheet: Vec<(u32, StyleRule)>,
    shown: BTreeSet<String>,
    addresses: Vec<String>,
    /// The link that is open, and whether it has words by now.
    link: Option<(u32, bool)>,
    language: bool,
    title: bool,
}

impl<'a> Walk<'a> {
    pub fn new(mail: &'a Mail<'a>) -> Self {
        let pieces = pieces(looked_at(mail.html));
        let sheet = style_sheets(&pieces);
        let stack = Stack::new(sheet.iter().map(|(_, rule)| rule.clone()).collect());
        Self {
            mail,
            pieces,
            stack,
            sheet,
            shown: BTreeSet::new(),
            addresses: Vec::new(),
            link: None,
            language: false,
            title: false,
        }
    }

    pub fn over(mut self, list: &mut List) {
        for (line, rule) in std::mem::take(&mut self.sheet) {
            for one in &rule.declarations {
                property(list, line, one, rule.condition.is_empty());
            }
        }
        for (line, piece) in std::mem::take(&mut self.pieces) {
            match piece {
                Piece::Open { name, attributes, is_closed } => {
                    self.element(list, line, &name, &attributes);
                    self.stack.open(&name, &attributes);
                    if is_closed {
                        self.stack.close(&name);
                    }
                }
                Piece::Close { name } => {
                    if name == "a" {
                        self.end_of_link(list);
                    }
                    self.stack.close(&name);
                }
                Piece::Words(words) => self.words(list, line, &words),
                Piece::Comment(words) => comment(list, &words),
            }
        }
        list.block = None;
        self.at_the_end(list);
    }

    fn element(&mut self, list: &mut List, line: u32, name: &str, attributes: &[(String, String)]) {
        let attribute =
            |wanted: &str| attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.trim());
        for one in css::declarations(attribute("style").unwrap_or_default()) {
            property(list, line, &one, true);
        }
        if let Some(words) = refused(name) {
            list.error(Rule::Elements, line, format!("<{name}> {words}"));
        }
        if let Some((handler, _)) = attributes.iter().find(|(name, _)| name.starts_with("on")) {
            list.error(Rule::Elements, line, format!("{handler} does nothing: mail programs run no scripts."));
        }
        match name {
            "html" => self.language = attribute("lang").is_some_and(|language| !language.is_empty()),
            "title" => self.title = true,
            "link" if attribute("rel").is_some_and(|rel| rel.eq_ignore_ascii_case("stylesheet")) => {
                let words = "A style sheet from elsewhere is not fetched. Write its rules into the mail.";
                list.error(Rule::Css, line, words);
            }
            "img" => self.image(list, line, attribute("src"), attribute("alt"), attribute("width").is_some()),
            "a" => {
                self.end_of_link(list);
                self.link = Some((line, false));
                let is_named = attribute("id").is_some() || attribute("name").is_some();
                self.address(list, line, attribute("href"), is_named);
            }
            _ => {}
        }
        if let Some(picture) = attribute("background") {
            background(list, line);
            self.shown.extend(picture.strip_prefix("cid:").map(str::to_owned));
        }
    }

    fn image(&mut self, list: &mut List, line: u32, src: Option<&str>, alt: Option<&str>, has_width: bool) {
        list.images += 1;
        let src = src.unwrap_or_default();
        match alt {
            None => {
                list.error(Rule::Images, line, "An image has no alt: nobody knows what it shows where it is not shown.")
            }
            Some("") => list.warning(
                Rule::Images,
                line,
                "The alt of an image is empty: right only for a picture that says nothing.",
            ),
            Some(_) => {
                if let Some((_, has_words)) = &mut self.link {
                    *has_words = true;
                }
            }
        }
        if !has_width {
            list.warning(Rule::Images, line, "An image has no width: Outlook shows it as large as its file is.");
        }
        let lower = src.to_ascii_lowercase();
        if let Some(cid) = lower.starts_with("cid:").then(|| src[4..].to_owned()) {
            if !self.mail.images.contains(&cid) {
                list.error(Rule::Images, line, format!("cid:{cid} is no image of this mail."));
            }
            self.shown.insert(cid);
        } else if lower.starts_with("data:") {
            list.error(Rule::Images, line, "Gmail and Outlook do not show images with data: addresses.");
        } else if lower.starts_with("https:") || lower.starts_with("http:") {
            let words =
                "An image from elsewhere is not shown until the reader allows it, and tells its server who reads.";
            list.warning(Rule::Images, line, words);
        } else {
            list.error(Rule::Images, line, format!("The address of an image leads nowhere: “{}”.", shortened(src)));
        }
    }

    fn address(&mut self, list: &mut List, line: u32, href: Option<&str>, is_named: bool) {
        let Some(href) = href else {
            // An anchor to jump to is no link.
            self.link = None;
            if !is_named {
                let words = "A link has no address: there was none, or one that mail programs do not follow, such as javascript:.";
                list.warning(Rule::Links, line, words);
            }
            return;
        };
        links::address(list, line, href, self.mail);
        self.addresses.push(href.to_owned());
    }

    fn end_of_link(&mut self, list: &mut List) {
        if let Some((line, false)) = self.link.take() {
            list.warning(Rule::Links, line, "A link has no words.");
        }
    }

    fn words(&mut self, list: &mut List, line: u32, words: &str) {
        // Spaces of a preheader, and entities that are there to keep a cell open.
        let is_blank =
            words.chars().all(|c| c.is_whitespace() || matches!(c, '\u{34f}' | '\u{200c}' | '\u{200b}' | '\u{ad}'));
        if is_blank {
            return;
        }
        if let Some((_, has_words)) = &mut self.link {
            *has_words = true;
        }
        for (theme, ink, ground, least) in self.stack.pairs() {
            contrast(list, line, theme, ink, ground, least);
        }
    }

    fn at_the_end(self, list: &mut List) {
        let Mail { stop_url, report_url, images, .. } = self.mail;
        if self.stack.is_spent() {
            let words = "There are more styles than can be looked at. How the last words stand out is not known.";
            list.error(Rule::Contrast, None, words);
        }
        for image in images.iter().filter(|image| !self.shown.contains(*image)) {
            list.warning(Rule::Images, None, format!("The image {image} is sent and never shown."));
        }
        let leads_to = |url: &str| self.addresses.iter().any(|address| address == url);
        if stop_url.is_some_and(|url| !leads_to(url)) {
            let words = "The mail does not say how to stop it. Put a link to {{ recipient.stop_url }} at its foot.";
            list.error(Rule::Foot, None, words);
        }
        if report_url.is_some_and(|url| !leads_to(url)) {
            let words = "Nothing leads to the report in the browser. Put a link to {{ report.url }} at its foot.";
            list.warning(Rule::Foot, None, words);
        }
        if !self.language {
            list.warning(
                Rule::Elements,
                None,
                "The language is not said: <html lang=\"en\"> has it read aloud rightly.",
            );
        }
        if !self.title {
            list.warning(Rule::Elements, None, "There is no <title>: readers of screens say it first.");
        }
    }
}

/// Comments of a compiled document name the block that begins.
pub(super) fn comment(list: &mut List, words: &str) {
    let mut parts = words.split_whitespace();
    match parts.next() {
        Some("block") => list.block = parts.next().and_then(|id| id.trim_end_matches(':').parse().ok()),
        Some("attachments" | "foot" | "signature") => list.block = None,
        _ => {}
    }
}

fn contrast(list: &mut List, line: u32, theme: Theme, ink: Colour, ground: Colour, least: f64) {
    let contrast = ink.contrast(ground);
    if contrast >= least {
        return;
    }
    let words = format!(
        "{} on {} is hard to read {}: its contrast is {}, and {least} is the least.",
        ink.hex(),
        ground.hex(),
        theme.words(),
        ink.contrast_words(ground)
    );
    // Below this not even large letters can be read by everybody.
    if contrast < 3.0 { list.error(Rule::Contrast, line, words) } else { list.warning(Rule::Contrast, line, words) }
}
