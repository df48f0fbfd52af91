//! SIGTERM and SIGHUP cut no request.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use ezqr_schema::Clock;

use crate::server::{Server, directory, ezqr};

#[test]
fn a_request_under_way_is_answered_before_the_server_ends() {
    is_answered_before_the_end("-TERM");
}

#[test]
fn a_terminal_that_hangs_up_cuts_no_request_either() {
    is_answered_before_the_end("-HUP");
}

#[test]
fn a_server_that_shall_outlive_its_terminal_does() {
    let directory = directory();
    let mut nohup = Command::new("/usr/bin/env");
    nohup.args([
        "nohup",
        env!("CARGO_BIN_EXE_ezqr"),
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--metrics-listen",
        "off",
    ]);
    let mut server = Server::of(nohup.current_dir(directory.path()).stderr(Stdio::piped()), directory.path());
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap().trim().to_owned();
    assert_eq!(u64::from_str_radix(&ignored, 16).unwrap() & 1, 1, "a hangup is still ignored");
    server.signal("-HUP");
    server.terminate();
    assert_eq!(server.wait().0, Some(0));
}

fn is_answered_before_the_end(signal: &str) {
    let directory = directory();
    let mut server = Server::start(directory.path());
    let address = server.url.trim_start_matches("http://").to_owned();
    let body = r#"{"content_type": "text", "content": "sent slowly"}"#;
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = format!(
        "POST /api/v1/qr-codes HTTP/1.1\r\nHost: ezqr\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        server.first_key(),
        body.len()
    );
    let (begun, rest) = body.split_at(10);
    stream.write_all(format!("{head}{begun}").as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    server.signal(signal);
    std::thread::sleep(Duration::from_millis(1_500));
    stream.write_all(rest.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    let (code, log) = server.wait();
    assert_eq!(code, Some(0), "{log}");
    assert!(TcpStream::connect(&address).is_err());
}

/// What the server answers to `path` over a connection of its own; nothing when it does not accept one.
fn ask(address: &str, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nHost: ezqr\r\nConnection: close\r\n\r\n").as_bytes())
        .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer).filter(|answer| !answer.is_empty())
}

/// The notice is long, and ends with the test: nothing here depends on how fast the machine is.
#[test]
fn load_balancers_are_told_before_the_listener_closes_and_requests_are_served_meanwhile() {
    let directory = directory();
    let mut serve = ezqr(directory.path(), &["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off"]);
    serve.env("EZQR__HTTP__DRAIN_NOTICE_SECONDS", "60").stderr(Stdio::piped());
    let server = Server::of(&mut serve, directory.path());
    let address = server.url.trim_start_matches("http://").to_owned();
    let ready = ask(&address, "/readyz").unwrap();
    assert!(ready.starts_with("HTTP/1.1 200 ") && ready.contains(r#""status":"ready""#), "{ready}");
    server.terminate();
    let clock = Clock::system();
    let answer = loop {
        let answer = ask(&address, "/readyz").expect("the listener is open");
        if !answer.contains(r#""status":"ready""#) {
            break answer;
        }
        assert!(clock.monotonic() < Duration::from_secs(30), "it goes on saying {answer}");
    };
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains(r#""status":"draining""#), "{answer}");
    for (path, status) in [("/healthz", "200"), ("/00000000", "404"), ("/readyz", "503")] {
        let answer = ask(&address, path).expect("the listener is open for as long as the notice lasts");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
    }
}
