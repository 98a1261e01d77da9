//! What has changed for a reader: subjects gathered until they are rendered, each entity once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use acd_core::event::{Event, Recorded, SupervisorActed};
use acd_core::ids::{AdapterNo, AgentNo, HandlingId, QueueNo};
use acd_core::state::{Change, ContactRef, HandlingRef, OfferRef, State};

use super::entity::{Entity, Rendered};
use super::rendering::Rendering;
use acd_view as view;
use acd_view::ViewFilter;

/// How many contacts of a line are told their place whenever it may have changed.
const PLACES_TOLD_MAX: usize = 200;

/// What changed on an agent's screen. The agent himself is always part of it.
#[derive(Debug, Default)]
pub(crate) struct ChangedScreen {
    /// Anything may have changed: the whole screen is told anew.
    whole: bool,
    offers: BTreeSet<OfferRef>,
    /// By handling: one that was given another contact is found by the newest.
    handlings: BTreeMap<HandlingId, HandlingRef>,
}

impl ChangedScreen {
    pub(crate) fn note(&mut self, change: &Change) {
        match change {
            Change::Offer { offer, .. } => {
                self.offers.insert(offer.clone());
            }
            Change::Handling {
                handling, offer, ..
            } => {
                self.handlings.insert(handling.handling, handling.clone());
                if let Some(connected) = offer {
                    self.offers.insert(OfferRef {
                        offer: *connected,
                        agent: handling.agent,
                        contact: handling.contact.clone(),
                    });
                }
            }
            Change::Contact { offers, .. } => self.offers.extend(offers.iter().cloned()),
            Change::Everything => self.whole = true,
            Change::Agent(_)
            | Change::Adapter(_)
            | Change::Queue(_)
            | Change::Queues
            | Change::Act(_) => {}
        }
    }

    /// An offer of a contact that changed may be on another agent's screen.
    pub(crate) fn render(
        &self,
        no: AgentNo,
        rendering: &Rendering<'_>,
    ) -> BTreeMap<Entity, Rendered> {
        let own = self.offers.iter().filter(|offer| offer.agent == no);
        let offers = own.map(|offer| rendering.offer(offer));
        let handlings = self.handlings.values().map(|held| rendering.handling(held));
        let whole = self.whole.then(|| rendering.screen(no));
        offers
            .chain(handlings)
            .chain([rendering.agent(no)])
            .chain(whole.into_iter().flatten())
            .collect()
    }
}

/// Whose screens a subject shows on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Screens<'s> {
    None,
    One(AgentNo),
    /// Those of the agents of these offers.
    Offers(&'s [OfferRef]),
    All,
}

impl<'s> Screens<'s> {
    pub(crate) fn of(change: &'s Change) -> Self {
        match change {
            Change::Everything => Screens::All,
            Change::Agent(no) => Screens::One(*no),
            Change::Offer { offer, .. } => Screens::One(offer.agent),
            Change::Handling { handling, .. } => Screens::One(handling.agent),
            Change::Contact { offers, .. } => Screens::Offers(offers),
            Change::Adapter(_) | Change::Queue(_) | Change::Queues | Change::Act(_) => {
                Screens::None
            }
        }
    }

    pub(crate) fn include(self, no: AgentNo) -> bool {
        match self {
            Screens::None => false,
            Screens::One(one) => one == no,
            Screens::Offers(offers) => offers.iter().any(|offer| offer.agent == no),
            Screens::All => true,
        }
    }
}

/// What changed in the views of a tenant.
#[derive(Debug, Default)]
pub(crate) struct ChangedView {
    /// The configuration changed: the whole view is told anew.
    pub(crate) whole: bool,
    agents: BTreeSet<AgentNo>,
    queues: BTreeSet<QueueNo>,
    /// The queues whose line changed: its contacts may have another place.
    lines: BTreeSet<QueueNo>,
    adapters: BTreeSet<AdapterNo>,
    /// What supervisors did.
    acts: BTreeMap<u64, Arc<Recorded>>,
    /// The contacts with the queues they touched: one that left a queue still shows there as gone.
    contacts: BTreeMap<ContactRef, BTreeSet<QueueNo>>,
}

