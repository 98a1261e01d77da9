//! The places of subscriptions: how many there are of each tenant, so that one more is refused before a shard hears of
//! it.

#![allow(
    clippy::disallowed_types,
    reason = "this module wraps the map; no guard leaves it"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use acd_config::ServerLimits;
use acd_core::ids::TenantName;
use dashmap::DashMap;

use super::SubscriberId;
use super::budget::Budgets;
use crate::CallError;

/// The most subscriptions of a server, those included that were ended and are not gone yet.
const SUBSCRIPTIONS_MAX: usize = 1_000_000;

/// The places of all tenants. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Places(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    taken: DashMap<TenantName, usize>,
    per_tenant: usize,
    budgets: Budgets,
    last_subscriber: AtomicU64,
    all: AtomicUsize,
}

/// A subscription's place: given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    subscriber: SubscriberId,
    tenant: TenantName,
    places: Places,
}

impl Places {
    pub(crate) fn new(limits: &ServerLimits, budgets: Budgets) -> Self {
        Self(Arc::new(Inner {
            taken: DashMap::new(),
            per_tenant: limits.streams_per_tenant as usize,
            budgets,
            last_subscriber: AtomicU64::new(0),
            all: AtomicUsize::new(0),
        }))
    }

    /// A place for a stream of this tenant.
    ///
    /// # Errors
    /// [`CallError::LimitReached`] if there is none left, or if too much waits for the readers of views already.
    pub(crate) fn take(&self, tenant: &TenantName, is_view: bool) -> Result<Place, CallError> {
        // Agents and adapters are let in: they hold little, and they are what the centre lives by.
        let used_up = self.0.budgets.of(tenant).used_up().filter(|_| is_view);
        if let Some(used_up) = used_up {
            return Err(CallError::LimitReached {
                what: used_up.what,
                limit: used_up.limit,
            });
        }
        if self.0.all.load(Ordering::Relaxed) >= SUBSCRIPTIONS_MAX {
            return Err(CallError::LimitReached {
                what: "subscriptions of one server",
                limit: SUBSCRIPTIONS_MAX,
            });
        }
        let mut taken = self.0.taken.entry(tenant.clone()).or_default();
        if *taken >= self.0.per_tenant {
            return Err(CallError::LimitReached {
                what: "server.limits.streams_per_tenant",
                limit: self.0.per_tenant,
            });
        }
        *taken += 1;
        self.0.all.fetch_add(1, Ordering::Relaxed);
        Ok(Place {
            subscriber: SubscriberId(self.0.last_subscriber.fetch_add(1, Ordering::Relaxed) + 1),
            tenant: tenant.clone(),
            places: self.clone(),
        })
    }
}

impl Place {
    pub(crate) fn subscriber(&self) -> SubscriberId {
        self.subscriber
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let inner = &self.places.0;
        inner.all.fetch_sub(1, Ordering::Relaxed);
        if let Some(mut taken) = inner.taken.get_mut(&self.tenant) {
            *taken -= 1;
        }
        inner.taken.remove_if(&self.tenant, |_, taken| *taken == 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_is_given_back_can_be_taken_again() {
        let limits = ServerLimits {
            streams_per_tenant: 1,
            ..ServerLimits::default()
        };
        let places = Places::new(&limits, Budgets::new(&limits));
        let (bank, shop) = ("bank".into(), "shop".into());
        let first = places.take(&bank, false).unwrap();
        let refused = places.take(&bank, true).unwrap_err();
        assert_eq!(
            refused,
            CallError::LimitReached {
                what: "server.limits.streams_per_tenant",
                limit: 1
            }
        );
        let other = places.take(&shop, true).unwrap();
        assert_ne!(first.subscriber(), other.subscriber());
        drop(first);
        assert!(places.take(&bank, true).is_ok());
    }
}
