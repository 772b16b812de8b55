//! Where a link leads, and what mail programs make of its address.

use super::shortened;
use crate::domain::template::lint::Level;

/// What is wrong with the address of a link, and how grave it is; nothing for one that leads somewhere. `own` are
/// addresses of this AutoReport: whether it is reached by HTTPS is no matter of a template.
pub(super) fn fault(href: &str, own: &[&str]) -> Option<(Level, String)> {
    // Browsers read an address without its tabs and line ends: "java\nscript:" is one as well.
    let address: String = href.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
    let address = address.trim_matches(|c: char| c <= ' ');
    if address.is_empty() || address == "#" {
        return error("A link has no address.");
    }
    if address.starts_with('#') {
        return Some((Level::Warning, "Few mail programs jump to a place within a mail.".to_owned()));
    }
    let shown = shortened(address);
    let Some((scheme, rest)) = scheme_of(address) else {
        return error(format!("“{shown}” is no whole address: a mail has no page that it could lead on from."));
    };
    match scheme.as_str() {
        "https" | "http" => page(&shown, address, rest).or_else(|| {
            let is_open = scheme == "http" && !own.iter().any(|own| is_same_server(own, address));
            is_open.then(|| {
                let words = format!("“{shown}” is not encrypted, and some mail programs warn of it. Write https://.");
                (Level::Warning, words)
            })
        }),
        "mailto" | "tel" | "sms" if rest.trim().is_empty() => error("A link has no address."),
        "mailto" => mailbox(&shown, rest),
        "tel" if !rest.contains(|c: char| c.is_ascii_digit()) => error(format!("“{shown}” has no number.")),
        "tel" | "sms" => None,
        other => error(format!("Mail programs do not follow addresses that begin with {}:.", shortened(other))),
    }
}

fn error(words: impl Into<String>) -> Option<(Level, String)> {
    Some((Level::Error, words.into()))
}

/// The scheme in lower case, and what follows its colon. With a point it is a server that somebody forgot `https://` of.
fn scheme_of(address: &str) -> Option<(String, &str)> {
    let (scheme, rest) = address.split_once(':')?;
    let is_one = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-'));
    is_one.then(|| (scheme.to_ascii_lowercase(), rest))
}

/// An address of a page: `rest` is what follows `https:`.
fn page(shown: &str, address: &str, rest: &str) -> Option<(Level, String)> {
    let Some(after) = rest.strip_prefix("//") else {
        return error(format!("“{shown}” is malformed: two slashes belong behind the colon."));
    };
    let server = after.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let server = server.rsplit('@').next().unwrap_or_default();
    if server.is_empty() {
        return error(format!("“{shown}” is malformed: it names no server."));
    }
    if !is_server(server) {
        return error(format!("“{shown}” is malformed: “{}” is no server.", shortened(server)));
    }
    if address.contains(char::is_whitespace) {
        let words = format!("“{shown}” has a space, where some mail programs end it. Write %20.");
        return Some((Level::Warning, words));
    }
    None
}

/// Whether it is a name or a number of a server, with or without a port.
fn is_server(server: &str) -> bool {
    let (name, port) = match server.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((number, port)) => {
            let is_number = number.parse::<std::net::Ipv6Addr>().is_ok();
            (if is_number { "number" } else { "" }, port)
        }
        None => server.find(':').map_or((server, ""), |colon| server.split_at(colon)),
    };
    let is_port = match port.strip_prefix(':') {
        Some(port) => port.is_empty() || port.parse::<u16>().is_ok(),
        None => port.is_empty(),
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && label
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_') || !(c.is_ascii() || c.is_whitespace()))
    };
    is_port && name.split('.').all(is_label)
}

/// An address to write to: `rest` is what follows `mailto:`. Without a recipient but with a subject it is right, too.
fn mailbox(shown: &str, rest: &str) -> Option<(Level, String)> {
    let recipients = rest.split('?').next().unwrap_or_default().trim();
    let is_mailbox = |one: &str| {
        let one = one.trim().replace("%40", "@");
        let parts = one.rsplit_once('@');
        parts.is_some_and(|(person, server)| !person.is_empty() && !one.contains(' ') && is_server(server))
    };
    let is_right = recipients.is_empty() || recipients.split(',').all(is_mailbox);
    if is_right { None } else { error(format!("“{shown}” is malformed: it names no address of mail.")) }
}

