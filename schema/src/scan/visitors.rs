//! How many different visitors came: HyperLogLog with 4,096 registers.
//!
//! Flajolet, Fusy, Gandouet, Meunier, "HyperLogLog: the analysis of a near-optimal cardinality estimation
//! algorithm" (2007); the estimate is the improved one of Ertl, "New cardinality estimation algorithms for
//! HyperLogLog sketches" (2017), section 3.5, which needs no correction tables.

use super::VisitorHash;

const PRECISION: u32 = 12;
const REGISTERS: u16 = 1 << PRECISION;
/// The greatest value of a register: one more than the leading zeros of the 52 bits behind its number.
const GREATEST: u8 = 64 - 12 + 1;
/// Above this many a set takes less memory with all registers than as a list.
const LONGEST_LIST: usize = 1_024;

/// A set of visitors of one day that forgets who is in it. It never shrinks, and merging is idempotent.
#[derive(Clone, Debug, Default)]
pub struct Visitors {
    registers: Registers,
    /// Of all registers.
    sum: u64,
}

#[derive(Clone, Debug)]
enum Registers {
    /// Those that are not 0, by number.
    Listed(Vec<(u16, u8)>),
    /// All.
    All(Box<[u8]>),
}

/// Bytes are no set of visitors that ezqr writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are no set of visitors")]
pub struct InvalidVisitors;

impl Default for Registers {
    fn default() -> Self {
        Self::Listed(Vec::new())
    }
}

impl Visitors {
    /// Adds one; tells whether that changed anything.
    pub fn insert(&mut self, visitor: VisitorHash) -> bool {
        let bits = visitor.bits();
        let register = u16::try_from(bits >> (64 - PRECISION)).unwrap_or(0);
        let rest = bits << PRECISION | 1 << (PRECISION - 1);
        let value = u8::try_from(rest.leading_zeros() + 1).unwrap_or(GREATEST);
        self.raise(register, value)
    }

    /// Adds all of `other`; tells whether that changed anything.
    pub fn merge(&mut self, other: &Self) -> bool {
        other.registers().fold(false, |changed, (register, value)| self.raise(register, value) || changed)
    }

    /// How many there are, about: the standard error is 1.04 / sqrt(4096), 1.6 %.
    pub fn estimate(&self) -> u64 {
        let mut counts = [0_u32; GREATEST as usize + 1];
        let mut zeros = u32::from(REGISTERS);
        for (_, value) in self.registers() {
            if let Some(count) = counts.get_mut(usize::from(value)) {
                *count += 1;
                zeros -= 1;
            }
        }
        let registers = f64::from(REGISTERS);
        let saturated = counts.last().copied().unwrap_or(0);
        let mut sum = registers * tau(1.0 - f64::from(saturated) / registers);
        for count in counts.iter().skip(1).take(usize::from(GREATEST) - 1).rev() {
            sum = 0.5 * (sum + f64::from(*count));
        }
        sum += registers * sigma(f64::from(zeros) / registers);
        let estimate = registers * registers / (2.0 * std::f64::consts::LN_2) / sum;
        rounded(estimate)
    }

    /// The sum of all registers: it grows with every change.
    pub const fn sum(&self) -> u64 {
        self.sum
    }

    /// The memory that its registers take, in bytes: at most 4,096 of them and half a list.
    pub fn bytes(&self) -> usize {
        match &self.registers {
            Registers::Listed(listed) => listed.capacity() * size_of::<(u16, u8)>(),
            Registers::All(all) => all.len(),
        }
    }

    /// Whether nobody is in it.
    pub const fn is_empty(&self) -> bool {
        self.sum == 0
    }

    /// Registers that are not 0, by number.
    pub fn registers(&self) -> impl Iterator<Item = (u16, u8)> {
        let (listed, all) = match &self.registers {
            Registers::Listed(listed) => (listed.as_slice(), [].as_slice()),
            Registers::All(all) => ([].as_slice(), &**all),
        };
        let all = (0..).zip(all.iter().copied()).filter(|(_, value)| *value > 0);
        listed.iter().copied().chain(all)
    }

