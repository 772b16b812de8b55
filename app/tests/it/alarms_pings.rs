//! Pings on both databases: runs and the scheduler tell the outside world that they are well, or that they are not.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use app::{
    alarms::service::pings::{self, PingInput, Scope},
    domain::{alarm::PingKind, job::without_addresses},
    entities::{alarm, ping, schedule},
    error::AppError,
    jobs::service::{
        drafts::{self, Decision},
        run_actions,
        runs::{self, Ending},
        worker,
    },
    platform::ctx::Ctx,
    testing::{each_database, smtp_server::SmtpServer},
};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{
    alarms::{fail, patient, start},
    jobs_stage::Stage,
};

/// A web server that answers everything with a status and keeps what it was asked.
struct Web {
    url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// A request, line by line, and what came with it.
#[derive(Clone, Debug)]
struct Asked {
    head: String,
    body: String,
}

impl Asked {
    async fn read(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let lines = head.lines().filter_map(|line| line.split_once(": "));
                let length = lines.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
                let length = length.map(|(_, value)| value.parse::<usize>().unwrap()).next().unwrap_or_default();
                if body.len() >= length {
                    return Self { head: head.to_owned(), body: body.to_owned() };
                }
            }
            let mut part = [0; 1024];
            match stream.read(&mut part).await {
                Ok(0) | Err(_) => return Self { head: text, body: String::new() },
                Ok(read) => bytes.extend_from_slice(&part[..read]),
            }
        }
    }
}

impl Web {
    async fn answering(status: &'static str) -> Self {
        Self::answering_each(move |_| status).await
    }

    async fn answering_each(status: impl Fn(&Asked) -> &'static str + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/a-secret", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let keeper = asked.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let asked = Asked::read(&mut stream).await;
                let status = status(&asked);
                keeper.lock().unwrap().push(asked);
                let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self { url, asked }
    }

    /// The first lines of all that was asked.
    fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().map(|asked| asked.head.lines().next().unwrap_or_default().to_owned()).collect()
    }

    fn last(&self) -> Asked {
        self.asked.lock().unwrap().last().unwrap().clone()
    }
}

fn all_of(url: &str) -> PingInput {
    PingInput { url: url.into(), tells_start: true, tells_failure: true }
}

