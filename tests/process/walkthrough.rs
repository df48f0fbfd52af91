//! What the README and the greeting tell to paste, is pasted.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::server::{Server, directory};
use crate::skipped::skip;

const README: &str = include_str!("../../README.md");

/// Whether curl is there.
fn curl_is_there() -> bool {
    let there = Command::new("curl").arg("--version").output().is_ok_and(|output| output.status.success());
    if !there {
        skip("curl is missing, so what the README tells to paste was not pasted");
    }
    there
}

/// Runs a script as a person would, and answers what it printed.
fn paste(script: &str, directory: &Path, url: &str, key: &str) -> String {
    let output = Command::new("sh")
        .args(["-e", "-c", script])
        .current_dir(directory)
        .env("EZQR_URL", url)
        .env("EZQR_API_KEY", key)
        .output()
        .unwrap();
    assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The blocks of the README's walkthrough, in order.
fn blocks() -> Vec<&'static str> {
    let (_, walkthrough) = README.split_once("\n## Walkthrough\n").unwrap();
    let (walkthrough, _) = walkthrough.split_once("\n## ").unwrap();
    walkthrough.split("```sh\n").skip(1).map(|block| block.split_once("```").unwrap().0).collect()
}

fn read(directory: &Path, file: &str) -> Value {
    serde_json::from_slice(&fs::read(directory.join(file)).unwrap()).unwrap()
}

/// What a phone reads from an image.
fn scanned(file: &Path) -> String {
    let image = image::open(file).unwrap().to_luma8();
    let (width, height) = image.dimensions();
    rxing::helpers::detect_in_luma(image.into_raw(), width, height, None).unwrap().getText().to_owned()
}

/// A link as a symbol holds it: capitals behind the scheme.
fn printed_as(link: &str) -> String {
    let (scheme, rest) = link.split_once(':').unwrap();
    format!("{scheme}:{}", rest.to_uppercase())
}

#[test]
fn the_walkthrough_of_the_readme_does_what_it_says() {
    if !curl_is_there() {
        return;
    }
    let directory = directory();
    let path = directory.path();
    let server = Server::start(path);
    let key = server.first_key();
    // One shell for all blocks, as on a terminal.
    let printed = paste(&blocks().join("\n"), path, &server.url, &key);
    println!("{printed}");

    let code = read(path, "code.json");
    let link = code["short_link"].as_str().unwrap();
    assert_eq!(scanned(&path.join("code.png")), printed_as(link));
    let followed: Vec<&str> = printed.lines().filter(|line| line.starts_with("302 ")).collect();
    assert_eq!(followed, ["302 https://shop.example.com/4471", "302 https://shop.example.com/summer"]);
    assert_eq!(read(path, "patched.json")["version"], 2);
    let scans = read(path, "scans.json");
    assert_eq!(
        (&scans["total"], &scans["by_date"].as_array().unwrap().len().into()),
        (&json!(2), &json!(30))
    );
    let csv = fs::read_to_string(path.join("scans.csv")).unwrap();
    assert!(csv.lines().any(|line| line == "reason,library,unknown,2,,"), "{csv}");
    assert_eq!(read(path, "batch.json")["created"], 2);
    let list = read(path, "list.json");
    assert_eq!(list["data"].as_array().unwrap().len(), 2);
    assert_eq!(list["data"][1]["id"], code["id"]);
}

#[test]
fn the_commands_of_the_greeting_work_as_they_are_pasted() {
    if !curl_is_there() {
        return;
    }
    let directory = directory();
    let server = Server::start(directory.path());
    let commands: Vec<&str> =
        server.greeting.lines().filter(|line| line.trim_start().starts_with("curl ")).collect();
    assert_eq!(commands.len(), 3);
    let printed = paste(&commands.join("\n"), directory.path(), "", "");
    assert!(printed.contains("\"created\":2"), "{printed}");
    let code = read(directory.path(), "code.json");
    let link = code["short_link"].as_str().unwrap();
    assert_eq!(scanned(&directory.path().join("code.png")), printed_as(link));
}
