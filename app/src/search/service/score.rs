//! How well a text fits: the same on both engines, because neither has a say in it.

use super::words::{self, Term};
use crate::domain::search::HitKind;

/// Better than any text: the task that was named.
pub const NAMED: u32 = 10_000;

/// The fit of a candidate. Titles count most; open tasks come before finished ones.
pub fn of(kind: HitKind, title: &str, is_done: bool, query: &str, terms: &[Term]) -> u32 {
    let of_kind = match kind {
        HitKind::Task => 300,
        HitKind::Note => 150,
        HitKind::Comment => 100,
    };
    let of_title = if kind == HitKind::Task && words::has_all(title, terms) { title_fit(title, query) } else { 0 };
    of_kind + of_title + u32::from(!is_done) * 20
}

/// All words are in the title; better where it begins with them, best where it is them.
fn title_fit(title: &str, query: &str) -> u32 {
    let (title, query) = (words::fold(title.trim()), words::fold(query.trim().trim_matches('"')));
    if title == query {
        800
    } else if title.starts_with(&query) {
        600
    } else {
        400
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_come_before_texts_and_open_tasks_before_finished_ones() {
        let terms = words::read("report");
        let fit = |kind, title, is_done| of(kind, title, is_done, "report", &terms);
        let order = [
            fit(HitKind::Task, "Report", false),
            fit(HitKind::Task, "Report of November", false),
            fit(HitKind::Task, "Draft the report", false),
            fit(HitKind::Task, "Draft the report", true),
            fit(HitKind::Task, "Numbers", false),
            fit(HitKind::Note, "Report", false),
            fit(HitKind::Comment, "Report", false),
        ];
        assert!(order.is_sorted_by(|a, b| a > b), "{order:?}");
        assert!(order[0] < NAMED);
    }
}
