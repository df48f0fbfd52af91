//! How many requests a caller may make.
//!
//! [`Limiter`] owns a bucket per API key and, for requests without a valid key, one per client network.
//! Of one process nothing is stored: a restart of the process or of the actor fills every bucket, which admits
//! at most one bucket more per caller and can happen only as often as the restart budget allows.
//!
//! Where several nodes serve one installation, the buckets of keys lie in the store and are shared; those of
//! networks stay with each node. A node leases tokens of a shared bucket a few at a time, by one conditional
//! write. It gives out no token that it did not lease, so together the nodes admit no more than one bucket
//! holds; tokens that are leased and not given out are lost, so they may admit fewer: at most one lease of
//! each node. A restart loses what was leased and fills nothing.
//!
//! This holds while the wall clock of each node is off by 20 s at most: about as many tokens more or fewer are
//! admitted as a bucket refills in the time by which the clocks differ. An instant that no such clock can have
//! written, more than 100 s ahead, is not believed: the next lease begins with a full bucket. So a node whose
//! clock is far ahead may admit, and let the others admit, a bucket more for each time they take turns, but
//! does not have callers refused.

mod actor;
mod bucket;
mod handle;
mod leased;
mod network;
mod refused;
mod shared;
mod table;

pub use actor::{Limiter, LimiterSeed};
pub use bucket::Standing;
pub use handle::LimiterHandle;
pub use network::Network;
pub use refused::TakeRefused;
pub use table::Caller;
