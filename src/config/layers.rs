//! The sources of settings, one laid over the other.

use std::collections::BTreeMap;
use std::path::Path;

use toml::{Table, Value};

use super::environment::PREFIX;
use super::{Config, ConfigError, Origin};

const DEFAULTS: &str = include_str!("default.toml");

/// Settings laid over each other, each with the source that set it last.
///
/// Invariant: there is an entry for every setting, and for nothing else.
#[derive(Debug)]
pub struct Layers(BTreeMap<Key, Entry>);

/// Section and key.
type Key = (String, String);

#[derive(Debug)]
struct Entry {
    value: Value,
    origin: Origin,
}

/// A flag that sets a setting.
#[derive(Clone, Debug)]
pub struct Flag {
    /// The flag, with its hyphens.
    pub name: &'static str,
    /// Its setting's section.
    pub section: &'static str,
    /// Its setting's key.
    pub key: &'static str,
    /// What was given.
    pub value: String,
}

/// One setting as it is in effect.
#[derive(Clone, Debug, PartialEq)]
pub struct EffectiveSetting<'a> {
    /// The section.
    pub section: &'a str,
    /// The key in it.
    pub key: &'a str,
    /// The value; that of a secret is not shown.
    pub value: Value,
    /// What set it.
    pub origin: &'a Origin,
}

impl Layers {
    /// The defaults alone.
    pub fn defaults() -> Result<Self, ConfigError> {
        let entry = |(section, key, value)| ((section, key), Entry { value, origin: Origin::Default });
        Ok(Self(settings(DEFAULTS, &Origin::Default)?.into_iter().map(entry).collect()))
    }

    /// The layers of a process: the defaults, then `file`, `environment` and `flags`.
    pub fn of(
        file: Option<&Path>,
        environment: Vec<(String, String)>,
        flags: Vec<Flag>,
    ) -> Result<Self, ConfigError> {
        let mut layers = Self::defaults()?;
        if let Some(path) = file {
            let text = std::fs::read_to_string(path)
                .map_err(|cause| ConfigError::Unreadable { path: path.to_owned(), cause })?;
            layers.lay_file(path, &text)?;
        }
        layers.lay_environment(environment)?;
        layers.lay_flags(flags)?;
        Ok(layers)
    }

    fn lay_file(&mut self, path: &Path, text: &str) -> Result<(), ConfigError> {
        let origin = Origin::File(path.to_owned());
        for (section, key, value) in settings(text, &origin)? {
            self.lay(&(section, key), origin.clone(), |_| value)?;
        }
        Ok(())
    }

    fn lay_environment(&mut self, environment: Vec<(String, String)>) -> Result<(), ConfigError> {
        for (variable, text) in environment {
            let Some(name) = variable.strip_prefix(PREFIX) else { continue };
            let name = name.to_ascii_lowercase();
            let (section, key) = name.split_once("__").unwrap_or((&name, ""));
            let key = (section.to_owned(), key.to_owned());
            self.lay(&key, Origin::Variable(variable), |default| typed_like(default, text))?;
        }
        Ok(())
    }

    fn lay_flags(&mut self, flags: Vec<Flag>) -> Result<(), ConfigError> {
        for flag in flags {
            let key = (flag.section.to_owned(), flag.key.to_owned());
            self.lay(&key, Origin::Flag(flag.name), |default| typed_like(default, flag.value))?;
        }
        Ok(())
    }

    /// Sets one value; it may look at the one under it.
    fn lay(
        &mut self,
        key: &Key,
        origin: Origin,
        value: impl FnOnce(&Value) -> Value,
    ) -> Result<(), ConfigError> {
        let Some(entry) = self.0.get_mut(key) else {
            let known = self.known(&key.0);
            return Err(ConfigError::Unknown { key: name(&key.0, &key.1), origin, known });
        };
        *entry = Entry { value: value(&entry.value), origin };
        Ok(())
    }

    /// What there is where an unknown key was looked for: the keys of its section, or the sections.
    fn known(&self, section: &str) -> String {
        let keys: Vec<&str> =
            self.0.keys().filter(|key| key.0 == section).map(|key| key.1.as_str()).collect();
        if !keys.is_empty() {
            return format!("[{section}] has {}", keys.join(", "));
        }
        let mut sections: Vec<&str> = self.0.keys().map(|key| key.0.as_str()).collect();
        sections.dedup();
        format!("the sections are {}", sections.join(", "))
    }

    /// Checks every value.
    pub fn check(&self) -> Result<Config, ConfigError> {
        let mut sections = Table::new();
        for ((section, key), entry) in &self.0 {
            let section = sections.entry(section.clone()).or_insert_with(|| Table::new().into());
            if let Value::Table(section) = section {
                section.insert(key.clone(), entry.value.clone());
            }
        }
        let config: Config = serde_path_to_error::deserialize(sections)
            .map_err(|error| self.invalid(error.path().to_string(), error.inner().message().trim()))?;
        match config.contradiction() {
            Some((section, key, reason)) => Err(self.invalid(name(section, key), reason)),
            None => Ok(config),
        }
    }

    fn invalid(&self, key: String, reason: &str) -> ConfigError {
        // Of a list the path names an element: `http.trusted_networks[0]`.
        let setting = key.split('[').next().unwrap_or_default();
        let entry = self.0.iter().find(|((section, inner), _)| name(section, inner) == setting);
        let origin = entry.map_or(Origin::Default, |(_, entry)| entry.origin.clone());
        ConfigError::Invalid { key, origin, reason: reason.to_owned() }
    }

    /// All settings in effect, by section and key.
    pub fn effective(&self) -> impl Iterator<Item = EffectiveSetting<'_>> {
        self.0.iter().map(|((section, key), Entry { value, origin })| {
            let value = if is_secret(key) { Value::from("<redacted>") } else { value.clone() };
            EffectiveSetting { section, key, value, origin }
        })
    }
}

/// Secrets are told by their name, so that one added later is not shown by mistake.
fn is_secret(key: &str) -> bool {
    ["password", "secret", "token"].iter().any(|ending| key.ends_with(ending))
}

fn name(section: &str, key: &str) -> String {
    if key.is_empty() { section.to_owned() } else { format!("{section}.{key}") }
}

/// The settings of a TOML document: each value with its section and key.
fn settings(text: &str, origin: &Origin) -> Result<Vec<(String, String, Value)>, ConfigError> {
    let malformed = |reason: String| ConfigError::Malformed { origin: origin.clone(), reason };
    let sections: Table = text.parse().map_err(|error: toml::de::Error| malformed(error.to_string()))?;
    let mut settings = Vec::new();
    for (section, content) in sections {
        let Value::Table(content) = content else {
            return Err(malformed(format!("`{section}` must stand in a section, such as [http]")));
        };
        settings.extend(content.into_iter().map(|(key, value)| (section.clone(), key, value)));
    }
    Ok(settings)
}

/// The text of a variable or flag as the type its setting has. One that does not fit stays a text, which the
/// check then refuses by name.
fn typed_like(default: &Value, text: String) -> Value {
    let typed = match default {
        Value::Integer(_) => text.replace('_', "").parse().ok().map(Value::Integer),
        Value::Boolean(_) => text.parse().ok().map(Value::Boolean),
        Value::Array(_) => Some(Value::Array(listed(&text))),
        Value::String(_) | Value::Float(_) | Value::Datetime(_) | Value::Table(_) => None,
    };
    typed.unwrap_or(Value::String(text))
}

/// The texts of a list parted by commas.
fn listed(text: &str) -> Vec<Value> {
    text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(Value::from).collect()
}

#[cfg(test)]
mod tests;
