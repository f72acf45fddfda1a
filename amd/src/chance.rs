//! Chance by a seed (SplitMix64): the same seed makes the same corpus everywhere.

/// Draws numbers.
#[derive(Clone)]
pub struct Chance(u64);

impl Chance {
    /// The same words draw the same numbers.
    pub fn new(words: &str) -> Self {
        // FNV-1a.
        let hash = words.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Chance(hash)
    }

    /// Any number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 up to 1.
    pub fn share(&mut self) -> f32 {
        (self.draw() >> 40) as f32 / (1u64 << 24) as f32
    }

    /// Within a range.
    pub fn within(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.share()
    }

    /// True this often.
    pub fn hits(&mut self, share: f32) -> bool {
        self.share() < share
    }

    /// One of them.
    pub fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[(self.draw() % all.len() as u64) as usize]
    }
}
