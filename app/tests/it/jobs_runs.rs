//! Runs from claim to mailbox and archive, on both databases, with a real mail server.

use app::{
    domain::{
        alarm::AlarmKind,
        delivery::DeliveryPhase,
        occurrence::{LEASE, OccurrenceState},
    },
    entities::{alarm, artifact, smtp_account},
    jobs::{
        form::JobForm,
        rules_form::RulesForm,
        service::{
            dry_run,
            runs::{self, Decision},
            worker,
        },
        view::{RecipientGroup, RunLook},
        when_form::WhenForm,
    },
    mail::service::{accounts, outbox},
    testing::{SilentArchive, each_database, frozen, smtp_server::SmtpServer},
};
use chrono::{NaiveDate, TimeDelta};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::jobs_stage::{Stage, many, mondays_at_ten};

fn day(text: &str) -> Option<NaiveDate> {
    text.parse().ok()
}

#[tokio::test]
async fn a_planned_report_reaches_each_recipient_once_and_the_archive() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&mondays_at_ten()).await;
        stage.pass(TimeDelta::minutes(60));
        stage.plan().await;
        assert_eq!(stage.work().await, 1);
        let run = stage.runs(id).await.remove(0);
        assert_eq!((run.state, run.reason.as_deref()), (OccurrenceState::Done, None), "{:?}", stage.log(run.id).await);
        // The last seven full days before the Monday.
        assert_eq!((run.period_from, run.period_to), (day("2026-11-16"), day("2026-11-22")));
        assert_eq!(run.snapshot_hash.as_deref().map(str::len), Some(64));
        assert_eq!(run.commit_id.as_deref().map(str::len), Some(40));
        let messages: Vec<String> =
            server.messages().into_iter().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect();
        assert_eq!(messages.len(), 2);
        assert!(messages[0].contains("To: \"Dana Admin\" <dana@example.org>"), "{}", messages[0]);
        assert!(messages[0].contains("Auto-Submitted: auto-generated"));
        let sent: Vec<_> = stage.deliveries(run.id).await;
        assert_eq!(sent.iter().map(|row| row.phase).collect::<Vec<_>>(), [DeliveryPhase::Accepted; 2]);
        assert_ne!(sent[0].message_id, sent[1].message_id);
        assert!(messages[1].contains(&sent[1].message_id));
        assert_eq!(server.count("connect"), 1, "one connection carries all messages");
        let files =
            artifact::Entity::find().filter(artifact::Column::OccurrenceId.eq(run.id)).all(app.reader()).await.unwrap();
        assert!(files.iter().any(|file| file.name == "report.html") && files.len() > 3);
    })
    .await;
}

#[tokio::test]
async fn a_run_by_hand_covers_today_and_goes_to_the_outbox_without_any_server() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        let row = stage.runs(id).await.remove(0);
        assert_eq!((row.state, row.period_to), (OccurrenceState::Done, day("2026-11-23")));
        let caught = outbox::list(&stage.mina(), None).await.unwrap();
        assert_eq!(caught.len(), 2);
        let shown = runs::run(&stage.mina(), run).await.unwrap();
        assert_eq!(shown.recipients.shown.len(), 2);
        assert!(shown.log.iter().any(|line| line.words.starts_with("dana@example.org: delivered.")), "{:?}", shown.log);
    })
    .await;
}

#[tokio::test]
async fn of_many_recipients_those_come_first_about_whom_somebody_decides() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "rcpt:550:1"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&many(60)).await;
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        let seen = async |group, page| {
            let look = RunLook { line: None, group, page };
            runs::run_as(&stage.mina(), run, look).await.unwrap().recipients
        };
        let first = seen(None, 0).await;
        assert_eq!((first.shown.len(), first.page, first.pages), (50, 1, 2));
        assert_eq!(first.shown[0].phase, DeliveryPhase::Failed);
        assert!(first.shown[1..].iter().all(|one| one.phase == DeliveryPhase::Accepted));
        assert_eq!(first.groups, [(RecipientGroup::Failed, 1), (RecipientGroup::Delivered, 59)]);
        let rest = seen(None, 2).await;
        assert_eq!((rest.shown.len(), rest.page), (10, 2));
        assert!(rest.shown.iter().all(|one| !first.shown.contains(one)));
        let delivered = seen(Some(RecipientGroup::Delivered), 99).await;
        assert_eq!((delivered.shown.len(), delivered.page, delivered.total()), (9, 2, 60), "the last page there is");
        let nobody = seen(Some(RecipientGroup::Waiting), 1).await;
        assert_eq!((nobody.group, nobody.shown.len()), (None, 50), "a link to those who waited a moment ago");
    })
    .await;
}

