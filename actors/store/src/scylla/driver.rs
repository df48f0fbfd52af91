//! The driver's session: what is in flight is bounded, and what went wrong is told apart.
//!
//! Nothing that could happen twice is sent by the driver itself a second time. Whether a statement may be
//! repeated is known here: a plain write is absolute and back-dated or carries its own timestamp, so it is
//! repeated until it is acknowledged; a conditional one is repeated, the very same, until it is answered
//! (see [`conditional`](super::conditional)).

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ezqr_schema::Clock;
use futures_util::TryStreamExt as _;
use scylla::client::execution_profile::ExecutionProfileHandle;
use scylla::client::session::Session;
use scylla::deserialize::row::DeserializeRow;
use scylla::errors::{ExecutionError, PrepareError};
use scylla::response::query_result::{QueryResult, QueryRowsResult};
use scylla::serialize::batch::BatchValues;
use scylla::serialize::row::SerializeRow;
use scylla::statement::batch::Batch;
use scylla::statement::prepared::PreparedStatement;
use scylla::statement::{Consistency, Statement};
use tokio::sync::Semaphore;

use super::failure::{Failure, corrupt};
use super::instruments::{self, Latencies};
use super::pulse::Pulse;
use crate::{ReadError, Unavailable, WriteError};

/// Reads in flight at once; further ones wait. A connection carries 32,768, a server is content with less.
const READS: usize = 512;
/// Writes in flight at once.
const WRITES: usize = 256;
/// How long one sending of a write is waited for; servers give one up after 2 s.
pub(super) const WRITE_TIMEOUT: Duration = Duration::from_secs(3);
/// After this no write is sent again; with [`WRITE_TIMEOUT`] it makes less than who asks for it waits.
const WRITE_TRIES: Duration = Duration::from_secs(6);
/// The same of a lease.
const LEASE_TRIES: Duration = Duration::from_secs(1);
/// Between two tries.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// What a statement is for: decides its timeout, its consistency and who may repeat it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Class {
    /// Reads one row that somebody waits for. The driver asks a second replica when the first is slow.
    PointRead,
    /// Reads more. The driver asks a second replica when the first is silent.
    Read,
    /// Reads what conditional writes have decided, finishing one that was left half done.
    SerialRead,
    /// Writes absolutely: doing it twice is doing it once.
    Write,
    /// Writes on a condition.
    Conditional,
    /// The same, of use only when it is answered soon.
    Lease,
}

/// The execution profile of each class.
#[derive(Debug)]
pub(super) struct Profiles {
    pub(super) point_read: ExecutionProfileHandle,
    pub(super) read: ExecutionProfileHandle,
    /// Asks one node alone: several at once would only hinder each other.
    pub(super) serial_read: ExecutionProfileHandle,
    /// Of everything that writes: the driver repeats none of it.
    pub(super) write: ExecutionProfileHandle,
    pub(super) lease: ExecutionProfileHandle,
}

/// A session, as the rest of the store uses it.
pub(super) struct Driver {
    pub(super) session: Session,
    pub(super) pulse: Pulse,
    pub(super) clock: Clock,
    profiles: Profiles,
    latencies: Latencies,
    apart: AtomicU64,
    reads: Semaphore,
    writes: Semaphore,
}

impl Driver {
    pub(super) fn new(session: Session, profiles: Profiles, clock: Clock) -> Self {
        let (reads, writes) = (Semaphore::new(READS), Semaphore::new(WRITES));
        let (latencies, apart) = (Latencies::new(), AtomicU64::new(0));
        Self { session, pulse: Pulse::default(), clock, profiles, latencies, apart, reads, writes }
    }

    /// Prepares a statement of this class on all nodes.
    pub(super) async fn prepare(&self, class: Class, text: &str) -> Result<PreparedStatement, PrepareError> {
        let mut statement = Statement::new(text);
        let profile = match class {
            Class::PointRead => &self.profiles.point_read,
            Class::Read => &self.profiles.read,
            Class::SerialRead => &self.profiles.serial_read,
            Class::Write | Class::Conditional => &self.profiles.write,
            Class::Lease => &self.profiles.lease,
        };
        if matches!(class, Class::SerialRead) {
            statement.set_consistency(Consistency::LocalSerial);
        }
        let mut prepared = self.session.prepare(statement).await?;
        prepared.set_is_idempotent(!matches!(class, Class::Conditional | Class::Lease));
        prepared.set_execution_profile_handle(Some(profile.clone()));
        Ok(prepared)
    }

    /// An unlogged batch of one partition, to which statements are added.
    pub(super) fn batch(&self, class: Class) -> Batch {
        let mut batch = Batch::new(scylla::statement::batch::BatchType::Unlogged);
        batch.set_is_idempotent(!matches!(class, Class::Conditional));
        batch.set_execution_profile_handle(Some(self.profiles.write.clone()));
        batch
    }

    /// Reads a bounded number of rows of one partition.
    ///
    /// A serial read takes part in deciding conditional writes and is hindered by them: it is sent again until
    /// it is answered or time is up.
    pub(super) async fn read(
        &self,
        statement: &PreparedStatement,
        values: impl SerializeRow,
    ) -> Result<QueryRowsResult, ReadError> {
        let _permit = self.enter(&self.reads).await?;
        let is_serial = statement.get_consistency() == Some(Consistency::LocalSerial);
        let mut tries = self.tries();
        loop {
            let read = self.session.execute_unpaged(statement, &values);
            let result = self.timed(&self.latencies.read, read).await;
            match self.listen(result) {
                Ok(result) => return result.into_rows_result().map_err(corrupt),
                Err(Failure::Uncertain(_)) if is_serial && tries.again().await => {}
                Err(failure) => return Err(failure.of_read()),
            }
        }
    }

