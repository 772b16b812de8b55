//! Which blocks of a document a report shows, and what a condition on a list counts: one rule for mail and files.

use super::{Block, BlockKind, When, block::TaskFilter, compile::every_block};
use crate::domain::{
    condition::Condition,
    report::{Snapshot, spec::ListKind},
};

/// Most filters in a condition, each of up to thirteen operators: the template language takes 256 in an expression.
const FILTERS_MAX: usize = 16;

/// The tasks of a list that a condition counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counted<'a> {
    /// All that the report has.
    All,
    /// Those that any of these filters leaves; there is at least one.
    Of(Vec<&'a TaskFilter>),
}

/// What the condition of a block counts of a list: what the mail shows of it there. That is what the block itself shows,
/// else what its section does, else what stands anywhere in the mail. Of a list that the mail does not show, or narrows in
/// more ways than a condition can say, it is all.
///
/// The section of a heading goes to the next one of its level or above, so a heading over a list counts what this list
/// shows; other blocks are in the section between the headings around them. A block in a column is in a section there,
/// then in that of the columns. `blocks` are all of the document; `block` is one of them, not a copy.
pub fn counted<'a>(blocks: &'a [Block], block: &'a Block, list: ListKind) -> Counted<'a> {
    let own = std::iter::once(std::slice::from_ref(block));
    let places = own.chain(sections(blocks, block)).chain(std::iter::once(blocks));
    let nearest = places.map(|place| filters(place, list)).find(|filters| !filters.is_empty());
    match nearest {
        Some(filters) if filters.len() <= FILTERS_MAX && !filters.iter().any(|filter| filter.is_all()) => {
            Counted::Of(filters)
        }
        _ => Counted::All,
    }
}

/// The sections that a block is in, the nearest first.
fn sections<'a>(blocks: &'a [Block], block: &Block) -> Vec<&'a [Block]> {
    // By its place: in a draft that nobody has checked, two may have the same id.
    let place_in = |beside: &[Block]| beside.iter().position(|other| std::ptr::eq(other, block));
    if let Some(at) = place_in(blocks) {
        return vec![section(blocks, at)];
    }
    for (at, holder) in blocks.iter().enumerate() {
        let BlockKind::Columns { left, right } = &holder.kind else { continue };
        for side in [left, right] {
            if let Some(within) = place_in(side) {
                return vec![section(side, within), std::slice::from_ref(holder), section(blocks, at)];
            }
        }
    }
    Vec::new()
}

fn section(beside: &[Block], at: usize) -> &[Block] {
    let own = beside.get(at).and_then(level);
    let ends = |block: &Block| level(block).is_some_and(|next| own.is_none_or(|own| next <= own));
    let start = match own {
        Some(_) => at,
        None => beside[..at].iter().rposition(|block| level(block).is_some()).unwrap_or(0),
    };
    let end = beside.iter().skip(at + 1).position(ends).map_or(beside.len(), |length| at + 1 + length);
    &beside[start..end]
}

/// Of a heading: 1 is the highest.
fn level(block: &Block) -> Option<u8> {
    match block.kind {
        BlockKind::Heading { level, .. } => Some(level),
        _ => None,
    }
}

/// How blocks narrow a list where they show it, each filter once.
fn filters(blocks: &[Block], list: ListKind) -> Vec<&TaskFilter> {
    let mut filters = Vec::new();
    for block in every_block(blocks) {
        if let BlockKind::TaskList { list: own, filter, .. } | BlockKind::Table { list: own, filter, .. } = &block.kind
            && *own == list
            && !filters.contains(&filter)
        {
            filters.push(filter);
        }
    }
    filters
}

/// The blocks of a document that are shown of a report, those in columns behind the one that holds them.
pub fn shown<'a>(blocks: &'a [Block], snapshot: &Snapshot) -> Vec<&'a Block> {
    let mut shown = Vec::new();
    for block in met(blocks, blocks, snapshot) {
        shown.push(block);
        if let BlockKind::Columns { left, right } = &block.kind {
            shown.extend(met(blocks, left, snapshot));
            shown.extend(met(blocks, right, snapshot));
        }
    }
    shown
}

/// Those of a row of blocks whose conditions are met.
fn met<'a>(blocks: &'a [Block], row: &'a [Block], snapshot: &Snapshot) -> impl Iterator<Item = &'a Block> {
    row.iter().filter(move |block| is_met(blocks, block, snapshot))
}

fn is_met(blocks: &[Block], block: &Block, snapshot: &Snapshot) -> bool {
    match block.when {
        When::Always => true,
        When::HasTasks { list } => counted(blocks, block, list).has_any(list, snapshot),
        When::HasNone { list } => !counted(blocks, block, list).has_any(list, snapshot),
        When::Figure { figure, is, value } => {
            Condition::Figure { figure, is, value }.unmet(&snapshot.facts()).is_none()
        }
    }
}

