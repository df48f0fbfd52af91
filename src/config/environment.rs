//! The only reader of the environment.

use std::ffi::OsString;

use super::{ConfigError, Origin};

/// What the names of our variables begin with; section and key follow, parted by two underscores.
pub(super) const PREFIX: &str = "EZQR__";

/// The variables of this process that hold settings.
///
/// # Errors
///
/// A variable of ours whose name or value is not Unicode.
pub fn variables() -> Result<Vec<(String, String)>, ConfigError> {
    std::env::vars_os().filter_map(|(name, value)| ours(&name, value).transpose()).collect()
}

fn ours(name: &OsString, value: OsString) -> Result<Option<(String, String)>, ConfigError> {
    let shown = name.to_string_lossy();
    if !shown.starts_with(PREFIX) {
        return Ok(None);
    }
    match value.into_string() {
        Ok(value) => Ok(Some((shown.into_owned(), value))),
        Err(_) => Err(ConfigError::Malformed {
            origin: Origin::Variable(shown.into_owned()),
            reason: "the value is not Unicode".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt as _;

    use super::*;

    #[test]
    fn variables_of_other_programs_are_left_alone() {
        assert_eq!(ours(&"PATH".into(), "/bin".into()).unwrap(), None);
        assert_eq!(ours(&"EZQR_API_KEY".into(), "secret".into()).unwrap(), None);
        let listen = ours(&"EZQR__HTTP__LISTEN".into(), "[::]:80".into()).unwrap();
        assert_eq!(listen, Some(("EZQR__HTTP__LISTEN".to_owned(), "[::]:80".to_owned())));
    }

    #[test]
    fn a_value_that_is_not_unicode_names_its_variable() {
        let fault = ours(&"EZQR__STORE__DATA_DIRECTORY".into(), OsString::from_vec(vec![0xff])).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "environment variable EZQR__STORE__DATA_DIRECTORY: the value is not Unicode"
        );
    }
}
