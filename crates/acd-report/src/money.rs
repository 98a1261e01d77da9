//! What a client pays: exact decimals, each currency by its code.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};

/// A currency: amounts of different ones are never added.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Currency {
    /// Its code of three letters, for example `EUR`.
    pub code: String,
    /// Digits after the point of its amounts: 2 for EUR, 0 for IRR, 3 for KWD.
    pub decimals: u32,
}

/// How the time of one conversation is rounded up before it is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounding {
    /// What is charged at least of a conversation, in milliseconds.
    pub first_ms: u64,
    /// What lies beyond is charged in whole steps of this many milliseconds; at least 1.
    pub step_ms: u64,
}

impl Rounding {
    /// To the millisecond.
    pub const EXACT: Self = Self::steps_of(1);
    /// Each second that has begun.
    pub const SECOND: Self = Self::steps_of(1_000);
    /// Each minute that has begun.
    pub const STARTED_MINUTE: Self = Self::steps_of(60_000);

    const fn steps_of(step_ms: u64) -> Self {
        Self {
            first_ms: 0,
            step_ms,
        }
    }

    /// The time that is charged for a conversation of this length. One that took no time is not charged.
    pub fn charged_ms(self, length_ms: u64) -> u64 {
        if length_ms == 0 {
            return 0;
        }
        let beyond_ms = length_ms.saturating_sub(self.first_ms);
        let steps = beyond_ms.div_ceil(self.step_ms.max(1));
        self.first_ms + steps * self.step_ms.max(1)
    }
}

/// What a client is charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tariff {
    /// The queues that it names; none: it is for all that no other one does.
    pub queues: Vec<String>,
    /// The currency of all prices.
    pub currency: Currency,
    /// For each contact that was answered.
    pub per_contact: Decimal,
    /// For each minute that its customers were connected to agents, talk and hold.
    pub per_minute: Decimal,
    /// How each conversation is rounded before.
    pub rounding: Rounding,
    /// For each hour that an agent was logged in.
    pub per_agent_hour: Decimal,
    /// For each month that begins in the period.
    pub monthly: Decimal,
}

/// What was charged for what; each rounded to the currency's smallest unit, half of one away from zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Charges {
    /// For contacts.
    pub contacts: Decimal,
    /// For minutes.
    pub minutes: Decimal,
    /// For hours of agents.
    pub agent_hours: Decimal,
    /// For months.
    pub monthly: Decimal,
}

impl Charges {
    /// All of it.
    pub fn total(&self) -> Decimal {
        self.contacts + self.minutes + self.agent_hours + self.monthly
    }

    pub(crate) fn add(&mut self, other: &Self) {
        let Self {
            contacts,
            minutes,
            agent_hours,
            monthly,
        } = other;
        self.contacts += contacts;
        self.minutes += minutes;
        self.agent_hours += agent_hours;
        self.monthly += monthly;
    }
}

/// What is charged in one bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Contacts that were answered.
    pub contacts: u64,
    /// Time connected after rounding, in milliseconds.
    pub charged_ms: u64,
    /// Time that agents were logged in, in milliseconds.
    pub logged_in_ms: u64,
    /// Months that begin.
    pub months: u64,
}

impl Usage {
    pub(crate) fn add(&mut self, other: &Self) {
        let Self {
            contacts,
            charged_ms,
            logged_in_ms,
            months,
        } = other;
        self.contacts += contacts;
        self.charged_ms += charged_ms;
        self.logged_in_ms += logged_in_ms;
        self.months += months;
    }
}

const MINUTE_MS: u32 = 60_000;
const HOUR_MS: u32 = 3_600_000;

impl Tariff {
    /// The time to charge for conversations, each rounded on its own, in milliseconds. Given are lengths in milliseconds,
    /// each with how many lasted so long.
    pub fn charged_ms(&self, lengths: &BTreeMap<u64, u64>) -> u64 {
        let charged = |(length, count): (&u64, &u64)| self.rounding.charged_ms(*length) * count;
        lengths.iter().map(charged).sum()
    }

    /// What this costs.
    pub fn charges(&self, usage: &Usage) -> Charges {
        let amount = |price: Decimal, of: u64, per: u32| {
            let exact = price * Decimal::from(of) / Decimal::from(per);
            let away = RoundingStrategy::MidpointAwayFromZero;
            let mut rounded = exact.round_dp_with_strategy(self.currency.decimals, away);
            rounded.rescale(self.currency.decimals);
            rounded
        };
        Charges {
            contacts: amount(self.per_contact, usage.contacts, 1),
            minutes: amount(self.per_minute, usage.charged_ms, MINUTE_MS),
            agent_hours: amount(self.per_agent_hour, usage.logged_in_ms, HOUR_MS),
            monthly: amount(self.monthly, usage.months, 1),
        }
    }
}

/// An amount for each of so many, to the smallest unit; none of none.
pub(crate) fn each(amount: Decimal, of: u64, decimals: u32) -> Option<Decimal> {
    let exact = amount.checked_div(Decimal::from(of))?;
    let mut rounded =
        exact.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(decimals);
    Some(rounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tariff(rounding: Rounding) -> Tariff {
        Tariff {
            queues: Vec::new(),
            currency: Currency {
                code: "EUR".to_owned(),
                decimals: 2,
            },
            per_contact: "0.35".parse().expect("a price"),
            per_minute: "0.499".parse().expect("a price"),
            rounding,
            per_agent_hour: "31.20".parse().expect("a price"),
            monthly: "990".parse().expect("a price"),
        }
    }

    #[test]
    fn each_conversation_is_rounded_on_its_own() {
        let lengths = BTreeMap::from([(1, 2), (60_000, 1), (60_001, 1), (0, 5)]);
        // 1 + 1 + 1 + 2 minutes.
        assert_eq!(
            tariff(Rounding::STARTED_MINUTE).charged_ms(&lengths),
            300_000
        );
        // 1 + 1 + 60 + 61 seconds.
        assert_eq!(tariff(Rounding::SECOND).charged_ms(&lengths), 123_000);
        assert_eq!(tariff(Rounding::EXACT).charged_ms(&lengths), 120_003);
        let half_a_minute_then_six_seconds = Rounding {
            first_ms: 30_000,
            step_ms: 6_000,
        };
        assert_eq!(half_a_minute_then_six_seconds.charged_ms(10), 30_000);
        assert_eq!(half_a_minute_then_six_seconds.charged_ms(30_001), 36_000);
    }

    #[test]
    fn amounts_are_exact_and_rounded_once() {
        let usage = Usage {
            contacts: 3,
            charged_ms: 300_000,
            logged_in_ms: 5_400_000,
            months: 1,
        };
        let charges = tariff(Rounding::STARTED_MINUTE).charges(&usage);
        let words = [
            charges.contacts,
            charges.minutes,
            charges.agent_hours,
            charges.monthly,
        ];
        // 5 x 0.499 = 2.495, half of a cent away from zero.
        assert_eq!(
            words.map(|it| it.to_string()),
            ["1.05", "2.50", "46.80", "990.00"]
        );
        assert_eq!(charges.total().to_string(), "1040.35");
        assert_eq!(
            each(charges.total(), 3, 2).map(|it| it.to_string()),
            Some("346.78".to_owned())
        );
        assert_eq!(each(charges.total(), 0, 2), None);
    }
}
