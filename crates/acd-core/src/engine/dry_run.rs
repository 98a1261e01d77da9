//! What a configuration would change, without changing anything.

use super::Engine;
use crate::command::{ApplyConfig, Command, Request};
use crate::event::{Event, OfferMade, Outcome, VisitEnded};
use crate::ids::{AgentName, ContactName, QueueName, TimeMs};
use crate::matching::Matcher;
use crate::refusal::Refusal;
use crate::state::{State, Visit};

/// What a configuration would change for the contacts that wait.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DryRun {
    /// The version it would have.
    pub version: u64,
    /// The waiting contacts for which anything would change, in the order of their visits.
    pub contacts: Vec<ContactDifference>,
    /// The queues that would drain, with their open visits.
    pub draining: Vec<(QueueName, u32)>,
    /// The agents who would be logged out, at once or after their last contact.
    pub leaving: Vec<AgentName>,
}

/// What would change for one waiting contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactDifference {
    /// The contact.
    pub contact: ContactName,
    /// Its queue now.
    pub queue: QueueName,
    /// How many agents match its present step, before and after.
    pub matching_agents: (u32, u32),
    /// Its position, before and after; none: it would leave the queue.
    pub position: (u32, Option<u32>),
    /// The agent it would be offered to at once.
    pub offered_to: Option<AgentName>,
    /// How its visit would end at once.
    pub outcome: Option<Outcome>,
}

impl<M: Matcher> Engine<M> {
    /// What applying this configuration now would change.
    ///
    /// # Errors
    /// The refusal that applying it would get.
    pub fn dry_run(&self, now: TimeMs, apply: ApplyConfig) -> Result<DryRun, Refusal> {
        let mut after: Engine<M> = Engine::restore(self.tenant.clone(), self.state.facts().clone());
        let handled = after.handle(now, Request::internal(Command::ApplyConfig(apply)));
        handled.answer?;
        while !after.is_at_rest() {
            after.tick(handled.at_ms);
        }
        let (before, after) = (&self.state, after.state());
        let mut run = DryRun {
            version: after.facts().config_version,
            ..DryRun::default()
        };
        for visit in before
            .facts()
            .visits
            .values()
            .filter(|visit| visit.offers.is_empty())
        {
            let difference = difference(before, after, visit, &handled.events);
            run.contacts.extend(difference);
        }
        for (was, is) in before.facts().queues.iter().zip(&after.facts().queues) {
            if is.draining && !was.draining {
                let no = before.queue_no(&is.config.name);
                let open = no.map_or(0, |no| before.open_visits(no).len() as u32);
                run.draining.push((is.config.name.clone(), open));
            }
        }
        for (was, is) in before.facts().agents.iter().zip(&after.facts().agents) {
            if was.in_config && !is.in_config && was.session.is_some() {
                run.leaving.push(is.config.name.clone());
            }
        }
        Ok(run)
    }
}

fn difference(
    before: &State,
    after: &State,
    visit: &Visit,
    events: &[crate::event::Recorded],
) -> Option<ContactDifference> {
    let matching = |state: &State, visit: &Visit| {
        let terms = state.terms_of(visit);
        let members = state.members_of(visit.queue).iter();
        members.filter(|no| state.matches(**no, &terms)).count() as u32
    };
    let still = after.facts().visits.get(&visit.id);
    let offered_to = events.iter().find_map(|recorded| match &recorded.event {
        Event::OfferMade(OfferMade {
            visit: id, agent, ..
        }) if *id == visit.id => Some(after.agent(*agent).config.name.clone()),
        _ => None,
    });
    let outcome = events.iter().find_map(|recorded| match &recorded.event {
        Event::VisitEnded(VisitEnded {
            visit: id, outcome, ..
        }) if *id == visit.id => Some(*outcome),
        _ => None,
    });
    let difference = ContactDifference {
        contact: before.facts().contacts[&visit.contact].name.clone(),
        queue: before.queue(visit.queue).config.name.clone(),
        matching_agents: (
            matching(before, visit),
            still.map_or(0, |still| matching(after, still)),
        ),
        position: (
            before.position(visit),
            still.map(|still| after.position(still)),
        ),
        offered_to,
        outcome,
    };
    let same = difference.matching_agents.0 == difference.matching_agents.1
        && Some(difference.position.0) == difference.position.1
        && difference.offered_to.is_none();
    (!same).then_some(difference)
}
