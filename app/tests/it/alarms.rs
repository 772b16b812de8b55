//! Alarms on both databases: told once, to whom they concern, in the app and by mail.

use app::{
    alarms::service::{choices, late, post, pushes, tell},
    domain::{
        account::{Me, UserState},
        alarm::{AlarmKind, Choices},
        delivery::DeliveryPhase,
        ids::{OccurrenceId, ScheduleId},
        mail_gate::Finder,
        notification::NotificationKind,
        occurrence::{Event, OccurrenceState, Remedy},
        planner::Overlap,
        suppression::SuppressionReason,
    },
    entities::{alarm, alarm_mail, delivery, git_push_failure, notification, outbox_message, user},
    jobs::{
        form::JobForm,
        rules_form::RulesForm,
        service::{
            backfill, ledger,
            runs::{self, Decision},
            schedules,
        },
    },
    mail::service::{accounts, gate, outbox, suppressions},
    notifications::service::inbox,
    platform::ctx::Ctx,
    projects::service::access,
    testing::{each_database, smtp_server::SmtpServer},
};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::jobs_stage::{Stage, hourly, mondays_at_ten};

/// A job that never pauses itself.
pub fn patient() -> JobForm {
    JobForm { rules: RulesForm { pause_after: "100".into(), ..RulesForm::default() }, ..mondays_at_ten() }
}

/// Starts a run by hand, a minute after whatever was before.
pub async fn start(stage: &Stage<'_>, id: ScheduleId) -> OccurrenceId {
    stage.pass(TimeDelta::minutes(1));
    runs::start(&stage.mina(), id).await.unwrap()
}

/// What a worker stores when a run breaks for good; kept or lost with the process.
pub async fn break_off(stage: &Stage<'_>, run: OccurrenceId, reason: &str, is_kept: bool) {
    let ctx = Ctx::system(stage.app);
    let tx = ctx.begin().await.unwrap();
    let id = ledger::read(&*tx, run).await.unwrap().schedule_id;
    let held = ledger::lock_schedule(&ctx, &tx, id).await.unwrap();
    let claimed = ledger::step(&ctx, &tx, &held, run, Event::Claimed, ledger::no_columns()).await.unwrap();
    let fence = claimed.unwrap().0.fence;
    let broke = Event::Broke { fence, reason: reason.into(), remedy: Remedy::Never };
    ledger::step(&ctx, &tx, &held, run, broke, ledger::no_columns()).await.unwrap().unwrap();
    if is_kept {
        tx.commit().await.unwrap();
    }
}

pub async fn fail(stage: &Stage<'_>, id: ScheduleId, reason: &str) -> OccurrenceId {
    let run = start(stage, id).await;
    break_off(stage, run, reason, true).await;
    run
}

/// What somebody was told, oldest first.
async fn told(stage: &Stage<'_>, me: &Me) -> Vec<notification::Model> {
    let query = notification::Entity::find().filter(notification::Column::UserId.eq(me.id));
    query.order_by_asc(notification::Column::Id).all(stage.app.reader()).await.unwrap()
}

async fn kinds(stage: &Stage<'_>) -> Vec<AlarmKind> {
    let rows = alarm::Entity::find().order_by_asc(alarm::Column::Id).all(stage.app.reader()).await.unwrap();
    rows.into_iter().map(|row| row.kind).collect()
}

/// Sends what is due, until nothing is.
pub async fn post_all(stage: &Stage<'_>) {
    stage.pass(TimeDelta::seconds(3));
    while post::send_due(stage.app).await.unwrap() > 0 {}
}

/// Subjects in the outbox that went to somebody, oldest first.
async fn caught(stage: &Stage<'_>, address: &str) -> Vec<String> {
    let query = outbox_message::Entity::find().filter(outbox_message::Column::EnvelopeTo.eq(address));
    let rows = query.order_by_asc(outbox_message::Column::Id).all(stage.app.reader()).await.unwrap();
    rows.into_iter().map(|row| row.subject).collect()
}

async fn mails(stage: &Stage<'_>) -> Vec<alarm_mail::Model> {
    alarm_mail::Entity::find().order_by_asc(alarm_mail::Column::Id).all(stage.app.reader()).await.unwrap()
}

