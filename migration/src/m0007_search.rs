//! Full-text search over tasks, comments and work notes, and the indexes that lists are sorted by.
//! Triggers keep the index, so that no writer can forget it: FTS5 on SQLite, a tsvector on PostgreSQL.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        match manager.get_database_backend() {
            DbBackend::Postgres => {
                db.execute_unprepared(&fold_function()).await?;
                for statement in POSTGRES {
                    db.execute_unprepared(statement).await?;
                }
            }
            _ => {
                for statement in SQLITE {
                    db.execute_unprepared(statement).await?;
                }
            }
        }
        for statement in LISTS {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let statements: &[&str] = match manager.get_database_backend() {
            DbBackend::Postgres => &[
                "DROP TRIGGER IF EXISTS search_task ON task",
                "DROP TRIGGER IF EXISTS search_comment ON comment",
                "DROP TRIGGER IF EXISTS search_note ON work_note",
                "DROP TABLE IF EXISTS search_entry",
                "DROP FUNCTION IF EXISTS search_keep_task",
                "DROP FUNCTION IF EXISTS search_keep_body",
                "DROP FUNCTION IF EXISTS search_words",
                "DROP FUNCTION IF EXISTS search_fold",
            ],
            _ => &[
                "DROP TRIGGER IF EXISTS search_task_added",
                "DROP TRIGGER IF EXISTS search_task_changed",
                "DROP TRIGGER IF EXISTS search_task_gone",
                "DROP TRIGGER IF EXISTS search_comment_added",
                "DROP TRIGGER IF EXISTS search_comment_changed",
                "DROP TRIGGER IF EXISTS search_comment_gone",
                "DROP TRIGGER IF EXISTS search_note_added",
                "DROP TRIGGER IF EXISTS search_note_changed",
                "DROP TRIGGER IF EXISTS search_note_gone",
                "DROP TABLE IF EXISTS search_text",
                "DROP TABLE IF EXISTS search_entry",
            ],
        };
        for statement in statements.iter().chain(LISTS_GONE) {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

/// Rows are read in these orders, a page at a time; archived tasks are in no list.
const LISTS: &[&str] = &[
    "CREATE INDEX task_list_title ON task (project_id, (lower(title)), number) WHERE archived_at IS NULL",
    "CREATE INDEX task_list_updated ON task (project_id, updated_at, number) WHERE archived_at IS NULL",
    "CREATE INDEX task_list_created ON task (project_id, created_at, number) WHERE archived_at IS NULL",
    "CREATE INDEX task_list_priority ON task (project_id, (CASE priority WHEN 'low' THEN 1 WHEN 'medium' THEN 2 WHEN 'high' THEN 3 ELSE 4 END), number) WHERE archived_at IS NULL",
    "CREATE INDEX task_archived ON task (project_id, archived_at, number) WHERE archived_at IS NOT NULL",
];

const LISTS_GONE: &[&str] = &[
    "DROP INDEX IF EXISTS task_list_title",
    "DROP INDEX IF EXISTS task_list_updated",
    "DROP INDEX IF EXISTS task_list_created",
    "DROP INDEX IF EXISTS task_list_priority",
    "DROP INDEX IF EXISTS task_archived",
];

// One row of `search_entry` for each text that can be found; its id is the row of the index. Newer texts have higher ids.
// No foreign key: a cascade would take the rows before the triggers could find them.
const SQLITE: &[&str] = &[
    "CREATE TABLE search_entry (
        id integer PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('task', 'comment', 'note')),
        source_id blob NOT NULL UNIQUE,
        task_id blob NOT NULL
    )",
    "CREATE VIRTUAL TABLE search_text USING fts5(title, body, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2', prefix='2 3')",
    "CREATE TRIGGER search_task_added AFTER INSERT ON task BEGIN
        INSERT INTO search_entry (kind, source_id, task_id) VALUES ('task', new.id, new.id);
        INSERT INTO search_text (rowid, title, body) SELECT id, new.title, new.description FROM search_entry WHERE source_id = new.id;
    END",
    "CREATE TRIGGER search_task_changed AFTER UPDATE OF title, description ON task BEGIN
        UPDATE search_text SET title = new.title, body = new.description WHERE rowid = (SELECT id FROM search_entry WHERE source_id = new.id);
    END",
    "CREATE TRIGGER search_task_gone AFTER DELETE ON task BEGIN
        DELETE FROM search_text WHERE rowid = (SELECT id FROM search_entry WHERE source_id = old.id);
        DELETE FROM search_entry WHERE source_id = old.id;
    END",
    "CREATE TRIGGER search_comment_added AFTER INSERT ON comment BEGIN
        INSERT INTO search_entry (kind, source_id, task_id) VALUES ('comment', new.id, new.task_id);
        INSERT INTO search_text (rowid, title, body) SELECT id, '', new.body FROM search_entry WHERE source_id = new.id;
    END",
    "CREATE TRIGGER search_comment_changed AFTER UPDATE OF body ON comment BEGIN
        UPDATE search_text SET title = '', body = new.body WHERE rowid = (SELECT id FROM search_entry WHERE source_id = new.id);
    END",
    "CREATE TRIGGER search_comment_gone AFTER DELETE ON comment BEGIN
        DELETE FROM search_text WHERE rowid = (SELECT id FROM search_entry WHERE source_id = old.id);
        DELETE FROM search_entry WHERE source_id = old.id;
    END",
    "CREATE TRIGGER search_note_added AFTER INSERT ON work_note BEGIN
        INSERT INTO search_entry (kind, source_id, task_id) VALUES ('note', new.id, new.task_id);
        INSERT INTO search_text (rowid, title, body) SELECT id, '', new.body FROM search_entry WHERE source_id = new.id;
    END",
    "CREATE TRIGGER search_note_changed AFTER UPDATE OF body ON work_note BEGIN
        UPDATE search_text SET title = '', body = new.body WHERE rowid = (SELECT id FROM search_entry WHERE source_id = new.id);
    END",
    "CREATE TRIGGER search_note_gone AFTER DELETE ON work_note BEGIN
        DELETE FROM search_text WHERE rowid = (SELECT id FROM search_entry WHERE source_id = old.id);
        DELETE FROM search_entry WHERE source_id = old.id;
    END",
    "INSERT INTO search_entry (kind, source_id, task_id) SELECT 'task', id, id FROM task ORDER BY created_at",
    "INSERT INTO search_entry (kind, source_id, task_id) SELECT 'comment', id, task_id FROM comment ORDER BY created_at",
    "INSERT INTO search_entry (kind, source_id, task_id) SELECT 'note', id, task_id FROM work_note ORDER BY created_at",
    "INSERT INTO search_text (rowid, title, body) SELECT e.id, t.title, t.description FROM search_entry e JOIN task t ON t.id = e.source_id ORDER BY e.id",
    "INSERT INTO search_text (rowid, title, body) SELECT e.id, '', c.body FROM search_entry e JOIN comment c ON c.id = e.source_id ORDER BY e.id",
    "INSERT INTO search_text (rowid, title, body) SELECT e.id, '', n.body FROM search_entry e JOIN work_note n ON n.id = e.source_id ORDER BY e.id",
];

