//! Costs of the embedded store.

fn main() {}
