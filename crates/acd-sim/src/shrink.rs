//! A run that shows a violation, made smaller for as long as it shows the same.

use crate::plan::Plan;
use crate::run::run;

/// The smallest plan that was found which breaks the same promise. Each try is told.
pub fn shrink(plan: Plan, mut tell: impl FnMut(&Plan)) -> Plan {
    let Some(broken) = run(&plan).violation else {
        return plan;
    };
    let mut least = plan;
    let mut still = |tried: Plan, least: &mut Plan| {
        let seen = run(&tried).violation;
        let is_same = seen.is_some_and(|seen| seen.promise == broken.promise);
        if is_same {
            *least = tried;
            tell(&tried);
        }
        is_same
    };
    loop {
        let before = least;
        for fault in least.faults.iter().collect::<Vec<_>>() {
            let faults = least.faults.without(fault);
            still(Plan { faults, ..least }, &mut least);
        }
        while least.contacts > 1 {
            let contacts = least.contacts / 2;
            if !still(Plan { contacts, ..least }, &mut least) {
                break;
            }
        }
        while least.agents > 1 {
            let agents = least.agents - 1;
            if !still(Plan { agents, ..least }, &mut least) {
                break;
            }
        }
        if least.switches > 1 {
            still(
                Plan {
                    switches: 1,
                    ..least
                },
                &mut least,
            );
        }
        if least == before {
            return least;
        }
    }
}
