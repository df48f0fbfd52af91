//! What the words of a user agent say.

use std::ops::Range;

/// What a word of a user agent says. Several can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Mark {
    /// It shows what a link leads to.
    LinkPreview,
    /// It looks for harm in mail.
    MailScanner,
    /// It is a robot.
    Robot,
    /// It is a robot, unless it is an app or on a phone, where such words name what an app is for.
    RobotUnlessPhone,
    /// It is a validator, whatever else it says.
    Validator,
    /// It is a library or command.
    Library,
    /// It says with what it is compatible, as robots and Internet Explorer do.
    Compatible,
    /// It may say that, being a browser.
    MayBeCompatible,
    /// It begins as browsers do.
    BrowserStart,
    /// It is a browser without an engine that browsers name nowadays.
    OldBrowser,
    /// It names the engine of a browser.
    Engine,
    /// It shows pages inside another app.
    InApp,
    /// It is Brave, which says so at times only.
    Brave,
    /// `Mobile`.
    Mobile,
    /// It says that it is a tablet.
    Tablet,
    /// It is a phone, whatever its system.
    Phone,
    /// A television, a console, a watch or a headset.
    Appliance,
    /// Its system is Android.
    Android,
    /// Its system is iOS.
    Ios,
    /// It is an iPad.
    Ipad,
    /// Its system is Windows.
    Windows,
    /// Its system is macOS.
    Macos,
    /// Its system is Linux, or one made of it.
    Linux,
    /// Its system is `ChromeOS`.
    ChromeOs,
    /// Its system is `HarmonyOS`.
    HarmonyOs,
    /// It says that it is a computer.
    Computer,
}

/// A set of [`Mark`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks(u32);

impl Marks {
    /// Adds `mark`.
    pub(super) const fn insert(&mut self, mark: Mark) {
        self.0 |= 1 << mark as u8;
    }

    /// Whether `mark` is among them.
    pub(super) const fn has(self, mark: Mark) -> bool {
        self.0 & (1 << mark as u8) != 0
    }

    /// Whether any of `marks` is among them.
    pub(super) fn has_any(self, marks: &[Mark]) -> bool {
        marks.iter().any(|mark| self.has(*mark))
    }
}

/// Where a word has to stand.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// Within other words too.
    Anywhere,
    /// The agent begins with it.
    Start,
    /// It is the whole agent.
    All,
    /// Letters and digits stand neither before nor after it.
    Word,
    /// A letter comes next.
    BeforeName,
    /// It ends the name of a host.
    EndOfHost,
    /// These letters, in lower case, do not come before it.
    NotAfter(&'static str),
}

impl Place {
    /// Whether the bytes `found` of `agent` stand so.
    pub(super) fn holds(self, agent: &[u8], found: Range<usize>) -> bool {
        let (head, tail) =
            (agent.get(..found.start).unwrap_or_default(), agent.get(found.end..).unwrap_or_default());
        let is_after_letter = head.last().is_some_and(u8::is_ascii_alphanumeric);
        match self {
            Self::Anywhere => true,
            Self::Start => head.is_empty(),
            Self::All => head.is_empty() && tail.is_empty(),
            Self::Word => !is_after_letter && !tail.first().is_some_and(u8::is_ascii_alphanumeric),
            Self::BeforeName => tail.first().is_some_and(u8::is_ascii_alphabetic),
            Self::EndOfHost => {
                let goes_on = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
                is_after_letter && !tail.first().is_some_and(goes_on)
            }
            Self::NotAfter(letters) => {
                let from = head.len().saturating_sub(letters.len());
                !head.get(from..).is_some_and(|end| end.eq_ignore_ascii_case(letters.as_bytes()))
            }
        }
    }
}
