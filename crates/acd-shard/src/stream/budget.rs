//! How many bytes may wait for readers, in one tenant and in the whole server.
//!
//! What waits is counted as it is sent. It is charged when it is put into an outbox and given back when the transport
//! has written it to the connection: until then a reader who takes nothing holds it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use acd_config::ServerLimits;
use acd_core::ids::TenantName;

/// The budgets of all tenants. Clones share them.
#[derive(Clone, Debug)]
pub struct Budgets {
    server: Arc<Pot>,
    per_tenant: usize,
    /// Those of tenants that have streams, or had some since somebody looked.
    tenants: Arc<Mutex<HashMap<TenantName, Weak<Pot>>>>,
}

/// What a tenant's streams may hold.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    tenant: Arc<Pot>,
    server: Arc<Pot>,
}

/// Bytes that are held until this is dropped.
#[derive(Debug)]
pub struct Charge {
    budget: Budget,
    bytes: usize,
}

#[derive(Debug)]
struct Pot {
    used: AtomicUsize,
    max: usize,
}

/// A budget that is used up, as its configuration key, and how much it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UsedUp {
    pub(crate) what: &'static str,
    pub(crate) limit: usize,
}

impl Budgets {
    /// As the limits say; nothing is used.
    pub fn new(limits: &ServerLimits) -> Self {
        Self {
            server: Pot::new(limits.stream_bytes as usize),
            per_tenant: limits.stream_bytes_per_tenant as usize,
            tenants: Arc::default(),
        }
    }

    /// The budget of one tenant.
    pub(crate) fn of(&self, tenant: &TenantName) -> Budget {
        let mut tenants = self.tenants();
        let known = tenants.get(tenant).and_then(Weak::upgrade);
        let pot = known.unwrap_or_else(|| {
            let pot = Pot::new(self.per_tenant);
            tenants.insert(tenant.clone(), Arc::downgrade(&pot));
            pot
        });
        Budget {
            tenant: pot,
            server: self.server.clone(),
        }
    }

    /// How many bytes wait for the readers of all tenants.
    pub fn used(&self) -> usize {
        self.server.used()
    }

    /// How many bytes wait for the readers of one tenant.
    pub fn used_by(&self, tenant: &TenantName) -> usize {
        let pot = self.tenants().get(tenant).and_then(Weak::upgrade);
        pot.map_or(0, |pot| pot.used())
    }

    fn tenants(&self) -> MutexGuard<'_, HashMap<TenantName, Weak<Pot>>> {
        // Nothing in here can fail half-way.
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Budget {
    /// Counts so many bytes, whether or not there are as many left: whoever has read all before gets what is new.
    pub(crate) fn charge(&self, bytes: usize) -> Charge {
        for pot in [&self.tenant, &self.server] {
            pot.used.fetch_add(bytes, Ordering::Relaxed);
        }
        Charge {
            budget: self.clone(),
            bytes,
        }
    }

    /// Which budget is used up, if one is.
    pub(crate) fn used_up(&self) -> Option<UsedUp> {
        let pots = [
            ("server.limits.stream_bytes_per_tenant", &self.tenant),
            ("server.limits.stream_bytes", &self.server),
        ];
        pots.into_iter()
            .find(|(_, pot)| pot.used() >= pot.max)
            .map(|(what, pot)| UsedUp {
                what,
                limit: pot.max,
            })
    }
}

impl Charge {
    /// How much it is.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

/// What is copied is held twice.
impl Clone for Charge {
    fn clone(&self) -> Self {
        self.budget.charge(self.bytes)
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        for pot in [&self.budget.tenant, &self.budget.server] {
            pot.used.fetch_sub(self.bytes, Ordering::Relaxed);
        }
    }
}

impl Pot {
    fn new(max: usize) -> Arc<Self> {
        Arc::new(Self {
            used: AtomicUsize::new(0),
            max,
        })
    }

    fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_counts_for_the_tenant_and_the_server_until_it_is_given_back() {
        let budgets = Budgets::new(&ServerLimits {
            stream_bytes: 100,
            stream_bytes_per_tenant: 60,
            ..ServerLimits::default()
        });
        let (bank, shop) = (budgets.of(&"bank".into()), budgets.of(&"shop".into()));
        let first = bank.charge(60);
        assert_eq!(
            bank.used_up().map(|it| it.what),
            Some("server.limits.stream_bytes_per_tenant")
        );
        assert_eq!(shop.used_up(), None, "another tenant has its own");
        let second = shop.charge(40);
        assert_eq!(
            shop.used_up().map(|it| it.what),
            Some("server.limits.stream_bytes")
        );
        assert_eq!(
            (
                budgets.used(),
                budgets.used_by(&"bank".into()),
                budgets.used_by(&"none".into())
            ),
            (100, 60, 0)
        );
        drop((first, second));
        assert_eq!(
            (budgets.used(), bank.used_up(), shop.used_up()),
            (0, None, None)
        );
    }
}
