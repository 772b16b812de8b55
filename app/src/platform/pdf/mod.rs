//! Pages as PDF, laid out by typst: a template that ships with the program and plain data in, tagged pages out, the same
//! bytes for the same data.
//!
//! Nothing from outside comes near the compiler: no files, no packages, no clock, and of the machine's fonts only those
//! faces that have letters of the document ([`fonts`]). What people wrote arrives as strings of `data.json` and is never
//! read as markup.

mod letters;
mod world;

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde_json::Value;
use tokio::sync::Semaphore;
use typst::{diag::SourceDiagnostic, foundations::Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::fonts::{self, Fonts};
use world::Desk;

/// What is printed.
#[derive(Clone, Debug)]
pub struct Print {
    /// Source of the template; it reads `data.json` and the pictures by their names.
    pub template: &'static str,
    /// An object. Its field `missing` is set to whether letters are in it that no font has.
    pub data: Value,
    /// SVG text, found as `chart-0.svg`, `chart-1.svg` and so on.
    pub pictures: Vec<String>,
    /// The instant that the document says it was made at.
    pub made_at: DateTime<Utc>,
}

/// Why pages could not be made; a fault of the program, never of the data.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    #[error("a path that ships with the program cannot be read")]
    Stock,
    #[error("the template cannot be laid out: {0}")]
    Layout(String),
    #[error("the pages cannot be written: {0}")]
    Export(String),
    #[error("the work was given up: {0}")]
    Stopped(String),
}

/// Whether pages say that they keep PDF/UA: those that miss the standard in a detail are made without saying so.
pub fn is_accessible(bytes: &[u8]) -> bool {
    const MARK: &[u8] = b"pdfuaid";
    bytes.windows(MARK.len()).any(|window| window == MARK)
}

/// One document at a time: a compilation takes a good part of all cores and some tens of megabytes.
static TURN: Semaphore = Semaphore::const_new(1);

/// Makes the pages, off the runtime.
///
/// # Errors
/// [`PdfError`], where the template is broken.
pub async fn print(print: Print) -> Result<Vec<u8>, PdfError> {
    let stopped = |error: &dyn std::fmt::Display| PdfError::Stopped(error.to_string());
    let turn = TURN.acquire().await.map_err(|error| stopped(&error))?;
    let work = tokio::task::spawn_blocking(move || {
        // Held to the end, also where nobody waits for the pages any more.
        let _turn = turn;
        let made = lay_out(print, fonts::shared());
        // What is remembered between compilations belongs to this document. The library stays.
        typst::comemo::evict(0);
        made
    });
    work.await.map_err(|error| stopped(&error))?
}

fn lay_out(print: Print, fonts: &Fonts) -> Result<Vec<u8>, PdfError> {
    let made_at = print.made_at;
    let desk = Desk::of(print, fonts)?;
    let compiled = typst::compile::<PagedDocument>(&desk);
    for warning in &compiled.warnings {
        tracing::warn!("laying out a document: {}", warning.message);
    }
    let document = compiled.output.map_err(|errors| PdfError::Layout(words(&errors)))?;
    let timestamp = instant(made_at).map(Timestamp::new_utc);
    let options = |standards| PdfOptions {
        creator: Smart::Custom(Some("AutoReport".into())),
        timestamp,
        standards,
        ..PdfOptions::default()
    };
    let accessible =
        PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|error| PdfError::Export(error.message().to_string()))?;
    typst_pdf::pdf(&document, &options(accessible)).or_else(|errors| {
        // A report with tags that miss the standard in a detail is better than none.
        tracing::warn!("a document is not PDF/UA: {}", words(&errors));
        typst_pdf::pdf(&document, &options(PdfStandards::default())).map_err(|errors| PdfError::Export(words(&errors)))
    })
}

/// An instant as typst has them, in UTC.
fn instant(at: DateTime<Utc>) -> Option<typst::foundations::Datetime> {
    let small = |number: u32| u8::try_from(number).ok();
    typst::foundations::Datetime::from_ymd_hms(
        at.year(),
        small(at.month())?,
        small(at.day())?,
        small(at.hour())?,
        small(at.minute())?,
        small(at.second())?,
    )
}

fn words(errors: &[SourceDiagnostic]) -> String {
    errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests;
