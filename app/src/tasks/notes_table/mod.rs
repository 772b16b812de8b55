//! The table of work notes: `/board/T/notes`.

mod notes_page;

pub use notes_page::NotesPage;