#[tokio::test]
async fn a_failed_run_is_told_once_to_its_owner_and_nobody_else() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "rcpt:554"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&patient()).await;
        let run = start(&stage, id).await;
        stage.work().await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Failed]);
        let rows = told(&stage, &stage.cast.mina).await;
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].kind, NotificationKind::Alarm);
        assert!(
            rows[0].words.starts_with("Run 1 of Weekly report failed: the mail server answered 554"),
            "{}",
            rows[0].words
        );
        for other in [&stage.cast.jonas, &stage.cast.alex, &stage.cast.ravi] {
            assert!(told(&stage, other).await.is_empty(), "{}", other.name);
        }
        // Sent again by hand, it fails again: whoever did that is looking at it.
        let message = stage.deliveries(run).await.remove(0);
        runs::decide(&stage.mina(), message.id, Decision::SendAgain).await.unwrap();
        stage.work().await;
        assert_eq!(told(&stage, &stage.cast.mina).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_process_that_is_killed_before_the_end_is_stored_has_told_nobody_and_the_next_one_does() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&patient()).await;
        let run = start(&stage, id).await;
        break_off(&stage, run, "It broke.", false).await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Planned]);
        assert!(told(&stage, &stage.cast.mina).await.is_empty() && mails(&stage).await.is_empty());
        break_off(&stage, run, "It broke.", true).await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Failed]);
        assert_eq!((told(&stage, &stage.cast.mina).await.len(), mails(&stage).await.len()), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn failures_of_an_hour_are_one_mail_and_the_next_one_counts_them() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&patient()).await;
        fail(&stage, id, "It broke.").await;
        post_all(&stage).await;
        assert_eq!(caught(&stage, "mina@example.org").await, ["Run 1 of Weekly report failed: it broke"]);
        for _ in 0..5 {
            fail(&stage, id, "It broke again.").await;
            post_all(&stage).await;
        }
        assert_eq!(caught(&stage, "mina@example.org").await.len(), 1, "five failures later, within the hour");
        assert_eq!(told(&stage, &stage.cast.mina).await.len(), 6, "in the app there are all");
        stage.pass(TimeDelta::hours(1));
        post_all(&stage).await;
        let subjects = caught(&stage, "mina@example.org").await;
        assert_eq!(subjects.len(), 2);
        assert_eq!(subjects[1], "Run 2 of Weekly report failed: it broke again (and 4 more since)");
        stage.pass(TimeDelta::hours(2));
        post_all(&stage).await;
        assert_eq!(caught(&stage, "mina@example.org").await.len(), 2, "nothing has happened since");
    })
    .await;
}

#[tokio::test]
async fn a_mail_says_everything_in_text_and_html_and_that_a_program_wrote_it() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&JobForm { name: "<b>Bold</b> & co".into(), ..patient() }).await;
        let run = fail(&stage, id, "It broke.").await;
        post_all(&stage).await;
        let row = outbox_message::Entity::find().one(app.reader()).await.unwrap().unwrap();
        let source = String::from_utf8_lossy(&row.mime).into_owned();
        assert!(source.contains("Auto-Submitted: auto-generated") && !source.contains("List-Id"), "{source}");
        let (_, reading) = outbox::reading(&stage.mina(), row.id).await.unwrap();
        let (text, html) = (reading.text.unwrap(), reading.html.unwrap());
        let link = format!("http://127.0.0.1:3000/jobs/runs/{run}");
        assert!(text.contains("Run 1 of <b>Bold</b> & co failed: it broke.") && text.contains(&link), "{text}");
        assert!(text.contains("/settings/alarms") && text.contains(" · run 1"), "{text}");
        assert!(html.contains("&lt;b&gt;Bold&lt;") && !html.contains("<b>Bold"), "{html}");
    })
    .await;
}

#[tokio::test]
async fn where_the_relay_takes_nothing_the_mail_is_kept_in_the_outbox() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "rcpt:554"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&patient()).await;
        start(&stage, id).await;
        stage.work().await;
        post_all(&stage).await;
        let subjects = caught(&stage, "mina@example.org").await;
        assert_eq!(subjects.len(), 1);
        assert!(subjects[0].starts_with("Run 1 of Weekly report failed: the mail server answered 554"), "{subjects:?}");
        assert_eq!(mails(&stage).await.remove(0).phase, DeliveryPhase::Accepted);
    })
    .await;
}

