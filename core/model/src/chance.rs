//! The seeded generator that every random choice of the core comes from.

/// A small generator (xoshiro256++ seeded by SplitMix64): the same seed gives the same story.
///
/// In production the shell seeds it from the operating system. It names calls and tags; it must
/// not make secrets, which the shell draws from the system itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chance {
    state: [u64; 4],
}

impl Chance {
    /// A generator that tells the story of this seed.
    pub fn new(seed: u64) -> Self {
        let mut mixed = seed;
        let mut next = || {
            mixed = mixed.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = mixed;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        Chance {
            state: [next(), next(), next(), next()],
        }
    }

    /// A generator seeded with 32 bytes from the operating system.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        let mut chance = Chance::new(0);
        for (word, chunk) in chance.state.iter_mut().zip(bytes.chunks_exact(8)) {
            let mut eight = [0; 8];
            eight.copy_from_slice(chunk);
            *word ^= u64::from_le_bytes(eight);
        }
        chance
    }

    /// The next 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let result = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let mut s = [a, b, c ^ a, d ^ b];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= b << 17;
        s[3] = s[3].rotate_left(45);
        self.state = s;
        result
    }

    /// The next 128 random bits.
    pub fn next_u128(&mut self) -> u128 {
        u128::from(self.next_u64()) << 64 | u128::from(self.next_u64())
    }

    /// A number from 0 up to but not including `end`; 0 if `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(end)) >> 64) as u64
    }

    /// True `percent` times in a hundred.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of these, or `None` if there are none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len() as u64) as usize)
    }

    /// A new generator whose story is independent of what this one goes on to tell.
    pub fn fork(&mut self) -> Chance {
        Chance::new(self.next_u64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_same_story_other_seed_other_story() {
        let story = |seed| {
            let mut chance = Chance::new(seed);
            (0..50).map(|_| chance.next_u64()).collect::<Vec<_>>()
        };
        assert_eq!(story(7), story(7));
        assert_ne!(story(7), story(8));
    }

    #[test]
    fn below_is_even_and_bounded() {
        let mut chance = Chance::new(1);
        let mut counts = [0u32; 10];
        for _ in 0..100_000 {
            counts[chance.below(10) as usize] += 1;
        }
        assert!(
            counts.iter().all(|&n| (9_500..10_500).contains(&n)),
            "{counts:?}"
        );
        assert_eq!(chance.below(0), 0);
        assert_eq!(chance.pick::<u8>(&[]), None);
    }
}
