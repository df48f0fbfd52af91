//! SIGTERM and SIGHUP cut no request.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::server::{Server, directory};

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