#[tokio::test]
async fn a_run_by_hand_goes_whatever_the_condition_says_and_its_log_and_the_job_say_so() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let rules = RulesForm { send_if: "figure".into(), value: "5".into(), ..RulesForm::default() };
        let id = stage.job(&JobForm { rules, ..mondays_at_ten() }).await;
        let said = runs::job(&stage.mina(), id).await.unwrap().run_now.unwrap();
        assert!(said.contains("23 November 2026") && said.ends_with("whether or not its condition is met."), "{said}");
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Done]);
        let log = stage.log(run).await;
        let words = "Overdue tasks were 0; it is sent only from 5. Somebody started this run, so it goes all the same.";
        assert!(log.iter().any(|line| line == words), "{log:?}");
    })
    .await;
}

#[tokio::test]
async fn a_refused_recipient_concerns_nobody_else_and_can_be_sent_again() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "rcpt:550:1"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&mondays_at_ten()).await;
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        let row = stage.runs(id).await.remove(0);
        assert_eq!(
            (row.state, row.reason.as_deref()),
            (OccurrenceState::Partly, Some("Of 2 messages: 1 not delivered."))
        );
        let refused = stage.deliveries(run).await.remove(0);
        assert_eq!(refused.phase, DeliveryPhase::Failed);
        assert!(refused.reply.as_deref().is_some_and(|reply| reply.contains("550")));
        runs::decide(&stage.mina(), refused.id, Decision::SendAgain).await.unwrap();
        stage.work().await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Done]);
        let again = stage.deliveries(run).await.remove(0);
        assert_eq!((again.phase, again.mime == refused.mime), (DeliveryPhase::Accepted, true));
        assert_eq!(server.messages().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_temporary_refusal_is_tried_again_after_its_wait() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "mail:451:1"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&mondays_at_ten()).await;
        runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Sending]);
        assert_eq!(stage.work().await, 0, "nothing is due yet");
        stage.pass(TimeDelta::minutes(2));
        stage.work().await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Done]);
        assert_eq!(server.messages().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_dot_leaves_the_message_unknown_and_the_owner_decides() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--drop-after-dot"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&mondays_at_ten()).await;
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        let row = stage.runs(id).await.remove(0);
        assert_eq!((row.state, row.reason.as_deref()), (OccurrenceState::Partly, Some("Of 2 messages: 2 unknown.")));
        stage.pass(TimeDelta::days(2));
        assert_eq!(stage.work().await, 0, "nothing is sent twice silently");
        assert_eq!(server.messages().len(), 2);
        for row in stage.deliveries(run).await {
            assert_eq!(row.phase, DeliveryPhase::Uncertain);
            runs::decide(&stage.mina(), row.id, Decision::Arrived).await.unwrap();
        }
        stage.work().await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Done]);
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_falls_silent_is_followed_by_another_that_goes_on_with_the_same_data() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&mondays_at_ten()).await;
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        // As if the worker had died in the middle of the first message, and before the second.
        let whole = stage.runs(id).await.remove(0);
        let data = frozen(&app, run).await;
        let mut row = whole.clone().into_active_model();
        row.state = Set(OccurrenceState::Sending);
        row.lease_until = Set(Some(app.clock.now() + LEASE));
        row.update(app.reader()).await.unwrap();
        let mut deliveries = stage.deliveries(run).await;
        for (row, phase) in
            [(deliveries.remove(0), DeliveryPhase::DataSent), (deliveries.remove(0), DeliveryPhase::Envelope)]
        {
            let mut row = row.row.into_active_model();
            row.phase = Set(phase);
            row.update(app.reader()).await.unwrap();
        }
        assert_eq!(stage.work().await, 0, "the lease still holds");
        stage.pass(LEASE);
        stage.work().await;
        stage.pass(TimeDelta::minutes(2));
        stage.work().await;
        let phases: Vec<_> = stage.deliveries(run).await.into_iter().map(|row| row.phase).collect();
        assert_eq!(phases, [DeliveryPhase::Uncertain, DeliveryPhase::Accepted]);
        let after = stage.runs(id).await.remove(0);
        assert_eq!((after.snapshot_hash, after.commit_id), (whole.snapshot_hash, whole.commit_id));
        assert!(data.is_some() && frozen(&app, run).await == data, "the data stay as they were");
        assert!(stage.log(run).await.iter().any(|line| line.starts_with("Its worker fell silent")));
    })
    .await;
}

