//! How much one holder may have of what all share: no more than is left.
//!
//! This has no figures to set. Who is alone gets half of it at most; of two who want all of it each gets a third; and
//! something is always left for whoever comes next. Source: A. K. Choudhury and E. L. Hahne, "Dynamic Queue Length
//! Thresholds for Shared-Memory Packet Switches", IEEE/ACM Transactions on Networking 6(2), 1998, where a holder may have
//! `factor` times what is left.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use acd_core::ids::CallerName;

/// Who holds something.
pub trait Holder: Clone + Eq + Hash {
    /// How many times what is left they may hold; 1: half of all when nobody else holds anything, 2: two thirds.
    fn factor(&self) -> usize {
        1
    }
}

impl Holder for CallerName {}

/// What is shared. Clones share it, too.
#[derive(Clone, Debug)]
pub struct Shares<H>(Arc<Shared<H>>);

#[derive(Debug)]
struct Shared<H> {
    max: usize,
    held: Mutex<Held<H>>,
}

#[derive(Debug)]
struct Held<H> {
    all: usize,
    /// Who holds nothing is left out.
    by_holder: HashMap<H, usize>,
}

/// What is held for these holders at once, such as a caller and their tenant, until it is dropped.
#[derive(Debug)]
pub struct Share<H: Holder, const N: usize> {
    shares: Shares<H>,
    holders: [H; N],
    amount: usize,
}

impl<H: Holder> Shares<H> {
    /// So much, all of it free.
    pub fn new(max: usize) -> Self {
        Self(Arc::new(Shared {
            max,
            held: Mutex::new(Held {
                all: 0,
                by_holder: HashMap::new(),
            }),
        }))
    }

    /// Nothing yet.
    pub fn share<const N: usize>(&self, holders: [H; N]) -> Share<H, N> {
        Share {
            shares: self.clone(),
            holders,
            amount: 0,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Held<H>> {
        // Nothing in here can fail half-way.
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<H: Holder, const N: usize> Share<H, N> {
    /// Holds so much instead of what it held.
    ///
    /// # Errors
    /// The first of its holders who would hold more than they may; it holds what it held. To hold less is no error.
    pub fn set(&mut self, amount: usize) -> Result<(), &H> {
        let mut held = self.shares.lock();
        let (before, max) = (self.amount, self.shares.0.max);
        let all = held.all - before + amount;
        let may_hold = |holder: &H| {
            let has = held.by_holder.get(holder).copied().unwrap_or_default();
            let left = max.saturating_sub(all);
            has - before + amount <= left.saturating_mul(holder.factor())
        };
        if amount > before
            && let Some(nth) = self.holders.iter().position(|holder| !may_hold(holder))
        {
            return Err(&self.holders[nth]);
        }
        held.all = all;
        for holder in &self.holders {
            let has = held.by_holder.entry(holder.clone()).or_default();
            *has = *has - before + amount;
            if *has == 0 {
                held.by_holder.remove(holder);
            }
        }
        self.amount = amount;
        Ok(())
    }

    /// How much it holds.
    pub fn amount(&self) -> usize {
        self.amount
    }
}

impl<H: Holder, const N: usize> Drop for Share<H, N> {
    fn drop(&mut self) {
        let nothing = self.set(0);
        debug_assert!(nothing.is_ok(), "less is always given");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    enum Of {
        Tenant,
        Caller(u32),
    }

    impl Holder for Of {
        fn factor(&self) -> usize {
            match self {
                Of::Tenant => 2,
                Of::Caller(_) => 1,
            }
        }
    }

    /// Takes one at a time for as long as it goes: how many it got.
    fn greedy(shares: &Shares<Of>, caller: u32, into: &mut Vec<Share<Of, 2>>) -> usize {
        let before = into.len();
        loop {
            let mut share = shares.share([Of::Tenant, Of::Caller(caller)]);
            if share.set(1).is_err() {
                return into.len() - before;
            }
            into.push(share);
        }
    }

    #[test]
    fn who_is_greedy_leaves_as_much_as_they_have_and_another_has_a_share() {
        let shares = Shares::new(900);
        let mut held = Vec::new();
        assert_eq!(greedy(&shares, 1, &mut held), 450);
        // The tenant may have two thirds of all.
        assert_eq!(greedy(&shares, 2, &mut held), 150);
        let mut one = shares.share([Of::Tenant, Of::Caller(3)]);
        assert_eq!(one.set(1), Err(&Of::Tenant));
        let mut elsewhere = shares.share([Of::Caller(4)]);
        assert_eq!(elsewhere.set(100), Ok(()));
        assert_eq!(elsewhere.set(151), Err(&Of::Caller(4)), "150 would be left");
        assert_eq!(elsewhere.set(150), Ok(()));
        assert_eq!(elsewhere.set(20), Ok(()), "less is always given");
        drop(held);
        assert_eq!(shares.lock().all, 20);
        drop(elsewhere);
        assert_eq!(shares.lock().all, 0);
        assert!(shares.lock().by_holder.is_empty(), "nobody is remembered");
    }
}
