//! Operations on the engine: the bytes are a configuration, and what happens in it.

use acd_core::Engine;
use acd_core::ids::TenantName;
use acd_core::state::Facts;
use acd_journal::codec::{decode_snapshot, encode_snapshot};
use arbitrary::Unstructured;

use self::centre::Centre;
use self::naive::NaiveMatcher;

#[allow(
    dead_code,
    unreachable_pub,
    reason = "the engine's tests use all of it"
)]
#[path = "../../acd-core/tests/engine/centre.rs"]
mod centre;
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the engine's tests use all of it"
)]
#[path = "../../acd-core/tests/engine/dice.rs"]
mod dice;
#[allow(unreachable_pub, reason = "the engine's tests have it, too")]
#[path = "../../acd-core/tests/engine/naive.rs"]
mod naive;

/// The most operations of one input.
const OPERATIONS_MAX: usize = 80;
/// The most numbers that a configuration is thrown with.
const CONFIGURATION_NUMBERS: u16 = 400;
/// The most numbers that a command is thrown with.
const COMMAND_NUMBERS: u8 = 40;

/// The invariants hold after each operation, the index decides as the naive matcher, and a snapshot gives the state back.
pub fn run(bytes: &[u8]) {
    let mut bytes = Unstructured::new(bytes);
    let Some(mut both) = Both::begin(&mut bytes) else {
        return;
    };
    for nth in 1..=OPERATIONS_MAX {
        if bytes.is_empty() || both.operate(&mut bytes, nth).is_none() {
            break;
        }
    }
    both.end();
}

/// Two engines, which must never differ: one with an index, which is checked, and one that looks at everything.
struct Both {
    fast: Centre,
    naive: Centre<NaiveMatcher>,
}

impl Both {
    fn begin(bytes: &mut Unstructured<'_>) -> Option<Self> {
        let config = dice::tenant(&numbers(bytes, CONFIGURATION_NUMBERS)?);
        let mut both = Self {
            fast: Centre::of(config.clone()),
            naive: Centre::with_matcher(config),
        };
        both.naive.checks = false;
        for agent in 0..dice::AGENTS / 2 {
            both.fast.ready(&format!("a{agent}"));
            both.naive.ready(&format!("a{agent}"));
        }
        Some(both)
    }

    /// Does what the next bytes say; none: there are no more.
    fn operate(&mut self, bytes: &mut Unstructured<'_>, nth: usize) -> Option<()> {
        match bytes.arbitrary::<u8>().ok()? {
            0..32 => self.wait(i64::from(bytes.arbitrary::<u16>().ok()?)),
            32..36 => self.restart(i64::from(bytes.arbitrary::<u16>().ok()?)),
            _ => {
                let numbers = numbers(bytes, COMMAND_NUMBERS.into())?;
                if let Some(request) = dice::request(&numbers, self.fast.state(), nth) {
                    let handled = self.fast.ask(request.clone());
                    assert_eq!(handled, self.naive.ask(request));
                }
            }
        }
        assert_eq!(self.fast.log.len(), self.naive.log.len());
        assert_eq!(self.fast.log.last(), self.naive.log.last());
        Some(())
    }

    fn wait(&mut self, length: i64) {
        self.fast.wait(length);
        self.naive.wait(length);
    }

    fn restart(&mut self, down: i64) {
        self.fast.now += down;
        self.naive.now += down;
        let facts = through_a_snapshot(self.fast.state().facts());
        self.fast.engine = Engine::restore("test".into(), facts.clone());
        self.naive.engine = Engine::restore("test".into(), facts);
        let events = self.fast.engine.recover(self.fast.now);
        assert_eq!(events, self.naive.engine.recover(self.naive.now));
        self.fast.follow(&events);
        self.naive.follow(&events);
    }

    fn end(&self) {
        let state = self.fast.state();
        let restored: Engine = Engine::restore("test".into(), through_a_snapshot(state.facts()));
        assert_eq!(restored.state().digest(), state.digest());
        assert_eq!(restored.state().next_deadline(), state.next_deadline());
    }
}

fn through_a_snapshot(facts: &Facts) -> Facts {
    let tenant = TenantName::from("test");
    let snapshot = encode_snapshot(&tenant, facts.seq, facts.now, facts.clone(), 0);
    let snapshot = snapshot.expect("every state can be written");
    decode_snapshot(&snapshot).expect("what was written can be read")
}

/// Numbers, as many as the next bytes say; those that are missing are 0.
fn numbers(bytes: &mut Unstructured<'_>, most: u16) -> Option<Vec<u16>> {
    let count = bytes.int_in_range(0..=most).ok()?;
    let numbers = (0..count).map_while(|_| bytes.arbitrary().ok());
    Some(numbers.collect())
}
