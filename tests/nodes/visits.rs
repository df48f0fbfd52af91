//! Visitors of several kinds, and what must be counted of them.
#![allow(dead_code, reason = "each suite uses its part")]

use std::thread;
use std::time::{Duration, Instant};

use ezqr_schema::Clock;
use ezqr_schema::scan::Day;
use serde_json::{Value, json};

use crate::client::Client;
use crate::node::COUNTRY_HEADER;
use crate::visitor::{Ended, Visitor};

/// How long counts may take to be told everywhere: what a node that was killed left is read again first.
const PATIENCE: Duration = Duration::from_secs(60);

/// What visitors have in common. Every kind is of a country of its own.
pub(crate) struct Kind {
    agent: &'static str,
    country: &'static str,
    device: &'static str,
    referrer: &'static str,
    is_bot: bool,
}

pub(crate) const KINDS: [Kind; 4] = [
    Kind {
        agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                Version/18.5 Mobile/15E148 Safari/604.1",
        country: "DE",
        device: "phone",
        referrer: "direct",
        is_bot: false,
    },
    Kind {
        agent: "Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                Version/17.6 Mobile/15E148 Safari/604.1",
        country: "FR",
        device: "tablet",
        referrer: "news.example",
        is_bot: false,
    },
    Kind {
        agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        country: "US",
        device: "desktop",
        referrer: "shop.example",
        is_bot: false,
    },
    Kind {
        agent: "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        country: "NL",
        device: "other",
        referrer: "direct",
        is_bot: true,
    },
];

impl Kind {
    /// One of them, at the node of `url`.
    pub(crate) fn visitor(&self, url: &str) -> Visitor {
        let referrer = format!("https://{}/offers?of=today", self.referrer);
        let mut headers = vec![("User-Agent", self.agent), (COUNTRY_HEADER, self.country)];
        if self.referrer != "direct" {
            headers.push(("Referer", &referrer));
        }
        Visitor::with(url, &headers)
    }
}

/// A code to follow.
#[derive(Clone, Debug)]
pub(crate) struct Followed {
    pub(crate) id: String,
    /// The path of its short link.
    pub(crate) path: String,
}

/// Mints so many codes.
pub(crate) fn mint(client: &Client, count: usize) -> Vec<Followed> {
    let item = json!({"content_type": "url", "content": "https://example.com/", "dynamic": true});
    let mut codes = Vec::new();
    while codes.len() < count {
        let items = vec![item.clone(); (count - codes.len()).min(100)];
        let answer = client.post("/api/v1/qr-codes/batch", &json!(items)).unwrap();
        assert_eq!(answer.status, 201, "{}", answer.text);
        codes.extend(answer.body["data"].as_array().unwrap().iter().map(|item| Followed {
            id: item["code"]["id"].as_str().unwrap().to_owned(),
            path: format!("/{}", item["code"]["short_code"].as_str().unwrap()),
        }));
    }
    codes
}

/// How often something was asked for: at least, as was answered, and at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bounds {
    least: u64,
    most: u64,
}

/// How often each of some codes was followed by each kind of visitor.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    codes: Vec<[Bounds; KINDS.len()]>,
    /// Requests that were answered, but led nowhere: they count for nothing.
    pub(crate) refused: u64,
    /// Requests that were not answered, and may have been made.
    pub(crate) open: u64,
}

impl Ledger {
    /// Of so many codes that nobody followed.
    pub(crate) fn of(codes: usize) -> Self {
        Self { codes: vec![Default::default(); codes], refused: 0, open: 0 }
    }

    /// Notes how a request of a visitor of this kind ended, or as what it was answered.
    pub(crate) fn note(&mut self, code: usize, kind: usize, asked: Result<u16, Ended>) {
        let bounds = &mut self.codes[code][kind];
        match asked {
            Ok(302) | Err(Ended::Answered) => {
                bounds.least += 1;
                bounds.most += 1;
            }
            Ok(status) => {
                assert_eq!(status, 503, "a link leads nowhere");
                self.refused += 1;
            }
            Err(Ended::NotSent) => {}
            Err(Ended::Unknown) => {
                bounds.most += 1;
                self.open += 1;
            }
        }
    }

