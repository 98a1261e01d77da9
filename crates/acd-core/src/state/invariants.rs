//! What must hold of the facts after every step; `docs/architecture.md` tells why.

use super::{Derived, HandlingState, LeaseHolder, OfferState, Place, Standing, State, Visit};
use crate::command::RecordingState;
use crate::event::Directive;
use crate::ids::{AgentNo, QueueNo};

impl State {
    /// Checks everything that must hold after each step. For simulations and tests: it looks at all there is.
    ///
    /// # Errors
    /// The first thing that does not hold, in a sentence.
    pub fn check_invariants(&self) -> Result<(), String> {
        self.check_facts()?;
        self.derived_is_as_the_facts_say()
    }

    /// The part of it that looks at the facts alone, which takes far less time than all.
    ///
    /// # Errors
    /// The first thing that does not hold, in a sentence.
    pub fn check_facts(&self) -> Result<(), String> {
        self.every_contact_is_in_one_place()?;
        self.every_lease_has_one_holder()?;
        self.who_takes_part_has_an_owner()?;
        self.adapters_record_as_the_facts_say()?;
        self.counters_add_up()
    }

    /// What is derived from the facts, event by event, is what is derived from them at once: a restored snapshot goes
    /// on as the engine that it was taken of.
    fn derived_is_as_the_facts_say(&self) -> Result<(), String> {
        let fresh = State::from_facts(self.facts.clone()).derived;
        let Derived {
            skill_by_name,
            queue_by_name,
            agent_by_name,
            adapter_by_name,
            contact_by_name,
            ended_by_name,
            answer_by_request,
            answers_by_caller,
            ended_records,
            ended_at,
            open_visits,
            callbacks,
            calendar_by_name,
            attribute_by_key,
            return_by_customer,
            last_agent_by_customer,
            last_agent_window,
            index,
            allotments,
            timers,
            windowed,
            attendance,
            agent_of_recent,
            kept_for,
            busy_outside,
            put_off,
            // What the last events changed, and nobody has looked at yet.
            stirred_queues: _,
            touched: _,
            is_shown: _,
        } = &self.derived;
        let parts = [
            ("skills by name", *skill_by_name == fresh.skill_by_name),
            ("allotments", *allotments == fresh.allotments),
            ("queues by name", *queue_by_name == fresh.queue_by_name),
            ("agents by name", *agent_by_name == fresh.agent_by_name),
            (
                "adapters by name",
                *adapter_by_name == fresh.adapter_by_name,
            ),
            (
                "contacts by name",
                *contact_by_name == fresh.contact_by_name,
            ),
            (
                "ended contacts by name",
                *ended_by_name == fresh.ended_by_name,
            ),
            (
                "answers by request",
                *answer_by_request == fresh.answer_by_request,
            ),
            (
                "answers by caller",
                *answers_by_caller == fresh.answers_by_caller,
            ),
            (
                "ended contacts with a record",
                *ended_records == fresh.ended_records,
            ),
            ("open visits", *open_visits == fresh.open_visits),
            ("callbacks owed", *callbacks == fresh.callbacks),
            (
                "calendars by name",
                *calendar_by_name == fresh.calendar_by_name,
            ),
            (
                "attributes by key",
                *attribute_by_key == fresh.attribute_by_key,
            ),
            (
                "returning customers",
                *return_by_customer == fresh.return_by_customer,
            ),
            (
                "last agents",
                *last_agent_by_customer == fresh.last_agent_by_customer,
            ),
            (
                "window of last agents",
                *last_agent_window == fresh.last_agent_window,
            ),
            ("index of the queues", *index == fresh.index),
            ("timers", *timers == fresh.timers),
            ("visits with a window", *windowed == fresh.windowed),
            ("who is not absent", *attendance == fresh.attendance),
            (
                "whose the handlings on record are",
                *agent_of_recent == fresh.agent_of_recent,
            ),
            ("what comes back to agents", *kept_for == fresh.kept_for),
            ("who is busy outside", *busy_outside == fresh.busy_outside),
            ("ends of contacts", *ended_at == fresh.ended_at),
            ("what is put off", *put_off == fresh.put_off),
        ];
        match parts.iter().find(|(_, same)| !same) {
            Some((part, _)) => Err(format!("derived from the facts at once: other {part}")),
            None => Ok(()),
        }
    }

    /// What an adapter is told of a recording is what is shown of it, and is in force while the conversation lasts.
    fn adapters_record_as_the_facts_say(&self) -> Result<(), String> {
        for contact in self.facts.contacts.values() {
            let adapter = self.adapter(contact.adapter);
            let mut told = contact.directives.iter().filter_map(|id| {
                match adapter.directive(*id)?.directive {
                    Directive::Record { handling, state } => Some((handling, state)),
                    _ => None,
                }
            });
            let (first, more) = (told.next(), told.next());
            let holds = match (contact.place, first) {
                (_, None) => {
                    !matches!(contact.place, Place::Handling(_))
                        || contact.recording == RecordingState::Off
                }
                (Place::Handling(talk), Some(told)) => told == (talk, contact.recording),
                (_, Some(_)) => false,
            };
            if !holds || more.is_some() {
                let is = contact.recording;
                return Err(format!(
                    "the recording of contact {} is {is:?}, its adapter was told {first:?}, {more:?}",
                    contact.name
                ));
            }
        }
        Ok(())
    }

