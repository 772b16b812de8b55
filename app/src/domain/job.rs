//! Words about jobs that the rules of schedules and runs do not need: what a job does, whether it is on, to whom it goes.

use crate::text_enum;

text_enum!(
    /// What a job does.
    JobKind {
        /// Mails the last seven days of a project.
        WeeklyReport = "weekly_report",
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

impl JobKind {
    /// The words on the page.
    pub fn label(self) -> &'static str {
        match self {
            JobKind::WeeklyReport => "Weekly report",
        }
    }
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
}
