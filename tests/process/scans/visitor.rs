//! Somebody who follows short links, over a connection that shows what was answered.
#![allow(dead_code, reason = "each suite uses its part")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// A browser of a person.
pub(crate) const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The whole answer came: it led on.
    Answered,
    /// The request was never sent.
    NotSent,
    /// Something may have been sent, and no whole answer came.
    Unknown,
}

/// A visitor with one connection, which is kept.
pub(crate) struct Visitor {
    address: String,
    connection: Option<BufReader<TcpStream>>,
    headers: String,
}

impl Visitor {
    /// Who visits the server at `url` with a browser.
    pub(crate) fn new(url: &str) -> Self {
        Self::with(url, &[("User-Agent", BROWSER)])
    }

    /// Who sends these headers and no others.
    pub(crate) fn with(url: &str, headers: &[(&str, &str)]) -> Self {
        let lines: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let address = url.trim_start_matches("http://").to_owned();
        Self { address, connection: None, headers: lines.concat() }
    }

    /// Follows the link of this path. Whatever is answered must lead on.
    pub(crate) fn follow(&mut self, path: &str) -> Ended {
        match self.ask(path) {
            Ok(302) => Ended::Answered,
            Ok(status) => panic!("{path} leads nowhere: {status}"),
            Err(ended) => ended,
        }
    }

    /// Asks for the link of this path; the status when the whole answer came.
    pub(crate) fn ask(&mut self, path: &str) -> Result<u16, Ended> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            unconnected => {
                let Ok(stream) = TcpStream::connect(&self.address) else { return Err(Ended::NotSent) };
                stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
                stream.set_nodelay(true).unwrap();
                unconnected.insert(BufReader::new(stream))
            }
        };
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{}\r\n", self.address, self.headers);
        if connection.get_mut().write_all(request.as_bytes()).is_err() {
            self.connection = None;
            return Err(Ended::Unknown);
        }
        let status = answer(connection).ok_or(Ended::Unknown);
        if status.is_err() {
            self.connection = None;
        }
        status
    }
}

/// The status, when the whole answer came.
fn answer(connection: &mut BufReader<TcpStream>) -> Option<u16> {
    let mut status = None;
    let mut length = 0;
    loop {
        let mut line = String::new();
        connection.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let line = line.strip_suffix("\r\n")?;
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        status = status.or_else(|| line.split(' ').nth(1)?.parse().ok());
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).ok()?;
    status
}
