//! An instant as pages show it.

use serde::{Deserialize, Serialize};

/// An instant for a `<time>` element: the words in the person's zone, and the machine's form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    pub words: String,
    pub machine: String,
}
