//! The traces of one tenant's contacts: what is told when something ends, and with each batch.

use std::collections::BTreeMap;

use acd_core::event::{
    AttemptFailed, ConsultJoined, ContactOrigin, ContactRefused, Event, Fault, GateOpened,
    JoinRefused, OfferEnded, Party, Recorded, VisitEnded, VisitOpened,
};
use acd_core::ids::{
    AgentNo, ContactId, HandlingId, OfferId, QueueNo, TenantName, TimeMs, VisitId,
};
use acd_core::state::{
    Contact, Handling, HandlingKind, HandlingState, Offer, OfferState, State, Visit,
};

use crate::ids::{Part, Sampling, Seed, SpanId, TraceId, Traceparent};
use crate::input::{Input, Lapse, TimeNs};
use crate::span::{Kind, Span, Value};
use crate::words;

/// How many events of one input are named in a span.
const NAMED_MAX: usize = 32;

/// Whose contacts they are: their ids follow from it.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The journal that holds the tenant.
    pub journal: &'a str,
    /// The tenant.
    pub tenant: &'a TenantName,
    /// Which of the tenants that had this name, one after the other.
    pub life: u64,
}

/// The traces of one tenant's contacts. [`Traces::note`] is told each durable event before it is applied, then
/// [`Traces::told`] that the batch was shown.
#[derive(Debug)]
pub struct Traces {
    tenant: Value,
    seed: Seed,
    sampling: Sampling,
    /// What no fact says of open contacts. It is forgotten with a restart, and then the facts must do.
    began: BTreeMap<ContactId, Began>,
    /// Whom the inputs of the batch at hand concern: by the input's place, and the trace.
    concerned: BTreeMap<(usize, TraceId), Concern>,
    spans: Vec<Span>,
}

/// How the span of an open contact began.
#[derive(Clone, Copy, Debug)]
struct Began {
    at: TimeNs,
    /// The event by which it was taken up after it had been given up, and told.
    taken_up: Option<u64>,
}

/// What an input is to one contact.
#[derive(Debug)]
struct Concern {
    contact: Value,
    parent: SpanId,
    happened: Vec<&'static str>,
}

/// An event about a contact, and what of the contact it is about.
#[derive(Clone, Copy, Debug)]
struct About {
    contact: ContactId,
    part: Part,
    number: u64,
}

impl Traces {
    /// The traces of a tenant's contacts, of which nothing is told yet.
    pub fn of(origin: Origin<'_>, sampling: Sampling) -> Self {
        Self {
            tenant: Value::from(origin.tenant),
            seed: Seed::of(origin.journal, origin.tenant.as_str(), origin.life),
            sampling,
            began: BTreeMap::new(),
            concerned: BTreeMap::new(),
            spans: Vec::new(),
        }
    }

    /// Notes a durable event, the state being as it was before it. `inputs` are those of the batch.
    pub fn note(&mut self, inputs: &[Input], before: &State, recorded: &Recorded) {
        let Some(about) = About::of(before, recorded) else {
            return;
        };
        let trace = self.seed.trace(about.contact.0);
        if !self.sampling.includes(trace) {
            return;
        }
        let place = inputs.partition_point(|input| input.events.1 < recorded.seq);
        let input = inputs.get(place);
        self.end_spans(trace, input, before, recorded);
        if input.is_some() {
            let concern = || Concern {
                contact: named(before, about.contact, recorded),
                parent: trace.span(about.part, about.number),
                happened: Vec::new(),
            };
            let concern = self.concerned.entry((place, trace)).or_insert_with(concern);
            if concern.happened.len() < NAMED_MAX {
                concern.happened.push(recorded.event.name());
            }
        }
    }

    /// The batch was committed in this time, if it was timed, and is shown now. Gives what is to be told of it.
    pub fn told(&mut self, inputs: &[Input], commit: Option<Lapse>, now: TimeNs) -> Vec<Span> {
        for ((place, trace), concern) in std::mem::take(&mut self.concerned) {
            self.tell_input(trace, &inputs[place], concern, commit, now);
        }
        std::mem::take(&mut self.spans)
    }

