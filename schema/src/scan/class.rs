//! Who follows a link: people, programs on behalf of people, machines.

use serde::Serialize;

/// What a scan counts as. The order is that of stored numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// A person with a browser.
    Human,
    /// A crawler, a link preview, a mail scanner or a prefetch.
    Bot,
    /// A library client, or nobody known.
    Unknown,
}

/// Why a scan is of its class. The order is that of stored numbers: new ones come last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The agent is a browser, or an app with one in it.
    Browser,
    /// The agent calls itself, or is known as, a crawler, monitor or other robot.
    Crawler,
    /// A messenger or social network shows what the link leads to.
    LinkPreview,
    /// A mail or security scanner looks before the reader does.
    MailScanner,
    /// A browser loads ahead of a visit that may never come (`Sec-Purpose`, `Purpose`, `X-Moz`).
    Prefetch,
    /// The agent is a general HTTP library or command: anybody may stand behind it.
    Library,
    /// The request names no agent.
    NoAgent,
    /// The agent is none that is known.
    Unrecognised,
}

impl Class {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Human, Self::Bot, Self::Unknown];

    /// Its name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Bot => "bot",
            Self::Unknown => "unknown",
        }
    }

    /// Its number: its position in [`Class::ALL`].
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The class of this number.
    pub fn of_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// Whether it is part of `total`: all but bots are.
    pub const fn is_counted(self) -> bool {
        !matches!(self, Self::Bot)
    }
}

impl Reason {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Browser,
        Self::Crawler,
        Self::LinkPreview,
        Self::MailScanner,
        Self::Prefetch,
        Self::Library,
        Self::NoAgent,
        Self::Unrecognised,
    ];

    /// What it makes of a scan.
    pub const fn class(self) -> Class {
        match self {
            Self::Browser => Class::Human,
            Self::Crawler | Self::LinkPreview | Self::MailScanner | Self::Prefetch => Class::Bot,
            Self::Library | Self::NoAgent | Self::Unrecognised => Class::Unknown,
        }
    }

    /// Its name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Crawler => "crawler",
            Self::LinkPreview => "link_preview",
            Self::MailScanner => "mail_scanner",
            Self::Prefetch => "prefetch",
            Self::Library => "library",
            Self::NoAgent => "no_agent",
            Self::Unrecognised => "unrecognised",
        }
    }

    /// Its number: its position in [`Reason::ALL`].
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The reason of this number.
    pub fn of_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_positions() {
        for (position, class) in (0..).zip(Class::ALL) {
            assert_eq!((class.number(), Class::of_number(position)), (position, Some(class)));
        }
        for (position, reason) in (0..).zip(Reason::ALL) {
            assert_eq!((reason.number(), Reason::of_number(position)), (position, Some(reason)));
        }
        assert_eq!((Class::of_number(3), Reason::of_number(8)), (None, None));
    }
}
