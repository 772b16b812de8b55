//! Words about jobs that the rules of schedules and runs do not need: what a job does, whether it is on, to whom it goes.

use crate::text_enum;

text_enum!(
    /// What a job does.
    #[derive(Default)]
    JobKind {
        /// Mails the last seven days of a project.
        #[default]
        WeeklyReport = "weekly_report",
        /// Mails each person what of their own tasks is due, overdue, blocked or assigned.
        Digest = "digest",
        /// Mails each person which of their own tasks will soon be due, once.
        Reminder = "reminder",
        /// Archives tasks that have been finished for some days.
        ArchiveTasks = "archive_tasks",
        /// Pushes the Git archive of reports to its remote.
        GitPush = "git_push",
    }
);

text_enum!(
    /// Whether a schedule plans runs.
    ScheduleState {
        On = "on",
        Paused = "paused",
    }
);

text_enum!(
    /// How a recipient stands in the message.
    RecipientKind {
        To = "to",
        Cc = "cc",
        /// In the envelope only.
        Bcc = "bcc",
    }
);

text_enum!(
    /// How much a line of a run's log matters.
    LogLevel {
        Info = "info",
        Warning = "warning",
        Error = "error",
    }
);

/// A line of a log as text: on one line, and without the colours and moves of a terminal, which a server may have sent.
pub fn plain_line(words: &str) -> String {
    let mut plain = String::with_capacity(words.len());
    let mut rest = words.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' if rest.peek() == Some(&'[') => {
                rest.next();
                // Parameters, up to the letter that says what to do.
                while rest.next_if(|c| !matches!(*c, '@'..='~')).is_some() {}
                rest.next();
            }
            '\u{1b}' => {
                rest.next();
            }
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => plain.push(' '),
            c => plain.push(c),
        }
    }
    plain
}

/// A line of a log for somebody who may not know who gets the mails: every address in it is hidden.
pub fn without_addresses(words: &str) -> String {
    let is_end = |c: char| c.is_whitespace() || "<>()[]\"',;".contains(c);
    let piece = |piece: &str| {
        let word = piece.trim_end_matches(is_end).trim_end_matches([':', '.']);
        match word.contains('@') {
            true => format!("(a recipient){}", &piece[word.len()..]),
            false => piece.to_owned(),
        }
    };
    words.split_inclusive(is_end).map(piece).collect()
}

impl JobKind {
    /// The words on the page.
    pub fn label(self) -> &'static str {
        match self {
            JobKind::WeeklyReport => "Report",
            JobKind::Digest => "Digest",
            JobKind::Reminder => "Reminder",
            JobKind::ArchiveTasks => "Archive tasks",
            JobKind::GitPush => "Git push",
        }
    }

    /// What it does, in a sentence.
    pub fn summary(self) -> &'static str {
        match self {
            JobKind::WeeklyReport => "A report of a project, or of several, sent by mail and kept in the archive.",
            JobKind::Digest => {
                "A mail for each person with their own open tasks: what is due, overdue, blocked or assigned to them. \
                 Who has nothing gets no mail."
            }
            JobKind::Reminder => {
                "A mail for each person some time before their open tasks are due, in their own time zone. Nobody is \
                 reminded twice of the same."
            }
            JobKind::ArchiveTasks => "Takes tasks off the board that were finished some days ago. Nothing is deleted.",
            JobKind::GitPush => {
                "Pushes the Git archive of all reports to the remote that an administrator has set in Settings, Git \
                 archive. Without one each run fails."
            }
        }
    }

    /// Whether its runs make a report that the members of the project can read.
    pub const fn makes_report(self) -> bool {
        matches!(self, JobKind::WeeklyReport)
    }

    /// Whether each mail is for its reader alone.
    pub const fn is_personal(self) -> bool {
        matches!(self, JobKind::Digest | JobKind::Reminder)
    }

    /// Whether it has recipients.
    pub const fn sends_mail(self) -> bool {
        self.makes_report() || self.is_personal()
    }

    /// How many of its runs a process works on at a time; none where it has as many hands as all. Pushes go one after
    /// another in any case, and one may wait for minutes for a remote that says nothing: more of them would take hands
    /// from the others only to wait for the first.
    pub const fn hands(self) -> Option<usize> {
        match self {
            JobKind::GitPush => Some(1),
            JobKind::WeeklyReport | JobKind::Digest | JobKind::Reminder | JobKind::ArchiveTasks => None,
        }
    }
}

/// The kinds of which no further run is begun beside those that a process works on.
pub fn without_a_hand(at_work: &[JobKind]) -> Vec<JobKind> {
    let is_full = |kind: &JobKind| {
        let busy = at_work.iter().filter(|other| *other == kind).count();
        kind.hands().is_some_and(|hands| busy >= hands)
    };
    JobKind::ALL.iter().copied().filter(is_full).collect()
}

impl LogLevel {
    /// The word in the log.
    pub fn label(self) -> &'static str {
        match self {
            LogLevel::Info => "Info",
            LogLevel::Warning => "Warning",
            LogLevel::Error => "Error",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_log_carries_no_commands_to_a_terminal() {
        assert_eq!(plain_line("\u{1b}[31m451\u{1b}[0m try again\r\nlater"), "451 try again  later");
        assert_eq!(plain_line("\u{1b}c250 2.0.0 Žal: ok\u{1b}["), "250 2.0.0 Žal: ok");
    }

    #[test]
    fn one_push_at_a_time_has_a_hand_and_everything_else_has_them_all() {
        use JobKind::*;
        let without_pushes: [&[JobKind]; 3] =
            [&[], &[WeeklyReport; 4], &[WeeklyReport, Digest, Reminder, ArchiveTasks]];
        for at_work in without_pushes {
            assert!(without_a_hand(at_work).is_empty(), "{at_work:?}");
        }
        assert_eq!(without_a_hand(&[WeeklyReport, GitPush]), [GitPush]);
    }

    #[test]
    fn a_line_for_those_who_may_not_know_recipients_names_none() {
        for (line, shown) in [
            ("dana@example.org: delivered. 250 ok", "(a recipient): delivered. 250 ok"),
            ("A copy went to Max.M@example.org. Žal", "A copy went to (a recipient). Žal"),
            ("x: 550 <dana@example.org> unknown", "x: 550 <(a recipient)> unknown"),
            ("Nothing to say to a@b.org, c@d.org.", "Nothing to say to (a recipient), (a recipient)."),
            ("Wrote 2 messages.", "Wrote 2 messages."),
            ("", ""),
        ] {
            assert_eq!(without_addresses(line), shown);
        }
    }
}
