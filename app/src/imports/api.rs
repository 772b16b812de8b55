//! Server functions of imports, and what their pages show.

use chrono::{DateTime, NaiveDate, Utc};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        ids::{ImportId, ProjectId},
        import::{
            mapping::{CsvField, DateOrder, FaultyLines, Layout, ListTarget},
            run::{ImportKind, ImportState, ImportSummary, PersonTarget},
        },
        project::MemberRole,
    },
    error::AppResult,
};

#[cfg(feature = "ssr")]
use {
    super::service::{review, staging, start},
    crate::{
        domain::import::{mapping::CsvMapping, run::ImportTarget},
        error::{AppError, Problem},
        platform::ctx::Ctx,
    },
};

/// An import, whatever its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportView {
    pub id: ImportId,
    pub file_name: String,
    pub kind: ImportKind,
    pub stage: ImportStage,
}

/// What the page of an import shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ImportStage {
    /// The file cannot be read: where and why.
    Unreadable {
        problem: String,
    },
    /// It can be read: what it would bring.
    Review(Box<Review>),
    /// Rows written and rows in all; 0 of 0 while it is being read.
    Running {
        done: usize,
        total: usize,
    },
    /// The process that was at it has ended.
    Interrupted,
    /// Key and name of the project, if it is still there.
    Done {
        summary: ImportSummary,
        project: Option<(String, String)>,
    },
    Cancelled,
}

/// What a file would bring, and what can be chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Only for tables.
    pub columns: Option<ColumnsReview>,
    pub lists: Vec<ListRow>,
    pub people: Vec<PersonRow>,
    /// People and placeholders of this instance that may be chosen.
    pub choices_of_people: Vec<PersonChoice>,
    /// Proposed for a new project.
    pub name: String,
    pub key: String,
    pub layout: Layout,
    /// The project that is chosen; none: a new one.
    pub chosen_project: Option<ProjectId>,
    pub targets: Vec<TargetRow>,
    /// The same file was imported before.
    pub earlier: Option<Earlier>,
    pub cards: usize,
    pub archived: usize,
    pub labels: Vec<String>,
    pub comments: usize,
    /// Work notes.
    pub notes: usize,
    pub checklist_items: usize,
    /// A sentence about the history.
    pub history: String,
    pub sample_titles: Vec<String>,
    pub warnings: Vec<String>,
    /// Why an attempt failed.
    pub failure: Option<String>,
}

/// The columns of a table and what they mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnsReview {
    pub headers: Vec<String>,
    /// One for each header.
    pub fields: Vec<Option<CsvField>>,
    pub date_order: DateOrder,
    /// Whether a date can be meant in two ways.
    pub is_date_order_open: bool,
    pub faulty_lines_choice: FaultyLines,
    /// The first lines, one cell for each header.
    pub sample: Vec<Vec<String>>,
    pub lines: usize,
    pub delimiter: char,
    /// Faults by line and header.
    pub problems: Vec<String>,
    pub faulty_lines: usize,
}

/// A list of the source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListRow {
    pub name: String,
    pub cards: usize,
    /// Not archived or deleted.
    pub is_open: bool,
    pub target: ListTarget,
}

/// Somebody of the source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PersonRow {
    pub name: String,
    /// What they may do in the project of the file, as far as it tells.
    pub role: Option<MemberRole>,
    pub target: PersonTarget,
}

/// Somebody of this instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PersonChoice {
    pub target: PersonTarget,
    pub name: String,
}

/// A project that can take the cards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetRow {
    pub id: ProjectId,
    pub key: String,
    pub name: String,
    /// Cards of the file that it has already.
    pub known: usize,
}

/// An earlier import of the same file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Earlier {
    pub project_name: String,
    pub on: NaiveDate,
}

/// An import in the list of the upload page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportItem {
    pub id: ImportId,
    pub file_name: String,
    pub state: ImportState,
    pub at: DateTime<Utc>,
}

/// The page of an import.
#[server(prefix = "/rpc")]
pub async fn get_import(id: ImportId) -> AppResult<ImportView> {
    review::view(&Ctx::signed_in()?, id).await
}

/// The last imports of the signed-in person, newest first.
#[server(prefix = "/rpc")]
pub async fn list_imports() -> AppResult<Vec<ImportItem>> {
    let rows = staging::list(&Ctx::signed_in()?).await?;
    Ok(rows.into_iter().map(|(id, file_name, state, at)| ImportItem { id, file_name, state, at }).collect())
}

