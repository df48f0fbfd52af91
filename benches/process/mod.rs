//! What the process has used so far, by Linux, and what to compare it with.

#![expect(clippy::unwrap_used, reason = "what fails ends the bench")]

use std::hint::black_box;
use std::time::Duration;

/// CPU time of all threads that live, which are all that matter here. The first field is in nanoseconds.
pub(crate) fn cpu() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    threads
        .map(|thread| {
            let schedstat = std::fs::read_to_string(thread.unwrap().path().join("schedstat")).unwrap();
            Duration::from_nanos(schedstat.split(' ').next().unwrap().parse().unwrap())
        })
        .sum()
}

/// Resident memory, in bytes. Linux counts it in pages, of 4 KiB on the machines the figures are of.
#[allow(dead_code, reason = "not every bench asks")]
pub(crate) fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4_096
}

/// A fixed piece of work, to tell a slow machine from a slow store: a million numbers sorted.
pub(crate) fn yardstick() -> usize {
    let mut numbers: Vec<u64> =
        (0..1_000_000_u64).map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
    numbers.sort_unstable();
    black_box(numbers);
    1
}
