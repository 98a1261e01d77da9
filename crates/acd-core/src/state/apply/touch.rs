//! What an event touches is noted where it is applied, for the matcher and for whoever shows the state. The timers, the
//! counts and what holds of whole queues follow.

use crate::event::ContactOrigin;
use crate::ids::{AgentNo, ContactId, HandlingId, OfferId, QueueNo, VisitId};
use crate::state::lines::Moved;
use crate::state::timers::{Owner, Timers};
use crate::state::{Facts, Handling, OfferRef, State, Stirred, Touched, Visit};

impl State {
    /// Notes what the event at hand touches.
    pub(in crate::state) fn touch(&mut self, touched: Touched) {
        match touched {
            Touched::Everything => {
                self.derive_index();
                self.recount_idle();
                self.derive_attendance();
                self.derived.timers = Timers::of(self);
                self.stir_all_queues();
            }
            Touched::Agent(no) => self.touch_agent(no),
            Touched::Skills(no) => {
                self.derived.index.sets.note_skills(no, &self.facts);
                self.touch_agent(no);
            }
            Touched::Visit(id) => self.touch_visit(id),
            Touched::Adapter(no) => {
                self.set_timer(Owner::Adapter(no));
                for offer in self.connecting_offers(no) {
                    self.set_timer(Owner::Offer(offer));
                }
            }
            Touched::Queue(no) => {
                self.stir_queue(no, |stirred| stirred.whole = true);
                self.set_timer(Owner::Queue(no));
            }
            Touched::Queues => {
                self.stir_all_queues();
                let queues = self.queue_nos();
                queues.for_each(|no| self.set_timer(Owner::Queue(no)));
            }
            Touched::Directives(_)
            | Touched::Figures(_)
            | Touched::Day(_)
            | Touched::Contact { .. }
            | Touched::Offer { .. }
            | Touched::Handling { .. }
            | Touched::Act(_) => {}
        }
        self.derived.touched.push(touched);
    }

    /// Takes back the list of what was touched, for the next event.
    pub(crate) fn reuse(&mut self, mut touched: Vec<Touched>) {
        touched.clear();
        self.derived.touched = touched;
    }

    /// Notes a contact that is open: before it ends, and before and after it goes from one queue to another.
    pub(super) fn touch_contact(&mut self, id: ContactId) {
        if !self.derived.is_shown {
            return;
        }
        let contact = self.facts.contacts.get(&id);
        if let Some(queue) = contact.map(|contact| contact.queue()) {
            self.touch_contact_in(id, queue);
        }
    }

    /// Notes a contact that is open and shown in this queue.
    pub(super) fn touch_contact_in(&mut self, id: ContactId, queue: Option<QueueNo>) {
        if !self.derived.is_shown {
            return;
        }
        let contact = &self.facts.contacts[&id];
        let origin = contact.origin;
        self.derived.touched.push(Touched::Contact {
            contact: contact.reference(),
            queue,
            adapter: contact.adapter,
        });
        self.show_asking(origin);
    }

    /// The conversation whose agent asks by a contact of this origin shows how far that is.
    fn show_asking(&mut self, origin: ContactOrigin) {
        if let ContactOrigin::ConsultOf(asking) = origin
            && self.facts.handlings.contains_key(&asking)
        {
            self.show_handling(asking);
        }
    }

    /// Notes an offer that is open.
    pub(super) fn touch_offer(&mut self, id: OfferId) {
        self.set_timer(Owner::Offer(id));
        self.show_offer(id);
    }

    /// The same for whoever shows it: before it ends.
    pub(super) fn show_offer(&mut self, id: OfferId) {
        if !self.derived.is_shown {
            return;
        }
        let offer = &self.facts.offers[&id];
        let contact = &self.facts.contacts[&offer.contact];
        let origin = contact.origin;
        self.derived.touched.push(Touched::Offer {
            offer: OfferRef {
                offer: id,
                agent: offer.agent,
                contact: contact.reference(),
            },
            queue: self.facts.visits[&offer.visit].queue,
        });
        self.show_asking(origin);
    }

