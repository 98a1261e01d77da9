//! Deciding about adapters: who is there, and what they were told.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Engine;
use super::visits::Joining;
use crate::command::{Answer, LiveContact, LiveEntry, LivePage, LiveRefusal, Reply};
use crate::config::check_name;
use crate::event::{
    AdapterConnected, AdapterGivenUp, AdapterLost, AdapterReconciled, ConnectClockStarted,
    ContactEnded, ContactOrigin, ContactTakenUp, Directive, DirectiveAcknowledged, DirectiveClosed,
    DirectiveEnd, DirectiveIssued, Event, LiveEntryRefused, RefusalForgotten, RefusalsConfirmed,
    Work,
};
use crate::ids::{
    AdapterName, AdapterNo, AgentName, AgentNo, ConnectionId, ContactId, ContactName, DirectiveId,
    OfferId, TimeMs,
};
use crate::matching::Matcher;
use crate::refusal::{Reason, Refusal};
use crate::state::{Contact, Place};

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

    /// Whether another stream of the adapter has replaced this one. One that was lost is not replaced yet.
    pub(super) fn check_not_replaced(
        &self,
        name: &AdapterName,
        connection: ConnectionId,
    ) -> Result<(), Refusal> {
        let latest = self.state.adapter(self.adapter_in_config(name)?).connection;
        match latest.is_some_and(|latest| latest != connection) {
            true => Err(fenced()),
            false => Ok(()),
        }
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
        let known = self.state.adapter(adapter);
        let starts_anew = !known.is_present() || known.incarnation != incarnation;
        let connection = ConnectionId(self.emit(
            now,
            Event::AdapterConnected(AdapterConnected {
                adapter,
                incarnation,
            }),
        ));
        if starts_anew {
            self.start_connect_clocks(now, adapter);
        }
        Ok(Reply::Attached {
            connection,
            last_sequence: self.state.adapter(adapter).last_sequence,
        })
    }

    /// The clocks of accepted offers stood still while the adapter was away; it is told anew what to connect.
    fn start_connect_clocks(&mut self, now: TimeMs, adapter: AdapterNo) {
        for offer in self.state.connecting_offers(adapter) {
            let connect_until = now + self.connect_length(offer);
            self.emit(
                now,
                Event::ConnectClockStarted(ConnectClockStarted {
                    offer,
                    connect_until,
                }),
            );
        }
    }

    /// No offer ends by this: desktops ring on, and what is accepted waits for the adapter's return.
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
            Event::AdapterLost(AdapterLost {
                adapter,
                grace_until,
            }),
        );
        Ok(Reply::Done)
    }

    /// The adapter knows of these refusals: they need not be told again.
    pub(super) fn confirm_refusals(
        &mut self,
        now: TimeMs,
        name: &AdapterName,
        connection: ConnectionId,
        up_to: u64,
    ) -> Answer {
        let adapter = self.adapter_in_config(name)?;
        let known = self.state.adapter(adapter);
        let is_news = known.forgotten_up_to > 0 || known.refused.range(..=up_to).next().is_some();
        if known.connection == Some(connection) && is_news {
            self.emit(
                now,
                Event::RefusalsConfirmed(RefusalsConfirmed { adapter, up_to }),
            );
        }
        Ok(Reply::Done)
    }

    /// Forgets the oldest refusals that there is no room for.
    pub(super) fn forget_refusals(&mut self, now: TimeMs, adapter: AdapterNo) {
        let most = self.state.facts().limits.unconfirmed_refusals as usize;
        while self.state.adapter(adapter).refused.len() > most {
            let oldest = self.state.adapter(adapter).refused.keys().next();
            let sequence = *oldest.expect("there are too many");
            self.emit(
                now,
                Event::RefusalForgotten(RefusalForgotten { adapter, sequence }),
            );
        }
    }

    /// A reconnected adapter's complete list. What it no longer has has ended; what is unknown joins with the arrival
    /// time it states, and what was given up meanwhile gets a new visit at its old place.
    pub(super) fn reconcile_adapter(
        &mut self,
        now: TimeMs,
        name: &AdapterName,
        as_of: Option<u64>,
        held: &[ContactName],
        page: LivePage,
        busy_outside: &[AgentName],
    ) -> Answer {
        let adapter = self.adapter_in_config(name)?;
        check_page(name, &page)?;
        let mut refused = Vec::new();
        let mut busy = BTreeSet::new();
        for agent in busy_outside {
            match self.agent_in_config(agent) {
                Ok(no) => _ = busy.insert(no),
                Err(refusal) => {
                    let entry = LiveEntry::Agent(agent.clone());
                    // The entry names them, and there may be very many.
                    let detail = "the configuration has no such agent";
                    let refusal = Refusal::new(refusal.reason, &refusal.field, detail);
                    refused.push(LiveRefusal { entry, refusal });
                }
            }
        }
        self.end_unlisted(now, adapter, as_of, held, &page);
        refused.extend(self.refused_of(now, adapter, page));
        self.take_over_outside_calls(now, adapter, &busy);
        self.note_refused(now, adapter, &refused);
        self.emit(now, Event::AdapterReconciled(AdapterReconciled { adapter }));
        Ok(Reply::Reconciled { refused })
    }

    /// Further contacts of a list that holds already.
    pub(super) fn admit_live(&mut self, now: TimeMs, name: &AdapterName, page: LivePage) -> Answer {
        let adapter = self.adapter_in_config(name)?;
        check_page(name, &page)?;
        let refused = self.refused_of(now, adapter, page);
        self.note_refused(now, adapter, &refused);
        Ok(Reply::Reconciled { refused })
    }

    /// What the adapter had on its lines when its list began, and does not list, has ended.
    fn end_unlisted(
        &mut self,
        now: TimeMs,
        adapter: AdapterNo,
        as_of: Option<u64>,
        held: &[ContactName],
        page: &LivePage,
    ) {
        let stated = page.contacts.iter().map(|live| &live.arrival.contact);
        let malformed = page.malformed.iter().filter_map(LiveRefusal::contact);
        let listed: BTreeSet<&ContactName> = stated.chain(malformed).chain(held).collect();
        let known = self.state.facts().contacts.values();
        let gone: Vec<ContactId> = known
            .filter(|contact| contact.adapter == adapter)
            .filter(|contact| as_of.is_none_or(|as_of| contact.id.0 <= as_of))
            .filter(|contact| !listed.contains(&contact.name) && contact.is_held_by_adapter())
            .map(|contact| contact.id)
            .collect();
        self.end_contacts(now, gone);
    }

    /// Lets those of the page join that are unknown. Gives those that cannot.
    fn refused_of(&mut self, now: TimeMs, adapter: AdapterNo, page: LivePage) -> Vec<LiveRefusal> {
        let mut refused = Vec::new();
        for live in page.contacts {
            let contact = live.arrival.contact.clone();
            if let Err(refusal) = self.take_live(now, adapter, live) {
                let entry = LiveEntry::Contact(contact);
                refused.push(LiveRefusal { entry, refusal });
            }
        }
        let is_known = |entry: &LiveRefusal| {
            let open = entry
                .contact()
                .and_then(|contact| self.state.contact_named(contact));
            open.is_some_and(|open| open.adapter == adapter)
        };
        refused.extend(page.malformed.into_iter().filter(|entry| !is_known(entry)));
        refused
    }

    /// A contact that the adapter holds: a known one goes on, one that was given up goes on as itself, an unknown one
    /// joins. If it talks, it does so with the agent that the list names.
    fn take_live(&mut self, now: TimeMs, adapter: AdapterNo, live: LiveContact) -> Answer {
        let name = live.arrival.contact.clone();
        let agent = live.agent.as_ref();
        let agent = agent.map(|agent| self.known_agent(agent)).transpose()?;
        let open = self.state.contact_named(&name).map(|open| open.id);
        if let Some(end) = open.and_then(|open| self.state.end_put_off(open)) {
            self.carry(now, &end);
        }
        let holder = self.state.contact_named(&name).map(|open| open.adapter);
        match holder {
            Some(holder) if holder == adapter => {}
            Some(holder) => {
                let holder = &self.state.adapter(holder).name;
                let detail = format!("contact {name} is held by adapter {holder}");
                return Err(Refusal::new(Reason::ContactDiffers, "contact_id", detail));
            }
            None if self.take_up(now, adapter, &name)? => {}
            None => {
                let judged = agent.is_none();
                self.admit_judged(now, adapter, live.arrival, live.arrived_at.min(now), judged)?;
            }
        }
        if let Some((agent, open)) = agent.zip(self.state.contact_named(&name)) {
            let contact = open.id;
            self.talk_goes_on(now, contact, agent);
        }
        Ok(Reply::Done)
    }

    /// A contact that was given up only because its adapter was away gets a new visit at its old place, or is parked
    /// as before. Says whether there is such a contact; one that ended otherwise is not taken up.
    fn take_up(
        &mut self,
        now: TimeMs,
        adapter: AdapterNo,
        name: &ContactName,
    ) -> Result<bool, Refusal> {
        let Some((given_up_at, ended)) = self.state.ended_named(name, now) else {
            return Ok(false);
        };
        let record = ended.record.as_deref().filter(|_| ended.given_up);
        let record = record.filter(|record| record.adapter == adapter);
        let consults = |record: &Contact| matches!(record.origin, ContactOrigin::ConsultOf(_));
        let contact = match record {
            Some(record) if !record.visits.is_empty() && !consults(record) => record.id,
            _ if ended.given_up => return Ok(false),
            _ => {
                let detail = format!("contact {name} has ended");
                return Err(Refusal::new(Reason::ContactEnded, "contact_id", detail));
            }
        };
        self.check_room(adapter)?;
        let taken_up = Event::ContactTakenUp(ContactTakenUp {
            contact,
            given_up_at,
        });
        self.emit(now, taken_up);
        if self.state.facts().contacts[&contact].place == Place::Arriving {
            let (queue, order_time) = self.last_place(contact);
            self.open_visit(now, contact, Joining::at(queue, order_time));
        }
        Ok(true)
    }

    /// The contact talks with this agent: that handling goes on, or opens anew, past the agent's capacity if need be.
    /// Not where the adapter is still to take an agent out: the list is older than that.
    fn talk_goes_on(&mut self, now: TimeMs, contact: ContactId, agent: AgentNo) {
        if self.is_to_take_agent_out(contact) {
            return;
        }
        match self.state.facts().contacts[&contact].place {
            Place::Handling(handling) => {
                if self.state.facts().handlings[&handling].agent == agent {
                    return;
                }
                self.return_to_queue(now, handling);
            }
            Place::Parked(_) => {
                let (queue, order_time) = self.last_place(contact);
                self.open_visit(now, contact, Joining::at(queue, order_time));
            }
            Place::Queue(_) | Place::Arriving | Place::Leaving(_) | Place::Scheduled(_) => {}
        }
        let Place::Queue(visit) = self.state.facts().contacts[&contact].place else {
            return;
        };
        self.force_offer(now, visit, agent);
        let offers = self.state.facts().visits.get(&visit);
        let offers = offers.map(|visit| visit.offers.clone());
        let theirs = offers
            .into_iter()
            .flatten()
            .find(|offer| self.state.facts().offers[offer].agent == agent);
        if let Some(offer) = theirs {
            self.connect(now, contact, offer);
            self.tell_offer(now, contact, offer);
        }
    }

    /// Whether the adapter was told to take an agent out of the contact's conversation, and has not noted it.
    fn is_to_take_agent_out(&self, contact: ContactId) -> bool {
        let contact = &self.state.facts().contacts[&contact];
        let directives = &self.state.adapter(contact.adapter).directives;
        contact.directives.iter().any(|id| {
            let open = directives.get(id).map(|issued| &issued.directive);
            matches!(open, Some(Directive::CancelConnect { .. }))
        })
    }

    /// The adapter is told by which offer the conversation goes on that its list opened: whatever comes later of it, from
    /// either side, names that offer.
    fn tell_offer(&mut self, now: TimeMs, contact: ContactId, offer: OfferId) {
        let Place::Handling(handling) = self.state.facts().contacts[&contact].place else {
            return;
        };
        let agent = self.state.facts().handlings[&handling].agent;
        let address = self.address(agent);
        let connect = Directive::Connect {
            offer,
            agent,
            address,
        };
        self.direct(now, contact, connect);
    }

    /// An entry that is not taken leaves its trace.
    fn note_refused(&mut self, now: TimeMs, adapter: AdapterNo, refused: &[LiveRefusal]) {
        for refused in refused.iter().cloned() {
            self.emit(
                now,
                Event::LiveEntryRefused(LiveEntryRefused { adapter, refused }),
            );
        }
    }

    /// A lost adapter's contacts are given up: waiting ones are abandoned, conversations released. Asynchronous
    /// contacts and those that are yet to be dialled outlive it; what was accepted of them goes back to its place.
    pub(super) fn give_adapter_up(&mut self, now: TimeMs, adapter: AdapterNo) {
        self.emit(now, Event::AdapterGivenUp(AdapterGivenUp { adapter }));
        self.take_over_outside_calls(now, adapter, &BTreeSet::new());
        let contacts = self.state.facts().contacts.values();
        let its: Vec<ContactId> = contacts
            .filter(|contact| contact.adapter == adapter && contact.is_held_by_adapter())
            .filter(|contact| !self.state.is_asynchronous_contact(contact))
            .map(|contact| contact.id)
            .collect();
        let open = its.into_iter().filter(|id| !self.state.is_ending(*id));
        let work = open.map(Work::GiveUp).collect();
        self.carry_out(now, work);
        let facts = self.state.facts();
        let connecting = self.state.connecting_offers(adapter).into_iter();
        let left = connecting.filter(|id| !self.state.is_ending(facts.offers[id].contact));
        let work = left.map(Work::FailConnect).collect();
        self.carry_out(now, work);
    }

    /// Ends contacts that their adapter has no longer. One end may end another: a consultation goes with its
    /// conversation.
    fn end_contacts(&mut self, now: TimeMs, contacts: Vec<ContactId>) {
        let open = contacts.into_iter().filter(|id| !self.state.is_ending(*id));
        let work = open.map(Work::End).collect();
        self.carry_out(now, work);
    }

    /// The adapter says that these agents, and no others, are in a call outside.
    fn take_over_outside_calls(
        &mut self,
        now: TimeMs,
        adapter: AdapterNo,
        busy: &BTreeSet<AgentNo>,
    ) {
        let agents = self.state.busy_outside().union(busy).copied();
        let changed = agents.filter_map(|no| {
            let said = &self.state.agent(no).outside_adapters;
            let (said, is) = (said.contains(&adapter), busy.contains(&no));
            (said != is).then_some(Work::OutsideBusy(adapter, no, is))
        });
        let work = changed.collect();
        self.carry_out(now, work);
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
            let directive = *directive;
            let by = DirectiveEnd::Acknowledged;
            let acknowledged = match issued.directive.stays_in_force() {
                true => Event::DirectiveAcknowledged(DirectiveAcknowledged { adapter, directive }),
                false => Event::DirectiveClosed(DirectiveClosed {
                    adapter,
                    directive,
                    by,
                }),
            };
            self.emit(now, acknowledged);
            if self.state.facts().contacts[&contact].place == Place::Leaving(directive) {
                self.emit(now, Event::ContactEnded(ContactEnded { contact }));
            }
        }
        Ok(Reply::Done)
    }

    /// Tells the contact's adapter to do something.
    pub(super) fn direct(&mut self, now: TimeMs, contact: ContactId, directive: Directive) {
        let adapter = self.state.facts().contacts[&contact].adapter;
        self.emit(
            now,
            Event::DirectiveIssued(DirectiveIssued {
                adapter,
                contact,
                directive,
            }),
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
        let open = directive.filter(|id| self.state.adapter(adapter).directive(*id).is_some());
        if let Some(directive) = open {
            self.emit(
                now,
                Event::DirectiveClosed(DirectiveClosed {
                    adapter,
                    directive,
                    by: DirectiveEnd::PurposeGone,
                }),
            );
        }
    }

    /// The contact's directive that is still in force and of which this holds need not be sent any more.
    pub(super) fn close_in_force(
        &mut self,
        now: TimeMs,
        contact: ContactId,
        is: impl Fn(&Directive) -> bool,
    ) {
        let open = &self.state.facts().contacts[&contact];
        let adapter = self.state.adapter(open.adapter);
        let found = open.directives.iter().copied().find(|id| {
            let issued = adapter.directive(*id);
            issued.is_some_and(|issued| is(&issued.directive))
        });
        self.close_directive(now, contact, found);
    }
}