#[tokio::test]
async fn two_workers_never_hold_the_same_run() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        for name in ["One", "Two", "Three"] {
            let id = stage.job(&app::jobs::form::JobForm { name: name.into(), ..mondays_at_ten() }).await;
            runs::start(&stage.mina(), id).await.unwrap();
        }
        let claims = futures::future::join_all((0..8).map(|_| worker::claim(&app, "a test"))).await;
        let held = claims.into_iter().filter(|claim| claim.as_ref().unwrap().is_some()).count();
        // On PostgreSQL a claim may find all locked by others and come back empty; none is held twice.
        assert!((1..=3).contains(&held), "{held} claims of 3 runs");
        let mut rest = 0;
        while worker::claim(&app, "a test").await.unwrap().is_some() {
            rest += 1;
        }
        assert_eq!(held + rest, 3);
    })
    .await;
}

#[tokio::test]
async fn a_report_that_does_not_meet_the_condition_is_skipped_and_by_hand_it_is_sent() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let rules = RulesForm { send_if: "figure".into(), value: "5".into(), ..RulesForm::default() };
        let id = stage.job(&JobForm { rules, ..mondays_at_ten() }).await;
        stage.pass(TimeDelta::minutes(60));
        stage.plan().await;
        stage.work().await;
        let run = stage.runs(id).await.remove(0);
        assert_eq!(run.state, OccurrenceState::Skipped);
        assert_eq!(run.reason.as_deref(), Some("Overdue tasks were 0; it is sent only from 5."));
        assert_eq!(stage.deliveries(run.id).await.len(), 0);
        stage.pass(TimeDelta::minutes(1));
        runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Skipped, OccurrenceState::Done]);
    })
    .await;
}

#[tokio::test]
async fn a_run_that_its_condition_skips_uses_up_none_of_a_number_of_runs() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let rules = RulesForm { send_if: "figure".into(), value: "5".into(), ..RulesForm::default() };
        let when = WhenForm { runs: "1".into(), ..WhenForm::default() };
        let id = stage.job(&JobForm { rules, when, ..mondays_at_ten() }).await;
        stage.pass(TimeDelta::minutes(60));
        stage.plan().await;
        assert_eq!(stage.schedule(id).await.next_run_at, None, "it is the last one");
        stage.work().await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Skipped]);
        let goes_on = stage.schedule(id).await;
        let next = goes_on.next_run_at.map(|at| at - goes_on.last_planned_at);
        assert_eq!((goes_on.runs_made, next), (0, Some(TimeDelta::days(7))));
    })
    .await;
}

