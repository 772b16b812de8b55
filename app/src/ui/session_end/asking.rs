//! When the person is asked to sign in again: what is told of a session that has ended, and what they made of the question.

use std::time::Duration;

/// So long after signing in was put off nothing that the page does by itself asks for it again.
const QUIET: Duration = Duration::from_secs(60);

/// A moment of the page, in milliseconds since it was loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Moment(pub f64);

impl Moment {
    fn after(self, time: Duration) -> Self {
        Self(self.0 + time.as_secs_f64() * 1_000.0)
    }
}

/// What was found out without a session: who wanted it of the server, and when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told {
    /// The person: a change, a form, a file.
    Deed(Moment),
    /// The page by itself: what follows others and reads again, or a reading or keeping while somebody types.
    Look(Moment),
}

/// The first words of the server functions that change nothing.
const LOOKS: [&str; 12] =
    ["check", "compare", "count", "find", "get", "list", "load", "preview", "read", "search", "show", "whom"];
/// Keeps a draft whenever typing rests: a question each time would take the keys of whoever types on.
const BY_ITSELF: &str = "save_draft";

impl Told {
    /// Of an answer, by the address that was asked.
    pub fn of(path: &str, asked: Moment) -> Self {
        // A number stands behind the name.
        let name = path.strip_prefix("/rpc/").unwrap_or_default().trim_end_matches(|end: char| end.is_ascii_digit());
        let is_look = name == BY_ITSELF || name.split('_').next().is_some_and(|verb| LOOKS.contains(&verb));
        if is_look { Self::Look(asked) } else { Self::Deed(asked) }
    }

    /// What the script of the frame says of an answer: the moment, in whole milliseconds, and the address.
    pub fn read(said: &str) -> Option<Self> {
        let (asked, path) = said.split_once(' ')?;
        // To read a number with a fraction takes ten kilobytes of every page.
        let asked: u32 = asked.parse().ok()?;
        Some(Self::of(path, Moment(asked.into())))
    }

    const fn asked(self) -> Moment {
        match self {
            Self::Deed(asked) | Self::Look(asked) => asked,
        }
    }
}

/// How a page stands with its session.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Stage {
    /// Somebody is signed in, as far as it knows.
    #[default]
    There,
    /// The person is asked for the password.
    Asked,
    /// The person has put it off. Until then nothing that the page does by itself asks again.
    PutOff { quiet_until: Moment },
    /// The server answers again; for whom, is not known yet.
    Back,
}

/// Whether the person is asked to sign in again.
///
/// ```text
///   There ── told ──► Asked ── put off ──► PutOff
///     ▲                │ ▲                   │
///     └─ signed in ────┤ └── a deed; a look, when it was quiet for long enough
///                      └── the server answers ──► Back ── told ──► Asked
/// ```
/// An answer to what was asked before the person put it off, or signed in, changes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Asking {
    stage: Stage,
    /// When the person has answered the question last.
    settled: Option<Moment>,
}

impl Asking {
    /// Whether the person is asked now.
    pub fn is_asked(&self) -> bool {
        self.stage == Stage::Asked
    }

    /// Whether the person goes on without a session.
    pub const fn is_put_off(&self) -> bool {
        matches!(self.stage, Stage::PutOff { .. })
    }

    /// Whether it has ended, and nobody is known to have signed in again since.
    pub fn has_ended(&self) -> bool {
        self.stage != Stage::There
    }

    /// Whether the server may be asked once more for what it has refused.
    pub fn may_go_on(&self) -> bool {
        matches!(self.stage, Stage::There | Stage::Back)
    }

    /// Nobody is signed in any more.
    pub fn tell(&mut self, told: Told) {
        let is_settled = self.settled.is_some_and(|settled| told.asked() <= settled);
        let is_quiet = match (self.stage, told) {
            (Stage::PutOff { quiet_until }, Told::Look(asked)) => asked < quiet_until,
            _ => false,
        };
        if !is_settled && !is_quiet {
            self.stage = Stage::Asked;
        }
    }

    /// The person does not sign in now.
    pub fn put_off(&mut self, now: Moment) {
        if self.is_asked() {
            *self = Self { stage: Stage::PutOff { quiet_until: now.after(QUIET) }, settled: Some(now) };
        }
    }

    /// What is asked for from now on may ask for the password, too: the person goes elsewhere or wants to see something.
    pub const fn end_quiet(&mut self) {
        if self.is_put_off() {
            self.stage = Stage::PutOff { quiet_until: Moment(0.0) };
        }
    }

