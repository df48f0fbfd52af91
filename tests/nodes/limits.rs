//! The limit of a key holds across nodes.

use std::thread;
use std::time::Instant;

use crate::client::Client;
use crate::installation::installation;

const LIMIT: u32 = 100;
const NODES: usize = 2;
/// Tokens a node leases at a time.
const CHUNK: u32 = 5;

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
#[allow(clippy::disallowed_methods, reason = "tokens are refilled by real time")]
fn two_nodes_together_never_admit_more_than_the_limit() {
    let installation = installation();
    let key = installation.key(LIMIT);
    let nodes = [(); NODES].map(|()| installation.node());
    let began = Instant::now();
    let admitted: u32 = thread::scope(|scope| {
        let asking: Vec<_> = nodes.iter().map(|node| scope.spawn(|| take_all(&node.client(&key)))).collect();
        asking.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    let refilled = u32::try_from(began.elapsed().as_millis() * u128::from(LIMIT) / 60_000).unwrap() + 1;
    println!("{admitted} admitted of {LIMIT} and {refilled} refilled");
    assert!(admitted <= LIMIT + refilled, "{admitted} of {LIMIT} + {refilled}");
    let lost = CHUNK * u32::try_from(NODES).unwrap();
    assert!(admitted >= LIMIT - lost, "{admitted}: at most {lost} may lie unused");
}

/// Asks until refused; answers how often it was admitted.
fn take_all(client: &Client) -> u32 {
    let mut admitted = 0;
    loop {
        let answer = client.get("/api/v1/qr-codes?limit=1").unwrap();
        match answer.status {
            200 => admitted += 1,
            429 => return admitted,
            other => panic!("{other}: {}", answer.text),
        }
    }
}
