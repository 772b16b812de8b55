//! Checklists: limits, and the items that pasted lines make.

/// Longest heading of a checklist, in characters.
pub const LIST_TITLE_MAX: u32 = 100;
/// Most items of a task.
pub const ITEMS_MAX: usize = 500;
/// Most lines that are taken at once.
pub const LINES_MAX: usize = 200;

/// The items of a text, one a line, and whether each is ticked. Empty lines and the marks of lists
/// (`-`, `*`, `1.`, `[x]`) are left out.
pub fn lines(text: &str) -> Vec<(String, bool)> {
    text.lines().map(item).filter(|(text, _)| !text.is_empty()).collect()
}

fn item(line: &str) -> (String, bool) {
    let (text, is_done) = marked(line);
    (text.to_owned(), is_done)
}

/// A line of a list without its marks: bullet or number, and box.
pub fn unmarked(line: &str) -> &str {
    marked(line).0
}

fn marked(line: &str) -> (&str, bool) {
    let line = line.trim();
    let line =
        ["- ", "* ", "+ ", "• "].iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or_else(|| unnumbered(line));
    let line = line.trim_start();
    let unticked = line.strip_prefix("[ ]").or_else(|| line.strip_prefix("[]"));
    let ticked = line.strip_prefix("[x]").or_else(|| line.strip_prefix("[X]"));
    match (unticked, ticked) {
        (Some(text), _) => (text.trim(), false),
        (None, Some(text)) => (text.trim(), true),
        (None, None) => (if matches!(line, "-" | "*" | "+" | "•") { "" } else { line }, false),
    }
}

/// Without `1. ` or `1) ` at the beginning.
fn unnumbered(line: &str) -> &str {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_numbered = rest.len() < line.len() && line.len() - rest.len() <= 3;
    match rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") ")) {
        Some(text) if is_numbered => text,
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_lines_lose_their_marks_and_keep_their_ticks() {
        let text = "- [x] one\n\n  * two\n3. three\r\n[ ] four\n2026 figures\n-\n• five";
        let read: Vec<(String, bool)> = lines(text);
        let wanted = [
            ("one", true),
            ("two", false),
            ("three", false),
            ("four", false),
            ("2026 figures", false),
            ("five", false),
        ];
        assert_eq!(read, wanted.map(|(text, is_done)| (text.to_owned(), is_done)));
    }

    #[test]
    fn an_ordinary_line_stays_as_it_is() {
        for text in ["Ask the regions", "-5 degrees", "1.5 days", "[draft] report", "שלום"] {
            assert_eq!(lines(text), [(text.to_owned(), false)]);
        }
        assert_eq!(lines(" \n "), []);
    }
}
