//! How the process is asked to end.

use std::{fs, io};

use actix_web::rt::signal::unix::{Signal, SignalKind, signal};
use futures_util::future::select_all;

/// SIGTERM, SIGINT and SIGHUP, listened for from the first moment on.
pub(super) struct Signals(Vec<Signal>);

impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        let mut kinds = vec![SignalKind::terminate(), SignalKind::interrupt()];
        if !is_hangup_ignored() {
            kinds.push(SignalKind::hangup());
        }
        Ok(Self(kinds.into_iter().map(signal).collect::<io::Result<_>>()?))
    }

    /// Waits for the next of them.
    pub(super) async fn received(&mut self) {
        select_all(self.0.iter_mut().map(|signal| Box::pin(signal.recv()))).await;
    }
}

/// Whether whoever started the process said that it shall outlive its terminal, as `nohup` does: that is inherited, and to
/// listen would undo it. Where it cannot be read, nobody did.
fn is_hangup_ignored() -> bool {
    fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores_hangup(&status))
}

/// By the mask of ignored signals (proc(5)): the first bit is that of the first signal, which SIGHUP is.
fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::ignores_hangup;

    #[test]
    fn the_mask_says_whether_a_hangup_is_ignored() {
        assert!(ignores_hangup("Name:\tezqr\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000000000\n"));
        assert!(!ignores_hangup("Name:\tezqr\nSigIgn:\t0000000000001000\nSigCgt:\t0000000000000001\n"));
        assert!(!ignores_hangup(""));
    }
}
