//! What the child process does: walls first, then one job from standard input, its outcome to standard output.

use std::{
    io::{self, Read, Write},
    panic,
    process::ExitCode,
};

use super::{compose, walls};
use crate::domain::template::render::RenderJob;

/// The subcommand that starts it.
pub const COMMAND: &str = "render-child";

/// Longest job, in bytes: sources and the data of all readers.
pub const MAX_JOB: u64 = 64 * 1024 * 1024;

/// Exit codes, for the log of the parent.
const NO_WALLS: u8 = 3;
const NO_JOB: u8 = 4;
const PANIC: u8 = 5;
const NO_ANSWER: u8 = 6;

/// Renders one job. Must run before anything else does in this process: no thread, no file, no setting.
pub fn run() -> ExitCode {
    if walls::raise().is_err() {
        return ExitCode::from(NO_WALLS);
    }
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(MAX_JOB).read_to_end(&mut bytes);
    let (Ok(_), Ok(job)) = (read, serde_json::from_slice::<RenderJob>(&bytes)) else { return ExitCode::from(NO_JOB) };
    drop(bytes);
    let Ok(outcome) = panic::catch_unwind(|| compose::render(&job)) else { return ExitCode::from(PANIC) };
    let Ok(answer) = serde_json::to_vec(&outcome) else { return ExitCode::from(NO_ANSWER) };
    let mut out = io::stdout().lock();
    match out.write_all(&answer).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(NO_ANSWER),
    }
}
