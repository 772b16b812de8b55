//! Gathers the numbers: counters of this process, and what the database knows of open work, over its partial indexes.

use app::{
    error::AppResult,
    platform::{machine, state::AppState},
};
use chrono::{DateTime, Utc};
use sea_orm::{DbBackend, FromQueryResult, Statement};

use super::text::Page;

/// All of it as text.
///
/// # Errors
/// Only those of the database.
pub async fn gather(app: &AppState) -> AppResult<String> {
    let mut page = Page::default();
    build(&mut page);
    requests(&mut page, app);
    scheduler(&mut page, app);
    queues(&mut page, app).await?;
    accounts(&mut page, app).await?;
    resources(&mut page, app);
    Ok(page.finish())
}

fn build(page: &mut Page) {
    page.gauge("autoreport_build_info", "The running version.").whole(&[("version", env!("CARGO_PKG_VERSION"))], 1);
}

fn requests(page: &mut Page, app: &AppState) {
    let mut family = page.counter("autoreport_http_requests_total", "Answers by class of route and status.");
    for ((class, status), count) in app.meters.answers() {
        family.whole(&[("route", class.as_str()), ("status", &status.to_string())], count);
    }
    let mut family =
        page.histogram("autoreport_http_request_duration_seconds", "Time until an answer began, by class of route.");
    for (class, times) in app.meters.answer_times() {
        family.times(&[("route", class.as_str())], &times);
    }
}

fn scheduler(page: &mut Page, app: &AppState) {
    let mut family = page.counter(
        "autoreport_instants_total",
        "Instants of schedules that became runs, were skipped, or whose runs were late.",
    );
    for (what, count) in app.meters.instants() {
        family.whole(&[("result", what)], count);
    }
    let mut family = page.counter("autoreport_runs_ended_total", "Runs that this process has ended, by state.");
    for (state, count) in app.meters.runs() {
        family.whole(&[("state", state.as_str())], count);
    }
    let mut family = page.counter("autoreport_delivery_phases_total", "Times that messages came into a phase.");
    for (phase, count) in app.meters.deliveries() {
        family.whole(&[("phase", phase.as_str())], count);
    }
    let mut family = page.counter("autoreport_alarms_total", "Alarms raised by this process, by kind.");
    for (kind, count) in app.meters.alarms() {
        family.whole(&[("kind", kind.as_str())], count);
    }
    let mut family = page.counter("autoreport_pings_total", "Pings to the outside, by result.");
    for (result, count) in app.meters.pings() {
        family.whole(&[("result", result)], count);
    }
    if let Some(at) = app.meters.last_planned() {
        page.gauge("autoreport_last_plan_timestamp_seconds", "When all schedules that were due were planned last.")
            .number(&[], at.timestamp_millis() as f64 / 1_000.0);
    }
}

/// How many rows have a word.
#[derive(FromQueryResult)]
struct Count {
    word: String,
    many: i64,
}

#[derive(FromQueryResult)]
struct Oldest {
    many: i64,
    oldest: Option<DateTime<Utc>>,
}

// The conditions are those of the partial indexes, word for word, so that both engines use them.
const OPEN: &str = "state IN ('planned', 'claimed', 'building', 'frozen', 'sending')";

