//! Deciding about adapters: who is there, and what they were told.

use std::sync::Arc;

use super::Engine;
use crate::command::{Answer, EndCause, Reply};
use crate::config::check_name;
use crate::event::{Directive, DirectiveEnd, Event, Fault, OfferEnd, RescindReason};
use crate::ids::{AdapterName, AdapterNo, ConnectionId, ContactId, DirectiveId, OfferId, TimeMs};
use crate::matching::Matcher;
use crate::refusal::{Reason, Refusal};
use crate::state::Place;

impl<M: Matcher> Engine<M> {
    pub(super) fn adapter_in_config(&self, name: &AdapterName) -> Result<AdapterNo, Refusal> {
        let known = self
            .state
            .adapter_no(name)
            .filter(|no| self.state.adapter(*no).in_config);
        known.ok_or_else(|| {
            Refusal::new(
                Reason::UnknownAdapter,
                "adapter",
                format!("there is no adapter {name:?}"),
            )
        })
    }

    pub(super) fn adapter_connect(
        &mut self,
        now: TimeMs,
        name: &AdapterName,
        incarnation: Arc<str>,
    ) -> Answer {
        let adapter = self.adapter_in_config(name)?;
        check_name(&incarnation)
            .map_err(|wrong| Refusal::new(Reason::InvalidArgument, "incarnation", wrong))?;
        let connection = ConnectionId(self.emit(
            now,
            Event::AdapterConnected {
                adapter,
                incarnation,
            },
        ));
        Ok(Reply::Attached {
            connection,
            last_sequence: self.state.adapter(adapter).last_sequence,
        })
    }

    pub(super) fn adapter_disconnect(
        &mut self,
        now: TimeMs,
        name: &AdapterName,
        connection: ConnectionId,
    ) -> Answer {
        let Some(adapter) = self.state.adapter_no(name) else {
            return Ok(Reply::Done);
        };
        if self.state.adapter(adapter).connection != Some(connection) {
            return Ok(Reply::Done);
        }
        let grace_until = now + self.state.facts().settings.adapter_grace_ms;
        self.emit(
            now,
            Event::AdapterLost {
                adapter,
                grace_until,
            },
        );
        let facts = self.state.facts();
        let its = |offer: &OfferId| facts.contacts[&facts.offers[offer].contact].adapter == adapter;
        let offers: Vec<OfferId> = facts.offers.keys().copied().filter(its).collect();
        for offer in offers {
            self.end_offer(
                now,
                offer,
                OfferEnd::Rescinded(RescindReason::System),
                Fault::None,
                None,
            );
        }
        Ok(Reply::Done)
    }

    /// A lost adapter's contacts are given up: waiting ones are abandoned, conversations released.
    pub(super) fn give_adapter_up(&mut self, now: TimeMs, adapter: AdapterNo) {
        self.emit(now, Event::AdapterGivenUp { adapter });
        let contacts = self.state.facts().contacts.values();
        let its: Vec<ContactId> = contacts
            .filter(|contact| contact.adapter == adapter)
            .map(|c| c.id)
            .collect();
        for contact in its {
            self.end_open_contact(now, contact, EndCause::System);
        }
    }

    pub(super) fn acknowledge_directives(
        &mut self,
        now: TimeMs,
        name: &AdapterName,
        directives: &[DirectiveId],
    ) -> Answer {
        let adapter = self.adapter_in_config(name)?;
        for directive in directives {
            let Some(issued) = self.state.adapter(adapter).directives.get(directive) else {
                continue;
            };
            let contact = issued.contact;
            let by = DirectiveEnd::Acknowledged;
            self.emit(
                now,
                Event::DirectiveClosed {
                    adapter,
                    directive: *directive,
                    by,
                },
            );
            if self.state.facts().contacts[&contact].place == Place::Leaving(*directive) {
                self.emit(now, Event::ContactEnded { contact });
            }
        }
        Ok(Reply::Done)
    }

    /// Tells the contact's adapter to do something.
    pub(super) fn direct(&mut self, now: TimeMs, contact: ContactId, directive: Directive) {
        let adapter = self.state.facts().contacts[&contact].adapter;
        self.emit(
            now,
            Event::DirectiveIssued {
                adapter,
                contact,
                directive,
            },
        );
    }

    /// A directive whose purpose is gone need not be sent any more.
    pub(super) fn close_directive(
        &mut self,
        now: TimeMs,
        contact: ContactId,
        directive: Option<DirectiveId>,
    ) {
        let adapter = self.state.facts().contacts[&contact].adapter;
        let open = directive.filter(|id| self.state.adapter(adapter).directives.contains_key(id));
        if let Some(directive) = open {
            self.emit(
                now,
                Event::DirectiveClosed {
                    adapter,
                    directive,
                    by: DirectiveEnd::PurposeGone,
                },
            );
        }
    }
}
