//! Server functions of columns. Their forms work without WebAssembly and come back to the board.

use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{ids::ColumnId, task::Status},
    error::AppResult,
};

#[cfg(feature = "ssr")]
use crate::{
    domain::column::{Between, Shift, Side},
    error::{AppError, Problem},
    platform::{ctx::Ctx, page},
    projects::service::access,
    tasks::service::{
        columns::{self, ColumnChange, Counted, NewColumn},
        input::read_word,
    },
};

/// The columns of a board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    /// Prefix of task numbers.
    pub key: String,
    pub name: String,
    pub can_edit: bool,
    /// From the left.
    pub columns: Vec<ColumnItem>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnItem {
    pub id: ColumnId,
    pub name: String,
    pub status: Status,
    pub limit: Option<u32>,
    pub limit_is_hard: bool,
    /// Tasks on the board.
    pub on_board: u32,
    /// Tasks in the archive or the trash.
    pub put_away: u32,
    /// Of what can be changed, to find out whether somebody else has.
    pub version: i64,
}

#[cfg(feature = "ssr")]
impl From<Counted> for ColumnItem {
    fn from(counted: Counted) -> Self {
        let Counted { column, on_board, put_away } = counted;
        Self {
            version: columns::version(&column),
            id: column.id,
            name: column.name,
            status: column.status,
            limit: column.wip_limit.and_then(|limit| u32::try_from(limit).ok()),
            limit_is_hard: column.limit_is_hard,
            on_board,
            put_away,
        }
    }
}

/// The columns of a board, with their tasks counted.
#[server(prefix = "/rpc")]
pub async fn load_columns(key: String) -> AppResult<Columns> {
    let ctx = Ctx::signed_in()?;
    let viewing = access::by_key(&ctx, ctx.reader(), &key).await?;
    let columns = columns::list(&ctx, &viewing).await?;
    let project = viewing.project();
    Ok(Columns {
        key: project.key.clone(),
        name: project.name.clone(),
        can_edit: viewing.can_edit(),
        columns: columns.into_iter().map(ColumnItem::from).collect(),
    })
}

/// Adds a column: the last one, or on a side of another.
#[server(prefix = "/rpc")]
pub async fn add_column(
    project: String,
    name: String,
    status: String,
    #[server(default)] side: String,
    #[server(default)] beside: Option<ColumnId>,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let added = async {
        let editing = access::by_key(&ctx, ctx.reader(), &project).await?.editing()?;
        let status = read_word("status", &status)?;
        let beside = match beside {
            Some(beside) => Some((read_word::<Side>("side", &side)?, beside)),
            None => None,
        };
        columns::add(&ctx, &editing, NewColumn { name: name.clone(), status, beside }).await?;
        Ok(editing.project().key.clone())
    };
    let key = added.await.map_err(|error: AppError| error.with_typed(&[("name", &name), ("status", &status)]))?;
    leptos_axum::redirect(&format!("/board/{key}?notice=created"));
    Ok(())
}

/// Changes name, status and limit of a column. An empty limit is none.
#[server(prefix = "/rpc")]
pub async fn save_column(
    column: ColumnId,
    #[server(default)] version: Option<i64>,
    name: String,
    status: String,
    #[server(default)] limit: String,
    #[server(default)] hard: bool,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let saved = async {
        let editing = columns::project_of(&ctx, column).await?.editing()?;
        let change = ColumnChange {
            name: name.clone(),
            status: read_word::<Status>("status", &status)?,
            limit: read_limit(&limit)?,
            limit_is_hard: hard,
        };
        columns::change(&ctx, &editing, column, version, change).await?;
        Ok(editing.project().key.clone())
    };
    let hard = if hard { "true" } else { "" };
    let began = version.map(|version| version.to_string()).unwrap_or_default();
    let typed = [
        ("version", began.as_str()),
        ("name", name.as_str()),
        ("status", status.as_str()),
        ("limit", limit.as_str()),
        ("hard", hard),
    ];
    let key = saved.await.map_err(|error: AppError| error.with_typed(&typed))?;
    leptos_axum::redirect(&format!("/board/{key}?notice=saved"));
    Ok(())
}

#[cfg(feature = "ssr")]
fn read_limit(text: &str) -> AppResult<Option<i64>> {
    match text.trim() {
        "" => Ok(None),
        number => number.parse().map(Some).map_err(|_| AppError::field("limit", Problem::NotANumber)),
    }
}

/// Moves a column along the board: `back`, `on`, `first` or `last`.
#[server(prefix = "/rpc")]
pub async fn shift_column(column: ColumnId, way: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let editing = columns::project_of(&ctx, column).await?.editing()?;
    columns::shift(&ctx, &editing, column, read_word::<Shift>("way", &way)?).await?;
    page::go_back("moved");
    Ok(())
}

/// Puts a column between two others, as the awake board does: it has moved the list already and stays where it is.
#[server(prefix = "/rpc", input = Json)]
pub async fn place_column(column: ColumnId, after: Option<ColumnId>, before: Option<ColumnId>) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let editing = columns::project_of(&ctx, column).await?.editing()?;
    columns::place(&ctx, &editing, column, Between { after, before }).await
}

/// Removes a column; its tasks go to another one.
#[server(prefix = "/rpc")]
pub async fn remove_column(column: ColumnId, heir: ColumnId) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let editing = columns::project_of(&ctx, column).await?.editing()?;
    columns::remove(&ctx, &editing, column, heir).await?;
    leptos_axum::redirect(&format!("/board/{}?notice=deleted", editing.project().key));
    Ok(())
}

/// Collapses a column for the person, or opens it, by a plain form.
#[server(prefix = "/rpc")]
pub async fn fold_column(column: ColumnId, #[server(default)] folded: bool) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let viewing = columns::project_of(&ctx, column).await?;
    columns::fold(&ctx, &viewing, column, folded).await?;
    page::go_back("");
    Ok(())
}
