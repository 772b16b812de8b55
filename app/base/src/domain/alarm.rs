//! Alarms: what an owner must hear of, how it is said, who gets it by mail and how often; and the pings by which somebody
//! outside hears when this program falls silent.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::{job::without_addresses, lease, occurrence::OccurrenceState, span};

crate::text_enum!(
    /// What happened.
    AlarmKind {
        /// A run failed.
        Failed = "failed",
        /// A run reached only some of its recipients.
        Partly = "partly",
        /// It is unknown whether a message arrived, and somebody must decide.
        Uncertain = "uncertain",
        /// A run did not start within its grace.
        Late = "late",
        /// A schedule paused itself after failures in a row.
        Paused = "paused",
        /// A mail account does not work.
        Account = "account",
        /// The archive could not be pushed several times in a row.
        Push = "push",
        /// A report waits for its owner's word before it goes out.
        Draft = "draft",
        /// A run after failures was fine.
        Solved = "solved",
    }
);

impl AlarmKind {
    /// The badge on the page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Failed => "Failed",
            Self::Partly => "Partly delivered",
            Self::Uncertain => "Needs a decision",
            Self::Late => "Late",
            Self::Paused => "Paused",
            Self::Account => "Mail account",
            Self::Push => "Archive",
            Self::Draft => "Draft",
            Self::Solved => "Solved",
        }
    }

    /// Whether it is told in the app. Good news of what was bad stands on the page of the job.
    pub const fn is_told_in_app(self) -> bool {
        !matches!(self, Self::Solved)
    }

    /// Which of several alarms names a mail: the one after which least happens by itself.
    const fn weight(self) -> u8 {
        match self {
            Self::Paused => 5,
            Self::Account => 4,
            Self::Failed | Self::Push => 3,
            Self::Uncertain | Self::Draft => 2,
            Self::Partly | Self::Late => 1,
            Self::Solved => 0,
        }
    }
}

/// Which alarms a person gets by mail; in the app they get all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// Failed and partly failed runs, messages that wait for a decision, accounts that do not work, failed pushes.
    pub failure: bool,
    pub late: bool,
    pub pause: bool,
    /// That it works again.
    pub solved: bool,
}

impl Default for Choices {
    fn default() -> Self {
        Self { failure: true, late: true, pause: true, solved: false }
    }
}

impl Choices {
    /// Whether the person wants a mail about this.
    pub const fn wants(self, kind: AlarmKind) -> bool {
        match kind {
            AlarmKind::Failed | AlarmKind::Partly | AlarmKind::Uncertain | AlarmKind::Account | AlarmKind::Push => {
                self.failure
            }
            // Whoever wants to be asked has said so at the job.
            AlarmKind::Draft => true,
            AlarmKind::Late => self.late,
            AlarmKind::Paused => self.pause,
            AlarmKind::Solved => self.solved,
        }
    }
}

/// The alarm, if any, that the end of a run is.
pub fn of_end(state: OccurrenceState, failures_before: u32) -> Option<AlarmKind> {
    match state {
        OccurrenceState::Failed => Some(AlarmKind::Failed),
        OccurrenceState::Partly => Some(AlarmKind::Partly),
        OccurrenceState::Done if failures_before > 0 => Some(AlarmKind::Solved),
        _ => None,
    }
}

/// Longest sentence of an alarm, in characters.
pub const WORDS_MAX: usize = 400;

/// What the sentence of an alarm about a run begins with: the run by its number, the `number`-th of its job, where it is
/// about that one alone, else the job.
pub fn about(kind: AlarmKind, job: &str, number: i32) -> String {
    match kind {
        AlarmKind::Failed | AlarmKind::Partly | AlarmKind::Uncertain | AlarmKind::Draft => {
            format!("Run {number} of {job}")
        }
        // Of late runs there may be several, and the words name the last by its time.
        AlarmKind::Late | AlarmKind::Paused | AlarmKind::Account | AlarmKind::Push | AlarmKind::Solved => {
            job.to_owned()
        }
    }
}

/// What happened, as one sentence that begins with whom it happened to. `why` is what a server said, or the run itself.
pub fn sentence(kind: AlarmKind, whom: &str, why: Option<&str>) -> String {
    let what = what(kind);
    let words = match why.map(str::trim).filter(|why| !why.is_empty()) {
        Some(why) => format!("{whom} {what}: {}", uncapitalised(why)),
        None => format!("{whom} {what}."),
    };
    clipped(&words, WORDS_MAX)
}

