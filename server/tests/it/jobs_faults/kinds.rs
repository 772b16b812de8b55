//! Jobs that make no report die at the points that they have, and the next program goes on from there: what they do is
//! done once.

use std::fs;

use app::{
    domain::{
        crash_point::CrashPoint,
        ids::{ScheduleId, TaskId},
        job::JobKind,
        occurrence::OccurrenceState,
        task::{EventKind, Priority},
    },
    entities::task_event,
    jobs::kind_form::beginning,
    platform::ctx::Ctx,
    projects::service::{access, projects},
    tasks::service::{
        assign,
        create::{self, NewTask},
        moves::End,
    },
    testing::{TestApp, sent_report},
};
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::stage::Stage;
use crate::git_archive::{git, hook, push_to_folder, with_files};

/// As many at a time as keep two cores busy.
const AT_A_TIME: usize = 5;
/// What the program is started with to push to a folder.
const FILES: (&str, &str) = ("AUTOREPORT_GIT_REMOTES", "files");
/// Finished tasks that a job archives.
const TASKS: usize = 3;

/// Mails for each person alone: what is collected, what is stored, what is sent.
const OF_MAIL: [CrashPoint; 7] = [
    CrashPoint::BuildBegun,
    CrashPoint::Built,
    CrashPoint::Frozen,
    CrashPoint::Rendered,
    CrashPoint::PartStored,
    CrashPoint::DotSent,
    CrashPoint::AllSent,
];

/// Work in the program itself, which has no messages. It is done, and nobody knows, at `Rendered`.
const OF_WORK: [CrashPoint; 5] =
    [CrashPoint::Built, CrashPoint::Frozen, CrashPoint::Rendered, CrashPoint::SendingBegun, CrashPoint::AllSent];

async fn survives(app: TestApp, kind: JobKind, point: CrashPoint) {
    let stage = Stage::new(with_files(app), &[]).await;
    let (job, instants) = set_up(&stage, kind).await;
    // What happens to a message happens to the second one of the run.
    let at = format!("{point}:{}", if point.leaves_uncertainty() { 2 } else { 1 });
    stage.has_died(stage.start(&[FILES, ("AUTOREPORT_TEST_CRASH_AT", &at)])).await;
    let left = stage.runs(job).await.remove(0);
    assert_eq!(left.state, state_at(point), "{kind}: {point} stands where its words say");

    let program = stage.start(&[FILES]);
    stage.finish(job, instants.len(), &program).await;
    drop(program);
    let words = format!("{kind}, {point}: {:?}", stage.log(job).await);
    let runs = stage.runs(job).await;
    if left.snapshot_hash.is_some() {
        assert_eq!(runs[0].snapshot_hash, left.snapshot_hash, "what was frozen stays: {words}");
    }
    let messages = match kind {
        JobKind::Digest => [2, 2],
        JobKind::Reminder => [2, 0],
        _ => [0, 0],
    };
    let uncertain = stage.check_each(job, &instants, &messages).await;
    assert_eq!(uncertain, usize::from(point.leaves_uncertainty()), "{words}");
    let first = if uncertain > 0 { OccurrenceState::Partly } else { OccurrenceState::Done };
    let second = match kind {
        // Nobody is reminded twice, and what was archived is not there any more.
        JobKind::Reminder | JobKind::ArchiveTasks => OccurrenceState::Skipped,
        _ => OccurrenceState::Done,
    };
    assert_eq!(runs.iter().map(|run| run.state).collect::<Vec<_>>(), [first, second], "{words}");
    match kind {
        JobKind::ArchiveTasks => each_is_archived_once(&stage, job).await,
        JobKind::GitPush => is_pushed_once(&stage),
        _ => {}
    }
}

/// What a program leaves that dies there.
fn state_at(point: CrashPoint) -> OccurrenceState {
    match point {
        CrashPoint::BuildBegun | CrashPoint::Built => OccurrenceState::Building,
        CrashPoint::Frozen | CrashPoint::Rendered | CrashPoint::PartStored => OccurrenceState::Frozen,
        _ => OccurrenceState::Sending,
    }
}

/// A job of a kind that has something to do, with two instants that have come and that nobody has planned.
async fn set_up(stage: &Stage, kind: JobKind) -> (ScheduleId, Vec<DateTime<Utc>>) {
    let mut form = beginning(kind);
    match kind {
        JobKind::Digest | JobKind::Reminder => {
            form.recipients = "mina@example.org\njonas@example.org".into();
            let soon = stage.now() + TimeDelta::hours(12);
            for person in [&stage.cast.mina, &stage.cast.jonas] {
                let task = add(stage, "Due soon", 0, TimeDelta::zero(), Some(soon)).await;
                assign::set(&stage.mina(), task, &[person.id]).await.unwrap();
            }
        }
        JobKind::ArchiveTasks => {
            for number in 0..TASKS {
                add(stage, &format!("Finished {number}"), 3, TimeDelta::days(40), None).await;
            }
        }
        JobKind::GitPush => with_remote(stage).await,
        JobKind::WeeklyReport => panic!("a report has tests of its own"),
    }
    stage.hourly(form, TimeDelta::hours(2)).await
}

