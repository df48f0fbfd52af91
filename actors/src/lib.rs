//! Every piece of mutable state has one owner here, a supervised actor behind a typed handle.

pub mod kernel;
