//! What the machine knows of this process.

use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System};

/// Memory and processor time of this process.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// Resident memory in bytes.
    pub resident_bytes: u64,
    /// Processor time since the start, in seconds.
    pub cpu_seconds: f64,
    /// When it was started, in seconds of the epoch.
    pub started_at: u64,
}

/// What this process uses now; nothing where the machine does not say.
pub fn usage() -> Option<Usage> {
    let pid = sysinfo::get_current_pid().ok()?;
    let mut system = System::new().ok()?;
    let wanted = ProcessRefreshKind::nothing().with_memory().with_cpu();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, wanted);
    let process = system.process(pid)?;
    Some(Usage {
        resident_bytes: process.memory(),
        cpu_seconds: process.accumulated_cpu_time() as f64 / 1_000.0,
        started_at: process.start_time(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_uses_memory_and_began_some_time_ago() {
        let usage = usage().unwrap();
        assert!(usage.resident_bytes > 100_000 && usage.started_at > 1_700_000_000, "{usage:?}");
    }
}
