//! [`Retention`]: what the readers of a log still need of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How far those who follow a log have come, so that nothing is truncated that one of them has still to read. Clones
/// share it.
#[derive(Debug, Clone, Default)]
pub struct Retention(Arc<Mutex<Holds>>);

#[derive(Debug, Default)]
struct Holds {
    /// By number: the last event of each tenant that this one needs no more.
    read: BTreeMap<u64, BTreeMap<Arc<str>, u64>>,
    last_number: u64,
}

/// The hold of one who follows a log. As long as it is there, what they have not read is kept.
#[derive(Debug)]
pub struct Hold {
    number: u64,
    retention: Retention,
}

impl Retention {
    /// The hold of somebody who has read nothing yet.
    pub fn hold(&self) -> Hold {
        let mut holds = self.lock();
        holds.last_number += 1;
        let number = holds.last_number;
        holds.read.insert(number, BTreeMap::new());
        drop(holds);
        Hold {
            number,
            retention: self.clone(),
        }
    }

    /// The last event of a tenant that everybody with a hold has read; `None` if nobody has one.
    pub fn read_by_all(&self, tenant: &str) -> Option<u64> {
        let holds = self.lock();
        let read = holds.read.values();
        read.map(|read| read.get(tenant).copied().unwrap_or(0))
            .min()
    }

    fn lock(&self) -> MutexGuard<'_, Holds> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hold {
    /// Takes note that the tenant's events up to this one are needed no more.
    pub fn has_read(&self, tenant: &str, seq: u64) {
        let mut holds = self.retention.lock();
        let Some(read) = holds.read.get_mut(&self.number) else {
            return;
        };
        match read.get_mut(tenant) {
            Some(known) => *known = seq,
            None => _ = read.insert(tenant.into(), seq),
        }
    }

    /// Takes note that a tenant was deleted. One created later under its name begins anew.
    pub fn forget(&self, tenant: &str) {
        if let Some(read) = self.retention.lock().read.get_mut(&self.number) {
            read.remove(tenant);
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.retention.lock().read.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_slowest_has_not_read_is_kept_for_as_long_as_it_follows() {
        let retention = Retention::default();
        assert_eq!(retention.read_by_all("bank"), None);
        let (fast, slow) = (retention.hold(), retention.hold());
        fast.has_read("bank", 90);
        assert_eq!(retention.read_by_all("bank"), Some(0));
        slow.has_read("bank", 40);
        assert_eq!(retention.read_by_all("bank"), Some(40));
        assert_eq!(retention.read_by_all("shop"), Some(0));
        drop(slow);
        assert_eq!(retention.read_by_all("bank"), Some(90));
        fast.forget("bank");
        assert_eq!(retention.read_by_all("bank"), Some(0));
    }
}
