//! How long streams may last: as long as the caller has shown a token that is valid.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use acd_core::ids::TimeMs;
use tokio::sync::watch;
use tokio::time::timeout;

use super::identity::{Identity, Rights};
use acd_shard::clock::Clock;

/// The longest wait in one piece: the wall clock may be set meanwhile.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// Until when the tokens are valid that the callers of open streams have shown. Clones share it.
#[derive(Clone, Debug)]
pub struct Lifetimes {
    known: Arc<Mutex<HashMap<Rights, watch::Sender<TimeMs>>>>,
    clock: Clock,
}

/// The life of one stream.
#[derive(Debug)]
pub struct Lifetime(Option<Ending>);

#[derive(Debug)]
struct Ending {
    /// Wall clock, milliseconds.
    expires_at: watch::Receiver<TimeMs>,
    rights: Rights,
    lifetimes: Lifetimes,
}

impl Lifetimes {
    /// Nobody has shown a token yet. Tokens expire by the wall clock that this one knows.
    pub fn new(clock: Clock) -> Self {
        Self {
            known: Arc::default(),
            clock,
        }
    }

    /// The life of a stream of this caller. It ends when the token does, unless one with the same rights is shown in
    /// time.
    pub fn begin(&self, identity: &Identity) -> Lifetime {
        let Some(expires_at) = identity.expires_at else {
            return Lifetime(None);
        };
        let rights = identity.rights();
        let mut known = self.known();
        let sender = known
            .entry(rights.clone())
            .or_insert_with(|| watch::Sender::new(expires_at));
        extend(sender, expires_at);
        let receiver = sender.subscribe();
        Lifetime(Some(Ending {
            expires_at: receiver,
            rights,
            lifetimes: self.clone(),
        }))
    }

    /// Lets the streams of a caller with exactly these rights last as long as this token; says how many there are.
    pub fn renew(&self, identity: &Identity) -> usize {
        let known = self.known();
        let (Some(sender), Some(expires_at)) = (known.get(&identity.rights()), identity.expires_at)
        else {
            return 0;
        };
        extend(sender, expires_at);
        sender.receiver_count()
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Rights, watch::Sender<TimeMs>>> {
        // Nothing in here can fail half-way.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An older token does not shorten what a newer one has given.
fn extend(sender: &watch::Sender<TimeMs>, expires_at: TimeMs) {
    sender.send_if_modified(|until| {
        let is_later = expires_at > *until;
        *until = (*until).max(expires_at);
        is_later
    });
}

impl Lifetime {
    /// That of a stream of a caller without a token.
    #[cfg(test)]
    pub(crate) fn endless() -> Self {
        Self(None)
    }

    /// Completes as [`Lifetime::over`] does; none: never.
    pub fn into_end(mut self) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        let ends = self.0.is_some();
        ends.then(|| Box::pin(async move { self.over().await }) as _)
    }

    /// Completes when the token has expired and no other was shown.
    pub async fn over(&mut self) {
        let Some(ending) = &mut self.0 else {
            return std::future::pending().await;
        };
        loop {
            let now = ending.lifetimes.clock.wall_ms();
            let left = *ending.expires_at.borrow_and_update() - now;
            let Some(left) = u64::try_from(left).ok().filter(|left| *left > 0) else {
                return;
            };
            let nap = Duration::from_millis(left).min(LOOK_AGAIN);
            // Whichever comes first only makes the loop look again.
            let _ = timeout(nap, ending.expires_at.changed()).await;
        }
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        let mut known = self.lifetimes.known();
        let is_last = known
            .get(&self.rights)
            .is_some_and(|sender| sender.receiver_count() <= 1);
        if is_last {
            known.remove(&self.rights);
        }
    }
}

#[cfg(test)]
mod tests {
    use acd_shard::clock::ManualTime;

    use super::*;

    const NOW: TimeMs = 1_000_000;

    fn lifetimes() -> (Lifetimes, Arc<ManualTime>) {
        let time = Arc::new(ManualTime::new(NOW));
        (Lifetimes::new(Clock::start(time.clone(), None)), time)
    }

    fn anna(expires_in_ms: TimeMs) -> Identity {
        Identity {
            subject: "anna".into(),
            expires_at: Some(NOW + expires_in_ms),
            ..(*Identity::local()).clone()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_ends_with_the_token_unless_one_with_the_same_rights_is_shown() {
        let (lifetimes, time) = lifetimes();
        let mut ending = lifetimes.begin(&anna(-1));
        ending.over().await;
        let (mut short, mut renewed) = (anna(50), anna(50));
        short.subject = "bert".into();
        renewed.subject = "carl".into();
        let (mut short, mut long) = (lifetimes.begin(&short), lifetimes.begin(&renewed));
        renewed.expires_at = anna(3_600_000).expires_at;
        assert_eq!(lifetimes.renew(&renewed), 1);
        time.advance(Duration::from_millis(50));
        tokio::select! {
            () = short.over() => {}
            () = long.over() => panic!("it was renewed"),
        }
        let other_rights = Identity {
            agent: Some("carl".into()),
            ..renewed
        };
        assert_eq!(lifetimes.renew(&other_rights), 0);
    }

    #[test]
    fn an_older_token_shortens_nothing() {
        let (lifetimes, _time) = lifetimes();
        let _stream = lifetimes.begin(&anna(3_600_000));
        lifetimes.renew(&anna(1_000));
        let until = *lifetimes.known()[&anna(0).rights()].borrow();
        assert_eq!(until, NOW + 3_600_000);
    }

    #[test]
    fn nothing_is_remembered_of_callers_without_a_stream() {
        let (lifetimes, _time) = lifetimes();
        let (first, second) = (lifetimes.begin(&anna(1_000)), lifetimes.begin(&anna(1_000)));
        drop(first);
        assert_eq!(lifetimes.known().len(), 1);
        drop(second);
        assert!(lifetimes.known().is_empty());
        assert_eq!(lifetimes.renew(&anna(1_000)), 0);
    }
}
