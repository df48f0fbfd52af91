//! What counting costs a redirect: `cargo bench --bench counting`. Figures and their meaning: `README.md` here.
//!
//! Two servers that differ in `scans.count` alone take the same redirects in turn. What is compared is CPU time
//! of their threads, by Linux: of the worker, which a visitor waits for, and of all.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a bench"
)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

mod http;
mod process;
mod visits;

use http::{call, get, post};
use process::threads;
use visits::{AGENTS, NETWORKS, REFERRERS, Random, Zipf};

/// Interleaved measurements of both servers.
const PAIRS: usize = 5;
const CODES: usize = 100_000;
/// Redirects of one measurement.
const REDIRECTS: usize = 400_000;
/// Redirects a client asks for before it reads the answers.
const IN_A_ROW: usize = 16;
const CLIENTS: usize = 4;

fn main() {
    let [on, off] = [true, false].map(Server::start);
    let requests = [&on, &off].map(|server| requests(&server.mint()));
    for (server, requests) in [(&on, &requests[0]), (&off, &requests[1])] {
        server.redirect(requests);
    }
    println!(
        "{:>6} {:>12} {:>12} {:>12} {:>12} {:>12}",
        "pair", "worker on", "worker off", "all on", "all off", "ns"
    );
    let mut differences = [Vec::new(), Vec::new()];
    for pair in 0..PAIRS {
        let with = on.redirect(&requests[0]);
        let without = off.redirect(&requests[1]);
        differences[0].push(with.worker - without.worker);
        differences[1].push(with.all - without.all);
        println!(
            "{pair:>6} {:>12.0} {:>12.0} {:>12.0} {:>12.0}",
            with.worker, without.worker, with.all, without.all
        );
    }
    for (what, mut differences) in ["worker", "all threads"].into_iter().zip(differences) {
        differences.sort_by(f64::total_cmp);
        println!(
            "counting costs {:.0} ns CPU a redirect, {what} (median of {PAIRS} pairs)",
            differences[PAIRS / 2]
        );
    }
}

/// CPU of one redirect, in nanoseconds.
struct Cost {
    worker: f64,
    all: f64,
}

struct Server {
    process: Child,
    address: SocketAddr,
    key: String,
    _directory: tempfile::TempDir,
}

impl Server {
    fn start(counts: bool) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let settings = directory.path().join("ezqr.toml");
        let text = format!(
            "[http]\nlisten = \"127.0.0.1:0\"\nworkers = 1\ntrusted_networks = [\"127.0.0.0/8\"]\n[scans]\ncount = {counts}\n\
             [limits]\ncached_links = 200000\n[telemetry]\nmetrics_listen = \"off\"\n"
        );
        fs::write(&settings, text).unwrap();
        let data = directory.path().join("data");
        let ezqr = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_ezqr"));
            command.arg("--config").arg(&settings).arg("--data").arg(&data).args(arguments);
            command
        };
        let mut process = ezqr(&["serve"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut greeting = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut greeting).unwrap();
        let address = greeting.split("http://").nth(1).unwrap().split(',').next().unwrap().parse().unwrap();
        let create = ["key", "create", "--name", "bench", "--requests-per-minute", "0", "--json"];
        let made = ezqr(&create).output().unwrap();
        let made: Value = serde_json::from_slice(&made.stdout).unwrap();
        let key = made["secret"].as_str().unwrap().to_owned();
        let server = Self { process, address, key, _directory: directory };
        while call(server.address, &get(&server.key, "/api/v1/qr-codes?limit=1")).0 != 200 {
            thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// Mints all codes; their short codes.
    fn mint(&self) -> Vec<String> {
        let item = json!({"content_type": "url", "content": "https://example.com/", "dynamic": true});
        let request = post(&self.key, "/api/v1/qr-codes/batch", &Value::Array(vec![item; 100]));
        let mut connection = http::Connection::to(self.address);
        let batches = (0..CODES / 100).flat_map(|_| {
            let (status, body) = connection.call(&request);
            assert_eq!(status, 201);
            let answer: Value = serde_json::from_slice(&body).unwrap();
            let short = |item: &Value| item["code"]["short_code"].as_str().unwrap().to_owned();
            answer["data"].as_array().unwrap().iter().map(short).collect::<Vec<_>>()
        });
        batches.collect()
    }

    /// Follows links, and tells what that cost.
    fn redirect(&self, requests: &[Vec<u8>]) -> Cost {
        let before = self.cpu();
        thread::scope(|scope| {
            for part in requests.chunks(requests.len() / CLIENTS) {
                scope.spawn(move || follow(self.address, part));
            }
        });
        // What is counted is added up and written a little later.
        thread::sleep(Duration::from_secs(1));
        let after = self.cpu();
        let each = |before: f64, after: f64| (after - before) / REDIRECTS as f64;
        Cost { worker: each(before.0, after.0), all: each(before.1, after.1) }
    }

    /// CPU time of the worker and of all threads, in nanoseconds.
    fn cpu(&self) -> (f64, f64) {
        let (mut worker, mut all) = (0.0, 0.0);
        for (name, time) in threads(&self.process.id().to_string()) {
            let time = time.as_secs_f64() * 1e9;
            all += time;
            if name.starts_with("actix-rt|system") || name.contains("arbiter") {
                worker += time;
            }
        }
        (worker, all)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// Asks for many redirects on one connection, some at a time.
fn follow(address: SocketAddr, requests: &[Vec<u8>]) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut buffer = vec![0; 64 << 10];
    for row in requests.chunks(IN_A_ROW) {
        stream.write_all(&row.concat()).unwrap();
        let (mut answered, mut tail) = (0, 0_usize);
        while answered < row.len() {
            let read = stream.read(&mut buffer[tail..]).unwrap();
            assert!(read > 0);
            let end = tail + read;
            answered += buffer[..end].windows(4).filter(|bytes| *bytes == b"\r\n\r\n").count();
            // The end of an answer may be cut; what was looked at as a whole is not looked at again.
            let kept = if buffer[..end].ends_with(b"\r\n\r\n") { 0 } else { end.min(3) };
            buffer.copy_within(end - kept..end, 0);
            tail = kept;
        }
    }
}

/// The redirects of one measurement: few codes, agents, referrers and networks are frequent (Zipf).
fn requests(short_codes: &[String]) -> Vec<Vec<u8>> {
    let mut random = Random(1);
    let ranks = [CODES, AGENTS, REFERRERS, NETWORKS].map(Zipf::new);
    let request = |_| {
        let [code, agent, referrer, network] = ranks.each_ref().map(|ranks| ranks.rank(&mut random));
        let code = &short_codes[code];
        format!(
            "GET /{code} HTTP/1.1\r\nHost: r.example\r\nUser-Agent: Mozilla/5.0 (Linux; Android {}; SM-A{}) \
             AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Mobile Safari/537.36\r\nReferer: \
             https://www.site-{referrer}.example/some/page\r\nX-Forwarded-For: {}.{}.{}.7\r\n\r\n",
            agent % 10 + 5,
            agent / 10,
            agent % 40 + 90,
            network % 200 + 20,
            network / 200,
            network % 250,
        )
        .into_bytes()
    };
    (0..REDIRECTS).map(request).collect()
}
