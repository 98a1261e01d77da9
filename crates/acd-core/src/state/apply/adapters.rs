//! Adapters come and go, and what they were told is kept until they take note.

use std::sync::Arc;

use super::push_kept;
use crate::event::{
    AdapterConnected, AdapterEventApplied, AdapterGivenUp, AdapterLost, AdapterReconciled,
    Announcement, Directive, DirectiveAcknowledged, DirectiveClosed, DirectiveIssued,
    LiveEntryRefused, RefusalForgotten, RefusalsConfirmed,
};
use crate::ids::{AdapterNo, ConnectionId, ContactId, DirectiveId, OfferId, TimeMs, VisitId};
use crate::state::{Adapter, IssuedDirective, OfferState, PastRun, Place, State, Touched};

impl State {
    pub(super) fn adapter_connected(&mut self, event: &AdapterConnected) {
        let &AdapterConnected {
            adapter: no,
            ref incarnation,
        } = event;
        let (seq, at) = (self.facts.seq, self.facts.now);

        let adapter = &mut self.facts.adapters[no.index()];
        if adapter.incarnation != *incarnation {
            adapter.begin_run(incarnation, self.facts.measures.runs_of_adapter);
        }
        if adapter.connection.replace(ConnectionId(seq)).is_none() {
            adapter.since = at;
        }
        adapter.grace_until = None;
        self.touch(Touched::Adapter(no));
        self.tell_owned(no);
    }

    /// The agents for whom the adapter acts are there while it is.
    fn tell_owned(&mut self, adapter: AdapterNo) {
        for no in self.derived.index.owned[adapter.index()].clone() {
            self.follow_owner(no);
            self.touch(Touched::Agent(no));
        }
    }

    pub(super) fn adapter_event_applied(&mut self, event: &AdapterEventApplied) {
        let &AdapterEventApplied {
            adapter: no,
            sequence,
            ..
        } = event;
        let refused = event.refused.as_ref();
        let adapter = &mut self.facts.adapters[no.index()];
        adapter.last_sequence = sequence;
        if let Some(refusal) = refused {
            adapter.refused.insert(sequence, refusal.clone());
            self.touch(Touched::Directives(no));
        }
    }

    pub(super) fn refusals_confirmed(&mut self, event: &RefusalsConfirmed) {
        let &RefusalsConfirmed { adapter: no, up_to } = event;
        let adapter = &mut self.facts.adapters[no.index()];
        adapter.refused.retain(|sequence, _| *sequence > up_to);
        if adapter.forgotten_up_to <= up_to {
            adapter.forgotten_up_to = 0;
        }
        self.touch(Touched::Directives(no));
    }

    pub(super) fn refusal_forgotten(&mut self, event: &RefusalForgotten) {
        let &RefusalForgotten {
            adapter: no,
            sequence,
        } = event;
        let adapter = &mut self.facts.adapters[no.index()];
        adapter.refused.remove(&sequence);
        adapter.forgotten_up_to = sequence;
        adapter.list_due = true;
        self.touch(Touched::Directives(no));
    }

    pub(super) fn adapter_reconciled(&mut self, event: &AdapterReconciled) {
        self.facts.adapters[event.adapter.index()].list_due = false;
    }

    pub(super) fn live_entry_refused(&mut self, event: &LiveEntryRefused) {
        let adapter = &mut self.facts.adapters[event.adapter.index()];
        let reason = event.refused.refusal.reason;
        *adapter.live_refused.entry(reason).or_default() += 1;
    }

    pub(super) fn adapter_lost(&mut self, event: &AdapterLost) {
        let &AdapterLost {
            adapter: no,
            grace_until,
        } = event;
        let at = self.facts.now;
        let adapter = &mut self.facts.adapters[no.index()];
        adapter.connection = None;
        adapter.since = at;
        self.set_adapter_grace(no, Some(grace_until));
        self.tell_owned(no);
    }

    pub(super) fn adapter_given_up(&mut self, event: &AdapterGivenUp) {
        let no = event.adapter;
        self.facts.adapters[no.index()].list_due = true;
        self.set_adapter_grace(no, None);
    }

    pub(super) fn set_adapter_grace(&mut self, no: AdapterNo, until: Option<TimeMs>) {
        self.facts.adapters[no.index()].grace_until = until;
        self.touch(Touched::Adapter(no));
    }

