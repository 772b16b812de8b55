//! The scheduler of this process: wakes, plans what has come, works on runs. What it must remember is in the database,
//! so any number of processes can do the same beside it.
//!
//! apalis-cron is the heartbeat and nothing else: its ticks may be lost or repeated without harm, and when its worker
//! ends it is started again.

use std::{collections::HashMap, time::Duration};

use apalis::prelude::{Data, WorkerBuilder};
use apalis_cron::{CronScheduler, Schedule, Tick, timezone::Utc};
use app::{
    alarms::service::{late, pings, post, pushes},
    archive::service::retention,
    automation::service::{engine, finished},
    error::{AppError, AppResult},
    jobs::service::{
        planner,
        worker::{self, Claim},
    },
    mail::service::{consent, outbox},
    notifications::service::inbox,
    platform::{clock::Clock, ctx::Ctx, events, kept_form, state::AppState},
    reports::service::git_push,
    tasks::service::trash,
    templates::service::{preview, versions},
};
use tokio::{
    sync::watch,
    task::{Id, JoinError, JoinHandle, JoinSet},
    time::timeout,
};

/// Seconds between two heartbeats: the longest that a run waits for a process that nobody wakes.
const BEAT_SECONDS: i64 = 3;
/// Runs that one process works on at a time.
const WORKERS: usize = 4;
/// How long a stop waits for the runs that are being worked on.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks for reports that are not in the archive yet.
const KEEP_EVERY: Duration = Duration::from_secs(600);
/// Between two looks for what has waited long enough to be cleared away.
const CLEAR_EVERY: Duration = Duration::from_secs(600);
/// Wakes between two looks for changes that open pages are no longer told.
const PRUNE_EVERY: u64 = 300;

/// Wakes between two looks for runs that are late, and for claims from before the clock was set back.
const LATE_EVERY: u64 = 5;
/// How long a stop waits, after the runs, for the mail of an alarm that is under way.
const ALARMS_PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks for mails of alarms and for pings.
const ALARMS_EVERY: Duration = Duration::from_secs(1);

/// Between two looks at what sets rules off.
const RULES_EVERY: Duration = Duration::from_secs(1);
/// Looks between two archivings of finished tasks.
const ARCHIVE_EVERY: u64 = 30;
/// Looks between two tidyings.
const SWEEP_EVERY: u64 = 3_600;

/// Between two looks for a push of the archive that is due.
const PUSH_EVERY: Duration = Duration::from_secs(2);
/// Looks between two for commits that nobody asked a push for, and for templates that are not in the archive yet.
const MISSING_EVERY: u64 = 30;

/// The running scheduler.
#[derive(Debug)]
pub struct Scheduler {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// Starts the scheduler; it looks at once for what came while no process ran.
pub fn start(app: AppState) -> Scheduler {
    let (stop, stopped) = watch::channel(false);
    Scheduler { stop, task: tokio::spawn(run(app, stopped)) }
}

impl Scheduler {
    /// Plans and claims nothing more, waits for the runs that are being worked on, and gives back those that take
    /// too long.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        if let Err(error) = self.task.await {
            tracing::error!("the scheduler did not stop in order: {error}");
        }
    }
}

async fn run(app: AppState, mut stopped: watch::Receiver<bool>) {
    if let Err(error) = worker::forget_claims(&app).await {
        tracing::warn!("taking over the runs of the last process: {error}");
    }
    match planner::follow_zones(&Ctx::system(&app)).await {
        Ok(0) => {}
        Ok(moved) => tracing::info!("{moved} schedules run at other instants by the time-zone data of this program"),
        Err(error) => tracing::warn!("following the time-zone data: {error}"),
    }
    // Before a run can push: it must not lose the claim that it has just taken.
    if let Err(error) = git_push::forget_claim(&app).await {
        tracing::warn!("taking over the push of the last process: {error}");
    }
    let heart = tokio::spawn(beat_for_ever(app.clone()));
    let rules = tokio::spawn(follow_rules(app.clone()));
    let pushes = tokio::spawn(push_archive(app.clone()));
    let keeping = tokio::spawn(keep_archive(app.clone()));
    let clearing = tokio::spawn(clear_away(app.clone()));
    let alarms = tokio::spawn(send_alarms(app.clone(), stopped.clone()));
    // On its own: a mail server that is slow must not make the outside world believe that this one is dead.
    let pings = tokio::spawn(send_pings(app.clone()));
    let mut crew = Crew::new(app.clone());
    app.wake.notify_one();
    loop {
        tokio::select! {
            () = app.wake.notified() => {}
            () = crew.next_done() => {}
            _ = stopped.changed() => break,
        }
        crew.look().await;
    }
    heart.abort();
    // What a rule was at is done again by the next process, from where it was.
    rules.abort();
    // What git was at is killed with it; the next process pushes it.
    pushes.abort();
    // A commit that is not noted yet is found again; what is left to clear away is left to the next look.
    keeping.abort();
    clearing.abort();
    // A ping that was under way is sent again by the next process.
    pings.abort();
    crew.finish().await;
    let abort = alarms.abort_handle();
    if timeout(ALARMS_PATIENCE, alarms).await.is_err() {
        abort.abort();
    }
}

