use std::net::IpAddr;
use std::sync::LazyLock;

use ezqr_schema::scan::{Browser, Country, Device, Os};
use proptest::prelude::*;

use super::*;

static AGENTS: LazyLock<Agents> = LazyLock::new(|| Agents::shipped().unwrap());
static COUNTRIES: LazyLock<Countries> = LazyLock::new(|| Countries::shipped().unwrap());

const AGENT: &[u8] =
    b"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 \
                       Mobile Safari/537.36";

fn profiler() -> Profiler {
    let own = Arc::new(OwnHosts::new(["r.example.com"]));
    Profiler::new([7; 16], AGENTS.clone(), own, COUNTRIES.clone())
}

fn evidence() -> Evidence<'static> {
    Evidence {
        agent: Some(AGENT),
        referrer: Some(b"https://News.example/today"),
        is_prefetch: false,
        address: IpAddr::from([193, 99, 144, 80]),
        country: None,
    }
}

#[test]
fn a_visit_is_what_its_request_tells() {
    let (mut profiler, salt) = (profiler(), VisitorSalt::from_bytes([9; 16]));
    let visit = profiler.visit(&evidence(), Some(&salt));
    let profile =
        Profile { reason: Reason::Browser, device: Device::Phone, os: Os::Android, browser: Browser::Chrome };
    assert_eq!(
        (visit.profile, visit.country.as_str(), visit.referrer.as_str()),
        (profile, "DE", "news.example")
    );
    assert_eq!(visit.visitor, Some(salt.visitor(evidence().address, AGENT)));
    let scan = visit.of(ezqr_schema::Sequence::new(7).unwrap());
    assert_eq!((scan.device, scan.visitor), (Device::Phone, visit.visitor));
}

#[test]
fn a_request_that_tells_nothing_has_a_visit_too() {
    let mut profiler = profiler();
    let evidence =
        Evidence { agent: None, referrer: None, address: IpAddr::from([127, 0, 0, 1]), ..evidence() };
    let visit = profiler.visit(&evidence, None);
    assert_eq!((visit.profile.reason, visit.country), (Reason::NoAgent, Country::UNKNOWN));
    assert_eq!((visit.referrer.as_str(), visit.visitor), ("direct", None));
}

#[test]
fn a_trusted_country_goes_before_the_table() {
    let country = Country::parse("FR").ok();
    assert_eq!(profiler().visit(&Evidence { country, ..evidence() }, None).country.as_str(), "FR");
}

#[test]
fn a_prefetch_is_one_once_and_stays_a_robot_when_a_robot_asks() {
    let mut profiler = profiler();
    let ahead = Evidence { is_prefetch: true, ..evidence() };
    assert_eq!(profiler.visit(&ahead, None).profile.reason, Reason::Prefetch);
    assert_eq!(profiler.visit(&evidence(), None).profile.reason, Reason::Browser);
    let robot = Evidence { agent: Some(b"Twitterbot/1.0"), ..ahead };
    assert_eq!(profiler.visit(&robot, None).profile.reason, Reason::LinkPreview);
}

#[test]
fn visitors_differ_by_all_of_their_agents() {
    let (mut profiler, salt) = (profiler(), VisitorSalt::from_bytes([9; 16]));
    let [one, other] = [b'a', b'b'].map(|last| [AGENT, &[b' '; 16_000], &[last]].concat());
    let [one, other] = [&one, &other].map(|agent| {
        let visit = profiler.visit(&Evidence { agent: Some(agent), ..evidence() }, Some(&salt));
        (visit.profile, visit.visitor)
    });
    assert_eq!(one.0, other.0);
    assert_ne!(one.1, other.1);
}

#[test]
fn what_is_known_costs_no_allocation() {
    let (mut profiler, salt) = (profiler(), VisitorSalt::from_bytes([9; 16]));
    let new = allocation_counter::measure(|| {
        profiler.visit(&evidence(), Some(&salt));
    });
    let known = allocation_counter::measure(|| {
        for _ in 0..100 {
            profiler.visit(&evidence(), Some(&salt));
        }
    });
    assert!(new.count_total > 0);
    assert_eq!(known.count_total, 0);
}

proptest! {
    #[test]
    fn nothing_that_a_request_shows_is_too_much(
        agent in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..1_500)),
        referrer in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..1_500)),
        is_prefetch: bool,
        address: [u8; 16],
    ) {
        let mut profiler = profiler();
        let (agent, referrer) = (agent.as_deref(), referrer.as_deref());
        let evidence = Evidence { agent, referrer, is_prefetch, address: address.into(), country: None };
        let first = profiler.visit(&evidence, None).profile;
        prop_assert_eq!(profiler.visit(&evidence, None).profile, first);
    }
}
