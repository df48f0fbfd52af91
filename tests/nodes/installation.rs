//! One installation on the store that the tests are given, for all tests of the program.
#![allow(dead_code, reason = "each suite uses its part")]

use std::env;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tempfile::TempDir;

use crate::node::Node;

/// A keyspace of its own, the pepper file its nodes share, and keys made by the command line.
pub(crate) struct Installation {
    /// `host:port,...` as given.
    pub(crate) contact_points: String,
    pub(crate) keyspace: String,
    directory: TempDir,
}

/// The installation, made by the first test that asks.
#[allow(clippy::disallowed_methods, reason = "the environment is how a test is told of its store")]
pub(crate) fn installation() -> &'static Installation {
    static INSTALLATION: OnceLock<Installation> = OnceLock::new();
    INSTALLATION.get_or_init(|| {
        let contact_points = env::var("EZQR_TEST_CQL").expect("EZQR_TEST_CQL names a store to test on");
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let keyspace = format!("ezqr_nodes_{}", since_1970.as_millis());
        let directory = tempfile::tempdir().unwrap();
        let installation = Installation { contact_points, keyspace, directory };
        // The first node makes the keyspace and founds the installation, once for all.
        drop(installation.node());
        installation
    })
}

impl Installation {
    /// Starts another node of it.
    pub(crate) fn node(&self) -> Node {
        self.node_through(&self.contact_points)
    }

    /// Starts a node that reaches the store by other addresses, such as a proxy's.
    pub(crate) fn node_through(&self, contact_points: &str) -> Node {
        Node::start(self.directory(), &self.url(contact_points))
    }

    /// A key of the first account; 0 requests a minute is no limit.
    pub(crate) fn key(&self, requests_per_minute: u32) -> String {
        let rate = requests_per_minute.to_string();
        let scopes = "codes:read,codes:write,codes:delete,scans:read";
        let create = ["key", "create", "--name", "test", "--scopes", scopes, "--requests-per-minute", &rate];
        self.command(&create)["secret"].as_str().unwrap().to_owned()
    }

    /// Runs a command of the command line that must succeed, and answers the JSON it writes.
    pub(crate) fn command(&self, arguments: &[&str]) -> Value {
        let url = self.url_of_all();
        let output =
            ezqr(self.directory()).args(["--store", &url, "--json"]).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The store, by all its nodes.
    pub(crate) fn url_of_all(&self) -> String {
        self.url(&self.contact_points)
    }

    fn url(&self, contact_points: &str) -> String {
        format!("cql://{contact_points}/{}", self.keyspace)
    }

    /// The working directory of all its nodes.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }
}

/// The binary under test, with nothing of this process's settings but where programs are found.
pub(crate) fn ezqr(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ezqr"));
    // One pepper for all nodes and commands; everything else of a node is its own.
    command.env_clear().current_dir(directory).env("EZQR__STORE__PEPPER_FILE", "pepper");
    command
}
