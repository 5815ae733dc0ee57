//! Chance that is the same every time: each row draws from a generator of its own, seeded by the whole and by its number, so that
//! row 900,000 needs none of the rows before it and two runs give the same rows.
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use uuid::{Builder, Uuid};

/// The drawings of one row.
#[derive(Debug)]
pub struct Draw(Xoshiro256PlusPlus);

impl Draw {
    /// For one row of one list; `what` keeps the lists apart. The algorithm is named rather than left to the library's choice, so
    /// that an update of the library does not change the rows.
    pub fn new(seed: u64, what: &str, n: u64) -> Self {
        // FNV-1a over what tells this row from all others.
        let bytes = seed.to_le_bytes().into_iter().chain(what.bytes()).chain(n.to_le_bytes());
        let mixed = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Draw(Xoshiro256PlusPlus::seed_from_u64(mixed))
    }

    /// A whole number below `n`; 0 where `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        if n == 0 { 0 } else { self.0.random_range(0..n) }
    }

    /// A whole number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, n: u64) -> bool {
        self.below(100) < n
    }

    /// One of a list that is not empty.
    pub fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len() as u64) as usize]
    }

    /// So many digits, each from the given ones.
    pub fn digits(&mut self, n: usize, from: &str) -> String {
        let from: Vec<char> = from.chars().collect();
        (0..n).map(|_| *self.of(&from)).collect()
    }

    /// An id in the form of the server's own (UUIDv7), of a moment in 2026 and the row's chance: the demo brings its own, so that a
    /// filling that was interrupted goes on without doubling anything.
    pub fn id(&mut self) -> Uuid {
        const SPRING: u64 = 1_774_000_000_000;
        let random: [u8; 10] = self.0.random();
        Builder::from_unix_timestamp_millis(SPRING, &random).into_uuid()
    }
}

/// Another number below `range` for each `n` below it, in no visible order; for what must be unique. `range` is a power of ten,
/// and the factor is prime to ten, which makes it one to one.
pub fn scattered(n: u64, range: u64) -> u64 {
    const FACTOR: u128 = 7_368_787_319;
    const SHIFT: u128 = 3_141_592_653;
    ((u128::from(n) * FACTOR + SHIFT) % u128::from(range)) as u64
}
