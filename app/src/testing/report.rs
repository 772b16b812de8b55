//! A report that was written, kept and sent, without a job having run.

use chrono::NaiveTime;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter,
};
use uuid::Uuid;

use super::TestApp;
use crate::{
    domain::{
        delivery::DeliveryPhase,
        ids::{ArtifactId, DeliveryId, OccurrenceId, ProjectId, ScheduleId},
        job::{JobKind, RecipientKind, ScheduleState},
        occurrence::{OccurrenceState, Trigger},
        period::Period,
        planner::{Misfire, Overlap},
        schedule::{Cadence, ScheduleSpec},
        smtp_reply::SmtpReply,
    },
    entities::{artifact, delivery, delivery_content, occurrence, occurrence_snapshot, schedule},
    platform::{ctx::Ctx, hash::sha256},
    reports::service::{
        archive::{self, Kept},
        render, snapshot,
    },
};

/// A run that was written, kept and sent to two people, one of whom the server refused.
pub async fn sent_report(app: &TestApp, project: ProjectId) -> OccurrenceId {
    let job = job(app, project).await;
    next_report(app, project, job).await
}

/// A job that has run.
async fn job(app: &TestApp, project: ProjectId) -> ScheduleId {
    let ctx = Ctx::system(&app.app);
    let cadence = Cadence::Daily { at: NaiveTime::MIN };
    let spec = ScheduleSpec::new(cadence, "UTC");
    let job = ScheduleId(Uuid::now_v7());
    schedule::ActiveModel {
        id: Set(job),
        project_id: Set(project),
        owner_id: Set(None),
        name: Set("Weekly status".into()),
        kind: Set(JobKind::WeeklyReport),
        spec: Set(serde_json::to_string(&spec).expect("the report is made")),
        account_id: Set(None),
        state: Set(ScheduleState::Paused),
        pause_note: Set(Some("It ran once.".into())),
        next_run_at: Set(None),
        last_planned_at: Set(ctx.now),
        misfire: Set(Misfire::LatestOnly),
        catch_up_at_most: Set(1),
        catch_up_minutes: Set(60),
        grace_minutes: Set(5),
        overlap: Set(Overlap::Skip),
        failures_in_row: Set(0),
        pause_after_failures: Set(3),
        created_at: Set(ctx.now),
        updated_at: Set(ctx.now),
        deleted_at: Set(None),
        version: Set(1),
        // The rules that every schedule has when it is made.
        ..Default::default()
    }
    .insert(app.reader())
    .await
    .expect("the report is made");
    job
}

