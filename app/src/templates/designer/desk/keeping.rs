//! Keeping the draft: whenever typing rests, at once when the page is left, and never over what somebody else has saved.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use super::{
    Desk, Draft, LastSave, Saving,
    unanswered::{self, Unanswered},
};
use crate::{
    error::AppError,
    tasks::{Urgency, say},
    templates::{
        api::{read_template, save_draft},
        designer::hands,
        view::{SavedDraft, TemplateDesk},
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
        Effect::new(move |_| self.go_on());
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
            self.leave();
        });
    }

    /// The page is left: what is not kept is sent, and noted for the page that comes next in this tab.
    pub fn leave(self) {
        if self.is_kept_now() {
            return;
        }
        self.save();
        if let Some(typed) = self.draft.try_get_untracked() {
            unanswered::note_typed(self.me, self.id, typed);
        }
    }

    /// Goes on from the save that was on its way when the page was left before. It is sent once more: where it has come
    /// meanwhile, the server knows it again, and nobody is told that somebody else has saved.
    fn go_on(self) {
        let Some(left) = unanswered::of(self.me, self.id) else { return };
        let (version, is_there) = self.kept.with_untracked(|kept| (kept.version, kept.draft == left.sent));
        unanswered::forget(self.me, self.id);
        if !is_there && !left.is_open(version) {
            return;
        }
        let Unanswered { version: started_from, sent, typed } = left;
        if !is_there {
            self.kept.update_untracked(|kept| kept.version = started_from);
            self.change(None, |draft| *draft = sent);
            self.save();
        }
        let has_more = self.change(None, |draft| *draft = typed);
        if has_more || !is_there {
            self.redraw();
        }
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
        unanswered::note(
            self.me,
            self.id,
            &Unanswered { version: kept.version, sent: draft.clone(), typed: draft.clone() },
        );
        spawn_local(async move {
            let Ok(json) = serde_json::to_string(&draft.document) else { return };
            let answer = save_draft(self.id, kept.version, draft.name.clone(), draft.category, json).await;
            self.note_answer(&draft, &answer);
            let theirs = match &answer {
                Err(AppError::Conflict(conflict)) if conflict.version > 0 => Some(
                    read_template(self.id.to_string())
                        .await
                        .map_or_else(|_| LastSave::unknown(conflict.version), |desk| LastSave::of(&desk)),
                ),
                _ => None,
            };
            match theirs {
                Some(theirs) => {
                    self.kept.try_update_untracked(|kept| kept.is_busy = false);
                    self.collide(theirs);
                }
                None => self.hear(draft, answer),
            }
        });
    }

    /// Forgets what was noted of a save that is answered. Where the server could not be reached it stays, and so does what
    /// was typed behind it into a page that is gone.
    fn note_answer(self, sent: &Draft, answer: &Result<SavedDraft, AppError>) {
        let is_open = match answer {
            Err(AppError::Conflict(conflict)) => conflict.version == 0,
            Err(error) => matches!(error, AppError::Offline | AppError::Unavailable | AppError::SignedOut),
            Ok(_) => false,
        };
        let Some(noted) = unanswered::of(self.me, self.id).filter(|noted| !is_open && noted.sent == *sent) else {
            return;
        };
        let is_gone = self.draft.try_get_untracked().is_none();
        if !is_gone || answer.is_err() || noted.typed == noted.sent {
            unanswered::forget(self.me, self.id);
        }
    }

    /// Another draft was saved than the one that is worked on here.
    fn collide(self, theirs: LastSave) {
        say(theirs.words(), Urgency::Assertive);
        self.saving.try_set(Saving::Conflict(theirs));
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
                Ok(desk) => self.show_theirs(desk),
                Err(error) => self.fail(error.words()),
            }
        });
    }

    fn show_theirs(self, desk: TemplateDesk) {
        self.last.try_set(LastSave::of(&desk));
        let theirs = Draft { name: desk.name, category: desk.category, document: desk.draft };
        self.kept.try_update(|kept| {
            kept.version = desk.draft_version;
            kept.draft = theirs.clone();
        });
        self.saving.try_set(Saving::Saved(None));
        self.change(None, |draft| *draft = theirs);
        self.redraw();
    }

    /// Looks what was saved elsewhere while somebody was away from the page: it is shown, or said where something here is
    /// not kept. Nothing is said where the server does not answer; the next save says it.
    pub fn look_again(self) {
        let is_idle = move || {
            let is_busy = self.kept.try_with_untracked(|kept| kept.is_busy).unwrap_or(true);
            let waits = matches!(self.saving.try_get_untracked(), None | Some(Saving::Conflict(_)));
            let is_held = self.lifted.try_with_untracked(Option::is_some).unwrap_or(true);
            !is_busy && !waits && !is_held
        };
        if !is_idle() {
            return;
        }
        spawn_local(async move {
            let Ok(desk) = read_template(self.id.to_string()).await else { return };
            let known = self.kept.try_with_untracked(|kept| kept.version);
            if !is_idle() || known.is_none_or(|known| desk.draft_version <= known) {
                return;
            }
            if self.is_kept_now() {
                self.show_theirs(desk);
                say("The draft that was saved meanwhile is shown.".into(), Urgency::Polite);
            } else {
                self.collide(LastSave::of(&desk));
            }
        });
    }

    /// Writes over what somebody else has saved.
    pub fn keep_mine(self) {
        let Saving::Conflict(theirs) = self.saving.get_untracked() else { return };
        self.kept.update(|kept| kept.version = theirs.version);
        self.saving.set(Saving::Waiting);
        self.save();
    }
}
