//! Works on runs: claims one, freezes its data, renders them, sends, and keeps the report in the archive. Everything
//! that matters is in the database before the next step begins, so another worker can go on at any point.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Days, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::Expr,
};
use tokio::{task::JoinHandle, time::Instant};
use uuid::Uuid;

use super::{
    addressees, book, drafts,
    editions::Editions,
    kinds, ledger,
    messages::{self, Common},
    pen::{self, Pen, Style, Unwritten},
    planner, report, rules,
    sending::{self, Hold, Round},
};
use crate::{
    domain::{
        crash_point::CrashPoint,
        ids::{ArtifactId, ScheduleId, TemplateId, UserId},
        job::LogLevel,
        occurrence::{Effect, Event, HEARTBEAT, OccurrenceState, Remedy, Standing, Trigger},
        period::{Period, day_of},
        report::Snapshot,
        template::context::Reader,
    },
    entities::{artifact, occurrence, project, schedule},
    error::{AppError, AppResult},
    mail::service::{accounts, transport},
    platform::{ctx::Ctx, fault, hash::sha256, state::AppState},
    reports::service::{
        archive::{self, Kept},
        files::{self, Attached, File, LIMIT},
        render::{Address, Image, Written},
        snapshot,
    },
};

/// Days that a weekly report covers.
const WEEK: u32 = 7;
/// How many runs a claim looks at; the others come with the next wake.
const LOOK: u64 = 16;

/// A run that this worker owns, and what is to be done about it.
#[derive(Debug)]
pub struct Claim {
    hold: Hold,
    schedule: ScheduleId,
    effect: Effect,
}

/// Claims the run that has waited longest, unless an earlier one of its schedule is still being worked on. `owner`
/// names this instance, for people.
///
/// # Errors
/// Only those of the database.
pub async fn claim(app: &AppState, owner: &str) -> AppResult<Option<Claim>> {
    let ctx = Ctx::system(app);
    for row in claimable(&ctx).await? {
        let tx = ctx.begin().await?;
        let Some(held) = ledger::try_lock_schedule(&ctx, &tx, row.schedule_id).await? else { continue };
        let open = planner::open_runs(&tx, held.id).await?;
        if open.iter().any(|other| other.id != row.id && other.lease_until.is_some_and(|until| until > ctx.now)) {
            continue;
        }
        let also = occurrence::ActiveModel {
            lease_owner: Set(Some(owner.to_owned())),
            started_at: Set(Some(row.started_at.unwrap_or(ctx.now))),
            ..Default::default()
        };
        let stepped = ledger::step(&ctx, &tx, &held, row.id, Event::Claimed, also).await?;
        if let Some((standing, _)) = &stepped
            && row.lease_until.is_some()
        {
            let words = format!("Its worker fell silent; it goes on (attempt {}).", standing.attempts.max(1));
            book::note(&ctx, &*tx, row.id, LogLevel::Warning, words).await?;
        }
        if row.is_held && stepped.is_some() {
            let words = "Nobody has decided about the draft in time: it goes out as it is.";
            book::note(&ctx, &*tx, row.id, LogLevel::Info, words).await?;
        }
        tx.commit().await?;
        if let Some((standing, effects)) = stepped
            && let Some(&effect) = effects.iter().find(|effect| **effect != Effect::Finished)
        {
            let hold = Hold { run: row.id, fence: standing.fence };
            app.crash.reach(CrashPoint::Claimed);
            return Ok(Some(Claim { hold, schedule: held.id, effect }));
        }
    }
    Ok(None)
}

async fn claimable(ctx: &Ctx) -> AppResult<Vec<ledger::RunRow>> {
    use occurrence::Column;
    let has_come = |column: Column| Condition::any().add(column.is_null()).add(column.lte(ctx.now));
    // Runs behind one that is being worked on wait for it: however many, they must not hide those of other schedules.
    let busy = occurrence::Entity::find()
        .select_only()
        .column(Column::ScheduleId)
        .filter(ledger::is_open())
        .filter(Column::LeaseUntil.gt(ctx.now))
        .into_query();
    let query = ledger::run_columns()
        .filter(ledger::is_open())
        .filter(has_come(Column::NextTryAt))
        // A draft without a time waits for a person.
        .filter(Condition::any().add(Column::IsHeld.eq(false)).add(Column::NextTryAt.is_not_null()))
        .filter(has_come(Column::LeaseUntil))
        .filter(Column::ScheduleId.not_in_subquery(busy))
        .order_by_asc(Column::ScheduledAt)
        .limit(LOOK);
    Ok(query.into_model().all(ctx.reader()).await?)
}

