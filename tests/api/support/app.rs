//! The server in this process, on a port and in a directory of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use ezqr::boot::{Application, BootError};
use ezqr::config::{Config, Layers};
use ezqr_schema::{Clock, InstallationSecret, ManualClock, Timestamp};
use ezqr_store::OpenError;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::{Client, ezqr};

/// When every server under test starts, 2100-05-04T03:02:01Z: snapshots hold it, and what the command line
/// does by the machine's clock lies in its past.
const NOW: i64 = 4_113_082_921_000;

/// A server that runs until it is dropped, by a clock that moves only when told to.
///
/// Dropping it fails the test when an actor crashed or a request was answered with an internal error.
pub(crate) struct TestApp {
    /// Sends the first key, which may do everything.
    pub(crate) api: Client,
    /// Sends no key.
    pub(crate) visitor: Client,
    /// The server's time.
    pub(crate) clock: ManualClock,
    /// The first key.
    pub(crate) key: String,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    running: Option<Running>,
    directory: TempDir,
}

struct Running {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<Result<(), BootError>>,
}

/// What a server tells when it listens.
type Started = Result<(SocketAddr, Option<String>), BootError>;

impl TestApp {
    /// The server with default settings.
    pub(crate) fn spawn() -> Self {
        Self::with(&[])
    }

    /// The server with some settings, such as `("http.body_limit_bytes", "1024")`.
    pub(crate) fn with(settings: &[(&str, &str)]) -> Self {
        Self::starting_at(Timestamp::from_millis(NOW).unwrap(), settings)
    }

    /// The same, by a clock that says `now`.
    pub(crate) fn starting_at(now: Timestamp, settings: &[(&str, &str)]) -> Self {
        let directory = TempDir::new().unwrap();
        let clock = ManualClock::starting_at(now);
        let (address, first_key, running) = start(directory.path(), settings, clock.clock()).unwrap();
        let key = first_key.expect("a new directory gets a first key");
        let (api, visitor) = (Client::new(address, Some(&key)), Client::new(address, None));
        Self { api, visitor, clock, key, address, running: Some(running), directory }
    }

    /// The same directory served by a new process, with other settings.
    pub(crate) fn restarted(mut self, settings: &[(&str, &str)]) -> Self {
        self.stop().unwrap();
        let (address, first_key, running) = self.start_again(settings);
        assert_eq!(first_key, None, "a second start shows no key");
        self.address = address;
        (self.api, self.visitor) = (Client::new(address, Some(&self.key)), Client::new(address, None));
        self.running = Some(running);
        self
    }

    /// The framework's workers, which are threads of this very process, let go of the directory a moment
    /// after their server has ended.
    fn start_again(&self, settings: &[(&str, &str)]) -> (SocketAddr, Option<String>, Running) {
        for _ in 0..200 {
            match start(self.directory.path(), settings, self.clock.clock()) {
                Err(BootError::Open(OpenError::Locked { .. })) => thread::sleep(Duration::from_millis(50)),
                started => return started.unwrap(),
            }
        }
        panic!("the directory stayed locked");
    }

    /// Why a second server on the same directory does not start.
    pub(crate) fn second_on_the_same_directory(&self) -> BootError {
        match start(self.directory.path(), &[], self.clock.clock()) {
            Ok((address, ..)) => panic!("a second server listens on {address}"),
            Err(error) => error,
        }
    }

    /// The data directory.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A client that sends `key`.
    pub(crate) fn client(&self, key: &str) -> Client {
        Client::new(self.address, Some(key))
    }

