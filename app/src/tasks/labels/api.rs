//! Server functions of labels.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{domain::ids::LabelId, error::AppResult};

#[cfg(feature = "ssr")]
use crate::{
    error::{AppError, Problem},
    platform::{ctx::Ctx, page},
    projects::service::access,
    tasks::service::{input::read_word, labels},
};

/// Labels of a project: one page of those that are asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labels {
    /// Prefix of task numbers.
    pub key: String,
    pub name: String,
    pub can_edit: bool,
    /// All labels of the project.
    pub total: u32,
    /// Those whose names have the words.
    pub found: u32,
    /// By name.
    pub labels: Vec<LabelItem>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelItem {
    pub id: LabelId,
    pub name: String,
    /// Slot of the chart palette, 1 to 6.
    pub hue: u8,
    /// Tasks that have it, archived ones counted.
    pub tasks: u64,
    /// What a change of it goes on from.
    pub version: i64,
}

/// One label, and the others that it could become part of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelDetail {
    /// Prefix of task numbers.
    pub key: String,
    pub name: String,
    pub label: LabelItem,
    /// By name.
    pub others: Vec<(LabelId, String)>,
}

/// Labels on one page.
pub const LABELS_A_PAGE: usize = 100;

#[cfg(feature = "ssr")]
impl From<labels::Counted> for LabelItem {
    fn from(counted: labels::Counted) -> Self {
        let labels::Counted { label, tasks } = counted;
        let version = labels::version(&label);
        Self { id: label.id, name: label.name, hue: u8::try_from(label.hue).unwrap_or(1), tasks, version }
    }
}

/// The labels of a project whose names have the words, a page at a time (pages count from 1).
#[server(prefix = "/rpc")]
pub async fn load_labels(key: String, words: String, page: usize) -> AppResult<Labels> {
    let ctx = Ctx::signed_in()?;
    let viewing = access::by_key(&ctx, ctx.reader(), &key).await?;
    let all = labels::list(&ctx, &viewing).await?;
    let total = all.len();
    let words = words.to_lowercase();
    let found: Vec<_> =
        all.into_iter().filter(|counted| counted.label.name.to_lowercase().contains(words.trim())).collect();
    let project = viewing.project();
    Ok(Labels {
        key: project.key.clone(),
        name: project.name.clone(),
        can_edit: viewing.can_edit(),
        total: u32::try_from(total).unwrap_or(u32::MAX),
        found: u32::try_from(found.len()).unwrap_or(u32::MAX),
        labels: found
            .into_iter()
            .skip(page.saturating_sub(1).saturating_mul(LABELS_A_PAGE))
            .take(LABELS_A_PAGE)
            .map(LabelItem::from)
            .collect(),
    })
}

/// One label for its page.
#[server(prefix = "/rpc")]
pub async fn load_label(key: String, label: String) -> AppResult<LabelDetail> {
    let ctx = Ctx::signed_in()?;
    let viewing = access::by_key(&ctx, ctx.reader(), &key).await?;
    if !viewing.can_edit() {
        return Err(AppError::Forbidden);
    }
    let id: LabelId = label.parse().map_err(|_| AppError::NotFound)?;
    let (own, others): (Vec<_>, Vec<_>) =
        labels::list(&ctx, &viewing).await?.into_iter().partition(|counted| counted.label.id == id);
    let project = viewing.project();
    Ok(LabelDetail {
        key: project.key.clone(),
        name: project.name.clone(),
        label: own.into_iter().next().ok_or(AppError::NotFound)?.into(),
        others: others.into_iter().map(|counted| (counted.label.id, counted.label.name)).collect(),
    })
}

#[cfg(feature = "ssr")]
fn read_hue(word: &str) -> AppResult<u8> {
    word.parse().map_err(|_| AppError::field("hue", Problem::UnknownChoice))
}

/// Makes a label; without a colour it gets the one of its name.
#[server(prefix = "/rpc")]
pub async fn make_label(project: String, name: String, #[server(default)] hue: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let made = async {
        let editing = access::by_key(&ctx, ctx.reader(), &project).await?.editing()?;
        let hue = if hue.is_empty() { None } else { Some(read_hue(&hue)?) };
        labels::create(&ctx, &editing, &name, hue).await
    };
    made.await.map_err(|error: AppError| error.with_typed(&[("name", &name), ("hue", &hue)]))?;
    page::go_back("created");
    Ok(())
}

/// Changes name and colour of a label.
#[server(prefix = "/rpc")]
pub async fn save_label(
    project: String,
    label: LabelId,
    #[server(default)] version: Option<i64>,
    name: String,
    hue: String,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let saved = async {
        let editing = access::by_key(&ctx, ctx.reader(), &project).await?.editing()?;
        labels::change(&ctx, &editing, label, version, (&name, read_hue(&hue)?)).await?;
        Ok(editing.project().key.clone())
    };
    let began = version.map(|version| version.to_string()).unwrap_or_default();
    let typed = [("version", began.as_str()), ("name", name.as_str()), ("hue", hue.as_str())];
    let key = saved.await.map_err(|error: AppError| error.with_typed(&typed))?;
    leptos_axum::redirect(&format!("/board/{key}/labels?notice=saved"));
    Ok(())
}

/// Gives all tasks of a label another one instead, and removes it.
#[server(prefix = "/rpc")]
pub async fn merge_label(project: String, label: LabelId, into: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let editing = access::by_key(&ctx, ctx.reader(), &project).await?.editing()?;
    labels::merge(&ctx, &editing, label, read_word("into", &into)?).await?;
    leptos_axum::redirect(&format!("/board/{}/labels?notice=saved", editing.project().key));
    Ok(())
}

/// Takes a label off all tasks and removes it.
#[server(prefix = "/rpc")]
pub async fn delete_label(project: String, label: LabelId) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let editing = access::by_key(&ctx, ctx.reader(), &project).await?.editing()?;
    labels::remove(&ctx, &editing, label).await?;
    leptos_axum::redirect(&format!("/board/{}/labels?notice=deleted", editing.project().key));
    Ok(())
}
