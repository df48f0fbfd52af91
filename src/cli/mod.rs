//! The command line.
//!
//! `serve` is the server. The other commands act on the store directly, beside a running server if there is
//! one: it notices within a second, and the command waits for it.

mod account;
mod administration;
mod arguments;
mod config_check;
mod doctor;
mod error;
mod key;
mod output;
mod reserve;
mod restore;

use std::process::ExitCode;

use clap::Parser as _;

use self::administration::Administration;
use self::arguments::{AccountCommand, Arguments, Command, ConfigCommand, KeyCommand};
use self::error::CommandError;
use self::output::{Output, Printer};
use crate::boot::{self, Insistence};
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
        Command::Serve { found } => {
            let insistence = if found { Insistence::SetAside } else { Insistence::Stop };
            runtime.block_on(boot::serve(&config, insistence, output::write_line))?;
            Ok(Outcome::Served)
        }
        Command::Doctor { after_restore: true } => restore::move_on(&config.store).map(Outcome::Told),
        Command::Doctor { after_restore: false } => {
            let report = runtime.block_on(doctor::examine(&config));
            let output = report.output();
            Ok(if report.is_sound() { Outcome::Told(output) } else { Outcome::Unsound(output) })
        }
        Command::Account(command) => {
            let is_urgent = matches!(command, AccountCommand::Suspend { .. });
            let run =
                async || account::execute(command.clone(), &Administration::open(&config.store).await?).await;
            runtime.block_on(reserve::carry_out(&config.store, is_urgent, run)).map(Outcome::Told)
        }
        Command::Key(command) => {
            let is_urgent = matches!(command, KeyCommand::Revoke { .. });
            let run =
                async || key::execute(command.clone(), &Administration::open(&config.store).await?).await;
            runtime.block_on(reserve::carry_out(&config.store, is_urgent, run)).map(Outcome::Told)
        }
    }
}

#[cfg(test)]
mod tests;
