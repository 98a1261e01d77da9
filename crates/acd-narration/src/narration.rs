//! Events in the words of people.

use acd_core::command::{
    AskedBy, Availability, LiveEntry, MaskedItem, Opening, Score, SupervisorAct,
};
use acd_core::event::{
    AdapterConnected, AdapterGivenUp, AdapterLost, AgentKey, AgentLoggedIn, AgentLoggedOut,
    AgentSkillsSet, Announcement, AttemptFailed, AttemptWrapUpBegan, BackOffBegan, BackOffEnded,
    CalendarChanged, CallbackKept, ConfigApplied, ConnectClockStarted, ConsultCompleted,
    ConsultJoined, ConsultStarted, ContactChanged, ContactEnded, ContactGivenUp, ContactParked,
    ContactRefused, ContactScheduled, ContactTakenUp, Decision, Directive, DirectiveIssued,
    DispositionSet, EmergencyChanged, Event, FirstResponded, Gate, GateOpened, HandlingEnded,
    HandlingHeld, HandlingResumed, HandlingStarted, HandlingStuck, HandlingSuspended, JoinRefused,
    LiveEntryRefused, NextRequested, OfferAccepted, OfferEnded, OfferMade, OutsideBusyChanged,
    PendingPresence, PersonalErased, PersonalExpired, PreferredChanged, PresenceChanged,
    PresencePending, QueueDrained, QueuePaused, Recorded, RecordingSet, Recovered, ReferenceAdded,
    ReserveChanged, ResponseAwaited, ResponseMissed, ReviewSubmitted, ScoreReported,
    SessionAttached, SessionGivenUp, SessionLost, StepBegan, SupervisorActed, TalkEnded,
    TenantDeleted, TierBounded, VisitEnded, VisitOpened, VisitStaffed, WaitAlerted, WindowBegan,
    WrapUpEntered, WrapUpExtended, WrapUpRequested,
};
use acd_core::ids::{AgentNo, ContactId, HandlingId, OfferId, TimeMs, VisitId};

use crate::cast::{self, Cast};
use crate::length::length;
use crate::words::plain;

/// The name of an entry of an adapter's list.
pub fn listed(entry: &LiveEntry) -> &str {
    match entry {
        LiveEntry::Contact(contact) => contact.as_str(),
        LiveEntry::Agent(agent) => agent.as_str(),
    }
}

