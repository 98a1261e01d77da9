//! Refusals: each is counted by its reason, and a sample of them is told in the log.

use std::collections::BTreeMap;
use std::sync::Arc;

use acd_proto::v1::ErrorReason;
use metrics::Counter;
use metrics_exporter_prometheus::PrometheusRecorder;
use tracing::{info, warn};

use super::families::Family;
use super::handles::counter;
use crate::sampling::Sampler;

/// Counts refusals by reason. The first of a reason is told in the log, and then at most one in ten seconds with how
/// many there were since.
#[derive(Clone)]
pub struct Refusals(Arc<BTreeMap<ErrorReason, OfReason>>);

struct OfReason {
    reason: ErrorReason,
    /// What was refused.
    what: &'static str,
    counter: Counter,
    sampler: Sampler,
}

impl Refusals {
    pub(super) fn new(recorder: &PrometheusRecorder, family: Family, what: &'static str) -> Self {
        let reasons = ErrorReason::all();
        let each = reasons.map(|reason| {
            let known = OfReason {
                reason,
                what,
                counter: counter(recorder, family, &[label(reason)]),
                sampler: Sampler::default(),
            };
            (reason, known)
        });
        Self(Arc::new(each.collect()))
    }

    /// One more for this reason. `of` tells what was refused: the path of a call, the adapter of an event.
    pub fn count(&self, reason: ErrorReason, of: &str) {
        let Some(known) = self.0.get(&reason) else {
            return;
        };
        known.counter.increment(1);
        if let Some(untold) = known.sampler.one_more() {
            known.tell(Some(of), untold);
        }
    }

    /// Tells of those that came after the last one that was told, when no more come.
    pub(super) fn tell_overdue(&self) {
        for known in self.0.values() {
            if let Some(untold) = known.sampler.overdue() {
                known.tell(None, untold);
            }
        }
    }
}

impl OfReason {
    /// A client that may not, or that asks what makes no sense, misbehaves; to be refused by the state is no fault.
    fn tell(&self, of: Option<&str>, untold: u64) {
        let (reason, what) = (label(self.reason), self.what);
        let said = match of {
            Some(_) => "refused",
            None => "more were refused",
        };
        match self.reason {
            ErrorReason::Unauthenticated
            | ErrorReason::PermissionDenied
            | ErrorReason::InvalidArgument
            | ErrorReason::RequestIdMissing
            | ErrorReason::RequestIdReused
            | ErrorReason::Internal => warn!(reason, what, of, suppressed = untold, "{said}"),
            _ => info!(reason, what, of, suppressed = untold, "{said}"),
        }
    }
}

/// A reason as a label value; `OTHER` for refusals that are not of this API, such as an unknown method.
fn label(reason: ErrorReason) -> &'static str {
    match reason {
        ErrorReason::Unspecified => "OTHER",
        reason => reason.wire_name(),
    }
}
