//! A system on an embedded store of its own.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use ezqr_actors::codes::{ChangeRequest, MintRequest};
use ezqr_actors::scans::Counting;
use ezqr_actors::{Bounds, Foundation, Handles, System};
use ezqr_schema::scan::{Day, VisitorSalt};
use ezqr_schema::{
    Account, AccountId, AccountStatus, ApiKey, Clock, Code, CodePatch, ContentType, Environment,
    InstallationSecret, KeyId, KeySecret, LinkBase, LinkCapitals, Name, NewCode, Owner, Payload, Pepper,
    Plan, Rate, Scopes, ShortPath, TargetUrl, Timestamp, random_bytes,
};
use ezqr_store::{EmbeddedOptions, EmbeddedStore, Founding, InstallationStore as _, ScanStore as _, Store};
use tempfile::TempDir;

/// What bounds a wait for something that must happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A running system, the key it was founded with, and where its data lie.
pub(crate) struct World {
    pub(crate) system: System,
    pub(crate) store: Store,
    pub(crate) owner: Owner,
    pub(crate) secret: KeySecret,
    pub(crate) key: ApiKey,
    directory: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::at(Clock::system()).await
    }

    /// A world whose actors are told the time by `clock`.
    pub(crate) async fn at(clock: Clock) -> Self {
        Self::counting(clock, |counting| counting).await
    }

    /// The same, that counts scans as `adapt` wants it.
    pub(crate) async fn counting(clock: Clock, adapt: impl FnOnce(Counting) -> Counting) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store =
            Store::Embedded(EmbeddedStore::open(directory.path(), EmbeddedOptions::default()).unwrap());
        let pepper = Pepper::from_bytes([3; 32]);
        let environment = Environment::parse("production").unwrap();
        let secret = KeySecret::generate(&environment).unwrap();
        let account = Account {
            id: AccountId::from_random(random_bytes().unwrap()),
            name: Name::parse("default").unwrap(),
            plan: Plan::Max,
            status: AccountStatus::Active,
            created_at: Timestamp::EPOCH,
        };
        let key = ApiKey {
            id: KeyId::from_random(random_bytes().unwrap()),
            account: account.id,
            environment: environment.clone(),
            name: Name::parse("first").unwrap(),
            hash: secret.hash(&pepper),
            scopes: Scopes::all(),
            rate: Rate::DEFAULT,
            created_at: Timestamp::EPOCH,
            revoked_at: None,
        };
        let owner = Owner { account: account.id, environment };
        let installation = InstallationSecret::from_bytes([7; 32]);
        let pepper_fingerprint = pepper.fingerprint();
        let founding = Founding { secret: installation, pepper_fingerprint, account, key: key.clone() };
        let installation = store.found(founding).await.unwrap();
        let foundation = Foundation {
            counting: adapt(Counting::new(directory.path().join("journal")).unwrap()),
            store: store.clone(),
            secret: installation.secret,
            pepper,
            link_base: LinkBase::parse("https://r.example.com").unwrap(),
            link_capitals: LinkCapitals::default(),
            clock,
        };
        // With random ones, estimates of a few visitors would differ from run to run.
        let today = Day::of(foundation.clock.now());
        for (day, salt) in [(today, 5), (today.saturating_add(1), 6)] {
            store.visitor_salt(day, &VisitorSalt::from_bytes([salt; 16])).await.unwrap();
        }
        let system = System::start(foundation, bounds()).await.unwrap();
        Self { system, store, owner, secret, key, directory }
    }

    pub(crate) const fn handles(&self) -> &Handles {
        self.system.handles()
    }

    /// Stops all actors; what is returned holds the directory.
    pub(crate) async fn stop(self) -> TempDir {
        self.system.stop(PATIENCE).await.unwrap();
        self.directory
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Mints `count` dynamic codes.
    pub(crate) async fn mint(&self, count: usize) -> Vec<Code> {
        let codes = vec![dynamic("https://example.com/1"); count];
        let request = MintRequest { owner: self.owner.clone(), codes, name: None };
        self.handles().codes.mint(request).await.unwrap().codes.to_vec()
    }

    /// Repoints a code.
    pub(crate) fn repointing(&self, code: &Code, target: &str) -> ChangeRequest {
        let patch = CodePatch { target_url: Some(TargetUrl::parse(target).unwrap()), ..CodePatch::default() };
        ChangeRequest { owner: self.owner.clone(), id: code.id, patch, expected: None }
    }

    /// Where a visitor of `code` is sent.
    pub(crate) async fn follow(&self, code: &Code) -> Option<String> {
        let path = ShortPath::Generated(self.handles().reader.short_code(code.sequence));
        let link = self.handles().reader.follow(&path).await.unwrap()?;
        link.target_url().map(|target| target.as_str().to_owned())
    }
}

pub(crate) fn bounds() -> Bounds {
    Bounds {
        queue: 64,
        rendering_queue: 8,
        rendering_batches: 3,
        cached_links: 1_024,
        cached_links_bytes: 1 << 24,
        limited_callers: 100,
        misses_per_minute: 600,
        followed_links: 1_024,
        render_threads: NonZeroUsize::MIN,
    }
}

pub(crate) fn dynamic(target: &str) -> NewCode {
    NewCode {
        content_type: ContentType::Url,
        content: Payload::parse(ContentType::Url, &serde_json::json!(target)).unwrap(),
        target_url: Some(TargetUrl::parse(target).unwrap()),
        alias: None,
        name: None,
        tags: ezqr_schema::Tags::default(),
        metadata: ezqr_schema::Metadata::default(),
        external_id: None,
        error_correction: ezqr_schema::ErrorCorrection::Medium,
        expires_at: None,
    }
}

/// Waits until `holds` does, looking every 20 ms.
pub(crate) async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let clock = Clock::system();
    while !holds().await {
        assert!(clock.monotonic() < PATIENCE, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
