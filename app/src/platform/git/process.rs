//! Runs a program with a limit of time and of output; it dies with all its children.

use std::{process::Stdio, time::Duration};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::Command,
    time::timeout,
};

/// How much of what a program says is kept, in bytes, of each stream.
const KEPT: u64 = 32 * 1024;

/// What a program said when it had ended.
#[derive(Debug)]
pub(super) struct Finished {
    pub is_good: bool,
    pub out: String,
    pub err: String,
}

/// Why a program did not end by itself.
#[derive(Debug)]
pub(super) enum Broken {
    /// It is not installed.
    Missing,
    TimedOut,
    /// What the system says.
    System(String),
}

/// Runs it in a process group of its own, without input. What is left of the group when the time is over, or when
/// the caller goes away, is killed.
pub(super) async fn run(mut command: Command, limit: Duration) -> Result<Finished, Broken> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).process_group(0);
    let mut child = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Broken::Missing,
        _ => Broken::System(error.to_string()),
    })?;
    let mut group = Group::of(child.id());
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let all = async { tokio::join!(read(out), read(err), child.wait()) };
    let Ok((out, err, status)) = timeout(limit, all).await else { return Err(Broken::TimedOut) };
    let status = status.map_err(|error| Broken::System(error.to_string()))?;
    group.is_gone();
    Ok(Finished { is_good: status.success(), out, err })
}

/// The beginning of a stream as text; the rest is read and forgotten, so that the program is not held up.
async fn read(stream: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut stream) = stream else { return String::new() };
    let mut kept = Vec::new();
    // A stream that breaks ends there: what the program made of it, its status says.
    let _ = (&mut stream).take(KEPT).read_to_end(&mut kept).await;
    let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
    let is_shown = |c: &char| !c.is_control() || *c == '\n' || *c == '\t';
    // Progress goes back to the beginning of its line; colours and the like are not for pages and databases.
    String::from_utf8_lossy(&kept).replace('\r', "\n").chars().filter(is_shown).collect()
}

/// Kills a process group when it is dropped.
struct Group(Option<Pid>);

impl Group {
    fn of(leader: Option<u32>) -> Self {
        Self(leader.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw))
    }

    /// Its number may belong to somebody else from now on.
    fn is_gone(&mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // All that can go wrong is that nobody is left.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.arg("-c").arg(script);
        command
    }

    #[tokio::test]
    async fn what_a_program_says_comes_back_with_its_status() {
        let done = run(shell("echo out; echo err >&2; exit 3"), Duration::from_secs(20)).await.unwrap();
        assert_eq!((done.is_good, done.out.as_str(), done.err.as_str()), (false, "out\n", "err\n"));
    }

    #[tokio::test]
    async fn what_only_a_terminal_understands_is_left_out() {
        let done = run(shell("printf 'a\\rb\\033[31m\\000c\\n'"), Duration::from_secs(20)).await.unwrap();
        assert_eq!(done.out, "a\nb[31mc\n");
    }

    #[tokio::test]
    async fn a_program_that_talks_without_end_is_cut_and_not_held_up() {
        let done = run(shell("yes | head -c 3000000; echo done >&2"), Duration::from_secs(20)).await.unwrap();
        assert_eq!((done.out.len() as u64, done.err.as_str()), (KEPT, "done\n"));
    }

    #[tokio::test]
    async fn a_program_that_hangs_is_killed_with_its_children() {
        let mark = std::env::temp_dir().join(format!("autoreport-hang-{}", std::process::id()));
        let _ = std::fs::remove_file(&mark);
        let script = format!("(sleep 2; touch '{}') & wait", mark.display());
        assert!(matches!(run(shell(&script), Duration::from_millis(300)).await, Err(Broken::TimedOut)));
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        assert!(!mark.exists(), "the child would have made this file");
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_missing() {
        let command = Command::new("/nowhere/autoreport-no-such-program");
        assert!(matches!(run(command, Duration::from_secs(5)).await, Err(Broken::Missing)));
    }
}
