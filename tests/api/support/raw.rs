//! A connection whose bytes the test writes itself: for requests no client library sends.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use super::Answer;

/// How long the other side may be silent.
const PATIENCE: Duration = Duration::from_secs(10);

/// A TCP connection to the server.
pub(crate) struct Connection(TcpStream);

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Self {
        Self::of(TcpStream::connect(address).unwrap())
    }

    /// One that comes from `source`: every address of 127.0.0.0/8 is this machine's.
    pub(crate) fn open_from(source: &str, address: SocketAddr) -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::new(source.parse::<IpAddr>().unwrap(), 0).into()).unwrap();
        socket.connect(&address.into()).unwrap();
        Self::of(socket.into())
    }

    /// One with little room for what comes: about 8 KiB, so that the server notices soon what is not read.
    pub(crate) fn open_narrow(address: SocketAddr) -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        socket.connect(&address.into()).unwrap();
        Self::of(socket.into())
    }

    fn of(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self(stream)
    }

    /// What the server answers to these bytes on a connection of their own.
    pub(crate) fn exchange(address: SocketAddr, bytes: impl AsRef<[u8]>) -> String {
        let mut connection = Self::open(address);
        connection.write(bytes);
        connection.read_to_end()
    }

    /// Writes; a server that has closed the connection already is no fault.
    pub(crate) fn write(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.0.write_all(bytes.as_ref());
    }

    /// Writes what the server takes within a moment.
    pub(crate) fn write_some(&mut self, bytes: &str) {
        self.0.set_write_timeout(Some(Duration::from_millis(20))).unwrap();
        self.write(bytes);
    }

    /// Writes `bytes` again and again, on a thread of its own, until the other side ends the connection.
    pub(crate) fn repeat(&self, bytes: &'static [u8], pause: Duration) {
        let mut stream = self.0.try_clone().unwrap();
        std::thread::spawn(move || {
            while stream.write_all(bytes).is_ok() {
                std::thread::sleep(pause);
            }
        });
    }

    /// The next so many bytes.
    pub(crate) fn read_exactly(&mut self, length: usize) -> String {
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// All up to and with `end`.
    pub(crate) fn read_until(&mut self, end: &str) -> String {
        let mut text = String::new();
        while !text.ends_with(end) {
            text.push_str(&self.read_exactly(1));
        }
        text
    }

    /// Reads at most so many bytes; `None` when the connection has ended.
    pub(crate) fn read_some(&mut self, most: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; most];
        match self.0.read(&mut bytes) {
            Ok(0) => None,
            Ok(length) => Some(bytes[..length].to_vec()),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => None,
            Err(error) => panic!("{error}"),
        }
    }

    /// Waits until the other side has ended the connection, reading nothing.
    pub(crate) fn wait_for_the_end(&mut self) {
        self.0.set_write_timeout(Some(Duration::from_millis(10))).unwrap();
        let has_ended = (0..500).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            let is_gone =
                |error: &std::io::Error| !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
            self.0.take_error().unwrap().is_some() || self.0.write(b"G").is_err_and(|error| is_gone(&error))
        });
        assert!(has_ended, "the connection is still open");
    }

    /// Says that nothing more will be written.
    pub(crate) fn finish(&mut self) {
        let _ = self.0.shutdown(Shutdown::Write);
    }

    /// The answer that comes before the server closes the connection.
    pub(crate) fn read_answer(&mut self) -> Answer {
        Answer::parse(&self.read_to_end())
    }

    /// All that comes until the server closes the connection.
    pub(crate) fn read_to_end(&mut self) -> String {
        let mut bytes = Vec::new();
        match self.0.read_to_end(&mut bytes) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            Err(error) => panic!("{error}; so far {:?}", String::from_utf8_lossy(&bytes)),
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
