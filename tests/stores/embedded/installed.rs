//! An installation in a directory of its own, with all the files that a served one has.

use std::fs;
use std::path::{Path, PathBuf};

use ezqr_schema::{
    Account, AccountId, AccountStatus, ApiKey, Block, Environment, InstallationSecret, KeyId, KeySecret,
    Name, Pepper, Plan, Rate, SQLITE_MIGRATIONS, SQLITE_SCANS_MIGRATIONS, Scopes, Timestamp,
};
use ezqr_store::contract::run;
use ezqr_store::{
    CodeStore as _, EmbeddedOptions, EmbeddedStore, Founding, InstallationStore as _, LeaseMark, Mark,
    MarkFile, OpenError,
};
use rusqlite::Connection;
use tempfile::TempDir;

/// The directory of an installation, served or not.
pub(crate) struct Installed {
    pub(crate) directory: TempDir,
    pub(crate) secret: u8,
}

impl Installed {
    /// Founded with this secret, and closed again.
    pub(crate) fn new(secret: u8) -> Self {
        let installed = Self::nowhere(secret);
        drop(installed.founded());
        installed
    }

    /// An empty directory.
    pub(crate) fn nowhere(secret: u8) -> Self {
        Self { directory: TempDir::new().unwrap(), secret }
    }

    /// As the released program left it, before files told whose they are: with a scan in the database and another in
    /// the journal.
    pub(crate) fn of_the_released_program(secret: u8) -> Self {
        let installed = Self::nowhere(secret);
        let codes = old(&installed.path("ezqr.db"), &SQLITE_MIGRATIONS[..2]);
        codes
            .execute(
                "INSERT INTO installation VALUES (1, ?, ?)",
                [installed.secret().as_bytes(), &Pepper::from_bytes([3; 32]).fingerprint()],
            )
            .unwrap();
        codes.execute("UPDATE sequence_blocks SET next_block = 7", []).unwrap();
        let scans = old(&installed.path("scans.db"), &SQLITE_SCANS_MIGRATIONS[..1]);
        scans.execute("INSERT INTO scan_months VALUES (1, 680, 1, 0, 1)", []).unwrap();
        fs::create_dir(installed.path("journal")).unwrap();
        fs::write(installed.path("journal/0000000001.journal"), "ezqrscan and more").unwrap();
        fs::write(installed.path("pepper"), "03".repeat(32)).unwrap();
        installed
    }

    pub(crate) fn secret(&self) -> InstallationSecret {
        InstallationSecret::from_bytes([self.secret; 32])
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn options(&self) -> EmbeddedOptions {
        EmbeddedOptions {
            journal: Some(self.path("journal")),
            pepper: Some(self.path("pepper")),
            ..EmbeddedOptions::default()
        }
    }

    pub(crate) fn open(&self) -> Result<EmbeddedStore, OpenError> {
        EmbeddedStore::open(self.directory.path(), self.options())
    }

    /// Opens it, whatever else is there.
    pub(crate) fn insist(&self) -> EmbeddedStore {
        let options = EmbeddedOptions { sets_aside: true, ..self.options() };
        EmbeddedStore::open(self.directory.path(), options).unwrap()
    }

    /// Opens it, and founds it if it is not.
    pub(crate) fn founded(&self) -> EmbeddedStore {
        let store = self.open().unwrap();
        self.found(&store);
        store
    }

    pub(crate) fn found(&self, store: &EmbeddedStore) {
        let pepper = Pepper::from_bytes([3; 32]);
        let environment = Environment::parse("production").unwrap();
        let account = Account {
            id: AccountId::from_random([self.secret; 16]),
            name: Name::parse("default").unwrap(),
            plan: Plan::Max,
            status: AccountStatus::Active,
            created_at: Timestamp::EPOCH,
        };
        let key = ApiKey {
            id: KeyId::from_random([self.secret; 16]),
            account: account.id,
            environment: environment.clone(),
            name: Name::parse("first").unwrap(),
            hash: KeySecret::generate(&environment).unwrap().hash(&pepper),
            scopes: Scopes::all(),
            rate: Rate::DEFAULT,
            created_at: Timestamp::EPOCH,
            revoked_at: None,
        };
        let founding =
            Founding { secret: self.secret(), pepper_fingerprint: pepper.fingerprint(), account, key };
        run(async { store.found(founding).await.unwrap() });
    }

    /// What each place beside the database of codes tells; of `scans.db`, of the journal, beside the pepper.
    pub(crate) fn marks(&self) -> [Option<Mark>; 3] {
        let file = |name| MarkFile::at(self.path(name)).read().unwrap();
        [self.mark_of_scans(), file("journal/installation"), file(&self.beside_pepper())]
    }

    /// The name of the file that this installation keeps beside its pepper.
    pub(crate) fn beside_pepper(&self) -> String {
        format!("pepper.{}.installation", self.secret().fingerprint().short_name())
    }

    fn mark_of_scans(&self) -> Option<Mark> {
        let scans = Connection::open(self.path("scans.db")).unwrap();
        let told =
            scans.query_row("SELECT fingerprint, next_block, generation FROM installation", [], |row| {
                Ok((row.get::<_, [u8; 32]>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
            });
        let (fingerprint, next_block, generation) = told.ok()?;
        let installation = self.secret().fingerprint();
        assert_eq!(installation.as_bytes(), &fingerprint);
        let leased = LeaseMark {
            next_block: next_block.try_into().unwrap(),
            generation: generation.try_into().unwrap(),
        };
        Some(Mark { installation, leased })
    }

    /// How far the database of codes has given numbers out.
    pub(crate) fn leased(&self) -> LeaseMark {
        let codes = Connection::open(self.path("ezqr.db")).unwrap();
        let told = codes.query_row("SELECT next_block, generation FROM sequence_blocks", [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
        });
        let (next_block, generation) = told.unwrap();
        LeaseMark { next_block: next_block.try_into().unwrap(), generation: generation.try_into().unwrap() }
    }

    /// Every file in the directory that holds something: names and sizes.
    pub(crate) fn listing(&self) -> Vec<(PathBuf, u64)> {
        let mut listing = Vec::new();
        let mut folders = vec![self.directory.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                    continue;
                }
                // What SQLite makes to read, and the lock, hold nothing.
                let (name, size) =
                    (entry.file_name().to_string_lossy().into_owned(), entry.metadata().unwrap().len());
                if name != "lock" && !name.ends_with("-shm") && !(name.ends_with("-wal") && size == 0) {
                    listing.push((entry.path(), size));
                }
            }
        }
        listing.sort();
        listing
    }
}

/// Leases a block.
pub(crate) fn lease(store: &EmbeddedStore) -> Block {
    run(async { store.lease_block().await.unwrap() })
}

fn old(path: &Path, migrations: &[ezqr_schema::Migration]) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())).unwrap();
    for migration in migrations {
        connection.execute_batch(migration.sql).unwrap();
        connection.pragma_update(None, "user_version", migration.number).unwrap();
    }
    connection
}
