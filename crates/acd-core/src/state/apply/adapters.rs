//! Adapters come and go, and what they were told is kept until they take note.

use std::sync::Arc;

use crate::event::Directive;
use crate::ids::{AdapterNo, ConnectionId, DirectiveId, TimeMs};
use crate::state::{IssuedDirective, OfferState, Place, State, TimerKind, Touched};

impl State {
    pub(super) fn adapter_connected(&mut self, seq: u64, no: AdapterNo, incarnation: &Arc<str>) {
        self.set_adapter_grace(no, None);
        let adapter = &mut self.facts.adapters[no.index()];
        if adapter.incarnation != *incarnation {
            adapter.incarnation = incarnation.clone();
            adapter.last_sequence = 0;
        }
        adapter.connection = Some(ConnectionId(seq));
        self.touch(Touched::Adapter(no));
    }

    pub(super) fn adapter_lost(&mut self, no: AdapterNo, grace_until: TimeMs) {
        self.facts.adapters[no.index()].connection = None;
        self.set_adapter_grace(no, Some(grace_until));
        self.touch(Touched::Adapter(no));
    }

    pub(super) fn set_adapter_grace(&mut self, no: AdapterNo, until: Option<TimeMs>) {
        let adapter = &mut self.facts.adapters[no.index()];
        let before = std::mem::replace(&mut adapter.grace_until, until);
        self.move_timer(TimerKind::AdapterGrace(no), before, until);
    }

    pub(super) fn directive_issued(
        &mut self,
        id: DirectiveId,
        adapter: AdapterNo,
        issued: IssuedDirective,
    ) {
        let contact = issued.contact;
        match &issued.directive {
            Directive::Connect { offer, .. } => {
                let offer = self
                    .facts
                    .offers
                    .get_mut(offer)
                    .expect("the offer to connect");
                if let OfferState::Connecting { directive, .. } = &mut offer.state {
                    *directive = Some(id);
                }
            }
            Directive::Route { .. } | Directive::Release { .. } => {
                self.contact_mut(contact).place = Place::Leaving(id)
            }
            Directive::CancelConnect { .. } | Directive::Hold { .. } | Directive::Resume { .. } => {
            }
        }
        self.contact_mut(contact).directives.push(id);
        self.facts.adapters[adapter.index()]
            .directives
            .insert(id, issued);
    }

    pub(super) fn directive_closed(&mut self, adapter: AdapterNo, id: DirectiveId) {
        if let Some(issued) = self.facts.adapters[adapter.index()].directives.remove(&id) {
            self.contact_mut(issued.contact)
                .directives
                .retain(|other| *other != id);
        }
    }
}
