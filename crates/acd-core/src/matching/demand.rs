//! Demands: visits of the same terms stand in one ordered line.

use std::collections::{BTreeMap, BTreeSet};

use super::bits::Bits;
use crate::event::ContactKey;
use crate::ids::VisitId;
use crate::lookup::Lookup;
use crate::state::Terms;

/// A demand's place in the list of demands; reused when a demand is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct DemandNo(pub(super) usize);

/// The visits of one demand.
#[derive(Clone, Debug)]
pub(super) struct Demand {
    pub(super) terms: Terms,
    /// The agents who meet the terms.
    pub(super) members: Bits,
    /// The visits that may want an offer, in the matching order as far as it does not change with time: within one
    /// queue that is the whole of it.
    pub(super) line: BTreeSet<ContactKey>,
    /// Whether a pairing may have become possible since the last search found none. Never while the line is empty.
    stirred: bool,
    /// The stamp of when the line became empty; none while visits wait.
    empty_since: Option<u64>,
}

/// How many empty demands stay ready for the next visit of their kind.
const EMPTY_KEPT: usize = 4_096;

/// All demands, found by terms, by visit and by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Demands {
    list: Vec<Option<Demand>>,
    vacant: Vec<usize>,
    by_terms: Lookup<Terms, DemandNo>,
    /// Where each visit stands.
    places: BTreeMap<VisitId, (DemandNo, ContactKey)>,
    /// The demands that have waiting visits.
    waiting: BTreeSet<DemandNo>,
    /// The demands whose line is empty, the longest empty first.
    empty: BTreeSet<(u64, DemandNo)>,
    /// Counts up with each line that becomes empty.
    stamp: u64,
    stirred: Vec<DemandNo>,
}

impl Demands {
    pub(super) fn get(&self, no: DemandNo) -> &Demand {
        self.list[no.0].as_ref().expect("a demand that exists")
    }

    fn get_mut(&mut self, no: DemandNo) -> &mut Demand {
        self.list[no.0].as_mut().expect("a demand that exists")
    }

    /// The demand of these terms, made with these members if it is new.
    pub(super) fn of_terms(
        &mut self,
        terms: Terms,
        members: impl FnOnce(&Terms) -> Bits,
    ) -> DemandNo {
        if let Some(no) = self.by_terms.get(&terms) {
            return no;
        }
        self.stamp += 1;
        let demand = Demand {
            members: members(&terms),
            terms: terms.clone(),
            line: BTreeSet::new(),
            stirred: false,
            empty_since: Some(self.stamp),
        };
        let place = self.vacant.pop().unwrap_or(self.list.len());
        if place == self.list.len() {
            self.list.push(None);
        }
        self.list[place] = Some(demand);
        let no = DemandNo(place);
        self.empty.insert((self.stamp, no));
        self.by_terms.insert(terms, no);
        no
    }

    /// Puts a waiting visit into its line.
    pub(super) fn enqueue(&mut self, no: DemandNo, place: ContactKey) {
        if self.places.get(&place.visit) == Some(&(no, place)) {
            return self.stir(no);
        }
        self.dequeue(place.visit);
        let demand = self.get_mut(no);
        demand.line.insert(place);
        if let Some(stamp) = demand.empty_since.take() {
            self.empty.remove(&(stamp, no));
        }
        self.places.insert(place.visit, (no, place));
        self.waiting.insert(no);
        self.stir(no);
        self.drop_longest_empty();
    }

    /// Takes a visit out of its line, if it stands in one.
    pub(super) fn dequeue(&mut self, visit: VisitId) {
        let Some((no, place)) = self.places.remove(&visit) else {
            return;
        };
        self.stamp += 1;
        let stamp = self.stamp;
        let demand = self.get_mut(no);
        demand.line.remove(&place);
        if demand.line.is_empty() {
            demand.empty_since = Some(stamp);
            self.calm(no);
            self.waiting.remove(&no);
            self.empty.insert((stamp, no));
        }
    }

    fn drop_longest_empty(&mut self) {
        while self.empty.len() > EMPTY_KEPT {
            let Some((_, no)) = self.empty.pop_first() else {
                return;
            };
            let demand = self.list[no.0].take().expect("an empty demand exists");
            self.by_terms.remove(&demand.terms);
            self.vacant.push(no.0);
        }
    }

    /// A pairing may have become possible in this demand.
    pub(super) fn stir(&mut self, no: DemandNo) {
        let demand = self.get_mut(no);
        if !demand.stirred && demand.empty_since.is_none() {
            demand.stirred = true;
            self.stirred.push(no);
        }
    }

    /// A pairing may have become possible in the waiting demands of which this holds.
    pub(super) fn stir_where(&mut self, holds: impl Fn(&Demand) -> bool) {
        let stirred: Vec<DemandNo> = self
            .waiting
            .iter()
            .copied()
            .filter(|no| holds(self.get(*no)))
            .collect();
        stirred.into_iter().for_each(|no| self.stir(no));
    }

    /// The stirred demands.
    pub(super) fn stirred(&self) -> impl Iterator<Item = DemandNo> + '_ {
        self.stirred.iter().copied()
    }

    /// A search found no pairing in this demand.
    pub(super) fn calm(&mut self, no: DemandNo) {
        if std::mem::take(&mut self.get_mut(no).stirred) {
            self.stirred.retain(|other| *other != no);
        }
    }

    /// Says anew for every demand whether the agent is a member.
    pub(super) fn set_member(&mut self, agent: u32, is_member: impl Fn(&Terms) -> bool) {
        for demand in self.list.iter_mut().flatten() {
            let present = is_member(&demand.terms);
            demand.members.set(agent, present);
        }
    }

    /// Says anew who the members of the demands of a queue are.
    pub(super) fn set_members_where(
        &mut self,
        holds: impl Fn(&Terms) -> bool,
        members: impl Fn(&Terms) -> Bits,
    ) {
        for demand in self
            .list
            .iter_mut()
            .flatten()
            .filter(|demand| holds(&demand.terms))
        {
            demand.members = members(&demand.terms);
        }
    }
}
