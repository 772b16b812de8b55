//! Keeping the draft: whenever typing rests, at once when the page is left, and never over what somebody else has saved.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use super::{Desk, Draft, Saving};
use crate::{
    error::AppError,
    tasks::{Urgency, say},
    templates::{
        api::{read_template, save_draft},
        designer::hands,
        view::SavedDraft,
    },
    ui::SessionEnd,
};

/// A draft is kept so long after the last change.
const REST: Duration = Duration::from_secs(1);
/// … and tried again after this where the server could not be reached.
const AGAIN: Duration = Duration::from_secs(5);

impl Desk {
    /// The version of the draft that the server has.
    pub fn version(self) -> i64 {
        self.kept.with_untracked(|kept| kept.version)
    }

    /// Whether the server has what is shown.
    pub fn is_kept(self) -> bool {
        self.draft.with(|draft| self.kept.with(|kept| kept.draft == *draft))
    }

    /// Keeps the draft whenever typing rests, and at once when the page is left.
    pub fn keep_saving(self) {
        Effect::new(move |_| {
            if self.is_kept() {
                // What broke a rule was not sent, and is gone.
                if matches!(self.saving.get_untracked(), Saving::Waiting | Saving::Failed(AppError::Invalid(_))) {
                    self.saving.set(Saving::Saved(self.kept.with_untracked(|kept| kept.at)));
                }
                return;
            }
            if !matches!(self.saving.get_untracked(), Saving::Conflict(_) | Saving::Busy) {
                self.saving.set(Saving::Waiting);
            }
            self.pause.then(REST, move || self.save());
        });
        // What had no session is kept as soon as there is one, and not only with the next change.
        if let Some(end) = use_context::<SessionEnd>() {
            end.go_on_with(move || self.save());
        }
        on_cleanup(move || {
            self.pause.cancel();
            if !self.is_kept_now() {
                self.save();
            }
        });
    }

    fn is_kept_now(self) -> bool {
        let draft = self.draft.try_get_untracked();
        draft.is_none_or(|draft| self.kept.try_with_untracked(|kept| kept.draft == draft).unwrap_or(true))
    }

    /// Keeps the draft now. Nothing where that is done, under way, or a conflict waits.
    pub fn save(self) {
        let (Some(draft), Some(kept)) = (self.draft.try_get_untracked(), self.kept.try_get_untracked()) else { return };
        let waits = matches!(self.saving.try_get_untracked(), Some(Saving::Conflict(_)));
        if kept.is_busy || waits || kept.draft == draft || !self.can_edit {
            return;
        }
        if let Err(problem) = draft.document.check() {
            self.saving.set(Saving::Failed(problem));
            return;
        }
        self.kept.update_untracked(|kept| kept.is_busy = true);
        self.saving.set(Saving::Busy);
        self.pause.cancel();
        spawn_local(async move {
            let Ok(json) = serde_json::to_string(&draft.document) else { return };
            let answer = save_draft(self.id, kept.version, draft.name.clone(), draft.category, json).await;
            self.hear(draft, answer);
        });
    }

    fn hear(self, sent: Draft, answer: Result<SavedDraft, AppError>) {
        // Untracked: what was refused would count as changed, and be sent again for ever.
        self.kept.try_update_untracked(|kept| kept.is_busy = false);
        match answer {
            Ok(SavedDraft { version, .. }) => {
                let now = hands::millis();
                self.kept.try_update(|kept| {
                    kept.version = version;
                    kept.draft = sent;
                    kept.at = Some(now);
                });
                if self.is_kept_now() {
                    self.saving.try_set(Saving::Saved(Some(now)));
                } else if self.saving.try_set(Saving::Waiting).is_none() {
                    self.pause.then(REST, move || self.save());
                }
            }
            Err(AppError::Conflict(conflict)) if conflict.version > 0 => {
                say("This template was saved elsewhere meanwhile.".into(), Urgency::Assertive);
                self.saving.try_set(Saving::Conflict(conflict));
            }
            // What was refused was taken back meanwhile.
            Err(AppError::Invalid(_)) if self.is_kept_now() => {
                let at = self.kept.try_with_untracked(|kept| kept.at).flatten();
                self.saving.try_set(Saving::Saved(at));
            }
            Err(error) => {
                let goes_away = matches!(error, AppError::Offline | AppError::Unavailable | AppError::Conflict(_));
                let has_changed = self.draft.try_with_untracked(|now| *now != sent).unwrap_or_default();
                if self.saving.try_set(Saving::Failed(error)).is_some() {
                    return;
                }
                if has_changed {
                    self.pause.then(REST, move || self.save());
                } else if goes_away {
                    self.pause.then(AGAIN, move || self.save());
                }
            }
        }
    }

    /// Shows what somebody else has saved; what stood here can be had again by undoing.
    pub fn load_theirs(self) {
        spawn_local(async move {
            match read_template(self.id.to_string()).await {
                Ok(desk) => {
                    let theirs = Draft { name: desk.name, category: desk.category, document: desk.draft };
                    self.kept.try_update(|kept| {
                        kept.version = desk.draft_version;
                        kept.draft = theirs.clone();
                    });
                    self.saving.try_set(Saving::Saved(None));
                    self.change(None, |draft| *draft = theirs);
                    self.redraw();
                }
                Err(error) => self.fail(error.words()),
            }
        });
    }

    /// Writes over what somebody else has saved.
    pub fn keep_mine(self) {
        let Saving::Conflict(conflict) = self.saving.get_untracked() else { return };
        self.kept.update(|kept| kept.version = conflict.version);
        self.saving.set(Saving::Waiting);
        self.save();
    }
}
