//! The statements of this folder, prepared once.

use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;

use super::rows::{
    DayColumns, INSERT_DAY, INSERT_MONTH, INSERT_UNIQUES, INSERT_WINDOW, MonthColumns, UniqueColumns,
    WindowColumns,
};
use super::{due, salts};
use crate::scylla::driver::{Class, Driver};

/// Rows of an answer: of windows, days and visitors one has up to 70 KB.
const ANSWER_ROWS: i32 = 1_000;

/// The statements of this folder, each with who sends it.
pub(in crate::scylla) struct Statements {
    pub(super) windows: Table,
    pub(super) days: Table,
    pub(super) months: Table,
    pub(super) uniques: Table,
    pub(super) due: due::Statements,
    pub(super) salts: salts::Statements,
}

/// How rows of counts are written and read.
pub(super) struct Table {
    pub(super) insert: PreparedStatement,
    /// Of one partition, those of the codes from one to another.
    pub(super) select: PreparedStatement,
}

impl Table {
    async fn prepare(driver: &Driver, insert: &str, select: &str) -> Result<Self, PrepareError> {
        let insert = driver.prepare(Class::Write, insert).await?;
        let select = format!("SELECT {select} AND sequence >= ? AND sequence <= ?");
        let mut select = driver.prepare(Class::Read, &select).await?;
        select.set_page_size(ANSWER_ROWS);
        Ok(Self { insert, select })
    }
}

impl Statements {
    pub(in crate::scylla) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        let windows = format!("{} FROM scan_windows WHERE page = ? AND day = ?", WindowColumns::NAMES);
        let days = format!("{} FROM scan_days WHERE page = ? AND month = ?", DayColumns::NAMES);
        let months = format!("{} FROM scan_months WHERE page = ?", MonthColumns::NAMES);
        let uniques = format!("{} FROM scan_uniques WHERE page = ? AND month = ?", UniqueColumns::NAMES);
        Ok(Self {
            windows: Table::prepare(driver, INSERT_WINDOW, &windows).await?,
            days: Table::prepare(driver, INSERT_DAY, &days).await?,
            months: Table::prepare(driver, INSERT_MONTH, &months).await?,
            uniques: Table::prepare(driver, INSERT_UNIQUES, &uniques).await?,
            due: due::Statements::prepare(driver).await?,
            salts: salts::Statements::prepare(driver).await?,
        })
    }
}
