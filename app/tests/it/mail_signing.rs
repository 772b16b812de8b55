//! DKIM: messages are signed when they are written, and stay as they are whatever becomes of the key.

use app::{
    alarms::service::post,
    domain::{delivery::DeliveryPhase, dkim::DkimAlgorithm},
    entities::mail_signature,
    error::{AppError, Problem},
    jobs::service::{copies, runs},
    mail::service::{
        accounts::OUTBOX,
        probe::{self, Probe},
        signing::{self, KeyInput},
    },
    testing::{each_database, smtp_server::SmtpServer},
};
use chrono::TimeDelta;
use sea_orm::EntityTrait;

use super::{
    alarms::{fail, patient},
    jobs_stage::{Stage, mondays_at_ten},
};

fn new_key(selector: &str) -> KeyInput {
    KeyInput { domain: "Example.org".into(), selector: selector.into(), key: String::new() }
}

fn is_signed_by(mime: &[u8], selector: &str) -> bool {
    let text = String::from_utf8_lossy(mime);
    let head = text.split("\r\nMessage-ID:").next().unwrap_or_default();
    head.starts_with("DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;")
        && head.contains("d=example.org;")
        && head.contains(&format!("s={selector};"))
}

#[tokio::test]
async fn a_message_keeps_the_signature_that_it_was_written_with() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let server = SmtpServer::start(&["--fail", "rcpt:554:1:5.7.1"]);
        let account = stage.sends_to(server.port).await;
        signing::save(&stage.mina(), account, new_key("one")).await.unwrap();
        let job = stage.job(&mondays_at_ten()).await;
        let run = runs::start(&stage.mina(), job).await.unwrap();
        stage.work().await;
        let written = stage.deliveries(run).await;
        assert!(written.iter().all(|row| is_signed_by(&row.mime, "one")));
        assert_eq!(written.iter().filter(|row| row.phase == DeliveryPhase::Failed).count(), 1);

        signing::save(&stage.mina(), account, new_key("two")).await.unwrap();
        runs::resend_failed(&stage.mina(), run).await.unwrap();
        stage.work().await;
        let arrived = server.messages();
        assert_eq!(arrived.len(), 2);
        for row in &written {
            assert!(arrived.contains(&row.mime), "byte for byte as it was written, for {}", row.address);
        }

        app.clock.advance(chrono::TimeDelta::minutes(1));
        let next = runs::start(&stage.mina(), job).await.unwrap();
        stage.work().await;
        assert!(stage.deliveries(next).await.iter().all(|row| is_signed_by(&row.mime, "two")));
        signing::remove(&stage.mina(), account).await.unwrap();
        probe::run(&stage.mina(), account, Probe::SendTo(probe::to_myself(&stage.mina()).unwrap())).await.unwrap();
        assert!(!String::from_utf8_lossy(server.messages().last().unwrap()).contains("DKIM-Signature"));
    })
    .await;
}

#[tokio::test]
async fn a_copy_of_a_report_and_an_alarm_are_signed_as_well() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let server = SmtpServer::start(&[]);
        let account = stage.sends_to(server.port).await;
        signing::save(&stage.mina(), account, new_key("one")).await.unwrap();
        let job = stage.job(&patient()).await;
        runs::start(&stage.mina(), job).await.unwrap();
        stage.work().await;
        let run = stage.runs(job).await.remove(0);
        copies::send_to_me(&stage.mina(), &run).await.unwrap();
        assert_eq!(server.messages().len(), 3);
        fail(&stage, job, "It broke.").await;
        stage.pass(TimeDelta::seconds(3));
        while post::send_due(&app).await.unwrap() > 0 {}
        let arrived = server.messages();
        assert_eq!(arrived.len(), 4);
        assert!(arrived.iter().all(|message| is_signed_by(message, "one")));
    })
    .await;
}

#[tokio::test]
async fn a_key_is_stored_sealed_and_its_record_is_shown() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let ctx = stage.mina();
        let account = stage.sends_to(1).await;
        let pem = include_str!("../../src/platform/mailer/dkim/rsa-pkcs1.pem");
        let input = KeyInput { key: format!("\n{pem}\n"), ..new_key("2026-11") };
        signing::save(&ctx, account, input).await.unwrap();
        let row = mail_signature::Entity::find_by_id(account).one(app.reader()).await.unwrap().unwrap();
        assert_eq!((row.domain.as_str(), row.algorithm), ("example.org", DkimAlgorithm::Rsa));
        assert!(!row.key_ciphertext.contains("PRIVATE") && !row.record.contains("PRIVATE"));
        let record = signing::record(&row);
        assert_eq!(record.name, "2026-11._domainkey.example.org");
        assert!(record.value.starts_with("v=DKIM1; k=rsa; p=MIIBIjAN"), "{}", record.value);
        assert_eq!(signing::open(&ctx, account).await.unwrap().unwrap().record(), record);
    })
    .await;
}

#[tokio::test]
async fn bad_keys_and_names_are_refused_each_beside_its_field() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let ctx = stage.mina();
        let account = stage.sends_to(1).await;
        let input = KeyInput { domain: "localhost".into(), selector: "a b".into(), key: "hello".into() };
        let Err(AppError::Invalid(invalid)) = signing::save(&ctx, account, input).await else { panic!("it was taken") };
        let said: Vec<_> = invalid.fields.iter().map(|field| (field.field.as_str(), &field.problem)).collect();
        assert_eq!(
            said,
            [("domain", &Problem::NotAHost), ("selector", &Problem::NotASelector), ("key", &Problem::NotAKey)]
        );
        let small = include_str!("../../src/platform/mailer/dkim/rsa-1024.pem");
        let refused = signing::save(&ctx, account, KeyInput { key: small.into(), ..new_key("one") }).await;
        assert_eq!(refused, Err(AppError::field("key", Problem::KeySize)));
        let outbox = signing::save(&ctx, OUTBOX, new_key("one")).await;
        assert_eq!(outbox, Err(AppError::field("domain", Problem::NotAllowed)));
        let jonas = app.as_person(&stage.cast.jonas);
        assert_eq!(signing::save(&jonas, account, new_key("one")).await, Err(AppError::Forbidden));
        assert_eq!(signing::read(&jonas, account).await, Err(AppError::Forbidden));
    })
    .await;
}
