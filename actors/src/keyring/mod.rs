//! Who may use the service: accounts and API keys.
//!
//! [`KeyRing`] owns them. API requests ask it to authenticate; the public routes, which carry no key, read
//! what it publishes ([`AccountView`]). It reads the store whole, at its start, after a panic, and when
//! another process changed the store: the command line works beside a running server.

mod actor;
mod authenticate;
mod handle;
mod view;

pub use actor::{KeyRing, KeyRingSeed};
pub use authenticate::{AuthenticateError, Principal};
pub use handle::KeyRingHandle;
pub use view::AccountView;