#[tokio::test]
async fn where_nothing_listens_the_mail_goes_another_way_at_once() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let port = {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            listener.local_addr().unwrap().port()
        };
        stage.sends_to(port).await;
        let id = stage.job(&patient()).await;
        fail(&stage, id, "It broke.").await;
        post_all(&stage).await;
        assert_eq!(caught(&stage, "mina@example.org").await.len(), 1);
        assert_eq!(mails(&stage).await.remove(0).attempts, 1);
    })
    .await;
}

#[tokio::test]
async fn while_an_account_that_works_has_much_to_do_the_mail_waits_for_it_and_is_not_kept_in_the_outbox() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        let account = stage.sends_to(server.port).await;
        gate::save_limits(&stage.mina(), account, "1", "1").await.unwrap();
        let id = stage.job(&patient()).await;
        fail(&stage, id, "It broke.").await;
        // The message of this minute is another one.
        let limits = gate::limits(app.reader(), account).await.unwrap();
        gate::ask(&Ctx::system(&app.app), account, limits, TimeDelta::zero()).await.unwrap();
        post_all(&stage).await;
        assert_eq!((caught(&stage, "mina@example.org").await.len(), server.messages().len()), (0, 0));
        stage.pass(TimeDelta::minutes(1));
        post_all(&stage).await;
        assert_eq!((caught(&stage, "mina@example.org").await.len(), server.messages().len()), (0, 1));
    })
    .await;
}

#[tokio::test]
async fn a_mail_that_was_on_its_way_when_its_process_died_goes_again() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&patient()).await;
        fail(&stage, id, "It broke.").await;
        let mut row = mails(&stage).await.remove(0).into_active_model();
        row.phase = Set(DeliveryPhase::Envelope);
        row.attempts = Set(1);
        row.due_at = Set(Some(app.clock.now()));
        row.update(app.reader()).await.unwrap();
        post_all(&stage).await;
        assert_eq!(mails(&stage).await.remove(0).phase, DeliveryPhase::Deferred);
        stage.pass(TimeDelta::minutes(2));
        post_all(&stage).await;
        assert_eq!(caught(&stage, "mina@example.org").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_somebody_does_not_want_by_mail_is_told_in_the_app_alone() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        assert_eq!(choices::of(app.reader(), stage.cast.mina.id).await.unwrap(), Choices::default());
        let quiet = Choices { failure: false, late: true, pause: true, solved: true };
        choices::save(&stage.mina(), quiet).await.unwrap();
        assert_eq!(choices::of(app.reader(), stage.cast.mina.id).await.unwrap(), quiet);
        let id = stage.job(&patient()).await;
        fail(&stage, id, "It broke.").await;
        post_all(&stage).await;
        assert!(caught(&stage, "mina@example.org").await.is_empty());
        assert_eq!(told(&stage, &stage.cast.mina).await.len(), 1);
        // That it works again is wanted, and told by mail alone.
        start(&stage, id).await;
        stage.work().await;
        post_all(&stage).await;
        assert_eq!(caught(&stage, "mina@example.org").await, ["Weekly report works again"]);
        assert_eq!(told(&stage, &stage.cast.mina).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_gets_no_mail_gets_no_alarms() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        suppressions::add(&stage.mina(), "mina@example.org", "").await.unwrap();
        let id = stage.job(&patient()).await;
        fail(&stage, id, "It broke.").await;
        post_all(&stage).await;
        assert!(caught(&stage, "mina@example.org").await.is_empty());
        let row = mails(&stage).await.remove(0);
        assert_eq!(row.phase, DeliveryPhase::Withheld);
        assert!(row.reason.unwrap().contains("no mail"));
        let silence = choices::silence(&stage.mina(), &stage.cast.mina).await.unwrap().unwrap();
        assert_eq!((silence.reason, silence.can_lift), (SuppressionReason::ByHand, true), "the page says so");
        assert_eq!(choices::silence(&stage.mina(), &stage.cast.jonas).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_does_not_exist_gets_no_second_alarm() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "rcpt:550:-1:5.1.1"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&patient()).await;
        fail(&stage, id, "It broke.").await;
        post_all(&stage).await;
        assert_eq!(mails(&stage).await.remove(0).phase, DeliveryPhase::Failed);
        let listed = suppressions::list(&stage.mina(), &suppressions::Search::default()).await.unwrap();
        let listed: Vec<_> = listed.into_iter().map(|listed| (listed.row.address, listed.row.words)).collect();
        assert_eq!(listed.len(), 1, "{listed:?}");
        assert!(listed[0].0 == "mina@example.org" && listed[0].1.contains("550 5.1.1"), "{listed:?}");
        stage.pass(TimeDelta::hours(2));
        fail(&stage, id, "It broke again.").await;
        post_all(&stage).await;
        assert_eq!(mails(&stage).await.pop().unwrap().phase, DeliveryPhase::Withheld);
        assert_eq!(server.count("refused"), 1, "the server is asked once");
        let silence = choices::silence(&stage.mina(), &stage.cast.mina).await.unwrap().unwrap();
        assert!(silence.reason == SuppressionReason::Bounced && silence.words.contains("550 5.1.1"), "{silence:?}");
    })
    .await;
}

