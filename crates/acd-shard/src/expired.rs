//! Personal data that is forgotten by age: once the event is durable it is noted here, and the compactor destroys the keys.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use acd_core::event::{Event, PersonalExpired, Recorded};
use acd_core::ids::TenantName;
use acd_journal::{LogError, LogKeeper};

/// The contacts of a tenant whose personal data is forgotten by age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expired {
    through: u64,
    kept: Vec<u64>,
}

impl Expired {
    pub(crate) fn of(event: &PersonalExpired) -> Self {
        Self {
            through: event.through.0,
            kept: event.kept.iter().map(|contact| contact.0).collect(),
        }
    }

    /// Destroys their keys.
    ///
    /// # Errors
    /// [`LogError`]; then ask again.
    pub(crate) fn destroy_keys(
        &self,
        log: &mut dyn LogKeeper,
        tenant: &str,
    ) -> Result<(), LogError> {
        log.erase_through(tenant, self.through, &self.kept)
    }
}

/// What was forgotten last by tenant, each in which of its lives, while the keys are still there. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expirations(Arc<Mutex<BTreeMap<TenantName, (u64, Expired)>>>);

impl Expirations {
    /// Takes note of events that are durable. What came last says all that came before it said.
    pub(crate) fn note(&self, tenant: &TenantName, life: u64, events: &[Recorded]) {
        let expired = events
            .iter()
            .rev()
            .find_map(|recorded| match &recorded.event {
                Event::PersonalExpired(event) => Some(Expired::of(event)),
                _ => None,
            });
        if let Some(expired) = expired {
            self.lock().insert(tenant.clone(), (life, expired));
        }
    }

    /// Destroys the keys of one tenant; false if all are destroyed. What fails is left.
    ///
    /// # Errors
    /// [`LogError`]; then ask again.
    pub(crate) fn destroy_some(&self, log: &mut dyn LogKeeper) -> Result<bool, LogError> {
        let first = self
            .lock()
            .first_key_value()
            .map(|(tenant, it)| (tenant.clone(), it.clone()));
        let Some((tenant, noted)) = first else {
            return Ok(false);
        };
        let (life, expired) = &noted;
        // The keys of one that was deleted are gone with it, and another one of its name has its own.
        if log
            .standing(tenant.as_str())
            .is_some_and(|stands| stands.life == *life)
        {
            expired.destroy_keys(log, tenant.as_str())?;
        }
        let mut left = self.lock();
        if left.get(&tenant) == Some(&noted) {
            left.remove(&tenant);
        }
        Ok(true)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<TenantName, (u64, Expired)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
