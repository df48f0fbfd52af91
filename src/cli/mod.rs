//! The command line.
//!
//! `serve` is the server. The other commands act on the store directly, beside a running server if there is
//! one: it notices within a second.

mod account;
mod administration;
mod arguments;
mod config_check;
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
        Ok(Some(output)) => printer.output(&output),
        Ok(None) => ExitCode::SUCCESS,
        Err(error) => {
            printer.error(&error);
            error.exit_code()
        }
    }
}

fn execute(arguments: Arguments) -> Result<Option<Output>, CommandError> {
    let Arguments { settings, command, .. } = arguments;
    let layers = Layers::of(settings.config.clone().as_deref(), variables()?, settings.flags())?;
    let config = layers.check()?;
    let runtime = actix_web::rt::System::new();
    match command {
        Command::Config(ConfigCommand::Check) => Ok(Some(config_check::output(&layers))),
        Command::Serve => {
            runtime.block_on(boot::serve(&config, output::tell))?;
            Ok(None)
        }
        Command::Account(command) => runtime
            .block_on(async { account::execute(command, &Administration::open(&config.store).await?).await })
            .map(Some),
        Command::Key(command) => runtime
            .block_on(async { key::execute(command, &Administration::open(&config.store).await?).await })
            .map(Some),
    }
}

#[cfg(test)]
mod tests;
