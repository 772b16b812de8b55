//! The queue of pushes: one durable row that says what waits, who is at it, and how the last try ended. Several commits
//! are one push; one process pushes at a time, wherever it runs.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::Expr,
};
use uuid::Uuid;

use super::git_settings;
use crate::{
    domain::{alarm::PUSHES_TOLD, backoff::Backoff, git_remote::without_secret, lease::cut},
    entities::{
        git_push::{self, ROW},
        git_push_failure, occurrence, template_version,
    },
    error::{AppError, AppResult},
    platform::{
        ctx::Ctx,
        fault,
        git::{GitArchive, GitError, PushEnd},
        state::AppState,
    },
};

/// Between a commit and its push, for the commits that come close behind.
const GATHER: TimeDelta = TimeDelta::seconds(5);
/// Between the tries of a push that does not succeed.
const WAITS: Backoff = Backoff { first: TimeDelta::minutes(1), longest: TimeDelta::hours(1) };
/// How often the commits are made again because somebody else pushed in between, in one try.
const ROUNDS: u32 = 4;
/// How much longer a claim holds than git may take: it is renewed whenever git is called.
const SPARE: TimeDelta = TimeDelta::minutes(1);
/// How long somebody who asks for a push waits for one that is under way.
const PATIENCE: u32 = 120;
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// Why nothing is pushed where there is no place to push to.
pub const NO_REMOTE: &str = "No remote repository is set up: an administrator can do it in Settings, Git archive.";

/// What a push came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// Where the branch of the server is now; none while the archive has no commit.
    pub commit: Option<String>,
    /// How many commits of ours went there.
    pub commits: u32,
    /// The address, without secrets.
    pub place: String,
    pub branch: String,
}

impl Pushed {
    /// What happened, in a sentence.
    pub fn words(&self) -> String {
        let Self { commit, commits, place, branch } = self;
        let Some(commit) = commit else { return "The archive has no commit yet: there is nothing to push.".into() };
        let short = commit.get(..10).unwrap_or(commit);
        match commits {
            0 => format!("Nothing waited: branch {branch} of {place} is at {short}."),
            1 => format!("Pushed 1 commit to branch {branch} of {place}; it is at {short} now."),
            count => format!("Pushed {count} commits to branch {branch} of {place}; it is at {short} now."),
        }
    }
}

