//! Service level at T in every common variant, from the same counts.

use serde::Serialize;

use super::counts::Counts;
use super::tally::FlowOutReason;

/// The six variants of METRICS.md, by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Variant {
    /// 1: abandons within T are ignored.
    AbandonsIgnored,
    /// 2: every abandon counts against it.
    AbandonsNegative,
    /// 3: an abandon within T counts as success.
    AbandonsPositive,
    /// 4: whoever was removed from the queue within T, over all offered.
    RemovedWithin,
    /// 5: answered calls only.
    AnsweredOnly,
    /// 6: over all offered but the short abandons.
    ShortsRemoved,
}

impl Variant {
    /// All six, in the order of their numbers.
    pub const ALL: [Self; 6] = [
        Self::AbandonsIgnored,
        Self::AbandonsNegative,
        Self::AbandonsPositive,
        Self::RemovedWithin,
        Self::AnsweredOnly,
        Self::ShortsRemoved,
    ];

    /// Its number in METRICS.md, 1 to 6.
    pub fn number(self) -> usize {
        self as usize + 1
    }

    /// What it means, in a few words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::AbandonsIgnored => "abandons within T ignored",
            Self::AbandonsNegative => "abandons negative",
            Self::AbandonsPositive => "abandons within T positive",
            Self::RemovedWithin => "answered, abandoned or called back within T, of all offered",
            Self::AnsweredOnly => "of the answered only",
            Self::ShortsRemoved => "of the offered without short abandons",
        }
    }

    /// Those that met it, and those it is judged over.
    pub(crate) fn of(self, parts: &Parts) -> (u64, u64) {
        let Parts {
            offered,
            answered,
            answered_within,
            abandoned,
            abandoned_within,
            called_back_within,
            short_abandons,
        } = *parts;
        let ended = answered + abandoned;
        match self {
            Self::AbandonsIgnored => (answered_within, ended - abandoned_within),
            Self::AbandonsNegative => (answered_within, ended),
            Self::AbandonsPositive => (answered_within + abandoned_within, ended),
            Self::RemovedWithin => (
                answered_within + abandoned_within + called_back_within,
                offered,
            ),
            Self::AnsweredOnly => (answered_within, answered),
            // A tally that does not add up may have more short abandons than offers; the report says so elsewhere.
            Self::ShortsRemoved => (answered_within, offered.saturating_sub(short_abandons)),
        }
    }
}

/// The counts that every variant is computed from; *within* is within T.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) offered: u64,
    pub(crate) answered: u64,
    pub(crate) answered_within: u64,
    pub(crate) abandoned: u64,
    pub(crate) abandoned_within: u64,
    pub(crate) called_back_within: u64,
    pub(crate) short_abandons: u64,
}

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
