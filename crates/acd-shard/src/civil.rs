//! What a tenant's civil times mean in engine time: resolved with real zone rules outside of the core, for some days
//! ahead, and again every day.

use acd_core::command::CivilTime;
use acd_core::config::TenantConfig;
use acd_core::ids::{DurationMs, TimeMs};

use crate::clock::Clock;

const DAY_MS: DurationMs = 86_400_000;
/// How far ahead civil times are resolved. Longer than any stop of the server that its hours should survive unnoticed.
const AHEAD_MS: DurationMs = 30 * DAY_MS;
/// How often they are resolved again.
pub(crate) const EVERY_MS: DurationMs = DAY_MS;

/// The opening hours and days of this configuration from now on. Zone rules are about the wall clock; where engine time
/// is ahead of it the instants are moved, so that it opens when the clock on the wall says so.
pub(crate) fn resolve(config: &TenantConfig, clock: &Clock) -> CivilTime {
    let ahead_ms = clock.ahead_of_wall_ms();
    let wall_ms = clock.now() - ahead_ms;
    moved(
        acd_config::civil::resolve(config, wall_ms, wall_ms + AHEAD_MS),
        ahead_ms,
    )
}

fn moved(mut civil: CivilTime, by_ms: DurationMs) -> CivilTime {
    let in_calendars = civil
        .calendars
        .iter_mut()
        .flat_map(|calendar| &mut calendar.changes);
    let instants = in_calendars.map(|(at, _)| at).chain(&mut civil.days);
    instants.for_each(|at: &mut TimeMs| *at += by_ms);
    civil
}

#[cfg(test)]
mod tests {
    use acd_core::command::{CalendarTimes, Opening};

    use super::*;

    #[test]
    fn hours_move_with_the_wall_clock() {
        let civil = CivilTime {
            calendars: vec![CalendarTimes {
                calendar: "office".into(),
                now: Opening::Open,
                changes: vec![(1_000, Opening::Hours), (2_000, Opening::Open)],
            }],
            days: vec![5_000],
        };
        let moved = moved(civil, 250);
        assert_eq!(
            moved.calendars[0].changes,
            [(1_250, Opening::Hours), (2_250, Opening::Open)]
        );
        assert_eq!(moved.days, [5_250]);
    }
}
