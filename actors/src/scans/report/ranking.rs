//! The largest counts, and what remains.

/// The `most` largest counts, the largest first, equal ones in order of their keys; and the sum of the others.
/// What counts nothing is left out.
pub(super) fn largest<Key: Ord>(
    counts: impl Iterator<Item = (Key, u64)>,
    most: usize,
) -> (Vec<(Key, u64)>, u64) {
    let mut counts: Vec<(Key, u64)> = counts.filter(|(_, count)| *count > 0).collect();
    counts.sort_unstable_by(|(left, few), (right, many)| many.cmp(few).then_with(|| left.cmp(right)));
    let beyond = counts.split_off(most.min(counts.len()));
    (counts, sum(beyond.into_iter().map(|(_, count)| count)))
}

/// The sum, as far as it can be told.
pub(super) fn sum(counts: impl IntoIterator<Item = u64>) -> u64 {
    counts.into_iter().fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_come_first_and_equal_ones_by_key() {
        let counts = [("b", 2), ("none", 0), ("c", 5), ("a", 2), ("d", 1)];
        assert_eq!(largest(counts.into_iter(), 2), (vec![("c", 5), ("a", 2)], 3));
        assert_eq!(largest(counts.into_iter(), 9).1, 0);
    }
}
