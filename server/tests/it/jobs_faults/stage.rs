//! What the tests of faults stand on: the program, a mail server that keeps book, and a clock that can be set while the
//! program runs.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    io::{BufRead, BufReader},
    os::unix::process::ExitStatusExt,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use app::{
    alarms::service::choices,
    domain::{
        alarm::Choices,
        delivery::DeliveryPhase,
        ids::{OccurrenceId, ScheduleId},
        report::spec::{AttachmentKind, ReportSpec},
        schedule::DaySet,
    },
    entities::{occurrence, occurrence_log, project, schedule},
    jobs::{
        form::{JobForm, Mode},
        rules_form::RulesForm,
        service::{report, runs, schedules},
        when_form::WhenForm,
    },
    mail::service::accounts,
    platform::{clock::Clock, ctx::Ctx},
    projects::service::access,
    testing::{
        Cast, Message, TestApp, messages, project,
        smtp_server::{SmtpServer, local_account},
    },
};
use chrono::{DateTime, TimeDelta, Utc, Weekday};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

/// Recipients of each run.
pub const RECIPIENTS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(150);
/// What `abort` ends a process with.
const SIGABRT: i32 = 6;

/// How many messages have ended otherwise than taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// Of these nobody knows whether they were taken.
    pub uncertain: usize,
    pub failed: usize,
}

/// A database, a project in it, a mail server, and the processes that were started over them.
pub struct Stage {
    pub app: TestApp,
    pub server: SmtpServer,
    pub cast: Cast,
    pub project: project::Model,
    /// Seconds by which the clock of the programs is ahead of the machine's.
    ahead: Cell<i64>,
    /// Owners of leases that nobody renews any more.
    gone: RefCell<Vec<String>>,
}

impl Stage {
    /// The default account sends to a server with these options.
    pub async fn new(app: TestApp, options: &[&str]) -> Self {
        let server = SmtpServer::start(options);
        let cast = Cast::new(&app).await;
        let (project, _) = project(&app, &cast).await;
        let stage = Self { app, server, cast, project, ahead: Cell::new(0), gone: RefCell::default() };
        let account = accounts::create(&stage.mina(), local_account(stage.server.port)).await.unwrap();
        accounts::set_default(&stage.mina(), account).await.unwrap();
        // The ledger is to hold the messages of runs alone: what owners hear of has tests of its own.
        let none = Choices { failure: false, late: false, pause: false, solved: false };
        choices::save(&stage.mina(), none).await.unwrap();
        stage
    }

    /// What the clock of the programs shows.
    pub fn now(&self) -> DateTime<Utc> {
        Clock::System.now() + TimeDelta::seconds(self.ahead.get())
    }

    /// Sets that clock forward, or back, also for programs that run.
    pub fn pass(&self, time: TimeDelta) {
        self.ahead.set(self.ahead.get() + time.num_seconds());
        let folder = &self.app.settings.data_dir;
        // Renamed, so that nobody reads half of it.
        std::fs::write(folder.join("clock.new"), self.ahead.get().to_string()).unwrap();
        std::fs::rename(folder.join("clock.new"), folder.join("clock")).unwrap();
    }

    /// Mina, at the time of the programs.
    pub fn mina(&self) -> Ctx {
        Ctx { now: self.now(), ..self.app.as_person(&self.cast.mina) }
    }

    /// An hourly report that ends after two runs, as if it had been made some time ago: with it its two instants.
    pub async fn job(&self, ago: TimeDelta) -> (ScheduleId, Vec<DateTime<Utc>>) {
        self.job_to(RECIPIENTS, ago).await
    }

    async fn job_to(&self, people: usize, ago: TimeDelta) -> (ScheduleId, Vec<DateTime<Utc>>) {
        let recipients = (0..people).map(|number| format!("r{number}@example.org\n")).collect();
        self.hourly(JobForm { name: "Weekly report".into(), recipients, ..JobForm::default() }, ago).await
    }

