//! Settings from the environment: all optional, unknown ones refused with the nearest known name.

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use app::{
    domain::{mail_account::ClearRelay, nearest::distance, network::Network},
    platform::{
        clock::Clock,
        crash::Crash,
        git::{GitSettings, RemoteRule},
        mailer::Timeouts,
        secrets::Secret,
        state::{Settings, SignUp},
    },
};

/// Shortest token for `/metrics`, in characters: it must not be guessed.
const METRICS_TOKEN_MIN: usize = 16;
/// Most seconds that a mail server may be given for one answer.
const SMTP_TIMEOUT_MAX: u64 = 600;

/// A setting: its name, what it is for, what it is where left out.
pub struct Known {
    pub name: &'static str,
    pub words: &'static str,
    pub default: &'static str,
}

/// Every setting there is, in the order of `.env.example`.
pub const KNOWN: &[Known] = &[
    Known {
        name: "DATABASE_URL",
        words: "where the data are: sqlite://PATH or postgres://…",
        default: "sqlite://data/autoreport.db",
    },
    Known { name: "AUTOREPORT_ADDR", words: "address and port to listen on", default: "127.0.0.1:3000" },
    Known {
        name: "AUTOREPORT_BASE_URL",
        words: "where people reach it; links in mails begin with it",
        default: "http://ADDR",
    },
    Known { name: "AUTOREPORT_DATA_DIR", words: "folder of the archive and the key file", default: "data" },
    Known { name: "AUTOREPORT_KEY_FILE", words: "key file of encrypted secrets", default: "DATA_DIR/keyring" },
    Known {
        name: "AUTOREPORT_TRUSTED_PROXIES",
        words: "addresses of proxies whose X-Forwarded-For is believed, with commas",
        default: "",
    },
    Known { name: "AUTOREPORT_LOG_DIR", words: "folder of daily log files; none: standard error only", default: "" },
    Known {
        name: "AUTOREPORT_FONTS",
        words: "folder of fonts for what Inter cannot write; none: where the system has its fonts",
        default: "",
    },
    Known {
        name: "AUTOREPORT_SIGNUP",
        words: "who may sign up after the first: open, invite or closed",
        default: "invite",
    },
    Known {
        name: "AUTOREPORT_GIT_REMOTES",
        words: "where the archive may be pushed: public, internal (also to servers of this network) or files (tests)",
        default: "public",
    },
    Known {
        name: "AUTOREPORT_GIT_CA_FILE",
        words: "certificates (PEM) of the authorities that vouch for Git servers, instead of the machine's",
        default: "",
    },
    Known {
        name: "AUTOREPORT_OUTBOUND_ALLOW",
        words: "addresses inside your network that web requests may reach, like 10.0.0.0/8, with commas",
        default: "",
    },
    Known {
        name: "AUTOREPORT_METRICS_TOKEN",
        words: "who sends it may read /metrics from another machine; none: only this machine",
        default: "",
    },
    Known {
        name: "AUTOREPORT_SMTP_TIMEOUT_SECONDS",
        words: "how long a mail server may take for one answer; 6 times that for a message, 20 times until it has it",
        default: "30",
    },
    Known {
        name: "AUTOREPORT_SMTP_CLEARTEXT",
        words: "relays on other machines that may be spoken to without encryption: networks or hosts, with commas",
        default: "",
    },
];

/// Has the process end itself at a point.
const CRASH_AT: &str = "AUTOREPORT_TEST_CRASH_AT";
/// Names the file that says by how many seconds the clock is off.
const CLOCK: &str = "AUTOREPORT_TEST_CLOCK";

/// Settings with which tests break a program on purpose. None is proposed to anybody, and none is taken where others
/// than this machine are served.
pub const FOR_TESTS: &[&str] = &[CRASH_AT, CLOCK];

