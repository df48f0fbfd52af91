//! How many files the process may open, which connections come out of.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What is left to the store, the journals, the log and the metrics, for the process and for each worker.
const RESERVE: u64 = 256;
const RESERVE_PER_WORKER: u64 = 16;

/// Raises the soft limit on open files to the hard one: it is low for the sake of programs that use `select(2)`.
pub(crate) fn raise_limit() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current == maximum {
        return;
    }
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        tracing::warn!(%error, current, maximum, "cannot raise the limit on open files");
    }
}

/// Open connections of each of `workers` workers: `asked`, or as many as there are descriptors for.
pub(crate) fn connections_per_worker(asked: usize, workers: usize) -> usize {
    let limit = getrlimit(Resource::Nofile).current;
    limit.map_or(asked, |limit| within(limit, workers)).min(asked)
}

/// Connections of each worker where so many files may be open: half of them at least, whatever the reserve.
fn within(limit: u64, workers: usize) -> usize {
    let workers = u64::try_from(workers).unwrap_or(u64::MAX).max(1);
    let reserve = RESERVE.saturating_add(RESERVE_PER_WORKER.saturating_mul(workers));
    let all = limit.saturating_sub(reserve).max(limit / 2);
    usize::try_from(all / workers).unwrap_or(usize::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn the_reserve_comes_first_and_half_is_for_connections() {
        assert_eq!(within(1_024, 2), (1_024 - 256 - 32) / 2);
        assert_eq!(within(200, 2), 50);
        assert_eq!(within(65_536, 4), (65_536 - 256 - 64) / 4);
        assert_eq!(within(0, 8), 1);
        assert_eq!(within(u64::MAX, 1), usize::try_from(u64::MAX - 272).unwrap());
    }
}
