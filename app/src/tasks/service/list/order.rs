//! What the rows of a list are ordered by, and where a page begins in that order.

use sea_orm::{DbBackend, Value, sea_query::Expr};

use crate::domain::task_list::{ListSort, Way};

/// The expression that orders rows; the number decides between equal ones.
pub struct Key {
    pub sql: String,
    /// The type that a place is read back as.
    kind: &'static str,
    /// Whether the row's board column must be joined.
    pub needs_column: bool,
    engine: DbBackend,
}

/// A place in the order: the key and number of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub number: i32,
    pub key: String,
}

impl Place {
    pub fn write(&self) -> String {
        format!("{}~{}", self.number, self.key)
    }

    pub fn read(text: &str) -> Option<Self> {
        let (number, key) = text.split_once('~')?;
        Some(Self { number: number.parse().ok()?, key: key.to_owned() })
    }
}

impl Key {
    pub fn of(sort: ListSort, way: Way, engine: DbBackend) -> Self {
        let is_postgres = engine == DbBackend::Postgres;
        let time = if is_postgres { "timestamptz" } else { "text" };
        let (sql, kind, needs_column) = match sort {
            ListSort::Number => ("\"task\".\"number\"", "integer", false),
            ListSort::Title => ("lower(\"task\".\"title\")", "text", false),
            ListSort::Status => ("\"board_column\".\"position\"", "integer", true),
            ListSort::Priority => (
                "CASE \"task\".\"priority\" WHEN 'low' THEN 1 WHEN 'medium' THEN 2 WHEN 'high' THEN 3 ELSE 4 END",
                "integer",
                false,
            ),
            ListSort::Updated => ("\"task\".\"updated_at\"", time, false),
            ListSort::Created => ("\"task\".\"created_at\"", time, false),
            // A day is due at its end; what has no date comes last either way.
            ListSort::Due => (due(is_postgres, way), time, false),
        };
        Self { sql: sql.into(), kind, needs_column, engine }
    }

    /// The key as text, for the address.
    pub fn text(&self) -> Expr {
        Expr::cust(format!("CAST({} AS text)", self.sql))
    }

    /// Only rows on the far side of a place. A place that cannot be read has nothing beyond it.
    pub fn beyond(&self, place: &Place, way: Way) -> Expr {
        if self.kind == "integer" && place.key.parse::<i32>().is_err() {
            return Expr::cust("1 = 0");
        }
        if self.kind == "timestamptz" && !is_time(&place.key) {
            return Expr::cust("1 = 0");
        }
        let sign = if way == Way::Up { '>' } else { '<' };
        let [first, second] = if self.engine == DbBackend::Postgres { ["$1", "$2"] } else { ["?", "?"] };
        let sql = format!("({}, \"task\".\"number\") {sign} (CAST({first} AS {}), {second})", self.sql, self.kind);
        Expr::cust_with_values(sql, [Value::from(place.key.clone()), Value::from(place.number)])
    }
}

/// Whether PostgreSQL can read an instant: addresses are written by anybody.
fn is_time(text: &str) -> bool {
    matches!(text, "infinity" | "-infinity")
        || chrono::DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z")
            .is_ok_and(|time| (1_900..10_000).contains(&chrono::Datelike::year(&time)))
}

const fn due(is_postgres: bool, way: Way) -> &'static str {
    match (is_postgres, way) {
        (true, Way::Up) => {
            "COALESCE(\"task\".\"due_at\", (\"task\".\"due_on\" + 1)::timestamp AT TIME ZONE 'UTC', 'infinity'::timestamptz)"
        }
        (true, Way::Down) => {
            "COALESCE(\"task\".\"due_at\", (\"task\".\"due_on\" + 1)::timestamp AT TIME ZONE 'UTC', '-infinity'::timestamptz)"
        }
        (false, Way::Up) => "COALESCE(\"task\".\"due_at\", \"task\".\"due_on\" || 'T99', '9999-99')",
        (false, Way::Down) => "COALESCE(\"task\".\"due_at\", \"task\".\"due_on\" || 'T99', '')",
    }
}
