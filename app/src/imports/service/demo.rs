//! A project from a plan that no file holds: how the demonstration is made.

use std::collections::BTreeMap;

use super::{progress::Progress, start::Stopped, write};
use crate::{
    domain::import::{
        mapping::{CsvMapping, Layout, ListMapping},
        plan::ImportPlan,
        run::{ImportChoices, ImportTarget},
    },
    entities::{project, user},
    error::{AppError, AppResult},
    platform::{ctx::Ctx, db::WriteTx},
    projects::service::projects::NewProject,
};

/// Makes a project with everything that stands in a plan. Its people are those of `people` with the same name or address.
///
/// # Errors
/// [`AppError::Invalid`] for a bad name or key.
pub async fn bring_plan(
    ctx: &Ctx,
    tx: &WriteTx,
    new: NewProject,
    plan: ImportPlan,
    people: &[user::Model],
) -> AppResult<project::Model> {
    let NewProject { name, key, zone } = new;
    let choices = ImportChoices {
        csv: CsvMapping::default(),
        target: ImportTarget::New { name, key },
        layout: Layout::KeepLists,
        lists: ListMapping::new(),
        people: BTreeMap::new(),
    };
    let progress = Progress::default();
    let job = write::Job { plan, choices: &choices, zone, known: people, source: None, progress: &progress };
    match write::bring(ctx, tx, job).await {
        Ok((project, _)) => Ok(project),
        Err(Stopped::Failed(error)) => Err(error),
        Err(Stopped::Cancelled | Stopped::Faulty(_)) => Err(AppError::Malformed),
    }
}
