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

/// The lists of a report. One that stands there twice, say once for urgent tasks alone, is taken as its widest.
pub fn lists<'a>(snapshot: &'a Snapshot, sections: &[Section]) -> Vec<List<'a>> {
    let mut kinds: Vec<(ListKind, _)> = Vec::new();
    for section in sections {
        let Section::Tasks { list, from, .. } = *section else { continue };
        match kinds.iter_mut().find(|(kind, _)| *kind == list) {
            Some((_, least)) => *least = from.min(*least),
            None => kinds.push((list, from)),
        }
    }
    kinds.into_iter().map(|(kind, from)| List { kind, lines: kind.lines(snapshot, from).collect() }).collect()
}

/// What a blocked task waits for.
pub fn waits_for(line: &TaskLine) -> String {
    if line.blocked_by.is_empty() { line.status.label().to_owned() } else { line.blocked_by.join(", ") }
}
