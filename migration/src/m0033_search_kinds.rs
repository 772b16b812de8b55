//! The search knows in its index whether a text is of a task, a comment or a work note. Behind the index, a search of
//! comments alone looked at every task that holds the word before it came to a comment.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing: a program that is killed in the middle must find a schema that it can bring up to date.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = match manager.get_database_backend() {
            // Gives the newest texts of a kind first, without a look at those of another.
            DbBackend::Postgres => vec!["CREATE INDEX search_entry_kind ON search_entry (kind, id)".to_owned()],
            _ => index(Shape::WordsAndKind),
        };
        run(manager, statements).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = match manager.get_database_backend() {
            DbBackend::Postgres => vec!["DROP INDEX IF EXISTS search_entry_kind".to_owned()],
            _ => index(Shape::Words),
        };
        run(manager, statements).await
    }
}

async fn run(manager: &SchemaManager<'_>, statements: Vec<String>) -> Result<(), DbErr> {
    for statement in statements {
        manager.get_connection().execute_unprepared(&statement).await?;
    }
    Ok(())
}

/// What stands in the index.
#[derive(Clone, Copy)]
enum Shape {
    /// As `m0007` made it.
    Words,
    WordsAndKind,
}

/// Texts that can be found.
struct Source {
    table: &'static str,
    /// As in `search_entry`, and in the names of the triggers.
    kind: &'static str,
    /// The column that says of which task a text is.
    task: &'static str,
    title: Option<&'static str>,
    body: &'static str,
}

const SOURCES: &[Source] = &[
    Source { table: "task", kind: "task", task: "id", title: Some("title"), body: "description" },
    Source { table: "comment", kind: "comment", task: "task_id", title: None, body: "body" },
    Source { table: "work_note", kind: "note", task: "task_id", title: None, body: "body" },
];

/// Makes the index of SQLite anew: FTS5 has no way to add a column. `search_entry` stays, and with it the order of texts.
fn index(shape: Shape) -> Vec<String> {
    let gone = SOURCES.iter().flat_map(|Source { kind, .. }| {
        ["added", "changed"].map(|what| format!("DROP TRIGGER IF EXISTS search_{kind}_{what}"))
    });
    let column = shape.column();
    let table = [
        "DROP TABLE IF EXISTS search_text".to_owned(),
        format!(
            "CREATE VIRTUAL TABLE search_text USING fts5(title, body{column}, content='', contentless_delete=1, \
             tokenize='unicode61 remove_diacritics 2', prefix='2 3')"
        ),
    ];
    let triggers = SOURCES.iter().flat_map(|source| [added(shape, source), changed(shape, source)]);
    let texts = SOURCES.iter().map(|source| filled(shape, source));
    gone.chain(table).chain(triggers).chain(texts).collect()
}

fn added(shape: Shape, source: &Source) -> String {
    let Source { table, kind, task, .. } = source;
    let (title, body) = source.words("new");
    let (column, value) = (shape.column(), shape.value(source));
    format!(
        "CREATE TRIGGER search_{kind}_added AFTER INSERT ON {table} BEGIN
        INSERT INTO search_entry (kind, source_id, task_id) VALUES ('{kind}', new.id, new.{task});
        INSERT INTO search_text (rowid, title, body{column}) SELECT id, {title}, {body}{value} FROM search_entry WHERE source_id = new.id;
    END"
    )
}

/// An index without content is changed only where all of its columns are given.
fn changed(shape: Shape, source: &Source) -> String {
    let Source { table, kind, title, body: column, .. } = source;
    let watched = title.map_or_else(|| (*column).to_owned(), |title| format!("{title}, {column}"));
    let (title, body) = source.words("new");
    let kept = match shape {
        Shape::Words => String::new(),
        Shape::WordsAndKind => format!(", kind = '{kind}'"),
    };
    format!(
        "CREATE TRIGGER search_{kind}_changed AFTER UPDATE OF {watched} ON {table} BEGIN
        UPDATE search_text SET title = {title}, body = {body}{kept} WHERE rowid = (SELECT id FROM search_entry WHERE source_id = new.id);
    END"
    )
}

fn filled(shape: Shape, source: &Source) -> String {
    let (title, body) = source.words("s");
    let (column, value, table) = (shape.column(), shape.value(source), source.table);
    format!(
        "INSERT INTO search_text (rowid, title, body{column}) \
         SELECT e.id, {title}, {body}{value} FROM search_entry e JOIN {table} s ON s.id = e.source_id ORDER BY e.id"
    )
}

impl Shape {
    /// The column behind the words, in a list of columns.
    const fn column(self) -> &'static str {
        match self {
            Self::Words => "",
            Self::WordsAndKind => ", kind",
        }
    }

    /// What stands in that column.
    fn value(self, source: &Source) -> String {
        match self {
            Self::Words => String::new(),
            Self::WordsAndKind => format!(", '{}'", source.kind),
        }
    }
}

impl Source {
    /// Title and body of a row.
    fn words(&self, row: &str) -> (String, String) {
        let title = self.title.map_or_else(|| "''".to_owned(), |title| format!("{row}.{title}"));
        (title, format!("{row}.{}", self.body))
    }
}
