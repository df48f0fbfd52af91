//! The command line.
//!
//! `serve` is the server. The other commands act on the store directly, beside a running server if there is
//! one: it notices within a second.

mod account;
mod administration;
mod arguments;
mod config_check;
mod doctor;
mod error;
mod key;
mod output;

use std::process::ExitCode;

use clap::Parser as _;

use self::administration::Administration;
use self::arguments::{Arguments, Command, ConfigCommand};
use self::error::CommandError;
use self::output::{Output, Printer};
use crate::boot;
use crate::config::{Layers, variables};

/// Runs the command this process was started with, and tells how it ended.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let printer = Printer::new(arguments.json);
    match execute(arguments) {
        Ok(Outcome::Told(output)) => printer.output(&output),
        Ok(Outcome::Unsound(output)) => {
            printer.output(&output);
            ExitCode::FAILURE
        }
        Ok(Outcome::Served) => ExitCode::SUCCESS,
        Err(error) => {
            printer.error(&error);
            error.exit_code()
        }
    }
}

/// What came of a command.
enum Outcome {
    /// What it was for.
    Told(Output),
    /// The same, and what it tells is that something is wrong.
    Unsound(Output),
    /// A server that was asked to end.
    Served,
}

fn execute(arguments: Arguments) -> Result<Outcome, CommandError> {
    let Arguments { settings, command, .. } = arguments;
    let layers = Layers::of(settings.config.clone().as_deref(), variables()?, settings.flags())?;
    let config = layers.check()?;
    let runtime = actix_web::rt::System::new();
    match command {
        Command::Config(ConfigCommand::Check) => Ok(Outcome::Told(config_check::output(&layers))),
        Command::Serve => {
            runtime.block_on(boot::serve(&config, output::tell))?;
            Ok(Outcome::Served)
        }
        Command::Doctor => {
            let report = runtime.block_on(doctor::examine(&config));
            let output = report.output();
            Ok(if report.is_sound() { Outcome::Told(output) } else { Outcome::Unsound(output) })
        }
        Command::Account(command) => runtime
            .block_on(async { account::execute(command, &Administration::open(&config.store).await?).await })
            .map(Outcome::Told),
        Command::Key(command) => runtime
            .block_on(async { key::execute(command, &Administration::open(&config.store).await?).await })
            .map(Outcome::Told),
    }
}

#[cfg(test)]
mod tests;
