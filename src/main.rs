//! The `ezqr` command.
fn main() {}
