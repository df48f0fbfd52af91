//! Lines of the log on their way out.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam::channel::{Receiver, Sender, bounded};
use tracing_subscriber::fmt::MakeWriter;

/// Counter: lines of the log that nobody will read, because its reader was slower than they came or is gone.
const LOST_TOTAL: &str = "log_lines_lost_total";

/// Lines that wait to be written, and their bytes.
const MOST_LINES: usize = 8_192;
const MOST_BYTES: usize = 4_194_304;

/// How long lines still on their way are waited for at the end.
const PATIENCE: Duration = Duration::from_secs(2);

enum Entry {
    Line(Vec<u8>),
    /// Answered when all lines before it are written.
    Mark(Sender<()>),
}

/// Takes lines from any thread and never waits: a line for which there is no room is lost, and counted.
#[derive(Clone)]
pub(super) struct Lines {
    entries: Sender<Entry>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    bytes: AtomicUsize,
    /// Lines lost since the log last told of any.
    lost: AtomicU64,
}

impl State {
    fn lose(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
        metrics::counter!(LOST_TOTAL).increment(1);
    }
}

impl Lines {
    /// Lines to `output`, which a thread of its own writes to.
    pub(super) fn to(output: impl Write + Send + 'static) -> io::Result<Self> {
        let (entries, waiting) = bounded(MOST_LINES);
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        thread::Builder::new().name("log".to_owned()).spawn(move || write_all(&waiting, &shared, output))?;
        Ok(Self { entries, state })
    }

    fn offer(&self, line: &[u8]) {
        let bytes = self.state.bytes.fetch_add(line.len(), Ordering::Relaxed);
        if bytes.saturating_add(line.len()) > MOST_BYTES
            || self.entries.try_send(Entry::Line(line.to_vec())).is_err()
        {
            self.state.bytes.fetch_sub(line.len(), Ordering::Relaxed);
            self.state.lose();
        }
    }

    /// Waits until what was offered so far is written, but not for ever.
    fn flush(&self) {
        let (written, all_written) = bounded(1);
        if self.entries.send_timeout(Entry::Mark(written), PATIENCE).is_ok() {
            let _ = all_written.recv_timeout(PATIENCE);
        }
    }
}

fn write_all(waiting: &Receiver<Entry>, state: &State, mut output: impl Write) {
    for entry in waiting {
        match entry {
            Entry::Line(line) => {
                state.bytes.fetch_sub(line.len(), Ordering::Relaxed);
                if output.write_all(&line).is_err() {
                    state.lose();
                }
            }
            Entry::Mark(written) => {
                let _ = output.flush();
                let _ = written.try_send(());
            }
        }
        // Told as any other line, as soon as it would not be lost too.
        if waiting.len() < MOST_LINES / 2 {
            let lost = state.lost.swap(0, Ordering::Relaxed);
            if lost > 0 {
                tracing::warn!(lost, "the log's reader was too slow, and lines were lost");
            }
        }
    }
}

/// The formatter makes a writer for each line, and writes it whole.
impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line(self)
    }
}

pub(super) struct Line<'a>(&'a Lines);

impl Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.offer(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The log of this process while it runs. Dropped at the end, it waits a moment for what is not written yet.
#[must_use]
pub(crate) struct Log(Lines);

impl Log {
    pub(super) const fn of(lines: Lines) -> Self {
        Self(lines)
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.0.flush();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

    use super::*;

    /// A reader that takes a line for each permit.
    struct Gate {
        permits: Receiver<()>,
        taken: SyncSender<Vec<u8>>,
    }

    impl Write for Gate {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            self.permits.recv().map_err(io::Error::other)?;
            self.taken.send(line.to_vec()).map_err(io::Error::other)?;
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn gate() -> (Lines, SyncSender<()>, Receiver<Vec<u8>>) {
        let (permit, permits) = sync_channel(100_000);
        let (taken, lines) = sync_channel(100_000);
        (Lines::to(Gate { permits, taken }).unwrap(), permit, lines)
    }

    fn lost(lines: &Lines) -> u64 {
        lines.state.lost.load(Ordering::Relaxed)
    }

    fn write(lines: &Lines, line: &str) {
        lines.make_writer().write_all(line.as_bytes()).unwrap();
    }

    #[test]
    fn a_reader_that_stalls_loses_what_finds_no_room_and_gets_the_rest_in_order() {
        let (lines, permit, taken) = gate();
        for number in 0..MOST_LINES + 500 {
            write(&lines, &number.to_string());
        }
        // One may be in the writer's hand.
        let lost = lost(&lines);
        assert!((499..=500).contains(&lost), "{lost}");
        let kept = MOST_LINES + 500 - usize::try_from(lost).unwrap();
        (0..kept).for_each(|_| permit.send(()).unwrap());
        let number = |line: Vec<u8>| String::from_utf8(line).unwrap().parse::<usize>().unwrap();
        let taken = (0..kept).map(|_| number(taken.recv_timeout(Duration::from_secs(20)).unwrap()));
        assert!(taken.is_sorted_by(|one, next| one < next));
    }

    #[test]
    fn long_lines_are_bounded_by_their_bytes() {
        let (lines, _permit, _taken) = gate();
        let line = "x".repeat(MOST_BYTES / 4);
        (0..20).for_each(|_| write(&lines, &line));
        assert!((15..=16).contains(&lost(&lines)), "{}", lost(&lines));
    }

    #[test]
    fn at_the_end_all_that_was_offered_is_written() {
        let (lines, permit, taken) = gate();
        (0..1_000).for_each(|_| write(&lines, "line"));
        let end = thread::spawn(move || drop(Log::of(lines)));
        (0..1_000).for_each(|_| permit.send(()).unwrap());
        end.join().unwrap();
        assert_eq!(taken.try_iter().count(), 1_000);
    }

    #[test]
    fn a_reader_that_is_gone_stops_nothing() {
        let (lines, permit, taken) = gate();
        drop((permit, taken));
        (0..100).for_each(|_| write(&lines, "line"));
        lines.flush();
        assert_eq!(lines.state.bytes.load(Ordering::Relaxed), 0, "nothing waits any more");
    }
}
