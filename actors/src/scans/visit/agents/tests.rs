use std::sync::LazyLock;

use ezqr_schema::scan::{Device, Os};
use proptest::prelude::*;

use super::*;

static AGENTS: LazyLock<Agents> = LazyLock::new(|| Agents::shipped().unwrap());

fn profile(agent: &str) -> Profile {
    AGENTS.profile(agent.as_bytes())
}

#[test]
fn people_are_told_by_device_system_and_browser() {
    let apple = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
    let chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0";
    let iphone = format!("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {apple}");
    let windows = format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {chrome} Safari/537.36");
    let android = format!("Mozilla/5.0 (Linux; Android 10; K) {chrome} Mobile Safari/537.36");
    let web_view = "Mozilla/5.0 (Linux; Android 14; SM-S918B Build/UP1A; wv) AppleWebKit/537.36 (KHTML, like \
                    Gecko) Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36";
    let mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)";
    let (phone, tablet, desktop) = (Device::Phone, Device::Tablet, Device::Desktop);
    let in_app = Browser::InApp;
    for (agent, device, os, browser) in [
        (format!("{iphone} Version/17.5 Mobile/15E148 Safari/604.1"), phone, Os::Ios, Browser::Safari),
        (format!("{iphone} CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1"), phone, Os::Ios, Browser::Chrome),
        (format!("{iphone} FxiOS/127.0 Mobile/15E148 Safari/605.1.15"), phone, Os::Ios, Browser::Firefox),
        (format!("{iphone} Version/17.0 EdgiOS/125.0 Mobile/15E148 Safari/604.1"), phone, Os::Ios, Browser::Edge),
        (format!("{iphone} Mobile/21F79 Instagram 335.0.8.26.85 (iPhone15,2; iOS 17_5)"), phone, Os::Ios, in_app),
        (
            format!("{iphone} Mobile/21F79 [FBAN/FBIOS;FBAV/467.1.0;FBDV/iPhone15,2;FBCR/Telekom.de;FBLC/de_DE]"),
            phone,
            Os::Ios,
            in_app,
        ),
        (format!("{iphone} Mobile/15E148 Safari Line/14.9.0"), phone, Os::Ios, in_app),
        (format!("{iphone} Mobile/21F79 MicroMessenger/8.0.49 NetType/WIFI Language/de"), phone, Os::Ios, in_app),
        (format!("{iphone} Version/17.5 Mobile/15E148 Snapchat/13.0 (like Safari/8618)"), phone, Os::Ios, in_app),
        (format!("{iphone} Mobile/15E148 musical_ly_34.8.0 BytedanceWebview/d8a21c6"), phone, Os::Ios, in_app),
        (
            format!("Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) {apple} Version/16.6 Mobile/15E148 Safari/604.1"),
            tablet,
            Os::Ios,
            Browser::Safari,
        ),
        (format!("{mac} {apple} Version/17.5 Safari/605.1.15"), desktop, Os::Macos, Browser::Safari),
        (format!("{mac} {chrome} Safari/537.36 Vivaldi/6.7"), desktop, Os::Macos, Browser::Vivaldi),
        (windows.clone(), desktop, Os::Windows, Browser::Chrome),
        (format!("{windows} Edg/126.0.0.0"), desktop, Os::Windows, Browser::Edge),
        (format!("{windows} OPR/111.0.0.0"), desktop, Os::Windows, Browser::Opera),
        (format!("{windows} Brave/126"), desktop, Os::Windows, Browser::Brave),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0".to_owned(),
            desktop,
            Os::Windows,
            Browser::Firefox,
        ),
        (
            "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0; Tablet PC 2.0)".to_owned(),
            desktop,
            Os::Windows,
            Browser::InternetExplorer,
        ),
        (format!("Mozilla/5.0 (X11; Linux x86_64) {chrome} Safari/537.36"), desktop, Os::Linux, Browser::Chrome),
        (format!("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {chrome} Safari/537.36"), desktop, Os::ChromeOs, Browser::Chrome),
        (android.clone(), phone, Os::Android, Browser::Chrome),
        (android.replace(" Mobile", ""), tablet, Os::Android, Browser::Chrome),
        (android.replace("Chrome/", "SamsungBrowser/25.0 Chrome/"), phone, Os::Android, Browser::SamsungInternet),
        (android.replace("Android 10; K", "Android 9; CUBOT_X19"), phone, Os::Android, Browser::Chrome),
        (android.replace("Chrome/", "HuaweiBrowser/15.0.4.312 Chrome/"), phone, Os::Android, Browser::Huawei),
        (format!("{android} QRScanner/2.1"), phone, Os::Android, Browser::Chrome),
        (web_view.to_owned(), phone, Os::Android, in_app),
        (format!("{web_view} [FB_IAB/FB4A;FBAV/467.0.0.0;]"), phone, Os::Android, in_app),
        (
            "Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0".to_owned(),
            phone,
            Os::Android,
            Browser::Firefox,
        ),
        (
            "Mozilla/5.0 (Linux; U; Android 4.0.3; de-de; GT-I9100 Build/IML74K) AppleWebKit/534.30 (KHTML, like Gecko) \
             Version/4.0 Mobile Safari/534.30"
                .to_owned(),
            phone,
            Os::Android,
            Browser::AndroidBrowser,
        ),
        (
            format!("Mozilla/5.0 (Phone; OpenHarmony 5.0) {chrome} Safari/537.36 ArkWeb/4.1.6.1 Mobile HuaweiBrowser/5.0.4.300"),
            phone,
            Os::HarmonyOs,
            Browser::Huawei,
        ),
        (
            format!("Mozilla/5.0 (SMART-TV; Linux; Tizen 7.0) {chrome} TV Safari/537.36"),
            Device::Other,
            Os::Linux,
            Browser::Chrome,
        ),
    ] {
        let expected = Profile { reason: Reason::Browser, device, os, browser };
        assert_eq!(profile(&agent), expected, "{agent}");
    }
}