/// As [`sent_report`], of a job that is there, for the instant at which the clock of the test stands.
pub async fn next_report(app: &TestApp, project: ProjectId, job: ScheduleId) -> OccurrenceId {
    let ctx = Ctx::system(&app.app);
    let db = app.reader();
    let period = Period::ending(ctx.now.date_naive(), 7);
    let frozen = snapshot::build(&ctx, project, period, ctx.now).await.expect("the report is made");
    let json = snapshot::to_json(&frozen).expect("the report is made");
    let run = OccurrenceId(Uuid::now_v7());
    let before = occurrence::Entity::find().filter(occurrence::Column::ScheduleId.eq(job)).count(db).await;
    let number = i32::try_from(before.expect("the runs are counted")).expect("a few") + 1;
    let written =
        render::write(&frozen, &archive::address(&ctx, run, number, "Weekly status")).expect("the report is made");
    let images = render::draw(&frozen).await.expect("the report is made");
    let kept = Kept {
        occurrence: run,
        planned_at: ctx.now,
        frozen_at: ctx.now,
        snapshot: &frozen,
        json: &json,
        written: &written,
        images: &images,
        attachments: &[],
    };
    let commit = archive::commit(&ctx, kept).await.expect("the report is made");
    occurrence::ActiveModel {
        id: Set(run),
        schedule_id: Set(job),
        project_id: Set(project),
        number: Set(number),
        scheduled_at: Set(ctx.now),
        trigger: Set(Trigger::Schedule),
        state: Set(OccurrenceState::Partly),
        reason: Set(None),
        fence: Set(1),
        attempts: Set(1),
        period_from: Set(Some(period.first)),
        period_to: Set(Some(period.last)),
        subject: Set(Some(written.subject.clone())),
        finding: Set(Some(frozen.finding.words())),
        snapshot_hash: Set(Some(sha256(json.as_bytes()))),
        commit_id: Set(Some(commit)),
        started_at: Set(Some(ctx.now)),
        finished_at: Set(Some(ctx.now)),
        created_at: Set(ctx.now),
        ..Default::default()
    }
    .insert(db)
    .await
    .expect("the report is made");
    let facts = occurrence_snapshot::ActiveModel { occurrence_id: Set(run), snapshot: Set(json) };
    facts.insert(db).await.expect("the report is made");
    let mut files = vec![
        ("report.html".to_owned(), written.html.into_bytes()),
        ("report.txt".to_owned(), written.text.into_bytes()),
    ];
    files.extend(images.into_iter().map(|image| (format!("{}.png", image.name), image.png)));
    for (name, bytes) in files {
        let file = artifact::ActiveModel {
            id: Set(ArtifactId(Uuid::now_v7())),
            occurrence_id: Set(run),
            name: Set(name),
            content_type: Set("text/html".into()),
            bytes: Set(bytes),
        };
        file.insert(db).await.expect("the report is made");
    }
    let replies = [
        ("mina@example.org", DeliveryPhase::Accepted, SmtpReply::new(250, Some("2.0.0".into()), "queued as 1")),
        ("sam@example.org", DeliveryPhase::Failed, SmtpReply::new(550, Some("5.1.1".into()), "no such user")),
    ];
    for (position, (address, phase, reply)) in (0..).zip(replies) {
        let message = delivery::ActiveModel {
            id: Set(DeliveryId(Uuid::now_v7())),
            occurrence_id: Set(run),
            position: Set(position),
            kind: Set(RecipientKind::To),
            address: Set(address.into()),
            name: Set(String::new()),
            phase: Set(phase),
            message_id: Set(format!("{}@example.org", Uuid::now_v7())),
            dated_at: Set(ctx.now),
            reply: Set(Some(serde_json::to_string(&reply).expect("the report is made"))),
            reason: Set(None),
            attempts: Set(1),
            queued_at: Set(ctx.now),
            retried_uncertain: Set(false),
            fence: Set(1),
            created_at: Set(ctx.now),
            updated_at: Set(ctx.now),
            ..Default::default()
        };
        let message = message.insert(db).await.expect("the report is made");
        let mime = format!("Subject: to {address}\r\n\r\nhello\r\n").into_bytes();
        let content = delivery_content::ActiveModel { delivery_id: Set(message.id), mime: Set(mime) };
        content.insert(db).await.expect("the report is made");
    }
    run
}

/// What a run has frozen; none before that, and after it was removed.
pub async fn frozen(app: &TestApp, run: OccurrenceId) -> Option<String> {
    snapshot::stored(app.reader(), run).await.expect("the data are read")
}

/// Other data in place of those that a run has frozen.
pub async fn replace_frozen(app: &TestApp, run: OccurrenceId, json: &str) {
    let row = occurrence_snapshot::ActiveModel { occurrence_id: Unchanged(run), snapshot: Set(json.to_owned()) };
    row.update(app.reader()).await.expect("the data are replaced");
}

/// A run whose data the retention has removed, now.
pub async fn removed(app: &TestApp, run: OccurrenceId, months: i32) {
    let gone = occurrence_snapshot::Entity::delete_by_id(run).exec(app.reader()).await;
    assert_eq!(gone.expect("the data are removed").rows_affected, 1);
    let row = occurrence::ActiveModel {
        id: Unchanged(run),
        removed_at: Set(Some(app.clock.now())),
        removed_after_months: Set(Some(months)),
        ..Default::default()
    };
    row.update(app.reader()).await.expect("the run says so");
}
