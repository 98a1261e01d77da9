//! How long a replayed call talks once it is answered.
//!
//! A call that was answered in reality talks as long as it did then. One that was not (or whose talk was not timed) gets
//! a talk time that really occurred: one of its own class, drawn by a hash of the seed and the call's id. The draw
//! depends on nothing else, so it is the same in every replay whatever happens to other calls.
//!
//! Only talks with a named agent are drawn from: in the bank's log half of the answers by nobody in particular last a few seconds.

use std::collections::BTreeMap;

use acd_core::stable_hash::StableHash;

use crate::call_log::{CallLog, LoggedCall, LoggedOutcome};

/// The talk times of a log, for drawing.
#[derive(Debug, Clone)]
pub struct TalkTimes {
    seed: u64,
    /// Never an empty list.
    of_class: BTreeMap<String, Vec<i64>>,
    /// All of them, for classes of which none was recorded; not empty.
    of_all: Vec<i64>,
}

/// The log has no talk time to draw from, so that a replay could not know how long anybody talks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no call answered by a named agent has a talk time; fill columns `agent` and `talk_s` for at least one"
)]
pub struct NoTalkTimes;

impl TalkTimes {
    /// Collects the recorded talk times of `log`; `seed` chooses among the possible draws.
    pub fn of(log: &CallLog, seed: u64) -> Result<Self, NoTalkTimes> {
        let mut of_class: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        let mut of_all = Vec::new();
        for call in &log.calls {
            let talk = match &call.outcome {
                LoggedOutcome::Answered {
                    agent: Some(_),
                    talk_ms,
                } => *talk_ms,
                LoggedOutcome::Answered { agent: None, .. } | LoggedOutcome::Abandoned => None,
            };
            if let Some(talk_ms) = talk {
                of_class
                    .entry(call.class.clone())
                    .or_default()
                    .push(talk_ms);
                of_all.push(talk_ms);
            }
        }
        if of_all.is_empty() {
            Err(NoTalkTimes)
        } else {
            Ok(Self {
                seed,
                of_class,
                of_all,
            })
        }
    }

    /// How long `call` talks when it is answered.
    pub fn talk_ms(&self, call: &LoggedCall) -> i64 {
        recorded_ms(call).unwrap_or_else(|| {
            let pool = self.of_class.get(&call.class).unwrap_or(&self.of_all);
            pool[index_below(pool.len(), hash(self.seed, &call.id))]
        })
    }
}

fn recorded_ms(call: &LoggedCall) -> Option<i64> {
    match call.outcome {
        LoggedOutcome::Answered { talk_ms, .. } => talk_ms,
        LoggedOutcome::Abandoned => None,
    }
}

/// Scales a uniform hash to `0..len` without the bias of a remainder.
fn index_below(len: usize, hash: u64) -> usize {
    ((u128::from(hash) * len as u128) >> 64) as usize
}

/// The stable hash of the id, then the finalizer of SplitMix64, which spreads it over all bits: the draw must be the same
/// with every compiler and on every machine.
fn hash(seed: u64, id: &str) -> u64 {
    let mut absorbed = StableHash::seeded(seed);
    absorbed.bytes(id.as_bytes());
    let absorbed = absorbed.value();
    let mixed = (absorbed ^ (absorbed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::call_log::Format;

    fn call(id: &str, class: &str, outcome: LoggedOutcome) -> LoggedCall {
        LoggedCall {
            id: id.to_owned(),
            customer: None,
            class: class.to_owned(),
            priority: 0,
            head_start_ms: 0,
            arrived_at_ms: 0,
            waited_ms: 0,
            outcome,
        }
    }

    fn talked(id: &str, class: &str, talk_ms: i64) -> LoggedCall {
        call(
            id,
            class,
            LoggedOutcome::Answered {
                agent: Some("nora".to_owned()),
                talk_ms: Some(talk_ms),
            },
        )
    }

    fn talk_times(calls: Vec<LoggedCall>, seed: u64) -> Result<TalkTimes, NoTalkTimes> {
        TalkTimes::of(
            &CallLog {
                calls,
                skipped: Default::default(),
                format: Format::Csv,
            },
            seed,
        )
    }

    fn sample(seed: u64) -> TalkTimes {
        let calls = vec![
            talked("1", "x", 10),
            talked("2", "x", 20),
            talked("3", "x", 30),
            talked("4", "y", 99),
        ];
        talk_times(calls, seed).expect("talk times")
    }

    #[test]
    fn a_call_that_talked_talks_as_long_again() {
        assert_eq!(sample(1).talk_ms(&talked("2", "x", 20)), 20);
    }

    #[test]
    fn a_draw_is_of_its_own_class_and_reaches_all_of_it() {
        let times = sample(1);
        let draw =
            |id: u32, class| times.talk_ms(&call(&id.to_string(), class, LoggedOutcome::Abandoned));
        let drawn: BTreeSet<i64> = (0..100).map(|id| draw(id, "x")).collect();
        assert_eq!(drawn, [10, 20, 30].into());
        assert_eq!(draw(1, "y"), 99);
    }

    #[test]
    fn a_class_never_timed_draws_from_all() {
        let drawn = sample(1).talk_ms(&call("9", "z", LoggedOutcome::Abandoned));
        assert!([10, 20, 30, 99].contains(&drawn));
    }

    #[test]
    fn a_draw_depends_on_seed_and_id_alone() {
        let draws = |seed| -> Vec<i64> {
            let times = sample(seed);
            (0..50)
                .map(|id: u32| times.talk_ms(&call(&id.to_string(), "x", LoggedOutcome::Abandoned)))
                .collect()
        };
        assert_eq!(draws(1), draws(1));
        assert_ne!(draws(1), draws(2));
    }

    #[test]
    fn an_answer_that_was_not_timed_draws_too() {
        let untimed = call(
            "9",
            "y",
            LoggedOutcome::Answered {
                agent: None,
                talk_ms: None,
            },
        );
        assert_eq!(sample(1).talk_ms(&untimed), 99);
    }

    #[test]
    fn an_answer_by_nobody_is_not_drawn_from_but_talks_as_long_again() {
        let by_nobody = call(
            "5",
            "y",
            LoggedOutcome::Answered {
                agent: None,
                talk_ms: Some(3),
            },
        );
        let calls = vec![talked("4", "y", 99), by_nobody.clone()];
        let times = talk_times(calls, 1).expect("talk times");
        let draw = |id: u32| times.talk_ms(&call(&id.to_string(), "y", LoggedOutcome::Abandoned));
        assert!((0..20).all(|id| draw(id) == 99));
        assert_eq!(times.talk_ms(&by_nobody), 3);
    }

    #[test]
    fn a_log_without_any_talk_time_is_refused_with_the_remedy() {
        let error = talk_times(vec![call("1", "x", LoggedOutcome::Abandoned)], 1)
            .expect_err("nothing to draw from");
        assert!(error.to_string().contains("`talk_s`"));
    }
}
