//! Random days over the whole model, with the configurations and commands that the engine's own random runs throw: what
//! is shown of a tenant is compared on them.

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

use acd_core::command::Command;
use acd_core::config::TenantConfig;
use acd_core::state::State;
use proptest::prelude::*;

pub(crate) use centre::Centre;

/// One step of a random day.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// So many milliseconds pass.
    Wait(i64),
    /// What the numbers stand for.
    Command(Vec<u16>),
}

/// The numbers that a configuration is thrown with.
pub(crate) fn numbers() -> impl Strategy<Value = Vec<u16>> {
    proptest::collection::vec(any::<u16>(), 0..400)
}

/// The steps of a day.
pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let numbers = proptest::collection::vec(any::<u16>(), 1..40);
    let step = prop_oneof![
        1 => (0_i64..4_000).prop_map(Step::Wait),
        5 => numbers.prop_map(Step::Command),
    ];
    proptest::collection::vec(step, 1..120)
}

/// A configuration.
pub(crate) fn config(numbers: &[u16]) -> TenantConfig {
    dice::tenant(numbers)
}

/// What the numbers have somebody do in this state; none if there is nothing it could be about.
pub(crate) fn command(numbers: &[u16], state: &State, nth: usize) -> Option<Command> {
    dice::command(numbers, state, nth)
}

/// A centre at the begin of such a day, half of its agents ready.
pub(crate) fn begin(numbers: &[u16]) -> Centre {
    let mut centre = Centre::of(config(numbers));
    for agent in 0..dice::AGENTS / 2 {
        centre.ready(&format!("a{agent}"));
    }
    centre
}

/// Takes a step.
pub(crate) fn take(centre: &mut Centre, nth: usize, step: &Step) {
    match step {
        Step::Wait(length) => centre.wait(*length),
        Step::Command(numbers) => {
            if let Some(command) = command(numbers, centre.state(), nth) {
                // What is refused changes nothing.
                _ = centre.command(command);
            }
        }
    }
}