    /// Tells what became of an input: the whole of it, and the steps.
    fn tell_input(
        &mut self,
        trace: TraceId,
        input: &Input,
        concern: Concern,
        commit: Option<Lapse>,
        now: TimeNs,
    ) {
        let (first, last) = input.events;
        let whole = trace.span(Part::Input, first);
        let sequence = ("acd.sequence", last.into());
        let begun_at = input.came.map_or(input.decided.begun_at, |came| came.at);
        let lapse = Lapse {
            begun_at: begun_at.min(input.decided.begun_at),
            ended_at: now,
        };
        self.spans.push(Span {
            trace,
            id: whole,
            parent: Some(concern.parent),
            name: input.command.unwrap_or("time"),
            kind: match input.came {
                Some(_) => Kind::Server,
                None => Kind::Internal,
            },
            lapse,
            attributes: vec![
                ("acd.tenant", self.tenant.clone()),
                ("acd.contact", concern.contact),
                sequence.clone(),
                ("acd.events", (last - first + 1).into()),
                ("acd.happened", Value::Words(concern.happened)),
            ],
            link: input.came.and_then(|came| came.caller),
            failure: None,
        });
        let mut step = |part, name, lapse| {
            let attributes = vec![sequence.clone()];
            self.tell(trace, (part, first), Some(whole), name, lapse, attributes);
        };
        step(Part::Decide, "decide", input.decided);
        if let Some(commit) = commit {
            step(Part::Commit, "commit", commit);
            let tell = Lapse {
                begun_at: commit.ended_at,
                ended_at: now,
            };
            step(Part::Tell, "tell", tell);
        }
    }

    /// Tells what the event ends.
    fn end_spans(
        &mut self,
        trace: TraceId,
        input: Option<&Input>,
        before: &State,
        recorded: &Recorded,
    ) {
        let facts = before.facts();
        let at = ns(recorded.at_ms);
        match &recorded.event {
            Event::ContactAccepted(_) => {
                let came = input.and_then(|input| input.came).map(|came| came.at);
                let began = Began {
                    at: came.map_or(at, |came| came.min(at)),
                    taken_up: None,
                };
                self.began.insert(ContactId(recorded.seq), began);
            }
            Event::ContactRefused(refused) => {
                let came = input.and_then(|input| input.came).map(|came| came.at);
                self.contact_refused(trace, refused, before, recorded, came);
            }
            Event::JoinRefused(refused) => self.join_refused(trace, refused, before, recorded),
            Event::ContactTakenUp(taken) => {
                let began = Began {
                    at,
                    taken_up: Some(recorded.seq),
                };
                self.began.insert(taken.contact, began);
            }
            Event::ContactEnded(ended) => {
                self.contact_ended(trace, ended.contact, before, at, None)
            }
            Event::ContactGivenUp(given) => {
                let failure = Some("its adapter was away for longer than its grace");
                self.contact_ended(trace, given.contact, before, at, failure);
            }
            Event::VisitEnded(ended) => {
                if let Some(visit) = facts.visits.get(&ended.visit) {
                    self.visit_ended(trace, visit, ended, before, at);
                }
            }
            Event::OfferEnded(ended) => {
                if let Some(offer) = facts.offers.get(&ended.offer) {
                    self.offer_ended(trace, offer, Some(ended), before, at);
                }
            }
            Event::HandlingStarted(started) => {
                if let Some(offer) = facts.offers.get(&started.offer) {
                    self.offer_ended(trace, offer, None, before, at);
                }
            }
            Event::HandlingResumed(it) => self.hold_ended(trace, it.handling, before, recorded),
            Event::TalkEnded(it) => {
                self.conversation_ended(trace, it.handling, it.by, before, recorded);
            }
            Event::ContactParked(it) => {
                self.conversation_ended(trace, it.handling, Party::Agent, before, recorded);
            }
            Event::ResponseMissed(it) => {
                self.conversation_ended(trace, it.handling, Party::System, before, recorded);
            }
            Event::HandlingEnded(ended) => {
                if let Some(handling) = facts.handlings.get(&ended.handling) {
                    self.handling_ended(trace, handling, before, recorded);
                }
            }
            _ => {}
        }
    }