/// What an event says; none for those that only keep the books.
pub fn narrated(cast: &dyn Cast, recorded: &Recorded) -> Option<String> {
    let shown = |at_ms: TimeMs| cast.instant(at_ms);
    let contact = |id: &ContactId| cast::contact(cast, *id);
    Some(match &recorded.event {
        Event::RequestAnswered(_)
        | Event::AdapterEventApplied(_)
        | Event::AdapterReconciled(_)
        | Event::RefusalsConfirmed(_)
        | Event::RefusalForgotten(_)
        | Event::CivilTimeResolved(_)
        | Event::ConfigFileNoted(_)
        | Event::DayBegan
        | Event::WorkPutOff(_)
        | Event::WorkDone(_)
        | Event::DirectiveAcknowledged(_)
        | Event::DirectiveClosed(_) => return None,
        Event::ConfigApplied(ConfigApplied {
            version, author, ..
        }) => format!("configuration version {version} of {author} is in force"),
        Event::AdapterConnected(AdapterConnected { adapter, .. }) => {
            format!("adapter {} is there", cast::adapter(cast, *adapter))
        }
        Event::AdapterLost(AdapterLost {
            adapter,
            grace_until,
        }) => {
            format!(
                "adapter {} is lost, given up at {}",
                cast::adapter(cast, *adapter),
                shown(*grace_until)
            )
        }
        Event::LiveEntryRefused(LiveEntryRefused { adapter, refused }) => format!(
            "adapter {} lists {}, which is not taken: {}",
            cast::adapter(cast, *adapter),
            listed(&refused.entry),
            refused.refusal
        ),
        Event::ContactAccepted(new) => format!("{} is accepted as {}", new.name, new.channel),
        Event::ContactRefused(ContactRefused {
            contact,
            queue,
            reason,
            ..
        }) => {
            format!(
                "{contact} is refused by {}: {}",
                cast::queue(cast, *queue),
                plain(reason)
            )
        }
        Event::ContactEnded(ContactEnded { contact: id }) => format!("{} is over", contact(id)),
        Event::ContactGivenUp(ContactGivenUp { contact: id }) => {
            format!("{} is given up", contact(id))
        }
        Event::ContactTakenUp(ContactTakenUp { contact: id, .. }) => {
            format!("{} goes on", contact(id))
        }
        Event::VisitOpened(VisitOpened {
            contact: id,
            queue,
            order_time,
            ..
        }) => {
            let order = if *order_time == recorded.at_ms {
                String::new()
            } else {
                format!(", order time {}", shown(*order_time))
            };
            format!("{} joins {}{order}", contact(id), cast::queue(cast, *queue))
        }
        Event::VisitEnded(VisitEnded { visit, outcome, .. }) => {
            let (id, queue) = cast.visit(*visit)?;
            format!(
                "{} leaves {}: {}",
                contact(&id),
                cast::queue(cast, queue),
                plain(outcome)
            )
        }
        Event::DirectiveIssued(DirectiveIssued {
            adapter,
            contact: id,
            directive,
        }) => {
            format!(
                "adapter {} is told to {}",
                cast::adapter(cast, *adapter),
                told_to(cast, &contact(id), directive)
            )
        }
        Event::ContactScheduled(ContactScheduled {
            contact: id,
            queue,
            due_at,
            ..
        }) => format!(
            "{} is scheduled for {} at {}",
            contact(id),
            cast::queue(cast, *queue),
            shown(*due_at)
        ),
        Event::ReferenceAdded(ReferenceAdded {
            contact: id,
            reference,
        }) => format!("{} has a reference: {}", contact(id), reference.kind),
        Event::ScoreReported(reported) => score(cast, reported),
        Event::ReviewSubmitted(submitted) => review(cast, submitted),
        Event::ContactChanged(ContactChanged {
            contact: id,
            change,
        }) => {
            let what = [
                change.priority.map(|to| format!("priority {to}")),
                change
                    .requirement
                    .is_some()
                    .then(|| "requirement".to_owned()),
                change
                    .age_offset_ms
                    .map(|by| format!("age offset {}", length(by))),
                (!change.attributes.is_empty()).then(|| "attributes".to_owned()),
                change
                    .not_before
                    .map(|at| format!("not before {}", shown(at))),
            ];
            let what: Vec<String> = what.into_iter().flatten().collect();
            format!("{} is changed: {}", contact(id), what.join(", "))
        }
        Event::PreferredChanged(PreferredChanged { contact: id, .. }) => {
            format!("{} prefers other agents", contact(id))
        }
        Event::TierBounded(TierBounded { contact: id, .. }) => {
            format!("{} has other bounds of its tiers", contact(id))
        }
        Event::AdapterGivenUp(AdapterGivenUp { adapter }) => {
            format!("adapter {} is given up", cast::adapter(cast, *adapter))
        }
        Event::TenantDeleted(TenantDeleted { author }) => format!("{author} deletes the tenant"),
        Event::Recovered(Recovered { .. }) => "the engine has started again".to_owned(),
        event => offer(cast, recorded.seq, event)
            .or_else(|| conversation(cast, event))
            .or_else(|| visit(cast, event))
            .or_else(|| queue(cast, event))
            .or_else(|| agent(cast, event))
            .unwrap_or_else(|| event.name().replace('_', " ")),
    })
}

