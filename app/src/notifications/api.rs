//! Server functions of notifications, and what they bring.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{alarm::AlarmKind, ids::NotificationId, notification::NotificationKind},
    error::AppResult,
};

#[cfg(feature = "ssr")]
use {
    super::service::inbox,
    crate::platform::{ctx::Ctx, page},
};

/// What a person was told, the latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    pub entries: Vec<NotificationView>,
    /// Entries that were not read, on this page or not.
    pub unread: u32,
    pub unread_only: bool,
    /// Where the older ones begin.
    pub older: Option<DateTime<Utc>>,
}

/// Something that the person is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationView {
    pub id: NotificationId,
    pub kind: NotificationKind,
    /// Nobody where the program did it.
    pub who: Option<String>,
    /// What happened, said after the name.
    pub words: String,
    /// The task it happened to, where the person may see it.
    pub task: Option<TaskLink>,
    /// What it is about, where it is an alarm.
    pub alarm: Option<AlarmView>,
    /// It happened to something that the person cannot see any more.
    pub is_gone: bool,
    pub at: DateTime<Utc>,
    /// The time in the person's zone.
    pub when: String,
    pub is_read: bool,
}

/// What an alarm is about, beside its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmView {
    pub kind: AlarmKind,
    /// Where somebody can do something about it, and what stands on the link.
    pub href: String,
    pub label: String,
    /// Older alarms about the same, which stand behind this one.
    pub more: u32,
}

/// The way to a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskLink {
    /// `T-214`.
    pub reference: String,
    pub title: String,
}

/// How much the person has not read.
#[server(prefix = "/rpc")]
pub async fn count_unread() -> AppResult<u32> {
    inbox::unread(&Ctx::signed_in()?).await
}

/// What the person was told; `before` asks for what is older.
#[server(prefix = "/rpc")]
pub async fn load_notifications(unread_only: bool, before: Option<DateTime<Utc>>) -> AppResult<Inbox> {
    inbox::read(&Ctx::signed_in()?, unread_only, before).await
}

/// Marks one entry as read; of an alarm also the older ones about the same.
#[server(prefix = "/rpc")]
pub async fn mark_notification_read(id: NotificationId) -> AppResult<()> {
    inbox::mark_read(&Ctx::signed_in()?, Some(id)).await?;
    page::go_back("saved");
    Ok(())
}

/// Marks all entries of the person as read.
#[server(prefix = "/rpc")]
pub async fn mark_all_notifications_read() -> AppResult<()> {
    inbox::mark_read(&Ctx::signed_in()?, None).await?;
    page::go_back("saved");
    Ok(())
}