    /// Its bytes: three a visitor while there are few, then 4,096. The first tells which.
    pub fn encode(&self) -> Vec<u8> {
        match &self.registers {
            Registers::Listed(listed) => {
                let pairs = listed.iter().flat_map(|(register, value)| {
                    let [high, low] = register.to_be_bytes();
                    [high, low, *value]
                });
                std::iter::once(1).chain(pairs).collect()
            }
            Registers::All(all) => std::iter::once(2).chain(all.iter().copied()).collect(),
        }
    }

    /// The set that [`Visitors::encode`] made `bytes` of.
    pub fn decode(bytes: &[u8]) -> Result<Self, InvalidVisitors> {
        let is_value = |value: u8| value <= GREATEST;
        match bytes {
            [1, pairs @ ..] if pairs.len().is_multiple_of(3) => {
                let (pairs, _) = pairs.as_chunks::<3>();
                let listed =
                    pairs.iter().map(|[high, low, value]| (u16::from_be_bytes([*high, *low]), *value));
                let listed: Vec<_> = listed.collect();
                let is_sorted = listed.is_sorted_by(|(left, _), (right, _)| left < right);
                let is_valid =
                    |(register, value): &(u16, u8)| *register < REGISTERS && *value > 0 && is_value(*value);
                let is_list = listed.len() <= LONGEST_LIST && is_sorted && listed.iter().all(is_valid);
                is_list.then(|| Self::of(Registers::Listed(listed))).ok_or(InvalidVisitors)
            }
            [2, all @ ..]
                if all.len() == usize::from(REGISTERS) && all.iter().all(|value| is_value(*value)) =>
            {
                Ok(Self::of(Registers::All(all.into())))
            }
            _ => Err(InvalidVisitors),
        }
    }

    fn of(registers: Registers) -> Self {
        let mut visitors = Self { registers, sum: 0 };
        visitors.sum = visitors.registers().map(|(_, value)| u64::from(value)).sum();
        visitors
    }

    fn raise(&mut self, register: u16, value: u8) -> bool {
        let more = self.registers.raise(register, value);
        self.sum += u64::from(more);
        more > 0
    }
}

impl Registers {
    /// Tells by how much that raised the register.
    fn raise(&mut self, register: u16, value: u8) -> u8 {
        match self {
            Self::All(all) => all.get_mut(usize::from(register)).map_or(0, |known| raise(known, value)),
            Self::Listed(listed) => match listed.binary_search_by_key(&register, |(register, _)| *register) {
                Ok(position) => listed.get_mut(position).map_or(0, |(_, known)| raise(known, value)),
                Err(position) => {
                    listed.insert(position, (register, value));
                    if listed.len() > LONGEST_LIST {
                        *self = Self::All(spread(listed));
                    }
                    value
                }
            },
        }
    }
}

fn raise(known: &mut u8, value: u8) -> u8 {
    let more = value.saturating_sub(*known);
    *known += more;
    more
}

fn spread(listed: &[(u16, u8)]) -> Box<[u8]> {
    let mut all = vec![0; usize::from(REGISTERS)].into_boxed_slice();
    for (register, value) in listed {
        if let Some(known) = all.get_mut(usize::from(*register)) {
            *known = *value;
        }
    }
    all
}

/// Ertl, algorithm 5.
fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z <= before {
            return z;
        }
    }
}

/// Ertl, algorithm 6.
fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x).powi(2) * y;
        if z >= before {
            return z / 3.0;
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an estimate is never negative, and `as` saturates"
)]
fn rounded(estimate: f64) -> u64 {
    estimate.round() as u64
}

#[cfg(test)]
#[path = "visitors/tests.rs"]
mod tests;
