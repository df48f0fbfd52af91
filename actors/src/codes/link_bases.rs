//! The link bases codes were minted with.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use ezqr_schema::{LinkBase, LinkBaseId};
use ezqr_store::{InstallationStore as _, ReadError, Store};

/// Texts of link bases by number. Few, and only ever added to.
#[derive(Clone)]
pub struct LinkBases {
    store: Store,
    known: Arc<ArcSwap<HashMap<LinkBaseId, LinkBase>>>,
}

impl LinkBases {
    /// Reads all of them.
    pub async fn load(store: Store) -> Result<Self, ReadError> {
        let known = read(&store).await?;
        Ok(Self { store, known: Arc::new(ArcSwap::from_pointee(known)) })
    }

    /// All that are known.
    pub(crate) fn all(&self) -> Vec<LinkBase> {
        self.known.load().values().cloned().collect()
    }

    /// The text of `id`. One this process has not seen was adopted by another since; then the store is read.
    pub async fn get(&self, id: LinkBaseId) -> Result<LinkBase, ReadError> {
        if let Some(base) = self.known.load().get(&id) {
            return Ok(base.clone());
        }
        let known = read(&self.store).await?;
        let base = known.get(&id).cloned();
        self.known.store(Arc::new(known));
        base.ok_or_else(|| ReadError::Corrupt(format!("there is no link base {}", id.0)))
    }
}

async fn read(store: &Store) -> Result<HashMap<LinkBaseId, LinkBase>, ReadError> {
    Ok(store.link_bases().await?.into_iter().collect())
}
