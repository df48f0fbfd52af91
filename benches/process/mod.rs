//! What the process has used so far, by Linux, and what to compare it with.

#![expect(clippy::unwrap_used, reason = "what fails ends the bench")]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

/// CPU time of all threads that live, which are all that matter here.
#[allow(dead_code, reason = "not every bench asks")]
pub(crate) fn cpu() -> Duration {
    threads("self").into_iter().map(|(_, time)| time).sum()
}

/// The threads of a process that live: their names and CPU times. The first field is in nanoseconds.
pub(crate) fn threads(process: &str) -> Vec<(String, Duration)> {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let thread = |path: PathBuf| {
        let read = |file| std::fs::read_to_string(path.join(file)).unwrap();
        let time = Duration::from_nanos(read("schedstat").split(' ').next().unwrap().parse().unwrap());
        (read("comm"), time)
    };
    tasks.map(|task| thread(task.unwrap().path())).collect()
}

/// Resident memory, in bytes. Linux counts it in pages, of 4 KiB on the machines the figures are of.
#[allow(dead_code, reason = "not every bench asks")]
pub(crate) fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4_096
}

/// A fixed piece of work, to tell a slow machine from a slow store: a million numbers sorted.
#[allow(dead_code, reason = "not every bench asks")]
pub(crate) fn yardstick() -> usize {
    let mut numbers: Vec<u64> =
        (0..1_000_000_u64).map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
    numbers.sort_unstable();
    black_box(numbers);
    1
}