/// Works on a claimed run until it has ended, waits for another try, or is lost. What goes wrong is stored with the run.
///
/// # Errors
/// Only when not even that can be stored; the lease then runs out.
pub async fn work(app: &AppState, claim: Claim) -> AppResult<()> {
    let Claim { hold, schedule, effect } = claim;
    let alive = Alive::keep(app, hold);
    let done = perform(app, hold, schedule, effect).await;
    drop(alive);
    let Err(error) = done else { return Ok(()) };
    let remedy = if error == AppError::NotFound { Remedy::Never } else { Remedy::TryAgain };
    let broke = Event::Broke { fence: hold.fence, reason: error.words(), remedy };
    step(app, schedule, hold, broke, ledger::no_columns()).await?;
    note(app, hold, LogLevel::Error, error.words()).await
}

/// Ends the claims of a process that is gone, where there can be no other: SQLite is for one process at a time, so at
/// its start nobody else works. On PostgreSQL the leases run out by themselves.
///
/// # Errors
/// Only those of the database.
pub async fn forget_claims(app: &AppState) -> AppResult<()> {
    let ctx = Ctx::system(app);
    if ctx.db().is_postgres() {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    occurrence::Entity::update_many()
        .col_expr(occurrence::Column::LeaseUntil, Expr::value(ctx.now))
        .filter(occurrence::Column::LeaseUntil.gt(ctx.now))
        .exec(&*tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Gives a claimed run back, so that another worker can take it at once.
///
/// # Errors
/// Only those of the database.
pub async fn release(app: &AppState, claim: &Claim) -> AppResult<()> {
    let released = Event::Released { fence: claim.hold.fence };
    step(app, claim.schedule, claim.hold, released, ledger::no_columns()).await?;
    Ok(())
}

impl Claim {
    /// The part that is needed to give it back while it is being worked on.
    pub fn receipt(&self) -> Claim {
        Claim { hold: self.hold, schedule: self.schedule, effect: self.effect }
    }
}

async fn perform(app: &AppState, hold: Hold, schedule: ScheduleId, effect: Effect) -> AppResult<()> {
    let limit = time_limit(app, schedule).await?;
    let is_report = kinds::of(&Ctx::system(app), schedule).await?.makes_report();
    let mut next = Some(effect);
    while let Some(effect) = next {
        next = match effect {
            Effect::Build if is_report => in_time(app, schedule, hold, limit, build(app, schedule, hold)).await?,
            Effect::Build => in_time(app, schedule, hold, limit, kinds::build(app, schedule, hold)).await?,
            Effect::Render if is_report => in_time(app, schedule, hold, limit, render(app, schedule, hold)).await?,
            Effect::Render => in_time(app, schedule, hold, limit, kinds::render(app, schedule, hold)).await?,
            // Each message has its own limits.
            Effect::Send => send(app, schedule, hold).await?,
            Effect::WakeAt(_) | Effect::Finished => None,
        };
    }
    Ok(())
}

/// Until when this try must have stored its messages.
async fn time_limit(app: &AppState, schedule: ScheduleId) -> AppResult<Option<Instant>> {
    let job = schedule::Entity::find_by_id(schedule).one(app.reader()).await?.ok_or(AppError::NotFound)?;
    let limit = rules::run_rules(&job).timeout.and_then(|timeout| timeout.to_std().ok());
    Ok(limit.map(|limit| Instant::now() + limit))
}

/// Does what the run needs next, and gives it up when the try has taken longer than the schedule allows.
async fn in_time(
    app: &AppState,
    schedule: ScheduleId,
    hold: Hold,
    limit: Option<Instant>,
    work: impl Future<Output = AppResult<Option<Effect>>>,
) -> AppResult<Option<Effect>> {
    let Some(limit) = limit else { return work.await };
    if let Ok(done) = tokio::time::timeout_at(limit, work).await {
        return done;
    }
    let timed_out = Event::TimedOut { fence: hold.fence };
    if let Some((standing, _)) = step(app, schedule, hold, timed_out, ledger::no_columns()).await? {
        note(app, hold, LogLevel::Error, standing.reason.unwrap_or_default()).await?;
    }
    Ok(None)
}

/// Collects the data of the report and freezes them.
async fn build(app: &AppState, schedule: ScheduleId, hold: Hold) -> AppResult<Option<Effect>> {
    let begins = Event::BuildBegins { fence: hold.fence };
    if step(app, schedule, hold, begins, ledger::no_columns()).await?.is_none() {
        return Ok(None);
    }
    app.crash.reach(CrashPoint::BuildBegun);
    let ctx = Ctx::system(app);
    let run = ledger::read(ctx.reader(), hold.run).await?;
    let job = schedule::Entity::find_by_id(schedule).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let readers = readers(&ctx, &job).await?;
    let frozen = report::collect(&ctx, &job, run.trigger, run.scheduled_at, &readers).await?;
    let period = frozen.period;
    // Who starts a run by hand wants to see it.
    if run.trigger == Trigger::Schedule
        && let Some(reason) = rules::condition(&job)?.unmet(&frozen.facts())
    {
        let not_needed = Event::NotNeeded { fence: hold.fence, reason };
        step(app, schedule, hold, not_needed, ledger::no_columns()).await?;
        return Ok(None);
    }
    // The version that is published now is the one that every message is written with, also on a later try.
    let version = match pen::version_now(&ctx, &job).await? {
        Ok(version) => version,
        Err(words) => return give_up(app, schedule, hold, words).await,
    };
    let asks = report::spec(&job)?.draft.filter(|_| run.trigger == Trigger::Schedule);
    let json = snapshot::to_json(&frozen)?;
    app.crash.reach(CrashPoint::Built);
    let also = occurrence::ActiveModel {
        period_from: Set(Some(period.first)),
        period_to: Set(Some(period.last)),
        subject: Set(Some(frozen.subject())),
        finding: Set(Some(frozen.finding.words())),
        snapshot_hash: Set(Some(sha256(json.as_bytes()))),
        snapshot: Set(Some(json)),
        template_id: Set(version.map(|(id, _)| id)),
        template_version: Set(version.map(|(_, number)| number)),
        ..Default::default()
    };
    let ctx = Ctx::system(app);
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(&ctx, &tx, schedule).await?;
    let frozen = Event::Frozen { fence: hold.fence };
    let Some((_, effects)) = ledger::step(&ctx, &tx, &held, hold.run, frozen, also).await? else { return Ok(None) };
    let words = format!("Collected the data of {}.", period.words());
    book::note(&ctx, &*tx, hold.run, LogLevel::Info, words).await?;
    let next = match asks {
        None => effects.first().copied(),
        Some(rule) => {
            drafts::ask(&ctx, &tx, &held, hold, rule).await?;
            None
        }
    };
    tx.commit().await?;
    app.crash.reach(CrashPoint::Frozen);
    Ok(next)
}

/// Ends a run whose template cannot be filled in: the next try would find the same.
async fn give_up(app: &AppState, schedule: ScheduleId, hold: Hold, words: String) -> AppResult<Option<Effect>> {
    let broke = Event::Broke { fence: hold.fence, reason: words.clone(), remedy: Remedy::Never };
    if step(app, schedule, hold, broke, ledger::no_columns()).await?.is_some() {
        note(app, hold, LogLevel::Error, words).await?;
    }
    Ok(None)
}

/// The accounts that will read a report of several projects: each may see others of them. One of a single project is the
/// same for everybody.
async fn readers(ctx: &Ctx, job: &schedule::Model) -> AppResult<Vec<UserId>> {
    if report::spec(job)?.scope.other_projects.is_empty() {
        return Ok(Vec::new());
    }
    let list = addressees::resolve(ctx, job.id, job.project_id).await?;
    Ok(list.people.into_iter().filter_map(|(person, _)| person.user).collect())
}

/// The days of a report that no schedule has asked for yet: those before its instant, and today where a person asks.
pub(super) fn period(trigger: Trigger, at: DateTime<Utc>, project: &project::Model) -> Period {
    let today = day_of(at, &snapshot::zone_of(project));
    let last = match trigger {
        Trigger::Schedule => today.checked_sub_days(Days::new(1)).unwrap_or(today),
        Trigger::Manual => today,
    };
    Period::ending(last, WEEK)
}

/// Renders the frozen data and stores messages, a part at a time, then the files; with these the sending begins.
async fn render(app: &AppState, schedule: ScheduleId, hold: Hold) -> AppResult<Option<Effect>> {
    match write(app, schedule, hold).await {
        Ok(next) => Ok(next),
        Err(Unwritten::Template(words)) => give_up(app, schedule, hold, words).await,
        Err(Unwritten::Error(error)) => Err(error),
    }
}

async fn write(app: &AppState, schedule: ScheduleId, hold: Hold) -> Result<Option<Effect>, Unwritten> {
    let ctx = Ctx::system(app);
    let report = Report::load(&ctx, schedule, hold).await?;
    let comment = report.comment.as_deref();
    let list = addressees::resolve(&ctx, schedule, report.frozen.project.id).await?;
    let transport = transport::open(&ctx, account(&ctx, &report.job).await?).await?;
    let editions = Editions::of(&ctx, &report.job, &report.frozen, &list, (&report.style, comment)).await?;
    let common = Common {
        run: hold.run,
        schedule,
        job: &report.job.name,
        snapshot: &report.frozen,
        sender: transport.sender(),
        signer: transport.signer(),
        pen: &report.pen,
        comment,
        attached: &report.attached,
        editions: &editions,
    };
    if !messages::write_all(&ctx, &common, &list, hold).await? {
        return Ok(None);
    }
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(&ctx, &tx, schedule).await?;
    let begins = Event::SendingBegins { fence: hold.fence };
    let also = occurrence::ActiveModel { subject: Set(Some(report.written.subject.clone())), ..ledger::no_columns() };
    let next = ledger::step(&ctx, &tx, &held, hold.run, begins, also).await?;
    if next.is_none() {
        return Ok(None);
    }
    artifact::Entity::insert_many(report.files(hold)).exec_without_returning(&*tx).await?;
    let count = messages::count(&*tx, hold.run).await?;
    book::note(&ctx, &*tx, hold.run, LogLevel::Info, messages::wrote(count)).await?;
    let held_back = list.people.iter().filter_map(|(person, held_back)| {
        held_back.as_ref().map(|held_back| format!("{}: held back. {}", person.address, held_back.words()))
    });
    let flaws = report.attachments.iter().filter_map(files::flaw);
    for words in list.notes.iter().cloned().chain(report.attached.note.clone()).chain(flaws).chain(held_back) {
        book::note(&ctx, &*tx, hold.run, LogLevel::Warning, words).await?;
    }
    tx.commit().await?;
    app.crash.reach(CrashPoint::SendingBegun);
    Ok(next.and_then(|(_, effects)| effects.first().copied()))
}

/// Sends what is due, then keeps a report in the archive; the two do not depend on each other. What is for its reader
/// alone is kept nowhere else.
async fn send(app: &AppState, schedule: ScheduleId, hold: Hold) -> AppResult<Option<Effect>> {
    let ctx = Ctx::system(app);
    let job = schedule::Entity::find_by_id(schedule).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let round = sending::send_due(app, hold, account(&ctx, &job).await?).await?;
    if round != Round::Lost {
        app.crash.reach(CrashPoint::AllSent);
    }
    if job.kind.makes_report()
        && let Err(error) = keep(app, schedule, hold).await
    {
        note(app, hold, LogLevel::Error, format!("The report is not in the archive yet. {}", error.words())).await?;
    }
    match round {
        Round::Lost => Ok(None),
        Round::Ended(tally) => {
            let sent = Event::Sent { fence: hold.fence, tally };
            step(app, schedule, hold, sent, ledger::no_columns()).await?;
            Ok(None)
        }
    }
}

/// Commits the report to the archive, unless it is there. The archive finds its own commits again, so a crash between
/// the commit and the note of it makes no second one.
async fn keep(app: &AppState, schedule: ScheduleId, hold: Hold) -> AppResult<()> {
    let ctx = Ctx::system(app);
    let query = occurrence::Entity::find_by_id(hold.run).select_only().column(occurrence::Column::CommitId);
    let known: Option<Option<String>> = query.into_tuple().one(ctx.reader()).await?;
    if known.flatten().is_some() {
        return Ok(());
    }
    let run = ledger::read(ctx.reader(), hold.run).await?;
    let report = Stored::load(&ctx, schedule, hold).await?;
    let frozen_at = run.started_at.unwrap_or(run.created_at);
    let kept = Kept {
        occurrence: hold.run,
        planned_at: run.scheduled_at.min(frozen_at),
        frozen_at,
        snapshot: &report.frozen,
        json: &report.json,
        written: &report.written,
        images: &report.images,
        attachments: &report.attachments,
    };
    let commit = archive::commit(&ctx, kept).await?;
    app.crash.reach(CrashPoint::Committed);
    let tx = ctx.begin().await?;
    let row =
        occurrence::ActiveModel { id: Unchanged(hold.run), commit_id: Set(Some(commit.clone())), ..Default::default() };
    row.update(&*tx).await?;
    let short: String = commit.chars().take(10).collect();
    book::note(&ctx, &*tx, hold.run, LogLevel::Info, format!("Kept in the archive as commit {short}.")).await?;
    Ok(tx.commit().await?)
}

/// Reports whose commit did not succeed while they were sent: tried again, a few at a time.
///
/// # Errors
/// Only those of the database.
pub async fn keep_missing(app: &AppState) -> AppResult<()> {
    use OccurrenceState::*;
    let query = ledger::run_columns()
        .filter(occurrence::Column::State.is_in([Done, Partly, Failed]))
        .filter(occurrence::Column::Snapshot.is_not_null())
        .filter(occurrence::Column::CommitId.is_null())
        // What failed because of its template cannot be written.
        .filter(
            Condition::any()
                .add(occurrence::Column::TemplateId.is_null())
                .add(occurrence::Column::SendingAt.is_not_null()),
        )
        // What the retention has removed cannot be rendered again.
        .filter(occurrence::Column::RemovedAt.is_null())
        .filter(occurrence::Column::ScheduleId.in_subquery(schedule::with_reports()))
        .order_by_desc(occurrence::Column::ScheduledAt)
        .limit(LOOK);
    let rows: Vec<ledger::RunRow> = query.into_model().all(app.reader()).await?;
    for row in rows {
        // What is wrong may be wrong with this one alone: its words are in the log, and the others have their turn.
        if let Err(error) = keep(app, row.schedule_id, Hold { run: row.id, fence: row.fence }).await {
            tracing::warn!("the report of run {} is not in the archive: {error}", row.id);
        }
    }
    Ok(())
}

/// The frozen data of a run and what is rendered from them: always the same bytes.
struct Report {
    job: schedule::Model,
    json: String,
    frozen: Snapshot,
    /// What its owner says at the head of it.
    comment: Option<String>,
    style: Style,
    pen: Pen,
    written: Written,
    /// All of its files, also those that are too big for a message.
    attachments: Vec<File>,
    attached: Attached,
}

impl Report {
    async fn load(ctx: &Ctx, schedule: ScheduleId, hold: Hold) -> Result<Report, Unwritten> {
        let job = schedule::Entity::find_by_id(schedule).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
        use occurrence::Column::{Snapshot as Frozen, TemplateId as Template, TemplateVersion};
        let query = occurrence::Entity::find_by_id(hold.run).select_only().columns([Frozen, Template, TemplateVersion]);
        let found: Option<(Option<String>, Option<TemplateId>, Option<i32>)> =
            query.into_tuple().one(ctx.reader()).await?;
        let (json, template, number) = found.ok_or(AppError::NotFound)?;
        let json = json.ok_or(AppError::NotFound)?;
        let frozen = snapshot::from_json(&json)?;
        let comment = drafts::comment(ctx.reader(), hold.run).await?;
        let style = Style::of(ctx, &job, template.zip(number)).await?;
        let attachments = report::files(ctx, &job, &style, (&frozen, json.as_str()), comment.as_deref()).await?;
        let attached = Attached::of(&attachments, LIMIT);
        let pen = Pen::new(&style, &frozen, comment.as_deref(), attached.note.as_deref()).await?;
        let address = Address {
            attachments_note: attached.note.clone(),
            comment: comment.clone(),
            ..archive::address(ctx, hold.run, &job.name)
        };
        let written = pen.write_one(ctx, &frozen, address, Reader::default()).await?;
        Ok(Report { job, json, frozen, comment, style, pen, written, attachments, attached })
    }

    fn files(&self, hold: Hold) -> Vec<artifact::ActiveModel> {
        let mut files = BTreeMap::from([
            (HTML.to_owned(), ("text/html; charset=utf-8", self.written.html.clone().into_bytes())),
            (TEXT.to_owned(), ("text/plain; charset=utf-8", self.written.text.clone().into_bytes())),
        ]);
        let images = self.pen.images().iter();
        files.extend(images.map(|image| (format!("{}.png", image.name), ("image/png", image.png.clone()))));
        for File { name, content_type, bytes } in &self.attachments {
            files.insert(name.clone(), (content_type.as_str(), bytes.clone()));
        }
        let row = |(name, (content_type, bytes)): (String, (&str, Vec<u8>))| artifact::ActiveModel {
            id: Set(ArtifactId(Uuid::now_v7())),
            occurrence_id: Set(hold.run),
            name: Set(name),
            content_type: Set(content_type.to_owned()),
            bytes: Set(bytes),
        };
        files.into_iter().map(row).collect()
    }
}

/// Name of the mail's HTML among the files of a run.
pub const HTML: &str = "report.html";
/// Name of the mail's text.
pub const TEXT: &str = "report.txt";

/// A report as it was written, for the archive. One that failed before its messages were there is written now.
struct Stored {
    json: String,
    frozen: Snapshot,
    written: Written,
    images: Vec<Image>,
    attachments: Vec<File>,
}

impl Stored {
    async fn load(ctx: &Ctx, schedule: ScheduleId, hold: Hold) -> AppResult<Stored> {
        let rows = artifact::Entity::find().filter(artifact::Column::OccurrenceId.eq(hold.run)).all(ctx.reader());
        let rows = rows.await?;
        let text = |name: &str| {
            let file = rows.iter().find(|file| file.name == name);
            file.map(|file| String::from_utf8_lossy(&file.bytes).into_owned())
        };
        let (Some(html), Some(text)) = (text(HTML), text(TEXT)) else {
            return match Report::load(ctx, schedule, hold).await {
                Ok(Report { json, frozen, written, pen, attachments, .. }) => {
                    Ok(Stored { json, frozen, written, images: pen.images().to_vec(), attachments })
                }
                Err(Unwritten::Error(error)) => Err(error),
                Err(Unwritten::Template(words)) => Err(fault::internal("writing a report for the archive", words)),
            };
        };
        let query = occurrence::Entity::find_by_id(hold.run).select_only();
        let query = query.columns([occurrence::Column::Snapshot, occurrence::Column::Subject]);
        let found: Option<(Option<String>, Option<String>)> = query.into_tuple().one(ctx.reader()).await?;
        let (json, subject) = found.ok_or(AppError::NotFound)?;
        let json = json.ok_or(AppError::NotFound)?;
        let image = |file: &artifact::Model| {
            Some(Image { name: file.name.strip_suffix(".png")?.to_owned(), png: file.bytes.clone() })
        };
        Ok(Stored {
            frozen: snapshot::from_json(&json)?,
            json,
            written: Written { subject: subject.unwrap_or_default(), html, text },
            images: rows.iter().filter_map(image).collect(),
            attachments: files::stored(rows),
        })
    }
}

/// The account of a job, or the default one.
pub(super) async fn account(ctx: &Ctx, job: &schedule::Model) -> AppResult<crate::domain::ids::AccountId> {
    match job.account_id {
        Some(id) => Ok(id),
        None => accounts::default_id(ctx.reader()).await,
    }
}

pub(super) async fn step(
    app: &AppState,
    schedule: ScheduleId,
    hold: Hold,
    event: Event,
    also: occurrence::ActiveModel,
) -> AppResult<Option<(Standing, Vec<Effect>)>> {
    let ctx = Ctx::system(app);
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(&ctx, &tx, schedule).await?;
    let stepped = ledger::step(&ctx, &tx, &held, hold.run, event, also).await?;
    tx.commit().await?;
    Ok(stepped)
}

async fn note(app: &AppState, hold: Hold, level: LogLevel, words: impl Into<String>) -> AppResult<()> {
    let ctx = Ctx::system(app);
    let tx = ctx.begin().await?;
    book::note(&ctx, &*tx, hold.run, level, words).await?;
    Ok(tx.commit().await?)
}

/// Renews a claim until it is dropped.
struct Alive(JoinHandle<()>);

impl Alive {
    fn keep(app: &AppState, hold: Hold) -> Alive {
        let app = app.clone();
        let every = HEARTBEAT.to_std().unwrap_or(Duration::from_secs(15));
        Alive(tokio::spawn(async move {
            loop {
                tokio::time::sleep(every).await;
                match ledger::renew(&Ctx::system(&app), hold.run, hold.fence).await {
                    Ok(true) => {}
                    // Every write of the owner checks the fence; there is nothing to stop here.
                    Ok(false) => return,
                    Err(error) => tracing::warn!("renewing the claim of run {}: {error}", hold.run),
                }
            }
        }))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.abort();
    }
}
