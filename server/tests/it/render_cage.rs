//! Templates of people in the child process of the real program: what attacks is stopped with a clear message, and the
//! server goes on.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use app::{
    domain::template::render::{FaultKind, Language, MAX_SECONDS, Part, RenderJob, RenderOutcome, Stop, TemplateFault},
    error::AppError,
    platform::render::{
        cage::{Cage, Walls},
        child,
    },
    testing::TestApp,
};
use axum::http::StatusCode;
use serde_json::json;

use crate::site::Visitor;

const PROGRAM: &str = env!("CARGO_BIN_EXE_autoreport");

/// Doubles a text until there is no memory.
const MEMORY_BOMB: &str =
    "{% set_global a = 'xxxxxxxxxxxxxxxx' %}{% for i in range(end=64) %}{% set_global a = a ~ a %}{% endfor %}";

fn cage() -> Cage {
    Cage::new(Walls::Child(PROGRAM.into()))
}

fn job(html: &str) -> RenderJob {
    let data = json!({ "report": { "title": "Weekly" }, "tasks": [{ "title": "Move & copy" }] });
    RenderJob { subject: "{{ report.title }}".into(), html: html.into(), contexts: vec![data], ..RenderJob::default() }
}

async fn outcome(html: &str) -> RenderOutcome {
    cage().render(&job(html)).await.unwrap()
}

