//! Events in the words of people.

use acd_core::command::{LiveEntry, Opening};
use acd_core::event::{
    AdapterConnected, AdapterLost, AgentLoggedIn, AgentLoggedOut, Announcement, AttemptFailed,
    AttemptWrapUpBegan, BackOffEnded, CalendarChanged, ConfigApplied, ContactEnded, ContactGivenUp,
    ContactRefused, ContactScheduled, ContactTakenUp, Directive, DirectiveIssued, EmergencyChanged,
    Event, FirstResponded, Gate, GateOpened, HandlingEnded, HandlingHeld, HandlingResumed,
    HandlingStarted, HandlingSuspended, JoinRefused, LiveEntryRefused, NextRequested,
    OfferAccepted, OfferEnded, OfferMade, OutsideBusyChanged, PresenceChanged, PresencePending,
    QueueDrained, QueuePaused, Recorded, RecordingSet, ReserveChanged, ResponseMissed,
    SessionAttached, SessionGivenUp, SessionLost, StepBegan, SupervisorActed, TalkEnded,
    VisitEnded, VisitOpened, VisitStaffed, WaitAlerted, WindowBegan,
};
use acd_core::ids::{AgentNo, ContactId, OfferId};

use crate::clock;
use crate::expect::told;
use crate::words::word;
use crate::world::World;

/// The name of an entry of an adapter's list.
pub(crate) fn listed(entry: &LiveEntry) -> &str {
    match entry {
        LiveEntry::Contact(contact) => contact.as_str(),
        LiveEntry::Agent(agent) => agent.as_str(),
    }
}

/// What an event says; none for those that only keep the books.
pub(crate) fn narrated(world: &World, recorded: &Recorded) -> Option<String> {
    let chronicle = &world.chronicle;
    let shown = |at_ms: i64| world.clock.shown(at_ms);
    let contact = |id: &ContactId| chronicle.name(*id).to_owned();
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
        Event::ConfigApplied(ConfigApplied { version, .. }) => {
            format!("configuration version {version} is in force")
        }
        Event::AdapterConnected(AdapterConnected { adapter, .. }) => {
            format!("adapter {} is there", world.state().adapter(*adapter).name)
        }
        Event::AdapterLost(AdapterLost {
            adapter,
            grace_until,
        }) => {
            format!(
                "adapter {} is lost, given up at {}",
                world.state().adapter(*adapter).name,
                shown(*grace_until)
            )
        }
        Event::LiveEntryRefused(LiveEntryRefused { adapter, refused }) => format!(
            "adapter {} lists {}, which is not taken: {}",
            world.state().adapter(*adapter).name,
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
                world.queue_name(*queue),
                word(reason)
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
            format!("{} joins {}{order}", contact(id), world.queue_name(*queue))
        }
        Event::VisitEnded(VisitEnded { visit, outcome, .. }) => {
            let seen = &chronicle.visits[visit];
            format!(
                "{} leaves {}: {}",
                contact(&seen.contact),
                world.queue_name(seen.queue),
                word(outcome)
            )
        }
        Event::DirectiveIssued(DirectiveIssued {
            adapter,
            contact: id,
            directive,
        }) => {
            format!(
                "adapter {} is told to {}",
                world.state().adapter(*adapter).name,
                told_to(world, &contact(id), directive)
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
            world.queue_name(*queue),
            shown(*due_at)
        ),
        event => offer(world, recorded.seq, event)
            .or_else(|| visit(world, event))
            .or_else(|| queue(world, event))
            .or_else(|| agent(world, event))
            .unwrap_or_else(|| event.name().replace('_', " ")),
    })
}

/// What a directive asks for, in the words of people.
fn told_to(world: &World, contact: &str, directive: &Directive) -> String {
    let agent = |no: &AgentNo| world.agent_name(*no);
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
            number.reveal(),
            agent(with)
        ),
        Directive::Announce { what } => format!("let {contact} hear {}", announced(what)),
        Directive::Bridge { agent: with, .. } => format!("bridge {contact} with {}", agent(with)),
        Directive::Conference { address, .. } => {
            format!(
                "bring {} into the conversation of {contact}",
                address.reveal()
            )
        }
        Directive::Monitor { mode, .. } => {
            format!("let a supervisor {} into {contact}", word(mode))
        }
        Directive::Voicemail { mailbox } => format!("send {contact} to voicemail {mailbox}"),
        Directive::Route { destination } => {
            format!("send {contact} to {}", destination.reveal())
        }
        Directive::Release { reason, .. } => format!("release {contact}: {}", word(reason)),
        Directive::Record { state, .. } => {
            format!("keep the recording of {contact} {}", word(state))
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
            format!("an estimated wait of {}", clock::shown(wait.p50_ms))
        }
        Announcement::Wait(None) => "that no wait can be told".to_owned(),
        Announcement::Periodic(prompt) => format!("the announcement {prompt}"),
    }
}

