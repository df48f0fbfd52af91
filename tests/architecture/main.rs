//! What the layout promises and no compiler checks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests stop at what they did not expect"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// Lines of a file that is still one concept.
const LONGEST_FILE: usize = 400;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of ours below `folder`.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}

fn source_files() -> Vec<(PathBuf, String)> {
    let folders = ["src", "actors", "schema", "benches", "tests"].map(|folder| root().join(folder));
    let files = folders.iter().flat_map(|folder| files_below(folder));
    let sources = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let sources: Vec<_> = sources.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect();
    assert!(sources.len() > 100, "the sources were not found");
    sources
}

#[test]
fn the_top_level_has_no_other_folder() {
    let known = ["src", "actors", "schema", "benches", "tests", "target", "ezqr-data"];
    for entry in fs::read_dir(root()).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let is_known = known.contains(&name.as_str()) || name.starts_with('.') || name.starts_with("target-");
        assert!(is_known || !entry.path().is_dir(), "{name}");
    }
}

#[test]
fn files_are_small() {
    for (path, text) in source_files() {
        let lines = text.lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines", path.display());
    }
}

#[test]
fn no_module_is_a_drawer_for_anything() {
    for (path, _) in source_files() {
        for part in path.strip_prefix(root()).unwrap() {
            let name = Path::new(part).file_stem().unwrap().to_str().unwrap();
            let is_drawer = ["util", "utils", "helper", "helpers", "common", "misc", "types"].contains(&name);
            assert!(!is_drawer, "{}", path.display());
        }
    }
}

#[test]
fn no_source_is_unsafe() {
    let exception = root().join("actors/src/scans/journal/map.rs");
    assert!(exception.exists());
    let keyword = ["un", "safe "].concat();
    for (path, text) in source_files().into_iter().filter(|(path, _)| *path != exception) {
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            assert!(!line.contains(&keyword), "{}: {line}", path.display());
        }
    }
}

#[test]
fn the_edge_cannot_send_a_message_by_hand() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, dependencies) = manifest.split_once("\n[dependencies]\n").unwrap();
    let (dependencies, _) = dependencies.split_once("\n[").unwrap();
    assert!(dependencies.contains("actix-web"));
    assert!(!dependencies.lines().any(|line| line.starts_with("actix.") || line.starts_with("actix ")));
}

#[test]
fn lower_crates_know_no_higher_ones() {
    let forbidden = [
        ("schema", ["ezqr-render", "ezqr-store", "ezqr-actors", "actix"]),
        ("actors/render", ["ezqr-store", "ezqr-actors", "actix", "tokio"]),
        ("actors/store", ["ezqr-render", "ezqr-actors", "actix", "rayon"]),
    ];
    for (folder, names) in forbidden {
        let manifest = fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
        for name in names {
            assert!(!manifest.lines().any(|line| line.starts_with(name)), "{folder} knows {name}");
        }
    }
}
