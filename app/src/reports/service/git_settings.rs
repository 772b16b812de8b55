//! Settings of the Git archive: which repository, branch and author; where it is pushed to and with which secret; the
//! keys of the server that somebody has confirmed.

use std::path::Path;

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ConnectionTrait, EntityTrait, QuerySelect,
};

use super::git_push;
use crate::{
    domain::{
        address::EmailAddress,
        git_remote::{GitRemote, Transport, is_branch},
    },
    entities::git_archive::{self, ROW},
    error::{AppError, AppResult, ArchiveProblem, Checks, Problem},
    platform::{
        ctx::{Actor, Ctx},
        fault,
        git::{self, GitArchive, Remote, SignIn},
        secrets::{RowIdentity, Secret},
    },
};

/// Where the archive is and who its commits are by, as a form sends it.
#[derive(Clone, Debug)]
pub struct ArchiveInput {
    /// Empty for the built-in one.
    pub repository: String,
    pub branch: String,
    pub author_name: String,
    pub author_email: String,
}

/// Where the archive is pushed to, as a form sends it.
#[derive(Clone, Debug)]
pub struct RemoteInput {
    pub url: String,
    /// For https.
    pub user: String,
    /// Blank keeps the stored one.
    pub token: String,
    /// For ssh: `keep`, `generate` or `paste`.
    pub key: String,
    pub private_key: String,
}

const NAME_MAX: u32 = 100;
const PATH_MAX: u32 = 1_000;
const TOKEN_MAX: u32 = 4_000;

/// The stored settings.
///
/// # Errors
/// [`AppError::Forbidden`] for everybody but an administrator and the program itself.
pub async fn read(ctx: &Ctx) -> AppResult<git_archive::Model> {
    allow(ctx)?;
    row(ctx.reader()).await
}

/// The row, for whatever has a right of its own.
pub(super) async fn row(db: &impl ConnectionTrait) -> AppResult<git_archive::Model> {
    git_archive::Entity::find_by_id(ROW).one(db).await?.ok_or(AppError::NotFound)
}

/// The repository that the settings name.
pub(super) fn archive(ctx: &Ctx, row: &git_archive::Model) -> GitArchive {
    let archive = match row.repository.as_str() {
        "" => built_in(ctx),
        path => GitArchive::given(path),
    };
    archive.on_branch(&row.branch)
}

/// The bare repository in the data folder.
pub(super) fn built_in(ctx: &Ctx) -> GitArchive {
    GitArchive::new(ctx.app.settings.data_dir.join("archive.git"))
}

/// Changes where commits go and who they are by, from the next commit on.
///
/// # Errors
/// [`AppError::Invalid`] for bad fields, [`AppError::Conflict`] if the settings have moved on since `version`,
/// [`AppError::Forbidden`] as for [`read`].
pub async fn save(ctx: &Ctx, version: i64, input: ArchiveInput) -> AppResult<()> {
    allow(ctx)?;
    let ArchiveInput { repository, branch, author_name, author_email } = input;
    let mut checks = Checks::default();
    let repository = checks.optional_line("repository", &repository, PATH_MAX);
    let branch = checks.line("branch", &branch, 200);
    if !branch.is_empty() && !is_branch(&branch) {
        checks.add("branch", Problem::Archive(ArchiveProblem::NotABranch));
    } else if !repository.is_empty() {
        let (path, name) = (repository.clone(), branch.clone());
        let checked = tokio::task::spawn_blocking(move || GitArchive::check(Path::new(&path), &name)).await;
        if let Err(problem) = checked.map_err(|error| fault::internal("looking at a repository", error))? {
            let field = if problem == ArchiveProblem::CheckedOut { "branch" } else { "repository" };
            checks.add(field, Problem::Archive(problem));
        }
    }
    let author_name = checks.optional_line("author_name", &author_name, NAME_MAX);
    if author_name.contains(['<', '>']) {
        checks.add("author_name", Problem::NotAllowed);
    }
    let author_email = author_email.trim().to_owned();
    let author_email = match EmailAddress::parse(&author_email) {
        _ if author_email.is_empty() => author_email,
        Ok(address) => address.to_string(),
        Err(_) => {
            checks.add("author_email", Problem::NotAnAddress);
            String::new()
        }
    };
    checks.done()?;
    let tx = ctx.begin().await?;
    let stored = lock(&*tx, version, "repository", &repository).await?;
    let has_moved = stored.repository != repository || stored.branch != branch;
    let change = git_archive::ActiveModel {
        id: Unchanged(ROW),
        repository: Set(repository),
        branch: Set(branch),
        author_name: Set(author_name),
        author_email: Set(author_email),
        version: Set(stored.version + 1),
        ..Default::default()
    };
    change.update(&*tx).await?;
    if has_moved {
        git_push::forget(ctx, &*tx, !stored.remote_url.is_empty()).await?;
    }
    Ok(tx.commit().await?)
}

