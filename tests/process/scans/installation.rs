//! A server with codes to follow, which is killed and started again on the same data.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::oracle::{Oracle, judge};
use crate::client::Client;
use crate::server::{Server, directory, ezqr, unlimited_key};

/// How often something is looked for, with [`PAUSE`] in between, until it is given up: after a start the journal is
/// read again first.
pub(crate) const TRIES: usize = 200;
pub(crate) const PAUSE: Duration = Duration::from_millis(100);

/// A code to follow.
#[derive(Clone, Debug)]
pub(crate) struct Followed {
    pub(crate) id: String,
    /// The path of its short link.
    pub(crate) path: String,
}

/// What a server is started with, and the server.
pub(crate) struct Installation {
    directory: TempDir,
    settings: Vec<(&'static str, String)>,
    metrics: SocketAddr,
    server: Server,
    key: String,
}

impl Installation {
    /// A new one, with a key without a limit. Counts are written into the store every second.
    pub(crate) fn start(settings: &[(&'static str, &str)]) -> Self {
        Self::start_in(directory(), settings)
    }

    /// The same, in a directory somebody prepared.
    pub(crate) fn start_in(directory: TempDir, settings: &[(&'static str, &str)]) -> Self {
        let mut all = vec![
            ("EZQR__HTTP__WORKERS", "2".to_owned()),
            ("EZQR__HTTP__DRAIN_NOTICE_SECONDS", "0".to_owned()),
            ("EZQR__SCANS__FLUSH_INTERVAL_SECONDS", "1".to_owned()),
        ];
        all.extend(settings.iter().map(|(name, value)| (*name, (*value).to_owned())));
        // Nobody connects from this address, so the port stays free.
        let metrics = TcpListener::bind("127.77.0.2:0").unwrap().local_addr().unwrap();
        let server = serve(directory.path(), &all, metrics);
        let key = unlimited_key(directory.path());
        let installation = Self { directory, settings: all, metrics, server, key };
        installation.client().wait_until_accepted();
        installation
    }

    pub(crate) fn url(&self) -> &str {
        &self.server.url
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&self.server.url, &self.key)
    }

    /// Where all of its files are.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Where it keeps its data.
    pub(crate) fn data(&self) -> PathBuf {
        data_of(self.directory.path())
    }

    /// All it logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(log_of(self.directory())).unwrap()
    }

    /// Kills the server at once.
    pub(crate) fn kill(&mut self) {
        self.server.kill();
    }

    /// Asks the server to end, and waits until it has.
    pub(crate) fn stop(&mut self) {
        self.server.terminate();
        let (code, _) = self.server.wait();
        assert_eq!(code, Some(0), "{}", self.log());
    }

    /// Starts another on the same data, when there is none any more.
    pub(crate) fn start_again(&mut self) {
        self.server = serve(self.directory.path(), &self.settings, self.metrics);
        self.client().wait_until_accepted();
    }

    /// Starts one and kills it so long after it began to serve.
    pub(crate) fn serve_and_kill(&mut self, after: Duration) {
        self.server = serve(self.directory.path(), &self.settings, self.metrics);
        std::thread::sleep(after);
        self.server.kill();
    }

    /// Starts one and kills it after so long, however far it has come.
    pub(crate) fn start_and_kill(&mut self, after: Duration) {
        let mut child = command(self.directory.path(), &self.settings, self.metrics)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(after);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Mints so many codes with this tag.
    pub(crate) fn mint(&self, count: usize, tag: &str) -> Vec<Followed> {
        let item =
            json!({"content_type": "url", "content": "https://example.com/", "dynamic": true, "tags": [tag]});
        let mut codes = Vec::new();
        while codes.len() < count {
            let items = vec![item.clone(); (count - codes.len()).min(100)];
            let answer = self.client().post("/api/v1/qr-codes/batch", &json!(items)).unwrap();
            assert_eq!(answer.status, 201, "{:?}", answer.body);
            codes.extend(answer.body["data"].as_array().unwrap().iter().map(|item| followed(&item["code"])));
        }
        codes
    }

    /// The report on one code.
    pub(crate) fn report(&self, code: &Followed, query: &str) -> Value {
        let answer = self.client().get(&format!("/api/v1/qr-codes/{}/scans{query}", code.id)).unwrap();
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        answer.body
    }

    /// How often the codes with this tag were followed, by their ids.
    pub(crate) fn scan_counts(&self, tag: &str) -> HashMap<String, u64> {
        let codes = self.client().list_all_of(&format!("tag={tag}&include=scan_count&limit=100"));
        let count =
            |code: &Value| (code["id"].as_str().unwrap().to_owned(), code["scan_count"].as_u64().unwrap());
        codes.iter().map(count).collect()
    }

    /// Waits until the codes with this tag are counted as they should be.
    pub(crate) fn expect(&self, oracle: &Oracle, tag: &str) {
        let mut faults = Vec::new();
        for _ in 0..TRIES {
            faults = judge(oracle, &self.scan_counts(tag));
            if faults.is_empty() {
                return;
            }
            std::thread::sleep(PAUSE);
        }
        faults.truncate(5);
        panic!("{tag}: {faults:#?}");
    }

    /// The sum of all series of a metric.
    pub(crate) fn metric(&self, name: &str) -> f64 {
        let text = ureq::get(format!("http://{}/metrics", self.metrics)).call().unwrap();
        let text = text.into_body().read_to_string().unwrap();
        let of_name = |line: &&str| {
            line.strip_prefix(name).is_some_and(|rest| rest.starts_with('{') || rest.starts_with(' '))
        };
        text.lines()
            .filter(of_name)
            .map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap())
            .sum()
    }
}

fn followed(code: &Value) -> Followed {
    let link = code["short_link"].as_str().unwrap();
    let path = format!("/{}", link.rsplit('/').next().unwrap());
    Followed { id: code["id"].as_str().unwrap().to_owned(), path }
}

/// Where a server started in `directory` keeps its data.
pub(crate) fn data_of(directory: &Path) -> PathBuf {
    directory.join("ezqr-data")
}

fn log_of(directory: &Path) -> PathBuf {
    directory.join("log")
}

fn serve(directory: &Path, settings: &[(&'static str, String)], metrics: SocketAddr) -> Server {
    Server::of(&mut command(directory, settings, metrics), directory)
}

fn command(
    directory: &Path,
    settings: &[(&'static str, String)],
    metrics: SocketAddr,
) -> std::process::Command {
    let metrics = metrics.to_string();
    let mut command = ezqr(directory, &["serve", "--listen", "127.0.0.1:0", "--metrics-listen", &metrics]);
    let log = OpenOptions::new().create(true).append(true).open(log_of(directory)).unwrap();
    command.envs(settings.iter().map(|(name, value)| (*name, value))).stderr(log);
    command
}
