//! How many connections one network holds.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ezqr_actors::limiter::Network;
use tokio::time::Instant;

use crate::edge::Fronts;

/// From one line about refused connections to the next.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// The connections of each network. One for all workers; locked when a connection begins and when it ends.
#[derive(Debug)]
pub(crate) struct Seats {
    most: usize,
    fronts: Fronts,
    /// No longer than there are connections.
    taken: Mutex<HashMap<Network, usize>>,
    /// When a refusal was last logged.
    told: Mutex<Option<Instant>>,
}

/// The network has as many connections as it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the network has as many connections as it may")]
pub(crate) struct Full;

impl Seats {
    /// At most `most` for each network but those of `fronts`.
    pub(crate) fn new(most: usize, fronts: Fronts) -> Arc<Self> {
        Arc::new(Self { most, fronts, taken: Mutex::default(), told: Mutex::default() })
    }

    /// A seat for a connection from `address`; none for a front, which needs none.
    pub(crate) fn take(self: &Arc<Self>, address: IpAddr) -> Result<Option<Seat>, Full> {
        if self.fronts.are_trusted_at(address.to_canonical()) {
            return Ok(None);
        }
        let network = Network::of(address);
        let mut taken = self.taken();
        let count = taken.entry(network).or_default();
        if *count >= self.most {
            drop(taken);
            self.tell();
            return Err(Full);
        }
        *count += 1;
        Ok(Some(Seat { seats: Arc::clone(self), network }))
    }

    /// Logs that connections are refused, once in a while.
    fn tell(&self) {
        let now = Instant::now();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|told| now.saturating_duration_since(told) >= TELL_EVERY) {
            *told = Some(now);
            tracing::warn!(
                most = self.most,
                "a network has as many connections as http.network_share_percent allows, and further ones are closed; \
                 if it is a front of yours, http.trusted_networks must name it"
            );
        }
    }

    /// Each change under the lock is whole, so a panic elsewhere leaves nothing behind.
    fn taken(&self) -> MutexGuard<'_, HashMap<Network, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of one connection. Dropped, it is free again.
#[derive(Debug)]
pub(crate) struct Seat {
    seats: Arc<Seats>,
    network: Network,
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Entry::Occupied(mut entry) = self.seats.taken().entry(self.network) {
            match entry.get().checked_sub(1) {
                Some(0) | None => drop(entry.remove()),
                Some(rest) => *entry.get_mut() = rest,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Layers;

    fn seats(trusted: &str) -> Arc<Seats> {
        let variable = ("EZQR__HTTP__TRUSTED_NETWORKS".to_owned(), trusted.to_owned());
        let config = Layers::of(None, vec![variable], Vec::new()).unwrap().check().unwrap();
        Seats::new(2, Fronts::of(&config.http))
    }

    fn take(seats: &Arc<Seats>, address: &str) -> Result<Option<Seat>, Full> {
        seats.take(address.parse().unwrap())
    }

    #[test]
    fn a_network_gets_its_share_and_no_more_until_one_is_given_back() {
        let seats = seats("");
        let first = take(&seats, "203.0.113.1").unwrap().unwrap();
        let second = take(&seats, "::ffff:203.0.113.2").unwrap().unwrap();
        assert_eq!(take(&seats, "203.0.113.3").unwrap_err(), Full);
        let other = take(&seats, "203.0.114.3").unwrap().unwrap();
        drop(first);
        let third = take(&seats, "203.0.113.3").unwrap().unwrap();
        assert_eq!(take(&seats, "203.0.113.1").unwrap_err(), Full);
        drop((second, third, other));
        assert!(seats.taken().is_empty(), "networks without connections are forgotten");
    }

    #[test]
    fn fronts_may_have_any_number() {
        let seats = seats("10.0.0.0/8,fd00::/8");
        for address in ["10.0.0.1", "::ffff:10.0.0.1", "fd00::1"] {
            for _ in 0..10 {
                assert!(take(&seats, address).unwrap().is_none(), "{address}");
            }
        }
        assert!(seats.taken().is_empty());
    }
}
