//! TLS to the nodes.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// Why the authorities cannot be trusted.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file cannot be read, or is no PEM.
    #[error("it cannot be read as PEM")]
    Pem(#[from] rustls::pki_types::pem::Error),
    /// The file holds no certificate.
    #[error("it holds no certificate")]
    Empty,
    /// A certificate in it cannot be used.
    #[error("it holds a certificate that cannot be used")]
    Certificate(#[from] rustls::Error),
}

/// How to speak TLS to nodes whose certificates the authorities in `file` have signed. A certificate must name
/// the address the node is reached at.
pub(super) fn trusting(file: &Path) -> Result<Arc<ClientConfig>, TlsError> {
    let mut authorities = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file)? {
        authorities.add(certificate?)?;
    }
    if authorities.is_empty() {
        return Err(TlsError::Empty);
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(Arc::new(config.with_root_certificates(authorities).with_no_client_auth()))
}
