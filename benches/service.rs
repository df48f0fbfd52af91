//! The service over real sockets, beside a server that does nothing but answer.
//!
//! `cargo bench --bench service`. The clients share the machine with the server, so the figures to carry away
//! are the ratios to the floor: the same framework, one worker too, answering a fixed 302.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a bench"
)]
#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, rt, web};
use ezqr::boot::Application;
use ezqr::config::{Flag, Layers};
use ezqr_schema::Clock;
use serde_json::{Value, json};

mod http;

use http::{Connection, call, get, post};

/// Clients at once, each with a connection of its own.
const CLIENTS: usize = 16;
/// How long each subject is measured.
const SPAN: Duration = Duration::from_secs(3);
const CODES_PER_BATCH: u32 = 100;

fn main() {
    let directory = tempfile::tempdir().unwrap();
    let service = start_service(directory.path());
    let key = unlimited_key(directory.path());
    wait_until_accepted(service, &key);
    let floor = start_floor();

    let code = call(service, &post(&key, "/api/v1/qr-codes", &item(0))).1;
    let code: Value = serde_json::from_slice(&code).unwrap();
    let short = code["short_code"].as_str().unwrap().to_owned();
    let id = code["id"].as_str().unwrap().to_owned();
    let batch = Value::Array((0..CODES_PER_BATCH).map(item).collect());

    let subjects = [
        Subject::new("redirect", get("", &format!("/{short}")), 302, 1),
        Subject::new("image, PNG", get("", &format!("/qr/{id}.png")), 200, 1),
        Subject::new("image, PDF", get("", &format!("/qr/{id}.pdf")), 200, 1),
        Subject::new("record", get(&key, &format!("/api/v1/qr-codes/{id}")), 200, 1),
        Subject::new("mint one", post(&key, "/api/v1/qr-codes", &item(0)), 201, 1),
        Subject::new("mint a batch", post(&key, "/api/v1/qr-codes/batch", &batch), 201, CODES_PER_BATCH),
    ];
    println!("{CLIENTS} clients, one worker each, {} s a subject", SPAN.as_secs());
    println!(
        "{:<14} {:>11} {:>11} {:>9} {:>9} {:>9}",
        "", "requests/s", "codes/s", "p50 us", "p99 us", "of floor"
    );
    for subject in subjects {
        // The floor is measured anew beside each subject: the machine's speed drifts.
        let fixed = measure(floor, &Subject::new("floor", get("", "/x"), 302, 1));
        let measured = measure(service, &subject);
        println!(
            "{:<14} {:>11.0} {:>11.0} {:>9} {:>9} {:>9.2}",
            subject.name,
            measured.rate,
            measured.rate * f64::from(subject.codes),
            measured.p50.as_micros(),
            measured.p99.as_micros(),
            measured.rate / fixed.rate
        );
    }
}

struct Subject {
    name: &'static str,
    request: Vec<u8>,
    expected: u16,
    codes: u32,
}

impl Subject {
    fn new(name: &'static str, request: Vec<u8>, expected: u16, codes: u32) -> Self {
        Self { name, request, expected, codes }
    }
}

struct Measured {
    rate: f64,
    p50: Duration,
    p99: Duration,
}

fn measure(address: SocketAddr, subject: &Subject) -> Measured {
    let began = Instant::now();
    let mut times: Vec<Duration> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(|| drive(address, subject))).collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    let took = began.elapsed();
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    Measured {
        rate: f64::from(u32::try_from(times.len()).unwrap()) / took.as_secs_f64(),
        p50: at(50),
        p99: at(99),
    }
}

fn drive(address: SocketAddr, subject: &Subject) -> Vec<Duration> {
    let mut connection = Connection::to(address);
    let mut times = Vec::new();
    let began = Instant::now();
    while began.elapsed() < SPAN {
        let sent = Instant::now();
        let (status, _) = connection.call(&subject.request);
        assert_eq!(status, subject.expected, "{}", subject.name);
        times.push(sent.elapsed());
    }
    times
}

fn item(number: u32) -> Value {
    json!({
        "name": format!("Order {number}"),
        "content_type": "url",
        "content": format!("https://app.example.com/orders/{number}"),
        "dynamic": true,
    })
}

/// The service with one worker on a free port, until the process ends.
fn start_service(directory: &std::path::Path) -> SocketAddr {
    let data = directory.to_str().unwrap().to_owned();
    let (tell, told) = mpsc::sync_channel(1);
    thread::spawn(move || {
        let flag = |section, key, value: &str| Flag { name: "bench", section, key, value: value.to_owned() };
        let flags = vec![
            flag("http", "listen", "127.0.0.1:0"),
            flag("http", "workers", "1"),
            flag("store", "data_directory", &data),
        ];
        let config = Layers::of(None, Vec::new(), flags).unwrap().check().unwrap();
        rt::System::new().block_on(async {
            let application = Application::build(&config, Clock::system()).await.unwrap();
            tell.send(application.address()).unwrap();
            application.run_until(std::future::pending()).await.unwrap();
        });
    });
    told.recv().unwrap()
}

/// What a server of this framework does at the least.
fn start_floor() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let answer =
            || async { HttpResponse::Found().insert_header(("location", "https://example.com/")).finish() };
        let app = move || App::new().route("/{short_code}", web::get().to(answer));
        rt::System::new().block_on(HttpServer::new(app).workers(1).listen(listener).unwrap().run()).unwrap();
    });
    address
}

/// A key without a limit, made by the command line beside the running server.
fn unlimited_key(directory: &std::path::Path) -> String {
    let create = ["key", "create", "--name", "bench", "--requests-per-minute", "0", "--json"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_ezqr"));
    let made = command.arg("--data").arg(directory).args(create).output().unwrap();
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    made["secret"].as_str().unwrap().to_owned()
}

fn wait_until_accepted(address: SocketAddr, key: &str) {
    let request = get(key, "/api/v1/qr-codes?limit=1");
    while call(address, &request).0 != 200 {
        thread::sleep(Duration::from_millis(20));
    }
}
