//! Which tenants there are, for the network side: who asks for another one is refused before a shard hears of it, so
//! that wrong names cannot fill a mailbox.

#![allow(
    clippy::disallowed_types,
    reason = "this module wraps the map; every answer is a copy, so no guard leaves it"
)]

use std::sync::Arc;

use acd_core::ids::TenantName;
use dashmap::DashMap;

/// The tenants of all shards, each with the number of its life. Clones share them. Only shards write, each when a batch is
/// durable.
#[derive(Clone, Debug, Default)]
pub(crate) struct Registry(Arc<DashMap<TenantName, u64>>);

impl Registry {
    /// Takes note of a tenant that was created.
    pub(crate) fn note(&self, tenant: &TenantName, life: u64) {
        if self.life(tenant) != Some(life) {
            self.0.insert(tenant.clone(), life);
        }
    }

    /// Takes note of a tenant that was deleted.
    pub(crate) fn forget(&self, tenant: &TenantName) {
        self.0.remove(tenant);
    }

    /// Which life of its name a tenant leads; none: there is no tenant of this name.
    pub(crate) fn life(&self, tenant: &TenantName) -> Option<u64> {
        self.0.get(tenant).map(|life| *life)
    }

    /// The tenants, by name.
    pub(crate) fn names(&self) -> Vec<TenantName> {
        let mut names: Vec<TenantName> = self.0.iter().map(|tenant| tenant.key().clone()).collect();
        names.sort();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deleted_tenant_is_not_known_until_its_name_lives_again() {
        let registry = Registry::default();
        let (bank, shop) = ("bank".into(), "shop".into());
        registry.note(&shop, 2);
        registry.note(&bank, 1);
        assert_eq!(registry.names(), [bank.clone(), shop.clone()]);
        registry.forget(&bank);
        assert_eq!(registry.names(), [shop]);
        assert_eq!(registry.life(&bank), None);
        registry.note(&bank, 3);
        assert_eq!(registry.life(&bank), Some(3));
    }
}
