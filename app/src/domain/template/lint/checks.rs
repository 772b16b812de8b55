//! The checks themselves, in one walk over the HTML.

use std::collections::BTreeSet;

use super::{
    Finding, Level, Rule,
    contrast::{Stack, Theme},
    css::{self, StyleRule},
    reading::{Piece, pieces},
};
use crate::domain::template::colour::Colour;

/// Gmail shows no more than about this; from the second on one more task is too much.
const SIZE_ERROR: usize = 102_000;
const SIZE_WARNING: usize = 90_000;
/// Longest line of a message by RFC 5322, without its end.
const LINE: usize = 998;
/// Longest subject that is kept, and that a phone shows in part.
const SUBJECT_ERROR: usize = 250;
const SUBJECT_WARNING: usize = 120;
/// Most findings of one rule: more say the same again.
const OF_A_RULE: usize = 10;

/// A mail as it would be sent to one reader.
#[derive(Clone, Copy, Debug)]
pub struct Mail<'a> {
    pub subject: &'a str,
    pub html: &'a str,
    pub text: Option<&'a str>,
    /// The Content-IDs of its images.
    pub images: &'a [String],
    /// Where the reader stops the mails; none where there is no such page.
    pub stop_url: Option<&'a str>,
    /// Where the reader finds it in the browser.
    pub report_url: Option<&'a str>,
}

/// What is wrong with a mail, errors first; for each rule without any, that it is kept.
pub fn check(mail: &Mail<'_>) -> Vec<Finding> {
    let mut list = List::default();
    subject(&mut list, mail.subject);
    size(&mut list, mail.html);
    variables(&mut list, mail);
    text(&mut list, mail.text);
    lines(&mut list, mail.html);
    Walk::new(mail).over(&mut list);
    list.done()
}

/// Findings as they come.
#[derive(Default)]
struct List {
    found: Vec<Finding>,
    block: Option<u32>,
    /// How many images and links there are, for the words about those that are right.
    images: usize,
    links: usize,
    size: usize,
}

impl List {
    fn add(&mut self, level: Level, rule: Rule, line: Option<u32>, words: String) {
        let is_new = !self.found.iter().any(|other| other.rule == rule && other.words == words);
        if is_new && self.found.iter().filter(|other| other.rule == rule).count() < OF_A_RULE {
            self.found.push(Finding { level, rule, words, line, block: self.block });
        }
    }

    fn error(&mut self, rule: Rule, line: impl Into<Option<u32>>, words: impl Into<String>) {
        self.add(Level::Error, rule, line.into(), words.into());
    }

    fn warning(&mut self, rule: Rule, line: impl Into<Option<u32>>, words: impl Into<String>) {
        self.add(Level::Warning, rule, line.into(), words.into());
    }

    fn done(mut self) -> Vec<Finding> {
        for rule in Rule::ALL {
            if !self.found.iter().any(|finding| finding.rule == *rule) {
                let words = self.good(*rule);
                self.found.push(Finding { level: Level::Good, rule: *rule, words, line: None, block: None });
            }
        }
        self.found.sort_by_key(|finding| (finding.level, finding.line.unwrap_or(0), finding.rule));
        self.found
    }

    fn good(&self, rule: Rule) -> String {
        match rule {
            Rule::Size => format!("{} kB of HTML; Gmail cuts mails near 102 kB.", self.size.div_ceil(1_000)),
            Rule::Variables => "Every variable is filled in.".into(),
            Rule::Css => "The styles are those that mail programs understand.".into(),
            Rule::Elements => "The HTML has only what mail programs show.".into(),
            Rule::Images if self.images == 0 => "There are no images.".into(),
            Rule::Images => format!("Images are in the mail and have words for those who do not see them: {}.", self.images),
            Rule::Text => "There is a text part.".into(),
            Rule::Contrast => "The words stand out in the light and in the dark.".into(),
            Rule::Links => {
                format!("Links have addresses and words: {}. Whether their pages answer is not asked.", self.links)
            }
            Rule::Foot => "The foot says how to stop the mails.".into(),
            Rule::Subject => "The subject is short enough.".into(),
            Rule::Lines => "No line is too long.".into(),
        }
    }
}

fn subject(list: &mut List, subject: &str) {
    let length = subject.chars().count();
    if subject.trim().is_empty() {
        list.error(Rule::Subject, None, "The subject is empty.");
    } else if length > SUBJECT_ERROR {
        list.error(Rule::Subject, None, format!("The subject has {length} characters; {SUBJECT_ERROR} is the most."));
    } else if length > SUBJECT_WARNING {
        let words = format!("The subject has {length} characters: what comes after about 60 is cut, on phones earlier.");
        list.warning(Rule::Subject, None, words);
    }
}

