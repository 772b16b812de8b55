//! `/metrics` of a busy instance: it parses by the rules of the format, says what is going on, and is for this machine
//! or for whoever has the token.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::SocketAddr,
    sync::Arc,
};

use app::{
    alarms::service::tell,
    domain::{ids::ScheduleId, mail_gate::Finder, policy::Overlap},
    jobs::{
        form::JobForm,
        service::{backfill, runs, schedules, worker},
    },
    mail::service::accounts::OUTBOX,
    platform::{
        ctx::Ctx,
        secrets::Secret,
        state::{AppState, Settings},
    },
    projects::service::{
        access,
        projects::{self, NewProject},
    },
    testing::{TestApp, each_database, mondays_at_ten},
};
use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode, header},
};

use crate::site::{Answer, Visitor, administrator};

const TOKEN: &str = "a token of sixteen letters";

/// A scrape from an address, with headers.
async fn scrape(app: AppState, peer: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get("/metrics");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::empty()).unwrap();
    let peer: SocketAddr = peer.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    Visitor::of_state(app).send(request).await
}

fn with_token(app: &TestApp) -> AppState {
    let settings = Settings { metrics_token: Some(Secret::new(TOKEN)), ..(*app.settings).clone() };
    AppState { settings: Arc::new(settings), ..app.app.clone() }
}

/// A weekly job of the administrator, whose mail goes to the outbox.
async fn job(app: &TestApp) -> ScheduleId {
    let ctx = administrator(app).await;
    let new = NewProject { name: "Weekly duties".into(), key: "WD".into(), zone: "Europe/Ljubljana".into() };
    let project = projects::create(&ctx, new).await.unwrap();
    let editing = access::by_id(&ctx, ctx.reader(), project.id).await.unwrap().editing().unwrap();
    let form =
        JobForm { project: "WD".into(), at: "07:00".into(), recipients: "dana@example.org".into(), ..mondays_at_ten() };
    schedules::create(&ctx, &editing, &form).await.unwrap()
}

/// The samples of a family by their labels.
#[derive(Debug, Default)]
struct Family {
    kind: String,
    samples: Vec<(String, BTreeMap<String, String>, f64)>,
}

impl Family {
    fn value(&self, labels: &[(&str, &str)]) -> Option<f64> {
        let is_wanted = |found: &BTreeMap<String, String>| {
            labels.iter().all(|(name, value)| found.get(*name).is_some_and(|other| other == value))
        };
        self.samples.iter().find(|(_, found, _)| is_wanted(found)).map(|(_, _, value)| *value)
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
}

/// Reads `{a="b",c="d"}`.
fn labels_of(text: &str) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"").unwrap_or_else(|| panic!("no label in {text}"));
        assert!(is_name(name) && !name.contains(':'), "a label is called {name}");
        let mut value = String::new();
        let mut letters = after.char_indices();
        let end = loop {
            match letters.next().unwrap_or_else(|| panic!("a label without end in {text}")) {
                (at, '"') => break at,
                (_, '\\') => match letters.next().unwrap().1 {
                    'n' => value.push('\n'),
                    c @ ('\\' | '"') => value.push(c),
                    other => panic!("\\{other} is no escape"),
                },
                (_, c) => value.push(c),
            }
        };
        assert!(labels.insert(name.to_owned(), value).is_none(), "{name} stands twice in {text}");
        rest = &after[end + 1..];
        if let Some(more) = rest.strip_prefix(',') {
            assert!(!more.is_empty(), "a comma at the end of {text}");
            rest = more;
        } else {
            assert!(rest.is_empty(), "{rest} after a label");
        }
    }
    labels
}

