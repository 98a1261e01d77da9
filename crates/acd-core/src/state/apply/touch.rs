//! What an event touches is noted where it is applied, for the matcher and for whoever shows the state. The timers, the
//! counts and what holds of whole queues follow.

use crate::ids::{AgentNo, ContactId, HandlingId, OfferId, QueueNo, VisitId};
use crate::state::timers::{Owner, Timers};
use crate::state::{Handling, OfferRef, State, Touched, Visit};

impl State {
    /// Notes what the event at hand touches.
    pub(in crate::state) fn touch(&mut self, touched: Touched) {
        match touched {
            Touched::Everything => {
                self.derive_index();
                self.derived.timers = Timers::of(self);
                self.stir_all_queues();
            }
            Touched::Agent(no) | Touched::Skills(no) => self.touch_agent(no),
            Touched::Visit(id) => self.touch_visit(id),
            Touched::Adapter(no) => {
                self.set_timers(Owner::Adapter(no));
                for offer in self.connecting_offers(no) {
                    self.set_timers(Owner::Offer(offer));
                }
            }
            Touched::Queue(no) => self.touch_queue(no),
            Touched::Queues => {
                self.stir_all_queues();
                self.queue_nos().for_each(|no| self.touch_queue(no));
            }
            Touched::Directives(_)
            | Touched::Figures(_)
            | Touched::Contact { .. }
            | Touched::Offer { .. }
            | Touched::Handling { .. }
            | Touched::Act(_) => {}
        }
        self.derived.touched.push(touched);
    }

    /// Notes a contact that is open: before it ends, and before and after it goes from one queue to another.
    pub(super) fn touch_contact(&mut self, id: ContactId) {
        let contact = self.facts.contacts.get(&id);
        if let Some(queue) = contact.map(|contact| contact.queue()) {
            self.touch_contact_in(id, queue);
        }
    }

    /// Notes a contact that is open and shown in this queue.
    pub(super) fn touch_contact_in(&mut self, id: ContactId, queue: Option<QueueNo>) {
        let contact = &self.facts.contacts[&id];
        self.derived.touched.push(Touched::Contact {
            contact: contact.reference(),
            queue,
            adapter: contact.adapter,
        });
    }

    /// Notes an offer that is open: before it ends.
    pub(super) fn touch_offer(&mut self, id: OfferId) {
        self.set_timers(Owner::Offer(id));
        let offer = &self.facts.offers[&id];
        self.derived.touched.push(Touched::Offer {
            offer: OfferRef {
                offer: id,
                agent: offer.agent,
                contact: self.facts.contacts[&offer.contact].reference(),
            },
            queue: self.facts.visits[&offer.visit].queue,
        });
    }

    /// Notes a handling that is open, or on its agent's record.
    pub(in crate::state) fn touch_handling(&mut self, id: HandlingId) {
        self.set_timers(Owner::Handling(id));
        if let Some(handling) = self.known_handling(id) {
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
        let counted = self.counted(self.agent(no));
        self.derived.index.count(no, counted);
        self.set_timers(Owner::Agent(no));
        let queues: Vec<QueueNo> = self.agent(no).queues.keys().copied().collect();
        queues.into_iter().for_each(|queue| self.stir_queue(queue));
    }

    fn touch_visit(&mut self, id: VisitId) {
        self.set_timers(Owner::Visit(id));
        self.derived.index.lines.count(id, &self.facts);
        let open = self
            .facts
            .visits
            .get(&id)
            .map(|visit| (visit.queue, visit.window.is_some()));
        match open.is_some_and(|(_, windowed)| windowed) {
            true => self.derived.windowed.insert(id),
            false => self.derived.windowed.remove(&id),
        };
        if let Some((queue, _)) = open {
            self.stir_queue(queue);
        }
    }

    fn touch_queue(&mut self, no: QueueNo) {
        self.stir_queue(no);
        let visits: Vec<VisitId> = self.open_visits(no).iter().map(|(_, id)| *id).collect();
        visits
            .into_iter()
            .for_each(|id| self.set_timers(Owner::Visit(id)));
    }

    /// Something of a queue changed that what holds of the whole queue may depend on.
    pub(super) fn stir_queue(&mut self, no: QueueNo) {
        let queue = self.queue(no);
        let has_reserve = queue.config.reserve.is_some();
        if queue.is_watched() || self.facts.emergency {
            self.derived.stirred_queues.insert(no);
        }
        if has_reserve {
            self.set_timers(Owner::Queue(no));
        }
    }

    /// What holds of whole queues is looked at anew for all of them.
    pub(super) fn stir_all_queues(&mut self) {
        self.derived.stirred_queues = self.queue_nos().collect();
    }

    fn queue_nos(&self) -> impl Iterator<Item = QueueNo> + use<> {
        (0..self.facts.queues.len()).map(|no| QueueNo(no as u32))
    }
}
