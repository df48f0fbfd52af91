//! How connections begin and end: how many there may be, and how long each may be held.
//!
//! The framework bounds the first head of a connection and the time between two requests, and nothing else: not half a
//! second head, not a body that nobody reads, not an answer that nobody takes. So each accepted stream is wrapped
//! ([`stream`]) with one timer that sees all of them by reads and writes alone ([`watch`]).
//!
//! A request costs the watch one look at the clock and no lock; a connection costs it one timer.

mod bodies;
mod descriptors;
mod refusal;
mod seats;
mod server;
mod stream;
mod watch;

pub(crate) use self::descriptors::raise_limit;
pub(crate) use self::server::{Terms, serve};