#[tokio::test]
async fn a_mail_that_a_process_left_before_the_clock_was_set_back_waits_for_no_longer_than_a_lease() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&patient()).await;
        fail(&stage, id, "It broke.").await;
        let mut left = mails(&stage).await.remove(0).into_active_model();
        left.phase = Set(DeliveryPhase::Connecting);
        left.attempts = Set(1);
        left.due_at = Set(Some(app.clock.now() + TimeDelta::days(1)));
        left.update(app.reader()).await.unwrap();
        post_all(&stage).await;
        assert_eq!(mails(&stage).await[0].phase, DeliveryPhase::Connecting, "somebody may have it in hand");
        stage.pass(TimeDelta::minutes(15));
        post_all(&stage).await;
        assert_eq!(mails(&stage).await[0].phase, DeliveryPhase::Deferred);
        stage.pass(TimeDelta::minutes(10));
        post_all(&stage).await;
        assert_eq!(caught(&stage, "mina@example.org").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_mail_that_was_taken_up_and_not_begun_before_the_clock_was_set_back_goes_after_a_lease() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&patient()).await;
        fail(&stage, id, "It broke.").await;
        let mut left = mails(&stage).await.remove(0).into_active_model();
        left.due_at = Set(Some(app.clock.now() + TimeDelta::days(1)));
        left.update(app.reader()).await.unwrap();
        post_all(&stage).await;
        assert!(caught(&stage, "mina@example.org").await.is_empty(), "somebody may have it in hand");
        stage.pass(TimeDelta::minutes(15));
        post_all(&stage).await;
        assert_eq!(caught(&stage, "mina@example.org").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_mail_that_gathers_when_the_clock_is_set_back_does_not_wait_as_much_longer() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&patient()).await;
        fail(&stage, id, "It broke.").await;
        stage.pass(TimeDelta::hours(-1));
        post_all(&stage).await;
        assert!(caught(&stage, "mina@example.org").await.is_empty(), "somebody may have it in hand");
        stage.pass(TimeDelta::minutes(15));
        post_all(&stage).await;
        let subjects = caught(&stage, "mina@example.org").await;
        assert_eq!(subjects, ["Run 1 of Weekly report failed: it broke"], "and what it gathered is in it");
    })
    .await;
}

