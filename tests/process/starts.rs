//! Starts: the first, the second, and those that must not happen.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use tempfile::TempDir;

use crate::client::Client;
use crate::server::{Server, directory, ezqr, run};

#[test]
fn a_first_start_prints_a_key_and_a_second_keeps_all_and_prints_none() {
    let directory = directory();
    let mut first = Server::start(directory.path());
    let key = first.first_key();
    let body = serde_json::json!({"content_type": "text", "content": "kept"});
    let minted = Client::new(&first.url, &key).post("/api/v1/qr-codes", &body).unwrap();
    assert_eq!(minted.status, 201);
    first.kill();
    let second = Server::start(directory.path());
    assert!(!second.greeting.contains("ezqr_production_"), "{}", second.greeting);
    let codes = Client::new(&second.url, &key).list_all();
    assert_eq!(codes.len(), 1);
    assert_eq!(codes[0]["id"], minted.body["id"]);
    assert!(second.rest().contains("`ezqr key create --name NAME`"));
}

#[test]
fn the_data_are_nobody_elses_business() {
    let directory = directory();
    let _server = Server::start(directory.path());
    let data = directory.path().join("ezqr-data");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    let private =
        ["pepper", "ezqr.db", "scans.db", "journal/installation", "journal/lock", "lock", "reserve"];
    for name in private {
        assert_eq!(mode(&data.join(name)), 0o600, "{name}");
    }
    let files = fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path());
    let marks: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|ending| ending == "installation")).collect();
    assert!(marks.len() == 1 && mode(&marks[0]) == 0o600, "{marks:?}");
}

#[test]
fn a_data_directory_that_others_may_enter_is_warned_of() {
    let directory = directory();
    let data = directory.path().join("ezqr-data");
    for (mode, warns) in [(0o700, false), (0o755, true), (0o710, true)] {
        fs::create_dir_all(&data).unwrap();
        fs::set_permissions(&data, fs::Permissions::from_mode(mode)).unwrap();
        let mut serve =
            ezqr(directory.path(), &["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off"]);
        let mut server = Server::of(serve.stderr(Stdio::piped()), directory.path());
        server.terminate();
        let (_, log) = server.wait();
        assert_eq!(log.contains("is open to other users"), warns, "{log}");
    }
}

#[test]
fn a_second_server_on_the_same_directory_is_refused() {
    let directory = directory();
    let _server = Server::start(directory.path());
    let refused = run(directory.path(), &["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off"]);
    let text = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success());
    assert!(text.contains("ezqr-data") && text.contains("serve"), "{text}");
}

#[test]
fn a_taken_port_stops_the_start_before_a_key_is_made_that_nobody_sees() {
    let directory = directory();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = run(directory.path(), &["serve", "--listen", &address, "--metrics-listen", "off"]);
    assert!(!refused.status.success());
    let text = String::from_utf8_lossy(&refused.stderr);
    assert!(text.contains(&address) && text.contains("http.listen"), "{text}");
    assert!(Server::start(directory.path()).greeting.contains("ezqr_production_"));
}

#[test]
fn a_foreign_pepper_stops_the_start() {
    let directory = directory();
    Server::start(directory.path()).kill();
    let pepper = directory.path().join("ezqr-data/pepper");
    fs::write(&pepper, format!("{}\n", "0".repeat(64))).unwrap();
    let refused = run(directory.path(), &["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off"]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("pepper"));
}

#[test]
fn an_invalid_setting_stops_the_start_and_is_named_with_its_source() {
    let directory = directory();
    fs::write(directory.path().join("ezqr.toml"), "[limits]\nimage_pixels = 3\n").unwrap();
    refused(&directory, &["serve", "--listen", "nowhere"], None, ["http.listen", "--listen"]);
    let variable = "EZQR__HTTP__WORKERS";
    refused(&directory, &["serve"], Some((variable, "many")), ["http.workers", variable]);
    let misspelt = "EZQR__HTTP__WORKES";
    refused(&directory, &["serve"], Some((misspelt, "1")), [misspelt, "workes"]);
    let file = ["serve", "--config", "ezqr.toml"];
    refused(&directory, &file, None, ["limits.image_pixels", "ezqr.toml"]);
    assert!(!directory.path().join("ezqr-data").exists(), "nothing was made");
}

/// The start stops and names both what is wrong and where it was set.
fn refused(directory: &TempDir, arguments: &[&str], variable: Option<(&str, &str)>, named: [&str; 2]) {
    let output = ezqr(directory.path(), arguments).envs(variable).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{arguments:?}");
    for name in named {
        assert!(text.contains(name), "{name} is not named: {text}");
    }
}

#[test]
fn the_settings_in_effect_are_shown_with_their_sources() {
    let directory = directory();
    let output =
        ezqr(directory.path(), &["config", "check"]).env("EZQR__HTTP__WORKERS", "3").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success());
    assert!(text.contains("workers = 3") && text.contains("EZQR__HTTP__WORKERS"), "{text}");
}

/// A code printed with such a link leads nowhere, for ever.
#[test]
fn a_link_url_that_leads_nowhere_from_elsewhere_is_warned_of() {
    let warning = "links.link_url is this machine's own";
    for (link_url, is_warned_of) in [
        (None, true),
        (Some("http://localhost:8080"), true),
        (Some("http://127.0.0.1"), true),
        (Some("http://[::1]:8080"), true),
        (Some("https://r.example.com"), false),
        (Some("http://192.0.2.7"), false),
    ] {
        let directory = directory();
        let mut serve =
            ezqr(directory.path(), &["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off"]);
        if let Some(link_url) = link_url {
            serve.env("EZQR__LINKS__LINK_URL", link_url);
        }
        serve.env("EZQR__HTTP__DRAIN_NOTICE_SECONDS", "0");
        let mut server = Server::of(serve.stderr(Stdio::piped()), directory.path());
        server.terminate();
        let (code, log) = server.wait();
        assert_eq!((code, log.contains(warning)), (Some(0), is_warned_of), "{link_url:?}: {log}");
    }
}