#[tokio::test]
async fn runs_of_a_job_are_pinged_when_they_start_succeed_and_fail() {
    each_database(async |app| {
        let web = Web::answering("200 OK").await;
        let stage = Stage::new(&app).await;
        let id = stage.job(&patient()).await;
        pings::save(&stage.mina(), Scope::Job(id), all_of(&web.url)).await.unwrap();
        start(&stage, id).await;
        stage.work().await;
        assert_eq!(pings::send_due(&app).await.unwrap(), 2);
        assert_eq!(web.asked(), ["GET /a-secret/start HTTP/1.1", "GET /a-secret HTTP/1.1"]);
        fail(&stage, id, "It broke.").await;
        while pings::send_due(&app).await.unwrap() > 0 {}
        assert_eq!(web.asked().last().map(String::as_str), Some("POST /a-secret/fail HTTP/1.1"));
        let failed = web.last();
        assert_eq!(failed.body, "Run 2 of Weekly report failed: it broke.");
        assert!(failed.head.to_lowercase().contains("content-type: text/plain; charset=utf-8"), "{failed:?}");
        let shown = pings::read(&stage.mina(), Scope::Job(id)).await.unwrap();
        let last = shown.last.unwrap();
        assert_eq!((last.is_ok, last.words.as_str()), (true, "200 OK"));
        assert_eq!(pings::waiting(&Ctx::system(&app)).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_run_that_is_cancelled_after_its_start_was_told_is_a_failure_and_before_it_nothing() {
    each_database(async |app| {
        let web = Web::answering("200 OK").await;
        let stage = Stage::new(&app).await;
        let id = stage.job(&patient()).await;
        pings::save(&stage.mina(), Scope::Job(id), all_of(&web.url)).await.unwrap();
        let run = start(&stage, id).await;
        run_actions::cancel(&stage.mina(), run).await.unwrap();
        assert_eq!(pings::send_due(&app).await.unwrap(), 0, "it never began");

        let run = start(&stage, id).await;
        assert!(worker::claim(&app, "a test").await.unwrap().is_some());
        run_actions::cancel(&stage.mina(), run).await.unwrap();
        while pings::send_due(&app).await.unwrap() > 0 {}
        let told = ["GET /a-secret/start HTTP/1.1", "POST /a-secret/fail HTTP/1.1"];
        assert_eq!(web.asked(), told);
        assert_eq!(web.last().body, "Run 2 of Weekly report did not finish. Cancelled by Mina Kovač.");

        // Nothing goes out of a draft that somebody does not want, either.
        stage.pass(TimeDelta::minutes(1));
        let draft = runs::start_as(&stage.mina(), id, Ending::Draft).await.unwrap();
        assert_eq!(stage.work().await, 1);
        assert_eq!(drafts::decide(&stage.mina(), draft, "", Decision::Reject).await, Ok(true));
        while pings::send_due(&app).await.unwrap() > 0 {}
        assert_eq!(web.asked(), [told, told].concat());
        let unwanted = "Run 3 of Weekly report did not finish. Mina Kovač decided not to send the draft.";
        assert_eq!(web.last().body, unwanted);
    })
    .await;
}

#[tokio::test]
async fn what_a_mail_server_said_is_told_outside_without_the_addresses_of_recipients() {
    each_database(async |app| {
        let web = Web::answering("200 OK").await;
        let server = SmtpServer::start(&["--fail", "rcpt:554"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&patient()).await;
        pings::save(&stage.mina(), Scope::Job(id), all_of(&web.url)).await.unwrap();
        let run = start(&stage, id).await;
        stage.work().await;
        while pings::send_due(&app).await.unwrap() > 0 {}
        let alarm = alarm::Entity::find().filter(alarm::Column::OccurrenceId.eq(run)).one(app.reader()).await.unwrap();
        let alarm = alarm.unwrap().words;
        assert!(alarm.starts_with("Run 1 of Weekly report failed: the mail server answered 554"), "{alarm}");
        let told = web.last();
        assert!(told.head.starts_with("POST /a-secret/fail "), "{told:?}");
        assert_eq!(told.body, without_addresses(&alarm));
        assert!(!told.body.contains('@'), "{told:?}");
    })
    .await;
}

#[tokio::test]
async fn a_service_that_takes_no_words_is_told_a_failure_without_them() {
    each_database(async |app| {
        let answer = |asked: &Asked| if asked.head.starts_with("POST") { "405 Method Not Allowed" } else { "200 OK" };
        let web = Web::answering_each(answer).await;
        let stage = Stage::new(&app).await;
        let id = stage.job(&patient()).await;
        let input = PingInput { tells_start: false, ..all_of(&web.url) };
        pings::save(&stage.mina(), Scope::Job(id), input).await.unwrap();
        fail(&stage, id, "It broke.").await;
        assert_eq!(pings::send_due(&app).await.unwrap(), 1);
        assert_eq!(web.asked(), ["POST /a-secret/fail HTTP/1.1", "GET /a-secret/fail HTTP/1.1"]);
        assert_eq!(pings::waiting(&Ctx::system(&app)).await.unwrap(), 0, "it was answered well");
    })
    .await;
}

#[tokio::test]
async fn a_ping_whose_address_cannot_be_read_stands_in_no_other_ones_way() {
    each_database(async |app| {
        let web = Web::answering("200 OK").await;
        let stage = Stage::new(&app).await;
        let (broken, good) = (stage.job(&patient()).await, stage.job(&patient()).await);
        for id in [broken, good] {
            let input = PingInput { tells_start: false, ..all_of(&web.url) };
            pings::save(&stage.mina(), Scope::Job(id), input).await.unwrap();
        }
        let row = ping::Entity::find().filter(ping::Column::ScheduleId.eq(broken)).one(app.reader()).await.unwrap();
        let mut row = row.unwrap().into_active_model();
        row.url_ciphertext = Set("of another key".into());
        row.update(app.reader()).await.unwrap();
        for id in [broken, good] {
            start(&stage, id).await;
            stage.work().await;
        }
        assert_eq!(pings::send_due(&app).await.unwrap(), 2);
        assert_eq!(web.asked(), ["GET /a-secret HTTP/1.1"]);
        for _ in 0..10 {
            stage.pass(TimeDelta::hours(1));
            pings::send_due(&app).await.unwrap();
        }
        assert_eq!(pings::waiting(&Ctx::system(&app)).await.unwrap(), 0, "it is given up like any other");
    })
    .await;
}

#[tokio::test]
async fn a_ping_that_is_not_answered_well_is_tried_again_and_then_given_up() {
    each_database(async |app| {
        let web = Web::answering("503 Service Unavailable").await;
        let stage = Stage::new(&app).await;
        let id = stage.job(&patient()).await;
        let input = PingInput { tells_start: false, ..all_of(&web.url) };
        pings::save(&stage.mina(), Scope::Job(id), input).await.unwrap();
        start(&stage, id).await;
        stage.work().await;
        assert_eq!(pings::send_due(&app).await.unwrap(), 1);
        assert_eq!(pings::send_due(&app).await.unwrap(), 0, "not at once");
        for _ in 0..5 {
            stage.pass(TimeDelta::minutes(6));
            pings::send_due(&app).await.unwrap();
        }
        assert_eq!(web.asked().len(), 4);
        let last = pings::read(&stage.mina(), Scope::Job(id)).await.unwrap().last.unwrap();
        assert_eq!((last.is_ok, last.words.as_str()), (false, "503 Service Unavailable"));
    })
    .await;
}

#[tokio::test]
async fn a_ping_from_before_the_clock_was_set_back_waits_for_minutes_only() {
    each_database(async |app| {
        let web = Web::answering("200 OK").await;
        let stage = Stage::new(&app).await;
        let id = stage.job(&patient()).await;
        let input = PingInput { tells_start: false, ..all_of(&web.url) };
        pings::save(&stage.mina(), Scope::Job(id), input).await.unwrap();
        start(&stage, id).await;
        stage.work().await;
        stage.pass(-TimeDelta::days(1));
        assert_eq!(pings::send_due(&app).await.unwrap(), 0, "somebody may have it in hand");
        stage.pass(TimeDelta::minutes(5));
        assert_eq!(pings::send_due(&app).await.unwrap(), 1);
        assert_eq!(web.asked().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_server_that_stays_silent_holds_up_no_ping_of_another_job() {
    each_database(async |app| {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let web = Web::answering("200 OK").await;
        let stage = Stage::new(&app).await;
        for url in [format!("http://{}/", silent.local_addr().unwrap()), web.url.clone()] {
            let id = stage.job(&patient()).await;
            pings::save(&stage.mina(), Scope::Job(id), all_of(&url)).await.unwrap();
            fail(&stage, id, "It broke.").await;
        }
        let is_asked = async {
            while web.asked().is_empty() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let is_asked_soon = tokio::time::timeout(Duration::from_secs(5), is_asked);
        tokio::select! {
            sent = pings::send_due(&app) => panic!("the silent server was given up too soon: {sent:?}"),
            soon = is_asked_soon => soon.expect("the other one is asked meanwhile"),
        }
    })
    .await;
}

#[tokio::test]
async fn pings_that_pile_up_for_a_server_that_is_down_stand_before_nobody_elses() {
    each_database(async |app| {
        let (down, up) = (Web::answering("503 Service Unavailable").await, Web::answering("200 OK").await);
        let stage = Stage::new(&app).await;
        let jobs = [stage.job(&patient()).await, stage.job(&patient()).await];
        for (id, web) in jobs.iter().zip([&down, &up]) {
            pings::save(&stage.mina(), Scope::Job(*id), all_of(&web.url)).await.unwrap();
        }
        let ctx = Ctx::system(&app);
        let tx = ctx.begin().await.unwrap();
        for _ in 0..50 {
            pings::note(&ctx, &tx, jobs[0], PingKind::Success).await.unwrap();
        }
        pings::note(&ctx, &tx, jobs[1], PingKind::Success).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(pings::send_due(&app).await.unwrap(), 2);
        assert_eq!((down.asked().len(), up.asked().len()), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn the_instance_is_pinged_every_minute_while_its_scheduler_plans() {
    each_database(async |app| {
        let web = Web::answering("200 OK").await;
        let stage = Stage::new(&app).await;
        pings::save(&stage.mina(), Scope::Instance, all_of(&web.url)).await.unwrap();
        assert!(!pings::beat(&app).await.unwrap(), "nothing was planned yet");
        app.meters.has_planned(app.clock.now());
        assert!(pings::beat(&app).await.unwrap());
        assert!(!pings::beat(&app).await.unwrap(), "not within the minute");
        stage.pass(TimeDelta::seconds(61));
        assert!(pings::beat(&app).await.unwrap(), "it has planned a minute ago");
        stage.pass(TimeDelta::minutes(3));
        assert!(!pings::beat(&app).await.unwrap(), "the scheduler stands still");
        app.meters.has_planned(app.clock.now());
        stage.pass(TimeDelta::hours(-1));
        assert!(!pings::beat(&app).await.unwrap(), "it would have planned since the clock was set back");
        app.meters.has_planned(app.clock.now());
        assert!(pings::beat(&app).await.unwrap(), "as it does here");
        assert_eq!(web.asked().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn the_address_of_a_ping_is_sealed_and_kept_by_those_who_may() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&patient()).await;
        let url = "https://hc-ping.example/a-secret";
        pings::save(&stage.mina(), Scope::Job(id), all_of(url)).await.unwrap();
        let row = ping::Entity::find().one(app.reader()).await.unwrap().unwrap();
        assert!(!format!("{row:?}").contains("a-secret"));
        let jonas = app.as_person(&stage.cast.jonas);
        let shown = pings::read(&jonas, Scope::Job(id)).await.unwrap();
        assert_eq!(shown.host.as_deref(), Some("hc-ping.example"));
        let blank = PingInput { url: String::new(), tells_start: false, tells_failure: false };
        pings::save(&jonas, Scope::Job(id), blank.clone()).await.unwrap();
        let shown = pings::read(&jonas, Scope::Job(id)).await.unwrap();
        assert!(shown.host.is_some() && !shown.tells_start, "a blank address keeps the one that is there");
        let alex = app.as_person(&stage.cast.alex);
        assert_eq!(pings::read(&alex, Scope::Job(id)).await, Err(AppError::Forbidden));
        assert_eq!(pings::remove(&app.as_person(&stage.cast.ravi), Scope::Job(id)).await, Err(AppError::NotFound));
        assert_eq!(pings::read(&jonas, Scope::Instance).await, Err(AppError::Forbidden));
        pings::remove(&jonas, Scope::Job(id)).await.unwrap();
        assert_eq!(pings::read(&jonas, Scope::Job(id)).await.unwrap().host, None);
        for wrong in ["", "hc-ping.example/x", "https://a:b@hc-ping.example/", "file:///etc/passwd"] {
            let refused = pings::save(&jonas, Scope::Job(id), all_of(wrong)).await;
            assert!(matches!(refused, Err(AppError::Invalid(_))), "{wrong}: {refused:?}");
        }
        for (forbidden, words) in [
            ("http://169.254.169.254/latest", "does not lead to the public internet"),
            ("http://[::ffff:10.0.0.5]/", "does not lead to the public internet"),
            ("https://hc-ping.example:22/x", "Port 22 is not one of a web server"),
        ] {
            let refused = pings::save(&jonas, Scope::Job(id), all_of(forbidden)).await.unwrap_err();
            assert!(format!("{refused:?}").contains(words), "{forbidden}: {refused:?}");
        }
        let inside =
            pings::save(&stage.mina(), Scope::Instance, all_of("http://169.254.169.254/latest")).await.unwrap_err();
        assert!(format!("{inside:?}").contains("leads to 169.254.169.254"), "an administrator reads where: {inside:?}");
        assert_eq!(pings::read(&jonas, Scope::Job(id)).await.unwrap().host, None, "what is refused is not kept");
        assert!(schedule::Entity::find_by_id(id).one(app.reader()).await.unwrap().is_some());
    })
    .await;
}
