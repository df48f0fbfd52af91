//! What a link is followed with. The order of each enumeration is that of stored numbers: new ones come last.

/// A kind of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Device {
    /// Fits a hand.
    Phone,
    /// Fits two.
    Tablet,
    /// A desktop or laptop computer.
    Desktop,
    /// A television, a console, a watch, a machine, or one that does not tell.
    Other,
}

impl Device {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Phone, Self::Tablet, Self::Desktop, Self::Other];

    /// Its name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Tablet => "tablet",
            Self::Desktop => "desktop",
            Self::Other => "other",
        }
    }

    /// Its number: its position in [`Device::ALL`].
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The one of this number.
    pub fn of_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// An operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Os {
    /// One that is not listed, or not told.
    Other,
    /// Android.
    Android,
    /// iOS and iPadOS.
    Ios,
    /// Windows.
    Windows,
    /// macOS.
    Macos,
    /// Linux of any distribution.
    Linux,
    /// Google's, of Chromebooks.
    ChromeOs,
    /// Huawei's.
    HarmonyOs,
}

impl Os {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Other,
        Self::Android,
        Self::Ios,
        Self::Windows,
        Self::Macos,
        Self::Linux,
        Self::ChromeOs,
        Self::HarmonyOs,
    ];

    /// Its name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Android => "Android",
            Self::Ios => "iOS",
            Self::Windows => "Windows",
            Self::Macos => "macOS",
            Self::Linux => "Linux",
            Self::ChromeOs => "ChromeOS",
            Self::HarmonyOs => "HarmonyOS",
        }
    }

    /// Its number: its position in [`Os::ALL`].
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The one of this number.
    pub fn of_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// A browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Browser {
    /// One that is not listed, or not told.
    Other,
    /// Chrome and Chromium.
    Chrome,
    /// Safari.
    Safari,
    /// Firefox.
    Firefox,
    /// Microsoft Edge.
    Edge,
    /// Samsung Internet.
    SamsungInternet,
    /// Opera of any form.
    Opera,
    /// The browser inside another app, such as a social network's.
    InApp,
    /// The browser of Android before Chrome.
    AndroidBrowser,
    /// Internet Explorer.
    InternetExplorer,
    /// UC Browser.
    UcBrowser,
    /// Yandex Browser.
    Yandex,
    /// Huawei Browser.
    Huawei,
    /// MIUI Browser.
    Miui,
    /// That of the search engine of this name.
    DuckDuckGo,
    /// Brave.
    Brave,
    /// Vivaldi.
    Vivaldi,
}

impl Browser {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 17] = [
        Self::Other,
        Self::Chrome,
        Self::Safari,
        Self::Firefox,
        Self::Edge,
        Self::SamsungInternet,
        Self::Opera,
        Self::InApp,
        Self::AndroidBrowser,
        Self::InternetExplorer,
        Self::UcBrowser,
        Self::Yandex,
        Self::Huawei,
        Self::Miui,
        Self::DuckDuckGo,
        Self::Brave,
        Self::Vivaldi,
    ];

    /// Its name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Chrome => "Chrome",
            Self::Safari => "Safari",
            Self::Firefox => "Firefox",
            Self::Edge => "Edge",
            Self::SamsungInternet => "Samsung Internet",
            Self::Opera => "Opera",
            Self::InApp => "in-app",
            Self::AndroidBrowser => "Android Browser",
            Self::InternetExplorer => "Internet Explorer",
            Self::UcBrowser => "UC Browser",
            Self::Yandex => "Yandex Browser",
            Self::Huawei => "Huawei Browser",
            Self::Miui => "MIUI Browser",
            Self::DuckDuckGo => "DuckDuckGo",
            Self::Brave => "Brave",
            Self::Vivaldi => "Vivaldi",
        }
    }

    /// Its number: its position in [`Browser::ALL`].
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The one of this number.
    pub fn of_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_positions() {
        for (position, device) in (0..).zip(Device::ALL) {
            assert_eq!((device.number(), Device::of_number(position)), (position, Some(device)));
        }
        for (position, os) in (0..).zip(Os::ALL) {
            assert_eq!((os.number(), Os::of_number(position)), (position, Some(os)));
        }
        for (position, browser) in (0..).zip(Browser::ALL) {
            assert_eq!((browser.number(), Browser::of_number(position)), (position, Some(browser)));
        }
    }
}
