//! A relay before every node of the cluster: cut, it is as if all nodes were killed; stalled, as if all were
//! stopped.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs as _};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// How often a stalled relay looks whether it still is.
const LOOK: Duration = Duration::from_millis(10);

/// What becomes of what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It arrives.
    Open = 0,
    /// It waits.
    Stalled = 1,
    /// There is no connection.
    Cut = 2,
}

/// Listens on the addresses of all nodes, at one port of its own: where a driver that was told of one node
/// looks for the others.
pub(crate) struct Relay {
    port: u16,
    nodes: Vec<SocketAddr>,
    shared: Arc<Shared>,
}

struct Shared {
    mode: AtomicU8,
    streams: Mutex<Vec<TcpStream>>,
}

impl Shared {
    fn is(&self, mode: Mode) -> bool {
        self.mode.load(Ordering::Acquire) == mode as u8
    }
}

impl Relay {
    pub(crate) fn before(nodes: &[String]) -> Self {
        let nodes: Vec<SocketAddr> =
            nodes.iter().map(|node| node.to_socket_addrs().unwrap().next().unwrap()).collect();
        let shared = Arc::new(Shared { mode: AtomicU8::new(Mode::Open as u8), streams: Mutex::default() });
        let first = TcpListener::bind((nodes[0].ip(), 0)).unwrap();
        let port = first.local_addr().unwrap().port();
        let others = nodes[1..].iter().map(|node| TcpListener::bind((node.ip(), port)).unwrap());
        for (listener, node) in std::iter::once(first).chain(others).zip(nodes.clone()) {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    accept(&shared, stream, node);
                }
            });
        }
        Self { port, nodes, shared }
    }

    /// Where the nodes are reached through it.
    pub(crate) fn contact_points(&self) -> Vec<String> {
        self.nodes.iter().map(|node| SocketAddr::new(node.ip(), self.port).to_string()).collect()
    }

    pub(crate) fn set(&self, mode: Mode) {
        self.shared.mode.store(mode as u8, Ordering::Release);
        if mode == Mode::Cut {
            for stream in self.shared.streams.lock().unwrap().drain(..) {
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
    }
}

/// Relays one connection; cut, it is closed at once.
fn accept(shared: &Arc<Shared>, stream: TcpStream, node: SocketAddr) {
    if shared.is(Mode::Cut) {
        return;
    }
    let Ok(onward) = TcpStream::connect(node) else { return };
    let pairs = [(&stream, &onward), (&onward, &stream)];
    for (from, to) in pairs {
        let (from, to, shared) = (from.try_clone().unwrap(), to.try_clone().unwrap(), Arc::clone(shared));
        thread::spawn(move || {
            let _ = pass_on(&shared, &from, &to);
            let _ = to.shutdown(Shutdown::Both);
        });
    }
    shared.streams.lock().unwrap().extend([stream, onward]);
}

fn pass_on(shared: &Shared, mut from: &TcpStream, mut to: &TcpStream) -> io::Result<()> {
    let mut buffer = [0; 16_384];
    loop {
        let length = from.read(&mut buffer)?;
        while shared.is(Mode::Stalled) {
            thread::sleep(LOOK);
        }
        if length == 0 {
            return Ok(());
        }
        to.write_all(&buffer[..length])?;
    }
}
