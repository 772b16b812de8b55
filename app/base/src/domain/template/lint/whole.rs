//! Lists and groups that a template writes as a whole: what would come out is the data as the program has them, in brackets
//! and quotes.

use serde_json::Value;

use super::{Finding, Level, Rule};
use crate::domain::template::{
    compile::{Place, Source},
    render::place_of,
    tags::{self, Mark, Tag},
    variables::{item_of, loop_item},
};

/// What Tera calls everything that it was given.
const ALL: &str = "__tera_context";

/// Each place where a source writes a list or a group as a whole, by what they are in some data.
pub fn whole_values(source: &Source, data: &Value) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for (part, text) in source.job(Vec::new()).parts() {
        for (byte, words) in in_source(text, data) {
            let (line, column) = place_of(text, byte);
            // Of HTML of one's own the text has the tags again, on lines of its own.
            let Some(at) = source.text_place(part, line, column) else { continue };
            // HTML and text say the same words.
            if found.iter().any(|other| other.at.as_ref() == Some(&at)) {
                continue;
            }
            let block = match source.place_at(part, line) {
                Some(Place::Block(id)) => Some(id),
                _ => None,
            };
            let words = format!("{}: {words}", at.words().unwrap_or_default());
            let (level, rule) = (Level::Error, Rule::Variables);
            let line = (at.field == "source").then_some(at.line);
            found.push(Finding { level, rule, words, line, block, at: Some(at) });
        }
    }
    found
}

/// The bytes at which such expressions begin, each with what to write instead.
fn in_source(source: &str, data: &Value) -> Vec<(usize, String)> {
    let mut names = Names { data, frames: vec![Vec::new()] };
    let (mut found, mut components) = (Vec::new(), 0_usize);
    for mark in tags::marks(source).unwrap_or_default() {
        match mark {
            // Names in a component are what it is called with.
            Mark::Tag(Tag { word: "component", .. }) => components += 1,
            Mark::Tag(Tag { word: "endcomponent", .. }) => components = components.saturating_sub(1),
            Mark::Tag(tag) => names.hear(tag),
            Mark::Print { at, text } if text.starts_with(ALL) => {
                found.push((at, format!("`{ALL}` is all data at once. Name the values that the mail is to say.")));
            }
            Mark::Print { at, text } if components == 0 => {
                if let Some(words) = names.value(text).and_then(|value| instead(text, value)) {
                    found.push((at, words));
                }
            }
            Mark::Print { .. } => {}
        }
    }
    found
}

/// What names stand for at a place of a source.
struct Names<'a> {
    data: &'a Value,
    /// Those that the source itself gives, of the loops around the place: nothing where it cannot be known.
    frames: Vec<Vec<(&'a str, Option<&'a Value>)>>,
}

impl<'a> Names<'a> {
    fn hear(&mut self, tag: Tag<'a>) {
        match tag.word {
            "for" => {
                let (items, list) = tag.rest.split_once(" in ").unwrap_or((tag.rest, ""));
                let is_one = !items.contains(',');
                let first = self.value(list).and_then(|list| list.get(0)).filter(|_| is_one);
                self.frames.push(items.split(',').map(|item| (item.trim(), first)).collect());
            }
            "endfor" if self.frames.len() > 1 => drop(self.frames.pop()),
            "set" | "set_global" => {
                let (name, value) = tag.rest.split_once('=').unwrap_or((tag.rest, ""));
                let name = name.trim();
                let is_in_loop = self.frames.len() > 1;
                if tag.word == "set_global" && is_in_loop {
                    // Behind the loop it is what the last round, if any, has made of it.
                    self.frames.iter_mut().for_each(|frame| frame.push((name, None)));
                    return;
                }
                let given = (name, self.value(value));
                if let Some(frame) = self.frames.last_mut() {
                    frame.push(given);
                }
            }
            _ => {}
        }
    }

    /// What an expression stands for; nothing for one that does more than to name something.
    fn value(&self, expression: &str) -> Option<&'a Value> {
        let expression = expression.trim();
        let (path, rest) = expression.split_at(expression.find('[').unwrap_or(expression.len()));
        let mut parts = path.split('.').map(|part| part.trim_end_matches('?'));
        let root = parts.next()?;
        let given = self.frames.iter().rev().flat_map(|frame| frame.iter().rev()).find(|(name, _)| *name == root);
        let value = match given {
            Some((_, value)) => (*value)?,
            None => self.data.get(root)?,
        };
        let value = parts.try_fold(value, |value, part| value.get(part))?;
        match rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            None if rest.is_empty() => Some(value),
            // A part of a list is a list.
            Some(part) if part.chars().all(|c| c.is_ascii_digit() || c == ':') && part.contains(':') => Some(value),
            Some(index) => value.get(index.parse::<usize>().ok()?),
            None => None,
        }
    }
}

