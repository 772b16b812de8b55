//! What the page of members knows.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        ids::{ProjectId, TeamId, UserId},
        project::MemberRole,
    },
    projects::api::ProjectHead,
};

/// The people and groups of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Members {
    pub head: ProjectHead,
    pub project: ProjectId,
    /// By name.
    pub people: Vec<MemberItem>,
    pub groups: Vec<GroupItem>,
    /// Whom an owner can add: names, and addresses of those who have one.
    pub others: Vec<(String, String)>,
    /// Groups that an owner can add.
    pub other_groups: Vec<(TeamId, String)>,
}

/// Somebody in a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberItem {
    pub id: UserId,
    pub name: String,
    /// Empty for a placeholder.
    pub email: String,
    pub kind: MemberKind,
    /// Their own role; none for those who are here only through a group.
    pub role: Option<MemberRole>,
    /// The highest of all their roles.
    pub highest: MemberRole,
    /// Names of the groups that they are here through.
    pub groups: Vec<String>,
    /// Open tasks that they have.
    pub open_tasks: u32,
    pub is_me: bool,
}

/// Whether somebody can sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MemberKind {
    Active,
    /// Their account is switched off.
    Disabled,
    /// Came with an import and has no account.
    Placeholder,
}

/// A group in a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupItem {
    pub id: TeamId,
    pub name: String,
    pub role: MemberRole,
    /// People in it.
    pub people: u32,
}
