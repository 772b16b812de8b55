//! Keeps each report in the Git archive: HTML, text, pictures and data in one commit.

use chrono::{DateTime, Datelike, Utc};

use super::render::{Address, Image, Written};
use crate::{
    domain::{ids::OccurrenceId, report::Snapshot},
    error::AppResult,
    platform::{
        ctx::Ctx,
        fault,
        git::{Entry, GitArchive},
    },
};

/// Names a report's commit; looked for before a commit is made.
const TRAILER: &str = "Report-Occurrence";

/// What of a report is kept.
#[derive(Debug)]
pub struct Kept<'a> {
    pub occurrence: OccurrenceId,
    /// When the run was planned: the commit cannot be older.
    pub planned_at: DateTime<Utc>,
    /// When its facts were frozen: the time of the commit, the same on a second try.
    pub frozen_at: DateTime<Utc>,
    pub snapshot: &'a Snapshot,
    /// The stored bytes of the snapshot, so that its hash fits the file.
    pub json: &'a str,
    /// Written without a recipient's own links.
    pub written: &'a Written,
    pub images: &'a [Image],
}

/// The archive of this instance.
pub fn repository(ctx: &Ctx) -> GitArchive {
    GitArchive::new(ctx.app.settings.data_dir.join("archive.git"))
}

/// Commits a report and returns the commit's id in hex; a report that is there already is found.
///
/// # Errors
/// A fault, where the archive cannot be written; its words are in the log.
pub async fn commit(ctx: &Ctx, kept: Kept<'_>) -> AppResult<String> {
    let (archive, entry) = (repository(ctx), entry(&kept));
    let recorded = tokio::task::spawn_blocking(move || archive.record(&entry)).await;
    let recorded = recorded.map_err(|error| fault::internal("committing a report", error))?;
    recorded.map_err(|error| fault::internal("committing a report", error))
}

/// Where the links of an archived report lead: as in the mail, without a recipient's own.
pub fn address(ctx: &Ctx, occurrence: OccurrenceId, job: &str) -> Address {
    Address { base_url: ctx.app.settings.base_url.clone(), occurrence, job: job.into(), stop_url: None }
}

fn entry(kept: &Kept<'_>) -> Entry {
    let folder = folder(kept.snapshot, kept.occurrence);
    let mut html = kept.written.html.clone();
    let mut files = Vec::new();
    for image in kept.images {
        let name = format!("{}.png", image.name);
        // In the folder the HTML shows the pictures that lie beside it.
        html = html.replace(&format!("\"cid:{}\"", image.name), &format!("\"{name}\""));
        files.push((format!("{folder}/{name}"), image.png.clone()));
    }
    files.push((format!("{folder}/report.html"), html.into_bytes()));
    files.push((format!("{folder}/report.txt"), kept.written.text.clone().into_bytes()));
    files.push((format!("{folder}/data.json"), kept.json.as_bytes().to_vec()));
    let Snapshot { title, project, period, .. } = kept.snapshot;
    Entry {
        subject: format!("{title} of {}, {}", project.name, period.words()),
        trailer: (TRAILER, kept.occurrence.to_string()),
        files,
        author_name: "AutoReport".into(),
        author_email: "autoreport@localhost".into(),
        at: kept.frozen_at,
        not_before: kept.planned_at,
    }
}

/// `reports/VOL/2026/2026-11-22-0193…`: by project, year and last day, unique by the run.
pub fn folder(snapshot: &Snapshot, occurrence: OccurrenceId) -> String {
    let last = snapshot.period.last;
    format!("reports/{}/{}/{last}-{occurrence}", snapshot.project.key, last.year())
}
