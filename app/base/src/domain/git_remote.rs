//! Where a Git archive is pushed to, and the names of its branches.

use std::fmt;

use crate::error::ArchiveProblem;

/// How a server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Https,
    Ssh,
    /// A folder of this machine, for tests.
    File,
}

/// The checked address of a repository. It holds no secret and cannot be taken for an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitRemote {
    pub transport: Transport,
    /// Empty but for ssh.
    pub user: String,
    /// Empty for a folder.
    pub host: String,
    port: Option<u16>,
    path: String,
    /// `git@host:path`, where the path begins at the user's home.
    is_short: bool,
}

/// Longest address, in bytes.
const MAX: usize = 500;

impl GitRemote {
    /// Reads `https://host/path`, `ssh://user@host:port/path`, `user@host:path` or `file:///path`.
    ///
    /// # Errors
    /// What is wrong with it, for words beside the field.
    pub fn parse(text: &str) -> Result<Self, ArchiveProblem> {
        let text = text.trim();
        let is_plain = |c: char| !c.is_control() && !c.is_whitespace() && !"?#\\'\"`<>|".contains(c);
        if text.is_empty() || text.len() > MAX || text.starts_with('-') || !text.chars().all(is_plain) {
            return Err(ArchiveProblem::NotARemote);
        }
        if let Some(path) = text.strip_prefix("file://") {
            return match path.starts_with('/') {
                true => Ok(Self::of(Transport::File, "", "", None, path)),
                false => Err(ArchiveProblem::NotARemote),
            };
        }
        if text.starts_with("http://") {
            return Err(ArchiveProblem::PlainHttp);
        }
        if let Some(rest) = text.strip_prefix("https://") {
            let (place, path) = rest.split_once('/').ok_or(ArchiveProblem::NotARemote)?;
            if place.contains('@') {
                return Err(ArchiveProblem::SecretInAddress);
            }
            let (host, port) = host_and_port(place)?;
            return Self::of(Transport::Https, "", host, port, &format!("/{path}")).checked();
        }
        if let Some(rest) = text.strip_prefix("ssh://") {
            let (place, path) = rest.split_once('/').ok_or(ArchiveProblem::NotARemote)?;
            let (user, place) = place.rsplit_once('@').ok_or(ArchiveProblem::NotARemote)?;
            let (host, port) = host_and_port(place)?;
            return Self::of(Transport::Ssh, user, host, port, &format!("/{path}")).checked();
        }
        if text.contains("://") {
            return Err(ArchiveProblem::NotARemote);
        }
        let (place, path) = text.split_once(':').ok_or(ArchiveProblem::NotARemote)?;
        let (user, host) = place.split_once('@').ok_or(ArchiveProblem::NotARemote)?;
        Self { is_short: true, ..Self::of(Transport::Ssh, user, host, None, path) }.checked()
    }

    fn of(transport: Transport, user: &str, host: &str, port: Option<u16>, path: &str) -> Self {
        Self { transport, user: user.into(), host: host.into(), port, path: path.into(), is_short: false }
    }

    fn checked(self) -> Result<Self, ArchiveProblem> {
        if self.user.contains(':') {
            return Err(ArchiveProblem::SecretInAddress);
        }
        let is_user = self.transport != Transport::Ssh || is_word(&self.user);
        let is_host = is_word(&self.host) || self.host.parse::<std::net::IpAddr>().is_ok();
        let path = self.path.trim_start_matches('/');
        if !is_user || !is_host || path.is_empty() || path.starts_with('-') {
            return Err(ArchiveProblem::NotARemote);
        }
        Ok(self)
    }

    /// The port that is connected to.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.transport {
            Transport::Ssh => 22,
            Transport::Https | Transport::File => 443,
        })
    }

    /// Whether both lead to the same server: what was entered for one may be sent to the other.
    pub fn is_same_server(&self, other: &Self) -> bool {
        self.transport == other.transport && self.host == other.host && self.port() == other.port()
    }
}

impl fmt::Display for GitRemote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { user, host, path, .. } = self;
        let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        match self.transport {
            Transport::File => write!(f, "file://{path}"),
            Transport::Https => write!(f, "https://{host}{port}{path}"),
            Transport::Ssh if self.is_short => write!(f, "{user}@{host}:{path}"),
            Transport::Ssh => write!(f, "ssh://{user}@{host}{port}{path}"),
        }
    }
}

/// What was typed as an address, without a password or a token in it: what is refused is shown again, and stands in the
/// address of the page where scripts are off.
pub fn without_secret(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return without_password(text).to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    // A password with a slash in it ends the place too early: what follows the colon is no port then.
    let is_cut = rest.get(..end).is_some_and(|place| !place.contains('@') && host_and_port(place).is_err());
    let rest = if is_cut { rest.rsplit_once('@').map_or(rest, |(_, host)| host) } else { rest };
    let (place, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    // Some servers take a token there.
    let path = path.split(['?', '#']).next().unwrap_or_default();
    match place.rsplit_once('@') {
        None => format!("{scheme}://{place}{path}"),
        Some((user, host)) if scheme == "ssh" => {
            format!("ssh://{}@{host}{path}", user.split(':').next().unwrap_or_default())
        }
        Some((_, host)) => format!("{scheme}://{host}{path}"),
    }
}

/// `ann:secret@host/x`, where the scheme was forgotten; in `git@host:x` the colon comes later.
fn without_password(text: &str) -> &str {
    match (text.find(':'), text.rfind('@')) {
        (Some(colon), Some(at)) if colon < at => &text[at + 1..],
        _ => text,
    }
}

fn host_and_port(place: &str) -> Result<(&str, Option<u16>), ArchiveProblem> {
    let port_of = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0).ok_or(ArchiveProblem::NotARemote);
    if let Some(rest) = place.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or(ArchiveProblem::NotARemote)?;
        return match rest.strip_prefix(':') {
            Some(port) => Ok((host, Some(port_of(port)?))),
            None if rest.is_empty() => Ok((host, None)),
            None => Err(ArchiveProblem::NotARemote),
        };
    }
    match place.split_once(':') {
        Some((host, port)) => Ok((host, Some(port_of(port)?))),
        None => Ok((place, None)),
    }
}

