//! One tenant as its shard decides for it: the engine, and what is due when.

use acd_core::Engine;
use acd_core::ids::{TenantName, TimeMs};

/// A tenant.
#[derive(Debug)]
pub(crate) struct Tenant {
    pub(crate) engine: Engine,
    /// Which life of its name it leads. None until it was first asked of the log.
    pub(crate) life: Option<u64>,
    /// Under which time it stands among the due ones.
    pub(crate) scheduled_at: Option<TimeMs>,
    /// When its civil times are to be resolved again.
    pub(crate) civil_due_at: TimeMs,
}

impl Tenant {
    pub(crate) fn new(engine: Engine) -> Self {
        Self {
            engine,
            life: None,
            scheduled_at: None,
            civil_due_at: 0,
        }
    }

    pub(crate) fn name(&self) -> &TenantName {
        self.engine.tenant()
    }

    /// Whether a configuration was ever applied: a tenant is created by its first one.
    pub(crate) fn is_created(&self) -> bool {
        self.engine.state().facts().config_version > 0
    }

    /// Whether it exists for callers.
    pub(crate) fn is_alive(&self) -> bool {
        self.is_created() && !self.engine.state().facts().deleted
    }

    /// Whether it was deleted, and not created again.
    pub(crate) fn is_deleted(&self) -> bool {
        self.is_created() && !self.is_alive()
    }

    /// When time itself is the next input.
    pub(crate) fn due_at(&self) -> Option<TimeMs> {
        let civil = self.is_alive().then_some(self.civil_due_at);
        let due = [self.engine.next_deadline(), civil];
        due.into_iter().flatten().min()
    }

    /// Whether its civil times are to be resolved again.
    pub(crate) fn civil_is_due(&self, now: TimeMs) -> bool {
        self.is_alive() && self.civil_due_at <= now
    }
}
