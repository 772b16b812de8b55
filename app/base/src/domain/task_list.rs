//! The list of a project's tasks: its order, its columns and its pages, as the address says them.

use serde::{Deserialize, Serialize};

use super::{
    board_filter::{BoardFilter, decode, encode},
    board_look::{BoardLook, Sort, read_board_query},
};

crate::text_enum!(
    /// What a list is ordered by.
    ListSort {
        Number = "number",
        Title = "title",
        Status = "status",
        Priority = "priority",
        Due = "due",
        Updated = "updated",
        Created = "created",
    }
);

impl ListSort {
    /// The order of a list that shows what a board shows in this one.
    const fn of_board(sort: Sort) -> (Self, Way) {
        match sort {
            Sort::Manual => (Self::Number, Way::Down),
            Sort::Due => (Self::Due, Way::Up),
            Sort::Priority => (Self::Priority, Way::Down),
            Sort::Created => (Self::Created, Way::Down),
            Sort::Updated => (Self::Updated, Way::Down),
            Sort::Title => (Self::Title, Way::Up),
        }
    }
}

crate::text_enum!(
    /// What a list shows of a task beside its title and number.
    ListColumn {
        Status = "status",
        Priority = "priority",
        Due = "due",
        People = "people",
        Labels = "labels",
        Category = "category",
        Start = "start",
        Estimate = "estimate",
        Updated = "updated",
        Created = "created",
    }
);

impl ListColumn {
    /// Those that are shown where nobody has chosen.
    pub const USUAL: [Self; 5] = [Self::Status, Self::Priority, Self::Due, Self::People, Self::Labels];

    /// The words above it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Status => "Status",
            Self::Priority => "Priority",
            Self::Due => "Due",
            Self::People => "Assignee",
            Self::Labels => "Labels",
            Self::Category => "Category",
            Self::Start => "Start",
            Self::Estimate => "Estimate",
            Self::Updated => "Changed",
            Self::Created => "Created",
        }
    }

    /// The order that a press on its heading gives.
    pub const fn sort(self) -> Option<ListSort> {
        match self {
            Self::Status => Some(ListSort::Status),
            Self::Priority => Some(ListSort::Priority),
            Self::Due => Some(ListSort::Due),
            Self::Updated => Some(ListSort::Updated),
            Self::Created => Some(ListSort::Created),
            Self::People | Self::Labels | Self::Category | Self::Start | Self::Estimate => None,
        }
    }

    /// Reads `status,due`; unknown words are left out, none is said twice.
    pub fn read_all(words: &str) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|column| words.split(',').any(|word| word.trim() == column.as_str())).collect()
    }

    /// Writes what [`ListColumn::read_all`] reads.
    pub fn write_all(columns: &[Self]) -> String {
        columns.iter().map(|column| column.as_str()).collect::<Vec<_>>().join(",")
    }
}

/// Which way an order runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    Up,
    Down,
}

impl Way {
    /// The other one.
    #[must_use]
    pub const fn turned(self) -> Self {
        match self {
            Self::Up => Self::Down,
            Self::Down => Self::Up,
        }
    }
}

/// Where a page begins or ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PageAt {
    First,
    /// Behind this place.
    After(String),
    /// Before this place.
    Before(String),
}

/// Tasks on a page.
pub const SIZES: [u32; 2] = [50, 100];

/// What a list shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListQuery {
    pub filter: BoardFilter,
    /// How the board looks that the list was opened from: its density counts here, too, and its order where the
    /// address says no other. The rest goes along, so that the board is found again as it was left.
    pub look: BoardLook,
    pub sort: ListSort,
    pub way: Way,
    pub size: u32,
    /// `None`: as the person chose last.
    pub columns: Option<Vec<ListColumn>>,
    pub at: PageAt,
}

