//! What a run would do, for a dry run. Nothing is stored, sent, archived or pushed, and of a personal mail nobody sees
//! more than its number of tasks but the person whom it is for.

use chrono::{DateTime, Utc};

use super::{
    archive,
    desk::Desk,
    digest::{self, nothing_to_say},
    mail, reminder,
    wording::{self, Links, Written},
};
use crate::{
    domain::{
        job::RecipientKind,
        job_options::JobOptions,
        own_words::OwnWords,
        personal::{PersonalSnapshot, Reader},
    },
    entities::schedule,
    error::{AppError, AppResult, Problem},
    jobs::service::options,
    mail::service::unsubscribe,
    platform::ctx::Ctx,
    reports::service::git_push,
};

/// What a run would do.
#[derive(Debug, Clone)]
pub enum Outlook {
    /// A mail for each of these people alone.
    Mails {
        readers: Vec<Told>,
        /// What the log would say of the others.
        notes: Vec<String>,
        /// The mail of whoever looks, where one would come.
        mine: Option<Box<Written>>,
    },
    Archive {
        /// The first of the tasks: "T-2 Finish the report".
        tasks: Vec<String>,
        count: usize,
        /// There are as many as one run takes.
        is_full: bool,
    },
    /// In a sentence.
    Push(String),
}

/// Somebody who would get a mail: how much would stand in it, and nothing of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub address: String,
    pub name: String,
    pub kind: RecipientKind,
    /// The group through which they are on the list.
    pub via: Option<String>,
    pub tasks: usize,
}

/// Tasks that are named.
const SHOWN: usize = 50;

/// Looks at what the run of an instant would do with the data of now.
///
/// # Errors
/// [`AppError::Invalid`] for a job that makes a report, a fault where the job cannot be read.
pub async fn look(ctx: &Ctx, job: &schedule::Model, at: DateTime<Utc>) -> AppResult<Outlook> {
    // What is due or old enough is counted from the time of the run.
    let then = Ctx { now: at, ..ctx.clone() };
    match options::of(job)? {
        JobOptions::Digest(options) => {
            let desk = Desk::open(&then, job, options.scope).await?;
            let found = digest::collect(&then, &desk, &options).await?;
            mails(&then, job, (desk, options.words), found)
        }
        JobOptions::Reminder(options) => {
            let desk = Desk::open(&then, job, options.scope).await?;
            let found = reminder::collect(&then, &desk, &options).await?;
            mails(&then, job, (desk, options.words), found)
        }
        JobOptions::ArchiveTasks(options) => {
            let found = archive::find(&then, job, options).await?.tasks;
            let named = found.iter().take(SHOWN).map(|task| format!("{} {}", task.reference, task.title));
            let is_full = found.len() as u64 >= archive::MOST;
            Ok(Outlook::Archive { tasks: named.collect(), count: found.len(), is_full })
        }
        // The log of each push says the same to everybody who sees the job, so whoever edits it may read it here.
        JobOptions::GitPush => Ok(Outlook::Push(git_push::outlook(&Ctx::system(&ctx.app)).await?)),
        JobOptions::WeeklyReport(_) => Err(AppError::field("at", Problem::NotAllowed)),
    }
}

fn mails(
    ctx: &Ctx,
    job: &schedule::Model,
    (desk, words): (Desk, OwnWords),
    (readers, quiet): (Vec<Reader>, Vec<String>),
) -> AppResult<Outlook> {
    let me = ctx.me()?.id;
    let snapshot = desk.snapshot(ctx, job, words, readers);
    let own = snapshot.readers.iter().find(|reader| reader.user == me);
    let mine = own.map(|reader| written(ctx, job, &snapshot, reader)).transpose()?.map(Box::new);
    let notes = desk.notes.into_iter().chain(nothing_to_say(&quiet)).map(|(_, words)| words).collect();
    let readers = snapshot.readers.into_iter().map(told).collect();
    Ok(Outlook::Mails { readers, notes, mine })
}

fn written(ctx: &Ctx, job: &schedule::Model, snapshot: &PersonalSnapshot, reader: &Reader) -> AppResult<Written> {
    let person = mail::addressee(reader)?;
    let stop_url = unsubscribe::link(&ctx.app, job.id, &person.address);
    let links = Links { base_url: &ctx.app.settings.base_url, job: &job.name, stop_url: Some(stop_url.as_str()) };
    wording::write(snapshot, reader, &links)
}

/// The mail that a run of this moment would write to whoever asks, were they on its list, without the link that stops such
/// mails; none where nothing would stand in it.
///
/// # Errors
/// [`AppError::Invalid`] for a job that sends no personal mail, and where the person's address takes none; a fault where
/// the job cannot be read.
pub async fn own(ctx: &Ctx, job: &schedule::Model) -> AppResult<Option<Written>> {
    let (desk, words, readers) = match options::of(job)? {
        JobOptions::Digest(options) => {
            let desk = Desk::of_asker(ctx, job.project_id, options.scope).await?;
            let (readers, _) = digest::collect(ctx, &desk, &options).await?;
            (desk, options.words, readers)
        }
        JobOptions::Reminder(options) => {
            let desk = Desk::of_asker(ctx, job.project_id, options.scope).await?;
            let (readers, _) = reminder::collect(ctx, &desk, &options).await?;
            (desk, options.words, readers)
        }
        JobOptions::WeeklyReport(_) | JobOptions::ArchiveTasks(_) | JobOptions::GitPush => {
            return Err(AppError::field("kind", Problem::NotAllowed));
        }
    };
    let snapshot = desk.snapshot(ctx, job, words, readers);
    let links = Links { base_url: &ctx.app.settings.base_url, job: &job.name, stop_url: None };
    snapshot.readers.first().map(|reader| wording::write(&snapshot, reader, &links)).transpose()
}

fn told(reader: Reader) -> Told {
    let Reader { address, name, kind, via, lists, .. } = reader;
    Told { address, name, kind, via, tasks: lists.iter().map(|list| list.count).sum() }
}
