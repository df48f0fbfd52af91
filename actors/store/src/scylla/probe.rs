//! The probe: a read of almost nothing, which tells whether the store answers.

use std::sync::Arc;
use std::time::Duration;

use ezqr_schema::random_bytes;
use futures_util::future::{Either, select};
use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;
use tokio::time::sleep;

use super::Core;
use super::driver::{Class, Driver};
use super::failure::Failure;

/// Between two probes while the store is away: how soon its return is noticed, when the driver is connected.
const AWAY: Duration = Duration::from_millis(500);
/// While it answers and nobody asks it anything: how soon its end is noticed.
const QUIET: Duration = Duration::from_secs(2);
/// Between two probes at least, however many statements are not answered.
const APART: Duration = Duration::from_millis(200);
/// So many probes without an answer mean that the store is away: one may have met a pause of a node.
const SILENT: u32 = 2;

/// Asks, for as long as it runs.
#[derive(Debug)]
pub(super) struct Probe {
    read: PreparedStatement,
}

impl Probe {
    pub(super) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        let read = "SELECT name FROM sequence_blocks WHERE name = ?";
        Ok(Self { read: driver.prepare(Class::PointRead, read).await? })
    }

    /// Keeps the pulse of the store.
    pub(super) async fn run(self, core: Arc<Core>) {
        let (driver, pulse) = (&core.driver, &core.driver.pulse);
        let mut silent = 0;
        loop {
            if pulse.is_away() {
                sleep(AWAY).await;
            } else {
                sleep(APART).await;
                if let Either::Left(_) = select(Box::pin(sleep(QUIET)), Box::pin(pulse.doubted())).await
                    && pulse.was_heard()
                {
                    continue;
                }
            }
            pulse.was_heard();
            match self.ask(driver).await {
                Ok(()) => pulse.answered(),
                // Something else was answered meanwhile: of several partitions the probe's alone is out of reach.
                Err(_) if pulse.was_heard() => {}
                // Too few replicas of one partition say nothing of others: the next probe asks another one.
                Err(Failure::Uncertain(_) | Failure::TooFew(_)) if silent + 1 < SILENT => {
                    silent += 1;
                    pulse.missed();
                    continue;
                }
                Err(_) => pulse.lost(),
            }
            silent = 0;
        }
    }

    /// Reads a row that is not there, each time another one: of other replicas.
    async fn ask(&self, driver: &Driver) -> Result<(), Failure> {
        let name = u64::from_ne_bytes(random_bytes().unwrap_or_default());
        let asked = driver.session.execute_unpaged(&self.read, (format!("probe {name}"),));
        driver.counting_apart();
        asked.await.map(drop).map_err(|error| Failure::of(&error))
    }
}