impl ChangedView {
    pub(crate) fn note(&mut self, change: &Change, state: &State) {
        match change {
            Change::Everything => self.whole = true,
            Change::Agent(no) => self.note_agent(*no, state),
            Change::Adapter(no) => {
                self.adapters.insert(*no);
            }
            Change::Queue(no) => {
                self.queues.insert(*no);
            }
            Change::Queues => {
                let all = (0..).map(QueueNo).take(state.facts().queues.len());
                self.queues.extend(all);
            }
            Change::Act(act) => {
                self.acts.insert(act.seq, act.clone());
            }
            Change::Contact {
                contact,
                queue,
                adapter,
                ..
            } => {
                self.adapters.insert(*adapter);
                self.note_contact(contact, *queue);
            }
            Change::Offer { offer, queue } => {
                self.note_agent(offer.agent, state);
                self.note_contact(&offer.contact, Some(*queue));
            }
            Change::Handling {
                handling, queue, ..
            } => {
                self.note_agent(handling.agent, state);
                self.note_contact(&handling.contact, Some(*queue));
            }
        }
    }

    /// A queue counts its agents.
    fn note_agent(&mut self, no: AgentNo, state: &State) {
        self.agents.insert(no);
        self.queues.extend(state.agent(no).queues.keys());
    }

    fn note_contact(&mut self, contact: &ContactRef, queue: Option<QueueNo>) {
        self.contacts
            .entry(contact.clone())
            .or_default()
            .extend(queue);
        self.queues.extend(queue);
        self.lines.extend(queue);
    }

    /// What of it a view shows.
    pub(crate) fn render(
        &self,
        filter: &ViewFilter,
        rendering: &Rendering<'_>,
    ) -> BTreeMap<Entity, Rendered> {
        let state = rendering.state();
        let queues = filter.queues.then(|| {
            let shown = |(no, _): &(&QueueNo, &Rendered)| {
                self.queues.contains(no) && view::shows_queue(state, filter, **no)
            };
            let queues = rendering.queues().iter().filter(shown);
            queues.map(|(no, queue)| (Entity::Queue(*no), queue.clone()))
        });
        let agents = self
            .agents
            .iter()
            .filter(|no| state.agent(**no).in_config && view::shows_agent(state, filter, **no));
        let contacts = self
            .contacts
            .iter()
            .filter(|(_, queues)| shows_contact_of(state, filter, queues));
        let adapters = rendering.adapters().iter();
        let adapters = adapters.filter(|(no, _)| self.adapters.contains(no));
        let acts = self.acts.iter().filter(|_| filter.acts);
        queues
            .into_iter()
            .flatten()
            .chain(agents.map(|no| rendering.agent(*no)))
            .chain(self.moved(filter, rendering))
            .chain(contacts.map(|(contact, _)| rendering.contact(contact)))
            .chain(adapters.map(|(no, adapter)| (Entity::Adapter(*no), adapter.clone())))
            .chain(acts.filter_map(|(seq, act)| Some((Entity::Act(*seq), rendered_act(act)?))))
            .collect()
    }

    /// Those at the head of the lines that changed: each may have another place now.
    fn moved(&self, filter: &ViewFilter, rendering: &Rendering<'_>) -> Vec<(Entity, Rendered)> {
        let state = rendering.state();
        let lines = self.lines.iter().filter(|no| {
            let one = BTreeSet::from([**no]);
            shows_contact_of(state, filter, &one)
        });
        let visits = lines.flat_map(|no| rendering.positions().first(state, *no, PLACES_TOLD_MAX));
        visits
            .map(|visit| {
                let contact = &state.facts().contacts[&state.facts().visits[&visit].contact];
                rendering.contact(&ContactRef {
                    contact: contact.id,
                    name: contact.name.clone(),
                })
            })
            .collect()
    }
}

fn rendered_act(recorded: &Recorded) -> Option<Rendered> {
    let Event::SupervisorActed(SupervisorActed { author, act }) = &recorded.event else {
        return None;
    };
    let shown = view::supervisor_act(recorded.seq, recorded.at_ms, author, act);
    Some(Rendered::Act(Arc::new(shown)))
}

fn shows_contact_of(state: &State, filter: &ViewFilter, queues: &BTreeSet<QueueNo>) -> bool {
    let is_named = |no: &QueueNo| filter.queue_names.contains(&state.queue(*no).config.name);
    filter.contacts && (filter.queue_names.is_empty() || queues.iter().any(is_named))
}