fn size(list: &mut List, html: &str) {
    list.size = html.len();
    let size = html.len().div_ceil(1_000);
    if html.len() > SIZE_ERROR {
        let words = format!("The HTML has {size} kB: Gmail shows the first 102 kB and cuts the rest, its foot as well.");
        list.error(Rule::Size, None, words);
    } else if html.len() >= SIZE_WARNING {
        let words = format!("The HTML has {size} kB: Gmail cuts mails near 102 kB. Lower the limits of lists.");
        list.warning(Rule::Size, None, words);
    }
}

fn variables(list: &mut List, mail: &Mail<'_>) {
    let open = |text: &str| ["{{", "{%"].into_iter().find(|open| text.contains(open));
    for (number, line) in (1..).zip(mail.html.lines()) {
        if let Some(open) = open(line) {
            let words = format!("“{}” is not filled in.", around(line, open));
            list.error(Rule::Variables, number, words);
        }
    }
    for (what, text) in [("subject", mail.subject), ("text part", mail.text.unwrap_or_default())] {
        if let Some((line, open)) = text.lines().find_map(|line| Some((line, open(line)?))) {
            list.error(Rule::Variables, None, format!("In the {what}, “{}” is not filled in.", around(line, open)));
        }
    }
}

/// The beginning of what was not filled in.
fn around(line: &str, open: &str) -> String {
    let from = line.find(open).map_or(line, |at| &line[at..]);
    from.chars().take(40).collect()
}

fn text(list: &mut List, text: Option<&str>) {
    if text.is_none_or(|text| text.trim().is_empty()) {
        list.error(Rule::Text, None, "There is no text part: some readers see nothing, and filters of spam mind it.");
    }
}

fn lines(list: &mut List, html: &str) {
    for (number, line) in (1..).zip(html.lines()) {
        if line.len() > LINE {
            let words = format!("The line has {} bytes; {LINE} is the most of a message. It is sent in an encoding that folds it, which makes it larger.", line.len());
            list.warning(Rule::Lines, number, words);
        }
    }
}

/// One walk over the HTML.
struct Walk<'a> {
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
    fn new(mail: &'a Mail<'a>) -> Self {
        let pieces = pieces(mail.html);
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

    fn over(mut self, list: &mut List) {
        for (line, rule) in std::mem::take(&mut self.sheet) {
            for one in &rule.declarations {
                property(list, line, &one.name, &one.value);
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
            property(list, line, &one.name, &one.value);
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
                self.address(list, line, attribute("href"));
            }
            _ => {}
        }
        if let Some(background) = attribute("background") {
            list.warning(Rule::Css, line, "Outlook shows no picture behind words.");
            self.shown.extend(background.strip_prefix("cid:").map(str::to_owned));
        }
    }

    fn image(&mut self, list: &mut List, line: u32, src: Option<&str>, alt: Option<&str>, has_width: bool) {
        list.images += 1;
        let src = src.unwrap_or_default();
        match alt {
            None => list.error(Rule::Images, line, "An image has no alt: nobody knows what it shows where it is not shown."),
            Some("") => list.warning(Rule::Images, line, "The alt of an image is empty: right only for a picture that says nothing."),
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
            let words = "An image from elsewhere is not shown until the reader allows it, and tells its server who reads.";
            list.warning(Rule::Images, line, words);
        } else {
            list.error(Rule::Images, line, format!("The address of an image leads nowhere: “{}”.", shortened(src)));
        }
    }

    fn address(&mut self, list: &mut List, line: u32, href: Option<&str>) {
        // An anchor to jump to is no link.
        let Some(href) = href else {
            self.link = None;
            return;
        };
        list.links += 1;
        let lower = href.to_ascii_lowercase();
        let scheme = lower.split_once(':').map(|(scheme, _)| scheme);
        match scheme {
            _ if href.is_empty() || href == "#" => list.error(Rule::Links, line, "A link has no address."),
            Some("https" | "http") if lower.trim_start_matches("https").trim_start_matches("http").len() > 3 => {}
            Some("mailto" | "tel") if lower.ends_with(':') => list.error(Rule::Links, line, "A link has no address."),
            Some("mailto" | "tel" | "sms") => {}
            Some(scheme @ ("javascript" | "data" | "vbscript" | "file" | "cid")) => {
                list.error(Rule::Links, line, format!("Mail programs do not follow addresses that begin with {scheme}:."));
            }
            _ if href.starts_with('#') => {
                list.warning(Rule::Links, line, "Few mail programs jump to a place within a mail.");
            }
            _ => {
                let words = format!("“{}” is no whole address: a mail has no page that it could lead on from.", shortened(href));
                list.error(Rule::Links, line, words);
            }
        }
        self.addresses.push(href.to_owned());
    }

    fn end_of_link(&mut self, list: &mut List) {
        if let Some((line, false)) = self.link.take() {
            list.warning(Rule::Links, line, "A link has no words.");
        }
    }

    fn words(&mut self, list: &mut List, line: u32, words: &str) {
        // Spaces of a preheader, and entities that are there to keep a cell open.
        let is_blank = words.chars().all(|c| c.is_whitespace() || matches!(c, '\u{34f}' | '\u{200c}' | '\u{200b}' | '\u{ad}'));
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
            list.warning(Rule::Elements, None, "The language is not said: <html lang=\"en\"> has it read aloud rightly.");
        }
        if !self.title {
            list.warning(Rule::Elements, None, "There is no <title>: readers of screens say it first.");
        }
    }
}

