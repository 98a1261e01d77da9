//! Tenants as the engine tells them, once for all pages that may see the same.
//!
//! A mirror is one watch of the engine. It is made when the first page asks for it, outlives the last one for a while, and
//! goes on over reconnects of the engine: pages then show what was known, and since when.

#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, Weak},
    time::Duration,
};

pub(crate) use acd_client::supervisor::{EngineTime, Level, Reasons, Standing, Stands, TenantView};
use acd_client::{Error, Supervisor, v1::ViewFilter};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, timeout, timeout_at},
};

use crate::texts::{Labels, Language};

/// Silence after which what is known is stale; the engine says something every five seconds.
const STALE_AFTER: Duration = Duration::from_secs(10);
/// How long a page waits for the first view.
const FIRST_VIEW: Duration = Duration::from_secs(5);
/// How long a mirror outlives its last page: a page that is loaded anew finds it.
const LINGER: Duration = Duration::from_secs(30);

/// What of a tenant is mirrored. Adapters always are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Shown {
    /// Queues.
    pub(crate) queues: bool,
    /// Agents.
    pub(crate) agents: bool,
    /// Open contacts.
    pub(crate) contacts: bool,
    /// What supervisors do.
    pub(crate) acts: bool,
    /// How queues have done of late and today.
    pub(crate) performance: bool,
}

impl Shown {
    fn includes(self, other: Self) -> bool {
        let fits = |ours: bool, asked: bool| ours || !asked;
        fits(self.queues, other.queues)
            && fits(self.agents, other.agents)
            && fits(self.contacts, other.contacts)
            && fits(self.acts, other.acts)
            && fits(self.performance, other.performance)
    }

    fn filter(self) -> ViewFilter {
        ViewFilter {
            queues: self.queues,
            agents: self.agents,
            contacts: self.contacts,
            acts: self.acts,
            performance: self.performance,
            ..ViewFilter::default()
        }
    }
}

/// Whose view it is: all who may see the same of a tenant share it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Rights {
    /// The tenant.
    pub(crate) tenant: String,
    /// What makes a difference to what the engine shows: the roles.
    pub(crate) roles: String,
}

/// What a mirror showed at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edition {
    /// The mirror; no other has its number.
    pub(crate) mirror: u64,
    /// Counts what changed.
    pub(crate) version: u64,
}

/// All mirrors of a console. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Mirrors(Arc<Mutex<Registry>>);

#[derive(Default)]
struct Registry {
    mirrors: HashMap<(Rights, Shown), Weak<Shared>>,
    /// How many have been made.
    made: u64,
    /// Each follows the engine for one mirror, and ends by itself.
    following: JoinSet<()>,
}

/// One mirror, as its pages share it.
struct Shared {
    number: u64,
    tenant: RwLock<TenantView>,
    /// Why nobody who looks has the right to any more.
    refused: Mutex<Option<Error>>,
    labels: Labels,
    /// Counts what changed.
    version: watch::Sender<u64>,
    /// The connections of those who look: if the rights of one are lost, another's serves.
    lenders: Mutex<Vec<Supervisor>>,
}

/// The most persons whose rights a mirror can fall back on.
const LENDERS_MAX: usize = 16;

/// A page's hold on a mirror.
#[derive(Clone)]
pub(crate) struct Mirror {
    shared: Arc<Shared>,
    seen: watch::Receiver<u64>,
}

impl Mirrors {
    /// The mirror of what these rights show, followed with this supervisor's connection if nobody follows it yet. Waits for
    /// the first view.
    ///
    /// # Errors
    /// What the engine says if it refuses; [`Error::Unreachable`] if it says nothing.
    pub(crate) async fn of(
        &self,
        rights: Rights,
        shown: Shown,
        supervisor: Supervisor,
    ) -> Result<Mirror, Error> {
        let shared = self.lock().shared(rights, shown, supervisor);
        let mut seen = shared.version.subscribe();
        let first = timeout(FIRST_VIEW, seen.wait_for(|version| *version > 0)).await;
        let first = first.map(|known| known.is_ok());
        if first != Ok(true) {
            return Err(shared.refused().unwrap_or_else(|| {
                Error::Unreachable("the engine has shown nothing yet".to_owned())
            }));
        }
        drop(first);
        // Its last word may be that nobody here may look: an empty table would say that nobody waits.
        if let Some(refused) = shared.refused() {
            return Err(refused);
        }
        Ok(Mirror { shared, seen })
    }

