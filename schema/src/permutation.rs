//! A keyed permutation of small numbers.

use std::hash::Hasher as _;

use siphasher::sip::SipHasher13;

/// Rounds of the network; eight of SipHash-1-3 leave no structure a reader of codes could use.
const ROUNDS: usize = 8;

/// A bijection on the numbers below 2^(2 x half), by a balanced Feistel network.
///
/// It hides order and volume from those who see its outputs. It is no cipher for secrets.
#[derive(Clone)]
pub(crate) struct Permutation {
    half_bits: u32,
    rounds: [SipHasher13; ROUNDS],
}

impl Permutation {
    /// A permutation of numbers of `2 x half_bits` bits (`half_bits` at most 32), keyed by `key`.
    pub(crate) fn new(half_bits: u32, key: &[u8; 32]) -> Self {
        debug_assert!(half_bits <= 32);
        let rounds = std::array::from_fn(|round| {
            let mut material = [0; 16];
            let mut output = blake3::Hasher::new_keyed(key).update(&[round.to_le_bytes()[0]]).finalize_xof();
            output.fill(&mut material);
            SipHasher13::new_with_key(&material)
        });
        Self { half_bits, rounds }
    }

    /// The number `value` is printed as. `value` lies below 2^(2 x half).
    pub(crate) fn forward(&self, value: u64) -> u64 {
        let (mut left, mut right) = self.split(value);
        for round in &self.rounds {
            (left, right) = (right, left ^ self.scramble(round, right));
        }
        (left << self.half_bits) | right
    }

    /// The inverse of [`Self::forward`].
    pub(crate) fn backward(&self, value: u64) -> u64 {
        let (mut left, mut right) = self.split(value);
        for round in self.rounds.iter().rev() {
            (left, right) = (right ^ self.scramble(round, left), left);
        }
        (left << self.half_bits) | right
    }

    fn split(&self, value: u64) -> (u64, u64) {
        (value >> self.half_bits, value & self.half_mask())
    }

    fn half_mask(&self) -> u64 {
        (1 << self.half_bits) - 1
    }

    fn scramble(&self, round: &SipHasher13, half: u64) -> u64 {
        let mut hasher = *round;
        hasher.write_u64(half.to_le());
        hasher.finish() & self.half_mask()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_permutation_meets_every_number_once() {
        let permutation = Permutation::new(6, &[7; 32]);
        let mut seen = [false; 1 << 12];
        for value in 0..1 << 12 {
            let printed = permutation.forward(value);
            assert!(!std::mem::replace(&mut seen[usize::try_from(printed).unwrap()], true));
            assert_eq!(permutation.backward(printed), value);
        }
        assert!(seen.iter().all(|met| *met));
    }

    #[test]
    fn other_keys_permute_otherwise() {
        let (one, other) = (Permutation::new(20, &[1; 32]), Permutation::new(20, &[2; 32]));
        let equal = (0..1_000).filter(|value| one.forward(*value) == other.forward(*value)).count();
        assert!(equal < 3, "{equal} of 1,000 outputs are equal");
    }
}