    /// Adds what another has noted of the same codes.
    pub(crate) fn merge(&mut self, other: &Self) {
        let pairs =
            self.codes.iter_mut().zip(&other.codes).flat_map(|(mine, theirs)| mine.iter_mut().zip(theirs));
        for (mine, theirs) in pairs {
            mine.least += theirs.least;
            mine.most += theirs.most;
        }
        self.refused += other.refused;
        self.open += other.open;
    }

    /// Requests that were answered.
    pub(crate) fn answered(&self) -> u64 {
        self.codes.iter().flatten().map(|bounds| bounds.least).sum()
    }

    /// Waits until this node tells what must be counted, and looks once more a little later: nothing may be added
    /// then. All scans are of the UTC days from `since` on.
    pub(crate) fn expect(&self, client: &Client, codes: &[Followed], since: Day) {
        let began = now();
        let mut faults = self.faults(client, codes, since);
        while !faults.is_empty() && began.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(500));
            faults = self.faults(client, codes, since);
        }
        assert!(faults.is_empty(), "{} faults: {:#?}", faults.len(), &faults[..faults.len().min(5)]);
        println!("{} answered, {} open, told after {:?}", self.answered(), self.open, began.elapsed());
        thread::sleep(Duration::from_secs(3));
        assert_eq!(self.faults(client, codes, since), Vec::<String>::new());
    }

    /// What is wrong with what is told of these codes.
    pub(crate) fn faults(&self, client: &Client, codes: &[Followed], since: Day) -> Vec<String> {
        let range = format!("from={since}&to={}", today());
        let mut faults = Vec::new();
        for (code, bounds) in codes.iter().zip(&self.codes) {
            let path = format!("/api/v1/qr-codes/{}", code.id);
            let query = format!("{range}&class=human,bot,unknown&group_by=country,device");
            let (report, record) = (client.get(&format!("{path}/scans?{query}")), client.get(&path));
            match (report, record) {
                (Some(report), Some(record)) if (report.status, record.status) == (200, 200) => {
                    faults.extend(judge(&code.id, bounds, &report.body, &record.body));
                }
                (report, record) => faults.push(format!("{}: {report:?}, {record:?}", code.id)),
            }
        }
        faults
    }
}

/// What is wrong with a report on a code and its record.
fn judge(id: &str, bounds: &[Bounds; KINDS.len()], report: &Value, record: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let number = |value: &Value| value.as_u64().unwrap_or_else(|| panic!("{id}: {report}"));
    let entries = |name: &str| report[name].as_array().unwrap_or_else(|| panic!("{id}: {report}"));
    let (mut all, mut bots) = (0, 0);
    for (kind, Bounds { least, most }) in KINDS.iter().zip(bounds) {
        let is_of_kind = |entry: &&Value| entry["country"] == kind.country;
        let count = entries("groups").iter().find(is_of_kind).map_or(0, |entry| number(&entry["total"]));
        if !(*least..=*most).contains(&count) {
            faults.push(format!("{id}: {count} of {} instead of {least} to {most}", kind.country));
        }
        all += count;
        bots += if kind.is_bot { count } else { 0 };
        for (breakdown, name, value) in [
            ("groups", "device", kind.device),
            ("by_device", "device", kind.device),
            ("by_country", "country", kind.country),
        ] {
            let found = entries(breakdown).iter().filter(|entry| entry[name] == value);
            let found: u64 = found.map(|entry| number(&entry["total"])).sum();
            if found != count {
                faults.push(format!("{id}: {count} are of {}, {found} of {value}", kind.country));
            }
        }
    }
    let sum = |name: &str| entries(name).iter().map(|entry| number(&entry["total"])).sum::<u64>();
    let totals =
        ["groups", "by_country", "by_device", "by_referrer", "by_os", "by_browser", "by_class", "by_date"];
    for (name, total) in totals.map(|name| (name, sum(name))) {
        if total != all {
            faults.push(format!("{id}: {name} adds up to {total} instead of {all}"));
        }
    }
    for (name, found, expected) in [
        ("total", number(&report["total"]), all),
        ("bots", number(&report["bots"]), bots),
        ("scan_count", number(&record["scan_count"]), all - bots),
    ] {
        if found != expected {
            faults.push(format!("{id}: {name} is {found} instead of {expected}"));
        }
    }
    faults
}

/// The day it is, in UTC.
pub(crate) fn today() -> Day {
    Day::of(Clock::system().now())
}

#[allow(clippy::disallowed_methods, reason = "a span of real time")]
fn now() -> Instant {
    Instant::now()
}
