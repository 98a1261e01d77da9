//! The centre of the demo: short talks, so that half a minute shows all that happens.

use acd_core::config::{TargetConfig, TargetFigure, TargetScope, TenantConfig};
use acd_replay::script::Centre;

/// Median of the talk time.
const TALK_MEDIAN_MS: f64 = 8_000.0;
/// Spread of the talk time; with it the mean is a quarter above the median.
const TALK_LOG_SD: f64 = 0.7;
/// How much work comes for each agent, if nothing else is asked for: a little more than they can do, so that after a
/// while callers wait, and some give up.
const LOAD: f64 = 1.1;

/// A centre of so many agents, with this many calls per second or a few more than they can take.
pub(super) fn centre(agents: u32, calls_per_second: Option<f64>) -> Centre {
    let talk_mean_s = TALK_MEDIAN_MS / 1_000.0 * (TALK_LOG_SD * TALK_LOG_SD / 2.0).exp();
    let classes = [("support", 5.0), ("sales", 3.0), ("billing", 2.0)];
    Centre {
        classes: classes
            .map(|(class, share)| (class.to_owned(), share))
            .to_vec(),
        agents: agents as usize,
        calls_per_second: calls_per_second.unwrap_or(LOAD * f64::from(agents) / talk_mean_s),
        talk_median_ms: TALK_MEDIAN_MS,
        talk_log_sd: TALK_LOG_SD,
        patience_mean_ms: 20_000.0,
        accept_within_ms: 1_000,
        vip_share: 0.1,
    }
}

/// What is promised to callers, as short as the talks: boards and views show when it is not kept.
const ANSWERED_WITHIN_MS: i64 = 5_000;
const ANSWERED_GOAL: u32 = 80;
const WAITS_LONG_MS: i64 = 15_000;

/// Promises callers how soon they are answered, and managers what to aim at. It decides nothing.
pub(super) fn promise(config: &mut TenantConfig) {
    let answered = |name: &str, scope| TargetConfig {
        name: name.into(),
        of: Some(TargetFigure::ServiceLevel2),
        at_least_milli: Some(ANSWERED_GOAL * 10),
        scope,
        ..TargetConfig::default()
    };
    config.targets = vec![
        answered("centre", TargetScope::Centre),
        answered("queues", TargetScope::Queues),
    ];
    for queue in &mut config.queues {
        queue.service_level_ms = ANSWERED_WITHIN_MS;
        queue.service_level_goal = Some(ANSWERED_GOAL);
        queue.alert_wait_ms = Some(WAITS_LONG_MS);
    }
}
