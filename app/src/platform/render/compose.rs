//! From a job to messages: Tera, then MJML or inlined CSS, then the plain text. Runs in the child process; it is pure,
//! so tests may run it anywhere.

use std::io::{self, Write};

use serde_json::Value;
use tera::{Context, Tera};

use super::{
    faults::Scene,
    filters::{self, Audience},
    language::Reader,
    markup, mjml, plain_text,
};
use crate::domain::{
    header_text::HeaderText,
    template::{
        render::{FaultKind, Language, MAX_OUTPUT, Part, RenderJob, RenderOutcome, Rendered, Stop, TemplateFault},
        tags,
    },
};

/// The name of HTML, whose values are escaped; nothing else ends like this.
const HTML: &str = "html";
const TEXT: &str = "text";

/// Longest preview text, in characters: mail programs show less.
const PREHEADER: usize = 200;

/// Why there is no message.
#[derive(Debug)]
pub(super) enum Halt {
    Faults(Vec<TemplateFault>),
    Stop(Stop),
}

/// Renders a job for all its readers.
pub(super) fn render(job: &RenderJob) -> RenderOutcome {
    match messages(job) {
        Ok(messages) => RenderOutcome::Rendered(messages),
        Err(Halt::Faults(faults)) => RenderOutcome::Faulty(faults),
        Err(Halt::Stop(stop)) => RenderOutcome::Stopped(stop),
    }
}

fn messages(job: &RenderJob) -> Result<Vec<Rendered>, Halt> {
    job.check_size().map_err(Halt::Faults)?;
    let audience = Audience::default();
    let mut sources = Vec::new();
    let mut faults = Vec::new();
    for (part, text) in job.parts() {
        match Source::read(part, text, &audience) {
            Ok(source) => sources.push(source),
            Err(found) => faults.extend(found),
        }
    }
    // What Tera says of how a source that was put together is nested speaks of tags that nobody wrote.
    let is_of_tags = |fault: &TemplateFault| matches!(fault.kind, FaultKind::Unclosed | FaultKind::Syntax);
    if faults.iter().any(is_of_tags) && !job.faults.is_empty() {
        return Err(Halt::Faults(job.faults.clone()));
    }
    if let (true, Some(data)) = (faults.is_empty(), job.contexts.first()) {
        faults = sources.iter().flat_map(|source| source.unknown_names(data)).collect();
    }
    if !faults.is_empty() {
        return Err(Halt::Faults(faults));
    }
    job.contexts
        .iter()
        .map(|data| {
            audience.is(Reader::of(data));
            message(job.language, &sources, data)
        })
        .collect()
}

fn message(language: Language, sources: &[Source<'_>], data: &Value) -> Result<Rendered, Halt> {
    let (mut filled, mut faults) = (Filled::default(), Vec::new());
    for source in sources {
        match source.fill(data) {
            Ok(text) => *filled.of(source.part) = Some(text),
            Err(Halt::Faults(found)) => faults.extend(found),
            Err(stop) => return Err(stop),
        }
    }
    if !faults.is_empty() {
        return Err(Halt::Faults(faults));
    }
    let html = filled.html.unwrap_or_default();
    let scene = sources.iter().find(|source| source.part == Part::Html).map(|source| source.scene(Some(data)));
    let html = match (language, scene) {
        (Language::Mjml, Some(scene)) => mjml::from_mjml(&html, &scene).map_err(one_fault)?,
        (Language::Html, Some(scene)) => markup::inline_styles(html, &scene).map_err(one_fault)?,
        (_, None) => html,
    };
    let text = match filled.text {
        Some(text) => plain_text::tidy(&text),
        None => plain_text::of_html(&html),
    };
    let html = match filled.preheader {
        Some(preheader) => markup::with_preheader(html, &one_line(&preheader)),
        None => html,
    };
    if html.len() > MAX_OUTPUT || text.len() > MAX_OUTPUT {
        return Err(Halt::Stop(Stop::Output));
    }
    Ok(Rendered {
        subject: HeaderText::cleaned(&filled.subject.unwrap_or_default()).as_str().to_owned(),
        html,
        text: (!text.trim().is_empty()).then_some(text),
    })
}

fn one_fault(fault: TemplateFault) -> Halt {
    Halt::Faults(vec![fault])
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(PREHEADER).collect()
}

/// What the sources have become.
#[derive(Default)]
struct Filled {
    subject: Option<String>,
    preheader: Option<String>,
    html: Option<String>,
    text: Option<String>,
}

impl Filled {
    fn of(&mut self, part: Part) -> &mut Option<String> {
        match part {
            Part::Subject => &mut self.subject,
            Part::Preheader => &mut self.preheader,
            Part::Html => &mut self.html,
            Part::Text => &mut self.text,
        }
    }
}

/// A source that Tera has read: by itself, so that it can refer to no other.
struct Source<'a> {
    part: Part,
    text: &'a str,
    tera: Tera,
}