    fn every_contact_is_in_one_place(&self) -> Result<(), String> {
        let facts = &self.facts;
        for contact in facts.contacts.values() {
            let placed = match contact.place {
                Place::Arriving => false,
                Place::Queue(visit) => facts
                    .visits
                    .get(&visit)
                    .is_some_and(|visit| visit.contact == contact.id),
                Place::Handling(handling) => {
                    facts.handlings.get(&handling).is_some_and(|handling| {
                        handling.contact == contact.id
                            && !matches!(handling.state, HandlingState::WrapUp { .. })
                    })
                }
                Place::Parked(_) => true,
                Place::Scheduled(_) => true,
                Place::Leaving(directive) => self
                    .adapter(contact.adapter)
                    .directives
                    .contains_key(&directive),
            };
            if !placed {
                return Err(format!(
                    "contact {} is not where it says it is: {:?}",
                    contact.name, contact.place
                ));
            }
        }
        for visit in facts.visits.values() {
            if facts
                .contacts
                .get(&visit.contact)
                .is_none_or(|contact| contact.place != Place::Queue(visit.id))
            {
                return Err(format!(
                    "visit {} has no contact that waits in it",
                    visit.id
                ));
            }
            let offers: Vec<_> = visit
                .offers
                .iter()
                .filter_map(|offer| facts.offers.get(offer))
                .collect();
            if offers.len() != visit.offers.len()
                || offers.iter().any(|offer| offer.visit != visit.id)
            {
                return Err(format!("visit {} says it is offered and is not", visit.id));
            }
            let accepted = offers
                .iter()
                .any(|offer| matches!(offer.state, OfferState::Connecting { .. }));
            if accepted && offers.len() > 1 {
                return Err(format!(
                    "visit {} is accepted and still offered to others",
                    visit.id
                ));
            }
        }
        Ok(())
    }

    fn every_lease_has_one_holder(&self) -> Result<(), String> {
        let facts = &self.facts;
        let mut leases = 0;
        for (no, agent) in (0..).map(AgentNo).zip(&facts.agents) {
            leases += agent.leases.len();
            for lease in &agent.leases {
                let held = match lease.holder {
                    LeaseHolder::Offer(offer) => facts
                        .offers
                        .get(&offer)
                        .is_some_and(|offer| offer.agent == no),
                    LeaseHolder::Handling(id) => facts
                        .handlings
                        .get(&id)
                        .is_some_and(|handling| handling.agent == no),
                };
                if !held {
                    return Err(format!(
                        "agent {} has a lease of nothing: {lease:?}",
                        agent.config.name
                    ));
                }
            }
            for (channel, slots) in &agent.config.capacity {
                let unforced = |lease: &super::Lease| match lease.holder {
                    LeaseHolder::Offer(offer) => !facts.offers[&offer].forced,
                    LeaseHolder::Handling(_) => true,
                };
                let used = agent.slots_used(|lease| lease.channel == *channel && unforced(lease));
                let forced = self.was_forced(agent);
                if agent.in_config && used > *slots && !forced && self.capacity_never_changed(agent)
                {
                    return Err(format!(
                        "agent {} holds more than {slots} on {channel}",
                        agent.config.name
                    ));
                }
            }
        }
        if leases != facts.offers.len() + facts.handlings.len() {
            return Err(format!(
                "{leases} leases for {} offers and handlings",
                facts.offers.len() + facts.handlings.len()
            ));
        }
        for offer in facts.offers.values() {
            if facts
                .visits
                .get(&offer.visit)
                .is_none_or(|visit| !visit.offers.contains(&offer.id))
            {
                return Err(format!(
                    "offer {} is open, but its visit does not know it",
                    offer.id
                ));
            }
            if matches!(
                offer.state,
                OfferState::Connecting {
                    directive: None,
                    ..
                }
            ) {
                return Err(format!(
                    "offer {} was accepted, but nobody was told to connect it",
                    offer.id
                ));
            }
        }
        Ok(())
    }

    /// Owner and participants of a conference name each other, and all of them talk.
    fn who_takes_part_has_an_owner(&self) -> Result<(), String> {
        let handlings = &self.facts.handlings;
        for handling in handlings.values() {
            let owned = handling.owner.is_none_or(|owner| {
                let owner = handlings.get(&owner);
                owner.is_some_and(|owner| owner.participants.contains(&handling.id))
            });
            let known = handling.participants.iter().all(|participant| {
                let participant = handlings.get(participant);
                participant.is_some_and(|other| other.owner == Some(handling.id))
            });
            let is_alone = handling.owner.is_none() && handling.participants.is_empty();
            let talks = !matches!(handling.state, HandlingState::WrapUp { .. });
            if !owned || !known || !(is_alone || talks) {
                let id = handling.id;
                return Err(format!(
                    "the conference of handling {id} does not hold together"
                ));
            }
        }
        Ok(())
    }

