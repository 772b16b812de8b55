//! The program `autoreport`: reads its command line and does one thing.

// The types of views are deep: the compiler counts their layout as recursion.
#![recursion_limit = "1024"]

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::run()
}
