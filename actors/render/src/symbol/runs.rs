//! A row of modules as runs of dark ones.

/// The runs of dark modules of a row, leftmost first, as (first column, modules).
pub(crate) fn dark_runs(row: &[u64; 3]) -> impl Iterator<Item = (u32, u32)> {
    let mut column = 0;
    std::iter::from_fn(move || {
        let start = next_dark(row, column)?;
        let end = next_dark(&row.map(|word| !word), start)?;
        column = end;
        Some((start, end - start))
    })
}

/// The first dark column from `from` on.
fn next_dark(row: &[u64; 3], from: u32) -> Option<u32> {
    let mut first = 0;
    for word in row {
        let skipped = from.saturating_sub(first);
        let rest = if skipped < 64 { (word >> skipped) << skipped } else { 0 };
        if rest != 0 {
            return Some(first + rest.trailing_zeros());
        }
        first += 64;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::dark_runs;

    #[test]
    fn runs_cross_the_ends_of_words() {
        let row = [0b1011 | 1 << 63, u64::MAX, 1 << 48 | 1];
        assert_eq!(dark_runs(&row).collect::<Vec<_>>(), [(0, 2), (3, 1), (63, 66), (176, 1)]);
    }
}
