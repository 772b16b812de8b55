//! Whom one may ask, on the page that says that one may not see it.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize};

use super::api::whom_to_ask;
use crate::error::AppError;
use crate::ui::resource;

/// Who can give the right to a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whom {
    /// The name of the project whose owners they are; none for administrators.
    pub project: Option<String>,
    /// Their names.
    pub names: Vec<String>,
}

impl Whom {
    /// What is missing and who has it.
    pub fn words(&self) -> String {
        let names = match self.names.split_last() {
            None => None,
            Some((only, [])) => Some(only.clone()),
            Some((last, rest)) => Some(format!("{} or {last}", rest.join(", "))),
        };
        match (&self.project, names) {
            (None, None) => "Only administrators can see this page.".to_owned(),
            (None, Some(names)) => format!("Only administrators can see this page. Ask {names}."),
            (Some(project), None) => format!("Your role in “{project}” is not enough for this page."),
            (Some(project), Some(names)) => format!(
                "Your role in “{project}” is not enough for this page. Its owners can give you another one: ask {names}."
            ),
        }
    }
}

/// The sentence that says so of the page at this address.
#[component]
pub fn AskWhom() -> impl IntoView {
    let location = use_location();
    let address = format!("{}?{}", location.pathname.get_untracked(), location.search.get_untracked());
    let whom = resource(move || address.clone(), whom_to_ask);
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                // Where nobody can be named the page says what every refusal says.
                let words = whom.await.map_or_else(|_| AppError::Forbidden.words(), |whom| whom.words());
                view! { <p>{words}</p> }
            })}
        </Suspense>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_names_everybody_whom_one_may_ask() {
        let whom = |project: Option<&str>, names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            Whom { project: project.map(str::to_owned), names }.words()
        };
        assert_eq!(
            whom(None, &["Dana Admin", "Sam Admin"]),
            "Only administrators can see this page. Ask Dana Admin or Sam Admin."
        );
        assert_eq!(
            whom(Some("Reporting"), &["Ana", "Bor", "Cene"]),
            "Your role in “Reporting” is not enough for this page. Its owners can give you another one: ask Ana, Bor or Cene."
        );
        assert!(!whom(None, &[]).contains("Ask") && !whom(Some("Reporting"), &[]).contains("ask"));
    }
}
