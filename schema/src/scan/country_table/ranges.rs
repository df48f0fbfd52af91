//! Sorted ranges of one address family, and the search in them.

/// Networks that a directory of the first 16 bits tells apart.
const NETWORKS: usize = 1 << 16;

/// Ranges of addresses, each up to the next one's first address, with the place of its country in a list.
///
/// `Rest` holds the bits of an address behind its first 16.
///
/// Invariant: `networks` has `NETWORKS + 1` entries, ascending; those of `rests` between two neighbours ascend.
#[derive(Debug)]
pub(super) struct Ranges<Rest> {
    /// For the first 16 bits: how many ranges begin below them.
    networks: Box<[u32]>,
    rests: Box<[Rest]>,
    countries: Box<[u8]>,
}

impl<Rest: Copy + Ord> Ranges<Rest> {
    /// None yet, and room for `count` of them.
    pub(super) fn with_capacity(count: usize) -> Builder<Rest> {
        Builder {
            networks: Vec::with_capacity(NETWORKS + 1),
            rests: Vec::with_capacity(count),
            countries: Vec::with_capacity(count),
        }
    }

    /// The place of the country of the address with these first 16 bits and this rest; 0 before all ranges.
    pub(super) fn country(&self, network: u16, rest: Rest) -> u8 {
        let bound = |network: usize| self.networks.get(network).map_or(0, |below| *below as usize);
        let (from, to) = (bound(usize::from(network)), bound(usize::from(network) + 1));
        let candidates = self.rests.get(from..to).unwrap_or_default();
        let begun = from + candidates.partition_point(|first| *first <= rest);
        begun.checked_sub(1).and_then(|last| self.countries.get(last)).copied().unwrap_or(0)
    }

    /// What it takes of memory, in bytes.
    pub(super) fn heap_bytes(&self) -> usize {
        size_of_val(&*self.networks) + size_of_val(&*self.rests) + size_of_val(&*self.countries)
    }
}

/// [`Ranges`] in the making.
pub(super) struct Builder<Rest> {
    networks: Vec<u32>,
    rests: Vec<Rest>,
    countries: Vec<u8>,
}

impl<Rest> Builder<Rest> {
    /// Adds the range that begins at `network` and `rest`, behind all that were added before.
    pub(super) fn push(&mut self, network: u16, rest: Rest, country: u8) {
        self.count_below(usize::from(network) + 1);
        self.rests.push(rest);
        self.countries.push(country);
    }

    pub(super) fn finish(mut self) -> Ranges<Rest> {
        self.count_below(NETWORKS + 1);
        let Self { networks, rests, countries } = self;
        Ranges { networks: networks.into(), rests: rests.into(), countries: countries.into() }
    }

    /// What was added so far lies below the networks that have no entry yet, up to `count` of them in all.
    fn count_below(&mut self, count: usize) {
        if self.networks.len() < count {
            self.networks.resize(count, u32::try_from(self.rests.len()).unwrap_or(u32::MAX));
        }
    }
}

#[cfg(test)]
impl<Rest: Copy> Ranges<Rest> {
    /// All of them: the first 16 bits of the first address, the rest of it, the country's place.
    pub(super) fn all(&self) -> Vec<(u16, Rest, u8)> {
        let network_of = |index: usize| self.networks.partition_point(|below| *below as usize <= index) - 1;
        let range =
            |index| (u16::try_from(network_of(index)).unwrap(), self.rests[index], self.countries[index]);
        (0..self.rests.len()).map(range).collect()
    }
}
