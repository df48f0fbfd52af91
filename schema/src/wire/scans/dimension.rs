//! How an answer is cut up.

/// What one entry of `by_date` spans, in the zone that is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interval {
    /// An hour of the wall clock; where the clock goes back, it comes twice, with two offsets.
    Hour,
    /// A date.
    #[default]
    Day,
    /// Seven dates from a Monday on (ISO 8601).
    Week,
    /// A month.
    Month,
}

impl Interval {
    /// All.
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    /// Its name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|interval| interval.name() == text);
        found.ok_or_else(|| "must be one of hour, day, week, month".to_owned())
    }
}

/// A property of cells, by which they are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// What the visitor was taken for.
    Class,
    /// Where it is.
    Country,
    /// What it holds.
    Device,
    /// Which site led there.
    Referrer,
}

impl Dimension {
    /// All.
    pub const ALL: [Self; 4] = [Self::Class, Self::Country, Self::Device, Self::Referrer];

    /// Its name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Class => "class",
            Self::Country => "country",
            Self::Device => "device",
            Self::Referrer => "referrer",
        }
    }
}

/// One dimension, or two different ones, to group by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupBy {
    /// The first.
    pub first: Dimension,
    /// Another, if two were asked for.
    pub second: Option<Dimension>,
}

impl GroupBy {
    /// Its dimensions, in the order they were asked for.
    pub fn dimensions(self) -> impl Iterator<Item = Dimension> {
        [Some(self.first), self.second].into_iter().flatten()
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let dimension = |name: &str| Dimension::ALL.into_iter().find(|dimension| dimension.name() == name);
        let parsed = match text.split_once(',') {
            None => dimension(text).map(|first| Self { first, second: None }),
            Some((first, second)) => dimension(first).zip(dimension(second)).and_then(|(first, second)| {
                (first != second).then_some(Self { first, second: Some(second) })
            }),
        };
        parsed.ok_or_else(|| {
            "must be one of class, country, device, referrer, or two different ones, such as country,device"
                .to_owned()
        })
    }
}

/// How many entries a breakdown may hold before the rest is one entry `other`: 1 to 100, by default 50.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Top(u8);

impl Top {
    /// The most.
    pub const MAX: Self = Self(100);

    /// The bare number.
    pub fn get(self) -> usize {
        self.0.into()
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let number = text.parse().ok().filter(|number| (1..=Self::MAX.0).contains(number));
        number.map(Self).ok_or_else(|| format!("must be a number from 1 to {}", Self::MAX.0))
    }
}

impl Default for Top {
    fn default() -> Self {
        Self(50)
    }
}
