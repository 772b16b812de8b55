//! A job as it stands in its form, for a test of it: what it would send is asked before it is saved.

use sea_orm::{ActiveValue::Set, TryIntoModel};
use uuid::Uuid;

use super::{
    begun,
    forms::{may_have, options_of},
};
use crate::{
    domain::ids::ScheduleId,
    entities::schedule,
    error::{AppResult, Checks, Problem},
    jobs::{
        form::JobForm,
        service::{
            options,
            rules::{self, Rules},
        },
    },
    platform::ctx::Ctx,
    projects::service::access::Editing,
};

/// The job that a form describes, as far as its mail depends on it: name and options are those of the form, everything
/// else is what is stored, or what a new job begins with. Nothing is written down: a job that is not there yet has a row
/// here and nowhere else.
///
/// # Errors
/// [`AppError::Invalid`](crate::error::AppError::Invalid) with the fields that are wrong, and for a kind that sends no
/// mail.
pub async fn as_typed(
    ctx: &Ctx,
    editing: &Editing,
    form: &JobForm,
    stored: Option<schedule::Model>,
) -> AppResult<schedule::Model> {
    let kind = stored.as_ref().map_or(form.kind, |row| row.kind);
    let mut checks = Checks::default();
    if !kind.sends_mail() || !may_have(ctx, kind) {
        checks.add("kind", Problem::NotAllowed);
    }
    // That a job has no name yet says nothing of its mail.
    let typed = checks.optional_line("name", &form.name, 100);
    let name = if typed.is_empty() { kind.label().to_owned() } else { typed };
    let about = (editing.project().id, kind);
    let chosen = options_of(ctx, &mut checks, about, form, stored.as_ref()).await?;
    checks.done()?;
    let chosen = options::to_json(&chosen)?;
    match stored {
        // A form that says nothing about the report changes nothing of it.
        Some(row) if kind.makes_report() && form.report.is_empty() => Ok(schedule::Model { name, ..row }),
        Some(row) => Ok(schedule::Model { name, options: chosen, ..row }),
        None => {
            let mut row = begun(ctx, editing, ScheduleId(Uuid::now_v7()), (name, kind));
            row.options = Set(chosen);
            rules::store(&Rules::default(), &mut row)?;
            Ok(row.try_into_model()?)
        }
    }
}