async fn queues(page: &mut Page, app: &AppState) -> AppResult<()> {
    let sql = format!("SELECT state AS word, count(*) AS many FROM occurrence WHERE {OPEN} GROUP BY state");
    let mut family = page.gauge("autoreport_runs_open", "Runs that have not ended, by state.");
    let open = counts(app, &sql).await?;
    for state in ["planned", "claimed", "building", "frozen", "sending"] {
        let many = open.iter().find(|row| row.word == state).map_or(0, |row| row.many);
        family.whole(&[("state", state)], whole(many));
    }
    // What waits for the end of a pause waits for a person.
    let sql = format!(
        "SELECT count(*) AS many, min(scheduled_at) AS oldest FROM occurrence \
         WHERE {OPEN} AND lease_until IS NULL AND (started_at IS NOT NULL OR \"trigger\" = 'manual' \
         OR schedule_id NOT IN (SELECT id FROM schedule WHERE state = 'paused'))"
    );
    let waiting = one(app, &sql).await?;
    let (depth, oldest) = waiting.map_or((0, None), |row| (row.many, row.oldest));
    let age = oldest.map_or(0.0, |at| (app.clock.now() - at).num_milliseconds().max(0) as f64 / 1_000.0);
    page.gauge("autoreport_queue_depth", "Runs that wait for a worker or for their next try.").whole(&[], whole(depth));
    page.gauge("autoreport_queue_oldest_seconds", "Since when the oldest of them should have run.").number(&[], age);

    let sql = "SELECT state AS word, count(*) AS many FROM schedule WHERE deleted_at IS NULL GROUP BY state";
    let jobs = counts(app, sql).await?;
    let mut family = page.gauge("autoreport_schedules", "Schedules by state.");
    for state in ["on", "paused"] {
        let many = jobs.iter().find(|row| row.word == state).map_or(0, |row| row.many);
        family.whole(&[("state", state)], whole(many));
    }

    let sql = format!(
        "SELECT phase AS word, count(*) AS many FROM delivery \
         WHERE occurrence_id IN (SELECT id FROM occurrence WHERE {OPEN}) GROUP BY phase"
    );
    let mut family = page.gauge("autoreport_deliveries", "Messages of runs that have not ended, by phase.");
    for Count { word, many } in counts(app, &sql).await? {
        family.whole(&[("phase", &word)], whole(many));
    }
    for (name, help, sql) in [
        (
            "autoreport_deliveries_uncertain",
            "Messages of which it is unknown whether they arrived, and that wait for a decision.",
            "SELECT count(*) AS many FROM delivery WHERE phase = 'uncertain'",
        ),
        (
            "autoreport_alarm_mails_waiting",
            "Mails of alarms that are not sent yet.",
            "SELECT count(*) AS many FROM alarm_mail WHERE due_at IS NOT NULL",
        ),
        ("autoreport_pings_waiting", "Pings of jobs that are not sent yet.", "SELECT count(*) AS many FROM ping_call"),
    ] {
        page.gauge(name, help).whole(&[], whole(number(app, sql).await?));
    }
    Ok(())
}

/// An account is named by its id: its address is nobody's business here.
async fn accounts(page: &mut Page, app: &AppState) -> AppResult<()> {
    use app::entities::{mail_gate, smtp_account};
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

    let blocked: Vec<app::domain::ids::AccountId> = mail_gate::Entity::find()
        .select_only()
        .column(mail_gate::Column::AccountId)
        .filter(mail_gate::Column::BlockedAt.is_not_null())
        .into_tuple()
        .all(app.reader())
        .await?;
    let all: Vec<app::domain::ids::AccountId> = smtp_account::Entity::find()
        .select_only()
        .column(smtp_account::Column::Id)
        .into_tuple()
        .all(app.reader())
        .await?;
    let mut family = page.gauge("autoreport_mail_account_blocked", "1 where the breaker of a mail account is open.");
    for id in all {
        family.whole(&[("account", &id.to_string())], u64::from(blocked.contains(&id)));
    }
    Ok(())
}

fn resources(page: &mut Page, app: &AppState) {
    let pool = app.db.pool_state();
    let mut family = page.gauge("autoreport_db_connections", "Connections of the pool.");
    family.whole(&[("state", "open")], pool.open).whole(&[("state", "idle")], pool.idle);
    page.histogram("autoreport_db_write_wait_seconds", "Time that writers waited for their turn and a connection.")
        .times(&[], &app.db.waits().read());
    page.gauge("autoreport_live_streams", "Open streams of changes.").whole(&[], app.db.hub().open_streams() as u64);
    if let Some(usage) = machine::usage() {
        page.gauge("process_resident_memory_bytes", "Resident memory.").whole(&[], usage.resident_bytes);
        page.counter("process_cpu_seconds_total", "Processor time since the start.").number(&[], usage.cpu_seconds);
        page.gauge("process_start_time_seconds", "When the process was started.").whole(&[], usage.started_at);
    }
}

async fn counts(app: &AppState, sql: &str) -> AppResult<Vec<Count>> {
    Ok(Count::find_by_statement(Statement::from_string(backend(app), sql)).all(app.reader()).await?)
}

async fn one(app: &AppState, sql: &str) -> AppResult<Option<Oldest>> {
    Ok(Oldest::find_by_statement(Statement::from_string(backend(app), sql)).one(app.reader()).await?)
}

async fn number(app: &AppState, sql: &str) -> AppResult<i64> {
    #[derive(FromQueryResult)]
    struct Many {
        many: i64,
    }
    let row = Many::find_by_statement(Statement::from_string(backend(app), sql)).one(app.reader()).await?;
    Ok(row.map_or(0, |row| row.many))
}

fn backend(app: &AppState) -> DbBackend {
    app.reader().get_database_backend()
}

fn whole(many: i64) -> u64 {
    u64::try_from(many).unwrap_or_default()
}
