//! Which browser sends a user agent.

use std::fmt;

use ezqr_schema::scan::Browser;
use ua_parser::user_agent::{Builder, Extractor, Parser};

use super::AgentsError;
use super::marks::{Mark, Marks};

/// uap-core's rules for browsers; the README beside them tells of their origin.
const SHIPPED: &str = include_str!("../../../../agents/browsers.json");

/// Knows browsers.
pub(super) struct Browsers(Extractor<'static>);

impl Browsers {
    /// Those that come with the program.
    pub(super) fn shipped() -> Result<Self, AgentsError> {
        let rules: Vec<Parser<'static>> = serde_json::from_str(SHIPPED)?;
        let builder = Builder::new().push_all(rules).map_err(|error| AgentsError::Rule(error.to_string()))?;
        builder.build().map(Self).map_err(|error| AgentsError::Rule(error.to_string()))
    }

    /// That of `agent`, whose words say `marks`.
    pub(super) fn browser(&self, agent: &str, marks: Marks) -> Browser {
        if marks.has(Mark::InApp) {
            return Browser::InApp;
        }
        if marks.has(Mark::Brave) {
            return Browser::Brave;
        }
        self.0.extract(agent).map_or(Browser::Other, |found| of_family(&found.family))
    }
}

impl fmt::Debug for Browsers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Browsers(..)")
    }
}

/// The browser that uap-core has this name for.
fn of_family(family: &str) -> Browser {
    match family {
        "Chrome" | "Chrome Mobile" | "Chrome Mobile iOS" | "Chrome Frame" | "Chromium" => Browser::Chrome,
        "Safari" | "Mobile Safari" | "WebKit Nightly" => Browser::Safari,
        "Edge" | "Edge Mobile" => Browser::Edge,
        "Samsung Internet" => Browser::SamsungInternet,
        "Chrome Mobile WebView"
        | "Mobile Safari UI/WKWebView"
        | "Google"
        | "Facebook"
        | "Facebook Messenger"
        | "Instagram"
        | "LINE"
        | "Snapchat"
        | "Pinterest"
        | "Twitter"
        | "Flipboard"
        | "Apple Mail"
        | "Outlook" => Browser::InApp,
        "Android" => Browser::AndroidBrowser,
        "IE" | "IE Mobile" | "IE Large Screen" => Browser::InternetExplorer,
        "UC Browser" => Browser::UcBrowser,
        "Yandex Browser" => Browser::Yandex,
        "Huawei Browser" => Browser::Huawei,
        "MiuiBrowser" => Browser::Miui,
        "DuckDuckGo" | "DuckDuckGo Mobile" => Browser::DuckDuckGo,
        "Brave" => Browser::Brave,
        "Vivaldi" => Browser::Vivaldi,
        family if family.starts_with("Firefox") => Browser::Firefox,
        family if family.starts_with("Opera") => Browser::Opera,
        _ => Browser::Other,
    }
}
