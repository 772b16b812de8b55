//! Names in a row, as a sentence has them.

use std::borrow::Borrow;

/// "a", "a and b", "a, b and c": `word` stands before the last. Empty without names.
pub fn listed(names: &[impl Borrow<str>], word: &str) -> String {
    match names {
        [] => String::new(),
        [only] => only.borrow().to_owned(),
        [first @ .., last] => format!("{} {word} {}", first.join(", "), last.borrow()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stands_before_the_last_of_several_names() {
        let names = ["Tasks", "Website", "Docs"];
        assert_eq!(listed(&names[..0], "and"), "");
        assert_eq!(listed(&names[..1], "and"), "Tasks");
        assert_eq!(listed(&names[..2], "or"), "Tasks or Website");
        assert_eq!(listed(&names.map(str::to_owned), "and"), "Tasks, Website and Docs");
    }
}
