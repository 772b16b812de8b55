//! The filters that a template may use, as the page shows them. `platform::render::filters` does what they say; a test
//! there renders each example.

/// A filter in the words of its documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilterDoc {
    pub name: &'static str,
    /// What stands before it.
    pub takes: &'static str,
    /// What comes out.
    pub gives: &'static str,
    /// In a template.
    pub example: &'static str,
    /// What the example gives to a reader in Ljubljana whose language is English.
    pub result: &'static str,
}

/// Those that AutoReport adds to, or puts in the place of, what Tera has. All text is escaped where it stands in HTML.
pub const FILTERS: &[FilterDoc] = &[
    FilterDoc {
        name: "date",
        takes: "a date or an instant",
        gives: "the day in the reader's zone and language; format: short, medium (without one), long, weekday, month, \
                iso",
        example: r#"{{ "2026-11-26" | date(format="long") }}"#,
        result: "Thursday, 26 November 2026",
    },
    FilterDoc {
        name: "datetime",
        takes: "an instant",
        gives: "day and time in the reader's zone and language; format as of date, or time",
        example: r#"{{ "2026-11-26T08:30:00Z" | datetime }}"#,
        result: "26 Nov 2026, 09:30",
    },
    FilterDoc {
        name: "number",
        takes: "a number",
        gives: "the number as the reader's language writes it; decimals: 0 to 6",
        example: "{{ 12345.678 | number(decimals=1) }}",
        result: "12,345.7",
    },
    FilterDoc {
        name: "percent",
        takes: "a share, 1 for all of it",
        gives: "per cent in the reader's language; decimals: 0 to 6",
        example: "{{ 0.254 | percent }}",
        result: "25\u{a0}%",
    },
    FilterDoc {
        name: "duration",
        takes: "a number of days; unit: minutes, hours, days",
        gives: "days, hours and minutes, the two largest of them",
        example: "{{ 2.5 | duration }}",
        result: "2 d 12 h",
    },
    FilterDoc {
        name: "plural",
        takes: "a number",
        gives: "the word for one or for other numbers, as the reader's language counts",
        example: r#"{{ 3 }} {{ 3 | plural(one="task", other="tasks") }}"#,
        result: "3 tasks",
    },
    FilterDoc {
        name: "markdown",
        takes: "text in Markdown",
        gives: "safe HTML without pictures from elsewhere; with link, the colour of links, it has the styles of a mail; in \
                plain text its words",
        example: r#"{{ "a **b**" | markdown }}"#,
        result: "<p>a <strong>b</strong></p>",
    },
    FilterDoc {
        name: "truncate",
        takes: "text; length in characters",
        gives: "the beginning, ended by … between words where it is cut",
        example: r#"{{ "Move the big server" | truncate(length=14) }}"#,
        result: "Move the big…",
    },
    FilterDoc {
        name: "default",
        takes: "anything, also what is not there or is empty",
        gives: "the value, or the one given",
        example: r#"{{ none | default(value="no due date") }}"#,
        result: "no due date",
    },
    FilterDoc {
        name: "join",
        takes: "a list; sep: what stands between, last: before the last one",
        gives: "one text",
        example: r#"{{ ["Ana", "Bor", "Cene"] | join(sep=", ", last=" and ") }}"#,
        result: "Ana, Bor and Cene",
    },
    FilterDoc {
        name: "lines",
        takes: "text of several lines",
        gives: "the same with a line break of HTML at the end of each",
        example: r#"{{ "a
b" | lines }}"#,
        result: "a<br>b",
    },
    FilterDoc {
        name: "csv_safe",
        takes: "text",
        gives: "the same, so that no spreadsheet reads it as a formula",
        example: r#"{{ "=1+1" | csv_safe | replace(from="'", to="(text) ") }}"#,
        result: "(text) =1+1",
    },
];

/// Filters of Tera that are harmless and stay as its documentation says.
pub const BUILT_IN: &[&str] = &[
    "upper",
    "lower",
    "capitalize",
    "title",
    "trim",
    "trim_start",
    "trim_end",
    "replace",
    "split",
    "indent",
    "wordcount",
    "str",
    "int",
    "float",
    "length",
    "reverse",
    "abs",
    "round",
    "first",
    "last",
    "nth",
    "sort",
    "unique",
    "get",
    "keys",
    "values",
    "pairs",
    "group_by",
    "pluralize",
    "escape",
];

/// All names that may follow a `|`.
pub fn names() -> impl Iterator<Item = &'static str> {
    FILTERS.iter().map(|filter| filter.name).chain(BUILT_IN.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_filter_is_named_once_and_shown_in_its_example() {
        let mut all: Vec<_> = names().collect();
        all.sort_unstable();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
        for filter in FILTERS {
            assert!(filter.example.contains(&format!("| {}", filter.name)), "{}", filter.name);
        }
    }
}
