//! The statements of this folder, prepared once.

use scylla::errors::PrepareError;

use super::{alias, change, confirm, current, delete, lease, look_ups, mint, pages, reads, record};
use crate::scylla::driver::Driver;

/// The statements of this folder, each with who sends it.
pub(in crate::scylla) struct Statements {
    pub(super) alias: alias::Statements,
    pub(super) change: change::Statements,
    pub(super) delete: delete::Statements,
    pub(super) confirm: confirm::Statements,
    pub(super) current: current::Statements,
    pub(super) lease: lease::Statements,
    pub(super) look_ups: look_ups::Statements,
    pub(super) mint: mint::Statements,
    pub(super) pages: pages::Statements,
    pub(super) reads: reads::Statements,
    pub(super) record: record::Statements,
}

impl Statements {
    pub(in crate::scylla) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        Ok(Self {
            alias: alias::Statements::prepare(driver).await?,
            change: change::Statements::prepare(driver).await?,
            delete: delete::Statements::prepare(driver).await?,
            confirm: confirm::Statements::prepare(driver).await?,
            current: current::Statements::prepare(driver).await?,
            lease: lease::Statements::prepare(driver).await?,
            look_ups: look_ups::Statements::prepare(driver).await?,
            mint: mint::Statements::prepare(driver).await?,
            pages: pages::Statements::prepare(driver).await?,
            reads: reads::Statements::prepare(driver).await?,
            record: record::Statements::prepare(driver).await?,
        })
    }
}
