//! The page of the Git archive: its settings in words, its last commit, how its pushes stand.

use std::path::absolute;

use super::{git_push, git_settings};
use crate::{
    domain::git_remote::{GitRemote, Transport},
    entities::git_archive,
    error::AppResult,
    mail::service::accounts,
    platform::{
        ctx::Ctx,
        fault,
        git::{self, CommitInfo},
    },
    reports::git::view::{CommitRow, GitArchiveView, PushView, RemoteView},
};

/// The settings of the archive and how its pushes stand.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for everybody but an administrator.
pub async fn read(ctx: &Ctx) -> AppResult<GitArchiveView> {
    let row = git_settings::read(ctx).await?;
    let push = git_push::state(ctx).await?;
    let archive = git_settings::archive(ctx, &row);
    let pushed = push.pushed_commit.clone();
    let looked = tokio::task::spawn_blocking(move || {
        let last = archive.last()?;
        let waiting = archive.count_after(pushed.as_deref())?;
        Ok::<_, git::GitError>((last, waiting))
    });
    let looked = looked.await.map_err(|error| fault::internal("reading the archive", error))?;
    let (last, waiting, fault) = match looked {
        Ok((last, waiting)) => (last, waiting, None),
        Err(error) => (None, 0, Some(error.to_string())),
    };
    let built_in = git_settings::built_in(ctx);
    let (name, address) = accounts::default_sender(ctx.reader()).await?;
    Ok(GitArchiveView {
        built_in: absolute(built_in.path()).unwrap_or(built_in.path().to_owned()).display().to_string(),
        sender: format!("{name} <{address}>"),
        last: last.map(|commit| {
            let CommitInfo { id, subject, author_name, author_email, at } = commit;
            CommitRow { id, subject, author: format!("{author_name} <{author_email}>"), at: ctx.moment(at) }
        }),
        fault,
        git: git::version(&ctx.app.settings.git).await,
        remote: remote(ctx, &row),
        push: PushView {
            pushed: push.pushed_commit.zip(push.pushed_at).map(|(commit, at)| (commit, ctx.moment(at))),
            waiting: if row.remote_url.is_empty() { 0 } else { waiting },
            is_under_way: push.lease_until.is_some_and(|until| until > ctx.now),
            attempts: u32::try_from(push.attempts).unwrap_or_default(),
            next_try: push.next_try_at.map(|at| ctx.moment(at)),
            error: push.last_error.zip(push.failed_at).map(|(words, at)| (words, ctx.moment(at))),
        },
        version: row.version,
        repository: row.repository,
        branch: row.branch,
        author_name: row.author_name,
        author_email: row.author_email,
    })
}

fn remote(ctx: &Ctx, row: &git_archive::Model) -> Option<RemoteView> {
    let address = GitRemote::parse(&row.remote_url).ok()?;
    let prints = |keys: &str| keys.lines().filter_map(git::fingerprint).collect::<Vec<_>>();
    let tested = row.last_test.clone().zip(row.last_test_good).zip(row.last_tested_at);
    Some(RemoteView {
        url: row.remote_url.clone(),
        is_ssh: address.transport == Transport::Ssh,
        user: row.remote_user.clone(),
        has_secret: row.remote_secret.is_some(),
        public_key: row.public_key.clone().and_then(|key| git::fingerprint(&key).map(|(_, print)| (key, print))),
        host_keys: prints(&row.host_keys),
        offered: prints(&row.offered_host_keys),
        offered_lines: row.offered_host_keys.clone(),
        tested: tested.map(|((words, is_good), at)| (words, is_good, ctx.moment(at))),
    })
}
