//! Limits on open files.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use tempfile::TempDir;

use crate::server::{Server, directory};

/// A server started with `ulimit` and these arguments.
fn limited(directory: &TempDir, limits: &str) -> Server {
    let program = env!("CARGO_BIN_EXE_ezqr");
    let script = format!("ulimit {limits} && exec {program} serve --listen 127.0.0.1:0 --metrics-listen off");
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &script]).env_clear().current_dir(directory.path()).stderr(Stdio::piped());
    Server::of(&mut shell, directory.path())
}

fn address(server: &Server) -> SocketAddr {
    server.url.trim_start_matches("http://").parse().unwrap()
}

/// An address of the same machine in another network.
fn connect_from_elsewhere(address: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 9, 1], 0)).into()).unwrap();
    socket.connect(&address.into()).unwrap();
    socket.into()
}

#[test]
fn the_soft_limit_is_raised_to_the_hard_one() {
    let directory = directory();
    let server = limited(&directory, "-S -n 128");
    let limits = fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let open_files = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
    let [soft, hard] = open_files.split_whitespace().take(2).collect::<Vec<_>>()[..] else {
        panic!("{open_files}")
    };
    assert_eq!(soft, hard);
}

#[test]
fn where_few_files_may_be_open_one_network_still_shuts_nobody_out() {
    let directory = directory();
    let mut server = limited(&directory, "-n 200");
    let address = address(&server);
    let held: Vec<TcpStream> = (0..300).map(|_| connect_from_elsewhere(address)).collect();
    for _ in 0..20 {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    drop(held);
    server.terminate();
    let (code, log) = server.wait();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("allows fewer connections than http.connections_per_worker"), "{log}");
    assert!(log.contains("http.trusted_networks must name it"), "{log}");
}
