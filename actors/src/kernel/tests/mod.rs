//! The kernel as its users see it.

mod fixture;
mod liveness;
mod metrics;
mod queue;
mod restarts;
mod stop;
mod timers;