fn offer(world: &World, seq: u64, event: &Event) -> Option<String> {
    let pair = |offer: &OfferId| {
        let seen = world.chronicle.offers.get(offer)?;
        Some((
            world.chronicle.name(seen.contact),
            world.agent_name(seen.agent),
        ))
    };
    let shown = |at_ms: i64| world.clock.shown(at_ms);
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
                word(end),
                word(fault)
            )
        }
        Event::HandlingStarted(HandlingStarted { offer, .. }) => {
            let (contact, agent) = pair(offer)?;
            format!("{contact} talks with {agent}")
        }
        Event::FirstResponded(FirstResponded { handling }) => {
            format!(
                "the customer of {} is answered",
                handling_of(world, handling)?
            )
        }
        Event::ResponseMissed(ResponseMissed { handling }) => {
            format!(
                "{} is taken back: no response",
                handling_of(world, handling)?
            )
        }
        Event::HandlingHeld(HandlingHeld { handling }) => {
            format!("{} is on hold", handling_of(world, handling)?)
        }
        Event::HandlingResumed(HandlingResumed { handling }) => {
            format!("{} is off hold", handling_of(world, handling)?)
        }
        Event::RecordingSet(RecordingSet { handling, state }) => {
            format!(
                "the recording of {} is {}",
                handling_of(world, handling)?,
                word(state)
            )
        }
        Event::HandlingSuspended(HandlingSuspended {
            handling,
            suspended,
        }) => match suspended {
            true => format!("{} is suspended", handling_of(world, handling)?),
            false => format!("{} is suspended no longer", handling_of(world, handling)?),
        },
        Event::TalkEnded(TalkEnded { handling, by, .. }) => {
            format!("{} ends, by {}", handling_of(world, handling)?, word(by))
        }
        Event::HandlingEnded(HandlingEnded { handling }) => {
            format!("{} releases its slot", handling_of(world, handling)?)
        }
        _ => return None,
    })
}

fn visit(world: &World, event: &Event) -> Option<String> {
    let name = |visit| {
        Some(
            world
                .chronicle
                .name(world.chronicle.visits.get(visit)?.contact),
        )
    };
    let until = |until: &Option<i64>| {
        until.map_or_else(String::new, |at| {
            format!(" until {}", world.clock.shown(at))
        })
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
                clock::shown(*delay_ms)
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
                format!("; the next one not before {}", world.clock.shown(at))
            });
            format!(
                "attempt {attempts} to call {} has failed{next}",
                name(visit)?
            )
        }
        Event::AttemptWrapUpBegan(AttemptWrapUpBegan { visit, agent, .. }) => {
            let agent = world.agent_name(*agent);
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

fn queue(world: &World, event: &Event) -> Option<String> {
    let name = |queue| world.queue_name(queue).to_owned();
    Some(match event {
        Event::JoinRefused(JoinRefused {
            contact,
            queue,
            reason,
            ..
        }) => format!(
            "{} cannot join {}: {}",
            world.chronicle.name(*contact),
            name(*queue),
            word(reason)
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
        Event::ReserveChanged(ReserveChanged { queue, joined }) => {
            let how = if *joined { "joined" } else { "left" };
            format!("the reserve of {} has {how}", name(*queue))
        }
        Event::CalendarChanged(CalendarChanged { calendar, opening }) => {
            let calendar = &world.state().facts().calendars[calendar.index()]
                .config
                .name;
            let how = match opening {
                Opening::Open => "open",
                Opening::Hours => "closed",
                Opening::Holiday => "closed for a holiday",
            };
            format!("calendar {calendar} is {how}")
        }
        Event::SupervisorActed(SupervisorActed { act, .. }) => {
            format!("a supervisor acts: {}", word(act))
        }
        _ => return None,
    })
}

fn handling_of(world: &World, handling: &acd_core::ids::HandlingId) -> Option<String> {
    let seen = world.chronicle.handlings.get(handling)?;
    Some(format!(
        "the conversation of {} with {}",
        world.chronicle.name(seen.contact),
        world.agent_name(seen.agent)
    ))
}

fn agent(world: &World, event: &Event) -> Option<String> {
    let name = |agent| world.agent_name(agent).to_owned();
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
                world.clock.shown(*grace_until)
            )
        }
        Event::AgentLoggedOut(AgentLoggedOut { agent, cause }) => {
            format!("{} is logged out: {}", name(*agent), word(cause))
        }
        Event::PresenceChanged(PresenceChanged {
            agent, presence, ..
        }) => format!("{} is {}", name(*agent), word(presence)),
        Event::PresencePending(PresencePending { agent, pending, .. }) => match pending {
            Some(pending) => format!(
                "{} will be {} when their last slot clears",
                name(*agent),
                word(pending)
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
                world.queue_name(*queue)
            ),
            None => format!("{} is back in {}", name(*agent), world.queue_name(*queue)),
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
        Event::BackOffEnded(BackOffEnded { agent, .. }) => {
            format!("a back-off of {} is over", name(*agent))
        }
        _ => return None,
    })
}

/// The decision behind an offer; none for other events.
pub(crate) fn reason(world: &World, recorded: &Recorded) -> Option<String> {
    match &recorded.event {
        Event::OfferMade(OfferMade { decision, .. }) => Some(told(world, decision, recorded.at_ms)),
        _ => None,
    }
}