impl ListQuery {
    /// Reads a query. What is unknown or empty is left out: an old link still works.
    pub fn from_query(query: &str) -> Self {
        let (filter, look) = read_board_query(query);
        let (sort, way) = ListSort::of_board(look.sort);
        let mut list = Self { filter, look, sort, way, size: SIZES[0], columns: None, at: PageAt::First };
        for (name, value) in query.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('=')) {
            let value = decode(value);
            match name {
                "order" => {
                    let (way, word) =
                        value.strip_prefix('-').map_or((Way::Up, value.as_str()), |word| (Way::Down, word));
                    if let Ok(sort) = word.parse() {
                        (list.sort, list.way) = (sort, way);
                    }
                }
                "size" => list.size = value.parse().ok().filter(|size| SIZES.contains(size)).unwrap_or(SIZES[0]),
                // A form says each of its boxes for itself.
                "columns" => list.columns.get_or_insert_default().extend(ListColumn::read_all(&value)),
                "after" => list.at = PageAt::After(value),
                "before" => list.at = PageAt::Before(value),
                _ => {}
            }
        }
        list
    }

    /// The query that says the same, with its question mark; empty where nothing is chosen.
    pub fn to_query(&self) -> String {
        let Self { filter, look: _, sort: _, way: _, size: _, columns, at } = self;
        let mut pairs: Vec<(&str, String)> = filter.to_pairs();
        pairs.extend(self.kept());
        if let Some(columns) = columns {
            pairs.push(("columns", ListColumn::write_all(columns)));
        }
        match at {
            PageAt::First => {}
            PageAt::After(place) => pairs.push(("after", place.clone())),
            PageAt::Before(place) => pairs.push(("before", place.clone())),
        }
        let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }

    /// What the address says beside the filter, the columns and the place.
    pub fn kept(&self) -> Vec<(&'static str, String)> {
        let Self { filter: _, look, sort, way, size, columns: _, at: _ } = self;
        let mut pairs = look.to_pairs();
        if (*sort, *way) != ListSort::of_board(look.sort) {
            pairs.push(("order", format!("{}{sort}", if *way == Way::Down { "-" } else { "" })));
        }
        if *size != SIZES[0] {
            pairs.push(("size", size.to_string()));
        }
        pairs
    }

    /// The same list at another place.
    #[must_use]
    pub fn at(&self, at: PageAt) -> Self {
        Self { at, ..self.clone() }
    }

    /// The list after a press on a heading: ordered by it, or the other way round.
    #[must_use]
    pub fn pressed(&self, sort: ListSort) -> Self {
        let way = match (self.sort == sort, sort) {
            (true, _) => self.way.turned(),
            // What is most or newest is looked for first.
            (false, ListSort::Priority | ListSort::Updated | ListSort::Created | ListSort::Number) => Way::Down,
            (false, ListSort::Title | ListSort::Status | ListSort::Due) => Way::Up,
        };
        Self { sort, way, at: PageAt::First, ..self.clone() }
    }

    /// The same list with another filter, from its beginning.
    #[must_use]
    pub fn filtered(&self, filter: BoardFilter) -> Self {
        Self { filter, at: PageAt::First, ..self.clone() }
    }

    /// The word for `aria-sort` of a heading.
    pub fn aria_sort(&self, sort: ListSort) -> Option<&'static str> {
        (self.sort == sort).then_some(match self.way {
            Way::Up => "ascending",
            Way::Down => "descending",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_the_list_and_back() {
        let query = "?q=report&due=overdue&order=-priority&size=100&columns=status,due&after=12~3";
        let list = ListQuery::from_query(query);
        assert_eq!((list.sort, list.way, list.size), (ListSort::Priority, Way::Down, 100));
        assert_eq!(list.columns, Some(vec![ListColumn::Status, ListColumn::Due]));
        assert_eq!(list.at, PageAt::After("12~3".into()));
        assert_eq!(list.to_query(), query);
        assert_eq!(ListQuery::from_query("").to_query(), "");
        let boxes = ListQuery::from_query("?columns=&columns=due&columns=labels");
        assert_eq!(boxes.columns, Some(vec![ListColumn::Due, ListColumn::Labels]));
        assert_eq!(ListQuery::from_query("?columns=").columns, Some(Vec::new()), "none at all is a choice");
        assert_eq!(ListQuery::from_query("?order=-size&size=7&columns"), ListQuery::from_query(""));
    }

    #[test]
    fn what_the_board_looked_like_goes_along_and_orders_the_list() {
        let list = ListQuery::from_query("?assignee=me&sort=due&group=priority&density=compact");
        assert_eq!((list.sort, list.way), (ListSort::Due, Way::Up));
        assert_eq!(list.to_query(), "?assignee=me&sort=due&group=priority&density=compact");
        let pressed = list.pressed(ListSort::Number);
        assert_eq!(pressed.to_query(), "?assignee=me&sort=due&group=priority&density=compact&order=-number");
        assert_eq!(ListQuery::from_query(&pressed.to_query()), pressed, "the list's own order counts");
        assert_eq!(list.filtered(BoardFilter::default()).to_query(), "?sort=due&group=priority&density=compact");
    }

    #[test]
    fn a_heading_orders_and_turns_the_order_and_begins_at_the_first_page() {
        let list = ListQuery::from_query("?after=1~2").pressed(ListSort::Due);
        assert_eq!((list.sort, list.way, &list.at), (ListSort::Due, Way::Up, &PageAt::First));
        assert_eq!(list.aria_sort(ListSort::Due), Some("ascending"));
        assert_eq!(list.pressed(ListSort::Due).aria_sort(ListSort::Due), Some("descending"));
        assert_eq!(list.aria_sort(ListSort::Title), None);
    }
}
