//! What adapters are told to do.

use acd_core::command::MonitorMode;
use acd_core::event::{Announcement, ContactOrigin, Directive};
use acd_core::ids::{AgentNo, ContactId, ContactName, DirectiveId, HandlingId, OfferId, TimeMs};
use acd_core::personal::Personal;
use acd_core::state::{IssuedDirective, OfferState, State};
use acd_proto::v1::{self, announce_directive::What, directive::Instruction};

use super::words;

/// One directive as the adapter gets it, without what its connection adds.
pub fn directive(state: &State, id: DirectiveId, issued: &IssuedDirective) -> v1::Directive {
    v1::Directive {
        directive_id: id.0,
        contact_id: state.facts().contacts[&issued.contact].name.to_string(),
        decided_at_ms: issued.issued_at,
        consult_of_contact_id: consult_of(state, issued.contact),
        instruction: Some(instruction(state, &issued.directive)),
        ..Default::default()
    }
}

/// The contact in whose conversation this one was asked for; empty if it is no consultation.
fn consult_of(state: &State, contact: ContactId) -> String {
    match state.facts().contacts[&contact].origin {
        ContactOrigin::ConsultOf(asking) => state
            .known_handling(asking)
            .map(|asking| asking.contact_name.to_string())
            .unwrap_or_default(),
        ContactOrigin::Arrived | ContactOrigin::CallbackOf(_) => String::new(),
    }
}

fn instruction(state: &State, directive: &Directive) -> Instruction {
    match directive {
        Directive::Connect {
            offer,
            agent,
            address,
        } => connect(state, *offer, *agent, address),
        Directive::CancelConnect { offer } => {
            Instruction::CancelConnect(v1::CancelConnectDirective { offer_id: offer.0 })
        }
        Directive::Ring {
            offer,
            agent,
            address,
        } => ring(state, *offer, *agent, address),
        Directive::CancelRing { offer } => {
            Instruction::CancelRing(v1::CancelRingDirective { offer_id: offer.0 })
        }
        Directive::Dial {
            offer,
            agent,
            address,
            number,
            customer_first,
        } => Instruction::Dial(v1::DialDirective {
            offer_id: offer.0,
            agent: name(state, *agent),
            agent_address: shown(address),
            number: shown(number),
            connect_until_ms: connect_until(state, *offer),
            customer_first: *customer_first,
        }),
        Directive::Announce { what } => announce(what),
        Directive::Bridge {
            handling,
            agent,
            address,
        } => bridge(state, *handling, *agent, address),
        Directive::Conference {
            handling,
            consult,
            address,
        } => conference(*handling, consult.as_ref(), address),
        Directive::Monitor {
            handling,
            mode,
            address,
        } => monitor(*handling, *mode, address),
        Directive::Voicemail { mailbox } => Instruction::Voicemail(v1::VoicemailDirective {
            mailbox: mailbox.to_string(),
        }),
        Directive::Route { destination } => Instruction::Route(v1::RouteDirective {
            destination: shown(destination),
        }),
        Directive::Release { reason, prompt } => Instruction::Release(v1::ReleaseDirective {
            reason: words::release_reason(*reason).into(),
            prompt: prompt.as_deref().unwrap_or_default().to_owned(),
        }),
        Directive::Hold { handling } => Instruction::Hold(v1::HoldDirective {
            handling_id: handling.0,
        }),
        Directive::Resume { handling } => Instruction::Resume(v1::ResumeDirective {
            handling_id: handling.0,
        }),
        Directive::Record { handling, state } => Instruction::Record(v1::RecordDirective {
            handling_id: handling.0,
            state: words::recording_state(*state).into(),
        }),
    }
}

fn connect(state: &State, offer: OfferId, agent: AgentNo, address: &Personal) -> Instruction {
    Instruction::Connect(v1::ConnectDirective {
        offer_id: offer.0,
        agent: name(state, agent),
        agent_address: shown(address),
        connect_until_ms: connect_until(state, offer),
    })
}

fn ring(state: &State, offer: OfferId, agent: AgentNo, address: &Personal) -> Instruction {
    Instruction::Ring(v1::RingDirective {
        offer_id: offer.0,
        agent: name(state, agent),
        agent_address: shown(address),
        ring_until_ms: ring_until(state, offer),
    })
}

fn bridge(state: &State, handling: HandlingId, agent: AgentNo, address: &Personal) -> Instruction {
    Instruction::Bridge(v1::BridgeDirective {
        handling_id: handling.0,
        agent: name(state, agent),
        agent_address: shown(address),
    })
}

fn conference(
    handling: HandlingId,
    consult: Option<&ContactName>,
    address: &Personal,
) -> Instruction {
    Instruction::Conference(v1::ConferenceDirective {
        handling_id: handling.0,
        address: shown(address),
        consult_contact_id: consult.map(ToString::to_string).unwrap_or_default(),
    })
}

fn monitor(handling: HandlingId, mode: MonitorMode, address: &Personal) -> Instruction {
    Instruction::Monitor(v1::MonitorDirective {
        handling_id: handling.0,
        mode: words::monitor_mode(mode).into(),
        address: shown(address),
    })
}

fn announce(what: &Announcement) -> Instruction {
    let what = match what {
        Announcement::Greeting(prompt) => What::Greeting(prompt.to_string()),
        Announcement::Music(music) => What::Music(music.to_string()),
        Announcement::Position(position) => What::Position(*position),
        Announcement::Wait(predicted) => What::EstimatedWait(v1::EstimatedWait {
            predicted: predicted.map(words::prediction),
        }),
        Announcement::Periodic(prompt) => What::Periodic(prompt.to_string()),
    };
    Instruction::Announce(v1::AnnounceDirective { what: Some(what) })
}

fn name(state: &State, agent: AgentNo) -> String {
    state.agent(agent).config.name.to_string()
}

fn shown(personal: &Personal) -> Option<v1::Personal> {
    Some(personal.reveal().into())
}

/// Until when the connection of an offer is to be reported; 0 if it is over.
fn connect_until(state: &State, offer: OfferId) -> TimeMs {
    match state.facts().offers.get(&offer).map(|offer| offer.state) {
        Some(OfferState::Connecting { connect_until, .. }) => connect_until,
        Some(OfferState::Pending { .. }) => 0,
        // The offer of a conversation that a live list opened: no clock of the engine runs.
        None => state.facts().now + state.facts().settings.connecting_ms(false),
    }
}

/// Until when an offer rings; 0 if it does not any more.
fn ring_until(state: &State, offer: OfferId) -> TimeMs {
    match state.facts().offers.get(&offer).map(|offer| offer.state) {
        Some(OfferState::Pending { ring_until }) => ring_until,
        Some(OfferState::Connecting { .. }) | None => 0,
    }
}
