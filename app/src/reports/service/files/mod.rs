//! The files of a report, all of its frozen data: pages ([`paper`]), one for a browser ([`paper::page`]), a workbook
//! ([`workbook`]), a table ([`table`]), the data themselves. The same data always make the same bytes.

mod attached;
mod lists;
mod paper;
mod table;
#[cfg(test)]
mod tests;
mod workbook;

pub use attached::{Attached, KEPT_IN_GIT, LIMIT, stored};
pub use lists::waits_for;

use crate::{
    domain::report::{
        Snapshot,
        spec::{AttachmentKind, Section},
    },
    error::AppResult,
    platform::{fault, pdf, workbook::write},
};

/// What the mail itself is stored as: no file of the report, though it ends like one.
pub const MAIL: &str = "report.html";

/// A file of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// "weekly-report-APP-2026-11-22.pdf": plain ASCII, without quotes and slashes.
    pub name: String,
    pub content_type: String,
    pub bytes: Vec<u8>,
}

/// What files are made of.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    pub snapshot: &'a Snapshot,
    /// The stored bytes of the snapshot, which the file of data is.
    pub json: &'a str,
    /// What the report shows, in its order: on paper the parts, in workbook and table the lists with all of their rows.
    pub sections: &'a [Section],
    /// Where links to tasks lead, without a slash at the end.
    pub base_url: &'a str,
    /// What the owner says at the head of the report, in Markdown: on paper.
    pub comment: Option<&'a str>,
}

/// Makes files, each kind once, off the runtime.
///
/// # Errors
/// Only a fault of the program.
pub async fn make(source: Source<'_>, kinds: &[AttachmentKind]) -> AppResult<Vec<File>> {
    let mut files = Vec::with_capacity(kinds.len());
    for &kind in AttachmentKind::ALL.iter().filter(|kind| kinds.contains(kind)) {
        let (name, content_type) = (file_name(source.snapshot, kind), content_type(kind).to_owned());
        files.push(File { name, content_type, bytes: bytes(source, kind).await? });
    }
    Ok(files)
}

async fn bytes(source: Source<'_>, kind: AttachmentKind) -> AppResult<Vec<u8>> {
    match kind {
        AttachmentKind::Pdf => {
            let print = paper::print(source)?;
            pdf::print(print).await.map_err(|error| fault::internal("printing a report", error))
        }
        AttachmentKind::Html => paper::page::write(source).await,
        AttachmentKind::Xlsx => {
            let book = workbook::book(source);
            let written = tokio::task::spawn_blocking(move || write(&book)).await;
            let written = written.map_err(|error| fault::internal("writing a workbook", error))?;
            written.map_err(|error| fault::internal("writing a workbook", error))
        }
        AttachmentKind::Csv => table::csv(source),
        AttachmentKind::Json => Ok(source.json.as_bytes().to_vec()),
    }
}

/// What a file of a report is called: its title, the project, its last day.
pub fn file_name(snapshot: &Snapshot, kind: AttachmentKind) -> String {
    let Snapshot { title, project, period, .. } = snapshot;
    let words: Vec<String> = title
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let title: String = words.join("-").chars().take(60).collect();
    let title = if title.is_empty() { "report".to_owned() } else { title };
    let key: String = project.key.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{title}-{key}-{}.{kind}", period.last)
}

/// What a run should note about a file that is good enough to be sent; none where nothing is to be said.
pub fn flaw(file: &File) -> Option<String> {
    let is_flawed = kind_of(&file.name) == Some(AttachmentKind::Pdf) && !pdf::is_accessible(&file.bytes);
    is_flawed.then(|| {
        format!(
            "{} misses the standard of accessible documents (PDF/UA) in a detail; a screen reader may miss something.",
            file.name
        )
    })
}

/// The kind of a file by its name; none for what a run stores besides.
pub fn kind_of(name: &str) -> Option<AttachmentKind> {
    if name == MAIL {
        return None;
    }
    name.rsplit_once('.')?.1.parse().ok()
}

/// The media type of a kind of file.
pub const fn content_type(kind: AttachmentKind) -> &'static str {
    match kind {
        AttachmentKind::Pdf => "application/pdf",
        AttachmentKind::Html => "text/html; charset=utf-8",
        AttachmentKind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        AttachmentKind::Csv => "text/csv; charset=utf-8",
        AttachmentKind::Json => "application/json",
    }
}
