//! Names of the files of an archive, safe on any file system.

use std::collections::{HashMap, HashSet};

/// The name of the manifest, which no image gets.
pub const MANIFEST: &str = "manifest.csv";

/// The longest name before its number and extension, in characters and in bytes. File systems take 255 bytes or as
/// many units of UTF-16.
const LONGEST: usize = 100;
const LONGEST_BYTES: usize = 200;

/// Stands before a name that is none.
const PREFIX: &str = "code";

/// The names given out so far.
#[derive(Debug)]
pub struct FileNames {
    /// Folded: some file systems do not tell cases apart.
    taken: HashSet<String>,
    /// The number that the next file of a wanted name tries first.
    numbers: HashMap<String, u32>,
}

impl Default for FileNames {
    fn default() -> Self {
        Self { taken: HashSet::from([folded(MANIFEST)]), numbers: HashMap::new() }
    }
}

impl FileNames {
    /// A name for a file that is best called `wanted`, and no other file's: of letters and digits of any script and
    /// `._-`, without a leading dot. Other characters become `-`. A name that Windows keeps for a device, such as
    /// `aux` or `com1.old`, gets `code-` before it; the second file of a name becomes `name-2`.
    pub fn give(&mut self, wanted: &str, extension: &str) -> String {
        let mut stem = String::new();
        let characters = wanted.chars().map(|character| if is_allowed(character) { character } else { '-' });
        for character in characters.skip_while(|character| *character == '.').take(LONGEST) {
            if stem.len() + character.len_utf8() > LONGEST_BYTES {
                break;
            }
            stem.push(character);
        }
        if stem.is_empty() {
            stem.push_str(PREFIX);
        } else if is_device(&stem) {
            stem = format!("{PREFIX}-{stem}");
        }
        let number = self.numbers.entry(folded(&stem)).or_insert(1);
        loop {
            let name = if *number == 1 {
                format!("{stem}.{extension}")
            } else {
                format!("{stem}-{number}.{extension}")
            };
            *number += 1;
            if self.taken.insert(folded(&name)) {
                return name;
            }
        }
    }
}

/// Alike for names that a file system may take for the same: capitals are what both cases of a letter become, and `ß`
/// becomes `SS` as in the file systems that fold it.
fn folded(name: &str) -> String {
    name.to_uppercase()
}

/// Letters, digits and the marks that belong to them.
fn is_allowed(character: char) -> bool {
    matches!(character, '.' | '_' | '-') || character.is_alphanumeric() || is_mark(character)
}

/// Marks that are no letters by themselves, without which words of their scripts break up: accents as some systems
/// store them apart, signs of vowels left out, tones, and the sound marks of kana.
const fn is_mark(character: char) -> bool {
    matches!(character,
        '\u{300}'..='\u{36f}' | '\u{93c}' | '\u{94d}' | '\u{9bc}' | '\u{9cd}' | '\u{a3c}' | '\u{a4d}' | '\u{abc}'
        | '\u{acd}' | '\u{b3c}' | '\u{b4d}' | '\u{bcd}' | '\u{c4d}' | '\u{cbc}' | '\u{ccd}' | '\u{d4d}'
        | '\u{dca}' | '\u{e3a}' | '\u{e47}'..='\u{e4e}' | '\u{ec8}'..='\u{ecc}' | '\u{1037}' | '\u{1039}'
        | '\u{103a}' | '\u{17d2}' | '\u{3099}' | '\u{309a}')
}

/// Whether Windows keeps the name for a device: whatever comes after a dot in it does not count ("Naming Files, Paths,
/// and Namespaces").
fn is_device(stem: &str) -> bool {
    const DEVICES: [&str; 4] = ["AUX", "CON", "NUL", "PRN"];
    let (name, _) = stem.split_once('.').unwrap_or((stem, ""));
    let name = name.to_ascii_uppercase();
    let port = name.strip_prefix("COM").or_else(|| name.strip_prefix("LPT"));
    let is_port = port.is_some_and(|number| {
        let mut number = number.chars();
        let digit = number.next();
        digit.is_some_and(|digit| matches!(digit, '0'..='9' | '¹' | '²' | '³')) && number.next().is_none()
    });
    is_port || DEVICES.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::FileNames;

    #[test]
    fn duplicates_are_numbered_around_names_already_taken() {
        let mut names = FileNames::default();
        let given = ["Table", "table-2", "table", "TABLE", "Table"].map(|wanted| names.give(wanted, "png"));
        assert_eq!(given, ["Table.png", "table-2.png", "table-3.png", "TABLE-4.png", "Table-5.png"]);
    }

    #[test]
    fn nothing_leaves_the_folder_or_hides() {
        let mut names = FileNames::default();
        let given = [
            "../../etc/passwd",
            "...",
            ".hidden",
            "C:\\x",
            "a\0b",
            "Tür 5",
            "",
            "a\u{202e}gnp",
            "a\u{200b}b",
        ]
        .map(|wanted| names.give(wanted, "svg"));
        assert_eq!(
            given,
            [
                "-..-etc-passwd.svg",
                "code.svg",
                "hidden.svg",
                "C--x.svg",
                "a-b.svg",
                "Tür-5.svg",
                "code-2.svg",
                "a-gnp.svg",
                "a-b-2.svg"
            ]
        );
    }

    #[test]
    fn letters_of_any_script_stay() {
        for name in ["Ärzte", "商品A", "Zoe\u{308}", "สินค้า", "हिन्दी", "ガ", "ストア", "مقهى", "Straße"]
        {
            assert_eq!(FileNames::default().give(name, "png"), format!("{name}.png"));
        }
    }

    #[test]
    fn names_that_a_file_system_takes_for_the_same_are_numbered() {
        let mut names = FileNames::default();
        let given =
            ["Ärzte", "ÄRZTE", "Straße", "STRASSE", "Ωmega", "ωmega"].map(|wanted| names.give(wanted, "png"));
        let expected =
            ["Ärzte.png", "ÄRZTE-2.png", "Straße.png", "STRASSE-2.png", "Ωmega.png", "ωmega-2.png"];
        assert_eq!(given, expected);
    }

    #[test]
    fn no_file_has_the_name_of_a_device() {
        let kept =
            ["aux", "CON", "nul", "Prn", "com1", "COM0", "LPT9", "LPT1.old", "con.a.b", "com²", "aux."];
        for name in kept {
            assert_eq!(FileNames::default().give(name, "png"), format!("code-{name}.png"));
        }
        for name in ["auxiliary", "com", "com10", "lpt-1", "aux-1", "x.aux", "console", "con-2"] {
            assert_eq!(FileNames::default().give(name, "png"), format!("{name}.png"));
        }
    }

    #[test]
    fn the_manifest_keeps_its_name() {
        assert_eq!(FileNames::default().give("Manifest", "csv"), "Manifest-2.csv");
    }

    #[test]
    fn a_long_name_is_cut() {
        assert_eq!(FileNames::default().give(&"x".repeat(300), "pdf").len(), 104);
        assert_eq!(FileNames::default().give(&"商".repeat(300), "pdf"), format!("{}.pdf", "商".repeat(66)));
    }
}
