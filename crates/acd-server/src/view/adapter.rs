//! An adapter, and what it is told.

use acd_core::event::Directive;
use acd_core::ids::{AdapterNo, DirectiveId};
use acd_core::state::{IssuedDirective, OfferState, State};
use acd_proto::v1::{self, directive::Instruction};

use super::words;

/// The adapters of the configuration in force that `wanted` holds for. Counts open contacts in one pass, however many
/// adapters are asked for.
pub fn adapter_states(state: &State, wanted: impl Fn(AdapterNo) -> bool) -> Vec<v1::AdapterState> {
    let facts = state.facts();
    let mut open = vec![0_u32; facts.adapters.len()];
    for contact in facts.contacts.values() {
        open[contact.adapter.index()] += 1;
    }
    let known = (0..).map(AdapterNo).zip(&facts.adapters).zip(open);
    known
        .filter(|((no, adapter), _)| adapter.in_config && wanted(*no))
        .map(|((_, adapter), open_contacts)| v1::AdapterState {
            adapter: adapter.name.to_string(),
            present: adapter.is_present(),
            since_at_ms: 0,
            open_contacts,
            unacknowledged_directives: u32::try_from(adapter.directives.len()).unwrap_or(u32::MAX),
        })
        .collect()
}

/// One directive as the adapter gets it; `previous` is the one sent before on this connection.
pub fn directive(
    state: &State,
    id: DirectiveId,
    issued: &IssuedDirective,
    previous: u64,
) -> v1::Directive {
    v1::Directive {
        directive_id: id.0,
        previous_directive_id: previous,
        contact_id: state.facts().contacts[&issued.contact].name.to_string(),
        decided_at_ms: issued.issued_at,
        instruction: Some(instruction(state, &issued.directive)),
    }
}

fn instruction(state: &State, directive: &Directive) -> Instruction {
    match directive {
        Directive::Connect {
            offer,
            agent,
            address,
        } => {
            let until = state.facts().offers.get(offer).map(|offer| offer.state);
            let connect_until_ms = match until {
                Some(OfferState::Connecting { connect_until, .. }) => connect_until,
                Some(OfferState::Pending { .. }) | None => 0,
            };
            Instruction::Connect(v1::ConnectDirective {
                offer_id: offer.0,
                agent: state.agent(*agent).config.name.to_string(),
                agent_address: Some(address.reveal().into()),
                connect_until_ms,
            })
        }
        Directive::CancelConnect { offer } => {
            Instruction::CancelConnect(v1::CancelConnectDirective { offer_id: offer.0 })
        }
        Directive::Route { destination } => Instruction::Route(v1::RouteDirective {
            destination: Some(destination.reveal().into()),
        }),
        Directive::Release { reason } => Instruction::Release(v1::ReleaseDirective {
            reason: words::release_reason(*reason).into(),
        }),
        Directive::Hold { handling } => Instruction::Hold(v1::HoldDirective {
            handling_id: handling.0,
        }),
        Directive::Resume { handling } => Instruction::Resume(v1::ResumeDirective {
            handling_id: handling.0,
        }),
    }
}