/// What a directive asks for, in the words of people.
fn told_to(cast: &dyn Cast, contact: &str, directive: &Directive) -> String {
    let agent = |no: &AgentNo| cast::agent(cast, *no);
    match directive {
        Directive::Connect { agent: with, .. } => {
            format!("connect {contact} with {}", agent(with))
        }
        Directive::CancelConnect { .. } => format!("not connect {contact} any more"),
        Directive::Ring { agent: whom, .. } => format!("ring {} for {contact}", agent(whom)),
        Directive::CancelRing { .. } => format!("not ring for {contact} any more"),
        Directive::Dial {
            agent: with,
            number,
            ..
        } => format!(
            "dial {} for {contact} and connect it with {}",
            cast.personal(number),
            agent(with)
        ),
        Directive::Announce { what } => format!("let {contact} hear {}", announced(what)),
        Directive::Bridge { agent: with, .. } => format!("bridge {contact} with {}", agent(with)),
        Directive::Conference { address, .. } => {
            format!(
                "bring {} into the conversation of {contact}",
                cast.personal(address)
            )
        }
        Directive::Monitor { mode, .. } => {
            format!("let a supervisor {} into {contact}", plain(mode))
        }
        Directive::Voicemail { mailbox } => format!("send {contact} to voicemail {mailbox}"),
        Directive::Route { destination } => {
            format!("send {contact} to {}", cast.personal(destination))
        }
        Directive::Release { reason, .. } => format!("release {contact}: {}", plain(reason)),
        Directive::Record { state, .. } => {
            format!("keep the recording of {contact} {}", plain(state))
        }
        Directive::Hold { .. } => format!("put {contact} on hold"),
        Directive::Resume { .. } => format!("take {contact} off hold"),
    }
}

fn announced(what: &Announcement) -> String {
    match what {
        Announcement::Greeting(prompt) => format!("the greeting {prompt}"),
        Announcement::Music(music) => format!("the music {music}"),
        Announcement::Position(position) => format!("position {position}"),
        Announcement::Wait(Some(wait)) => {
            format!("an estimated wait of {}", length(wait.p50_ms))
        }
        Announcement::Wait(None) => "that no wait can be told".to_owned(),
        Announcement::Periodic(prompt) => format!("the announcement {prompt}"),
    }
}

fn offer(cast: &dyn Cast, seq: u64, event: &Event) -> Option<String> {
    let pair = |offer: &OfferId| {
        let (contact, agent) = cast.offer(*offer)?;
        Some((cast::contact(cast, contact), cast::agent(cast, agent)))
    };
    let shown = |at_ms: i64| cast.instant(at_ms);
    Some(match event {
        Event::OfferMade(OfferMade { ring_until, .. }) => {
            let (contact, agent) = pair(&OfferId(seq))?;
            format!(
                "{contact} is offered to {agent} until {}",
                shown(*ring_until)
            )
        }
        Event::OfferAccepted(OfferAccepted {
            offer,
            connect_until,
            ..
        }) => {
            let (contact, agent) = pair(offer)?;
            format!(
                "{agent} has accepted {contact}, connected until {}",
                shown(*connect_until)
            )
        }
        Event::OfferEnded(OfferEnded {
            offer,
            end,
            fault,
            back_off,
            ..
        }) => {
            let (contact, agent) = pair(offer)?;
            let back_off = back_off.map_or_else(String::new, |back_off| {
                format!(", back-off until {}", shown(back_off.until))
            });
            format!(
                "the offer of {contact} to {agent} ends {}, fault {}{back_off}",
                plain(end),
                plain(fault)
            )
        }
        Event::HandlingStarted(HandlingStarted { offer, .. }) => {
            let (contact, agent) = pair(offer)?;
            format!("{contact} talks with {agent}")
        }
        Event::FirstResponded(FirstResponded { handling }) => {
            format!(
                "the customer of {} is answered",
                handling_of(cast, handling)?
            )
        }
        Event::ResponseMissed(ResponseMissed { handling }) => {
            format!(
                "{} is taken back: no response",
                handling_of(cast, handling)?
            )
        }
        Event::HandlingHeld(HandlingHeld { handling }) => {
            format!("{} is on hold", handling_of(cast, handling)?)
        }
        Event::HandlingResumed(HandlingResumed { handling }) => {
            format!("{} is off hold", handling_of(cast, handling)?)
        }
        Event::RecordingSet(RecordingSet { handling, state }) => {
            format!(
                "the recording of {} is {}",
                handling_of(cast, handling)?,
                plain(state)
            )
        }
        Event::HandlingSuspended(HandlingSuspended {
            handling,
            suspended,
        }) => match suspended {
            true => format!("{} is suspended", handling_of(cast, handling)?),
            false => format!("{} is suspended no longer", handling_of(cast, handling)?),
        },
        Event::TalkEnded(TalkEnded { handling, by, .. }) => {
            format!("{} ends, by {}", handling_of(cast, handling)?, plain(by))
        }
        Event::HandlingEnded(HandlingEnded { handling }) => {
            format!("{} releases its slot", handling_of(cast, handling)?)
        }
        _ => return None,
    })
}

