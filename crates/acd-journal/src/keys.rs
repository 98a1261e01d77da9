//! Keys for personal values: one for each contact, which can be destroyed for ever.
//!
//! No list of keys is kept. The keys of a tenant are the leaves of a binary tree over all contact numbers, and a node of
//! the tree is a seed from which those of both nodes below it follow, and never the other way round (Goldreich,
//! Goldwasser, Micali 1986). What is kept is a [`Ring`]: the seeds of nodes that stand side by side; at first that of the
//! root alone. To destroy a key, the seed above it is replaced by those of the branches that lead away from it (Boneh,
//! Waters 2013; Boyle, Goldwasser, Ivan 2014): whoever has the ring then can tell every other key, and not this one.
//!
//! [`Keys`] is the ring of each tenant of a journal and the file that holds them; [`seal`] is what is done with keys.

mod file;
mod ring;
mod seal;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use file::KeysError;
use ring::{Branch, Ring};
pub(crate) use seal::{Place, Sealer};

use crate::log::JournalId;
use crate::volume::{SystemVolume, Volume, beside};

/// The file of keys beside a database file.
pub(crate) fn path(database: &Path) -> PathBuf {
    beside(database, "-keys")
}

/// The keys of all tenants of one journal. What changes is on the disk before a call returns.
#[derive(Debug)]
pub(crate) struct Keys {
    /// None: they last as long as this.
    file: Option<KeyFile>,
    rings: Mutex<BTreeMap<i64, Ring>>,
    /// Rises when a key is destroyed: what was derived before is not used any more.
    generation: AtomicU64,
}

/// Where keys are kept.
#[derive(Debug)]
struct KeyFile {
    volume: Arc<dyn Volume>,
    path: PathBuf,
    journal: JournalId,
}

impl Keys {
    /// Keys that are kept nowhere else than in memory.
    pub(crate) fn in_memory() -> Self {
        Self {
            file: None,
            rings: Mutex::default(),
            generation: AtomicU64::new(0),
        }
    }

    /// No keys yet; nothing is written.
    pub(crate) fn empty(volume: &Arc<dyn Volume>, database: &Path, journal: JournalId) -> Self {
        Self::of(volume, database, journal, BTreeMap::new())
    }

    fn of(
        volume: &Arc<dyn Volume>,
        database: &Path,
        journal: JournalId,
        rings: BTreeMap<i64, Ring>,
    ) -> Self {
        let file = KeyFile {
            volume: volume.clone(),
            path: path(database),
            journal,
        };
        Self {
            file: Some(file),
            rings: Mutex::new(rings),
            generation: AtomicU64::new(0),
        }
    }

    /// The keys of a journal, as its file has them.
    ///
    /// # Errors
    /// [`KeysError`].
    pub(crate) fn read(
        volume: &Arc<dyn Volume>,
        database: &Path,
        journal: JournalId,
    ) -> Result<Self, KeysError> {
        let rings = file::read(&**volume, &path(database), journal)?;
        Ok(Self::of(volume, database, journal, rings))
    }

    /// Makes sure that a tenant has keys for all contacts after this sequence, on the disk. Where it has some already
    /// nothing is done.
    ///
    /// # Errors
    /// [`KeysError`]; then nothing has changed.
    pub(crate) fn grant(&self, tenant: i64, after_seq: u64) -> Result<(), KeysError> {
        let mut rings = self.rings();
        if rings.contains_key(&tenant) {
            return Ok(());
        }
        let volume: &dyn Volume = match &self.file {
            Some(kept) => &*kept.volume,
            None => &SystemVolume,
        };
        let mut ring = Ring::draw(volume).map_err(KeysError::Random)?;
        if after_seq > 0 {
            ring.destroy_through(after_seq, &[]);
        }
        let mut changed = rings.clone();
        changed.insert(tenant, ring);
        self.replace(&mut rings, changed)
    }

    /// Destroys the keys of these contacts, on the disk as well: nobody can read what was sealed with them any more.
    ///
    /// # Errors
    /// [`KeysError`]; then nothing has changed.
    pub(crate) fn destroy(&self, tenant: i64, contacts: &[u64]) -> Result<(), KeysError> {
        self.change(tenant, |ring| {
            for contact in contacts {
                ring.destroy(*contact);
            }
        })
    }

    /// The same for all contacts up to this one, but some.
    ///
    /// # Errors
    /// [`KeysError`]; then nothing has changed.
    pub(crate) fn destroy_through(
        &self,
        tenant: i64,
        contact: u64,
        kept: &[u64],
    ) -> Result<(), KeysError> {
        self.change(tenant, |ring| ring.destroy_through(contact, kept))
    }

    fn change(&self, tenant: i64, change: impl FnOnce(&mut Ring)) -> Result<(), KeysError> {
        let mut rings = self.rings();
        let Some(ring) = rings.get(&tenant) else {
            return Ok(());
        };
        let mut new = ring.clone();
        change(&mut new);
        if new == *ring {
            return Ok(());
        }
        let mut changed = rings.clone();
        changed.insert(tenant, new);
        self.replace(&mut rings, changed)
    }

    /// Destroys all keys of a tenant.
    ///
    /// # Errors
    /// [`KeysError`]; then nothing has changed.
    pub(crate) fn destroy_all(&self, tenant: i64) -> Result<(), KeysError> {
        let mut rings = self.rings();
        let mut changed = rings.clone();
        match changed.remove(&tenant) {
            Some(_) => self.replace(&mut rings, changed),
            None => Ok(()),
        }
    }

    fn replace(
        &self,
        rings: &mut BTreeMap<i64, Ring>,
        changed: BTreeMap<i64, Ring>,
    ) -> Result<(), KeysError> {
        if let Some(kept) = &self.file {
            file::write(&*kept.volume, &kept.path, kept.journal, &changed)?;
        }
        *rings = changed;
        self.generation.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    /// The branch of a tenant's tree that leads to the key of a contact; none if the key was destroyed, or never was.
    fn branch(&self, tenant: i64, contact: u64) -> Option<Branch> {
        self.rings().get(&tenant)?.branch(contact)
    }

    fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    fn rings(&self) -> MutexGuard<'_, BTreeMap<i64, Ring>> {
        self.rings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