/// What to write in place of a value as a whole; nothing for one that is written as it is.
fn instead(path: &str, value: &Value) -> Option<String> {
    match value {
        Value::Array(list) if list.iter().all(|one| one.is_string()) && !list.is_empty() => {
            Some(format!("`{path}` is a list: write it with `| join(sep=\", \")`, or count it with `| length`."))
        }
        Value::Array(_) => {
            let item = loop_item(path).map_or("item", |_| item_of(path));
            Some(format!(
                "`{path}` is a list: go through it with `{{% for {item} in {path} %}}`, or count it with `| length`."
            ))
        }
        Value::Object(_) => Some(match first_value(value) {
            Some(first) => format!("`{path}` is a group of values: name one, such as `{path}.{first}`."),
            None => format!("`{path}` is a group of values: name one of them."),
        }),
        _ => None,
    }
}

/// The path to a value of a group that can be written: what says most of it, else the first.
fn first_value(group: &Value) -> Option<String> {
    let fields = group.as_object()?;
    let telling = ["name", "title", "label", "value", "words"].into_iter().find(|name| fields.contains_key(*name));
    let is_plain = |value: &Value| !value.is_object() && !value.is_array();
    let plain = || fields.iter().find(|(_, value)| is_plain(value)).map(|(name, _)| name.as_str());
    if let Some(name) = telling.filter(|name| is_plain(&fields[*name])).or_else(plain) {
        return Some(name.to_owned());
    }
    fields.iter().find_map(|(name, value)| Some(format!("{name}.{}", first_value(value)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::template::{Block, BlockKind, Body, Document, When, compile::compile, context};

    fn words(source: &str) -> Vec<String> {
        let data = context::sample();
        in_source(source, &data).into_iter().map(|(_, words)| words).collect()
    }

    #[test]
    fn a_list_or_a_group_as_a_whole_says_what_to_write_instead() {
        let all = [
            (
                "{{ tasks.overdue }}",
                "`tasks.overdue` is a list: go through it with `{% for task in tasks.overdue %}`, or count it with `| length`.",
            ),
            ("{{ project }}", "`project` is a group of values: name one, such as `project.name`."),
            (
                "{% for task in tasks.overdue[:2] %}{{ task }}{% endfor %}",
                "`task` is a group of values: name one, such as `task.title`.",
            ),
            (
                "{{ report.sentences }}",
                "`report.sentences` is a list: write it with `| join(sep=\", \")`, or count it with `| length`.",
            ),
            ("{{ tasks }}", "`tasks` is a group of values: name one of them."),
            ("{{ __tera_context }}", "`__tera_context` is all data at once. Name the values that the mail is to say."),
            ("{{ period }}", "`period` is a group of values: name one, such as `period.words`."),
            (
                "{% set mine = notes %}{{ mine[0] }}",
                "`mine[0]` is a group of values: name one, such as `mine[0].title`.",
            ),
        ];
        for (source, expected) in all {
            assert_eq!(words(source), [expected], "{source}");
        }
    }

    #[test]
    fn what_is_written_of_a_list_or_a_group_is_fine() {
        for source in [
            "{{ project.name }} {{ tasks.overdue | length }} {{ tasks.overdue[0].title }}",
            "{{ report.sentences | join(sep=\", \") }}{% for sentence in report.sentences %}{{ sentence }}{% endfor %}",
            "{% for task in tasks.overdue %}{{ task.title }}{% endfor %}{% if tasks.overdue %}x{% endif %}",
            "{% set tasks = 3 %}{{ tasks }}{{ loop }}{{ nothing }}{# {{ project }} #}{% raw %}{{ project }}{% endraw %}",
            "{% for task in notes %}{% set_global days = loop.index %}{% endfor %}{{ days }}",
            "{# don't #}{% raw %}{{ __tera_context }}{% endraw %}{% component a(project) %}{{ project }}{% endcomponent %}",
            "{% for name, value in project %}{{ value }}{% endfor %}{{ [1, 2] }} {{ tasks.overdue",
        ] {
            assert_eq!(words(source), Vec::<String>::new(), "{source}");
        }
    }

    #[test]
    fn the_finding_has_the_place_where_it_was_typed_once_for_html_and_text() {
        let kind = BlockKind::Text { text: "Fine\n- {{ project }}".into() };
        let blocks = vec![Block { id: 4, kind, when: When::Always }];
        let document = Document { body: Body::Blocks { blocks }, subject: "{{ days }}".into(), ..Document::blank() };
        let found = whole_values(&compile(&document), &context::sample());
        let places: Vec<_> = found
            .iter()
            .map(|finding| (finding.block, finding.at.clone().map(|at| (at.field, at.line, at.column)).unwrap()))
            .collect();
        assert_eq!(places, [(None, ("subject".into(), 1, 4)), (Some(4), ("block-4-text".into(), 2, 6))]);
        assert!(found[1].words.starts_with("Line 2, column 6 of the text of a block: `project` is"), "{found:?}");
        assert!(found.iter().all(|finding| (finding.level, finding.rule) == (Level::Error, Rule::Variables)));
    }
}