const fn what(kind: AlarmKind) -> &'static str {
    match kind {
        AlarmKind::Failed => "failed",
        AlarmKind::Partly => "reached only some of its recipients",
        AlarmKind::Uncertain => "waits for a decision",
        AlarmKind::Late => "did not start in time",
        AlarmKind::Paused => "is paused",
        AlarmKind::Account => "does not send",
        AlarmKind::Push => "cannot be pushed",
        AlarmKind::Draft => "waits for your word",
        AlarmKind::Solved => "works again",
    }
}

/// That it is unknown of `count` messages of a run whether they arrived, of which one went to `address`, and what there is
/// to do about that. Of a cancelled run none goes again.
pub fn unknown_words(address: &str, count: u64, is_cancelled: bool) -> String {
    let unknown = match count {
        0 | 1 => format!("It is unknown whether the message to {address} arrived."),
        many => format!("It is unknown of {many} messages whether they arrived, among them that to {address}."),
    };
    let then = match (is_cancelled, count) {
        (true, 0 | 1) => "The run was cancelled: say what you know of it.",
        (true, _) => "The run was cancelled: say what you know of them.",
        (false, 0 | 1) => "Look, and decide whether it goes again.",
        (false, _) => "Look, and decide about each whether it goes again.",
    };
    format!("{unknown} {then}")
}

/// How late it is, and what becomes of it.
pub fn late_words(first_words: &str, late: Duration, count: usize, still_runs: bool) -> String {
    let late = span::words(late);
    let rest = if still_runs { "It starts as soon as it can." } else { "It is skipped, as its schedule says." };
    match count {
        0 | 1 => format!("the run of {first_words} is {late} late. {rest}"),
        many => format!("{many} runs were missed; the last, of {first_words}, is {late} late. {rest}"),
    }
}

/// Whether a run that has not begun should have. `due` is its instant with its jitter.
pub fn is_late(due: DateTime<Utc>, grace: Duration, now: DateTime<Utc>) -> bool {
    now - due > grace
}

/// Mails about one topic come at most this often.
pub const MAIL_EVERY: Duration = Duration::hours(1);
/// A mail waits so long for what belongs to it: a run that fails and the pause that follows are one mail.
pub const MAIL_GATHERS: Duration = Duration::seconds(2);

