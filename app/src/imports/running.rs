//! A running import: its progress bar, looked at again and again. A look that fails is made once more after a while, and the
//! page says so.

use std::time::Duration;

use leptos::{prelude::*, server_fn::ServerFn};

use super::api::{CancelImport, ImportStage, ImportView, get_import};
use crate::{
    domain::{ids::ImportId, thousands::grouped},
    error::{AppError, AppResult},
    ui::{OnceMore, Pause, SessionEnd},
};

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// At most so many seconds pass until a look that has failed is made once more.
const LONGEST: u64 = 8;

/// The looks at an import; copies are the same.
#[derive(Clone, Copy)]
pub struct Looks {
    /// Entries written and entries in all, for as long as it runs.
    counts: Memo<(usize, usize)>,
    /// Why the last look has failed, where another one may help.
    missed: RwSignal<Option<AppError>>,
    /// Why there is nothing any more to look at.
    lost: RwSignal<Option<AppError>>,
    once_more: OnceMore,
    again: Callback<()>,
    end: Option<SessionEnd>,
}

impl Looks {
    /// Looks at an import again and again while it runs, as long as the caller stands in the page.
    pub fn at(import: RwSignal<ImportView>) -> Self {
        let id = import.with_untracked(|import| import.id);
        let (missed, lost) = (RwSignal::new(None::<AppError>), RwSignal::new(None::<AppError>));
        let (end, pause, once_more) = (use_context::<SessionEnd>(), Pause::idle(), OnceMore::within(LONGEST));
        let is_reached = move || {
            // Whoever signs in again sees at once how far it is.
            if let Some(end) = end {
                end.begun_again();
            }
            true
        };
        let take = move |answer: AppResult<ImportView>| match answer {
            Ok(fresh) => {
                missed.set(None);
                import.set(fresh);
            }
            Err(error) if error == AppError::SignedOut || error.may_pass() => missed.set(Some(error)),
            Err(error) => lost.set(Some(error)),
        };
        let again = once_more.reread(is_reached, move || get_import(id), take);
        Effect::new(move |_| {
            if import.with(|import| matches!(import.stage, ImportStage::Running { .. })) {
                pause.then(PAUSE, move || again.run(()));
            }
            on_cleanup(move || pause.cancel());
        });
        let counts = Memo::new(move |before: Option<&(usize, usize)>| {
            import.with(|import| match import.stage {
                ImportStage::Running { done, total } => (done, total),
                _ => before.copied().unwrap_or_default(),
            })
        });
        Self { counts, missed, lost, once_more, again, end }
    }

    /// Why there is nothing any more to look at.
    pub fn lost(self) -> Option<AppError> {
        self.lost.get()
    }

    /// Looks now, because the person wants to see it: also where they have put off to sign in.
    fn now(self) {
        if let Some(end) = self.end {
            end.end_quiet();
        }
        self.again.run(());
    }

    /// What is said of a look that has failed.
    fn words(self) -> Option<String> {
        self.missed.with(|missed| missed.as_ref().map(|error| missed_words(error, self.once_more.wait())))
    }
}

#[component]
pub fn Running(id: ImportId, looks: Looks) -> impl IntoView {
    let counts = looks.counts;
    let words = move || match counts.get() {
        (_, 0) => "Reading the file".to_owned(),
        (done, total) => format!("{} of {} entries written", grouped(done), grouped(total)),
    };
    // Without both of them the bar shows that nobody knows yet.
    let max = move || Some(counts.get().1).filter(|total| *total > 0).map(|total| total.to_string());
    let value = move || {
        let (done, total) = counts.get();
        (total > 0).then(|| done.to_string())
    };
    let is_missed = Memo::new(move |_| looks.missed.with(Option::is_some));
    let now = move || {
        is_missed.get().then(|| {
            view! { <button class="linklike small" type="button" on:click=move |_| looks.now()>"Look now"</button> }
        })
    };
    view! {
        // Without WebAssembly the page loads itself again.
        <noscript><meta http-equiv="refresh" content="1" /></noscript>
        <section class="panel is-padded" aria-busy="true">
            <div class="progress"><progress aria-label="Import" max=max value=value></progress><span class="progress__words">{words}</span></div>
            <p class="small">"Everything is stored at the end, at once. Until then nothing is on any board."</p>
            <form class="form__actions" method="post" action=CancelImport::url()>
                <input type="hidden" name="id" value=id.to_string() />
                <a class="btn needs-no-script" href=format!("/import/{id}") rel="external">"Refresh"</a>
                <button class="btn" type="submit">"Cancel the import"</button>
            </form>
        </section>
        // Beside what is busy, where it would not be read out.
        <p class="cluster muted small"><span role="status">{move || looks.words()}</span>{now}</p>
    }
    .into_any()
}

/// Why the progress stands still, and when it is looked at again.
fn missed_words(error: &AppError, wait: Option<u64>) -> String {
    match (error, wait) {
        (AppError::SignedOut, _) => {
            "How far the import is cannot be seen without a session. It is shown again when you have signed in."
                .to_owned()
        }
        (_, Some(1)) => "How far the import is could not be read. Next look in 1 second.".to_owned(),
        (_, Some(seconds)) => format!("How far the import is could not be read. Next look in {seconds} seconds."),
        (_, None) => "How far the import is could not be read.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_that_failed_says_when_the_next_one_is() {
        assert!(missed_words(&AppError::Offline, Some(1)).ends_with("Next look in 1 second."));
        assert!(missed_words(&AppError::Unavailable, Some(4)).ends_with("Next look in 4 seconds."));
        assert!(missed_words(&AppError::SignedOut, None).ends_with("when you have signed in."));
    }
}
