//! The program `autoreport`: reads its command line and does one thing.

// The types of views are deep: the compiler counts their layout as recursion.
#![recursion_limit = "1024"]

use std::process::ExitCode;

/// Gives memory back that a long run has used.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    server::cli::run()
}
