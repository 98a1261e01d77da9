//! Events become rows: a tenant's state with what the rows tell of it, and no store.
//!
//! A row is what the state says of a thing, before the event that ends it or after the one that begins it, so that nothing but the
//! state is needed to go on from any event. Figures are differences of the engine's own counters.

mod agents;
mod configuration;
mod contacts;
mod figures;
mod handlings;
mod offers;
mod reviews;
mod scores;
mod transfers;
mod visits;

use std::collections::{BTreeMap, BTreeSet};

use acd_core::event::{Event, Recorded};
use acd_core::figures::Figures;
use acd_core::ids::{AgentNo, Channel, ContactId, HandlingId, OfferId, QueueNo, VisitId};
use acd_core::personal::Personal;
use acd_core::state::{Facts, State, Touched};

use self::agents::Seen;
use self::figures::Tallies;
use crate::changes::{Changes, Gap};
use crate::erasing::Erasure;
use crate::quarter;
use crate::store::Position;
use crate::value::{Text, Value, int};

/// One tenant on its way from events to rows.
#[derive(Debug)]
pub struct Projection {
    state: State,
    names: Names,
    changes: Changes,
    /// The agents as the rows tell them, by number.
    agents: Vec<Seen>,
    /// What the open handlings consist of at the moment.
    segments: BTreeMap<HandlingId, &'static str>,
    /// The counters as far as they are in rows, by queue.
    counted: Vec<BTreeMap<Channel, Figures>>,
    /// The queues whose counters may have changed since.
    stirred: BTreeSet<QueueNo>,
    /// The open contacts whose rows are to be written.
    shown: BTreeSet<ContactId>,
    tallies: Tallies,
    /// The last event of which everything has been taken.
    taken_seq: u64,
}

/// The names of agents and queues, by number; none ever changes.
#[derive(Debug, Default)]
struct Names {
    agents: Vec<Text>,
    queues: Vec<Text>,
}

impl Names {
    fn learn(&mut self, facts: &Facts) {
        let agents = facts.agents.iter().skip(self.agents.len());
        self.agents
            .extend(agents.map(|it| Text::from(&it.config.name)));
        let queues = facts.queues.iter().skip(self.queues.len());
        self.queues
            .extend(queues.map(|it| Text::from(&it.config.name)));
    }
}

/// What an event was about.
#[derive(Debug, Default)]
struct Stir {
    agents: BTreeSet<AgentNo>,
    handlings: BTreeSet<HandlingId>,
}

impl Projection {
    /// A tenant in this state, of which everything up to its last event is in the rows.
    pub fn of(state: State) -> Self {
        let facts = state.facts();
        let queues = facts.queues.iter();
        let handlings = facts.handlings.values();
        let mut names = Names::default();
        names.learn(facts);
        Self {
            names,
            changes: Changes::default(),
            agents: facts.agents.iter().map(Seen::of).collect(),
            segments: handlings
                .map(|it| (it.id, handlings::segment(it)))
                .collect(),
            counted: queues.map(|queue| queue.figures.clone()).collect(),
            stirred: BTreeSet::new(),
            shown: BTreeSet::new(),
            tallies: Tallies::default(),
            taken_seq: state.facts().seq,
            state,
        }
    }

    /// A tenant in this state, when the rows are to go on from it after a gap: what is open in it begins in the rows.
    pub fn after_gap(state: State, gap: Gap) -> Self {
        let mut projection = Self::of(state);
        projection.taken_seq = 0;
        projection.agents.clear();
        projection.segments.clear();
        projection.changes.note_gap(gap);
        // Which of them became so in the gap is not known.
        let expiry = &projection.state.facts().expiry;
        projection.changes.erase(Erasure::all_expired(expiry));
        projection.tell_all();
        projection
    }

    fn tell_all(&mut self) {
        let facts = self.state.facts();
        self.shown.extend(facts.contacts.keys());
        let visits: Vec<VisitId> = facts.visits.keys().copied().collect();
        let offers: Vec<OfferId> = facts.offers.keys().copied().collect();
        let handlings: Vec<HandlingId> = facts.handlings.keys().copied().collect();
        let agents = facts.agents.len();
        // What began in the gap begins in the rows with its last event.
        let now = Recorded {
            seq: facts.seq,
            at_ms: facts.now,
            event: Event::DayBegan,
        };
        visits.into_iter().for_each(|id| self.write_visit(id, None));
        offers.into_iter().for_each(|id| self.write_offer(id));
        for id in handlings {
            self.write_handling(id);
            self.see_handling(id, &now);
        }
        (0..)
            .map(AgentNo)
            .take(agents)
            .for_each(|no| self.see_agent(no, &now));
    }

    /// The state after the last event.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Where it stands.
    pub fn position(&self) -> Position {
        let facts = self.state.facts();
        Position {
            seq: facts.seq,
            at_ms: facts.now,
        }
    }

    /// Takes in the next events of the tenant's log, up to one before which what has changed is to be taken: it erases
    /// something of rows, which must be there. Returns how many it has taken in.
    ///
    /// # Panics
    /// If they do not follow the last one, as [`State::apply`].
    pub fn follow(&mut self, events: &[Recorded]) -> usize {
        let erases =
            |event: &Event| matches!(event, Event::PersonalErased(_) | Event::PersonalExpired(_));
        for (count, recorded) in events.iter().enumerate() {
            if erases(&recorded.event) && self.taken_seq < self.state.facts().seq {
                return count;
            }
            self.apply(recorded);
        }
        events.len()
    }

