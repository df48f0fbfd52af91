//! A start while the shared store is down.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use crate::server::{directory, ezqr, run};

/// Nobody listens on this port, and nobody may who is not root.
const NOWHERE: &str = "cql://127.0.0.1:1";

/// A server that waits. It is killed when dropped.
struct Waiting(Child);

impl Drop for Waiting {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What is answered to a GET, as it came.
fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nHost: ezqr\r\nAccept: application/json\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_start_while_the_store_is_down_waits_says_so_and_ends_when_asked() {
    let directory = directory();
    let arguments = ["serve", "--store", NOWHERE, "--listen", "127.0.0.1:0", "--metrics-listen", "off"];
    let child =
        ezqr(directory.path(), &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut waiting = Waiting(child);
    let mut told = String::new();
    BufReader::new(waiting.0.stdout.take().unwrap()).read_line(&mut told).unwrap();
    assert!(told.starts_with("ezqr waits for the store cql://127.0.0.1:1/ezqr; "), "{told}");
    let address = told.split("http://").nth(1).unwrap().split(' ').next().unwrap();

    let alive = get(address, "/healthz");
    assert!(alive.starts_with("HTTP/1.1 200 ") && alive.ends_with(r#"{"status":"alive"}"#), "{alive}");
    let ready = get(address, "/readyz");
    assert!(ready.starts_with("HTTP/1.1 503 "), "{ready}");
    assert!(ready.contains(r#""status":"starting""#) && ready.contains(r#""store":"away""#), "{ready}");
    for path in ["/api/v1/qr-codes", "/7K3MX9QA", "/qr/x.png", "/nowhere/at/all"] {
        let refused = get(address, path);
        assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
        assert!(
            refused.contains("\r\nretry-after: 2\r\n") && refused.contains("\r\nx-request-id: "),
            "{refused}"
        );
        assert!(refused.contains(r#""code":"store-unavailable""#), "{refused}");
    }

    let asked = Command::new("kill").args(["-TERM", &waiting.0.id().to_string()]).status().unwrap();
    assert!(asked.success());
    assert_eq!(waiting.0.wait().unwrap().code(), Some(0));
    let mut log = String::new();
    waiting.0.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert!(log.contains("cannot reach the store") && log.contains("127.0.0.1:1"), "{log}");
}

#[test]
fn a_store_that_cannot_be_named_stops_the_start_as_a_setting() {
    let directory = directory();
    for (url, part) in [("cql://", "must name a host"), ("cql://ann:pw@a", "set store.user")] {
        let refused = run(directory.path(), &["serve", "--store", url]);
        let text = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(78), "{text}");
        assert!(text.contains("store.url") && text.contains("--store") && text.contains(part), "{text}");
        assert!(!text.contains("pw"), "{text}");
    }
}

#[test]
fn the_command_line_does_not_wait_for_a_store_that_is_down() {
    let directory = directory();
    let refused = run(directory.path(), &["account", "list", "--store", NOWHERE]);
    let text = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{text}");
    assert!(text.contains("127.0.0.1:1"), "{text}");
}