#[test]
fn programs_are_told_by_what_they_say_of_themselves() {
    for (agent, reason) in [
        ("WhatsApp/2.24.13.77 A", Reason::LinkPreview),
        ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", Reason::LinkPreview),
        // Apple's Messages.
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 \
             Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
            Reason::LinkPreview,
        ),
        ("Twitterbot/1.0", Reason::LinkPreview),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", Reason::LinkPreview),
        ("Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", Reason::LinkPreview),
        ("TelegramBot (like TwitterBot)", Reason::LinkPreview),
        (
            "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
            Reason::LinkPreview,
        ),
        ("Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5", Reason::LinkPreview),
        ("Viber/13.3.0", Reason::LinkPreview),
        ("Mozilla/4.0 (compatible; ms-office; MSOffice 16)", Reason::LinkPreview),
        ("Mozilla/5.0 (compatible; Proofpoint URL Defense)", Reason::MailScanner),
        ("BarracudaCentral", Reason::MailScanner),
        ("Mozilla/5.0 (compatible; Mimecast)", Reason::MailScanner),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", Reason::Crawler),
        (
            "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/126.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            Reason::Crawler,
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36",
            Reason::Crawler,
        ),
        ("Mozilla/5.0 (compatible; SomeTool/1.0)", Reason::Crawler),
        ("SomeTool/1.0", Reason::Crawler),
        ("someone@example.org", Reason::Crawler),
        ("curl/8.5.0", Reason::Library),
        ("python-requests/2.32.3", Reason::Library),
        ("okhttp/4.12.0", Reason::Library),
        ("Go-http-client/2.0", Reason::Library),
        ("SomeApp/1 CFNetwork/1496.0.7 Darwin/23.5.0", Reason::Library),
        ("Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8)", Reason::Library),
        ("SomeApp/7.1 (iPhone; iOS 17.5; Scale/3.00)", Reason::Unrecognised),
        ("Mozilla/5.0", Reason::Unrecognised),
        ("-", Reason::Unrecognised),
        ("\u{1f600}", Reason::Unrecognised),
        ("", Reason::NoAgent),
        (" \t", Reason::NoAgent),
    ] {
        assert_eq!(profile(agent).reason, reason, "{agent}");
    }
}

#[test]
fn case_does_not_matter_and_only_so_much_is_read() {
    assert_eq!(profile("CURL/8.5.0").reason, Reason::Library);
    let browser = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0 ";
    let within = format!("{browser}{} bot/1", "a/1 ".repeat(200));
    let beyond = format!("{browser}{} bot/1", "a/1 ".repeat(300));
    assert!(within.len() < READ && beyond.len() > READ);
    assert_eq!((profile(&within).reason, profile(&beyond).reason), (Reason::Crawler, Reason::Browser));
    assert_eq!(head(beyond.as_bytes()).last(), Some(&b'1'));
    assert_eq!(head(&vec![b'a'; 65_536]).len(), READ);
}

proptest! {
    #[test]
    fn no_agent_is_too_much(agent in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        AGENTS.profile(&agent);
    }

    #[test]
    fn no_text_like_an_agent_is_too_much(
        parts in proptest::collection::vec(
            proptest::sample::select(vec![
                "Mozilla/5.0", "(", ")", ";", "[FB", "Chrome/1.2", "Safari", "Android", "\u{e9}", "\0", "Version/",
                "like Gecko", "@", ".com", "compatible", "MSIE ", " ", "bot",
            ]),
            0..200,
        ),
    ) {
        let agent = parts.concat();
        let profile = AGENTS.profile(agent.as_bytes());
        prop_assert_eq!(profile.reason == Reason::NoAgent, agent.trim_ascii().is_empty());
    }
}
