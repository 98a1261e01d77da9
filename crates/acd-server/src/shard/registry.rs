//! Which tenants there are, for the network side: who asks for another one is refused before a shard hears of it, so
//! that wrong names cannot fill a mailbox.

#![allow(
    clippy::disallowed_types,
    reason = "this module wraps the map; every answer is a copy, so no guard leaves it"
)]

use std::sync::Arc;

use acd_core::ids::TenantName;
use dashmap::DashMap;

/// The tenants of all shards. Clones share them. Only shards write, each when a batch is durable.
#[derive(Clone, Debug, Default)]
pub(crate) struct Registry(Arc<DashMap<TenantName, Life>>);

/// Whether a tenant exists for callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// It does.
    Alive,
    /// It was deleted; its log says so to whoever asks.
    Deleted,
}

impl Registry {
    /// Takes note of a tenant that was created, deleted or created again.
    pub(crate) fn note(&self, tenant: &TenantName, life: Life) {
        if self.life(tenant) != Some(life) {
            self.0.insert(tenant.clone(), life);
        }
    }

    /// What is known of a tenant; none: there never was one of this name.
    pub(crate) fn life(&self, tenant: &TenantName) -> Option<Life> {
        self.0.get(tenant).map(|life| *life)
    }

    /// The tenants that are alive, by name.
    pub(crate) fn alive(&self) -> Vec<TenantName> {
        let alive = self
            .0
            .iter()
            .filter(|tenant| *tenant.value() == Life::Alive);
        let mut names: Vec<TenantName> = alive.map(|tenant| tenant.key().clone()).collect();
        names.sort();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deleted_tenant_is_known_and_not_alive() {
        let registry = Registry::default();
        let (bank, shop) = ("bank".into(), "shop".into());
        registry.note(&shop, Life::Alive);
        registry.note(&bank, Life::Alive);
        assert_eq!(registry.alive(), [bank.clone(), shop.clone()]);
        registry.note(&bank, Life::Deleted);
        assert_eq!(registry.alive(), [shop]);
        assert_eq!(registry.life(&bank), Some(Life::Deleted));
        assert_eq!(registry.life(&"other".into()), None);
    }
}
