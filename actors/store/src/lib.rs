//! Persistence of ezqr: the traits, their stores and the contract suite.
//!
//! A store is chosen once, at the start, and dispatched statically through [`Store`]. Who calls it knows
//! the traits alone: their rules stand in prose beside them, and one contract suite (feature `testkit`)
//! holds every store to them. This crate knows no actor and no HTTP.

#![forbid(unsafe_code)]
#![expect(
    async_fn_in_trait,
    reason = "stores are dispatched statically, so whether a future may change threads shows from the store"
)]

mod account_store;
mod code_store;
#[cfg(any(test, feature = "testkit"))]
pub mod contract;
mod embedded;
mod error;
mod installation_store;
mod lease_mark;
mod listing;
mod mark;
mod scan_store;
mod scylla;
mod store;
mod stored;
mod stored_scans;
mod unreadable;

pub use account_store::{AccountStore, KeyStore};
pub use code_store::{
    Change, CodeStore, Deletion, IdempotencyRecord, Leases, Mint, MintRecord, PageOrder, PagePosition, Sent,
    StoredCode,
};
pub use embedded::{EmbeddedOptions, EmbeddedStore, Finding, OpenError, Reserve, Taken};
pub use error::{
    AccountError, ChangeError, KeyError, LeaseError, MintError, ReadError, Unavailable, WriteError,
};
pub use installation_store::{Changes, Founding, Installation, InstallationStore};
pub use lease_mark::LeaseMark;
pub use listing::{ListBudget, ListRequest, Listing, list};
pub use mark::{Mark, MarkError, MarkFile};
pub use scan_store::{
    DUE_PARTITIONS, DayRow, MonthRow, NotWritten, Quarter, ScanStore, UniqueRow, WindowRow,
};
pub use scylla::{
    Advance, ClockOff, ConnectError, Credentials, FullAt, ScyllaOptions, ScyllaStore, SharedBuckets, TlsError,
};
pub use store::{Store, StoreHealth};
