//! Why a contact waits and why an agent gets none, for people and for programs.

use std::cmp::Reverse;
use std::fmt;
use std::ops::ControlFlow;

use acd_core::config::Target;
use acd_core::event::Next;
use acd_core::explain::{
    self, AgentReasons, Class, ContactExplanation, ContactReasons, EXAMPLES_MAX, Reason, WhyNot,
};
use acd_core::ids::{AgentNo, ContactName, TimeMs};
use acd_core::state::{Contact, Place, State, VisitRecord};
use acd_proto::v1::{self, reason_class::About};

use super::story::{self, Story, instant};
use super::{
    Unknown, agent_state, contact_state, ended_contact_record, handling_record, offer_record, words,
};

/// How many agents or contacts are looked at at once: whoever shows the tenant has other things to show in between.
const PART: usize = 256;

/// What happened to a contact, and why it waits if it does, gathered a part at a time.
#[derive(Debug)]
pub struct ContactExplainer {
    name: ContactName,
    /// The instant that spans are counted to.
    now: TimeMs,
    reasons: AgentReasons,
}

impl ContactExplainer {
    /// What is to be told at `now` of the contact of this name.
    pub fn of(name: ContactName, now: TimeMs) -> Self {
        Self {
            name,
            now,
            reasons: AgentReasons::default(),
        }
    }

    /// Looks at one part of what is to be told. Breaks with the explanation once that is all; sequence and time are left
    /// to the caller, and an error says that nothing is known of the contact any more.
    pub fn look(
        &mut self,
        state: &State,
    ) -> ControlFlow<Result<v1::ExplainContactResponse, Unknown>> {
        let Some(contact) = state.contact_named(&self.name) else {
            return ControlFlow::Break(explain_ended(state, &self.name, self.now));
        };
        if !self.reasons.look(state, contact, PART) {
            return ControlFlow::Continue(());
        }
        let now = self.now;
        let tell = |at| instant(at, now);
        let explanation = explain::contact_for(state, contact, &self.reasons, now, &tell);
        let records = records(state, contact);
        let mut sentences = vec![explanation.sentence.clone()];
        sentences.extend(history(state, contact, &records, now));
        ControlFlow::Break(Ok(v1::ExplainContactResponse {
            sentences,
            waiting: waiting(state, contact, &explanation),
            contact: Some(contact_state(state, contact)),
            ..records
        }))
    }
}

fn explain_ended(
    state: &State,
    name: &ContactName,
    now: TimeMs,
) -> Result<v1::ExplainContactResponse, Unknown> {
    let ended = state.ended_named(name, state.facts().now);
    let (at, ended) = ended.ok_or_else(|| Unknown::Contact(name.clone()))?;
    let contact = ended.record.as_deref();
    let contact = contact.ok_or_else(|| Unknown::Record(name.clone()))?;
    let records = records(state, contact);
    let mut sentences = vec![story::ended(name, at, now)];
    sentences.extend(history(state, contact, &records, now));
    Ok(v1::ExplainContactResponse {
        sentences,
        contact: Some(ended_contact_record(state, contact, at)),
        ..records
    })
}

/// Why nobody takes the contact, if it waits.
fn waiting(
    state: &State,
    contact: &Contact,
    explanation: &ContactExplanation,
) -> Option<v1::WaitExplanation> {
    let Place::Queue(visit) = contact.place else {
        return None;
    };
    let visit = &state.facts().visits[&visit];
    visit.offers.is_empty().then(|| v1::WaitExplanation {
        position: explanation.position.unwrap_or(0),
        agents: reason_classes(&explanation.agents),
        predicted: state.predicted_for(visit).map(words::prediction),
        barred: explanation.barred.as_ref().map(bar),
    })
}

fn records(state: &State, contact: &Contact) -> v1::ExplainContactResponse {
    let handlings = contact.handlings.iter().map(|record| {
        let mut handling = handling_record(state, contact, record);
        if let Some(disposition) = &mut handling.disposition {
            disposition.notes = None;
        }
        handling
    });
    v1::ExplainContactResponse {
        visits: contact
            .visits
            .iter()
            .map(|visit| visit_record(state, contact, visit))
            .collect(),
        handlings: handlings.collect(),
        ..Default::default()
    }
}

