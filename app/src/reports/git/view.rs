//! What pages know of the Git archive: read by the server in words, sent to the browser, never stored.

use serde::{Deserialize, Serialize};

use crate::domain::{ids::OccurrenceId, line_diff::LineDiff, moment::Moment};

/// The settings of the archive and how its pushes stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GitArchiveView {
    pub version: i64,
    /// Empty for the built-in one.
    pub repository: String,
    /// Where the built-in one is.
    pub built_in: String,
    pub branch: String,
    pub author_name: String,
    pub author_email: String,
    /// Whom commits are by where that is left open.
    pub sender: String,
    /// The last commit of the branch.
    pub last: Option<CommitRow>,
    /// Why the repository cannot be read.
    pub fault: Option<String>,
    /// `git version 2.39.5`; none where git is not installed.
    pub git: Option<String>,
    pub remote: Option<RemoteView>,
    pub push: PushView,
}

/// Where the archive is pushed to; never the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteView {
    pub url: String,
    pub is_ssh: bool,
    pub user: String,
    pub has_secret: bool,
    /// The line that the server is given, and its fingerprint.
    pub public_key: Option<(String, String)>,
    /// Kind and fingerprint of each confirmed key of the server.
    pub host_keys: Vec<(String, String)>,
    /// Those that it showed and nobody has confirmed.
    pub offered: Vec<(String, String)>,
    /// The same as one text, for the form that confirms them.
    pub offered_lines: String,
    /// What the last test said, whether it went well, and when.
    pub tested: Option<(String, bool, Moment)>,
}

/// How the pushes stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushView {
    pub pushed: Option<(String, Moment)>,
    /// Commits that are here and not there.
    pub waiting: u32,
    pub is_under_way: bool,
    pub attempts: u32,
    pub next_try: Option<Moment>,
    /// The words of git, and when they were said.
    pub error: Option<(String, Moment)>,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitRow {
    pub id: String,
    pub subject: String,
    pub author: String,
    pub at: Moment,
}

/// The history of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportHistory {
    pub id: OccurrenceId,
    pub finding: String,
    pub project: String,
    /// Path in the archive.
    pub folder: String,
    pub commits: Vec<CommitRow>,
    /// Reports of the same job, the latest first, this one among them.
    pub siblings: Vec<SiblingRow>,
    pub comparison: Option<Comparison>,
}

/// A report of the same job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiblingRow {
    pub id: OccurrenceId,
    pub period: String,
    pub finding: String,
    pub commit: Option<String>,
    pub is_this: bool,
    pub is_compared: bool,
}

/// The text parts of two reports, line by line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// Their periods.
    pub before: String,
    pub after: String,
    pub diff: LineDiff,
    pub is_cut: bool,
    /// A commit that the archive does not have: then there is nothing to compare.
    pub missing: Option<String>,
}

/// The first digits of a commit, as Git shows it.
pub fn short(commit: &str) -> String {
    commit.get(..10).unwrap_or(commit).to_owned()
}