    fn contact_refused(
        &mut self,
        trace: TraceId,
        refused: &ContactRefused,
        before: &State,
        recorded: &Recorded,
        came: Option<TimeNs>,
    ) {
        let at = ns(recorded.at_ms);
        let lapse = Lapse {
            begun_at: came.map_or(at, |came| came.min(at)),
            ended_at: came.map_or(at, |came| came.max(at)),
        };
        let attributes = vec![
            ("acd.contact", (&refused.contact).into()),
            ("acd.channel", refused.channel.into()),
            ("acd.queue", queue(before, refused.queue)),
            ("acd.outcome", "refused".into()),
            ("acd.reason", words::refusal(refused.reason).into()),
        ];
        let id = (Part::Contact, recorded.seq);
        self.tell(trace, id, None, "contact", lapse, attributes);
    }

    fn join_refused(
        &mut self,
        trace: TraceId,
        refused: &JoinRefused,
        before: &State,
        recorded: &Recorded,
    ) {
        let attributes = vec![
            ("acd.queue", queue(before, refused.queue)),
            ("acd.reason", words::refusal(refused.reason).into()),
        ];
        let parent = trace.span(Part::Contact, refused.contact.0);
        let (id, lapse) = ((Part::Refused, recorded.seq), Lapse::at(ns(recorded.at_ms)));
        self.tell(trace, id, Some(parent), "refused", lapse, attributes);
    }

    fn contact_ended(
        &mut self,
        trace: TraceId,
        id: ContactId,
        before: &State,
        at: TimeNs,
        failure: Option<&'static str>,
    ) {
        let began = self.began.remove(&id);
        let Some(contact) = before.facts().contacts.get(&id) else {
            return;
        };
        let begun_at = began.map_or_else(|| ns(contact.accepted_at), |began| began.at);
        let mut attributes = vec![
            ("acd.contact", (&contact.name).into()),
            ("acd.channel", contact.channel.into()),
            (
                "acd.adapter",
                (&before.adapter(contact.adapter).name).into(),
            ),
            ("acd.visits", contact.visits.len().into()),
            ("acd.offers", contact.offers_made.into()),
            ("acd.handlings", contact.handlings.len().into()),
        ];
        let last_end = contact.visits.last().and_then(|visit| visit.end.as_deref());
        if let Some(end) = last_end {
            push_outcome(&mut attributes, words::outcome(end.outcome));
        }
        let root = (Part::Contact, id.0);
        let (id, parent, name) = match began.and_then(|began| began.taken_up) {
            Some(seq) => {
                let parent = trace.span(root.0, root.1);
                ((Part::TakenUp, seq), Some(parent), "taken_up")
            }
            None => (root, None, "contact"),
        };
        let lapse = Lapse {
            begun_at: begun_at.min(at),
            ended_at: at,
        };
        let link = self.comes_of(contact, before);
        self.tell(trace, id, parent, name, lapse, attributes);
        let told = self.spans.last_mut().expect("it was told");
        (told.link, told.failure) = (link, failure);
    }

    /// The contact from which this one comes: it calls its customer back, or asks about it.
    fn comes_of(&self, contact: &Contact, before: &State) -> Option<Traceparent> {
        let other = match contact.origin {
            ContactOrigin::Arrived => return None,
            ContactOrigin::CallbackOf(other) => other,
            ContactOrigin::ConsultOf(asking) => before.facts().handlings.get(&asking)?.contact,
        };
        let trace = self.seed.trace(other.0);
        Some(Traceparent {
            trace,
            span: trace.span(Part::Contact, other.0),
        })
    }

