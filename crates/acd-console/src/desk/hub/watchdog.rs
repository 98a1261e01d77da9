//! Whether the tab that rings is there: it says that it has painted each offer, and gives a sign of life each minute.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;

/// How long a tab is waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// For the receipt of an offer.
    pub(crate) receipt: Duration,
    /// For the tab to come back: a reload keeps an offer.
    pub(crate) reload: Duration,
    /// For a sign of life: two are missed.
    pub(crate) silence: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            receipt: Duration::from_secs(3),
            reload: Duration::from_secs(5),
            silence: Duration::from_secs(130),
        }
    }
}

/// Why nobody is thought to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// An offer was not painted in time.
    NotPainted,
    /// The tab gives no sign of life.
    Silent,
    /// No tab is open.
    Gone,
}

/// Whether the tab that rings is there.
#[derive(Debug)]
pub(crate) struct Watchdog {
    patience: Patience,
    /// The last sign of life of the tab that rings; none: there is no such tab since the other instant.
    tab: Result<Instant, Instant>,
    /// Offers that ring: when the receipt is due, none if it is there.
    offers: BTreeMap<u64, Option<Instant>>,
}

impl Watchdog {
    /// No tab is there yet.
    pub(crate) fn new(patience: Patience, now: Instant) -> Self {
        Self {
            patience,
            tab: Err(now),
            offers: BTreeMap::new(),
        }
    }

    /// A tab is there and rings from now on. What it has not painted it must paint anew.
    pub(crate) fn attached(&mut self, now: Instant) {
        self.tab = Ok(now);
        for due in self.offers.values_mut() {
            *due = Some(now + self.patience.receipt);
        }
    }

    /// No tab is there any more.
    pub(crate) fn detached(&mut self, now: Instant) {
        self.tab = Err(now);
    }

    /// The tab is alive.
    pub(crate) fn sign(&mut self, now: Instant) {
        if self.tab.is_ok() {
            self.tab = Ok(now);
        }
    }

    /// The last sign of life.
    pub(crate) fn last_sign(&self) -> Instant {
        self.tab.unwrap_or_else(|gone| gone)
    }

    /// These offers ring now.
    pub(crate) fn ring(&mut self, offers: impl Iterator<Item = u64>, now: Instant) {
        let due = now + self.patience.receipt;
        let known = std::mem::take(&mut self.offers);
        self.offers = offers
            .map(|offer| (offer, known.get(&offer).copied().unwrap_or(Some(due))))
            .collect();
    }

    /// The tab has painted the offer.
    pub(crate) fn painted(&mut self, offer: u64, now: Instant) {
        self.sign(now);
        if let Some(due) = self.offers.get_mut(&offer) {
            *due = None;
        }
    }

    /// When to look again.
    pub(crate) fn due(&self) -> Instant {
        self.verdicts()
            .map(|(at, _)| at)
            .min()
            .unwrap_or_else(|| self.last_sign() + self.patience.silence)
    }

    /// What is to be thought at this instant.
    pub(crate) fn verdict(&self, now: Instant) -> Option<Verdict> {
        let mut due: Vec<_> = self.verdicts().filter(|(at, _)| *at <= now).collect();
        due.sort_by_key(|(at, _)| *at);
        due.first().map(|(_, verdict)| *verdict)
    }

    fn verdicts(&self) -> impl Iterator<Item = (Instant, Verdict)> {
        let tab = match self.tab {
            Ok(sign) => (sign + self.patience.silence, Verdict::Silent),
            Err(gone) => (gone + self.patience.reload, Verdict::Gone),
        };
        // While no tab is there, it is waited for as a reload takes.
        let receipts = self.offers.values().filter(|_| self.tab.is_ok()).flatten();
        let unpainted = receipts.map(|due| (*due, Verdict::NotPainted));
        std::iter::once(tab).chain(unpainted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn watched() -> (Watchdog, Instant) {
        let now = Instant::now();
        let mut dog = Watchdog::new(Patience::default(), now);
        dog.attached(now);
        (dog, now)
    }

    #[test]
    fn an_offer_that_is_not_painted_within_three_seconds_was_not_seen() {
        let (mut dog, now) = watched();
        dog.ring([1, 2].into_iter(), now + seconds(10));
        dog.painted(1, now + seconds(11));
        assert_eq!(dog.due(), now + seconds(13));
        assert_eq!(dog.verdict(now + seconds(12)), None);
        assert_eq!(dog.verdict(now + seconds(13)), Some(Verdict::NotPainted));
        // What still rings keeps its receipt, and its time.
        dog.ring([1, 2].into_iter(), now + seconds(12));
        assert_eq!(dog.due(), now + seconds(13));
        dog.painted(2, now + seconds(12));
        assert_eq!(dog.verdict(now + seconds(13)), None);
    }

    #[test]
    fn a_reload_has_five_seconds_and_paints_the_offer_anew() {
        let (mut dog, now) = watched();
        dog.ring([1].into_iter(), now);
        dog.painted(1, now);
        dog.detached(now + seconds(1));
        assert_eq!(dog.verdict(now + seconds(5)), None);
        dog.attached(now + seconds(5));
        assert_eq!(dog.verdict(now + seconds(7)), None);
        assert_eq!(dog.verdict(now + seconds(8)), Some(Verdict::NotPainted));
        dog.painted(1, now + seconds(7));
        assert_eq!(dog.verdict(now + seconds(8)), None);
    }

    #[test]
    fn an_offer_made_during_a_reload_waits_for_the_page() {
        let (mut dog, now) = watched();
        dog.detached(now);
        dog.ring([1].into_iter(), now + seconds(1));
        assert_eq!(dog.verdict(now + seconds(4)), None);
        assert_eq!(dog.verdict(now + seconds(5)), Some(Verdict::Gone));
    }

    #[test]
    fn a_tab_that_misses_two_signs_of_life_sleeps() {
        let (mut dog, now) = watched();
        dog.sign(now + seconds(60));
        assert_eq!(dog.verdict(now + seconds(189)), None);
        assert_eq!(dog.verdict(now + seconds(190)), Some(Verdict::Silent));
    }
}
