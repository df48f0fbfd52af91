//! A server of its own, as a child process.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Duration;

use ezqr_schema::Clock;
use tempfile::TempDir;

use crate::client::PATIENCE;

/// The binary under test, with nothing of this process's settings.
pub(crate) fn ezqr(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ezqr"));
    command.env_clear().current_dir(directory).args(arguments);
    command
}

/// Runs a command to its end.
pub(crate) fn run(directory: &Path, arguments: &[&str]) -> Output {
    ezqr(directory, arguments).output().unwrap()
}

/// Runs a command that must succeed, and answers the JSON it writes.
pub(crate) fn run_json(directory: &Path, arguments: &[&str]) -> serde_json::Value {
    let output = run(directory, &[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A running server. It is killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
    /// What it printed, up to where it serves.
    pub(crate) greeting: String,
    /// What it printed behind that.
    lines: Receiver<String>,
}

impl Server {
    /// Starts on a free port, with its data in `directory`.
    pub(crate) fn start(directory: &Path) -> Self {
        Self::start_on("127.0.0.1:0", directory)
    }

    /// The same on this address.
    pub(crate) fn start_on(address: &str, directory: &Path) -> Self {
        let mut serve = ezqr(directory, &["serve", "--listen", address, "--metrics-listen", "off"]);
        Self::of(serve.stderr(Stdio::piped()), directory)
    }

    /// The same by a command that serves.
    pub(crate) fn of(serve: &mut Command, directory: &Path) -> Self {
        let mut child = serve.stdout(Stdio::piped()).spawn().unwrap();
        let lines = lines_of(child.stdout.take().unwrap());
        let Ok(first) = lines.recv_timeout(PATIENCE) else {
            let _ = child.kill();
            panic!("the server did not start: {}", child.stderr.take().map(read_all).unwrap_or_default());
        };
        let url = first.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
        let url = url.trim_end_matches(',').to_owned();
        let mut greeting = first;
        if !directory.join("greeted").exists() {
            // A first start goes on with the key and the three commands; the last fetches an image.
            while let Ok(line) = lines.recv_timeout(PATIENCE) {
                let is_last = line.contains("code.png");
                greeting.push('\n');
                greeting.push_str(&line);
                if is_last {
                    break;
                }
            }
            std::fs::write(directory.join("greeted"), "").unwrap();
        }
        Self { child, url, greeting, lines }
    }

    /// Kills it, and answers what it printed behind the greeting.
    pub(crate) fn rest(mut self) -> String {
        self.kill();
        self.lines.iter().collect()
    }

    /// The key a first start printed.
    pub(crate) fn first_key(&self) -> String {
        let key = self.greeting.split_whitespace().find(|word| word.starts_with("ezqr_production_"));
        key.expect("a first start prints a key").to_owned()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it at once (SIGKILL): nothing of it runs any more when this returns.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end (SIGTERM).
    pub(crate) fn terminate(&self) {
        self.signal("-TERM");
    }

    /// Sends a signal, such as `-HUP`.
    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for its end; answers its exit code and what it logged.
    pub(crate) fn wait(&mut self) -> (Option<i32>, String) {
        // Read meanwhile, so that it never waits for a reader.
        let log = self.child.stderr.take().map(|stderr| thread::spawn(|| read_all(stderr)));
        let clock = Clock::system();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(clock.monotonic() < PATIENCE, "the server does not end");
            thread::sleep(Duration::from_millis(10));
        };
        (status.code(), log.map(|log| log.join().unwrap()).unwrap_or_default())
    }
}

/// What a server prints, line by line.
fn lines_of(stdout: ChildStdout) -> Receiver<String> {
    let (sender, receiver) = sync_channel(64);
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            // Whoever waited has heard enough; the rest is read all the same, so that the server never waits.
            let _ = sender.try_send(line);
        }
    });
    receiver
}

fn read_all(mut stderr: ChildStderr) -> String {
    let mut text = String::new();
    stderr.read_to_string(&mut text).unwrap();
    text
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether suites are to do five times as much.
#[expect(clippy::disallowed_methods, reason = "the environment is how a test is told")]
pub(crate) fn is_long() -> bool {
    std::env::var("EZQR_TEST_LONG").is_ok_and(|long| long == "1")
}

/// A directory for a server's data.
pub(crate) fn directory() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A key without a limit, made by the command line beside the running server.
pub(crate) fn unlimited_key(directory: &Path) -> String {
    let create = ["key", "create", "--name", "load", "--requests-per-minute", "0"];
    let scopes = ["--scopes", "codes:read,codes:write,codes:delete,scans:read"];
    let key = run_json(directory, &[&create[..], &scopes].concat());
    key["secret"].as_str().unwrap().to_owned()
}
