//! The configured store, opened.

use std::fs;

use ezqr_schema::Clock;
use ezqr_store::{Credentials, EmbeddedOptions, EmbeddedStore, OpenError, ScyllaOptions, ScyllaStore, Store};

use super::BootError;
use crate::config::{self, CqlUrl};

/// Opens the embedded store as its server: nobody else serves the directory meanwhile.
pub(super) fn serve_embedded(settings: &config::Store, insistence: Insistence) -> Result<Store, BootError> {
    let sets_aside = insistence == Insistence::SetAside;
    let options = EmbeddedOptions { sets_aside, ..embedded_options(settings) };
    Ok(Store::Embedded(EmbeddedStore::open(&settings.data_directory, options)?))
}

/// What happens when the data directory holds files of another installation, or of one whose database is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insistence {
    /// The start stops and says why.
    Stop,
    /// They are set aside, and an installation is founded if there is none.
    SetAside,
}

/// Where the files of the embedded store are.
pub(crate) fn embedded_options(settings: &config::Store) -> EmbeddedOptions {
    EmbeddedOptions {
        journal: Some(settings.journal_directory()),
        pepper: Some(settings.pepper_file()),
        ..EmbeddedOptions::default()
    }
}

/// Opens the shared store at `url`.
pub(super) async fn connect(
    settings: &config::Store,
    url: &CqlUrl,
    clock: &Clock,
) -> Result<Store, BootError> {
    let options = options(settings, url)?;
    Ok(Store::Scylla(ScyllaStore::connect(options, clock.clone()).await.map_err(Box::new)?))
}

/// Opens the configured store beside whoever serves it: nothing is made and nothing is migrated.
pub(crate) async fn attach(settings: &config::Store, clock: &Clock) -> Result<Store, BootError> {
    match &settings.url {
        None => Ok(Store::Embedded(attach_embedded(settings)?)),
        Some(url) => {
            let options = options(settings, url)?;
            Ok(Store::Scylla(ScyllaStore::attach(options, clock.clone()).await.map_err(Box::new)?))
        }
    }
}

/// Where the database was lost, the remedy is the one that `serve` tells.
fn attach_embedded(settings: &config::Store) -> Result<EmbeddedStore, OpenError> {
    let directory = &settings.data_directory;
    EmbeddedStore::attach(directory).map_err(|error| {
        if matches!(error, OpenError::Missing { .. }) {
            EmbeddedStore::why_missing(directory, &embedded_options(settings)).unwrap_or(error)
        } else {
            error
        }
    })
}

fn options(settings: &config::Store, url: &CqlUrl) -> Result<ScyllaOptions, BootError> {
    Ok(ScyllaOptions {
        contact_points: url.contact_points.clone(),
        keyspace: url.keyspace.clone(),
        credentials: credentials(settings)?,
        tls_ca: settings.tls_ca.clone(),
        datacenter: settings.datacenter.clone(),
        replication_factor: settings.replication_factor,
    })
}

/// The password is read here and nowhere else, and stays out of the settings, which are shown.
fn credentials(settings: &config::Store) -> Result<Option<Credentials>, BootError> {
    let (Some(user), Some(path)) = (&settings.user, &settings.password_file) else { return Ok(None) };
    let password =
        fs::read_to_string(path).map_err(|cause| BootError::Password { path: path.clone(), cause })?;
    // Editors end a file with a line feed.
    let password = password.trim_end_matches(['\r', '\n']).to_owned();
    Ok(Some(Credentials { user: user.clone(), password }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Layers;

    fn settings(variables: &[(&str, &str)]) -> config::Store {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Layers::of(None, variables.collect(), Vec::new()).unwrap().check().unwrap().store
    }

    #[test]
    fn a_password_is_read_from_its_file_without_the_line_feed_of_an_editor() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("password");
        let named = [
            ("EZQR__STORE__URL", "cql://a,b:1/k"),
            ("EZQR__STORE__USER", "ann"),
            ("EZQR__STORE__PASSWORD_FILE", path.to_str().unwrap()),
        ];
        let settings = settings(&named);
        let options = || options(&settings, settings.url.as_ref().unwrap());
        let missing = options().map(drop).unwrap_err().to_string();
        assert!(missing.contains("/password, which store.password_file names"), "{missing}");
        fs::write(&path, " blue sky \r\n").unwrap();
        let options = options().unwrap();
        assert_eq!(options.contact_points, ["a:9042", "b:1"]);
        assert_eq!(options.keyspace, "k");
        let credentials = options.credentials.unwrap();
        assert_eq!((credentials.user.as_str(), credentials.password.as_str()), ("ann", " blue sky "));
    }
}
