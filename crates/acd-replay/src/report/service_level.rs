//! The service level of counts, in all variants.

use acd_core::service_level::{Parts, Variant};
use serde::Serialize;

use super::counts::Counts;
use super::reason::FlowOutReason;

/// One variant of the service level. Sum numerators and denominators to join intervals; never average shares.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ServiceLevel {
    /// Which variant.
    pub variant: Variant,
    /// Calls that met it.
    pub numerator: u64,
    /// Calls it is judged over.
    pub denominator: u64,
    /// The quotient, 0 to 1; undefined if the denominator is 0.
    pub share: Option<f64>,
}

impl ServiceLevel {
    /// All six variants of these counts.
    pub(super) fn all_of(counts: &Counts) -> [Self; 6] {
        let called_back = counts.flow_out.get(&FlowOutReason::Callback);
        let parts = Parts {
            offered: counts.offered,
            answered: counts.answered.count,
            answered_within: counts.answered.within,
            abandoned: counts.abandoned.count,
            abandoned_within: counts.abandoned.within,
            called_back_within: called_back.map_or(0, |removed| removed.within),
            short_abandons: counts.short_abandons,
        };
        Variant::ALL.map(|variant| {
            let (numerator, denominator) = variant.of(&parts);
            let share = (denominator > 0).then(|| numerator as f64 / denominator as f64);
            Self {
                variant,
                numerator,
                denominator,
                share,
            }
        })
    }
}