/// What happens in conversations and after them.
fn conversation(cast: &dyn Cast, event: &Event) -> Option<String> {
    let of = |handling: &HandlingId| handling_of(cast, handling);
    let wrap_up = |handling: &HandlingId| {
        let (contact, agent) = cast.handling(*handling)?;
        let [contact, agent] = [cast::contact(cast, contact), cast::agent(cast, agent)];
        Some(format!("the wrap-up of {agent} for {contact}"))
    };
    let pair = |handling: &HandlingId| {
        let (contact, agent) = cast.handling(*handling)?;
        Some((cast::contact(cast, contact), cast::agent(cast, agent)))
    };
    let shown = |at_ms: TimeMs| cast.instant(at_ms);
    Some(match event {
        Event::ConnectClockStarted(ConnectClockStarted {
            offer,
            connect_until,
        }) => {
            let (contact, agent) = cast.offer(*offer)?;
            let [contact, agent] = [cast::contact(cast, contact), cast::agent(cast, agent)];
            format!(
                "{contact} is to be connected with {agent} until {}",
                shown(*connect_until)
            )
        }
        Event::ResponseAwaited(ResponseAwaited { handling, until }) => {
            format!("{} awaits an answer until {}", of(handling)?, shown(*until))
        }
        Event::DispositionSet(DispositionSet {
            handling,
            disposition,
            ..
        }) => format!("{} has the disposition {}", of(handling)?, disposition.code),
        Event::CallbackKept(CallbackKept { handling }) => {
            format!("the callback of {} stays open", pair(handling)?.0)
        }
        Event::WrapUpRequested(WrapUpRequested { handling }) => {
            format!("{} asks for time to wrap up", pair(handling)?.1)
        }
        Event::WrapUpEntered(WrapUpEntered {
            agent,
            contact,
            until,
            ..
        }) => {
            let [contact, agent] = [cast::contact(cast, *contact), cast::agent(cast, *agent)];
            let until = until.map_or_else(String::new, |at| format!(" until {}", shown(at)));
            format!("{agent} wraps up {contact}{until}")
        }
        Event::WrapUpExtended(WrapUpExtended { handling, until }) => {
            format!("{} may last until {}", wrap_up(handling)?, shown(*until))
        }
        Event::HandlingStuck(HandlingStuck { handling }) => {
            format!("{} has lasted for as long as is reported", of(handling)?)
        }
        Event::ContactParked(ContactParked { handling }) => {
            let (contact, agent) = pair(handling)?;
            format!("{contact} is parked by {agent}")
        }
        Event::ConsultStarted(ConsultStarted {
            handling, consult, ..
        }) => {
            let (contact, agent) = pair(handling)?;
            let consult = cast::contact(cast, *consult);
            format!("{agent} consults somebody about {contact} as {consult}")
        }
        Event::ConsultJoined(ConsultJoined { participant, owner }) => {
            let ((_, agent), (contact, _)) = (pair(participant)?, pair(owner)?);
            format!("{agent} joins the conversation of {contact}")
        }
        Event::ConsultCompleted(ConsultCompleted { to, .. }) => {
            let (contact, agent) = pair(to)?;
            format!("{contact} is handed over to {agent}")
        }
        _ => return None,
    })
}

