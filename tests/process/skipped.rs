//! What a test says when the machine lacks what it needs.

use std::io::Write as _;

/// Says that a test is skipped, past the test harness, which would keep it to itself. Where `CI` is set, nothing
/// may be skipped: there it fails.
#[allow(clippy::disallowed_methods, reason = "tests have no configuration to ask")]
pub(crate) fn skip(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{why}");
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}
