//! On random runs over the whole model the index and the naive matcher decide alike, byte for byte, and after every
//! step the invariants hold. More runs: `PROPTEST_CASES=100000`.

use acd_core::Engine;
use acd_core::command::*;
use proptest::prelude::*;

use crate::centre::Centre;
use crate::dice;
use crate::naive::NaiveMatcher;

/// One step of a random run.
#[derive(Clone, Debug)]
enum Step {
    Wait(i64),
    Restart(i64),
    Command(Vec<u16>),
}

fn step() -> impl Strategy<Value = Step> {
    let numbers = proptest::collection::vec(any::<u16>(), 1..40);
    prop_oneof![
        40 => (0i64..6_000).prop_map(Step::Wait),
        1 => (0i64..20_000).prop_map(Step::Restart),
        160 => numbers.prop_map(Step::Command),
    ]
}

/// Both engines, which must never differ.
struct Both {
    fast: Centre,
    naive: Centre<NaiveMatcher>,
}

impl Both {
    fn take(&mut self, nth: usize, step: &Step) {
        match step {
            Step::Wait(length) => {
                self.fast.wait(*length);
                self.naive.wait(*length);
            }
            Step::Restart(down) => {
                self.fast.now += down;
                self.naive.now += down;
                let snapshot = self.fast.state().facts().clone();
                self.fast.engine = Engine::restore("test".into(), snapshot.clone());
                self.naive.engine = Engine::restore("test".into(), snapshot);
                let events = self.fast.engine.recover(self.fast.now);
                assert_eq!(events, self.naive.engine.recover(self.naive.now));
                self.fast.follow(&events);
                self.naive.follow(&events);
            }
            Step::Command(numbers) => {
                let Some(command) = dice::command(numbers, self.fast.state(), nth) else { return };
                let handled = self.fast.ask(Request::internal(command.clone()));
                assert_eq!(handled, self.naive.ask(Request::internal(command)));
            }
        }
        assert_eq!(self.fast.log.len(), self.naive.log.len());
        assert_eq!(self.fast.log.last(), self.naive.log.last());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn the_index_decides_as_the_naive_matcher(
        first in proptest::collection::vec(any::<u16>(), 0..400),
        steps in proptest::collection::vec(step(), 1..120),
    ) {
        let config = dice::tenant(&first);
        prop_assert_eq!(config.problems(), []);
        let mut both = Both { fast: Centre::of(config.clone()), naive: Centre::with_matcher(config) };
        for agent in 0..dice::AGENTS / 2 {
            both.fast.ready(&format!("a{agent}"));
            both.naive.ready(&format!("a{agent}"));
        }
        for (nth, step) in steps.iter().enumerate() {
            both.take(nth, step);
        }
    }
}
