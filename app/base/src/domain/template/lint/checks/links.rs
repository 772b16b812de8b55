//! Links: whether an address is one that a mail program follows, and which of them somebody has written.

use std::net::Ipv6Addr;

use super::{List, Mail, shortened, walk::comment};
use crate::domain::template::lint::{
    OwnLink, Rule,
    reading::{Piece, pieces},
};

/// Most links that are looked for in the source: a mail has fewer, unless it is none that somebody reads.
const LOOKED: usize = 500;
/// Most links of one's own that are listed.
const LISTED: usize = 50;

/// Looks at the address of a link, which stands on a line of the HTML.
pub(super) fn address(list: &mut List, line: u32, href: &str, mail: &Mail<'_>) {
    list.links += 1;
    let lower = href.to_ascii_lowercase();
    match lower.split_once(':').map(|(scheme, _)| scheme) {
        _ if href.is_empty() || href == "#" => list.error(Rule::Links, line, "A link has no address."),
        Some(scheme @ ("https" | "http")) => {
            web(list, line, href, &href[scheme.len()..]);
            if scheme == "http" && list.links <= LOOKED && is_written(mail.source, href) {
                let words = format!(
                    "“{}” is not encrypted: on the way somebody can read and change what it leads to. Write https:, where its server has it.",
                    shortened(href)
                );
                list.warning(Rule::Links, line, words);
            }
        }
        Some("mailto" | "tel") if lower.ends_with(':') => list.error(Rule::Links, line, "A link has no address."),
        Some("mailto" | "tel" | "sms") => {}
        Some(scheme @ ("javascript" | "data" | "vbscript" | "file" | "cid")) => {
            list.error(Rule::Links, line, format!("Mail programs do not follow addresses that begin with {scheme}:."));
        }
        _ if href.starts_with('#') => {
            list.warning(Rule::Links, line, "Few mail programs jump to a place within a mail.");
        }
        _ => {
            let words =
                format!("“{}” is no whole address: a mail has no page that it could lead on from.", shortened(href));
            list.error(Rule::Links, line, words);
        }
    }
}

/// An address of the web; `rest` is what stands behind `https`.
fn web(list: &mut List, line: u32, href: &str, rest: &str) {
    let authority = rest.strip_prefix("://").and_then(|rest| rest.split(['/', '\\', '?', '#']).next());
    let Some(authority) = authority else {
        let words = format!("“{}” is no whole address: behind https: comes //.", shortened(href));
        return list.error(Rule::Links, line, words);
    };
    let (who, server) = authority.rsplit_once('@').map_or((None, authority), |(who, server)| (Some(who), server));
    if !is_server(server) {
        let words = format!("“{}” names no server behind https://.", shortened(href));
        list.error(Rule::Links, line, words);
    } else if who.is_some() {
        let words =
            format!("“{}” has a name before its server: mail programs take such a link for a trap.", shortened(href));
        list.warning(Rule::Links, line, words);
    } else if href.contains(char::is_whitespace) {
        let words = format!("“{}” has a space in it, at which some mail programs end it. Write %20.", shortened(href));
        list.warning(Rule::Links, line, words);
    }
}

/// Whether it is the name or the number of a server, with a port or without.
fn is_server(text: &str) -> bool {
    let is_port =
        |port: &str| port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    if let Some(rest) = text.strip_prefix('[') {
        return rest.split_once(']').is_some_and(|(number, port)| number.parse::<Ipv6Addr>().is_ok() && is_port(port));
    }
    let (name, port) = text.split_at(text.find(':').unwrap_or(text.len()));
    // Names in other scripts have letters that no rule of ours knows.
    let is_letter = |c: char| match c.is_ascii() {
        true => c.is_ascii_alphanumeric() || matches!(c, '-' | '_'),
        false => !c.is_whitespace() && !c.is_control(),
    };
    let mut labels = name.strip_suffix('.').unwrap_or(name).split('.');
    labels.all(|label| !label.is_empty() && label.chars().all(is_letter)) && is_port(port)
}

/// The links to the web that stand in the source of a mail as they are, each once, in their order: no variable has filled
/// them in, so they are the same in every mail.
pub fn own_links(mail: &Mail<'_>) -> Vec<OwnLink> {
    let mut links: Vec<OwnLink> = Vec::new();
    let mut list = List::default();
    let mut looked = 0;
    for (line, piece) in pieces(super::walk::looked_at(mail.html)) {
        match piece {
            Piece::Comment(words) => comment(&mut list, &words),
            Piece::Open { name, attributes, .. } if name == "a" => {
                let href = attributes.iter().find(|(name, _)| name == "href").map(|(_, value)| value.trim());
                let Some(href) = href.filter(|href| is_web(href) && looked < LOOKED) else { continue };
                looked += 1;
                let is_new = links.len() < LISTED && !links.iter().any(|link| link.url == href);
                if is_new && is_written(mail.source, href) {
                    links.push(OwnLink { url: href.to_owned(), line, block: list.block });
                }
            }
            _ => {}
        }
    }
    links
}

fn is_web(href: &str) -> bool {
    let scheme = href.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| ["https", "http"].iter().any(|web| scheme.eq_ignore_ascii_case(web)))
}

/// Whether an address stands in a source as it is: whole, and not only as the beginning of one that a variable ends.
fn is_written(source: &str, href: &str) -> bool {
    let ends = |rest: &str| {
        rest.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | ')' | ']' | '`'))
    };
    let stands = |text: &str| source.match_indices(text).any(|(at, _)| ends(&source[at + text.len()..]));
    stands(href)
        || (href.contains('&') && stands(&href.replace('&', "&amp;")))
        || decoded(href).is_some_and(|text| stands(&text))
}

/// An address as somebody typed it whose letters Markdown has written as numbers; none where it has no such letters.
fn decoded(href: &str) -> Option<String> {
    if !href.contains('%') {
        return None;
    }
    let mut bytes = Vec::with_capacity(href.len());
    let mut rest = href;
    while let Some((before, behind)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        match behind.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(b'%');
                rest = behind;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok()
}
