//! Link bases in the store for several nodes: numbered without gaps, each number by one conditional write.

use ezqr_schema::{LinkBase, LinkBaseId};
use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;
use scylla::value::CqlValue;

use super::Core;
use super::columns::{link_base, stored_text};
use super::driver::{Class, Driver};
use super::failure::{Failure, unread};
use super::revision::PARTITION;
use crate::{ReadError, WriteError};

/// The statements of link bases.
#[derive(Debug)]
pub(super) struct Statements {
    all: PreparedStatement,
    adopt: PreparedStatement,
}

impl Statements {
    pub(super) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        let all = format!("SELECT link_base, url FROM link_bases WHERE installation = '{PARTITION}'");
        let adopt = format!(
            "INSERT INTO link_bases (installation, link_base, url) VALUES ('{PARTITION}', ?, ?) IF NOT EXISTS"
        );
        Ok(Self {
            all: driver.prepare(Class::Read, &all).await?,
            adopt: driver.prepare(Class::Conditional, &adopt).await?,
        })
    }
}

impl Core {
    /// All of them, by rising numbers.
    pub(super) async fn link_bases(&self) -> Result<Vec<(LinkBaseId, LinkBase)>, ReadError> {
        let rows = self
            .driver
            .read_all::<(Option<i32>, Option<String>)>(&self.statements.link_bases.all, ())
            .await?;
        let parse = |(number, url): (Option<i32>, Option<String>)| {
            let base = stored_text("link_bases.url", url.as_deref(), LinkBase::from_stored)?;
            Ok((link_base("link_bases.link_base", number)?, base))
        };
        rows.into_iter().map(parse).collect()
    }

    /// The number of `base`: the one it has, or the next.
    pub(super) async fn adopt_link_base(&self, base: &LinkBase) -> Result<LinkBaseId, WriteError> {
        let known = self.link_bases().await.map_err(|error| WriteError::Unavailable(unread(error)))?;
        if let Some((id, _)) = known.iter().find(|(_, url)| url == base) {
            return Ok(*id);
        }
        let first = known.last().map_or(Some(0), |(id, _)| id.0.checked_add(1));
        // One refused was given to another base just now, or to this one by another node.
        for number in first.into_iter().flat_map(|first| first..=u16::MAX) {
            let values = (i32::from(number), base.as_str());
            let answer = self.driver.conditional(&self.statements.link_bases.adopt, values).await?;
            let holder = answer.row().and_then(|row| row.get("url")).and_then(CqlValue::as_text);
            if answer.is_applied || holder.is_some_and(|holder| holder == base.as_str()) {
                return Ok(LinkBaseId(number));
            }
        }
        let reason = "65,536 link bases were adopted already".to_owned();
        Err(Failure::Refused(reason).into_unavailable().into())
    }
}
