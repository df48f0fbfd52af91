//! Prefix codes made for the image at hand (RFC 1951, 3.2.2).

/// A symbol's code, its first bit lowest as deflate writes it, and its length; no length, no code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) bits: u16,
    pub(super) length: u8,
}

/// A node of the code's tree: symbols first, rarest first, then the joints in the order they are made.
#[derive(Clone, Copy, Default)]
struct Node {
    weight: u32,
    parent: usize,
    depth: usize,
}

/// The best code for symbols of these `counts` in which none is longer than `limit` bits (at most 15).
/// A single symbol gets a code of one bit.
pub(super) fn code<const SYMBOLS: usize>(counts: &[u32; SYMBOLS], limit: usize) -> [Code; SYMBOLS] {
    let mut used: Vec<(u32, u16)> =
        (0..).zip(counts).filter(|(_, count)| **count > 0).map(|(symbol, count)| (*count, symbol)).collect();
    used.sort_unstable();
    let mut lengths = lengths(&used);
    shorten(&mut lengths, limit);

    // Rarest first, so longest first.
    let mut codes = [Code::default(); SYMBOLS];
    let mut symbols = used.iter();
    for (length, count) in (0..32).zip(lengths).rev() {
        for (_, symbol) in symbols.by_ref().take(count) {
            if let Some(code) = codes.get_mut(usize::from(*symbol)) {
                code.length = length;
            }
        }
    }
    assign(&mut codes, &lengths);
    codes
}

/// How many of the `used` symbols get a code of each length, without a limit.
fn lengths(used: &[(u32, u16)]) -> [usize; 32] {
    let mut lengths = [0; 32];
    if used.len() < 2 {
        lengths[1] = used.len();
        return lengths;
    }
    let mut nodes: Vec<Node> = Vec::with_capacity(2 * used.len());
    nodes.extend(used.iter().map(|(count, _)| Node { weight: *count, ..Node::default() }));
    let (mut leaf, mut joint) = (0, used.len());
    while nodes.len() < 2 * used.len() - 1 {
        let mut weight = 0;
        for _ in 0..2 {
            let of_leaf = nodes.get(leaf).filter(|_| leaf < used.len()).map(|node| node.weight);
            let of_joint = nodes.get(joint).map(|node| node.weight);
            let rarest = match (of_leaf, of_joint) {
                (Some(symbol), Some(joined)) if joined < symbol => &mut joint,
                (Some(_), _) => &mut leaf,
                (None, _) => &mut joint,
            };
            let parent = nodes.len();
            if let Some(node) = nodes.get_mut(*rarest) {
                node.parent = parent;
                weight += node.weight;
            }
            *rarest += 1;
        }
        nodes.push(Node { weight, ..Node::default() });
    }
    // The root is last and has depth 0; every parent comes after its children.
    for index in (0..nodes.len() - 1).rev() {
        let parent = nodes.get(index).map_or(0, |node| node.parent);
        let depth = 1 + nodes.get(parent).map_or(0, |node| node.depth);
        if let Some(node) = nodes.get_mut(index) {
            node.depth = depth;
        }
        if index < used.len()
            && let Some(count) = lengths.get_mut(depth.min(31))
        {
            *count += 1;
        }
    }
    lengths
}

/// Brings all lengths under `limit`: codes above it are cut to it, and shorter ones lengthened until the code
/// is a prefix code again.
fn shorten(lengths: &mut [usize; 32], limit: usize) {
    let (within, beyond) = lengths.split_at_mut((limit + 1).min(31));
    let Some((longest, shorter)) = within.split_last_mut() else { return };
    for count in beyond {
        *longest += std::mem::take(count);
    }
    let room = 1_usize << limit;
    let taken = shorter.iter().enumerate().map(|(length, count)| count << (limit - length));
    let mut taken = taken.sum::<usize>() + *longest;
    while taken > room {
        // One code of the longest gives way: it and a shorter one become siblings one level below the latter.
        *longest -= 1;
        let mut deeper: &mut usize = longest;
        for count in shorter.iter_mut().rev() {
            if *count > 0 {
                *count -= 1;
                *deeper += 2;
                break;
            }
            deeper = count;
        }
        taken -= 1;
    }
}

/// Gives the symbols their codes: shorter ones first, among equals in the order of the alphabet.
fn assign(codes: &mut [Code], lengths: &[usize; 32]) {
    let mut next = [0_u16; 32];
    let mut first = 0;
    for (next, count) in next.iter_mut().skip(1).zip(lengths.iter().skip(1)).take(15) {
        *next = first;
        first = (first + u16::try_from(*count).unwrap_or(0)) << 1;
    }
    for code in codes.iter_mut().filter(|code| code.length > 0) {
        if let Some(next) = next.get_mut(usize::from(code.length)) {
            code.bits = next.reverse_bits() >> (16 - code.length);
            *next += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn the_codes_of_the_standards_example_come_out() {
        // RFC 1951, 3.2.2: lengths 3, 3, 3, 3, 3, 2, 4, 4 for A to H.
        let codes = code(&[10, 10, 10, 10, 10, 17, 4, 5], 15);
        assert_eq!(codes.map(|code| code.length), [3, 3, 3, 3, 3, 2, 4, 4]);
        let bits = codes.map(|code| code.bits.reverse_bits() >> (16 - code.length));
        assert_eq!(bits, [0b010, 0b011, 0b100, 0b101, 0b110, 0b00, 0b1110, 0b1111]);
    }

    #[test]
    fn a_limit_is_kept_and_the_code_stays_complete() {
        let mut counts = [0; 30];
        let (mut last, mut this) = (1, 1);
        for count in &mut counts {
            *count = this;
            (last, this) = (this, last + this);
        }
        for limit in 5..=15 {
            let codes = code(&counts, limit);
            assert!(codes.iter().all(|code| (1..=limit).contains(&usize::from(code.length))));
            let kraft: u32 = codes.iter().map(|code| 1 << (limit - usize::from(code.length))).sum();
            assert_eq!(kraft, 1 << limit, "{limit}");
        }
    }

    #[test]
    fn a_lone_symbol_has_a_code_of_one_bit() {
        let codes = code(&[0, 7, 0], 15);
        assert_eq!(codes.map(|code| code.length), [0, 1, 0]);
    }
}
