//! Renders what people wrote in a child process, and stops it when it takes too much.
//!
//! ```text
//! job ─► limits of the source ─► gate (a few at once, by order of arrival) ─► child: walls, Tera, MJML, CSS
//!                                                                              │ answer in time ─► outcome
//!                                                                              └ killed, reaped  ─► Stop
//! ```

use std::{
    os::unix::process::ExitStatusExt,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use rustix::process::Signal;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
    sync::Semaphore,
    time::timeout,
};

use super::{child, compose};
use crate::{
    domain::template::render::{MAX_OUTPUT, MAX_SECONDS, RenderJob, RenderOutcome, Rendered, Stop},
    error::{AppError, AppResult},
    platform::fault,
};

/// Readers for whom one child renders: what it is allowed is meant for few.
const READERS: usize = 16;

/// Longest wait for a turn.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many children there are at a time: at least two, so that one that uses up its time does not stop all others.
pub fn children() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 4)
}

/// Where templates of people are rendered.
#[derive(Clone, Debug)]
pub enum Walls {
    /// In a child that runs this program.
    Child(PathBuf),
    /// In this process, without limits: for tests of services alone, which have no program to start.
    None,
}

/// Renders templates that people wrote. Cheap to clone; all clones share the gate.
#[derive(Clone, Debug)]
pub struct Cage {
    walls: Arc<Walls>,
    gate: Arc<Semaphore>,
}

impl Default for Cage {
    /// The program that runs now, also where the file it was started from is another one by now.
    fn default() -> Self {
        Self::new(Walls::Child(PathBuf::from("/proc/self/exe")))
    }
}

impl Cage {
    /// With children of a given program.
    pub fn new(walls: Walls) -> Self {
        Self { walls: Arc::new(walls), gate: Arc::new(Semaphore::new(children())) }
    }

    /// Renders a job for all its readers. What is wrong with the template is an outcome.
    ///
    /// # Errors
    /// [`AppError::TooMany`] where others have been rendered for too long, and a fault of the program where no child
    /// could be started or it broke.
    pub async fn render(&self, job: &RenderJob) -> AppResult<RenderOutcome> {
        if let Err(faults) = job.check_size() {
            return Ok(RenderOutcome::Faulty(faults));
        }
        let mut messages: Vec<Rendered> = Vec::with_capacity(job.contexts.len());
        // Without readers the template is looked through once.
        let groups = job.contexts.chunks(READERS).chain(job.contexts.is_empty().then_some(&[][..]));
        for contexts in groups {
            let part = RenderJob { contexts: contexts.to_vec(), ..without_readers(job) };
            match self.turn(part).await? {
                RenderOutcome::Rendered(more) if more.len() == contexts.len() => messages.extend(more),
                RenderOutcome::Rendered(_) => return Err(broken("it answered for other readers")),
                other => return Ok(other),
            }
        }
        Ok(RenderOutcome::Rendered(messages))
    }

    async fn turn(&self, job: RenderJob) -> AppResult<RenderOutcome> {
        let wait = timeout(PATIENCE, self.gate.acquire()).await;
        let Ok(Ok(_turn)) = wait else { return Err(AppError::TooMany { retry_after_seconds: 10 }) };
        match self.walls.as_ref() {
            Walls::Child(program) => in_child(program, &job).await,
            Walls::None => {
                let done = tokio::task::spawn_blocking(move || compose::render(&job)).await;
                done.map_err(broken)
            }
        }
    }
}

/// The sources alone.
fn without_readers(job: &RenderJob) -> RenderJob {
    RenderJob {
        language: job.language,
        subject: job.subject.clone(),
        html: job.html.clone(),
        text: job.text.clone(),
        preheader: job.preheader.clone(),
        contexts: Vec::new(),
        faults: job.faults.clone(),
    }
}

fn broken(error: impl std::fmt::Display) -> AppError {
    fault::internal("rendering a template in a child process", error)
}

async fn in_child(program: &PathBuf, job: &RenderJob) -> AppResult<RenderOutcome> {
    let input = serde_json::to_vec(job).map_err(broken)?;
    if input.len() as u64 > child::MAX_JOB {
        return Err(broken(format!("the data of a job are {} bytes long", input.len())));
    }
    let mut command = Command::new(program);
    command
        .arg0("autoreport")
        .arg(child::COMMAND)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // What a terminal sends to the server is not for it.
        .process_group(0)
        .kill_on_drop(true);
    let mut child = command.spawn().map_err(broken)?;
    // Every text may be as long as it may be, and twice that in JSON, whose quotes are escaped.
    let limit = job.contexts.len().max(1) * MAX_OUTPUT * 4 + MAX_OUTPUT;
    let talk = talk(&mut child, &input, limit);
    match timeout(Duration::from_secs(MAX_SECONDS), talk).await {
        Ok(Ok(Talk::Ended(status, answer))) => judge(status, &answer),
        Ok(Ok(Talk::TooLong)) => stop(child, Stop::Output).await,
        Ok(Err(error)) => {
            let _ = child.kill().await;
            Err(broken(error))
        }
        Err(_) => stop(child, Stop::Time).await,
    }
}

