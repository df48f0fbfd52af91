//! The numbered migrations of the stores.

/// One step of a store's schema. A step that was released is never edited; a change is a new step.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Its number, from 1 without gaps: the version of the schema after it.
    pub number: u32,
    /// Its statements.
    pub sql: &'static str,
}

impl Migration {
    /// Its statements one by one, without comments: for a store that takes no more than one at a time. None of
    /// them holds a semicolon.
    pub fn statements(&self) -> Vec<String> {
        let is_code = |line: &&str| !line.starts_with("--");
        let code: Vec<&str> = self.sql.lines().filter(is_code).collect();
        let statements = code.join("\n");
        let statements = statements.split(';').map(str::trim).filter(|statement| !statement.is_empty());
        statements.map(str::to_owned).collect()
    }
}

/// The steps of the embedded store's file of codes, in order.
pub const SQLITE_MIGRATIONS: &[Migration] = &[
    Migration { number: 1, sql: include_str!("../sqlite/0001_first.sql") },
    Migration { number: 2, sql: include_str!("../sqlite/0002_idempotency.sql") },
    Migration { number: 3, sql: include_str!("../sqlite/0003_restores.sql") },
];

/// The steps of the embedded store's file of scans, in order.
pub const SQLITE_SCANS_MIGRATIONS: &[Migration] = &[
    Migration { number: 1, sql: include_str!("../sqlite_scans/0001_scans.sql") },
    Migration { number: 2, sql: include_str!("../sqlite_scans/0002_installation.sql") },
];

/// The steps of the store for several nodes, in order. Each of their statements can be carried out again, so
/// that a step that was cut off is finished by carrying it out once more.
pub const CQL_MIGRATIONS: &[Migration] = &[
    Migration { number: 1, sql: include_str!("../cql/0001_first.cql") },
    Migration { number: 2, sql: include_str!("../cql/0002_scans.cql") },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_are_the_files_of_their_folder_numbered_without_gaps() {
        for (folder, migrations) in [
            ("sqlite", SQLITE_MIGRATIONS),
            ("sqlite_scans", SQLITE_SCANS_MIGRATIONS),
            ("cql", CQL_MIGRATIONS),
        ] {
            let folder = format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"));
            let mut files: Vec<_> =
                std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
            files.sort();
            assert_eq!(files.len(), migrations.len());
            for (index, (file, migration)) in files.iter().zip(migrations).enumerate() {
                assert_eq!(usize::try_from(migration.number).unwrap(), index + 1);
                let name = file.file_name().unwrap().to_str().unwrap();
                assert!(name.starts_with(&format!("{:04}_", migration.number)), "{name}");
                assert_eq!(std::fs::read_to_string(file).unwrap(), migration.sql, "{name}");
            }
        }
    }

    #[test]
    fn statements_of_cql_can_be_carried_out_again() {
        for migration in CQL_MIGRATIONS {
            let statements = migration.statements();
            assert_eq!(statements.len(), migration.sql.matches("IF NOT EXISTS").count());
            for statement in statements {
                assert!(statement.starts_with("CREATE TABLE IF NOT EXISTS "), "{statement}");
                assert_eq!(statement.matches('(').count(), statement.matches(')').count(), "{statement}");
            }
        }
    }
}