impl<'a> Source<'a> {
    fn read(part: Part, text: &'a str, audience: &Audience) -> Result<Self, Vec<TemplateFault>> {
        let scene = Scene { part, source: text, data: None };
        let other_file = tags::tags(text)
            .unwrap_or_default()
            .into_iter()
            .find(|tag| matches!(tag.word, "include" | "extends" | "import"));
        if let Some(tag) = other_file {
            return Err(vec![scene.other_file(tag.word)]);
        }
        let mut tera = Tera::default();
        tera.autoescape_on([HTML]);
        tera.set_escape_fn(filters::escape);
        filters::install(&mut tera, audience);
        match tera.add_raw_template(name(part), text) {
            Ok(()) => Ok(Self { part, text, tera }),
            Err(error) => Err(scene.faults(&error)),
        }
    }

    fn scene<'s>(&'s self, data: Option<&'s Value>) -> Scene<'s> {
        Scene { part: self.part, source: self.text, data }
    }

    /// Names that are asked for and that the data lack: a condition on one would be silently false.
    fn unknown_names(&self, data: &Value) -> Vec<TemplateFault> {
        let Ok(names) = self.tera.get_template_variables(name(self.part)) else { return Vec::new() };
        let set: Vec<&str> = tags::tags(self.text)
            .unwrap_or_default()
            .iter()
            .filter(|tag| matches!(tag.word, "set" | "set_global"))
            .filter_map(|tag| tag.rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next())
            .collect();
        let mut unknown: Vec<&str> =
            names.into_iter().filter(|name| data.get(name).is_none() && !set.contains(name)).collect();
        unknown.sort_unstable();
        let mut faults: Vec<_> = unknown.into_iter().map(|name| self.scene(Some(data)).unknown_name(name)).collect();
        faults.sort_by_key(|fault| (fault.line, fault.column));
        faults
    }

    /// Fills the data in.
    fn fill(&self, data: &Value) -> Result<String, Halt> {
        let scene = self.scene(Some(data));
        let context = Context::from_serialize(data).map_err(|error| {
            one_fault(scene.at(0, FaultKind::WrongValue, format!("The data cannot be used: {error}."), None))
        })?;
        let mut paper = Paper::default();
        match self.tera.render_to(name(self.part), &context, &mut paper) {
            Ok(()) => Ok(filters::unmarked(&String::from_utf8_lossy(&paper.bytes))),
            Err(_) if paper.is_full => Err(Halt::Stop(Stop::Output)),
            Err(error) => Err(Halt::Faults(scene.faults(&error))),
        }
    }
}

fn name(part: Part) -> &'static str {
    if part == Part::Html { HTML } else { TEXT }
}

/// Takes so much and no more.
#[derive(Default)]
struct Paper {
    bytes: Vec<u8>,
    is_full: bool,
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > MAX_OUTPUT {
            self.is_full = true;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
