//! What somebody meant who mistyped a name: the known one with the fewest changes.

/// The changes of one character (Levenshtein) that make one text of the other.
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let change = diagonal + usize::from(left != *right);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// The name that is near enough to be what was meant: at most three changes, and half of it as it was typed. Of a path
/// such as `report.title` the last part alone counts, too, as it is easily written without the first.
pub fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = wrong.to_lowercase();
    let is_near = |changes: usize| changes <= wrong.chars().count().div_ceil(2).min(3);
    let changes_to = |name: &str| {
        let name = name.to_lowercase();
        let whole = distance(&lower, &name) * 2;
        // A path by its last part is a little farther than a name that is as near as a whole.
        let last = name.rsplit_once('.').map_or(usize::MAX, |(_, last)| distance(&lower, last) * 2 + 1);
        whole.min(last)
    };
    let (changes, name) = names.into_iter().map(|name| (changes_to(name), name)).min_by_key(|(changes, _)| *changes)?;
    is_near(changes / 2).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_name_is_recognised() {
        let names = ["report.title", "report.period.words", "recipient.name", "tasks"];
        assert_eq!(nearest("report.titel", names), Some("report.title"));
        assert_eq!(nearest("titel", names), Some("report.title"));
        assert_eq!(nearest("Tasks", names), Some("tasks"));
        assert_eq!(nearest("task", names), Some("tasks"));
    }

    #[test]
    fn what_is_far_from_everything_means_nothing_known() {
        assert_eq!(nearest("weather", ["report.title", "tasks"]), None);
        assert_eq!(nearest("x", []), None);
    }

    #[test]
    fn the_distance_counts_changes() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("žaba", "žaba"), 0);
    }
}
