//! Undo and redo: whole states, one step for what was typed in one go.

/// Most steps that are kept.
const STEPS: usize = 100;
/// Two changes of the same thing within so many milliseconds are one step.
const BURST: f64 = 1_500.0;
/// … but not more than so many letters: who types on without a rest takes back a line of it, and not all.
const LETTERS: u32 = 40;

/// What came before, and what was taken back.
#[derive(Clone, Debug)]
pub struct History<T> {
    past: Vec<T>,
    future: Vec<T>,
    last: Option<Last>,
}

/// What was changed last.
#[derive(Clone, Debug)]
struct Last {
    what: String,
    at: f64,
    /// How many changes the step has.
    letters: u32,
}

impl<T> Default for History<T> {
    fn default() -> Self {
        Self { past: Vec::new(), future: Vec::new(), last: None }
    }
}

impl<T> History<T> {
    /// Notes what stood before a change of `what`; nothing where typing goes on. A change without a name is a step of
    /// its own.
    pub fn note(&mut self, before: T, what: Option<String>, now: f64) {
        let last = self.last.take().filter(|last| Some(&last.what) == what.as_ref() && now - last.at < BURST);
        let letters = last.map(|last| last.letters).filter(|letters| *letters < LETTERS);
        self.last = what.map(|what| Last { what, at: now, letters: letters.unwrap_or(0) + 1 });
        self.future.clear();
        if letters.is_some() {
            return;
        }
        self.past.push(before);
        if self.past.len() > STEPS {
            self.past.remove(0);
        }
    }

    /// What stood before; `now` can be had again by [`Self::redo`].
    pub fn undo(&mut self, now: T) -> Option<T> {
        let before = self.past.pop()?;
        self.future.push(now);
        self.last = None;
        Some(before)
    }

    /// What was taken back last.
    pub fn redo(&mut self, now: T) -> Option<T> {
        let after = self.future.pop()?;
        self.past.push(now);
        self.last = None;
        Some(after)
    }

    /// Whether there is something to take back.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether something was taken back.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_in_one_go_is_taken_back_at_once() {
        let mut history = History::default();
        let typed = || Some("block-1".to_owned());
        history.note("", typed(), 0.0);
        history.note("a", typed(), 500.0);
        history.note("ab", typed(), 1_900.0);
        history.note("abc", typed(), 9_000.0);
        assert_eq!(history.undo("abcd"), Some("abc"));
        assert_eq!(history.undo("abc"), Some(""));
        assert_eq!(history.undo(""), None);
        assert_eq!((history.redo(""), history.redo("abc"), history.redo("abcd")), (Some("abc"), Some("abcd"), None));
    }

    #[test]
    fn a_long_text_that_is_typed_without_a_rest_is_several_steps() {
        let mut history = History::default();
        (0..100).for_each(|letter| history.note(letter, Some("block-1".into()), f64::from(letter)));
        assert_eq!(
            [history.undo(100), history.undo(80), history.undo(40), history.undo(0)],
            [Some(80), Some(40), Some(0), None]
        );
    }

    #[test]
    fn another_field_and_a_change_without_a_name_are_steps_of_their_own() {
        let mut history = History::default();
        history.note(0, Some("subject".into()), 0.0);
        history.note(1, Some("preheader".into()), 1.0);
        history.note(2, None, 2.0);
        history.note(3, None, 3.0);
        assert_eq!(
            (history.undo(4), history.undo(3), history.undo(2), history.undo(1)),
            (Some(3), Some(2), Some(1), Some(0))
        );
    }

    #[test]
    fn a_new_change_ends_what_could_be_had_again() {
        let mut history = History::default();
        history.note(0, None, 0.0);
        assert_eq!(history.undo(1), Some(0));
        assert!(history.can_redo());
        history.note(0, None, 1.0);
        assert!(!history.can_redo() && history.can_undo());
    }

    #[test]
    fn the_oldest_steps_are_forgotten() {
        let mut history = History::default();
        (0..500).for_each(|step| history.note(step, None, 0.0));
        assert_eq!(std::iter::from_fn(|| history.undo(0)).count(), STEPS);
    }
}