/// A task at the foot of a column, made some time ago.
async fn add(stage: &Stage, title: &str, column: usize, ago: TimeDelta, due_at: Option<DateTime<Utc>>) -> TaskId {
    let made = stage.mina();
    let ctx = Ctx { now: made.now - ago, ..made };
    let editing = access::by_id(&ctx, ctx.reader(), stage.project.id).await.unwrap().editing().unwrap();
    let columns = projects::columns(ctx.reader(), stage.project.id).await.unwrap();
    let new = NewTask {
        column: columns[column].id,
        end: End::Bottom,
        title: title.into(),
        description: String::new(),
        priority: Priority::Medium,
        due_on: None,
        due_at,
        op_id: None,
    };
    create::create(&ctx, &editing, new).await.unwrap().id
}

/// The archive has a report, and is pushed to a server that writes down what comes.
async fn with_remote(stage: &Stage) {
    sent_report(&stage.app, stage.project.id).await;
    // What the archive pushes by itself is not due while the test lasts: the job is to do it.
    let later = stage.now() + TimeDelta::hours(1);
    push_to_folder(&Ctx { now: later, ..Ctx::system(&stage.app) }).await;
    hook(&stage.app.settings.data_dir, "post-receive", "cat >> pushes");
}

async fn each_is_archived_once(stage: &Stage, job: ScheduleId) {
    let query = task_event::Entity::find().filter(task_event::Column::Kind.eq(EventKind::Archived));
    let events = query.all(stage.app.reader()).await.unwrap();
    let mut tasks: Vec<_> = events.iter().map(|event| event.task_id).collect();
    tasks.sort_unstable();
    tasks.dedup();
    assert_eq!((events.len(), tasks.len()), (TASKS, TASKS), "each is archived once");
    let log = stage.log(job).await;
    assert_eq!(log.iter().filter(|words| words.starts_with("Archived T-")).count(), TASKS, "and named: {log:?}");
}

fn is_pushed_once(stage: &Stage) {
    let folder = &stage.app.settings.data_dir;
    let (server, archive) = (folder.join("server.git"), folder.join("archive.git"));
    let pushes = fs::read_to_string(server.join("pushes")).unwrap();
    assert_eq!(pushes.lines().count(), 1, "the branch came there once: {pushes}");
    let main = ["rev-parse", "main"];
    assert_eq!(git(&server, &main), git(&archive, &main), "all that the archive has is there");
}

/// Each point on a database of its own.
async fn survives_each(kind: JobKind, points: &[CrashPoint]) {
    for points in points.chunks(AT_A_TIME) {
        let each = points.iter().map(|&point| async move {
            survives(TestApp::on_sqlite().await, kind, point).await;
        });
        join_all(each).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_whose_program_dies_at_any_of_its_points_comes_to_each_person_once() {
    survives_each(JobKind::Digest, &OF_MAIL).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_whose_program_dies_at_any_of_its_points_comes_once() {
    survives_each(JobKind::Reminder, &OF_MAIL).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_are_archived_once_whenever_the_program_dies() {
    survives_each(JobKind::ArchiveTasks, &OF_WORK).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_archive_is_pushed_once_whenever_the_program_dies() {
    survives_each(JobKind::GitPush, &OF_WORK).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_whose_program_is_killed_while_git_is_at_it_is_made_by_the_next_one() {
    let stage = Stage::new(with_files(TestApp::on_sqlite().await), &[]).await;
    let (job, instants) = set_up(&stage, JobKind::GitPush).await;
    // The server takes its time with what comes first.
    let folder = stage.app.settings.data_dir.clone();
    hook(&folder, "pre-receive", "if mkdir at-it 2>/dev/null; then sleep 2; fi");
    let program = stage.start(&[FILES]);
    stage.until("pushing", || folder.join("server.git/at-it").exists()).await;
    stage.kill(program);
    let left = stage.runs(job).await.remove(0);
    assert_eq!(left.state, OccurrenceState::Frozen, "it is not said to be done");

    let program = stage.start(&[FILES]);
    stage.finish(job, instants.len(), &program).await;
    drop(program);
    assert_eq!(stage.check_each(job, &instants, &[0, 0]).await, 0);
    let states: Vec<_> = stage.runs(job).await.iter().map(|run| run.state).collect();
    assert_eq!(states, [OccurrenceState::Done; 2], "{:?}", stage.log(job).await);
    is_pushed_once(&stage);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql_the_next_program_goes_on_with_what_is_no_report_when_the_lease_has_run_out() {
    let cases = [
        (JobKind::Digest, CrashPoint::DotSent),
        (JobKind::ArchiveTasks, CrashPoint::Rendered),
        (JobKind::GitPush, CrashPoint::Rendered),
    ];
    let each = cases.into_iter().map(|(kind, point)| async move {
        if let Some(app) = TestApp::on_postgres().await {
            survives(app, kind, point).await;
        }
    });
    join_all(each).await;
}
