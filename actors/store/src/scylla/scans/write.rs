//! Writing counts: of many partitions at once, of each in turn.
//!
//! Nothing is sent twice. What is not acknowledged is told to who asked, who writes newer counts later; only
//! what a server refuses, as it does a mutation it finds too large, is sent again in halves.

use std::time::Duration;

use futures_util::StreamExt as _;
use scylla::statement::prepared::PreparedStatement;

use super::rows::Counted;
use super::throttle::MOST;
use crate::NotWritten;
use crate::scylla::Core;
use crate::scylla::driver::Class;
use crate::scylla::failure::Failure;

/// Most bytes of a batch, about. A server takes 1 MiB (Scylla, `batch_size_fail_threshold_in_kb`) or 16 MiB
/// (Cassandra, half a segment of its commit log), where its operator did not choose less.
const BATCH_BYTES: usize = 512 * 1_024;
/// Most rows of a batch.
const BATCH_ROWS: usize = 1_024;
/// What has not been sent by then is left to the next time.
const LONGEST: Duration = Duration::from_secs(10);

/// A row and its position among all that are to be written.
type Placed<'rows, R> = (<R as Counted>::Place, usize, &'rows R);

/// Writes rows by `insert`: batches of one partition each, one under way in each partition.
pub(super) async fn write<R: Counted>(
    core: &Core,
    insert: &PreparedStatement,
    rows: &[R],
) -> Result<(), NotWritten> {
    let mut placed: Vec<Placed<'_, R>> =
        rows.iter().enumerate().map(|(position, row)| (row.place(), position, row)).collect();
    placed.sort_by_key(|(place, position, _)| (*place, *position));
    let writer = Writer { core, insert, ends: core.driver.clock.monotonic() + LONGEST };
    let partitions = placed.chunk_by(|(left, ..), (right, ..)| left == right);
    let under_way = partitions.map(|partition| writer.partition(partition));
    let mut done = futures_util::stream::iter(under_way).buffer_unordered(MOST);
    let mut all: Option<NotWritten> = None;
    while let Some(partition) = done.next().await {
        match (&mut all, partition) {
            (_, None) => {}
            (Some(all), Some(partition)) => all.rows.extend(partition.rows),
            (none, some) => *none = some,
        }
    }
    all.map_or(Ok(()), |mut all| {
        all.rows.sort_unstable();
        Err(all)
    })
}

struct Writer<'core> {
    core: &'core Core,
    insert: &'core PreparedStatement,
    /// By the monotonic clock.
    ends: Duration,
}

impl Writer<'_> {
    /// Writes rows of one partition. Tells of those that were not written.
    async fn partition<R: Counted>(&self, rows: &[Placed<'_, R>]) -> Option<NotWritten> {
        let mut not_written: Option<NotWritten> = None;
        let mut to_do = vec![rows];
        while let Some(next) = to_do.pop() {
            let values = fitting(next);
            let (sent, rest) = next.split_at(values.len());
            if !rest.is_empty() {
                to_do.push(rest);
            }
            let Err(failure) = self.send::<R>(&values).await else { continue };
            let is_refused = matches!(failure, Failure::Refused(_));
            if is_refused && sent.len() > 1 {
                let (first, second) = sent.split_at(sent.len() / 2);
                to_do.extend([second, first]);
                continue;
            }
            // When a server refuses a row it may take the others; when it does not answer they are spared it.
            let others = if is_refused { Vec::new() } else { std::mem::take(&mut to_do) };
            let lost = [sent].into_iter().chain(others).flatten().map(|(_, position, _)| *position);
            let none = || NotWritten { rows: Vec::new(), cause: failure.of_write() };
            not_written.get_or_insert_with(none).rows.extend(lost);
        }
        not_written
    }

    async fn send<R: Counted>(&self, values: &[R::Values]) -> Result<(), Failure> {
        let Core { driver, scan_writes, .. } = self.core;
        let _permit = scan_writes.enter().await;
        if driver.clock.monotonic() >= self.ends {
            return Err(Failure::NotSent("there was no time left for it".to_owned()));
        }
        let mut batch = driver.batch(Class::Write);
        for _ in values {
            batch.append_statement(self.insert.clone());
        }
        let answer = driver.write_batch_once(&batch, values).await;
        let now = driver.clock.monotonic();
        match &answer {
            Ok(()) => scan_writes.raise(now),
            Err(Failure::Uncertain(_)) => scan_writes.halve(now),
            Err(Failure::NotSent(_) | Failure::TooFew(_) | Failure::Refused(_)) => {}
        }
        answer
    }
}

/// The values of as many rows, from the first, as fit into a batch: of one at least.
fn fitting<R: Counted>(rows: &[Placed<'_, R>]) -> Vec<R::Values> {
    let mut all = Vec::new();
    let mut room = BATCH_BYTES;
    for (.., row) in rows.iter().take(BATCH_ROWS) {
        let bound = row.bind();
        if bound.bytes > room && !all.is_empty() {
            break;
        }
        room = room.saturating_sub(bound.bytes);
        all.push(bound.values);
    }
    all
}