fn visit_record(state: &State, contact: &Contact, record: &VisitRecord) -> v1::VisitRecord {
    let open = state.facts().visits.get(&record.visit);
    let stands = match (open, &record.end) {
        (Some(visit), _) if !visit.offers.is_empty() => v1::VisitState::Offered,
        (Some(_), _) | (None, None) => v1::VisitState::Waiting,
        (None, Some(_)) => v1::VisitState::Ended,
    };
    let offers = contact
        .offers
        .iter()
        .filter(|offer| offer.visit == record.visit);
    let end = record.end.as_ref();
    let (next, next_name) = end.map_or_else(Default::default, |end| next(state, &end.next));
    v1::VisitRecord {
        visit_id: record.visit.0,
        queue: state.queue(record.queue).config.name.to_string(),
        state: stands.into(),
        outcome: record
            .end
            .as_ref()
            .map_or(v1::VisitOutcome::Unspecified, |end| {
                words::outcome(end.outcome)
            })
            .into(),
        overflow_reason: record
            .end
            .as_ref()
            .map_or(v1::OverflowReason::Unspecified, |end| {
                words::overflowed(end.outcome)
            })
            .into(),
        next: next.into(),
        next_name,
        enqueued_at_ms: record.enqueued_at,
        order_at_ms: record.order_time,
        ended_at_ms: record.end.as_ref().map_or(0, |end| end.at_ms),
        offers: offers
            .map(|offer| offer_record(state, contact, offer))
            .collect(),
    }
}

/// Where a contact went after a visit: what kind of place, and its name.
fn next(state: &State, next: &Next) -> (v1::NextPlace, String) {
    use v1::NextPlace as Place;
    let nameless = |place| (place, String::new());
    match next {
        Next::Outcome => nameless(Place::Unspecified),
        Next::Moved(queue) => (Place::Queue, state.queue(*queue).config.name.to_string()),
        Next::Overflow(target) => match target {
            Target::Queue(queue) => (Place::Queue, queue.to_string()),
            Target::Agent(agent) => (Place::Agent, agent.to_string()),
            // The destination may be somebody's number; the route directive names it to the adapter.
            Target::External(_) => nameless(Place::External),
            Target::Voicemail(mailbox) => (Place::Voicemail, mailbox.to_string()),
            Target::Callback => nameless(Place::Callback),
            Target::Announcement(prompt) => (Place::Announcement, prompt.to_string()),
            Target::End => nameless(Place::End),
        },
    }
}

/// What happened so far, a sentence for each step.
fn history(
    state: &State,
    contact: &Contact,
    told: &v1::ExplainContactResponse,
    now: TimeMs,
) -> Vec<String> {
    let mut story = Story::default();
    told.visits.iter().for_each(|visit| story.visit(visit));
    for record in &contact.offers {
        let offer = offer_record(state, contact, record).offer;
        story.offer(
            &offer.unwrap_or_default(),
            explain::offer(state, contact, record),
        );
    }
    told.handlings
        .iter()
        .for_each(|handling| story.handling(handling));
    story.told(now)
}

/// Why an agent gets no contact, gathered a part at a time.
#[derive(Debug)]
pub struct AgentExplainer {
    agent: AgentNo,
    /// The instant that spans are counted to.
    now: TimeMs,
    reasons: ContactReasons,
}

impl AgentExplainer {
    /// What is to be told of the agent at `now`.
    pub fn of(agent: AgentNo, now: TimeMs) -> Self {
        Self {
            agent,
            now,
            reasons: ContactReasons::of(agent),
        }
    }

    /// Looks at one part of what is to be told. Breaks with the explanation once that is all; sequence and time are left
    /// to the caller.
    pub fn look(&mut self, state: &State) -> ControlFlow<v1::ExplainAgentResponse> {
        if !self.reasons.look(state, PART) {
            return ControlFlow::Continue(());
        }
        let now = self.now;
        let tell = |at| instant(at, now);
        let (barred, sentence) = explain::agent_for(state, &self.reasons, &tell);
        let queues = self.reasons.queues().map(|(queue, classes)| {
            let reasons = reason_classes(classes);
            v1::QueueReasons {
                queue: state.queue(queue).config.name.to_string(),
                contacts: reasons.iter().map(|class| class.count).sum(),
                reasons,
            }
        });
        ControlFlow::Break(v1::ExplainAgentResponse {
            sentences: vec![sentence],
            agent: Some(agent_state(state, self.agent)),
            barred: barred.as_ref().map(bar),
            queues: queues.collect(),
            ..Default::default()
        })
    }
}

/// Agents or contacts by reason as they are told, the largest class first.
fn reason_classes<'c, Name: fmt::Display + 'c>(
    classes: impl IntoIterator<Item = &'c Class<Name>>,
) -> Vec<v1::ReasonClass> {
    let mut told: Vec<v1::ReasonClass> = Vec::new();
    for class in classes {
        let reason = reason_class(&class.why);
        let alike = |other: &v1::ReasonClass| {
            (other.reason, &other.about) == (reason.reason, &reason.about)
        };
        let at = told.iter().position(alike).unwrap_or_else(|| {
            told.push(reason);
            told.len() - 1
        });
        let known = &mut told[at];
        known.count += class.count;
        let examples = class.examples.iter().map(ToString::to_string);
        known.examples.extend(examples);
        known.examples.truncate(EXAMPLES_MAX);
        let until = class.until.into_iter();
        let until = until.chain(Some(known.until_ms).filter(|at| *at > 0)).min();
        known.until_ms = until.unwrap_or(0);
    }
    told.sort_by_key(|class| Reverse(class.count));
    told
}

