//! What the cluster says of itself.

use std::collections::{BTreeMap, BTreeSet};

use scylla::client::session::Session;
use scylla::cluster::metadata::Strategy;
use uuid::Uuid;

use super::connect::ConnectError;

/// The data centre whose nodes are used.
#[derive(Debug)]
pub(super) struct DataCenter {
    pub(super) name: String,
    /// Its nodes, by id.
    pub(super) nodes: BTreeSet<Uuid>,
}

impl DataCenter {
    /// The one called `named`, or the only one.
    pub(super) fn of(session: &Session, named: Option<&str>) -> Result<Self, ConnectError> {
        let mut known = BTreeMap::<String, BTreeSet<Uuid>>::new();
        for node in session.get_cluster_state().get_nodes_info() {
            if let Some(name) = &node.datacenter {
                known.entry(name.clone()).or_default().insert(node.host_id);
            }
        }
        let name = match (named, known.len()) {
            (Some(named), _) => Some(named.to_owned()),
            (None, 1) => known.keys().next().cloned(),
            (None, _) => None,
        };
        let chosen = name.and_then(|name| known.remove_entry(&name));
        let (name, nodes) = chosen.ok_or_else(|| ConnectError::DataCenter {
            named: named.map(str::to_owned),
            known: known.into_keys().collect(),
        })?;
        Ok(Self { name, nodes })
    }

    /// The node that changes the schema, whoever asks: of two that create one table at the same time,
    /// Cassandra 5.0 gives each an id of its own, and they never agree (`use_deterministic_table_id` is off by
    /// default). `None` while none is connected.
    pub(super) fn schema_node(&self, session: &Session) -> Option<Uuid> {
        let state = session.get_cluster_state();
        let connected: BTreeSet<_> = state
            .get_nodes_info()
            .iter()
            .filter(|node| node.is_connected())
            .map(|node| node.host_id)
            .collect();
        self.nodes.intersection(&connected).next().copied()
    }

    /// How many nodes of it hold each row of `keyspace`; `None` when the keyspace is not there or keeps nothing
    /// here.
    pub(super) fn copies(&self, session: &Session, keyspace: &str) -> Option<usize> {
        let state = session.get_cluster_state();
        match &state.get_keyspace(keyspace)?.strategy {
            Strategy::SimpleStrategy { replication_factor } => Some(*replication_factor),
            Strategy::NetworkTopologyStrategy { datacenter_repfactors } => {
                datacenter_repfactors.get(&self.name).copied()
            }
            // Of a strategy of its own a cluster alone knows.
            Strategy::LocalStrategy | Strategy::Other { .. } | _ => Some(1),
        }
    }
}
