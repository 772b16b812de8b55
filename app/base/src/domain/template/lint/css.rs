//! Just enough CSS for mails: declarations, and rules with their conditions.

/// `name: value` pairs, names in lower case, in order.
pub(super) fn declarations(style: &str) -> Vec<Declaration> {
    split_outside(style, ';')
        .into_iter()
        .filter_map(|pair| {
            let (name, value) = pair.split_once(':')?;
            let lower = value.trim().to_ascii_lowercase();
            let (value, is_important) = match lower.strip_suffix("!important") {
                Some(value) => (value.trim_end().to_owned(), true),
                None => (lower, false),
            };
            Some(Declaration { name: name.trim().to_ascii_lowercase(), value, is_important })
        })
        .collect()
}

/// A property with its value in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Declaration {
    pub name: String,
    pub value: String,
    pub is_important: bool,
}

/// A rule of a style sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StyleRule {
    pub selectors: Vec<String>,
    pub declarations: Vec<Declaration>,
    /// The conditions around it; empty where it always holds.
    pub condition: String,
    /// The line of the style sheet, from 0.
    pub line: u32,
}

/// Deepest conditions within conditions: mails have one. What people wrote is read here in the server itself, so no depth
/// of theirs may become a depth of calls.
const DEEPEST: usize = 8;

/// The rules of a style sheet, in order; what cannot be read is left out.
pub(super) fn rules(sheet: &str) -> Vec<StyleRule> {
    let mut rules = Vec::new();
    read(&without_comments(sheet), &[], 0, &mut rules);
    rules
}

fn read(sheet: &str, conditions: &[&str], first_line: u32, rules: &mut Vec<StyleRule>) {
    let condition = conditions.iter().fold(String::new(), |all, one| format!("{all} {one}")).to_ascii_lowercase();
    // Lines are counted on, never from the beginning again: sheets of people may have very many rules.
    let (mut at, mut counted, mut line) = (0, 0, first_line);
    while let Some(open) = sheet[at..].find('{').map(|found| at + found) {
        let close = matching(sheet, open);
        let before = &sheet[at..open];
        // Statements such as `@import` stand before and end in a semicolon.
        let head = before.rsplit(';').next().unwrap_or_default().trim_start();
        let start = open - head.len();
        line += lines(&sheet[counted..start]);
        counted = start;
        let (head, body) = (head.trim_end(), &sheet[(open + 1).min(close)..close]);
        if head.starts_with('@') {
            let is_group = head.starts_with("@media") || head.starts_with("@supports");
            if is_group && conditions.len() < DEEPEST {
                let within: Vec<&str> = conditions.iter().copied().chain([head]).collect();
                read(body, &within, line + lines(&sheet[start..=open]), rules);
            }
        } else {
            rules.push(StyleRule {
                selectors: head.split(',').map(|selector| selector.trim().to_owned()).collect(),
                declarations: declarations(body),
                condition: condition.clone(),
                line,
            });
        }
        at = (close + 1).min(sheet.len());
    }
}

fn lines(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX)
}

/// The brace that closes the one at `open`; the end of the text where none does.
fn matching(sheet: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in sheet.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return at;
        }
    }
    sheet.len()
}

/// Comments become as many empty lines, so that lines keep their numbers.
fn without_comments(sheet: &str) -> String {
    let mut text = String::with_capacity(sheet.len());
    let mut rest = sheet;
    while let Some(start) = rest.find("/*") {
        text.push_str(&rest[..start]);
        let end = rest[start..].find("*/").map_or(rest.len(), |end| start + end + 2);
        text.extend(rest[start..end].chars().filter(|c| *c == '\n'));
        rest = &rest[end..];
    }
    text.push_str(rest);
    text
}

/// Parts between a sign that stands neither in quotation marks nor in parentheses.
fn split_outside(text: &str, sign: char) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quote) = (Vec::new(), 0, 0_i32, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, c) if c == sign && depth <= 0 => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            (None, _) => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_read_with_what_stands_in_quotation_marks() {
        let read = declarations("Color: #FFF !important; font:400 14px/20px 'a;b'; background:url(data:x;y)");
        let pairs: Vec<_> = read.iter().map(|one| (one.name.as_str(), one.value.as_str(), one.is_important)).collect();
        assert_eq!(
            pairs,
            [("color", "#fff", true), ("font", "400 14px/20px 'a;b'", false), ("background", "url(data:x;y)", false)]
        );
    }

    #[test]
    fn rules_know_their_conditions_and_lines() {
        let sheet = "@import url(x);\n/* a\n*/ .t1,.t1 a{color:red}\n@media (prefers-color-scheme:dark){\n  .t1{color:blue}\n}\n@font-face{src:x}";
        let read = rules(sheet);
        assert_eq!(read.len(), 2);
        assert_eq!((read[0].selectors.as_slice(), read[0].line), (&[".t1".to_owned(), ".t1 a".to_owned()][..], 2));
        assert_eq!((read[1].condition.trim(), read[1].line), ("@media (prefers-color-scheme:dark)", 4));
        assert_eq!(rules("a{color:red"), rules("a{color:red}"));
        assert!(rules("}{").len() <= 1);
    }

    #[test]
    fn a_sheet_of_any_depth_and_length_is_read_in_no_time() {
        let deep = format!("{}a{{color:red}}", "@media x{".repeat(30_000));
        assert!(rules(&deep).is_empty(), "left out");
        let shallow = format!("{}a{{color:red}}{}", "@media x{".repeat(3), "}".repeat(3));
        assert_eq!(rules(&shallow)[0].condition, " @media x @media x @media x");
        let long = rules(&"a{}\n".repeat(60_000));
        assert_eq!((long.len(), long[59_999].line), (60_000, 59_999));
        assert!(rules("a{").len() == 1 && rules("{").len() == 1 && rules("}{}").len() == 1);
    }
}
