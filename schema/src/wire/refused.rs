//! A request that is refused, with all its faults.

use crate::{FieldFault, Problem, ProblemCode};

/// Why a request is refused: at least one fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The problem all faults share; [`ProblemCode::InvalidRequest`] when they differ.
    pub code: ProblemCode,
    /// The faults, at least one. Of a body their pointers are JSON pointers, of a query the parameters' names.
    pub faults: Vec<FieldFault>,
}

impl Refused {
    /// A refusal for these faults.
    pub fn new(faults: Vec<FieldFault>) -> Self {
        let mut codes = faults.iter().map(|fault| fault.code);
        let first = codes.next().unwrap_or(ProblemCode::InvalidRequest);
        let code = if codes.all(|code| code == first) { first } else { ProblemCode::InvalidRequest };
        Self { code, faults }
    }

    /// A refusal for one fault.
    pub fn one(fault: FieldFault) -> Self {
        Self { code: fault.code, faults: vec![fault] }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let detail = match refused.faults.as_slice() {
            [fault] if fault.pointer.is_empty() => format!("The body {}.", fault.detail),
            [fault] => format!("{} {}.", fault.pointer, fault.detail),
            faults => format!("{} faults were found; errors names each.", faults.len()),
        };
        Self::new(refused.code, detail).with_errors(refused.faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_shared_by_all_faults_is_the_refusals() {
        let plain = FieldFault::new("/name", "must be a string");
        let special = FieldFault::new("/target_url", "leads back").with_code(ProblemCode::RedirectLoop);
        let code = |faults: &[&FieldFault]| Refused::new(faults.iter().copied().cloned().collect()).code;
        assert_eq!(code(&[&special]), ProblemCode::RedirectLoop);
        assert_eq!(code(&[&special, &special]), ProblemCode::RedirectLoop);
        assert_eq!(code(&[&special, &plain]), ProblemCode::InvalidRequest);
        assert_eq!(code(&[&plain, &special]), ProblemCode::InvalidRequest);
    }

    #[test]
    fn a_single_fault_is_told_in_the_problems_detail() {
        let problem =
            |pointer: &str| Problem::from(Refused::one(FieldFault::new(pointer, "must be a string")));
        assert_eq!(problem("/name").detail, "/name must be a string.");
        assert_eq!(problem("").detail, "The body must be a string.");
        assert_eq!(problem("").errors, [FieldFault::new("", "must be a string")]);
        let two = vec![FieldFault::new("/a", "is wrong"), FieldFault::new("/b", "is wrong")];
        assert_eq!(Problem::from(Refused::new(two)).detail, "2 faults were found; errors names each.");
    }
}
