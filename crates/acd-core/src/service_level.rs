//! Service level at T in every common variant, from the same counts. Definitions: `docs/metrics.md`.

use serde::Serialize;

/// The six variants, by their numbers.
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

    /// Its number in docs/metrics.md, 1 to 6.
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
    pub fn of(self, parts: &Parts) -> (u64, u64) {
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

/// The counts that every variant is computed from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Parts {
    /// Visits that began.
    pub offered: u64,
    /// Visits that ended connected to an agent.
    pub answered: u64,
    /// Of these, within T.
    pub answered_within: u64,
    /// Visits that were abandoned.
    pub abandoned: u64,
    /// Of these, within T.
    pub abandoned_within: u64,
    /// Visits that became a callback within T.
    pub called_back_within: u64,
    /// Abandoned visits too short to count as an attempt.
    pub short_abandons: u64,
}
