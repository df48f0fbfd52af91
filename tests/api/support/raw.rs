//! A connection whose bytes the test writes itself: for requests no client library sends.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use super::Answer;

/// How long the other side may be silent.
const PATIENCE: Duration = Duration::from_secs(10);

/// A TCP connection to the server.
pub(crate) struct Connection(TcpStream);

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
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