#[tokio::test]
async fn a_job_whose_owner_is_gone_concerns_the_owners_of_its_project() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let jonas = app.as_person(&stage.cast.jonas);
        let viewing = access::by_id(&jonas, app.reader(), stage.project.id).await.unwrap();
        let id = schedules::create(&jonas, &viewing.editing().unwrap(), &patient()).await.unwrap();
        fail(&stage, id, "It broke.").await;
        assert_eq!((told(&stage, &stage.cast.jonas).await.len(), told(&stage, &stage.cast.mina).await.len()), (1, 0));
        let row = user::Entity::find_by_id(stage.cast.jonas.id).one(app.reader()).await.unwrap().unwrap();
        let mut row = row.into_active_model();
        row.state = Set(UserState::Disabled);
        row.update(app.reader()).await.unwrap();
        fail(&stage, id, "It broke.").await;
        assert_eq!((told(&stage, &stage.cast.jonas).await.len(), told(&stage, &stage.cast.mina).await.len()), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_run_that_nobody_takes_is_late_after_its_grace_and_told_once() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        stage.job(&mondays_at_ten()).await;
        stage.pass(TimeDelta::minutes(60));
        stage.plan().await;
        let sweep = async || late::sweep(&Ctx::system(&app)).await.unwrap();
        stage.pass(TimeDelta::minutes(15));
        assert_eq!(sweep().await, 0, "within its grace");
        stage.pass(TimeDelta::minutes(1));
        assert_eq!(sweep().await, 1);
        assert_eq!(sweep().await, 0);
        let rows = told(&stage, &stage.cast.mina).await;
        assert_eq!(rows.len(), 1);
        assert!(
            rows[0].words.starts_with("Weekly report did not start in time: the run of Mon 23 Nov 2026, 10:00"),
            "{}",
            rows[0].words
        );
    })
    .await;
}

#[tokio::test]
async fn however_many_runs_are_caught_up_with_none_that_is_late_is_hidden_behind_them() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let rules =
            RulesForm { misfire: "all".into(), at_most: "1000".into(), catch_up: "168".into(), ..RulesForm::default() };
        let often = stage.job(&JobForm { expression: "*/15 * * * *".into(), rules, ..hourly() }).await;
        stage.pass(TimeDelta::days(7));
        stage.plan().await;
        let waiting = stage.states(often).await;
        assert!(waiting.iter().filter(|state| **state == OccurrenceState::Planned).count() > 600);
        let id = stage.job(&mondays_at_ten()).await;
        stage.pass(TimeDelta::minutes(60));
        stage.plan().await;
        stage.pass(TimeDelta::minutes(16));
        late::sweep(&Ctx::system(&app)).await.unwrap();
        let run = stage.runs(id).await.remove(0).id;
        let told = alarm::Entity::find().filter(alarm::Column::OccurrenceId.eq(run)).all(app.reader()).await.unwrap();
        assert_eq!(told.iter().map(|row| row.kind).collect::<Vec<_>>(), [AlarmKind::Late]);
    })
    .await;
}

#[tokio::test]
async fn a_schedule_that_cannot_be_planned_is_not_missed_silently() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        let mut row = stage.schedule(id).await.into_active_model();
        row.spec = Set("no schedule".into());
        row.update(app.reader()).await.unwrap();
        stage.pass(TimeDelta::minutes(80));
        // It is tried each second: the connection that has just given up may hold the row for a moment more.
        for _ in 0..100 {
            assert_eq!(stage.plan().await, 0);
            if !told(&stage, &stage.cast.mina).await.is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(stage.plan().await, 0);
        let rows = told(&stage, &stage.cast.mina).await;
        assert_eq!(rows.len(), 1);
        assert!(rows[0].words.contains("could not be planned"), "{}", rows[0].words);
    })
    .await;
}

#[tokio::test]
async fn runs_that_were_missed_while_nothing_ran_are_told_together() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&hourly()).await;
        stage.pass(TimeDelta::minutes(6 * 60 + 30));
        stage.plan().await;
        let rows = told(&stage, &stage.cast.mina).await;
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert!(rows[0].words.contains("6 runs were missed"), "{}", rows[0].words);
        assert_eq!(late::sweep(&Ctx::system(&app)).await.unwrap(), 0, "the one that still runs is among them");
        assert_eq!(stage.runs(id).await.len(), 6);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_pauses_itself_says_so_with_the_way_to_resume_it() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        for _ in 0..3 {
            fail(&stage, id, "It broke.").await;
        }
        assert_eq!(kinds(&stage).await, [AlarmKind::Failed, AlarmKind::Failed, AlarmKind::Failed, AlarmKind::Paused]);
        let mina = stage.mina();
        let page = inbox::read(&mina, false, None).await.unwrap();
        assert_eq!((page.unread, page.entries.len()), (4, 1), "what is about the same stands together");
        let entry = &page.entries[0];
        let alarm = entry.alarm.as_ref().unwrap();
        assert_eq!((alarm.kind, alarm.more), (AlarmKind::Paused, 3));
        assert_eq!(alarm.href, format!("/jobs/{id}"));
        inbox::mark_read(&mina, Some(entry.id)).await.unwrap();
        assert_eq!(inbox::unread(&mina).await.unwrap(), 0);
        post_all(&stage).await;
        let subjects = caught(&stage, "mina@example.org").await;
        assert!(subjects[0].starts_with("Weekly report is paused: 3 runs failed in a row"), "{subjects:?}");
        assert!(subjects[0].ends_with("(and 3 more since)"), "{subjects:?}");
    })
    .await;
}