    /// What a command of the command line answers, beside the server.
    pub(crate) fn cli(&self, arguments: &[&str]) -> Value {
        let directory = self.directory.path().to_str().unwrap();
        let output = ezqr(&[&["--json", "--data", directory], arguments].concat());
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// A new key of account `default`, made with the options of `key create`. The server knows it after
    /// [`TestApp::settle`].
    pub(crate) fn make_key(&self, options: &[&str]) -> String {
        let made = self.cli(&[&["key", "create", "--name", "made by a test"], options].concat());
        made["secret"].as_str().unwrap().to_owned()
    }

    /// Waits until the server has noticed all that the command line did so far.
    pub(crate) fn settle(&self) {
        self.settle_as("default");
    }

    /// The same by a key of `account`, for when `default` is suspended.
    pub(crate) fn settle_as(&self, account: &str) {
        // A key made last is read with, or after, everything before it.
        let last = self.client(&self.make_key(&["--environment", "settled", "--account", account]));
        for _ in 0..50 {
            if last.get("/api/v1/qr-codes").send().status == 200 {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
        panic!("the server did not notice a new key");
    }

    /// The generated short code of a code: a record with an alias, or of a static code, does not show it.
    pub(crate) fn generated_code_of(&self, record: &Value) -> String {
        let query = "SELECT secret FROM installation";
        let secret: Vec<u8> = self.database().query_row(query, [], |row| row.get(0)).unwrap();
        let secret = InstallationSecret::from_bytes(secret.try_into().unwrap());
        let id = record["id"].as_str().unwrap().parse().unwrap();
        secret.short_codes().print(secret.code_ids().sequence(id).unwrap()).to_string()
    }

    /// How many codes and aliases are stored.
    pub(crate) fn stored(&self) -> (i64, i64) {
        let database = self.database();
        let count = |table: &str| {
            database.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
        };
        (count("codes"), count("aliases"))
    }

    fn database(&self) -> Connection {
        let path = self.directory.path().join("ezqr.db");
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
    }

    /// Puts a text that no metadata are into the row of the code with this record, which cannot be read then.
    pub(crate) fn spoil(&self, record: &Value) {
        let id: uuid::Uuid = record["id"].as_str().unwrap().parse().unwrap();
        let database = Connection::open(self.directory.path().join("ezqr.db")).unwrap();
        let sql = "UPDATE codes SET metadata = '[1,' WHERE id = ?";
        assert_eq!(database.execute(sql, [id.as_bytes()]), Ok(1));
    }

    /// Mints codes on so many pages, two of which are never on the same.
    pub(crate) fn open_pages(&self, pages: usize) {
        let unlimited = self.client(&self.make_key(&["--requests-per-minute", "0"]));
        self.settle();
        let batch = vec![json!({ "content_type": "text", "content": "a" }); 65];
        for _ in 0..pages {
            assert_eq!(unlimited.post("/api/v1/qr-codes/batch", &batch.clone().into()).status, 201);
        }
    }

    /// Fails when anything was minted.
    pub(crate) fn assert_nothing_written(&self) {
        assert_eq!(self.stored(), (0, 0));
        assert_eq!(self.api.list("").0.len(), 0);
    }

    fn stop(&mut self) -> Result<(), BootError> {
        let Some(Running { stop, thread }) = self.running.take() else { return Ok(()) };
        let _ = stop.send(());
        thread.join().expect("the server does not panic")
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = self.stop();
            return;
        }
        let health = self.visitor.get("/readyz").send().json();
        self.stop().unwrap();
        assert_eq!(health["status"], "ready", "{health:#}");
        for actor in health["actors"].as_array().unwrap() {
            assert_eq!((&actor["panics"], &actor["restarts"]), (&0.into(), &0.into()), "{health:#}");
        }
        assert!(!self.api.saw_internal() && !self.visitor.saw_internal(), "an internal error was answered");
    }
}

fn start(
    directory: &Path,
    settings: &[(&str, &str)],
    clock: Clock,
) -> Result<(SocketAddr, Option<String>, Running), BootError> {
    let config = config(directory, settings);
    let (stop, stopped) = oneshot::channel();
    let (started, receiver) = sync_channel(1);
    let thread = thread::Builder::new()
        .name("server".to_owned())
        .spawn(move || actix_web::rt::System::new().block_on(serve(config, clock, started, stopped)))
        .unwrap();
    let (address, first_key) = receiver.recv().unwrap()?;
    Ok((address, first_key, Running { stop, thread }))
}

async fn serve(
    config: Config,
    clock: Clock,
    started: SyncSender<Started>,
    stopped: oneshot::Receiver<()>,
) -> Result<(), BootError> {
    match Application::build(&config, clock).await {
        Ok(application) => {
            let first_key = application.first_key().map(|key| key.reveal().to_owned());
            started.send(Ok((application.address(), first_key))).unwrap();
            application
                .run_until(async {
                    let _ = stopped.await;
                })
                .await
        }
        Err(error) => {
            started.send(Err(error)).unwrap();
            Ok(())
        }
    }
}

fn config(directory: &Path, settings: &[(&str, &str)]) -> Config {
    let small = [
        ("http.listen", "127.0.0.1:0"),
        ("http.workers", "2"),
        // All clients of a test come from one network, and the limit on open files may be low.
        ("http.network_share_percent", "100"),
        ("http.drain_notice_seconds", "0"),
        ("http.drain_seconds", "1"),
        ("limits.cached_links", "1000"),
        ("rendering.threads", "1"),
        ("store.data_directory", directory.to_str().unwrap()),
    ];
    let variable = |(key, value): &(&str, &str)| {
        (format!("EZQR__{}", key.replace('.', "__").to_ascii_uppercase()), (*value).to_owned())
    };
    let environment = small.iter().chain(settings).map(variable).collect();
    Layers::of(None, environment, Vec::new()).unwrap().check().unwrap()
}
