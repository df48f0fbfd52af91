//! Conditional writes, and what is made of those whose answer never came.
//!
//! An uncertain one is sent again, the very same: same condition, same mark. Applied now, or refused by a row
//! that carries the own mark: it is done. Refused by one that does not: it never applied and no longer can,
//! because what it was conditioned on only moves forward.

use scylla::errors::ExecutionError;
use scylla::response::query_result::QueryResult;
use scylla::serialize::row::SerializeRow;
use scylla::statement::prepared::PreparedStatement;
use scylla::value::{CqlValue, Row};

use super::driver::{Driver, Tries};
use super::failure::Failure;
use crate::WriteError;

/// The answer to a conditional write.
#[derive(Debug)]
pub(super) struct Answer {
    /// Whether this sending applied.
    pub(super) is_applied: bool,
    /// Whether an earlier sending of the same may have applied: then a refusal is no proof that it is another's.
    pub(super) is_repeated: bool,
    /// The rows it was compared with, where the server tells: Scylla always, Cassandra when it refuses.
    pub(super) rows: Vec<Columns>,
}

/// A row by the names of its columns, since servers answer different ones.
#[derive(Debug, Default)]
pub(super) struct Columns(Vec<(String, CqlValue)>);

impl Columns {
    /// The value of a column, when it is told and not null.
    pub(super) fn get(&self, name: &str) -> Option<&CqlValue> {
        self.0.iter().find(|(column, _)| column == name).map(|(_, value)| value)
    }
}

impl Answer {
    /// The first row it was compared with.
    pub(super) fn row(&self) -> Option<&Columns> {
        self.rows.first()
    }

    pub(super) fn read(result: QueryResult, is_repeated: bool) -> Result<Self, Failure> {
        // Whatever it was, it was carried out or not: an answer that cannot be read leaves that open.
        let unreadable = |error: &dyn std::fmt::Display| Failure::Uncertain(error.to_string());
        let result = result.into_rows_result().map_err(|error| unreadable(&error))?;
        let names: Vec<String> =
            result.column_specs().iter().map(|column| column.name().to_owned()).collect();
        let mut is_applied = false;
        let mut rows = Vec::new();
        for row in result.rows::<Row>().map_err(|error| unreadable(&error))? {
            let row = row.map_err(|error| unreadable(&error))?;
            let mut columns = Columns::default();
            for (name, value) in names.iter().zip(row.columns) {
                match value {
                    Some(CqlValue::Boolean(applied)) if name == "[applied]" => is_applied = applied,
                    Some(value) => columns.0.push((name.clone(), value)),
                    None => {}
                }
            }
            rows.push(columns);
        }
        Ok(Self { is_applied, is_repeated, rows })
    }
}

impl Driver {
    /// Sends a conditional statement until it is answered, or time is up.
    pub(super) async fn conditional(
        &self,
        statement: &PreparedStatement,
        values: impl SerializeRow,
    ) -> Result<Answer, WriteError> {
        let send = async || self.session.execute_unpaged(statement, &values).await;
        self.conditional_by(self.tries(), send).await
    }

    /// The same, given up sooner.
    pub(super) async fn conditional_soon(
        &self,
        statement: &PreparedStatement,
        values: impl SerializeRow,
    ) -> Result<Answer, WriteError> {
        let send = async || self.session.execute_unpaged(statement, &values).await;
        self.conditional_by(self.few_tries(), send).await
    }

    async fn conditional_by(
        &self,
        mut tries: Tries<'_>,
        send: impl AsyncFn() -> Result<QueryResult, ExecutionError>,
    ) -> Result<Answer, WriteError> {
        let _permit = self.enter_write().await?;
        let mut is_repeated = false;
        loop {
            let answer = self.attempt(send()).await.and_then(|result| Answer::read(result, is_repeated));
            let failure = match answer {
                Ok(answer) => return Ok(answer),
                Err(failure @ Failure::NotSent(_)) if !is_repeated => {
                    return Err(failure.into_unavailable().into());
                }
                Err(failure) => failure,
            };
            is_repeated |= !matches!(failure, Failure::NotSent(_));
            if !tries.again().await {
                return Err(WriteError::OutcomeUnknown(failure.to_string()));
            }
        }
    }
}