/// Changes where the archive is pushed to. A blank token keeps the stored one, unless the server changes: a stored
/// token never goes to a server that it was not entered for. What was confirmed of another server is forgotten. A server
/// that the operator's rule forbids is refused, as far as its name can be looked up now.
///
/// # Errors
/// As for [`save`].
pub async fn save_remote(ctx: &Ctx, version: i64, input: RemoteInput) -> AppResult<()> {
    allow(ctx)?;
    let stored = row(ctx.reader()).await?;
    let checked = check_remote(ctx, &stored, input)?;
    refuse_forbidden(ctx, &checked.address).await?;
    let tx = ctx.begin().await?;
    let stored = lock(&*tx, version, "url", &checked.address.to_string()).await?;
    let is_same = before(&stored).is_some_and(|before| before.is_same_server(&checked.address));
    let has_moved = stored.remote_url != checked.address.to_string();
    let (secret, public_key) = match checked.secret {
        NewSecret::Keep => (stored.remote_secret, stored.public_key),
        NewSecret::Remove => (None, None),
        NewSecret::Token(token) => (Some(seal(ctx, &token)?), None),
        NewSecret::Key(key) => (Some(seal(ctx, &key.private)?), Some(key.public)),
    };
    let change = git_archive::ActiveModel {
        id: Unchanged(ROW),
        remote_url: Set(checked.address.to_string()),
        remote_user: Set(checked.user),
        remote_secret: Set(secret),
        public_key: Set(public_key),
        host_keys: Set(if is_same { stored.host_keys } else { String::new() }),
        offered_host_keys: Set(String::new()),
        // What was tested is no longer what is stored.
        last_test: Set(None),
        last_test_good: Set(None),
        last_tested_at: Set(None),
        version: Set(stored.version + 1),
        ..Default::default()
    };
    change.update(&*tx).await?;
    if has_moved {
        git_push::forget(ctx, &*tx, true).await?;
    } else {
        git_push::try_soon(ctx, &*tx).await?;
    }
    Ok(tx.commit().await?)
}

/// Pushes nothing from now on, and forgets the secret.
///
/// # Errors
/// As for [`save`].
pub async fn remove_remote(ctx: &Ctx, version: i64) -> AppResult<()> {
    allow(ctx)?;
    let tx = ctx.begin().await?;
    let stored = lock(&*tx, version, "url", "").await?;
    let change = git_archive::ActiveModel {
        id: Unchanged(ROW),
        remote_url: Set(String::new()),
        remote_user: Set(String::new()),
        remote_secret: Set(None),
        public_key: Set(None),
        host_keys: Set(String::new()),
        offered_host_keys: Set(String::new()),
        last_test: Set(None),
        last_test_good: Set(None),
        last_tested_at: Set(None),
        version: Set(stored.version + 1),
        ..Default::default()
    };
    change.update(&*tx).await?;
    git_push::forget(ctx, &*tx, false).await?;
    Ok(tx.commit().await?)
}

/// Asks the server for its branches. Where its keys are not confirmed yet, it is asked for them alone. What came of it
/// is stored with the settings.
///
/// # Errors
/// [`AppError::Invalid`] where no address is stored, and as for [`read`].
pub async fn test(ctx: &Ctx) -> AppResult<()> {
    let stored = read(ctx).await?;
    let Some(remote) = remote(ctx, &stored)? else { return Err(AppError::field("url", Problem::Required)) };
    if remote.address.transport == Transport::Ssh && stored.host_keys.is_empty() {
        return read_host_keys(ctx).await;
    }
    let (words, is_good) = match remote.list().await {
        Ok(heads) => (said(&heads, &stored.branch), true),
        Err(error) => (error.to_string(), false),
    };
    store_test(ctx, &stored, words, is_good, None).await
}

