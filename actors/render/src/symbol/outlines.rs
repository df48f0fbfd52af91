//! Outlines of the dark areas of a symbol.

use super::Symbol;

/// A corner: column and row of the grid between modules, from the top left of the symbol.
pub(crate) type Corner = (u32, u32);

/// Which way an outline runs on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Right,
    Down,
    Left,
    Up,
}

/// Hands each outline to `draw`, as the corners it has: the first is joined to the second by a horizontal line, that
/// to the third by a vertical one, and so on; a vertical line leads from the last back to the first.
///
/// The dark area lies to the right of each line, so that outlines run clockwise and those of holes against that: they
/// can be filled by either rule. An outline goes through a point where dark modules touch by their corners alone from
/// one of them to the other, which makes for fewer outlines.
pub(crate) fn outlines(symbol: &Symbol, mut draw: impl FnMut(&[Corner])) {
    // The upper edges of dark modules that no outline has passed yet. Each outline has some.
    let mut upper_edges = Vec::with_capacity(symbol.side_modules());
    let mut above = &[0; 3];
    for row in symbol.rows() {
        let mut edges = *row;
        for (edges, above) in edges.iter_mut().zip(above) {
            *edges &= !above;
        }
        upper_edges.push(edges);
        above = row;
    }
    let mut corners = Vec::with_capacity(64);
    for y in 0..upper_edges.len() {
        while let Some(x) = upper_edges.get(y).and_then(first) {
            trace(symbol, (x, y), &mut upper_edges, &mut corners);
            draw(&corners);
        }
    }
}

/// Follows the outline that runs to the right from `start`, to its end there.
fn trace(symbol: &Symbol, start: (usize, usize), upper_edges: &mut [[u64; 3]], corners: &mut Vec<Corner>) {
    corners.clear();
    let (mut x, mut y) = start;
    let mut direction = Direction::Right;
    loop {
        corners.push((narrow(x), narrow(y)));
        let from = x;
        // Straight on while there is a dark module ahead on the right and a light one on the left. Outside of the
        // symbol all is light, and so is what wraps around.
        let left = loop {
            match direction {
                Direction::Right => x += 1,
                Direction::Down => y += 1,
                Direction::Left => x -= 1,
                Direction::Up => y -= 1,
            }
            let (west, north) = (x.wrapping_sub(1), y.wrapping_sub(1));
            let (right, left) = match direction {
                Direction::Right => ((x, y), (x, north)),
                Direction::Down => ((west, y), (x, y)),
                Direction::Left => ((west, north), (west, y)),
                Direction::Up => ((x, north), (west, north)),
            };
            let (right, left) = (symbol.is_dark(right.0, right.1), symbol.is_dark(left.0, left.1));
            if left || !right {
                break left;
            }
        };
        if direction == Direction::Right {
            clear(upper_edges, y, from..x);
        }
        direction = match (direction, left) {
            (Direction::Right, true) | (Direction::Left, false) => Direction::Up,
            (Direction::Right, false) | (Direction::Left, true) => Direction::Down,
            (Direction::Down, true) | (Direction::Up, false) => Direction::Right,
            (Direction::Down, false) | (Direction::Up, true) => Direction::Left,
        };
        if (x, y) == start && direction == Direction::Right {
            return;
        }
    }
}

/// The first set bit of a row.
fn first(row: &[u64; 3]) -> Option<usize> {
    let (at, word) = row.iter().enumerate().find(|(_, word)| **word != 0)?;
    Some(at * 64 + word.trailing_zeros() as usize)
}

/// Clears the bits of `columns` in row `y`.
fn clear(rows: &mut [[u64; 3]], y: usize, columns: std::ops::Range<usize>) {
    let Some(row) = rows.get_mut(y) else { return };
    for column in columns {
        if let Some(word) = row.get_mut(column / 64) {
            *word &= !(1 << (column % 64));
        }
    }
}

/// A place on the grid, at most 177.
fn narrow(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCorrection;

    /// Modules whose centres the outlines run around, by the number of times.
    fn windings(symbol: &Symbol) -> Vec<i32> {
        let side = symbol.side_modules();
        let mut windings = vec![0; side * side];
        outlines(symbol, |corners| {
            assert!(corners.len() >= 4 && corners.len() % 2 == 0, "{corners:?}");
            for (at, (x, y)) in corners.iter().enumerate() {
                let (next_x, next_y) = corners[(at + 1) % corners.len()];
                let is_horizontal = at % 2 == 0;
                assert_eq!((next_y == *y, next_x == *x), (is_horizontal, !is_horizontal), "{corners:?}");
                let (up, step) = if next_y < *y { (next_y..*y, 1) } else { (*y..next_y, -1) };
                for row in up {
                    for column in *x as usize..side {
                        windings[row as usize * side + column] += step;
                    }
                }
            }
        });
        windings
    }

    #[test]
    fn every_dark_module_is_run_around_once_and_no_light_one() {
        for payload in ["7", "https://r.ezqr.io/Ab3xK9pQ", &"x".repeat(300), &"y".repeat(2_300)] {
            let symbol = Symbol::encode(payload.as_bytes(), ErrorCorrection::Medium).unwrap();
            let side = symbol.side_modules();
            for (at, winding) in windings(&symbol).into_iter().enumerate() {
                assert_eq!(winding, i32::from(symbol.is_dark(at % side, at / side)), "{at} of {side}");
            }
        }
    }

    #[test]
    fn a_finder_pattern_is_a_ring_and_a_square() {
        let symbol = Symbol::encode(b"7", ErrorCorrection::Medium).unwrap();
        let mut squares = Vec::new();
        outlines(&symbol, |corners| {
            if let [first, _, last, _] = corners {
                squares.push((*first, *last));
            }
        });
        // Around, the hole against the clock, and the middle.
        for square in [((0, 0), (7, 7)), ((2, 2), (5, 5))] {
            assert!(squares.contains(&square), "{squares:?}");
        }
    }
}
