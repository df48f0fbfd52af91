//! The nodes of the store, to be killed and paused.

use std::env;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::installation::{Installation, installation};

/// The cluster, to one test at a time.
pub(crate) struct Cluster {
    server: String,
    pub(crate) installation: &'static Installation,
    _alone: MutexGuard<'static, ()>,
}

/// A node of the store: 1 to 3.
pub(crate) const NODES: [u8; 3] = [1, 2, 3];

/// The cluster.
#[allow(clippy::disallowed_methods, reason = "the environment is how a test is told of its store")]
pub(crate) fn cluster() -> Cluster {
    static ALONE: Mutex<()> = Mutex::new(());
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let nodes = env::var("EZQR_TEST_CQL").expect("EZQR_TEST_CQL names three nodes");
    assert_eq!(nodes.split(',').count(), NODES.len(), "EZQR_TEST_CQL names three nodes");
    let server = env::var("EZQR_TEST_CQL_SERVER").expect("EZQR_TEST_CQL_SERVER kills and pauses nodes");
    let cluster = Cluster { server, installation: installation(), _alone: alone };
    cluster.heal();
    cluster
}

/// How many times as long as usual.
#[allow(clippy::disallowed_methods, reason = "the environment is how a test is told of its length")]
pub(crate) fn length() -> u32 {
    if env::var("EZQR_TEST_LONG").is_ok_and(|long| long == "1") { 10 } else { 1 }
}

impl Cluster {
    fn order(&self, command: &str, node: u8) -> bool {
        let output = Command::new(&self.server).args([command, &node.to_string()]).output().unwrap();
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        println!("{command} {node}: {}", said.trim());
        output.status.success()
    }

    /// SIGKILL.
    pub(crate) fn kill(&self, node: u8) {
        assert!(self.order("kill", node));
    }

    /// Boots a killed node and waits until it serves.
    pub(crate) fn start(&self, node: u8) {
        assert!(self.order("start", node));
    }

    /// SIGSTOP: its connections stay, and it answers nothing.
    pub(crate) fn pause(&self, node: u8) {
        assert!(self.order("pause", node));
    }

    /// SIGCONT.
    pub(crate) fn resume(&self, node: u8) {
        assert!(self.order("resume", node));
    }

    /// Kills and pauses one node after the other, never two at once, over and over for `rounds`.
    pub(crate) fn harass(&self, rounds: u32) {
        for round in 0..rounds {
            for node in NODES {
                if (round + u32::from(node)) % 2 == 0 {
                    self.kill(node);
                    thread::sleep(Duration::from_secs(4));
                    self.start(node);
                } else {
                    self.pause(node);
                    thread::sleep(Duration::from_secs(6));
                    self.resume(node);
                }
                // The others replay what it missed; until then it is one fault, not two.
                thread::sleep(Duration::from_secs(3));
            }
        }
    }

    /// Whatever a test left behind: all nodes serve again.
    fn heal(&self) {
        for node in NODES {
            let status = Command::new(&self.server).args(["status"]).output().unwrap();
            if status.status.success() {
                return;
            }
            self.order("resume", node);
            self.order("start", node);
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.heal();
    }
}