/// Whether an address leads to the server of another one.
fn is_same_server(own: &str, address: &str) -> bool {
    let server = |address: &str| -> Option<String> {
        let (scheme, rest) = scheme_of(address)?;
        let server = rest.strip_prefix("//")?.split(['/', '?', '#', '\\']).next()?;
        Some(format!("{scheme}://{}", server.to_ascii_lowercase()))
    };
    server(own).is_some_and(|own| server(address) == Some(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &[&str] = &["http://127.0.0.1:3000/reports/1"];

    fn level(href: &str) -> Option<Level> {
        fault(href, OWN).map(|(level, _)| level)
    }

    #[test]
    fn whole_addresses_pass() {
        for good in [
            "https://a.example",
            "HTTPS://A.example/",
            "https://a.example:8443/b?c=d,e#f",
            "https://žabe.example./a%20b",
            "https://me:word@a.example/x@y",
            "https://[2001:db8::1]:8080/",
            "https://localhost",
            "mailto:a@b.example",
            "mailto:a@b.example,c%40d.example?subject=Hello there",
            "mailto:?subject=Hello",
            "tel:+386-1-234",
            "sms:123",
        ] {
            assert_eq!(fault(good, OWN), None, "{good}");
        }
    }

    #[test]
    fn malformed_addresses_are_errors() {
        for bad in [
            "",
            " ",
            "#",
            "https:",
            "https://",
            "https:///board",
            "https:board",
            "https:/a.example",
            "https://a b.example",
            "https://a..example",
            "https://.example",
            "https://-a.example",
            "https://a.example:port",
            "https://a.example:70000",
            "https://[::1",
            "https://[words]/",
            "https://?q=1",
            "https://a.exam<ple",
            "mailto:",
            "mailto:nobody",
            "mailto:a@b.example,nobody",
            "mailto:@b.example",
            "tel:call",
            "sms:",
        ] {
            assert_eq!(level(bad), Some(Level::Error), "{bad}");
        }
    }

    #[test]
    fn what_mail_programs_do_not_follow_is_an_error_however_it_is_written() {
        for bad in ["javascript:x()", "JavaScript:x", "java\nscript:x", " \u{1}javascript:x", "data:text/html,x"] {
            assert_eq!(level(bad), Some(Level::Error), "{bad}");
        }
        for bad in ["javascript:x()", "java\tscript:x"] {
            let words = fault(bad, OWN).unwrap().1;
            assert!(words.ends_with("begin with javascript:."), "{words}");
        }
        for bad in ["vbscript:x", "file:///etc", "cid:logo", "blob:x", "htps://a.example", "ftp://a.example"] {
            assert_eq!(level(bad), Some(Level::Error), "{bad}");
        }
    }

    #[test]
    fn relative_addresses_are_errors() {
        for bad in ["/board", "board", "../a", "//a.example/b", "?a=b", "a.example", "a.example:8080/b"] {
            let (level, words) = fault(bad, OWN).unwrap();
            assert_eq!(level, Level::Error, "{bad}");
            assert!(words.contains("no whole address"), "{bad}: {words}");
        }
    }

    #[test]
    fn pages_that_are_not_encrypted_are_warned_of_unless_they_are_ones_own() {
        let (level, words) = fault("http://a.example/b", OWN).unwrap();
        assert_eq!(level, Level::Warning);
        assert!(words.contains("http://a.example/b") && words.contains("https://"), "{words}");
        assert_eq!(fault("http://127.0.0.1:3000/projects/OPS", OWN), None);
        for other in ["http://127.0.0.1:30001/", "http://127.0.0.1/", "http://127.0.0.1:3000.evil.example/"] {
            assert!(fault(other, OWN).is_some(), "{other}");
        }
        assert!(fault("http://a.example", &["https://a.example/reports/1"]).is_some(), "one's own, but not as it is");
    }

    #[test]
    fn spaces_and_places_within_the_mail_are_warned_of() {
        for odd in ["https://a.example/my page", "https://a.example/?q=a b", "#figures"] {
            assert_eq!(level(odd), Some(Level::Warning), "{odd}");
        }
    }
}
