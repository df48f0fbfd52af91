//! What handlers fail with.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use ezqr_schema::wire::Refused;
use ezqr_schema::{FieldFault, Problem, ProblemCode};

/// Why a request failed: what its sender is told, and what only the log is told.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// The kind.
    pub(crate) code: ProblemCode,
    /// What happened, for the sender.
    pub(crate) detail: String,
    /// The fields at fault, for the sender.
    pub(crate) errors: Vec<FieldFault>,
    /// When asking again is worth while.
    pub(crate) retry_after: Option<Duration>,
    /// For the log.
    pub(crate) cause: Option<Arc<dyn Error + Send + Sync>>,
}

impl Fault {
    /// A fault of kind `code`; `detail` is for the sender.
    pub(crate) fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), retry_after: None, cause: None }
    }

    /// A fault of ours; the sender learns the request's id alone.
    pub(crate) fn internal(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::unexplained().because(cause)
    }

    /// A fault of ours whose cause is in the log already.
    pub(crate) fn unexplained() -> Self {
        Self::new(ProblemCode::Internal, "The log has more under the request's id.")
    }

    /// A code that is not there, or that belongs to others: which of them is nobody's business.
    pub(crate) fn no_such_code() -> Self {
        Self::new(ProblemCode::CodeNotFound, "No code that you may see has this id.")
    }

    /// The same, with the time after which to ask again.
    pub(crate) fn retry_after(self, retry_after: Duration) -> Self {
        Self { retry_after: Some(retry_after), ..self }
    }

    /// The same, with its cause for the log.
    pub(crate) fn because(self, cause: impl Error + Send + Sync + 'static) -> Self {
        Self { cause: Some(Arc::new(cause)), ..self }
    }

    /// The HTTP status it is answered with.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Its cause, if known, and the causes of that, in one line for the log.
    pub(crate) fn chain(&self) -> Option<String> {
        let first = self.cause.as_ref()?;
        let mut chain = first.to_string();
        let mut next = first.source();
        while let Some(cause) = next {
            chain.push_str(": ");
            chain.push_str(&cause.to_string());
            next = cause.source();
        }
        Some(chain)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code.code())
    }
}

/// The response is a bare status: the middleware writes the body, and no route is without it.
impl ResponseError for Fault {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status())
    }
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        let code = refused.code;
        let Problem { detail, errors, .. } = refused.into();
        Self { errors, ..Self::new(code, detail) }
    }
}