/// What is said on a stream that is not the adapter's latest.
pub(super) fn fenced() -> Refusal {
    let detail = "this stream is not the adapter's latest";
    Refusal::new(Reason::AdapterFenced, "adapter", detail)
}

/// Whether what is said of the contacts can be about contacts of this adapter at all.
fn check_page(adapter: &AdapterName, page: &LivePage) -> Result<(), Refusal> {
    for live in &page.contacts {
        let arrival = &live.arrival;
        let wrong = check_name(arrival.contact.as_str()).err().or_else(|| {
            (arrival.adapter != *adapter)
                .then(|| format!("contact {} is another adapter's", arrival.contact))
        });
        if let Some(wrong) = wrong {
            return Err(Refusal::new(Reason::InvalidArgument, "contacts", wrong));
        }
    }
    Ok(())
}

impl LiveRefusal {
    fn contact(&self) -> Option<&ContactName> {
        match &self.entry {
            LiveEntry::Contact(contact) => Some(contact),
            LiveEntry::Agent(_) => None,
        }
    }
}

impl Contact {
    /// Whether the adapter has it on its lines: not one that it is yet to dial, nor a consultation before it begins.
    fn is_held_by_adapter(&self) -> bool {
        let consults = matches!(self.origin, ContactOrigin::ConsultOf(_));
        match self.place {
            Place::Queue(_) | Place::Parked(_) | Place::Arriving => {
                !self.is_to_be_dialled() && !consults
            }
            Place::Scheduled(_) => false,
            Place::Handling(_) | Place::Leaving(_) => true,
        }
    }
}
