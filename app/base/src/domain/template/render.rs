//! What is asked of the renderer, and what it answers: the contract of the page, the services and the child process.
//!
//! ```text
//! RenderJob ─► limits of the source ─► child process ─► Rendered, one for each reader
//!                     │                     ├─ TemplateFault: the place, what is wrong, what was meant
//!                     └─ TemplateFault      └─ Stop: it took too long, too much memory, or said too much
//! ```

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longest source of a part, in bytes.
pub const MAX_SOURCE: usize = 64 * 1024;
/// Longest text that a part may become, in bytes.
pub const MAX_OUTPUT: usize = 1024 * 1024;
/// Memory that a template may use, in bytes, beyond what the program itself takes.
pub const MAX_MEMORY: u64 = 256 * 1024 * 1024;
/// Seconds of computing that a template may use.
pub const MAX_CPU_SECONDS: u64 = 2;
/// Seconds after which it is stopped whatever it does.
pub const MAX_SECONDS: u64 = 3;

/// What the part for HTML is written in, before its variables are filled in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    #[default]
    Html,
    Mjml,
}

/// One template, and the data of those who will read it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RenderJob {
    pub language: Language,
    pub subject: String,
    pub html: String,
    /// None: the text is made of the HTML.
    pub text: Option<String>,
    /// The words that a mail program shows beside the subject.
    #[serde(default)]
    pub preheader: Option<String>,
    /// Plain data, an object for each reader. None at all: the template is only looked through.
    pub contexts: Vec<Value>,
    /// What is wrong with the tags of each text of people that the sources were put together from. It is told where they
    /// cannot be read: what one text opens another may close.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<TemplateFault>,
}

/// A message as one reader gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendered {
    /// One line, fit for a header.
    pub subject: String,
    pub html: String,
    /// None where the HTML has no words at all.
    pub text: Option<String>,
}

/// A source of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Subject,
    Preheader,
    Html,
    Text,
}

impl Part {
    /// The name in a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Preheader => "preview text",
            Self::Html => "source",
            Self::Text => "plain text",
        }
    }
}

/// What is wrong with a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    UnknownVariable,
    UnknownFilter,
    /// A function, a test or a component.
    UnknownFunction,
    /// A block, a tag or a comment without its end.
    Unclosed,
    Syntax,
    /// A filter or a calculation got what it cannot use.
    WrongValue,
    /// Other files, or text of people without escaping.
    Refused,
    TooLong,
    /// What came out is no MJML, or its styles cannot be read.
    Markup,
}

/// A fault in a source, where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateFault {
    pub part: Part,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    pub kind: FaultKind,
    /// What is wrong, in a sentence.
    pub words: String,
    /// The known name that was probably meant.
    pub meant: Option<String>,
}

impl TemplateFault {
    /// The whole advice: place, sentence, what was meant.
    pub fn sentence(&self) -> String {
        format!("Line {}, column {} of the {}: {}", self.line, self.column, self.part.words(), self.advice())
    }

    /// What is wrong and what was meant, without the place.
    pub fn advice(&self) -> String {
        match &self.meant {
            Some(name) => format!("{} Did you mean `{name}`?", self.words),
            None => self.words.clone(),
        }
    }
}

crate::text_enum!(
    /// Why a template was stopped while it was rendered.
    Stop {
        Time = "time",
        Memory = "memory",
        Output = "output",
    }
);

impl Stop {
    /// What happened and where to look, in two sentences.
    pub fn words(self) -> &'static str {
        match self {
            Self::Time => {
                "The template was stopped after 2 seconds. Look for a loop within a loop, or one that goes very far."
            }
            Self::Memory => {
                "The template was stopped because it needs more than 256 MB of memory. Look for text that grows in a loop."
            }
            Self::Output => {
                "The template was stopped because it makes more than 1 MB. Look for a list that needs a limit."
            }
        }
    }
}

/// What became of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RenderOutcome {
    /// As many as there were contexts, in their order.
    Rendered(Vec<Rendered>),
    /// At least one.
    Faulty(Vec<TemplateFault>),
    Stopped(Stop),
    /// It was stopped too often and is not tried any more: see [`super::quarantine`].
    Quarantined,
}