/// What the process was started with.
#[derive(Clone, Debug)]
pub struct Config {
    pub database_url: String,
    pub addr: SocketAddr,
    pub base_url: String,
    pub data_dir: PathBuf,
    pub key_file: PathBuf,
    pub trusted_proxies: Vec<IpAddr>,
    pub log_dir: Option<PathBuf>,
    /// Where fonts are, as it was set.
    pub fonts: Option<PathBuf>,
    /// Where fonts are.
    pub font_folders: Vec<PathBuf>,
    pub sign_up: SignUp,
    pub git: GitSettings,
    pub outbound_allow: Vec<Network>,
    pub metrics_token: Option<Secret>,
    pub smtp: Timeouts,
    pub smtp_cleartext: Vec<ClearRelay>,
    /// Where the built pages are.
    pub site_root: PathBuf,
    /// The machine's clock, but for tests.
    pub clock: Clock,
    /// Nowhere, but for tests.
    pub crash: Crash,
    /// Settings for tests that are in force.
    pub for_tests: Vec<&'static str>,
}

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// One sentence: which setting, what is wrong with it.
    #[allow(clippy::disallowed_methods, reason = "this is the one door to the environment")]
    pub fn from_env() -> Result<Self, String> {
        Self::from_vars(std::env::vars().collect())
    }

    /// Reads settings from pairs of name and value.
    ///
    /// # Errors
    /// One sentence: which setting, what is wrong with it.
    pub fn from_vars(vars: Vec<(String, String)>) -> Result<Self, String> {
        for (name, _) in &vars {
            if name.starts_with("AUTOREPORT_") && !is_known(name) {
                return Err(format!("There is no setting {name}. Did you mean {}?", nearest(name)));
            }
        }
        let get = |name: &str| {
            vars.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.clone())
        };
        let addr_text = get("AUTOREPORT_ADDR").unwrap_or_else(|| "127.0.0.1:3000".into());
        let addr: SocketAddr = addr_text.parse().map_err(|_| {
            format!(
                "AUTOREPORT_ADDR is “{addr_text}”; expected an address and a port from 0 to 65535, like 127.0.0.1:3000."
            )
        })?;
        let data_dir = PathBuf::from(get("AUTOREPORT_DATA_DIR").unwrap_or_else(|| "data".into()));
        let database_url =
            get("DATABASE_URL").unwrap_or_else(|| format!("sqlite://{}", data_dir.join("autoreport.db").display()));
        if !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| database_url.starts_with(scheme)) {
            return Err("DATABASE_URL must begin with sqlite:// or postgres://.".into());
        }
        let base_url = get("AUTOREPORT_BASE_URL").unwrap_or_else(|| format!("http://{addr}"));
        let base_url = base_url.trim_end_matches('/').to_owned();
        if !base_url.starts_with("http://") && !base_url.starts_with("https://") {
            return Err(format!("AUTOREPORT_BASE_URL is “{base_url}”; expected it to begin with http:// or https://."));
        }
        let sign_up = match get("AUTOREPORT_SIGNUP").as_deref().unwrap_or("invite") {
            "open" => SignUp::Open,
            "invite" => SignUp::Invite,
            "closed" => SignUp::Closed,
            other => return Err(format!("AUTOREPORT_SIGNUP is “{other}”; expected open, invite or closed.")),
        };
        let remotes = match get("AUTOREPORT_GIT_REMOTES").as_deref().unwrap_or("public") {
            "public" => RemoteRule::Public,
            "internal" => RemoteRule::Internal,
            "files" => RemoteRule::Files,
            other => {
                return Err(format!("AUTOREPORT_GIT_REMOTES is “{other}”; expected public, internal or files."));
            }
        };
        let trusted_proxies = get("AUTOREPORT_TRUSTED_PROXIES")
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| {
                part.parse().map_err(|_| format!("AUTOREPORT_TRUSTED_PROXIES has “{part}”; expected an IP address."))
            })
            .collect::<Result<_, _>>()?;
        let outbound_allow = get("AUTOREPORT_OUTBOUND_ALLOW")
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| {
                part.parse().map_err(|()| {
                    format!("AUTOREPORT_OUTBOUND_ALLOW has “{part}”; expected an address or a network like 10.0.0.0/8.")
                })
            })
            .collect::<Result<Vec<Network>, String>>()?;
        let usual = GitSettings::default();
        let git = GitSettings {
            remotes,
            allowed: outbound_allow.clone(),
            authorities: get("AUTOREPORT_GIT_CA_FILE").as_deref().map(authorities).transpose()?,
            path: get("PATH").unwrap_or(usual.path),
            limit: usual.limit,
        };
        let metrics_token = match get("AUTOREPORT_METRICS_TOKEN") {
            Some(token) if token.chars().count() < METRICS_TOKEN_MIN => {
                return Err(format!(
                    "AUTOREPORT_METRICS_TOKEN is too short; expected {METRICS_TOKEN_MIN} characters or more."
                ));
            }
            token => token.map(Secret::new),
        };
        let smtp = match get("AUTOREPORT_SMTP_TIMEOUT_SECONDS") {
            Some(text) => match text.parse::<u64>() {
                Ok(seconds) if (1..=SMTP_TIMEOUT_MAX).contains(&seconds) => {
                    Timeouts::by_phase(Duration::from_secs(seconds))
                }
                _ => {
                    return Err(format!(
                        "AUTOREPORT_SMTP_TIMEOUT_SECONDS is “{text}”; expected a number from 1 to {SMTP_TIMEOUT_MAX}."
                    ));
                }
            },
            None => Timeouts::default(),
        };
        let smtp_cleartext = get("AUTOREPORT_SMTP_CLEARTEXT")
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| {
                part.parse().map_err(|()| {
                    format!(
                        "AUTOREPORT_SMTP_CLEARTEXT has “{part}”; expected a host, an address or a network like 10.0.0.0/8."
                    )
                })
            })
            .collect::<Result<_, _>>()?;
        let key_file = get("AUTOREPORT_KEY_FILE").map_or_else(|| data_dir.join("keyring"), PathBuf::from);
        let site_root = get("LEPTOS_SITE_ROOT").map_or_else(site_beside_program, PathBuf::from);
        let log_dir = get("AUTOREPORT_LOG_DIR").map(PathBuf::from);
        let fonts = get("AUTOREPORT_FONTS").map(PathBuf::from);
        let font_folders = fonts.clone().map_or_else(|| usual_fonts(get("HOME")), |folder| vec![folder]);
        let for_tests: Vec<&'static str> = FOR_TESTS.iter().copied().filter(|name| get(name).is_some()).collect();
        if let Some(name) = for_tests.first().filter(|_| !addr.ip().is_loopback()) {
            return Err(format!(
                "{name} breaks the program on purpose, for tests: it is taken on a loopback address only."
            ));
        }
        let clock = get(CLOCK).map_or(Clock::System, |file| Clock::off_by(file.into()));
        let crash = match get(CRASH_AT) {
            Some(text) => Crash::parse(&text).map_err(|words| format!("{CRASH_AT}: {words}"))?,
            None => Crash::default(),
        };
        Ok(Self {
            database_url,
            addr,
            base_url,
            data_dir,
            key_file,
            trusted_proxies,
            log_dir,
            fonts,
            font_folders,
            sign_up,
            git,
            outbound_allow,
            metrics_token,
            smtp,
            smtp_cleartext,
            site_root,
            clock,
            crash,
            for_tests,
        })
    }

    /// The part that the pages and services know.
    pub fn settings(&self) -> Settings {
        Settings {
            base_url: self.base_url.clone(),
            data_dir: self.data_dir.clone(),
            sign_up: self.sign_up,
            git: self.git.clone(),
            outbound_allow: self.outbound_allow.clone(),
            metrics_token: self.metrics_token.clone(),
            smtp: self.smtp,
            smtp_cleartext: self.smtp_cleartext.clone(),
        }
    }

    /// Name and value of each setting, without passwords.
    pub fn rows(&self) -> Vec<(&'static str, String)> {
        let proxies: Vec<String> = self.trusted_proxies.iter().map(ToString::to_string).collect();
        let allowed: Vec<String> = self.outbound_allow.iter().map(ToString::to_string).collect();
        let in_clear: Vec<String> = self.smtp_cleartext.iter().map(ToString::to_string).collect();
        let sign_up = format!("{:?}", self.sign_up).to_lowercase();
        let log_dir = self.log_dir.as_deref().map(|dir| dir.display().to_string()).unwrap_or_default();
        let fonts = self.fonts.as_deref().map(|folder| folder.display().to_string()).unwrap_or_default();
        let values = [
            without_password(&self.database_url),
            self.addr.to_string(),
            self.base_url.clone(),
            self.data_dir.display().to_string(),
            self.key_file.display().to_string(),
            proxies.join(","),
            log_dir,
            fonts,
            sign_up,
            format!("{:?}", self.git.remotes).to_lowercase(),
            self.git.authorities.as_deref().map(|file| file.display().to_string()).unwrap_or_default(),
            allowed.join(","),
            self.metrics_token.as_ref().map(|_| "…".to_owned()).unwrap_or_default(),
            self.smtp.phase.as_secs().to_string(),
            in_clear.join(","),
        ];
        KNOWN.iter().map(|known| known.name).zip(values).collect()
    }
}