#[tokio::test]
async fn a_claim_is_not_renewed_beyond_the_time_that_a_try_may_take() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let rules = RulesForm { timeout: "5".into(), tries: "1".into(), ..RulesForm::default() };
        let id = stage.job(&JobForm { rules, ..mondays_at_ten() }).await;
        stage.pass(TimeDelta::minutes(60));
        stage.plan().await;
        // This worker hangs; the next one finds that the run has had its only try.
        let _claim = worker::claim(&app, "a test").await.unwrap().unwrap();
        let run = stage.runs(id).await.remove(0);
        assert_eq!(run.deadline, Some(run.scheduled_at + TimeDelta::minutes(5)));
        stage.pass(TimeDelta::minutes(6));
        assert!(worker::claim(&app, "another").await.unwrap().is_none());
        let run = stage.runs(id).await.remove(0);
        assert_eq!((run.state, run.deadline), (OccurrenceState::Failed, None));
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_shows_the_report_of_any_instant_and_leaves_nothing_behind() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let rules = RulesForm { send_if: "figure".into(), value: "5".into(), ..RulesForm::default() };
        let id = stage.job(&JobForm { rules, ..mondays_at_ten() }).await;
        let next = stage.schedule(id).await.next_run_at.unwrap();
        let shown = dry_run::look(&stage.mina(), id, next).await.unwrap();
        assert!(shown.rehearsal.is_named && !shown.written.html.is_empty() && !shown.images.is_empty());
        assert_eq!(shown.unmet.as_deref(), Some("Overdue tasks were 0; it is sent only from 5."));
        assert_eq!(Some(shown.snapshot.period.last), day("2026-11-22"));
        let past = dry_run::look(&stage.mina(), id, next - TimeDelta::days(3)).await.unwrap();
        assert!(!past.rehearsal.is_named);
        assert_eq!(stage.runs(id).await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn messages_leave_over_the_account_that_they_were_written_for() {
    each_database(async |app| {
        let first = SmtpServer::start(&["--fail", "mail:451:1"]);
        let second = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        stage.sends_to(first.port).await;
        let id = stage.job(&mondays_at_ten()).await;
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        assert_eq!(first.messages().len(), 1, "the other waits for its next try");
        stage.sends_to(second.port).await;
        stage.pass(TimeDelta::minutes(2));
        stage.work().await;
        assert_eq!((first.messages().len(), second.messages().len()), (2, 0));
        let list = format!("{}.localhost", id.0.simple());
        for message in stage.deliveries(run).await {
            let source = String::from_utf8_lossy(&message.mime).into_owned();
            assert!(source.contains(&list), "the list is that of the job: {source}");
        }
        runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        assert_eq!((first.messages().len(), second.messages().len()), (2, 2), "the next run goes another way");
    })
    .await;
}

#[tokio::test]
async fn a_message_whose_account_is_gone_has_failed_and_its_owner_hears_of_it() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "mail:451:2"]);
        let stage = Stage::new(&app).await;
        let account = stage.sends_to(server.port).await;
        let id = stage.job(&mondays_at_ten()).await;
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        accounts::delete(&stage.mina(), account).await.unwrap();
        stage.pass(TimeDelta::minutes(2));
        stage.work().await;
        let rows = stage.deliveries(run).await;
        assert!(rows.iter().all(|row| row.phase == DeliveryPhase::Failed), "nobody has got it");
        assert!(rows[0].reason.as_deref().is_some_and(|words| words.contains("is gone")), "{:?}", rows[0].reason);
        assert_eq!(stage.states(id).await, [OccurrenceState::Failed], "which is not done, and raises the alarm");
        runs::decide(&stage.mina(), rows[0].id, Decision::SendAgain).await.unwrap();
        stage.work().await;
        let kept = outbox::list(&stage.mina(), None).await.unwrap();
        assert!(kept.is_empty(), "nothing leaves under a name that is not its sender's");
    })
    .await;
}

#[tokio::test]
async fn messages_wait_and_it_is_told_while_the_password_of_their_account_does_not_open() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "mail:451:2"]);
        let stage = Stage::new(&app).await;
        let account = stage.sends_to(server.port).await;
        let id = stage.job(&mondays_at_ten()).await;
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        let stored = async |secret: Option<&str>| {
            let row = smtp_account::Entity::find_by_id(account).one(app.reader()).await.unwrap().unwrap();
            let mut row = row.into_active_model();
            row.secret_ciphertext = Set(secret.map(str::to_owned));
            row.update(app.reader()).await.unwrap();
        };
        stored(Some("sealed with the key of another instance")).await;
        stage.pass(TimeDelta::minutes(2));
        stage.work().await;
        assert!(stage.deliveries(run).await.iter().all(|row| row.phase == DeliveryPhase::Deferred), "they wait");
        let told = alarm::Entity::find().filter(alarm::Column::Kind.eq(AlarmKind::Account)).all(app.reader());
        let told = told.await.unwrap();
        assert!(!told.is_empty() && told.iter().all(|alarm| alarm.words.contains("cannot be read")), "{told:?}");
        stored(None).await;
        stage.pass(TimeDelta::minutes(10));
        stage.work().await;
        // The first one found out that the account works; the others follow it.
        stage.pass(TimeDelta::minutes(10));
        stage.work().await;
        assert!(stage.deliveries(run).await.iter().all(|row| row.phase == DeliveryPhase::Accepted), "and then go");
    })
    .await;
}

