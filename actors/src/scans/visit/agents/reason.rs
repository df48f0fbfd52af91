//! Who sends a user agent.

use ezqr_schema::scan::Reason;

use super::marks::{Mark, Marks};

/// What the sender of `agent` is taken for, whose words say `marks`. It is not empty.
pub(super) fn of(agent: &[u8], marks: Marks) -> Reason {
    if marks.has(Mark::Validator) {
        return Reason::Crawler;
    }
    if marks.has(Mark::LinkPreview) {
        return Reason::LinkPreview;
    }
    if marks.has(Mark::Library) {
        return Reason::Library;
    }
    if marks.has(Mark::MailScanner) {
        return Reason::MailScanner;
    }
    let is_phone = is_phone(marks);
    if marks.has(Mark::Robot) || (marks.has(Mark::RobotUnlessPhone) && !is_phone && !marks.has(Mark::InApp)) {
        return Reason::Crawler;
    }
    if marks.has(Mark::OldBrowser) {
        return Reason::Browser;
    }
    if marks.has(Mark::BrowserStart) {
        let is_robot = marks.has(Mark::Compatible) && !is_phone && !marks.has(Mark::MayBeCompatible);
        return match marks.has(Mark::Engine) {
            _ if is_robot => Reason::Crawler,
            true if !is_phone && ends_with_bare_name(agent) => Reason::Crawler,
            true => Reason::Browser,
            false => Reason::Unrecognised,
        };
    }
    // A program that names itself and is no browser: a robot. But on a phone it is an app, and a person near.
    let is_named = agent.is_ascii() && agent.first().is_some_and(u8::is_ascii_alphanumeric);
    if is_named && !is_phone { Reason::Crawler } else { Reason::Unrecognised }
}

/// Whether it runs on something held in a hand.
fn is_phone(marks: Marks) -> bool {
    marks.has_any(&[Mark::Android, Mark::Ios, Mark::Ipad, Mark::HarmonyOs, Mark::Phone])
}

/// Whether the last word is a name without a version. Of browsers these few end so, and Internet Explorer.
fn ends_with_bare_name(agent: &[u8]) -> bool {
    let browsers: [&[u8]; 7] =
        [b"Gecko", b"Safari", b"Mobile", b"Brave", b"MRCHROME", b"LBBROWSER", b"360SE"];
    let last = agent.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
    let is_name = last.iter().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'.'));
    is_name && !last.is_empty() && !browsers.contains(&last)
}