/// Reads a page strictly: help, type, samples, each family once and in one piece, each sample once.
fn parse(page: &str) -> HashMap<String, Family> {
    assert!(page.ends_with('\n'), "the last line has an end");
    let mut families: HashMap<String, Family> = HashMap::new();
    let mut current = String::new();
    let mut seen = BTreeSet::new();
    let mut helped: Option<String> = None;
    for line in page.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, words) = rest.split_once(' ').unwrap();
            assert!(is_name(name) && !words.trim().is_empty(), "{line}");
            helped = Some(name.to_owned());
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert_eq!(helped.take().as_deref(), Some(name), "help stands before the type");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
            let family = Family { kind: kind.to_owned(), samples: Vec::new() };
            assert!(families.insert(name.to_owned(), family).is_none(), "{name} comes twice");
            current = name.to_owned();
        } else {
            assert!(helped.is_none(), "help without a type before {line}");
            let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no value in {line:?}"));
            let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line} has no number"));
            let (name, labels) = match series.split_once('{') {
                Some((name, labels)) => (name, labels_of(labels.strip_suffix('}').unwrap())),
                None => (series, BTreeMap::new()),
            };
            let family = families.get_mut(&current).unwrap_or_else(|| panic!("{line} is of no family"));
            let suffix = name.strip_prefix(&current).unwrap_or_else(|| panic!("{line} stands among {current}"));
            match family.kind.as_str() {
                "histogram" => assert!(["_bucket", "_sum", "_count"].contains(&suffix), "{line}"),
                _ => assert_eq!(suffix, "", "{line}"),
            }
            assert!(seen.insert(series.to_owned()), "{series} comes twice");
            family.samples.push((suffix.to_owned(), labels, value));
        }
    }
    for (name, family) in &families {
        if family.kind == "histogram" {
            check_histogram(name, family);
        }
    }
    families
}

/// Buckets grow, the last is infinite and the same as the count.
fn check_histogram(name: &str, family: &Family) {
    let mut buckets: BTreeMap<BTreeMap<String, String>, Vec<(f64, f64)>> = BTreeMap::new();
    for (suffix, labels, value) in &family.samples {
        if suffix == "_bucket" {
            let mut labels = labels.clone();
            let bound: f64 = labels.remove("le").unwrap().replace("+Inf", "inf").parse().unwrap();
            buckets.entry(labels).or_default().push((bound, *value));
        }
    }
    for (labels, buckets) in buckets {
        assert!(buckets.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1), "{name}: {buckets:?}");
        let (bound, last) = buckets.last().unwrap();
        assert!(bound.is_infinite(), "{name}");
        let count = family.samples.iter().find(|(suffix, other, _)| suffix == "_count" && *other == labels);
        assert_eq!(count.map(|(_, _, value)| value), Some(last), "{name}");
    }
}