/// What keeps all agents from a contact, or all contacts from an agent.
fn bar(barred: &Reason) -> v1::ReasonClass {
    v1::ReasonClass {
        until_ms: barred.until.unwrap_or(0),
        ..reason_class(&barred.why)
    }
}

/// A reason without whom it keeps away.
fn reason_class(why: &WhyNot) -> v1::ReasonClass {
    let about = about(why);
    v1::ReasonClass {
        reason: reason(why).into(),
        detail: about.as_ref().map(in_detail).unwrap_or_default(),
        about,
        ..Default::default()
    }
}

/// What a reason is about.
fn about(why: &WhyNot) -> Option<About> {
    Some(match why {
        WhyNot::NoSlot(channel) | WhyNot::Busy(channel) | WhyNot::Blocked(channel) => {
            About::Channel(channel.to_string())
        }
        WhyNot::Lacks(term) => About::Term(v1::Term {
            skill: term.skill.to_string(),
            min_level: term.level.into(),
        }),
        WhyNot::NotReady(code) | WhyNot::Paused(code) => About::ReasonCode(code.to_string()),
        WhyNot::TierOutside(tier) | WhyNot::TierClosed(tier) => About::Tier(*tier),
        WhyNot::WaitsFor(agent) => About::Agent(agent.to_string()),
        WhyNot::WaitsForTeam(team) => About::Team(team.to_string()),
        WhyNot::PoolFull(pool) => About::Pool(pool.to_string()),
        _ => return None,
    })
}

/// The same for a person to read.
fn in_detail(about: &About) -> String {
    match about {
        About::Channel(name) | About::ReasonCode(name) | About::Agent(name) | About::Pool(name) => {
            name.clone()
        }
        About::Term(term) => format!("{} >= {}", term.skill, term.min_level),
        About::Tier(tier) => format!("tier {tier}"),
        About::Team(team) => format!("team {team}"),
    }
}

fn reason(why: &WhyNot) -> v1::NotEligibleReason {
    use v1::NotEligibleReason as Reason;
    match why {
        WhyNot::Eligible => Reason::Unspecified,
        WhyNot::Offered => Reason::Offered,
        WhyNot::NotServing(_) => Reason::NotInQueue,
        WhyNot::Removed => Reason::Removed,
        WhyNot::NoSlot(_) => Reason::NoChannel,
        WhyNot::Paused(_) => Reason::Paused,
        WhyNot::Lacks(_) => Reason::LacksSkill,
        WhyNot::NotInStep => Reason::Step,
        WhyNot::TierOutside(_) => Reason::TierOutside,
        WhyNot::TierClosed(_) => Reason::Tier,
        WhyNot::WaitsFor(_) | WhyNot::WaitsForTeam(_) => Reason::AwaitsOther,
        WhyNot::LoggedOut => Reason::Offline,
        WhyNot::SessionLost => Reason::SessionLost,
        WhyNot::NotReady(_) => Reason::NotReady,
        WhyNot::Leaving => Reason::Leaving,
        WhyNot::BusyOutside => Reason::OutsideBusy,
        WhyNot::NotAsked => Reason::NotAsked,
        WhyNot::TrainingDone => Reason::Training,
        WhyNot::Busy(_) => Reason::Busy,
        WhyNot::PoolFull(_) => Reason::PoolFull,
        WhyNot::WrapUp => Reason::WrapUp,
        WhyNot::Blocked(_) => Reason::BlockedByChannel,
        WhyNot::OwnQuestion => Reason::OwnQuestion,
        WhyNot::AgentBackOff => Reason::BackOff,
        WhyNot::VisitBackOff => Reason::ContactBackOff,
        WhyNot::DelayClosed => Reason::Delay,
        WhyNot::InReserve => Reason::Reserve,
        WhyNot::TotalFull => Reason::TotalFull,
        WhyNot::HasOffer => Reason::HasOffer,
        WhyNot::AdapterAbsent => Reason::AdapterAbsent,
        WhyNot::BetweenAttempts => Reason::NotCalledNow,
        WhyNot::CallbackHours => Reason::CallbackHours,
        WhyNot::OnItsWayOut => Reason::OnItsWayOut,
        WhyNot::OfferedElsewhere => Reason::OfferedElsewhere,
    }
}