    /// Reads all rows there are, part by part.
    pub(super) async fn read_all<R>(
        &self,
        statement: &PreparedStatement,
        values: impl SerializeRow,
    ) -> Result<Vec<R>, ReadError>
    where
        R: for<'frame, 'metadata> DeserializeRow<'frame, 'metadata> + Send + 'static,
    {
        let _permit = self.enter(&self.reads).await?;
        let pager = self.session.execute_iter(statement.clone(), values).await;
        let pager = pager.map_err(|error| self.doubt(Failure::of_pager(&error)).of_read())?;
        let rows = pager.rows_stream::<R>().map_err(corrupt)?;
        let rows =
            rows.try_collect().await.map_err(|error| self.doubt(Failure::of_rows(&error)).of_read())?;
        self.pulse.answered();
        Ok(rows)
    }

    /// Writes absolutely, again and again until it is acknowledged or time is up.
    pub(super) async fn write(
        &self,
        statement: &PreparedStatement,
        values: impl SerializeRow,
    ) -> Result<(), WriteError> {
        self.write_by(async || self.session.execute_unpaged(statement, &values).await).await
    }

    /// Writes a batch of one partition absolutely, as [`Driver::write`] does.
    pub(super) async fn write_batch(
        &self,
        batch: &Batch,
        values: impl BatchValues,
    ) -> Result<(), WriteError> {
        self.write_by(async || self.session.batch(batch, &values).await).await
    }

    /// Writes a batch of one partition absolutely, once: for who will write something newer instead.
    pub(super) async fn write_batch_once(
        &self,
        batch: &Batch,
        values: impl BatchValues,
    ) -> Result<(), Failure> {
        let permit = self.enter(&self.writes).await;
        let _permit = permit.map_err(|away| Failure::NotSent(away.reason))?;
        let sent = self.session.batch(batch, values);
        self.listen(self.timed(&self.latencies.write, sent).await).map(drop)
    }

    async fn write_by(
        &self,
        send: impl AsyncFn() -> Result<QueryResult, ExecutionError>,
    ) -> Result<(), WriteError> {
        let _permit = self.enter(&self.writes).await?;
        let mut tries = self.tries();
        let mut doubt = None;
        loop {
            let answer = self.timed(&self.latencies.write, send()).await;
            let Err(failure) = self.listen(answer) else { return Ok(()) };
            if doubt.is_none() && failure.wrote_nothing() {
                return Err(failure.into_unavailable().into());
            }
            let doubt = doubt.insert(failure.to_string());
            if !tries.again().await {
                return Err(WriteError::OutcomeUnknown(std::mem::take(doubt)));
            }
        }
    }

    /// Sends a conditional statement once, whatever comes of it.
    pub(super) async fn attempt(
        &self,
        send: impl Future<Output = Result<QueryResult, ExecutionError>>,
    ) -> Result<QueryResult, Failure> {
        self.listen(self.timed(&self.latencies.conditional, send).await)
    }

    /// Notes that a statement of the store's own is sent, which [`Driver::statements`] leaves out.
    pub(super) fn counting_apart(&self) {
        self.apart.fetch_add(1, Ordering::Relaxed);
    }

    /// Statements that were sent because somebody asked for something: a batch is one, and so is every further
    /// sending and every page of a longer read.
    #[cfg(any(test, feature = "testkit"))]
    pub(super) fn statements(&self) -> u64 {
        let counts = self.session.get_metrics();
        let sent = counts.get_requests_unpaged_num() + counts.get_requests_automatically_paged_num();
        sent.saturating_sub(self.apart.load(Ordering::Relaxed))
    }

    /// Waits for leave to write.
    pub(super) async fn enter_write(&self) -> Result<tokio::sync::SemaphorePermit<'_>, Unavailable> {
        self.enter(&self.writes).await
    }

    /// Begins to count the tries of a write.
    pub(super) fn tries(&self) -> Tries<'_> {
        self.tries_for(WRITE_TRIES)
    }

    /// Begins to count the tries of a lease.
    pub(super) fn few_tries(&self) -> Tries<'_> {
        self.tries_for(LEASE_TRIES)
    }

    fn tries_for(&self, time: Duration) -> Tries<'_> {
        Tries { clock: &self.clock, ends: self.clock.monotonic() + time, pause: FIRST_PAUSE }
    }

    async fn enter<'a>(
        &self,
        semaphore: &'a Semaphore,
    ) -> Result<tokio::sync::SemaphorePermit<'a>, Unavailable> {
        self.pulse.admit(semaphore).await
    }

    async fn timed<T>(&self, latency: &metrics::Histogram, work: impl Future<Output = T>) -> T {
        let began = self.clock.monotonic();
        let done = work.await;
        latency.record(self.clock.monotonic().saturating_sub(began));
        done
    }

    fn listen<T>(&self, result: Result<T, ExecutionError>) -> Result<T, Failure> {
        match result {
            Ok(value) => {
                self.pulse.answered();
                Ok(value)
            }
            Err(error) => Err(self.doubt(Failure::of(&error))),
        }
    }

    fn doubt(&self, failure: Failure) -> Failure {
        if failure.is_silence() {
            self.pulse.missed();
        }
        failure
    }
}

/// The tries of one write: pauses grow, and an end comes.
pub(super) struct Tries<'a> {
    clock: &'a Clock,
    ends: Duration,
    pause: Duration,
}

impl Tries<'_> {
    /// Waits for the next try; false when there is to be none.
    pub(super) async fn again(&mut self) -> bool {
        if self.clock.monotonic() + self.pause >= self.ends {
            return false;
        }
        tokio::time::sleep(self.pause).await;
        instruments::resent();
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }
}
