//! What can be chosen about the store for several nodes.

use std::fmt;
use std::num::NonZeroU8;
use std::path::PathBuf;

/// What can be chosen about the store for several nodes.
#[derive(Clone, Debug)]
pub struct ScyllaOptions {
    /// Nodes to ask first, each as `host:port`; the others are learned from them.
    pub contact_points: Vec<String>,
    /// The keyspace of this installation alone: 1 to 48 of `a-z`, `0-9` and `_`, the first a letter. It is made
    /// when it is missing.
    pub keyspace: String,
    /// Who to log in as, when the cluster asks.
    pub credentials: Option<Credentials>,
    /// PEM file of the authorities that sign the nodes' certificates. Given, every connection uses TLS.
    pub tls_ca: Option<PathBuf>,
    /// The one data centre whose nodes are used; needed when the cluster has several.
    pub datacenter: Option<String>,
    /// Copies of every row, for a keyspace that is made now; by default 3, or one a node where there are fewer.
    pub replication_factor: Option<NonZeroU8>,
}

/// A role of the cluster.
#[derive(Clone)]
pub struct Credentials {
    /// Its name.
    pub user: String,
    /// Its password; it does not print.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}