/// Keeps what the columns of a table mean and shows the preview again.
#[server(prefix = "/rpc")]
pub async fn map_columns(
    id: ImportId,
    #[server(default)] fields: Vec<String>,
    #[server(default)] date_order: String,
    #[server(default)] faulty_lines: Option<String>,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let mut choices = staging::choices_of(&staging::find(&ctx, id).await?)?;
    choices.csv = csv_mapping(&fields, &date_order, faulty_lines.as_deref());
    // Other columns mean other lists and people.
    choices.lists.clear();
    choices.people.clear();
    staging::choose(&ctx, id, &choices).await?;
    leptos_axum::redirect(&format!("/import/{id}#columns"));
    Ok(())
}

/// Starts the import. The rows of lists and people stand in the order of the page.
#[server(prefix = "/rpc")]
#[allow(clippy::too_many_arguments, reason = "one argument a field of the form")]
pub async fn confirm_import(
    id: ImportId,
    target: String,
    #[server(default)] name: String,
    #[server(default)] key: String,
    #[server(default)] layout: String,
    #[server(default)] lists: Vec<String>,
    #[server(default)] people: Vec<String>,
    #[server(default)] fields: Vec<String>,
    #[server(default)] date_order: String,
    #[server(default)] faulty_lines: Option<String>,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let mut choices = staging::choices_of(&staging::find(&ctx, id).await?)?;
    let mapping = csv_mapping(&fields, &date_order, faulty_lines.as_deref());
    let is_same_table = mapping.fields == choices.csv.fields && mapping.date_order == choices.csv.date_order;
    if !fields.is_empty() {
        choices.csv = mapping;
    }
    if !fields.is_empty() && !is_same_table {
        // The lists and people of this form belong to another reading of the table.
        choices.lists.clear();
        choices.people.clear();
        staging::choose(&ctx, id, &choices).await?;
        leptos_axum::redirect(&format!("/import/{id}?notice=columns_changed#columns"));
        return Ok(());
    }
    let typed = [("name", name.as_str()), ("key", key.as_str())];
    choices.target = match target.as_str() {
        "new" => ImportTarget::New { name: name.clone(), key: key.clone() },
        project => {
            ImportTarget::Existing(project.parse().map_err(|_| AppError::field("target", Problem::UnknownChoice))?)
        }
    };
    choices.layout = if layout == "four" { Layout::FourColumns } else { Layout::KeepLists };
    let lists = lists
        .iter()
        .map(|value| list_target(value))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| AppError::field("lists", Problem::UnknownChoice))?;
    let people = people
        .iter()
        .map(|value| PersonTarget::from_form(value))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| AppError::field("people", Problem::UnknownChoice))?;
    let named = review::name_choices(&ctx, id, lists, people).await?;
    (choices.lists, choices.people) = (named.lists, named.people);
    staging::choose(&ctx, id, &choices).await?;
    if named.faulty_lines > 0 && choices.csv.faulty_lines == FaultyLines::Refuse {
        return Err(AppError::field("faulty_lines", Problem::FaultyLines));
    }
    start::start(&ctx, id).await.map_err(|error| error.with_typed(&typed))?;
    leptos_axum::redirect(&format!("/import/{id}"));
    Ok(())
}

/// Ends an import: nothing is brought, the file is dropped.
#[server(prefix = "/rpc")]
pub async fn cancel_import(id: ImportId) -> AppResult<()> {
    staging::cancel(&Ctx::signed_in()?, id).await?;
    leptos_axum::redirect(&format!("/import/{id}"));
    Ok(())
}

/// Shows the preview again after an import died with its process.
#[server(prefix = "/rpc")]
pub async fn revive_import(id: ImportId) -> AppResult<()> {
    start::revive(&Ctx::signed_in()?, id).await?;
    leptos_axum::redirect(&format!("/import/{id}"));
    Ok(())
}

/// The value of a list's choice in forms.
pub fn list_value(target: ListTarget) -> &'static str {
    match target {
        ListTarget::Status(status) => status.as_str(),
        ListTarget::LeaveOut => "leave_out",
    }
}

#[cfg(feature = "ssr")]
fn list_target(value: &str) -> Option<ListTarget> {
    if value == "leave_out" { Some(ListTarget::LeaveOut) } else { value.parse().ok().map(ListTarget::Status) }
}

#[cfg(feature = "ssr")]
fn csv_mapping(fields: &[String], date_order: &str, faulty_lines: Option<&str>) -> CsvMapping {
    CsvMapping {
        fields: fields.iter().map(|field| CsvField::parse(field)).collect(),
        date_order: DateOrder::parse(date_order).unwrap_or_default(),
        faulty_lines: if faulty_lines.is_some() { FaultyLines::LeaveOut } else { FaultyLines::Refuse },
    }
}
