//! The lists that a report shows, each once and in its order, and what their columns say.

use crate::domain::report::{
    Snapshot, TaskLine,
    spec::{ListKind, Section},
};

/// A list with all of its tasks that the report is about.
pub struct List<'a> {
    pub kind: ListKind,
    pub lines: Vec<&'a TaskLine>,
}

/// The lists of a report. One that stands there several times, say once for each label, has every task that any of them
/// shows.
pub fn lists<'a>(snapshot: &'a Snapshot, sections: &[Section]) -> Vec<List<'a>> {
    let mut kinds: Vec<(ListKind, Vec<&Section>)> = Vec::new();
    for section in sections {
        let Section::Tasks { list, .. } = section else { continue };
        match kinds.iter_mut().find(|(kind, _)| kind == list) {
            Some((_, parts)) => parts.push(section),
            None => kinds.push((*list, vec![section])),
        }
    }
    let list = |(kind, parts): (ListKind, Vec<&Section>)| {
        let is_shown = |line: &&TaskLine| parts.iter().any(|section| section.shows(line));
        List { kind, lines: kind.of(snapshot).iter().filter(is_shown).collect() }
    };
    kinds.into_iter().map(list).collect()
}

/// What a blocked task waits for.
pub fn waits_for(line: &TaskLine) -> String {
    if line.blocked_by.is_empty() { line.status.label().to_owned() } else { line.blocked_by.join(", ") }
}
