//! Server functions of the other views of a project's tasks.

use leptos::prelude::*;

use super::views::{Calendar, ListRow, MyWork, NotesTable, Shelf, TaskList};
use crate::{
    domain::ids::{OpId, TaskId},
    error::AppResult,
};

#[cfg(feature = "ssr")]
use {
    super::service::{calendar, find, list, my_work, notes_table, shelf},
    crate::{
        domain::{
            board_filter::BoardFilter,
            calendar_span::CalendarSpan,
            notes_query::NotesQuery,
            shelf::ShelfQuery,
            task_list::{ListColumn, ListQuery},
        },
        platform::{ctx::Ctx, page},
        projects::service::{access, projects},
    },
};

/// One page of the list of a project's tasks; `query` is the page's own address.
#[server(prefix = "/rpc")]
pub async fn load_list(key: String, #[server(default)] query: String) -> AppResult<TaskList> {
    const COOKIE: &str = "list_columns";
    let ctx = Ctx::signed_in()?;
    let viewing = access::by_key(&ctx, ctx.reader(), &key).await?;
    projects::remember(&ctx, &viewing).await?;
    let mut query = ListQuery::from_query(&query);
    match &query.columns {
        // What was chosen once is shown by the next list, too.
        Some(columns) => {
            let secure = if ctx.app.settings.is_https() { "; Secure" } else { "" };
            let columns = ListColumn::write_all(columns);
            page::set_cookie(&format!("{COOKIE}={columns}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly{secure}"));
        }
        None => query.columns = page::cookie(COOKIE).map(|words| ListColumn::read_all(&words)),
    }
    query.columns.get_or_insert_with(|| ListColumn::USUAL.to_vec());
    list::read(&ctx, &viewing, &query).await
}

/// Changes one cell of a list's row (`title`, `status`, `priority`, `due`, `person`, `label`, `new_label`, `category`,
/// `start`, `estimate`) and answers with the row as it is then. A title carries the version that it began with.
#[server(prefix = "/rpc")]
pub async fn save_cell(
    task: TaskId,
    field: String,
    #[server(default)] value: String,
    #[server(default)] version: i64,
    #[server(default)] op: Option<OpId>,
) -> AppResult<ListRow> {
    let row = list::cell::save(&Ctx::signed_in()?, task, &field, &value, version, op).await?;
    page::go_back("saved");
    Ok(row)
}

/// The tasks of a month or a week; `query` is the page's own address.
#[server(prefix = "/rpc")]
pub async fn load_calendar(key: String, #[server(default)] query: String) -> AppResult<Calendar> {
    let ctx = Ctx::signed_in()?;
    let viewing = access::by_key(&ctx, ctx.reader(), &key).await?;
    projects::remember(&ctx, &viewing).await?;
    let first_day = find::first_day(&ctx, &page::languages());
    let span = CalendarSpan::from_query(&query, find::clock(&ctx).today(), first_day);
    calendar::read(&ctx, &viewing, &BoardFilter::from_query(&query), span, first_day).await
}

/// One page of the table of work notes; `query` is the page's own address.
#[server(prefix = "/rpc")]
pub async fn load_notes_table(key: String, #[server(default)] query: String) -> AppResult<NotesTable> {
    let ctx = Ctx::signed_in()?;
    let viewing = access::by_key(&ctx, ctx.reader(), &key).await?;
    projects::remember(&ctx, &viewing).await?;
    let first_day = find::first_day(&ctx, &page::languages());
    let query = NotesQuery::from_query(&query, find::clock(&ctx).today(), first_day);
    notes_table::read(&ctx, &viewing, query, first_day).await
}

/// The person's open tasks in all projects.
#[server(prefix = "/rpc")]
pub async fn load_my_work() -> AppResult<MyWork> {
    my_work::read(&Ctx::signed_in()?).await
}

/// Makes one change of many tasks: what the list's form says, or `restore`.
#[server(prefix = "/rpc")]
pub async fn change_many(
    #[server(default)] tasks: Vec<TaskId>,
    change: String,
    #[server(default)] op: Option<OpId>,
) -> AppResult<u32> {
    let count = list::many::change_as(&Ctx::signed_in()?, &tasks, &change, op).await?;
    page::go_back(if change == "restore" { "restored" } else { "saved" });
    Ok(count)
}

/// One page of the archived tasks; `query` is the page's own address.
#[server(prefix = "/rpc")]
pub async fn load_archive(key: String, #[server(default)] query: String) -> AppResult<Shelf> {
    let ctx = Ctx::signed_in()?;
    let viewing = access::by_key(&ctx, ctx.reader(), &key).await?;
    shelf::read(&ctx, &viewing, shelf::Place::Archive, ShelfQuery::from_query(&query)).await
}

/// One page of the trash; `query` is the page's own address.
#[server(prefix = "/rpc")]
pub async fn load_trash(key: String, #[server(default)] query: String) -> AppResult<Shelf> {
    let ctx = Ctx::signed_in()?;
    let viewing = access::by_key(&ctx, ctx.reader(), &key).await?;
    shelf::read(&ctx, &viewing, shelf::Place::Trash, ShelfQuery::from_query(&query)).await
}

/// Deletes a task that is in the trash, for good; its number was typed to confirm it.
#[server(prefix = "/rpc")]
pub async fn delete_forever(task: TaskId, #[server(default)] confirm: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    shelf::delete_forever(&ctx, task, &confirm).await?;
    page::go_back("deleted");
    Ok(())
}