impl RenderOutcome {
    /// Sentences for the person whose template it is; none where nothing is wrong. `said` says a fault: the source that was
    /// rendered knows best where somebody wrote it.
    pub fn complaints(&self, said: impl Fn(&TemplateFault) -> String) -> Vec<String> {
        match self {
            Self::Rendered(_) => Vec::new(),
            Self::Faulty(faults) => faults.iter().map(said).collect(),
            Self::Stopped(stop) => vec![stop.words().to_owned()],
            Self::Quarantined => vec![super::quarantine::WORDS.to_owned()],
        }
    }
}

impl RenderJob {
    /// The sources that are there, with their parts.
    pub fn parts(&self) -> Vec<(Part, &str)> {
        [
            (Part::Subject, Some(self.subject.as_str())),
            (Part::Preheader, self.preheader.as_deref()),
            (Part::Html, Some(self.html.as_str())),
            (Part::Text, self.text.as_deref()),
        ]
        .into_iter()
        .filter_map(|(part, source)| Some((part, source?)))
        .collect()
    }

    /// Whether the sources are short enough to be looked at.
    ///
    /// # Errors
    /// A fault for each that is not, at the place where the limit is passed.
    pub fn check_size(&self) -> Result<(), Vec<TemplateFault>> {
        let faults: Vec<_> = self
            .parts()
            .into_iter()
            .filter(|(_, source)| source.len() > MAX_SOURCE)
            .map(|(part, source)| {
                let (line, column) = place_of(source, MAX_SOURCE);
                let words = format!(
                    "The source is {} kB long; {} kB is the most. What comes from here on is too much.",
                    source.len().div_ceil(1024),
                    MAX_SOURCE / 1024
                );
                TemplateFault { part, line, column, kind: FaultKind::TooLong, words, meant: None }
            })
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

/// Line and column, from 1, of a byte of a text.
pub fn place_of(source: &str, byte: usize) -> (u32, u32) {
    let end = (0..=byte.min(source.len())).rev().find(|at| source.is_char_boundary(*at)).unwrap_or(0);
    let before = &source[..end];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(html: &str) -> RenderJob {
        RenderJob { subject: "S".into(), html: html.into(), ..RenderJob::default() }
    }

    #[test]
    fn a_source_of_a_megabyte_is_refused_at_the_place_where_it_is_too_long() {
        let line = format!("{}\n", "a".repeat(99));
        let faults = job(&line.repeat(10_000)).check_size().unwrap_err();
        let [fault] = faults.as_slice() else { panic!("one fault: {faults:?}") };
        assert_eq!((fault.part, fault.kind), (Part::Html, FaultKind::TooLong));
        assert_eq!((fault.line, fault.column), (656, 37));
        assert!(fault.sentence().starts_with("Line 656, column 37 of the source: The source is 977 kB long"));
        assert!(job(&"a".repeat(MAX_SOURCE)).check_size().is_ok());
    }

    #[test]
    fn each_part_has_its_own_limit() {
        let long = "ž".repeat(MAX_SOURCE);
        let all = RenderJob { preheader: Some(long.clone()), text: Some(long.clone()), subject: long, ..job("") };
        let parts: Vec<_> = all.check_size().unwrap_err().iter().map(|fault| fault.part).collect();
        assert_eq!(parts, [Part::Subject, Part::Preheader, Part::Text]);
    }

    #[test]
    fn a_place_is_counted_in_lines_and_characters() {
        assert_eq!(place_of("ab\nčd", 0), (1, 1));
        assert_eq!(place_of("ab\nčd", 3), (2, 1));
        assert_eq!(place_of("ab\nčd", 5), (2, 2));
        assert_eq!(place_of("č", 1), (1, 1), "within a character");
        assert_eq!(place_of("ab", 99), (1, 3));
    }

    #[test]
    fn a_sentence_says_what_was_meant() {
        let fault = TemplateFault {
            part: Part::Subject,
            line: 1,
            column: 4,
            kind: FaultKind::UnknownVariable,
            words: "There is no `report.titel`.".into(),
            meant: Some("report.title".into()),
        };
        let words = "Line 1, column 4 of the subject: There is no `report.titel`. Did you mean `report.title`?";
        assert_eq!(RenderOutcome::Faulty(vec![fault]).complaints(TemplateFault::sentence), [words]);
    }
}