/// Asks an ssh server for its keys, for an administrator to compare.
///
/// # Errors
/// As for [`test`].
pub async fn read_host_keys(ctx: &Ctx) -> AppResult<()> {
    let stored = read(ctx).await?;
    let Some(remote) = remote(ctx, &stored)?.filter(|remote| remote.address.transport == Transport::Ssh) else {
        return Err(AppError::field("url", Problem::Required));
    };
    match remote.host_keys().await {
        Ok(keys) => {
            let words = "The server shows these keys. Compare them with those that it should have, then confirm them.";
            store_test(ctx, &stored, words.to_owned(), true, Some(keys.join("\n"))).await
        }
        Err(error) => store_test(ctx, &stored, error.to_string(), false, None).await,
    }
}

/// Trusts the keys that were read last, if they are those that the administrator has seen.
///
/// # Errors
/// [`AppError::Invalid`] where they are others, and as for [`read`].
pub async fn confirm_host_keys(ctx: &Ctx, seen: &str) -> AppResult<()> {
    allow(ctx)?;
    let tx = ctx.begin().await?;
    let stored = locked(&*tx).await?;
    let seen: Vec<&str> = seen.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if seen.is_empty() || seen.join("\n") != stored.offered_host_keys {
        return Err(AppError::field("keys", Problem::Archive(ArchiveProblem::OtherKeys)));
    }
    let change = git_archive::ActiveModel {
        id: Unchanged(ROW),
        host_keys: Set(stored.offered_host_keys),
        offered_host_keys: Set(String::new()),
        last_test: Set(None),
        last_test_good: Set(None),
        last_tested_at: Set(None),
        ..Default::default()
    };
    change.update(&*tx).await?;
    git_push::try_soon(ctx, &*tx).await?;
    Ok(tx.commit().await?)
}

/// The remote repository that the settings name, with its secret; none where nothing is pushed.
pub(super) fn remote(ctx: &Ctx, row: &git_archive::Model) -> AppResult<Option<Remote>> {
    let Some(address) = before(row) else { return Ok(None) };
    let open = |sealed: &str| {
        ctx.app
            .keyring
            .open(SECRET, sealed)
            .map_err(|error| fault::internal("opening the secret of the archive", error))
    };
    let secret = row.remote_secret.as_deref().map(open).transpose()?;
    let sign_in = match (address.transport, secret) {
        (Transport::Https, Some(token)) => SignIn::Token { user: row.remote_user.clone(), token },
        (Transport::Ssh, Some(private)) => {
            SignIn::Key { private, host_keys: row.host_keys.lines().map(str::to_owned).collect() }
        }
        (Transport::File, _) | (_, None) => SignIn::Nothing,
    };
    Ok(Some(at(ctx, address, sign_in)))
}

fn at(ctx: &Ctx, address: GitRemote, sign_in: SignIn) -> Remote {
    let (settings, folder) = (ctx.app.settings.git.clone(), ctx.app.settings.data_dir.clone());
    Remote { address, sign_in, settings, folder }
}

/// Where the secret stands, for the keyring.
const SECRET: RowIdentity<'static> = RowIdentity { table: "git_archive", column: "remote_secret", row: "1" };

fn seal(ctx: &Ctx, secret: &Secret) -> AppResult<String> {
    ctx.app.keyring.seal(SECRET, secret).map_err(|error| fault::internal("sealing the secret of the archive", error))
}

/// For administrators and the program itself.
pub(super) fn allow(ctx: &Ctx) -> AppResult<()> {
    match ctx.actor {
        Actor::System => Ok(()),
        Actor::Person(_) | Actor::Anonymous | Actor::Rule(_) => ctx.admin().map(|_| ()),
    }
}

fn before(row: &git_archive::Model) -> Option<GitRemote> {
    GitRemote::parse(&row.remote_url).ok()
}

async fn locked(db: &impl ConnectionTrait) -> AppResult<git_archive::Model> {
    git_archive::Entity::find_by_id(ROW).lock_exclusive().one(db).await?.ok_or(AppError::NotFound)
}

async fn lock(db: &impl ConnectionTrait, version: i64, field: &str, mine: &str) -> AppResult<git_archive::Model> {
    let stored = locked(db).await?;
    if stored.version == version {
        return Ok(stored);
    }
    let theirs = if field == "url" { stored.remote_url } else { stored.repository };
    Err(AppError::conflict(field, mine, theirs, stored.version))
}

async fn store_test(
    ctx: &Ctx,
    tested: &git_archive::Model,
    words: String,
    is_good: bool,
    offered: Option<String>,
) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let stored = locked(&*tx).await?;
    // What was tested is no longer what is stored: the test is forgotten.
    if stored.version == tested.version {
        let change = git_archive::ActiveModel {
            id: Unchanged(ROW),
            offered_host_keys: Set(offered.unwrap_or(stored.offered_host_keys)),
            last_test: Set(Some(words)),
            last_test_good: Set(Some(is_good)),
            last_tested_at: Set(Some(ctx.app.clock.now())),
            ..Default::default()
        };
        change.update(&*tx).await?;
    }
    Ok(tx.commit().await?)
}