async fn fault(job: &RenderJob) -> TemplateFault {
    match cage().render(job).await.unwrap() {
        RenderOutcome::Faulty(mut faults) => faults.remove(0),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_good_template_is_rendered_for_each_of_many_readers() {
    let contexts =
        (0..20).map(|at| json!({ "name": format!("Reader {at}"), "recipient": { "zone": "Asia/Tokyo" } })).collect();
    let job = RenderJob {
        subject: "For {{ name }}".into(),
        html: "<html><head><style>p { color: #123456 }</style></head><body><p>{{ name }}, {{ \"2026-11-26T20:00:00Z\" | date }}</p></body></html>".into(),
        contexts,
        ..RenderJob::default()
    };
    let RenderOutcome::Rendered(messages) = cage().render(&job).await.unwrap() else { panic!() };
    assert_eq!(messages.len(), 20);
    assert_eq!(messages[17].subject, "For Reader 17");
    assert!(messages[17].html.contains("style=\"color: #123456"), "{}", messages[17].html);
    assert_eq!(messages[17].text.as_deref(), Some("Reader 17, 27 Nov 2026\n"));
}

#[tokio::test]
async fn mjml_is_rendered_behind_walls_too() {
    let mut job = job(
        "<mjml><mj-body><mj-section><mj-column><mj-text>{{ tasks[0].title }}</mj-text></mj-column></mj-section></mj-body></mjml>",
    );
    job.language = Language::Mjml;
    let RenderOutcome::Rendered(messages) = cage().render(&job).await.unwrap() else { panic!() };
    assert!(messages[0].html.contains("Move &amp; copy"), "{}", messages[0].html);
    job.html = "<mjml>\n<mj-body>\n<mj-sectoin></mj-sectoin></mj-body></mjml>".into();
    let fault = fault(&job).await;
    assert_eq!((fault.part, fault.kind, fault.line), (Part::Html, FaultKind::Markup, 3), "{fault:?}");
    assert_eq!(fault.meant.as_deref(), Some("mj-section"));
}

#[tokio::test]
async fn nested_loops_without_end_are_stopped_in_time() {
    let began = Instant::now();
    let bomb = "{% for a in range(end=100000) %}{% for b in range(end=100000) %}{% endfor %}{% endfor %}";
    assert_eq!(outcome(bomb).await, RenderOutcome::Stopped(Stop::Time));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_text_that_doubles_and_a_list_that_grows_are_stopped() {
    assert_eq!(outcome_in_its_time(MEMORY_BOMB).await, RenderOutcome::Stopped(Stop::Memory));
    let kilobyte = "x".repeat(1000);
    let kept = format!(
        "{{% set a %}}{{% for i in range(end=100000) %}}{{% for j in range(end=100) %}}{kilobyte}{{% endfor %}}{{% endfor %}}{{% endset %}}"
    );
    assert_eq!(outcome_in_its_time(&kept).await, RenderOutcome::Stopped(Stop::Memory));
}

/// What becomes of a bomb where others do not take its time away: of five tries the first that was not out of time.
async fn outcome_in_its_time(bomb: &str) -> RenderOutcome {
    for _ in 0..4 {
        let outcome = outcome(bomb).await;
        if outcome != RenderOutcome::Stopped(Stop::Time) {
            return outcome;
        }
    }
    outcome(bomb).await
}

#[tokio::test]
async fn two_megabytes_of_output_are_stopped() {
    let bomb = "{% for a in range(end=20000) %}0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789{% endfor %}";
    let stopped = outcome(bomb).await;
    assert_eq!(stopped, RenderOutcome::Stopped(Stop::Output));
    assert!(stopped.complaints(TemplateFault::sentence)[0].contains("more than 1 MB"));
}

#[tokio::test]
async fn includes_unknown_functions_and_long_sources_are_faults_with_a_place() {
    let include = fault(&job("<p>\n{% include \"/etc/passwd\" %}")).await;
    assert_eq!((include.kind, include.line, include.column), (FaultKind::Refused, 2, 1));
    let function = fault(&job("{{ get_env(name=\"PATH\") }}")).await;
    assert_eq!((function.kind, function.line), (FaultKind::UnknownFunction, 1));
    let long = fault(&job(&"<p>a</p>\n".repeat(120_000))).await;
    assert_eq!((long.kind, long.part), (FaultKind::TooLong, Part::Html));
    let deep = fault(&job(&format!("{}x{}", "{% if tasks %}".repeat(500), "{% endif %}".repeat(500)))).await;
    assert_eq!(deep.kind, FaultKind::Syntax, "{deep:?}");
}

#[tokio::test]
async fn markup_within_markup_without_end_harms_the_child_alone() {
    let open = |tag: &str| format!("{{% for i in range(end=40000) %}}{tag}{{% endfor %}}");
    let html = outcome(&format!("{}x", open("<div>"))).await;
    assert!(matches!(html, RenderOutcome::Rendered(_)), "{:?}", html.complaints(TemplateFault::sentence));
    // What is read by calls within calls ends with their stack, or with their time.
    let mut mjml = job(&format!(
        "<mjml><mj-body><mj-section><mj-column><mj-text>{}x{}</mj-text></mj-column></mj-section></mj-body></mjml>",
        open("<div>"),
        open("</div>")
    ));
    mjml.language = Language::Mjml;
    let stopped = cage().render(&mjml).await.unwrap();
    assert!(matches!(stopped, RenderOutcome::Stopped(Stop::Memory | Stop::Time)), "{stopped:?}");
    let quotes = format!("{{% filter markdown %}}{} x{{% endfilter %}}", ">".repeat(60_000));
    let stopped = outcome(&quotes).await;
    assert!(matches!(stopped, RenderOutcome::Stopped(Stop::Memory | Stop::Time)), "{stopped:?}");
}

#[tokio::test]
async fn a_line_break_in_a_subject_brings_no_header() {
    let mut job = job("x");
    job.contexts[0]["report"]["title"] = json!("Weekly\r\nBcc: all@example.org");
    let RenderOutcome::Rendered(messages) = cage().render(&job).await.unwrap() else { panic!() };
    assert_eq!(messages[0].subject, "Weekly Bcc: all@example.org");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_bombs_at_once_leave_the_server_as_it_is() {
    let app = TestApp::on_sqlite().await;
    let mut state = app.app.clone();
    state.cage = cage();
    let bombs: Vec<_> = (0..20)
        .map(|_| {
            let cage = state.cage.clone();
            tokio::spawn(async move { cage.render(&job(MEMORY_BOMB)).await })
        })
        .collect();
    let mut visitor = Visitor::of_state(state.clone());
    let mut answers = 0;
    while bombs.iter().any(|bomb| !bomb.is_finished()) || answers < 5 {
        assert_eq!(visitor.get("/sign-up").await.status, StatusCode::OK);
        answers += 1;
        tokio::task::yield_now().await;
    }
    for bomb in bombs {
        // On a busy machine the time is up before the memory is, and then the last ones wait longer than they may.
        let outcome = bomb.await.unwrap();
        assert!(
            matches!(outcome, Ok(RenderOutcome::Stopped(Stop::Memory | Stop::Time)) | Err(AppError::TooMany { .. })),
            "{outcome:?}"
        );
    }
    let good = state.cage.render(&job("<p>{{ report.title }}</p>")).await.unwrap();
    assert!(matches!(good, RenderOutcome::Rendered(_)), "{good:?}");
    // Children of other tests may be among those that wait for a moment.
    let deadline = Instant::now() + Duration::from_secs(10);
    while zombies() > 0 {
        assert!(Instant::now() < deadline, "all are reaped");
        tokio::task::yield_now().await;
    }
}

/// Processes of this one that have ended and wait to be reaped.
fn zombies() -> usize {
    let own = std::process::id().to_string();
    let stat = |entry: fs::DirEntry| fs::read_to_string(entry.path().join("stat")).ok();
    fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(stat)
        .filter(|stat| {
            let after_name = stat.rsplit(')').next().unwrap_or_default();
            let mut fields = after_name.split_whitespace();
            let (state, parent) = (fields.next(), fields.next());
            stat.contains("(autoreport)") && state == Some("Z") && parent == Some(own.as_str())
        })
        .count()
}

#[tokio::test]
async fn a_child_that_says_nothing_is_killed_when_its_time_is_over_and_knows_nothing_of_the_server() {
    let app = TestApp::on_sqlite().await;
    let folder = &app.settings.data_dir;
    let program = folder.join("silent");
    // Written by another process: a file that this one has open cannot be started.
    let words = "#!/bin/sh\n/bin/cat /proc/$$/environ > FOLDER/environment\necho $$ > FOLDER/id\nexec /bin/sleep 60\n";
    let mut writer = Command::new("/bin/sh")
        .args(["-c", "cat > \"$0\" && chmod 700 \"$0\""])
        .arg(&program)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = writer.stdin.take().unwrap();
    stdin.write_all(words.replace("FOLDER", &folder.display().to_string()).as_bytes()).unwrap();
    drop(stdin);
    assert!(writer.wait().unwrap().success());

    let began = Instant::now();
    let stopped = Cage::new(Walls::Child(program)).render(&job("x")).await.unwrap();
    assert_eq!(stopped, RenderOutcome::Stopped(Stop::Time));
    let took = began.elapsed();
    assert!((Duration::from_secs(MAX_SECONDS)..Duration::from_secs(MAX_SECONDS + 5)).contains(&took), "{took:?}");
    let id = fs::read_to_string(folder.join("id")).unwrap();
    assert!(!Path::new("/proc").join(id.trim()).exists(), "{id} is gone");
    assert_eq!(fs::read_to_string(folder.join("environment")).unwrap(), "", "no key, no database, no path");
}

/// The walls stand before a byte of the job is read.
#[test]
fn the_child_takes_its_limits_before_it_reads() {
    let mut started = Command::new(PROGRAM)
        .arg(child::COMMAND)
        .env_clear()
        // Any other subcommand would refuse to start.
        .env("AUTOREPORT_NO_SUCH_SETTING", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let read = |name: &str| fs::read_to_string(format!("/proc/{}/{name}", started.id())).unwrap_or_default();
    let row = |limits: &str, name: &str| -> Vec<String> {
        let line = limits.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().take(2).map(str::to_owned).collect()
    };
    let deadline = Instant::now() + Duration::from_secs(10);
    let mut limits = read("limits");
    while row(&limits, "Max open files") != ["0", "0"] {
        assert!(Instant::now() < deadline, "{limits}");
        std::thread::yield_now();
        limits = read("limits");
    }
    assert_eq!(row(&limits, "Max cpu time"), ["2", "3"]);
    assert_eq!(row(&limits, "Max file size"), ["0", "0"]);
    assert_eq!(row(&limits, "Max core file size"), ["0", "0"]);
    assert_eq!(row(&limits, "Max processes"), ["0", "0"]);
    let memory: u64 = row(&limits, "Max address space")[0].parse().unwrap();
    let status = read("status");
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:")).unwrap();
    let mapped: u64 = size.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(memory < mapped * 1024 + 257 * 1024 * 1024, "{memory} with {mapped} kB mapped");

    let mut stdin = started.stdin.take().unwrap();
    stdin.write_all(&serde_json::to_vec(&job("<p>{{ report.title }}</p>")).unwrap()).unwrap();
    drop(stdin);
    let output = started.wait_with_output().unwrap();
    assert!(output.status.success(), "{:?}", output.status);
    let answer: RenderOutcome = serde_json::from_slice(&output.stdout).unwrap();
    let RenderOutcome::Rendered(messages) = answer else { panic!("{answer:?}") };
    assert_eq!(messages[0].html, "<p>Weekly</p>");
}

#[test]
fn what_is_no_job_is_refused_and_help_does_not_offer_the_child() {
    let broken = Command::new(PROGRAM).arg(child::COMMAND).env_clear().stdin(Stdio::null()).output().unwrap();
    assert_eq!(broken.status.code(), Some(4), "{broken:?}");
    let help = Command::new(PROGRAM).arg("--help").env_clear().output().unwrap();
    assert!(!String::from_utf8_lossy(&help.stdout).contains(child::COMMAND));
}
