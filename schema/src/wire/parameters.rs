//! The parameters of a query: the one way in which all of them are read.

use std::borrow::Cow;

use url::form_urlencoded;

use crate::{FieldFault, ProblemCode};

/// The most parameters of a query. More than any route has, with the marks of a campaign beside them: so few that
/// looking for one that is there twice costs nothing.
pub const MOST_PARAMETERS: usize = 16;

/// The longest name of a parameter that a fault repeats, in characters.
const LONGEST_NAME: usize = 64;

/// Reads `query`, which is `application/x-www-form-urlencoded` without the question mark: hands each parameter to
/// `set`, and collects what is wrong with them. A parameter stands in a query once.
///
/// A query of more than [`MOST_PARAMETERS`] is refused as a whole, before any of them is looked at, so that the time
/// and the answer are bounded by the query's length.
pub fn read(query: &str, set: impl FnMut(&str, &str) -> Result<(), String>) -> Vec<FieldFault> {
    read_without(query, |_| false, set)
}

/// As [`read`], without the parameters whose names are `ignored`: they may be there as often as they like, and only
/// count towards [`MOST_PARAMETERS`].
pub fn read_without(
    query: &str,
    ignored: impl Fn(&str) -> bool,
    set: impl FnMut(&str, &str) -> Result<(), String>,
) -> Vec<FieldFault> {
    read_each(query, ignored, |_| false, set)
}

/// As [`read`]; a parameter of which `is_list` may be there several times: `a=1&a=2` is what `a=1,2` is. `set` is
/// handed each of them and adds it to those before.
pub(super) fn read_lists(
    query: &str,
    is_list: impl Fn(&str) -> bool,
    set: impl FnMut(&str, &str) -> Result<(), String>,
) -> Vec<FieldFault> {
    read_each(query, |_| false, is_list, set)
}

fn read_each(
    query: &str,
    ignored: impl Fn(&str) -> bool,
    is_list: impl Fn(&str) -> bool,
    mut set: impl FnMut(&str, &str) -> Result<(), String>,
) -> Vec<FieldFault> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    if pairs.take(MOST_PARAMETERS + 1).count() > MOST_PARAMETERS {
        return vec![fault("query", format!("must have at most {MOST_PARAMETERS} parameters"))];
    }
    let mut seen: Vec<Cow<'_, str>> = Vec::new();
    let mut faults = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| !ignored(name)) {
        let outcome = if seen.contains(&name) && !is_list(&name) {
            Err("must be there once".to_owned())
        } else {
            set(&name, &value)
        };
        if let Err(detail) = outcome {
            faults.push(fault(&name, detail));
        }
        seen.push(name);
    }
    faults
}

/// A fault of the parameter `name`, of which it repeats 64 characters.
pub fn fault(name: &str, detail: impl Into<String>) -> FieldFault {
    if name.is_empty() {
        let fault = FieldFault::new("query", "has a parameter without a name");
        return fault.with_code(ProblemCode::InvalidParameter);
    }
    let name: String = name.chars().take(LONGEST_NAME).collect();
    FieldFault::new(name, detail).with_code(ProblemCode::InvalidParameter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(query: &str) -> Vec<(String, String)> {
        let faults = read_without(query, |name| name == "v", |_, _| Err("is unknown".to_owned()));
        faults.into_iter().map(|fault| (fault.pointer, fault.detail)).collect()
    }

    #[test]
    fn too_many_parameters_are_refused_before_one_is_looked_at() {
        let query =
            |pairs: usize| (0..pairs).map(|number| format!("p{number}")).collect::<Vec<_>>().join("&");
        assert_eq!(refused(&query(MOST_PARAMETERS)).len(), MOST_PARAMETERS);
        for query in [query(MOST_PARAMETERS + 1), query(2_000), "v=1&".repeat(17), "=&".repeat(4_000)] {
            let faults = read_without(&query, |name| name == "v", |_, _| panic!("looked at"));
            let [fault] = faults.as_slice() else { panic!("{} faults", faults.len()) };
            assert_eq!((fault.pointer.as_str(), fault.code), ("query", ProblemCode::InvalidParameter));
        }
        // Nothing stands between these.
        assert_eq!(refused(&"&".repeat(8_000)), []);
    }

    #[test]
    fn a_fault_repeats_a_part_of_a_long_name_and_nothing_of_a_value() {
        let faults = refused(&format!("{}={}", "ä".repeat(1_000), "x".repeat(1_000)));
        assert_eq!(faults, [("ä".repeat(64), "is unknown".to_owned())]);
    }

    #[test]
    fn a_parameter_stands_there_once_unless_it_is_ignored() {
        let mut values = Vec::new();
        let faults = read_without(
            "v=1&a=1&v=2&%61=2",
            |name| name == "v",
            |name, value| {
                values.push(format!("{name}={value}"));
                Ok(())
            },
        );
        assert_eq!(values, ["a=1"]);
        assert_eq!(faults, [fault("a", "must be there once")]);
    }
}