fn visit(cast: &dyn Cast, event: &Event) -> Option<String> {
    let name = |visit: &VisitId| Some(cast::contact(cast, cast.visit(*visit)?.0));
    let until = |until: &Option<i64>| {
        until.map_or_else(String::new, |at| format!(" until {}", cast.instant(at)))
    };
    Some(match event {
        Event::StepBegan(StepBegan {
            visit,
            step,
            until: end,
        }) => {
            format!("step {} of {} begins{}", step + 1, name(visit)?, until(end))
        }
        Event::GateOpened(GateOpened { visit, gate }) => match gate {
            Gate::Tier(tier) => format!("{} is open for tier {tier}", name(visit)?),
            Gate::Delay(delay_ms) => format!(
                "{} is open for profiles with a delay of {}",
                name(visit)?,
                length(*delay_ms)
            ),
            Gate::Attempt => format!("{} may be called again", name(visit)?),
        },
        Event::WindowBegan(WindowBegan {
            visit,
            window: Some(window),
            until: end,
        }) => {
            format!(
                "window {} of {} begins{}",
                window + 1,
                name(visit)?,
                until(end)
            )
        }
        Event::WindowBegan(WindowBegan { visit, .. }) => format!("{} is open to all", name(visit)?),
        Event::AttemptFailed(AttemptFailed {
            visit,
            attempts,
            next_at,
        }) => {
            let next = next_at.map_or_else(String::new, |at| {
                format!("; the next one not before {}", cast.instant(at))
            });
            format!(
                "attempt {attempts} to call {} has failed{next}",
                name(visit)?
            )
        }
        Event::AttemptWrapUpBegan(AttemptWrapUpBegan { visit, agent, .. }) => {
            let agent = cast::agent(cast, *agent);
            format!("{agent} wraps up the attempt to call {}", name(visit)?)
        }
        Event::VisitStaffed(VisitStaffed { visit }) => {
            format!("{} has somebody to wait for", name(visit)?)
        }
        Event::WaitAlerted(WaitAlerted { visit }) => {
            format!("{} has waited for as long as is reported", name(visit)?)
        }
        _ => return None,
    })
}

fn queue(cast: &dyn Cast, event: &Event) -> Option<String> {
    let name = |queue| cast::queue(cast, queue);
    Some(match event {
        Event::JoinRefused(JoinRefused {
            contact,
            queue,
            reason,
            ..
        }) => format!(
            "{} cannot join {}: {}",
            cast::contact(cast, *contact),
            name(*queue),
            plain(reason)
        ),
        Event::QueueDrained(QueueDrained { queue }) => {
            format!("queue {} is empty and gone", name(*queue))
        }
        Event::EmergencyChanged(EmergencyChanged { queue, closed }) => {
            let which = queue.map_or_else(
                || "every queue".to_owned(),
                |queue| format!("queue {}", name(queue)),
            );
            let how = if *closed {
                "closed in an emergency"
            } else {
                "open again"
            };
            format!("{which} is {how}")
        }
        Event::PersonalErased(PersonalErased { contacts, .. }) => {
            format!("the personal data of {} contacts is erased", contacts.len())
        }
        Event::PersonalExpired(PersonalExpired { through, kept }) => {
            let but = match kept.len() {
                0 => String::new(),
                left => format!(", but of {left} that are still needed"),
            };
            format!("the personal data of contacts up to {through} is forgotten by age{but}")
        }
        Event::ReserveChanged(ReserveChanged { queue, joined }) => {
            let how = if *joined { "joined" } else { "left" };
            format!("the reserve of {} has {how}", name(*queue))
        }
        Event::CalendarChanged(CalendarChanged { calendar, opening }) => {
            let calendar = cast::calendar(cast, *calendar);
            let how = match opening {
                Opening::Open => "open",
                Opening::Hours => "closed",
                Opening::Holiday => "closed for a holiday",
            };
            format!("calendar {calendar} is {how}")
        }
        Event::SupervisorActed(SupervisorActed {
            act,
            author,
            reason,
        }) => {
            let why = match reason.is_empty() {
                true => String::new(),
                false => format!(" ({reason})"),
            };
            format!("{author} as a supervisor {}{why}", done(act))
        }
        _ => return None,
    })
}

fn handling_of(cast: &dyn Cast, handling: &HandlingId) -> Option<String> {
    let (contact, agent) = cast.handling(*handling)?;
    Some(format!(
        "the conversation of {} with {}",
        cast::contact(cast, contact),
        cast::agent(cast, agent)
    ))
}

