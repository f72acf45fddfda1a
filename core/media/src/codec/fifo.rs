//! A ring of fixed size between packets and frames; when full, the oldest gives way.

/// A first-in first-out store of at most `N` samples or octets.
pub struct Fifo<T, const N: usize> {
    ring: Box<[T; N]>,
    start: usize,
    len: usize,
}

impl<T: Copy + Default, const N: usize> Fifo<T, N> {
    /// An empty store; the only allocation it ever makes.
    pub fn new() -> Self {
        Fifo {
            ring: Box::new([T::default(); N]),
            start: 0,
            len: 0,
        }
    }

    /// How much it holds.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds one.
    pub fn push(&mut self, item: T) {
        let mut end = self.start + self.len;
        if end >= N {
            end -= N;
        }
        self.ring[end] = item;
        if self.len == N {
            self.start = if end + 1 == N { 0 } else { end + 1 };
        } else {
            self.len += 1;
        }
    }

    /// Fills the slice with the oldest if there are enough, or does nothing.
    pub fn pop_into(&mut self, out: &mut [T]) -> bool {
        if self.len < out.len() {
            return false;
        }
        let straight = out.len().min(N - self.start);
        let wrapped = out.len() - straight;
        out[..straight].copy_from_slice(&self.ring[self.start..self.start + straight]);
        out[straight..].copy_from_slice(&self.ring[..wrapped]);
        self.forget(out.len());
        true
    }

    /// Appends the `count` oldest to a vector if there are as many, or does nothing.
    pub fn pop_to(&mut self, out: &mut Vec<T>, count: usize) -> bool {
        if self.len < count {
            return false;
        }
        let straight = count.min(N - self.start);
        out.extend_from_slice(&self.ring[self.start..self.start + straight]);
        out.extend_from_slice(&self.ring[..count - straight]);
        self.forget(count);
        true
    }

    /// Drops everything.
    pub fn clear(&mut self) {
        self.forget(self.len);
    }

    fn forget(&mut self, count: usize) {
        self.start = (self.start + count) % N;
        self.len -= count;
    }
}

impl<T: Copy + Default, const N: usize> Default for Fifo<T, N> {
    fn default() -> Self {
        Fifo::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out_in_order_across_the_seam() {
        let mut fifo = Fifo::<i16, 10>::new();
        let (mut next_in, mut next_out) = (0, 0);
        for _ in 0..50 {
            for _ in 0..7 {
                fifo.push(next_in);
                next_in += 1;
            }
            let mut out = [0; 7];
            assert!(fifo.pop_into(&mut out));
            for item in out {
                assert_eq!(item, next_out);
                next_out += 1;
            }
            assert!(fifo.is_empty());
        }
    }

    #[test]
    fn when_full_the_oldest_gives_way() {
        let mut fifo = Fifo::<u8, 4>::new();
        (1..=6).for_each(|item| fifo.push(item));
        assert_eq!(fifo.len(), 4);
        let mut out = Vec::new();
        assert!(!fifo.pop_to(&mut out, 5));
        assert!(fifo.pop_to(&mut out, 4));
        assert_eq!(out, [3, 4, 5, 6]);
    }
}
