//! Connections that were turned away: each is counted by the limit that was met, and a sample of them is told in the
//! log.

use std::net::IpAddr;
use std::sync::Arc;

use metrics::Counter;
use metrics_exporter_prometheus::PrometheusRecorder;
use tracing::info;

use super::families;
use super::handles::counter;
use crate::sampling::Sampler;

/// Counts connections that were turned away, by the limit that was met. The first of a limit is told in the log, and
/// then at most one in ten seconds with how many there were since.
#[derive(Clone)]
pub struct Turned(Arc<[OfLimit]>);

struct OfLimit {
    /// The limit's key in the configuration.
    limit: &'static str,
    counter: Counter,
    sampler: Sampler,
}

impl Turned {
    /// The limits that a connection may meet, as their configuration keys.
    const LIMITS: [&'static str; 3] = [
        "connections",
        "connections_per_address",
        "handshake_timeout",
    ];

    pub(super) fn new(recorder: &PrometheusRecorder) -> Self {
        let each = Self::LIMITS.map(|limit| OfLimit {
            limit,
            counter: counter(recorder, families::TURNED_AWAY, &[limit]),
            sampler: Sampler::default(),
        });
        Self(each.into())
    }

    /// One more for this limit, from this address.
    pub fn count(&self, limit: &str, address: IpAddr) {
        let Some(known) = self.0.iter().find(|known| known.limit == limit) else {
            return;
        };
        known.counter.increment(1);
        if let Some(untold) = known.sampler.one_more() {
            let limit = known.limit;
            info!(limit, %address, suppressed = untold, "a connection was turned away");
        }
    }

    /// Tells of those that came after the last one that was told, when no more come.
    pub(super) fn tell_overdue(&self) {
        for OfLimit { limit, sampler, .. } in self.0.iter() {
            if let Some(untold) = sampler.overdue() {
                info!(
                    limit,
                    suppressed = untold,
                    "more connections were turned away"
                );
            }
        }
    }
}