/// The file of authorities, as git finds it from any folder.
fn authorities(file: &str) -> Result<PathBuf, String> {
    let whole = std::path::absolute(file).ok().filter(|path| path.is_file());
    whole.ok_or_else(|| format!("AUTOREPORT_GIT_CA_FILE is “{file}”; there is no such file."))
}

fn is_known(name: &str) -> bool {
    KNOWN.iter().any(|known| known.name == name) || FOR_TESTS.contains(&name)
}

/// Where systems keep fonts: the machine's, then those of the user who runs the program.
fn usual_fonts(home: Option<String>) -> Vec<PathBuf> {
    let machine = ["/usr/share/fonts", "/usr/local/share/fonts"].map(PathBuf::from);
    let own = home.map(|home| Path::new(&home).join(".local/share/fonts"));
    machine.into_iter().chain(own).collect()
}

/// `site/` beside the program (as in the image), else the build's folder, two floors up.
fn site_beside_program() -> PathBuf {
    let folder = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_path_buf)).unwrap_or_default();
    let beside = folder.join("site");
    if beside.is_dir() {
        return beside;
    }
    match folder.parent().map(|target| target.join("site")).filter(|site| site.is_dir()) {
        Some(site) => site,
        None => PathBuf::from("target/site"),
    }
}