    fn apply(&mut self, recorded: &Recorded) {
        let facts = self.state.facts();
        if facts.seq > 0 && quarter::begin(facts.now) < quarter::begin(recorded.at_ms) {
            self.end_quarters(recorded.at_ms);
        }
        if matches!(recorded.event, Event::ConfigApplied(_)) {
            // What was counted is stamped with the settings of its time.
            self.write_figures();
        }
        self.before(recorded);
        let touched = self.state.follow(recorded);
        self.names.learn(self.state.facts());
        self.after(recorded);
        let mut stir = Stir::default();
        for touched in &touched {
            self.note(touched, &mut stir);
        }
        for agent in stir.agents {
            self.see_agent(agent, recorded);
        }
        for handling in stir.handlings {
            self.see_handling(handling, recorded);
        }
    }

    /// What has changed since the last call.
    pub fn take(&mut self) -> Changes {
        self.taken_seq = self.state.facts().seq;
        self.write_figures();
        self.write_tallies();
        for contact in std::mem::take(&mut self.shown) {
            self.write_contact(contact);
        }
        std::mem::take(&mut self.changes)
    }

    /// Writes what an event ends, as it still stands.
    fn before(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::ContactEnded(event) => self.contact_ends(event.contact, recorded, false),
            Event::ContactGivenUp(event) => self.contact_ends(event.contact, recorded, true),
            Event::VisitEnded(event) => self.visit_ends(event, recorded),
            Event::OfferAccepted(event) => self.offer_accepted(event, recorded),
            Event::OfferEnded(event) => self.offer_ends(event, recorded),
            Event::HandlingStarted(event) => self.offer_connects(event, recorded),
            Event::FirstResponded(event) => self.first_responded(event, recorded),
            Event::ResponseMissed(event) => self.response_missed(event, recorded),
            Event::ConsultCompleted(event) => self.consult_completes(event, recorded),
            Event::HandlingEnded(event) => self.handling_ends(event, recorded),
            Event::DirectiveIssued(event) => self.sent_outside(event, recorded),
            Event::PersonalExpired(event) => self.personal_expires(event),
            _ => {}
        }
    }

    /// Writes what an event begins or changes, as it stands now.
    fn after(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::ContactAccepted(contact) => {
                let id = ContactId(recorded.seq);
                self.write_attributes(id, &contact.attributes, recorded.at_ms);
                self.customer_came(id);
            }
            Event::ContactChanged(event) => {
                let changed = &event.change.attributes;
                self.write_attributes(event.contact, changed, recorded.at_ms);
            }
            Event::ReferenceAdded(event) => self.reference_added(event, recorded),
            Event::ScoreReported(event) => self.score_reported(event, recorded),
            Event::ReviewSubmitted(event) => self.review_submitted(event, recorded),
            Event::ContactRefused(event) => self.contact_refused(event, recorded),
            Event::JoinRefused(event) => self.join_refused(event, recorded),
            Event::VisitOpened(event) => self.visit_opened(event, recorded),
            Event::OfferMade(_) => self.offer_made(recorded),
            Event::HandlingStarted(_) | Event::AttemptWrapUpBegan(_) => {
                self.write_handling(HandlingId(recorded.seq));
            }
            Event::TalkEnded(event) => self.talk_ended(event.handling, event.by, recorded.at_ms),
            Event::ContactParked(event) => self.parked(event.handling, recorded.at_ms),
            Event::ConsultJoined(event) => self.consult_joined(event),
            Event::ConsultCompleted(event) => self.consult_completed(event),
            Event::DispositionSet(event) => self.disposition_set(event),
            Event::WrapUpEntered(event) => self.wrap_up_entered(event.handling),
            Event::SupervisorActed(event) => self.acted(event, recorded),
            Event::PersonalErased(event) => self.personal_erased(event),
            Event::ConfigApplied(event) => self.config_applied(event, recorded),
            Event::AgentSkillsSet(event) => self.skills_set(event, recorded),
            _ => {}
        }
    }

    fn note(&mut self, touched: &Touched, stir: &mut Stir) {
        match touched {
            Touched::Everything => {
                let facts = self.state.facts();
                stir.agents
                    .extend((0..).map(AgentNo).take(facts.agents.len()));
                self.stirred
                    .extend((0..).map(QueueNo).take(facts.queues.len()));
            }
            Touched::Agent(no) | Touched::Skills(no) | Touched::Day(no) => {
                stir.agents.insert(*no);
            }
            Touched::Figures(queue) | Touched::Queue(queue) => _ = self.stirred.insert(*queue),
            Touched::Contact { contact, queue, .. } => {
                self.stirred.extend(queue);
                self.shown.insert(contact.contact);
            }
            Touched::Offer { offer, queue } => {
                self.stirred.insert(*queue);
                self.shown.insert(offer.contact.contact);
                stir.agents.insert(offer.agent);
            }
            Touched::Handling { handling, queue } => {
                self.stirred.insert(*queue);
                self.shown.insert(handling.contact.contact);
                stir.agents.insert(handling.agent);
                stir.handlings.insert(handling.handling);
            }
            Touched::Adapter(_)
            | Touched::Directives(_)
            | Touched::Queues
            | Touched::Visit(_)
            | Touched::Act(_) => {}
        }
    }

    fn agent_name(&self, no: AgentNo) -> Text {
        self.names.agents[no.index()].clone()
    }

    fn queue_name(&self, no: QueueNo) -> Text {
        self.names.queues[no.index()].clone()
    }

    fn config_version(&self) -> i64 {
        int(self.state.facts().config_version)
    }
}

/// The key of a thing that an event numbers.
fn number(seq: u64) -> [Value; 1] {
    [Value::Int(int(seq))]
}

/// A value, unless it was erased.
fn known(value: Option<&Personal>) -> Option<Personal> {
    value.filter(|value| !value.is_erased()).cloned()
}
