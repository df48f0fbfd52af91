//! What agents of robots, libraries and people, as others collected them, are taken for.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests stop at what they did not expect, and tell what they found"
)]

mod package;

use std::collections::BTreeMap;

use ezqr_actors::scans::visit::{Agents, Profile};
use ezqr_schema::scan::{Class, Device};
use serde_json::Value;

use self::package::file_in;

const ROBOTS: &[u8] = include_bytes!("crawler-user-agents-1.60.0.tgz");
const PEOPLE: &[u8] = include_bytes!("user-agents-2.1.198.tgz");

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// Each robot, and whether its entry is tagged as a library.
fn robots() -> Vec<(String, bool)> {
    let entries: Vec<Value> =
        serde_json::from_slice(&file_in(ROBOTS, "package/crawler-user-agents.json")).unwrap();
    let of_entry = |entry: &Value| {
        let is_library =
            entry.get("tags").is_some_and(|tags| texts(tags).iter().any(|tag| tag == "http-library"));
        texts(&entry["instances"]).into_iter().map(move |agent| (agent, is_library)).collect::<Vec<_>>()
    };
    entries.iter().flat_map(of_entry).collect()
}

/// The agents that are not of the class, each with what it was taken for.
fn missed<'a>(
    agents: &Agents,
    from: impl Iterator<Item = &'a String>,
    class: Class,
) -> Vec<(Profile, &'a String)> {
    let judged = from.map(|agent| (agents.profile(agent.as_bytes()), agent));
    let missed: Vec<_> = judged.filter(|(profile, _)| profile.reason.class() != class).collect();
    for (profile, agent) in &missed {
        println!("not {}: {:?} {agent}", class.name(), profile.reason);
    }
    missed
}

#[test]
fn robots_are_bots_and_libraries_are_unknown() {
    let (agents, robots) = (Agents::shipped().unwrap(), robots());
    assert_eq!(robots.len(), 2_118);
    let select = |library: bool| robots.iter().filter(move |(_, is)| *is == library).map(|(agent, _)| agent);
    assert_eq!((select(true).count(), select(false).count()), (103, 2_015));
    assert_eq!(missed(&agents, select(true), Class::Unknown).len(), 0);
    let missed = missed(&agents, select(false), Class::Bot).len();
    println!("{missed} of 2015 robots are not found");
    assert!(missed * 100 <= 2_015, "{missed}");
}

#[test]
fn people_are_no_bots() {
    let agents = Agents::shipped().unwrap();
    let people: Vec<Value> =
        serde_json::from_slice(&file_in(PEOPLE, "package/dist/user-agents.json")).unwrap();
    assert_eq!(people.len(), 10_000);
    let texts: Vec<String> =
        people.iter().map(|entry| entry["userAgent"].as_str().unwrap().to_owned()).collect();
    let missed = missed(&agents, texts.iter(), Class::Human);
    let bots = missed.iter().filter(|(profile, _)| profile.reason.class() == Class::Bot).count();
    println!("{bots} of 10000 people are taken for bots, {} for no humans", missed.len());
    assert!(bots * 1_000 <= 5 * people.len(), "{bots}");

    // The collectors tell devices by more than the agent; nearly always it says the same.
    let mut devices = BTreeMap::<(String, &str), usize>::new();
    let mut browsers = BTreeMap::<(&str, &str), usize>::new();
    let mut differ = 0;
    for (entry, text) in people.iter().zip(&texts) {
        let profile = agents.profile(text.as_bytes());
        let theirs = entry["deviceCategory"].as_str().unwrap();
        *devices.entry((theirs.to_owned(), profile.device.name())).or_default() += 1;
        *browsers.entry((profile.os.name(), profile.browser.name())).or_default() += 1;
        let same = match profile.device {
            Device::Phone => theirs == "mobile",
            Device::Tablet => theirs == "tablet",
            Device::Desktop => theirs == "desktop",
            Device::Other => false,
        };
        if !same {
            differ += 1;
            println!("{theirs} is {:?}: {text}", profile.device);
        }
    }
    println!("{devices:?}\n{browsers:?}");
    assert!(differ * 100 <= people.len(), "{differ}");
}
