//! The places of subscriptions: which there are of each tenant, by the name of who reads them, so that one more is
//! refused before a shard hears of it, and so that a stop can tell who was still there.

#![allow(
    clippy::disallowed_types,
    reason = "this module wraps the map; every answer is a copy, so no guard leaves it"
)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use acd_config::ServerLimits;
use acd_core::ids::{AdapterName, AgentName, ConnectionId, SessionId, TenantName, TimeMs};
use dashmap::DashMap;
use tokio::time::Instant;

use super::budget::Budgets;
use super::{Interest, SubscriberId};
use crate::CallError;

/// The most subscriptions of a server, those included that were ended and are not gone yet.
const SUBSCRIPTIONS_MAX: usize = 1_000_000;

/// A subscription that is not gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// Who reads it.
    pub reader: LiveReader,
    /// The stream's number; none for a view, and until the session or the adapter is attached.
    pub connection: Option<ConnectionId>,
    /// Engine time at which it was asked for.
    pub since: TimeMs,
}

/// Who reads a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveReader {
    /// A session of an agent.
    Agent(AgentName, SessionId),
    /// An adapter.
    Adapter(AdapterName),
    /// Whoever looks at the tenant.
    View,
}

impl From<&Interest> for LiveReader {
    fn from(interest: &Interest) -> Self {
        match interest {
            Interest::Agent { agent, session } => Self::Agent(agent.clone(), *session),
            Interest::Adapter { adapter, .. } => Self::Adapter(adapter.clone()),
            Interest::View(_) => Self::View,
        }
    }
}

/// The places of all tenants. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Places(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    taken: DashMap<TenantName, BTreeMap<SubscriberId, Live>>,
    per_tenant: usize,
    budgets: Budgets,
    last_subscriber: AtomicU64,
    all: AtomicUsize,
    /// What the instants are counted from at which the alarms of subscriptions ring.
    first_alarm: Instant,
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
            first_alarm: Instant::now(),
        }))
    }

    /// A place for a stream of this tenant that is asked for now.
    ///
    /// # Errors
    /// [`CallError::LimitReached`] if there is none left, or if too much waits for the readers of views already.
    pub(crate) fn take(
        &self,
        tenant: &TenantName,
        interest: &Interest,
        now: TimeMs,
    ) -> Result<Place, CallError> {
        // Agents and adapters are let in: they hold little, and they are what the centre lives by.
        let is_view = matches!(interest, Interest::View(_));
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
        if taken.len() >= self.0.per_tenant {
            return Err(CallError::LimitReached {
                what: "server.limits.streams_per_tenant",
                limit: self.0.per_tenant,
            });
        }
        let subscriber = SubscriberId(self.0.last_subscriber.fetch_add(1, Ordering::Relaxed) + 1);
        let live = Live {
            reader: interest.into(),
            connection: None,
            since: now,
        };
        taken.insert(subscriber, live);
        self.0.all.fetch_add(1, Ordering::Relaxed);
        Ok(Place {
            subscriber,
            tenant: tenant.clone(),
            places: self.clone(),
        })
    }

    /// The subscriptions that are not gone, by tenant, in the order in which they were asked for.
    pub(crate) fn live(&self) -> BTreeMap<TenantName, Vec<Live>> {
        let tenants = self.0.taken.iter();
        tenants
            .map(|taken| (taken.key().clone(), taken.values().cloned().collect()))
            .collect()
    }
}

impl Place {
    /// What the instants are counted from at which alarms ring, the same for all places.
    pub(super) fn first_alarm(&self) -> Instant {
        self.places.0.first_alarm
    }

    pub(crate) fn subscriber(&self) -> SubscriberId {
        self.subscriber
    }

    /// Takes note of the number that its stream got.
    pub(crate) fn attached(&self, connection: ConnectionId) {
        if let Some(mut taken) = self.places.0.taken.get_mut(&self.tenant)
            && let Some(live) = taken.get_mut(&self.subscriber)
        {
            live.connection = Some(connection);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let inner = &self.places.0;
        inner.all.fetch_sub(1, Ordering::Relaxed);
        if let Some(mut taken) = inner.taken.get_mut(&self.tenant) {
            taken.remove(&self.subscriber);
        }
        inner
            .taken
            .remove_if(&self.tenant, |_, taken| taken.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::ViewFilter;

    fn places(per_tenant: u32) -> Places {
        let limits = ServerLimits {
            streams_per_tenant: per_tenant,
            ..ServerLimits::default()
        };
        Places::new(&limits, Budgets::new(&limits))
    }

    fn view() -> Interest {
        Interest::View(ViewFilter::default())
    }

    #[test]
    fn a_place_that_is_given_back_can_be_taken_again() {
        let places = places(1);
        let (bank, shop) = ("bank".into(), "shop".into());
        let pbx = Interest::Adapter {
            adapter: "pbx".into(),
            incarnation: "1".into(),
        };
        let first = places.take(&bank, &pbx, 0).unwrap();
        let refused = places.take(&bank, &view(), 0).unwrap_err();
        assert_eq!(
            refused,
            CallError::LimitReached {
                what: "server.limits.streams_per_tenant",
                limit: 1
            }
        );
        let other = places.take(&shop, &view(), 0).unwrap();
        assert_ne!(first.subscriber(), other.subscriber());
        drop(first);
        assert!(places.take(&bank, &view(), 0).is_ok());
    }

    #[test]
    fn who_is_live_is_known_by_name_until_they_are_gone() {
        let places = places(9);
        let bank = TenantName::from("bank");
        let nora = Interest::Agent {
            agent: "nora".into(),
            session: SessionId(7),
        };
        let (nora, view) = (
            places.take(&bank, &nora, 1_000).unwrap(),
            places.take(&bank, &view(), 2_000).unwrap(),
        );
        nora.attached(ConnectionId(8));
        let live = |reader, connection, since| Live {
            reader,
            connection,
            since,
        };
        let agent = LiveReader::Agent("nora".into(), SessionId(7));
        let seen = live(agent, Some(ConnectionId(8)), 1_000);
        let looks = live(LiveReader::View, None, 2_000);
        assert_eq!(places.live()[&bank], [seen, looks.clone()]);
        drop(nora);
        assert_eq!(places.live()[&bank], [looks]);
        drop(view);
        assert_eq!(places.live(), BTreeMap::new());
    }
}
