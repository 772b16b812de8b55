//! Keeps each report in the Git archive: HTML, text, pictures and data in one commit.

use std::time::Duration;

use chrono::{DateTime, Datelike, Utc};
use tokio::{sync::Semaphore, time::timeout};

use super::{
    files::{File, KEPT_IN_GIT, kind_of},
    git_push, git_settings,
    render::{Address, Image, Written},
};
use crate::{
    domain::{
        ids::OccurrenceId,
        report::{Snapshot, spec::AttachmentKind},
    },
    entities::git_archive,
    error::{AppError, AppResult},
    mail::service::accounts,
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
    /// What travels with the mail; the small ones are kept beside it.
    pub attachments: &'a [File],
}

/// The archive of this instance, as the settings say.
///
/// # Errors
/// Only those of the database.
pub async fn repository(ctx: &Ctx) -> AppResult<GitArchive> {
    Ok(git_settings::archive(ctx, &git_settings::row(ctx.reader()).await?))
}

/// Commits a report, asks for a push, and returns the commit's id in hex; a report that is there already is found.
///
/// # Errors
/// A fault, where the archive cannot be written; its words are in the log. [`AppError::Outside`] where it does not answer.
pub async fn commit(ctx: &Ctx, kept: Kept<'_>) -> AppResult<String> {
    let settings = git_settings::row(ctx.reader()).await?;
    let entry = entry(&kept, author(ctx, &settings).await?);
    record(ctx, &settings, entry).await
}

/// Longest that a commit is waited for: whoever makes one has other work, too. It takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);
/// Commits that this process makes at a time. One that never comes back, as on a share of the network that is away, keeps
/// its place: there are never more of these.
static PLACES: Semaphore = Semaphore::const_new(4);

/// Commits an entry. Where the repository does not answer it is given up, and may be committed all the same: it is found
/// by its trailer when it is tried again.
async fn record(ctx: &Ctx, settings: &git_archive::Model, entry: Entry) -> AppResult<String> {
    let archive = git_settings::archive(ctx, settings);
    let recording = async {
        let place = PLACES.acquire().await.map_err(|error| fault::internal("committing to the archive", error))?;
        let recorded = tokio::task::spawn_blocking(move || {
            let recorded = archive.record(&entry);
            drop(place);
            recorded
        });
        let recorded = recorded.await.map_err(|error| fault::internal("committing to the archive", error))?;
        recorded.map_err(|error| fault::internal("committing to the archive", error))
    };
    let patience = PATIENCE.min(ctx.app.settings.git.limit);
    let Ok(recorded) = timeout(patience, recording).await else {
        let words = format!("The archive did not answer within {} s; it is tried again later.", patience.as_secs_f32());
        tracing::warn!("committing to the archive: {words}");
        return Err(AppError::Outside { words });
    };
    let commit = recorded?;
    if let Err(error) = git_push::ask(ctx, &commit).await {
        // It is in the archive; the scheduler finds it there.
        tracing::warn!("asking for a push: {error}");
    }
    Ok(commit)
}

/// Commits files that are no report, asks for a push, and returns the commit's id in hex. `entry` is given name and
/// address of whom commits are by.
///
/// # Errors
/// As [`commit`].
pub async fn commit_entry(ctx: &Ctx, entry: impl FnOnce((String, String)) -> AppResult<Entry>) -> AppResult<String> {
    let settings = git_settings::row(ctx.reader()).await?;
    let entry = entry(author(ctx, &settings).await?)?;
    record(ctx, &settings, entry).await
}

/// Name and address of whom commits are by: as entered, else as the default mail account is called.
async fn author(ctx: &Ctx, settings: &git_archive::Model) -> AppResult<(String, String)> {
    let git_archive::Model { author_name, author_email, .. } = settings;
    if !author_name.is_empty() && !author_email.is_empty() {
        return Ok((author_name.clone(), author_email.clone()));
    }
    let (name, email) = accounts::default_sender(ctx.reader()).await?;
    let or = |entered: &str, other: String| if entered.is_empty() { other } else { entered.to_owned() };
    Ok((or(author_name, name), or(author_email, email)))
}

/// Where the links of an archived report lead: as in the mail, without a recipient's own.
/// `number` is which run of its job it is.
pub fn address(ctx: &Ctx, occurrence: OccurrenceId, number: i32, job: &str) -> Address {
    Address {
        base_url: ctx.app.settings.base_url.clone(),
        occurrence,
        number,
        job: job.into(),
        stop_url: None,
        attachments_note: None,
        comment: None,
    }
}

fn entry(kept: &Kept<'_>, (author_name, author_email): (String, String)) -> Entry {
    let folder = folder(kept.snapshot, kept.occurrence);
    let mut html = kept.written.html.clone();
    let mut files = Vec::new();
    for image in kept.images {
        let name = format!("{}.png", image.name);
        // In the folder the HTML shows the pictures that lie beside it.
        html = html.replace(&format!("\"cid:{}\"", image.name), &format!("\"{name}\""));
        html = html.replace(&format!("'cid:{}'", image.name), &format!("'{name}'"));
        files.push((format!("{folder}/{name}"), image.png.clone()));
    }
    files.push((format!("{folder}/report.html"), html.into_bytes()));
    files.push((format!("{folder}/report.txt"), kept.written.text.clone().into_bytes()));
    files.push((format!("{folder}/data.json"), kept.json.as_bytes().to_vec()));
    files.extend(kept.attachments.iter().filter(|file| belongs_in_git(file)).map(|file| {
        let File { name, bytes, .. } = file;
        (format!("{folder}/{name}"), bytes.clone())
    }));
    let Snapshot { title, project, period, .. } = kept.snapshot;
    Entry {
        subject: format!("{title} of {}, {}", project.name, period.words()),
        trailer: (TRAILER, kept.occurrence.to_string()),
        files,
        author_name,
        author_email,
        at: kept.frozen_at,
        not_before: kept.planned_at,
    }
}

/// Whether the archive keeps a file: a small one that is not the data again.
fn belongs_in_git(file: &File) -> bool {
    file.bytes.len() <= KEPT_IN_GIT && kind_of(&file.name) != Some(AttachmentKind::Json)
}

/// `reports/VOL/2026/2026-11-22-0193…`: by project, year and last day, unique by the run.
pub fn folder(snapshot: &Snapshot, occurrence: OccurrenceId) -> String {
    let last = snapshot.period.last;
    format!("reports/{}/{}/{last}-{occurrence}", snapshot.project.key, last.year())
}
