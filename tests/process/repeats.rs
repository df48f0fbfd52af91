//! A server is killed after it answered: a request that is made again is answered the same.

use std::net::TcpListener;

use serde_json::json;

use crate::client::Client;
use crate::server::{Server, directory};

/// An address that nobody listens on. No client of the tests comes from this one, so it stays free.
fn free_address() -> String {
    TcpListener::bind("127.77.0.2:0").unwrap().local_addr().unwrap().to_string()
}

#[test]
fn what_was_answered_before_a_kill_is_answered_again_after_it() {
    let directory = directory();
    // Answers hold addresses of the server, so it comes back on the same.
    let address = free_address();
    let mut server = Server::start_on(&address, directory.path());
    let key = server.first_key();
    let item = |number: u32| json!({"content_type": "url", "content": format!("https://example.com/{number}"), "dynamic": true});
    let requests = [
        ("/api/v1/qr-codes", "one", item(1)),
        ("/api/v1/qr-codes/batch", "two", json!([item(1), item(2)])),
        ("/api/v1/qr-codes/batch?on_error=continue", "three", json!([item(1), {}, item(3)])),
    ];
    let ask = |server: &Server| {
        let client = Client::new(&server.url, &key);
        requests.each_ref().map(|(path, name, body)| client.post_named(path, body, name).unwrap())
    };
    let first = ask(&server);
    assert_eq!(
        first.each_ref().map(|answer| (answer.status, answer.is_replayed)),
        [(201, false), (201, false), (207, false)]
    );
    for _ in 0..2 {
        server.kill();
        server = Server::start_on(&address, directory.path());
        for (first, again) in first.iter().zip(ask(&server)) {
            assert!(again.is_replayed, "{}", again.text);
            assert_eq!(
                (again.status, &again.location, &again.text),
                (first.status, &first.location, &first.text)
            );
        }
    }
    assert_eq!(Client::new(&server.url, &key).list_all().len(), 5);
}
