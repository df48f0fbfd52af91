//! What counts must be, by what was answered.

use std::collections::HashMap;

use super::visitor::Ended;

/// How often codes were followed, by their ids: at least and at most.
#[derive(Clone, Debug, Default)]
pub(crate) struct Oracle(HashMap<String, (u64, u64)>);

impl Oracle {
    /// Notes one request.
    pub(crate) fn note(&mut self, id: &str, ended: Ended) {
        let (least, most) = self.0.entry(id.to_owned()).or_default();
        *least += u64::from(ended == Ended::Answered);
        *most += u64::from(ended != Ended::NotSent);
    }

    /// Notes what another has.
    pub(crate) fn merge(&mut self, other: Self) {
        for (id, (least, most)) in other.0 {
            let bounds = self.0.entry(id).or_default();
            bounds.0 += least;
            bounds.1 += most;
        }
    }

    /// The codes that were asked for.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }

    /// Requests that were answered, and those that may have been made.
    pub(crate) fn bounds(&self) -> (u64, u64) {
        self.0.values().fold((0, 0), |(least, most), code| (least + code.0, most + code.1))
    }
}

/// What is wrong about `counts`: of every code it names, and of those that were asked for.
pub(crate) fn judge(oracle: &Oracle, counts: &HashMap<String, u64>) -> Vec<String> {
    let mut faults = Vec::new();
    for (id, count) in counts {
        let (least, most) = oracle.0.get(id).copied().unwrap_or_default();
        if *count < least || *count > most {
            faults.push(format!("{id} is counted {count} times instead of {least} to {most}"));
        }
    }
    faults
}

#[test]
fn the_oracle_takes_what_was_answered_once_and_what_was_not_once_or_never() {
    let mut oracle = Oracle::default();
    for (id, ended) in [("a", Ended::Answered), ("b", Ended::Unknown), ("c", Ended::NotSent)] {
        oracle.note(id, ended);
    }
    let counts = |a, b, c| HashMap::from([("a", a), ("b", b), ("c", c)].map(|(id, n)| (id.to_owned(), n)));
    for (right, counts) in [
        (true, counts(1, 0, 0)),
        (true, counts(1, 1, 0)),
        (false, counts(0, 0, 0)),
        (false, counts(2, 0, 0)),
        (false, counts(1, 2, 0)),
        (false, counts(1, 0, 1)),
    ] {
        assert_eq!(judge(&oracle, &counts).is_empty(), right, "{counts:?}");
    }
    assert!(!judge(&oracle, &HashMap::from([("never asked for".to_owned(), 1)])).is_empty());
}
