//! Names of the files of an archive, safe on any file system.

use std::collections::{HashMap, HashSet};

/// The name of the manifest, which no image gets.
pub const MANIFEST: &str = "manifest.csv";

/// The longest name before its number and extension, in bytes.
const LONGEST: usize = 100;

/// The names given out so far.
#[derive(Debug)]
pub struct FileNames {
    /// In lower case: some file systems do not tell cases apart.
    taken: HashSet<String>,
    /// The number that the next file of a wanted name tries first.
    numbers: HashMap<String, u32>,
}

impl Default for FileNames {
    fn default() -> Self {
        Self { taken: HashSet::from([MANIFEST.to_owned()]), numbers: HashMap::new() }
    }
}

impl FileNames {
    /// A name for a file that is best called `wanted`: of `[A-Za-z0-9._-]`, without a leading dot, and no
    /// other file's. Other characters become `-`; the second file of a name becomes `name-2`.
    pub fn give(&mut self, wanted: &str, extension: &str) -> String {
        let stem: String = wanted
            .chars()
            .map(|character| if is_allowed(character) { character } else { '-' })
            .skip_while(|character| *character == '.')
            .take(LONGEST)
            .collect();
        let stem = if stem.is_empty() { "code" } else { &stem };
        let number = self.numbers.entry(stem.to_ascii_lowercase()).or_insert(1);
        loop {
            let name = if *number == 1 {
                format!("{stem}.{extension}")
            } else {
                format!("{stem}-{number}.{extension}")
            };
            *number += 1;
            if self.taken.insert(name.to_ascii_lowercase()) {
                return name;
            }
        }
    }
}

const fn is_allowed(character: char) -> bool {
    matches!(character, 'A'..='Z' | 'a'..='z' | '0'..='9' | '.' | '_' | '-')
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
        let given = ["../../etc/passwd", "...", ".hidden", "C:\\x", "a\0b", "Tür 5", ""]
            .map(|wanted| names.give(wanted, "svg"));
        assert_eq!(
            given,
            [
                "-..-etc-passwd.svg",
                "code.svg",
                "hidden.svg",
                "C--x.svg",
                "a-b.svg",
                "T-r-5.svg",
                "code-2.svg"
            ]
        );
    }

    #[test]
    fn the_manifest_keeps_its_name() {
        assert_eq!(FileNames::default().give("Manifest", "csv"), "Manifest-2.csv");
    }

    #[test]
    fn a_long_name_is_cut() {
        assert_eq!(FileNames::default().give(&"x".repeat(300), "pdf").len(), 104);
    }
}