/// What the answer of the server means, and the answer.
fn said(heads: &str, branch: &str) -> String {
    let name = format!("refs/heads/{branch}");
    let at = heads.lines().filter_map(|line| line.split_once('\t')).find(|(_, head)| *head == name);
    let first = match at {
        Some((commit, _)) => {
            format!("The server answers. Its branch {branch} is at {}.", commit.get(..10).unwrap_or(commit))
        }
        None if heads.trim().is_empty() => "The server answers. The repository there has no branch yet.".to_owned(),
        None => format!("The server answers. It has no branch {branch} yet; the first push makes it."),
    };
    format!("{first}\n{heads}").trim_end().to_owned()
}

struct CheckedRemote {
    address: GitRemote,
    user: String,
    secret: NewSecret,
}

enum NewSecret {
    Keep,
    Remove,
    Token(Secret),
    Key(git::SshKey),
}

fn check_remote(ctx: &Ctx, stored: &git_archive::Model, input: RemoteInput) -> AppResult<CheckedRemote> {
    let RemoteInput { url, user, token, key, private_key } = input;
    let mut checks = Checks::default();
    let address = match GitRemote::parse(&url) {
        _ if url.trim().is_empty() => Err(Problem::Required),
        Ok(address) if address.transport == Transport::File && !allows_files(ctx) => {
            Err(Problem::Archive(ArchiveProblem::FilesNotAllowed))
        }
        Ok(address) => Ok(address),
        Err(problem) => Err(Problem::Archive(problem)),
    };
    let address = match address {
        Ok(address) => address,
        Err(problem) => {
            checks.add("url", problem);
            checks.done()?;
            return Err(AppError::Malformed);
        }
    };
    let before = before(stored).filter(|_| stored.remote_secret.is_some());
    let is_known = |transport| before.as_ref().is_some_and(|before| before.transport == transport);
    let mut sent_user = String::new();
    let secret = match address.transport {
        Transport::File => NewSecret::Remove,
        Transport::Https => {
            sent_user = checks.line("user", &user, 200);
            match token.is_empty() {
                false => {
                    checks.optional_line("token", &token, TOKEN_MAX);
                    NewSecret::Token(Secret::new(token.trim()))
                }
                true if before.as_ref().is_some_and(|before| before.is_same_server(&address)) => NewSecret::Keep,
                true => {
                    let is_stored = is_known(Transport::Https);
                    let again = Problem::Archive(ArchiveProblem::EnterTokenAgain);
                    checks.add("token", if is_stored { again } else { Problem::Required });
                    NewSecret::Keep
                }
            }
        }
        // A key is not sent to the server: it may stay when the server changes.
        Transport::Ssh => match key.as_str() {
            "generate" => NewSecret::Key(generate(ctx)?),
            "paste" => match git::parse(&private_key) {
                Ok(key) => NewSecret::Key(key),
                Err(problem) => {
                    let is_empty = private_key.trim().is_empty();
                    checks.add("private_key", if is_empty { Problem::Required } else { Problem::Archive(problem) });
                    NewSecret::Keep
                }
            },
            "keep" if is_known(Transport::Ssh) => NewSecret::Keep,
            _ => {
                checks.add("key", Problem::UnknownChoice);
                NewSecret::Keep
            }
        },
    };
    checks.done()?;
    Ok(CheckedRemote { address, user: sent_user, secret })
}

/// A place that the operator's rule forbids is refused here, and not by the first push alone.
async fn refuse_forbidden(ctx: &Ctx, address: &GitRemote) -> AppResult<()> {
    match at(ctx, address.clone(), SignIn::Nothing).forbidden().await {
        Some(refusal) => Err(AppError::field("url", Problem::Said { words: refusal.to_string() })),
        None => Ok(()),
    }
}

fn allows_files(ctx: &Ctx) -> bool {
    ctx.app.settings.git.remotes == git::RemoteRule::Files
}

fn generate(ctx: &Ctx) -> AppResult<git::SshKey> {
    let base = ctx.app.settings.base_url.as_str();
    let host = base.split("://").last().unwrap_or_default().split(['/', ':']).next().unwrap_or_default();
    git::generate(&format!("autoreport@{host}")).map_err(|error| fault::internal("making a key for ssh", error))
}
