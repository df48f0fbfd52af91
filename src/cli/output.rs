//! The only writer of the command line's output.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// What a command has to tell: to people, and to programs.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) text: String,
    pub(super) json: Value,
}

/// Writes to standard output and standard error.
#[derive(Clone, Copy, Debug)]
pub(super) struct Printer {
    as_json: bool,
}

impl Printer {
    pub(super) const fn new(as_json: bool) -> Self {
        Self { as_json }
    }

    /// Tells the outcome. A reader that has gone away makes the command fail, not panic.
    pub(super) fn output(self, output: &Output) -> ExitCode {
        let written =
            if self.as_json { write_line(&output.json.to_string()) } else { write_line(&output.text) };
        if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// Tells why there is no outcome.
    pub(super) fn error(self, error: &dyn Error) {
        let text = chain(error);
        let line = if self.as_json { json!({ "error": text }).to_string() } else { format!("error: {text}") };
        write_to_stderr(line);
    }
}

/// How long a reader of standard error may stall the end of the process.
const PATIENCE: Duration = Duration::from_secs(2);

fn write_to_stderr(line: String) {
    let (done, written) = sync_channel(1);
    let writing = thread::Builder::new().spawn(move || {
        let _ = writeln!(io::stderr(), "{line}");
        let _ = done.send(());
    });
    if writing.is_ok() {
        let _ = written.recv_timeout(PATIENCE);
    }
}

/// Writes a line, whole or with an error.
pub(super) fn write_line(text: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{}", text.trim_end())?;
    output.flush()
}

/// An error and its causes, in one line.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        // Transparent errors repeat their source.
        if !text.ends_with(&cause_text) {
            // Writing to a string does not fail.
            let _ = write!(text, ": {cause_text}");
        }
        next = cause.source();
    }
    text
}

/// A text, and behind it what else is to be known.
pub(super) fn with_note(text: String, note: Option<&str>) -> String {
    match note {
        Some(note) => format!("{}\n{note}", text.trim_end()),
        None => text,
    }
}

/// Rows under their headings, each column as wide as its widest text.
pub(super) fn table<const COLUMNS: usize>(headings: [&str; COLUMNS], rows: &[[String; COLUMNS]]) -> String {
    let mut widths = headings.map(|heading| heading.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in std::iter::once(&headings.map(str::to_owned)).chain(rows) {
        let line: Vec<String> =
            row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn columns_are_as_wide_as_their_widest_text() {
        let rows = [["käse".to_owned(), "1".to_owned()], ["x".to_owned(), String::new()]];
        assert_eq!(table(["NAME", "COUNT"], &rows), "NAME  COUNT\nkäse  1\nx\n");
    }
}
