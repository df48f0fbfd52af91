//! The words that user agents are judged by.

use aho_corasick::{AhoCorasick, BuildError};

use super::marks::{Mark, Marks, Place};

/// Finds the words that agents are judged by.
#[derive(Debug)]
pub(super) struct Words {
    /// In any case of letters.
    finder: AhoCorasick,
    /// Of each word: where it has to stand, and what it says then.
    rules: Vec<(Place, Mark)>,
}

impl Words {
    /// Those that come with the program.
    pub(super) fn shipped() -> Result<Self, BuildError> {
        let all =
            || WORDS.iter().flat_map(|(mark, place, words)| words.iter().map(|word| (*word, *place, *mark)));
        let finder =
            AhoCorasick::builder().ascii_case_insensitive(true).build(all().map(|(word, ..)| word))?;
        Ok(Self { finder, rules: all().map(|(_, place, mark)| (place, mark)).collect() })
    }

    /// What the words in `agent` say.
    pub(super) fn marks(&self, agent: &[u8]) -> Marks {
        let mut marks = Marks::default();
        for found in self.finder.find_overlapping_iter(agent) {
            if let Some((place, mark)) = self.rules.get(found.pattern().as_usize())
                && place.holds(agent, found.range())
            {
                marks.insert(*mark);
            }
        }
        marks
    }
}

