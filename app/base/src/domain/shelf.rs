//! What was put away: archived tasks and those in the trash, as the address of their pages says it.

use serde::{Deserialize, Serialize};

use super::board_filter::{QUERY_MAX, decode, encode};

/// Days that a task waits in the trash before it is gone.
pub const TRASH_DAYS: i64 = 30;

/// Which page of what was put away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShelfQuery {
    /// Words that title, number, labels or people must contain.
    pub text: String,
    /// Number of the task behind which the page begins.
    pub after: Option<i32>,
}

impl ShelfQuery {
    /// Reads a query.
    pub fn from_query(query: &str) -> Self {
        let mut shelf = Self::default();
        for (name, value) in query.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('=')) {
            let value = decode(value);
            match name {
                "q" => shelf.text = value.trim().chars().take(QUERY_MAX).collect(),
                "after" => shelf.after = value.parse().ok(),
                _ => {}
            }
        }
        shelf
    }

    /// The query of the page behind a task.
    pub fn query_after(&self, number: i32) -> String {
        let text = if self.text.is_empty() { String::new() } else { format!("q={}&", encode(&self.text)) };
        format!("?{text}after={number}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_the_page() {
        let query = ShelfQuery::from_query("?q=smtp+čaj&after=12");
        assert_eq!((query.text.as_str(), query.after), ("smtp čaj", Some(12)));
        assert_eq!(query.query_after(7), "?q=smtp+%C4%8Daj&after=7");
        assert_eq!(ShelfQuery::from_query("?after=x"), ShelfQuery::default());
    }
}