    /// A job that runs as [`Stage::job`] does.
    pub async fn hourly(&self, form: JobForm, ago: TimeDelta) -> (ScheduleId, Vec<DateTime<Utc>>) {
        let made = self.mina();
        let ctx = Ctx { now: made.now - ago, ..made };
        let form = JobForm {
            project: "T".into(),
            mode: Mode::Cron,
            expression: "0 * * * *".into(),
            zone: "UTC".into(),
            when: WhenForm { runs: "2".into(), ..WhenForm::default() },
            rules: RulesForm { misfire: "all".into(), overlap: "queue_all".into(), ..RulesForm::default() },
            ..form
        };
        let editing = access::by_id(&ctx, ctx.reader(), self.project.id).await.unwrap().editing().unwrap();
        let job = schedules::create(&ctx, &editing, &form).await.unwrap();
        let hour = ctx.now.timestamp().div_euclid(3_600);
        (job, [1, 2].map(|next| DateTime::from_timestamp((hour + next) * 3_600, 0).unwrap()).to_vec())
    }

    /// A report that runs only by hand.
    pub async fn job_by_hand(&self) -> ScheduleId {
        self.job_by_hand_to(RECIPIENTS).await
    }

    /// The same to so many people.
    pub async fn job_by_hand_to(&self, people: usize) -> ScheduleId {
        let (job, _) = self.job_to(people, TimeDelta::zero()).await;
        schedules::pause(&self.mina(), job, "only by hand").await.unwrap();
        job
    }

    /// A report that runs only by hand, to so many people, with these files.
    pub async fn job_with_files(&self, recipients: usize, files: &[AttachmentKind]) -> ScheduleId {
        let ctx = self.mina();
        let form = JobForm {
            name: "Weekly report".into(),
            project: "T".into(),
            at: "10:00".into(),
            zone: "UTC".into(),
            days: DaySet::from_iter([Weekday::Mon]),
            recipients: (0..recipients).map(|number| format!("r{number}@example.org\n")).collect(),
            ..JobForm::default()
        };
        let editing = access::by_id(&ctx, ctx.reader(), self.project.id).await.unwrap().editing().unwrap();
        let job = schedules::create(&ctx, &editing, &form).await.unwrap();
        self.choose_files(job, files).await;
        schedules::pause(&ctx, job, "only by hand").await.unwrap();
        job
    }

    /// Has a report have these files.
    pub async fn choose_files(&self, job: ScheduleId, files: &[AttachmentKind]) {
        let version = schedule::Entity::find_by_id(job).one(self.app.reader()).await.unwrap().unwrap().version;
        let spec = ReportSpec { attachments: files.to_vec(), ..ReportSpec::default() };
        report::choose(&self.mina(), job, version, &spec).await.unwrap();
    }

    /// Starts a run by hand, and gives its instant.
    pub async fn run_by_hand(&self, job: ScheduleId) -> DateTime<Utc> {
        let run = runs::start(&self.mina(), job).await.unwrap();
        occurrence::Entity::find_by_id(run).one(self.app.reader()).await.unwrap().unwrap().scheduled_at
    }

    /// Starts the program with further settings.
    pub fn start(&self, settings: &[(&str, &str)]) -> Program {
        Program::start(&self.app, settings)
    }

    /// SIGKILL: no handler, no flush, no goodbye.
    pub fn kill(&self, program: Program) {
        self.gone.borrow_mut().push(program.owner());
        drop(program);
    }

