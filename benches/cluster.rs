//! Batches of 100 through the whole service on a CQL store, beside a bare loop of the driver that writes the same
//! rows in pages: both in one run, taking turns.
//!
//! `EZQR_TEST_CQL=127.0.0.1:9042,... cargo bench --bench cluster`; see `tests/cassandra/server`. The store's nodes
//! share the machine, so the figures to carry away are the ratio of rates and the difference of CPU.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a bench"
)]
#![allow(clippy::disallowed_methods, reason = "a bench reads the clock and the environment")]

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use scylla::client::session::Session;
use scylla::client::session_builder::SessionBuilder;
use scylla::statement::batch::{Batch, BatchType};
use serde_json::{Value, json};
use uuid::Uuid;

mod http;

use http::{Connection, call, get, post};

/// Batches in flight at once.
const IN_FLIGHT: usize = 8;
const CODES: usize = 100;
const ROUNDS: usize = 5;
/// How long each subject is measured in a round.
const SPAN: Duration = Duration::from_secs(4);

fn main() {
    let Ok(contact_points) = std::env::var("EZQR_TEST_CQL") else {
        println!("SKIPPED: EZQR_TEST_CQL names no store to measure on");
        return;
    };
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let keyspace = format!("ezqr_bench_{}", since_1970.as_millis());
    let directory = tempfile::tempdir().unwrap();
    let service = Service::start(directory.path(), &format!("cql://{contact_points}/{keyspace}"));
    let mut bare = Bare::new(&contact_points, &keyspace);
    println!("{IN_FLIGHT} batches of {CODES} in flight, {} s a turn", SPAN.as_secs());
    println!("{:<8} {:>11} {:>15} {:>11} {:>15}", "", "bare/s", "CPU us a batch", "ezqr/s", "CPU us a batch");
    // The first turn of each warms the store up.
    bare.measure();
    service.measure();
    let mut rounds: Vec<(Measured, Measured)> = Vec::new();
    for round in 1..=ROUNDS {
        let (bare, ezqr) = (bare.measure(), service.measure());
        println!("{round:<8} {:>11.0} {:>15.0} {:>11.0} {:>15.0}", bare.rate, bare.cpu, ezqr.rate, ezqr.cpu);
        rounds.push((bare, ezqr));
    }
    let ratio = median(rounds.iter().map(|(bare, ezqr)| ezqr.rate / bare.rate));
    let more = median(rounds.iter().map(|(bare, ezqr)| ezqr.cpu - bare.cpu));
    println!("medians: {ratio:.2} of the bare loop's batches, {more:.0} us more CPU a batch");
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

struct Measured {
    /// Batches a second.
    rate: f64,
    /// Microseconds of CPU a batch, of all threads of the process that talks to the store.
    cpu: f64,
}

impl Measured {
    fn of(batches: u32, took: Duration, cpu: Duration) -> Self {
        let batches = f64::from(batches);
        Self { rate: batches / took.as_secs_f64(), cpu: cpu.as_secs_f64() * 1e6 / batches }
    }
}

/// CPU time of a process so far (proc(5): fields 14 and 15, in ticks of 10 ms).
fn cpu_of(process: &str) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks: u64 = [fields[11], fields[12]].iter().map(|field| field.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

/// The least a client can do: one unlogged batch of one partition, prepared, nothing else.
struct Bare {
    runtime: tokio::runtime::Runtime,
    session: Arc<Session>,
    batch: Arc<Batch>,
    page: Arc<AtomicI64>,
}

impl Bare {
    fn new(contact_points: &str, keyspace: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (session, batch) = runtime.block_on(async {
            let nodes: Vec<&str> = contact_points.split(',').collect();
            let session = SessionBuilder::new().known_nodes(nodes).use_keyspace(keyspace, false);
            let session = session.build().await.unwrap();
            let table = "CREATE TABLE bare (page bigint, sequence bigint, id uuid, content_type tinyint, content \
                         text, target_url text, link_base int, name text, error_correction tinyint, status \
                         tinyint, version bigint, PRIMARY KEY ((page), sequence)) WITH CLUSTERING ORDER BY \
                         (sequence DESC)";
            session.query_unpaged(table, ()).await.unwrap();
            let insert = "INSERT INTO bare (page, sequence, id, content_type, content, target_url, link_base, \
                          name, error_correction, status, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
            let insert = session.prepare(insert).await.unwrap();
            let mut batch = Batch::new(BatchType::Unlogged);
            batch.set_is_idempotent(true);
            for _ in 0..CODES {
                batch.append_statement(insert.clone());
            }
            (session, batch)
        });
        let page = Arc::new(AtomicI64::new(0));
        Self { runtime, session: Arc::new(session), batch: Arc::new(batch), page }
    }

    fn measure(&mut self) -> Measured {
        let done = Arc::new(AtomicU32::new(0));
        let (began, cpu) = (Instant::now(), cpu_of("self"));
        self.runtime.block_on(async {
            let loops: Vec<_> = (0..IN_FLIGHT)
                .map(|_| {
                    let (session, batch) = (Arc::clone(&self.session), Arc::clone(&self.batch));
                    let (page, done) = (Arc::clone(&self.page), Arc::clone(&done));
                    tokio::spawn(async move {
                        while began.elapsed() < SPAN {
                            let rows = rows_of(page.fetch_add(1, Ordering::Relaxed));
                            session.batch(&batch, rows).await.unwrap();
                            done.fetch_add(1, Ordering::Relaxed);
                        }
                    })
                })
                .collect();
            for task in loops {
                task.await.unwrap();
            }
        });
        Measured::of(done.load(Ordering::Relaxed), began.elapsed(), cpu_of("self").saturating_sub(cpu))
    }
}

type BareRow = (i64, i64, Uuid, i8, String, String, i32, String, i8, i8, i64);

fn rows_of(page: i64) -> Vec<BareRow> {
    (0..100)
        .map(|slot| {
            let sequence = page * 128 + slot;
            let url = format!("https://app.example.com/orders/{slot}");
            let id = Uuid::from_u128(sequence.unsigned_abs().into());
            (page, sequence, id, 0, url.clone(), url, 0, format!("Order {slot}"), 1, 0, 1)
        })
        .collect()
}

/// The service as a process of its own, killed when dropped.
struct Service {
    child: Child,
    address: SocketAddr,
    request: Vec<u8>,
}

impl Service {
    fn start(directory: &Path, store: &str) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let listen = address.to_string();
        let flags = ["--store", store, "--listen", &listen, "--metrics-listen", "off"];
        let ezqr = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_ezqr"));
            command.current_dir(directory).args(arguments);
            command
        };
        let mut serve = ezqr(&flags);
        serve.arg("serve").env("EZQR__HTTP__WORKERS", "1").stdout(Stdio::null());
        let child = serve.spawn().unwrap();
        let ready = get("", "/readyz");
        while std::net::TcpStream::connect(address).is_err() || call(address, &ready).0 != 200 {
            thread::sleep(Duration::from_millis(100));
        }
        let create = ["key", "create", "--name", "bench", "--requests-per-minute", "0", "--json"];
        let key = ezqr(&flags).args(create).output().unwrap();
        let key: Value = serde_json::from_slice(&key.stdout).unwrap();
        let key = key["secret"].as_str().unwrap();
        let known = get(key, "/api/v1/qr-codes?limit=1");
        while call(address, &known).0 != 200 {
            thread::sleep(Duration::from_millis(100));
        }
        let batch = (0..CODES).map(|number| {
            json!({
                "name": format!("Order {number}"),
                "content_type": "url",
                "content": format!("https://app.example.com/orders/{number}"),
                "dynamic": true,
            })
        });
        let request = post(key, "/api/v1/qr-codes/batch", &Value::Array(batch.collect()));
        Self { child, address, request }
    }

    fn measure(&self) -> Measured {
        let process = self.child.id().to_string();
        let (began, cpu) = (Instant::now(), cpu_of(&process));
        let batches = thread::scope(|scope| {
            let clients: Vec<_> = (0..IN_FLIGHT)
                .map(|_| {
                    scope.spawn(|| {
                        let mut connection = Connection::to(self.address);
                        let mut done = 0;
                        while began.elapsed() < SPAN {
                            let (status, body) = connection.call(&self.request);
                            assert_eq!(status, 201, "{}", String::from_utf8_lossy(&body));
                            done += 1;
                        }
                        done
                    })
                })
                .collect();
            clients.into_iter().map(|client| client.join().unwrap()).sum::<u32>()
        });
        Measured::of(batches, began.elapsed(), cpu_of(&process).saturating_sub(cpu))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