#[tokio::test]
async fn a_job_may_have_an_unknown_message_tried_once_more_with_its_message_id() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--drop-after-dot"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let rules = RulesForm { uncertain: "retry_once".into(), ..RulesForm::default() };
        let id = stage.job(&JobForm { rules, ..mondays_at_ten() }).await;
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        assert!(stage.deliveries(run).await.iter().all(|row| row.phase == DeliveryPhase::Deferred));
        for _ in 0..2 {
            stage.pass(TimeDelta::hours(1));
            stage.work().await;
        }
        let rows = stage.deliveries(run).await;
        assert!(rows.iter().all(|row| row.phase == DeliveryPhase::Uncertain), "then a person decides");
        let arrived = server.messages();
        assert_eq!(arrived.len(), 4);
        for row in rows {
            let same = arrived.iter().filter(|message| **message == row.mime).count();
            assert_eq!(same, 2, "byte for byte the same, for {}", row.address);
        }
    })
    .await;
}

#[tokio::test]
async fn a_message_is_given_up_after_the_hours_of_its_job() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "rcpt:451"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let rules = RulesForm { give_up: "1".into(), ..RulesForm::default() };
        let brief = stage.job(&JobForm { rules, ..mondays_at_ten() }).await;
        let usual = stage.job(&mondays_at_ten()).await;
        for id in [brief, usual] {
            runs::start(&stage.mina(), id).await.unwrap();
        }
        stage.work().await;
        stage.pass(TimeDelta::minutes(61));
        stage.work().await;
        assert_eq!(stage.states(brief).await, [OccurrenceState::Failed]);
        assert_eq!(stage.states(usual).await, [OccurrenceState::Sending]);
    })
    .await;
}

#[tokio::test]
async fn jobs_that_failed_when_they_last_ran_are_counted_for_those_who_see_them() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "rcpt:554:2:5.7.1"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&mondays_at_ten()).await;
        stage.job(&mondays_at_ten()).await;
        assert_eq!(runs::failing(&stage.mina()).await, Ok(0), "none has run");
        runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Failed]);
        assert_eq!(runs::failing(&stage.mina()).await, Ok(1));
        assert_eq!(runs::failing(&app.as_person(&stage.cast.ravi)).await, Ok(0), "a stranger hears of none");
        stage.pass(TimeDelta::minutes(1));
        runs::start(&stage.mina(), id).await.unwrap();
        assert_eq!(runs::failing(&stage.mina()).await, Ok(1), "until one has ended well");
        stage.work().await;
        assert_eq!(runs::failing(&stage.mina()).await, Ok(0));
    })
    .await;
}

#[tokio::test]
async fn a_message_that_somebody_sends_again_while_its_run_comes_to_an_end_goes_again() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "rcpt:554"]);
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        // The archive has a commit.
        runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        stage.sends_to(server.port).await;
        stage.pass(TimeDelta::minutes(1));
        let run = runs::start(&stage.mina(), id).await.unwrap();
        let silent = SilentArchive::below(&app.settings.data_dir);
        // All is sent, and what is kept in the archive takes its time.
        let hand = async {
            let refused = loop {
                let messages = stage.deliveries(run).await;
                if !messages.is_empty() && messages.iter().all(|message| message.phase == DeliveryPhase::Failed) {
                    break messages[0].id;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            };
            runs::decide(&stage.mina(), refused, Decision::SendAgain).await.unwrap();
            drop(silent);
            refused
        };
        let (_, again) = tokio::join!(stage.work(), hand);
        stage.work().await;
        let messages = stage.deliveries(run).await;
        let message = messages.iter().find(|message| message.id == again).unwrap();
        assert_eq!((message.phase, message.attempts), (DeliveryPhase::Failed, 2), "it was tried again");
    })
    .await;
}
