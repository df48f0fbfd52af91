//! What a browser runs on.

use ezqr_schema::scan::{Device, Os};

use super::marks::{Mark, Marks};

/// The device and system of an agent whose words say `marks`.
///
/// An iPad that asks for pages as a Mac does is told from none (Safari's default since iPadOS 13).
pub(super) fn of(marks: Marks) -> (Device, Os) {
    (device(marks), os(marks))
}

fn device(marks: Marks) -> Device {
    if marks.has(Mark::Appliance) {
        return Device::Other;
    }
    // Before tablets: Internet Explorer lists `Tablet PC` among what Windows has.
    let is_phone = marks.has(Mark::Phone);
    if marks.has(Mark::Computer) || (marks.has(Mark::Windows) && !is_phone) {
        return Device::Desktop;
    }
    if marks.has_any(&[Mark::Ipad, Mark::Tablet]) {
        return Device::Tablet;
    }
    if is_phone || marks.has_any(&[Mark::Ios, Mark::Mobile]) {
        return Device::Phone;
    }
    // Browsers of Android say `Mobile` on phones alone.
    if marks.has_any(&[Mark::Android, Mark::HarmonyOs]) {
        return Device::Tablet;
    }
    if marks.has_any(&[Mark::Macos, Mark::ChromeOs, Mark::Linux]) {
        return Device::Desktop;
    }
    Device::Other
}

/// The first that is named: Android names Linux too, and Windows phones Android.
fn os(marks: Marks) -> Os {
    let order = [
        (Mark::HarmonyOs, Os::HarmonyOs),
        (Mark::Windows, Os::Windows),
        (Mark::Android, Os::Android),
        (Mark::Ios, Os::Ios),
        (Mark::Ipad, Os::Ios),
        (Mark::Macos, Os::Macos),
        (Mark::ChromeOs, Os::ChromeOs),
        (Mark::Linux, Os::Linux),
    ];
    order.into_iter().find(|(mark, _)| marks.has(*mark)).map_or(Os::Other, |(_, os)| os)
}