/// The runs that this process works on.
struct Crew {
    app: AppState,
    owner: String,
    at_work: JoinSet<AppResult<()>>,
    /// What to give back if a run takes too long at the end.
    receipts: HashMap<Id, Claim>,
    looks: u64,
    /// When it last looked.
    last_look: chrono::DateTime<chrono::Utc>,
    /// Waits are to be looked at: the clock has gone back, or may have before this process began.
    is_set_back: bool,
}

impl Crew {
    fn new(app: AppState) -> Self {
        Self {
            last_look: app.clock.now(),
            is_set_back: true,
            app,
            owner: format!("process {}", std::process::id()),
            at_work: JoinSet::new(),
            receipts: HashMap::new(),
            looks: 0,
        }
    }

    /// Plans what has come, takes as many runs as there are hands, and looks for what is late now and then. Each step
    /// stands alone: where one fails, or the database is away for a moment, the others are done and the next look tries
    /// again. What may take long has a task of its own.
    async fn look(&mut self) {
        let ctx = Ctx::system(&self.app);
        let looks = self.looks;
        self.looks += 1;
        if well("planning", planner::plan_due(&ctx).await).is_some() {
            self.app.meters.has_planned(ctx.now);
        }
        if looks.is_multiple_of(LATE_EVERY) {
            well("looking for runs that are late", late::sweep(&ctx).await);
            well("cutting claims that are too long", worker::cut_claims(&self.app).await);
        }
        let goes_back = ctx.now < self.last_look;
        self.last_look = ctx.now;
        if goes_back || self.is_set_back {
            let done = well("cutting waits that are too long", worker::cut_waits(&self.app).await);
            // Once more at the next look: what is being stored may name an instant of the clock as it was.
            self.is_set_back = goes_back || done.is_none();
        }
        well("claiming runs", self.take_runs().await);
        if looks.is_multiple_of(PRUNE_EVERY) {
            well("forgetting changes", events::prune(&Ctx::system(&self.app)).await);
        }
    }

    async fn take_runs(&mut self) -> AppResult<()> {
        while self.at_work.len() < WORKERS {
            let at_work: Vec<_> = self.receipts.values().map(Claim::kind).collect();
            let Some(claim) = worker::claim_beside(&self.app, &self.owner, &at_work).await? else { break };
            let (receipt, app) = (claim.receipt(), self.app.clone());
            let task = self.at_work.spawn(async move { worker::work(&app, claim).await });
            self.receipts.insert(task.id(), receipt);
        }
        Ok(())
    }

    /// Done when a run is; never while there is none.
    async fn next_done(&mut self) {
        match self.at_work.join_next_with_id().await {
            Some(done) => self.note(done),
            None => std::future::pending().await,
        }
    }

    fn note(&mut self, done: Result<(Id, AppResult<()>), JoinError>) {
        match done {
            Ok((id, result)) => {
                self.receipts.remove(&id);
                if let Err(error) = result {
                    tracing::error!("a run was left to its lease: {error}");
                }
            }
            Err(error) => {
                self.receipts.remove(&error.id());
                tracing::error!("a run broke off and is left to its lease: {error}");
            }
        }
    }

    async fn finish(mut self) {
        let all = async {
            while let Some(done) = self.at_work.join_next_with_id().await {
                self.note(done);
            }
        };
        if timeout(PATIENCE, all).await.is_ok() {
            return;
        }
        self.at_work.shutdown().await;
        for claim in self.receipts.values() {
            if let Err(error) = worker::release(&self.app, claim).await {
                tracing::warn!("giving a run back: {error}");
            }
        }
    }
}

/// What a step gave; none where it failed, which the log says.
fn well<T>(doing: &str, result: AppResult<T>) -> Option<T> {
    result.inspect_err(|error| tracing::warn!("{doing}: {error}")).ok()
}

/// Does what rules say, and archives what has been finished for long enough, for ever. Any number of processes may.
async fn follow_rules(app: AppState) {
    let mut looks = 0_u64;
    loop {
        if let Err(error) = engine::look(&app).await {
            tracing::warn!("following the rules: {error}");
        }
        if looks.is_multiple_of(ARCHIVE_EVERY)
            && let Err(error) = finished::archive_finished(&app).await
        {
            tracing::warn!("archiving finished tasks: {error}");
        }
        if looks.is_multiple_of(SWEEP_EVERY)
            && let Err(error) = engine::sweep(&app).await
        {
            tracing::warn!("tidying up after the rules: {error}");
        }
        if looks.is_multiple_of(SWEEP_EVERY) {
            let_go(&app).await;
        }
        looks += 1;
        tokio::time::sleep(RULES_EVERY).await;
    }
}