fn agent(cast: &dyn Cast, event: &Event) -> Option<String> {
    let name = |agent| cast::agent(cast, agent);
    Some(match event {
        Event::AgentLoggedIn(AgentLoggedIn { agent, .. }) => {
            format!("{} is logged in", name(*agent))
        }
        Event::SessionAttached(SessionAttached { agent }) => {
            format!("the session of {} is there", name(*agent))
        }
        Event::SessionLost(SessionLost { agent, grace_until }) => {
            format!(
                "the session of {} is lost, given up at {}",
                name(*agent),
                cast.instant(*grace_until)
            )
        }
        Event::AgentLoggedOut(AgentLoggedOut { agent, cause }) => {
            format!("{} is logged out: {}", name(*agent), plain(cause))
        }
        Event::PresenceChanged(PresenceChanged {
            agent, presence, ..
        }) => format!("{} is {}", name(*agent), available(presence)),
        Event::PresencePending(PresencePending { agent, pending, .. }) => match pending {
            Some(PendingPresence::NotReady(reason)) => format!(
                "{} will be not ready ({reason}) when their last slot clears",
                name(*agent)
            ),
            Some(PendingPresence::Logout(cause)) => format!(
                "{} will be logged out when their last slot clears: {}",
                name(*agent),
                plain(cause)
            ),
            None => format!("no change waits for {} any more", name(*agent)),
        },
        Event::QueuePaused(QueuePaused {
            agent,
            queue,
            reason,
            ..
        }) => match reason {
            Some(reason) => format!(
                "{} pauses in {}: {reason}",
                name(*agent),
                cast::queue(cast, *queue)
            ),
            None => format!("{} is back in {}", name(*agent), cast::queue(cast, *queue)),
        },
        Event::SessionGivenUp(SessionGivenUp { agent }) => {
            format!("the session of {} is given up", name(*agent))
        }
        Event::OutsideBusyChanged(OutsideBusyChanged { agent, busy, .. }) => {
            let how = if *busy {
                "busy outside"
            } else {
                "no longer busy outside"
            };
            format!("{} is {how}", name(*agent))
        }
        Event::NextRequested(NextRequested { agent }) => {
            format!("{} asks for the next contact", name(*agent))
        }
        Event::AgentSkillsSet(AgentSkillsSet { agent, author, .. }) => {
            format!("{author} gives {} other skills", name(*agent))
        }
        Event::BackOffBegan(BackOffBegan {
            agent,
            visit,
            until,
        }) => {
            let contact = cast::contact(cast, cast.visit(*visit)?.0);
            format!(
                "{} is not offered {contact} before {}",
                name(*agent),
                cast.instant(*until)
            )
        }
        Event::BackOffEnded(BackOffEnded { agent, .. }) => {
            format!("a back-off of {} is over", name(*agent))
        }
        _ => return None,
    })
}

/// The decision behind an offer; none for other events.
pub fn reason(cast: &dyn Cast, recorded: &Recorded) -> Option<String> {
    match &recorded.event {
        Event::OfferMade(OfferMade { decision, .. }) => {
            Some(self::decision(cast, decision, recorded.at_ms))
        }
        _ => None,
    }
}

/// A decision: who could be offered a contact, who was, and who was next.
pub fn decision(cast: &dyn Cast, decision: &Decision, at_ms: TimeMs) -> String {
    let key = |key: &AgentKey| {
        format!(
            "{} (idle {})",
            cast::agent(cast, key.agent),
            length(at_ms - key.idle_since)
        )
    };
    let next = decision.runner_up.as_ref().map_or_else(
        || "no runner-up".to_owned(),
        |next| format!("runner-up {}", key(next)),
    );
    format!(
        "config {}, step {}, candidates {}, winner {}, {next}",
        decision.config_version,
        decision.step + 1,
        decision.candidates,
        key(&decision.winner),
    )
}

