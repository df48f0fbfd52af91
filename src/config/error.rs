//! Why the settings are refused.

use std::path::PathBuf;

use super::Origin;

/// Why the settings are refused; each names the source, and the key where there is one.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The configuration file cannot be read.
    #[error("cannot read file {}: {cause}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        cause: std::io::Error,
    },
    /// A source is no TOML, or not made of sections.
    #[error("{origin}: {reason}")]
    Malformed {
        /// The source.
        origin: Origin,
        /// Where and why.
        reason: String,
    },
    /// A key that no setting has.
    #[error("{key}: there is no such setting; {known} (set by {origin})")]
    Unknown {
        /// The key, with its section.
        key: String,
        /// The source.
        origin: Origin,
        /// What there is instead.
        known: String,
    },
    /// A value that is not allowed.
    #[error("{key}: {reason} (set by {origin})")]
    Invalid {
        /// The key, with its section.
        key: String,
        /// The source.
        origin: Origin,
        /// What is wrong and what is allowed.
        reason: String,
    },
}
