//! How long something took, many times.

use std::time::Instant;

/// Times in milliseconds.
#[derive(Debug, Default)]
pub struct Figures(Vec<f64>);

impl Figures {
    /// One more; what ended before it began took no time.
    pub fn count(&mut self, began: Instant, ended: Instant) {
        let took = ended.saturating_duration_since(began);
        let place = took.as_secs_f64() * 1_000.0;
        let at = self.0.partition_point(|&other| other < place);
        self.0.insert(at, place);
    }

    /// The time that this share of them didn't exceed (the nearest rank).
    pub fn at(&self, share: f64) -> f64 {
        let rank = (self.0.len() as f64 * share).ceil() as usize;
        let place = rank.max(1) - 1;
        self.0.get(place).copied().unwrap_or(f64::NAN)
    }

    /// As members of a JSON object.
    pub fn fields(&self, name: &str) -> String {
        format!(
            "\"{name}_p50_ms\": {:.2}, \"{name}_p99_ms\": {:.2}, \"{name}_worst_ms\": {:.2}",
            self.at(0.5),
            self.at(0.99),
            self.at(1.0)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_share_is_the_nearest_rank() {
        let (mut figures, now) = (Figures::default(), Instant::now());
        for ms in (1..=200).rev() {
            figures.count(now, now + Duration::from_millis(ms));
        }
        assert_eq!(figures.at(0.5), 100.0);
        assert_eq!(figures.at(0.99), 198.0);
        assert_eq!(figures.at(1.0), 200.0);
    }
}
