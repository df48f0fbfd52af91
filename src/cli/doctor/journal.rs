//! How the journal of scans is.

use std::io;
use std::path::{Path, PathBuf};

use ezqr_actors::scans::REPLAY_DAYS;
use ezqr_actors::scans::journal::{Examination, ExaminedEpoch, examine};
use ezqr_schema::scan::Day;
use serde_json::{Value, json};

use super::Finding;
use crate::cli::output::chain;

/// Looks at the journal in `directory`, on the day `today`. It is there from the first `serve` on.
pub(super) fn finding(directory: &Path, today: Day) -> Finding {
    let subject = "journal";
    match examine(directory) {
        Ok(examination) => of(&examination, today.saturating_sub(REPLAY_DAYS)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Finding::sound(subject, "there is none yet"),
        Err(error) => Finding::wrong(subject, format!("{}: {}", directory.display(), chain(&error))),
    }
}

fn of(examination: &Examination, oldest: Day) -> Finding {
    let Examination { epochs, unused, damaged, expired } = examination;
    let is_old = |examined: &&ExaminedEpoch| examined.epoch.window.day() < oldest;
    let old = epochs.iter().filter(is_old).count();
    let torn: u64 = epochs.iter().map(|examined| examined.damaged).sum();
    let sum = |of: fn(&ExaminedEpoch) -> u64| epochs.iter().map(of).sum::<u64>();
    let files = epochs.iter().map(|examined| examined.files).sum::<usize>() + unused;
    let mut details = vec![format!(
        "{} scans of {} quarters of an hour in {files} files, {} bytes",
        sum(|examined| examined.records),
        epochs.len(),
        sum(|examined| examined.bytes),
    )];
    let mut fault = |count: u64, what: String| {
        if count > 0 {
            details.push(what);
        }
    };
    fault(torn, format!("{torn} stretches hold no whole record: at least as many scans are lost"));
    fault(
        damaged.len() as u64,
        format!("not read, because nobody can tell of when they are: {}", names(damaged)),
    );
    fault(expired.len() as u64, format!("not counted, because they are too old: {}", names(expired)));
    fault(
        old as u64,
        format!("{old} quarters of an hour are older than {REPLAY_DAYS} days and will not be counted"),
    );
    let detail = details.join("; ");
    let is_sound = details.len() == 1;
    let more = json!({
        "epochs": epochs.iter().map(|examined| shown(examined, oldest)).collect::<Value>(),
        "unused_files": unused,
        "damaged_files": paths(damaged),
        "expired_files": paths(expired),
    });
    Finding { subject: "journal", is_sound, detail, more }
}

fn shown(examined: &ExaminedEpoch, oldest: Day) -> Value {
    let ExaminedEpoch { epoch, files, bytes, records, damaged } = examined;
    json!({
        "id": epoch.id.as_uuid(),
        "begins_at": epoch.window.start(),
        "files": files,
        "bytes": bytes,
        "scans": records,
        "damaged_stretches": damaged,
        "is_too_old": epoch.window.day() < oldest,
    })
}

fn paths(paths: &[PathBuf]) -> Value {
    paths.iter().map(|path| path.display().to_string()).collect()
}

fn names(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use ezqr_schema::scan::{Epoch, EpochId, Window};

    use super::*;

    fn epoch(window: Window, records: u64, damaged: u64) -> ExaminedEpoch {
        let epoch = Epoch { id: EpochId::from_random([7; 16]), window };
        ExaminedEpoch { epoch, files: 2, bytes: 4_096, records, damaged }
    }

    fn told(examination: &Examination) -> (bool, String) {
        let oldest = Day::new(20_000).unwrap();
        let Finding { is_sound, detail, .. } = of(examination, oldest);
        (is_sound, detail)
    }

    #[test]
    fn a_whole_journal_is_sound_and_told_in_figures() {
        let window = Day::new(20_000).unwrap().window(0);
        let epochs = vec![epoch(window, 5, 0), epoch(window, 7, 0)];
        let examination = Examination { epochs, unused: 1, ..Examination::default() };
        let figures = "12 scans of 2 quarters of an hour in 5 files, 8192 bytes".to_owned();
        assert_eq!(told(&examination), (true, figures));
    }

    #[test]
    fn everything_that_is_lost_is_named() {
        let window = Day::new(19_999).unwrap().window(95);
        let examination = Examination {
            epochs: vec![epoch(window, 5, 3)],
            unused: 0,
            damaged: vec!["journal/1.journal.damaged".into()],
            expired: vec!["journal/2.journal.expired".into()],
        };
        let (is_sound, detail) = told(&examination);
        let parts =
            ["3 stretches", "1.journal.damaged", "2.journal.expired", "1 quarters of an hour are older"];
        assert!(!is_sound && parts.iter().all(|part| detail.contains(part)), "{detail}");
        let shown = of(&examination, Day::new(20_000).unwrap()).more;
        assert_eq!(
            (&shown["epochs"][0]["is_too_old"], &shown["epochs"][0]["scans"]),
            (&json!(true), &json!(5))
        );
    }

    #[test]
    fn each_fault_alone_is_one() {
        let recent = Day::new(20_000).unwrap().window(0);
        let faults = [
            Examination { epochs: vec![epoch(recent, 1, 1)], ..Examination::default() },
            Examination { epochs: vec![epoch(Window::new(0).unwrap(), 1, 0)], ..Examination::default() },
            Examination { damaged: vec!["a".into()], ..Examination::default() },
            Examination { expired: vec!["a".into()], ..Examination::default() },
        ];
        for fault in faults {
            assert!(!told(&fault).0, "{fault:?}");
        }
        assert!(told(&Examination::default()).0);
    }
}