    fn visit_ended(
        &mut self,
        trace: TraceId,
        visit: &Visit,
        ended: &VisitEnded,
        before: &State,
        at: TimeNs,
    ) {
        let mut attributes = vec![
            ("acd.visit", visit.id.0.into()),
            ("acd.queue", queue(before, visit.queue)),
            ("acd.step", visit.step.into()),
        ];
        push_outcome(&mut attributes, words::outcome(ended.outcome));
        let parent = trace.span(Part::Contact, visit.contact.0);
        let (id, lapse) = (
            (Part::Visit, visit.id.0),
            since_until(visit.enqueued_at, at),
        );
        self.tell(trace, id, Some(parent), "visit", lapse, attributes);
    }

    /// Tells an offer that is over: `ended` without a connection, or in a conversation.
    fn offer_ended(
        &mut self,
        trace: TraceId,
        offer: &Offer,
        ended: Option<&OfferEnded>,
        before: &State,
        at: TimeNs,
    ) {
        let mut attributes = vec![
            ("acd.offer", offer.id.0.into()),
            ("acd.agent", agent(before, offer.agent)),
            ("acd.forced", offer.forced.into()),
        ];
        if let Some(visit) = before.facts().visits.get(&offer.visit) {
            attributes.push(("acd.queue", queue(before, visit.queue)));
        }
        let contact = before.facts().contacts.get(&offer.contact);
        let record = contact.and_then(|contact| {
            let mut records = contact.offers.iter().rev();
            records.find(|record| record.offer == offer.id)
        });
        if let Some(record) = record {
            let decision = &record.decision;
            attributes.extend([
                ("acd.candidates", decision.candidates.into()),
                ("acd.tier", decision.winner.tier.into()),
                ("acd.step", decision.step.into()),
                ("acd.config_version", decision.config_version.into()),
            ]);
        }
        let mut failure = None;
        match ended {
            None => attributes.push(("acd.outcome", "connected".into())),
            Some(ended) => {
                push_outcome(&mut attributes, words::offer_end(ended.end));
                attributes.push(("acd.fault", words::fault(ended.fault).into()));
                failure = (ended.fault == Fault::System).then(|| ended.end.describe());
            }
        }
        let parent = trace.span(Part::Visit, offer.visit.0);
        let lapse = since_until(offer.made_at, at);
        let id = (Part::Offer, offer.id.0);
        self.tell(trace, id, Some(parent), "offer", lapse, attributes);
        self.spans.last_mut().expect("it was told").failure = failure;
        if let OfferState::Connecting {
            accepted_at, dials, ..
        } = offer.state
        {
            let parent = trace.span(Part::Offer, offer.id.0);
            let lapse = since_until(accepted_at, at);
            let id = (Part::Connect, offer.id.0);
            let attributes = vec![("acd.dials", dials.into())];
            self.tell(trace, id, Some(parent), "connect", lapse, attributes);
        }
    }

    /// Tells the hold that is over, if there was one.
    fn hold_ended(&mut self, trace: TraceId, id: HandlingId, before: &State, recorded: &Recorded) {
        let handling = before.facts().handlings.get(&id);
        if let Some(HandlingState::Held { since }) = handling.map(|handling| handling.state) {
            let parent = trace.span(Part::Conversation, id.0);
            let lapse = since_until(since, ns(recorded.at_ms));
            let id = (Part::Hold, recorded.seq);
            self.tell(trace, id, Some(parent), "hold", lapse, Vec::new());
        }
    }

    fn conversation_ended(
        &mut self,
        trace: TraceId,
        id: HandlingId,
        by: Party,
        before: &State,
        recorded: &Recorded,
    ) {
        self.hold_ended(trace, id, before, recorded);
        if let Some(handling) = before.facts().handlings.get(&id) {
            let parent = trace.span(Part::Handling, id.0);
            let lapse = since_until(handling.connected_at, ns(recorded.at_ms));
            let attributes = vec![("acd.ended_by", words::party(by).into())];
            let id = (Part::Conversation, id.0);
            self.tell(trace, id, Some(parent), "conversation", lapse, attributes);
        }
    }

