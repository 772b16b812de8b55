//! What has changed between two texts, line by line.

use serde::{Deserialize, Serialize};

crate::text_enum!(
    /// What became of a line.
    LineChange {
        Same = "same",
        Added = "added",
        Removed = "removed",
        /// Stands for several lines that are the same.
        Skipped = "skipped",
    }
);

/// A line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffLine {
    pub change: LineChange,
    pub text: String,
    /// Its number in the earlier and in the later text, from 1.
    pub before: Option<u32>,
    pub after: Option<u32>,
}

/// A comparison of two texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineDiff {
    pub lines: Vec<DiffLine>,
    pub added: u32,
    pub removed: u32,
    /// One of the texts is too long: only their beginnings were compared.
    pub is_cut: bool,
}

/// Lines of each text that are compared.
pub const LINES: usize = 1_500;
/// Characters of a line that are shown.
const WIDTH: usize = 500;
/// Lines without a change that stay around those with one.
const AROUND: usize = 3;

/// Compares two texts: the fewest lines that are added and removed, runs of equal lines shortened.
pub fn compare(before: &str, after: &str) -> LineDiff {
    let ((before, is_before_cut), (after, is_after_cut)) = (lines(before), lines(after));
    let changes = script(&before, &after);
    let count = |wanted| u32::try_from(changes.iter().filter(|(change, ..)| *change == wanted).count()).unwrap_or(0);
    LineDiff {
        added: count(LineChange::Added),
        removed: count(LineChange::Removed),
        is_cut: is_before_cut || is_after_cut,
        lines: shorten(&changes, &before, &after),
    }
}

fn lines(text: &str) -> (Vec<&str>, bool) {
    let mut lines = text.lines();
    let kept: Vec<&str> = lines.by_ref().take(LINES).collect();
    (kept, lines.next().is_some())
}

/// A change with the indices of its line in both texts; only those that it has mean something.
type Step = (LineChange, usize, usize);

/// The shortest way from one text to the other, by the longest common subsequence.
fn script(before: &[&str], after: &[&str]) -> Vec<Step> {
    let width = after.len() + 1;
    // `left[i][j]`: how many lines the rest of both has in common. LINES fits well into 16 bits.
    let mut left = vec![0_u16; (before.len() + 1) * width];
    for i in (0..before.len()).rev() {
        for j in (0..after.len()).rev() {
            left[i * width + j] = if before[i] == after[j] {
                left[(i + 1) * width + j + 1] + 1
            } else {
                left[(i + 1) * width + j].max(left[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut steps) = (0, 0, Vec::new());
    while i < before.len() || j < after.len() {
        if i < before.len() && j < after.len() && before[i] == after[j] {
            steps.push((LineChange::Same, i, j));
            (i, j) = (i + 1, j + 1);
        } else if j == after.len() || (i < before.len() && left[(i + 1) * width + j] >= left[i * width + j + 1]) {
            steps.push((LineChange::Removed, i, j));
            i += 1;
        } else {
            steps.push((LineChange::Added, i, j));
            j += 1;
        }
    }
    steps
}

fn shorten(steps: &[Step], before: &[&str], after: &[&str]) -> Vec<DiffLine> {
    let is_near = |at: usize| {
        let around = at.saturating_sub(AROUND)..(at + AROUND + 1).min(steps.len());
        steps[around].iter().any(|(change, ..)| *change != LineChange::Same)
    };
    let number = |index: usize| u32::try_from(index + 1).ok();
    let cut = |text: &str| text.chars().take(WIDTH).collect::<String>();
    let mut shown = Vec::new();
    let mut skipped = 0_usize;
    let flush = |shown: &mut Vec<DiffLine>, skipped: &mut usize| {
        if *skipped > 0 {
            let text = match *skipped {
                1 => "1 line is the same".to_owned(),
                count => format!("{count} lines are the same"),
            };
            shown.push(DiffLine { change: LineChange::Skipped, text, before: None, after: None });
            *skipped = 0;
        }
    };
    for (at, (change, i, j)) in steps.iter().copied().enumerate() {
        if change == LineChange::Same && !is_near(at) {
            skipped += 1;
            continue;
        }
        flush(&mut shown, &mut skipped);
        shown.push(match change {
            LineChange::Added => DiffLine { change, text: cut(after[j]), before: None, after: number(j) },
            LineChange::Removed => DiffLine { change, text: cut(before[i]), before: number(i), after: None },
            LineChange::Same | LineChange::Skipped => {
                DiffLine { change, text: cut(before[i]), before: number(i), after: number(j) }
            }
        });
    }
    flush(&mut shown, &mut skipped);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `+a`, `-b`, ` c`, `~…`.
    fn said(diff: &LineDiff) -> Vec<String> {
        let mark = |change| match change {
            LineChange::Same => ' ',
            LineChange::Added => '+',
            LineChange::Removed => '-',
            LineChange::Skipped => '~',
        };
        diff.lines.iter().map(|line| format!("{}{}", mark(line.change), line.text)).collect()
    }

    #[test]
    fn a_changed_line_is_one_removed_and_one_added_where_it_was() {
        let diff = compare("a\nOpen: 3\nb\n", "a\nOpen: 2\nb\n");
        assert_eq!(said(&diff), [" a", "-Open: 3", "+Open: 2", " b"]);
        assert_eq!((diff.added, diff.removed, diff.is_cut), (1, 1, false));
        assert_eq!((diff.lines[3].before, diff.lines[3].after), (Some(3), Some(3)));
    }

    #[test]
    fn texts_that_are_the_same_have_nothing_to_show_but_that() {
        let diff = compare("a\nb\nc\n", "a\nb\nc\n");
        assert_eq!(said(&diff), ["~3 lines are the same"]);
        assert_eq!(said(&compare("", "")), Vec::<String>::new());
    }

    #[test]
    fn far_lines_without_a_change_are_counted_and_left_out() {
        let before: Vec<String> = (1..=20).map(|number| number.to_string()).collect();
        let mut after = before.clone();
        after[9] = "ten".into();
        let diff = compare(&before.join("\n"), &after.join("\n"));
        let expected =
            ["~6 lines are the same", " 7", " 8", " 9", "-10", "+ten", " 11", " 12", " 13", "~7 lines are the same"];
        assert_eq!(said(&diff), expected);
    }

    #[test]
    fn both_texts_can_be_made_again_from_what_is_shown_when_nothing_is_left_out() {
        for (before, after) in [("a\nb\nc", "b\nc\nd"), ("", "x\ny"), ("x\ny", ""), ("a\nb\na\nb", "b\na\nb\na")] {
            let diff = compare(before, after);
            let made = |without: LineChange| -> Vec<String> {
                diff.lines.iter().filter(|line| line.change != without).map(|line| line.text.clone()).collect()
            };
            assert_eq!(made(LineChange::Added).join("\n"), before);
            assert_eq!(made(LineChange::Removed).join("\n"), after);
        }
    }

    #[test]
    fn a_text_without_end_is_cut_and_says_so() {
        let long = "x\n".repeat(LINES + 10);
        let diff = compare(&long, "y\n");
        assert!(diff.is_cut);
        assert_eq!(diff.removed as usize, LINES);
    }
}