    fn lock(&self) -> MutexGuard<'_, Registry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Registry {
    fn shared(&mut self, rights: Rights, shown: Shown, supervisor: Supervisor) -> Arc<Shared> {
        while self.following.try_join_next().is_some() {}
        self.mirrors.retain(|_, mirror| mirror.strong_count() > 0);
        let fitting = self
            .mirrors
            .iter()
            .filter(|((of, what), _)| *of == rights && what.includes(shown));
        if let Some(mirror) = fitting.filter_map(|(_, mirror)| mirror.upgrade()).next()
            && mirror.refused().is_none()
        {
            mirror.lend(supervisor);
            return mirror;
        }
        self.made += 1;
        let mirror = Arc::new(Shared {
            number: self.made,
            tenant: RwLock::default(),
            refused: Mutex::default(),
            labels: Labels::default(),
            version: watch::Sender::new(0),
            lenders: Mutex::new(vec![supervisor]),
        });
        self.mirrors
            .insert((rights, shown), Arc::downgrade(&mirror));
        self.following.spawn(follow(mirror.clone(), shown));
        mirror
    }
}

impl Shared {
    fn read(&self) -> RwLockReadGuard<'_, TenantView> {
        self.tenant.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, change: impl FnOnce(&mut TenantView)) {
        change(&mut self.tenant.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn refusal(&self) -> MutexGuard<'_, Option<Error>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why nobody who looks has the right to any more.
    fn refused(&self) -> Option<Error> {
        self.refusal().clone()
    }

    fn lenders(&self) -> MutexGuard<'_, Vec<Supervisor>> {
        self.lenders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lend(&self, supervisor: Supervisor) {
        let mut lenders = self.lenders();
        // The newest last longest.
        if lenders.len() == LENDERS_MAX {
            lenders.remove(1);
        }
        lenders.push(supervisor);
    }

    fn changed(&self) {
        self.version.send_modify(|version| *version += 1);
    }
}

impl Mirror {
    /// Waits until something has changed since it was [`read`](Self::read) last; false: the mirror has ended, for nobody
    /// here has the right to it any more. May be dropped while it waits.
    pub(crate) async fn changed(&mut self) -> bool {
        self.seen.changed().await.is_ok() && self.shared.refused().is_none()
    }

    /// What is known by now or is newer, taken note of.
    pub(crate) fn edition(&mut self) -> Edition {
        Edition {
            mirror: self.shared.number,
            version: *self.seen.borrow_and_update(),
        }
    }

    /// What is known, taken note of.
    pub(crate) fn read<R>(&mut self, look: impl FnOnce(&TenantView) -> R) -> R {
        self.seen.mark_unchanged();
        self.peek(look)
    }

    /// What is known.
    pub(crate) fn peek<R>(&self, look: impl FnOnce(&TenantView) -> R) -> R {
        look(&self.shared.read())
    }

    /// What the tenant calls its things.
    pub(crate) fn labels(&self) -> Labels {
        self.shared.labels.clone()
    }

    /// Engine time now.
    pub(crate) fn at_ms(&self) -> i64 {
        self.peek(|tenant| tenant.time().now_ms())
    }

    /// Since when the engine has not been heard, in its time; none: it is.
    pub(crate) fn away_since_ms(&self) -> Option<i64> {
        self.peek(TenantView::away_since_ms)
    }
}

/// Follows the engine until nobody has looked for a while, or nobody who looks has the right to.
async fn follow(mirror: Arc<Shared>, shown: Shown) {
    loop {
        let Some(supervisor) = mirror.lenders().first().cloned() else {
            return mirror.changed();
        };
        let Err(error) = follow_with(&mirror, &supervisor, shown).await else {
            return;
        };
        tracing::debug!(%error, "the rights with which a tenant was mirrored are lost");
        mirror.lenders().remove(0);
        if mirror.lenders().is_empty() {
            *mirror.refusal() = Some(error);
        }
    }
}

/// Asks what things are called. Where the engine does not say they are called as they are named.
async fn label(mirror: &Shared, supervisor: &Supervisor) {
    for language in Language::ALL {
        match supervisor.get_labels(language.tag()).await {
            Ok(told) => mirror.labels.told(language, told),
            Err(error) => {
                tracing::warn!(%error, language = language.tag(), "labels could not be read")
            }
        }
    }
}

/// Follows the engine with one person's rights: an error is the loss of these. Without one nobody looks any more.
async fn follow_with(mirror: &Shared, supervisor: &Supervisor, shown: Shown) -> Result<(), Error> {
    let mut watch = supervisor.watch(shown.filter());
    let mut labelled = None;
    let mut heard = Instant::now();
    let mut looked = Instant::now();
    loop {
        if mirror.version.receiver_count() > 0 {
            looked = Instant::now();
        } else if looked.elapsed() > LINGER {
            return Ok(());
        }
        let Ok(step) = timeout_at(heard + STALE_AFTER, watch.next()).await else {
            heard = Instant::now();
            mirror.write(TenantView::silent);
            mirror.changed();
            continue;
        };
        let step = step?;
        heard = Instant::now();
        let mut is_news = false;
        mirror.write(|tenant| is_news = tenant.take(step));
        let version = mirror.read().config_version;
        if labelled.replace(version) != Some(version) {
            label(mirror, supervisor).await;
        }
        if is_news {
            mirror.changed();
        }
    }
}