    /// Notes a handling that is open, or on its agent's record.
    pub(in crate::state) fn touch_handling(&mut self, id: HandlingId) {
        self.set_timer(Owner::Handling(id));
        self.show_handling(id);
    }

    /// The same for whoever shows it.
    pub(super) fn show_handling(&mut self, id: HandlingId) {
        if self.derived.is_shown
            && let Some(handling) = self.known_handling(id)
        {
            let (handling, queue) = (handling.reference(), handling.queue);
            let touched = Touched::Handling { handling, queue };
            self.derived.touched.push(touched);
        }
    }

    /// Changes an open visit, which its contact shows.
    pub(super) fn change_visit(&mut self, id: VisitId, change: impl FnOnce(&mut Visit)) {
        let visit = self.visit_mut(id);
        change(visit);
        let contact = visit.contact;
        self.touch(Touched::Visit(id));
        self.touch_contact(contact);
    }

    /// Changes an open handling.
    pub(super) fn change_handling(&mut self, id: HandlingId, change: impl FnOnce(&mut Handling)) {
        change(self.handling_mut(id));
        self.touch_handling(id);
    }

    fn touch_agent(&mut self, no: AgentNo) {
        self.count_occupancy(no);
        let counted = self.counted(no);
        self.set_timer(Owner::Agent(no));
        self.derived
            .index
            .count(no, &self.facts.agents[no.index()], counted);
        for queue in self.derived.index.watching(no) {
            let turned = self.attend(no, queue);
            let stirred = self.derived.stirred_queues.entry(queue).or_default();
            stirred.whole |= turned;
        }
    }

    fn touch_visit(&mut self, id: VisitId) {
        self.set_timer(Owner::Visit(id));
        let moved = self.derived.index.lines.count(id, &self.facts);
        self.note_waiting(moved);
        let open = self.facts.visits.get(&id);
        self.derived.windowed.note(id, open);
        let queue = open.map(|visit| visit.queue);
        self.attend_visit(id);
        if let Some(queue) = queue {
            self.stir_queue(queue, |stirred| _ = stirred.visits.insert(id));
            self.set_reserve_timer(queue);
        }
    }

    /// A visit waits where it did not, or waits no longer.
    fn note_waiting(&mut self, moved: Moved) {
        let Facts {
            queues,
            measures,
            now,
            ..
        } = &mut self.facts;
        if let Some(no) = moved.left {
            let performance = &mut queues[no.index()].performance;
            performance.waits_no_longer(*now, measures);
        }
        if let Some(no) = moved.joined {
            queues[no.index()].performance.waits(*now, measures);
        }
    }

    /// Visits of the queue changed: by how long they wait its reserve joins, if it has one.
    pub(super) fn set_reserve_timer(&mut self, no: QueueNo) {
        if self.queue(no).config.reserve.is_some() {
            self.set_timer(Owner::Queue(no));
        }
    }

    /// Something of a queue changed that what holds of the whole queue may depend on.
    pub(super) fn stir_queue(&mut self, no: QueueNo, note: impl FnOnce(&mut Stirred)) {
        if self.queue(no).is_watched() || self.facts.emergency {
            note(self.derived.stirred_queues.entry(no).or_default());
        }
    }

    /// What holds of whole queues is looked at anew for all of them.
    pub(in crate::state) fn stir_all_queues(&mut self) {
        let whole = Stirred {
            whole: true,
            ..Stirred::default()
        };
        let queues = self.queue_nos();
        self.derived.stirred_queues = queues.map(|no| (no, whole.clone())).collect();
    }

    fn queue_nos(&self) -> impl Iterator<Item = QueueNo> + use<> {
        (0..self.facts.queues.len()).map(|no| QueueNo(no as u32))
    }
}
