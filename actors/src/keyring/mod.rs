//! Who may use the service: accounts and API keys.
//!
//! [`KeyRing`] owns them. API requests ask it to authenticate; the public routes, which carry no key, read
//! what it publishes ([`AccountView`]). It reads the store whole, at its start, after a panic, and when
//! another process changed the store: the command line works beside a running server. While a shared store is away
//! it goes on with what it last read, after a panic too.

mod actor;
mod authenticate;
mod handle;
mod view;

pub use actor::{KeyRing, KeyRingSeed, LastKnown};
pub use authenticate::{AuthenticateError, Principal};
pub use handle::KeyRingHandle;
pub use view::AccountView;
