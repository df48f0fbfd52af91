//! Visits as they come: few codes, agents, referrers and networks are often seen, most seldom (Zipf, exponent 1).

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "what fails ends the bench")]
#![allow(dead_code, reason = "each bench uses its part")]

use ezqr_schema::Sequence;
use ezqr_schema::scan::{Browser, Country, Device, Os, Reason, ReferrerText, Scan, VisitorHash};

pub(crate) const AGENTS: usize = 2_000;
pub(crate) const REFERRERS: usize = 200;
pub(crate) const NETWORKS: usize = 10_000;
const COUNTRIES: usize = 50;

/// Visits of many codes.
pub(crate) struct Visits {
    random: Random,
    /// The codes by how often they are followed, the hottest first: all over the pages of 100 they were minted in.
    codes: Vec<Sequence>,
    ranks: [Zipf; 4],
    agents: Vec<(Reason, Device, Os, Browser)>,
    referrers: Vec<String>,
    /// Of each network.
    countries: Vec<Country>,
}

impl Visits {
    /// Visits of so many codes: the same at every run.
    pub(crate) fn of(codes: usize) -> Self {
        let mut random = Random(1);
        let numbers = 0..u64::try_from(codes).unwrap();
        let mut numbers: Vec<u64> = numbers.map(|number| number / 100 * 128 + number % 100).collect();
        for last in (1..codes).rev() {
            numbers.swap(last, random.below(last + 1));
        }
        let agents = (0..AGENTS).map(|_| agent(&mut random)).collect();
        let by_population = Zipf::new(COUNTRIES);
        let country = |_| Country::of_number(u16::try_from(13 * by_population.rank(&mut random)).unwrap());
        let countries = (0..NETWORKS).map(country).map(Option::unwrap).collect();
        let host = |number| format!("www.site-{number}.example");
        Self {
            random,
            codes: numbers.into_iter().map(|number| Sequence::new(number).unwrap()).collect(),
            ranks: [codes, AGENTS, REFERRERS, NETWORKS].map(Zipf::new),
            agents,
            referrers: (0..REFERRERS)
                .map(|number| if number == 0 { "direct".into() } else { host(number) })
                .collect(),
            countries,
        }
    }

    /// The next visit.
    pub(crate) fn next(&mut self) -> Scan<'_> {
        let [code, agent, referrer, network] =
            self.ranks.each_ref().map(|ranks| ranks.rank(&mut self.random));
        let (reason, device, os, browser) = self.agents[agent];
        let visitor = u64::try_from(network << 16 | agent).unwrap();
        Scan {
            sequence: self.codes[code],
            reason,
            device,
            os,
            browser,
            country: self.countries[network],
            referrer: ReferrerText::of_stored(&self.referrers[referrer]).unwrap(),
            visitor: Some(VisitorHash::from_bits(mixed(visitor))),
        }
    }

    /// The codes.
    pub(crate) fn codes(&self) -> &[Sequence] {
        &self.codes
    }
}

fn agent(random: &mut Random) -> (Reason, Device, Os, Browser) {
    let reason = match random.below(100) {
        0..85 => Reason::Browser,
        85..95 => Reason::ALL[1 + random.below(4)],
        _ => Reason::ALL[5 + random.below(3)],
    };
    let device = match random.below(100) {
        0..65 => Device::Phone,
        65..72 => Device::Tablet,
        72..97 => Device::Desktop,
        _ => Device::Other,
    };
    (reason, device, Os::ALL[1 + random.below(5)], Browser::ALL[1 + random.below(10)])
}

/// Ranks, the first the most frequent: of rank n, one n-th as often.
pub(crate) struct Zipf(Vec<f64>);

impl Zipf {
    pub(crate) fn new(ranks: usize) -> Self {
        let mut sum = 0.0;
        let sums = (1..=u32::try_from(ranks).unwrap()).map(|rank| {
            sum += 1.0 / f64::from(rank);
            sum
        });
        Self(sums.collect())
    }

    pub(crate) fn rank(&self, random: &mut Random) -> usize {
        let drawn = random.unit() * self.0.last().unwrap();
        self.0.partition_point(|sum| *sum < drawn).min(self.0.len() - 1)
    }
}

/// `SplitMix64`.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    fn unit(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap()) / f64::from(u32::MAX)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }
}

const fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