/// A database URL with its password hidden.
pub fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let Some((sign_in, host)) = rest.rsplit_once('@') else { return url.to_owned() };
    let user = sign_in.split(':').next().unwrap_or_default();
    format!("{scheme}://{user}:…@{host}")
}

/// The known name with the fewest changes (Levenshtein) to a wrong one.
fn nearest(wrong: &str) -> &'static str {
    KNOWN.iter().map(|known| known.name).min_by_key(|name| distance(wrong, name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vars: &[(&str, &str)]) -> Result<Config, String> {
        Config::from_vars(vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn nothing_set_is_a_working_configuration() {
        let config = read(&[]).unwrap();
        assert_eq!(config.database_url, "sqlite://data/autoreport.db");
        assert_eq!(config.base_url, "http://127.0.0.1:3000");
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_nearest_known_one() {
        let error = read(&[("AUTOREPORT_ADRESS", "x")]).unwrap_err();
        assert!(error.contains("AUTOREPORT_ADDR"), "{error}");
    }

    #[test]
    fn the_archive_is_pushed_to_the_internet_only_unless_the_operator_says_otherwise() {
        assert_eq!(read(&[]).unwrap().git.remotes, RemoteRule::Public);
        let inside = read(&[("AUTOREPORT_GIT_REMOTES", "internal"), ("PATH", "/opt/git/bin")]).unwrap().git;
        assert_eq!((inside.remotes, inside.path.as_str()), (RemoteRule::Internal, "/opt/git/bin"));
        assert!(read(&[("AUTOREPORT_GIT_REMOTES", "all")]).unwrap_err().contains("expected public"));
        let listed = read(&[("AUTOREPORT_OUTBOUND_ALLOW", "10.0.0.0/8")]).unwrap();
        assert_eq!(listed.git.allowed, listed.outbound_allow);
        assert_eq!(listed.git.authorities, None);
        let authorities = read(&[("AUTOREPORT_GIT_CA_FILE", "Cargo.toml")]).unwrap().git.authorities.unwrap();
        assert!(authorities.is_absolute() && authorities.ends_with("Cargo.toml"), "{authorities:?}");
        let missing = read(&[("AUTOREPORT_GIT_CA_FILE", "/nowhere/ca.pem")]).unwrap_err();
        assert!(missing.contains("there is no such file"), "{missing}");
    }

    #[test]
    fn what_breaks_the_program_for_tests_is_off_and_taken_on_a_loopback_address_only() {
        assert!(!read(&[]).unwrap().crash.is_armed());
        let crash = ("AUTOREPORT_TEST_CRASH_AT", "data_sent:2");
        assert!(read(&[crash]).unwrap().crash.is_armed());
        for setting in [crash, ("AUTOREPORT_TEST_CLOCK", "/tmp/seconds")] {
            let error = read(&[("AUTOREPORT_ADDR", "0.0.0.0:3000"), setting]).unwrap_err();
            assert!(error.contains(setting.0) && error.contains("loopback"), "{error}");
        }
        let error = read(&[("AUTOREPORT_TEST_CRASH_AT", "somewhere")]).unwrap_err();
        assert!(error.contains("somewhere") && error.contains("data_sent"), "{error}");
    }

    #[test]
    fn a_wrong_port_is_one_clear_sentence() {
        let error = read(&[("AUTOREPORT_ADDR", "127.0.0.1:99999")]).unwrap_err();
        assert!(error.contains("99999") && error.contains("65535"), "{error}");
    }

    #[test]
    fn networks_inside_are_allowed_one_by_one() {
        let config = read(&[("AUTOREPORT_OUTBOUND_ALLOW", "10.0.0.0/8, ::1")]).unwrap();
        assert_eq!(config.outbound_allow, ["10.0.0.0/8", "::1"].map(|part| part.parse().unwrap()));
        let error = read(&[("AUTOREPORT_OUTBOUND_ALLOW", "10.0.0.0/8,intranet")]).unwrap_err();
        assert!(error.contains("“intranet”"), "{error}");
    }

    #[test]
    fn fonts_are_in_the_folder_that_is_set_or_where_the_system_has_them() {
        let usual = read(&[("HOME", "/home/ann")]).unwrap();
        let folders = ["/usr/share/fonts", "/usr/local/share/fonts", "/home/ann/.local/share/fonts"];
        assert_eq!(usual.font_folders, folders.map(PathBuf::from));
        let set = read(&[("HOME", "/home/ann"), ("AUTOREPORT_FONTS", "/srv/fonts")]).unwrap();
        assert_eq!(set.font_folders, [PathBuf::from("/srv/fonts")]);
        assert!(set.rows().contains(&("AUTOREPORT_FONTS", "/srv/fonts".to_owned())));
    }

    #[test]
    fn relays_in_clear_are_hosts_addresses_or_networks() {
        let config = read(&[("AUTOREPORT_SMTP_CLEARTEXT", "mail, 172.16.0.0/12,::1")]).unwrap();
        let shown: Vec<_> = config.smtp_cleartext.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["mail", "172.16.0.0/12", "::1/128"]);
        assert!(read(&[]).unwrap().smtp_cleartext.is_empty());
        let error = read(&[("AUTOREPORT_SMTP_CLEARTEXT", "smtp://mail")]).unwrap_err();
        assert!(error.contains("“smtp://mail”"), "{error}");
    }

    #[test]
    fn the_token_of_the_metrics_is_long_and_never_shown() {
        let config = read(&[("AUTOREPORT_METRICS_TOKEN", "a token of sixteen")]).unwrap();
        assert!(config.metrics_token.is_some());
        assert!(!format!("{config:?} {:?}", config.rows()).contains("sixteen"));
        assert!(read(&[("AUTOREPORT_METRICS_TOKEN", "short")]).unwrap_err().contains("16 characters"));
    }

    #[test]
    fn mail_servers_get_as_many_seconds_as_the_operator_says_within_reason() {
        let usual = read(&[]).unwrap();
        assert!(usual.rows().contains(&("AUTOREPORT_SMTP_TIMEOUT_SECONDS", "30".to_owned())));
        assert_eq!(usual.settings().smtp.final_dot, Duration::from_secs(600), "RFC 5321 §4.5.3.2.6");
        let config = read(&[("AUTOREPORT_SMTP_TIMEOUT_SECONDS", "5")]).unwrap();
        assert_eq!(config.settings().smtp.phase, Duration::from_secs(5));
        for wrong in ["0", "601", "soon", "-1"] {
            let error = read(&[("AUTOREPORT_SMTP_TIMEOUT_SECONDS", wrong)]).unwrap_err();
            assert!(error.contains(wrong) && error.contains("1 to 600"), "{error}");
        }
    }

    #[test]
    fn the_database_password_is_never_shown() {
        assert_eq!(without_password("postgres://ann:se@cret@db/x"), "postgres://ann:…@db/x");
    }
}