#[tokio::test]
async fn a_message_that_may_have_arrived_waits_for_a_decision_and_that_is_one_alarm() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--drop-after-dot"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&patient()).await;
        start(&stage, id).await;
        stage.work().await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Partly]);
        assert_eq!(kinds(&stage).await, [AlarmKind::Uncertain]);
        assert_eq!(told(&stage, &stage.cast.mina).await.len(), 1);
        // Decided about the last one, it asks nobody any more.
        let run = stage.runs(id).await[0].id;
        let unknown = stage.deliveries(run).await.into_iter().filter(|row| row.phase == DeliveryPhase::Uncertain);
        let unknown: Vec<_> = unknown.map(|row| row.id).collect();
        let words = told(&stage, &stage.cast.mina).await[0].words.clone();
        assert!(words.contains("it is unknown of 2 messages whether they arrived"), "{words}");
        assert_eq!(unknown.len(), 2);
        for (at, message) in unknown.iter().enumerate() {
            assert_eq!(inbox::unread(&stage.mina()).await.unwrap(), 1, "{at} of {} decided", unknown.len());
            let words = told(&stage, &stage.cast.mina).await[0].words.clone();
            assert_eq!(words.contains("of 2 messages"), at == 0, "it counts what is left: {words}");
            runs::decide(&stage.mina(), *message, Decision::Arrived).await.unwrap();
        }
        assert_eq!(inbox::unread(&stage.mina()).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_message_that_becomes_unknown_after_the_mail_about_others_is_told_by_the_next_mail() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&patient()).await;
        let run = start(&stage, id).await;
        stage.work().await;
        let messages = stage.deliveries(run).await;
        assert_eq!(messages.len(), 2);
        for (at, message) in messages.into_iter().enumerate() {
            let address = message.address.clone();
            let ctx = Ctx::system(&app);
            let tx = ctx.begin().await.unwrap();
            let phase = Set(DeliveryPhase::Uncertain);
            let unknown = delivery::ActiveModel { id: Set(message.id), phase, ..Default::default() };
            unknown.update(&*tx).await.unwrap();
            tell::uncertain(&ctx, &tx, run, &address).await.unwrap();
            tx.commit().await.unwrap();
            post_all(&stage).await;
            assert_eq!(decisions(&stage).await.len(), 1, "within an hour no other mail about the same job");
            assert_eq!(inbox::unread(&stage.mina()).await.unwrap(), 1);
            inbox::mark_read(&stage.mina(), None).await.unwrap();
            let is_last = at == 1;
            stage.pass(TimeDelta::minutes(if is_last { 61 } else { 20 }));
        }
        post_all(&stage).await;
        let subjects = decisions(&stage).await;
        assert_eq!(subjects.len(), 2, "{subjects:?}");
        assert!(subjects[1].contains("of 2 messages"), "{subjects:?}");
        assert_eq!(kinds(&stage).await, [AlarmKind::Uncertain], "it is still one alarm");
    })
    .await;
}