impl Counted<'_> {
    fn has_any(&self, list: ListKind, snapshot: &Snapshot) -> bool {
        let mut lines = list.of(snapshot).iter();
        match self {
            Self::All => lines.next().is_some(),
            Self::Of(filters) => lines.any(|line| filters.iter().any(|filter| filter.fits(line))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        condition::{Comparison, Figure},
        task::Priority,
        template::context::sample_snapshot,
    };

    const LIST: ListKind = ListKind::Overdue;
    const HAS_TASKS: When = When::HasTasks { list: LIST };

    fn block(kind: BlockKind) -> Block {
        Block { id: 1, kind, when: HAS_TASKS }
    }

    fn heading(level: u8) -> Block {
        block(BlockKind::Heading { text: "Late".into(), level })
    }

    fn text() -> Block {
        block(BlockKind::Text { text: "Hurry".into() })
    }

    fn of(person: &str) -> TaskFilter {
        TaskFilter { person: person.into(), ..TaskFilter::default() }
    }

    fn list_of(list: ListKind, person: &str) -> Block {
        block(BlockKind::TaskList { list, limit: 5, filter: of(person), none: String::new() })
    }

    fn late(person: &str) -> Block {
        list_of(LIST, person)
    }

    fn columns(left: Vec<Block>, right: Vec<Block>) -> Block {
        block(BlockKind::Columns { left, right })
    }

    /// The people whose tasks the condition of each block counts, in the order of [`every_block`]; "all" where it is the
    /// whole list.
    fn people(blocks: &[Block]) -> Vec<String> {
        let counted = every_block(blocks).into_iter().map(|block| counted(blocks, block, LIST));
        counted
            .map(|counted| match counted {
                Counted::All => "all".to_owned(),
                Counted::Of(filters) => {
                    filters.iter().map(|filter| filter.person.as_str()).collect::<Vec<_>>().join("+")
                }
            })
            .collect()
    }

    #[test]
    fn a_heading_over_a_list_counts_what_this_list_shows() {
        let groups = [heading(2), late("Ana"), heading(2), text(), late("Ben"), text()];
        assert_eq!(people(&groups), ["Ana", "Ana", "Ben", "Ben", "Ben", "Ben"]);
    }

    #[test]
    fn a_heading_counts_all_lists_below_it_to_the_next_of_its_level() {
        let two = [heading(2), late("Ana"), late("Ben"), late("Ana"), heading(1), late("Cy")];
        assert_eq!(people(&two), ["Ana+Ben", "Ana", "Ben", "Ana", "Cy", "Cy"]);
        let nested = [heading(2), heading(3), late("Ana"), heading(3), late("Ben"), heading(2), late("Cy")];
        assert_eq!(people(&nested), ["Ana+Ben", "Ana", "Ana", "Ben", "Ben", "Cy", "Cy"]);
    }

    #[test]
    fn what_stands_elsewhere_counts_what_the_mail_shows_at_all() {
        let before =
            [text(), heading(2), late("Ana"), heading(2), text(), heading(2), list_of(ListKind::Created, "Cy")];
        assert_eq!(people(&before), ["Ana"; 7], "the sentence for the case that there are none stands behind, too");
        assert_eq!(people(&[text(), heading(2), late("Ana"), heading(2), late("Ben")])[0], "Ana+Ben");
    }

    #[test]
    fn a_list_that_is_not_shown_or_not_narrowed_counts_whole() {
        assert_eq!(people(&[heading(2), list_of(ListKind::Created, "Ana")]), ["all", "all"]);
        assert_eq!(people(&[heading(2), late("Ana"), late("")]), ["all", "Ana", "all"]);
        let filter = TaskFilter { priority: Some(Priority::Low), ..TaskFilter::default() };
        let table = block(BlockKind::Table { list: LIST, limit: 5, filter, columns: Vec::new() });
        assert_eq!(people(&[heading(2), table]), ["all", "all"], "every task has at least the lowest priority");
    }

    #[test]
    fn what_is_too_much_for_one_expression_counts_whole() {
        let below = |count: usize| {
            let lists = (0..count).map(|number| late(&format!("Person {number}")));
            people(&std::iter::once(heading(2)).chain(lists).collect::<Vec<_>>()).remove(0)
        };
        assert_eq!(below(FILTERS_MAX).matches('+').count(), FILTERS_MAX - 1);
        assert_eq!(below(FILTERS_MAX + 1), "all");
    }

    #[test]
    fn columns_count_what_stands_in_them_and_what_stands_in_them_its_own_side_first() {
        let both = [columns(vec![heading(3), late("Ana")], vec![text(), late("Ben")]), text()];
        assert_eq!(people(&both), ["Ana+Ben", "Ana", "Ana", "Ben", "Ben", "Ana+Ben"]);
        let other = [columns(vec![text()], vec![late("Ana")]), heading(2), columns(vec![text()], vec![late("Ben")])];
        assert_eq!(people(&other), ["Ana", "Ana", "Ana", "Ben", "Ben", "Ben", "Ben"]);
        let around = [heading(2), columns(vec![text()], Vec::new()), late("Ana"), heading(2), late("Ben")];
        assert_eq!(people(&around), ["Ana", "Ana", "Ana", "Ana", "Ben", "Ben"]);
    }

    #[test]
    fn what_stands_in_columns_that_are_not_shown_is_not_shown() {
        let report = sample_snapshot();
        let always = |kind| Block { id: 1, kind, when: When::Always };
        let inner = || vec![always(BlockKind::Divider)];
        let columns = |when| Block { when, ..columns(inner(), inner()) };
        assert_eq!(shown(&[columns(HAS_TASKS)], &report).len(), 3);
        assert!(shown(&[columns(When::HasNone { list: LIST })], &report).is_empty());
    }

    #[test]
    fn a_figure_that_nobody_knows_meets_no_condition() {
        let mut report = sample_snapshot();
        let figure = |is| [Block { when: When::Figure { figure: Figure::CycleDays, is, value: 3 }, ..text() }];
        let count =
            |report: &Snapshot| [Comparison::AtLeast, Comparison::AtMost].map(|is| shown(&figure(is), report).len());
        assert_eq!(count(&report), [1, 1]);
        report.figures.cycle_days.now = Some(4);
        assert_eq!(count(&report), [1, 0]);
        report.figures.cycle_days.now = None;
        assert_eq!(count(&report), [0, 0]);
    }
}
