//! A reader of the log that stalls.

use std::io::{Write as _, pipe};
use std::process::Stdio;

use crate::client::Client;
use crate::server::{Server, directory, ezqr};

/// What a pipe holds by default (pipe(7)).
const PIPE: usize = 65_536;

#[test]
fn a_log_that_nobody_reads_stops_neither_answers_nor_the_end() {
    let directory = directory();
    let (_reader, mut stderr) = pipe().unwrap();
    // There is no room for a single line.
    stderr.write_all(&vec![b'\n'; PIPE]).unwrap();
    let mut serve = ezqr(directory.path(), &["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off"]);
    let mut server = Server::of(serve.stderr(Stdio::from(stderr)), directory.path());
    drop(serve);
    let key = server.first_key();
    let api = Client::new(&server.url, &key);
    let body = serde_json::json!({"content_type": "text", "content": "kept"});
    for _ in 0..20 {
        assert_eq!(api.post("/api/v1/qr-codes", &body).unwrap().status, 201);
        assert_eq!(api.post("/api/v1/qr-codes", &serde_json::json!({})).unwrap().status, 422);
    }
    server.terminate();
    assert_eq!(server.wait().0, Some(0));
}