    /// The server answers again.
    pub fn come_back(&mut self) {
        if self.has_ended() {
            self.stage = Stage::Back;
        }
    }

    /// The person has signed in again.
    pub const fn begin_again(&mut self, now: Moment) {
        *self = Self { stage: Stage::There, settled: Some(now) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn look(second: f64) -> Told {
        Told::Look(Moment(second * 1_000.0))
    }

    const fn deed(second: f64) -> Told {
        Told::Deed(Moment(second * 1_000.0))
    }

    fn put_off_at(second: f64) -> Asking {
        let mut asking = Asking::default();
        asking.tell(look(second - 1.0));
        asking.put_off(Moment(second * 1_000.0));
        asking
    }

    /// Whether something opens the question again.
    fn asks(mut asking: Asking, told: Told) -> bool {
        asking.tell(told);
        asking.is_asked()
    }

    #[test]
    fn whatever_is_told_first_asks() {
        assert!(asks(Asking::default(), look(0.0)) && asks(Asking::default(), deed(0.0)));
    }

    #[test]
    fn what_was_asked_before_it_was_put_off_never_asks_again() {
        let asking = put_off_at(10.0);
        for told in [look(9.9), deed(9.9), look(10.0), deed(10.0)] {
            assert!(!asks(asking, told), "{told:?}");
        }
    }

    #[test]
    fn what_the_page_does_by_itself_asks_again_after_a_minute_and_the_person_at_once() {
        let asking = put_off_at(10.0);
        assert!(!asks(asking, look(10.1)) && !asks(asking, look(69.9)));
        assert!(asks(asking, look(70.0)));
        assert!(asks(asking, deed(10.1)));
    }

    #[test]
    fn it_is_quiet_for_a_minute_after_each_time() {
        let mut asking = put_off_at(10.0);
        asking.tell(look(70.0));
        asking.put_off(Moment(71_000.0));
        assert!(!asks(asking, look(130.0)) && asks(asking, look(131.0)));
    }

    #[test]
    fn whoever_goes_elsewhere_is_asked_by_what_is_read_there_and_not_by_what_was_on_its_way() {
        let mut asking = put_off_at(10.0);
        asking.end_quiet();
        assert!(!asks(asking, look(9.9)) && asks(asking, look(10.1)));
        let mut asking = Asking::default();
        asking.end_quiet();
        assert_eq!(asking, Asking::default());
    }

    #[test]
    fn an_answer_that_was_on_its_way_while_somebody_signed_in_says_nothing() {
        let mut asking = put_off_at(10.0);
        asking.begin_again(Moment(20_000.0));
        assert!(!asking.has_ended() && !asks(asking, deed(19.0)) && !asks(asking, look(20.0)));
        assert!(asks(asking, look(20.1)), "it has ended once more");
        asking.put_off(Moment(21_000.0));
        assert!(!asking.is_put_off(), "nobody was asked");
    }

    #[test]
    fn a_session_that_seems_to_be_back_is_asked_for_again_at_once_when_it_is_not() {
        let mut asking = put_off_at(10.0);
        asking.come_back();
        assert!(asking.has_ended() && asking.may_go_on() && !asking.is_put_off());
        assert!(asks(asking, look(10.1)));
        let mut asking = Asking::default();
        asking.come_back();
        assert!(!asking.has_ended());
    }

    #[test]
    fn what_only_reads_or_keeps_a_draft_is_a_look_and_all_else_a_deed() {
        for path in ["/rpc/load_list123", "/rpc/check_session9", "/rpc/show_open_task9", "/rpc/preview_job1"] {
            assert_eq!(Told::of(path, Moment(1.0)), Told::Look(Moment(1.0)), "{path}");
        }
        assert_eq!(Told::of("/rpc/save_draft123", Moment(1.0)), Told::Look(Moment(1.0)), "typing goes on");
        for path in ["/rpc/save_cell123", "/rpc/change_many1", "/tasks/1/attachments/2", "/rpc/mark_mail_read1"] {
            assert_eq!(Told::of(path, Moment(1.0)), Told::Deed(Moment(1.0)), "{path}");
        }
        assert_eq!(Told::read("12 /rpc/load_list123"), Some(Told::Look(Moment(12.0))));
        assert_eq!(Told::read("12.5 /rpc/load_list123"), None);
    }
}