    pub(super) fn directive_issued(&mut self, event: &DirectiveIssued) {
        let &DirectiveIssued {
            adapter, contact, ..
        } = event;
        let id = DirectiveId(self.facts.seq);
        let issued = IssuedDirective {
            contact,
            issued_at: self.facts.now,
            directive: event.directive.clone(),
        };
        match &issued.directive {
            Directive::Connect { offer, .. } | Directive::Dial { offer, .. } => {
                // The offer of a conversation that a live list opened is over.
                if let Some(open) = self.facts.offers.get_mut(offer) {
                    if let OfferState::Connecting { directive, .. } = &mut open.state {
                        *directive = Some(id);
                    }
                    self.touch_offer(*offer);
                }
            }
            Directive::Ring { offer, .. } => self.offer_mut(*offer).ring_directive = Some(id),
            Directive::Announce { what } => self.announced(contact, id, what),
            Directive::Route { .. } | Directive::Release { .. } | Directive::Voicemail { .. } => {
                self.leave_schedule(contact);
                self.contact_mut(contact).place = Place::Leaving(id);
            }
            Directive::CancelConnect { .. }
            | Directive::CancelRing { .. }
            | Directive::Hold { .. }
            | Directive::Resume { .. }
            | Directive::Bridge { .. }
            | Directive::Conference { .. }
            | Directive::Monitor { .. }
            | Directive::Record { .. } => {}
        }
        self.contact_mut(contact).directives.push(id);
        self.facts.adapters[adapter.index()]
            .directives
            .insert(id, issued);
        self.touch_contact(contact);
    }

    fn offer_mut(&mut self, id: OfferId) -> &mut crate::state::Offer {
        self.facts
            .offers
            .get_mut(&id)
            .expect("the offer of the directive")
    }

    /// Notes what the customer of a waiting visit is told.
    fn announced(&mut self, contact: ContactId, id: DirectiveId, what: &Announcement) {
        let Place::Queue(visit) = self.facts.contacts[&contact].place else {
            return;
        };
        let now = self.facts.now;
        self.change_visit(visit, |visit| {
            let told = visit.announced.get_or_insert_default();
            match what {
                Announcement::Greeting(_) => told.last_at = Some(now),
                Announcement::Music(_) => return,
                Announcement::Position(position) => {
                    told.position = Some(*position);
                    told.position_at = Some(now);
                }
                Announcement::Wait(_) => told.wait_at = Some(now),
                Announcement::Periodic(_) => told.periodic_at = Some(now),
            }
            told.last_at = Some(now);
            told.directive = Some(id);
        });
    }

    pub(super) fn directive_acknowledged(&mut self, event: &DirectiveAcknowledged) {
        let &DirectiveAcknowledged {
            adapter: no,
            directive: id,
        } = event;
        let adapter = &mut self.facts.adapters[no.index()];
        if let Some(issued) = adapter.directives.remove(&id) {
            adapter.in_force.insert(id, issued);
        }
        self.touch(Touched::Directives(no));
    }

    pub(super) fn directive_closed(&mut self, event: &DirectiveClosed) {
        let &DirectiveClosed {
            adapter,
            directive: id,
            ..
        } = event;
        let Some(issued) = self.facts.adapters[adapter.index()].take_directive(id) else {
            return;
        };
        self.touch(Touched::Directives(adapter));
        let contact = self.contact_mut(issued.contact);
        contact.directives.retain(|other| *other != id);
        if let (Directive::Announce { .. }, Place::Queue(visit)) =
            (&issued.directive, contact.place)
        {
            self.announcement_closed(visit, id);
        }
    }

    fn announcement_closed(&mut self, visit: VisitId, id: DirectiveId) {
        let visit = self.visit_mut(visit);
        if let Some(told) = &mut visit.announced {
            told.directive.take_if(|directive| *directive == id);
        }
    }
}

impl Adapter {
    /// Takes out a directive, acknowledged or not.
    pub(super) fn take_directive(&mut self, id: DirectiveId) -> Option<IssuedDirective> {
        self.directives
            .remove(&id)
            .or_else(|| self.in_force.remove(&id))
    }
}

impl Adapter {
    /// Another run takes the place of the one that was there: one that was there before goes on where it was, lest what it
    /// sends again is applied again. So many are known.
    fn begin_run(&mut self, incarnation: &Arc<str>, kept: u32) {
        let unconfirmed = self.refused.keys().next_back().copied();
        let before = PastRun {
            incarnation: std::mem::replace(&mut self.incarnation, incarnation.clone()),
            last_sequence: self.last_sequence,
            forgotten_up_to: unconfirmed.unwrap_or_default().max(self.forgotten_up_to),
        };
        let mut runs = self.past_runs.iter();
        let known = runs.position(|run| run.incarnation == *incarnation);
        let known = known.and_then(|at| self.past_runs.remove(at));
        (self.last_sequence, self.forgotten_up_to) =
            known.map_or((0, 0), |run| (run.last_sequence, run.forgotten_up_to));
        if before.last_sequence > 0 {
            push_kept(&mut self.past_runs, before, kept);
        }
        self.refused.clear();
        self.list_due = true;
        self.directives.append(&mut self.in_force);
    }
}