#[tokio::test]
async fn a_mail_that_was_written_and_is_to_be_tried_again_tells_of_what_became_unknown_since() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&patient()).await;
        let run = start(&stage, id).await;
        stage.work().await;
        for (at, message) in stage.deliveries(run).await.into_iter().enumerate() {
            let ctx = Ctx::system(&app);
            let tx = ctx.begin().await.unwrap();
            let phase = Set(DeliveryPhase::Uncertain);
            let unknown = delivery::ActiveModel { id: Set(message.id), phase, ..Default::default() };
            unknown.update(&*tx).await.unwrap();
            tell::uncertain(&ctx, &tx, run, &message.address).await.unwrap();
            tx.commit().await.unwrap();
            if at == 0 {
                // Its first try has come to nothing.
                let mail = mails(&stage).await.remove(0);
                let (until, phase) = (Set(Some(ctx.now)), Set(DeliveryPhase::Deferred));
                let tried = alarm_mail::ActiveModel { id: Set(mail.id), until, phase, ..Default::default() };
                let tx = ctx.begin().await.unwrap();
                tried.update(&*tx).await.unwrap();
                tx.commit().await.unwrap();
            }
            stage.pass(TimeDelta::minutes(2));
        }
        post_all(&stage).await;
        let subjects = decisions(&stage).await;
        assert_eq!(subjects.len(), 1, "{subjects:?}");
        assert!(subjects[0].contains("of 2 messages"), "{subjects:?}");
    })
    .await;
}

/// Subjects of the mails that ask for a decision.
async fn decisions(stage: &Stage<'_>) -> Vec<String> {
    let mut subjects = caught(stage, "mina@example.org").await;
    subjects.retain(|subject| subject.contains("waits for a decision"));
    subjects
}

#[tokio::test]
async fn an_account_that_does_not_work_is_told_once_an_opening_and_over_another_way() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        let account = stage.sends_to(server.port).await;
        stage.job(&patient()).await;
        let block = async || {
            tell::account_blocked(&Ctx::system(&app), account, "Wrong password.".into(), Finder::Try).await.unwrap()
        };
        block().await;
        stage.pass(TimeDelta::minutes(1));
        block().await;
        let rows = told(&stage, &stage.cast.mina).await;
        assert_eq!(rows.len(), 1);
        let name = accounts::read(&stage.mina(), account).await.unwrap().name;
        let words = format!("The mail account {name} does not send: wrong password.");
        assert_eq!(rows[0].words, words);
        assert!(told(&stage, &stage.cast.jonas).await.is_empty());
        post_all(&stage).await;
        assert_eq!(caught(&stage, "mina@example.org").await.len(), 1, "not over the account that does not work");
        assert!(server.messages().is_empty());
        gate::worked(&Ctx::system(&app), account).await.unwrap();
        stage.pass(TimeDelta::minutes(1));
        block().await;
        assert_eq!(told(&stage, &stage.cast.mina).await.len(), 2, "it works, and then does not again");
    })
    .await;
}

#[tokio::test]
async fn an_account_that_somebodys_test_found_wrong_is_told_by_the_first_message_that_meets_it() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        let account = stage.sends_to(server.port).await;
        stage.job(&patient()).await;
        gate::blocked(&stage.mina(), account, "Wrong password.".into()).await.unwrap();
        assert!(told(&stage, &stage.cast.mina).await.is_empty(), "whoever tests sees it");
        for _ in 0..2 {
            stage.pass(TimeDelta::minutes(1));
            tell::account_blocked(&Ctx::system(&app), account, "Wrong password.".into(), Finder::Try).await.unwrap();
        }
        assert_eq!(told(&stage, &stage.cast.mina).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_began_before_a_mail_and_ended_behind_it_is_in_that_mail() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&patient()).await;
        let early = Ctx::system(&app);
        stage.pass(TimeDelta::minutes(1));
        let run = fail(&stage, id, "It broke.").await;
        let tx = early.begin().await.unwrap();
        let held = ledger::lock_schedule(&early, &tx, id).await.unwrap();
        tell::late(&early, &tx, &held, run, "it is late.").await.unwrap();
        tx.commit().await.unwrap();
        post_all(&stage).await;
        let subjects = caught(&stage, "mina@example.org").await;
        assert_eq!(subjects, ["Run 1 of Weekly report failed: it broke (and 1 more since)"]);
    })
    .await;
}

