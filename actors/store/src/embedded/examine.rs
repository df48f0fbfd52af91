//! How the files of a data directory are, for whoever asks before or beside a server.

use std::path::Path;

use rusqlite::Connection;

use super::belonging::{Founded, Survey};
use super::connection::open_reader;
use super::database::{CODES, SCANS};
use super::directory::is_served;
use super::files::has_content;
use super::open_error::{IF_PUT_BACK, is_damage};
use super::places::{is_of_marking_program, leased};
use super::reserve::{Reserve, free_bytes};
use super::{EmbeddedOptions, EmbeddedStore, OpenError, log_tail};
use crate::LeaseMark;

/// Less free room than this is told as a fault: a log may take 32 MB before it is moved into its database.
const LEAST_FREE_BYTES: u64 = 64 << 20;

/// How one thing is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub subject: &'static str,
    /// What there is, or what is wrong.
    pub outcome: Result<String, String>,
}

impl EmbeddedStore {
    /// Looks at the files of `directory`, and changes nothing in them. Blocks as long as reading both databases takes.
    /// Nothing is found where there is no database yet, and nothing left of one. This process may not have the
    /// databases open.
    pub fn examine(directory: &Path, options: &EmbeddedOptions) -> Vec<Finding> {
        let logs = (!is_served(directory)).then(|| logs(directory));
        let survey = match Survey::of(directory, options.journal.as_deref(), &options.places()) {
            Ok(survey) => survey,
            Err(error) => return vec![Finding { subject: "files", outcome: Err(told(&error)) }],
        };
        if survey.founded == Founded::Nothing && survey.refusal().is_none() {
            return Vec::new();
        }
        let mut findings = vec![Finding { subject: "files", outcome: files(&survey) }];
        if let Founded::As(installation) = survey.founded {
            let given_out = survey.told(installation).leased;
            let outcome = numbers(&CODES.path(directory), given_out);
            findings.push(Finding { subject: "numbers", outcome });
        }
        for (subject, file) in [("codes", CODES), ("scans", SCANS)] {
            let path = file.path(directory);
            if has_content(&path) {
                findings.push(Finding { subject, outcome: pages(&path) });
            }
        }
        let logs = logs.unwrap_or_else(|| Ok("in use by the server".to_owned()));
        findings.push(Finding { subject: "logs", outcome: logs });
        findings.push(Finding { subject: "disk", outcome: disk(directory) });
        findings
    }
}

/// An error and its causes.
fn told(error: &OpenError) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

fn files(survey: &Survey) -> Result<String, String> {
    if let Some(refusal) = survey.refusal() {
        return Err(told(&refusal));
    }
    let missing: Vec<String> = survey.missing().iter().map(|path| path.display().to_string()).collect();
    if !missing.is_empty() {
        return Err(format!(
            "missing, or never marked as this installation's: {}; the next start makes or marks them, without what \
             they told",
            missing.join(", ")
        ));
    }
    Ok(match survey.founded {
        Founded::As(installation) => {
            format!("all are of one installation, {}", installation.short_name())
        }
        Founded::Begun | Founded::Nothing => "no installation is founded yet".to_owned(),
    })
}

fn numbers(codes: &Path, given_out: LeaseMark) -> Result<String, String> {
    let read = open_reader(codes).and_then(|connection| {
        if is_of_marking_program(&connection)? {
            return leased(&connection);
        }
        // From before files were marked: put back beside marks, or not brought up to date yet.
        connection.query_row("SELECT next_block FROM sequence_blocks WHERE name = 'codes'", [], |row| {
            let next_block: i64 = row.get(0)?;
            Ok(LeaseMark { next_block: next_block.unsigned_abs(), generation: 0 })
        })
    });
    let own = match read {
        Ok(own) => own,
        Err(error) => return Err(format!("{}: {error}", codes.display())),
    };
    if own.is_behind(given_out) {
        return Err(format!(
            "{} was put back from a copy: it knows of {} blocks of numbers in generation {}, and {} were given out by \
             generation {}; the next start passes 16,384 blocks over, so that no printed code is given again",
            codes.display(),
            own.next_block,
            own.generation,
            given_out.next_block,
            given_out.generation,
        ));
    }
    Ok(match own.generation {
        0 => format!("{} blocks of 16,777,216 are given out", own.next_block),
        times => format!(
            "{} blocks of 16,777,216 are given out, with {times} moves after restores",
            own.next_block
        ),
    })
}

/// SQLite's own check of every page.
fn pages(path: &Path) -> Result<String, String> {
    let check = |connection: &Connection| -> rusqlite::Result<Vec<String>> {
        connection.prepare("PRAGMA quick_check(3)")?.query_map([], |row| row.get(0))?.collect()
    };
    match open_reader(path).and_then(|connection| check(&connection)) {
        Ok(faults) if faults == ["ok"] => Ok(format!("{} is whole", path.display())),
        Ok(faults) => {
            let faults = faults.join("; ").replace('\n', " ");
            Err(format!("{} is damaged: {faults}. {IF_PUT_BACK}", path.display()))
        }
        Err(error) if is_damage(&error) => {
            Err(format!("{} cannot be read: {error}. {IF_PUT_BACK}", path.display()))
        }
        Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
    }
}

fn logs(directory: &Path) -> Result<String, String> {
    let fault = |path: &Path| match log_tail::fault(path) {
        Ok(fault) => fault.map(|fault| format!("{}: {fault}", path.display())),
        Err(error) => Some(format!("the log of {} cannot be read: {error}", path.display())),
    };
    let faults: Vec<String> = [CODES, SCANS].iter().filter_map(|file| fault(&file.path(directory))).collect();
    if faults.is_empty() { Ok("are whole".to_owned()) } else { Err(faults.join("; ")) }
}

fn disk(directory: &Path) -> Result<String, String> {
    let free = free_bytes(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let megabytes = free / 1_000_000;
    if free < LEAST_FREE_BYTES {
        return Err(format!(
            "{megabytes} MB are free in {}: writes will soon be refused",
            directory.display()
        ));
    }
    let reserve =
        if Reserve::of(directory).exists() { "" } else { "; no reserve is kept, a start makes one" };
    Ok(format!("{megabytes} MB are free{reserve}"))
}