    fn handling_ended(
        &mut self,
        trace: TraceId,
        handling: &Handling,
        before: &State,
        recorded: &Recorded,
    ) {
        let at = ns(recorded.at_ms);
        let whole = trace.span(Part::Handling, handling.id.0);
        if let HandlingState::WrapUp { since, .. } = handling.state
            && recorded.at_ms > since
        {
            let lapse = since_until(since, at);
            let id = (Part::WrapUp, recorded.seq);
            self.tell(trace, id, Some(whole), "wrap_up", lapse, Vec::new());
        }
        if handling.was_over {
            // Told before: the agent had entered a wrap-up afterwards.
            return;
        }
        let attributes = vec![
            ("acd.handling", handling.id.0.into()),
            ("acd.agent", agent(before, handling.agent)),
            ("acd.queue", queue(before, handling.queue)),
            ("acd.kind", kind(handling.kind).into()),
        ];
        let parent = trace.span(Part::Contact, handling.contact.0);
        let lapse = since_until(handling.connected_at, at);
        let id = (Part::Handling, handling.id.0);
        self.tell(trace, id, Some(parent), "handling", lapse, attributes);
    }

    fn tell(
        &mut self,
        trace: TraceId,
        (part, number): (Part, u64),
        parent: Option<SpanId>,
        name: &'static str,
        lapse: Lapse,
        mut attributes: Vec<(&'static str, Value)>,
    ) {
        attributes.push(("acd.tenant", self.tenant.clone()));
        self.spans.push(Span {
            trace,
            id: trace.span(part, number),
            parent,
            name,
            kind: Kind::Internal,
            lapse,
            attributes,
            link: None,
            failure: None,
        });
    }
}

impl About {
    /// What the event is about; none if it is about no contact. What it begins is a part of what is there already.
    fn of(before: &State, recorded: &Recorded) -> Option<Self> {
        let facts = before.facts();
        let contact = |contact: ContactId| Self {
            contact,
            part: Part::Contact,
            number: contact.0,
        };
        let visit = |id: VisitId| {
            let visit = facts.visits.get(&id)?;
            Some(Self {
                contact: visit.contact,
                part: Part::Visit,
                number: id.0,
            })
        };
        let offer = |id: OfferId| {
            let offer = facts.offers.get(&id)?;
            Some(Self {
                contact: offer.contact,
                part: Part::Offer,
                number: id.0,
            })
        };
        if let Some(id) = handling(&recorded.event) {
            return Some(Self {
                contact: facts.handlings.get(&id)?.contact,
                part: Part::Handling,
                number: id.0,
            });
        }
        match &recorded.event {
            Event::ContactAccepted(_) | Event::ContactRefused(_) => {
                Some(contact(ContactId(recorded.seq)))
            }
            Event::JoinRefused(JoinRefused { contact: id, .. })
            | Event::VisitOpened(VisitOpened { contact: id, .. }) => Some(contact(*id)),
            Event::ReferenceAdded(it) => Some(contact(it.contact)),
            Event::ScoreReported(it) => Some(contact(it.contact?)),
            Event::PreferredChanged(it) => Some(contact(it.contact)),
            Event::TierBounded(it) => Some(contact(it.contact)),
            Event::ContactChanged(it) => Some(contact(it.contact)),
            Event::ContactScheduled(it) => Some(contact(it.contact)),
            Event::ContactEnded(it) => Some(contact(it.contact)),
            Event::ContactGivenUp(it) => Some(contact(it.contact)),
            Event::ContactTakenUp(it) => Some(contact(it.contact)),
            Event::DirectiveIssued(it) => Some(contact(it.contact)),
            Event::VisitStaffed(it) => visit(it.visit),
            Event::StepBegan(it) => visit(it.visit),
            Event::GateOpened(GateOpened { visit: id, .. })
            | Event::AttemptFailed(AttemptFailed { visit: id, .. }) => visit(*id),
            Event::WindowBegan(it) => visit(it.visit),
            Event::AttemptWrapUpBegan(it) => visit(it.visit),
            Event::WaitAlerted(it) => visit(it.visit),
            Event::VisitEnded(it) => visit(it.visit),
            Event::OfferMade(it) => visit(it.visit),
            Event::BackOffBegan(it) => visit(it.visit),
            Event::OfferAccepted(it) => offer(it.offer),
            Event::ConnectClockStarted(it) => offer(it.offer),
            Event::OfferEnded(it) => offer(it.offer),
            Event::HandlingStarted(it) => offer(it.offer),
            Event::WrapUpEntered(it) => Some(Self {
                contact: it.contact,
                part: Part::Handling,
                number: it.handling.0,
            }),
            _ => None,
        }
    }
}

/// The open handling that an event is about, if it is about one.
fn handling(event: &Event) -> Option<HandlingId> {
    match event {
        Event::FirstResponded(it) => Some(it.handling),
        Event::ResponseAwaited(it) => Some(it.handling),
        Event::ResponseMissed(it) => Some(it.handling),
        Event::HandlingHeld(it) => Some(it.handling),
        Event::HandlingResumed(it) => Some(it.handling),
        Event::HandlingSuspended(it) => Some(it.handling),
        Event::RecordingSet(it) => Some(it.handling),
        Event::TalkEnded(it) => Some(it.handling),
        Event::DispositionSet(it) => Some(it.handling),
        Event::CallbackKept(it) => Some(it.handling),
        Event::WrapUpRequested(it) => Some(it.handling),
        Event::WrapUpExtended(it) => Some(it.handling),
        Event::HandlingStuck(it) => Some(it.handling),
        Event::ContactParked(it) => Some(it.handling),
        Event::ConsultStarted(it) => Some(it.handling),
        Event::ConsultJoined(ConsultJoined { owner, .. }) => Some(*owner),
        Event::ConsultCompleted(it) => Some(it.from),
        Event::HandlingEnded(it) => Some(it.handling),
        _ => None,
    }
}

/// The contact's name: it may be over while its agent wraps up.
fn named(before: &State, id: ContactId, recorded: &Recorded) -> Value {
    let facts = before.facts();
    let name = match &recorded.event {
        Event::ContactAccepted(new) => Some(&new.name),
        Event::ContactRefused(refused) => Some(&refused.contact),
        event => match (facts.contacts.get(&id), handling(event)) {
            (Some(contact), _) => Some(&contact.name),
            (None, Some(handling)) => facts.handlings.get(&handling).map(|it| &it.contact_name),
            (None, None) => None,
        },
    };
    name.map_or(Value::Word("over"), Value::from)
}

fn agent(before: &State, no: AgentNo) -> Value {
    (&before.agent(no).config.name).into()
}

fn queue(before: &State, no: QueueNo) -> Value {
    (&before.queue(no).config.name).into()
}

fn kind(kind: HandlingKind) -> &'static str {
    match kind {
        HandlingKind::Conversation => "conversation",
        HandlingKind::NoResponse => "no_response",
        HandlingKind::Attempt => "attempt",
    }
}

fn push_outcome(
    attributes: &mut Vec<(&'static str, Value)>,
    (outcome, reason): (&'static str, Option<&'static str>),
) {
    attributes.push(("acd.outcome", outcome.into()));
    attributes.extend(reason.map(|reason| ("acd.reason", reason.into())));
}

fn since_until(since: TimeMs, until: TimeNs) -> Lapse {
    Lapse {
        begun_at: ns(since).min(until),
        ended_at: until,
    }
}

fn ns(at: TimeMs) -> TimeNs {
    u64::try_from(at).unwrap_or(0).saturating_mul(1_000_000)
}
