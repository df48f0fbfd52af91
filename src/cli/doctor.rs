//! `ezqr doctor`.

mod journal;

use ezqr_actors::scans::visit::Countries;
use ezqr_schema::Clock;
use ezqr_schema::scan::Day;
use ezqr_store::{EmbeddedStore, InstallationStore as _};
use serde_json::{Value, json};

use super::CommandError;
use super::administration::Administration;
use super::output::{Output, chain, table};
use crate::boot::store;
use crate::config::{self, Config};

/// What was looked at.
#[derive(Debug, Default)]
pub(super) struct Report {
    findings: Vec<Finding>,
}

/// How one thing is.
#[derive(Debug)]
struct Finding {
    subject: &'static str,
    is_sound: bool,
    /// What there is, or what is wrong.
    detail: String,
    /// What programs may want to know besides.
    more: Value,
}

/// Looks at what `config` names, and changes nothing.
pub(super) async fn examine(config: &Config) -> Report {
    let mut report = Report::default();
    report.note("settings", Ok("all are valid".to_owned()));
    if config.store.url.is_none() {
        // Before this process opens them.
        let findings =
            EmbeddedStore::examine(&config.store.data_directory, &store::embedded_options(&config.store));
        report.findings.extend(findings.into_iter().map(Finding::of));
    }
    match Administration::open(&config.store).await {
        Ok(administration) => {
            report.note("store", installation(&administration, &config.store).await);
            report.note("pepper", administration.pepper().await.map(|_| "is this installation's".to_owned()));
        }
        Err(error) => report.note("store", Err(error)),
    }
    report.note("countries", countries(&config.scans));
    let today = Day::of(Clock::system().now());
    report.findings.push(journal::finding(&config.store.journal_directory(), today));
    report
}

async fn installation(
    administration: &Administration,
    settings: &config::Store,
) -> Result<String, CommandError> {
    let installation = administration.store.installation().await?;
    let place = match &settings.url {
        Some(url) => url.to_string(),
        None => settings.data_directory.display().to_string(),
    };
    installation.map(|_| format!("{place} opens and holds an installation")).ok_or(CommandError::NotFounded)
}

fn countries(settings: &config::Scans) -> Result<String, CommandError> {
    let Some(path) = &settings.geo_database else {
        Countries::shipped()?;
        return Ok("by the table that comes along".to_owned());
    };
    Countries::open(path)?;
    Ok(format!("by {}", path.display()))
}

impl Report {
    /// Whether nothing is wrong.
    pub(super) fn is_sound(&self) -> bool {
        self.findings.iter().all(|finding| finding.is_sound)
    }

    /// What was found, for people and for programs.
    pub(super) fn output(&self) -> Output {
        let rows: Vec<_> = self.findings.iter().map(Finding::row).collect();
        let verdict = if self.is_sound() { "Nothing is wrong." } else { "Something is wrong." };
        let text = format!("{}\n{verdict}", table(["WHAT", "HOW", "DETAIL"], &rows));
        let json = json!({
            "sound": self.is_sound(),
            "findings": self.findings.iter().map(Finding::shown).collect::<Value>(),
        });
        Output { text, json }
    }

    fn note(&mut self, subject: &'static str, found: Result<String, CommandError>) {
        self.findings.push(match found {
            Ok(detail) => Finding::sound(subject, detail),
            Err(error) => Finding::wrong(subject, chain(&error)),
        });
    }
}

impl Finding {
    fn sound(subject: &'static str, detail: impl Into<String>) -> Self {
        Self { subject, is_sound: true, detail: detail.into(), more: Value::Null }
    }

    fn wrong(subject: &'static str, detail: impl Into<String>) -> Self {
        Self { is_sound: false, ..Self::sound(subject, detail) }
    }

    fn of(found: ezqr_store::Finding) -> Self {
        match found.outcome {
            Ok(detail) => Self::sound(found.subject, detail),
            Err(detail) => Self::wrong(found.subject, detail),
        }
    }

    fn how(&self) -> &'static str {
        if self.is_sound { "sound" } else { "WRONG" }
    }

    fn row(&self) -> [String; 3] {
        [self.subject.to_owned(), self.how().to_owned(), self.detail.clone()]
    }

    fn shown(&self) -> Value {
        json!({ "subject": self.subject, "sound": self.is_sound, "detail": self.detail, "more": self.more })
    }
}