/// The rules of all style sheets, with their lines in the HTML.
fn style_sheets(pieces: &[(u32, Piece)]) -> Vec<(u32, StyleRule)> {
    let mut rules = Vec::new();
    let mut is_style = false;
    for (last, piece) in pieces {
        match piece {
            Piece::Open { name, .. } => is_style = name == "style",
            Piece::Words(sheet) if is_style => {
                let lines = u32::try_from(sheet.matches('\n').count()).unwrap_or(0);
                let first = last.saturating_sub(lines);
                rules.extend(css::rules(sheet).into_iter().map(|rule| (first + rule.line, rule)));
                if sheet.contains("@import") {
                    let import = css::Declaration { name: "@import".into(), value: String::new(), is_important: false };
                    let rule = StyleRule {
                        selectors: Vec::new(),
                        declarations: vec![import],
                        condition: String::new(),
                        line: 0,
                    };
                    rules.push((first, rule));
                }
            }
            _ => {}
        }
    }
    rules
}

/// Comments of a compiled document name the block that begins.
fn comment(list: &mut List, words: &str) {
    let mut parts = words.split_whitespace();
    match parts.next() {
        Some("block") => list.block = parts.next().and_then(|id| id.trim_end_matches(':').parse().ok()),
        Some("foot" | "signature") => list.block = None,
        _ => {}
    }
}

/// Why an element does not belong into a mail.
fn refused(name: &str) -> Option<&'static str> {
    Some(match name {
        "script" => "is removed: mail programs run no scripts.",
        "form" | "input" | "button" | "select" | "textarea" => "does not work in most mail programs. Use a link to a page.",
        "svg" | "math" => "is not shown by Gmail and Outlook. Use a picture.",
        "iframe" | "object" | "embed" | "applet" | "frame" | "frameset" => "is removed by mail programs.",
        "video" | "audio" | "canvas" => "is shown by few mail programs. Use a picture with a link.",
        "base" => "is removed, and links would lead elsewhere.",
        _ => return None,
    })
}

/// A property that some mail programs do not know.
fn property(list: &mut List, line: u32, name: &str, value: &str) {
    let is_flexible = name == "display" && (value.contains("flex") || value.contains("grid"));
    match name {
        "@import" => list.error(Rule::Css, line, "@import is not followed. Write the rules into the mail."),
        "position" if value != "static" => {
            list.error(Rule::Css, line, format!("position: {value} is removed by Gmail and Outlook: what it moves lies elsewhere."));
        }
        "behavior" | "-moz-binding" => list.error(Rule::Css, line, format!("{name} is removed.")),
        _ if is_flexible => list.warning(Rule::Css, line, format!("Outlook does not know display: {value}. Use a table.")),
        "float" if value != "none" => list.warning(Rule::Css, line, "Outlook does not know float for most elements. Use a table."),
        name if name.starts_with("grid") || name.starts_with("flex") || name == "gap" => {
            list.warning(Rule::Css, line, format!("Outlook does not know {name}. Use a table."));
        }
        "background-image" => list.warning(Rule::Css, line, "Outlook shows no picture behind words."),
        "background" if value.contains("url(") => list.warning(Rule::Css, line, "Outlook shows no picture behind words."),
        "transform" | "animation" | "transition" | "filter" | "clip-path" | "mix-blend-mode" => {
            list.warning(Rule::Css, line, format!("Most mail programs ignore {name}."));
        }
        _ if value.contains("var(--") => list.error(Rule::Css, line, "var() is empty in Outlook and Gmail. Write the value."),
        _ => {}
    }
}

fn contrast(list: &mut List, line: u32, theme: Theme, ink: Colour, ground: Colour, least: f64) {
    let contrast = ink.contrast(ground);
    if contrast >= least {
        return;
    }
    let words = format!(
        "{} on {} is hard to read {}: its contrast is {contrast:.1}, and {least} is the least.",
        ink.hex(),
        ground.hex(),
        theme.words()
    );
    // Below this not even large letters can be read by everybody.
    if contrast < 3.0 { list.error(Rule::Contrast, line, words) } else { list.warning(Rule::Contrast, line, words) }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 60 { text.to_owned() } else { text.chars().take(59).chain(['…']).collect() }
}
