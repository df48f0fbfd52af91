//! Which failures to connect no waiting cures.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the driver's errors are not exhaustive: what is not named is not told apart"
)]

use std::io;

use scylla::errors::{
    BrokenConnectionErrorKind, ConnectionError, ConnectionPoolError, ConnectionSetupRequestErrorKind,
    DbError, MetadataError, NewSessionError,
};

/// How Cassandra begins the refusal of a login it could not check, because too few nodes are up
/// (`PasswordAuthenticator.queryHashedPassword`); a wrong password reads otherwise.
const LOGIN_UNCHECKED: &str = "Unable to perform authentication";

/// Whether a node, or the resolver, refused for a reason that stays: a name without an address, a login, a
/// certificate, a port where something else listens.
pub(super) fn is_refusal(error: &NewSessionError) -> bool {
    if let NewSessionError::MetadataError(MetadataError::ConnectionPoolError(ConnectionPoolError::Broken {
        last_connection_error,
    })) = error
    {
        return is_lasting(last_connection_error);
    }
    matches!(
        error,
        NewSessionError::FailedToResolveAnyHostname(_)
            | NewSessionError::EmptyKnownNodesList
            | NewSessionError::IllegalConfig(_)
    )
}

fn is_lasting(error: &ConnectionError) -> bool {
    if let ConnectionError::IoError(error) = error {
        return is_about_tls(error);
    }
    let ConnectionError::ConnectionSetupRequestError(error) = error else { return false };
    match error.get_error() {
        ConnectionSetupRequestErrorKind::DbError(DbError::AuthenticationError, text) => {
            !text.starts_with(LOGIN_UNCHECKED)
        }
        ConnectionSetupRequestErrorKind::BrokenConnection(broken) => matches!(
            broken.downcast_ref::<BrokenConnectionErrorKind>(),
            Some(BrokenConnectionErrorKind::FrameHeaderParseError(_))
        ),
        kind => matches!(
            kind,
            ConnectionSetupRequestErrorKind::MissingAuthentication
                | ConnectionSetupRequestErrorKind::UnexpectedResponse(_)
                | ConnectionSetupRequestErrorKind::DbError(DbError::ProtocolError, _)
        ),
    }
}

fn is_about_tls(error: &io::Error) -> bool {
    error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>)
}