/// A name of a host or a user: nothing that a shell or a command could take for something else.
fn is_word(text: &str) -> bool {
    (1..=253).contains(&text.len())
        && !text.starts_with(['-', '.'])
        // With a dot at its end git's own look-up takes it for another name than the one whose address was checked.
        && !text.ends_with('.')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
}

/// Whether Git takes a name for a branch (`git check-ref-format --branch`).
pub fn is_branch(name: &str) -> bool {
    let is_bad_char = |c: char| c.is_control() || c.is_whitespace() || "~^:?*[\\\u{7f}".contains(c);
    let is_bad_part = |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with(".lock");
    name.len() <= 200
        && name != "HEAD"
        && name != "@"
        && !name.starts_with('-')
        && !name.ends_with('.')
        && !name.contains("..")
        && !name.contains("@{")
        && !name.chars().any(is_bad_char)
        && !name.split('/').any(is_bad_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_addresses_are_taken_as_they_are() {
        for text in [
            "https://git.example.org/ops/reports.git",
            "https://git.example.org:8443/reports.git",
            "ssh://git@git.example.org/ops/reports.git",
            "ssh://git@git.example.org:2222/ops/reports.git",
            "ssh://git@[2001:db8::1]:22/reports.git",
            "git@git.example.org:ops/reports.git",
            "file:///srv/git/reports.git",
        ] {
            assert_eq!(GitRemote::parse(&format!(" {text} ")).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_would_be_an_option_or_a_secret_is_refused() {
        use ArchiveProblem::*;
        for (text, problem) in [
            ("", NotARemote),
            ("--upload-pack=touch /tmp/x", NotARemote),
            ("-oProxyCommand=touch:x", NotARemote),
            ("ssh://-oProxyCommand=x/y", NotARemote),
            ("ssh://git@-oProxyCommand=x/y", NotARemote),
            ("git@-host:x", NotARemote),
            ("https://host.org./x", NotARemote),
            ("ssh://git@host.org./x", NotARemote),
            ("git@host:-x", NotARemote),
            ("git@host", NotARemote),
            ("host:path", NotARemote),
            ("ext::sh -c touch", NotARemote),
            ("ext::sh", NotARemote),
            ("https://host", NotARemote),
            ("https://host/", NotARemote),
            ("https://host:0/x", NotARemote),
            ("https://ho st/x", NotARemote),
            ("https://host/x\ny", NotARemote),
            ("https://host/x?token=1", NotARemote),
            ("git://host/x", NotARemote),
            ("file://relative", NotARemote),
            ("https://ann:secret@host/x", SecretInAddress),
            ("https://token@host/x", SecretInAddress),
            ("ssh://git:secret@host/x", SecretInAddress),
            ("http://host/x", PlainHttp),
        ] {
            assert_eq!(GitRemote::parse(text).unwrap_err(), problem, "{text}");
        }
    }

    #[test]
    fn what_is_shown_again_holds_no_secret() {
        assert_eq!(without_secret("https://ann:se@cret@host/x@y.git"), "https://host/x@y.git");
        assert_eq!(without_secret("ssh://git:secret@host:22/x.git"), "ssh://git@host:22/x.git");
        assert_eq!(without_secret("https://ann:se/cret@host/x.git"), "https://host/x.git");
        assert_eq!(without_secret("https://host/x.git?token=secret"), "https://host/x.git");
        assert_eq!(without_secret("ann:secret@host/x.git"), "host/x.git");
        for text in ["git@host:x.git", "https://host/x@y.git", "https://[::1]:8443/x", "nonsense", ""] {
            assert_eq!(without_secret(text), text);
        }
    }

    #[test]
    fn another_port_is_another_server() {
        let of = |text| GitRemote::parse(text).unwrap();
        assert!(of("https://a.org/x").is_same_server(&of("https://a.org:443/y")));
        assert!(of("git@a.org:x").is_same_server(&of("ssh://git@a.org/x")));
        assert!(!of("ssh://git@a.org:2222/x").is_same_server(&of("git@a.org:x")));
        assert!(!of("https://a.org/x").is_same_server(&of("https://b.org/x")));
    }

    #[test]
    fn names_of_branches_are_those_that_git_takes() {
        for name in ["main", "reports/2026", "a-b_c.d", "č"] {
            assert!(is_branch(name), "{name}");
        }
        for name in [
            "", "-x", "a b", "a..b", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "/a", "a/", "a//b", ".a", "a/.b",
            "a.lock", "a.", "a@{1}", "@", "HEAD", "a\nb",
        ] {
            assert!(!is_branch(name), "{name}");
        }
    }
}