    /// Waits until the program has ended itself.
    pub async fn has_died(&self, mut program: Program) {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = program.child.try_wait().unwrap() {
                break status;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end itself: {}", program.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        assert_eq!(status.signal(), Some(SIGABRT), "{status}: {}", program.log());
        self.gone.borrow_mut().push(program.owner());
    }

    /// Waits until something is so.
    pub async fn until(&self, words: &str, mut is_so: impl FnMut() -> bool) {
        let begun = Instant::now();
        while !is_so() {
            assert!(begun.elapsed() < PATIENCE, "{words}: it does not come. {:?}", self.server.ledger());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until the mail server has taken so many messages.
    pub async fn until_taken(&self, messages: usize) {
        self.until("taken", || self.server.count("kept") >= messages).await;
    }

    /// Waits until a job has so many runs and all have ended. Nobody waits for minutes: where all that is left waits for
    /// an instant, or for the end of the lease of a process that is gone, the clock is set there.
    pub async fn finish(&self, job: ScheduleId, instants: usize, program: &Program) {
        let begun = Instant::now();
        loop {
            let rows = self.runs(job).await;
            let open: Vec<_> = rows.iter().filter(|row| !row.state.is_final()).collect();
            if open.is_empty() && rows.len() >= instants {
                return;
            }
            if begun.elapsed() > PATIENCE {
                panic!("it does not end: {}\n{}", self.story(job).await, program.log());
            }
            let waits: Option<Vec<_>> = open.into_iter().map(|row| self.waits_until(row)).collect();
            if let Some(first) = waits.into_iter().flatten().min() {
                let left = first - self.now();
                if left > TimeDelta::zero() {
                    self.pass(left + TimeDelta::seconds(1));
                }
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// None where somebody works on it, or may at once.
    fn waits_until(&self, row: &occurrence::Model) -> Option<DateTime<Utc>> {
        match (row.lease_until, &row.lease_owner) {
            // On SQLite the next process ends the lease itself.
            (Some(until), Some(owner)) if self.app.db.is_postgres() && self.gone.borrow().contains(owner) => {
                Some(until)
            }
            (Some(_), _) => None,
            (None, _) => row.next_try_at,
        }
    }

    /// As [`Stage::check_each`], where each run has a message for each recipient.
    pub async fn check(&self, job: ScheduleId, instants: &[DateTime<Utc>]) -> usize {
        self.check_each(job, instants, &vec![RECIPIENTS; instants.len()]).await
    }

    /// Holds the invariants of SCHEDULING against what the mail server has taken: each instant has one run and all have
    /// ended, with so many messages each; and each recipient got each exactly once, or at most once where that is marked
    /// as unknown. Gives how many are.
    pub async fn check_each(&self, job: ScheduleId, instants: &[DateTime<Utc>], expected: &[usize]) -> usize {
        let ends = self.ends(job, instants, expected).await;
        assert_eq!(ends.failed, 0, "{}", self.story(job).await);
        ends.uncertain
    }

    /// As [`Stage::check_each`], where messages may have failed as well: of these the mail server must have none.
    pub async fn ends(&self, job: ScheduleId, instants: &[DateTime<Utc>], expected: &[usize]) -> Ends {
        let rows = self.runs(job).await;
        let story = self.story(job).await;
        assert_eq!(rows.iter().map(|row| row.scheduled_at).collect::<Vec<_>>(), instants, "{story}");
        let mut taken = self.taken();
        let mut ends = Ends { uncertain: 0, failed: 0 };
        for (row, expected) in rows.into_iter().zip(expected) {
            assert!(row.state.is_final(), "{story}");
            let messages = self.messages(row.id).await;
            assert_eq!(messages.len(), *expected, "{story}");
            for message in messages {
                let count = taken.remove(&(message.message_id.clone(), message.address.clone())).unwrap_or(0);
                match message.phase {
                    DeliveryPhase::Accepted => assert_eq!(count, 1, "{}: {story}", message.address),
                    DeliveryPhase::Uncertain => {
                        assert!(count <= 1, "{} got {count}: {story}", message.address);
                        ends.uncertain += 1;
                    }
                    DeliveryPhase::Failed => {
                        assert_eq!(count, 0, "{} failed and got it: {story}", message.address);
                        ends.failed += 1;
                    }
                    other => panic!("{} ended as {other}: {story}", message.address),
                }
            }
        }
        assert!(taken.is_empty(), "the mail server has what nobody sent: {taken:?}, {story}");
        ends
    }

    /// Each report is one commit, and each run knows it. A process looks for those that are missing when it starts.
    pub async fn check_archive(&self, job: ScheduleId) {
        let begun = Instant::now();
        let mut program: Option<Program> = None;
        loop {
            let missing = self.runs(job).await.iter().filter(|row| row.commit_id.is_none()).count();
            if missing == 0 {
                break;
            }
            assert!(begun.elapsed() < PATIENCE, "{missing} reports are not in the archive");
            // A lock that a killed process has left counts for ten seconds.
            tokio::time::sleep(Duration::from_secs(11)).await;
            drop(program.take());
            program = Some(self.start(&[]));
        }
        drop(program);
        let folder = self.app.settings.data_dir.join("archive.git");
        let format = "--format=%(trailers:key=Report-Occurrence,valueonly,separator=)";
        let output = Command::new("git").arg("-C").arg(folder).args(["log", format, "main"]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let mut commits: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        commits.sort_unstable();
        let mut runs: Vec<String> = self.runs(job).await.iter().map(|row| row.id.to_string()).collect();
        runs.sort_unstable();
        assert_eq!(commits, runs, "each report is in the archive once");
    }

    /// The runs of a job in the order of their instants.
    pub async fn runs(&self, job: ScheduleId) -> Vec<occurrence::Model> {
        let query = occurrence::Entity::find().filter(occurrence::Column::ScheduleId.eq(job));
        query.order_by_asc(occurrence::Column::ScheduledAt).all(self.app.reader()).await.unwrap()
    }

    /// The messages of a run in their order.
    pub async fn messages(&self, run: OccurrenceId) -> Vec<Message> {
        messages(&self.app, run).await
    }

    /// What the runs of a job say of themselves.
    pub async fn log(&self, job: ScheduleId) -> Vec<String> {
        let mut words = Vec::new();
        for run in self.runs(job).await {
            let query = occurrence_log::Entity::find().filter(occurrence_log::Column::OccurrenceId.eq(run.id));
            let lines = query.order_by_asc(occurrence_log::Column::Id).all(self.app.reader()).await.unwrap();
            words.extend(lines.into_iter().map(|line| line.words));
        }
        words
    }

    /// For a test that fails.
    async fn story(&self, job: ScheduleId) -> String {
        let mut story = String::new();
        for run in self.runs(job).await {
            let phases: Vec<_> =
                self.messages(run.id).await.into_iter().map(|one| (one.row.address, one.row.phase)).collect();
            let lease = (run.lease_owner, run.lease_until, run.next_try_at);
            story += &format!("\n{} {} {:?} {lease:?} {phases:?}", run.scheduled_at, run.state, run.reason);
        }
        format!("{story}\n{}", self.log(job).await.join("\n"))
    }

    /// How often the mail server has taken which message for whom.
    fn taken(&self) -> BTreeMap<(String, String), usize> {
        let mut taken = BTreeMap::new();
        for line in self.server.ledger().into_iter().filter(|line| line["event"] == "kept") {
            let id = line["message_id"].as_str().unwrap().trim().trim_matches(['<', '>']).to_owned();
            for address in line["rcpt_tos"].as_array().unwrap() {
                *taken.entry((id.clone(), address.as_str().unwrap().to_owned())).or_default() += 1;
            }
        }
        taken
    }
}

/// A process of the program; killed when it is dropped.
pub struct Program {
    child: Child,
    log: Arc<Mutex<String>>,
}

impl Program {
    fn start(app: &TestApp, settings: &[(&str, &str)]) -> Self {
        let folder = &app.settings.data_dir;
        // It leaves no core behind, and a write that its limits refuse is an error for it, not a signal.
        let script = "ulimit -c 0; trap '' XFSZ; exec \"$0\"";
        let mut child = Command::new("/bin/sh")
            .args(["-c", script, env!("CARGO_BIN_EXE_autoreport")])
            .env_clear()
            .env("AUTOREPORT_DATA_DIR", folder)
            .env("AUTOREPORT_KEY_FILE", folder.join("keyring"))
            .env("AUTOREPORT_ADDR", "127.0.0.1:0")
            .env("AUTOREPORT_TEST_CLOCK", folder.join("clock"))
            .env("DATABASE_URL", app.url())
            .env("NO_COLOR", "1")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let log = Arc::new(Mutex::new(String::new()));
        let written = log.clone();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let mut log = written.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        Self { child, log }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it signs its leases.
    fn owner(&self) -> String {
        format!("process {}", self.id())
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Sends a signal, such as `STOP`.
    pub fn signal(&self, name: &str) {
        let status = Command::new("/bin/sh").args(["-c", &format!("kill -{name} {}", self.id())]).status().unwrap();
        assert!(status.success(), "{name}");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
