//! Making one of two: what a placeholder of an import has and did becomes a real person's.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, Statement};

use crate::{
    domain::{account::UserState, ids::UserId},
    entities::user,
    error::{AppError, AppResult, Problem},
    platform::{ctx::Ctx, db::WriteTx},
};

/// Columns that name a person and hold each row once, whoever it is.
const NAMED: &[(&str, &str)] = &[
    ("project", "created_by"),
    ("task", "created_by"),
    ("task", "deleted_by"),
    ("comment", "author_id"),
    ("task_event", "actor_id"),
    ("schedule", "owner_id"),
    ("import_run", "user_id"),
    ("work_note", "author_id"),
    ("attachment", "author_id"),
    ("task_dependency", "created_by"),
    ("team", "created_by"),
    ("rule", "created_by"),
    ("notification", "user_id"),
    ("notification", "actor_id"),
    ("event_stream", "actor_id"),
    ("recipient", "user_id"),
    ("delivery", "user_id"),
    ("suppression", "created_by"),
    ("outbox_release", "released_by"),
    ("bounce", "uploaded_by"),
    ("template", "owner_id"),
    ("template", "drafted_by"),
    ("template_version", "published_by"),
    ("report_draft", "approved_by"),
];

/// Tables with at most one row for a person and something else: the person's own row wins.
const PAIRS: &[(&str, &str)] = &[
    ("task_assignee", "task_id"),
    ("task_watcher", "task_id"),
    ("team_member", "team_id"),
    ("member", "project_id"),
    ("column_fold", "column_id"),
];

/// What a placeholder never has, as it never signs in and has no address; goes with it.
const OWN: &[(&str, &str)] = &[
    ("session", "user_id"),
    ("password_link", "user_id"),
    ("saved_view", "owner_id"),
    ("alarm_mail", "user_id"),
    ("alarm_choice", "user_id"),
    ("reminder_sent", "user_id"),
    ("template_preview", "user_id"),
    ("mail_consent", "user_id"),
];

/// Texts that name people by their ids, each with what counts its changes: the actions of rules, by whom saved views
/// filter, whose work a report tells of, and whose tasks the lists of templates show. A form that was opened before is
/// refused then, and does not write the old id back. A version of a template stays what it was, with the same person under
/// another id.
const WRITTEN: &[(&str, &str, Option<&str>)] = &[
    ("rule", "actions", Some("version")),
    ("saved_view", "query", None),
    ("schedule", "options", Some("version")),
    ("template", "draft", Some("draft_version")),
    ("template_version", "document", None),
];

/// All columns that name a person: a test holds them against the schema.
pub fn known_columns() -> Vec<(&'static str, &'static str)> {
    let pairs = PAIRS.iter().map(|(table, _)| (*table, "user_id"));
    NAMED.iter().copied().chain(pairs).chain(OWN.iter().copied()).collect()
}

/// Gives all that a placeholder has and did to a person with an account, and takes the placeholder away.
///
/// # Errors
/// [`AppError::Invalid`] where the one is no placeholder or the other no account, [`AppError::Forbidden`] for
/// everybody but an administrator.
pub async fn merge(ctx: &Ctx, placeholder: UserId, into: UserId) -> AppResult<()> {
    ctx.admin()?;
    let tx = ctx.begin().await?;
    let from = user::Entity::find_by_id(placeholder).one(&*tx).await?.ok_or(AppError::NotFound)?;
    if from.state != UserState::Placeholder {
        return Err(AppError::field("person", Problem::NotAllowed));
    }
    let to = user::Entity::find_by_id(into).one(&*tx).await?;
    to.filter(|row| row.state != UserState::Placeholder)
        .ok_or_else(|| AppError::field("into", Problem::UnknownChoice))?;
    for (table, column) in NAMED {
        let sql = format!("UPDATE \"{table}\" SET {column} = $1 WHERE {column} = $2");
        run(ctx, &tx, sql, [into, placeholder]).await?;
    }
    for (table, other) in PAIRS {
        let sql = format!(
            "UPDATE {table} SET user_id = $1 WHERE user_id = $2 AND NOT EXISTS \
             (SELECT 1 FROM {table} AS own WHERE own.user_id = $1 AND own.{other} = {table}.{other})"
        );
        run(ctx, &tx, sql, [into, placeholder]).await?;
    }
    for (table, column, version) in WRITTEN {
        let counted = version.map(|version| format!(", {version} = {version} + 1")).unwrap_or_default();
        let sql = format!(
            "UPDATE {table} SET {column} = replace({column}, $1, $2){counted} WHERE {column} LIKE '%' || $1 || '%'"
        );
        let words = [placeholder.to_string().into(), into.to_string().into()];
        tx.execute_raw(Statement::from_sql_and_values(backend(ctx), sql, words)).await?;
    }
    user::Entity::delete_by_id(placeholder).exec(&*tx).await?;
    Ok(tx.commit().await?)
}

async fn run(ctx: &Ctx, tx: &WriteTx, sql: String, ids: [UserId; 2]) -> Result<(), DbErr> {
    tx.execute_raw(Statement::from_sql_and_values(backend(ctx), sql, ids.map(Into::into))).await?;
    Ok(())
}

fn backend(ctx: &Ctx) -> sea_orm::DbBackend {
    ctx.reader().get_database_backend()
}
