//! What pages say of jobs and runs, and which jobs a filter shows.

use uuid::Uuid;

use super::*;
use crate::domain::{
    ids::{OccurrenceId, ScheduleId},
    job::{JobKind, ScheduleState},
    occurrence::{OccurrenceState, Trigger},
};

fn job() -> JobItem {
    JobItem {
        id: ScheduleId(Uuid::nil()),
        kind: JobKind::WeeklyReport,
        name: "Weekly report".into(),
        project_key: "REP".into(),
        project_name: "Reporting".into(),
        sentence: "Mondays at 07:00, UTC".into(),
        state: ScheduleState::On,
        pause_note: None,
        next: None,
        next_in: None,
        draft_now: None,
        runs: Vec::new(),
        can_edit: true,
    }
}

fn fits(q: &str, project: &str, state: &str, result: &str) -> bool {
    let [q, project, state, result] = [q, project, state, result].map(str::to_owned);
    JobFilter { q, project, state, result }.fits(&job())
}

fn run(draft: Option<DraftWait>) -> RunItem {
    RunItem {
        id: OccurrenceId(Uuid::nil()),
        kind: JobKind::WeeklyReport,
        number: 12,
        scheduled: Moment { at: DateTime::UNIX_EPOCH, words: "Thu 1 Jan 1970, 00:00".into() },
        trigger: Trigger::Schedule,
        is_backfill: false,
        state: OccurrenceState::Frozen,
        draft,
        reason: None,
        subject: None,
        took: None,
        took_ms: None,
    }
}

#[test]
fn a_draft_is_said_to_wait_and_for_whom() {
    let until = Moment { at: DateTime::UNIX_EPOCH, words: "Mon 23 Nov 2026, 08:00".into() };
    let wait = DraftWait { who: "Mina Kovač".into(), until: Some(until) };
    assert_eq!(wait.words(), "By Mina Kovač until Mon 23 Nov 2026, 08:00; then it goes out as it is.");
    assert_eq!(run(None).label(), "Writing messages");
    assert_eq!(run(Some(wait.clone())).label(), "Waiting for approval");
    let with = |run| JobItem { runs: vec![run], ..job() }.last_result();
    assert_eq!((with(run(None)), with(run(Some(wait)))), (LastResult::Going, LastResult::Waiting));
}

#[test]
fn a_run_that_sends_nothing_has_words_of_its_own() {
    let of = |kind| RunItem { kind, ..run(None) }.label();
    assert_eq!((of(JobKind::GitPush), of(JobKind::ArchiveTasks)), ("Pushing", "Archiving"));
    let steps = |kind| RunStep::ALL.iter().filter_map(|step| step.label(kind)).collect::<Vec<_>>();
    assert_eq!(steps(JobKind::GitPush), ["Push"]);
    assert_eq!(steps(JobKind::ArchiveTasks), ["Find tasks", "Archive"]);
    assert_eq!(steps(JobKind::Digest), ["Collect data", "Draw and write", "Send"]);
}

#[test]
fn a_filter_asks_for_what_its_fields_say_and_for_nothing_else() {
    assert!(fits("", "", "", "") && JobFilter::default().is_empty());
    assert!(fits("MONDAYS", "rep", "ended", "none"));
    assert!(!fits("tuesdays", "", "", "") && !fits("", "OPS", "", ""));
    assert!(!fits("", "", "on", "") && !fits("", "", "", "failed"));
    assert!(fits("", "", "no such word", "nor this"));
}
