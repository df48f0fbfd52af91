//! One ezqr process of several on one store.
#![allow(dead_code, reason = "each suite uses its part")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::client::Client;
use crate::installation::ezqr;

/// An address that nobody listens on. No client of the tests comes from this one, so it stays free.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.77.0.1:0").unwrap().local_addr().unwrap()
}

/// A data directory that no node had before.
pub(crate) fn new_data() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    format!("node-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Where nodes read of a visitor's country.
pub(crate) const COUNTRY_HEADER: &str = "X-Country";

/// A running process. It is killed when dropped.
pub(crate) struct Node {
    child: Child,
    pub(crate) url: String,
    stdout: Option<BufReader<ChildStdout>>,
    /// What it logs is read all the time, so that it never waits for a reader.
    log: Option<JoinHandle<String>>,
}

impl Node {
    /// Starts on a free port with nothing of its own yet, and waits until it serves.
    pub(crate) fn start(directory: &Path, store: &str) -> Self {
        Self::start_with(directory, &new_data(), store)
    }

    /// The same with the data directory `data`, which one node has at a time: what one that was killed left
    /// there is its own.
    pub(crate) fn start_with(directory: &Path, data: &str, store: &str) -> Self {
        let mut node = Self::launch_with(directory, data, store);
        node.wait_until_it_serves();
        node
    }

    /// Starts on a free port with nothing of its own yet, whether it can serve by now or not.
    pub(crate) fn launch(directory: &Path, store: &str) -> Self {
        Self::launch_with(directory, &new_data(), store)
    }

    /// The same with the data directory `data`. All nodes say that they are reached under one name, as behind a
    /// balancer, and believe what this machine tells of clients.
    fn launch_with(directory: &Path, data: &str, store: &str) -> Self {
        let address = free_address();
        let mut child = ezqr(directory)
            .args(["serve", "--listen", &address.to_string(), "--metrics-listen", "off", "--store", store])
            .args(["--link-url", "https://r.example.com", "--public-url", "https://api.example.com"])
            .env("EZQR__HTTP__DRAIN_NOTICE_SECONDS", "0")
            .env("EZQR__HTTP__TRUSTED_NETWORKS", "127.0.0.0/8")
            .env("EZQR__HTTP__COUNTRY_HEADER", COUNTRY_HEADER)
            .env("EZQR__STORE__DATA_DIRECTORY", data)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let log = thread::spawn(move || {
            let mut log = String::new();
            let _ = stderr.read_to_string(&mut log);
            log
        });
        let stdout = child.stdout.take().map(BufReader::new);
        Self { child, url: format!("http://{address}"), stdout, log: Some(log) }
    }

    fn wait_until_it_serves(&mut self) {
        let stdout = self.stdout.take().unwrap();
        let (serves, told) = sync_channel(1);
        // Whatever else it prints is read to its end, for the same reason as the log.
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if line.starts_with("ezqr serves ") {
                    let _ = serves.try_send(());
                }
            }
        });
        if told.recv_timeout(Duration::from_secs(180)).is_err() {
            let _ = self.child.kill();
            let _ = self.child.wait();
            panic!("the node did not start: {}", self.log.take().unwrap().join().unwrap());
        }
    }

    /// A client of it.
    pub(crate) fn client(&self, key: &str) -> Client {
        Client::new(&self.url, key)
    }

    /// Kills it at once (SIGKILL): nothing of it runs any more when this returns.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end (SIGTERM) and waits; answers its exit code and what it logged.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        let ended = self.child.wait().unwrap();
        (ended.code(), self.log.take().unwrap().join().unwrap())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking()
            && let Some(Ok(log)) = self.log.take().map(JoinHandle::join)
        {
            eprintln!("the log of {}:\n{log}", self.url);
        }
    }
}
