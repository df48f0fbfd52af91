//! The driver's session and how each class of statement is executed.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use scylla::client::execution_profile::{ExecutionProfile, ExecutionProfileBuilder};
use scylla::client::session::Session;
use scylla::client::session_builder::SessionBuilder;
use scylla::client::{PoolSize, SelfIdentity};
use scylla::policies::load_balancing::DefaultPolicy;
use scylla::policies::retry::{DefaultRetryPolicy, FallthroughRetryPolicy};
use scylla::policies::speculative_execution::SimpleSpeculativeExecutionPolicy;
use scylla::policies::timestamp_generator::MonotonicTimestampGenerator;
use scylla::statement::{Consistency, SerialConsistency};

use super::connect::ConnectError;
use super::driver::{Profiles, WRITE_TIMEOUT};
use super::options::ScyllaOptions;
use super::tls;

/// A node that does not answer is given up after this; while connecting, and between two signs of life.
const SILENCE: Duration = Duration::from_secs(5);
/// A change of the schema takes up to a second on a small machine.
const SCHEMA_TIMEOUT: Duration = Duration::from_secs(30);
const READ_TIMEOUT: Duration = Duration::from_secs(3);
const POINT_READ_TIMEOUT: Duration = Duration::from_secs(1);
/// A read that took this long is asked of another node too: the one it went to may be stopped.
const SPECULATION: Duration = Duration::from_millis(100);
const SPECULATIONS: usize = 2;
/// The same of a read of more rows, which takes longer by itself.
const LONG_SPECULATION: Duration = Duration::from_millis(500);
const LONG_SPECULATIONS: usize = 1;
/// A lease that takes longer is of no use to who waits for it.
const LEASE_TIMEOUT: Duration = Duration::from_millis(800);

/// Connects to the cluster.
pub(super) async fn open(options: &ScyllaOptions) -> Result<Session, ConnectError> {
    let identity =
        SelfIdentity::new().with_application_name("ezqr").with_application_version(env!("CARGO_PKG_VERSION"));
    let mut builder = SessionBuilder::new()
        .known_nodes(&options.contact_points)
        .custom_identity(identity)
        .default_execution_profile_handle(
            profile().request_timeout(Some(SCHEMA_TIMEOUT)).build().into_handle(),
        )
        .pool_size(PoolSize::PerShard(const { NonZeroUsize::MIN }))
        .connection_timeout(SILENCE)
        .keepalive_interval(SILENCE)
        .keepalive_timeout(SILENCE)
        .metadata_request_serverside_timeout(SILENCE)
        .schema_agreement_timeout(SCHEMA_TIMEOUT)
        .fetch_full_schema_metadata(false)
        .timestamp_generator(Arc::new(MonotonicTimestampGenerator::new()));
    if let Some(datacenter) = &options.datacenter {
        builder = builder.prefer_datacenter(datacenter.clone());
    }
    if let Some(credentials) = &options.credentials {
        builder = builder.user(&credentials.user, &credentials.password);
    }
    if let Some(file) = &options.tls_ca {
        builder = builder.tls_context(Some(trusting(file)?));
    }
    builder.build().await.map_err(|source| ConnectError::of_session(&options.contact_points, source))
}

fn trusting(file: &Path) -> Result<Arc<rustls::ClientConfig>, ConnectError> {
    tls::trusting(file).map_err(|source| ConnectError::Authorities { file: file.to_owned(), source })
}

/// What holds for all statements: nothing is sent twice by the driver itself.
fn profile() -> ExecutionProfileBuilder {
    ExecutionProfile::builder()
        .consistency(Consistency::LocalQuorum)
        .serial_consistency(Some(SerialConsistency::LocalSerial))
        .retry_policy(Arc::new(FallthroughRetryPolicy))
}

/// The execution profile of each class, on nodes of `datacenter` alone: quorums and conditional writes are its
/// own.
pub(super) fn profiles(datacenter: &str) -> Profiles {
    let balancing =
        DefaultPolicy::builder().token_aware(true).prefer_datacenter(datacenter.to_owned()).build();
    let profile = || profile().load_balancing_policy(Arc::clone(&balancing));
    let read = || profile().retry_policy(Arc::new(DefaultRetryPolicy::new()));
    let speculation = |max_retry_count, retry_interval| {
        Some(Arc::new(SimpleSpeculativeExecutionPolicy { max_retry_count, retry_interval }) as Arc<_>)
    };
    Profiles {
        point_read: read()
            .request_timeout(Some(POINT_READ_TIMEOUT))
            .speculative_execution_policy(speculation(SPECULATIONS, SPECULATION))
            .build()
            .into_handle(),
        read: read()
            .request_timeout(Some(READ_TIMEOUT))
            .speculative_execution_policy(speculation(LONG_SPECULATIONS, LONG_SPECULATION))
            .build()
            .into_handle(),
        serial_read: read().request_timeout(Some(READ_TIMEOUT)).build().into_handle(),
        write: profile().request_timeout(Some(WRITE_TIMEOUT)).build().into_handle(),
        lease: profile().request_timeout(Some(LEASE_TIMEOUT)).build().into_handle(),
    }
}