/// How a child was heard out.
enum Talk {
    Ended(ExitStatus, Vec<u8>),
    TooLong,
}

async fn talk(child: &mut Child, input: &[u8], limit: usize) -> std::io::Result<Talk> {
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let tell = async move {
        if let Some(mut stdin) = stdin {
            // One that ends without having read it all says why by how it ends.
            let _ = stdin.write_all(input).await;
        }
    };
    let ((), answer) = tokio::join!(tell, hear(stdout, limit));
    match answer? {
        Some(answer) => Ok(Talk::Ended(child.wait().await?, answer)),
        None => Ok(Talk::TooLong),
    }
}

/// All that it says; none where that is more than it may say.
async fn hear(stream: Option<impl AsyncRead + Unpin>, limit: usize) -> std::io::Result<Option<Vec<u8>>> {
    let Some(stream) = stream else { return Ok(Some(Vec::new())) };
    let mut heard = Vec::new();
    stream.take(limit as u64 + 1).read_to_end(&mut heard).await?;
    Ok((heard.len() <= limit).then_some(heard))
}

/// Kills it and waits until it is gone.
async fn stop(mut child: Child, stop: Stop) -> AppResult<RenderOutcome> {
    child.kill().await.map_err(broken)?;
    Ok(RenderOutcome::Stopped(stop))
}

fn judge(status: ExitStatus, answer: &[u8]) -> AppResult<RenderOutcome> {
    if status.success() {
        return serde_json::from_slice(answer).map_err(broken);
    }
    match status.signal().and_then(Signal::from_named_raw) {
        Some(Signal::XCPU) => Ok(RenderOutcome::Stopped(Stop::Time)),
        // Memory that is refused aborts a program; a stack that cannot grow is a fault of addressing. The system kills
        // a process when it runs out of memory itself.
        Some(Signal::ABORT | Signal::SEGV | Signal::BUS | Signal::KILL) => Ok(RenderOutcome::Stopped(Stop::Memory)),
        _ => Err(broken(format!("it ended with {status}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(raw: i32) -> AppResult<RenderOutcome> {
        judge(ExitStatus::from_raw(raw), b"")
    }

    #[test]
    fn how_a_child_ended_says_what_it_took_too_much_of() {
        assert_eq!(ended(Signal::XCPU.as_raw()), Ok(RenderOutcome::Stopped(Stop::Time)));
        assert_eq!(ended(Signal::ABORT.as_raw()), Ok(RenderOutcome::Stopped(Stop::Memory)));
        assert_eq!(ended(Signal::SEGV.as_raw()), Ok(RenderOutcome::Stopped(Stop::Memory)));
        assert!(matches!(ended(3 << 8), Err(AppError::Internal { .. })), "without walls nothing is rendered");
        assert!(matches!(ended(0), Err(AppError::Internal { .. })), "an answer that says nothing");
    }

    #[tokio::test]
    async fn what_says_too_much_is_cut_off() {
        assert_eq!(hear(Some(&b"12345"[..]), 5).await.unwrap(), Some(b"12345".to_vec()));
        assert_eq!(hear(Some(&b"123456"[..]), 5).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_long_source_starts_no_child() {
        let cage = Cage::new(Walls::Child("/nowhere/no-such-program".into()));
        let job = RenderJob { html: "a".repeat(1_000_000), ..RenderJob::default() };
        assert!(matches!(cage.render(&job).await, Ok(RenderOutcome::Faulty(_))));
        let short = RenderJob { html: "a".into(), ..RenderJob::default() };
        assert!(matches!(cage.render(&short).await, Err(AppError::Internal { .. })));
    }

    #[tokio::test]
    async fn many_readers_are_rendered_in_groups_and_in_order() {
        let contexts = (0..40).map(|at| serde_json::json!({ "at": at })).collect();
        let job = RenderJob { subject: "{{ at }}".into(), html: "x".into(), contexts, ..RenderJob::default() };
        let Ok(RenderOutcome::Rendered(messages)) = Cage::new(Walls::None).render(&job).await else { panic!() };
        let subjects: Vec<_> = messages.into_iter().map(|message| message.subject).collect();
        assert_eq!(subjects, (0..40).map(|at: u32| at.to_string()).collect::<Vec<_>>());
    }
}
