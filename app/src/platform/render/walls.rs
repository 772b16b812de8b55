//! The limits that a process sets itself before it reads what a person wrote. They can only become tighter.

use std::{collections::BTreeMap, fs, io};

use rustix::process::{Resource, Rlimit, nice, setrlimit};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    apply_filter,
};

use crate::domain::template::render::{MAX_CPU_SECONDS, MAX_MEMORY};

/// What is assumed to be mapped where the system does not say: more than the program is.
const UNKNOWN: u64 = 512 * 1024 * 1024;

/// From here on this process has little memory and time, opens nothing, writes no file and starts nothing.
///
/// # Errors
/// What the system says, where it does not take a limit: nothing may be rendered then.
pub(super) fn raise() -> io::Result<()> {
    // The mapping of the binary counts, and is large where it carries debug information.
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mapped = kilobytes(&status, "VmSize:").unwrap_or(UNKNOWN);
    let data = kilobytes(&status, "VmData:").unwrap_or(0);
    // Pages are served first. Where that is not allowed, the rest still holds.
    let _ = nice(10);
    limit(Resource::Core, 0, 0)?;
    limit(Resource::As, mapped + MAX_MEMORY, mapped + MAX_MEMORY)?;
    limit(Resource::Data, data + MAX_MEMORY, data + MAX_MEMORY)?;
    // The first limit ends it with a signal that says so; the second one cannot be caught.
    limit(Resource::Cpu, MAX_CPU_SECONDS, MAX_CPU_SECONDS + 1)?;
    limit(Resource::Fsize, 0, 0)?;
    limit(Resource::Nproc, 0, 0)?;
    // Standard input and output are open already; nothing can be opened beside them, sockets included.
    limit(Resource::Nofile, 0, 0)?;
    close_the_door();
    Ok(())
}

fn limit(resource: Resource, soft: u64, hard: u64) -> io::Result<()> {
    Ok(setrlimit(resource, Rlimit { current: Some(soft), maximum: Some(hard) })?)
}

/// Only the system calls that computing, reading and writing need; every other one fails. Where the kernel has no
/// seccomp, or the processor is one that the crate does not know, the limits above stand alone: without descriptors
/// there are no files and no network either.
fn close_the_door() {
    if let Some(program) = filter() {
        // Also sets no_new_privs.
        let _ = apply_filter(&program);
    }
}

fn filter() -> Option<BpfProgram> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    // `abort` sends a signal to this process; no other one may get one.
    let own = u64::from(std::process::id());
    let to_itself = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, own).ok()?;
    rules.insert(libc::SYS_tgkill, vec![SeccompRule::new(vec![to_itself]).ok()?]);
    let refused = SeccompAction::Errno(u32::try_from(libc::EPERM).ok()?);
    let arch = std::env::consts::ARCH.try_into().ok()?;
    SeccompFilter::new(rules, refused, SeccompAction::Allow, arch).ok()?.try_into().ok()
}

const ALLOWED: &[i64] = &[
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_close,
    libc::SYS_brk,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_futex,
    libc::SYS_clock_gettime,
    libc::SYS_getrandom,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_sched_yield,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// A line such as `VmSize:  12345 kB`, in bytes.
fn kilobytes(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_says_how_much_is_mapped() {
        let status = "Name:\tx\nVmPeak:\t  200 kB\nVmSize:\t  123 kB\nVmData:\t 4 kB\n";
        assert_eq!(kilobytes(status, "VmSize:"), Some(123 * 1024));
        assert_eq!(kilobytes("", "VmSize:"), None);
        assert!(kilobytes(&fs::read_to_string("/proc/self/status").unwrap(), "VmSize:").unwrap() > 1024 * 1024);
    }

    #[test]
    fn the_door_can_be_made_for_this_processor() {
        assert!(filter().is_some_and(|program| !program.is_empty()));
    }
}
