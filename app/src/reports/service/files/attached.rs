//! Which files travel with a message, and what the message says of the others.

use super::{File, kind_of};
use crate::{
    domain::{file::size_words, header_text::HeaderText},
    entities::artifact,
    platform::mailer::Attachment,
};

/// Bytes of all attachments of a message together, before they are encoded, which makes a third more of them: many
/// servers refuse messages of more than ten megabytes.
pub const LIMIT: usize = 5 * 1024 * 1024;

/// Largest file that the Git archive keeps: a repository keeps each for ever, and the data it is made of anyway.
pub const KEPT_IN_GIT: usize = 1024 * 1024;

/// The files of a message.
#[derive(Clone, Debug, Default)]
pub struct Attached {
    pub files: Vec<Attachment>,
    /// What the message says of those that are too big; none where all are there.
    pub note: Option<String>,
}

impl Attached {
    /// Takes files in their order where they fit; the page of the report has the others.
    pub fn of(files: &[File], limit: usize) -> Self {
        let mut left = limit;
        let mut attached = Self::default();
        let mut missing = Vec::new();
        for File { name, content_type, bytes } in files {
            if bytes.len() <= left {
                left -= bytes.len();
                attached.files.push(Attachment {
                    file_name: HeaderText::cleaned(name),
                    media_type: content_type.clone(),
                    bytes: bytes.clone(),
                });
            } else {
                let size = size_words(i64::try_from(bytes.len()).unwrap_or(i64::MAX));
                missing.push(format!("{name} ({size})"));
            }
        }
        attached.note = note(&missing);
        attached
    }

    /// Bytes of the files that travel.
    pub fn size(&self) -> usize {
        self.files.iter().map(|file| file.bytes.len()).sum()
    }
}

/// The files among what is stored of a run, in the order of their kinds.
pub fn stored(rows: Vec<artifact::Model>) -> Vec<File> {
    let mut files: Vec<_> = rows.into_iter().filter_map(|row| Some((kind_of(&row.name)?, row))).collect();
    files.sort_by_key(|(kind, _)| *kind);
    let file =
        |(_, row): (_, artifact::Model)| File { name: row.name, content_type: row.content_type, bytes: row.bytes };
    files.into_iter().map(file).collect()
}

fn note(missing: &[String]) -> Option<String> {
    match missing {
        [] => None,
        [one] => Some(format!("{one} is too big for a message. It is on the page of the report.")),
        [some @ .., last] => {
            let some = some.join(", ");
            Some(format!("{some} and {last} are too big for a message. They are on the page of the report."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, size: usize) -> File {
        File { name: name.into(), content_type: "text/csv; charset=utf-8".into(), bytes: vec![b'a'; size] }
    }

    fn names(attached: &Attached) -> Vec<&str> {
        attached.files.iter().map(|file| file.file_name.as_str()).collect()
    }

    #[test]
    fn files_that_fit_are_attached_and_of_the_others_there_is_a_sentence() {
        let files = [file("a.pdf", 60_000), file("b.xlsx", 50_000), file("c.csv", 40_000)];
        let all = Attached::of(&files, 150_000);
        assert_eq!(names(&all), ["a.pdf", "b.xlsx", "c.csv"]);
        assert_eq!((all.note, all.files.len()), (None, 3));
        let some = Attached::of(&files, 100_000);
        assert_eq!(names(&some), ["a.pdf", "c.csv"], "a small one fits beside a big one");
        let said = some.note.unwrap();
        assert_eq!(said, "b.xlsx (50 kB) is too big for a message. It is on the page of the report.");
        let none = Attached::of(&files, 10);
        assert!(none.files.is_empty());
        let said = none.note.unwrap();
        assert!(said.starts_with("a.pdf (60 kB), b.xlsx (50 kB) and c.csv (40 kB) are too big"), "{said}");
    }
}