/// When a mail about something that happened now may leave, after the last one about the same topic. One that lies ahead
/// left before the clock was set back, and holds nothing up.
pub fn mail_at(last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> DateTime<Utc> {
    let soon = now + MAIL_GATHERS;
    let last = last.filter(|last| *last <= lease::latest_end(now, Duration::zero()));
    last.map_or(soon, |last| soon.max(last + MAIL_EVERY))
}

/// Most alarms that a mail lists; the others are counted.
pub const LISTED: usize = 10;

/// Which of the alarms of a mail names it: the gravest, and among equals the first.
pub fn headline(kinds: &[AlarmKind]) -> usize {
    let mut gravest = 0;
    for (index, kind) in kinds.iter().enumerate() {
        if kind.weight() > kinds[gravest].weight() {
            gravest = index;
        }
    }
    gravest
}

/// That more has happened than a mail names; empty where nothing has.
pub fn more_words(more: usize) -> String {
    match more {
        0 => String::new(),
        1 => "One more thing has happened since then.".to_owned(),
        many => format!("{many} more things have happened since then."),
    }
}

/// Longest subject, in characters: most readers show less.
const SUBJECT_MAX: usize = 140;
/// The same of a mail that asks about a draft. What a draft is stands in the mail; nothing here is a reason that must be
/// read to its end.
const DRAFT_SUBJECT_MAX: usize = 78;

/// The subject of a mail: its gravest alarm in its sentence, and how many more there are. A draft is named by its run alone,
/// and what somebody is asked for comes first.
pub fn subject(kind: AlarmKind, words: &str, more: usize) -> String {
    let more = match more {
        0 => String::new(),
        1 => " (and 1 more since)".to_owned(),
        many => format!(" (and {many} more since)"),
    };
    let (words, most) = match kind {
        AlarmKind::Draft => {
            (format!("A draft waits for your word: {}", uncapitalised(whom(kind, words))), DRAFT_SUBJECT_MAX)
        }
        _ => (words.trim_end_matches('.').to_owned(), SUBJECT_MAX),
    };
    format!("{}{more}", clipped(&words, most - more.chars().count()))
}

/// Whom a [`sentence`] is about: the run or the job that it begins with.
fn whom(kind: AlarmKind, words: &str) -> &str {
    words.split_once(&format!(" {}", what(kind))).map_or(words, |(whom, _)| whom)
}

/// Over which accounts a mail is tried, in order: the job's own, the default one, the others, and the built-in outbox,
/// which is always there. Those that are known not to work are left out, and so is the one that the alarm is about.
pub fn ways<T: Copy + PartialEq>(own: Option<T>, default_first: &[T], is_out: impl Fn(T) -> bool, outbox: T) -> Vec<T> {
    let mut ways = Vec::new();
    // Where somebody chose the outbox, nothing is to leave.
    if own.or(default_first.first().copied()) != Some(outbox) {
        for way in own.into_iter().chain(default_first.iter().copied()) {
            if way != outbox && !ways.contains(&way) && !is_out(way) {
                ways.push(way);
            }
        }
    }
    ways.push(outbox);
    ways
}

/// Failed pushes in a row after which the administrators hear of it.
pub const PUSHES_TOLD: u32 = 3;

crate::text_enum!(
    /// What a ping says.
    PingKind {
        Start = "start",
        Success = "success",
        Failure = "failure",
    }
);

/// How long a ping may take.
pub const PING_SECONDS: u64 = 10;
/// Tries of a ping; another one would come too late to be of use.
pub const PING_TRIES: u32 = 4;
/// Between two pings of the instance.
pub const PING_EVERY: Duration = Duration::seconds(60);
/// The scheduler is believed alive so long after it has planned.
const ALIVE_FOR: Duration = Duration::minutes(2);

/// Whether a scheduler is alive that planned last at an instant. It plans every few seconds: an instant that lies ahead is
/// from before the clock was set back, and would keep a dead one alive for as long as the step was.
pub fn is_alive(planned_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    (now - planned_at).abs() <= ALIVE_FOR
}

/// Longest address of a ping, in characters.
pub const PING_URL_MAX: u32 = 1_000;

/// When a ping that did not get through is tried again; none where it is given up.
pub fn ping_again(attempts: u32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let waits = [10, 60, 300];
    let wait = usize::try_from(attempts).ok().and_then(|attempts| waits.get(attempts.saturating_sub(1)));
    (attempts < PING_TRIES).then(|| now + Duration::seconds(wait.copied().unwrap_or(300)))
}

/// The address to ask: the one that was entered, with `/start` or `/fail` at the end of its path, as Healthchecks and
/// those who follow it want it.
pub fn ping_address(url: &str, kind: PingKind) -> String {
    let suffix = match kind {
        PingKind::Success => return url.to_owned(),
        PingKind::Start => "/start",
        PingKind::Failure => "/fail",
    };
    let (path, query) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
    format!("{}{suffix}{query}", path.trim_end_matches('/'))
}

/// What goes with a ping of a run that has not done what it should: the sentence of its alarm. Who gets the mails is
/// nothing for a service outside.
pub fn ping_words(state: OccurrenceState, job: &str, number: i32, why: Option<&str>) -> String {
    let why = why.map(without_addresses);
    match of_end(state, 0) {
        Some(kind) => sentence(kind, &about(kind, job, number), why.as_deref()),
        // Nobody is alarmed of one that somebody has cancelled.
        None => {
            let words = format!("Run {number} of {job} did not finish. {}", why.unwrap_or_default());
            clipped(words.trim_end(), WORDS_MAX)
        }
    }
}

/// The server of an address, for people who may not see the rest of it.
pub fn ping_host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned()
}

fn uncapitalised(words: &str) -> String {
    let mut letters = words.chars();
    match (letters.next(), letters.clone().next()) {
        // An abbreviation keeps its capitals.
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => words.to_owned(),
    }
}

