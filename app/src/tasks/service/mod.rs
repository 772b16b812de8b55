//! Rules of tasks that need the database. Every change writes its event in the same transaction.

pub mod archive;
pub mod assign;
pub mod board;
pub mod bulk;
mod cards;
pub mod choices;
pub mod checklist;
pub mod comments;
pub mod create;
pub mod detail;
pub mod edit;
pub mod events;
pub mod find;
pub mod history;
pub mod quick_add;
pub mod input;
pub mod list;
pub mod moves;
pub mod presence;
pub mod stream;