/// Words in lower case, by what they say and where they have to stand.
#[rustfmt::skip] // One word a line would be 300 lines.
const WORDS: &[(Mark, Place, &[&str])] = &[
    // Messengers and social networks, by what their documentation and their requests say. Apple's Messages
    // calls itself `facebookexternalhit` and `Twitterbot` at once.
    (Mark::LinkPreview, Place::Anywhere, &[
        "facebookexternalhit", "facebookcatalog", "facebot", "twitterbot", "slackbot", "slack-imgproxy",
        "discordbot", "telegrambot", "linkedinbot", "skypeuripreview", "whatsapp/", "vkshare",
        "pinterestbot", "pinterest/0.", "redditbot", "iframely", "embedly", "snap url", "bitlybot",
        "line-poker", "kakaotalk-scrap", "cardyb", "mastodon/", "misskey/", "pleroma", "akkoma", "lemmy/",
        "friendica", "flipboardproxy", "nuzzel", "unfurl", "onebox", "google-pagerenderer", "preview",
    ]),
    (Mark::LinkPreview, Place::Start, &["whatsapp", "viber", "tumblr/", "bluesky", "gotosocial"]),
    // Office asks for a link itself before it hands it to the browser.
    (Mark::LinkPreview, Place::Anywhere, &["ms-office", "msoffice", "microsoft office"]),
    (Mark::MailScanner, Place::Anywhere, &[
        "proofpoint", "mimecast", "barracuda", "safelinks", "safe links", "ironport", "messagelabs",
        "symantec", "trendmicro", "trend micro", "sophos", "fortinet", "fortigate", "fortiguard",
        "forcepoint", "zscaler", "cloudmark", "mailscanner", "mail scanner", "mailmarshal", "trustwave",
        "spamassassin", "clamav", "bitdefender", "virustotal", "urlscan", "url scanner", "phish",
        "safebrowsing", "google-safety", "hornetsecurity", "fireeye", "checkphish",
    ]),
    (Mark::Robot, Place::NotAfter("cu"), &["bot"]), // Cubot makes phones.
    (Mark::Robot, Place::Anywhere, &[
        "crawl", "spider", "slurp", "scrap", "fetch", "archiv", "headless", "validat", "lighthouse",
        "synthetic", "screenshot", "selenium", "playwright", "puppeteer", "phantomjs", "pingdom", "ptst/",
        "indexer", "nikto", "openvas", "zgrab", "masscan", "sqlmap", "nessus", "appinsights", "hotjar",
        "splash version/",
    ]),
    // Where to complain. Apps on phones name hosts too: of their makers, of carriers.
    (Mark::Robot, Place::Anywhere, &["http://", "https://", "www."]),
    (Mark::RobotUnlessPhone, Place::EndOfHost, &[".com", ".net", ".org", ".io", ".ai", ".eu", ".de"]),
    (Mark::RobotUnlessPhone, Place::BeforeName, &["@"]),
    // Google's fetchers are named so, those that look at a page for a user of a language model, and agents.
    (Mark::Robot, Place::Anywhere, &["google-", "-google", "-user/", "-agent"]),
    // WebKit's own words, changed.
    (Mark::RobotUnlessPhone, Place::Anywhere, &["like gecko;", "like gecko,"]),
    (Mark::RobotUnlessPhone, Place::Anywhere, &[
        "scan", "monitor", "check", "feed", "inspect", "verif", "survey", "audit", "analyz", "capture",
        "detector", "grab", "finder", "agent", "watcher", "favicon",
    ]),
    // W3C's validators say so before the library they are made of.
    (Mark::Validator, Place::Start, &["w3c"]),
    (Mark::Library, Place::Start, &[
        "curl", "wget", "python-", "python/", "aiohttp/", "httpx/", "okhttp", "go-http-client", "java/",
        "java-http", "apache-httpclient", "apache-http", "ahc/", "async-http", "axios", "node-fetch",
        "node.js", "node/", "undici", "got/", "got (", "libwww", "lwp", "ruby/", "ruby ", "faraday", "php/",
        "php-", "phpcrawl", "guzzle", "perl", "dart/", "dart:io", "reqwest", "hyper/", "ureq/",
        "postmanruntime", "insomnia", "httpie", "jetty", "jersey", "http_get", "httpunit", "http.rb",
        "colly", "mechanize", "newspaper", "scrapy", "crawler4j", "simplecrawler", "trafilatura", "larbin",
        "aria2", "btwebclient", "cpp-httplib", "restsharp", "rest-client", "superagent", "needle/",
        "typhoeus", "pcore-http", "dalvik/", "deno/", "bun/", "elinks-http", "powershell",
        "customasynchttpclient", "unirest", "wininet",
    ]),
    (Mark::Library, Place::Anywhere, &[
        "libwww-perl", "anyevent-http", "httrack", "cfnetwork/", "windowspowershell/", "winhttp",
    ]),
    // Programs that say nothing of what they are, and go by the tag that the evidence gives them.
    (Mark::Library, Place::All, &[
        "amazon cloudfront", "salesforce.com", "alittle client", "download ninja/4.0", "rawweb-bot/1.0",
        "mozilla/5.0 (compatible; goparserbot/1.0)",
    ]),
    (Mark::Compatible, Place::Word, &["compatible"]),
    (Mark::MayBeCompatible, Place::Anywhere, &["msie ", "konqueror"]),
    (Mark::BrowserStart, Place::Start, &["mozilla/", "opera/"]),
    (Mark::OldBrowser, Place::Start, &[
        "opera/", "nokia", "blackberry", "samsung-", "sonyericsson", "lg-", "mot-", "docomo/", "kddi-",
        "softbank/", "vodafone/", "ucweb", "alcatel", "htc", "huawei", "lenovo", "lge-", "motorola", "sie-",
        "zte", "lynx/", "links (", "elinks", "w3m/", "dillo", "netsurf",
    ]),
    (Mark::OldBrowser, Place::Anywhere, &[
        "ucweb", "obigo", "netfront", "dolfin/", "mqqbrowser", "profile/midp", "mobile safari",
    ]),
    (Mark::Engine, Place::Anywhere, &[
        "applewebkit/", "gecko/", "trident/", "presto/", "khtml", "goanna/", "servo/", "libweb/", "msie ",
        "opera", "netfront",
    ]),
    (Mark::InApp, Place::Anywhere, &[
        "fban/", "fbav/", "fb_iab", "metaiab", "instagram", "barcelona ", " line/", "micromessenger",
        "tiktok", "musical_ly", "bytedancewebview", "bytelocale", "trill_", "snapchat", "[pinterest",
        "pinterest for", "twitter for", "twitterandroid", "linkedinapp", "kakaotalk", "zalo", "weibo",
        "alipay", "gsa/", "; wv)", "reddit/", "telegram-android", "viber/", "vkandroidapp", "tumblr",
        "flipboard/", "whatsapp", "discord/", "slack", "baiduboxapp", "electron/", "teams/",
    ]),
    (Mark::InApp, Place::Word, &["qq"]),
    (Mark::Brave, Place::Word, &["brave"]),
    (Mark::Mobile, Place::Word, &["mobile"]),
    (Mark::Tablet, Place::Anywhere, &["tablet", "kindle", "playbook", "silk/"]),
    (Mark::Phone, Place::Anywhere, &[
        "windows phone", "iemobile", "blackberry", "bb10", "symbian", "bada/", "brew ", "windows ce",
        "kindle", "series60", "midp", "kaios", "nokia", "docomo/", "(phone;", "opera mini", "opera mobi",
        "j2me",
    ]),
    (Mark::Appliance, Place::Anywhere, &[
        "smart-tv", "smarttv", "smart tv", "googletv", "google tv", "android tv", "apple tv", "appletv",
        "hbbtv", "web0s", "bravia", "aquos", "roku", "crkey", "playstation", "xbox", "nintendo",
        "oculusbrowser", "watchos", "apple watch", "; aft", "tesla", "qtcarbrowser",
    ]),
    (Mark::Appliance, Place::Word, &["quest"]),
    (Mark::Android, Place::Word, &["android"]),
    (Mark::Ios, Place::Word, &["iphone", "ipod", "ios"]),
    (Mark::Ios, Place::Anywhere, &["like mac os x"]),
    (Mark::Ipad, Place::Word, &["ipad", "ipados"]),
    (Mark::Windows, Place::Word, &["windows", "win32", "win64"]),
    (Mark::Macos, Place::Word, &["macintosh", "mac os x", "macos"]),
    (Mark::Linux, Place::Word, &["linux", "x11", "ubuntu", "tizen", "kaios"]),
    (Mark::ChromeOs, Place::Word, &["cros"]),
    (Mark::HarmonyOs, Place::Anywhere, &["harmonyos", "openharmony"]),
    (Mark::Computer, Place::Anywhere, &["(pc;"]),
];