#[tokio::test]
async fn a_skipped_run_that_is_made_up_for_is_not_late_since_it_was_skipped() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&hourly()).await;
        stage.pass(TimeDelta::hours(3));
        stage.plan().await;
        stage.work().await;
        let skipped = stage.runs(id).await.remove(0);
        assert_eq!(skipped.state, OccurrenceState::Skipped);
        stage.pass(TimeDelta::hours(1));
        let at = skipped.scheduled_at;
        backfill::run(&stage.mina(), id, (at, at), Overlap::QueueAll).await.unwrap();
        let sweep = async || {
            stage.pass(TimeDelta::minutes(1));
            late::sweep(&Ctx::system(&app)).await.unwrap();
            let rows = alarm::Entity::find().filter(alarm::Column::OccurrenceId.eq(skipped.id));
            rows.all(app.reader()).await.unwrap().len()
        };
        assert_eq!(sweep().await, 0);
        stage.work().await;
        assert_eq!(sweep().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_schedule_that_is_due_is_not_said_to_be_unplannable_by_who_has_not_tried_to_plan_it() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        stage.pass(TimeDelta::minutes(80));
        // As another process leaves it that has given up planning many together, and comes to each of them in a moment.
        assert_eq!(late::sweep(&Ctx::system(&app)).await.unwrap(), 0);
        assert_eq!(told(&stage, &stage.cast.mina).await.len(), 0);
        assert_eq!(stage.plan().await, 1);
        assert_eq!(stage.runs(id).await.len(), 1);
        let rows = told(&stage, &stage.cast.mina).await;
        assert!(rows.iter().all(|row| !row.words.contains("could not be planned")), "{rows:?}");
    })
    .await;
}

#[tokio::test]
async fn a_push_that_fails_is_told_from_the_third_time_on_and_once_until_one_succeeds() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let now = app.clock.now();
        let fails = async |times: i32, is_after_another: bool| {
            let note = git_push_failure::ActiveModel {
                id: Set(Uuid::now_v7()),
                remote: Set("https://git.example.org/r".into()),
                last_good: Set(is_after_another.then_some(now)),
                times: Set(times),
                words: Set("The remote answered 403.".into()),
                at: Set(now),
            };
            note.insert(app.reader()).await.unwrap();
            pushes::sweep(&Ctx::system(&app)).await.unwrap();
            told(&stage, &stage.cast.mina).await.len()
        };
        for times in 1..=5 {
            assert_eq!(fails(times, false).await, usize::from(times >= 3), "after {times}");
        }
        assert_eq!((fails(2, true).await, fails(3, true).await), (1, 2), "one succeeded in between");
        assert!(told(&stage, &stage.cast.jonas).await.is_empty(), "it concerns administrators");
        let entry = inbox::read(&stage.mina(), false, None).await.unwrap().entries.remove(0);
        assert_eq!(entry.alarm.unwrap().href, "/settings/git");
        assert!(
            entry.words.contains("https://git.example.org/r cannot be pushed: the remote answered 403"),
            "{}",
            entry.words
        );
    })
    .await;
}

#[tokio::test]
async fn alarms_of_a_project_that_somebody_has_left_say_nothing_any_more() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let jonas = app.as_person(&stage.cast.jonas);
        let viewing = access::by_id(&jonas, app.reader(), stage.project.id).await.unwrap();
        let id = schedules::create(&jonas, &viewing.editing().unwrap(), &patient()).await.unwrap();
        fail(&stage, id, "It broke.").await;
        app::entities::member::Entity::delete_many()
            .filter(app::entities::member::Column::UserId.eq(stage.cast.jonas.id))
            .exec(app.reader())
            .await
            .unwrap();
        let entry = inbox::read(&app.as_person(&stage.cast.jonas), false, None).await.unwrap().entries.remove(0);
        assert!(entry.is_gone && entry.alarm.is_none() && entry.words.is_empty(), "{entry:?}");
        post_all(&stage).await;
        assert!(caught(&stage, "jonas@example.org").await.is_empty(), "the mail that was waiting says nothing either");
    })
    .await;
}

#[tokio::test]
async fn old_alarms_are_forgotten_unless_somebody_still_has_them() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&patient()).await;
        fail(&stage, id, "It broke.").await;
        post_all(&stage).await;
        stage.pass(TimeDelta::days(100));
        post::forget_old(&Ctx::system(&app)).await.unwrap();
        assert!(mails(&stage).await.is_empty());
        assert_eq!(kinds(&stage).await.len(), 1, "it is among the notifications");
        notification::Entity::delete_many().exec(app.reader()).await.unwrap();
        post::forget_old(&Ctx::system(&app)).await.unwrap();
        assert!(kinds(&stage).await.is_empty());
    })
    .await;
}