fn clipped(words: &str, most: usize) -> String {
    if words.chars().count() <= most {
        return words.to_owned();
    }
    words.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::minutes(minutes)
    }

    #[test]
    fn failures_late_starts_and_pauses_come_by_mail_unless_somebody_says_otherwise() {
        let choices = Choices::default();
        for kind in AlarmKind::ALL.iter().copied() {
            assert_eq!(choices.wants(kind), kind != AlarmKind::Solved, "{kind}");
        }
        let quiet = Choices { failure: false, ..choices };
        assert!(!quiet.wants(AlarmKind::Failed) && !quiet.wants(AlarmKind::Account) && quiet.wants(AlarmKind::Late));
    }

    #[test]
    fn a_run_that_is_fine_is_news_only_after_failures() {
        assert_eq!(of_end(OccurrenceState::Failed, 0), Some(AlarmKind::Failed));
        assert_eq!(of_end(OccurrenceState::Partly, 0), Some(AlarmKind::Partly));
        assert_eq!(of_end(OccurrenceState::Done, 0), None);
        assert_eq!(of_end(OccurrenceState::Done, 2), Some(AlarmKind::Solved));
        for quiet in [OccurrenceState::Cancelled, OccurrenceState::Skipped] {
            assert_eq!(of_end(quiet, 2), None, "{quiet}");
        }
    }

    #[test]
    fn of_a_cancelled_run_nobody_is_asked_whether_a_message_goes_again() {
        let one = unknown_words("dana@example.org", 1, false);
        assert_eq!(
            one,
            "It is unknown whether the message to dana@example.org arrived. Look, and decide whether it goes again."
        );
        for (count, then) in [(1, "say what you know of it."), (2, "say what you know of them.")] {
            let cancelled = unknown_words("dana@example.org", count, true);
            assert!(cancelled.ends_with(then) && !cancelled.contains("goes again"), "{cancelled}");
        }
        assert!(
            unknown_words("dana@example.org", 3, false).starts_with("It is unknown of 3 messages whether they arrived")
        );
    }

    #[test]
    fn a_sentence_names_the_job_and_says_why() {
        assert_eq!(
            sentence(AlarmKind::Failed, "Weekly digest", Some("The mail server answered 451 Try later.")),
            "Weekly digest failed: the mail server answered 451 Try later."
        );
        assert_eq!(sentence(AlarmKind::Solved, "Weekly digest", None), "Weekly digest works again.");
        assert_eq!(sentence(AlarmKind::Failed, "X", Some("TLS is missing")), "X failed: TLS is missing");
        let long = sentence(AlarmKind::Failed, &"é".repeat(500), Some("x"));
        assert_eq!(long.chars().count(), WORDS_MAX);
    }

    #[test]
    fn what_happened_to_one_run_is_said_with_its_number_and_what_happened_to_the_job_without() {
        let said = |kind| sentence(kind, &about(kind, "Weekly digest", 12), None);
        assert_eq!(said(AlarmKind::Failed), "Run 12 of Weekly digest failed.");
        assert_eq!(said(AlarmKind::Partly), "Run 12 of Weekly digest reached only some of its recipients.");
        assert_eq!(said(AlarmKind::Uncertain), "Run 12 of Weekly digest waits for a decision.");
        assert_eq!(said(AlarmKind::Draft), "Run 12 of Weekly digest waits for your word.");
        assert_eq!(said(AlarmKind::Late), "Weekly digest did not start in time.");
        assert_eq!(said(AlarmKind::Paused), "Weekly digest is paused.");
        assert_eq!(said(AlarmKind::Solved), "Weekly digest works again.");
    }

    #[test]
    fn a_run_is_late_after_its_grace_and_not_at_its_end() {
        assert!(!is_late(at(0), Duration::minutes(15), at(15)));
        assert!(is_late(at(0), Duration::minutes(15), at(16)));
        assert!(!is_late(at(10), Duration::minutes(15), at(0)), "one that is still to come");
    }

    #[test]
    fn mails_about_one_topic_are_an_hour_apart() {
        assert_eq!(mail_at(None, at(0)), at(0) + MAIL_GATHERS);
        assert_eq!(mail_at(Some(at(0)), at(10)), at(60));
        assert_eq!(mail_at(Some(at(0)), at(90)), at(90) + MAIL_GATHERS);
        assert_eq!(mail_at(Some(at(1)), at(0)), at(61), "by the clock of another instance");
        assert_eq!(mail_at(Some(at(50)), at(0)), at(0) + MAIL_GATHERS, "the clock was set back");
    }

    #[test]
    fn a_scheduler_is_alive_that_planned_a_moment_ago_also_by_a_clock_that_was_set_back() {
        assert!(is_alive(at(10), at(10)) && is_alive(at(10), at(12)));
        assert!(!is_alive(at(10), at(13)), "it stands still");
        assert!(!is_alive(at(50), at(10)), "it would have planned since the clock was set back");
    }

    #[test]
    fn the_gravest_alarm_names_a_mail_and_the_others_are_counted() {
        use AlarmKind::*;
        assert_eq!(headline(&[Failed, Failed, Paused]), 2);
        assert_eq!(headline(&[Late, Failed, Failed]), 1);
        assert_eq!(headline(&[Solved]), 0);
        assert_eq!(subject(Failed, "Weekly digest failed: no.", 0), "Weekly digest failed: no");
        assert_eq!(subject(Failed, "Weekly digest failed.", 4), "Weekly digest failed (and 4 more since)");
        let long = subject(Failed, &"a".repeat(500), 12);
        assert!(long.chars().count() == SUBJECT_MAX && long.ends_with("… (and 12 more since)"), "{long}");
    }

    #[test]
    fn the_subject_about_a_draft_says_what_is_asked_for_and_is_as_short_as_readers_show_it() {
        let of = |job: &str, more| {
            let why = "Read the draft, add a comment if you like, and send it. It waits until somebody does.";
            let words = sentence(AlarmKind::Draft, &about(AlarmKind::Draft, job, 12), Some(why));
            subject(AlarmKind::Draft, &words, more)
        };
        assert_eq!(of("Weekly report", 0), "A draft waits for your word: run 12 of Weekly report");
        let long = "The weekly report of the steering group for everybody who wants to know";
        assert_eq!(of(long, 0), "A draft waits for your word: run 12 of The weekly report of the steering grou…");
        assert_eq!(of(long, 0).chars().count(), 78);
        let more = of(long, 3);
        assert!(more.chars().count() == 78 && more.ends_with("… (and 3 more since)"), "{more}");
    }

    #[test]
    fn a_mail_goes_over_the_account_of_its_job_or_one_that_works_and_at_last_into_the_outbox() {
        const OUTBOX: u8 = 0;
        let works = |_| false;
        assert_eq!(ways(Some(3), &[1, 2, OUTBOX, 3], works, OUTBOX), [3, 1, 2, OUTBOX]);
        assert_eq!(ways(None, &[1, OUTBOX, 2], |way| way == 1, OUTBOX), [2, OUTBOX], "one that is out is left out");
        assert_eq!(ways(Some(2), &[OUTBOX, 2], works, OUTBOX), [2, OUTBOX]);
        assert_eq!(ways(None, &[OUTBOX, 2], works, OUTBOX), [OUTBOX], "the default is the outbox: somebody chose it");
        assert_eq!(ways(None, &[1], |_| true, OUTBOX), [OUTBOX]);
    }

    #[test]
    fn lateness_is_said_with_what_becomes_of_the_run() {
        assert_eq!(
            late_words("Mon 23 Nov 2026, 10:00", Duration::minutes(20), 1, true),
            "the run of Mon 23 Nov 2026, 10:00 is 20 minutes late. It starts as soon as it can."
        );
        let many = late_words("Mon 23 Nov 2026, 10:00", Duration::minutes(20), 3, false);
        assert!(many.starts_with("3 runs were missed;") && many.ends_with("as its schedule says."), "{many}");
    }

    #[test]
    fn the_suffix_of_a_ping_stands_at_the_end_of_the_path() {
        let url = "https://hc-ping.com/0b2c/";
        assert_eq!(ping_address(url, PingKind::Success), url);
        assert_eq!(ping_address(url, PingKind::Start), "https://hc-ping.com/0b2c/start");
        assert_eq!(ping_address("https://a/b?rid=1", PingKind::Failure), "https://a/b/fail?rid=1");
    }

    #[test]
    fn what_goes_with_a_ping_is_the_sentence_of_the_alarm_without_addresses() {
        use OccurrenceState::{Cancelled, Failed, Partly};
        let refused = Some("The mail server answered 550 5.1.1 <sam@example.org>: no such user");
        for (state, why, words) in [
            (
                Failed,
                refused,
                "Run 3 of Weekly report failed: the mail server answered 550 5.1.1 <(a recipient)>: no such user",
            ),
            (
                Partly,
                Some("Of 2 messages: 1 not delivered."),
                "Run 3 of Weekly report reached only some of its recipients: of 2 messages: 1 not delivered.",
            ),
            (Failed, None, "Run 3 of Weekly report failed."),
            (Cancelled, Some("Cancelled by Dana."), "Run 3 of Weekly report did not finish. Cancelled by Dana."),
            (Cancelled, None, "Run 3 of Weekly report did not finish."),
        ] {
            assert_eq!(ping_words(state, "Weekly report", 3, why), words);
        }
        let long = format!("{} sam@example.org", "x".repeat(WORDS_MAX - 40));
        let words = ping_words(Failed, "Weekly report", 3, Some(&long));
        assert!(words.chars().count() <= WORDS_MAX && !words.contains("sam"), "nothing is left of one that is cut");
    }

    #[test]
    fn only_the_server_of_a_ping_is_shown() {
        assert_eq!(ping_host("https://hc-ping.com/secret?x"), "hc-ping.com");
        assert_eq!(ping_host("http://127.0.0.1:8080"), "127.0.0.1:8080");
    }

    #[test]
    fn a_ping_is_tried_some_times_and_then_given_up() {
        let mut times = Vec::new();
        let mut attempts = 1;
        while let Some(again) = ping_again(attempts, at(0)) {
            times.push((again - at(0)).num_seconds());
            attempts += 1;
        }
        assert_eq!(times, [10, 60, 300]);
    }
}
