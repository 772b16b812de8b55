//! The form from which a test was sent, until its page has shown it again: it is too long for an address, and the
//! addresses of people in it are nobody's business who sees one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{recipients, report_choices};
use crate::{
    error::AppResult,
    jobs::{
        form::JobForm,
        view::{EditorData, TestOutcome},
    },
    platform::{ctx::Ctx, kept_form},
};

/// Fields of a form by name, as they were typed.
pub type Typed = BTreeMap<String, String>;

/// A form from which a test was sent, and what came of it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tested {
    pub typed: Typed,
    pub outcome: TestOutcome,
}

/// An editor with what was typed when its test was sent, and what came of that.
///
/// # Errors
/// Those of the database.
pub async fn fill(ctx: &Ctx, data: EditorData, token: &str) -> AppResult<EditorData> {
    if token.is_empty() {
        return Ok(data);
    }
    let Some(Tested { typed, outcome }) = kept_form::read(ctx, token).await? else { return Ok(data) };
    let about = data.id.map(|id| id.to_string()).unwrap_or_default();
    if typed.get("id").map(String::as_str).unwrap_or_default() != about {
        return Ok(data);
    }
    let mut form = JobForm::read(|name| typed.get(name).cloned());
    // The kind of a job that is there stays.
    if data.id.is_some() || !data.kinds.contains(&form.kind) {
        form.kind = data.form.kind;
    }
    // A form that says nothing about the report changes nothing of it.
    if form.report.is_empty() {
        form.report = data.form.report.clone();
    }
    let (report, known) = match data.id {
        // What can be chosen is that of the project that was typed.
        None => {
            let report = report_choices::of_new(ctx, form.kind, &form.project).await?;
            (report, recipients::known_to_new(ctx, form.kind, &form.project).await?)
        }
        Some(_) => (data.report, data.known),
    };
    // Others may have saved the job since; what was typed does not know of that.
    let version = typed.get("version").and_then(|version| version.parse().ok()).unwrap_or(data.version);
    Ok(EditorData { version, form, report, known, tested: Some(outcome), ..data })
}