/// Removes what is older than the retention says.
async fn let_go(app: &AppState) {
    match retention::sweep(app).await {
        Ok(gone) if gone.reports > 0 || gone.log_lines > 0 => {
            tracing::info!("the retention removed {} reports and {} lines of logs", gone.reports, gone.log_lines);
        }
        Ok(_) => {}
        Err(error) => tracing::warn!("removing what is too old: {error}"),
    }
}

/// Takes up reports that the archive did not get, for ever. On its own: each is rendered and committed, and plans wait
/// for nobody.
async fn keep_archive(app: AppState) {
    loop {
        well("looking for reports that are not in the archive", worker::keep_missing(&app).await);
        tokio::time::sleep(KEEP_EVERY).await;
    }
}

/// Empties what has waited long enough in the trash, forgets old notifications, alarms, previews, forms and sign-ins, and
/// bounds the outbox, for ever. On its own: much may have gathered.
async fn clear_away(app: AppState) {
    loop {
        let ctx = Ctx::system(&app);
        if let Some(gone @ 1..) = well("emptying the trash", trash::purge(&ctx).await) {
            tracing::info!("{gone} tasks left the trash for good");
        }
        well("forgetting old notifications", inbox::forget_old(&ctx).await);
        well("bounding the outbox", outbox::keep::prune(&ctx).await);
        well("forgetting old alarms", post::forget_old(&ctx).await);
        well("forgetting old previews", preview::forget_old(&ctx).await);
        well("forgetting refused forms", kept_form::forget_old(&ctx).await);
        well("forgetting sign-ins with providers", consent::forget_old(&ctx).await);
        tokio::time::sleep(CLEAR_EVERY).await;
    }
}

/// Pushes what is due, for ever. Of several processes one does.
async fn push_archive(app: AppState) {
    let mut looks = 0_u64;
    loop {
        if looks.is_multiple_of(MISSING_EVERY)
            && let Err(error) = git_push::ask_for_missing(&app).await
        {
            tracing::warn!("looking for commits to push: {error}");
        }
        if looks.is_multiple_of(MISSING_EVERY) {
            well("committing templates", versions::commit_pending(&Ctx::system(&app)).await);
        }
        well("pushing the archive", git_push::look(&app).await);
        well("telling of pushes that fail", pushes::sweep(&Ctx::system(&app)).await);
        looks += 1;
        tokio::time::sleep(PUSH_EVERY).await;
    }
}

/// Sends the mails of alarms until the process is asked to stop; the one that is under way is finished.
async fn send_alarms(app: AppState, mut stopped: watch::Receiver<bool>) {
    if let Err(error) = post::forget_claims(&app).await {
        tracing::warn!("taking over the alarms of the last process: {error}");
    }
    loop {
        if let Err(error) = post::send_due(&app).await {
            tracing::warn!("sending alarms: {error}");
        }
        tokio::select! {
            () = tokio::time::sleep(ALARMS_EVERY) => {}
            _ = stopped.changed() => return,
        }
    }
}

/// Pings for jobs and for the process itself, for ever. Side by side: whoever may edit a job chooses its server, and a
/// silent one must not stop those for the process.
async fn send_pings(app: AppState) {
    tokio::join!(ping_for_itself(&app), ping_for_jobs(&app));
}

async fn ping_for_itself(app: &AppState) {
    loop {
        if let Err(error) = pings::beat(app).await {
            tracing::warn!("pinging: {error}");
        }
        tokio::time::sleep(ALARMS_EVERY).await;
    }
}

async fn ping_for_jobs(app: &AppState) {
    loop {
        if let Err(error) = pings::send_due(app).await {
            tracing::warn!("sending the pings of jobs: {error}");
        }
        tokio::time::sleep(ALARMS_EVERY).await;
    }
}

/// Wakes the scheduler every few seconds, for ever.
async fn beat_for_ever(app: AppState) {
    loop {
        let backend = CronScheduler::new(Beat);
        let heart = WorkerBuilder::new("heartbeat").backend(backend).data(app.clone()).build(beat);
        let words = match heart.run().await {
            Ok(()) => "it ended".to_owned(),
            Err(error) => error.to_string(),
        };
        // A stopped clock or a machine that slept ends the worker; the beat goes on.
        tracing::debug!("the heartbeat is started again: {words}");
        app.wake.notify_one();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn beat(_tick: Tick, app: Data<AppState>) -> Result<(), AppError> {
    app.wake.notify_one();
    Ok(())
}

/// A tick every few seconds of the machine's clock, which is the one that apalis waits by.
#[derive(Clone, Debug)]
struct Beat;

impl Schedule<Utc> for Beat {
    fn next_tick(&mut self, _zone: &Utc) -> Option<Tick> {
        let next = Clock::System.now().timestamp() + BEAT_SECONDS;
        u64::try_from(next).ok().map(Tick::new)
    }
}
