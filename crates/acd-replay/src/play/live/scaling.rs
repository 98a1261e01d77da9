//! A configuration at another speed.

use acd_core::config::{PriorityMode, TenantConfig};

/// The same configuration for a play at `speed`: every time that is part of the script's world (service level, short
/// abandon, max wait, wrap-up, the worth of a priority point) is divided by it, at least a millisecond unless it is
/// none. Ring, connect, back-off and the graces stay, for they guard against failures that happen in wall time.
pub fn at_speed(config: &TenantConfig, speed: f64) -> TenantConfig {
    let scaled = |virtual_ms: i64| -> i64 {
        match virtual_ms {
            0 => 0,
            some => ((some as f64 / speed).round() as i64).max(1),
        }
    };
    let mut config = config.clone();
    if let PriorityMode::Aging { point_ms } = &mut config.settings.priority_mode {
        *point_ms = scaled(*point_ms);
    }
    for queue in &mut config.queues {
        queue.service_level_ms = scaled(queue.service_level_ms);
        queue.short_abandon_ms = scaled(queue.short_abandon_ms);
        queue.wrap_up_ms = scaled(queue.wrap_up_ms);
        queue.max_wait_ms = queue.max_wait_ms.map(scaled);
    }
    for agent in &mut config.agents {
        agent.wrap_up_ms = agent.wrap_up_ms.map(scaled);
    }
    config
}

#[cfg(test)]
mod tests {
    use acd_core::config::QueueConfig;

    use super::*;

    #[test]
    fn what_people_live_in_is_scaled_and_what_guards_against_failures_is_not() {
        let mut config = TenantConfig::default();
        config.queues.push(QueueConfig {
            max_wait_ms: Some(60_000),
            wrap_up_ms: 10,
            ..QueueConfig::named("service")
        });
        let scaled = at_speed(&config, 60.0);
        let queue = &scaled.queues[0];
        assert_eq!((queue.service_level_ms, queue.short_abandon_ms), (333, 83));
        assert_eq!((queue.max_wait_ms, queue.wrap_up_ms), (Some(1_000), 1));
        assert_eq!(queue.ring_ms, config.queues[0].ring_ms);
        assert_eq!(scaled.settings, config.settings);
        assert_eq!(at_speed(&config, 1.0), config);
    }
}