/// What a supervisor does. Values and addresses are nobody else's business.
fn done(act: &SupervisorAct) -> String {
    match act {
        SupervisorAct::ChangeContact(contact, change) => match &change.queue {
            Some(queue) => format!("moves {contact} to {queue}"),
            None => format!("changes {contact}"),
        },
        SupervisorAct::Assign(contact, agent) => format!("assigns {contact} to {agent}"),
        SupervisorAct::Withdraw(contact) => format!("takes {contact} out of its queue"),
        SupervisorAct::FreeContact(contact) => format!("ends {contact} and whatever holds it"),
        SupervisorAct::SetPresence(agent, presence) => {
            format!("sets {agent} {}", available(presence))
        }
        SupervisorAct::LogOut(agent) => format!("logs {agent} out"),
        SupervisorAct::FreeAgent(agent) => format!("frees {agent} of all that they hold"),
        SupervisorAct::PauseQueue(agent, queue, Some(reason)) => {
            format!("pauses {agent} in {queue}: {reason}")
        }
        SupervisorAct::PauseQueue(agent, queue, None) => format!("lets {agent} back into {queue}"),
        SupervisorAct::SetEmergency(queue, closed) => {
            let which = queue.as_ref().map_or("every queue", |queue| queue.as_str());
            match closed {
                true => format!("closes {which} in an emergency"),
                false => format!("ends the emergency of {which}"),
            }
        }
        SupervisorAct::Monitor { contact, mode, .. } => {
            format!(
                "takes part in the conversation of {contact}: {}",
                plain(mode)
            )
        }
        SupervisorAct::RecordContact(contact, state) => {
            format!("sets the recording of {contact} {}", plain(state))
        }
        SupervisorAct::Reveal {
            contact,
            item,
            agent,
        } => {
            let to = agent
                .as_ref()
                .map_or_else(String::new, |it| format!(" to {it}"));
            let what = match item {
                MaskedItem::Attribute(key) => format!("attribute {key}"),
                MaskedItem::CustomerKey => "the customer".to_owned(),
                MaskedItem::Dial => "the number to dial".to_owned(),
            };
            format!("has {what} of {contact} revealed{to}")
        }
        SupervisorAct::ReadPersonal { contacts } => {
            format!("reads the personal data of {} contacts", contacts.len())
        }
        SupervisorAct::ErasePersonal { contacts, .. } => {
            format!("erases the personal data of {} contacts", contacts.len())
        }
    }
}

/// A presence as it follows on "is".
fn available(presence: &Availability) -> String {
    match presence {
        Availability::Ready => "ready".to_owned(),
        Availability::NotReady(reason) => format!("not ready ({reason})"),
    }
}

/// What a customer thinks of how they were served. What they said besides is theirs.
fn score(cast: &dyn Cast, reported: &ScoreReported) -> String {
    let Score {
        points,
        scale_max,
        asked_by,
        question,
        ..
    } = &reported.score;
    let who = match reported.contact {
        Some(id) => cast::contact(cast, id),
        None => format!("contact {}, which is forgotten,", reported.name),
    };
    let asked = match asked_by {
        AskedBy::Keypad => "by keypad",
        AskedBy::Message => "by message",
        AskedBy::Link => "by link",
        AskedBy::Agent => "by the agent",
    };
    let question = match question.is_empty() {
        true => String::new(),
        false => format!(" for {question}"),
    };
    let agent = reported.agent.map(|no| cast::agent(cast, no));
    let served = agent.map_or_else(String::new, |agent| format!(", served by {agent}"));
    format!("{who} has a score of {points} of {scale_max}{question}, asked {asked}{served}")
}

/// A review of a conversation. What the reviewer said besides is for whom it concerns.
fn review(cast: &dyn Cast, submitted: &ReviewSubmitted) -> String {
    let ReviewSubmitted {
        reviewer,
        form,
        name,
        score,
        knocked_out,
        ..
    } = submitted;
    let agent = cast::agent(cast, submitted.agent);
    let percent = f64::from(*score) / 10_000.0;
    let why = match knocked_out {
        true => ", knocked out",
        false => "",
    };
    format!("{reviewer} reviewed {agent} with {name} by form {form}: {percent:.1} of 100{why}")
}
