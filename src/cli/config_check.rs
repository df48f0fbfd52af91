//! `ezqr config check`.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::output::Output;
use crate::config::Layers;

/// Every setting in effect, as a file that would set the same, and where each was set.
pub(super) fn output(layers: &Layers) -> Output {
    let mut text = String::new();
    let mut json = Map::new();
    let mut section = "";
    for setting in layers.effective() {
        if setting.section != section {
            section = setting.section;
            // Writing to a string does not fail.
            let _ = writeln!(text, "{}[{section}]", if text.is_empty() { "" } else { "\n" });
        }
        let _ = writeln!(text, "{} = {}  # {}", setting.key, setting.value, setting.origin);
        let value = serde_json::to_value(&setting.value).unwrap_or(Value::Null);
        let shown = json!({ "value": value, "origin": setting.origin.to_string() });
        json.insert(format!("{section}.{}", setting.key), shown);
    }
    Output { text, json: Value::Object(json) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shown_settings_are_a_file_that_sets_the_same() {
        let flag = crate::config::Flag {
            name: "--listen",
            section: "http",
            key: "listen",
            value: "[::1]:81".to_owned(),
        };
        let layers = Layers::of(None, Vec::new(), vec![flag]).unwrap();
        let shown = output(&layers);
        assert!(shown.text.contains("listen = \"[::1]:81\"  # flag --listen\n"), "{}", shown.text);
        assert_eq!(shown.json["http.listen"]["value"], "[::1]:81");

        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("ezqr.toml");
        std::fs::write(&file, &shown.text).unwrap();
        let again = Layers::of(Some(&file), Vec::new(), Vec::new()).unwrap();
        let values = |layers: &Layers| layers.effective().map(|setting| setting.value).collect::<Vec<_>>();
        assert_eq!(values(&again), values(&layers));
    }
}