#[test]
fn the_reader_of_the_format_is_strict() {
    for wrong in [
        "# TYPE a gauge\na 1\n",
        "# HELP a x\n# TYPE a gauge\nb 1\n",
        "# HELP a x\n# TYPE a gauge\na one\n",
        "# HELP a x\n# TYPE a gauge\na 1\na 2\n",
        "# HELP a x\n# TYPE a counter\na 1\n",
        "# HELP a x\n# TYPE a gauge\na{b=\"c} 1\n",
        "# HELP a x\n# TYPE a gauge\na 1",
    ] {
        assert!(std::panic::catch_unwind(|| parse(wrong)).is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn a_scrape_of_a_busy_instance_parses_and_says_what_is_going_on() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        visitor.get("/projects").await;
        visitor.get("/no-such-page").await;
        let id = job(&app).await;
        runs::start(&administrator(&app).await, id).await.unwrap();
        while let Some(claim) = worker::claim(&app, "a test").await.unwrap() {
            worker::work(&app, claim).await.unwrap();
        }
        app.meters.has_planned(app.clock.now());
        app.clock.advance(chrono::TimeDelta::minutes(5));
        runs::start(&administrator(&app).await, id).await.unwrap();
        app.clock.advance(chrono::TimeDelta::seconds(90));
        tell::account_blocked(&Ctx::system(&app), OUTBOX, "Full.".into(), Finder::Try).await.unwrap();

        let answer = scrape(app.app.clone(), "127.0.0.1:4000", &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert_eq!(answer.headers[header::CONTENT_TYPE], "text/plain; version=0.0.4; charset=utf-8");
        let families = parse(&answer.body);
        let value = |name: &str, labels: &[(&str, &str)]| {
            families.get(name).unwrap_or_else(|| panic!("no {name} in {}", answer.body)).value(labels)
        };
        assert!(value("autoreport_http_requests_total", &[("route", "page"), ("status", "200")]) >= Some(1.0));
        assert!(value("autoreport_http_requests_total", &[("route", "rpc")]).is_some());
        assert_eq!(value("autoreport_runs_open", &[("state", "planned")]), Some(1.0));
        assert_eq!(value("autoreport_queue_depth", &[]), Some(1.0));
        assert_eq!(value("autoreport_queue_oldest_seconds", &[]), Some(90.0));
        assert_eq!(value("autoreport_schedules", &[("state", "on")]), Some(1.0));
        assert_eq!(value("autoreport_runs_ended_total", &[("state", "done")]), Some(1.0));
        assert!(value("autoreport_delivery_phases_total", &[("phase", "accepted")]) >= Some(1.0));
        assert_eq!(value("autoreport_alarms_total", &[("kind", "account")]), Some(1.0));
        assert_eq!(value("autoreport_alarm_mails_waiting", &[]), Some(1.0));
        assert_eq!(value("autoreport_deliveries_uncertain", &[]), Some(0.0));
        assert_eq!(value("autoreport_mail_account_blocked", &[("account", &OUTBOX.to_string())]), Some(1.0));
        assert_eq!(value("autoreport_last_plan_timestamp_seconds", &[]), Some(1_795_420_800.0));
        assert!(value("autoreport_db_connections", &[("state", "open")]) >= Some(1.0));
        assert!(value("process_resident_memory_bytes", &[]) > Some(1_000_000.0));
        assert!(!answer.body.contains('@'), "no address of anybody: {}", answer.body);
    })
    .await;
}

#[tokio::test]
async fn what_waits_for_the_end_of_a_pause_is_no_queue_that_somebody_has_to_look_after() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let id = job(&app).await;
        let ctx = administrator(&app).await;
        let week = (ctx.now - chrono::TimeDelta::days(7), ctx.now);
        let made = backfill::run(&ctx, id, week, Overlap::QueueAll).await.unwrap();
        assert_eq!(made.runs, 1);
        let look = async || {
            let answer = scrape(app.app.clone(), "127.0.0.1:4000", &[]).await;
            let families = parse(&answer.body);
            let value = |name: &str, labels: &[(&str, &str)]| families[name].value(labels);
            let planned = value("autoreport_runs_open", &[("state", "planned")]);
            (planned, value("autoreport_queue_depth", &[]), value("autoreport_queue_oldest_seconds", &[]))
        };
        let (planned, depth, oldest) = look().await;
        assert_eq!((planned, depth), (Some(1.0), Some(1.0)));
        assert!(oldest > Some(3_600.0));
        schedules::pause(&ctx, id, "").await.unwrap();
        assert_eq!(look().await, (Some(1.0), Some(0.0), Some(0.0)));
    })
    .await;
}

#[tokio::test]
async fn other_machines_find_nothing_without_a_token_and_need_it_where_there_is_one() {
    let app = TestApp::on_sqlite().await;
    let remote = "192.0.2.9:4000";
    let status = async |app: AppState, peer: &str, headers: &[(&str, &str)]| scrape(app, peer, headers).await.status;
    assert_eq!(status(app.app.clone(), "[::1]:4000", &[]).await, StatusCode::OK);
    assert_eq!(status(app.app.clone(), remote, &[]).await, StatusCode::NOT_FOUND);
    let handed_on = [("x-forwarded-for", "192.0.2.9")];
    assert_eq!(status(app.app.clone(), "127.0.0.1:4000", &handed_on).await, StatusCode::NOT_FOUND);
    let guess = [("authorization", "Bearer a token of sixteen letters")];
    assert_eq!(status(app.app.clone(), remote, &guess).await, StatusCode::NOT_FOUND);

    let app = with_token(&app);
    let refused = scrape(app.clone(), remote, &[]).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused.headers[header::WWW_AUTHENTICATE], "Bearer");
    assert_eq!(status(app.clone(), remote, &[("authorization", "Bearer something else")]).await, StatusCode::FORBIDDEN);
    assert_eq!(status(app.clone(), remote, &guess).await, StatusCode::OK);
    assert_eq!(status(app, "127.0.0.1:4000", &[]).await, StatusCode::OK);
}
