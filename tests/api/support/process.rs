//! The program itself, in a process of its own.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::{self, JoinHandle};

const PROGRAM: &str = env!("CARGO_BIN_EXE_ezqr");

/// The outcome of a command.
pub(crate) fn ezqr(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().unwrap()
}

/// A server in a process of its own, on a new directory; killed when dropped.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Where it serves `/metrics`.
    pub(crate) metrics: SocketAddr,
    /// The first key.
    pub(crate) key: String,
    log: Option<JoinHandle<String>>,
}

impl Server {
    /// Starts `serve` with the finest log.
    pub(crate) fn start(directory: &Path) -> Self {
        let metrics = free_address();
        let mut child = Command::new(PROGRAM)
            .args(["serve", "--listen", "127.0.0.1:0", "--metrics-listen", &metrics.to_string(), "--data"])
            .arg(directory)
            .env("EZQR__TELEMETRY__LOG_LEVEL", "trace")
            .env("EZQR__TELEMETRY__LOG_FORMAT", "json")
            .env("EZQR__HTTP__DRAIN_NOTICE_SECONDS", "0")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let log = thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).unwrap();
            log
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let first = lines.next().expect("it starts");
        let address = first.split("http://").nth(1).and_then(|rest| rest.split(',').next());
        let address = address.expect("it says where it listens").parse().unwrap();
        let key = lines.find(|line| line.trim().starts_with("ezqr_")).expect("it shows the first key");
        let key = key.trim().to_owned();
        // The rest of the greeting is read too: a server whose greeting nobody takes ends.
        thread::spawn(move || lines.count());
        Self { child, address, metrics, key, log: Some(log) }
    }

    /// Asks it to end, waits until it has, and hands out its log.
    pub(crate) fn end(mut self) -> String {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        let ended = self.child.wait().unwrap();
        let log = self.log.take().unwrap().join().unwrap();
        assert!(ended.success(), "{ended}\n{log}");
        log
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address that nobody listens on. No client of the tests comes from this one, so it stays free.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.77.0.1:0").unwrap().local_addr().unwrap()
}
