//! The `ezqr` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ezqr::cli::run()
}
