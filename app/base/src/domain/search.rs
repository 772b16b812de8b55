//! What is searched for: the words, the filters beside them, and the address that says both.

use serde::{Deserialize, Serialize};

use super::{
    board_filter::{QUERY_MAX, decode, encode},
    ids::UserId,
    task::Status,
};

crate::text_enum!(
    /// Where the words were found.
    HitKind { Task = "task", Comment = "comment", Note = "note" }
);

impl HitKind {
    /// The word that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Task => "Task",
            Self::Comment => "Comment",
            Self::Note => "Work note",
        }
    }

    /// The word for several.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Task => "Tasks",
            Self::Comment => "Comments",
            Self::Note => "Work notes",
        }
    }
}

crate::text_enum!(
    /// Whether archived tasks are searched. Those in the trash never are.
    Shelf { Board = "board", Archive = "archive", Everywhere = "all" }
);

impl Shelf {
    /// The word that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Board => "On the board",
            Self::Archive => "Archived",
            Self::Everywhere => "Everywhere",
        }
    }
}

/// What is searched for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchFilter {
    /// Words that must all be there, the last one also as the beginning of a longer word; `"…"` is a phrase.
    pub text: String,
    /// Key of a project.
    pub project: Option<String>,
    pub status: Option<Status>,
    pub assignee: Option<UserId>,
    /// A label's name.
    pub label: Option<String>,
    pub shelf: Shelf,
    pub kind: Option<HitKind>,
    /// The hit behind which the page begins.
    pub after: Option<String>,
}

impl SearchFilter {
    /// Nothing but words.
    pub fn words(text: &str) -> Self {
        Self {
            text: text.trim().chars().take(QUERY_MAX).collect(),
            project: None,
            status: None,
            assignee: None,
            label: None,
            shelf: Shelf::Board,
            kind: None,
            after: None,
        }
    }

    /// Reads a query. What is unknown or empty is left out: an old link still works.
    pub fn from_query(query: &str) -> Self {
        let mut filter = Self::words("");
        for (name, value) in query.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('=')) {
            let value = decode(value);
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            match name {
                "q" => filter.text = value.chars().take(QUERY_MAX).collect(),
                "project" => filter.project = Some(value.to_owned()),
                "status" => filter.status = value.parse().ok(),
                "assignee" => filter.assignee = value.parse().ok(),
                "label" => filter.label = Some(value.to_owned()),
                "in" => filter.shelf = value.parse().unwrap_or(Shelf::Board),
                "kind" => filter.kind = value.parse().ok(),
                "after" => filter.after = Some(value.to_owned()),
                _ => {}
            }
        }
        filter
    }

    /// The query that says the same, with its question mark.
    pub fn to_query(&self) -> String {
        let Self { text, project, status, assignee, label, shelf, kind, after } = self;
        let pairs = [
            ("q", Some(text.clone())),
            ("project", project.clone()),
            ("status", status.map(|status| status.to_string())),
            ("assignee", assignee.map(|person| person.to_string())),
            ("label", label.clone()),
            ("in", (*shelf != Shelf::Board).then(|| shelf.to_string())),
            ("kind", kind.map(|kind| kind.to_string())),
            ("after", after.clone()),
        ];
        let pairs: Vec<String> = pairs
            .into_iter()
            .filter_map(|(name, value)| value.map(|value| format!("{name}={}", encode(&value))))
            .collect();
        format!("?{}", pairs.join("&"))
    }

    /// The query of the page behind a hit.
    pub fn query_after(&self, cursor: &str) -> String {
        Self { after: Some(cursor.to_owned()), ..self.clone() }.to_query()
    }

    /// Whether something beside the words narrows the search.
    pub fn is_narrowed(&self) -> bool {
        Self { text: String::new(), after: None, ..self.clone() } != Self::words("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_the_search_and_back() {
        let query = "?q=%22weekly+report%22+no&project=T&status=done&label=ops&in=all&kind=note&after=12.9";
        let filter = SearchFilter::from_query(query);
        assert_eq!(filter.text, "\"weekly report\" no");
        assert_eq!(
            (filter.status, filter.shelf, filter.kind),
            (Some(Status::Done), Shelf::Everywhere, Some(HitKind::Note))
        );
        assert_eq!(filter.to_query(), query);
        assert!(filter.is_narrowed() && !SearchFilter::words("report").is_narrowed());
    }

    #[test]
    fn what_the_address_says_wrongly_is_left_out() {
        assert_eq!(SearchFilter::from_query("?q=a&status=later&in=attic&kind=&who=x"), SearchFilter::words("a"));
    }
}