/// Asks for a push after a commit was made; without a remote repository nothing happens.
///
/// # Errors
/// Only those of the database.
pub async fn ask(ctx: &Ctx, commit: &str) -> AppResult<()> {
    if git_settings::row(ctx.reader()).await?.remote_url.is_empty() {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    let row = locked(&*tx).await?;
    let change = git_push::ActiveModel {
        id: Unchanged(ROW),
        pending_head: Set(Some(commit.to_owned())),
        // A push that waits for its next try goes on waiting.
        next_try_at: Set(Some(row.next_try_at.unwrap_or(ctx.app.clock.now() + GATHER))),
        ..Default::default()
    };
    change.update(&*tx).await?;
    Ok(tx.commit().await?)
}

/// Asks for a push of commits that nobody asked one for: a process may have died just behind a commit.
///
/// # Errors
/// Those of the database, and [`AppError::Outside`] where the archive cannot be read.
pub async fn ask_for_missing(app: &AppState) -> AppResult<()> {
    let ctx = Ctx::system(app);
    let settings = git_settings::row(ctx.reader()).await?;
    let row = read(ctx.reader()).await?;
    if settings.remote_url.is_empty() || row.pending_head.is_some() {
        return Ok(());
    }
    let archive = git_settings::archive(&ctx, &settings);
    match read_git(&archive, |archive| archive.last()).await?.map(|last| last.id) {
        Some(last) if row.pushed_commit.as_ref() != Some(&last) => ask(&ctx, &last).await,
        _ => Ok(()),
    }
}

/// Pushes if a push is due and nobody is at it. How it ended is stored.
///
/// # Errors
/// Only those of the database.
pub async fn look(app: &AppState) -> AppResult<()> {
    let ctx = Ctx::system(app);
    let row = read(ctx.reader()).await?;
    let is_held = |until: DateTime<Utc>| until > ctx.now && cut(until, ctx.now, length(&ctx)).is_none();
    // What somebody has left behind had come; what waits for longer than it can was put off before the clock was set back.
    let longest = WAITS.most_after(u32::try_from(row.attempts).unwrap_or_default());
    let is_put_off =
        |at: DateTime<Utc>| at > ctx.now && row.lease_until.is_none() && cut(at, ctx.now, longest).is_none();
    if row.next_try_at.is_none_or(is_put_off) || row.lease_until.is_some_and(is_held) {
        return Ok(());
    }
    match claim(&ctx).await? {
        Some(hold) => match run(&ctx, hold).await {
            // The words are stored with the push.
            Ok(_) | Err(AppError::Outside { .. }) => Ok(()),
            Err(error) => Err(error),
        },
        None => Ok(()),
    }
}

/// Whether there is a place to push to.
///
/// # Errors
/// [`AppError::Forbidden`] for everybody but an administrator and the program itself.
pub async fn has_remote(ctx: &Ctx) -> AppResult<bool> {
    Ok(!git_settings::read(ctx).await?.remote_url.is_empty())
}

/// Pushes at once, waiting or not; behind a push that is under way.
///
/// # Errors
/// [`AppError::Outside`] with the words of git, [`AppError::Forbidden`] for everybody but an administrator and the
/// program itself.
pub async fn push_now(ctx: &Ctx) -> AppResult<Pushed> {
    if !has_remote(ctx).await? {
        return Err(AppError::Outside { words: NO_REMOTE.into() });
    }
    for _ in 0..PATIENCE {
        if let Some(hold) = claim(ctx).await? {
            return run(ctx, hold).await;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Err(AppError::Outside { words: "Another push has been under way for a minute. Try again later.".into() })
}

/// What a push would do now, in a sentence. The server is not asked.
///
/// # Errors
/// [`AppError::Forbidden`] as for [`push_now`], [`AppError::Outside`] where the archive cannot be read.
pub async fn outlook(ctx: &Ctx) -> AppResult<String> {
    let settings = git_settings::read(ctx).await?;
    if settings.remote_url.is_empty() {
        return Ok("It would fail: no remote repository is set up.".to_owned());
    }
    let archive = git_settings::archive(ctx, &settings);
    if read_git(&archive, |archive| archive.last()).await?.is_none() {
        return Ok("It would push nothing: the archive has no commit yet.".to_owned());
    }
    let pushed = read(ctx.reader()).await?.pushed_commit;
    let commits = read_git(&archive, move |archive| archive.count_after(pushed.as_deref())).await?;
    Ok(would_push(commits, &settings.branch, &without_secret(&settings.remote_url)))
}

fn would_push(commits: u32, branch: &str, place: &str) -> String {
    match commits {
        0 => format!("Nothing waits to be pushed to branch {branch} of {place}."),
        1 => format!("It would push 1 commit to branch {branch} of {place}."),
        count => format!("It would push {count} commits to branch {branch} of {place}."),
    }
}

/// The row, for those who may see it.
///
/// # Errors
/// [`AppError::Forbidden`] for everybody but an administrator and the program itself.
pub async fn state(ctx: &Ctx) -> AppResult<git_push::Model> {
    git_settings::allow(ctx)?;
    read(ctx.reader()).await
}

/// Ends the claim of a process that is gone, where there can be no other (SQLite). On PostgreSQL it runs out.
///
/// # Errors
/// Only those of the database.
pub async fn forget_claim(app: &AppState) -> AppResult<()> {
    let ctx = Ctx::system(app);
    if ctx.db().is_postgres() {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    let row = locked(&*tx).await?;
    if row.lease_until.is_some() {
        // What it was at had come, whatever the clock says by now.
        let next_try_at = Set(row.next_try_at.map(|at| at.min(ctx.now)));
        let change =
            git_push::ActiveModel { id: Unchanged(ROW), lease_until: Set(None), next_try_at, ..Default::default() };
        change.update(&*tx).await?;
    }
    Ok(tx.commit().await?)
}

/// What was pushed was pushed to another place: everything waits again, or nothing is pushed any more.
pub(super) async fn forget(ctx: &Ctx, tx: &impl ConnectionTrait, is_pushed: bool) -> AppResult<()> {
    let row = locked(tx).await?;
    let change = git_push::ActiveModel {
        id: Unchanged(ROW),
        pending_head: Set(None),
        attempts: Set(0),
        next_try_at: Set(is_pushed.then_some(ctx.now + GATHER)),
        last_error: Set(None),
        failed_at: Set(None),
        pushed_commit: Set(None),
        pushed_at: Set(None),
        // Whoever is pushing now stores nothing about it.
        fence: Set(row.fence + 1),
        lease_until: Set(None),
    };
    change.update(tx).await?;
    Ok(())
}

/// Something was changed that the push may have failed for: it is tried again at once.
pub(super) async fn try_soon(ctx: &Ctx, tx: &impl ConnectionTrait) -> AppResult<()> {
    locked(tx).await?;
    let change = git_push::ActiveModel {
        id: Unchanged(ROW),
        attempts: Set(0),
        next_try_at: Set(Some(ctx.now + GATHER)),
        ..Default::default()
    };
    change.update(tx).await?;
    Ok(())
}

/// The right to push, for one process.
struct Hold {
    fence: i64,
    /// What a push was asked for when it was claimed: what came later waits.
    pending: Option<String>,
}

async fn claim(ctx: &Ctx) -> AppResult<Option<Hold>> {
    let now = ctx.app.clock.now();
    let tx = ctx.begin().await?;
    let row = locked(&*tx).await?;
    if let Some(until) = row.lease_until.filter(|until| *until > now) {
        if let Some(sooner) = cut(until, now, length(ctx)) {
            let lease_until = Set(Some(sooner));
            git_push::ActiveModel { id: Unchanged(ROW), lease_until, ..Default::default() }.update(&*tx).await?;
            tx.commit().await?;
        }
        return Ok(None);
    }
    let fence = row.fence + 1;
    let change = git_push::ActiveModel {
        id: Unchanged(ROW),
        fence: Set(fence),
        lease_until: Set(Some(lease(ctx))),
        ..Default::default()
    };
    change.update(&*tx).await?;
    tx.commit().await?;
    Ok(Some(Hold { fence, pending: row.pending_head }))
}

fn lease(ctx: &Ctx) -> DateTime<Utc> {
    ctx.app.clock.now() + length(ctx)
}

/// How long a claim holds.
fn length(ctx: &Ctx) -> TimeDelta {
    TimeDelta::from_std(ctx.app.settings.git.limit).unwrap_or(SPARE) + SPARE
}

/// Holds the claim for another call of git.
async fn renew(ctx: &Ctx, hold: &Hold) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let row = locked(&*tx).await?;
    if row.fence != hold.fence {
        return Err(AppError::Outside {
            words: "The settings changed, or another process took over this push.".into(),
        });
    }
    let until = Set(Some(lease(ctx)));
    git_push::ActiveModel { id: Unchanged(ROW), lease_until: until, ..Default::default() }.update(&*tx).await?;
    Ok(tx.commit().await?)
}

async fn run(ctx: &Ctx, hold: Hold) -> AppResult<Pushed> {
    let before = read(ctx.reader()).await?.pushed_commit;
    let end = attempt(ctx, &hold, before.as_deref()).await;
    let words = match &end {
        Ok(_) => None,
        Err(AppError::Outside { words }) => Some(words.clone()),
        Err(error) => Some(error.words()),
    };
    if let Some(words) = &words {
        tracing::warn!("the archive was not pushed: {words}");
    }
    store(ctx, hold, end.as_ref().ok(), words).await?;
    end
}

/// Stores how a try ended, unless somebody else has the push by now.
async fn store(ctx: &Ctx, hold: Hold, pushed: Option<&Pushed>, words: Option<String>) -> AppResult<()> {
    let now = ctx.app.clock.now();
    let tx = ctx.begin().await?;
    let row = locked(&*tx).await?;
    if row.fence != hold.fence {
        return Ok(tx.commit().await?);
    }
    let mut change = git_push::ActiveModel { id: Unchanged(ROW), lease_until: Set(None), ..Default::default() };
    match words {
        None => {
            let is_all = row.pending_head == hold.pending;
            change.pending_head = Set(if is_all { None } else { row.pending_head });
            change.next_try_at = Set((!is_all).then_some(now));
            change.attempts = Set(0);
            change.last_error = Set(None);
            change.failed_at = Set(None);
            if let Some(commit) = pushed.and_then(|pushed| pushed.commit.clone()) {
                change.pushed_commit = Set(Some(commit));
                change.pushed_at = Set(Some(now));
            }
        }
        Some(words) => {
            let attempts = row.attempts.saturating_add(1);
            let seed = u64::try_from(hold.fence).unwrap_or_default();
            let wait = WAITS.wait(u32::try_from(attempts).unwrap_or(u32::MAX), seed);
            if u32::try_from(attempts).is_ok_and(|times| times >= PUSHES_TOLD) {
                note_failure(&*tx, &row, attempts, &words, now).await?;
            }
            change.attempts = Set(attempts);
            change.next_try_at = Set(Some(now + wait));
            change.last_error = Set(Some(words));
            change.failed_at = Set(Some(now));
        }
    }
    change.update(&*tx).await?;
    Ok(tx.commit().await?)
}

/// Notes a failure that people must hear of, in the transaction that stores it: alarms stand below this queue and are
/// raised from the note, whatever becomes of the push and of this process meanwhile.
async fn note_failure(
    tx: &impl ConnectionTrait,
    before: &git_push::Model,
    times: i32,
    words: &str,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let note = git_push_failure::ActiveModel {
        id: Set(Uuid::now_v7()),
        remote: Set(git_settings::row(tx).await?.remote_url),
        last_good: Set(before.pushed_at),
        times: Set(times),
        words: Set(words.to_owned()),
        at: Set(now),
    };
    note.insert(tx).await?;
    Ok(())
}

/// Pushes; where somebody else brought commits to the branch, ours are made again on top of theirs.
async fn attempt(ctx: &Ctx, hold: &Hold, before: Option<&str>) -> AppResult<Pushed> {
    let settings = git_settings::row(ctx.reader()).await?;
    let Some(remote) = git_settings::remote(ctx, &settings)? else {
        return Err(AppError::Outside { words: "The address of the remote repository is gone.".into() });
    };
    let archive = git_settings::archive(ctx, &settings);
    let (place, branch) = (remote.address.to_string(), settings.branch);
    let outside = |error: &dyn std::fmt::Display| AppError::Outside { words: error.to_string() };
    let mut made_again = None;
    for _ in 0..ROUNDS {
        let Some(last) = read_git(&archive, |archive| archive.last()).await? else {
            return Ok(Pushed { commit: None, commits: 0, place, branch });
        };
        let known = before.map(str::to_owned);
        let commits = read_git(&archive, move |archive| archive.count_after(known.as_deref())).await?;
        let objects = read_git(&archive, |archive| archive.objects()).await?;
        renew(ctx, hold).await?;
        match remote.push(&objects, &last.id, &branch).await.map_err(|error| outside(&error))? {
            PushEnd::Done => {
                let commits = made_again.unwrap_or(commits);
                return Ok(Pushed { commit: Some(last.id), commits, place, branch });
            }
            PushEnd::Behind => {
                renew(ctx, hold).await?;
                let theirs = remote.fetch(&objects, &branch).await.map_err(|error| outside(&error))?;
                match read_git(&archive, move |archive| archive.replay(&theirs)).await {
                    Ok(moved) => {
                        name_again(ctx, &moved).await?;
                        made_again = u32::try_from(moved.len()).ok();
                    }
                    // A report was committed meanwhile: once more, with it.
                    Err(_) if read_git(&archive, |archive| archive.last()).await?.as_ref() != Some(&last) => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }
    let words = format!("Branch {branch} of {place} was changed by others {ROUNDS} times while it was pushed to.");
    Err(AppError::Outside { words })
}

/// Reports and templates name the commits as they are called now. Where a crash comes between, they name those of before, which the
/// archive keeps.
async fn name_again(ctx: &Ctx, moved: &[(String, String)]) -> AppResult<()> {
    let tx = ctx.begin().await?;
    for (before, now) in moved.iter().filter(|(before, now)| before != now) {
        occurrence::Entity::update_many()
            .col_expr(occurrence::Column::CommitId, Expr::value(now.clone()))
            .filter(occurrence::Column::CommitId.eq(before))
            .exec(&*tx)
            .await?;
        template_version::Entity::update_many()
            .col_expr(template_version::Column::CommitId, Expr::value(now.clone()))
            .filter(template_version::Column::CommitId.eq(before))
            .exec(&*tx)
            .await?;
    }
    Ok(tx.commit().await?)
}

async fn read_git<T: Send + 'static>(
    archive: &GitArchive,
    what: impl FnOnce(&GitArchive) -> Result<T, GitError> + Send + 'static,
) -> AppResult<T> {
    let archive = archive.clone();
    let done = tokio::task::spawn_blocking(move || what(&archive)).await;
    let done = done.map_err(|error| fault::internal("reading the archive", error))?;
    done.map_err(|error| AppError::Outside { words: error.to_string() })
}

async fn read(db: &impl ConnectionTrait) -> AppResult<git_push::Model> {
    git_push::Entity::find_by_id(ROW).one(db).await?.ok_or(AppError::NotFound)
}

async fn locked(db: &impl ConnectionTrait) -> AppResult<git_push::Model> {
    git_push::Entity::find_by_id(ROW).lock_exclusive().one(db).await?.ok_or(AppError::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_says_what_went_where() {
        let pushed = |commits, commit: Option<&str>| Pushed {
            commit: commit.map(str::to_owned),
            commits,
            place: "git@git.example.org:reports.git".into(),
            branch: "main".into(),
        };
        let id = "1a2b3c4d5e6f7a8b";
        assert_eq!(
            pushed(3, Some(id)).words(),
            "Pushed 3 commits to branch main of git@git.example.org:reports.git; it is at 1a2b3c4d5e now."
        );
        assert!(pushed(0, Some(id)).words().starts_with("Nothing waited"));
        assert!(pushed(0, None).words().contains("no commit yet"));
        assert_eq!(would_push(1, "main", "a.example"), "It would push 1 commit to branch main of a.example.");
        assert!(would_push(2, "main", "a.example").contains("2 commits"));
        assert!(would_push(0, "main", "a.example").starts_with("Nothing waits"));
    }
}