const POSTGRES: &[&str] = &[
    "CREATE FUNCTION search_words(title text, body text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
        $$ SELECT to_tsvector('simple', search_fold(title || ' ' || body)) $$",
    "CREATE TABLE search_entry (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('task', 'comment', 'note')),
        source_id uuid NOT NULL UNIQUE,
        task_id uuid NOT NULL,
        words tsvector NOT NULL
    )",
    "CREATE FUNCTION search_keep_task() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            DELETE FROM search_entry WHERE source_id = OLD.id;
        ELSIF TG_OP = 'INSERT' THEN
            INSERT INTO search_entry (kind, source_id, task_id, words) VALUES ('task', NEW.id, NEW.id, search_words(NEW.title, NEW.description));
        ELSE
            UPDATE search_entry SET words = search_words(NEW.title, NEW.description) WHERE source_id = NEW.id;
        END IF;
        RETURN NULL;
    END $$",
    "CREATE FUNCTION search_keep_body() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            DELETE FROM search_entry WHERE source_id = OLD.id;
        ELSIF TG_OP = 'INSERT' THEN
            INSERT INTO search_entry (kind, source_id, task_id, words) VALUES (TG_ARGV[0], NEW.id, NEW.task_id, search_words('', NEW.body));
        ELSE
            UPDATE search_entry SET words = search_words('', NEW.body) WHERE source_id = NEW.id;
        END IF;
        RETURN NULL;
    END $$",
    "INSERT INTO search_entry (kind, source_id, task_id, words) SELECT 'task', id, id, search_words(title, description) FROM task ORDER BY created_at",
    "INSERT INTO search_entry (kind, source_id, task_id, words) SELECT 'comment', id, task_id, search_words('', body) FROM comment ORDER BY created_at",
    "INSERT INTO search_entry (kind, source_id, task_id, words) SELECT 'note', id, task_id, search_words('', body) FROM work_note ORDER BY created_at",
    "CREATE TRIGGER search_task AFTER INSERT OR DELETE OR UPDATE OF title, description ON task FOR EACH ROW EXECUTE FUNCTION search_keep_task()",
    "CREATE TRIGGER search_comment AFTER INSERT OR DELETE OR UPDATE OF body ON comment FOR EACH ROW EXECUTE FUNCTION search_keep_body('comment')",
    "CREATE TRIGGER search_note AFTER INSERT OR DELETE OR UPDATE OF body ON work_note FOR EACH ROW EXECUTE FUNCTION search_keep_body('note')",
    // A short list of what is not yet merged in: every search reads it.
    "CREATE INDEX search_entry_words ON search_entry USING gin (words) WITH (gin_pending_list_limit = 256)",
];

/// Capital letters that `lower` leaves alone under the locale C, and what they become.
const CAPITALS: [&str; 2] = [
    "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЂЈЉЊЋЏЄІҐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩĐØŁÆŒÞ",
    "абвгдежзиклмнопрстуфхцчшщъыьэюяђјљњћџєіґαβγδεζηθικλμνξοπρστυφχψωđøłæœþ",
];

/// What divides words, beyond blanks.
const DIVIDERS: &str = r##"!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~«»“”„‘’‚–—…·•¿¡§©®°±×÷€£→←↑↓✓"##;

/// Small letters without accents, and blanks between words: what `unicode61 remove_diacritics 2` does on SQLite.
fn fold_function() -> String {
    let from = format!("{}{DIVIDERS}", CAPITALS[0]).replace('\'', "''");
    let to = format!("{}{}", CAPITALS[1], " ".repeat(DIVIDERS.chars().count()));
    format!(
        "CREATE FUNCTION search_fold(source text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS \
         $fold$ SELECT translate(lower(regexp_replace(normalize(source, NFD), '[\\u0300-\\u036f]', '', 'g')), '{from}', '{to}') $fold$"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_capital_has_its_small_letter() {
        let [large, small] = CAPITALS;
        assert_eq!(large.to_lowercase().chars().collect::<Vec<_>>(), small.chars().collect::<Vec<_>>());
    }
}
