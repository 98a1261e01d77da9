//! [`Retention`]: what the readers of a log still need of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How far those who follow a log have come, so that nothing is truncated that one of them has still to read. Clones
/// share it.
#[derive(Debug, Clone, Default)]
pub struct Retention(Arc<Mutex<Followers>>);

#[derive(Debug, Default)]
struct Followers {
    /// By number: the last event of each tenant that the follower needs no more.
    read: BTreeMap<u64, BTreeMap<Arc<str>, u64>>,
    last_number: u64,
}

/// One who follows a log. As long as it is there, what it has not read is kept.
#[derive(Debug)]
pub struct Follower {
    number: u64,
    retention: Retention,
}

impl Retention {
    /// Registers somebody who has read nothing yet.
    pub fn follow(&self) -> Follower {
        let mut followers = self.lock();
        followers.last_number += 1;
        let number = followers.last_number;
        followers.read.insert(number, BTreeMap::new());
        drop(followers);
        Follower {
            number,
            retention: self.clone(),
        }
    }

    /// The last event of a tenant that every follower has read; `None` if there is nobody who follows.
    pub fn read_by_all(&self, tenant: &str) -> Option<u64> {
        let followers = self.lock();
        let read = followers.read.values();
        read.map(|read| read.get(tenant).copied().unwrap_or(0))
            .min()
    }

    fn lock(&self) -> MutexGuard<'_, Followers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Follower {
    /// Takes note that the tenant's events up to this one are needed no more.
    pub fn has_read(&self, tenant: &Arc<str>, seq: u64) {
        if let Some(read) = self.retention.lock().read.get_mut(&self.number) {
            read.insert(tenant.clone(), seq);
        }
    }

    /// Takes note that a tenant was deleted. One created later under its name begins anew.
    pub fn forget(&self, tenant: &str) {
        if let Some(read) = self.retention.lock().read.get_mut(&self.number) {
            read.remove(tenant);
        }
    }
}

impl Drop for Follower {
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
        let bank: Arc<str> = "bank".into();
        assert_eq!(retention.read_by_all("bank"), None);
        let (fast, slow) = (retention.follow(), retention.follow());
        fast.has_read(&bank, 90);
        assert_eq!(retention.read_by_all("bank"), Some(0));
        slow.has_read(&bank, 40);
        assert_eq!(retention.read_by_all("bank"), Some(40));
        assert_eq!(retention.read_by_all("shop"), Some(0));
        drop(slow);
        assert_eq!(retention.read_by_all("bank"), Some(90));
        fast.forget("bank");
        assert_eq!(retention.read_by_all("bank"), Some(0));
    }
}
