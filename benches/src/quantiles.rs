//! Quantiles of samples.

/// Samples in order.
#[derive(Clone, Debug)]
pub struct Quantiles(Vec<f64>);

impl Quantiles {
    /// Of these samples.
    ///
    /// # Panics
    /// If there is none.
    pub fn of(mut samples: Vec<f64>) -> Self {
        assert!(!samples.is_empty(), "quantiles of nothing");
        samples.sort_by(f64::total_cmp);
        Self(samples)
    }

    /// The sample below which this share of all lie; 1: the largest.
    pub fn at(&self, share: f64) -> f64 {
        self.0[((self.0.len() - 1) as f64 * share) as usize]
    }
}
