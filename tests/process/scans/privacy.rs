//! What is on disk and in the log tells nobody who followed a link.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};

use ezqr_schema::scan::Day;
use ezqr_schema::{Clock, random_bytes};
use rusqlite::params;

use super::installation::{Installation, PAUSE, TRIES};
use super::rows;
use super::visitor::{Ended, Visitor};

/// What was found, and in which file.
type Finding = (String, PathBuf);

/// There is less to search.
const SMALL_FILES: (&str, &str) = ("EZQR__SCANS__JOURNAL_FILE_BYTES", "65536");

#[test]
fn neither_addresses_nor_agents_of_visitors_are_on_disk_or_in_the_log() {
    let settings = [
        SMALL_FILES,
        ("EZQR__HTTP__TRUSTED_NETWORKS", "127.0.0.0/8"),
        ("EZQR__TELEMETRY__LOG_LEVEL", "trace"),
    ];
    let mut installation = Installation::start(&settings);
    let code = installation.mint(1, "searched").remove(0);
    let addresses = addresses();
    let agents: Vec<String> = (0..addresses.len())
        .map(|number| {
            format!(
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/14{number}.7 zqxj/{number}"
            )
        })
        .collect();
    for (address, agent) in addresses.iter().zip(&agents) {
        let address = address.to_string();
        let headers = [
            ("User-Agent", agent.as_str()),
            ("X-Forwarded-For", &address),
            ("Referer", "https://seen.example/path-of-a-page?secret=1"),
            ("Cookie", "visitor=cookie-of-a-visitor"),
        ];
        let mut visitor = Visitor::with(installation.url(), &headers);
        assert_eq!(visitor.follow(&code.path), Ended::Answered);
        assert_eq!(visitor.ask("/api/v1/keys-of-nobody"), Ok(404));
        assert_eq!(visitor.ask("/api/v1/scans"), Ok(401));
    }
    let report = installation.report(&code, "");
    assert_eq!(report["unique"].as_u64().unwrap(), addresses.len() as u64, "they were told apart: {report}");
    let mut forbidden: Vec<(String, Vec<u8>)> = vec![
        ("the agents' mark".to_owned(), b"zqxj".to_vec()),
        ("path".to_owned(), b"path-of-a-page".to_vec()),
        ("cookie".to_owned(), b"cookie-of-a-visitor".to_vec()),
    ];
    forbidden.extend(agents.iter().map(|agent| (agent.clone(), agent.as_bytes().to_vec())));
    for address in &addresses {
        forbidden.push((format!("{address} as text"), address.to_string().into_bytes()));
        forbidden.extend(packed(address).into_iter().map(|bytes| (format!("{address} as {bytes:?}"), bytes)));
    }
    // While it runs, when it was killed, and after an orderly end.
    assert_eq!(search(installation.directory(), &forbidden), []);
    installation.kill();
    assert_eq!(search(installation.directory(), &forbidden), []);
    installation.start_again();
    installation.stop();
    assert_eq!(search(installation.directory(), &forbidden), []);
    let host = [("host".to_owned(), b"seen.example".to_vec())];
    assert!(!search(&installation.data(), &host).is_empty(), "the search finds what is there");
    assert!(installation.log().contains("request refused"), "{}", installation.log());
}

/// Few of IPv4: the four bytes of one are anywhere by chance, if one looks at enough bytes.
fn addresses() -> Vec<IpAddr> {
    let networks = (1..5_u8).map(|number| Ipv4Addr::new(203, 0, 113, 17 * number + 40).into());
    let hosts = (1..5_u16).map(|number| {
        Ipv6Addr::new(0x2a02, 0x8108, 0x5e4f + number, 0x91c3, 0x1d7a, 0xe25b, 0x7f30, 0xa8d4 + number).into()
    });
    networks.chain(hosts).collect()
}

/// The ways the bytes of an address may be kept, a network of IPv6 too.
fn packed(address: &IpAddr) -> Vec<Vec<u8>> {
    let octets = match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets()[..8].to_vec(),
    };
    let reversed = octets.iter().rev().copied().collect();
    vec![octets, reversed]
}

#[test]
fn salts_of_past_days_are_erased_from_every_file() {
    let mut installation = Installation::start(&[SMALL_FILES]);
    let code = installation.mint(1, "salted").remove(0);
    assert_eq!(Visitor::new(installation.url()).follow(&code.path), Ended::Answered);
    installation.kill();
    let today = Day::of(Clock::system().now());
    let old: Vec<[u8; 16]> = (0..3).map(|_| random_bytes().unwrap()).collect();
    let connection = rows::open(&installation.data());
    for (days, salt) in (1..).zip(&old) {
        let day = today.saturating_sub(days).number();
        connection
            .execute("INSERT INTO visitor_salts (day, salt) VALUES (?, ?)", params![day, salt])
            .unwrap();
    }
    let todays: [u8; 16] = connection
        .query_row("SELECT salt FROM visitor_salts WHERE day = ?", [today.number()], |row| row.get(0))
        .unwrap();
    drop(connection);
    let old: Vec<_> = old.iter().map(|salt| ("an old salt".to_owned(), salt.to_vec())).collect();
    assert!(!search(&installation.data(), &old).is_empty(), "the search finds them");
    installation.start_again();
    let is_found = || !search(installation.directory(), &old).is_empty();
    let tries = (0..TRIES).take_while(|_| is_found()).inspect(|_| std::thread::sleep(PAUSE)).count();
    assert!(tries < TRIES, "{:?}", search(installation.directory(), &old));
    let todays = [("today's".to_owned(), todays.to_vec())];
    assert!(!search(&installation.data(), &todays).is_empty(), "that of today stays");
}

/// Where something of `forbidden` is, in all files below `directory`.
fn search(directory: &Path, forbidden: &[(String, Vec<u8>)]) -> Vec<Finding> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(search(&path, forbidden));
            continue;
        }
        // A file may go while others are read.
        let Ok(content) = std::fs::read(&path) else { continue };
        for (what, bytes) in forbidden {
            if contains(&content, bytes) {
                found.push((what.clone(), path.clone()));
            }
        }
    }
    found
}

fn contains(content: &[u8], bytes: &[u8]) -> bool {
    let first = bytes[0];
    let starts = content.iter().enumerate().filter(|(_, byte)| **byte == first);
    starts.into_iter().any(|(start, _)| content[start..].starts_with(bytes))
}
