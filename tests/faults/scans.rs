//! Redirects are counted once while nodes of the store, and the processes that write counts into it, are killed and
//! paused; and while the whole store is away.

use std::collections::HashMap;
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use ezqr_schema::random_bytes;

use crate::client::Client;
use crate::cluster::{Cluster, NODES, cluster, length};
use crate::node::{Node, new_data};
use crate::visits::{Followed, KINDS, Ledger, mint, today};

const CODES: usize = 40;
const VISITORS: usize = 4;
/// Between two requests of a visitor.
const PAUSE: Duration = Duration::from_millis(5);
/// How long the store is away with both processes there, and again as long with one.
const AWAY: Duration = Duration::from_secs(15);

/// Where visitors find somebody to answer.
type Urls = RwLock<Vec<String>>;

/// A process that takes redirects and writes counts; what it is started on, again and again.
struct Flusher {
    data: String,
    /// None while it is dead.
    node: Option<Node>,
}

/// Two of them, of which one is there at any time.
struct Flushers<'test> {
    cluster: &'test Cluster,
    urls: &'test Urls,
    all: [Flusher; 2],
}

impl<'test> Flushers<'test> {
    fn start(cluster: &'test Cluster, urls: &'test Urls) -> Self {
        let all = [(); 2].map(|()| Flusher { data: new_data(), node: None });
        let mut flushers = Self { cluster, urls, all };
        for which in [0, 1] {
            flushers.start_again(which);
        }
        flushers
    }

    fn client(&self, which: usize, key: &str) -> Client {
        self.all[which].node.as_ref().unwrap().client(key)
    }

    /// Visitors hear of it afterwards: until then they meet a dead process.
    fn kill(&mut self, which: usize) {
        self.all[which].node.as_mut().unwrap().kill();
        self.all[which].node = None;
        self.publish();
    }

    fn start_again(&mut self, which: usize) {
        let installation = self.cluster.installation;
        let (directory, store) = (installation.directory(), installation.url_of_all());
        self.all[which].node = Some(Node::start_with(directory, &self.all[which].data, &store));
        self.publish();
    }

    fn publish(&self) {
        let living = self.all.iter().filter_map(|flusher| Some(flusher.node.as_ref()?.url.clone()));
        *self.urls.write().unwrap() = living.collect();
    }

    /// Kills one after the other and starts it again, for as long as this is so.
    fn kill_in_turn(&mut self, while_so: impl Fn() -> bool) -> usize {
        let mut kills = 0;
        while while_so() {
            thread::sleep(Duration::from_millis(500 + 10 * u64::from(random_bytes::<1>().unwrap()[0])));
            self.kill(kills % 2);
            self.start_again(kills % 2);
            kills += 1;
        }
        kills
    }
}

/// Ends the visits when it is dropped: when a test fails, too.
struct Over<'test>(&'test AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Does something while visitors of all kinds follow all codes; answers what they noted.
fn visited(urls: &Urls, codes: &[Followed], work: impl FnOnce()) -> Ledger {
    let is_over = AtomicBool::new(false);
    let mut ledger = Ledger::of(codes.len());
    thread::scope(|scope| {
        let over = Over(&is_over);
        let visiting: Vec<_> = (0..VISITORS)
            .map(|first| {
                let is_over = &is_over;
                scope.spawn(move || visit(urls, codes, first, is_over))
            })
            .collect();
        work();
        drop(over);
        for visitor in visiting {
            ledger.merge(&visitor.join().unwrap());
        }
    });
    println!("{} answered, {} refused, {} open", ledger.answered(), ledger.refused, ledger.open);
    ledger
}

/// Visits until it is over, now here, now there.
fn visit(urls: &Urls, codes: &[Followed], first: usize, is_over: &AtomicBool) -> Ledger {
    let mut ledger = Ledger::of(codes.len());
    let mut visitors = HashMap::new();
    // All kinds visit all codes at both: the numbers have no common divisor.
    let steps = (0..).map(|step| (step / 3 * KINDS.len() + first, step % KINDS.len(), step));
    for (code, kind, step) in steps.take_while(|_| !is_over.load(Ordering::Acquire)) {
        let url = {
            let urls = urls.read().unwrap();
            urls[step % urls.len()].clone()
        };
        let visitor = visitors.entry((url.clone(), kind)).or_insert_with(|| KINDS[kind].visitor(&url));
        let code = code % codes.len();
        ledger.note(code, kind, visitor.ask(&codes[code].path));
        thread::sleep(PAUSE);
    }
    ledger
}

/// Each of them knows all codes, as it has just led somebody on.
fn introduce(urls: &Urls, codes: &[Followed]) -> Ledger {
    let mut ledger = Ledger::of(codes.len());
    for url in &*urls.read().unwrap() {
        let mut visitor = KINDS[0].visitor(url);
        for (code, followed) in codes.iter().enumerate() {
            let is_led_on = (0..100).any(|_| {
                let asked = visitor.ask(&followed.path);
                ledger.note(code, 0, asked);
                asked == Ok(302) || {
                    thread::sleep(Duration::from_millis(100));
                    false
                }
            });
            assert!(is_led_on, "{} leads nowhere", followed.path);
        }
    }
    ledger
}

#[test]
#[ignore = "needs three nodes of a store: tests/cassandra/server starts them"]
fn every_scan_is_counted_once_whatever_is_killed_and_while_the_store_is_away() {
    let cluster = &cluster();
    let (since, key) = (today(), cluster.installation.key(0));
    let urls = Urls::default();
    let mut flushers = Flushers::start(cluster, &urls);
    let codes = mint(&flushers.client(0, &key), CODES);

    let mut kills = 0;
    let mut ledger = visited(&urls, &codes, || {
        thread::scope(|scope| {
            let harassing = scope.spawn(|| cluster.harass(length()));
            kills = flushers.kill_in_turn(|| !harassing.is_finished());
        });
    });
    println!("{kills} kills of processes");
    assert!(kills > 4 && ledger.answered() > 2_000, "the load was too light to mean anything");

    // The whole store is away. What both processes know leads on, and what they count waits for it; so does what
    // one of them leaves when it is killed.
    ledger.merge(&introduce(&urls, &codes));
    for node in NODES {
        cluster.kill(node);
    }
    let away = visited(&urls, &codes, || {
        thread::sleep(AWAY);
        flushers.kill(0);
        thread::sleep(AWAY);
    });
    assert_eq!(away.refused, 0, "a known code leads on");
    assert!(away.answered() > 1_000, "the load was too light to mean anything");
    ledger.merge(&away);
    ledger.merge(&visited(&urls, &codes, || {
        thread::scope(|scope| NODES.map(|node| scope.spawn(move || cluster.start(node))).map(drop));
        flushers.start_again(0);
    }));
    for which in [0, 1] {
        ledger.expect(&flushers.client(which, &key), &codes, since);
    }

    // The oracle bites: of what was counted nothing may be missing, and nothing may be beyond it.
    let client = flushers.client(0, &key);
    assert!(!Ledger::of(CODES).faults(&client, &codes, since).is_empty());
    for _ in 0..=ledger.open {
        ledger.note(0, 0, Ok(302));
    }
    assert_eq!(ledger.faults(&client, &codes, since).len(), 1);
}
