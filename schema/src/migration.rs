//! The numbered migrations of the stores.

/// One step of a store's schema. A step that was released is never edited; a change is a new step.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Its number, from 1 without gaps: the version of the schema after it.
    pub number: u32,
    /// Its statements.
    pub sql: &'static str,
}

/// The steps of the embedded store, in order.
pub const SQLITE_MIGRATIONS: &[Migration] = &[
    Migration { number: 1, sql: include_str!("../sqlite/0001_first.sql") },
    Migration { number: 2, sql: include_str!("../sqlite/0002_idempotency.sql") },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_are_the_files_of_the_folder_numbered_without_gaps() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/sqlite");
        let mut files: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert_eq!(files.len(), SQLITE_MIGRATIONS.len());
        for (index, (file, migration)) in files.iter().zip(SQLITE_MIGRATIONS).enumerate() {
            assert_eq!(usize::try_from(migration.number).unwrap(), index + 1);
            let name = file.file_name().unwrap().to_str().unwrap();
            assert!(name.starts_with(&format!("{:04}_", migration.number)), "{name}");
            assert_eq!(std::fs::read_to_string(file).unwrap(), migration.sql, "{name}");
        }
    }
}