    /// A supervisor may have an agent hold more than they have slots for.
    fn was_forced(&self, agent: &super::Agent) -> bool {
        agent.leases.iter().any(|lease| match lease.holder {
            LeaseHolder::Offer(offer) => self.facts.offers[&offer].forced,
            LeaseHolder::Handling(id) => self.facts.handlings[&id].forced,
        })
    }

    /// A configuration that takes slots away leaves what is in them running.
    fn capacity_never_changed(&self, agent: &super::Agent) -> bool {
        let since = agent.leases.iter().map(|lease| match lease.holder {
            LeaseHolder::Offer(offer) => offer.0,
            LeaseHolder::Handling(id) => self.facts.handlings[&id].offer.0,
        });
        since.min().is_none_or(|oldest| {
            self.facts
                .versions
                .back()
                .is_none_or(|version| version.seq < oldest)
        })
    }

    fn places_are_those_of_the_matching_order(&self, no: QueueNo) -> Result<(), String> {
        let visits = self.facts.visits.values();
        let mut open: Vec<&Visit> = visits.filter(|visit| visit.queue == no).collect();
        open.sort_by_key(|visit| self.queue_key(visit));
        let mut waiting = 0;
        for (place, visit) in (1..).zip(&open) {
            let told = (self.position(visit), self.waiting_before(visit));
            if told != (place, waiting) {
                let id = visit.id;
                return Err(format!(
                    "visit {id:?} stands at {place} behind {waiting} who wait, told are {told:?}"
                ));
            }
            waiting += u32::from(visit.standing() == Standing::Waiting);
        }
        match self
            .in_order(no)
            .map(|visit| visit.id)
            .eq(open.iter().map(|visit| visit.id))
        {
            true => Ok(()),
            false => Err(format!("the visits of queue {no:?} are not in order")),
        }
    }

    fn counters_add_up(&self) -> Result<(), String> {
        for (no, queue) in (0..).map(QueueNo).zip(&self.facts.queues) {
            let in_queue: u64 = queue
                .figures
                .values()
                .map(|figures| figures.in_queue())
                .sum();
            let open = self
                .facts
                .visits
                .values()
                .filter(|visit| visit.queue == no)
                .count() as u64;
            if in_queue != open || open != self.open_visits(no).len() as u64 {
                let name = &queue.config.name;
                return Err(format!(
                    "queue {name}: {open} visits are open, the figures say {in_queue}"
                ));
            }
            let (waiting, kept) = (self.line(no).waiting, queue.performance.waiting());
            if waiting != kept {
                let name = &queue.config.name;
                return Err(format!(
                    "queue {name}: {waiting} visits wait, its performance says {kept}"
                ));
            }
            self.places_are_those_of_the_matching_order(no)?;
            for (channel, figures) in &queue.figures {
                let is_scheduled = |contact: &&super::Contact| match contact.place {
                    Place::Scheduled(schedule) => {
                        schedule.queue == no && contact.channel == *channel
                    }
                    _ => false,
                };
                let scheduled = self.facts.contacts.values().filter(is_scheduled).count();
                if figures.scheduled != scheduled as u64 {
                    let name = &queue.config.name;
                    return Err(format!(
                        "queue {name}: {scheduled} contacts are scheduled, the figures say {}",
                        figures.scheduled
                    ));
                }
                let offers = figures.offers;
                let over = offers.connected
                    + offers.rejected
                    + offers.timed_out
                    + offers.canceled
                    + offers.rescinded
                    + offers.connect_failed;
                if over > offers.made || figures.answered_wait.count() != figures.answered {
                    return Err(format!(
                        "queue {}: the figures do not add up: {figures:?}",
                        queue.config.name
                    ));
                }
            }
        }
        Ok(())
    }

    /// Checks what must hold when an instant is done: nothing is put off, and no waiting visit and eligible agent
    /// coexist (work conservation).
    ///
    /// # Errors
    /// The first thing that does not hold, in a sentence.
    pub fn check_rest(&self) -> Result<(), String> {
        if let Some(piece) = self.facts.work.front() {
            return Err(format!("{piece:?} is still put off"));
        }
        for handling in self.facts.handlings.values() {
            if handling.suspended_since.is_some() != self.is_to_be_suspended(handling) {
                return Err(format!(
                    "handling {} is suspended and should not be, or the other way round",
                    handling.id
                ));
            }
        }
        for visit in self.facts.visits.values() {
            if let Some(no) = self.eligible_agents(visit).first() {
                let name = &self.agent(*no).config.name;
                return Err(format!(
                    "visit {} waits and agent {name} is eligible",
                    visit.id
                ));
            }
        }
        Ok(())
    }
}
