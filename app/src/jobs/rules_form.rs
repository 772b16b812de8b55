//! The fields of a job's form that say what happens when a run is late, collides, takes long or fails, as text.

use serde::{Deserialize, Serialize};

/// What stands in the fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RulesForm {
    /// A word of `Overlap`.
    pub overlap: String,
    /// A word of `Misfire`.
    pub misfire: String,
    /// How many missed runs are caught up with, where all are.
    pub at_most: String,
    /// Minutes.
    pub grace: String,
    /// Hours.
    pub catch_up: String,
    /// Minutes.
    pub jitter: String,
    /// Minutes; empty without a limit.
    pub timeout: String,
    pub tries: String,
    /// Minutes.
    pub retry_first: String,
    /// Minutes.
    pub retry_longest: String,
    pub pause_after: String,
    /// Hours after which a message is given up.
    pub give_up: String,
    /// A word of `UncertainRule`.
    pub uncertain: String,
    /// A word of [`SendIf`].
    pub send_if: String,
    /// A word of `condition::Figure`.
    pub figure: String,
    /// A word of `condition::Comparison`.
    pub comparison: String,
    pub value: String,
}

crate::text_enum!(
    /// When a report is sent.
    #[derive(Default)]
    SendIf {
        #[default]
        Always = "always",
        NotEmpty = "not_empty",
        Figure = "figure",
    }
);

impl Default for RulesForm {
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            overlap: text("skip"),
            misfire: text("latest_only"),
            at_most: text("10"),
            grace: text("15"),
            catch_up: text("24"),
            jitter: text("0"),
            timeout: String::new(),
            tries: text("5"),
            retry_first: text("1"),
            retry_longest: text("30"),
            pause_after: text("3"),
            give_up: text("24"),
            uncertain: text("hold"),
            send_if: text("always"),
            figure: text("overdue"),
            comparison: text("at_least"),
            value: text("1"),
        }
    }
}

impl RulesForm {
    /// Reads the fields through a function that knows their values. One that is not there keeps its default.
    pub fn read(field: impl Fn(&str) -> Option<String>) -> Self {
        let mut form = Self::default();
        for (name, text) in form.fields_mut() {
            if let Some(value) = field(name) {
                *text = value;
            }
        }
        form
    }

    fn fields_mut(&mut self) -> [(&'static str, &mut String); 17] {
        let Self {
            overlap,
            misfire,
            at_most,
            grace,
            catch_up,
            jitter,
            timeout,
            tries,
            retry_first,
            retry_longest,
            pause_after,
            give_up,
            uncertain,
            send_if,
            figure,
            comparison,
            value,
        } = self;
        [
            ("overlap", overlap),
            ("misfire", misfire),
            ("at_most", at_most),
            ("grace", grace),
            ("catch_up", catch_up),
            ("jitter", jitter),
            ("timeout", timeout),
            ("tries", tries),
            ("retry_first", retry_first),
            ("retry_longest", retry_longest),
            ("pause_after", pause_after),
            ("give_up", give_up),
            ("uncertain", uncertain),
            ("send_if", send_if),
            ("figure", figure),
            ("comparison", comparison),
            ("value", value),
        ]
    }

    /// The values of all fields by name, to show them again.
    pub fn typed(&self) -> [(&'static str, &str); 17] {
        [
            ("overlap", &self.overlap),
            ("misfire", &self.misfire),
            ("at_most", &self.at_most),
            ("grace", &self.grace),
            ("catch_up", &self.catch_up),
            ("jitter", &self.jitter),
            ("timeout", &self.timeout),
            ("tries", &self.tries),
            ("retry_first", &self.retry_first),
            ("retry_longest", &self.retry_longest),
            ("pause_after", &self.pause_after),
            ("give_up", &self.give_up),
            ("uncertain", &self.uncertain),
            ("send_if", &self.send_if),
            ("figure", &self.figure),
            ("comparison", &self.comparison),
            ("value", &self.value),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_keeps_its_default() {
        let form = RulesForm::read(|name| (name == "tries").then(|| "2".to_owned()));
        assert_eq!(form, RulesForm { tries: "2".into(), ..RulesForm::default() });
    }

    #[test]
    fn a_form_reads_back_what_it_typed() {
        let form = RulesForm { overlap: "queue_all".into(), timeout: "10".into(), ..RulesForm::default() };
        let typed = form.typed();
        let value = |name: &str| typed.iter().find(|(field, _)| *field == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(RulesForm::read(value), form);
    }
}
